/* SPDX-License-Identifier: MIT
 * test_ui_update.c - what keys, lines and time do to a model. */
#include "ui.h"

#include "base/text.h"
#include "scenario/session.h"

#include <stdio.h>
#include <unistd.h>

static struct model *m;

static void sandbox(void) { m = ui_sandbox(); }
static void story(void) { m = ui_story(STORY); }
static void menu(void) { m = ui_model(); }
static void teardown(void) { ui_free(m); }

static bool says(const char *what) { return strstr(m->message, what) != NULL; }

static enum tcp_state state_of(uint32_t host)
{
    const struct world *w = history_world(model_play(m)->h);

    for (uint32_t i = w->region[REGION_CONN].high; i >= 1; i--)
        if (world_conn(w, i)->serial && world_conn(w, i)->host == host)
            return (enum tcp_state)conn_tcb(w, world_conn(w, i)).state;
    return TCP_CLOSED;
}

/* An established connection in the sandbox, paused, nothing in flight. */
static void connected(void)
{
    ui_keys(m, "o");
    ui_wait(m, SEC(20));
    ck_assert_int_eq(state_of(1), TCP_ESTABLISHED);
    ck_assert_int_eq(state_of(2), TCP_ESTABLISHED);
    ui_keys(m, "Space");
    ck_assert(!m->playing);
}

/* -- Time -------------------------------------------------------------------------------------- */

START_TEST(speed_is_virtual_time_in_a_real_second)
{
    ui_keys(m, "Space");
    ck_assert(m->playing);
    for (int s = 0; s < SPEEDS; s++) {
        m->speed = s;
        m->fold  = false;
        ui_keys(m, "Home Space");
        ck_assert(m->playing);
        update_tick(m, 40000);
        vtime want = speed_table[s].per_second * 40000 / SEC(1);
        ck_assert_int_eq(ui_now(m), want < MSEC(100) ? want : MSEC(100)); /* the first pause */
    }
}
END_TEST

START_TEST(a_slow_clock_loses_nothing)
{
    m->speed = 0; /* 1/100 */
    ui_keys(m, "Space");
    for (int i = 0; i < 1000; i++)
        update_tick(m, 100); /* a tenth of a real second in all */
    ck_assert_int_eq(ui_now(m), MSEC(1));
}
END_TEST

START_TEST(time_halts_at_stops_and_waits_for_answers)
{
    ui_keys(m, "Space");
    ui_wait(m, SEC(30));
    ck_assert(!m->playing);
    ck_assert_int_eq(ui_now(m), MSEC(100));
    ui_keys(m, "Enter");
    ck_assert(m->playing);
    ui_wait(m, SEC(30));
    ck_assert_int_eq(ui_now(m), MSEC(200));
    ck_assert_int_eq((int)model_where(m), WHERE_ASK);
    ui_wait(m, SEC(30));
    ck_assert_int_eq(ui_now(m), MSEC(200));
    ui_keys(m, "Space"); /* one key does not skip a question */
    ck_assert(says("a to c"));
    ck_assert(!m->playing);
    ck_assert_int_eq((int)model_where(m), WHERE_ASK);
    ui_keys(m, "f");
    ck_assert(m->message_bad);
    ui_keys(m, "b");
    ck_assert(says("it is a"));
    ck_assert_int_eq(model_play(m)->right[1], 0);
    ck_assert_int_eq((int)model_where(m), WHERE_STORY);
    ck_assert_int_eq(ui_now(m), MSEC(200)); /* what comes is not seen before one goes on */
    ui_keys(m, "Space");
    ck_assert(m->playing);
}
END_TEST

START_TEST(a_question_can_be_left_on_purpose)
{
    ui_keys(m, "Space");
    ui_wait(m, SEC(30));
    ui_keys(m, "Enter");
    ui_wait(m, SEC(30));
    ui_keys(m, "Right Left");
    ck_assert_int_eq(ui_now(m), MSEC(150));
    ui_keys(m, "Right Right w w Right"); /* other keys between: asked anew */
    ck_assert_int_eq((int)model_where(m), WHERE_ASK);
    ck_assert_int_eq(ui_now(m), MSEC(200));
    ui_keys(m, "Right");
    ck_assert_int_eq(model_play(m)->answer[1], -2);
    ck_assert_int_gt(ui_now(m), MSEC(200));
}
END_TEST

/* A minute of TIME_WAIT, and what comes before it, in a few seconds; not at once, and not when time
 * is to scale. */
