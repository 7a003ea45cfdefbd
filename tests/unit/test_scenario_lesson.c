/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "scenario/lesson.h"
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "# T\n\n> rfc 9293\n\nS.\n\n"

static struct lesson *parse(const char *text)
{
    struct fail    f = { 0 };
    struct lesson *l = lesson_parse("x/07-t.md", text, strlen(text), &f);

    ck_assert_msg(l != NULL, "line %d: %s", f.line, f.what);
    return l;
}

START_TEST(head)
{
    struct lesson *l =
        parse("# The *last* ACK\n\n> rfc 9293 3.6, 3.10 \302\267 after 01-x \302\267 "
              "5 minutes\n\nWhat `you`\nlearn.\n\n```finwait script\n0ms disarm\n```\n");

    ck_assert_str_eq(l->title, "The last ACK");
    ck_assert_str_eq(l->rfc, "9293 3.6, 3.10");
    ck_assert_str_eq(l->needs, "01-x");
    ck_assert_int_eq(l->minutes, 5);
    ck_assert_str_eq(l->summary, "What `you` learn.");
    ck_assert_str_eq(l->id, "07-t");
    ck_assert_str_eq(l->file, "x/07-t.md");
    ck_assert_int_eq(l->n_part, 1);
    ck_assert_uint_eq(l->part[0].n_cue, 1);
    ck_assert_int_eq(l->part[0].until, SEC(120));
    lesson_free(l);
}
END_TEST

START_TEST(parts_and_scenes)
{
    struct lesson *l = parse(
        HEAD
        "Opening.\n\n```finwait world\nseed 7\nset time_wait 0\nprofile rfc793\nuntil 9s\n```\n"
        "## One\nFirst *prose*.\n\n```finwait script\n1s client listen 5\n```\n"
        "```finwait pause\nat 1s\n```\nTold\nat one.\n\n- a\n- b\n\n"
        "## Two\n```finwait world\nprofile server linux\nuntil 8s\ncompare\n```\n"
        "```finwait pause\nwhen 2nd client sent FIN\n```\nSecond.\n"
        "## See it for real\n\nRun:\n\n    ss -tan\n");

    ck_assert_int_eq(l->n_part, 2);
    ck_assert_str_eq(l->part[0].title, "One");
    ck_assert_str_eq(l->part[1].title, "Two");
    ck_assert_str_eq(l->part[0].before, "Opening.\n\nFirst *prose*.");
    ck_assert_str_eq(l->part[1].before, "");
    ck_assert_int_eq(l->part[0].n_stop, 1);
    ck_assert_int_eq(l->part[0].stop[0].at, SEC(1));
    ck_assert_str_eq(l->part[0].stop[0].after, "Told at one.\n\n- a\n- b");
    ck_assert_int_eq(l->part[1].stop[0].on.nth, 2);
    ck_assert_str_eq(l->see, "Run:\n\n    ss -tan");
    ck_assert_int_eq(l->part[0].until, SEC(9));
    ck_assert_int_eq(l->part[1].until, SEC(8));
    ck_assert(l->compare);
    ck_assert_uint_eq(l->part[1].setup.seed, 7);
    ck_assert_int_eq(l->part[1].setup.host[0].profile, PROFILE_RFC793);
    ck_assert_int_eq(l->part[1].setup.host[1].profile, PROFILE_LINUX);
    ck_assert_int_eq(l->part[1].setup.host[1].policy.time_wait, 0);
    ck_assert_uint_eq(l->part[0].n_cue, 1);
    ck_assert_uint_eq(l->part[1].n_cue, 0);

    lesson_set_seed(l, 99);
    lesson_set_profile(l, PROFILE_BSD);
    ck_assert_uint_eq(l->part[1].setup.seed, 99);
    ck_assert_uint_eq(l->part[0].setup.host[0].policy.r2_count,
                      tcp_policy_of(PROFILE_BSD).r2_count);
    ck_assert_uint_eq(l->part[0].setup.host[0].policy.time_wait, 0); /* set lines still hold */
    lesson_free(l);
}
END_TEST

START_TEST(questions)
{
    struct lesson *l =
        parse(HEAD "```finwait script\n0ms disarm\n```\n```finwait ask\nat 1s\n? Who | what?\n"
                   "- one | never 2nd server sent RST\n  Yes,\n  indeed.\n- two | within 2s client "
                   "CLOSED\n- not sure |\n  Look.\n```\nAfter.\n");
    const struct stop *s = &l->part[0].stop[0];

    ck_assert_int_eq(s->kind, STOP_ASK);
    ck_assert_str_eq(s->question, "Who | what?");
    ck_assert_int_eq(s->n_option, 3);
    ck_assert_str_eq(s->option[0].text, "one");
    ck_assert_str_eq(s->option[0].feedback, "Yes, indeed.");
    ck_assert(s->option[0].sure && s->option[0].claim.never);
    ck_assert_int_eq(s->option[1].claim.within, SEC(2));
    ck_assert_str_eq(s->option[1].feedback, "");
    ck_assert(!s->option[2].sure);
    ck_assert_str_eq(s->option[2].feedback, "Look.");
    ck_assert_str_eq(s->after, "After.");
    lesson_free(l);
}
END_TEST

