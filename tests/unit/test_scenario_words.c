/* SPDX-License-Identifier: MIT */
#include "scenario/match.h"
#include "scenario/words.h"
#include "test.h"

#include <string.h>

static struct names two(void)
{
    struct names n = { .hosts = 2, .programs = 1 };

    strcpy(n.host[0], "client");
    strcpy(n.host[1], "server");
    strcpy(n.program[0], "greeter");
    return n;
}

START_TEST(times)
{
    static const struct {
        const char *word;
        vspan       us;
    } good[] = {
        { "50ms", 50000 },     { "2s", 2000000 }, { "1.5s", 1500000 }, { "300us", 300 },
        { "2min", 120000000 }, { "0", 0 },        { "0.001ms", 1 },    { "24h", 86400000000 },
    };
    static const char *const bad[] = { "",     "5",   "s",      "1.s", "-1s",  "1.5us",
                                       "1e3s", "1 s", "99999h", "ms",  "0x1s", "1sec" };
    vspan                    v;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(time_parse(good[i].word, &v), "%s", good[i].word);
        ck_assert_int_eq(v, good[i].us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!time_parse(bad[i], &v), "%s", bad[i]);
}
END_TEST

START_TEST(rates_and_ratios)
{
    uint64_t     r;
    struct ratio p;

    ck_assert(rate_parse("10mbit", &r) && r == 10000000);
    ck_assert(rate_parse("64kbit", &r) && r == 64000);
    ck_assert(rate_parse("1.5gbit", &r) && r == 1500000000);
    ck_assert(rate_parse("0", &r) && r == 0);
    ck_assert(!rate_parse("10", &r));
    ck_assert(!rate_parse("10mb", &r));
    ck_assert(ratio_parse("10%", &p) && p.num == 10 && p.den == 100);
    ck_assert(ratio_parse("0.5%", &p) && p.num == 5 && p.den == 1000);
    ck_assert(ratio_parse("1/3", &p) && p.num == 1 && p.den == 3);
    ck_assert(ratio_parse("1", &p) && p.num == 1 && p.den == 1);
    ck_assert(!ratio_parse("101%", &p));
    ck_assert(!ratio_parse("100.1%", &p));
    ck_assert(!ratio_parse("4/3", &p));
    ck_assert(!ratio_parse("1/0", &p));
    ck_assert(!ratio_parse("2", &p));
    ck_assert(!ratio_parse("0.5", &p));
}
END_TEST

START_TEST(quotes_and_comments)
{
    struct words w;
    struct fail  f;

    ck_assert(words_split(&w, "drop #12 # the ghost", "f", 1, &f));
    ck_assert_int_eq(w.n, 2);
    ck_assert_str_eq(w.word[1].s, "#12");
    ck_assert(words_split(&w, "  # nothing", "f", 1, &f));
    ck_assert_int_eq(w.n, 0);
    ck_assert(words_split(&w, "print \"a # \\\"b\\\"\\n\" c", "f", 1, &f));
    ck_assert_int_eq(w.n, 3);
    ck_assert_str_eq(w.word[1].s, "a # \"b\"\n");
    ck_assert(w.word[1].quoted);
    ck_assert(!words_split(&w, "print \"no end", "f", 3, &f));
    ck_assert_int_eq(f.line, 3);
    ck_assert(!words_split(&w, "print \"\\q\"", "f", 1, &f));
    ck_assert(!words_split(&w, "print \"a\"b", "f", 1, &f));
}
END_TEST

/* Each of these is read and written again in the same words. */
START_TEST(matches_there_and_back)
{
    static const char *const line[] = {
        "client TIME_WAIT",
        "client sent FIN seq 300",
        "client>server ACK",
        "server got data len 5 life 2",
        "server got SYN,ACK seq 1 ack 2",
        "lost client>server ACK",
        "lost FIN rtx",
        "2nd server sent FIN rtx",
        "held data",
        "client read = 0",
        "client write = EPIPE",
        "client read = \"hello \\\"you\\\"\"",
        "client connect",
        "server listen",
        "server LISTEN",
        "server prints \"read 5\"",
        "server timer RTO",
        "client rule fin.received",
        "rule fin.received",
        "client sent FIN rule fin.received",
        "server starts",
        "server ends",
        "client forgets",
        "client bad",
        "13th client>server SYN first",
        "server ESTABLISHED life 2",
        "client got ACK data",
    };
    struct names n = two();
    struct fail  f;

    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        struct match m, again;
        char         out[200];
        struct text  t = text_into(out, sizeof out);

        ck_assert_msg(match_parse(line[i], &n, "f", 1, &m, &f), "%s: %s", line[i], f.what);
        match_text(&m, &n, &t);
        ck_assert_str_eq(out, line[i]);
        ck_assert(match_parse(out, &n, "f", 1, &again, &f));
        ck_assert_mem_eq(&m, &again, sizeof m);
    }
}
END_TEST

