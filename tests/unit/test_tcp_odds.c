/* SPDX-License-Identifier: MIT
 * test_tcp_odds.c - two ends that do not agree on where they are: how often they say so. */
#include "pair.h"
#include "test_tcp_lab.h"

#include <string.h>

static const struct lab_tale tales[] = {
    { "5961 7: two in five seconds, here", PROFILE_RFC9293, "ESTABLISHED",
      "set answer_count 2; in . n-1 u 0; = . 1 1; in . n-1 u 0; ? seq.outside; = . 1 1; wait 4900; "
      "in . n-1 u 0; ? answer.limit; = ; wait 100; in . n-1 u 0; = . 1 1" },
    { "challenges count too", PROFILE_RFC9293, "ESTABLISHED",
      "set answer_count 2; in R n+1 u 0; = . 1 1; in S n u 0; ? syn.challenge; = . 1 1; in R n+1 u "
      "0; ? answer.limit; = ; in . n m-1 0; ? answer.limit; = ; in . n x+1 0; ? answer.limit; = " },
    { "Linux: one in half a second", PROFILE_LINUX, "ESTABLISHED",
      "in . n-1 u 0; = . 1 1; wait 499; in . n-1 u 0; ? answer.limit; = ; wait 1; in . n-1 u 0; = "
      ". 1 1" },
    { "BSD: five in a second", PROFILE_BSD, "ESTABLISHED",
      "in . e+1 u 0; in . e+1 u 0; in . e+1 u 0; in . e+1 u 0; out; in . e+1 u 0; = . 1 1; in . "
      "e+1 u 0; = ; wait 1000; in . e+1 u 0; = . 1 1" },
    { "BSD: in TIME_WAIT too, but text is answered each time", PROFILE_BSD, "TIME_WAIT",
      "in . n x-1 0; in . n x-1 0; in . n x-1 0; in . n x-1 0; out; in . n x-1 0; "
      "? time-wait.answer; = . 2 2; in . n x-1 0; ? answer.limit; = ; in . n x 9; "
      "? time-wait.answer; = . 2 2" },
    { "BSD: what is old is answered each time, and its ACK counts", PROFILE_BSD, "ESTABLISHED",
      "send 9; out; in . n-1 x 0; ? seq.old ack.new; = . 10 1; due -1; in . n-9 x 9; ? seq.old; "
      "= . 10 1" },
    { "BSD: a FIN goes along with an ACK, not with one that repeats itself: two such ends would "
      "not "
      "stop",
      PROFILE_BSD, "FIN_WAIT_1",
      "in . n u 5; fire; = F. 1 6; ? send.ack-fin; in F. n+9 u 0; = . 2 6; in F. n+9 u 0; = . 2 "
      "6" },
    { "BSD: but not what is empty, more than five times a second; its ACK counts all the same",
      PROFILE_BSD, "ESTABLISHED",
      "send 9; out; in . n-1 u 0; in . n-1 u 0; in . n-1 u 0; in . n-1 u 0; in . n-1 u 0; out; in "
      ". "
      "n-1 x 0; ? seq.old-mute ack.new; due -1; = ; in . n-9 x 9; ? seq.old; = . 10 1" },
    { "RFC 793 sets no limit", PROFILE_RFC793, "ESTABLISHED",
      "set answer_count 1; in . n-1 u 0; = . 1 1; in . n-1 u 0; = . 1 1" },
    { "text and a FIN that come again are answered each time", PROFILE_LINUX, "ESTABLISHED",
      "in . n-1 u 0; = . 1 1; in . n-9 u 9; = . 1 1; in F. n-1 u 0; = . 1 1; in . n-9 u 9; ? "
      "seq.outside; = . 1 1" },
    { "what is a RST is not answered at all", PROFILE_LINUX, "ESTABLISHED",
      "in R n-1 u 0; = ; in . n-1 u 0; = . 1 1" },
    { "an old timestamp counts", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=500:0; out; in . n u 0 ts=400:0; ? paws.old; = . 1 1 ts=500; in . n "
      "u 0 ts=400:0; ? answer.limit; = ; in . n u 9 ts=400:0; ? paws.old; = . 1 1 ts=500" },
    { "A.2: what is empty and just at the right edge is heard", PROFILE_LINUX, "ESTABLISHED",
      "send 9; out; in . e x 0; ? seq.edge ack.new; = ; due -1" },
    { "but not beyond it", PROFILE_LINUX, "ESTABLISHED",
      "send 9; out; in . e+1 x 0; ? seq.outside; = . 10 1" },
    { "nor with text, nor when it is a RST", PROFILE_BSD, "ESTABLISHED",
      "send 9; out; in . e x 1; ? seq.outside; = . 10 1; in R e x 0; ? rst.outside; = ; state "
      "ESTABLISHED" },
    { "by the table of 3.10.7.4 it is outside", PROFILE_RFC9293, "ESTABLISHED",
      "send 9; out; in . e x 0; ? seq.outside; = . 10 1" },
    { "an ACK of what was never sent: a silent Linux", PROFILE_LINUX, "ESTABLISHED",
      "in F. n x+1 0; ? ack.future-mute; = ; state ESTABLISHED; set ack_future 0; in F. n x+1 "
      "0; ? ack.future; = . 1 1" },
    { "a RST just at the right edge is challenged by Linux", PROFILE_LINUX, "ESTABLISHED",
      "in R e x 0; ? rst.edge rst.challenge; = . 1 1; state ESTABLISHED" },
    { "and is outside for the RFC", PROFILE_RFC9293, "ESTABLISHED",
      "in R e x 0; ? rst.outside; = ; state ESTABLISHED" },
    { "but only in ESTABLISHED", PROFILE_LINUX, "CLOSE_WAIT",
      "in . n x+1 0; ? ack.future; = . 1 2" },
};

