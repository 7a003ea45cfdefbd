/* SPDX-License-Identifier: MIT
 * host.c - a visit to the engine, and what follows from it.
 *
 * Whoever moves a connection (a segment, a clock, a user) does so within a turn: the reasons are
 * told, what the engine wants to send is sent, the socket hears what happened, the alarm is set
 * to the next deadline, and what has ended is forgotten.
 */
#include "net/host.h"

#include <assert.h>
#include <string.h>

enum { NODES_LENT = 8 }; /* free nodes that the engine finds when it is entered */

uint64_t conn_snd_offset(const struct conn *c, const struct tcb *t, seq s)
{
    return c->snd.base + (uint64_t)(int64_t)seq_diff(s, t->iss + 1 + (seq)c->snd.base);
}

uint64_t conn_rcv_offset(const struct conn *c, const struct tcb *t, seq s)
{
    return c->rcv.base + (uint64_t)(int64_t)seq_diff(s, t->irs + 1 + (seq)c->rcv.base);
}

uint32_t conn_readable(const struct world *w, const struct conn *c)
{
    if (c->forgot)
        return c->left;
    return c->rests ? 0 : world_control(w, c->control)->tcb.rcv.user;
}

enum tcp_state conn_state(const struct world *w, const struct conn *c)
{
    struct tcb room;

    return (enum tcp_state)conn_look(w, c, &room)->state;
}

/* The engine takes its nodes from a chain that world.node_free begins; there are always some. */
static void lend_nodes(struct world *w)
{
    while (w->nodes_left < NODES_LENT) {
        uint32_t i = world_take(w, REGION_NODE);

        if (i == 0)
            return;
        world_node(w, i)->next = w->node_free;
        w->node_free           = i;
        w->nodes_left++;
    }
}

void turn_begin(struct turn *t, struct world *w, struct journal *j, uint32_t host, uint32_t conn)
{
    struct host       *h = host_of(w, host);
    const struct conn *c = conn ? world_conn(w, conn) : NULL;

    lend_nodes(w);
    t->w        = w;
    t->j        = j;
    t->host     = host;
    t->conn     = conn;
    t->serial   = c ? c->serial : 0;
    t->life     = c ? c->life : 0;
    t->tcb      = c ? control_wake(w, conn) : NULL;
    t->before   = c ? (enum tcp_state)t->tcb->state : TCP_CLOSED;
    t->readable = c ? t->tcb->rcv.user : 0;
    t->had_fin  = c && tcp_fin_received(t->tcb);
    t->tos      = c ? c->tos : 0;
    t->ttl      = c ? c->ttl : 0;
    t->trace    = (struct trace){ .step = t->step, .cap = TURN_STEPS };
    t->env      = (struct tcp_env){
             .now   = w->now,
             .pool  = { .node = world_node(w, 0), .free = &w->node_free, .left = &w->nodes_left },
             .trace = &t->trace,
    };
    turn_policy(t, c && c->sock ? world_sock(w, c->sock) : NULL, c ? &c->local.addr : NULL);
    if (t->policy->challenge_limit) {
        vtime second = w->now - w->now % SEC(1) + 1; /* never 0, which is "not yet" */

        if (h->challenge_second != second) {
            h->challenges       = t->policy->challenge_limit;
            h->challenge_second = second;
        }
        t->env.challenges = &h->challenges;
    }
}

void turn_takes(struct turn *t, uint32_t conn)
{
    const struct conn *c = world_conn(t->w, conn);

    t->conn   = conn;
    t->tcb    = &world_control(t->w, c->control)->tcb;
    t->serial = c->serial;
    t->life   = c->life;
}

/* -- what is sent ------------------------------------------------------------------------------ */

