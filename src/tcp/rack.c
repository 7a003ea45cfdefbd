/* SPDX-License-Identifier: MIT
 * rack.c - loss by time instead of by counting (RACK), and a probe for lost tails (TLP): RFC 8985.
 *
 * RACK: when a segment arrives that was sent later, one sent before it that has not arrived after a
 * round trip and a little (the reordering window) is lost.  TLP: when nothing comes back for two
 * round trips, the last segment is sent again, so that its SACK tells what is missing - long before
 * the RTO.
 */
#include "tcp/inside.h"

enum { REO_PERSIST = 16 /* recoveries */, ACK_DELAY_MS = 200, PTO_FIRST_MS = 1000, DUP_THRESH = 3 };

bool tcp_rack_on(const struct tcb *t, const struct tcp_env *env)
{
    return env->policy->rack && has(t, F_SACK) && t->cc.cwnd != 0;
}

/* 6.2 steps 1 to 3: this segment has just been reported. */
void tcp_rack_delivered(struct tcb *t, const struct tcp_env *env, const struct tcp_node *n)
{
    vspan    rtt      = env->now - n->at;
    uint32_t segments = (t->rack.fack - n->hi) / t->mss_out + 1; /* by how much it is late */

    if (rtt > SEC(1000))
        return;
    /* an ACK of its first transmission, most likely */
    if (n->tries > 1 && rtt < t->rack.min_rtt)
        return;
    if (n->tries > 1 && t->rack.echo && seq_lt(t->rack.echo, (uint32_t)(n->at / 1000) + t->ts_off))
        return;
    if (n->tries == 1 && rtt < t->rack.min_rtt)
        t->rack.min_rtt = (uint32_t)rtt;
    if (seq_lt(t->rack.fack, n->hi)) {
        t->rack.fack = n->hi;
    } else if (n->tries == 1 && seq_lt(n->hi, t->rack.fack)) {
        t->rack.late_now = 1;
        if (segments > t->rack.reordered)
            t->rack.reordered = segments;
    }
    if (env->policy->rack_rtt_any && t->rack.xmit)
        t->rack.rtt = (uint32_t)rtt;
    if (!tcp_sent_after(n->at, n->hi, t->rack.xmit, t->rack.end))
        return;
    t->rack.rtt  = (uint32_t)rtt;
    t->rack.xmit = n->at;
    t->rack.end  = n->hi;
}

/* 6.2 step 4: how much later than its turn a segment may come. */
static uint32_t reordering_window(const struct tcb *t)
{
    uint64_t wnd = (uint64_t)t->rack.mult * t->rack.min_rtt / 4;

    if (!t->rack.reordered
        && (t->cc.phase != CC_OPEN || t->cc.sacked >= DUP_THRESH * (uint32_t)t->mss_out))
        return 0;
    return wnd < t->srtt ? (uint32_t)wnd : t->srtt;
}

/* 6.3: at a timeout, has this been on its way long enough to be lost?  What was sent a moment ago
 * has not. */
bool tcp_rack_overdue(const struct tcb *t, const struct tcp_env *env, const struct tcp_node *n)
{
    return n->at + (vspan)t->rack.rtt + reordering_window(t) <= env->now;
}

/* What Linux waits beyond the clocks of the RFC: TCP_TIMEOUT_MIN, two ticks. */
static vspan least(const struct tcp_policy *p)
{
    vspan ticks = p->hz ? 2 * SEC(1) / (vspan)p->hz : 0;

    return ticks > MSEC(p->rack_least_ms) ? ticks : MSEC(p->rack_least_ms);
}

