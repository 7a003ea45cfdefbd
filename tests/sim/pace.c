/* SPDX-License-Identifier: MIT
 * pace.c - how fast, and how long: retransmissions back off, windows fall when something is lost,
 * marks are echoed, old timestamps and inexact RSTs do nothing, nobody is given up early, and what
 * rules say of numbers is so. */
#include "sim.h"

#include "net/host.h"

/* What was in flight when a small segment left. */
enum after { AFTER_NOTHING, AFTER_FULL, AFTER_SMALL };

enum { SLACK = 4 /* ms, for rounding and the clocks of some systems */, MSS_FLOOR = 48 };

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* -- clocks ---------------------------------------------------------------------------------- */

/* It has waited at least as long as it said, and half as long again it will wait next: as far as it
 * depends on the round trip, that is, and nothing is added (rto_slop_ms). */
static void watch_rto(struct sim *sim, struct pace *p, const struct entry *e, const struct step *s)
{
    const struct tcp_policy *q    = &sim->w->host[e->host - 1].policy;
    uint32_t                 most = q->rto_max_ms;
    uint32_t                 more = s->b > q->rto_slop_ms ? (s->b - q->rto_slop_ms) / 2 : 0;

    if (e->before == TCP_SYN_SENT && q->syn_linear) /* the first of them do not back off */
        more = 0;
    uint32_t at = conn_of(sim, sim->w, e->conn);

    if (q->uto_again && at && conn_tcb(sim->w, world_conn(sim->w, at)).user_timeout)
        p->hurried = 1;
    if (p->hurried) {
        p->rto = 0;
        return;
    }
    if (p->rto && s->b + SLACK < p->rto)
        sim_fail(sim, CHECK_PACE, "connection %u waits %u ms, and said %u", e->conn, s->b, p->rto);
    /* the first in a row may have been set for a longer round trip (rto_whole) */
    bool known = p->rto != 0 || !q->rto_whole;
    if (known && (s->c + SLACK < s->b || (s->c + SLACK < s->b + more && s->c + SLACK < most)))
        sim_fail(sim, CHECK_PACE, "connection %u has waited %u ms and does not back off: %u next",
                 e->conn, s->b, s->c);
    p->rto = s->c;
}

/* Not before that time has passed since anything was acknowledged, or it began. */
static void watch_end(struct sim *sim, const struct pace *p, const struct entry *e,
                      const struct step *s)
{
    if (p->began && e->at - p->acked_at < MSEC(s->a))
        sim_fail(sim, CHECK_PACE, "connection %u is given up after %u ms, which have not passed",
                 e->conn, s->a);
}

/* -- windows --------------------------------------------------------------------------------- */

static void watch_loss(struct sim *sim, const struct lane *l, const struct entry *e,
                       const struct step *s)
{
    uint32_t mss = larger(l->wire.mss, MSS_FLOOR);

    if (s->rule == RULE_CC_LOSS && s->b > mss)
        sim_fail(sim, CHECK_PACE, "after a timeout the window of connection %u is %u", e->conn,
                 s->b);
    /* RFC 3168 6.1.2: an echoed mark has reduced the window that this was sent in */
    if (l->pace.marked && (!l->pace.una_known || seq_lt(l->pace.una, l->pace.cut))) {
        if (s->rule == RULE_CC_RECOVERY && s->b > larger(2 * mss, s->c))
            sim_fail(sim, CHECK_PACE, "a loss takes the window of connection %u from %u up to %u",
                     e->conn, s->c, s->b);
        return;
    }
    if (s->rule == RULE_CC_RECOVERY && s->b > larger(2 * mss, s->c / 10 * 7 + mss))
        sim_fail(sim, CHECK_PACE, "a loss takes the window of connection %u from %u to %u", e->conn,
                 s->c, s->b);
}

/* -- what arrives ---------------------------------------------------------------------------- */

