/* SPDX-License-Identifier: MIT
 * test_cli_text.c - tables and prose as text. */
#include "cli/table.h"
#include "cli/tell.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static char  *out;
static size_t len;
static FILE  *f;

static void begin(void)
{
    f = open_memstream(&out, &len);
    ck_assert_ptr_nonnull(f);
}

static const char *written(void)
{
    fflush(f);
    return out;
}

static void end(void)
{
    fclose(f);
    free(out);
}

static struct table sample(void)
{
    struct table t = table_new("Key", "What", NULL);

    table_add(&t, "x");
    table_add(&t, "drop | lose");
    table_add(&t, "Space");
    table_add(&t, "é%d", 1);
    return t;
}

START_TEST(a_table_in_markdown)
{
    struct table t = sample();

    table_print(&t, f, true);
    ck_assert_str_eq(written(), "| Key   | What         |\n"
                                "|-------|--------------|\n"
                                "| x     | drop \\| lose |\n"
                                "| Space | é1           |\n");
}
END_TEST

START_TEST(a_table_in_columns)
{
    struct table t = sample();

    table_print(&t, f, false);
    ck_assert_str_eq(written(), "Key    What\n"
                                "x      drop | lose\n"
                                "Space  é1\n");
}
END_TEST

START_TEST(prose_loses_its_marks)
{
    prose_print(f, "", "A *FIN* and `close()`, 2 * MSL, **bold**.");
    ck_assert_str_eq(written(), "A FIN and close(), 2 * MSL, bold.\n");
}
END_TEST

START_TEST(prose_is_wrapped)
{
    char text[400] = "";

    for (int i = 0; i < 40; i++)
        strncat(text, "seven77 ", sizeof text - strlen(text) - 1);
    prose_print(f, "  ", text);
    for (const char *p = written(); *p; p += strcspn(p, "\n") + 1) {
        ck_assert_uint_le(strcspn(p, "\n"), PROSE_COLS);
        ck_assert_int_eq(strncmp(p, "  seven77", 9), 0);
    }
}
END_TEST

START_TEST(list_items_hang)
{
    prose_print(f, "",
                "- one two three four five six seven eight nine ten eleven twelve thirteen "
                "fourteen\n- next");
    ck_assert_str_eq(written(), "- one two three four five six seven eight nine ten eleven twelve "
                                "thirteen\n  fourteen\n- next\n");
}
END_TEST

SUITE(cli_text)
{
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_table_in_markdown);
    tcase_add_test(t, a_table_in_columns);
    tcase_add_test(t, prose_loses_its_marks);
    tcase_add_test(t, prose_is_wrapped);
    tcase_add_test(t, list_items_hang);
    suite_add_tcase(s, t);
}
