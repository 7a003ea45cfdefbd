/* SPDX-License-Identifier: MIT
 * theme.c - meanings to colours and attributes. */
#include "ui/theme.h"

static const struct {
    int      dark256, light256, dark16, light16;
    unsigned attr, mono;
} table[STYLE_COUNT] = {
#define LOOK(id, dark256, light256, dark16, light16, attr, mono)                                   \
    [STYLE_##id] = { dark256, light256, dark16, light16, attr, mono },
#include "ui/theme.def"
#undef LOOK
};

struct paint theme_look(enum style s, enum colours c, int n)
{
    struct paint l = { .fg = -1, .attr = table[s].attr };

    if (c == COLOURS_NONE || n < 8) {
        l.attr = table[s].mono;
        return l;
    }
    if (n >= 256)
        l.fg = c == COLOURS_LIGHT ? table[s].light256 : table[s].dark256;
    else
        l.fg = c == COLOURS_LIGHT ? table[s].light16 : table[s].dark16;
    if (n >= 16 || l.fg < 8)
        return l;
    /* Bold black is invisible on many terminals of 8 colours. */
    l.attr |= l.fg == 8 ? LOOK_DIM : LOOK_BOLD;
    l.fg = l.fg == 8 ? -1 : l.fg - 8;
    return l;
}
