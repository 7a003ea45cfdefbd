/* SPDX-License-Identifier: MIT
 * test_tcp_operand.c - the numbers that the sentences of rules are filled with. */
#include "test_tcp_lab.h"

#define OUR(n) (LAB_ISS + (n))
#define HIS(n) (LAB_IRS + (n))

/* ESTABLISHED when nothing else is said: a round trip of 10 ms, segments of 1000 bytes. */
static const struct row {
    enum profile profile;
    const char  *from, *script, *slug;
    uint32_t     a, b, c;
} rows[] = {
    { PROFILE_RFC9293, 0, "in . n+70000 u 0", "seq.outside", HIS(70001), HIS(1), HIS(65536) },
    { PROFILE_RFC9293, 0, "in . n u 5", "seq.ok", HIS(1), HIS(1), HIS(65536) },
    { PROFILE_RFC9293, 0, "shut; in . n u 3", "seq.window-shut", HIS(65536), 3, 0 },
    { PROFILE_RFC9293, 0, "shut; in . n u 3", "text.refused", 3, 0, 0 },
    { PROFILE_RFC9293, 0, "in R n+5 x 0", "rst.challenge", HIS(6), HIS(1), 0 },
    { PROFILE_RFC9293, 0, "in R e+5 x 0", "rst.outside", HIS(65541), 0, 0 },
    { PROFILE_RFC9293, 0, "in R n x 0", "rst.exact", HIS(1), TCP_ESTABLISHED, TCP_CLOSED },
    { PROFILE_RFC9293, 0, "in S n+9 0 0", "syn.challenge", HIS(10), 0, 0 },
    { PROFILE_RFC9293, 0, "in . n m-1 9", "ack.too-old", OUR(1) - 65536, OUR(1), 65535 },
    { PROFILE_RFC9293, 0, "in . n x+5 0", "ack.future", OUR(6), OUR(1), 0 },
    { PROFILE_RFC9293, 0, "send 9; out; in . n u+4 0", "ack.new", OUR(1), OUR(5), OUR(10) },
    { PROFILE_RFC9293, 0, "in . n u 0 wnd=700", "wnd.update", 700, 65535, OUR(1) },
    { PROFILE_RFC9293, 0, "in . n u 7", "text.in-order", 7, HIS(8), 65528 },
    { PROFILE_RFC9293, 0, "in . n+1000 u 500", "text.held", 500, HIS(1001), HIS(1) },
    { PROFILE_RFC9293, 0, "in . n+10 u 12; in . n u 10", "text.gap-filled", 12, HIS(23), 0 },
    { PROFILE_RFC9293, 0, "in . n u 10; in . n-4 u 10", "text.trimmed", 4, HIS(7), 0 },
    { PROFILE_RFC9293, 0, "in . e-4 u 10", "text.trimmed", 6, HIS(65536), 0 },
    { PROFILE_RFC9293, 0, "in F. n+9 x 0", "fin.early", HIS(10), HIS(1), 0 },
    { PROFILE_RFC9293, 0, "in F. n x 5", "fin.received", HIS(7), TCP_ESTABLISHED, TCP_CLOSE_WAIT },
    { PROFILE_RFC9293, 0, "in .U n u 5 up=9", "urg.ahead", HIS(10), HIS(1), 0 },
    { PROFILE_RFC9293, 0, "in .U n u 5 up=9; in .U n u 5 up=20", "urg.again", HIS(26), HIS(10), 0 },
    { PROFILE_RFC9293, 0, "in .U n u 5 up=9; recv 2", "user.receive-urgent", HIS(10), 0, 0 },
    { PROFILE_RFC9293, 0, "in . n u 9; recv 4", "user.receive", 4, 5, 0 },
    { PROFILE_RFC9293, 0, "send 9; send 7", "user.send", 7, OUR(10), 0 },
    { PROFILE_RFC9293, 0, "send 5; out; send 6", "wait.nagle", 6, 5, 0 },
    { PROFILE_RFC9293, 0, "in . n u 0 wnd=1000; send 1000; out; send 5", "wait.window", 5, 1000,
      1000 },
    { PROFILE_RFC9293, 0, "send 4000; out; send 9", "wait.cwnd", 9, 4000, 4000 },
    { PROFILE_RFC9293, 0, "in . n u 0 wnd=20; nopush 5000", "wait.sws", 5000, 20, 0 },
    { PROFILE_RFC9293, 0, "nopush 500; fire", "sws.expired", 500, 200, 0 },
    { PROFILE_RFC9293, 0, "send 5; out", "send.all", 5, OUR(1), 65535 },
    { PROFILE_RFC9293, 0, "send 1500; out", "send.full", 1000, OUR(1), 65535 },
    { PROFILE_RFC9293, 0, "send 5; close; out", "send.fin", OUR(6), 5, 0 },
    { PROFILE_RFC9293, 0, "send 9; out; fire; out; fire; out", "send.rtx", OUR(1), 9, 2 },
    { PROFILE_RFC9293, 0, "in . n u 0 wnd=0; send 9; fire; out", "send.probe", OUR(1), 0, 0 },
    { PROFILE_RFC9293, 0, "in . n u 0 wnd=0; send 9; fire; out; fire", "persist.expired", 2000,
      4000, 0 },
    { PROFILE_RFC9293, 0, "send 9; out; fire; out; fire", "rto.expired", OUR(1), 2000, 4000 },
    { PROFILE_RFC9293, 0, "send 9; out; fire; out; fire; out; fire", "rto.trouble", 3, 0, 0 },
    { PROFILE_RFC9293, 0, "send 9; out; wait 120000", "give-up.time", 120000, TCP_ESTABLISHED,
      TCP_CLOSED },
    { PROFILE_RFC9293, 0, "send 9; out; wait 30; in . n x 0", "rtt.sample", 30000, 12500, 1000000 },
    { PROFILE_RFC9293, 0, "in . n u 9; fire", "delack.expired", 9, 200, 0 },
    { PROFILE_RFC9293, 0, "on keepalive; fire; out; fire", "keep-alive.expired", 7275000, 2, 0 },
    { PROFILE_RFC9293, 0, "on keepalive; fire; out", "send.keep-alive", OUR(0), 0, 0 },
    { PROFILE_RFC9293, 0, "in . n u 0 wnd=9; send 30; flush", "user.flush", 21, OUR(10), 0 },
    { PROFILE_RFC9293, 0, "send 9000; out; in . n u 0; in . n u 0; in . n u 0", "cc.recovery",
      OUR(4001), 2000, 4000 },
    { PROFILE_RFC9293, 0, "send 9000; out; in . n u 0; in . n u 0; in . n u 0", "cc.duplicate",
      OUR(1), 3, 0 },
    { PROFILE_RFC9293, 0, "send 4000; out; in . n u 0; in . n u 0; in . n u 0; in . n u+1000 0",
      "cc.partial", OUR(1001), OUR(4001), 5000 },
    { PROFILE_RFC9293, 0, "send 4000; out; in . n u 0; in . n u 0; in . n u 0; in . n x 0",
      "cc.recovered", OUR(4001), 2000, 0 },
    { PROFILE_RFC9293, 0, "send 9000; out; fire", "cc.loss", 2000, 1000, 4000 },
    { PROFILE_RFC9293, 0, "send 9000; out; in . n u+1000 0", "cc.slow-start", 5000, 4000, 0 },
    { PROFILE_RFC9293, "SYN_SENT", "in S. 0xFFFFFFE0 x 0 mss=700", "syn.mss", 700, 700, 0 },
    { PROFILE_RFC9293, "SYN_SENT", "in S. 0xFFFFFFE0 x+5 0", "syn-sent.ack-bad", OUR(6), OUR(0),
      OUR(1) },
    { PROFILE_RFC9293, "SYN_SENT", "fire; out; in S. 0xFFFFFFE0 x 0", "rtt.syn-late", 3000, 0, 0 },
    { PROFILE_RFC9293, "LISTEN", "in . 5 77 0; out", "send.rst", 77, 0, 0 },
    { PROFILE_RFC9293, "LISTEN", "in S 0xFFFFFFE0 0 9", "text.with-syn", 9, 0, 0 },
    { PROFILE_RFC9293, "SYN_RECEIVED", "in . n x+2 0", "ack.of-syn-bad", OUR(3), OUR(0), OUR(1) },
    { PROFILE_RFC9293, "SYN_RECEIVED", "send 6; close", "close.queued", 6, 0, 0 },
    { PROFILE_RFC9293, "TIME_WAIT", "in F. n-1 x 0", "time-wait.fin-again", HIS(1), 240000, 0 },
    { PROFILE_RFC9293, "TIME_WAIT", "in S n+7 0 0", "time-wait.reopen", HIS(9), HIS(1), 0 },
    { PROFILE_LINUX, "SYN_SENT", "in S. 0xFFFFFFE0 x 0 ts=77:0; out; in . n u 5 ts=70:0",
      "paws.old", 70, 77, HIS(1) },
    { PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 sackok; out; send 9000; out; in . n u 0 sack=2001-4001", "sack.heard",
      OUR(2001), OUR(4001), 2000 },
    { PROFILE_LINUX, "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 sackok; out; send 900; out; in . n x 0; in . n x 0 sack=1-901; send 9; "
      "out; in . n u 0 sack=1-901",
      "sack.duplicate", OUR(1), OUR(901), 0 },
    /* RFC 3168 6.1.1.1, 6.1.2, 6.1.3 */
    { PROFILE_RFC9293, "LISTEN", "set ecn 2; in SEW 0xFFFFFFE0 0 0; in S i 0 0",
      "syn.ecn-taken-back", HIS(0), 0, 0 },
    { PROFILE_RFC9293, "LISTEN",
      "set ecn 2; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; send 4000; out; in .E n u+1000 0",
      "ecn.reduced", 2000, OUR(4001), 0 },
    { PROFILE_RFC9293, "LISTEN",
      "set ecn 2; set iw 1; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; send 1500; out; in .E n x 0",
      "ecn.wait", 1000, 1000, 0 },
    { PROFILE_RFC9293, "LISTEN",
      "set ecn 2; set iw 1; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; send 1500; out; in .E n x 0; "
      "fire",
      "ecn.waited", 1000, 0, 0 },
    { PROFILE_RFC9293, "LISTEN",
      "set ecn 2; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; in . n u 5; in . n u 9 ecn=3",
      "ecn.marked", HIS(6), 0, 0 },
    /* RFC 5682 2.1 */
    { PROFILE_RFC9293, 0, "set frto 1; send 9000; out; fire; out; in . n u+1000 0", "frto.new-text",
      OUR(1001), 0, 0 },
    { PROFILE_RFC9293, 0,
      "set frto 1; send 9000; out; fire; out; in . n u+1000 0; out; in . n u+1000 0",
      "frto.spurious", 3000, 0, 0 },
    { PROFILE_RFC9293, 0, "set frto 1; send 9000; out; fire; out; in . n u 0", "frto.real", OUR(1),
      4000, 0 },
};

START_TEST(operands)
{
    const struct row  *r = &rows[_i];
    const struct step *s = NULL;
    struct lab         l;
    enum rule          rule = rule_by_slug(r->slug);

    ck_assert_msg(rule != RULE_COUNT, "no rule %s", r->slug);
    lab_to(&l, r->profile, r->from ? r->from : "ESTABLISHED");
    lab_do(&l, r->script);
    for (size_t i = 0; i < l.trace.len; i++) /* the last of them */
        if (l.step[i].rule == (uint32_t)rule)
            s = &l.step[i];
    ck_assert_msg(s != NULL, "%s: fired %s", r->slug, lab_rules(&l));
    ck_assert_msg(s->a == r->a && s->b == r->b && s->c == r->c,
                  "%s: %u %u %u, wanted %u %u %u (our numbers begin at %u, the peer's at %u)",
                  r->slug, s->a, s->b, s->c, r->a, r->b, r->c, LAB_ISS, LAB_IRS);
    tcp_forget(&l.t, &l.env);
}
END_TEST

SUITE(tcp_operand)
{
    TCase *c = tcase_create("rules");

    tcase_add_loop_test(c, operands, 0, (int)(sizeof rows / sizeof rows[0]));
    suite_add_tcase(s, c);
}
