/* SPDX-License-Identifier: MIT
 * test_req.c - the requirements of RFC 9293 that one connection on a bench can show. */
#include "test_tcp_lab.h"

#include <stdio.h>
#include <string.h>

static void req(enum profile p, const char *from, const char *script)
{
    struct lab l;

    lab_to(&l, p, from);
    lab_do(&l, script);
    tcp_forget(&l.t, &l.env);
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}

#define REQ(name, profile, from, script)                                                           \
    START_TEST(name) { req(PROFILE_##profile, from, script); }                                     \
    END_TEST
#include "req.def"
#undef REQ

/* 3.1 REC-1: 16 bits on the wire, 32 in the connection. */
START_TEST(windows_have_32_bits)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "SYN_SENT");
    lab_do(&l, "in S. 0xFFFFFFE0 x 0 ws=7; out; in . n u 0 wnd=65535");
    ck_assert_uint_eq(l.t.snd.wnd, 65535u << 7);
    ck_assert_uint_eq(sizeof l.t.snd.wnd, 4);
    ck_assert_uint_eq(sizeof l.t.rcv.wnd, 4);
}
END_TEST

/* 3.8.6 SHLD-14: what has been offered stays offered, even when the buffer becomes smaller. */
START_TEST(our_window_does_not_shrink)
{
    struct lab     l;
    struct segment s;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    lab_do(&l, "in . n u 500; fire");
    ck_assert(tcp_output(&l.t, &l.env, &s));
    seq edge = s.ack + s.wnd;
    tcp_rcv_buf(&l.t, &l.env, 2000);
    for (int i = 0; i < 100; i++) {
        lab_do(&l, "in . n u 500; wait 1; recv 250");
        l.env.now += MSEC(300);
        tcp_timeout(&l.t, &l.env);
        while (tcp_output(&l.t, &l.env, &s)) {
            ck_assert(seq_le(edge, s.ack + s.wnd));
            edge = s.ack + s.wnd;
        }
    }
}
END_TEST

/* 3.8.6.2.2 MUST-39: nor is a small window told along with an ACK that is owed for something else.
 */
START_TEST(no_silly_window_goes_along)
{
    struct lab     l;
    struct segment s;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    lab_do(&l, "shut; recv 999; in . n u 1");
    ck_assert(tcp_output(&l.t, &l.env, &s));
    ck_assert_uint_eq(s.wnd, 0);
    lab_do(&l, "recv 1; in . n u 0");
    lab_do(&l, "in . n-1 u 0");
    ck_assert(tcp_output(&l.t, &l.env, &s));
    ck_assert_uint_eq(s.wnd, 1000);
    tcp_forget(&l.t, &l.env);
}
END_TEST

static struct segment next(struct lab *l)
{
    struct segment s;

    ck_assert(tcp_output(&l->t, &l->env, &s));
    return s;
}

/* 3.8.2 SHLD-8, RFC 3168 6.1.2, 6.1.5: new text may be marked; an echo halves the window once, and
 * the next new text says so; what is sent again may not be marked. */
