/* SPDX-License-Identifier: MIT
 * cell.h - a screen as data.
 *
 * Views write cells; only term.c knows about ncurses.  A surface can be dumped as text, so a screen
 * is tested by comparing two files.  Writing outside a rect is clipped, never an error.
 */
#ifndef FW_UI_CELL_H
#define FW_UI_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SURFACE_ROWS = 120, SURFACE_COLS = 320 };

/* A style is a meaning; theme.c turns meanings into colours. */
enum style {
#define STYLE(id, letter, what) STYLE_##id,
#include "ui/style.def"
#undef STYLE
    STYLE_COUNT
};

extern const char style_letter[STYLE_COUNT];

struct cell {
    uint32_t ch;    /* a Unicode scalar; 0 in the right half of a wide one */
    uint32_t mark;  /* a combining mark on it, or 0 */
    uint8_t  style; /* enum style */
};

struct surface {
    int         rows, cols;
    struct cell cell[SURFACE_ROWS][SURFACE_COLS];
};

/* A window onto a surface.  Views draw through rects and are clipped by them. */
struct rect {
    int row, col, rows, cols;
};

void surface_clear(struct surface *s, int rows, int cols);

/* Write text (UTF-8) at (row, col) of the rect; returns the columns it took, clipped or not. */
int  surface_text(struct surface *s, struct rect in, int row, int col, enum style st,
                  const char *utf8);
int  surface_printf(struct surface *s, struct rect in, int row, int col, enum style st,
                    const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void surface_put(struct surface *s, struct rect in, int row, int col, enum style st, uint32_t ch);
void surface_fill(struct surface *s, struct rect in, enum style st, uint32_t ch);
/* Change the style of n cells, not what is written. */
void surface_restyle(struct surface *s, struct rect in, int row, int col, int n, enum style st);

/* Text broken into lines at spaces, from (row, 0) of the rect; returns the rows it took.  `skip`
 * rows are left out at the top (scrolling).  Light markup: *emphasis* and `code` change style. */
int surface_prose(struct surface *s, struct rect in, int row, int skip, enum style st,
                  const char *utf8);

/* The rows that text takes at this width. */
int prose_rows(const char *utf8, int cols);

/* What is written, one line a row, trailing blanks cut. */
void surface_write(const struct surface *s, FILE *f);

/* Two planes: what is written, then how it is styled, one letter a cell. */
void surface_dump(const struct surface *s, FILE *f);

#endif
