/* SPDX-License-Identifier: MIT
 * test_tcp_profile.c - one story, four profiles: where they part, and where they do not.
 *
 * The sources of what is expected are those of tcp/policy.def. */
#include "tcp/icmp.h"
#include "test_tcp_lab.h"

#include <stdio.h>

struct part {
    const char *name, *from, *script;
    const char *then[PROFILE_COUNT]; /* rfc793, rfc9293, linux, bsd; NULL: as the one before */
};

/* A connection that has agreed on an option that not all of them offer. */
#define AGREED(knob, option)                                                                       \
    "set timestamps 0; set sack 0; set wscale 0; set " knob                                        \
    " 1; open; out; in S. 0xFFFFFFE0 x 0 " option "; out; "

#define NINE(x) x x x x x x x x x
#define ACK     "in . n u+1000 0; out; "

static const struct part parts[] = {
    { "9293 3.4.2: 2 MSL", "TIME_WAIT", "", { "due 240000", NULL, "due 60000", NULL } },
    { "MAY-2: a SYN reopens TIME_WAIT",
      "TIME_WAIT",
      "in S n+500 0 0",
      { "! time-wait.reopen", "? time-wait.reopen", NULL, NULL } },
    { "1337: a RST ends TIME_WAIT",
      "TIME_WAIT",
      "in R n 0 0",
      { "state CLOSED", NULL, NULL, "state TIME_WAIT" } },
    { "3.10.7.2/2: a SYN,ACK in LISTEN", "LISTEN", "in S. 5 7 0", { "= R 7", NULL, NULL, "=" } },
    { "3.10.7.2/3: what comes with a SYN is not lost",
      "LISTEN",
      "in SF 0xFFFFFFE0 0 9; out; in . i+1 x 0",
      { "state CLOSE_WAIT", NULL, "state LISTEN", "state ESTABLISHED" } },
    { "3.10.7.2/3: the text that comes with a SYN",
      "LISTEN",
      "in S 0xFFFFFFE0 0 9; out; in . i+1 x 0",
      { "? text.gap-filled", NULL, "! text.gap-filled", NULL } },
    { "a RST that does not count the FIN before it",
      "CLOSE_WAIT",
      "in R n-1 0 0",
      { "state CLOSE_WAIT", NULL, "state CLOSED", "state CLOSE_WAIT" } },
    { "5961 3.2: a RST in the window",
      "ESTABLISHED",
      "in R n+5 0 0",
      { "state CLOSED", "state ESTABLISHED; = . 1 1", NULL, NULL } },
    { "5961 4.2: a SYN in the window",
      "ESTABLISHED",
      "in S n+5 0 0",
      { "state CLOSED", "state ESTABLISHED; = . 1 1", NULL, NULL } },
    { "5961 5.2: an ACK too old",
      "ESTABLISHED",
      "in . n m-1 9",
      { "? text.in-order", "? ack.too-old", NULL, NULL } },
    { "an ACK of numbers from before the connection",
      "ESTABLISHED",
      "in . n u-2 9",
      { "? text.in-order", NULL, "? ack.before-connection", "? text.in-order" } },
    { "A.2: an ACK just at the right edge",
      "ESTABLISHED",
      "send 9; out; in . e x 0",
      { "! ack.new", NULL, "? ack.new", NULL } },
    { "a RST just at the right edge", "ESTABLISHED", "in R e x 0", { "=", NULL, "= . 1 1", "=" } },
    { "3.10.7.4/5: an ACK of what was never sent",
      "ESTABLISHED",
      "in . n x+1 0",
      { "= . 1 1", NULL, "=", "= . 1 1" } },
    { "outside the window, and nothing set",
      "ESTABLISHED",
      "in - e+5 0 0",
      { "= . 1 1", NULL, "=", "= . 1 1" } },
    { "3.10.7.4/8: a second FIN, beyond the first",
      "CLOSE_WAIT",
      "in F. n x 0",
      { "= . 1 2", NULL, "=", "= . 1 2" } },
    { "MUST-66: a FIN alone when the window is zero",
      "ESTABLISHED",
      "shut; in F. n x 0",
      { "state ESTABLISHED", NULL, "state CLOSE_WAIT", "state ESTABLISHED" } },
    { "the ACK of a FIN",
      "ESTABLISHED",
      "in F. n x 0",
      { "= . 1 2", NULL, "=; due 4", "= . 1 2" } },
    { "our FIN again, with an ACK",
      "FIN_WAIT_1",
      "in . n u 3000",
      { "= . 2 3001", NULL, NULL, "= F. 1 3001" } },
    { "3.8.6.1: the probe of a window of zero",
      "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; fire",
      { "= . 1 1 +1", NULL, "= . 0 1", "= . 1 1 +1" } },
    { "3.8.1: what is sent again",
      "ESTABLISHED",
      "on nodelay; send 9; out; send 9; out; fire",
      { "= P. 1 1 +9", NULL, "= P. 1 1 +18", "= P. 1 1 +9" } },
    { "SHLD-7: Nagle", "ESTABLISHED", "send 5; out; send 6", { "= P. 6 1 +6", "=", NULL, NULL } },
    { "SHLD-7: the last part of a write",
      "ESTABLISHED",
      "send 1005",
      { "= . 1 1 +1000 | P. 1001 1 +5", "= . 1 1 +1000", "= . 1 1 +1000 | P. 1001 1 +5", NULL } },
    { "3.8.6.2.1: text that waits for more, when an ACK comes",
      "ESTABLISHED",
      "send 5; out; nopush 6; in . n x 0",
      { "=", NULL, "= . 6 1 +6", "=" } },
    { "3.8.6.3: the ACK of text",
      "ESTABLISHED",
      "in . n u 9",
      { "= . 1 10", "=; due 200", "= . 1 10", "=; due 40" } },
    { "SHLD-19: of every second segment",
      "ESTABLISHED",
      "in . n u 9; in . n u 9",
      { "= . 1 19", "=", "= . 1 19", NULL } },
    { "FIN_WAIT_2 without a holder",
      "FIN_WAIT_2",
      "on orphan",
      { "due -1", NULL, "due 60000", NULL } },
    { "SHLD-3: text for a closed socket",
      "FIN_WAIT_2",
      "on deaf; on orphan; in F. n u 9",
      { "state TIME_WAIT", "! fin.again; state CLOSED; = R 2", NULL, NULL } },
    { "3.10.5: a listener is closed during a handshake",
      "SYN_RECEIVED",
      "abort",
      { "= R. 1 1", NULL, "=", NULL } },
    { "3168 6.1.1: a SYN that asks for ECN",
      "LISTEN",
      "in SEW 0xFFFFFFE0 0 0",
      { "! syn.ecn", NULL, "? syn.ecn", NULL } },
    { "5681 3.1, 6928: the initial window",
      "ESTABLISHED",
      "",
      { "cwnd 0", "cwnd 4000", "cwnd 10000", NULL } },
    { "5681 3.1: slow start",
      "ESTABLISHED",
      "send 12000; out; in . n u+2000 0",
      { "cwnd 0", "cwnd 5000", "cwnd 12000", NULL } },
    { "5681 2: a FIN is no text, and waits for no congestion window",
      "CLOSED",
      "set iw 4; open; out; in S. 0xFFFFFFE0 x 0; out; send 4000; out; close",
      { "= F. 4001 1", NULL, NULL, NULL } },
    { "6298 2.5: the longest timeout",
      "ESTABLISHED",
      "set r2_count 0; set r2_ms 0; send 9; out; wait 900000; fire; out",
      { "due 60000", NULL, "due 120000", "due 64000" } },
    { "9406 4.2: slow start, when the round trip grows",
      "ESTABLISHED",
      "set snd_buf 90000; send 70000; out; wait 10; " NINE(ACK) "wait 100; " NINE(ACK),
      { "! cc.hystart-slower", NULL, "? cc.hystart-slower", NULL } },
    { "3.8.3 SHLD-9: trouble is told of after three",
      "ESTABLISHED",
      "send 9; out; fire; out; fire; out; ! rto.trouble; fire",
      { "? rto.trouble", NULL, NULL, NULL } },
    { "a SYN sent again offers what it did",
      "CLOSED",
      "set timestamps 1; set sack 0; set wscale 0; open; out; fire; out; fire; out; fire",
      { "= S 0 ts=0", NULL, NULL, NULL } },
    { "3708: a loss that was none",
      "CLOSED",
      AGREED("sack", "sackok") "set rack 0; set frto 0; send 4000; out; fire; out; in . n u+1000 "
                               "0; out; in . n x 0 sack=1-1001; out; in . n x 0 sack=1001-4001",
      { "! cc.undo", NULL, "? cc.undo", "! cc.undo" } },
    { "7661: a window of which a part was used",
      "ESTABLISHED",
      "send 6000; out; in . n x 0",
      { "cwnd 0", "cwnd 5000", "cwnd 16000", "cwnd 10000" } },
    { "5681 3.1: a loss",
      "ESTABLISHED",
      "send 4000; out; fire",
      { "ssthresh 0", "ssthresh 2000; cwnd 1000", "ssthresh 7000; cwnd 1000", NULL } },
    { "5681 4.1: after an idle time",
      "ESTABLISHED",
      "send 12000; out; in . n u+9000 0; out; in . n x 0; wait 90000; send 1; out",
      { "! cc.idle", "? cc.idle", NULL, NULL } },
    { "7323 3.2: a segment without the timestamp that was agreed on",
      "CLOSED",
      AGREED("timestamps", "ts=77:0") "in . n u 9",
      { "? timestamp.missing", NULL, "? text.in-order", "? timestamp.missing" } },
    { "2018 3: a FIN that waits beyond a gap",
      "CLOSED",
      AGREED("sack", "sackok") "in F. n+9 u 9",
      { "= . 1 1 sack=10-20", NULL, NULL, "= . 1 1 sack=10-19" } },
    { "2883 4: a duplicate that came with a FIN",
      "CLOSED",
      AGREED("sack", "sackok") "in . n u 9; out; in F. n-9 u 9; wait 50",
      { "= . 1 11 sack=1-10", NULL, "= . 1 11", "= . 1 11 sack=1-10" } },
};