static void watch_marks(const struct sim *sim, struct pace *p, const struct entry *e)
{
    const struct segment *s = &e->seg;

    if (passed(sim, RULE_ECN_AGREED))
        p->ecn = 1;
    if (passed(sim, RULE_ECN_TAKEN_BACK))
        p->ecn = 0;
    if (!passed(sim, RULE_ACK_NEW) && !passed(sim, RULE_ACK_OLD))
        return;
    if (s->ctl & CTL_CWR)
        p->echo = 0;
    if (p->ecn && s->ecn == 3 && s->len && !passed(sim, RULE_SEQ_UNACKED)
        && !passed(sim, RULE_SEQ_OLD) && !passed(sim, RULE_SEQ_OLD_MUTE))
        p->echo = 1;
}

static void watch_came(struct sim *sim, struct lane *l, const struct entry *e)
{
    const struct segment *s = &e->seg;
    struct pace          *p = &l->pace;

    watch_marks(sim, p, e);
    if (p->stamped && s->opt & OPT_TS && seq_lt(s->tsval, p->recent)
        && passed(sim, RULE_TEXT_IN_ORDER))
        sim_fail(sim, CHECK_PACE, "connection %u takes text with timestamp %u after %u", e->conn,
                 s->tsval, p->recent);
    if (passed(sim, RULE_RST_EXACT) && e->before < TCP_CLOSE_WAIT && p->said
        && !(l->wire.seen & WIRE_OWES) && s->seq != p->ack)
        sim_fail(sim, CHECK_PACE, "connection %u takes a RST at %u for exact, and expects %u",
                 e->conn, s->seq, p->ack);
}

/* What a rule says of its numbers is so. */
static bool is_true(const struct step *s, const struct segment *seg)
{
    uint32_t len = segment_len(seg), wnd = s->c - s->b;
    bool in = len   ? wnd && (seq_in(seg->seq, s->b, wnd) || seq_in(seg->seq + len - 1, s->b, wnd))
              : wnd ? seq_in(seg->seq, s->b, wnd)
                    : seg->seq == s->b;

    switch ((enum rule)s->rule) {
    case RULE_ACK_NEW: return seq_lt(s->a, s->b) && seq_le(s->b, s->c);
    case RULE_ACK_OLD: return seq_le(s->a, s->b);
    case RULE_ACK_FUTURE: return seq_lt(s->b, s->a);
    case RULE_ACK_TOO_OLD: return seq_lt(s->a, s->b - s->c);
    case RULE_ACK_OF_SYN_BAD:
    case RULE_OPENING_ACK_BAD: return !(seq_lt(s->b, s->a) && seq_le(s->a, s->c));
    case RULE_PAWS_OLD: return seq_lt(s->a, s->b);
    case RULE_TW_REOPEN:
    case RULE_TW_REOPEN_TS: return seq_lt(s->b, s->a);
    case RULE_RST_CHALLENGE: return s->a != s->b;
    case RULE_SEQ_OUTSIDE: return !in || seg->ctl & CTL_SYN;
    case RULE_SEQ_OK: return in || seg->ctl & CTL_SYN || len == 0; /* at the edge, for some */
    default: return true;
    }
}

/* -- what leaves ------------------------------------------------------------------------------ */

static void watch_sent(struct sim *sim, struct lane *l, const struct entry *e)
{
    const struct segment *s = &e->seg;
    struct pace          *p = &l->pace;

    if (!(s->ctl & CTL_ACK) || s->ctl & (CTL_RST | CTL_SYN))
        return;
    if (p->echo && !(s->ctl & CTL_ECE) && e->after >= TCP_ESTABLISHED && e->after < TCP_TIME_WAIT)
        sim_fail(sim, CHECK_PACE, "connection %u does not echo the mark that has come", e->conn);
    p->said = 1;
    p->ack  = s->ack;
    if (s->opt & OPT_TS) {
        p->stamped = 1;
        p->recent  = s->tsecr;
    }
    if (passed(sim, RULE_SEND_ALL) && p->una_known) { /* Nagle will be asked about it */
        p->after = !seq_lt(p->una, s->seq)                          ? AFTER_NOTHING
                   : p->small_known && seq_lt(p->una, p->small_end) ? AFTER_SMALL
                                                                    : AFTER_FULL;
        p->small = s->len;
        p->end   = s->seq + s->len;
    }
}

