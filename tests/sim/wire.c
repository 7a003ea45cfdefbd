/* SPDX-License-Identifier: MIT
 * wire.c - what a connection sends, judged by what it has received, and the other way round.
 *
 * Nothing here asks the engine: a lane remembers what entries said of segments that left and
 * arrived, and works out the numbers and windows for itself.
 */
#include "sim.h"

#include "net/host.h"

enum {
    ACK_LATE  = 500, /* ms; MUST-40 says: less */
    SCALE_MAX = 14,
    MSS_FLOOR = 48, /* a peer that asks for less does not get its way */
};

static struct wire *wire_of(struct sim *sim, const struct entry *e)
{
    return e->conn && e->conn < LANES ? &sim->s.lane[e->conn].wire : NULL;
}

static bool is_six(const struct journal *j, const struct entry *e)
{
    return e->n_wire && j->wire[e->wire] >> 4 == 6;
}

/* Windows are scaled once both have offered it, but for those of SYNs. */
static uint32_t scale(const struct wire *l, uint32_t wanted)
{
    bool scaled = (l->seen & (WIRE_SCALE_IN | WIRE_SCALE_OUT)) == (WIRE_SCALE_IN | WIRE_SCALE_OUT);

    return scaled ? wanted : 0;
}

static uint32_t window(const struct wire *l, const struct segment *s, uint32_t wanted)
{
    return (uint32_t)s->wnd << (s->ctl & CTL_SYN ? 0 : scale(l, wanted));
}

static void latest(struct wire *l, enum wire_seen bit, seq *at, seq s)
{
    if (!(l->seen & (uint32_t)bit) || seq_lt(*at, s))
        *at = s;
    l->seen |= (uint32_t)bit;
}

/* -- what left ------------------------------------------------------------------------------- */

/* An acknowledgment is never taken back, and nothing is acknowledged that has not come. */
static void watch_ack(struct sim *sim, struct wire *l, const struct entry *e)
{
    const struct segment *s    = &e->seg;
    uint32_t              step = (1u << scale(l, l->scale_out)) - 1;
    seq                   edge = s->ack + window(l, s, l->scale_out);

    if (l->seen & WIRE_SAID_ACK && seq_lt(s->ack, l->said_ack))
        sim_fail(sim, CHECK_WIRE, "connection %u acknowledges %u after %u", e->conn, s->ack,
                 l->said_ack);
    if (!(l->seen & WIRE_CAME) || seq_lt(l->came, s->ack))
        sim_fail(sim, CHECK_WIRE, "connection %u acknowledges %u, and only %u has come", e->conn,
                 s->ack, l->came);
    if (e->after < TCP_CLOSE_WAIT && !(s->ctl & CTL_SYN) && l->seen & WIRE_SAID_EDGE
        && seq_lt(edge + step, l->said_edge))
        sim_fail(sim, CHECK_WIRE, "connection %u offered up to %u and takes that back to %u",
                 e->conn, l->said_edge, edge);
    latest(l, WIRE_SAID_ACK, &l->said_ack, s->ack);
    latest(l, WIRE_SAID_EDGE, &l->said_edge, edge);
}

static void watch_sacks(struct sim *sim, const struct wire *l, const struct entry *e)
{
    const struct segment *s = &e->seg;

    for (uint32_t i = 0; i < s->n_sack; i++) {
        const struct sack_block *b = &s->sack[i];

        if (!seq_lt(b->lo, b->hi) || seq_lt(l->came, b->hi))
            sim_fail(sim, CHECK_WIRE, "connection %u reports %u .. %u, and %u has come", e->conn,
                     b->lo, b->hi, l->came);
        if (i > 0 && seq_le(b->lo, s->ack)) /* the first may be a duplicate (RFC 2883) */
            sim_fail(sim, CHECK_WIRE, "connection %u reports %u .. %u, and acknowledges %u",
                     e->conn, b->lo, b->hi, s->ack);
    }
}

/* No text beyond what the peer has offered, but for a probe, and no more at a time than it takes.
 */
static void watch_text(struct sim *sim, const struct journal *j, struct wire *l,
                       const struct entry *e)
{
    const struct segment *s    = &e->seg;
    uint32_t              head = e->n_wire - (is_six(j, e) ? 40 : 20) - 20; /* options and text */
    seq                   end  = s->seq + s->len; /* a FIN may be the probe, and is sent again */

    if (!(l->seen & WIRE_HEARD_EDGE))
        sim_fail(sim, CHECK_WIRE, "connection %u sends text to who has offered nothing", e->conn);
    else if (seq_lt(l->heard_edge, end) && !passed(sim, RULE_SEND_PROBE))
        sim_fail(sim, CHECK_WIRE, "connection %u sends up to %u, and only %u was ever offered",
                 e->conn, end, l->heard_edge);
    if (l->mss && head > l->mss && head > MSS_FLOOR + WIRE_OPTIONS)
        sim_fail(sim, CHECK_WIRE, "connection %u sends %u bytes to who takes %u", e->conn, head,
                 l->mss);
    /* A tail loss probe does not ask for room on the way (RFC 8985 7.3). */
    if ((!(l->seen & WIRE_SENT) || seq_lt(l->sent, end)) && !passed(sim, RULE_SEND_TLP_NEW))
        l->seen |= WIRE_FRESH;
}

