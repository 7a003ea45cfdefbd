/* SPDX-License-Identifier: MIT
 * test_net_journal.c - what is kept, what is cut, and how it reads. */
#include "net_world.h"
#include "test.h"

#include <stdio.h>

static void add(struct journal *j, uint8_t n)
{
    struct entry e;
    struct step  step[3] = { { .rule = n }, { .rule = n, .a = 1 }, { .rule = n, .b = 2 } };
    char         text[16];
    uint8_t      wire[64];

    memset(&e, 0, sizeof e);
    e.kind  = n % EVENT_KINDS;
    int len = snprintf(text, sizeof text, "entry %u", n);
    memset(wire, n, sizeof wire);
    journal_add(j, &e, step, n % 4, text, n % 3 ? (size_t)len : 0, wire, n % 5 * 10u);
}

START_TEST(kept_and_cut)
{
    struct journal j = { 0 }, k = { 0 }, l = { 0 };
    char           buf[32];

    for (uint8_t i = 0; i < 200; i++)
        add(&j, i);
    for (uint8_t i = 0; i < 120; i++)
        add(&k, i);
    ck_assert_str_eq(journal_text(&j, &j.entry[100], buf, sizeof buf), "entry 100");
    ck_assert_str_eq(journal_text(&j, &j.entry[99], buf, sizeof buf), "");
    ck_assert_uint_eq(j.entry[103].n_step, 3);
    ck_assert_uint_eq(j.step[j.entry[103].step + 1].rule, 103);
    ck_assert_uint_eq(j.wire[j.entry[104].wire + 39], 104);
    ck_assert(journal_equal(&j, 0, &k, 0, 120));
    ck_assert(!journal_equal(&j, 0, &k, 1, 100));
    ck_assert(!journal_equal(&j, 0, &k, 0, 121));

    journal_copy(&l, &j, 120);
    ck_assert_uint_eq(l.len, 120);
    ck_assert_uint_eq(l.n_step, k.n_step);
    ck_assert_uint_eq(l.n_text, k.n_text);
    ck_assert_uint_eq(l.n_wire, k.n_wire);
    ck_assert(journal_equal(&l, 0, &k, 0, 120));

    journal_cut(&j, 120);
    ck_assert_uint_eq(j.n_step, k.n_step);
    ck_assert_uint_eq(j.n_text, k.n_text);
    ck_assert_uint_eq(j.n_wire, k.n_wire);
    add(&j, 120);
    add(&k, 120);
    ck_assert(journal_equal(&j, 0, &k, 0, 121));
    k.wire[k.entry[119].wire]++;
    ck_assert(!journal_equal(&j, 0, &k, 0, 121));
    journal_cut(&j, 0);
    ck_assert_uint_eq(j.n_wire, 0);
    journal_free(&j);
    journal_free(&k);
    journal_free(&l);
}
END_TEST

static const struct {
    vtime       t;
    const char *text;
} times[] = {
    { 0, "0.000" },       { 1215000, "1.215" },     { 1, "0.000001" },
    { 1500, "0.001500" }, { 60000000, "60.000" },   { 12345678, "12.345678" },
    { -1000, "-0.001" },  { VTIME_NEVER, "never" },
};

START_TEST(times_as_text)
{
    char buf[40];

    ck_assert_str_eq(vtime_text(times[_i].t, buf, sizeof buf), times[_i].text);
}
END_TEST

START_TEST(control_bits_as_text)
{
    char buf[40];

    ck_assert_str_eq(ctl_text(CTL_FIN | CTL_ACK, buf, sizeof buf), "FIN,ACK");
    ck_assert_str_eq(ctl_text(CTL_SYN | CTL_ACK, buf, sizeof buf), "SYN,ACK");
    ck_assert_str_eq(ctl_text(0xff, buf, sizeof buf), "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR");
    ck_assert_str_eq(ctl_text(0, buf, sizeof buf), "none");
    ck_assert_str_eq(ctl_text(0xff, buf, 6), "SYN,F");
}
END_TEST