START_TEST(ecn_of_a_sender)
{
    struct lab     l;
    struct segment s;

    lab_to(&l, PROFILE_RFC9293, "LISTEN");
    lab_do(&l, "set ecn 2; set iw 10; in SEW 0xFFFFFFE0 0 0; = SE. 0 1; in . n x 0; send 60000");
    for (int i = 0; i < 10; i++) {
        s = next(&l);
        ck_assert_uint_eq(s.ecn, 2);
        ck_assert(!(s.ctl & CTL_CWR));
    }
    lab_do(&l, "= ; in .E n u+1000 0; cwnd 4500; ssthresh 4500; = ; in .E n u+1000 0; cwnd 4500");
    lab_do(&l, "in .E n u+5000 0; cwnd 4500");
    s = next(&l);
    ck_assert_uint_eq(s.ecn, 2);
    ck_assert(s.ctl & CTL_CWR);
    lab_do(&l, "in . n u+1000 0");
    s = next(&l);
    ck_assert(!(s.ctl & CTL_CWR));
    lab_do(&l, "out; fire");
    s = next(&l);
    ck_assert_uint_eq(s.seq, l.t.snd.una);
    ck_assert_uint_eq(s.ecn, 0);
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* 6.1.3, 6.1.4: a mark is echoed on every ACK until the peer says that it has slowed down; an ACK
 * alone is never marked. */
START_TEST(ecn_of_a_receiver)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "LISTEN");
    lab_do(&l, "set ecn 2; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; in . n u 100 ecn=3; ? "
               "ecn.marked");
    ck_assert_uint_eq(next(&l).ecn, 0);
    lab_do(&l, "in . n u 100 ecn=2; fire; = E. 1 201; send 5; = PE. 1 201 +5");
    lab_do(&l, "in W. n x 100 ecn=2; fire; = . 6 301; in . n u 100 ecn=3; = E. 6 401");
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* 3.9.1.3 MAY-17, 3.8.5 MUST-32: the user hears of a PUSH and of urgent data without asking. */
START_TEST(push_and_urgent_are_signalled)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    lab_do(&l, "in . n u 5");
    ck_assert(!(l.t.signal & (SIG_PUSH | SIG_URGENT)));
    lab_do(&l, "in P. n u 5");
    ck_assert(l.t.signal & SIG_PUSH);
    ck_assert(!(l.t.signal & SIG_URGENT));
    lab_do(&l, "signal; in .U n u 5 up=90");
    ck_assert(l.t.signal & SIG_URGENT);
    lab_do(&l, "signal; in .U n u 5 up=85");
    ck_assert(!(l.t.signal & SIG_URGENT));
    lab_do(&l, "in .U n u 5 up=200"); /* more of it: told again */
    ck_assert(l.t.signal & SIG_URGENT);
    ck_assert_uint_eq(l.t.rcv.up, l.t.rcv.nxt - 5 + 200);
}
END_TEST

/* 3.1 MUST-14, 3.7.1 SHLD-5, MAY-3, 3.2 MUST-65: in every SYN, whatever its value; in nothing else.
 */
START_TEST(the_mss_is_in_each_syn_and_nowhere_else)
{
    static const char *const state[]  = { "CLOSED", "LISTEN", "ESTABLISHED", "CLOSE_WAIT" };
    static const char *const script[] = { "open", "in S 0xFFFFFFE0 0 0", "send 5; close",
                                          "send 2500; close" };
    static const uint16_t    mss[]    = { 536, 1460, 9000 };

    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++) {
            struct lab     l;
            struct segment s;
            int            n = 0;

            lab_to(&l, PROFILE_LINUX, state[i]);
            l.t.mss_in = mss[k];
            lab_do(&l, script[i]);
            while (tcp_output(&l.t, &l.env, &s)) {
                ck_assert_int_eq(!!(s.opt & OPT_MSS), !!(s.ctl & CTL_SYN));
                if (s.ctl & CTL_SYN)
                    ck_assert_uint_eq(s.mss, mss[k]);
                n++;
            }
            ck_assert_int_gt(n, 0);
        }
}
END_TEST

/* 3.6 MUST-12, 3.8.3 MUST-20, SHLD-9: the user is told how it ended, or that it may. */
START_TEST(the_user_is_told_of_the_end)
{
    static const struct {
        const char *from, *script;
        uint32_t    signal;
    } row[] = {
        { "ESTABLISHED", "in R n 0 0", SIG_RESET },
        { "FIN_WAIT_1", "in R n 0 0", SIG_RESET },
        { "FIN_WAIT_2", "in R n 0 0", SIG_RESET },
        { "CLOSE_WAIT", "in R n 0 0", SIG_RESET },
        { "SYN_SENT", "in R. 0 x 0", SIG_REFUSED },
        { "SYN_RECEIVED/active", "in R n 0 0", SIG_REFUSED },
        { "ESTABLISHED", "send 9; out; wait 120000", SIG_USER_TIMEOUT },
        { "SYN_SENT", "wait 180000", SIG_USER_TIMEOUT },
        { "ESTABLISHED", "send 9; out; fire; out; fire; out; fire", SIG_TROUBLE },
    };

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct lab l;
        lab_to(&l, PROFILE_RFC9293, row[i].from);
        lab_do(&l, row[i].script);
        ck_assert_msg(l.t.signal & row[i].signal, "%s: %s", row[i].from, row[i].script);
        tcp_forget(&l.t, &l.env);
    }
}
END_TEST

