/* SPDX-License-Identifier: MIT
 * test_ui_keys.c - the table of keys. */
#include "base/utf8.h"
#include "net/world.h"
#include "ui/keys.h"
#include "ui/theme.h"
#include "ui/update.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

/* Can both keys be live at one place?  Where a question is open its own keys hide the story's: that
 * is the one exception, and key_action() is tested for it. */
static bool meet(enum where a, enum where b)
{
    if (a == b)
        return true;
    if (a == WHERE_PROMPT || b == WHERE_PROMPT)
        return false;
    return a == WHERE_ANY || b == WHERE_ANY;
}

START_TEST(no_key_means_two_things)
{
    for (int a = 1; a < ACT_COUNT; a++)
        for (int b = a + 1; b < ACT_COUNT; b++) {
            if (!meet(key_table[a].where, key_table[b].where))
                continue;
            char keys[200];
            snprintf(keys, sizeof keys, "%s", key_table[a].keys);
            for (char *k = strtok(keys, " "); k; k = strtok(NULL, " "))
                ck_assert_msg(!key_among(key_table[b].keys, k), "%s is %s and %s", k,
                              key_table[a].id, key_table[b].id);
        }
}
END_TEST

START_TEST(commands_are_unique)
{
    for (int a = 1; a < ACT_COUNT; a++) {
        const char *c = key_table[a].command;
        if (!c[0])
            continue;
        ck_assert_int_eq((int)key_command(c), a);
        for (size_t i = 0; i < ui_commands; i++)
            ck_assert_str_ne(ui_command[i].name, c);
    }
    ck_assert_int_eq((int)key_command(""), ACT_NONE);
    ck_assert_int_eq((int)key_command("nonsense"), ACT_NONE);
}
END_TEST

START_TEST(every_row_is_whole)
{
    char name[KEY_NAME];

    for (int a = 1; a < ACT_COUNT; a++) {
        ck_assert_msg(key_table[a].help[0] != '\0', "%s has no help", key_table[a].id);
        ck_assert_str_ne(key_name((enum action)a, name), "");
        ck_assert_int_eq((int)key_action(key_table[a].where, name), a);
    }
}
END_TEST

START_TEST(what_a_newcomer_tries)
{
    ck_assert_int_eq((int)key_action(WHERE_STORY, "Space"), ACT_PLAY);
    ck_assert_int_eq((int)key_action(WHERE_STORY, "Right"), ACT_STEP);
    ck_assert_int_eq((int)key_action(WHERE_STORY, "Left"), ACT_BACK);
    ck_assert_int_eq((int)key_action(WHERE_STORY, "PgDn"), ACT_NEXT_STOP);
    ck_assert_int_eq((int)key_action(WHERE_STORY, "q"), ACT_QUIT);
    ck_assert_int_eq((int)key_action(WHERE_MENU, "q"), ACT_QUIT);
    ck_assert_int_eq((int)key_action(WHERE_MENU, "Enter"), ACT_MENU_OPEN);
    ck_assert_int_eq((int)key_action(WHERE_MENU, "?"), ACT_HELP);
    ck_assert_int_eq((int)key_action(WHERE_MENU, "x"), ACT_NONE);
}
END_TEST

START_TEST(a_question_has_its_letters_first)
{
    ck_assert_int_eq((int)key_action(WHERE_ASK, "b"), ACT_ANSWER);
    ck_assert_int_eq((int)key_action(WHERE_STORY, "b"), ACT_BYTES);
    ck_assert_int_eq((int)key_action(WHERE_ASK, "w"), ACT_WHY);
    ck_assert_int_eq((int)key_action(WHERE_ASK, "Left"), ACT_BACK);
    ck_assert_int_eq((int)key_action(WHERE_ASK, "?"), ACT_HELP);
    ck_assert_int_eq((int)key_action(WHERE_PROMPT, "q"), ACT_NONE);
}
END_TEST

START_TEST(hints_fit_and_end_with_help_and_quit)
{
    struct model   *m = calloc(1, sizeof *m);
    struct key_hint h[40];

    model_init(m, NULL);
    for (int width = 10; width <= 200; width++) {
        size_t n    = key_hints(m, width, h, 40);
        int    used = 0;
        for (size_t i = 0; i < n; i++)
            used += utf8_columns(h[i].key) + 1 + utf8_columns(h[i].word) + (i ? 2 : 0);
        ck_assert_int_le(used, width);
        if (width < 24)
            continue;
        ck_assert_uint_ge(n, 2);
        ck_assert_int_eq((int)h[n - 1].act, ACT_QUIT);
        ck_assert_int_eq((int)h[n - 2].act, ACT_HELP);
    }
    ck_assert_int_eq((int)h[0].act, ACT_MENU_OPEN);
    free(m);
}
END_TEST

