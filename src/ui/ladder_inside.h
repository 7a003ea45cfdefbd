/* SPDX-License-Identifier: MIT
 * ladder_inside.h - how the parts of a ladder call each other.  Not for other files.
 *
 *      ladder.c        rows
 *      ladder_say.c    what is said beside them
 *      ladder_shape.c  columns, scrolling, old incarnations
 *      ladder_draw.c   lines, heads, gutters
 *      ladder_label.c  labels, LOST, HELD, and heads that must go around them
 */
#ifndef FW_UI_LADDER_INSIDE_H
#define FW_UI_LADDER_INSIDE_H

#include "ui/glyph.h"
#include "ui/ladder.h"

enum { NOBODY = -1 };

/* What fills a cell of the way, so that labels and crossings can be found. */
enum ink { INK_NONE, INK_RUN, INK_BEND, INK_HEAD, INK_LABEL };

struct spot {
    int  who;
    char ink;
};

struct canvas {
    const struct ladder *l;
    struct surface      *s;
    struct rect          in;
    int                  top, way;
    struct spot          spot[SURFACE_ROWS][SURFACE_COLS];
};

struct walk {
    int  row;  /* of the ladder */
    int  run;  /* first cell of this run: */
    int  last; /* and its last one, in cells of travel */
    bool bend; /* this cell ends a run: a diagonal */
};

/* -- ladder.c: a ladder being laid out. ------------------------------------------------------ */

enum { NO_SIDE = -1 };

struct layout {
    struct ladder *l;
    int            cur;     /* the last row */
    int            instant; /* first row of the present instant */
    int            used[2]; /* last row that each side has used in this instant */
    int            sent;    /* last row of this instant from which a segment left */
    vtime          at;
    unsigned       boxes; /* as ladder_boxes() */
};

/* A row of the present instant for that side, at least `min`; fresh: nothing of that side is on it
 * yet. */
int ladder_place(struct layout *y, int side, int min, bool fresh);
/* The lifeline of that host, or NO_SIDE. */
int ladder_side(const struct ladder *l, uint8_t host);

/* -- ladder_say.c ---------------------------------------------------------------------------- */

/* Say something on the row that the side has reached, or on a new one when there is no room. */
int  ladder_words(struct layout *y, int side, const struct ladder_label *f, enum style st,
                  size_t entry, bool fresh);
void ladder_say_state(struct layout *y, int side, const struct entry *e, size_t i);
/* A segment to or from a host without a lifeline: "FIN to relay". */
void ladder_say_elsewhere(struct layout *y, const struct entry *e, size_t i, int side);
void ladder_say_print(struct layout *y, int side, const struct entry *e, size_t i);
/* What somebody did, on the side of the host that it concerns, else on the right. */
void ladder_say_deed(struct layout *y, const struct entry *e, size_t i, int side);

/* -- ladder_shape.c --------------------------------------------------------------------------- */

/* Old is what belongs to an incarnation that has been followed by another on the same ports. */
void ladder_mark_old(struct ladder *l);

/* -- ladder_draw.c ----------------------------------------------------------------------------- */

enum style ladder_style(const struct ladder *l, const struct ladder_arrow *a);

/* Column of the way for the i-th cell of travel from that side. */
int ladder_col(const struct canvas *c, int side, int i);

/* What is at a row of the ladder and a column of the way; NULL: not on the canvas. */
struct spot *ladder_spot(struct canvas *c, int row, int col);

/* Where the i-th cell of travel lies.  False where there is nothing. */
bool ladder_walk(const struct canvas *c, const struct ladder_arrow *a, int i, struct walk *w);

/* The first and the last cell of an arrow, and the last that is drawn by now. */
int ladder_first(const struct canvas *c, const struct ladder_arrow *a);
int ladder_last(const struct canvas *c, const struct ladder_arrow *a);
int ladder_drawn(const struct canvas *c, const struct ladder_arrow *a);

void ladder_head(struct canvas *c, int who, const struct ladder_arrow *a, int at, enum style st);

/* -- ladder_label.c ---------------------------------------------------------------------------- */

/* May a text of n columns stand at that column of the way?  Never on a label or a head, nor hard
 * beside one; `clean`: on no line but its own either. */
bool ladder_free_at(struct canvas *c, int who, int row, int col, int n, bool clean);
void ladder_write(struct canvas *c, int who, int row, int col, const char *text, enum style st);

void ladder_draw_label(struct canvas *c, int who);
void ladder_draw_fate(struct canvas *c, int who);
void ladder_draw_head_again(struct canvas *c, int who);

#endif
