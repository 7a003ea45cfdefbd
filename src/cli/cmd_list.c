/* SPDX-License-Identifier: MIT
 * cmd_list.c - `finwait list`: what there is, from the tables that the program runs on. */
#include "cli/find.h"
#include "cli/near.h"
#include "cli/table.h"
#include "export/export.h"
#include "scenario/match.h"
#include "ui/keys.h"
#include "ui/update.h"

#include <string.h>
#include <unistd.h>

/* A person at a terminal gets columns, a file gets Markdown. */
static bool markdown(const struct cli *c) { return c->out != stdout || !isatty(STDOUT_FILENO); }

static int list_lessons(const struct cli *c)
{
    struct catalogue k;
    int              status = find_catalogue(c, &k);

    if (status != EXIT_FINE)
        return status;
    struct table t = table_new("Lesson", "Title", "Minutes", "RFC", NULL);
    for (int i = 0; i < k.n; i++) {
        const struct lesson *l = k.lesson[i];
        if (!l) {
            status = cli_fail_at(c, EXIT_LESSON, &k.fail[i]);
            continue;
        }
        table_add(&t, "%s", l->id);
        table_add(&t, "%s", l->title);
        table_add(&t, "%d", l->minutes);
        table_add(&t, "%s", l->rfc ? l->rfc : "");
    }
    table_print(&t, c->out, markdown(c));
    catalogue_free(&k);
    return status;
}

/* Made from tests/report/rules.txt when finwait is built. */
static const struct {
    const char *slug, *tests;
} rule_tests[] = {
#define TESTS(slug, tests) { slug, tests },
#include "cli/rule_tests.def"
#undef TESTS
    { "", "" },
};

/* The tests that reach a rule: a lesson, a script and a unit test, so far as there are; "-" none.
 */
static const char *tests_of(const char *slug)
{
    for (size_t i = 0; i < sizeof rule_tests / sizeof *rule_tests; i++)
        if (strcmp(rule_tests[i].slug, slug) == 0 && *rule_tests[i].tests)
            return rule_tests[i].tests;
    return "-";
}

static int list_rules(const struct cli *c)
{
    struct table t = table_new("Rule", "Paragraph", "Outcome", "Sentence", "Tests", NULL);

    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule_info *r = &rule_table[i];
        char                    rfc[100];
        struct text             x = text_into(rfc, sizeof rfc);
        export_rfc(r->rfc, &x);
        table_add(&t, "%s", r->slug);
        table_add(&t, "%s", rfc);
        table_add(&t, "%s", outcome_name[r->outcome]);
        table_add(&t, "%s", r->text);
        table_add(&t, "%s", tests_of(r->slug));
    }
    table_print(&t, c->out, markdown(c));
    return EXIT_FINE;
}

static int list_keys(const struct cli *c)
{
    if (markdown(c)) {
        key_markdown(c->out);
        return EXIT_FINE;
    }
    struct table t = table_new("Key", "Where", "What it does", "Command", NULL);
    for (int i = 1; i < ACT_COUNT; i++) {
        const struct key_info *k = &key_table[i];
        table_add(&t, "%s", k->keys);
        table_add(&t, "%s", key_place(k->where));
        table_add(&t, "%s", k->help);
        table_add(&t, "%s%s", *k->command ? ":" : "", k->command);
    }
    for (size_t i = 0; i < ui_commands; i++) {
        table_add(&t, "%s", "");
        table_add(&t, "%s", "After :");
        table_add(&t, "%s", ui_command[i].help);
        table_add(&t, ":%s %s", ui_command[i].name, ui_command[i].args);
    }
    table_print(&t, c->out, false);
    return EXIT_FINE;
}

static const struct {
    const char *verb, *args, *help;
} op_table[] = {
#define OP(ID, verb, args, help) { verb, args, help },
#include "net/op.def"
#undef OP
};

static int list_verbs(const struct cli *c)
{
    struct table t = table_new("Verb", "How it is written", "Where", "What it does", NULL);

    for (size_t i = 0; i < verb_count; i++) {
        const struct verb_info *v = &verb_table[i];
        table_add(&t, "%s", v->name);
        table_add(&t, "%s", v->args);
        table_add(&t, "%s%s%s", v->where & VERB_WORLD ? "world " : "",
                  v->where & VERB_SCRIPT ? "script " : "", v->where & VERB_SCREEN ? "screen" : "");
        table_add(&t, "%s", v->help);
    }
    for (size_t i = 0; i < sizeof op_table / sizeof *op_table; i++) {
        table_add(&t, "%s", op_table[i].verb);
        table_add(&t, "%s", op_table[i].args);
        table_add(&t, "program");
        table_add(&t, "%s", op_table[i].help);
    }
    for (size_t i = 0; i < form_count; i++) {
        table_add(&t, "%s", "");
        table_add(&t, "%s", form_table[i].words);
        table_add(&t, "event");
        table_add(&t, "%s", form_table[i].help);
    }
    table_print(&t, c->out, markdown(c));
    return EXIT_FINE;
}

static int list_profiles(const struct cli *c)
{
    struct table t = table_new("Knob", "Unit", profile_name[0], profile_name[1], profile_name[2],
                               profile_name[3], "What it is", "Source", NULL);

    for (int k = 0; k < KNOB_COUNT; k++) {
        const struct knob_info *i = &knob_table[k];
        table_add(&t, "%s", i->name);
        table_add(&t, "%s", i->unit);
        for (int p = 0; p < PROFILE_COUNT; p++)
            table_add(&t, "%u", i->preset[p]);
        table_add(&t, "%s", i->help);
        table_add(&t, "%s", i->source);
    }
    table_print(&t, c->out, markdown(c));
    return EXIT_FINE;
}

static const struct {
    const char *name;
    int (*list)(const struct cli *c);
} lists[] = {
    { "lessons", list_lessons }, { "rules", list_rules },       { "keys", list_keys },
    { "verbs", list_verbs },     { "profiles", list_profiles },
};

int cmd_list(struct cli *c)
{
    struct near n = near_to(c->arg[0]);

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (strcmp(lists[i].name, c->arg[0]) == 0)
            return lists[i].list(c);
        near_try(&n, lists[i].name);
    }
    if (near_best(&n))
        return cli_fail(c, EXIT_USAGE, "nothing to list as '%s'; did you mean '%s'?", c->arg[0],
                        near_best(&n));
    return cli_fail(c, EXIT_USAGE, "nothing to list as '%s'; there are %s", c->arg[0],
                    command_table[CLI_LIST].args);
}
