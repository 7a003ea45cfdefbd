/* SPDX-License-Identifier: MIT
 * still.c - how things stand: clocks after each event, memory when all is over. */
#include "sim.h"

#include "net/host.h"

#include <inttypes.h>

enum {
    RTO_FIRST   = 3000, /* ms: no policy begins with more, nor does a late SYN (RFC 6298 5.7) */
    ALL_EVERY   = 16,   /* events: connections that none of them mentions are looked at then */
    TABLE_EVERY = 101,
};

/* The longest that a clock may run: nothing that the policy, or an option, allows is longer. */
static vspan longest(const struct tcp_policy *p, const struct tcb *t, enum tcp_timer id)
{
    uint32_t ms = 0;

    switch (id) {
    case TIMER_RTO:
    case TIMER_PERSIST: /* no more than the maximum, unless a round trip is itself longer */
        ms = p->rto_max_ms > RTO_FIRST ? p->rto_max_ms : RTO_FIRST;
        break;
    case TIMER_DELACK: ms = 499; break; /* MUST-40 */
    case TIMER_USER:
        ms = p->r2_ms > p->syn_r2_ms ? p->r2_ms : p->syn_r2_ms;
        ms = ms > t->user_timeout ? ms : t->user_timeout;
        break;
    case TIMER_KEEPALIVE:
        ms = p->keep_idle_ms > p->keep_intvl_ms ? p->keep_idle_ms : p->keep_intvl_ms;
        ms = ms > t->keep_idle ? ms : t->keep_idle;
        ms = ms > t->keep_intvl ? ms : t->keep_intvl;
        break;
    case TIMER_FIN_WAIT_2:
        ms = p->fin_wait_2_ms;
        if (p->fin_wait_2_rtos && p->rto_max_ms / 2 * 7 > ms) /* of the RTO that was */
            ms = p->rto_max_ms / 2 * 7;
        break;
    case TIMER_2MSL: ms = 2 * p->msl_ms; break;
    case TIMER_SWS: return p->more_ack ? longest(p, t, TIMER_RTO) : SEC(1); /* Linux: the RTO */
    default: ms = p->rto_max_ms; break;
    }
    return MSEC(ms);
}

/* Who waits for an acknowledgment, or has text that it may not send yet, must have a clock that
 * will ask again: the peer's answer may be lost.  Clocks that only end a connection do not count.
 */
static void check_awake(struct sim *sim, const struct conn *c, const struct tcb *t)
{
    bool fin = (t->state == TCP_FIN_WAIT_1 || t->state == TCP_CLOSING || t->state == TCP_LAST_ACK)
               && !tcp_fin_sent(t);
    bool owing = t->snd.una != t->snd.nxt || seq_lt(t->snd.nxt, t->snd.end) || fin;

    if (t->state < TCP_SYN_SENT || t->state == TCP_TIME_WAIT || !owing)
        return;
    for (int i = 0; i < TIMER_COUNT; i++)
        if (i != TIMER_USER && i != TIMER_KEEPALIVE && i != TIMER_DELACK && i != TIMER_FIN_WAIT_2
            && t->timer[i] != VTIME_NEVER)
            return;
    sim_fail(sim, CHECK_CLOCK, "connection %u (%s) has something to send and no clock for it",
             c->serial, tcp_state_name[t->state]);
}

/* RACK's deadlines are none of enum tcp_timer: they come before the RTO, or with it. */
static void check_rack(struct sim *sim, const struct world *w, const struct conn *c,
                       const struct tcb *t)
{
    vspan most = longest(&w->host[c->host - 1].policy, t, TIMER_RTO);

    if ((t->rack.tlp_at != VTIME_NEVER && t->rack.tlp_at - w->now > most)
        || (t->rack.reorder_at != VTIME_NEVER && t->rack.reorder_at - w->now > most))
        sim_fail(sim, CHECK_CLOCK, "connection %u (%s) would wait too long for what is late",
                 c->serial, tcp_state_name[t->state]);
}

vspan sim_ticks(const struct tcp_policy *p) { return p->hz ? 2 * SEC(1) / (vspan)p->hz + 1 : 0; }

static void check_conn(struct sim *sim, const struct world *w, const struct conn *c)
{
    const struct tcp_policy *p = &w->host[c->host - 1].policy;
    struct tcb               room;
    const struct tcb        *t    = conn_look(w, c, &room);
    vtime                    next = tcp_deadline(t);

    for (int i = 0; i < TIMER_COUNT; i++) {
        vtime at = t->timer[i];

        if (at == VTIME_NEVER)
            continue;
        if (at - w->now > longest(p, t, (enum tcp_timer)i))
            sim_fail(sim, CHECK_CLOCK, "the clock %s of connection %u (%s) runs for %" PRId64 " ms",
                     tcp_timer_name[i], c->serial, tcp_state_name[t->state], (at - w->now) / 1000);
        else if (at + sim_ticks(p) < w->now
                 && !(c->alarm && world_alarm(w, c->alarm)->at <= w->now))
            sim_fail(sim, CHECK_CLOCK, "the clock %s of connection %u (%s) should have rung",
                     tcp_timer_name[i], c->serial, tcp_state_name[t->state]);
    }
    check_awake(sim, c, t);
    check_rack(sim, w, c, t);
    if (next == VTIME_NEVER)
        return;
    if (c->alarm == 0)
        sim_fail(sim, CHECK_CLOCK, "connection %u (%s) has a deadline and no alarm", c->serial,
                 tcp_state_name[t->state]);
    else if (world_alarm(w, c->alarm)->at > (next > w->now ? next : w->now) + sim_ticks(p))
        sim_fail(sim, CHECK_CLOCK, "the alarm of connection %u (%s) is later than its deadline",
                 c->serial, tcp_state_name[t->state]);
}