/* How often the text, SYN or FIN of this segment had been sent before. */
static uint16_t rtx_of(const struct turn *t, const struct tcb *tcb, const struct segment *out)
{
    if (segment_len(out) == 0)
        return 0;
    const struct tcp_node *n = tcb->flight_last ? world_node(t->w, tcb->flight_last) : NULL;

    if (!n || !seq_in(out->seq, n->lo, n->hi - n->lo)) /* what is new is the last there is */
        for (n = tcb->flight ? world_node(t->w, tcb->flight) : NULL; n;
             n = n->next ? world_node(t->w, n->next) : NULL)
            if (seq_in(out->seq, n->lo, n->hi - n->lo))
                break;
    return n && n->tries > 1 ? (uint16_t)(n->tries - 1) : 0;
}

void turn_send(struct turn *t, const struct endpoint *from, const struct endpoint *to,
               const struct segment *seg, const uint8_t *text, enum tcp_state state, uint16_t rtx,
               const struct trace *why)
{
    struct entry   e;
    struct told    more = { .step = why->step, .n_step = why->len };
    struct host   *h    = host_of(t->w, t->host);
    struct segment out  = *seg;

    out.tos = t->tos;
    out.ttl = t->ttl ? t->ttl : (uint8_t)h->policy.ttl;
    h->segs_out++;
    h->rtx += rtx > 0;
    h->rst_out += (seg->ctl & CTL_RST) != 0;
    memset(&e, 0, sizeof e);
    e.host   = (uint8_t)t->host;
    e.life   = (uint16_t)t->life;
    e.conn   = t->serial;
    e.rtx    = rtx;
    e.before = e.after = (uint8_t)state;
    way_send(t->w, t->j, &e, &more, from, to, &out, text);
}

void turn_drain(struct turn *t, struct tcb *tcb, const struct endpoint *local,
                const struct endpoint *remote)
{
    struct conn   *c = t->conn ? world_conn(t->w, t->conn) : NULL;
    struct segment out;
    uint8_t        text[WIRE_MAX];

    for (;;) {
        struct step  step[8];
        struct trace why = { .step = step, .cap = 8 };

        lend_nodes(t->w);
        t->env.trace = &why;
        if (!tcp_output(tcb, &t->env, &out))
            break;
        assert(out.len <= sizeof text);
        assert(out.len == 0 || c);
        if (out.len && seq_lt(out.seq, tcb->snd.una)) { /* the garbage of a keep-alive */
            memset(text, 0, out.len);
        } else if (out.len) {
            uint64_t at = conn_snd_offset(c, tcb, out.seq + !!(out.ctl & CTL_SYN));

            stream_read(t->w, &c->snd, at, text, out.len);
        }
        uint16_t rtx = rtx_of(t, tcb, &out);
        if (c) {
            c->segs_out++;
            c->bytes_out += out.len;
            c->bytes_again += rtx ? out.len : 0;
            if (out.len) {
                c->text_sent = stamp_ms(t->w);
                c->data_segs_out++;
            }
            if (out.ctl & CTL_ACK)
                c->ack_sent = stamp_ms(t->w);
        }
        turn_send(t, local, remote, &out, text, (enum tcp_state)tcb->state, rtx, &why);
    }
    t->env.trace = &t->trace;
}

/* -- telling ----------------------------------------------------------------------------------- */

void turn_entry(const struct turn *t, struct entry *e, enum tcp_state after)
{
    e->host   = (uint8_t)t->host;
    e->conn   = t->serial;
    e->before = (uint8_t)t->before;
    e->after  = (uint8_t)after;
    if (e->life == 0)
        e->life = (uint16_t)t->life;
}

void turn_tell(struct turn *t, struct entry *e, const char *text)
{
    struct told more = { .step   = t->trace.step,
                         .n_step = t->trace.len,
                         .text   = text,
                         .n_text = text ? strlen(text) : 0 };

    world_tell(t->w, t->j, e, &more);
}

