/* SPDX-License-Identifier: MIT
 * arrive.c - a datagram has arrived: whose is it, and what comes of it (RFC 9293 3.10.7).
 */
#include "net/host.h"
#include "tcp/icmp.h"

#include <assert.h>
#include <string.h>

enum { REOPEN_STEP = 65537 }; /* how far beyond the old numbers a reopened connection begins */

struct arrival {
    struct world   *w;
    struct journal *j;
    uint32_t        host;
    struct entry   *e;
    const uint8_t  *bytes, *text;
    size_t          n;
    struct endpoint local, remote;
    struct owner    owner;
    struct segment  seg;
};

static void tell(struct arrival *a, struct turn *t, enum tcp_state after)
{
    struct told more = {
        .step = t->trace.step, .n_step = t->trace.len, .wire = a->bytes, .n_wire = a->n
    };

    a->e->kind = EVENT_ARRIVED;
    turn_entry(t, a->e, after);
    world_tell(a->w, a->j, a->e, &more);
}

static void bad(struct arrival *a, const char *why)
{
    struct told more = { .text = why, .n_text = strlen(why), .wire = a->bytes, .n_wire = a->n };

    host_of(a->w, a->host)->bad++;
    a->e->kind = EVENT_BAD;
    a->e->host = (uint8_t)a->host;
    a->e->conn = 0;
    world_tell(a->w, a->j, a->e, &more);
}

/* 3.10.7.1: the answer that the last step of the turn's trace stands for. */
static void answer(struct arrival *a, struct turn *t, const struct segment *reply)
{
    struct trace why = t->trace;

    if (why.len) {
        why.step += why.len - 1;
        why.len = 1;
    }
    turn_send(t, &a->local, &a->remote, reply, NULL, TCP_CLOSED, 0, &why);
}

static void nobodys(struct arrival *a)
{
    struct turn    t;
    struct segment reply;

    turn_begin(&t, a->w, a->j, a->host, 0);
    bool owed = tcp_unowned(&t.env, &a->seg, &reply);
    tell(a, &t, TCP_CLOSED);
    if (owed)
        answer(a, &t, &reply);
}

/* -- to a listener --------------------------------------------------------------------------- */

/* Handshakes that have ended wait in one queue, those under way in another, and each holds the
 * backlog and one more (as on Linux).  A full one is not an error of the peer's: it will try again.
 */
static bool queue_full(const struct own *l) { return l->listen.queued > l->listen.backlog; }

static bool has_room(const struct arrival *a, const struct sock *s)
{
    const struct world *w = a->w;
    const struct own   *l = own_of(w, s);

    return !queue_full(l) && l->listen.young <= l->listen.backlog
           && w->region[REGION_CONN].used < w->region[REGION_CONN].cap
           && w->region[REGION_SOCK].used < w->region[REGION_SOCK].cap;
}

/* The TIME_WAIT that makes way for a SYN. */
struct old {
    const struct turn *turn;
    seq                beyond; /* one past its highest number */
    uint32_t           aside;  /* its record, should it have to return; 0: it is forgotten */
};

/* No connection has come of the SYN. */
static void refused(struct turn *t, const struct old *old)
{
    if (old && old->aside)
        time_wait_return(t, old->aside);
}

