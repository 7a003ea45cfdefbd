/* SPDX-License-Identifier: MIT
 * rule_seen.c - the engine's table of rules, and a trace that also notes which rules fired.
 *
 * The programs that `make report` runs are linked with this file in place of src/tcp/rule.c, so
 * that nothing in the engine has to know of it.  A rule that fires for the first time in a process,
 * or in a test, is one line in the file named by FINWAIT_RULES:
 *
 *      SLUG <tab> FINWAIT_RULES_TAG [: name of the test]
 *
 * libcheck runs each test in a process of its own; a line is one write() to a file opened for
 * appending, so that processes do not mix their lines.
 */
#define trace_step trace_step_unseen
#include "tcp/rule.c"
#undef trace_step

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void trace_step(struct trace *t, enum rule rule, uint32_t a, uint32_t b, uint32_t c);

/* Of libcheck: the name of the running test.  Not every program has it. */
const char *tcase_name(void) __attribute__((weak));

static void note(enum rule rule, const char *test)
{
    const char *path = getenv("FINWAIT_RULES"), *tag = getenv("FINWAIT_RULES_TAG");
    char        line[300];
    int         fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;

    if (fd < 0)
        return;
    int n = snprintf(line, sizeof line, "%s\t%s%s%s\n", rule_table[rule].slug, tag ? tag : "",
                     test ? ":" : "", test ? test : "");
    if (n > 0 && (size_t)n < sizeof line && write(fd, line, (size_t)n) != n)
        perror(path);
    close(fd);
}

void trace_step(struct trace *t, enum rule rule, uint32_t a, uint32_t b, uint32_t c)
{
    static bool        seen[RULE_COUNT];
    static const char *last;
    const char        *test = tcase_name ? tcase_name() : NULL;

    if (test != last) { /* what a fixture reached before the test began counts again */
        memset(seen, 0, sizeof seen);
        last = test;
    }
    if (!seen[rule]) {
        seen[rule] = true;
        note(rule, test);
    }
    trace_step_unseen(t, rule, a, b, c);
}
