/* SPDX-License-Identifier: MIT
 * verb.h - the words of lessons, scripts, sessions and the command line: one table (verb.def).
 *
 * One line is one command.  The same line works in a `finwait script` block (after its time), in a
 * session file, and after `:` on the screen.
 */
#ifndef FW_SCENARIO_VERB_H
#define FW_SCENARIO_VERB_H

#include "base/fail.h"
#include "base/text.h"
#include "net/journal.h"
#include "net/world.h"

/* Where a verb may stand. */
enum verb_where { VERB_WORLD = 1, VERB_SCRIPT = 2, VERB_SCREEN = 4 };

struct verb_info {
    const char *name, *args, *help;
    int         where; /* enum verb_where bits */
};

extern const struct verb_info verb_table[];
extern const size_t           verb_count;

/* The names that a line may use. */
struct names {
    uint32_t hosts;
    char     host[HOST_MAX][HOST_NAME];
    uint32_t programs;
    char     program[PROGRAM_MAX][HOST_NAME];
    bool     v4[HOST_MAX], v6[HOST_MAX]; /* which kinds of address they have */
};

struct names names_of(const struct world *w);
struct names names_of_setup(const struct setup *s);

/* "client close", "drop next client>server FIN", "link loss 10%" ... to a command.  The failure
 * names what was expected; file and line are copied into it. */
bool command_parse(const char *line, const struct names *n, const char *file, int lineno,
                   struct command *cmd, struct fail *f);

/* The reverse: a line that command_parse() reads back to the same command. */
void command_text(const struct command *cmd, const struct names *n, struct text *out);

/* "client TIME_WAIT", "server sent FIN rtx", "client write = EPIPE" ... to a predicate and back. */
bool match_parse(const char *words, const struct names *n, const char *file, int lineno,
                 struct match *m, struct fail *f);
void match_text(const struct match *m, const struct names *n, struct text *out);

/* One line of a program. Labels and names are resolved by the program parser (program.h). */
bool time_parse(const char *word, vspan *out);         /* 50ms, 2s, 1.5s, 300us, 2min */
bool rate_parse(const char *word, uint64_t *out);      /* 10mbit, 64kbit, 1gbit */
bool ratio_parse(const char *word, struct ratio *out); /* 10%, 1/3, 0 */

/* What could complete the line, best first: fills at most cap words, returns how many. */
size_t verb_complete(const char *line, const struct names *n, int where, char (*word)[32],
                     size_t cap);

#endif
