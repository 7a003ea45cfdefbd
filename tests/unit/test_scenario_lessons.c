/* SPDX-License-Identifier: MIT
 *
 * Every lesson that comes with finwait is true, and what lesson_check() says of false ones. */
#include "scenario/lesson.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct told {
    int  n;
    char text[8][FAIL_FILE + FAIL_WHAT + 16];
};

static void tell(void *ctx, const struct fail *f)
{
    struct told *t = ctx;

    if (t->n < 8)
        fail_text(f, t->text[t->n], sizeof *t->text);
    t->n++;
}

static struct catalogue the_lessons(void)
{
    struct catalogue c;
    struct fail      f = { 0 };

    ck_assert_msg(catalogue_load(&c, "lessons", &f), "%s", f.what);
    return c;
}

START_TEST(every_lesson_is_true)
{
    struct catalogue c = the_lessons();

    ck_assert_int_ge(c.n, 8);
    for (int i = 0; i < c.n; i++) {
        struct told  t = { 0 };
        struct check k;

        ck_assert_msg(c.lesson[i] != NULL, "%s:%d: %s", c.fail[i].file, c.fail[i].line,
                      c.fail[i].what);
        ck_assert_msg(lesson_check(c.lesson[i], &k, tell, &t), "%s", t.text[0]);
        ck_assert_int_eq(t.n, 0);
        ck_assert_int_ge(k.n_claim, 20);
        ck_assert_int_ge(k.n_rule, 10);
    }
    catalogue_free(&c);
}
END_TEST

/* What makes a lesson one: a question before the answer, pauses, claims, a real machine, and
 * lessons that it builds upon, which come before it. */
START_TEST(every_lesson_is_whole)
{
    struct catalogue c = the_lessons();

    for (int i = 0; i < c.n; i++) {
        const struct lesson *l    = c.lesson[i];
        int                  asks = 0, pauses = 0, needs;

        ck_assert_ptr_nonnull(l);
        for (int p = 0; p < l->n_part; p++) {
            ck_assert_int_ge(l->part[p].n_claim, 2);
            for (int s = 0; s < l->part[p].n_stop; s++) {
                const struct stop *stop = &l->part[p].stop[s];

                asks += stop->kind == STOP_ASK;
                pauses += stop->kind == STOP_PAUSE;
                if (stop->kind == STOP_PAUSE)
                    ck_assert_msg(*stop->after, "%s:%d: a pause without a word", l->file,
                                  stop->line);
                for (int o = 0; o < stop->n_option; o++)
                    ck_assert_msg(*stop->option[o].feedback, "%s:%d: an option without feedback",
                                  l->file, stop->line);
            }
        }
        ck_assert_int_ge(asks, 1);
        ck_assert_int_ge(pauses, 2);
        ck_assert_int_gt(l->minutes, 0);
        ck_assert(*l->see && *l->rfc && *l->summary);
        needs = *l->needs ? catalogue_find(&c, l->needs) : -1;
        ck_assert_msg(!*l->needs || (needs >= 0 && needs < i), "%s: after %s", l->id, l->needs);
    }
    catalogue_free(&c);
}
END_TEST

START_TEST(found_by_name)
{
    struct catalogue c = the_lessons();

    ck_assert_int_eq(catalogue_find(&c, "04-last-ack-lost"), 3);
    ck_assert_int_eq(catalogue_find(&c, "4"), 3);
    ck_assert_int_eq(catalogue_find(&c, "04"), 3);
    ck_assert_int_eq(catalogue_find(&c, "ghost"), 4);
    ck_assert_int_eq(catalogue_find(&c, "99"), -1);
    ck_assert_int_eq(catalogue_find(&c, ""), -1);
    ck_assert_int_eq(catalogue_find(&c, "nothing"), -1);
    catalogue_free(&c);
    struct fail f;
    ck_assert(!catalogue_load(&c, "lessons/no-such", &f));
    catalogue_free(&c);
}
END_TEST

/* A story in which the client closes at half a second and the server at one; its beginning, and
 * what is added to it. */
#define STORY                                                                                      \
    "# T\n\n> rfc 9293\n\nS.\n\n```finwait world\nisn client 300\nisn server 800\nuntil "          \
    "5min\n```\n"                                                                                  \
    "```finwait program p\nlisten 80\naccept\nprint \"hi\"\nread\nprint \"eof {n}\"\nsleep "       \
    "590ms\n"                                                                                      \
    "close\n```\n"                                                                                 \
    "```finwait script\n0ms server start p\n10ms client connect server:80\n500ms client "          \
    "close\n```\n"

static const char *verdict(const char *more, struct told *t)
{
    char           text[4096];
    struct fail    f = { 0 };
    struct check   k;
    struct lesson *l;

    snprintf(text, sizeof text, "%s%s", STORY, more);
    l = lesson_parse("t.md", text, strlen(text), &f);
    ck_assert_msg(l != NULL, "%d: %s", f.line, f.what);
    memset(t, 0, sizeof *t);
    bool ok = lesson_check(l, &k, tell, t);
    ck_assert(ok == (t->n == 0));
    ck_assert_int_eq(k.n_failed, t->n);
    lesson_free(l);
    return t->n ? t->text[0] : "true";
}