void turn_tell_plain(struct turn *t, enum event_kind kind, enum tcp_state state)
{
    struct entry e;

    memset(&e, 0, sizeof e);
    e.kind = (uint8_t)kind;
    turn_entry(t, &e, state);
    e.before = e.after;
    world_tell(t->w, t->j, &e, &(struct told){ .n_step = 0 });
}

void turn_user(struct turn *t, struct net_call *c, enum tcp_state after)
{
    if (c->call) {
        c->call->signal = t->tcb ? t->tcb->signal : 0;
        turn_entry(t, c->call, after);
        turn_tell(t, c->call, c->text);
        c->call = NULL;
    } else if (after != t->before) {
        struct entry e;

        memset(&e, 0, sizeof e);
        e.kind = EVENT_STATE;
        turn_entry(t, &e, after);
        turn_tell(t, &e, NULL);
    }
}

static void tell_signal(struct turn *t, uint32_t bits, enum tcp_state after)
{
    static const struct {
        uint32_t    bit;
        const char *words;
    } unasked[] = {
        { SIG_REFUSED, "connection refused" },
        { SIG_RESET, "connection reset" },
        { SIG_USER_TIMEOUT, "connection aborted due to user timeout" },
        { SIG_TROUBLE, "the peer does not answer: still trying" },
        { SIG_URGENT, "urgent data" },
    };

    for (size_t i = 0; i < sizeof unasked / sizeof *unasked; i++) {
        struct entry e;

        if (!(bits & unasked[i].bit))
            continue;
        memset(&e, 0, sizeof e);
        e.kind = EVENT_SIGNAL;
        turn_entry(t, &e, after);
        e.before = e.after;
        e.value  = (int32_t)unasked[i].bit;
        e.signal = unasked[i].bit;
        world_tell(t->w, t->j, &e,
                   &(struct told){ .text = unasked[i].words, .n_text = strlen(unasked[i].words) });
    }
}

/* -- the end of a turn ----------------------------------------------------------------------- */

uint32_t conn_new(struct world *w, uint32_t host, const struct endpoint *local,
                  const struct endpoint *remote, uint64_t tuple, uint32_t life)
{
    struct host *h = host_of(w, host);
    uint32_t     i = world_take(w, REGION_CONN);
    struct conn *c;

    if (i == 0)
        return 0;
    c         = world_conn(w, i);
    c->host   = (uint8_t)host;
    c->local  = *local;
    c->remote = *remote;
    c->serial = ++w->serials;
    c->life   = life ? life : life_last(w, tuple) + 1;
    c->key    = (uint32_t)tuple;
    c->since  = w->now;
    c->next   = h->conns;

    c->text_sent = c->text_came = c->ack_sent = c->ack_came = stamp_ms(w);
    if (h->conns)
        world_conn(w, h->conns)->prev = i;
    h->conns = i;
    h->n_conns++;
    control_new(w, i);
    life_note(w, tuple, c->life);
    demux_add_conn(w, i);
    demux_hold(w, host, local, false);
    return i;
}

void conn_reuse(struct world *w, uint32_t conn, bool on)
{
    struct conn *c = world_conn(w, conn);

    if (c->forgot) /* it holds nothing any more */
        return;
    if (c->reuse == on)
        return;
    demux_release(w, c->host, &c->local, c->reuse);
    c->reuse = on;
    demux_hold(w, c->host, &c->local, on);
}

static void conn_unlink(struct world *w, uint32_t conn)
{
    struct conn *c = world_conn(w, conn);

    demux_remove_conn(w, conn);
    demux_release(w, c->host, &c->local, c->reuse);
    alarm_cancel(w, &c->alarm);
    if (c->prev)
        world_conn(w, c->prev)->next = c->next;
    else
        host_of(w, c->host)->conns = c->next;
    if (c->next)
        world_conn(w, c->next)->prev = c->prev;
    c->next = c->prev = 0;
    host_of(w, c->host)->n_conns--;
    control_free(w, conn);
    stream_free(w, &c->snd);
}

