/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "scenario/progress.h"
#include "scenario/session.h"
#include "scenario/verb.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static void make_dir(void)
{
    strcpy(dir, "/tmp/finwait-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void remove_dir(void)
{
    char cmd[100];

    snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
    ck_assert_int_eq(system(cmd), 0);
}

static void act(struct history *h, const char *line)
{
    struct names   n = names_of(history_world(h));
    struct command c;
    struct fail    f;

    ck_assert_msg(command_parse(line, &n, "", 0, &c, &f), "%s: %s", line, f.what);
    ck_assert(history_do(h, &c));
}

/* Some acts at odd moments, among them two at one moment and one between events. */
static struct history *played(const struct lesson *l)
{
    struct history *h = history_new(&l->part[0].setup);

    act(h, "link client>server delay 70ms");
    act(h, "drop next client>server SYN");
    act(h, "client connect server:80 from 4000");
    history_run(h, MSEC(500), 0);
    act(h, "link loss 1/3");
    history_run(h, SEC(3), 0);
    act(h, "client write \"a \\\"b\\\"\"");
    history_run(h, SEC(5) + 77777, 0);
    act(h, "delay client>server by 1s");
    act(h, "client close");
    act(h, "server close");
    history_run(h, SEC(40), 0);
    return h;
}

START_TEST(round_trip)
{
    struct lesson  *l = lesson_sandbox(PROFILE_RFC9293, 42);
    struct history *h = played(l), *again;
    char            path[100], second[100];
    struct session  s;
    struct fail     f = { 0 };

    snprintf(path, sizeof path, "%s/one.session", dir);
    snprintf(second, sizeof second, "%s/two.session", dir);
    ck_assert_msg(session_save(path, l, 0, h, &f), "%s", f.what);
    ck_assert_msg(session_load(path, &s, &f), "%s:%d: %s", f.file, f.line, f.what);
    ck_assert_str_eq(s.lesson, "sandbox");
    ck_assert_int_eq(s.part, 0);
    ck_assert(s.has_seed && s.seed == 42);
    ck_assert(s.has_profile && s.profile == PROFILE_RFC9293);
    ck_assert_uint_eq(s.n_deed, 8);

    again = history_new(&l->part[0].setup);
    ck_assert_msg(session_replay(&s, again, &f), "%d: %s", f.line, f.what);
    history_run(again, SEC(40), 0);
    ck_assert(world_equal(history_world(h), history_world(again)));
    ck_assert_uint_eq(history_journal(h)->len, history_journal(again)->len);

    /* And what is saved then is the same file. */
    ck_assert(session_save(second, l, 0, again, &f));
    char *a = file_read(path, 100000, NULL), *b = file_read(second, 100000, NULL);
    ck_assert_str_eq(a, b);
    ck_assert(session_is(a, strlen(a)));
    free(a);
    free(b);
    session_free(&s);
    history_free(h);
    history_free(again);
    lesson_free(l);
}
END_TEST

START_TEST(cannot_write)
{
    struct lesson  *l = lesson_sandbox(PROFILE_RFC9293, 1);
    struct history *h = history_new(&l->part[0].setup);
    struct fail     f = { 0 };
    char            path[100];

    snprintf(path, sizeof path, "%s/none/x.session", dir);
    ck_assert(!session_save(path, l, 0, h, &f));
    ck_assert_str_eq(f.what, "cannot be written: No such file or directory");
    history_free(h);
    lesson_free(l);
}
END_TEST

#define MAGIC "finwait session 1\n"

START_TEST(broken_sessions)
{
    static const struct {
        const char *text;
        int         line;
        const char *why;
    } row[] = {
        { "finwait session 2\n", 1,
          "this is no session: expected the first line 'finwait session 1'" },
        { "", 1, "this is no session: expected the first line 'finwait session 1'" },
        { MAGIC "part 1\n", 0, "which lesson is it? expected a line lesson NAME" },
        { MAGIC "lesson x\npart 0\n", 3,
          "'part 0' is not understood: expected lesson NAME, part N, seed N, profile NAME, or at "
          "SECONDS event N: COMMAND" },
        { MAGIC "lesson x\nseed -1\n", 3,
          "'seed -1' is not understood: expected lesson NAME, part N, seed N, profile NAME, or at "
          "SECONDS event N: COMMAND" },
        { MAGIC "lesson x\nat 1.5 event: drop\n", 3,
          "this act is not understood: expected at SECONDS event N: COMMAND" },
        { MAGIC "lesson x\nat 2 event 5: drop\nat 1 event 6: drop\n", 4,
          "this act is before the one above: expected acts in their order" },
    };

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct session s;
        struct fail    f = { 0 };

        ck_assert_msg(!session_parse("s", row[i].text, strlen(row[i].text), &s, &f), "%s",
                      row[i].text);
        ck_assert_str_eq(f.what, row[i].why);
        ck_assert_int_eq(f.line, row[i].line);
    }
}
END_TEST

START_TEST(wrong_moments)
{
    static const struct {
        const char *act;
        int         line;
        const char *why;
    } row[] = {
        { "at 0.000000 event 0: client sing", 3,
          "'sing' is not understood: expected start, or an operation such as connect, read or "
          "close" },
        { "at 1.000000 event 999: disarm", 3,
          "this moment does not come: expected the lesson and the finwait that the session was "
          "saved with" },
        { "at 0.000000 event 1: disarm\nat 0.000000 event 1: disarm", 4,
          "this moment does not come: expected the lesson and the finwait that the session was "
          "saved with" },
    };
    struct lesson *l = lesson_sandbox(PROFILE_RFC9293, 1);

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char            text[300];
        struct session  s;
        struct fail     f = { 0 };
        struct history *h = history_new(&l->part[0].setup);

        snprintf(text, sizeof text, MAGIC "lesson sandbox\n%s\n", row[i].act);
        ck_assert(session_parse("s", text, strlen(text), &s, &f));
        ck_assert_msg(!session_replay(&s, h, &f), "%s", row[i].act);
        ck_assert_str_eq(f.what, row[i].why);
        ck_assert_int_eq(f.line, row[i].line);
        session_free(&s);
        history_free(h);
    }
    lesson_free(l);
}
END_TEST

