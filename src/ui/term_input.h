/* SPDX-License-Identifier: MIT
 * term_input.h - what comes from the keyboard and the mouse, by the names of keys.def.
 */
#ifndef FW_UI_TERM_INPUT_H
#define FW_UI_TERM_INPUT_H

#include <stdbool.h>
#include <stddef.h>

enum { INPUT_NAME = 40 };

enum input {
    INPUT_NONE,   /* nothing is waiting */
    INPUT_KEY,    /* `name` is a key or a mouse event as update_key() takes it */
    INPUT_RESIZE, /* the size of the terminal changed */
    INPUT_OTHER,  /* something that means nothing */
};

/* Does not wait. */
enum input input_next(char name[INPUT_NAME]);

/* A late answer to the question for the cursor's position is no key. */
void input_ignore_reports(void);

#endif
