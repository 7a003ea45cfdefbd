/* SPDX-License-Identifier: MIT
 * layout.c - where things go.
 */
#include "ui/layout.h"

static int min(int a, int b) { return a < b ? a : b; }
static int max(int a, int b) { return a > b ? a : b; }

/* Take n rows from the top, or from the bottom, of what is left. */
static struct rect top(struct rect *left, int n)
{
    n             = max(0, min(n, left->rows));
    struct rect r = { left->row, left->col, n, left->cols };
    left->row += n;
    left->rows -= n;
    return r;
}

static struct rect bottom(struct rect *left, int n)
{
    n             = max(0, min(n, left->rows));
    struct rect r = { left->row + left->rows - n, left->col, n, left->cols };
    left->rows -= n;
    return r;
}

static struct rect columns(struct rect in, int col, int n)
{
    return (struct rect){ in.row, in.col + col, in.rows, max(0, min(n, in.cols - col)) };
}

struct layout_story layout_story(int rows, int cols, int ladder, int tell, bool asks)
{
    struct layout_story l    = { 0 };
    struct rect         left = { 0, 0, rows, cols };

    l.title  = top(&left, 1);
    l.hints  = bottom(&left, rows > 5 ? 1 : 0);
    l.tall   = rows >= 34 && cols >= 100;
    l.framed = rows >= 20 && cols >= 68;

    int         lines = l.tall ? BOX_TALL + 2 : l.framed ? BOX_LINES + 2 : 2;
    struct rect ends  = top(&left, lines);
    if (l.tall) {
        int map  = min(cols - 2 * 33 - 2, 50);
        int side = (cols - map - 2) / 2;
        l.box[0] = columns(ends, 0, side);
        l.map    = columns(ends, side + 1, cols - 2 * side - 2);
        l.box[1] = columns(ends, cols - side, side);
    } else if (l.framed) {
        int side = cols >= 100 ? 38 : cols >= 76 ? 30 : (cols - 14) / 2;
        l.box[0] = columns(ends, 0, side);
        l.link   = columns(ends, side, cols - 2 * side);
        l.box[1] = columns(ends, cols - side, side);
    } else {
        l.box[0] = top(&ends, 1);
        l.box[1] = top(&ends, 1);
    }
    /* The telling takes what the ladder does not need, at least a little, at most a good third. */
    int least = l.tall && cols >= 110 ? 12
                : rows >= 20          ? 6
                : rows >= 15          ? 4
                : rows >= 10          ? 2
                : rows >= 8           ? 1
                                      : 0;
    int spare = left.rows - ladder;
    int most  = max(rows >= 34 ? 13 : asks ? rows / 2 - 1 : rows * 3 / 8, spare);
    l.tell    = bottom(&left, min(max(min(tell, most), least), left.rows - min(3, left.rows)));
    if (l.tall && cols >= 110) {
        int half    = cols * 43 / 100; /* a line of the socket table needs the wider half */
        l.side      = columns(l.tell, half, cols - half);
        l.tell.cols = half;
    }
    l.ladder = left;
    return l;
}

struct layout_pane layout_pane(int rows, int cols, int want, bool whole)
{
    struct layout_pane l    = { 0 };
    struct rect        left = { 0, 0, rows, cols };

    l.title = top(&left, 1);
    l.hints = bottom(&left, rows > 5 ? 1 : 0);
    if (left.rows - 3 >= want)
        l.ends = top(&left, 2);
    if (!whole && left.rows >= PANE_ROWS + 1 + 8)
        l.ladder = top(&left, left.rows - PANE_ROWS - 1);
    l.name = top(&left, rows > 4 ? 1 : 0);
    l.body = left;
    return l;
}