START_TEST(idle_time_is_passed_quickly)
{
    int64_t real = 0;

    ui_keys(m, "Space");
    ui_wait(m, SEC(10));
    ui_keys(m, "Enter");
    ui_wait(m, SEC(10));
    ui_keys(m, "a");
    m->speed = 6; /* 1x */
    ui_keys(m, "Enter");
    while (m->playing && real < SEC(200)) {
        vtime was = ui_now(m);
        update_tick(m, 40000);
        ck_assert_int_le(ui_now(m) - was, SEC(100) / 20);
        real += 40000;
    }
    ck_assert_int_eq(ui_now(m), SEC(100));
    ck_assert_int_ge(real, MSEC(1000));
    ck_assert_int_le(real, SEC(4));
    ck_assert_int_eq(m->idle_until, 0);

    ui_keys(m, "Home =");
    ck_assert(!m->fold);
    ui_keys(m, "Space");
    ui_wait(m, SEC(1));
    ui_keys(m, "Enter");
    ui_wait(m, SEC(1));
    ui_keys(m, "Enter"); /* it was answered */
    ui_wait(m, SEC(10));
    ck_assert_int_ge(ui_now(m), SEC(9));
    ck_assert_int_le(ui_now(m), SEC(12));
}
END_TEST

START_TEST(without_animation_events_come_one_by_one)
{
    ui_keys(m, "a");
    ck_assert(!m->anim);
    ui_keys(m, "Space");
    for (int i = 0; i < 200 && m->playing; i++) {
        uint64_t event = ui_event(m);
        ui_wait(m, MSEC(800));
        if (ui_event(m) != event) {
            const struct journal *j = history_journal(model_play(m)->h);
            ck_assert_int_eq(j->entry[history_seen(model_play(m)->h) - 1].at, ui_now(m));
        }
    }
    ck_assert_int_eq(ui_now(m), MSEC(100));
    ui_keys(m, "Enter"); /* on to the question in one go */
    ck_assert_int_eq(ui_now(m), MSEC(200));
}
END_TEST

START_TEST(enter_while_playing_jumps)
{
    ui_keys(m, "Enter");
    ck_assert(m->playing);
    ui_wait(m, MSEC(100));
    ck_assert_int_lt(ui_now(m), MSEC(100));
    ui_keys(m, "Enter");
    ck_assert(!m->playing);
    ck_assert_int_eq(ui_now(m), MSEC(100));
}
END_TEST

START_TEST(seeking_by_words)
{
    update_command(m, "seek 0.05");
    ck_assert_int_eq(ui_now(m), MSEC(50));
    update_command(m, "seek +70ms");
    ck_assert_int_eq(ui_now(m), MSEC(120));
    update_command(m, "seek -0.1s");
    ck_assert_int_eq(ui_now(m), MSEC(20));
    update_command(m, "seek #9");
    ck_assert_uint_ge(history_seen(model_play(m)->h), 9);
    ck_assert_int_eq(ui_now(m), 0);
    update_command(m, "seek tomorrow");
    ck_assert(m->message_bad);
    update_command(m, "seek #0");
    ck_assert(m->message_bad);
    update_command(m, "speed 10");
    ck_assert_str_eq(speed_table[m->speed].text, "10x");
    update_command(m, "speed 1/50x");
    ck_assert_str_eq(speed_table[m->speed].text, "1/50x");
    update_command(m, "speed light");
    ck_assert(m->message_bad);
    update_command(m, "end");
    ck_assert_int_eq(ui_now(m), SEC(100));
}
END_TEST

/* -- Acting ---------------------------------------------------------------------------------- */

START_TEST(hosts_by_hand)
{
    connected();
    ui_keys(m, "1");
    ui_wait(m, SEC(10));
    ui_keys(m, "4");
    ck_assert_msg(says("5") && !m->message_bad, "%s", m->message);
    ui_keys(m, "c");
    ck_assert_int_eq(state_of(1), TCP_FIN_WAIT_1);
    ui_wait(m, SEC(10));
    ck_assert_int_eq(state_of(1), TCP_FIN_WAIT_2);
    ck_assert_int_eq(state_of(2), TCP_CLOSE_WAIT);
    ui_keys(m, "r");
    ck_assert_int_eq(state_of(2), TCP_LAST_ACK);
    ui_wait(m, MSEC(900));
    ui_keys(m, "c"); /* nothing is left to close */
    ck_assert(m->message_bad);
}
END_TEST

