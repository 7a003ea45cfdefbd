/* SPDX-License-Identifier: MIT
 * fail.h - a person's error: where it is, what is wrong, what was expected.
 *
 * Printed as "file:line: what".  A parser that returns false has filled one in;
 * nothing else is lost and nothing was half done.
 */
#ifndef FW_BASE_FAIL_H
#define FW_BASE_FAIL_H

#include <stdbool.h>

enum { FAIL_FILE = 200, FAIL_WHAT = 400 };

struct fail {
    char file[FAIL_FILE]; /* "" when there is no file: an argument, a command line */
    int  line;            /* 1-based; 0 when the file as a whole is meant */
    char what[FAIL_WHAT];
};

/* Fill `f` (which may be NULL) and return false, so that a parser can end with it. */
bool fail_at(struct fail *f, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* "file:line: what" into buf, always terminated.  Returns buf. */
char *fail_text(const struct fail *f, char *buf, unsigned long cap);

#endif
