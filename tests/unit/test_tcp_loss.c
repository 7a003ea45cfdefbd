/* SPDX-License-Identifier: MIT
 * test_tcp_loss.c - losses on top of losses: what is on its way already, what was in vain. */
#include "test_tcp_lab.h"

struct tale {
    const char  *name;
    enum profile profile;
    const char  *script;
};

/* RACK, segments of 1000 bytes, a round trip of 20 ms. */
#define RACK                                                                                       \
    "set psh_burst 0; set rto_min_var 0; wait 20; in S. 0xFFFFFFE0 x 0 sackok; out; set quickack " \
    "0; set cc 1; "

/* Without RACK, by counting. */
#define SACK                                                                                       \
    "set psh_burst 0; in S. 0xFFFFFFE0 x 0 sackok; out; set quickack 0; set cc 1; set rack 0; "

/* In recovery up to 8001 a segment beyond that is lost, found, and sent again; recovery ends, and
 * at the next ACK another one begins, of that segment. */
#define TWO                                                                                        \
    RACK "send 8000; out; wait 20; in . n u 0 sack=1001-8001; = . 1 1 +1000; wait 1; send 4000; "  \
         "= . 8001 1 +1000 | . 9001 1 +1000 | . 10001 1 +1000 | P. 11001 1 +1000; wait 20; in . "  \
         "n u 0 sack=9001-11001,1001-8001; = . 1 1 +1000 | . 8001 1 +1000; wait 1; in . n u+8000 " \
         "0 sack=9001-11001; ? cc.recovered; forget; "

static const struct tale tales[] = {
    { "6675 5 (4.3): what has been sent again is not, because another recovery begins",
      PROFILE_LINUX, TWO "in . n u 0 sack=9001-12001; ? cc.recovery; = " },
    { "3708: and it counts: to come twice once is not enough when it was sent three times",
      PROFILE_LINUX,
      TWO "in . n u 0 sack=9001-12001; ? cc.recovery; wait 1; send 2000; = . 12001 1 +1000; wait "
          "21; in . n u 0 sack=9001-13001; ? rack.lost; = . 8001 1 +1000; in . n x 0; in . n u 0 "
          "sack=8001-9001; ? sack.duplicate; ! cc.undo; in . n u 0 sack=8001-9001; ? cc.undo" },
    { "a block that was not believed is news when it can be true", PROFILE_LINUX,
      SACK "send 4000; out; in . n u 0 sack=1001-2001; in . n u 0 sack=2001-5001,1001-2001; "
           "forget; send "
           "1000; out; in . n u 0 sack=2001-5001; ? sack.heard cc.recovery" },
    { "2018 8: what the peer has thrown away, and then has again, is reported again", PROFILE_LINUX,
      SACK "set frto 0; send 5000; out; in . n u 0 sack=1001-2001,3001-4001; in . n u+1000 0 "
           "sack=1001-2001,3001-4001; fire; ? cc.loss; = . 1001 1 +1000; in . n u 0 sack=1001-2001,"
           "3001-4001; ? sack.heard" },
    { "6675 4 NextSeg (4): nothing new, and the tail may be lost: it goes once", PROFILE_LINUX,
      SACK
      "send 8000; out; wait 20; in . n u 0 sack=1001-4001; = . 1 1 +1000; in . n u 0 "
      "sack=1001-6001; = ; in . n u+6000 0; = P. 7001 1 +1000; ? sack.next; in . n u 0; = ; in . n "
      "u 0 sack=7001-8001; = . 6001 1 +1000; in . n x 0; ? cc.recovered; due -1" },
    { "but not while there is new text, nor before the first hole is filled", PROFILE_LINUX,
      SACK "send 9000; out; wait 20; in . n u 0 sack=1001-7001; = . 1 1 +1000; wait 20; in . n u 0 "
           "sack=1001-7001; = ; ! sack.next; send 1000; in . n u+7000 0; = P. 9001 1 +1000; ! "
           "sack.next" },
    { "5681 3.1: a segment that a timer sends again for the first time halves what the last one "
      "left",
      PROFILE_LINUX,
      SACK "set frto 0; cwnd 10000; send 30000; out; fire; ? cc.loss; ssthresh 5000; = . 1 1 "
           "+1000; in . "
           "n u+1000 0; out; in . n u+1000 0; out; in . n u+1000 0; out; cwnd 4000; fire; ? "
           "cc.loss; ssthresh 2000; out; fire; ssthresh 2000" },
    { "5681 3.1: after a timeout avoidance takes over where slow start ends", PROFILE_LINUX,
      SACK
      "set frto 0; cwnd 10000; send 30000; out; fire; ssthresh 5000; out; in . n u+1000 0; "
      "out; in . n u+1000 0; out; in . n u+1000 0; out; in . n u+1000 0; out; cwnd 5000; in . n "
      "u+1000 0; out; in . n u+1000 0; out; in . n u+1000 0; out; in . n u+1000 0; out; in . n "
      "u+1000 0; ! cc.recovered; ? cc.avoidance; cwnd 6000" },
    { "5681 3.1: what had been reported is no news to slow start", PROFILE_LINUX,
      SACK "set frto 0; send 3000; out; in . n u 0 sack=1001-3001; fire; = . 1 1 +1000; in . n "
           "u+3000 0; cwnd 2000" },
    { "9937: what had arrived before recovery began has no share in it", PROFILE_LINUX,
      SACK
      "send 20000; out; in . n u 0 sack=1001-2001; out; in . n u 0 sack=1001-3001; out; in . n u 0 "
      "sack=1001-4001; ? cc.recovery; = . 1 1 +1000; in . n u 0 sack=1001-5001; = ; in . n u "
      "0 sack=1001-6001; = ; in . n u 0 sack=1001-7001; = . 12001 1 +1000" },
    { "a report that grows, one that repeats, two that become one: each segment is heard of once",
      PROFILE_LINUX,
      SACK
      "send 9000; out; in . n u 0 sack=2001-3001; ? sack.heard; in . n u 0 sack=2001-4001; ? "
      "sack.heard; in . n u 0 sack=2001-4001; ! sack.heard; in . n u 0 sack=5001-6001,2001-4001; "
      "? sack.heard; in . n u 0 sack=4001-6001; ? sack.heard; in . n u 0 sack=2001-6001; ! "
      "sack.heard; in . n u 0 sack=1001-7001; ? sack.heard; in . n x 0; ? cc.recovered; due "
      "-1" },
};

