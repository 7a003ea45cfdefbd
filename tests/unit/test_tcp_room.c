/* SPDX-License-Identifier: MIT
 * test_tcp_room.c - nothing is sent beyond the peer's window, and our own can be told. */
#include "test_tcp_lab.h"

#include <string.h>

struct tale {
    const char  *name;
    enum profile profile;
    const char  *from, *script;
};

static const struct tale tales[] = {
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

START_TEST(tale)
{
    struct lab l;

    lab_to(&l, tales[_i].profile, tales[_i].from);
    lab_do(&l, tales[_i].script);
    tcp_forget(&l.t, &l.env);
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}
END_TEST

SUITE(tcp_room)
{
    TCase *c = tcase_create("room");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    suite_add_tcase(s, c);
}
