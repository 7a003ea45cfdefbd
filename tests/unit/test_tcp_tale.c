/* SPDX-License-Identifier: MIT
 * test_tcp_tale.c - sending, receiving, opening, closing and being attacked, told as scripts. */
#include "tcp/icmp.h"
#include "test_tcp_lab.h"

#include <string.h>

struct tale {
    const char  *name;
    enum profile profile;
    const char  *from, *script;
};

static const struct tale sending[] = {
    { "SHLD-7 (Nagle): a small write waits for the one in flight", PROFILE_RFC9293, "ESTABLISHED",
      "send 5; = P. 1 1 +5; send 6; ? wait.nagle; = ; send 7; = ; in . n x 0; = P. 6 1 +13; ? "
      "send.all" },
    { "or until a full segment can be filled", PROFILE_RFC9293, "ESTABLISHED",
      "send 5; = P. 1 1 +5; send 600; = ; send 600; = . 6 1 +1000; ? send.full; in . n x 0; = P. "
      "1006 1 +200" },
    { "MUST-17: and not with NODELAY", PROFILE_RFC9293, "ESTABLISHED",
      "on nodelay; send 5; = P. 1 1 +5; send 6; = P. 6 1 +6" },
    { "A.3: where Nagle is mended full segments in flight hold nothing back", PROFILE_LINUX,
      "ESTABLISHED",
      "set psh_burst 0; send 1005; = . 1 1 +1000 | P. 1001 1 +5; send 6; ? wait.nagle; = ; in . n "
      "u+1000 0; = ; in . n u+5 0; = P. 1006 1 +6" },
    { "and where it is not, they do", PROFILE_RFC9293, "ESTABLISHED",
      "send 1005; = . 1 1 +1000; in . n x 0; = P. 1001 1 +5" },
    { "BSD: a write into silence leaves as a whole, the next one does not", PROFILE_BSD,
      "ESTABLISHED",
      "send 1005; = . 1 1 +1000 | P. 1001 1 +5; send 1005; = . 1006 1 +1000; in . n x 0; = P. 2006 "
      "1 +5" },
    { "nor in RFC 793's days", PROFILE_RFC793, "ESTABLISHED",
      "send 5; = P. 1 1 +5; send 6; = P. 6 1 +6" },
    { "what CLOSE ends does not wait", PROFILE_RFC9293, "ESTABLISHED",
      "send 5; = P. 1 1 +5; send 6; = ; close; = FP. 6 1 +6; state FIN_WAIT_1" },
    { "a corked socket sends full segments only", PROFILE_RFC9293, "ESTABLISHED",
      "on cork; send 5; ? wait.cork; = ; send 1000; = . 1 1 +1000; off cork; = ; in . n x 0; = P. "
      "1001 1 +5" },
    { "but not for ever", PROFILE_RFC9293, "ESTABLISHED",
      "on cork; send 5; = ; due 200; fire; = P. 1 1 +5; ? send.override" },
    { "MUST-38: a silly window is not filled until the clock says so", PROFILE_RFC9293,
      "ESTABLISHED",
      "in . n u 0 wnd=20; send 500; ? wait.sws; = ; due 200; fire; ? sws.expired; = . 1 1 +20; ? "
      "send.override" },
    { "half of the largest window ever is not silly", PROFILE_RFC9293, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 wnd=100; out; send 500; = . 1 1 +100; in . n x 0 wnd=50; = . 101 1 "
      "+50; ? send.half" },
    { "the window is the limit of what is in flight", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=1500; on nodelay; send 5000; = . 1 1 +1000; in . n x 0 wnd=2500; = . 1001 1 "
      "+1000 | . 2001 1 +1000" },
    { "SHLD-27, MUST-61: PSH on the last segment of what was pushed", PROFILE_RFC9293,
      "ESTABLISHED", "on nodelay; send 2500; = . 1 1 +1000 | . 1001 1 +1000 | P. 2001 1 +500" },
    { "MAY-16: text that is not pushed may wait for more", PROFILE_RFC9293, "ESTABLISHED",
      "nopush 500; ? wait.sws; = ; send 10; = P. 1 1 +510" },
    { "MUST-60: but not for ever", PROFILE_RFC9293, "ESTABLISHED",
      "nopush 500; = ; fire; = . 1 1 +500" },
    { "MUST-15: 536 bytes when the SYN,ACK has no MSS option", PROFILE_RFC9293, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 mss=0; ? syn.mss-default; out; send 600; = . 1 1 +536" },
    { "MUST-16: the smaller of the two", PROFILE_RFC9293, "SYN_SENT",
      "set mss 700; in S. 0xFFFFFFE0 x 0 mss=1400; ? syn.mss; out; send 1000; = . 1 1 +700" },
    { "the urgent pointer is counted from each segment (MUST-62)", PROFILE_RFC9293, "ESTABLISHED",
      "on nodelay; urgent 1200; = U. 1 1 +1000 up=1200 | PU. 1001 1 +200 up=200; in . n x 0; send "
      "3; = P. 1201 "
      "1 +3" },
    { "MUST-58: the ACK goes along with text", PROFILE_RFC9293, "ESTABLISHED",
      "in P. n u 5; in P. n u 5; send 7; = P. 1 11 +7" },
};

static const struct tale receiving[] = {
    { "SHLD-31: three pieces, last first", PROFILE_RFC9293, "ESTABLISHED",
      "in . n+20 u 10; = . 1 1; in . n+10 u 10; = . 1 1; in . n u 10; ? text.in-order "
      "text.gap-filled; = . 1 31;"
      "recv 99; ? user.receive" },
    { "and beyond the gap in order: one range", PROFILE_RFC9293, "ESTABLISHED",
      "in . n+10 u 10; in . n+20 u 10; in . n+40 u 10; out; in . n u 10; ? text.gap-filled;"
      "= . 1 31; in . n u 10; ? text.gap-filled; = . 1 51" },
    { "two segments' worth exactly are worth an update", PROFILE_RFC9293, "ESTABLISHED",
      "shut; recv 1000; = . 1 65536; recv 2000; = . 1 65536" },
    { "a FIN that is early waits", PROFILE_RFC9293, "ESTABLISHED",
      "in F. n+10 u 10; ? text.held fin.early; = . 1 1; state ESTABLISHED; in . n u 10;"
      "? text.gap-filled fin.received; = . 1 22; state CLOSE_WAIT" },
    { "a bare FIN that is early too", PROFILE_RFC9293, "ESTABLISHED",
      "in F. n+10 u 0; ? fin.early; state ESTABLISHED; out; in . n u 10; state CLOSE_WAIT" },
    { "and in FIN_WAIT_2 it leads to TIME_WAIT", PROFILE_RFC9293, "FIN_WAIT_2",
      "in F. n+10 u 10; out; in . n u 10; state TIME_WAIT; = . 2 22" },
    { "what was received before is cut off", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 10; in . n-5 u 10; ? text.trimmed text.in-order; wait 300; recv 99; in . n u 0" },
    { "text beyond the window is cut off, and the FIN with it", PROFILE_RFC9293, "ESTABLISHED",
      "in F. e-5 u 10; ? text.trimmed text.held; = . 1 1; state ESTABLISHED" },
    { "MUST-39: no window update for a small read", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 1000; wait 300; out; recv 1000; = " },
    { "but when two segments' worth are free", PROFILE_RFC9293, "ESTABLISHED",
      "shut; recv 999; = ; recv 1; = . 1 65536; ? send.window; recv 1999; = ; recv 1000; "
      "= . 1 65536" },
    { "MUST-66: an ACK and a RST count when the window is zero", PROFILE_RFC9293, "ESTABLISHED",
      "send 5; = P. 1 1 +5; shut; in . n x 9; ? seq.window-shut ack.new text.refused; = . 6 65536; "
      "in R n 0 0; state CLOSED" },
    { "text for a socket nobody reads (SHUT_RD) is acknowledged and dropped", PROFILE_RFC9293,
      "ESTABLISHED",
      "on deaf; in . n u 9; ? text.deaf text.in-order; wait 300; recv 9; ? user.receive-wait" },
    { "Linux: text for a closed socket is answered with RST", PROFILE_LINUX, "FIN_WAIT_2",
      "on deaf; on orphan; in . n u 9; ? text.dead; state CLOSED; = R 2; "
      "? send.rst" },
    { "not so in RFC 793's days", PROFILE_RFC793, "FIN_WAIT_2",
      "on deaf; on orphan; in . n u 9; state FIN_WAIT_2" },
    { "urgent data: one signal for a run of it", PROFILE_RFC9293, "ESTABLISHED",
      "in .U n u 5 up=9; ? urg.ahead; in .U n u 4 up=4; ? urg.known; recv 8; ? "
      "user.receive-urgent; recv 1;"
      "in .U n u 5 up=5; ? urg.ahead" },
    { "after a reset, what had arrived can still be read", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 9; in R n 0 0; state CLOSED; recv 5; ? user.receive-left; recv 4; recv 1; ? "
      "user.receive-none" },
};

static const struct tale life[] = {
    { "3.10.1: LISTEN is open already", PROFILE_RFC9293, "LISTEN",
      "listen; ? open.exists; state LISTEN" },
    { "figure 12: the normal close", PROFILE_RFC9293, "ESTABLISHED",
      "close; ! wait.fin; = F. 1 1; in . n x 0; state FIN_WAIT_2; in F. n x 0; = . 2 2; state "
      "TIME_WAIT; fire; "
      "state CLOSED" },
    { "figure 13: both close at once", PROFILE_RFC9293, "ESTABLISHED",
      "close; = F. 1 1; in F. n u 0; state CLOSING; = . 2 2; in . n x 0; state TIME_WAIT" },
    { "FIN and ACK in one segment: CLOSING is skipped", PROFILE_RFC9293, "FIN_WAIT_1",
      "in F. n x 0; ? ack.of-fin fin.received; state TIME_WAIT; = . 2 2" },
    { "half-close: text goes on coming", PROFILE_RFC9293, "FIN_WAIT_2",
      "in . n u 9; in . n u 9; recv 18; in F. n u 0; state TIME_WAIT; = . 2 20" },
    { "half-close: text goes on leaving", PROFILE_RFC9293, "CLOSE_WAIT",
      "send 9; = P. 1 2 +9; in . n x 0; send 9; = P. 10 2 +9; close; = F. 19 2; state LAST_ACK; in "
      ". n x 0; state CLOSED" },
    { "figure 7: both open at once", PROFILE_RFC9293, "SYN_SENT",
      "in S 0xFFFFFFE0 0 0; = S. 0 1; state SYN_RECEIVED; in S. i x 0; state ESTABLISHED" },
    { "figure 9: an old SYN arrives, and the answer to it is refused", PROFILE_RFC9293, "LISTEN",
      "in S 90 0 0; = S. 0 1; in R 91 0 0; ? rst.to-listen; state LISTEN; in S 0xFFFFFFE0 0 0; "
      "state SYN_RECEIVED" },
    { "figure 10: half-open, found by its owner's SYN", PROFILE_RFC9293, "ESTABLISHED",
      "in S n+99 0 0; ? syn.challenge; = . 1 1; in R n 0 0; state CLOSED" },
    { "a SYN left of the window: an ACK, all the same", PROFILE_RFC9293, "ESTABLISHED",
      "in S n-99 0 0; ? seq.outside; = . 1 1" },
    { "the last ACK is lost: the FIN comes again", PROFILE_RFC9293, "TIME_WAIT",
      "wait 100000; in F. n-1 u 0; ? time-wait.fin-again; = . 2 2; due 240000" },
    { "also when the FIN came with text", PROFILE_RFC9293, "FIN_WAIT_2",
      "in F. n x 9; = . 2 11; wait 5000; in F. n-10 u 9; ? time-wait.fin-again; = . 2 11; due "
      "240000" },
    { "3.10.7.4/8: so it does when FINs beyond a FIN are not answered elsewhere", PROFILE_RFC9293,
      "TIME_WAIT", "set fin_after_mute 1; wait 100000; in F. n x 0; = . 2 2; due 240000" },
    { "text after CLOSE in SYN_RECEIVED goes before the FIN", PROFILE_RFC9293, "SYN_RECEIVED",
      "close; = F. 1 1; in . n u+1 9; state FIN_WAIT_1; in . n x 0; state FIN_WAIT_2" },
    { "text that came with the SYN is delivered after the handshake", PROFILE_RFC9293, "LISTEN",
      "in S 0xFFFFFFE0 0 9; ? text.with-syn; = S. 0 1; recv 9; ? user.receive-wait; in . n x 0; "
      "recv 9; ? user.receive" },
    { "3.10.7.3: other controls and text of a SYN,ACK go on at the sixth step", PROFILE_RFC9293,
      "SYN_SENT", "in SF. 0xFFFFFFE0 x 0; ? fin.received; state CLOSE_WAIT; = . 1 2" },
    { "3.10.7.4/8: a FIN is acknowledged, also where the text before it would have been at once",
      PROFILE_LINUX, "FIN_WAIT_1",
      "in PF. n u 9; state CLOSING; = . 2 11; in . n x 0; state TIME_WAIT" },
    { "RFC 793: a RST anywhere in the window kills", PROFILE_RFC793, "ESTABLISHED",
      "in R n+5000 0 0; ? rst.in-window; state CLOSED" },
    { "RFC 793: so does a SYN", PROFILE_RFC793, "LAST_ACK",
      "in S n+5000 0 0; ? syn.in-window; state CLOSED; = R. 16 5003" },
    { "RFC 9293: it is challenged", PROFILE_RFC9293, "LAST_ACK",
      "in S n+5000 0 0; ? syn.challenge; = . 2 2; state LAST_ACK" },
    { "1337: a RST ends TIME_WAIT early", PROFILE_RFC9293, "TIME_WAIT",
      "in R n 0 0; ? rst.closing; state CLOSED" },
    { "unless it is told not to", PROFILE_RFC9293, "TIME_WAIT",
      "set tw_ignore_rst 1; in R n 0 0; ? rst.time-wait; state TIME_WAIT" },
    { "6191 2: a SYN with the number of the FIN does not reopen", PROFILE_RFC9293, "TIME_WAIT",
      "in S n-1 0 0; ! time-wait.reopen; = . 2 2" },
    { "one more does", PROFILE_RFC9293, "TIME_WAIT", "in S n 0 0; ? time-wait.reopen" },
    { "but not for Linux", PROFILE_LINUX, "TIME_WAIT",
      "in S n 0 0; ! time-wait.reopen; in S n+1 0 0; ? time-wait.reopen" },
    { "nor for BSD", PROFILE_BSD, "TIME_WAIT",
      "in S n 0 0; ! time-wait.reopen; in S n+1 0 0; ? time-wait.reopen" },
    { "nor any SYN, in RFC 793's days", PROFILE_RFC793, "TIME_WAIT",
      "in S n+5 0 0; ! time-wait.reopen" },
    { "an ACK just old enough passes (5961 5.2)", PROFILE_RFC9293, "ESTABLISHED",
      "in . n m 9; ? ack.old text.in-order" },
    { "a blind injection does not", PROFILE_RFC9293, "ESTABLISHED",
      "in . n m-1 9; ? ack.too-old; = . 1 1" },
    { "in RFC 793's days it did", PROFILE_RFC793, "ESTABLISHED",
      "in . n m-1 9; ? ack.old text.in-order" },
    { "MUST-11: CLOSE in SYN_SENT is all there is to do", PROFILE_RFC9293, "SYN_SENT",
      "close; state CLOSED; = " },
    { "ABORT throws queued text away", PROFILE_RFC9293, "ESTABLISHED",
      "in . n u 0 wnd=0; send 9; abort; state CLOSED; = R. 1 1; due -1" },
};

static void tell(const struct tale *tale)
{
    struct lab l;

    lab_to(&l, tale->profile, tale->from);
    lab_do(&l, tale->script);
    tcp_forget(&l.t, &l.env);
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}

START_TEST(sends) { tell(&sending[_i]); }
END_TEST

START_TEST(receives) { tell(&receiving[_i]); }
END_TEST

START_TEST(lives) { tell(&life[_i]); }
END_TEST

/* RFC 5961 7: what the second allows, and no more. */
START_TEST(challenges_are_rationed)
{
    struct lab l;
    uint32_t   left = 1;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    l.env.challenges = &left;
    lab_do(&l, "in R n+1 0 0; ? rst.challenge; = . 1 1; in R n+1 0 0; ? challenge.limit; = ; in S "
               "n+1 0 0; = ");
    ck_assert_uint_eq(left, 0);
    ck_assert_uint_eq(l.t.state, TCP_ESTABLISHED);
}
END_TEST

/* With no node to be had, nothing is lost but memory of what is in flight, and text beyond gaps. */
START_TEST(pool_runs_dry)
{
    struct lab l;
    uint32_t   none = 0;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    l.env.pool.free = &none;
    lab_do(
        &l,
        "send 1500; = . 1 1 +1000; in . n+9 u 9; ? text.no-room; = . 1001 1; fire; = . 1 1 +1000;"
        "in . n x 0; = P. 1001 1 +500; close; = F. 1501 1; fire; = FP. 1001 1 +500");
    l.env.pool.free = &l.free; /* one node for the first; the next is added to that */
    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    lab_do(&l, "on nodelay; send 500; = P. 1 1 +500");
    l.env.pool.free = &none;
    lab_do(&l, "send 300; = P. 501 1 +300; fire; = P. 1 1 +800");
}
END_TEST

/* Nor when the path turns out to be narrow: what cannot be cut into nodes is cut as it leaves. */
START_TEST(pool_runs_dry_on_a_narrow_path)
{
    struct lab  l;
    struct icmp m    = { .kind = ICMP_TOO_BIG, .mtu = 540 };
    uint32_t    none = 0;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    lab_do(&l, "send 3000; out");
    m.seq           = l.t.snd.una;
    l.env.pool.free = &none;
    ck_assert_int_eq(tcp_icmp(&l.t, &l.env, &m), ICMP_HEEDED);
    l.env.pool.free = &l.free;
    lab_do(&l, "= . 1 1 +500 | . 1001 1 +500 | . 2001 1 +500; in . n u+500 0; fire; = . 501 1 "
               "+500; in . n x 0; due -1");
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}
END_TEST

/* A record of TIME_WAIT judges as the tcb did. */
START_TEST(packed_time_wait)
{
    static const char *const in[] = { "in F. n-1 x 0",   "in R n 0 0",   "in S n+9 0 0",
                                      "in S n-9 0 0",    "in . n u 0",   "in . n x+1 0",
                                      "in . e u 9",      "in . n m-1 0", "in F. n x 9",
                                      "in .U n u 9 up=3" };

    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
        struct lab a, b;
        char       rules[LAB_TEXT];

        lab_to(&a, PROFILE_RFC9293, "TIME_WAIT");
        lab_to(&b, PROFILE_RFC9293, "TIME_WAIT");
        struct tcp_time_wait w = tcp_pack(&b.t);
        b.t                    = tcp_unpack(&w, &b.policy);
        b.t.iss                = a.t.iss;
        b.t.irs                = a.t.irs;
        a.t.snd.max_wnd = b.t.snd.max_wnd = 65535; /* for the script's m */
        ck_assert_int_eq(tcp_deadline(&a.t), tcp_deadline(&b.t));
        lab_do(&a, in[i]);
        lab_do(&b, in[i]);
        strcpy(rules, lab_rules(&a));
        ck_assert_str_eq(rules, lab_rules(&b));
        strcpy(rules, lab_out(&a));
        ck_assert_str_eq(rules, lab_out(&b));
        ck_assert_uint_eq(a.t.state, b.t.state);
        ck_assert_uint_eq(a.take.reopen, b.take.reopen);
        ck_assert_int_eq(tcp_deadline(&a.t), tcp_deadline(&b.t));
    }
}
END_TEST

/* A tcb is a value: what happens to a copy is what happens to the original, byte for byte. */
START_TEST(equal_runs_leave_equal_bytes)
{
    struct lab a, b;
    const char script[] =
        "send 900; in . n+9 u 9; out; in . n u 9; wait 3000; out; close; out; in F. n x 3; out";

    lab_to(&a, PROFILE_RFC9293, "ESTABLISHED");
    lab_to(&b, PROFILE_RFC9293, "ESTABLISHED");
    lab_do(&a, script);
    lab_do(&b, script);
    ck_assert_mem_eq(&a.t, &b.t, sizeof a.t);
    ck_assert_mem_eq(a.node, b.node, sizeof a.node);
}
END_TEST

SUITE(tcp_tale)
{
    TCase *c = tcase_create("tales");

    tcase_add_loop_test(c, sends, 0, (int)(sizeof sending / sizeof sending[0]));
    tcase_add_loop_test(c, receives, 0, (int)(sizeof receiving / sizeof receiving[0]));
    tcase_add_loop_test(c, lives, 0, (int)(sizeof life / sizeof life[0]));
    tcase_add_test(c, challenges_are_rationed);
    tcase_add_test(c, pool_runs_dry);
    tcase_add_test(c, pool_runs_dry_on_a_narrow_path);
    tcase_add_test(c, packed_time_wait);
    tcase_add_test(c, equal_runs_leave_equal_bytes);
    suite_add_tcase(s, c);
}