/* `old` is NULL when there is no such thing. */
static void listeners(struct arrival *a, uint32_t listener, const struct old *old)
{
    struct world   *w = a->w;
    struct sock    *s = world_sock(w, listener);
    struct turn     t;
    struct tcp_take take = { .len = 0 };
    struct tcb      tcb;

    turn_begin(&t, w, a->j, a->host, 0);
    turn_policy(&t, s, &a->local.addr);
    t.before = TCP_LISTEN;
    tcb_listen(&t, s, &tcb);
    t.trace.len = 0; /* what OPEN means was told when it was called */
    if (old) {
        t.before    = old->turn->before;
        t.trace.len = old->turn->trace.len;
        memcpy(t.step, old->turn->step, t.trace.len * sizeof *t.step);
    }
    if ((a->seg.ctl & (CTL_SYN | CTL_ACK | CTL_RST)) == CTL_SYN && !has_room(a, s)) {
        a->e->cause = CAUSE_QUEUE;
        tell(a, &t, t.before);
        refused(&t, old);
        return;
    }
    t.env.iss    = host_iss(w, a->host, &a->local, &a->remote);
    t.env.ts_off = host_ts_off(w, a->host, &a->local, &a->remote);
    if (old && seq_le(t.env.iss, old->beyond))
        t.env.iss = old->beyond + REOPEN_STEP;
    tcp_segment_arrives(&tcb, &t.env, &a->seg, &take);
    if (tcb.state == TCP_LISTEN) {
        t.before = TCP_LISTEN; /* the old connection is gone, and no new one has come of it */
        tell(a, &t, TCP_LISTEN);
        turn_drain(&t, &tcb, &a->local, &a->remote);
        tcp_forget(&tcb, &t.env);
        refused(&t, old);
        return;
    }
    host_iss_used(w, a->host);
    uint32_t     conn = conn_new(w, a->host, &a->local, &a->remote, a->owner.tuple, a->e->life);
    struct conn *c    = world_conn(w, conn);
    turn_takes(&t, conn);
    *t.tcb      = tcb;
    c->listener = listener;
    c->replaced = old ? old->aside : 0;
    c->sock     = sock_child(w, listener, conn);
    c->segs_in  = 1;
    conn_reuse(w, conn, s->flags & SF_REUSE);
    assert(c->sock != 0);
    c->data_segs_in = a->seg.len > 0;
    c->seen_mss     = (uint16_t)a->seg.len;
    if (take.len)
        stream_write(w, &c->rcv, conn_rcv_offset(c, t.tcb, take.at), a->text + take.off, take.len);
    a->e->signal = t.tcb->signal;
    tell(a, &t, (enum tcp_state)t.tcb->state);
    turn_end(&t);
}

/* -- to a connection ------------------------------------------------------------------------- */

/* The ACK that would end a handshake, while nobody accepts and the queue is full: it is as if lost.
 * The peer believes that it is connected; our SYN,ACK will ask it again. */
static bool must_wait(const struct arrival *a, const struct conn *c, enum tcp_state state)
{
    return c->listener && state == TCP_SYN_RECEIVED
           && (a->seg.ctl & (CTL_ACK | CTL_RST | CTL_SYN)) == CTL_ACK
           && queue_full(own_of(a->w, world_sock(a->w, c->listener)));
}

static void connections(struct arrival *a, uint32_t conn)
{
    struct world   *w        = a->w;
    struct conn    *c        = world_conn(w, conn);
    uint32_t        listener = 0;
    struct tcp_take take     = { .len = 0 };
    struct segment  reply;
    struct turn     t;
    bool            owed = false;

    turn_begin(&t, w, a->j, a->host, conn);
    if (t.before == TCP_TIME_WAIT)
        listener = demux_listener(w, a->host, &a->local);
    if (t.before == TCP_TIME_WAIT && !listener)
        turn_no_reopen(&t);
    c->segs_in++;
    c->data_segs_in += a->seg.len > 0;
    if (a->seg.len > c->seen_mss)
        c->seen_mss = (uint16_t)a->seg.len;
    c->soft = ERR_OK; /* whatever was wrong with the network has passed */
    if (must_wait(a, c, t.before)) {
        a->e->cause = CAUSE_QUEUE;
        tell(a, &t, t.before);
        return;
    }
    if (a->seg.ctl & CTL_ACK)
        c->ack_came = stamp_ms(w);
    tcp_segment_arrives(t.tcb, &t.env, &a->seg, &take);
    if (take.reopen) { /* a process still holds the old one; for TCP it is gone */
        struct turn before = t;
        struct old  old    = { .turn = &before, .beyond = t.tcb->snd.nxt };

        if (t.policy->tw_return)
            old.aside = time_wait_aside_of(&t);
        tcp_forget(t.tcb, &t.env);
        t.tcb->state = TCP_CLOSED;
        turn_end(&t);
        listeners(a, listener, &old);
        return;
    }
    if (take.len) {
        uint64_t at   = conn_rcv_offset(c, t.tcb, take.at);
        bool     kept = stream_write(w, &c->rcv, at, a->text + take.off, take.len);

        assert(kept);
        (void)kept;
        c->text_came = stamp_ms(w);
    }
    if (take.unowned)
        owed = tcp_unowned(&t.env, &a->seg, &reply);
    a->e->signal = t.tcb->signal;
    tell(a, &t, (enum tcp_state)t.tcb->state);
    if (owed)
        answer(a, &t, &reply);
    turn_end(&t);
}

