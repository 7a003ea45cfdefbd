/* SPDX-License-Identifier: MIT
 * layout.h - where things go at a given size: a pure function, used for drawing and for clicking.
 *
 * What disappears when the screen gets smaller, in this order: the map of states, the socket table,
 * lines of the boxes, the why, the boxes' borders, the gutters of the ladder.  A rect with no rows
 * is not shown.
 */
#ifndef FW_UI_LAYOUT_H
#define FW_UI_LAYOUT_H

#include "ui/cell.h"

enum {
    BOX_LINES = 3,  /* inside a box at 80x24 */
    BOX_TALL  = 7,  /* and at 120x40 */
    PANE_ROWS = 20, /* the body of a pane below the ladder */
};

struct layout_story {
    struct rect title, box[2], link, map, ladder, tell, side, hints;
    bool        framed; /* boxes have borders; else one line an endpoint */
    bool        tall;   /* boxes show everything */
};

/* `ladder` is how many rows the ladder could use, `tell` how many the telling would like;
 * an open question is given more of them. */
struct layout_story layout_story(int rows, int cols, int ladder, int tell, bool asks);

/* A pane: title, two lines of endpoints when there is room, a rule with its name, a body; on a tall
 * screen the ladder stays in sight above a pane that does not want the whole height. */
struct layout_pane {
    struct rect title, ends, ladder, name, body, hints;
};

struct layout_pane layout_pane(int rows, int cols, int want, bool whole);

#endif
