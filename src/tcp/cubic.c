/* SPDX-License-Identifier: MIT
 * cubic.c - congestion avoidance by a cubic curve (RFC 9438), and the end of slow start by the
 * round trip (HyStart++, RFC 9406).  Integers only: bytes and milliseconds, microseconds for round
 * trips.
 *
 *      W_max - - - - - - - - ___---
 *                     ___---          W_cubic(t) = C (t - K)^3 + W_max
 *                  _-                 concave up to W_max, then probing beyond it
 *           0    t ->     K
 */
#include "tcp/inside.h"

enum {
    C_NUM = 4,
    C_DEN = 10,
    DT_FINE =
        200000, /* ms: up to here each millisecond counts; later a segment's size in 64 bits */
    DT_MAX = (1 << 21) - 1 /* ms: what has a cube of 64 bits, and more than any K */
};

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* The integer cube root, from below. */
static uint32_t root3(uint64_t x)
{
    uint32_t r = 0;

    for (int bit = 20; bit >= 0; bit--) { /* 2^21 cubed is beyond 64 bits' half */
        uint64_t try = r | (1u << bit);
        if (try * try * try <= x)
            r = (uint32_t)try;
    }
    return r;
}

/* C (t - K)^3 in bytes, of a time in milliseconds. */
static int64_t curve(const struct tcb *t, int64_t dt)
{
    dt = dt > DT_MAX ? DT_MAX : dt < -DT_MAX ? -DT_MAX : dt;
    if (dt > DT_FINE || dt < -DT_FINE)
        return dt * dt * dt / 1000000 * t->mss_out / 1000 * C_NUM / C_DEN;
    return dt * dt * dt / 1000 * t->mss_out / 1000000 * C_NUM / C_DEN;
}

/* 4.6, 4.7: what remains after a loss, and where the plateau will be. */
uint32_t tcp_cubic_reduced(struct tcb *t, const struct tcp_policy *p)
{
    uint32_t cwnd = t->cc.cwnd, flight = lesser(t->snd.nxt - t->snd.una, cwnd);

    if (p->loss_cwnd)
        flight = cwnd;
    t->cubic.max   = cwnd < t->cubic.max ? (uint32_t)(cwnd * 17ull / 20) : cwnd;
    t->cubic.prior = cwnd;
    t->cubic.began = VTIME_NEVER;
    return larger((uint32_t)(flight * 7ull / 10), 2u * t->mss_out);
}

/* 4.8: after a timeout the plateau is where avoidance will begin. */
void tcp_cubic_forget(struct tcb *t)
{
    t->cubic.max   = 0;
    t->cubic.began = VTIME_NEVER;
}

/* 4.2, figure 1: the curve's time stands still while nothing is to be sent. */
void tcp_cubic_idle(struct tcb *t, const struct tcp_env *env)
{
    if (t->cubic.began == VTIME_NEVER)
        return;
    vtime began = t->cubic.began + (env->now - t->sent_at);

    t->cubic.began = began < env->now ? began : env->now;
}

static void begin_epoch(struct tcb *t, const struct tcp_env *env)
{
    uint32_t cwnd = t->cc.cwnd;

    t->cubic.began  = env->now;
    t->cubic.looked = VTIME_NEVER;
    t->cubic.est    = cwnd;
    t->cubic.credit = 0;
    if (t->cubic.max <= cwnd) {
        t->cubic.max = cwnd;
        t->cubic.k   = 0;
    } else { /* K = cbrt((W_max - cwnd) / C), segments and seconds made bytes and milliseconds */
        t->cubic.k = root3((t->cubic.max - cwnd) * 2500000000ull / t->mss_out);
    }
}

/* 4.3: what AIMD would have reached by now, so that we are not below it. */
static void friendly(struct tcb *t, uint32_t acked)
{
    t->cubic.credit += t->cubic.est < t->cubic.prior ? (uint32_t)(acked * 529ull / 1000) : acked;
    if (t->cubic.credit >= t->cc.cwnd) {
        t->cubic.credit -= t->cc.cwnd;
        t->cubic.est += t->mss_out;
    }
}

/* Is it time to look at the curve again?  Some systems go on as before for a while, as long as the
 * window holds no segment more. */