/* Every rule's sentence with its operands: no brace is left over, nothing is cut. */
START_TEST(every_rule_reads)
{
    for (uint32_t r = 0; r < RULE_COUNT; r++) {
        struct step s = { .rule = r, .a = 1, .b = 2, .c = 3 };
        char        buf[400];

        step_text(&s, buf, sizeof buf);
        ck_assert_msg(buf[0] && !strchr(buf, '{') && !strchr(buf, '}'), "%s: %s",
                      rule_table[r].slug, buf);
    }
    struct step s = { .rule = RULE_TEXT_IN_ORDER, .a = 1, .b = 4000000000u };
    char        buf[400];
    step_text(&s, buf, sizeof buf);
    ck_assert_msg(strstr(buf, "1 byte "), "%s", buf);
    ck_assert_msg(strstr(buf, "4000000000"), "%s", buf);
    s.a = 20;
    ck_assert(strstr(step_text(&s, buf, sizeof buf), "20 bytes"));
}
END_TEST

static const struct {
    struct entry e;
    const char  *words, *text;
} lines[] = {
    { { .kind   = EVENT_SENT,
        .host   = 1,
        .peer   = 2,
        .before = TCP_ESTABLISHED,
        .after  = TCP_FIN_WAIT_1,
        .seg    = { .seq = 301, .ack = 801, .ctl = CTL_FIN | CTL_ACK } },
      NULL,
      "client > server  FIN,ACK  seq 301  ack 801  len 0; client ESTABLISHED -> FIN_WAIT_1" },
    { { .kind = EVENT_SENT,
        .host = 1,
        .peer = 2,
        .rtx  = 2,
        .seg  = { .seq = 300, .ctl = CTL_SYN, .opt = OPT_MSS, .mss = 1460 } },
      NULL,
      "client > server  SYN  seq 300  len 0  mss 1460  retransmission 2" },
    { { .kind   = EVENT_ARRIVED,
        .host   = 2,
        .peer   = 1,
        .before = TCP_LAST_ACK,
        .after  = TCP_CLOSED,
        .seg    = { .seq = 302, .ack = 802, .ctl = CTL_ACK } },
      NULL,
      "server < client  ACK  seq 302  ack 802  len 0; server LAST_ACK -> CLOSED" },
    { { .kind  = EVENT_LOST,
        .host  = 1,
        .peer  = 2,
        .cause = CAUSE_PERSON,
        .seg   = { .seq = 302, .ack = 802, .ctl = CTL_ACK } },
      NULL,
      "client > server  ACK  seq 302  ack 802  len 0  LOST (by you)" },
    { { .kind   = EVENT_DUPED,
        .host   = 1,
        .peer   = 2,
        .packet = 13,
        .parent = 12,
        .due    = MSEC(60),
        .cause  = CAUSE_CHANCE,
        .seg    = { .seq = 1, .ctl = CTL_RST } },
      NULL,
      "client > server  RST  seq 1  len 0  copied (by chance): #13 is a copy of #12, will arrive "
      "at "
      "0.060 s" },
    { { .kind  = EVENT_ALTERED,
        .host  = 1,
        .peer  = 2,
        .value = CMD_DELAY,
        .due   = SEC(1),
        .cause = CAUSE_ARMED,
        .seg   = { .seq = 1, .ctl = CTL_RST } },
      NULL,
      "client > server  RST  seq 1  len 0  delayed (by an armed fault), will arrive at 1.000 s" },
    { { .kind = EVENT_STATE, .host = 2, .before = TCP_LAST_ACK, .after = TCP_CLOSED },
      NULL,
      "server LAST_ACK -> CLOSED" },
    { { .kind   = EVENT_TIMER,
        .host   = 1,
        .timer  = TIMER_2MSL,
        .before = TCP_TIME_WAIT,
        .after  = TCP_CLOSED },
      NULL,
      "client  the 2MSL timer ran out; client TIME_WAIT -> CLOSED" },
    { { .kind = EVENT_RESULT, .host = 1, .op = OP_WRITE, .value = -ERR_EPIPE },
      NULL,
      "client  write = EPIPE (broken pipe)" },
    { { .kind = EVENT_RESULT, .host = 1, .op = OP_READ, .value = 5 },
      "= 5  \"hello\"",
      "client  read = 5  \"hello\"" },
    { { .kind = EVENT_CALL, .host = 1, .op = OP_CLOSE }, "close(3)", "client  close(3)" },
    { { .kind = EVENT_PRINT, .host = 2 },
      "two\nlines\x1b[0m",
      "server  prints: two\\nlines\\x1b[0m" },
    { { .kind = EVENT_COMMAND, .cause = CAUSE_PERSON }, "drop #12", "you  drop #12" },
    { { .kind = EVENT_FAULT, .cause = CAUSE_SCRIPT }, "path: cut", "script  path: cut" },
};

