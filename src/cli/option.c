/* SPDX-License-Identifier: MIT
 * option.c - the command line, read with getopt_long() from the two tables. */
#include "cli/cli.h"
#include "cli/near.h"
#include "scenario/verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const struct option_info option_table[CLI_OPTIONS] = {
#define OPTION(ID, name, letter, arg, commands, help) { name, arg, commands, help, letter },
#include "cli/option.def"
#undef OPTION
};

bool option_of(enum cli_option o, enum cli_command c)
{
    const char *commands = option_table[o].commands;
    char        id[32];

    if (strcmp(commands, "*") == 0)
        return true;
    snprintf(id, sizeof id, " %s ", command_table[c].id);
    return strstr(commands, id) != NULL;
}

static bool wrong(struct fail *f, enum cli_option o, const char *value, const char *expected)
{
    return fail_at(f, "", 0, "--%s %s: expected %s", option_table[o].name, value, expected);
}

static bool read_number(const char *s, uint64_t max, uint64_t *out)
{
    char *end;

    if (*s < '0' || *s > '9')
        return false;
    errno                = 0;
    unsigned long long v = strtoull(s, &end, 0);
    if (errno || *end || v > max)
        return false;
    *out = v;
    return true;
}

/* 80x24 */
static bool read_size(const char *s, int *cols, int *rows)
{
    char        left[16];
    const char *x = strchr(s, 'x');
    uint64_t    c, r;

    if (!x || (size_t)(x - s) >= sizeof left)
        return false;
    memcpy(left, s, (size_t)(x - s));
    left[x - s] = '\0';
    if (!read_number(left, 10000, &c) || !read_number(x + 1, 10000, &r) || c == 0 || r == 0)
        return false;
    *cols = (int)c;
    *rows = (int)r;
    return true;
}

/* 1.215 is seconds; with a unit, as in lessons. */
static bool read_time(const char *s, vtime *at)
{
    char  seconds[40];
    vspan span;

    if (strcmp(s, "end") == 0) {
        *at = CLI_AT_END;
        return true;
    }
    snprintf(seconds, sizeof seconds, "%ss", s);
    if (strlen(s) < sizeof seconds - 1 && *s && strspn(s, "0123456789.") == strlen(s))
        s = seconds;
    if (!time_parse(s, &span) || span < 0)
        return false;
    *at = span;
    return true;
}

static bool read_colour(const char *s, int *colour)
{
    static const char *const when[] = { "auto", "never", "always" };

    if (!s)
        s = "always";
    for (int i = 0; i < 3; i++)
        if (strcmp(s, when[i]) == 0) {
            *colour = i;
            return true;
        }
    return false;
}

static bool take(struct cli *c, enum cli_option o, const char *value, struct fail *f)
{
    uint64_t n;

    c->set[o] = true;
    switch (o) {
    case OPT_ID_SEED:
        return read_number(value, UINT64_MAX, &c->seed) || wrong(f, o, value, "a number");
    case OPT_ID_PROFILE:
        c->profile = profile_by_name(value);
        return c->profile != PROFILE_COUNT || wrong(f, o, value, "rfc793, rfc9293, linux or bsd");
    case OPT_ID_PART:
        if (!read_number(value, 1000, &n) || n == 0)
            return wrong(f, o, value, "the number of a part, from 1");
        c->part = (int)n - 1;
        return true;
    case OPT_ID_AT:
        return read_time(value, &c->at) || wrong(f, o, value, "a time: 1.215, 50ms, 2min or end");
    case OPT_ID_SIZE:
        return read_size(value, &c->cols, &c->rows) || wrong(f, o, value, "COLSxROWS: 80x24");
    case OPT_ID_PCAPNG: c->capture = value; return true;
    case OPT_ID_PANE: c->pane = value; return true;
    case OPT_ID_COLOR:
        return read_colour(value, &c->colour) || wrong(f, o, value, "auto, never or always");
    case OPT_ID_NO_COLOR: c->colour = 1; return true;
    default: return true;
    }
}