uint32_t conn_of(struct sim *sim, const struct world *w, uint32_t serial)
{
    uint32_t *at = serial < LANES ? &sim->s.lane[serial].index : NULL;

    if (at && *at && *at <= w->region[REGION_CONN].high && world_conn(w, *at)->serial == serial)
        return *at;
    for (uint32_t i = 1; serial && i <= w->region[REGION_CONN].high; i++)
        if (world_conn(w, i)->serial == serial) {
            if (at)
                *at = i;
            return i;
        }
    return 0;
}

static void check_one(struct sim *sim, const struct world *w, uint32_t i)
{
    const struct conn *c = world_conn(w, i);

    if (!c->serial || c->forgot)
        return;
    check_conn(sim, w, c);
    if (!sim->again)
        agree_conn(sim, w, i);
}

/* All connections, or those that something was told of, and those that are not followed. */
static void check_conns(struct sim *sim, const struct world *w, bool all)
{
    if (all || sim->s.n_touched == TOUCHED || w->serials >= LANES)
        for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
            uint32_t serial = world_conn(w, i)->serial;

            if (all || serial >= LANES || sim->s.lane[serial].touched)
                check_one(sim, w, i);
        }
    else
        for (uint32_t k = 0; k < sim->s.n_touched; k++) {
            uint32_t i = conn_of(sim, w, sim->s.touched[k]);

            if (i)
                check_one(sim, w, i);
        }
    if (sim->s.n_touched == TOUCHED)
        for (uint32_t serial = 0; serial < LANES; serial++)
            sim->s.lane[serial].touched = 0;
    while (sim->s.n_touched)
        sim->s.lane[sim->s.touched[--sim->s.n_touched]].touched = 0;
}

void still_check(struct sim *sim, const struct world *w)
{
    check_conns(sim, w, w->event % ALL_EVERY == 0);
    if (sim->s.on_way != w->region[REGION_PACKET].used)
        sim_fail(sim, CHECK_WAY, "%lld segments should be on their way, %u are",
                 (long long)sim->s.on_way, w->region[REGION_PACKET].used);
    if (w->event % TABLE_EVERY == 0)
        agree_table(sim, w);
}

/* -- the end --------------------------------------------------------------------------------- */

/* A host that never gives up waiting for the peer's FIN may wait for ever: so does its policy.  And
 * a forged segment may have set SND.WL1 to a number that the peer never reaches: no window of its
 * answers counts any more, but answers to probes they are (MUST-37). */
static bool may_stay(const struct sim *sim, const struct world *w, const struct conn *c)
{
    struct tcb        room;
    const struct tcb *t = conn_look(w, c, &room);

    if (sim->plan->flags & PLAN_FORGED && t->snd.wnd == 0 && t->timer[TIMER_PERSIST] != VTIME_NEVER)
        return true;
    return t->state == TCP_FIN_WAIT_2 && w->host[c->host - 1].policy.fin_wait_2_ms == 0;
}

bool still_busy(const struct sim *sim, const struct world *w)
{
    if (w->region[REGION_TIME_WAIT].used || w->region[REGION_PACKET].used)
        return true;
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++)
        if (world_conn(w, i)->serial && !may_stay(sim, w, world_conn(w, i)))
            return true;
    return false;
}

static uint32_t chain(const struct world *w, uint32_t node)
{
    uint32_t n = 0;

    for (; node; node = world_node(w, node)->next)
        n++;
    return n;
}

static uint32_t pages(const struct world *w, const struct stream *s)
{
    uint32_t n = 0;

    for (uint32_t i = s->first; i; i = world_page(w, i)->next)
        n++;
    return n;
}

static void expect(struct sim *sim, const struct world *w, enum region_id r, uint32_t n,
                   const char *what)
{
    if (w->region[r].used != n)
        sim_fail(sim, CHECK_MEMORY, "%u %s are taken at the end, %u are in use", w->region[r].used,
                 what, n);
}

void still_end(struct sim *sim, const struct world *w)
{
    uint32_t conns = 0, nodes = chain(w, w->node_free), page = 0, alarms = 0;

    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *c = world_conn(w, i);
        struct tcb         room;
        const struct tcb  *t = conn_look(w, c, &room);

        if (!c->serial)
            continue;
        if (!may_stay(sim, w, c)) {
            sim_fail(sim, CHECK_END, "connection %u of %s is still in %s after %" PRId64 " s",
                     c->serial, w->host[c->host - 1].name, tcp_state_name[t->state],
                     w->now / 1000000);
            return;
        }
        conns++;
        alarms += c->alarm != 0;
        nodes += chain(w, t->flight) + chain(w, t->held);
        page += pages(w, &c->snd) + pages(w, &c->rcv);
    }
    if (w->region[REGION_TIME_WAIT].used)
        sim_fail(sim, CHECK_END, "%u connections are still in TIME_WAIT",
                 w->region[REGION_TIME_WAIT].used);
    if (w->region[REGION_PACKET].used)
        sim_fail(sim, CHECK_END, "%u segments are still on their way",
                 w->region[REGION_PACKET].used);
    expect(sim, w, REGION_CONN, conns, "connections");
    expect(sim, w, REGION_SOCK, 0, "sockets");
    expect(sim, w, REGION_FD, 0, "descriptors");
    expect(sim, w, REGION_NODE, nodes, "nodes");
    expect(sim, w, REGION_PAGE, page, "pages");
    expect(sim, w, REGION_ALARM, alarms, "alarms");
}
