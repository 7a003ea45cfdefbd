/* SPDX-License-Identifier: MIT
 * ss.c - the socket table of a host, as ss and netstat print it.
 */
#include "net/ss.h"

#include "base/text.h"
#include "net/host.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const ss_name[TCP_STATES] = {
    "UNCONN",     "LISTEN",     "SYN-SENT", "SYN-RECV", "ESTAB",     "FIN-WAIT-1",
    "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK", "TIME-WAIT",
};

static const char *const netstat_name[TCP_STATES] = {
    "CLOSE",     "LISTEN",     "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1",
    "FIN_WAIT2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT",
};

const char *ss_state(enum tcp_state s, bool netstat)
{
    return (netstat ? netstat_name : ss_name)[s];
}

/* -- rows ------------------------------------------------------------------------------------ */

static vtime sooner(vtime a, vtime b) { return a < b ? a : b; }

/* The clock that ss shows: the first of these that runs.  The others (delayed ACK, user timeout) it
 * does not know.  What RACK and TLP wait for is one clock with the retransmission timer, and so is
 * text that waits for more with the window probe. */
static void row_timer(struct ss_row *r, const struct tcb *t, vtime now)
{
    static const enum tcp_timer shown[] = { TIMER_2MSL,    TIMER_FIN_WAIT_2, TIMER_RTO,
                                            TIMER_PERSIST, TIMER_SWS,        TIMER_KEEPALIVE };

    r->timer = -1;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (t->timer[shown[i]] == VTIME_NEVER)
            continue;
        r->timer = shown[i];
        vtime at = t->timer[shown[i]];
        if (r->timer == TIMER_RTO) /* these wait in its place (RFC 8985 6.3, 7.2) */
            at = sooner(at, sooner(t->rack.reorder_at, t->rack.tlp_at));
        r->left = at > now ? at - now : 0;
        break;
    }
    if (r->timer == TIMER_RTO || r->timer == TIMER_PERSIST)
        r->retries = t->backoff;
    else if (r->timer == TIMER_KEEPALIVE)
        r->retries = t->probes;
}

static struct ss_row row_of_conn(const struct world *w, uint32_t i)
{
    const struct conn *c = world_conn(w, i);
    struct tcb         room;
    const struct tcb  *t = conn_look(w, c, &room);
    struct ss_row      r;

    memset(&r, 0, sizeof r);
    r.state  = (enum tcp_state)t->state;
    r.local  = c->local;
    r.peer   = c->remote;
    r.conn   = i;
    r.serial = c->serial;
    r.life   = c->life;
    r.since  = c->since;
    r.orphan = c->sock == 0;
    if (t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT) {
        bool read = c->sock ? world_sock(w, c->sock)->flags & SF_EOF_READ : c->eof_read;

        r.recv_q = t->rcv.user + (tcp_fin_received(t) && !read ? 1 : 0);
        r.send_q = t->snd.end - t->snd.una;
        if (tcp_fin_acked(t))
            r.send_q = 0;
        else if (t->state == TCP_FIN_WAIT_1 || t->state == TCP_CLOSING || t->state == TCP_LAST_ACK)
            r.send_q++;
    } else if (t->state == TCP_SYN_SENT || (t->state == TCP_SYN_RECEIVED && !t->passive)) {
        r.send_q = 1;
    }
    row_timer(&r, t, w->now);
    return r;
}

static struct ss_row row_of_time_wait(const struct world *w, uint32_t i)
{
    const struct time_wait *t = world_time_wait(w, i);
    struct ss_row           r;

    memset(&r, 0, sizeof r);
    r.state  = TCP_TIME_WAIT;
    r.local  = t->local;
    r.peer   = t->remote;
    r.timer  = TIMER_2MSL;
    r.left   = t->tw.deadline > w->now ? t->tw.deadline - w->now : 0;
    r.orphan = true;
    r.serial = t->serial;
    r.life   = t->life;
    r.since  = t->since;
    return r;
}

/* Which addresses a listener that names none has: of these its host has to have some. */
static enum ss_family wild(const struct world *w, const struct sock *s)
{
    static const struct addr none;
    const struct host       *h  = host_of(w, s->host);
    bool                     v4 = !(s->flags & SF_V6ONLY) && !addr_equal(&h->addr, &none);
    bool                     v6 = !(s->flags & SF_V4ONLY) && !addr_equal(&h->addr6, &none);

    return v4 && v6 ? SS_BOTH : v6 ? SS_V6 : SS_V4;
}

static struct ss_row row_of_listener(const struct world *w, uint32_t i)
{
    const struct sock *s = world_sock(w, i);
    struct ss_row      r;

    memset(&r, 0, sizeof r);
    r.state  = TCP_LISTEN;
    r.local  = own_of(w, s)->local;
    r.recv_q = own_of(w, s)->listen.queued;
    r.send_q = own_of(w, s)->listen.backlog;
    r.timer  = -1;
    r.host   = s->host;
    r.wild   = wild(w, s);
    return r;
}

static int by_creation(const void *a, const void *b)
{
    const struct ss_row *x = a, *y = b;

    if (x->serial != y->serial)
        return x->serial < y->serial ? -1 : 1;
    return (x->local.port > y->local.port) - (x->local.port < y->local.port);
}

