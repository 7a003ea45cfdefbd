/* SPDX-License-Identifier: MIT
 * ladder_label.c - what is written beside the arrows of a ladder.
 *
 * A label stands on the first run of its sender, two cells from the lifeline, in the longest form
 * that fits; else beyond the run or on another one.  It is never cut, and no label stands on
 * another.
 */
#include "ui/ladder_inside.h"

#include "base/utf8.h"

enum {
    LABEL_AT = 2, /* from the lifeline to a label, in cells */
    STEEP_AT = 3, /* and where runs are shorter than */
    STEEP    = 5,
};

bool ladder_free_at(struct canvas *c, int who, int row, int col, int n, bool clean)
{
    if (col < 0 || col + n > c->way)
        return false;
    for (int k = -1; k <= n; k++) {
        const struct spot *p = ladder_spot(c, row, col + k);
        if (!p)
            continue;
        if (p->ink == INK_LABEL)
            return false;
        if (k < 0 || k == n)
            continue;
        if ((p->ink == INK_HEAD && p->who != who) || p->ink == INK_BEND)
            return false;
        if (clean && p->ink != INK_NONE && p->who != who)
            return false;
    }
    return true;
}

void ladder_write(struct canvas *c, int who, int row, int col, const char *text, enum style st)
{
    int n = utf8_columns(text);

    for (int k = -1; k <= n; k++) {
        struct spot *p = ladder_spot(c, row, col + k);
        if (!p)
            continue;
        if (k < 0 || k == n) { /* a blank beside it, where that only interrupts a run */
            if (p->ink == INK_RUN)
                surface_put(c->s, c->in, row - c->top, c->l->shape.x0 + 1 + col + k, STYLE_PLAIN,
                            ' ');
            continue;
        }
        *p = (struct spot){ .who = who, .ink = INK_LABEL };
    }
    if (row >= c->top && row - c->top < c->in.rows)
        surface_text(c->s, c->in, row - c->top, c->l->shape.x0 + 1 + col, st, text);
}

/* On the run that holds cell i of travel, `skip` cells from its beginning. */
static bool label_on_run(struct canvas *c, int who, const struct ladder_arrow *a, int i, int skip,
                         const char *text, enum style st, bool clean)
{
    struct walk w;
    int         n = utf8_columns(text);

    if (!ladder_walk(c, a, i, &w))
        return false;
    /* The bend, or the head, stays free; a retransmission has two heads. */
    bool twice = c->l->spec.j->entry[a->sent].rtx && w.last == ladder_last(c, a);
    if (w.run + skip + n - 1 > w.last - 1 - twice)
        return false;
    int from = w.run + skip;
    int col  = a->side ? ladder_col(c, 1, from + n - 1) : from;
    if (!ladder_free_at(c, who, w.row, col, n, clean))
        return false;
    ladder_write(c, who, w.row, col, text, st);
    return true;
}

/* In the blank beyond the end of the run that holds cell i. */
static bool label_beyond(struct canvas *c, int who, const struct ladder_arrow *a, int i,
                         const char *text, enum style st)
{
    struct walk w;
    int         n = utf8_columns(text);

    if (!ladder_walk(c, a, i, &w))
        return false;
    int from = w.last + 2;
    int col  = a->side ? ladder_col(c, 1, from + n - 1) : from;
    if (!ladder_free_at(c, who, w.row, col, n, true))
        return false;
    ladder_write(c, who, w.row, col, text, st);
    return true;
}

/* Many steep arrows: the label stands where the segment leaves, over whatever lines are there. */
static bool label_anywhere(struct canvas *c, int who, const struct ladder_arrow *a,
                           const struct ladder_label *f, enum style st)
{
    int row = a->point[0].row;

    for (int k = 2; k < LABEL_FORMS; k++) {
        int  n = utf8_columns(f->text[k]), col = a->side ? c->way - STEEP_AT - n : STEEP_AT;
        bool free = col >= 0 && col + n <= c->way;
        for (int i = -1; i <= n && free; i++) {
            const struct spot *p = ladder_spot(c, row, col + i);
            free                 = !p || p->ink != INK_LABEL;
        }
        if (free) {
            ladder_write(c, who, row, col, f->text[k], st);
            return true;
        }
    }
    return false;
}