START_TEST(half_close_and_abort)
{
    connected();
    ui_keys(m, "5");
    ui_wait(m, SEC(10));
    ck_assert_int_eq(state_of(1), TCP_FIN_WAIT_2);
    ui_keys(m, "8");
    ui_wait(m, SEC(10));
    ck_assert_int_eq(state_of(1), TCP_CLOSED);
}
END_TEST

START_TEST(segments_in_flight)
{
    ui_keys(m, "x");
    ck_assert(m->message_bad);
    ck_assert(says("Nothing is in flight to drop"));
    connected();
    ui_keys(m, "c x");
    ck_assert(!play_in_flight(model_play(m)));
    ui_keys(m, "u");
    ck_assert(play_in_flight(model_play(m)));
    ui_keys(m, "C-r");
    ck_assert(!play_in_flight(model_play(m)));
    ui_keys(m, "u H"); /* held: it does not move, and H lets it go */
    ck_assert(!play_in_flight(model_play(m)));
    ui_keys(m, "H");
    ck_assert(play_in_flight(model_play(m)));
    vtime due = play_next(model_play(m));
    ui_keys(m, "z");
    ck_assert_int_gt(history_world(model_play(m)->h)->now + SEC(1) + MSEC(49), due);
    ui_keys(m, "D X");
    ck_assert(!m->message_bad);
}
END_TEST

/* The selected segment, not the newest. */
START_TEST(the_selected_one_is_dropped)
{
    connected();
    ui_keys(m, "1");
    size_t first = model_selected(m, model_play(m));
    while (history_journal(model_play(m)->h)->entry[first].kind != EVENT_SENT)
        first--;
    uint64_t id = history_journal(model_play(m)->h)->entry[first].packet;
    ui_keys(m, "2");
    model_play(m)->selected = first;
    ui_keys(m, "x");
    const struct journal *j = history_journal(model_play(m)->h);
    size_t                n = history_seen(model_play(m)->h);
    while (n > 0 && j->entry[n - 1].kind != EVENT_LOST)
        n--;
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_eq(j->entry[n - 1].packet, id);
}
END_TEST

START_TEST(going_back_and_acting_makes_a_branch)
{
    connected();
    ui_keys(m, "c Left");
    ck_assert_int_eq(history_branches(model_play(m)->h), 1);
    ui_keys(m, "r");
    ck_assert_int_eq(history_branches(model_play(m)->h), 2);
    ck_assert_msg(says("A new branch"), "%s", m->message);
    ck_assert_int_eq(state_of(2), TCP_FIN_WAIT_1);
    ui_keys(m, "B Up");
    ck_assert_int_eq(history_branch(model_play(m)->h), 0);
    ui_keys(m, "End");
    ck_assert_int_ne(state_of(1), TCP_ESTABLISHED);
    update_command(m, "branch 2");
    ck_assert_int_eq(history_branch(model_play(m)->h), 1);
    update_command(m, "branch 3");
    ck_assert_int_eq(history_branch(model_play(m)->h), 1);
    ui_keys(m, "R");
    ck_assert_int_eq(history_branches(model_play(m)->h), 2); /* it asks first */
    ui_keys(m, "R");
    ck_assert_int_eq(history_branches(model_play(m)->h), 1);
    ck_assert_uint_eq(ui_event(m), 0);
}
END_TEST

START_TEST(verbs_of_the_world)
{
    update_command(m, "link delay 10ms");
    ck_assert_msg(!m->message_bad, "%s", m->message);
    update_command(m, "drop next client>server SYN");
    ck_assert_msg(!m->message_bad, "%s", m->message);
    update_command(m, "client connect server:80");
    ck_assert_int_eq(state_of(1), TCP_SYN_SENT);
    ui_wait(m, MSEC(400));
    ck_assert(!play_in_flight(model_play(m)));
    ck_assert_int_eq(state_of(1), TCP_SYN_SENT);
    update_command(m, "client fly");
    ck_assert(m->message_bad);
    ck_assert_str_ne(m->message, "");
    update_command(m, "");
    update_command(m, "   ");
}
END_TEST

