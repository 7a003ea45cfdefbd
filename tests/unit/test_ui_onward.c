/* SPDX-License-Identifier: MIT
 * test_ui_onward.c - what acting does to time, where the end of a story leads, two parts in step,
 * and what is said of programs. */
#include "ui.h"

#include "scenario/progress.h"
#include "ui/ladder.h"
#include "ui/view_inside.h"

#include <unistd.h>

static struct model    *m;
static struct catalogue cat;
static struct surface   surface;

static bool says(const char *what) { return strstr(m->message, what) != NULL; }

static void lessons(void)
{
    struct fail f = { 0 };

    ck_assert_msg(catalogue_load(&cat, "lessons", &f), "%s", f.what);
    m            = ui_model();
    m->catalogue = &cat;
}

static void sandbox(void) { m = ui_sandbox(); }

static void gone(void)
{
    ui_free(m);
    catalogue_free(&cat);
}

static void open_lesson(const char *name, int part)
{
    int i = catalogue_find(&cat, name);

    ck_assert_int_ge(i, 0);
    ck_assert(cat.lesson[i] != NULL);
    model_open(m, cat.lesson[i], false, part);
}

/* The whole screen as one text, rows ended by newlines; to be freed. */
static char *shown(int rows, int cols)
{
    char  *text = NULL;
    size_t n    = 0;
    FILE  *f    = open_memstream(&text, &n);

    update_resize(m, rows, cols);
    view(m, &surface);
    surface_write(&surface, f);
    fclose(f);
    return text;
}

static bool shows(int rows, int cols, const char *what)
{
    char *text = shown(rows, cols);
    bool  has  = strstr(text, what) != NULL;

    free(text);
    return has;
}

/* -- The end --------------------------------------------------------------------------------- */

START_TEST(the_end_of_a_part_leads_on)
{
    open_lesson("7", 0);
    ui_keys(m, "End");
    ck_assert_msg(says("End of part 1 of 3. Enter: part 2, A clean close, as Linux reports it"),
                  "%s", m->message);
    ui_keys(m, "w Esc");
    ck_assert(shows(24, 80, "Enter next part"));
    ui_keys(m, "Enter");
    ck_assert_int_eq(model_play(m)->part, 1);
    ck_assert_int_eq(ui_now(m), 0);
    ui_keys(m, "End Left Left Left Enter"); /* not at the end: the story goes on */
    ck_assert_int_eq(model_play(m)->part, 1);
}
END_TEST

START_TEST(the_end_of_a_lesson_leads_to_the_next)
{
    open_lesson("4", 2);
    ui_keys(m, "End");
    if (play_open_goal(m, model_play(m)) >= 0)
        open_lesson("7", 2);
    ui_keys(m, "End");
    ck_assert_msg(says("The end of the lesson: Enter for the next one (8 Both hang up at once)"),
                  "%s", m->message);
    ui_keys(m, "Enter");
    ck_assert_str_eq(m->lesson->id, "08-both-hang-up");
    ck_assert_int_eq(m->menu, 7);
    ui_keys(m, "End Enter");
    ck_assert_int_eq(model_play(m)->part, 1);
}
END_TEST

START_TEST(enter_after_enter_tells_a_whole_part)
{
    open_lesson("3", 0);
    for (int i = 0; i < 100 && model_play(m)->part == 0; i++) {
        ui_keys(m, model_where(m) == WHERE_ASK ? "a" : "Enter");
        ui_wait(m, SEC(30));
    }
    ck_assert_int_eq(model_play(m)->part, 1);
}
END_TEST

START_TEST(a_goal_leads_on_when_it_is_reached)
{
    open_lesson("8", 1);
    ui_keys(m, "End");
    ck_assert(says("Your turn"));
    ck_assert(shows(24, 80, "- not yet"));
    ui_keys(m, "R c");
    ui_keys(m, ": s e e k Space 3 Enter c r");
    ui_wait(m, SEC(60));
    ck_assert_msg(says("You did it!") && says("q for the menu"), "%s", m->message);
    ck_assert(shows(24, 80, "- reached"));
    ui_keys(m, "Enter");
    ck_assert_str_eq(m->lesson->id, "sandbox");
}
END_TEST

START_TEST(what_was_done_is_ticked_and_kept)
{
    struct progress kept;
    char            dir[] = "/tmp/finwait-onward-XXXXXX", path[200];

    ck_assert(mkdtemp(dir) != NULL);
    setenv("XDG_STATE_HOME", dir, 1);
    progress_load(&m->progress);
    open_lesson("1", 0);
    ui_keys(m, "End q");
    ck_assert(shows(24, 80, "\342\234\223  1 The four-way close"));
    progress_load(&kept);
    ck_assert_int_eq(kept.n, 1);
    ck_assert(kept.row[0].done);
    snprintf(path, sizeof path, "%s/finwait/progress.new", dir);
    ck_assert_int_ne(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/finwait/progress", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/finwait", dir);
    rmdir(path);
    rmdir(dir);
}
END_TEST