START_TEST(expectations)
{
    static const char  text[] = HEAD "```finwait expect\n1.5s client sent FIN\nany server CLOSED\n"
                                     "log server\n\"a\"\n\"b \\\"c\\\"\"\n```\n"
                                     "```finwait script\nwhen client sent FIN + 5ms: drop\n```\n";
    struct lesson     *l      = parse(text);
    const struct part *p      = &l->part[0];

    ck_assert_int_eq(p->n_claim, 2);
    ck_assert(p->claim[0].has_at);
    ck_assert_int_eq(p->claim[0].at, MSEC(1500));
    ck_assert_str_eq(p->claim[0].text, "1.5s client sent FIN");
    ck_assert(p->claim[1].any_order);
    ck_assert_ptr_null(p->log[0]);
    ck_assert_str_eq(p->log[1], "a\nb \"c\"\n");
    ck_assert_int_eq(p->cue[0].at, VTIME_NEVER);
    ck_assert_int_eq(p->cue[0].after, MSEC(5));
    ck_assert_int_eq(p->cue[0].cmd.kind, CMD_DROP);
    lesson_free(l);
}
END_TEST

START_TEST(goals)
{
    struct lesson *l = parse(HEAD "```finwait script\n0ms disarm\n```\n```finwait goal\ngoal Do "
                                  "it | client CLOSED\nhint a\nhint b\nsolution 1s client close\n"
                                  "solution when client CLOSED: disarm\n```\n");
    const struct stop *s = &l->part[0].stop[0];

    ck_assert_int_eq(s->kind, STOP_GOAL);
    ck_assert_str_eq(s->question, "Do it");
    ck_assert_str_eq(s->hint[1], "b");
    ck_assert_str_eq(s->hint[2], "");
    ck_assert_int_eq(s->n_solution, 2);
    ck_assert_int_eq(s->solution[0].at, SEC(1));
    ck_assert_int_eq(s->at, l->part[0].until);
    lesson_free(l);
}
END_TEST

/* tests/lessons/NAME.md must be refused with exactly what stands in NAME.want. */
START_TEST(broken_ones)
{
    static const char dir[] = "tests/lessons";
    DIR              *d     = opendir(dir);
    struct dirent    *e;
    int               n = 0;

    ck_assert_ptr_nonnull(d);
    while ((e = readdir(d))) {
        char           path[300], want[300], got[FAIL_FILE + FAIL_WHAT + 16];
        size_t         len = strlen(e->d_name);
        struct fail    f   = { 0 };
        struct lesson *l;

        if (len < 4 || strcmp(e->d_name + len - 3, ".md") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%.200s", dir, e->d_name);
        snprintf(want, sizeof want, "%s/%.*s.want", dir, (int)(len - 3), e->d_name);
        char *due  = file_read(want, 4096, NULL);
        char *text = file_read(path, 4 * LESSON_BYTES, &len);
        ck_assert_msg(due && text, "%s", want);
        l = lesson_parse(e->d_name, text, len, &f);
        ck_assert_msg(!l, "%s is accepted", path);
        fail_text(&f, got, sizeof got);
        due[strcspn(due, "\n")] = '\0';
        ck_assert_str_eq(got, due);
        free(due);
        free(text);
        n++;
    }
    closedir(d);
    ck_assert_int_ge(n, 40);
}
END_TEST

START_TEST(files)
{
    struct fail f;

    ck_assert_ptr_null(lesson_load("tests/lessons/no-such.md", &f));
    ck_assert_str_eq(f.what, "cannot be read: No such file or directory");
    char *big = calloc(1, LESSON_BYTES + 2);
    ck_assert_ptr_nonnull(big);
    memset(big, 'x', LESSON_BYTES + 1);
    ck_assert_ptr_null(lesson_parse("big.md", big, LESSON_BYTES + 1, &f));
    ck_assert_str_eq(f.what, "this file is too large: expected at most 262144 bytes");
    free(big);
}
END_TEST

SUITE(scenario_lesson)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, head);
    tcase_add_test(c, parts_and_scenes);
    tcase_add_test(c, questions);
    tcase_add_test(c, expectations);
    tcase_add_test(c, goals);
    tcase_add_test(c, broken_ones);
    tcase_add_test(c, files);
    suite_add_tcase(s, c);
}