START_TEST(flags_mean)
{
    struct names n = two();
    struct match m;

    ck_assert(match_parse("client sent FIN", &n, "", 0, &m, NULL));
    ck_assert_int_eq(m.ctl, CTL_FIN);
    ck_assert_int_eq(m.ctl_mask, CTL_SYN | CTL_FIN | CTL_RST);
    ck_assert_int_eq(m.has, 0);
    ck_assert(match_parse("client sent SYN,ACK", &n, "", 0, &m, NULL));
    ck_assert_int_eq(m.ctl, CTL_SYN | CTL_ACK);
    ck_assert_int_eq(m.ctl_mask, CTL_SYN | CTL_FIN | CTL_RST | CTL_ACK);
    ck_assert(match_parse("client sent ACK", &n, "", 0, &m, NULL));
    ck_assert_int_eq(m.has, MATCH_LEN);
    ck_assert_int_eq(m.len, 0);
    ck_assert(match_parse("client sent data", &n, "", 0, &m, NULL));
    ck_assert_int_eq(m.ctl_mask, 0);
    ck_assert_int_eq(m.has, MATCH_DATA);
    ck_assert(match_parse("client sent ack 802", &n, "", 0, &m, NULL));
    ck_assert_int_eq(m.has, MATCH_ACK);
    ck_assert_int_eq(m.ack, 802);
    ck_assert_int_eq(m.ctl_mask, 0);
    ck_assert(match_parse("client sent", &n, "", 0, &m, NULL));
    ck_assert_int_eq(m.ctl_mask, 0);
    ck_assert(match_parse("server got TIME", &n, "", 0, &m, NULL) == false);
}
END_TEST

START_TEST(matches_refused)
{
    static const struct {
        const char *line, *why;
    } bad[] = {
        { "", "the line ends too early: expected a host (client, server)" },
        { "peer TIME_WAIT", "'peer' is not understood: expected a host (client, server)" },
        { "client", "the line ends too early: expected a state, sent, got, an operation, prints, "
                    "timer or rule" },
        { "client dances", "'dances' is not understood: expected a state, sent, got, an operation, "
                           "prints, timer or rule" },
        { "client sent seq x", "'x' is not understood: expected a sequence number, a number from 0 "
                               "to 4294967295" },
        { "client read = soon", "'soon' is not understood: expected a number, an error such as "
                                "EPIPE, or a text in double quotes" },
        { "client rule no.such", "'no.such' is not understood: expected the name of a rule, as "
                                 "`finwait list rules` shows them" },
        { "client>client FIN", "'client>client' is no way from one host to another: expected "
                               "HOST>HOST, of client, server" },
        { "client TIME_WAIT seq 5",
          "'seq' is not understood here: expected the end of the line, or "
          "seq, ack, len, data, rtx, first, life, rule" },
        { "client prints hello", "'hello' is not understood: expected what is printed in double "
                                 "quotes" },
    };
    struct names n = two();
    struct match m;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fail f = { 0 };

        ck_assert_msg(!match_parse(bad[i].line, &n, "x.md", 7, &m, &f), "%s", bad[i].line);
        ck_assert_str_eq(f.what, bad[i].why);
        ck_assert_int_eq(f.line, 7);
        ck_assert_str_eq(f.file, "x.md");
    }
}
END_TEST

SUITE(scenario_words)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, times);
    tcase_add_test(c, rates_and_ratios);
    tcase_add_test(c, quotes_and_comments);
    tcase_add_test(c, matches_there_and_back);
    tcase_add_test(c, flags_mean);
    tcase_add_test(c, matches_refused);
    suite_add_tcase(s, c);
}