/* -- Acting ---------------------------------------------------------------------------------- */

START_TEST(acting_sets_time_going_that_stood_for_want_of_anything)
{
    ui_keys(m, "o");
    ui_wait(m, SEC(20));
    ui_keys(m, "Right"); /* nothing is due, and time is stopped by hand */
    ck_assert(!m->playing);
    ui_keys(m, "1");
    ck_assert(m->playing);
    ui_wait(m, SEC(20));
    ck_assert(!play_in_flight(model_play(m)));
}
END_TEST

/* Each key once in every order: time never stops while something is on its way. */
START_TEST(a_newcomer_sees_things_happen)
{
    static const char *const key[] = { "o", "1", "x", "c", "r" };

    for (int first = 0; first < 5; first++)
        for (int second = 0; second < 5; second++) {
            ui_keys(m, "R R");
            ui_keys(m, key[first]);
            ui_keys(m, key[second]);
            for (int i = 0; i < 5; i++)
                ui_keys(m, key[(first + second + i) % 5]);
            if (play_due(m, model_play(m)) != VTIME_NEVER)
                ck_assert_msg(model_moving(m), "%s %s", key[first], key[second]);
        }
}
END_TEST

START_TEST(at_a_stop_it_is_said_how_to_go_on)
{
    open_lesson("8", 1);
    ui_keys(m, "Enter");
    ui_wait(m, SEC(90)); /* to the goal */
    ck_assert(play_halted(m, model_play(m)));
    ui_keys(m, "c");
    ck_assert(!m->playing);
    ck_assert_msg(says("Space goes on"), "%s", m->message);
    ck_assert(shows(24, 80, "Goal: Bring the client into CLOSING - not yet"));
    ui_keys(m, "G");
    ck_assert_msg(says("Hint 1 of 3"), "%s", m->message);
    ui_keys(m, "Space G");
    ck_assert(says("Hint 2 of 3"));
}
END_TEST

/* -- Two parts ------------------------------------------------------------------------------- */

START_TEST(no_part_is_shown_twice)
{
    open_lesson("4", 0);
    ui_keys(m, "C");
    ck_assert_int_eq(m->plays, 2);
    for (int i = 0; i < 12; i++) {
        ui_keys(m, i % 3 == 2 ? "Tab" : "V");
        ck_assert_int_ne(m->play[0].part, m->play[1].part);
    }
    for (int part = 1; part <= m->lesson->n_part; part++) {
        char line[20];
        snprintf(line, sizeof line, "part %d", part);
        update_command(m, line);
        ck_assert_int_ne(m->play[0].part, m->play[1].part);
        ck_assert_int_eq(model_play(m)->part, part - 1);
    }
}
END_TEST

START_TEST(two_parts_are_always_at_one_moment)
{
    open_lesson("4", 0);
    ui_keys(m, "C");
    for (int i = 0; i < 60; i++) {
        ui_keys(m, model_where(m) == WHERE_ASK ? "a" : "Enter");
        for (int k = 0; k < 400 && m->playing; k++)
            update_tick(m, 40000);
        if (m->plays == 1)
            break;
        vtime a = history_world(m->play[0].h)->now, b = history_world(m->play[1].h)->now;
        /* At its own stop a part may stand while the other one is told. */
        if (!play_halted(m, &m->play[0]) && !play_halted(m, &m->play[1])
            && play_due(m, &m->play[0]) != VTIME_NEVER && play_due(m, &m->play[1]) != VTIME_NEVER)
            ck_assert_int_eq(a, b);
    }
}
END_TEST

/* -- What is said of programs ---------------------------------------------------------------- */

static void program_says(uint32_t host, const char *want)
{
    char        line[200];
    struct text t = text_into(line, sizeof line);
    struct look k = look_at(m, model_play(m), NULL);

    ck_assert(view_app_text(&k, host, &t));
    ck_assert_str_eq(line, want);
}

START_TEST(programs_are_at_their_line)
{
    open_lesson("7", 0);
    update_command(m, "seek 5.06");
    program_says(1, "sleep 7s  wakes in 1.9 s");
    program_says(2, "said: read: i/o timeout; closing");
    update_command(m, "seek 1");
    program_says(2, "read deadline 5s  waits");
    open_lesson("5", 0);
    update_command(m, "seek 5.06");
    program_says(1, "read deadline 10s  waits");
    update_command(m, "open sandbox");
    ui_keys(m, "o");
    ui_wait(m, SEC(10));
    ui_keys(m, "c");
    program_says(1, "close() = 0");
}
END_TEST