static void conn_give(struct world *w, uint32_t conn)
{
    stream_free(w, &world_conn(w, conn)->rcv);
    world_give(w, REGION_CONN, conn);
}

void conn_release(struct world *w, struct journal *j, uint32_t conn)
{
    struct conn *c = world_conn(w, conn);

    c->sock = 0;
    if (c->forgot) {
        conn_give(w, conn);
    } else {
        struct turn t;

        turn_begin(&t, w, j, c->host, conn);
        turn_end(&t);
    }
}

/* TCP forgets the connection.  Its record lives on only while a socket can still read from it. */
static void conn_closed(struct turn *t, uint32_t signal)
{
    struct conn *c    = world_conn(t->w, t->conn);
    uint32_t     left = t->tcb->rcv.user > t->readable ? t->tcb->rcv.user : t->readable;

    if (signal & (SIG_RESET | SIG_USER_TIMEOUT) && t->policy->rst_flush)
        left = 0;
    tcp_forget(t->tcb, &t->env);
    conn_unlink(t->w, t->conn);
    turn_tell_plain(t, EVENT_FORGOT, TCP_CLOSED);
    if (c->replaced)
        time_wait_return(t, c->replaced);
    c->replaced = 0;
    if (c->sock && world_sock(t->w, c->sock)->kind == SOCK_CONNECTING)
        sock_child_gone(t->w, c->sock);
    if (c->sock == 0) {
        conn_give(t->w, t->conn);
        return;
    }
    c->forgot = 1;
    c->left   = left;
    if (left == 0)
        stream_free(t->w, &c->rcv);
}

vtime host_due(const struct world *w, uint32_t host, vtime deadline)
{
    vspan hz = (vspan)host_of(w, host)->policy.hz, us = SEC(1);

    if (hz == 0 || deadline == VTIME_NEVER)
        return deadline;

    /* The first tick that is not before it, and one more: a tick may be in the middle of its work.
     */
    vspan tick = (deadline / us * hz) + (deadline % us * hz + us - 1) / us + 1;
    return tick / hz * us + (tick % hz * us + hz - 1) / hz;
}

/* Nobody holds it and 2 MSL remain: what TIME_WAIT needs is little. */
static void conn_pack(struct turn *t)
{
    struct world     *w = t->w;
    struct conn      *c = world_conn(w, t->conn);
    uint32_t          i = world_take(w, REGION_TIME_WAIT);
    struct time_wait *r;

    if (i == 0) { /* no room: it waits as it is */
        alarm_set(w, &c->alarm, host_due(w, t->host, tcp_deadline(t->tcb)), ALARM_CONN, t->conn);
        return;
    }
    r = world_time_wait(w, i);
    time_wait_fill(r, c, t->tcb);
    tcp_forget(t->tcb, &t->env);
    conn_unlink(w, t->conn);
    conn_give(w, t->conn);
    demux_add_time_wait(w, i);
    host_of(w, r->host)->n_waits++;
    demux_hold(w, r->host, &r->local, r->reuse);
    alarm_set(w, &r->alarm, host_due(w, r->host, r->tw.deadline), ALARM_TIME_WAIT, i);
}

void turn_end(struct turn *t)
{
    struct world *w   = t->w;
    struct conn  *c   = world_conn(w, t->conn);
    struct tcb   *tcb = t->tcb;
    uint32_t      signal;

    host_of(w, t->host)->stirs++;
    turn_drain(t, tcb, &c->local, &c->remote);
    signal      = tcb->signal;
    tcb->signal = 0;
    if (tcb->state != t->before)
        c->since = w->now;
    tell_signal(t, signal, (enum tcp_state)tcb->state);
    if (c->sock)
        sock_signal(t, c->sock, signal);
    if (tcb->state == TCP_CLOSED || tcb->state == TCP_LISTEN) {
        conn_closed(t, signal);
        return;
    }
    if (c->replaced && tcb->state != TCP_SYN_RECEIVED) {
        time_wait_replaced(t, c->replaced);
        c->replaced = 0;
    }
    seq acked = seq_min(tcb->snd.una, tcb->snd.end);
    if (acked != tcb->iss)
        stream_release(w, &c->snd, conn_snd_offset(c, tcb, acked));
    chrono_turn(t, c);
    if (tcb->state == TCP_TIME_WAIT && c->sock == 0) {
        conn_pack(t);
    } else {
        alarm_set(w, &c->alarm, host_due(w, t->host, tcp_deadline(tcb)), ALARM_CONN, t->conn);
        control_moved(w, t->conn);
    }
}