START_TEST(entries_read_well)
{
    struct setup   s = two_hosts(1);
    struct world  *w = world_new(&s);
    struct journal j = { 0 };
    char           buf[200], small[12];
    const char    *words = lines[_i].words;

    journal_add(&j, &lines[_i].e, NULL, 0, words, words ? strlen(words) : 0, NULL, 0);
    ck_assert_str_eq(entry_text(w, &j, &j.entry[0], buf, sizeof buf), lines[_i].text);
    entry_text(w, &j, &j.entry[0], small, sizeof small);
    ck_assert_uint_lt(strlen(small), sizeof small);
    world_free(w);
    journal_free(&j);
}
END_TEST

/* A whole conversation can be read, and every step of it. */
START_TEST(a_conversation_reads)
{
    static struct op ops[32];
    struct setup     s = talking_hosts(3, ops);
    struct world    *w = world_new(&s);
    struct journal   j = { 0 };
    struct command   a = start(SERVER, 1), b = start(CLIENT, 2);

    world_do(w, &j, &a);
    world_do(w, &j, &b);
    run(w, &j, SEC(500));
    for (size_t i = 0; i < j.len; i++) {
        char buf[300];
        entry_text(w, &j, &j.entry[i], buf, sizeof buf);
        ck_assert_uint_gt(strlen(buf), 6);
        ck_assert_msg(!strchr(buf, '?'), "%s", buf);
        for (uint32_t k = 0; k < j.entry[i].n_step; k++)
            ck_assert(step_text(&j.step[j.entry[i].step + k], buf, sizeof buf)[0]);
    }
    world_free(w);
    journal_free(&j);
}
END_TEST

/* The words of commands, as the log shows them. */
START_TEST(commands_read_well)
{
    struct setup         s     = two_hosts(1);
    struct world        *w     = world_new(&s);
    struct journal       j     = { 0 };
    const struct command cmd[] = {
        { .kind = CMD_DROP, .packet = 12 },
        { .kind = CMD_DELAY, .packet = 1, .time = MSEC(20) },
        { .kind = CMD_DROP, .on = { .host = 1, .peer = 2, .ctl_mask = CTL_FIN, .ctl = CTL_FIN } },
        { .kind   = CMD_ARM,
          .action = CMD_DROP,
          .on     = { .host = 2, .ctl_mask = 1, .ctl = 1, .nth = 2 } },
        { .kind = CMD_PATH, .action = PATH_LOSS, .ratio = { 1, 10 } },
        { .kind = CMD_PATH, .host = 1, .peer = 2, .action = PATH_CUT, .n = 1 },
        { .kind = CMD_PATH, .action = PATH_RATE },
        { .kind = CMD_KNOB, .host = 1, .knob = KNOB_nagle, .n = 0 },
        { .kind = CMD_DISARM },
    };
    const char *want[] = {
        "drop #12: nothing in flight is meant by that",
        "delay #1 20 ms",
        "drop client > server FIN: nothing in flight is meant by that",
        "drop next server > any FIN, number 2",
        "path: loss 10%",
        "path client > server: cut",
        "path: rate unlimited",
        "client: set nagle 0",
        "disarm all faults",
    };
    struct command seg = inject(CLIENT, SERVER, 1);
    world_do(w, NULL, &seg); /* #1 */
    for (size_t i = 0; i < sizeof cmd / sizeof cmd[0]; i++) {
        char buf[100];
        world_do(w, &j, &cmd[i]);
        size_t k = j.len; /* the command is told before what it does */
        while (j.entry[k - 1].event == w->event && k > 1 && j.entry[k - 2].event == w->event)
            k--;
        ck_assert_str_eq(journal_text(&j, &j.entry[k - 1], buf, sizeof buf), want[i]);
    }
    world_free(w);
    journal_free(&j);
}
END_TEST

SUITE(net_journal)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, kept_and_cut);
    tcase_add_loop_test(c, times_as_text, 0, sizeof times / sizeof times[0]);
    tcase_add_test(c, control_bits_as_text);
    tcase_add_test(c, every_rule_reads);
    tcase_add_loop_test(c, entries_read_well, 0, sizeof lines / sizeof lines[0]);
    tcase_add_test(c, a_conversation_reads);
    tcase_add_test(c, commands_read_well);
    suite_add_tcase(s, c);
}