START_TEST(progress_is_kept)
{
    struct progress p, q;
    char            path[200];

    setenv("XDG_STATE_HOME", dir, 1);
    progress_load(&p);
    ck_assert_int_eq(p.n, 0);
    ck_assert(!p.read_only);
    progress_note(&p, "04-last-ack-lost", true, 2, 3);
    progress_note(&p, "01-four-way-close", false, 0, 0);
    progress_note(&p, "04-last-ack-lost", false, 0, 1); /* a shorter run takes nothing away */
    progress_note(&p, "no blanks please", true, 1, 1);
    ck_assert(progress_save(&p));
    progress_load(&q);
    ck_assert_int_eq(q.n, 2);
    int i = progress_find(&q, "04-last-ack-lost");
    ck_assert_int_ge(i, 0);
    ck_assert(q.row[i].done);
    ck_assert_int_eq(q.row[i].right, 2);
    ck_assert_int_eq(q.row[i].asked, 3);
    ck_assert_int_eq(progress_find(&q, "05"), -1);

    /* A file that is not ours is left alone. */
    snprintf(path, sizeof path, "%s/finwait/progress", dir);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs("finwait progress 9\nsomething new\n", f);
    ck_assert_int_eq(fclose(f), 0);
    progress_load(&q);
    ck_assert_int_eq(q.n, 0);
    ck_assert(q.read_only);
    progress_note(&q, "x", true, 0, 0);
    ck_assert(!progress_save(&q));
    char *is = file_read(path, 1000, NULL);
    ck_assert_str_eq(is, "finwait progress 9\nsomething new\n");
    free(is);
}
END_TEST

START_TEST(progress_without_a_home)
{
    struct progress p;

    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    progress_load(&p);
    ck_assert_int_eq(p.n, 0);
    ck_assert(!progress_save(&p));
    setenv("XDG_STATE_HOME", "relative/path", 1); /* not absolute: to be ignored */
    setenv("HOME", dir, 1);
    progress_load(&p);
    progress_note(&p, "a", true, 0, 0);
    ck_assert(progress_save(&p));
    char path[200];
    snprintf(path, sizeof path, "%s/.local/state/finwait/progress", dir);
    ck_assert_int_eq(access(path, R_OK), 0);
}
END_TEST

SUITE(scenario_session)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, make_dir, remove_dir);
    tcase_add_test(c, round_trip);
    tcase_add_test(c, cannot_write);
    tcase_add_test(c, broken_sessions);
    tcase_add_test(c, wrong_moments);
    tcase_add_test(c, progress_is_kept);
    tcase_add_test(c, progress_without_a_home);
    suite_add_tcase(s, c);
}
