/* SPDX-License-Identifier: MIT
 * rtt.c - measuring the round trip, and the timeout that follows from it (RFC 6298).
 *
 * One segment is timed at a time, and never one that was sent twice (Karn, MUST-18).  All in
 * microseconds; the clock granularity G is one of them.
 */
#include "tcp/inside.h"

static uint32_t clamp(const struct tcp_policy *p, uint64_t rto)
{
    uint64_t lo = 1000ull * p->rto_min_ms, hi = 1000ull * p->rto_max_ms;

    if (rto < lo)
        rto = lo;
    return (uint32_t)(rto > hi ? hi : rto);
}

void tcp_rtt_init(struct tcb *t, const struct tcp_policy *p)
{
    t->srtt   = 0;
    t->rttvar = 0;
    t->rto    = 1000 * p->rto_init_ms;
    t->rtt_at = VTIME_NEVER;
}

void tcp_rtt_start(struct tcb *t, const struct tcp_env *env, seq hi)
{
    if (t->rtt_at != VTIME_NEVER)
        return;
    t->rtt_at  = env->now;
    t->rtt_seq = hi;
}

static void sample(struct tcb *t, const struct tcp_env *env, uint32_t r, enum rule why)
{
    if (t->srtt == 0) { /* 2.2 */
        t->srtt   = r;
        t->rttvar = r / 2;
    } else { /* 2.3: alpha 1/8, beta 1/4; RTTVAR first, from the old SRTT */
        uint32_t off = t->srtt > r ? t->srtt - r : r - t->srtt;
        t->rttvar    = (uint32_t)((3ull * t->rttvar + off) / 4);
        t->srtt      = (uint32_t)((7ull * t->srtt + r) / 8);
    }
    if (t->srtt == 0)
        t->srtt = 1; /* 0 says "not yet measured" */
    uint64_t more = t->rttvar ? 4ull * t->rttvar : 1, least = 1000ull * env->policy->rto_min_ms;
    if (env->policy->rto_min_var && more < least)
        more = least;
    t->rto = clamp(env->policy, t->srtt + more);
    t->rto = clamp(env->policy, t->rto + 1000ull * env->policy->rto_slop_ms);
    tcp_note(env, why, r, t->srtt, t->rto);
}

/* What the peer echoed of our clock; it is right even when a segment was sent twice. */
static void by_timestamp(struct tcb *t, const struct tcp_env *env, const struct segment *seg)
{
    uint32_t ms;

    if (!has(t, F_TS) || !(seg->opt & OPT_TS) || seg->tsecr == 0)
        return;
    ms = tcp_ts_now(t, env) - seg->tsecr;
    if (ms < 1000000) /* else it is not a time that we sent */
        sample(t, env, ms ? 1000 * ms : 1000, RULE_RTT_BY_TS);
}

/* SND.UNA has advanced: if that covers the segment being timed, learn from it. */
void tcp_rtt_acked(struct tcb *t, const struct tcp_env *env, const struct segment *seg)
{
    if (t->rtt_at == VTIME_NEVER) {
        by_timestamp(t, env, seg);
        return;
    }
    if (seq_lt(t->snd.una, t->rtt_seq))
        return;
    vspan r   = env->now - t->rtt_at;
    t->rtt_at = VTIME_NEVER;
    assert(r >= 0);
    sample(t, env, r > SEC(3600) ? (uint32_t)SEC(3600) : (uint32_t)r, RULE_RTT_SAMPLE);
}
