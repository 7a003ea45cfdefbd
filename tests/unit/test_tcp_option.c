/* SPDX-License-Identifier: MIT
 * test_tcp_option.c - window scaling, timestamps and PAWS (RFC 7323), agreement on options. */
#include "test_tcp_lab.h"

static const struct lab_tale tales[] = {
    { "9293: nothing is offered but the MSS", PROFILE_RFC9293, "CLOSED", "open; = S 0" },
    { "7323 2, 3; 2018 2: a SYN offers, by policy", PROFILE_LINUX, "CLOSED",
      "open; = S 0 ws=7 sackok ts=0" },
    { "a SYN,ACK answers what was offered", PROFILE_LINUX, "LISTEN",
      "in S 0xFFFFFFE0 0 0 ws=7 sackok ts=77:0; ? syn.scale syn.timestamps syn.sack; = S. 0 1 ws=7 "
      "sackok ts=77" },
    { "and nothing that was not", PROFILE_LINUX, "LISTEN",
      "in S 0xFFFFFFE0 0 0 ts=77:0; = S. 0 1 ts=77" },
    { "nor what the policy does not want", PROFILE_RFC9293, "LISTEN",
      "in S 0xFFFFFFE0 0 0 ws=7 sackok ts=77:0; = S. 0 1; ! syn.scale" },
    { "a SYN sent again offers the same, and the answer is to that", PROFILE_LINUX, "CLOSED",
      "open; = S 0 ws=7 sackok ts=0; set wscale 0; set timestamps 0; set sack 0; fire; "
      "= S 0 ws=7 sackok ts=0; in S. 0xFFFFFFE0 x 0 ws=2 sackok ts=77:0; "
      "? syn.scale syn.timestamps syn.sack; = . 1 1 ts=77" },
    { "a SYN,ACK too", PROFILE_LINUX, "LISTEN",
      "in S 0xFFFFFFE0 0 0 ws=7; = S. 0 1 ws=7; set rcv_buf_max 0; fire; = S. 0 1 ws=7" },
    { "2.2: the window of a SYN is not scaled, later ones are", PROFILE_LINUX, "SYN_SENT",
      "set psh_burst 0; in S. 0xFFFFFFE0 x 0 ws=3 wnd=100; = . 1 1; send 5000; = . 1 1 +100; in . "
      "n x 0 wnd=125;"
      "= . 101 1 +1000" },
    { "6691: timestamps take 12 bytes of each segment", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; = . 1 1 ts=77; send 988; = P. 1 1 +988 ts=77" },
    { "4.3: echoed is the timestamp of what the ACK is for", PROFILE_LINUX, "SYN_SENT",
      "set quickack 0; in S. 0xFFFFFFE0 x 0 ts=77:0; = . 1 1 ts=77; in . n u 9 ts=80:0; in . n u 9 "
      "ts=90:0; fire; = . 1 19 ts=80;"
      "in . n+9 u 9 ts=95:0; = . 1 19 ts=80; in . n u 9 ts=99:0; = . 1 37 ts=99" },
    { "5.3 R1 (PAWS): an old duplicate whose number fits", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; in . n u 9 ts=76:0; ? paws.old; = . 1 1 ts=77; recv 9; ? "
      "user.receive-wait" },
    { "5.2: a RST is not asked for its timestamp", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; in R n 0 0 ts=1:0; state CLOSED" },
    { "5.5: after 24 days TS.Recent says nothing", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; wait 2073600000; in . n u 9 ts=76:0; ? text.in-order" },
    { "timestamps wrap", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=4294967290:0; out; in . n u 9 ts=3:0; ? text.in-order; = . 1 10 "
      "ts=3; in . n u 9 ts=4294967295:0; ? paws.old" },
    { "2: the shift is chosen for what the buffer may grow to", PROFILE_LINUX, "CLOSED",
      "set rcv_buf_max 15728640; open; = S 0 ws=8 sackok ts=0" },
    { "4.1: a retransmitted segment's round trip, by its echo", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; send 9; out; fire; out; wait 50; in . n x 0 ts=78:1200; "
      "? rtt.by-timestamp" },
    { "SEG1-seq/TIME-WAIT#9, 6191: a SYN with a later timestamp reopens TIME_WAIT, whatever its "
      "number",
      PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; close; out; in F. n x 0 ts=78:0; out; state TIME_WAIT; in S 5 "
      "0 0 ts=79:0; ? time-wait.reopen-ts" },
    { "and one with an earlier does not", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; close; out; in F. n x 0 ts=78:0; out; in S n+500 0 0 ts=70:0; "
      "? paws.old; state TIME_WAIT" },
};

START_TEST(tale) { lab_play(&tales[_i], ""); }
END_TEST

/* 2.2, 2.3: a buffer of 1 MB is told by a shift of 5, and not before both have agreed. */
START_TEST(a_large_window)
{
    struct lab     l;
    struct segment s;

    lab_to(&l, PROFILE_LINUX, "CLOSED");
    lab_do(&l, "set rcv_buf_max 0");
    tcp_rcv_buf(&l.t, &l.env, 1 << 20);
    lab_do(&l, "open");
    ck_assert(tcp_output(&l.t, &l.env, &s));
    ck_assert_uint_eq(s.wscale, 5);
    ck_assert_uint_eq(s.wnd, 65535);
    lab_do(&l, "in S. 0xFFFFFFE0 x 0 ws=2");
    ck_assert_uint_eq(l.t.rcv_scale, 5);
    ck_assert_uint_eq(l.t.snd_scale, 2);
    ck_assert(tcp_output(&l.t, &l.env, &s));
    ck_assert_uint_eq((uint32_t)s.wnd << 5, 1 << 20);
    /* 2.4: rounding takes back less than a step, and what it takes back is still accepted */
    for (int i = 0; i < 200; i++) {
        seq edge = l.t.rcv.edge;
        lab_do(&l, "in . n u 7");
        tcp_timeout(&l.t, &l.env);
        l.env.now += MSEC(100);
        tcp_timeout(&l.t, &l.env);
        while (tcp_output(&l.t, &l.env, &s)) {
            ck_assert(seq_lt(edge - 32, s.ack + ((uint32_t)s.wnd << 5)));
            ck_assert(seq_le(edge, l.t.rcv.nxt + l.t.rcv.wnd));
        }
    }
}
END_TEST

/* Without the peer's consent the window stays within 16 bits. */
START_TEST(no_scaling_without_consent)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "CLOSED");
    tcp_rcv_buf(&l.t, &l.env, 1 << 20);
    lab_do(&l, "open; out; in S. 0xFFFFFFE0 x 0; out");
    ck_assert_uint_eq(l.t.rcv.wnd, 65535);
    ck_assert_uint_eq(l.t.rcv_scale, 0);
}
END_TEST

SUITE(tcp_option)
{
    TCase *c = tcase_create("options");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, a_large_window);
    tcase_add_test(c, no_scaling_without_consent);
    suite_add_tcase(s, c);
}