/* A line of 74 columns and a blank. */
#define WORDS "word word word word word word word word word word word word word word word "

#define EXPECT(lines) "```finwait expect\n" lines "\n```\n"

START_TEST(claims_are_judged)
{
    static const struct {
        const char *more, *says; /* says begins with this */
    } row[] = {
        { EXPECT("client sent FIN seq 301\nclient FIN_WAIT_2\nserver LAST_ACK\nclient TIME_WAIT\n"
                 "server CLOSED"),
          "true" },
        { EXPECT("500ms client sent FIN"), "true" },
        { EXPECT("501ms client sent FIN"), "t.md:27: expected 501ms client sent FIN; " },
        { EXPECT("client sent FIN seq 302"),
          "t.md:27: expected client sent FIN seq 302; it never happened" },
        { EXPECT("server LAST_ACK\nclient FIN_WAIT_1"),
          "t.md:28: expected client FIN_WAIT_1; it happened only before the claim above" },
        { EXPECT("server LAST_ACK\nany client FIN_WAIT_1\nclient TIME_WAIT"), "true" },
        { EXPECT("never client sent RST"), "true" },
        { EXPECT("never client sent FIN"), "t.md:27: expected never client sent FIN; at " },
        { EXPECT("client sent FIN\nnever client sent FIN"), "true" },
        { EXPECT("server CLOSE_WAIT\nwithin 1s server LAST_ACK"), "true" },
        { EXPECT("server CLOSE_WAIT\nwithin 300ms server LAST_ACK"),
          "t.md:28: expected within 300ms server LAST_ACK; at " },
        /* a state is a side of what happened, two segments are two events */
        { EXPECT("server got FIN\nserver CLOSE_WAIT\nserver rule fin.received"), "true" },
        { EXPECT("client sent FIN\nclient sent FIN"), "t.md:28: " },
        { EXPECT("2nd client sent ACK\nclient TIME_WAIT"), "t.md:28: " },
        { EXPECT("log server\n\"hi\"\n\"eof 0\""), "true" },
        { EXPECT("log server\n\"hi\""), "t.md:1: line 2 that server prints: expected \"\", found" },
        { EXPECT("log server\n\"hi\"\n\"eof 1\""),
          "t.md:1: line 2 that server prints: expected \"eof 1\", found \"eof 0\"" },
        { EXPECT("log server\n\"hi\"\n\"eof 0\"\n\"more\""),
          "t.md:1: line 3 that server prints: expected \"more\", found nothing more" },
        { EXPECT("log client"), "true" },
    };

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct told t;
        const char *is = verdict(row[i].more, &t);

        ck_assert_msg(strncmp(is, row[i].says, strlen(row[i].says)) == 0, "%s\nis: %s\ndue: %s",
                      row[i].more, is, row[i].says);
    }
}
END_TEST

START_TEST(stops_are_judged)
{
    static const struct {
        const char *more, *says;
    } row[] = {
        { "```finwait pause\nwhen client FIN_WAIT_1\n```\n```finwait pause\nwhen client TIME_WAIT\n"
          "```\n",
          "true" },
        { "```finwait pause\nwhen client TIME_WAIT\n```\n```finwait pause\nwhen client FIN_WAIT_1\n"
          "```\n",
          "t.md:29: the story never comes here" },
        { "```finwait pause\nat 6min\n```\n", "t.md:26: the story never comes here" },
        { "```finwait ask\nwhen client sent FIN\n? Q?\n- a | server sent ACK\n- b | server sent "
          "RST\n```\n",
          "true" },
        { "```finwait ask\nwhen client sent FIN\n? Q?\n- a | server sent FIN\n- b | server sent "
          "ACK\n```\n",
          "t.md:26: 'Q?': expected that exactly one option holds" },
        { "```finwait ask\nwhen client TIME_WAIT\n? Q?\n- a | server sent ACK\n- b | server sent "
          "RST\n```\n",
          "t.md:26: 'Q?': expected that exactly one option holds" },
        { "```finwait goal\ngoal G | server sent RST\nsolution 600ms server crash\nsolution 700ms "
          "client write \"x\"\n```\n",
          "t.md:27: expected that the solution reaches the goal server sent RST" },
        { "```finwait goal\ngoal G | client sent RST\nsolution 200ms client abort\n```\n", "true" },
        { "```finwait goal\ngoal G | client sent FIN\nsolution 200ms disarm\n```\n",
          "t.md:26: the goal is reached without doing anything" },
        { "```finwait pause\nat 1s\n```\n" WORDS WORDS WORDS WORDS "\n", "true" },
        { "```finwait pause\nat 1s\n```\n" WORDS WORDS WORDS WORDS "more\n",
          "t.md:26: the prose after this stop takes 5 lines of 76 columns: expected at most 4" },
    };

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct told t;
        const char *is = verdict(row[i].more, &t);

        ck_assert_msg(strncmp(is, row[i].says, strlen(row[i].says)) == 0, "%s\nis: %s\ndue: %s",
                      row[i].more, is, row[i].says);
    }
}
END_TEST

