/* SPDX-License-Identifier: MIT
 * term.h - the terminal: the only files that know ncurses are term.c and term_*.c.
 *
 * The terminal is restored after any exit: return, signal, crash, Ctrl-Z.
 */
#ifndef FW_UI_TERM_H
#define FW_UI_TERM_H

#include "ui/model.h"

struct term_options {
    int colour; /* 0 auto, 1 never, 2 always (NO_COLOR or not); 8, 16, 256: always, at most so many
                 */
    int  utf8;  /* -1 auto, 0 ASCII, 1 UTF-8 */
    bool mouse;
};

/* Take the terminal (/dev/tty, so that standard input stays free).  False with a message in `why`
 * when there is none that will do. */
bool term_open(const struct term_options *o, char *why, size_t cap);
void term_close(void);

/* The main loop: until m->quit. */
void term_run(struct model *m);

#endif
