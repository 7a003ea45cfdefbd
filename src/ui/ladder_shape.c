/* SPDX-License-Identifier: MIT
 * ladder_shape.c - the columns of a ladder, what of it is seen, and which incarnations are old.
 */
#include "ui/ladder_inside.h"

#include <stdlib.h>

enum {
    TUPLES    = 64, /* port pairs whose incarnations are told apart */
    KEEP_DOWN = 2,  /* rows kept below the present when there is a future */
};

struct ladder_shape ladder_shape_of(int cols)
{
    struct ladder_shape s = { 0 };

    if (cols >= 68) {
        s.left = s.right = 20 + (cols - 80) * 7 / 20;
    } else if (cols >= 54) {
        s.left  = 18;
        s.right = 13;
    } else if (cols > 4) {
        s.left = 1; /* for the mark of the selection */
    }
    if (s.left > 40)
        s.left = s.right = 40;
    s.x0  = s.left;
    s.x1  = cols - s.right - 1;
    s.way = s.x1 - s.x0 - 1;
    return s;
}

/* Old is what belongs to an incarnation that has been followed by another on the same ports. */
void ladder_mark_old(struct ladder *l)
{
    const struct journal *j = l->spec.j;
    struct {
        uint16_t lo, hi, life;
    } tuple[TUPLES];
    int n = 0;

    for (size_t k = l->arrows; k-- > 0;) { /* newest first: its life is the highest */
        struct ladder_arrow *a    = &l->arrow[k];
        const struct entry  *e    = &j->entry[a->sent];
        uint16_t             lo   = e->sport < e->dport ? e->sport : e->dport;
        uint16_t             hi   = e->sport < e->dport ? e->dport : e->sport;
        bool                 past = a->sent < l->spec.seen;
        int                  t    = 0;
        if (e->life == 0)
            continue;
        while (t < n && (tuple[t].lo != lo || tuple[t].hi != hi))
            t++;
        if (t < n && tuple[t].life > e->life)
            a->old = true;
        if (t == n && n < TUPLES && past) {
            tuple[n].lo     = lo;
            tuple[n].hi     = hi;
            tuple[n++].life = e->life;
        } else if (t < n && past && e->life > tuple[t].life) {
            tuple[t].life = e->life;
        }
    }
}

void ladder_free(struct ladder *l)
{
    free(l->row);
    free(l->arrow);
    free(l->row_of);
    *l = (struct ladder){ 0 };
}

int ladder_top(const struct ladder *l, int height)
{
    size_t sel  = l->spec.selected;
    bool   past = l->spec.seen >= l->spec.j->len;
    int    need = l->last_row + (past ? 1 : KEEP_DOWN);
    int    top  = need + 1 - height;

    if (top > l->now_row)
        top = l->now_row;
    if (sel < l->spec.j->len) {
        int r = l->row_of[sel];
        if (r < top)
            top = r > 0 ? r - 1 : 0;
        else if (r >= top + height)
            top = r + (height > KEEP_DOWN ? KEEP_DOWN : 1) - height;
    }
    if (top > (int)l->rows - 1)
        top = (int)l->rows - 1;
    return top < 0 ? 0 : top;
}
