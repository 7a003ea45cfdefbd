/* SPDX-License-Identifier: MIT
 * pty.h - the program on a terminal of its own, watched from outside.
 */
#ifndef FW_BENCH_PTY_H
#define FW_BENCH_PTY_H

#include <stddef.h>

struct pty_look {
    double first;  /* seconds from start until the first picture stood */
    size_t bytes;  /* written after the keys were pressed */
    size_t bursts; /* ... in so many pieces with silence between them: frames */
};

/* Run `PROGRAM play FILE` at 80x24, press the keys (may be NULL) when the first picture stands,
 * watch for so many seconds, and leave with Q. */
void pty_run(const char *program, const char *file, const char *keys, double seconds,
             struct pty_look *look);

#endif
