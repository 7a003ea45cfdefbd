/* SPDX-License-Identifier: MIT
 * test_tcp_room.c - nothing is sent beyond the peer's window, and our own can be told. */
#include "test_tcp_lab.h"

#include <string.h>

static const struct lab_tale tales[] = {
    { "9293 3.4: a FIN takes up a number, and waits for room like any", PROFILE_RFC9293,
      "ESTABLISHED",
      "in . n u 0 wnd=9; send 9; close; = P. 1 1 +9; state FIN_WAIT_1; in . n x 0 wnd=9; = F. 10 "
      "1; "
      "? send.fin" },
    { "3.8.6: when all is in flight it says that it waits", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=9; send 9; = P. 1 1 +9; close; ? wait.fin; = ; in . n x 0 wnd=1; = F. 10 1" },
    { "with room for it, it goes with the last text", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=10; send 9; close; = FP. 1 1 +9" },
    { "Nagle does not hold text that the FIN would have gone with", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=14; send 5; = P. 1 1 +5; send 9; = ; close; = P. 6 1 +9; in . n x 0 wnd=14; "
      "= "
      "F. 15 1" },
    { "3.8.6.1: into a window of zero the FIN is the probe", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; close; ? wait.fin; = ; state FIN_WAIT_1; due 1000; fire; ? "
      "persist.expired; = F. 1 1; ? send.probe-fin; due 2000; in . n u 0 wnd=0; = ; fire; = F. 1 "
      "1; "
      "in . n u 0 wnd=5; = F. 1 1; ? send.fin; in . n x 0; state FIN_WAIT_2" },
    { "which the peer may take", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; close; fire; = F. 1 1; in . n x 0 wnd=0; ? ack.of-fin; = ; due -1; state "
      "FIN_WAIT_2; in F. n x 0; = . 2 2; state TIME_WAIT" },
    { "the same when the peer has closed before", PROFILE_RFC9293, "CLOSE_WAIT",
      "in . n u 0 wnd=0; send 9; close; = ; state CLOSE_WAIT; fire; = . 1 2 +1; in . n u 0 wnd=9; "
      "= P. 1 2 +9; state CLOSE_WAIT; in . n x 0 wnd=0; = ; fire; = F. 10 2; state LAST_ACK; in . "
      "n x 0 wnd=0; state CLOSED" },
    { "Linux probes with an old number, whatever waits", PROFILE_LINUX, "ESTABLISHED",
      "in . n u 0 wnd=0; close; = ; fire; = . 0 1; in . n u 0 wnd=5; = F. 1 1" },
    { "MUST-37: as long as probes are answered the connection stays, by count", PROFILE_LINUX,
      "ESTABLISHED",
      "set r2_count 3; in . n u 0 wnd=0; send 9; fire; = . 0 1; in . n u 0 wnd=0; fire; = . 0 1; "
      "in "
      ". n u 0 wnd=0; fire; = . 0 1; in . n u 0 wnd=0; fire; = . 0 1; in . n u 0 wnd=0; fire; = . "
      "0 1; state ESTABLISHED; fire; = . 0 1; fire; = . 0 1; fire; ? give-up.count; state CLOSED" },
    { "and by time", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; wait 119000; in . n u 0 wnd=0; wait 119000; in . n u 0 wnd=0; "
      "state ESTABLISHED; wait 120000; state CLOSED" },
};

START_TEST(tale) { lab_play(&tales[_i], ""); }
END_TEST

/* How many segments leave now, at most ten; *wnd is what the last one says. */
static int leave(struct lab *l, uint16_t *wnd)
{
    struct segment out;
    int            n = 0;

    while (n < 10 && tcp_output(&l->t, &l->env, &out)) {
        *wnd = out.wnd;
        n++;
    }
    return n;
}

/* The shift is chosen for what the buffer may grow to, but a step of it stays small beside what the
 * buffer is; a user who has said how large it shall be means it. */
START_TEST(scale_fits_the_buffer)
{
    static const struct {
        uint32_t    buf, max;
        const char *script;
    } row[] = {
        { 65535, 0, "open; = S 0 ws=0 sackok ts=0" },
        { 65536, 0, "open; = S 0 ws=1 sackok ts=0" },
        { 65535, 6291456, "open; = S 0 ws=7 sackok ts=0" },
        { 112, 6291456, "open; = S 0 ws=5 sackok ts=0" },
        { 3, 6291456, "open; = S 0 ws=0 sackok ts=0" },
        { 65535, 6291456, "rcvbuf 30000; open; = S 0 ws=0 sackok ts=0" },
        { 65535, 6291456, "rcvbuf 200000; open; = S 0 ws=2 sackok ts=0" },
        { 65535, 1u << 30, "open; = S 0 ws=14 sackok ts=0" },
    };

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct lab l;

        lab_to(&l, PROFILE_LINUX, "CLOSED");
        l.policy.rcv_buf     = row[i].buf;
        l.policy.rcv_buf_max = row[i].max;
        l.t                  = tcp_new(&l.policy);
        lab_do(&l, row[i].script);
    }
}
END_TEST

/* A buffer that changes while the SYN is on its way does not change what the SYN has said. */
START_TEST(scale_is_what_was_told)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "CLOSED");
    lab_do(&l,
           "rcvbuf 65535; set rcv_buf_max 0; open; = S 0 ws=0 sackok ts=0; rcvbuf 1000000; fire; "
           "= S 0 ws=0 sackok ts=0; in S. 0xFFFFFFE0 x 0 ws=7");
    ck_assert_uint_eq(l.t.rcv_scale, 0);
}
END_TEST

/* A user who reads a little and wants a smaller buffer each time: the window that fits into it may
 * be less than a step of the scale.  It is told as zero, once, and as more when there is more. */
START_TEST(a_window_below_a_step)
{
    struct lab l;
    uint16_t   wnd = 99;

    lab_to(&l, PROFILE_LINUX, "CLOSED");
    lab_do(&l, "set rcv_buf 1000; set quickack 0");
    l.t = tcp_new(&l.policy);
    lab_do(&l, "open; = S 0 ws=7 sackok ts=0; in S. 0xFFFFFFE0 x 0 ws=7; out; shut");
    ck_assert_uint_eq(l.t.rcv.wnd, 0);
    lab_do(&l, "recv 400; rcvbuf 200; recv 250; rcvbuf 200; recv 170; rcvbuf 200; recv 80");
    ck_assert_uint_eq(l.t.rcv.buf, 200);
    ck_assert_uint_eq(l.t.rcv.wnd, 100);
    ck_assert_int_eq(leave(&l, &wnd), 0);
    lab_do(&l, "recv 100");
    ck_assert_int_eq(leave(&l, &wnd), 1);
    ck_assert_uint_eq(wnd, 1);
    /* and never so small a buffer that nothing could be told */
    lab_do(&l, "in . n u 128; out; recv 128; rcvbuf 1");
    ck_assert_uint_ge(l.t.rcv.buf, 128);
}
END_TEST

SUITE(tcp_room)
{
    TCase *c = tcase_create("room");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, scale_fits_the_buffer);
    tcase_add_test(c, scale_is_what_was_told);
    tcase_add_test(c, a_window_below_a_step);
    suite_add_tcase(s, c);
}
