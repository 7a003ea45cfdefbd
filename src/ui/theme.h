/* SPDX-License-Identifier: MIT
 * theme.h - meanings to colours and attributes (theme.def).
 */
#ifndef FW_UI_THEME_H
#define FW_UI_THEME_H

#include "ui/model.h"

enum look_attr { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDER = 8 };

struct paint {
    int      fg;   /* palette number, -1 is the terminal's own */
    unsigned attr; /* enum look_attr bits */
};

/* How a style looks with `n` colours (below 8 is none). */
struct paint theme_look(enum style s, enum colours c, int n);

#endif