START_TEST(tale) { lab_play(&tales[_i], ""); }
END_TEST

/* The record of a connection in TIME_WAIT remembers how often it has answered. */
START_TEST(time_wait_counts_on)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "TIME_WAIT");
    lab_do(&l, "in . n-1 x 0; = . 2 2");
    struct tcp_time_wait w = tcp_pack(&l.t);
    struct tcb           t = tcp_unpack(&w, &l.policy);

    t.iss = l.t.iss;
    t.irs = l.t.irs;
    l.t   = t;
    lab_do(&l, "in . n-1 x 0; ? answer.limit; = ; wait 500; in . n-1 x 0; = . 2 2");
}
END_TEST

/* Segments that two idle hosts exchange in a minute, after somebody has given one of them a FIN
 * that the other has not sent. */
static size_t quarrel(enum profile profile)
{
    struct pair   *p = pair_new(profile);
    struct command c = { .kind = CMD_INJECT, .host = SERVER, .peer = CLIENT };
    size_t         n = 0, from;

    pair_open(p);
    c.sport   = 80;
    c.dport   = 50000;
    c.seg.ctl = CTL_FIN | CTL_ACK;
    c.seg.seq = 801;
    c.seg.ack = 301;
    c.seg.wnd = 1000;
    from      = p->j.len;
    world_do(p->w, &p->j, &c);
    pair_run(p, SEC(60));
    for (size_t i = from; i < p->j.len; i++)
        n += p->j.entry[i].kind == EVENT_SENT;
    pair_free(p);
    return n;
}

START_TEST(a_quarrel_is_not_for_ever)
{
    ck_assert_uint_gt(quarrel(PROFILE_RFC793), 500); /* one each round trip of 100 ms */
    ck_assert_uint_lt(quarrel(PROFILE_RFC9293), 300);
    ck_assert_uint_lt(quarrel(PROFILE_BSD), 700);
    ck_assert_uint_lt(quarrel(PROFILE_LINUX), 60);
}
END_TEST

SUITE(tcp_odds)
{
    TCase *c = tcase_create("odds");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, time_wait_counts_on);
    tcase_add_test(c, a_quarrel_is_not_for_ever);
    suite_add_tcase(s, c);
}