/* The name of what getopt did not know, and what may have been meant. */
static bool unknown_option(struct fail *f, const char *word)
{
    char        name[64];
    struct near n = near_to(name);

    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    if (name[0] == '-' && name[1] == '-') {
        memmove(name, name + 2, strlen(name + 2) + 1);
        for (int i = 0; i < CLI_OPTIONS; i++)
            near_try(&n, option_table[i].name);
    }
    return near_best(&n)
               ? fail_at(f, "", 0, "unknown option %s; did you mean --%s?", word, near_best(&n))
               : fail_at(f, "", 0, "unknown option %s; `finwait --help` lists them", word);
}

static bool find_command(struct cli *c, const char *word, struct fail *f)
{
    struct near n = near_to(word);

    for (int i = 0; i < CLI_COUNT; i++) {
        if (*word && strcmp(command_table[i].name, word) == 0) {
            c->command = (enum cli_command)i;
            return true;
        }
        if (*command_table[i].name)
            near_try(&n, command_table[i].name);
    }
    return near_best(&n)
               ? fail_at(f, "", 0, "unknown command '%s'; did you mean '%s'?", word, near_best(&n))
               : fail_at(f, "", 0, "unknown command '%s'; `finwait --help` lists them", word);
}

static bool check_shape(const struct cli *c, struct fail *f)
{
    const struct command_info *k = &command_table[c->command];

    if (c->set[OPT_ID_HELP] || c->set[OPT_ID_VERSION])
        return true;
    for (int o = 0; o < CLI_OPTIONS; o++)
        if (c->set[o] && !option_of((enum cli_option)o, c->command))
            return fail_at(f, "", 0, "--%s means nothing to `finwait%s%s`", option_table[o].name,
                           *k->name ? " " : "", k->name);
    if (c->n_arg < k->min)
        return fail_at(f, "", 0, "`finwait %s` needs %s", k->name, k->args);
    if (c->n_arg > k->max)
        return fail_at(f, "", 0, "`finwait %s` does not take '%s'", k->name, c->arg[k->max]);
    if (c->set[OPT_ID_PLAIN] + c->set[OPT_ID_LADDER] + c->set[OPT_ID_JSON] + c->set[OPT_ID_PCAPNG]
        > 1)
        return fail_at(f, "", 0, "only one of --plain, --ladder, --json and --pcapng");
    return true;
}

/* The table as getopt wants it. */
static void to_getopt(struct option *longs, char *shorts)
{
    *shorts++ = ':'; /* tell a missing argument from an unknown option */
    for (int i = 0; i < CLI_OPTIONS; i++) {
        const struct option_info *o = &option_table[i];
        int arg = !*o->arg ? no_argument : o->arg[0] == '[' ? optional_argument : required_argument;
        longs[i] = (struct option){ o->name, arg, NULL, 256 + i };
        if (o->letter) {
            *shorts++ = (char)o->letter;
            if (arg == required_argument)
                *shorts++ = ':';
        }
    }
    longs[CLI_OPTIONS] = (struct option){ 0 };
    *shorts            = '\0';
}

bool cli_parse(struct cli *c, int argc, char **argv, struct fail *f)
{
    struct option longs[CLI_OPTIONS + 1];
    char          shorts[3 * CLI_OPTIONS + 2];
    int           got;

    c->program = argc > 0 ? argv[0] : "finwait";
    c->command = CLI_MENU;
    c->profile = PROFILE_COUNT;
    c->part    = -1;
    c->at      = CLI_AT_END;
    c->cols    = 80;
    c->rows    = 24;
    to_getopt(longs, shorts);
    opterr = 0;
    optind = 1;
    while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        int o = got - 256;
        if (got == ':')
            return fail_at(f, "", 0, "%s needs a value", argv[optind - 1]);
        if (got == '?') {
            char letter[3] = { '-', (char)optopt, '\0' };
            return unknown_option(f, optopt && optopt < 256 ? letter : argv[optind - 1]);
        }
        for (int i = 0; got < 256 && i < CLI_OPTIONS; i++)
            if (option_table[i].letter == got)
                o = i;
        if (!take(c, (enum cli_option)o, optarg, f))
            return false;
    }
    if (optind < argc && !find_command(c, argv[optind++], f))
        return false;
    c->arg   = argv + optind;
    c->n_arg = argc - optind;
    return check_shape(c, f);
}