static void waiters(struct arrival *a, uint32_t tw)
{
    struct world   *w        = a->w;
    uint32_t        listener = demux_listener(w, a->host, &a->local);
    struct tcp_take take     = { .len = 0 };
    struct segment  reply;
    struct turn     t;
    bool            owed = false;

    turn_begin_time_wait(&t, w, a->j, tw);
    if (!listener)
        turn_no_reopen(&t);
    struct tcb tcb = tcp_unpack(&world_time_wait(w, tw)->tw, t.policy);
    tcp_segment_arrives(&tcb, &t.env, &a->seg, &take);
    if (take.reopen) {
        struct old old = { .turn = &t, .beyond = tcb.snd.nxt };

        tcp_forget(&tcb, &t.env);
        if (t.policy->tw_return) {
            time_wait_aside(w, tw);
            old.aside = tw;
        } else {
            time_wait_forget(&t, tw);
        }
        listeners(a, listener, &old);
        return;
    }
    if (take.unowned)
        owed = tcp_unowned(&t.env, &a->seg, &reply);
    tell(a, &t, (enum tcp_state)tcb.state);
    if (owed)
        answer(a, &t, &reply);
    turn_end_time_wait(&t, &tcb, tw);
}

/* -- whose is it ----------------------------------------------------------------------------- */

static bool is_mine(const struct arrival *a)
{
    const struct host *h = host_of(a->w, a->host);

    return (!addr_invalid(&h->addr) && addr_equal(&a->local.addr, &h->addr))
           || (!addr_invalid(&h->addr6) && addr_equal(&a->local.addr, &h->addr6));
}

void host_datagram(struct world *w, struct journal *j, uint32_t host, struct entry *e,
                   const uint8_t *bytes, size_t n)
{
    struct arrival a = { .w = w, .j = j, .host = host, .e = e, .bytes = bytes, .n = n };
    uint32_t       i;

    if (wire_is_icmp(bytes, n)) {
        host_icmp(w, j, host, e, bytes, n);
        return;
    }
    host_of(w, host)->segs_in++;
    enum wire_verdict v = wire_decode(bytes, n, &a.remote, &a.local, &a.seg, &a.text);
    if (v != WIRE_OK) {
        bad(&a, wire_verdict_name[v]);
        return;
    }
    e->seg                     = a.seg;
    e->sport                   = a.remote.port;
    e->dport                   = a.local.port;
    e->conn                    = 0;
    const struct region *pages = &w->region[REGION_PAGE];
    a.owner                    = demux_owner(w, host, &a.local, &a.remote);
    if (addr_invalid(&a.remote.addr)) /* MUST-57, MUST-63 */
        bad(&a, "invalid source address");
    else if (!is_mine(&a))
        bad(&a, "not addressed to this host");
    else if (host_of(w, host)->down)
        bad(&a, "the host is down");
    else if (pages->cap - pages->used
             < a.seg.len / PAGE_TEXT + 2) /* as if lost: it will come again */
        bad(&a, "no memory for its text");
    else if (a.owner.conn)
        connections(&a, a.owner.conn);
    else if (a.owner.time_wait)
        waiters(&a, a.owner.time_wait);
    else if ((i = demux_listener(w, host, &a.local)))
        listeners(&a, i, NULL);
    else
        nobodys(&a);
}
