/* SPDX-License-Identifier: MIT
 * cli.c - from argv to a command, and what all commands share. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct command_info command_table[CLI_COUNT] = {
#define CLI(ID, name, args, min, max, function, help) { #ID, name, args, help, min, max, function },
#include "cli/cmd.def"
#undef CLI
};

static void help_options(FILE *f, bool all, enum cli_command c)
{
    fputs("\nOptions:\n", f);
    for (int i = 0; i < CLI_OPTIONS; i++) {
        const struct option_info *o = &option_table[i];
        char                      left[64], letter[8] = "    ";
        if (!all && !option_of((enum cli_option)i, c))
            continue;
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        if (o->arg[0] == '[')
            snprintf(left, sizeof left, "%s--%s[=%.*s]", letter, o->name, (int)strlen(o->arg) - 2,
                     o->arg + 1);
        else
            snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, *o->arg ? " " : "", o->arg);
        fprintf(f, "  %-24s %s\n", left, o->help);
    }
}

void cli_help(FILE *f, enum cli_command c)
{
    const struct command_info *k = &command_table[c];

    if (c != CLI_MENU) {
        fprintf(f, "finwait %s%s%s [OPTION ...]\n  %s\n", k->name, *k->args ? " " : "", k->args,
                k->help);
        help_options(f, false, c);
        return;
    }
    fputs("finwait - how TCP connections close: play it, break it, see which rule decided\n\n"
          "Usage:\n",
          f);
    for (int i = 0; i < CLI_COUNT; i++) {
        char left[64];
        k = &command_table[i];
        snprintf(left, sizeof left, "finwait%s%s%s%s", *k->name ? " " : "", k->name,
                 *k->args ? " " : "", k->args);
        if (strlen(left) < 34)
            fprintf(f, "  %-34s %s\n", left, k->help);
        else
            fprintf(f, "  %s\n  %-34s %s\n", left, "", k->help);
    }
    help_options(f, true, c);
    fputs("\nA LESSON is its number, its name, or the beginning of its name without the number.\n"
          "Exit status: 0 fine, 1 a check failed, 2 usage, 3 a lesson or session cannot be read.\n"
          "`finwait COMMAND --help` says which options the command knows.\n",
          f);
}

bool cli_has_screen(void)
{
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

bool cli_is_interactive(void) { return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO); }

int cli_fail(const struct cli *c, int status, const char *fmt, ...)
{
    va_list ap;

    fputs("finwait: ", c->err);
    va_start(ap, fmt);
    vfprintf(c->err, fmt, ap);
    va_end(ap);
    fputc('\n', c->err);
    return status;
}

int cli_fail_at(const struct cli *c, int status, const struct fail *f)
{
    char text[FAIL_FILE + FAIL_WHAT + 32];

    fail_text(f, text, sizeof text);
    if (*f->file)
        fprintf(c->err, "%s\n", text);
    else
        cli_fail(c, status, "%s", text);
    return status;
}

int cli_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct cli  c = { .out = out, .err = err };
    struct fail f = { 0 };

    if (!cli_parse(&c, argc, argv, &f))
        return cli_fail_at(&c, EXIT_USAGE, &f);
    if (c.set[OPT_ID_HELP]) {
        cli_help(out, c.command);
        return EXIT_FINE;
    }
    if (c.set[OPT_ID_VERSION]) {
        fputs("finwait " FINWAIT_VERSION "\n", out);
        return EXIT_FINE;
    }
    return command_table[c.command].function(&c);
}
