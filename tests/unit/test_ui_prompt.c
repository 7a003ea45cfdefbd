/* SPDX-License-Identifier: MIT
 * test_ui_prompt.c - a line being typed. */
#include "base/utf8.h"
#include "ui/prompt.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static struct prompt p;

/* Keys, separated by blanks; returns what the last one did. */
static enum typed keys(const char *line)
{
    char       copy[400];
    enum typed how = TYPED_MORE;

    snprintf(copy, sizeof copy, "%s", line);
    for (char *k = strtok(copy, " "); k; k = strtok(NULL, " "))
        how = prompt_key(&p, k);
    return how;
}

static void fresh(void)
{
    memset(&p, 0, sizeof p);
    prompt_open(&p, ':');
}

START_TEST(editing)
{
    fresh();
    keys("s e k Left e Home : End Space 1");
    ck_assert_str_eq(p.text, ":seek 1");
    keys("C-w");
    ck_assert_str_eq(p.text, ":seek ");
    keys("Home Delete");
    ck_assert_str_eq(p.text, "seek ");
    keys("C-u");
    ck_assert_str_eq(p.text, "");
    ck_assert_int_eq(keys("Backspace"), TYPED_LEFT); /* erasing nothing leaves */
    ck_assert_int_eq(p.kind, 0);
}
END_TEST

/* Whole characters, marks included, are what the cursor steps over. */
START_TEST(characters_are_whole)
{
    fresh();
    keys("a \303\251 e \314\201 z"); /* a, e-acute, e + combining acute, z */
    ck_assert_int_eq(p.len, 7);
    keys("Left Left Backspace");
    ck_assert_str_eq(p.text, "ae\314\201z");
    keys("Delete");
    ck_assert_str_eq(p.text, "az");
    ck_assert_int_eq(p.cursor, 1);
}
END_TEST

START_TEST(what_is_no_text)
{
    fresh();
    keys("F5 C-z S-Up");
    ck_assert_str_eq(p.text, "");
    for (int i = 0; i < 500; i++)
        prompt_key(&p, "\303\251");
    ck_assert_int_lt(p.len, PROMPT_BYTES);
    ck_assert(utf8_valid(p.text, strlen(p.text)));
    ck_assert_int_eq(p.len, (int)strlen(p.text));
}
END_TEST

START_TEST(history)
{
    fresh();
    ck_assert_int_eq(keys("o n e Enter"), TYPED_DONE);
    prompt_open(&p, ':');
    keys("t w o Enter");
    prompt_open(&p, ':');
    keys("t w o Enter"); /* the same again is kept once */
    ck_assert_int_eq(p.n_past, 2);
    prompt_open(&p, ':');
    keys("n e w Up");
    ck_assert_str_eq(p.text, "two");
    keys("Up Up Up");
    ck_assert_str_eq(p.text, "one");
    keys("Down Down Down");
    ck_assert_str_eq(p.text, "new"); /* what was being typed is not lost */
    keys("Esc");
    for (int i = 0; i < PROMPT_HISTORY + 10; i++) {
        char key[2] = { (char)('a' + i % 26), 0 };
        prompt_open(&p, ':');
        prompt_key(&p, key);
        keys("Enter");
    }
    ck_assert_int_eq(p.n_past, PROMPT_HISTORY);
    prompt_open(&p, '/'); /* a search has none of it */
    keys("Up");
    ck_assert_str_eq(p.text, "");
}
END_TEST

static void offers(int n, const char *a, const char *b)
{
    p.n_offer = n;
    snprintf(p.offer[0], sizeof p.offer[0], "%s", a);
    snprintf(p.offer[1], sizeof p.offer[1], "%s", b);
}

START_TEST(completion)
{
    fresh();
    keys("d");
    offers(1, "drop", "");
    keys("Tab");
    ck_assert_str_eq(p.text, "drop ");
    keys("c");
    offers(2, "client", "client>server");
    keys("Tab"); /* as far as they agree */
    ck_assert_str_eq(p.text, "drop client");
    keys("Tab");
    ck_assert_str_eq(p.text, "drop client");
    keys("Tab"); /* then in turn */
    ck_assert_str_eq(p.text, "drop client>server");
    keys("Tab");
    ck_assert_str_eq(p.text, "drop client");
    keys("C-u");
    offers(0, "", "");
    keys("Tab");
    ck_assert_str_eq(p.text, "");
}
END_TEST

SUITE(ui_prompt)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, editing);
    tcase_add_test(c, characters_are_whole);
    tcase_add_test(c, what_is_no_text);
    tcase_add_test(c, history);
    tcase_add_test(c, completion);
    suite_add_tcase(s, c);
}