START_TEST(they_part)
{
    const struct part *part = &parts[_i];
    const char        *then = NULL;

    for (int p = 0; p < PROFILE_COUNT; p++) {
        struct lab l;
        char       script[1024];

        then = part->then[p] ? part->then[p] : then;
        ck_assert_int_lt(snprintf(script, sizeof script, "%s; %s", part->script, then),
                         sizeof script);
        lab_to(&l, (enum profile)p, part->from);
        lab_do(&l, script);
        tcp_forget(&l.t, &l.env);
        ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
    }
}
END_TEST

/* How often something is sent again to a peer that has fallen silent, and when that ends. */
struct silence {
    const char *name, *from, *script;
    struct {
        uint32_t times, seconds;
    } then[PROFILE_COUNT];
};

static const struct silence silences[] = {
    { "3.8.3 MUST-23: a SYN", "SYN_SENT", "", { { 8, 300 }, { 7, 180 }, { 10, 131 }, { 6, 75 } } },
    { "a SYN,ACK", "SYN_RECEIVED", "", { { 8, 300 }, { 7, 180 }, { 5, 63 }, { 6, 75 } } },
    { "3.8.3 SHLD-11: text",
      "ESTABLISHED",
      "send 9; out",
      { { 9, 300 }, { 6, 120 }, { 15, 934 }, { 12, 189 } } },
    { "the FIN of a socket that nobody holds",
      "ESTABLISHED",
      "close; on orphan; out",
      { { 9, 300 }, { 6, 120 }, { 8, 107 }, { 12, 189 } } },
    { "3.8.4: keep-alives, and the RST that Linux and BSD send in the end",
      "ESTABLISHED",
      "on keepalive",
      { { 9, 7875 }, { 9, 7875 }, { 10, 7875 }, { 9, 7800 } } },
};