void wire_sent(struct sim *sim, const struct journal *j, const struct entry *e)
{
    struct wire          *l = wire_of(sim, e);
    const struct segment *s = &e->seg;

    if (!l || e->cause == CAUSE_BOX || e->cause == CAUSE_PERSON)
        return;
    if (s->ctl & CTL_SYN && s->opt & OPT_WSCALE) {
        l->scale_out = s->wscale;
        l->seen |= WIRE_SCALE_OUT;
    }
    if (s->ctl & CTL_RST) /* its numbers may be somebody else's */
        return;
    if (!(s->ctl & (CTL_ACK | CTL_SYN)))
        sim_fail(sim, CHECK_WIRE, "connection %u sends a segment without an ACK", e->conn);
    if (s->ctl & CTL_ACK)
        l->seen &= ~(uint32_t)WIRE_OWES;
    if (sim->s.forged || sim->plan->flags & PLAN_FORGED)
        return;
    if (s->ctl & CTL_ACK)
        watch_ack(sim, l, e);
    if (s->opt & OPT_SACK)
        watch_sacks(sim, l, e);
    if (s->len || (s->ctl & CTL_FIN))
        watch_text(sim, j, l, e);
    if (s->opt & OPT_TS && l->seen & WIRE_STAMP && seq_lt(s->tsval, l->stamp))
        sim_fail(sim, CHECK_WIRE, "connection %u: timestamp %u after %u", e->conn, s->tsval,
                 l->stamp);
    if (s->opt & OPT_TS)
        latest(l, WIRE_STAMP, &l->stamp, s->tsval);
    if (s->ctl & CTL_SYN && l->seen & WIRE_CAME)
        latest(l, WIRE_HEARD_EDGE, &l->heard_edge, s->seq + 1 + l->offered);
    latest(l, WIRE_SENT, &l->sent, s->seq + segment_len(s));
}

/* -- what arrived ---------------------------------------------------------------------------- */

static void note_times(const struct sim *sim, struct wire *l, const struct entry *e)
{
    if (e->after == TCP_TIME_WAIT
        && (e->before != TCP_TIME_WAIT || passed(sim, RULE_TW_FIN_AGAIN)
            || passed(sim, RULE_FIN_RESTART) || passed(sim, RULE_TW_RESTART)))
        l->waits = e->at;
    if (passed(sim, RULE_TEXT_IN_ORDER) && !(l->seen & WIRE_OWES)) {
        l->owes = e->at;
        l->seen |= WIRE_OWES;
    }
}

/* Its numbers begin with this SYN; what came before it was of another connection. */
static void begin(struct wire *l, const struct segment *s, uint16_t mss)
{
    l->mss  = s->opt & OPT_MSS ? s->mss : mss;
    l->came = s->seq + 1;
    l->seen |= WIRE_CAME;
    if (s->opt & OPT_WSCALE) {
        l->scale_in = s->wscale < SCALE_MAX ? s->wscale : SCALE_MAX;
        l->seen |= WIRE_SCALE_IN;
    }
    if (!(s->ctl & CTL_ACK)) /* from our first number on, which we may not have sent yet */
        l->offered = s->wnd;
    if (!(s->ctl & CTL_ACK) && l->seen & WIRE_SENT)
        latest(l, WIRE_HEARD_EDGE, &l->heard_edge, l->sent + s->wnd);
}

static bool is_near(seq a, seq b)
{
    enum { FAR = 1 << 30 };
    int32_t d = seq_diff(a, b);

    return d > -FAR && d < FAR;
}

void wire_came(struct sim *sim, const struct journal *j, const struct entry *e)
{
    struct wire          *l = wire_of(sim, e);
    const struct segment *s = &e->seg;

    if (!l || e->n_text) /* ICMP says something, TCP does not */
        return;
    if (passed(sim, RULE_LISTEN_SYN) || passed(sim, RULE_OPENING_SYN)
        || passed(sim, RULE_OPENING_SYN_ACK)) {
        begin(l, s, is_six(j, e) ? MSS_DEFAULT_IPV6 : MSS_DEFAULT);
    }
    note_times(sim, l, e);
    if (s->ctl & CTL_RST || !(l->seen & WIRE_CAME))
        return;
    if (is_near(s->seq, l->came))
        latest(l, WIRE_CAME, &l->came, s->seq + segment_len(s));
    if (s->ctl & CTL_ACK && l->seen & WIRE_SENT && is_near(s->ack, l->sent))
        latest(l, WIRE_HEARD_EDGE, &l->heard_edge, s->ack + window(l, s, l->scale_in));
}

/* -- clocks ---------------------------------------------------------------------------------- */

/* TIME_WAIT lasts 2 MSL, from when it began or the peer's FIN came again, to the microsecond, or to
 * a tick not two later (knob hz). */
void wire_clock(struct sim *sim, const struct entry *e)
{
    struct wire *l = wire_of(sim, e);

    if (!l)
        return;
    const struct tcp_policy *p    = &sim->w->host[e->host - 1].policy;
    vspan                    wait = 2 * MSEC(p->msl_ms), late = e->at - l->waits - wait;

    if (passed(sim, RULE_TIME_WAIT_END) && l->waits != VTIME_NEVER
        && (late < 0 || late > sim_ticks(p)))
        sim_fail(sim, CHECK_CLOCK, "TIME_WAIT of connection %u ends after %lld us, not %lld",
                 e->conn, (long long)(e->at - l->waits), (long long)wait);
}

void wire_forgot(struct sim *sim, const struct entry *e)
{
    struct wire *l = wire_of(sim, e);

    if (l)
        l->seen &= ~(uint32_t)WIRE_OWES;
}

void wire_still(struct sim *sim, const struct conn *c, const struct tcb *t)
{
    const struct wire *l = &sim->s.lane[c->serial].wire;

    if (l->seen & WIRE_OWES && sim->w->now - l->owes >= MSEC(ACK_LATE))
        sim_fail(sim, CHECK_CLOCK, "connection %u (%s) has not acknowledged text for %lld us",
                 c->serial, tcp_state_name[t->state], (long long)(sim->w->now - l->owes));
}
