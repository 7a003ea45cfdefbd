/* SPDX-License-Identifier: MIT
 * test_cli_option.c - what a command line means, and what is wrong with it. */
#include "cli/cli.h"
#include "cli/near.h"
#include "test.h"

#include <string.h>

enum { ARGS = 20 };

static struct cli  c;
static struct fail f;

/* Parse the words of one line. */
static bool parse(const char *line)
{
    static char  copy[400];
    static char *argv[ARGS + 1];
    int          argc = 0;

    snprintf(copy, sizeof copy, "finwait %s", line);
    for (char *p = strtok(copy, " "); p; p = strtok(NULL, " ")) {
        ck_assert_int_lt(argc, ARGS);
        argv[argc++] = p;
    }
    argv[argc] = NULL;
    memset(&c, 0, sizeof c);
    memset(&f, 0, sizeof f);
    return cli_parse(&c, argc, argv, &f);
}

START_TEST(commands_are_found)
{
    ck_assert(parse(""));
    ck_assert_int_eq(c.command, CLI_MENU);
    ck_assert(parse("play 4"));
    ck_assert_int_eq(c.command, CLI_PLAY);
    ck_assert_int_eq(c.n_arg, 1);
    ck_assert_str_eq(c.arg[0], "4");
    ck_assert(parse("check a b c"));
    ck_assert_int_eq(c.n_arg, 3);
    ck_assert(parse("play -"));
    ck_assert_str_eq(c.arg[0], "-");
}
END_TEST

START_TEST(options_are_read)
{
    ck_assert(parse("render 4 --at 1.215 --size 120x40 --part 2 --seed 0x10 --profile linux"));
    ck_assert_int_eq(c.at, MSEC(1215));
    ck_assert_int_eq(c.cols, 120);
    ck_assert_int_eq(c.rows, 40);
    ck_assert_int_eq(c.part, 1);
    ck_assert_uint_eq(c.seed, 16);
    ck_assert_int_eq(c.profile, PROFILE_LINUX);
    ck_assert(parse("render --at=50ms 4"));
    ck_assert_int_eq(c.at, MSEC(50));
    ck_assert(parse("render --at end 4"));
    ck_assert_int_eq(c.at, CLI_AT_END);
    ck_assert(parse("--color=never"));
    ck_assert_int_eq(c.colour, 1);
    ck_assert(parse("--color"));
    ck_assert_int_eq(c.colour, 2);
    ck_assert(parse("--no-color"));
    ck_assert_int_eq(c.colour, 1);
}
END_TEST

/* Line, and what the complaint has to mention. */
static const struct {
    const char *line, *says;
} wrong[] = {
    { "paly 4", "did you mean 'play'" },
    { "frobnicate", "finwait --help" },
    { "play", "needs LESSON" },
    { "play 1 2", "does not take '2'" },
    { "sandbox x", "does not take 'x'" },
    { "play 1 --josn", "did you mean --json" },
    { "play 1 --json", "means nothing to `finwait play`" },
    { "run 1 --plain --json", "only one of" },
    { "run 1 --part 0", "from 1" },
    { "run 1 --part x", "from 1" },
    { "run 1 --seed 1x", "a number" },
    { "run 1 --seed -1", "a number" },
    { "run 1 --seed 99999999999999999999", "a number" },
    { "run 1 --profile windows", "rfc793, rfc9293" },
    { "render 1 --size 80", "COLSxROWS" },
    { "render 1 --size 0x24", "COLSxROWS" },
    { "render 1 --size 80x-1", "COLSxROWS" },
    { "render 1 --at soon", "a time" },
    { "render 1 --at 1e400", "a time" },
    { "--color=blue", "auto, never or always" },
    { "run 1 --seed", "needs a value" },
    { "-Z", "unknown option -Z" },
};

START_TEST(mistakes_are_named)
{
    ck_assert_msg(!parse(wrong[_i].line), "'%s' should not be accepted", wrong[_i].line);
    ck_assert_msg(strstr(f.what, wrong[_i].says) != NULL, "'%s' says: %s", wrong[_i].line, f.what);
}
END_TEST

START_TEST(help_needs_nothing_else)
{
    ck_assert(parse("play --help"));
    ck_assert(c.set[OPT_ID_HELP]);
    ck_assert(parse("--version"));
    ck_assert(c.set[OPT_ID_VERSION]);
}
END_TEST

START_TEST(every_option_is_of_some_command)
{
    for (int o = 0; o < CLI_OPTIONS; o++) {
        int n = 0;
        for (int k = 0; k < CLI_COUNT; k++)
            n += option_of((enum cli_option)o, (enum cli_command)k);
        ck_assert_msg(n > 0, "--%s", option_table[o].name);
    }
}
END_TEST

START_TEST(distances)
{
    ck_assert_uint_eq(near_distance("", ""), 0);
    ck_assert_uint_eq(near_distance("play", "play"), 0);
    ck_assert_uint_eq(near_distance("play", "paly"), 1); /* a swap */
    ck_assert_uint_eq(near_distance("play", "pay"), 1);
    ck_assert_uint_eq(near_distance("play", "plays"), 1);
    ck_assert_uint_eq(near_distance("", "abc"), 3);
    ck_assert_uint_eq(near_distance("kitten", "sitting"), 3);
}
END_TEST

START_TEST(far_words_are_not_meant)
{
    struct near n = near_to("xyzzy");

    near_try(&n, "play");
    near_try(&n, "run");
    ck_assert_ptr_null(near_best(&n));
    n = near_to("ghost");
    near_try(&n, "04-last-ack");
    near_try(&n, "05-the-ghost-segment"); /* a part of the name is near */
    ck_assert_str_eq(near_best(&n), "05-the-ghost-segment");
}
END_TEST

SUITE(cli_option)
{
    TCase *t = tcase_create("parse");
    tcase_add_test(t, commands_are_found);
    tcase_add_test(t, options_are_read);
    tcase_add_loop_test(t, mistakes_are_named, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(t, help_needs_nothing_else);
    tcase_add_test(t, every_option_is_of_some_command);
    suite_add_tcase(s, t);
    t = tcase_create("near");
    tcase_add_test(t, distances);
    tcase_add_test(t, far_words_are_not_meant);
    suite_add_tcase(s, t);
}