/* 3.8.3 MUST-21: the user's own limit takes R2's place, shorter or longer. */
START_TEST(the_user_sets_r2)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    l.t.user_timeout = 7000;
    lab_do(&l, "send 9; out; wait 6999; state ESTABLISHED; wait 1; state CLOSED");
    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    l.t.user_timeout = 400000;
    lab_do(&l, "send 9; out; wait 399000; state ESTABLISHED; wait 1000; state CLOSED");
}
END_TEST

/* 3.8.3 SHLD-10, SHLD-11, MUST-23; 3.8.4 MUST-28; 3.8.6.3 MUST-40: what the defaults may be. */
START_TEST(defaults_are_those_of_the_standard)
{
    struct tcp_policy p = tcp_policy_of(PROFILE_RFC9293);

    ck_assert_uint_ge(p.r1_count, 3);
    ck_assert_uint_ge(p.r2_ms, 100000);
    ck_assert_uint_ge(p.syn_r2_ms, 180000);
    ck_assert_uint_ge(p.keep_idle_ms, 7200000);
    for (int i = 0; i < PROFILE_COUNT; i++) {
        struct tcp_policy q = tcp_policy_of((enum profile)i);
        ck_assert_uint_lt(q.delack_ms, 500);
    }
    ck_assert(!policy_set(&p, KNOB_delack_ms, 500));
    ck_assert(policy_set(&p, KNOB_delack_ms, 499));
}
END_TEST

/* RFC 9406: the round trip grows and stays so; after five rounds at a quarter of the pace slow
 * start is over, without a loss. */
START_TEST(slow_start_ends_when_a_queue_builds_up)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "CLOSED");
    lab_do(&l, "set timestamps 0; set wscale 0; set cc 2; set hystart 1; set iw 4; set snd_buf "
               "1000000; open; "
               "out; in S. 0xFFFFFFE0 x 0 sackok wnd=60000; send 900000");
    for (int round = 0; round < 12; round++) {
        lab_do(&l, "out");
        seq end = l.t.snd.max;
        l.env.now += MSEC(round < 1 ? 20 : 40);
        while (seq_lt(l.t.snd.una, end)) {
            struct segment s;
            uint32_t       left = end - l.t.snd.una, step = left < 1000 ? left : 1000;
            char           line[40];
            snprintf(line, sizeof line, "in . n u+%u 0 wnd=60000", step);
            while (tcp_output(&l.t, &l.env, &s))
                ;
            lab_do(&l, line);
            if (lab_fired(&l, "cc.hystart-done")) {
                ck_assert_int_ge(round, 1 + 5);
                ck_assert_uint_le(l.t.cc.cwnd - l.t.cc.ssthresh, 1000);
                tcp_forget(&l.t, &l.env);
                return;
            }
        }
    }
    ck_abort_msg("slow start goes on");
}
END_TEST

SUITE(req)
{
    TCase *c = tcase_create("RFC 9293");

#define REQ(name, profile, from, script) tcase_add_test(c, name);
#include "req.def"
#undef REQ
    tcase_add_test(c, slow_start_ends_when_a_queue_builds_up);
    tcase_add_test(c, windows_have_32_bits);
    tcase_add_test(c, our_window_does_not_shrink);
    tcase_add_test(c, no_silly_window_goes_along);
    tcase_add_test(c, ecn_of_a_sender);
    tcase_add_test(c, ecn_of_a_receiver);
    tcase_add_test(c, push_and_urgent_are_signalled);
    tcase_add_test(c, the_mss_is_in_each_syn_and_nowhere_else);
    tcase_add_test(c, the_user_is_told_of_the_end);
    tcase_add_test(c, the_user_sets_r2);
    tcase_add_test(c, defaults_are_those_of_the_standard);
    suite_add_tcase(s, c);
}