START_TEST(tale)
{
    const struct tale *t = &tales[_i];

    lab_play(&(struct lab_tale){ t->name, t->profile, "SYN_SENT", t->script }, LAB_PLAIN);
}
END_TEST

/* The ACK that ends a recovery acknowledges text like any other (5681 3.1), and what is counted
 * towards the next segment of the window is forgotten at the next loss, or scaled with the window.
 */
START_TEST(what_is_counted)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "SYN_SENT");
    lab_do(&l, "set timestamps 0; set wscale 0;" SACK
               "send 40000; out; in . n u 0 sack=1001-4001; out; in . n u+10000 0; ? cc.recovered "
               "cc.avoidance; cwnd 6000; out");
    ck_assert_uint_eq(l.t.cc.credit, 2000);
    l.policy.count_on = (uint32_t)_i;
    lab_do(&l, "in . n u 0 sack=11001-14001; ? cc.recovery; ssthresh 3000");
    ck_assert_uint_eq(l.t.cc.credit, _i ? 1000 : 0);
    lab_do(&l, "out; in . n x 0; ? cc.recovered");
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* 8985 6.2 step 4: a quarter of a round trip more for each round with a D-SACK, until the smoothed
 * round trip ends it; 16 is for how many recoveries that lasts. */
START_TEST(a_wide_reordering_window)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "SYN_SENT");
    lab_do(&l, "set timestamps 0; set wscale 0;" RACK);
    for (int i = 0; i < 20; i++)
        lab_do(&l, "send 1000; out; wait 20; in . n x 0 sack=1-1001");
    ck_assert_uint_eq(l.t.rack.mult, 21);
    ck_assert_uint_eq(l.t.rack.persist, 16);
    tcp_forget(&l.t, &l.env);
}
END_TEST

SUITE(tcp_loss)
{
    TCase *c = tcase_create("loss");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_loop_test(c, what_is_counted, 0, 2);
    tcase_add_test(c, a_wide_reordering_window);
    suite_add_tcase(s, c);
}
