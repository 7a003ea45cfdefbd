/* SPDX-License-Identifier: MIT
 * test_ui_panes.c - selecting, searching, panes, help, the command line. */
#include "ui.h"

static struct model *m;

static void sandbox(void) { m = ui_sandbox(); }
static void teardown(void) { ui_free(m); }

static bool says(const char *what) { return strstr(m->message, what) != NULL; }

/* An established connection in the sandbox, paused, nothing in flight. */
static void connected(void)
{
    ui_keys(m, "o");
    ui_wait(m, SEC(20));
    ui_keys(m, "Space");
    ck_assert(!m->playing);
    ck_assert(!play_in_flight(model_play(m)));
}

START_TEST(selection)
{
    struct play *p = model_play(m);

    ui_keys(m, "Up");
    ck_assert(says("Nothing has happened yet"));
    connected();
    size_t newest = model_selected(m, p);
    ck_assert_uint_eq(newest, history_seen(p->h) - 1);
    ui_keys(m, "Up Up");
    ck_assert_uint_eq(model_selected(m, p), newest - 2);
    ui_keys(m, "m Down Down Down");
    ck_assert_uint_eq(p->marked, newest - 2);
    ck_assert_uint_eq(p->selected, SIZE_MAX); /* it follows again */
    ui_keys(m, "Up Up g");
    ck_assert_uint_eq(history_seen(p->h) - 1, newest - 2);
    ui_keys(m, "Esc");
    ck_assert_uint_eq(p->marked, SIZE_MAX);
}
END_TEST

START_TEST(search)
{
    char                  line[300];
    const struct journal *j;

    connected();
    ui_keys(m, "/ s y n , A c k Enter");
    j = history_journal(model_play(m)->h);
    for (int i = 0; i < 3; i++) {
        size_t at = model_selected(m, model_play(m));
        ck_assert_ptr_nonnull(
            strstr(entry_text(history_world(model_play(m)->h), j, &j->entry[at], line, sizeof line),
                   "SYN,ACK"));
        ui_keys(m, i ? "N" : "n");
    }
    ui_keys(m, "/ z z z Enter");
    ck_assert(m->message_bad);
}
END_TEST

START_TEST(panes_open_and_close)
{
    static const char *const key[] = { "w", "b", "d", "s", "v", "t", "e", "p", "i", "B" };

    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        ui_keys(m, key[i]);
        ck_assert_int_ne((int)m->pane, PANE_STORY);
        ui_keys(m, "Esc");
        ck_assert_int_eq((int)m->pane, PANE_STORY);
        ui_keys(m, key[i]);
        ui_keys(m, "q"); /* leaves the pane, not the program */
        ck_assert_int_eq((int)m->pane, PANE_STORY);
        ck_assert(!m->quit);
    }
    ui_keys(m, "s s");
    ck_assert_int_eq((int)m->sockets, AS_SS_I);
    ui_keys(m, "s");
    ck_assert_int_eq((int)m->sockets, AS_NETSTAT);
    ui_keys(m, "s");
    ck_assert_int_eq((int)m->pane, PANE_STORY);
    ui_keys(m, "i Down Down Up");
    ck_assert_int_eq(m->scroll, 1);
    ui_keys(m, "Up Up Up");
    ck_assert_int_eq(m->scroll, 0);
    ui_keys(m, "Esc q");
    ck_assert(m->quit); /* there is no menu to go back to */
}
END_TEST

START_TEST(help_is_typed_into)
{
    ui_keys(m, "?");
    ck_assert_int_eq((int)m->pane, PANE_HELP);
    ui_keys(m, "f o l d");
    ck_assert_str_eq(m->filter, "fold");
    ui_keys(m, "Enter"); /* one row is left: it is done */
    ck_assert(!m->fold);
    ck_assert_int_eq((int)m->pane, PANE_STORY);
    ui_keys(m, "? q");
    ck_assert_int_eq((int)m->pane, PANE_STORY);
    ck_assert(!m->quit);
    ui_keys(m, "? u Esc");
    ck_assert_int_eq((int)m->pane, PANE_STORY);
    ck_assert_int_eq(m->prompt.kind, 0);
}
END_TEST

START_TEST(the_command_line)
{
    ui_keys(m, ": c l i e Tab");
    ck_assert_ptr_eq(strstr(m->prompt.text, "client"), m->prompt.text);
    ui_keys(m, "C-u s p e e Tab");
    ck_assert_str_eq(m->prompt.text, "speed ");
    ui_keys(m, "1 0 0 Tab");
    ck_assert_ptr_nonnull(strstr(m->prompt.text, "1000x"));
    ui_keys(m, "Enter");
    ck_assert_str_eq(speed_table[m->speed].text, "1000x");
    ui_keys(m, ": Up");
    ck_assert_ptr_nonnull(strstr(m->prompt.text, "speed"));
    ui_keys(m, "Esc");
    ck_assert_int_eq(m->prompt.kind, 0);
    ui_keys(m, ": q u i t Enter");
    ck_assert(m->quit);
}
END_TEST

SUITE(ui_panes)
{
    TCase *c = tcase_create("sandbox");

    tcase_add_checked_fixture(c, sandbox, teardown);
    tcase_add_test(c, selection);
    tcase_add_test(c, search);
    tcase_add_test(c, panes_open_and_close);
    tcase_add_test(c, help_is_typed_into);
    tcase_add_test(c, the_command_line);
    suite_add_tcase(s, c);
}
