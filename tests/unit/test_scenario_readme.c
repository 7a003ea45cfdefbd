/* SPDX-License-Identifier: MIT
 *
 * lessons/README.md shows the tables' own text.  After a change to a table:
 * `make golden` (GOLDEN=update) writes them anew. */
#include "base/text.h"
#include "net/info.h"
#include "scenario/lesson.h"
#include "scenario/match.h"
#include "scenario/program.h"
#include "scenario/setting.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char README[] = "lessons/README.md";

enum { ROOM = 65536 };

/* | cannot stand in a cell as it is. */
static void cell(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            text_add(t, "\\");
        text_addn(t, s, 1);
    }
}

static void row(struct text *t, const char *word, const char *args, const char *help)
{
    text_add(t, "| `");
    cell(t, word);
    if (*args) {
        text_add(t, " ");
        cell(t, args);
    }
    text_add(t, "` | ");
    cell(t, help);
    text_add(t, " |\n");
}

static void rows(struct text *t, const char *table)
{
    text_add(t, "\n| | |\n| --- | --- |\n");
    if (strcmp(table, "world") == 0 || strcmp(table, "commands") == 0)
        for (size_t i = 0; i < verb_count; i++) {
            if ((verb_table[i].where == VERB_WORLD) == (*table == 'w'))
                row(t, verb_table[i].name, verb_table[i].args, verb_table[i].help);
        }
    else if (strcmp(table, "operations") == 0)
        for (int i = 0; i < OP_COUNT; i++)
            row(t, op_table[i].verb, op_table[i].args, op_table[i].help);
    else if (strcmp(table, "words") == 0)
        for (size_t i = 0; i < form_count; i++)
            row(t, form_table[i].words, "", form_table[i].help);
    else if (strcmp(table, "knobs") == 0)
        for (int i = 0; i < KNOB_COUNT; i++)
            row(t, knob_table[i].name, "", knob_table[i].help);
    else if (strcmp(table, "fields") == 0)
        for (int i = 0; i < INFO_COUNT; i++)
            row(t, info_table[i].name, info_table[i].unit, info_table[i].what);
    else if (strcmp(table, "link") == 0)
        for (int i = 0; i < PATH_ALL; i++)
            row(t, quality_table[i].word, quality_table[i].value, quality_table[i].help);
    else if (strcmp(table, "does") == 0)
        for (size_t i = 0; i < does_count; i++)
            row(t, does_table[i].word, "", does_table[i].help);
    else
        ck_abort_msg("no such table: %s", table);
    text_add(t, "\n");
}

/* README with every table written anew. */
static char *fresh(const char *old, int *tables)
{
    static const char begin[] = "<!-- table: ", end[] = "<!-- end -->";
    char             *buf = calloc(1, ROOM);
    struct text       t;

    ck_assert_ptr_nonnull(buf);
    t       = text_into(buf, ROOM);
    *tables = 0;
    for (const char *at; (at = strstr(old, begin)); (*tables)++) {
        const char *name = at + strlen(begin), *close = strstr(name, " -->\n"),
                   *stop = strstr(name, end);
        char table[32];

        ck_assert(close && stop && close < stop);
        snprintf(table, sizeof table, "%.*s", (int)(close - name), name);
        close += strlen(" -->\n");
        text_addn(&t, old, (size_t)(close - old));
        rows(&t, table);
        old = stop;
    }
    text_add(&t, "%s", old);
    ck_assert(!t.cut);
    return buf;
}

START_TEST(shows_the_tables)
{
    int   tables;
    char *is = file_read(README, ROOM, NULL), *due;

    ck_assert_ptr_nonnull(is);
    due = fresh(is, &tables);
    ck_assert_int_eq(tables, 8);
    if (getenv("GOLDEN") && strcmp(is, due) != 0) {
        FILE *f = fopen(README, "w");

        ck_assert_ptr_nonnull(f);
        fputs(due, f);
        ck_assert_int_eq(fclose(f), 0);
    } else {
        ck_assert_msg(strcmp(is, due) == 0,
                      "lessons/README.md does not show the tables as they are; to write them anew: "
                      "make golden");
    }
    free(is);
    free(due);
}
END_TEST

START_TEST(names_every_timer)
{
    char *is = file_read(README, ROOM, NULL);

    ck_assert_ptr_nonnull(is);
    for (int i = 0; i < TIMER_COUNT; i++)
        ck_assert_ptr_nonnull(strstr(is, tcp_timer_name[i]));
    free(is);
}
END_TEST

static void tell(void *ctx, const struct fail *f)
{
    (void)ctx;
    ck_abort_msg("the example, line %d: %s", f->line, f->what);
}

/* The example is a lesson that is true. */
START_TEST(example_is_true)
{
    static const char begin[] = "````markdown\n";
    char             *is      = file_read(README, ROOM, NULL), *from, *end;
    struct fail       f       = { 0 };
    struct check      c;

    ck_assert_ptr_nonnull(is);
    from = strstr(is, begin);
    ck_assert_ptr_nonnull(from);
    from += strlen(begin);
    end = strstr(from, "\n````\n");
    ck_assert_ptr_nonnull(end);
    struct lesson *l = lesson_parse("example.md", from, (size_t)(end - from) + 1, &f);
    ck_assert_msg(l != NULL, "the example, line %d: %s", f.line, f.what);
    ck_assert(lesson_check(l, &c, tell, NULL));
    ck_assert_int_ge(c.n_claim, 5);
    lesson_free(l);
    free(is);
}
END_TEST

SUITE(scenario_readme)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, shows_the_tables);
    tcase_add_test(c, names_every_timer);
    tcase_add_test(c, example_is_true);
    suite_add_tcase(s, c);
}
