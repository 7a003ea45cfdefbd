/* SPDX-License-Identifier: MIT
 * test_tcp_clock.c - the clocks: RFC 6298, 9293 3.8.1, 3.8.3, 3.8.4, 3.8.6.1, 3.8.6.3, 3.6.1. */
#include "test_tcp_lab.h"

#include <string.h>

static const struct lab_tale tales[] = {
    { "6298 2.1, 5.5: a SYN again after 1 s, 2 s, 4 s", PROFILE_RFC9293, "CLOSED",
      "open; = S 0; due 1000; fire; = S 0; due 2000; fire; = S 0; due 4000; fire; = S 0; due "
      "8000" },
    { "6298 2.1 of its day: 3 s", PROFILE_RFC793, "CLOSED", "open; = S 0; due 3000" },
    { "6298 2.5: what a system adds to a timeout does not lead beyond the maximum", PROFILE_RFC793,
      "CLOSED",
      "set rto_slop_ms 200; set rto_max_ms 1625; open; = S 0; due 3000; fire; = S 0; due 3000" },
    { "and else is added once, and not doubled", PROFILE_BSD, "CLOSED",
      "open; out; due 1000; fire; out; due 2200; fire; out; due 4200" },
    { "6298 5.7: a late SYN makes the RTO 3 s", PROFILE_RFC9293, "SYN_SENT",
      "fire; = S 0; in S. 0xFFFFFFE0 x 0; ? rtt.syn-late; send 9; = P. 1 1 +9; due 3000" },
    { "6298 5.1, 5.2, 5.3: the clock starts, starts again, stops", PROFILE_RFC9293, "ESTABLISHED",
      "on nodelay; send 9; = P. 1 1 +9; due 1000; wait 400; send 9; = P. 10 1 +9; due 600;"
      "in . n u+9 0; due 1000; in . n x 0; due -1" },
    { "9293 3.10.8: only the head is sent again, as it was sent", PROFILE_RFC9293, "ESTABLISHED",
      "on nodelay; send 9; = P. 1 1 +9; send 5; = P. 10 1 +5; fire; ? rto.expired; = P. 1 1 +9; ? "
      "send.rtx;"
      "in . n u+9 0; fire; = P. 10 1 +5" },
    { "3.8.1: what is small is sent again in one segment, and pushed if a part of it was",
      PROFILE_LINUX, "SYN_SENT",
      "set psh_burst 0; in S. 0xFFFFFFE0 x 0 wnd=400; out; on nodelay; send 900; = . 1 1 +400; in "
      ". n u 0 wnd=5000; = P. 401 1 +500; send 400; = P. 901 1 +400; fire; = P. 1 1 +900; in . n "
      "u+900 0; fire; = P. 901 1 +400" },
    { "a segment acknowledged in part: the rest is sent again", PROFILE_RFC9293, "ESTABLISHED",
      "send 9; = P. 1 1 +9; in . n u+4 0; fire; = P. 5 1 +5" },
    { "MUST-18 (Karn): what was sent twice is not timed", PROFILE_RFC9293, "ESTABLISHED",
      "send 9; = P. 1 1 +9; fire; = P. 1 1 +9; in . n x 0; ? ack.new; ! rtt.sample" },
    { "and the RTO stays backed off until a new measurement", PROFILE_RFC9293, "ESTABLISHED",
      "send 9; out; fire; out; in . n x 0; send 9; = P. 10 1 +9; due 2000; in . n x 0; ? "
      "rtt.sample;"
      "send 9; out; due 1000" },
    { "SHLD-9: three retransmissions are trouble", PROFILE_RFC9293, "ESTABLISHED",
      "send 9; out; fire; out; fire; out; ! rto.trouble; fire; ? rto.trouble" },
    { "MUST-20: R2 by count", PROFILE_LINUX, "ESTABLISHED",
      "set r2_count 2; send 9; out; fire; out; fire; out; fire; ? give-up.count; state CLOSED; "
      "= " },
    { "R2 by time: 120 s", PROFILE_RFC9293, "ESTABLISHED",
      "send 9; out; wait 119999; state ESTABLISHED; wait 1; state CLOSED" },
    { "an ACK that advances gives R2 a new beginning", PROFILE_RFC9293, "ESTABLISHED",
      "on nodelay; send 9; out; send 9; out; wait 119000; in . n u+9 0; wait 119000; state "
      "ESTABLISHED;"
      "wait 1000; state CLOSED" },
    { "an orphan has less patience", PROFILE_LINUX, "FIN_WAIT_1",
      "set orphan_r2_count 1; on orphan; fire; = F. 1 1; fire; ? give-up.count; state CLOSED" },
    { "a SYN,ACK by its own count", PROFILE_LINUX, "SYN_RECEIVED",
      "set synack_r2_count 1; fire; = S. 0 1; fire; ? give-up.count; state CLOSED" },
    { "a lost FIN is sent again", PROFILE_RFC9293, "LAST_ACK", "fire; = F. 1 2; due 2000" },

    { "SHLD-29, 30: probes of a zero window after the RTO, then doubled", PROFILE_RFC9293,
      "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; ? wait.window; = ; due 1000; fire; ? persist.expired; = . 1 1 +1;"
      "? send.probe; due 2000; fire; = . 1 1 +1; due 4000" },
    { "MUST-37: while probes are answered, for ever", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; wait 100000; in . n u 0 wnd=0; wait 100000; in . n u 0 wnd=0; "
      "wait 100000;"
      "state ESTABLISHED; wait 20000; state CLOSED" },
    { "the window opens: all goes, the probe's byte included", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; fire; = . 1 1 +1; in . n u 0 wnd=500; ? wnd.update; = P. 1 1 +9; "
      "due 1000" },
    { "the peer took the probe's byte", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; fire; = . 1 1 +1; in . n u+1 0 wnd=500; ? ack.new; = P. 2 1 +8" },
    { "MUST-34: the window shrinks under what is in flight", PROFILE_RFC9293, "ESTABLISHED",
      "send 900; = P. 1 1 +900; in . n u 0 wnd=0; fire; = P. 1 1 +900; in . n u 0 wnd=0; wait "
      "119000;"
      "in . n u 0 wnd=0; wait 119000; state ESTABLISHED" },
    { "a FIN needs room in the window, and has a clock", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; close; = ; due 1000" },

    { "3.8.6.3: a small segment's ACK waits 200 ms", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 9; = ; due 200; fire; ? delack.expired; = . 1 10; due -1" },
    { "but goes along with text", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 9; send 5; = P. 1 10 +5; due 1000" },
    { "SHLD-19: two full segments' worth are acknowledged at once", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 1460; = ; in . n u 1460; = . 1 2921; due -1" },
    { "delack_ms 0: at once", PROFILE_RFC793, "ESTABLISHED", "in . n u 9; = . 1 10" },
    { "or with an old number and no text, as Linux does", PROFILE_LINUX, "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; fire; ? persist.expired; = . 0 1; ? send.probe-old; in . n u 0 "
      "wnd=100; = P. 1 1 +9" },
    { "the ACK of a FIN waits for ours, as Linux has it", PROFILE_LINUX, "ESTABLISHED",
      "in F. n u 0; = ; state CLOSE_WAIT; due 4; close; = F. 1 2; due 210; state LAST_ACK" },
    { "or leaves alone when the clock says so", PROFILE_LINUX, "ESTABLISHED",
      "in F. n u 0; = ; fire; ? delack.expired; = . 1 2" },
    { "and at once by the RFC", PROFILE_RFC9293, "ESTABLISHED", "in F. n u 0; = . 1 2" },
    { "quickack: the first few at once", PROFILE_LINUX, "ESTABLISHED",
      "set quickack 2; in . n u 9; = . 1 10; in . n u 9; = . 1 19" },
    { "5681 4.2: out of order at once, and when the gap fills", PROFILE_RFC9293, "ESTABLISHED",
      "in . n+9 u 9; = . 1 1; in . n u 9; ? text.in-order text.gap-filled; = . 1 19; due -1" },

    { "MUST-26: keep-alive after two hours of silence, then every 75 s", PROFILE_RFC9293,
      "ESTABLISHED",
      "on keepalive; due 7200000; fire; ? keep-alive.expired; = . 0 1; ? send.keep-alive; due "
      "75000; fire;"
      "= . 0 1" },
    { "nine without an answer are enough", PROFILE_RFC9293, "ESTABLISHED",
      "on keepalive; wait 7200000; out; wait 674000; state ESTABLISHED; wait 1000; ? "
      "keep-alive.dead;"
      "state CLOSED" },
    { "an answer ends the questions", PROFILE_RFC9293, "ESTABLISHED",
      "on keepalive; fire; = . 0 1; in . n u 0; fire; = ; due 7125000" },
    { "MUST-25: off unless asked for", PROFILE_RFC9293, "ESTABLISHED",
      "due -1; on keepalive; off keepalive; due -1" },

    { "MUST-13: 2 MSL", PROFILE_RFC9293, "TIME_WAIT",
      "due 240000; fire; ? time-wait.end; state CLOSED" },
    { "of Linux: 60 s", PROFILE_LINUX, "TIME_WAIT", "due 60000" },
    { "TIME_WAIT switched off: the ACK goes out all the same", PROFILE_RFC9293, "FIN_WAIT_2",
      "set time_wait 0; in F. n x 0; ? fin.received time-wait.skipped; state CLOSED; = . 2 2" },
    { "FIN_WAIT_2 waits for ever", PROFILE_RFC9293, "FIN_WAIT_2", "due -1; on orphan; due -1" },
    { "an orphan's FIN_WAIT_2 does not, in Linux", PROFILE_LINUX, "FIN_WAIT_2",
      "due -1; on orphan; due 60000; off orphan; due -1; on orphan; due 60000; fire; ? "
      "fin-wait-2.end; state CLOSED; = " },
    { "an orphan that is in FIN_WAIT_1 first", PROFILE_LINUX, "FIN_WAIT_1",
      "on orphan; in . n x 0; state FIN_WAIT_2; due 60000; in F. n x 0; state TIME_WAIT; due "
      "60000" },
};

START_TEST(tale) { lab_play(&tales[_i], ""); }
END_TEST

/* 6298 2.2, 2.3 with numbers worked out by hand: R = 100 ms, then 200 ms. */
START_TEST(arithmetic)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "SYN_SENT");
    l.env.now += MSEC(90); /* lab_to() has let 10 ms pass */
    lab_do(&l, "set rto_min_var 0; in S. 0xFFFFFFE0 x 0; out");
    ck_assert_uint_eq(l.t.srtt, 90000);
    ck_assert_uint_eq(l.t.rttvar, 45000);
    ck_assert_uint_eq(l.t.rto, 270000);
    lab_do(&l, "send 9; out");
    l.env.now += MSEC(170);
    lab_do(&l, "in . n x 0");
    ck_assert_uint_eq(l.t.rttvar, (3 * 45000 + 80000) / 4);
    ck_assert_uint_eq(l.t.srtt, (7 * 90000 + 170000) / 8);
    ck_assert_uint_eq(l.t.rto, l.t.srtt + 4 * l.t.rttvar);
}
END_TEST

/* The user's own timeout takes R2's place (3.10.1, 3.8.3 MUST-21). */
START_TEST(user_timeout)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    l.t.user_timeout = 5000;
    lab_do(&l, "send 9; out; wait 4999; state ESTABLISHED; wait 1; ? give-up.time; state CLOSED");
    ck_assert(l.t.signal & SIG_USER_TIMEOUT);
}
END_TEST

/* Measured on Linux 6.18: it begins with the first retransmission. */
START_TEST(user_timeout_of_linux)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "ESTABLISHED");
    l.t.user_timeout = 5000;
    lab_do(&l, "send 9; out; fire; out; wait 4999; state ESTABLISHED; wait 1; "
               "? give-up.time; state CLOSED");
    ck_assert(l.t.signal & SIG_USER_TIMEOUT);
}
END_TEST

SUITE(tcp_clock)
{
    TCase *c = tcase_create("clocks");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, arithmetic);
    tcase_add_test(c, user_timeout);
    tcase_add_test(c, user_timeout_of_linux);
    suite_add_tcase(s, c);
}