static bool look(struct tcb *t, const struct tcp_env *env)
{
    vspan every = MSEC(env->policy->cubic_look_ms);

    if (every && t->cubic.looked != VTIME_NEVER && env->now - t->cubic.looked <= every
        && t->cc.cwnd / t->mss_out == t->cubic.seen)
        return false;
    t->cubic.looked = env->now;
    t->cubic.seen   = t->cc.cwnd / t->mss_out;
    return true;
}

void tcp_cubic_grow(struct tcb *t, const struct tcp_env *env, uint32_t acked)
{
    uint32_t cwnd = t->cc.cwnd, target;
    int64_t  now, next;

    if (t->cubic.began == VTIME_NEVER)
        begin_epoch(t, env);
    friendly(t, acked);
    if (!look(t, env)) {
        if (cwnd < t->cubic.target)
            t->cc.cwnd += (uint32_t)((uint64_t)acked * (t->cubic.target - cwnd) / cwnd);
        return;
    }
    now  = (env->now - t->cubic.began) / 1000 - t->cubic.k;
    next = t->cubic.max + curve(t, now + t->srtt / 1000);
    next = next > (int64_t)cwnd * 3 / 2 ? (int64_t)cwnd * 3 / 2 : next < cwnd ? cwnd : next;
    if (t->cubic.max + curve(t, now) < t->cubic.est) {
        target     = larger(t->cubic.est, cwnd);
        t->cc.cwnd = target;
    } else {
        target = (uint32_t)next;
        t->cc.cwnd += (uint32_t)((uint64_t)acked * (target - cwnd) / cwnd);
    }
    t->cubic.target = target;
    if (t->cc.cwnd / t->mss_out != cwnd / t->mss_out)
        tcp_note(env, RULE_CC_CUBIC, t->cc.cwnd, target, t->cubic.max);
}

/* -- HyStart++ ------------------------------------------------------------------------------- */

enum {
    SAMPLES     = 8,
    CSS_ROUNDS  = 5,
    CSS_DIVISOR = 4,
    GROWTH_MAX  = 8,
    ETA_MIN     = 4000,
    ETA_MAX     = 16000
};

static void next_round(struct tcb *t, const struct tcp_env *env)
{
    t->hystart.last    = t->hystart.now;
    t->hystart.now     = UINT32_MAX;
    t->hystart.samples = 0;
    t->hystart.end     = t->snd.nxt;
    if (t->hystart.css && ++t->hystart.rounds >= CSS_ROUNDS) {
        t->cc.ssthresh = t->cc.cwnd;
        tcp_note(env, RULE_HYSTART_DONE, t->cc.cwnd, 0, 0);
    }
}

/* Bytes that an ACK in slow start adds. */
uint32_t tcp_hystart_growth(struct tcb *t, const struct tcp_env *env, uint32_t acked, uint32_t rtt)
{
    uint32_t eta,
        growth = env->policy->ss_acked ? acked : lesser(acked, GROWTH_MAX * (uint32_t)t->mss_out);

    if (seq_le(t->hystart.end, t->snd.una))
        next_round(t, env);
    if (rtt) {
        t->hystart.now = lesser(t->hystart.now, rtt);
        if (t->hystart.samples < SAMPLES)
            t->hystart.samples++;
    }
    if (t->hystart.samples >= SAMPLES && t->hystart.last != UINT32_MAX) {
        eta = larger(ETA_MIN, lesser(t->hystart.last / 8, ETA_MAX));
        if (!t->hystart.css && t->hystart.now >= t->hystart.last + eta) {
            t->hystart.css    = 1;
            t->hystart.base   = t->hystart.now;
            t->hystart.rounds = 0;
            tcp_note(env, RULE_HYSTART_SLOWER, t->hystart.now, t->hystart.last, 0);
        } else if (t->hystart.css && t->hystart.now < t->hystart.base) {
            t->hystart.css = 0;
            tcp_note(env, RULE_HYSTART_RESUMED, t->hystart.now, t->hystart.base, 0);
        }
    }
    return t->hystart.css ? growth / CSS_DIVISOR : growth;
}

void tcp_cubic_init(struct tcb *t)
{
    t->cubic.began  = VTIME_NEVER;
    t->hystart.last = UINT32_MAX;
    t->hystart.now  = UINT32_MAX;
    t->hystart.end  = t->snd.nxt;
}