START_TEST(a_box_by_hand)
{
    const struct box *b;

    connected();
    ui_keys(m, "M");
    ck_assert_msg(!m->message_bad, "%s", m->message);
    b = &history_world(model_play(m)->h)->path[0][1].box;
    ck_assert_int_eq(b->idle, SEC(10));
    ck_assert_uint_eq(b->idle_answer, BOX_DROP);
    ck_assert_int_eq(history_world(model_play(m)->h)->path[1][0].box.idle, SEC(10));
    ui_keys(m, "M");
    b = &history_world(model_play(m)->h)->path[0][1].box;
    ck_assert_uint_eq(b->idle_answer, BOX_RST);
    ui_keys(m, "M");
    b = &history_world(model_play(m)->h)->path[0][1].box;
    ck_assert_int_eq(b->idle, 0);
    ui_keys(m, "u");
    b = &history_world(model_play(m)->h)->path[0][1].box;
    ck_assert_int_eq(b->idle, SEC(10));
    update_command(m, "link client>server filter unreachable data");
    ck_assert_msg(!m->message_bad, "%s", m->message);
    ui_keys(m, "1");
    ui_wait(m, SEC(2));
    ck_assert(history_world(model_play(m)->h)->host[0].rtx > 0);
}
END_TEST

static void exported(FILE *f, const char *format, int part, const struct history *h)
{
    fprintf(f, "%s of part %d, %zu entries\n", format, part, history_seen(h));
}

START_TEST(a_run_is_exported)
{
    static const struct {
        const char *end, *begins;
    } kind[] = { { ".json", "json of part 0, " },
                 { ".pcapng", "pcapng of part 0, " },
                 { ".txt", "plain of part 0, " },
                 { ".ladder", " 0.000    connect()" } };

    connected();
    update_command(m, "export /tmp/x");
    ck_assert(m->message_bad); /* nobody has said how */
    m->export = exported;
    update_command(m, "export");
    ck_assert(m->message_bad);
    update_command(m, "export /nowhere/at/all");
    ck_assert(m->message_bad);
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
        char path[60], line[80];

        snprintf(path, sizeof path, "/tmp/finwait-test-%d%s", (int)getpid(), kind[i].end);
        snprintf(line, sizeof line, "export %s", path);
        update_command(m, line);
        ck_assert_msg(!m->message_bad, "%s", m->message);
        char *got = file_read(path, 1 << 20, NULL);
        ck_assert_ptr_nonnull(got);
        ck_assert_msg(strncmp(got, kind[i].begins, strlen(kind[i].begins)) == 0, "%s", got);
        free(got);
        unlink(path);
    }
}
END_TEST

START_TEST(sessions_come_back)
{
    char line[100], path[] = "/tmp/finwait-test-XXXXXX";

    close(mkstemp(path));
    connected();
    ui_keys(m, "c x");
    enum tcp_state was   = state_of(1);
    uint64_t       event = ui_event(m);
    snprintf(line, sizeof line, "save %s", path);
    update_command(m, line);
    ck_assert_msg(!m->message_bad, "%s", m->message);
    snprintf(line, sizeof line, "open %s", path);
    update_command(m, line);
    ck_assert_msg(!m->message_bad, "%s", m->message);
    ck_assert_int_eq(state_of(1), was);
    ck_assert_uint_eq(ui_event(m), event);
    unlink(path);
    update_command(m, "open /nowhere/at/all");
    ck_assert(m->message_bad);
    update_command(m, "save /nowhere/at/all");
    ck_assert(m->message_bad);
}
END_TEST

START_TEST(seeds_and_profiles_begin_again)
{
    connected();
    update_command(m, "seed 7");
    ck_assert_uint_eq(history_world(model_play(m)->h)->seed, 7);
    ck_assert_uint_eq(ui_event(m), 0);
    update_command(m, "profile linux");
    ck_assert_uint_eq(history_world(model_play(m)->h)->seed, 7);
    ck_assert_int_eq(history_world(model_play(m)->h)->host[0].profile, PROFILE_LINUX);
    update_command(m, "profile vms");
    ck_assert(m->message_bad);
}
END_TEST

/* -- The menu and parts ---------------------------------------------------------------------- */

static const char TWO[] =
    "# Two parts\n\n> rfc 9293\n\nBoth.\n\n## One\n\n"
    "```finwait script\n0ms server listen 80\n10ms client connect server:80\n```\n\n"
    "```finwait pause\nwhen client SYN_SENT\n```\n\n"
    "## Two\n\n"
    "```finwait script\n0ms server listen 81\n20ms client connect server:81\n```\n\n"
    "```finwait pause\nwhen server SYN_RECEIVED\n```\n";

START_TEST(the_menu_without_lessons)
{
    ui_keys(m, "x w");
    ck_assert(says("does nothing here"));
    update_command(m, "step");
    ck_assert(m->message_bad);
    ui_keys(m, "? Esc Down Up Enter");
    ck_assert_int_eq((int)m->screen, SCREEN_STORY);
    ck_assert_str_eq(m->lesson->id, "sandbox");
    ui_keys(m, "q");
    ck_assert(m->quit);
}
END_TEST

