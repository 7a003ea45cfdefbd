/* SPDX-License-Identifier: MIT
 * test_tcp_cubic.c - the curve of RFC 9438, in integers, beside the same in floating point.
 *
 * Both are given the same ACKs: K to a millisecond, the window to a segment and a thousandth, for
 * windows from 4 KB to 1 GB and round trips from a microsecond to ten seconds.
 */
#include "tcp/inside.h"
#include "test.h"

#include <string.h>

enum { ACKS = 40 /* a round trip */, TRIPS = 400 };

/* RFC 9438 as it is written: segments and seconds. */
struct real {
    double cwnd, w_max, prior, k, est, t;
};

static double cube_root(double x)
{
    double r = x > 1 ? x : 1;

    for (int i = 0; i < 200; i++)
        r -= (r * r * r - x) / (3 * r * r);
    return r;
}

static double w_cubic(const struct real *r, double t)
{
    return 0.4 * (t - r->k) * (t - r->k) * (t - r->k) + r->w_max;
}

static void real_loss(struct real *r)
{
    r->prior = r->cwnd;
    r->w_max = r->cwnd < r->w_max ? r->cwnd * 1.7 / 2 : r->cwnd; /* 4.7 */
    r->cwnd  = r->cwnd * 0.7 > 2 ? r->cwnd * 0.7 : 2;            /* 4.6 */
    r->est   = r->cwnd;
    r->k     = r->w_max > r->cwnd ? cube_root((r->w_max - r->cwnd) / 0.4) : 0;
    r->w_max = r->w_max > r->cwnd ? r->w_max : r->cwnd;
    r->t     = 0;
}

static void real_ack(struct real *r, double acked, double rtt)
{
    double target = w_cubic(r, r->t + rtt);

    r->est += (r->est < r->prior ? 3 * 0.3 / 1.7 : 1) * acked / r->cwnd; /* 4.3 */
    if (w_cubic(r, r->t) < r->est) {
        r->cwnd = r->est > r->cwnd ? r->est : r->cwnd;
        return;
    }
    target = target < r->cwnd ? r->cwnd : target > 1.5 * r->cwnd ? 1.5 * r->cwnd : target; /* 4.2 */
    r->cwnd += acked * (target - r->cwnd) / r->cwnd; /* 4.4, 4.5 */
}

static const struct {
    double   window; /* segments */
    uint32_t mss, rtt;
} cases[] = {
    { 4, 1000, 20000 },        { 20, 1460, 1000 },       { 20, 1460, 100000 },
    { 1000, 1460, 10000 },     { 1000, 1460, 200000 },   { 10000, 1448, 50000 },
    { 700000, 1460, 1000000 }, { 700000, 1460, 20000 },  { 50, 1460, 10000000 },
    { 100, 1460, 1 },          { 20000000, 48, 100000 }, { 16000, 65495, 10000000 },
};

START_TEST(as_in_floating_point)
{
    static struct tcb t; /* what is not set is zero */
    struct tcp_policy p   = tcp_policy_of(PROFILE_RFC9293);
    struct tcp_env    env = { .now = SEC(5), .policy = &p };
    double            mss = cases[_i].mss, rtt = cases[_i].rtt / 1e6;
    struct real       r = { .cwnd = cases[_i].window };

    p.loss_cwnd = 1;
    t.mss_out   = (uint16_t)cases[_i].mss;
    t.srtt      = cases[_i].rtt;
    t.cc.cwnd   = (uint32_t)(cases[_i].window * mss);
    t.snd.nxt   = t.cc.cwnd;
    for (int losses = 0; losses < 3; losses++) {
        r.cwnd    = t.cc.cwnd / mss;
        r.w_max   = t.cubic.max / mss;
        t.cc.cwnd = tcp_cubic_reduced(&t, &p);
        real_loss(&r);
        vtime began = env.now;
        for (int i = 0; i < TRIPS / (losses + 1) * ACKS; i++) {
            uint32_t acked = t.cc.cwnd / ACKS;

            r.t = (double)(env.now - began) / 1e6;
            tcp_cubic_grow(&t, &env, acked);
            real_ack(&r, acked / mss, rtt);
            if (i == 0) { /* W_cubic(0) is W_est(0): a rounding decides */
                ck_assert_msg(r.k * 1000 - t.cubic.k < 1.01 && r.k * 1000 - t.cubic.k > -0.01,
                              "K %f, not %u", r.k * 1000, t.cubic.k);
                r.cwnd = t.cc.cwnd / mss;
            }
            double off = t.cc.cwnd / mss - r.cwnd, most = 1.5 + r.cwnd / 1000;
            ck_assert_msg(off < most && -off < most, "trip %d of loss %d: %f, not %f", i / ACKS,
                          losses, t.cc.cwnd / mss, r.cwnd);
            env.now += cases[_i].rtt / ACKS + (i % ACKS < (int)(cases[_i].rtt % ACKS));
            if (t.cc.cwnd > 1u << 30)
                break;
        }
    }
}
END_TEST

/* Linux bictcp_update: HZ / 32.  Until then, and while the window holds no segment more, the window
 * goes on towards where the curve led when it was looked at. */
START_TEST(the_curve_is_looked_at_now_and_then)
{
    static struct tcb t;
    struct tcp_policy p   = tcp_policy_of(PROFILE_LINUX);
    struct tcp_env    env = { .now = SEC(5), .policy = &p };
    uint32_t          want;

    ck_assert_uint_eq(p.cubic_look_ms, 31);
    t.mss_out = 1000;
    t.srtt    = 100000;
    t.cc.cwnd = 100000;
    t.snd.nxt = t.cc.cwnd;
    t.cc.cwnd = tcp_cubic_reduced(&t, &p);
    tcp_cubic_grow(&t, &env, 0); /* it looks */
    ck_assert_int_eq(t.cubic.looked, SEC(5));
    uint32_t target = t.cubic.target;
    ck_assert_uint_gt(target, t.cc.cwnd);
    for (int ms = 1; ms <= 31; ms += 5) {
        env.now = SEC(5) + MSEC(ms);
        want    = t.cc.cwnd + (uint32_t)((uint64_t)1000 * (target - t.cc.cwnd) / t.cc.cwnd);
        tcp_cubic_grow(&t, &env, 1000);
        ck_assert_uint_eq(t.cc.cwnd, want);
        ck_assert_int_eq(t.cubic.looked, SEC(5));
        ck_assert_uint_eq(t.cubic.target, target);
    }
    env.now = SEC(5) + MSEC(31) + 1;
    tcp_cubic_grow(&t, &env, 1000);
    ck_assert_int_eq(t.cubic.looked, env.now);
    ck_assert_uint_gt(t.cubic.target, target);
    env.now += MSEC(1); /* a segment more, or less, and it looks at once */
    t.cc.cwnd += 1000;
    tcp_cubic_grow(&t, &env, 0);
    ck_assert_int_eq(t.cubic.looked, env.now);
    p.cubic_look_ms = 0;
    env.now += 1;
    tcp_cubic_grow(&t, &env, 0);
    ck_assert_int_eq(t.cubic.looked, env.now);
}
END_TEST

SUITE(tcp_cubic)
{
    TCase *c = tcase_create("cubic");

    tcase_add_loop_test(c, as_in_floating_point, 0, (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(c, the_curve_is_looked_at_now_and_then);
    suite_add_tcase(s, c);
}