START_TEST(they_give_up)
{
    const struct silence *s = &silences[_i];

    for (int p = 0; p < PROFILE_COUNT; p++) {
        struct lab     l;
        struct segment out;
        uint32_t       n = 0;

        lab_to(&l, (enum profile)p, s->from);
        lab_do(&l, s->script);
        vtime began = l.env.now;
        while (l.t.state != TCP_CLOSED) {
            ck_assert(tcp_deadline(&l.t) != VTIME_NEVER && n < 100);
            l.env.now = tcp_deadline(&l.t);
            tcp_timeout(&l.t, &l.env);
            while (tcp_output(&l.t, &l.env, &out))
                n++;
        }
        ck_assert_uint_eq(n, s->then[p].times);
        ck_assert_int_eq((l.env.now - began) / SEC(1), s->then[p].seconds);
        tcp_forget(&l.t, &l.env);
    }
}
END_TEST

/* 9293 3.9.2.2 SHLD-26: which errors of the network end a connection that is being opened. */
static const struct {
    enum icmp_kind kind;
    bool           ends[PROFILE_COUNT];
} errors[] = {
    { ICMP_NET_UNREACHABLE, { false, false, false, false } },
    { ICMP_HOST_UNREACHABLE, { false, false, false, false } },
    { ICMP_PROTOCOL_UNREACHABLE, { true, true, true, true } },
    { ICMP_PORT_UNREACHABLE, { true, true, true, true } },
    { ICMP_PROHIBITED, { false, false, false, true } },
    { ICMP_QUENCH, { false, false, false, false } },
};

START_TEST(errors_end_it)
{
    for (int p = 0; p < PROFILE_COUNT; p++) {
        struct lab  l;
        struct icmp m = { .kind = errors[_i].kind, .whole = true };

        lab_to(&l, (enum profile)p, "SYN_SENT");
        m.seq               = l.t.iss;
        enum icmp_verdict v = tcp_icmp(&l.t, &l.env, &m);
        ck_assert_int_eq(v == ICMP_ENDED, errors[_i].ends[p]);
        ck_assert_int_eq(l.t.state == TCP_CLOSED, errors[_i].ends[p]);
        tcp_forget(&l.t, &l.env);
    }
}
END_TEST

SUITE(tcp_profile)
{
    TCase *c = tcase_create("profiles");

    tcase_add_loop_test(c, they_part, 0, (int)(sizeof parts / sizeof parts[0]));
    tcase_add_loop_test(c, they_give_up, 0, (int)(sizeof silences / sizeof silences[0]));
    tcase_add_loop_test(c, errors_end_it, 0, (int)(sizeof errors / sizeof errors[0]));
    suite_add_tcase(s, c);
}