/* -- clocks ---------------------------------------------------------------------------------- */

static enum tcp_timer timer_due(const struct tcb *t)
{
    enum tcp_timer first = TIMER_RTO;

    for (int i = 1; i < TIMER_COUNT; i++)
        if (t->timer[i] < t->timer[first])
            first = (enum tcp_timer)i;
    return first;
}

void host_conn_alarm(struct world *w, struct journal *j, uint32_t conn)
{
    struct turn  t;
    struct entry e;

    turn_begin(&t, w, j, world_conn(w, conn)->host, conn);
    memset(&e, 0, sizeof e);
    e.kind   = EVENT_TIMER;
    e.timer  = (uint8_t)timer_due(t.tcb);
    bool due = t.tcb->timer[e.timer] <= w->now;
    tcp_timeout(t.tcb, &t.env);
    if (due) {
        e.signal = t.tcb->signal;
        turn_entry(&t, &e, (enum tcp_state)t.tcb->state);
        turn_tell(&t, &e, NULL);
    }
    turn_end(&t);
}

/* -- the beginning, and the end -------------------------------------------------------------- */

void host_init(struct world *w, uint32_t host, const struct setup_host *s)
{
    struct host *h = host_of(w, host);
    struct rng r = { .state = w->seed ^ (uint64_t)host << 56 }; /* the world's own is left alone */

    memset(h, 0, sizeof *h);
    memcpy(h->name, s->name, sizeof h->name);
    h->name[sizeof h->name - 1] = 0;
    h->addr                     = s->addr;
    h->addr6                    = s->addr6;
    h->profile                  = (uint8_t)s->profile;
    h->policy                   = s->policy;
    h->secret[0]                = rng_next(&r);
    h->secret[1]                = rng_next(&r);
    h->n_iss                    = s->n_iss;
    h->port_next                = s->port_first;
    memcpy(h->iss, s->iss, sizeof h->iss);
    assert(h->n_iss <= ISS_MAX);
}

void host_crash(struct world *w, struct journal *j, uint32_t host)
{
    static const char words[] = "the host has lost power";
    struct host      *h       = host_of(w, host);

    h->down = 1;
    app_crash(w, j, host);
    while (h->conns) {
        struct turn  t;
        struct entry e;
        uint32_t     conn = h->conns;
        struct conn *c    = world_conn(w, conn);

        turn_begin(&t, w, j, host, conn);
        memset(&e, 0, sizeof e);
        e.kind = EVENT_STATE;
        turn_entry(&t, &e, TCP_CLOSED);
        turn_tell(&t, &e, words);
        tcp_forget(t.tcb, &t.env);
        conn_unlink(w, conn);
        if (c->replaced)
            world_give(w, REGION_TIME_WAIT, c->replaced);
        c->replaced = 0;
        c->forgot   = 1;
        if (c->sock == 0)
            conn_give(w, conn);
    }
    for (uint32_t i = 1; i <= w->region[REGION_TIME_WAIT].high; i++)
        if (world_time_wait(w, i)->host == host) {
            struct turn t;

            turn_begin_time_wait(&t, w, j, i);
            time_wait_forget(&t, i);
        }
    sock_crash(w, host);
}
