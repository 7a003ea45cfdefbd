/* SPDX-License-Identifier: MIT
 * ladder.h - the time-space ladder: rows first, then drawing.
 *
 *      ladder_layout(&l, &spec)    entries of a journal are given rows, in order
 *      ladder_draw(&l, s, in, top) rows [top, top + in.rows) are drawn
 *
 * Time runs downward, a host is a vertical line, a segment is an arrow whose slope is its delay.
 * Rows are compressed: time in which nothing happens is folded.  The layout is made online: a row
 * is given to an entry by looking only at the entries before it, so a row once given never moves
 * while a story is played; what is still on its way is given the rows that it will have if nothing
 * else happens.
 *
 * Entries [0, seen) are the past, [seen, len) the future that was, before time was turned back.
 */
#ifndef FW_UI_LADDER_H
#define FW_UI_LADDER_H

#include "net/journal.h"
#include "ui/cell.h"
#include "ui/model.h"

enum {
    LADDER_WORDS  = 3,    /* things said in one gutter of one row */
    LADDER_TEXT   = 32,   /* bytes of one of them */
    LADDER_POINTS = 8,    /* bends of an arrow: a segment held, released, delayed ... */
    LADDER_GAP    = 3,    /* longer idle time, in rows, is folded */
    LADDER_FLIGHT = 8,    /* the same while a segment is on its way */
    LADDER_LINEAR = 400,  /* and even to scale */
    LADDER_WHOLE  = 1000, /* the whole way of a segment: positions are in thousandths of it */
    LADDER_TIME   = 7,    /* columns of the time */
};

struct ladder_spec {
    const struct journal *j;
    size_t                seen;
    vtime                 now;
    vspan                 delay;  /* usual one-way delay; 0: that of the first segment */
    int                   height; /* rows to be seen: decides how much time a row is worth */
    int                   cols;
    bool                  fold;
    bool                  chatty; /* rows are plenty: what programs print is told as well */
    size_t                selected, marked; /* entries; SIZE_MAX is none */
    enum glyphs           glyphs;
    uint8_t               host[2];        /* the lifelines, 1-based; 0: hosts 1 and 2 */
    uint8_t               boxes;          /* ladder_boxes() of the paths as the story begins */
    const char           *name[HOST_MAX]; /* of hosts without a lifeline; may be NULL */
};

/* Columns: gutter, lifeline, the way, lifeline, gutter. */
struct ladder_shape {
    int left, right; /* width of the gutters */
    int x0, x1;      /* columns of the lifelines */
    int way;         /* columns between them */
};

struct ladder_word {
    char    text[LADDER_TEXT];
    uint8_t style;
    size_t  entry;
};

struct ladder_row {
    vtime              at;
    vspan              folded; /* > 0: this row stands for so much idle time */
    size_t             entry;  /* the first that it shows; SIZE_MAX: none */
    bool               timed;  /* its time is written */
    bool               ahead;  /* only foreseen */
    bool               box;    /* something stands in the middle of the way */
    bool               touch[2];
    int                words[2];
    struct ladder_word word[2][LADDER_WORDS];
};

enum ladder_fate { ARROW_FLYING, ARROW_ARRIVED, ARROW_LOST, ARROW_BAD };

/* A bend: at that row the segment is so far on its way, at that time. */
struct ladder_point {
    int   row, pos;
    vtime at;
    bool  held; /* and stays there until the next point */
};

struct ladder_arrow {
    uint64_t            packet;
    size_t              sent, end; /* entries; end SIZE_MAX: not yet */
    vtime               due;       /* as things stand; VTIME_NEVER when held */
    int                 side;      /* it starts from: 0 left, 1 right */
    int                 points;
    struct ladder_point point[LADDER_POINTS];
    enum ladder_fate    fate;
    int                 head;                     /* how far it is now */
    bool                dup, altered, old, ended; /* ended: by now */
};

struct ladder {
    struct ladder_spec   spec;
    struct ladder_shape  shape;
    vspan                per_row;
    struct ladder_row   *row;
    struct ladder_arrow *arrow;
    int                 *row_of; /* of each entry */
    size_t               rows, arrows, cap_row, cap_arrow, cap_of;
    int                  now_row;  /* where the present is */
    int                  last_row; /* the last row that the present needs: arrivals foreseen */
};

struct ladder_shape ladder_shape_of(int cols);

/* Lay out; *l is zero or was laid out before.  ladder_free() gives the memory back. */
void ladder_layout(struct ladder *l, const struct ladder_spec *spec);
void ladder_free(struct ladder *l);

/* The first row to draw so that the selection, else the present, is seen in `height` rows. */
int ladder_top(const struct ladder *l, int height);

void ladder_draw(const struct ladder *l, struct surface *s, struct rect in, int top);

/* The entry drawn at a cell of that drawing, or SIZE_MAX. */
size_t ladder_hit(const struct ladder *l, int top, int row, int col);

/* The whole of it as text. */
void ladder_print(const struct ladder_spec *spec, FILE *f);

/* -- ladder_text.c: words. ----------------------------------------------------------------- */

enum { LABEL_FORMS = 4, LABEL_TEXT = 96 };

/* What a segment is called, from long to short: never cut, always one of them whole. */
struct ladder_label {
    char text[LABEL_FORMS][LABEL_TEXT];
};

struct ladder_label ladder_label_of(const struct journal *j, const struct entry *e, bool dup);

/* Which ICMP error the entry is about; false: none. */
bool ladder_icmp(const struct journal *j, const struct entry *e, struct ladder_label *forms);

/* What somebody at the keyboard did to the path or to a host: "you: cut".  False: nothing that is
 * not seen anyway. */
bool ladder_deed(const struct journal *j, const struct entry *e, struct ladder_label *forms);

/* A bit for each quality that a box has, on the way there and back. */
uint8_t ladder_boxes(const struct setup *s);

/* The same for what is said in a gutter; style says what it is.  False: nothing is said. */
bool ladder_say(const struct entry *e, struct ladder_label *forms, enum style *st);

/* Did this entry move a connection (not merely close a listener)? */
bool ladder_moved(const struct entry *e);

/* "0.200", "≈≈ 0.95 s folded ≈≈" */
const char *ladder_time(vtime t, char *buf, size_t cap);
const char *ladder_span(vspan d, char *buf, size_t cap); /* "0.95 s" */

#endif