void ladder_draw_label(struct canvas *c, int who)
{
    const struct ladder       *l   = c->l;
    const struct ladder_arrow *a   = &l->arrow[who];
    struct ladder_label        f   = ladder_label_of(l->spec.j, &l->spec.j->entry[a->sent], a->dup);
    size_t                     sel = l->spec.selected;
    enum style                 st  = ladder_style(l, a);
    int                        first = ladder_first(c, a), last = ladder_last(c, a);

    if (sel != SIZE_MAX && (sel == a->sent || sel == a->end))
        st = STYLE_SELECTED;
    struct walk v;
    /* An arrow keeps a label in sight when the row where it left has gone. */
    bool gone = a->point[0].row < c->top && a->point[a->points - 1].row >= c->top;
    while (gone && first < last && ladder_walk(c, a, first, &v) && v.row < c->top)
        first++;
    bool anew  = a->dup || gone; /* not where it would usually stand */
    bool steep = !gone && ladder_walk(c, a, first, &v) && v.last - v.run < STEEP;
    for (int clean = 1; clean >= 0; clean--) {
        if (steep && !clean && label_anywhere(c, who, a, &f, st))
            return;
        int shortest = LABEL_FORMS - 1, on = a->points > 2 ? shortest : LABEL_FORMS;
        for (int k = 0; k < on && !anew; k++)
            if (label_on_run(c, who, a, first, LABEL_AT, f.text[k], st, clean))
                return;
        for (int k = 1; k < LABEL_FORMS && !anew; k++)
            if ((k == shortest && label_on_run(c, who, a, first, LABEL_AT, f.text[k], st, clean))
                || label_beyond(c, who, a, first, f.text[k], st))
                return;
        struct walk w;
        for (int i = first; (!steep || !clean) && i <= last && ladder_walk(c, a, i, &w);
             i     = w.last + 1)
            for (int k = 1; k < LABEL_FORMS; k++)
                if (label_on_run(c, who, a, i, 1, f.text[k], st, clean)
                    || (k == LABEL_FORMS - 1
                        && (label_on_run(c, who, a, i, 0, f.text[k], st, clean)
                            || label_beyond(c, who, a, i, f.text[k], st))))
                    return;
    }
    if (!steep && !gone)
        label_anywhere(c, who, a, &f, st);
}

static const char *lost_why(const struct entry *e)
{
    static const char *const why[] = { "LOST",         "LOST (chance)", "LOST (you)",
                                       "LOST (fault)", "LOST (queue)",  "LOST (cut)",
                                       "LOST (down)",  "LOST (script)", "LOST (box)" };

    return why[e->cause < sizeof why / sizeof why[0] ? e->cause : 0];
}

/* Beyond the end of what is drawn, else before it. */
static bool fate_beside(struct canvas *c, int who, const struct ladder_arrow *a,
                        const struct walk *w, int at, const char *text, enum style st)
{
    int n      = utf8_columns(text);
    int beyond = a->side ? ladder_col(c, 1, at + 1 + n) : at + 2;
    int before = a->side ? ladder_col(c, 1, at - 2) : at - 1 - n;

    if (ladder_free_at(c, who, w->row, beyond, n, true))
        ladder_write(c, who, w->row, beyond, text, st);
    else if (ladder_free_at(c, who, w->row, before, n, false) && at - n - 2 >= w->run)
        ladder_write(c, who, w->row, before, text, st);
    else
        return false;
    return true;
}

void ladder_draw_fate(struct canvas *c, int who)
{
    const struct ladder       *l = c->l;
    const struct ladder_arrow *a = &l->arrow[who];
    enum style                 st;
    struct walk                w;
    const char                *text[2] = { NULL, NULL };

    if (a->fate == ARROW_LOST && (a->ended || a->sent >= l->spec.seen)) {
        text[0] = lost_why(&l->spec.j->entry[a->end]);
        text[1] = "LOST";
        st      = a->sent >= l->spec.seen      ? STYLE_FUTURE
                  : l->spec.selected == a->end ? STYLE_SELECTED
                                               : STYLE_LOST;
    } else if (a->due == VTIME_NEVER && a->sent < l->spec.seen) {
        text[0] = text[1] = "HELD";
        st                = STYLE_ARROW;
    } else {
        return;
    }
    int at = ladder_drawn(c, a);
    if (!ladder_walk(c, a, at, &w))
        return;
    for (int k = 0; k < 2; k++)
        if (fate_beside(c, who, a, &w, at, text[k], st))
            return;
    int n = utf8_columns(text[1]);
    for (int row = w.row + 1; row > w.row - 2; row -= 2)
        for (int col = ladder_col(c, a->side, at); col >= 0; col--)
            if (ladder_free_at(c, who, row, col, n, true)) {
                ladder_write(c, who, row, col, text[1], st);
                return;
            }
}

/* While a segment flies, its head goes around its label. */
void ladder_draw_head_again(struct canvas *c, int who)
{
    const struct ladder_arrow *a = &c->l->arrow[who];
    struct walk                w;

    if (a->points < 2 || a->sent >= c->l->spec.seen || a->ended)
        return;
    int at = ladder_drawn(c, a);
    if (!ladder_walk(c, a, at, &w))
        return;
    int back = at, on = at, first = w.run, last = w.last;
    while (back >= first && ladder_spot(c, w.row, ladder_col(c, a->side, back))
           && ladder_spot(c, w.row, ladder_col(c, a->side, back))->ink == INK_LABEL)
        back--;
    while (on <= last && ladder_spot(c, w.row, ladder_col(c, a->side, on))
           && ladder_spot(c, w.row, ladder_col(c, a->side, on))->ink == INK_LABEL)
        on++;
    if (back == at)
        return; /* it is not under a label */
    if (back < first || (on <= last && on - at < at - back))
        at = on <= last ? on : last;
    else
        at = back;
    ladder_head(c, who, a, at, STYLE_ARROW);
}