START_TEST(two_parts)
{
    ui_free(m);
    m = ui_story(TWO);
    ck_assert_int_eq(m->lesson->n_part, 2);
    ui_keys(m, "V");
    ck_assert_int_eq(model_play(m)->part, 1);
    update_command(m, "part 1");
    ck_assert_int_eq(model_play(m)->part, 0);
    update_command(m, "part 3");
    ck_assert(m->message_bad);
    ui_keys(m, "C");
    ck_assert_int_eq(m->plays, 2);
    ck_assert_int_eq(m->play[1].part, 1);
    ui_keys(m, "Space");
    ui_wait(m, SEC(10));
    ck_assert_int_eq(m->focus, 0); /* the first has something to say */
    ck_assert_int_eq(history_world(m->play[0].h)->now, MSEC(10));
    ui_keys(m, "Enter");
    ui_wait(m, SEC(10));
    ck_assert_int_eq(m->focus, 1); /* now the other one */
    ck_assert_int_eq(history_world(m->play[1].h)->now, MSEC(70));
    ui_keys(m, "Home");
    ck_assert_int_eq(history_world(m->play[0].h)->now, 0);
    ck_assert_int_eq(history_world(m->play[1].h)->now, 0);
    ui_keys(m, "Tab C");
    ck_assert_int_eq(m->plays, 1);
}
END_TEST

START_TEST(progress_is_noted)
{
    struct catalogue c = { 0 };
    struct fail      f;

    ui_free(m);
    m            = ui_model();
    c.n          = 1;
    c.lesson[0]  = lesson_parse("01-a.md", STORY, sizeof STORY - 1, &f);
    m->catalogue = &c;
    ui_keys(m, "Enter Enter");
    ui_wait(m, SEC(20));
    ui_keys(m, "Enter");
    ui_wait(m, SEC(20));
    ui_keys(m, "a");
    int row = progress_find(&m->progress, c.lesson[0]->id);
    ck_assert_int_ge(row, 0);
    ck_assert_int_eq(m->progress.row[row].right, 1);
    ck_assert_int_eq(m->progress.row[row].asked, 1);
    ck_assert(!m->progress.row[row].done);
    ui_keys(m, "End");
    ck_assert(!m->progress.row[row].done); /* there is a goal */
    ck_assert(says("Your turn"));
    update_command(m, "seek 0.21");
    ui_keys(m, "x");
    ck_assert(says("goal is reached"));
    ui_keys(m, "End");
    ck_assert(m->progress.row[row].done);
    ui_keys(m, "q");
    ck_assert_int_eq((int)m->screen, SCREEN_MENU);
    ck_assert(!m->quit);
    model_free(m);
    lesson_free(c.lesson[0]);
}
END_TEST

static TCase *group(Suite *s, const char *name, void (*begin)(void))
{
    TCase *c = tcase_create(name);

    tcase_add_checked_fixture(c, begin, teardown);
    tcase_set_timeout(c, 60);
    suite_add_tcase(s, c);
    return c;
}

SUITE(ui_update)
{
    TCase *c = group(s, "story", story);

    tcase_add_test(c, speed_is_virtual_time_in_a_real_second);
    tcase_add_test(c, a_slow_clock_loses_nothing);
    tcase_add_test(c, time_halts_at_stops_and_waits_for_answers);
    tcase_add_test(c, a_question_can_be_left_on_purpose);
    tcase_add_test(c, idle_time_is_passed_quickly);
    tcase_add_test(c, without_animation_events_come_one_by_one);
    tcase_add_test(c, enter_while_playing_jumps);
    tcase_add_test(c, seeking_by_words);
    c = group(s, "sandbox", sandbox);
    tcase_add_test(c, hosts_by_hand);
    tcase_add_test(c, half_close_and_abort);
    tcase_add_test(c, segments_in_flight);
    tcase_add_test(c, the_selected_one_is_dropped);
    tcase_add_test(c, going_back_and_acting_makes_a_branch);
    tcase_add_test(c, verbs_of_the_world);
    tcase_add_test(c, a_box_by_hand);
    tcase_add_test(c, a_run_is_exported);
    tcase_add_test(c, sessions_come_back);
    tcase_add_test(c, seeds_and_profiles_begin_again);
    c = group(s, "menu", menu);
    tcase_add_test(c, the_menu_without_lessons);
    tcase_add_test(c, two_parts);
    tcase_add_test(c, progress_is_noted);
}