void pace_told(struct sim *sim, const struct journal *j, const struct entry *e)
{
    struct lane *l = e->conn && e->conn < LANES ? &sim->s.lane[e->conn] : NULL;

    if (!l || (e->kind == EVENT_ARRIVED && e->n_text) || e->cause == CAUSE_PERSON
        || e->cause == CAUSE_BOX)
        return;
    struct pace *p = &l->pace;
    if (!p->began) {
        p->began    = 1;
        p->acked_at = e->at;
    }
    if (e->kind == EVENT_ARRIVED)
        watch_came(sim, l, e);
    for (uint32_t k = 0; k < e->n_step; k++) {
        const struct step *s = &j->step[e->step + k];

        if (e->kind == EVENT_ARRIVED && !is_true(s, &e->seg))
            sim_fail(sim, CHECK_PACE, "%s says %u, %u, %u to connection %u of a segment at %u",
                     rule_table[s->rule].slug, s->a, s->b, s->c, e->conn, e->seg.seq);
        switch ((enum rule)s->rule) {
        case RULE_TW_SKIPPED:
            if (sim->w->host[e->host - 1].policy.time_wait)
                sim_fail(sim, CHECK_PACE, "connection %u does not wait in TIME_WAIT", e->conn);
            break;
        case RULE_URG_AHEAD:
            p->up     = s->a;
            p->urgent = 1;
            break;
        case RULE_KEEP_DEAD:
            if (s->a < p->keep && !p->hurried)
                sim_fail(sim, CHECK_PACE, "%u keep-alives of %u, and connection %u is given up",
                         s->a, p->keep, e->conn);
            break;
        case RULE_ACK_NEW:
        case RULE_ACK_OF_SYN:
            p->una       = e->seg.ack;
            p->una_known = 1;
            p->acked_at  = e->at;
            p->rto       = 0;
            break;
        case RULE_OPENING_SYN_ACK: p->rto = 0; break;
        case RULE_RTO_EXPIRED: watch_rto(sim, p, e, s); break;
        case RULE_GIVE_UP_TIME: watch_end(sim, p, e, s); break;
        case RULE_ECN_REDUCED:
            p->marked = 1;
            p->cut    = s->b;
            break;
        case RULE_CC_LOSS:
        case RULE_CC_RECOVERY: watch_loss(sim, l, e, s); break;
        default: break;
        }
    }
    if (e->kind == EVENT_SENT)
        watch_sent(sim, l, e);
}

void pace_still(struct sim *sim, const struct conn *c, const struct tcb *t)
{
    struct pace             *p = &sim->s.lane[c->serial].pace;
    const struct tcp_policy *q = &sim->w->host[c->host - 1].policy;

    p->hurried = t->user_timeout && q->uto_again;
    if (p->una_known && t->state >= TCP_ESTABLISHED && t->state < TCP_TIME_WAIT
        && t->snd.una != p->una)
        sim_fail(sim, CHECK_PACE, "connection %u was told %u, and takes %u for acknowledged",
                 c->serial, p->una, t->snd.una);
    bool small = p->small && p->small < t->mss_out;
    /* of what is written into silence only the end is small (nagle_write) */
    bool mended = q->nagle_small || q->nagle_write;
    bool asked  = mended ? p->after == AFTER_SMALL : p->after != AFTER_NOTHING;
    if (small) {
        p->small_known = 1;
        p->small_end   = p->end;
    }
    /* What a FIN is to follow need not wait, nor what left before the option was taken back, nor
     * the end of what was written into silence (BSD). */
    if (!p->nodelay && !q->nagle_write && !(sim->plan->flags & PLAN_SCRIPTS) && small && asked
        && t->state == TCP_ESTABLISHED && q->nagle && !(t->option & TCPO_NODELAY))
        sim_fail(sim, CHECK_PACE, "connection %u sends %u bytes while others are not acknowledged",
                 c->serial, p->small);
    if (p->urgent && t->state < TCP_CLOSE_WAIT && seq_lt(t->rcv.up, p->up))
        sim_fail(sim, CHECK_PACE, "urgent data up to %u has come, connection %u knows of %u", p->up,
                 c->serial, t->rcv.up);
    p->small = 0;
    p->keep  = t->keep_count ? t->keep_count : q->keep_count;
}