START_TEST(every_line_of_a_program_is_whole)
{
    open_lesson("7", 0);
    update_command(m, "seek 1");
    ui_keys(m, "p");
    ck_assert(shows(40, 120, "on timeout goto line 7"));
    ck_assert(shows(40, 120, "on error continue"));
    ui_keys(m, "End");
    ck_assert(shows(40, 120, "timed out"));
    ck_assert(!shows(40, 120, "EDEADLINE"));
}
END_TEST

START_TEST(a_compact_record_shows_what_it_holds)
{
    open_lesson("1", 0);
    update_command(m, "seek 30");
    ui_keys(m, "v");
    ck_assert(shows(24, 80, "TIME_WAIT compact record"));
    ck_assert(shows(24, 80, "SND.NXT"));
    ck_assert(!shows(24, 80, "ISS"));
    ck_assert(!shows(24, 80, "SND.UNA"));
    ui_keys(m, "Esc");
    ck_assert(shows(40, 120, "compact record"));
}
END_TEST

/* Whatever the lesson and the width, times and words in the gutters keep apart. */
START_TEST(gutters_never_collide)
{
    struct ladder l = { 0 };

    for (int i = 0; i < cat.n; i++)
        for (int part = 0; part < cat.lesson[i]->n_part; part++) {
            model_open(m, cat.lesson[i], false, part);
            ui_keys(m, "End");
            for (int cols = 54; cols < 140; cols += 7) {
                struct look        k    = look_at(m, model_play(m), NULL);
                struct ladder_spec spec = view_ladder_spec(&k, cols);
                ladder_layout(&l, &spec);
                for (size_t r = 0; r < l.rows; r++) {
                    char time[32];
                    int  words = 0;
                    for (int w = 0; w < l.row[r].words[0]; w++)
                        words += (int)strlen(l.row[r].word[0][w].text) + 1;
                    int from = l.row[r].timed
                                   ? 1 + (int)strlen(ladder_time(l.row[r].at, time, sizeof time))
                                   : 0;
                    ck_assert_msg(words == 0 || from < l.shape.x0 - words, "%s part %d cols %d: %s",
                                  cat.lesson[i]->id, part + 1, cols, l.row[r].word[0][0].text);
                }
            }
        }
    ladder_free(&l);
}
END_TEST

START_TEST(help_finds_commands_too)
{
    update_command(m, "help session");
    ck_assert(shows(24, 80, "save FILE"));
    ck_assert(shows(24, 80, "open LESSON"));
    update_command(m, "help first sequence numbers"); /* a line of a lesson, not of the prompt */
    ck_assert(shows(24, 80, "No key and no command"));
}
END_TEST

START_TEST(the_time_from_the_mark_is_said_in_words)
{
    open_lesson("4", 0);
    update_command(m, "seek 1.3");
    ui_keys(m, "m Up Up Up Up");
    ck_assert(shows(24, 80, "0.08 s before the mark"));
    ui_keys(m, "m Down Down Down Down");
    ck_assert(shows(24, 80, "0.08 s after the mark"));
}
END_TEST

SUITE(ui_onward)
{
    TCase *c = tcase_create("lessons"), *s1 = tcase_create("sandbox");

    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, lessons, gone);
    tcase_add_test(c, the_end_of_a_part_leads_on);
    tcase_add_test(c, the_end_of_a_lesson_leads_to_the_next);
    tcase_add_test(c, enter_after_enter_tells_a_whole_part);
    tcase_add_test(c, a_goal_leads_on_when_it_is_reached);
    tcase_add_test(c, what_was_done_is_ticked_and_kept);
    tcase_add_test(c, at_a_stop_it_is_said_how_to_go_on);
    tcase_add_test(c, no_part_is_shown_twice);
    tcase_add_test(c, two_parts_are_always_at_one_moment);
    tcase_add_test(c, programs_are_at_their_line);
    tcase_add_test(c, every_line_of_a_program_is_whole);
    tcase_add_test(c, a_compact_record_shows_what_it_holds);
    tcase_add_test(c, gutters_never_collide);
    tcase_add_test(c, help_finds_commands_too);
    tcase_add_test(c, the_time_from_the_mark_is_said_in_words);
    suite_add_tcase(s, c);
    tcase_add_checked_fixture(s1, sandbox, gone);
    tcase_add_test(s1, acting_sets_time_going_that_stood_for_want_of_anything);
    tcase_add_test(s1, a_newcomer_sees_things_happen);
    suite_add_tcase(s, s1);
}
