/* SPDX-License-Identifier: MIT
 * cli.h - the command line: what was asked for, and the commands that answer.
 *
 *      main() --> cli_main() --> cli_parse() --> cmd_*()        one file a command
 *                                   |               |
 *                              cmd.def option.def   find.h (which lesson), story.h (running it)
 *
 * A command returns its exit status.  It writes to c->out and complains to c->err, so that tests
 * can read both.
 */
#ifndef FW_CLI_CLI_H
#define FW_CLI_CLI_H

#include "base/fail.h"
#include "base/vtime.h"
#include "tcp/policy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FINWAIT_VERSION "0.1.0"

enum exit_status {
    EXIT_FINE,   /* as asked */
    EXIT_CHECK,  /* a check failed */
    EXIT_USAGE,  /* the command line makes no sense */
    EXIT_LESSON, /* a lesson or session cannot be read */
};

enum cli_command {
#define CLI(ID, name, args, min, max, function, help) CLI_##ID,
#include "cli/cmd.def"
#undef CLI
    CLI_COUNT
};

enum cli_option {
#define OPTION(ID, name, letter, arg, commands, help) OPT_ID_##ID,
#include "cli/option.def"
#undef OPTION
    CLI_OPTIONS
};

enum { CLI_AT_END = -1 }; /* cli.at: when the story is over */

struct cli {
    const char      *program; /* argv[0] */
    enum cli_command command;
    int              n_arg;
    char           **arg; /* borrowed from argv */
    bool             set[CLI_OPTIONS];
    FILE            *out, *err;

    /* What the options say; the defaults when they were not given. */
    uint64_t     seed;
    enum profile profile;
    int          part; /* 0-based; -1 is all, or the first */
    vtime        at;
    int          cols, rows;
    const char  *pane;
    const char  *capture; /* the host of --pcapng; NULL is the left one */
    int          colour;  /* as term_options: 0 auto, 1 never, 2 always */
};

struct command_info {
    const char *id, *name, *args, *help;
    int         min, max;
    int (*function)(struct cli *);
};

struct option_info {
    const char *name, *arg, *commands, *help;
    int         letter;
};

extern const struct command_info command_table[CLI_COUNT];
extern const struct option_info  option_table[CLI_OPTIONS];

/* Does this command know this option? */
bool option_of(enum cli_option o, enum cli_command c);

/* Read argv into *c; false with f->what saying what is wrong with it. */
bool cli_parse(struct cli *c, int argc, char **argv, struct fail *f);

/* Parse, and do it.  Returns the exit status. */
int cli_main(int argc, char **argv, FILE *out, FILE *err);

/* --help: of finwait, or of one command. */
void cli_help(FILE *f, enum cli_command c);

/* Is there a screen to draw on, and somebody at the keyboard? */
bool cli_has_screen(void);
bool cli_is_interactive(void);

/* Complain as "finwait: ..." and return the status, so that a command can end with it. */
int cli_fail(const struct cli *c, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a parser's failure: "file:line: what". */
int cli_fail_at(const struct cli *c, int status, const struct fail *f);

#define CLI(ID, name, args, min, max, function, help) int function(struct cli *c);
#include "cli/cmd.def"
#undef CLI

/* The panes that --pane knows, by number; NULL beyond the last. */
const char *render_pane(size_t i);

/* `run --plain`, which play and sandbox become without a screen (tell.c). */
int cmd_tell(struct cli *c);

#endif