/* Fill row[0, cap) with what one host has; what is asked for decides how far is walked.  (Records
 * in TIME_WAIT are in no list: they are looked for from the first, until all that there are have
 * been seen.) */
static size_t rows_of(const struct world *w, uint32_t host, struct ss_row *row, size_t cap)
{
    const struct host *h     = host_of(w, host);
    size_t             n     = 0;
    uint32_t           waits = h->n_waits;

    for (uint32_t i = h->listeners; i && n < cap; i = world_sock(w, i)->next)
        row[n++] = row_of_listener(w, i);
    for (uint32_t i = h->conns; i && n < cap; i = world_conn(w, i)->next)
        row[n++] = row_of_conn(w, i);
    for (uint32_t i = 1; waits && n < cap; i++)
        if (world_time_wait(w, i)->host == host) {
            row[n++] = row_of_time_wait(w, i);
            waits--;
        }
    return n;
}

size_t ss_rows(const struct world *w, uint32_t host, struct ss_row *row, size_t cap)
{
    size_t n = 0, all = 0;

    for (uint32_t h = 1; h <= w->hosts; h++)
        if (!host || h == host) {
            n += rows_of(w, h, row + n, cap - n);
            all += host_of(w, h)->n_listeners + host_of(w, h)->n_conns + host_of(w, h)->n_waits;
        }
    qsort(row, n, sizeof *row, by_creation);
    return all;
}

/* -- words ----------------------------------------------------------------------------------- */

/* Every address: as ss writes it of both families, netstat has no word for both. */
static const char *every(const struct ss_row *r, bool netstat)
{
    static const struct addr any;

    if (!addr_equal(&r->local.addr, &any)) /* of the other end: the family is known */
        return addr_is_v4(&r->local.addr) ? "0.0.0.0" : netstat ? "::" : "[::]";
    return r->wild == SS_V4 ? "0.0.0.0" : netstat ? "::" : r->wild == SS_V6 ? "[::]" : "*";
}

static void add_endpoint(struct text *t, const struct endpoint *e, const struct ss_row *r,
                         bool netstat)
{
    static const struct addr any;
    char                     buf[48];

    if (addr_equal(&e->addr, &any))
        text_add(t, "%s", every(r, netstat));
    else
        text_add(t, addr_is_v4(&e->addr) ? "%s" : "[%s]", addr_text(&e->addr, buf, sizeof buf));
    if (e->port)
        text_add(t, ":%u", e->port);
    else
        text_add(t, ":*");
}

/* As ss: 59sec, 1min12sec, 200ms; below ten seconds with milliseconds.  (ss itself prints 9.5 s as
 * "9.500ms"; here it is 9.500sec.) */
static void add_left(struct text *t, vspan left)
{
    int64_t ms = left / 1000, sec = ms / 1000, min = sec / 60;

    if (min > 9)
        text_add(t, "%" PRId64 "min", min);
    else if (min && sec % 60)
        text_add(t, "%" PRId64 "min%" PRId64 "sec", min, sec % 60);
    else if (min)
        text_add(t, "%" PRId64 "min", min);
    else if (sec > 9 || (sec && ms % 1000 == 0))
        text_add(t, "%" PRId64 "sec", sec);
    else if (sec)
        text_add(t, "%" PRId64 ".%03" PRId64 "sec", sec, ms % 1000);
    else
        text_add(t, "%" PRId64 "ms", ms);
}

static const char *timer_name(int timer, bool netstat)
{
    switch (timer) {
    case TIMER_RTO: return "on";
    case TIMER_SWS:
    case TIMER_PERSIST: return netstat ? "probe" : "persist";
    case TIMER_KEEPALIVE: return "keepalive";
    default: return "timewait"; /* 2 MSL, and FIN_WAIT_2 of a socket that nobody holds */
    }
}

static void add_netstat(struct text *t, const struct ss_row *r)
{
    char        buf[64];
    struct text e = text_into(buf, sizeof buf);

    text_add(t, "tcp   %6u %6u ", r->recv_q, r->send_q);
    add_endpoint(&e, &r->local, r, true);
    text_add(t, "%-23s ", buf);
    e = text_into(buf, sizeof buf);
    add_endpoint(&e, &r->peer, r, true);
    text_add(t, "%-23s %-11s", buf, ss_state(r->state, true));
    if (r->timer < 0)
        text_add(t, " off (0.00/0/0)");
    else
        text_add(t, " %s (%" PRId64 ".%02" PRId64 "/%u/0)", timer_name(r->timer, true),
                 r->left / SEC(1), r->left / 10000 % 100, r->retries);
}

const char *ss_text(const struct ss_row *r, bool netstat, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    if (netstat) {
        add_netstat(&t, r);
        return buf;
    }
    char        from[64], to[64];
    struct text e = text_into(from, sizeof from);

    add_endpoint(&e, &r->local, r, false);
    e = text_into(to, sizeof to);
    add_endpoint(&e, &r->peer, r, false);
    text_add(&t, "%-10s %6u %6u  %-20s %-20s", ss_state(r->state, false), r->recv_q, r->send_q,
             from, to);
    if (r->timer >= 0) {
        text_add(&t, " timer:(%s,", timer_name(r->timer, false));
        add_left(&t, r->left);
        text_add(&t, ",%u)", r->retries);
    } else {
        while (t.len && buf[t.len - 1] == ' ')
            buf[--t.len] = 0;
    }
    return buf;
}