/* 6.2 step 5: mark what is late, and come back for what will be. */
void tcp_rack_detect(struct tcb *t, const struct tcp_env *env)
{
    vspan wait = 0, limit = (vspan)t->rack.rtt + reordering_window(t);

    t->rack.reorder_at = VTIME_NEVER;
    if (t->rack.xmit == 0)
        return;
    for (uint32_t i = t->walk.first, next; i; i = next) {
        struct tcp_node *n = &env->pool.node[i];
        vspan            left;

        next = n->later;
        if (!tcp_sent_after(t->rack.xmit, t->rack.end, n->at, n->hi))
            break;
        left = n->at + limit - env->now;
        if (left <= 0) {
            tcp_flight_mark(t, env, n, NODE_LOST, NODE_AGAIN);
            tcp_note(env, RULE_RACK_LOST, n->lo, n->hi, (uint32_t)(env->now - n->at));
        } else if (left > wait) {
            wait = left;
        }
    }
    if (wait)
        t->rack.reorder_at = env->now + wait + least(env->policy);
}

/* 6.2 step 4: the peer got something twice, so we were too quick: wait longer, for some recoveries.
 */
void tcp_rack_dsack(struct tcb *t)
{
    if (t->rack.round != 0 && seq_lt(t->snd.una, t->rack.round)) /* once a round trip */
        return;
    t->rack.round   = t->snd.nxt;
    t->rack.mult    = t->rack.mult < UINT8_MAX ? t->rack.mult + 1 : UINT8_MAX;
    t->rack.persist = REO_PERSIST;
}

void tcp_rack_recovered(struct tcb *t)
{
    if (t->rack.persist && --t->rack.persist == 0)
        t->rack.mult = 1;
}

void tcp_rack_init(struct tcb *t)
{
    t->rack.xmit      = 0; /* what the SYN has left there does not count */
    t->rack.reordered = 0;
    t->rack.min_rtt   = t->srtt ? t->srtt : UINT32_MAX; /* but its round trip does: 6.2 step 1 */
    t->rack.mult      = 1;
    t->rack.fack      = t->snd.una;
    t->rack.tlp_end   = 0;
    t->rack.tlp       = TLP_NONE;
    t->rack.late_now  = 0; /* of the SYN, nothing could be told */
}

/* -- TLP -------------------------------------------------------------------------------------- */

static bool wanted(const struct tcb *t, const struct tcp_env *env)
{
    return tcp_rack_on(t, env) && t->cc.phase == CC_OPEN && t->cc.sacked == 0
           && t->rack.tlp == TLP_NONE && t->flight && !has(t, F_SYN_OUT) && t->snd.wnd > 0;
}

/* 7.2: text has been sent, or acknowledged: the probe's clock begins again. */
void tcp_tlp_arm(struct tcb *t, const struct tcp_env *env)
{
    vspan pto = t->srtt ? 2 * (vspan)t->srtt : MSEC(PTO_FIRST_MS);

    t->rack.tlp_at = VTIME_NEVER;
    if (!wanted(t, env))
        return;
    if (t->srtt && t->flight == t->flight_last)
        pto += MSEC(ACK_DELAY_MS);
    else if (t->srtt)
        pto += least(env->policy);
    /* never later than the RTO, which then counts anew from the probe */
    t->rack.tlp_at = env->now + pto < t->timer[TIMER_RTO] ? env->now + pto : t->timer[TIMER_RTO];
}

void tcp_tlp_settle(struct tcb *t, const struct tcp_env *env)
{
    if (!wanted(t, env))
        t->rack.tlp_at = VTIME_NEVER;
}

/* 7.4: what the probe has brought to light. */
void tcp_tlp_heard(struct tcb *t, const struct tcp_env *env, const struct heard *h)
{
    bool twice = h->twice.lo != h->twice.hi && h->twice.hi == t->rack.tlp_end;

    if (t->rack.tlp == TLP_NONE || seq_lt(t->snd.una, t->rack.tlp_end))
        return;
    if (t->rack.tlp == TLP_AGAIN && !twice && !h->same) {
        if (t->snd.una == t->rack.tlp_end) /* of the segment, or of the probe?  Wait for more */
            return;
        tcp_cc_tail_lost(t, env); /* the probe has mended the loss: it was one all the same */
    }
    t->rack.tlp = TLP_NONE;
}