START_TEST(playing_from_stop_to_stop)
{
    static const char more[] = "```finwait pause\nat 0ms\n```\n```finwait ask\nwhen client sent "
                               "FIN\n? Q?\n- a | never server "
                               "sent ACK ack 302\n- b | server sent ACK ack 302\n- c "
                               "|\n```\n```finwait pause\nat 1s\n```\n"
                               "```finwait pause\nwhen client TIME_WAIT\n```\n";
    char              text[4096];
    struct fail       f = { 0 };
    size_t            entry[LESSON_STOPS];
    struct lesson    *l;

    snprintf(text, sizeof text, "%s%s", STORY, more);
    l = lesson_parse("t.md", text, strlen(text), &f);
    ck_assert_msg(l != NULL, "%d: %s", f.line, f.what);
    const struct part *p = &l->part[0];
    struct history    *h = history_new(&p->setup);

#define STOPS() part_stops(p, history_journal(h), history_seen(h), history_world(h)->now, entry)
    ck_assert_int_eq(STOPS(), 1); /* at 0: from the beginning */
    ck_assert(!part_run_to_stop(p, h, MSEC(400)));
    ck_assert_int_eq(history_world(h)->now, MSEC(400));
    ck_assert(part_run_to_stop(p, h, p->until));
    ck_assert_int_eq(history_world(h)->now, MSEC(500));
    ck_assert_int_eq(STOPS(), 2);
    ck_assert_uint_eq(entry[0], SIZE_MAX);
    ck_assert_int_eq(history_journal(h)->entry[entry[1]].kind, EVENT_SENT);
    ck_assert_int_eq(stop_answer(p, 1, h), 1);
    ck_assert_int_eq(history_world(h)->now, MSEC(500)); /* and time has not moved */
    ck_assert_int_eq(stop_answer(p, 0, h), -1);

    /* The answer is that of the story as the learner has made it. */
    struct command cut = { .kind = CMD_PATH, .action = PATH_CUT, .n = 1 };
    ck_assert(history_do(h, &cut));
    ck_assert_int_eq(stop_answer(p, 1, h), 0);
    ck_assert(history_undo(h));
    ck_assert_int_eq(stop_answer(p, 1, h), 1);

    ck_assert(part_run_to_stop(p, h, p->until));
    ck_assert_int_eq(STOPS(), 3);
    ck_assert_int_eq(history_world(h)->now, SEC(1));
    ck_assert(part_run_to_stop(p, h, p->until));
    ck_assert_int_eq(STOPS(), 4);
    ck_assert(!part_run_to_stop(p, h, p->until));
    ck_assert_int_eq(history_world(h)->now, p->until);
    history_seek_time(h, MSEC(499)); /* and back again */
    ck_assert_int_eq(STOPS(), 1);
    history_free(h);
    lesson_free(l);
}
END_TEST

/* A newcomer presses o, and there is a connection; and another, and another. */
START_TEST(sandbox)
{
    struct lesson  *l = lesson_sandbox(PROFILE_LINUX, 42);
    struct history *h = history_new(&l->part[0].setup);

    ck_assert_uint_eq(history_world(h)->seed, 42);
    ck_assert_int_eq(history_world(h)->host[0].profile, PROFILE_LINUX);
    ck_assert(history_run(h, MSEC(100), 1000));
    for (int i = 1; i <= 3; i++) {
        struct command go       = { .kind = CMD_OP, .host = 1 };
        int            accepted = 0;

        go.op.verb = OP_CONNECT;
        go.op.host = 2;
        go.op.port = 80;
        ck_assert(history_do(h, &go));
        ck_assert(history_run(h, SEC(2 * i), 1000));
        for (size_t k = 0; k < history_journal(h)->len; k++) {
            const struct entry *e = &history_journal(h)->entry[k];

            accepted += e->kind == EVENT_RESULT && e->op == OP_ACCEPT && e->value >= 0;
        }
        ck_assert_int_eq(accepted, i);
    }
    history_free(h);
    lesson_free(l);
}
END_TEST

SUITE(scenario_lessons)
{
    TCase *c = tcase_create("all");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, every_lesson_is_true);
    tcase_add_test(c, every_lesson_is_whole);
    tcase_add_test(c, found_by_name);
    tcase_add_test(c, claims_are_judged);
    tcase_add_test(c, stops_are_judged);
    tcase_add_test(c, playing_from_stop_to_stop);
    tcase_add_test(c, sandbox);
    suite_add_tcase(s, c);
}
