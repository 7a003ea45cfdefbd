/* SPDX-License-Identifier: MIT
 * test_ui_play.c - moving in virtual time: stepping, playing, stops, goals. */
#include "ui.h"

static struct model *m;

static void setup(void) { m = ui_story(STORY); }
static void teardown(void) { ui_free(m); }

static struct play *p(void) { return model_play(m); }

START_TEST(steps_go_event_by_event_and_back)
{
    uint64_t at[8];

    for (int i = 0; i < 3; i++) {
        at[i] = ui_event(m);
        ck_assert_int_eq(play_step(m, p()), WENT_ON);
        ck_assert_uint_gt(ui_event(m), at[i]);
    }
    for (int i = 2; i >= 0; i--) {
        ck_assert_int_eq(play_back(m, p()), WENT_ON);
        ck_assert_uint_eq(ui_event(m), at[i]);
    }
    ck_assert_int_eq(play_back(m, p()), WENT_NOWHERE);
}
END_TEST

/* In the middle of a flight, back is to the moment when it began. */
START_TEST(back_from_between_events)
{
    play_step(m, p());
    play_step(m, p());
    uint64_t event = ui_event(m);
    vtime    then  = ui_now(m);
    ck_assert(play_in_flight(p()));
    ck_assert_int_eq(play_run(m, p(), then + MSEC(20)), WENT_ON);
    ck_assert_int_eq(ui_now(m), then + MSEC(20));
    ck_assert_int_eq(play_back(m, p()), WENT_ON);
    ck_assert_uint_eq(ui_event(m), event);
    ck_assert_int_eq(ui_now(m), then);
}
END_TEST

START_TEST(running_halts_at_every_stop)
{
    int k;

    ck_assert_int_eq(play_run(m, p(), SEC(50)), WENT_STOP);
    ck_assert_int_eq(ui_now(m), MSEC(100));
    ck_assert_ptr_nonnull(model_stop(m, &k));
    ck_assert_int_eq(k, 0);
    ck_assert_int_eq(play_run(m, p(), SEC(50)), WENT_STOP); /* and stays there */
    ck_assert_int_eq(ui_now(m), MSEC(100));
    ck_assert_int_eq(play_step(m, p()), WENT_STOP);
    play_pass(m, p());
    ck_assert_ptr_null(model_stop(m, NULL));
    ck_assert_int_eq(play_run(m, p(), SEC(50)), WENT_STOP);
    ck_assert_int_eq(ui_now(m), MSEC(200)); /* the FIN is sent, its answer is not yet known */
    ck_assert_int_eq((int)model_stop(m, &k)->kind, STOP_ASK);
    play_pass(m, p());
    ck_assert_int_eq(p()->answer[1], -2);
    ck_assert_int_eq(play_run(m, p(), SEC(50)), WENT_ON);
    ck_assert_int_eq(ui_now(m), SEC(50));
}
END_TEST

START_TEST(back_to_stops_asks_again)
{
    play_end(m, p());
    ck_assert_int_eq(ui_now(m), SEC(100));
    ck_assert_int_eq(p()->passed, 3);
    ck_assert_int_eq(play_prev_stop(m, p()), WENT_STOP); /* the goal, at the end */
    ck_assert_int_eq(play_prev_stop(m, p()), WENT_STOP);
    ck_assert_int_eq(ui_now(m), MSEC(200));
    ck_assert_int_eq(p()->answer[1], -1);
    ck_assert_int_eq((int)model_where(m), WHERE_ASK);
    ck_assert_int_eq(play_prev_stop(m, p()), WENT_STOP);
    ck_assert_int_eq(ui_now(m), MSEC(100));
    ck_assert_int_eq(play_prev_stop(m, p()), WENT_ON);
    ck_assert_int_eq(ui_now(m), 0);
    ck_assert_int_eq(play_prev_stop(m, p()), WENT_NOWHERE);
}
END_TEST

START_TEST(by_changes_of_state)
{
    ck_assert_int_eq(play_next_state(m, p()), WENT_ON);
    ck_assert_int_eq(play_next_state(m, p()), WENT_ON);
    vtime at = ui_now(m);
    ck_assert_int_eq(play_next_state(m, p()), WENT_ON);
    ck_assert_int_gt(ui_now(m), at);
    ck_assert_int_eq(play_prev_state(m, p()), WENT_ON);
    ck_assert_int_eq(ui_now(m), at);
    while (play_prev_state(m, p()) != WENT_NOWHERE) {
    }
    ck_assert_uint_eq(ui_event(m), 0);
}
END_TEST

START_TEST(seeking_passes_stops)
{
    play_seek(m, p(), SEC(1));
    ck_assert_int_eq(p()->passed, 2);
    ck_assert(!play_halted(m, p()));
    play_seek(m, p(), MSEC(120));
    ck_assert_int_eq(p()->passed, 1);
    ck_assert_int_eq(ui_now(m), MSEC(120));
    play_seek(m, p(), -5);
    ck_assert_int_eq(ui_now(m), 0);
    ck_assert_int_eq(p()->passed, 0);
    play_seek_entry(m, p(), 12); /* known from before */
    ck_assert_int_eq(ui_now(m), MSEC(100));
    play_seek_entry(m, p(), 100000); /* no such entry: nothing happens */
    ck_assert_int_eq(ui_now(m), MSEC(100));
}
END_TEST

/* To the end, then to each entry and on to the next: the same worlds in both directions. */
START_TEST(there_and_back_is_the_same)
{
    play_end(m, p());
    for (size_t i = 0; i + 1 < history_journal(p()->h)->len; i++) {
        play_seek_entry(m, p(), i);
        struct blob here = { 0 }, again = { 0 };
        world_save(history_world(p()->h), &here);
        ck_assert_int_ne(play_step(m, p()), WENT_NOWHERE);
        play_back(m, p());
        world_save(history_world(p()->h), &again);
        ck_assert_uint_eq(here.len, again.len);
        ck_assert(memcmp(here.bytes, again.bytes, here.len) == 0);
        blob_free(&here);
        blob_free(&again);
    }
}
END_TEST

START_TEST(goals)
{
    ck_assert(!play_goal_met(m, p(), 2));
    play_end(m, p());
    ck_assert(!play_goal_met(m, p(), 2)); /* not by just watching */
    play_seek(m, p(), MSEC(210));
    ui_keys(m, "x");
    ck_assert(play_goal_met(m, p(), 2));
    ck_assert_ptr_nonnull(strstr(m->message, "the goal is reached"));
    ck_assert_int_eq(p()->right[2], 1);
}
END_TEST

START_TEST(the_sandbox_has_no_end)
{
    struct model *s = ui_sandbox();

    ck_assert(play_until(s, model_play(s)) == VTIME_NEVER);
    ck_assert(play_until(m, p()) == SEC(100));
    ui_wait(s, SEC(1));
    ck_assert(!play_over(s, model_play(s)));
    ck_assert(!model_moving(s));
    ck_assert(s->playing);
    ck_assert_int_eq(ui_now(s), 0); /* the clock stands at the last event */
    ui_free(s);
}
END_TEST

SUITE(ui_play)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, steps_go_event_by_event_and_back);
    tcase_add_test(c, back_from_between_events);
    tcase_add_test(c, running_halts_at_every_stop);
    tcase_add_test(c, back_to_stops_asks_again);
    tcase_add_test(c, by_changes_of_state);
    tcase_add_test(c, seeking_passes_stops);
    tcase_add_test(c, there_and_back_is_the_same);
    tcase_add_test(c, goals);
    tcase_add_test(c, the_sandbox_has_no_end);
    suite_add_tcase(s, c);
}
