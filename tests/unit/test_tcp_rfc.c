/* SPDX-License-Identifier: MIT
 * test_tcp_rfc.c - sentences of the RFCs that no branch and no numbered requirement holds. */
#include "test_tcp_lab.h"

/* Timestamps, where no profile asks for them. */
#define TS "set timestamps 1; open; out; "

/* A listener that uses ECN, and a peer that asks for it. */
#define ECN "set ecn 2; in SEW 0xFFFFFFE0 0 0; out; "

static const struct lab_tale tales[] = {
    /* 9293 3.8.6.1 MUST-37, 3.8.6 MUST-35, SHLD-17 */
    { "retransmissions into a window that has shut are probes, and answered: no R2 by count",
      PROFILE_LINUX, "ESTABLISHED",
      "set r2_count 3; send 900; out; in . n u 0 wnd=0; fire; out; in . n u 0 wnd=0; fire; out; "
      "in . n u 0 wnd=0; fire; out; in . n u 0 wnd=0; fire; out; in . n u 0 wnd=0; fire; out; in . "
      "n u 0 wnd=0; state ESTABLISHED; fire; out; fire; out; fire; out; fire; ? give-up.count" },
    /* 9293 3.8.5 MUST-32, 1122 4.2.2.4 */
    { "the pointer advances: told again", PROFILE_RFC9293, "ESTABLISHED",
      "in .U n u 5 up=9; ? urg.ahead; in .U n u 5 up=4; ? urg.known; in .U n u 5 up=20; ? "
      "urg.again; recv 15; in .U n u 5 up=15; ? urg.known; recv 15; ! urg.again" },
    { "once for a run of urgent data, in RFC 793", PROFILE_RFC793, "ESTABLISHED",
      "in .U n u 5 up=9; ? urg.ahead; in .U n u 5 up=20; ? urg.known; ! urg.again" },
    /* 9293 3.10.7.2: "any other control or text should be queued for processing later" */
    { "URG with a SYN", PROFILE_RFC9293, "LISTEN",
      "in SU 0xFFFFFFE0 0 9 up=5; out; in . n+9 x 0; ? ack.of-syn urg.ahead text.gap-filled; recv "
      "3; ? user.receive-urgent; recv 1; ! user.receive-urgent" },
    { "URG with a SYN, about text to come", PROFILE_RFC9293, "LISTEN",
      "in SU 0xFFFFFFE0 0 0 up=5; out; in . n x 9; ? ack.of-syn urg.ahead text.in-order" },
    { "URG with both SYNs of a simultaneous open", PROFILE_RFC9293, "SYN_SENT",
      "in SU 0xFFFFFFE0 0 9 up=5; out; in S.U i x 0 up=5; ? ack.of-syn urg.ahead urg.known" },
    { "what comes with a SYN is shed, URG too", PROFILE_BSD, "LISTEN",
      "in SU 0xFFFFFFE0 0 9 up=5; out; in . n x 9; ? ack.of-syn; ! urg.ahead" },
    /* 3.1: an offset from the sequence number in this segment, which is the SYN's */
    { "the pointer counts from the SYN", PROFILE_RFC9293, "SYN_SENT",
      "in S.U 0xFFFFFFE0 x 9 up=5; ? urg.ahead; recv 3; ? user.receive-urgent; recv 1; ! "
      "user.receive-urgent" },
    /* 6298 5.7 */
    { "a SYN that was late: RTO begins with 3 s", PROFILE_RFC9293, "SYN_SENT",
      "fire; out; in S. 0xFFFFFFE0 x 0; ? rtt.syn-late; out; send 9; out; due 3000" },
    { "however often it was sent", PROFILE_RFC9293, "SYN_SENT",
      "fire; out; fire; out; fire; out; in S. 0xFFFFFFE0 x 0; ? rtt.syn-late; out; send 9; out; "
      "due 3000" },
    { "where RTO begins with 3 s it stays doubled", PROFILE_RFC793, "SYN_SENT",
      "fire; out; fire; out; in S. 0xFFFFFFE0 x 0; ! rtt.syn-late; out; send 9; out; due 12000" },
    /* 6191 2 */
    { "no timestamps before, timestamps now: any SYN may reopen", PROFILE_RFC9293, "TIME_WAIT",
      "set timestamps 1; in S n-900 0 0 ts=5:0; ? time-wait.reopen-first-ts" },
    { "but not where we should not agree to them", PROFILE_RFC9293, "TIME_WAIT",
      "in S n-900 0 0 ts=5:0; ! time-wait.reopen-first-ts; ? seq.outside" },
    /* "if TCP Timestamps would be enabled for the new incarnation" */
    { "nor for those who used to", PROFILE_RFC9293, "CLOSED",
      TS "in S. 0xFFFFFFE0 x 0 ts=77:0; close; out; in F. n x 0 ts=78:0; out; state TIME_WAIT; set "
         "timestamps 0; in S n-9 0 0 ts=90:0; ! time-wait.reopen-ts; in S n 0 0 ts=70:0; ? "
         "time-wait.reopen" },
    { "nor for Linux", PROFILE_LINUX, "TIME_WAIT",
      "in S n-900 0 0 ts=5:0; ! time-wait.reopen-first-ts; state TIME_WAIT" },
    { "the same timestamp: the number decides", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; close; out; in F. n x 0 ts=78:0; out; in S n-9 0 0 ts=78:0; ! "
      "time-wait.reopen; in S n+1 0 0 ts=78:0; ? time-wait.reopen" },
    /* 3168 6.1.2: not increased in response to an ECE, and bounded below by one segment */
    /* 3168 6.1.2: once a window */
    { "an ACK of just what was in flight tells of the same congestion", PROFILE_RFC9293, "LISTEN",
      ECN "set iw 4; in . n x 0; send 4000; out; in .E n u+1000 0; ? ecn.reduced; cwnd 2000; in .E "
          "n x 0; ! ecn.reduced; send 1000; = PW. 4001 1 +1000; in .E n x 0; ? ecn.reduced" },
    { "and so does a loss: reduced once, told once", PROFILE_RFC9293, "LISTEN",
      ECN
      "set iw 10; in . n x 0; send 40000; out; in .E n u+1000 0; ? ecn.reduced; cwnd 4500; in . "
      "n u 0; in . n u 0; in . n u 0; ? cc.recovery; ssthresh 4500; cwnd 7500; = . 1001 1 "
      "+1000; in . n u 0; in . n u 0; in . n u 0; = W. 10001 1 +1000; in . n u+9000 0; "
      "? cc.recovered; = . 11001 1 +1000" },
    { "and a timeout", PROFILE_RFC9293, "LISTEN",
      ECN
      "set iw 10; in . n x 0; send 40000; out; in .E n u+1000 0; ? ecn.reduced; fire; ? cc.loss; "
      "cwnd 1000; ssthresh 4500" },
    { "but not a loss in the next one", PROFILE_RFC9293, "LISTEN",
      ECN
      "set iw 10; in . n x 0; send 40000; out; in .E n u+1000 0; in . n x 0; out; in . n u 0; in "
      ". n u 0; in . n u 0; ? cc.recovery; ssthresh 2500" },
    /* 3168 6.1.2: "the sending TCP MUST reset the retransmit timer ... able to send a new packet
     * only when the retransmit timer expires" */
    { "ECE with a window of one segment: the timer has to run out", PROFILE_RFC9293, "LISTEN",
      ECN "fire; out; in . n x 0; cwnd 1000; send 1500; = . 1 1 +1000; wait 400; in .E n x 0; ? "
          "ecn.wait ecn.reduced; = ; due 1200; in . n u 0; = ; due 1200; fire; ? ecn.waited; ! "
          "rto.expired; = PW. 1001 1 +500; in . n x 0; due -1" },
    { "nor does a FIN leave, nor is a window of zero probed", PROFILE_RFC9293, "LISTEN",
      ECN "fire; out; in . n x 0; send 1000; out; in .E n x 0 wnd=0; ? ecn.wait; close; = ; due "
          "1000; fire; ? ecn.waited; = ; due 1000; fire; ? persist.expired; = F. 1001 1" },
    { "what is in flight then is sent again when its time has come", PROFILE_RFC9293, "LISTEN",
      ECN "fire; out; in . n x 0; set iw 1; send 1500; out; in .E n u+500 0; ? ecn.wait; due 3000; "
          "fire; ? ecn.waited rto.expired; = . 501 1 +500" },
    { "the timer runs on when that is acknowledged", PROFILE_RFC9293, "LISTEN",
      ECN
      "fire; out; in . n x 0; set iw 1; send 1500; out; in .E n u+500 0; ? ecn.wait; in . n x 0; "
      "= ; fire; ? ecn.waited; = PW. 1001 1 +500" },
    { "a window of one segment stays one for Linux", PROFILE_LINUX, "LISTEN",
      ECN
      "set iw 1; in . n x 0; send 1500; out; in .E n x 0; ? ecn.reduced; ! ecn.wait; = PW. 1001 "
      "1 +500" },
    /* 5682 2.1: "MUST re-start the algorithm processing from step 1" */
    { "F-RTO begins anew when the segment times out once more", PROFILE_RFC9293, "ESTABLISHED",
      "set frto 1; send 9000; out; fire; = . 1 1 +1000; lost 1000; fire; = . 1 1 +1000; lost 1000; "
      "in . n u+1000 0; ? frto.new-text; = . 4001 1 +1000 | . 5001 1 +1000; in . n u+1000 0; ? "
      "frto.spurious" },
    { "but not when it was waiting for the second answer", PROFILE_RFC9293, "ESTABLISHED",
      "set frto 1; send 9000; out; fire; out; in . n u+1000 0; ? frto.new-text; out; fire; ? "
      "cc.loss; "
      "lost 5000; in . n u+1000 0; ! frto.new-text" },
    /* 5682 2.1 step 2b: else nothing would leave, and no answer come */
    { "nor does F-RTO wait for an answer to what Nagle holds back", PROFILE_RFC9293, "ESTABLISHED",
      "set frto 1; send 4500; out; fire; out; in . n u+1000 0; ? frto.real; ! frto.new-text; cwnd "
      "2000; = . 1001 1 +1000 | . 2001 1 +1000" },
    { "to a reader who does without Nagle it goes", PROFILE_RFC9293, "ESTABLISHED",
      "on nodelay; set frto 1; send 4500; out; fire; out; in . n u+1000 0; ? frto.new-text; = P. "
      "4001 "
      "1 +500" },
    /* 5682 2.1 step 3b: "set the value of the "recover" variable to SND.UNA" */
    { "after a spurious timeout duplicates count at once", PROFILE_RFC9293, "ESTABLISHED",
      "set frto 1; send 9000; out; fire; out; in . n u+1000 0; out; in . n u+1000 0; ? "
      "frto.spurious; in . n u 0; in . n u 0; in . n u 0; ? cc.recovery; = . 2001 1 +1000 | . 6001 "
      "1 +1000" },
    /* 5682 4: "SHOULD respond to spurious timeout conservatively" */
    { "a spurious timeout leaves the window small", PROFILE_RFC9293, "ESTABLISHED",
      "set frto 1; send 9000; out; cwnd 4000; fire; ssthresh 2000; out; in . n u+1000 0; out; in . "
      "n "
      "u+1000 0; ? frto.spurious; cwnd 3000; ssthresh 2000; lost 0" },
    { "where reductions are undone it is as before", PROFILE_RFC9293, "ESTABLISHED",
      "set frto 1; set undo 1; send 9000; out; cwnd 4000; fire; ssthresh 2000; out; in . n u+1000 "
      "0; "
      "out; in . n u+1000 0; ? frto.spurious; cwnd 4000; ssthresh 4294967295" },
    /* 7323 5.2: "if the segment causing the <RST> ... contains a Timestamps option" */
    { "a RST echoes the timestamp of what it answers", PROFILE_RFC9293, "LISTEN",
      "in . 5 77 0 ts=700:9; = R 77 ts=700" },
    { "or has none", PROFILE_RFC9293, "LISTEN", "in . 5 77 0; = R 77" },
    { "also where timestamps were agreed on", PROFILE_RFC9293, "CLOSED",
      TS
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; on shut; close; out; in . n x 9 ts=900:0; ? text.dead; "
      "= R 2 ts=900" },
    { "where they were, a RST in SYN_SENT", PROFILE_RFC9293, "SYN_SENT",
      "in S. 0xFFFFFFE0 x+5 0 ts=6:0; = R 6 ts=6" },
    { "Linux and BSD answer without", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; set minisock 0; on orphan; on shut; close; out; in . n x "
      "9 "
      "ts=900:0; ? text.dead; = R 2" },
    { "an ABORT has a timestamp of its own", PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 ts=77:0; out; abort; = R. 1 1 ts=77" },
    /* 5961 5.2, 9293 3.10.7.4/5: "any incoming segment"; Linux 6.18 sends a RST, as was measured */
    { "an ACK that is too old in SYN_RECEIVED", PROFILE_RFC9293, "SYN_RECEIVED",
      "in . n m-1 0; ? ack.too-old; = . 1 1; in . n m 0; ? ack.of-syn-bad; = R -65535" },
    { "is reset before there is a connection, by Linux", PROFILE_LINUX, "SYN_RECEIVED/active",
      "in . n m-1 0; ! ack.too-old; = R -65536; state SYN_RECEIVED" },
    { "and BSD", PROFILE_BSD, "SYN_RECEIVED",
      "in . n m-1 0; ! ack.too-old; = R -65536; in . n x 0; in . n m-1 0; ? ack.too-old" },
    /* 3168 6.1.1: "has sent no non-ECN-setup SYN" */
    { "a crossing SYN asks, and ours did not", PROFILE_RFC9293, "CLOSED",
      "set ecn 2; open; = S 0; in SEW 0xFFFFFFE0 0 0; ! syn.ecn; = S. 0 1" },
    { "both did", PROFILE_RFC9293, "CLOSED",
      "set ecn 1; open; = SEW 0; in SEW 0xFFFFFFE0 0 0; ? syn.ecn; = SE. 0 1" },
    { "ours did, and the crossing one does not", PROFILE_RFC9293, "CLOSED",
      "set ecn 1; open; out; in S 0xFFFFFFE0 0 0; ! syn.ecn; = S. 0 1" },
    /* 3168 6.1.1.1 (3), (4); Linux goes on, as was measured on 6.18 */
    { "a SYN that comes again and no longer asks", PROFILE_RFC9293, "LISTEN",
      "set ecn 2; in SEW 0xFFFFFFE0 0 0; = SE. 0 1; in SEW i 0 0; ! syn.ecn-taken-back; in SE i 0 "
      "0; "
      "? syn.ecn-taken-back; out; fire; = S. 0 1" },
    { "is no other SYN, nor an answer", PROFILE_RFC9293, "LISTEN",
      "set ecn 2; in SEW 0xFFFFFFE0 0 0; out; in . i x 0; in S. i x 0; in S i-1 0 0; ! "
      "syn.ecn-taken-back" },
    { "for Linux it agrees all the same", PROFILE_LINUX, "LISTEN",
      "in SEW 0xFFFFFFE0 0 0; = SE. 0 1; in S i 0 0; ! syn.ecn-taken-back; = SE. 0 1" },
    /* 3168 6.1.1: "when a TCP host enters TIME-WAIT ... it should ignore any previous state" */
    { "TIME_WAIT hears no marks", PROFILE_RFC9293, "LISTEN",
      ECN "in . n x 0; close; out; in F. n x 0; out; in F. n x 5 ecn=3; ! ecn.marked; = . 2 2" },
    /* 3168 6.1.5: "SHOULD ignore the CE codepoint on out-of-window packets"; 6.1.6: not of probes
     */
    { "a mark on what has come before", PROFILE_LINUX, "LISTEN",
      ECN
      "in . n x 0; in . n u 100; out; in . n-100 u 100 ecn=3; ? seq.unacknowledged; ! ecn.marked; "
      "in . n-50 u 100 ecn=3; ? ecn.marked" },
    { "a mark on a probe of our window", PROFILE_RFC9293, "LISTEN",
      ECN "in . n x 0; shut; in . n u 1 ecn=3; ? seq.window-shut ecn.marked; = E. 1 65536" },
    { "ECE with a window of one segment", PROFILE_RFC9293, "LISTEN",
      "set ecn 2; in SEW 0xFFFFFFE0 0 0; out; fire; out; in . n x 0; cwnd 1000; send 1500; out; in "
      ".E n u+1000 0; ? ecn.reduced; cwnd 1000; ssthresh 2000" },
};

START_TEST(tale) { lab_play(&tales[_i], ""); }
END_TEST

/* 3168 6.1.1: "MUST NOT set ECT on data packets unless it has sent ... no non-ECN-setup SYN". */
START_TEST(a_plain_syn_forbids_ect)
{
    for (int retries = 0; retries < 2; retries++) {
        struct lab     l;
        struct segment s;

        lab_to(&l, PROFILE_RFC9293, "CLOSED");
        l.policy.ecn         = 1;
        l.policy.ecn_retries = (uint32_t)retries;
        lab_do(&l, "open; = SEW 0; fire");
        ck_assert_str_eq(lab_out(&l), retries ? "SEW 0" : "S 0");
        lab_do(&l, "in S.E 0xFFFFFFE0 x 0; ? syn.ecn; out; send 5");
        ck_assert(tcp_output(&l.t, &l.env, &s));
        ck_assert_uint_eq(s.ecn, retries ? 2 : 0);
        ck_assert(!(s.ctl & CTL_CWR));
        lab_do(&l, "in . n x 9 ecn=3; ? ecn.marked; = E. 6 10");       /* but marks are echoed, */
        lab_do(&l, "send 5; out; in .E n x 0; ? ecn.reduced; send 5"); /* and echoes heard */
        ck_assert(tcp_output(&l.t, &l.env, &s));
        ck_assert_uint_eq(s.ecn, retries ? 2 : 0);
        ck_assert(s.ctl & CTL_CWR);
        tcp_forget(&l.t, &l.env);
    }
}
END_TEST

/* So many bytes that what was noted at the beginning lies more than half the number space behind:
 * 3.4, "great care should be taken in programming the comparison of such values". */
enum { FAR_STEPS = 33000, FAR_LEN = 65535 };

static void far_ahead(struct lab *l, const char *step)
{
    seq from = l->t.snd.una, had = l->t.rcv.nxt;

    for (int i = 0; i < FAR_STEPS; i++)
        lab_do(l, step);
    ck_assert(l->t.snd.una - from > 1u << 31 || l->t.rcv.nxt - had > 1u << 31);
}

/* 3.8.5: urgent data that was read long ago is not ahead, and what comes now is. */
START_TEST(urgent_data_far_ahead)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    far_ahead(&l, "in . n u 65535; recv 65535; out");
    ck_assert(seq_le(l.t.rcv.up, l.t.rcv.nxt));
    lab_do(&l, "signal; in .U n u 9 up=9; ? urg.ahead");
    ck_assert(l.t.signal & SIG_URGENT);
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* 3168 6.1.2, 6582 3.2 step 2: one reduction a window, and which duplicates count, is judged by
 * numbers that were noted when the connection was young.  And a user may never have pushed. */
START_TEST(congestion_far_ahead)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "LISTEN");
    lab_do(&l, "set ecn 2; set snd_buf 70000; in SEW 0xFFFFFFE0 0 0; out; in . n x 0");
    l.t.cc.cwnd = 70000;
    far_ahead(&l, "nopush 65500; out; in . n x 0; out; wait 200; out; in . n x 0");
    lab_do(&l, "send 60000; out; in .E n u+1000 0; ? ecn.reduced; out");
    lab_do(&l, "in . n x 0; send 60000; out; in . n u 0; in . n u 0; in . n u 0; ? cc.recovery");
    tcp_forget(&l.t, &l.env);
}
END_TEST

SUITE(tcp_rfc)
{
    TCase *c = tcase_create("read");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, a_plain_syn_forbids_ect);
    tcase_add_test(c, urgent_data_far_ahead);
    tcase_add_test(c, congestion_far_ahead);
    tcase_set_timeout(c, 60);
    suite_add_tcase(s, c);
}