START_TEST(help_is_filtered)
{
    enum action row[ACT_COUNT];

    ck_assert_uint_eq(key_help("", row), ACT_COUNT - 1);
    size_t n = key_help("UNDO", row);
    ck_assert_uint_ge(n, 1);
    ck_assert_uint_lt(n, 5);
    for (size_t i = 0; i < n; i++)
        ck_assert(row[i] == ACT_UNDO || row[i] == ACT_REDO);
    ck_assert_uint_eq(key_help("no such thing", row), 0);
    n = key_help("C-r", row); /* a key itself */
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq((int)row[0], ACT_REDO);
}
END_TEST

START_TEST(completion_offers_commands)
{
    char   word[8][32];
    size_t n = key_complete("bra", word, 8);

    ck_assert_uint_eq(n, 1);
    ck_assert_str_eq(word[0], "branches");
    ck_assert_uint_eq(key_complete("", word, 3), 3);
}
END_TEST

START_TEST(the_manual_has_every_row)
{
    char  *text = NULL;
    size_t len  = 0;
    FILE  *f    = open_memstream(&text, &len);

    key_markdown(f);
    fclose(f);
    for (int a = 1; a < ACT_COUNT; a++)
        ck_assert_msg(strstr(text, key_table[a].help) != NULL, "%s is not in the manual",
                      key_table[a].id);
    for (size_t i = 0; i < ui_commands; i++)
        ck_assert_msg(strstr(text, ui_command[i].help) != NULL, ":%s is not in the manual",
                      ui_command[i].name);
    free(text);
}
END_TEST

/* Without colours, what matters still differs from ordinary text. */
START_TEST(no_meaning_is_colour_alone)
{
    static const enum style must[] = { STYLE_TITLE,    STYLE_STATE,   STYLE_LOST, STYLE_FUTURE,
                                       STYLE_SELECTED, STYLE_GOOD,    STYLE_BAD,  STYLE_ASK,
                                       STYLE_KEY,      STYLE_CURRENT, STYLE_OLD,  STYLE_RTX };
    unsigned                plain  = theme_look(STYLE_PLAIN, COLOURS_NONE, 256).attr;

    for (size_t i = 0; i < sizeof must / sizeof *must; i++) {
        ck_assert_uint_ne(theme_look(must[i], COLOURS_NONE, 256).attr, plain);
        ck_assert_int_eq(theme_look(must[i], COLOURS_NONE, 256).fg, -1);
    }
    ck_assert_uint_ne(theme_look(STYLE_GOOD, COLOURS_NONE, 0).attr,
                      theme_look(STYLE_BAD, COLOURS_NONE, 0).attr);
}
END_TEST

START_TEST(colours_fit_the_terminal)
{
    for (int s = 0; s < STYLE_COUNT; s++)
        for (int c = COLOURS_DARK; c <= COLOURS_LIGHT; c++) {
            ck_assert_int_lt(theme_look((enum style)s, (enum colours)c, 8).fg, 8);
            ck_assert_int_ne(theme_look((enum style)s, (enum colours)c, 8).fg, 0);
            ck_assert_int_lt(theme_look((enum style)s, (enum colours)c, 16).fg, 16);
            ck_assert_int_lt(theme_look((enum style)s, (enum colours)c, 256).fg, 256);
        }
    ck_assert_int_ne(theme_look(STYLE_CLIENT, COLOURS_DARK, 8).fg,
                     theme_look(STYLE_SERVER, COLOURS_DARK, 8).fg);
}
END_TEST

SUITE(ui_keys)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, no_key_means_two_things);
    tcase_add_test(c, commands_are_unique);
    tcase_add_test(c, every_row_is_whole);
    tcase_add_test(c, what_a_newcomer_tries);
    tcase_add_test(c, a_question_has_its_letters_first);
    tcase_add_test(c, hints_fit_and_end_with_help_and_quit);
    tcase_add_test(c, help_is_filtered);
    tcase_add_test(c, completion_offers_commands);
    tcase_add_test(c, the_manual_has_every_row);
    tcase_add_test(c, no_meaning_is_colour_alone);
    tcase_add_test(c, colours_fit_the_terminal);
    suite_add_tcase(s, c);
}
