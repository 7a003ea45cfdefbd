/* SPDX-License-Identifier: MIT
 * ladder_draw.c - a laid out ladder on a surface.
 *
 * An arrow is made of equal runs, one a row, joined by a diagonal: rounding a straight line instead
 * would make the first run half as long, and that is where the label stands.  Lines are drawn in
 * order of departure, the newer over the older; then labels, where no other label stands and if
 * possible no other line; then what touches the lifelines.
 */
#include "ui/ladder_inside.h"

#include "base/utf8.h"

enum style ladder_style(const struct ladder *l, const struct ladder_arrow *a)
{
    if (a->sent >= l->spec.seen)
        return STYLE_FUTURE;
    if (a->old)
        return STYLE_OLD;
    if (a->fate == ARROW_LOST && a->ended)
        return STYLE_LOST;
    if (l->spec.j->entry[a->sent].rtx)
        return STYLE_RTX;
    return a->side ? STYLE_SERVER : STYLE_CLIENT;
}

/* Column of the way for the i-th cell of travel from that side. */
int ladder_col(const struct canvas *c, int side, int i) { return side ? c->way - 1 - i : i; }

struct spot *ladder_spot(struct canvas *c, int row, int col)
{
    row -= c->top;
    if (row < 0 || row >= c->in.rows || row >= SURFACE_ROWS || col < 0 || col >= c->way)
        return NULL;
    return &c->spot[row][col];
}

static void ink(struct canvas *c, int who, int row, int col, enum ink k, enum style st, uint32_t ch)
{
    struct spot *p = ladder_spot(c, row, col);

    if (!p)
        return;
    enum glyphs g = c->l->spec.glyphs;
    if (k == INK_RUN && p->ink == INK_BEND && p->who != who)
        return; /* the bend shows better that two ways cross */
    if (k == INK_BEND && p->ink == INK_BEND && p->who != who
        && c->s->cell[c->in.row + row - c->top][c->in.col + c->l->shape.x0 + 1 + col].ch != ch)
        ch = glyph(g, G_CROSSING);
    p->who = who;
    p->ink = (char)k;
    surface_put(c->s, c->in, row - c->top, c->l->shape.x0 + 1 + col, st, ch);
}

/* -- Geometry: the cells of an arrow. --------------------------------------------------------- */

static int cells_of(const struct canvas *c, int pos)
{
    return (int)((long)pos * c->way / LADDER_WHOLE);
}

/* Where the k-th point is, in cells: however early a segment ends, there is something to see. */
static int cells_to(const struct canvas *c, const struct ladder_arrow *a, int k)
{
    int to = cells_of(c, a->point[k].pos);

    if (k == a->points - 1 && to < cells_of(c, a->point[0].pos) + 2)
        to = cells_of(c, a->point[0].pos) + 2;
    return to < c->way ? to : c->way;
}

/* Where the i-th cell of travel lies.  False where there is nothing: before a copy was made, past
 * the end. */
bool ladder_walk(const struct canvas *c, const struct ladder_arrow *a, int i, struct walk *w)
{
    for (int k = 1; k < a->points; k++) {
        const struct ladder_point *p = &a->point[k - 1], *q = &a->point[k];
        int                        from = cells_of(c, p->pos), to = cells_to(c, a, k);
        if (i < from || i >= to)
            continue;
        int rows = q->row - p->row + 1, n = to - from, run = (int)((long)(i - from) * rows / n);
        w->row  = p->row + run;
        w->run  = from + (run * n + rows - 1) / rows;
        w->last = from + ((run + 1) * n + rows - 1) / rows - 1;
        w->bend = i == w->last && run + 1 < rows;
        return true;
    }
    return false;
}

/* The cells [first, end) that are drawn now. */
int ladder_first(const struct canvas *c, const struct ladder_arrow *a)
{
    return cells_of(c, a->point[0].pos);
}

int ladder_last(const struct canvas *c, const struct ladder_arrow *a)
{
    return cells_to(c, a, a->points - 1) - 1;
}

int ladder_drawn(const struct canvas *c, const struct ladder_arrow *a)
{
    int last = ladder_last(c, a);

    if (a->sent >= c->l->spec.seen || a->ended)
        return last;
    int first = ladder_first(c, a), head = cells_of(c, a->head);
    if (head > last)
        head = last;
    return head < first ? first : head;
}

/* -- Lines. ---------------------------------------------------------------------------------- */

static void draw_line(struct canvas *c, int who, const struct ladder_arrow *a, int from, int to,
                      enum style st)
{
    enum glyphs g     = c->l->spec.glyphs;
    uint32_t    dash  = glyph(g, a->old || a->dup ? G_DASH : G_RUN);
    uint32_t    slope = glyph(g, a->side ? G_UP : G_DOWN);
    struct walk w;

    for (int i = from; i <= to; i++)
        if (ladder_walk(c, a, i, &w))
            ink(c, who, w.row, ladder_col(c, a->side, i), w.bend ? INK_BEND : INK_RUN, st,
                w.bend ? slope : dash);
}

void ladder_head(struct canvas *c, int who, const struct ladder_arrow *a, int at, enum style st)
{
    const struct entry *e      = &c->l->spec.j->entry[a->sent];
    enum glyphs         g      = c->l->spec.glyphs;
    uint32_t            ch     = glyph(g, a->side ? G_HEAD_LEFT : G_HEAD_RIGHT);
    bool                flying = a->sent < c->l->spec.seen && !a->ended;
    struct walk         w, v;

    if (!ladder_walk(c, a, at, &w))
        return;
    if (!flying && a->fate == ARROW_LOST)
        ch = glyph(g, G_LOST);
    else if (!flying && a->fate == ARROW_BAD)
        ch = glyph(g, G_NO);
    else if (flying && a->due == VTIME_NEVER)
        ch = glyph(g, G_HELD);
    ink(c, who, w.row, ladder_col(c, a->side, at), INK_HEAD, st, ch);
    if (e->rtx && !flying && a->fate == ARROW_ARRIVED && ladder_walk(c, a, at - 1, &v)
        && v.row == w.row)
        ink(c, who, w.row, ladder_col(c, a->side, at - 1), INK_HEAD, st, ch);
}

static void draw_arrow(struct canvas *c, int who)
{
    const struct ladder_arrow *a  = &c->l->arrow[who];
    enum style                 st = ladder_style(c->l, a);
    int                        to = ladder_drawn(c, a), last = ladder_last(c, a);
    bool                       flying = a->sent < c->l->spec.seen && !a->ended;

    if (a->points < 2)
        return; /* nobody knows how it goes on */
    if (flying && a->end != SIZE_MAX && a->end >= c->l->spec.seen)
        draw_line(c, who, a, to + 1, last, STYLE_FUTURE);
    draw_line(c, who, a, ladder_first(c, a), to, st);
    ladder_head(c, who, a, to, flying ? STYLE_ARROW : st);
}

/* Where the run of one arrow runs on into that of another, a blank keeps them apart. */
static void part_runs(struct canvas *c)
{
    for (int r = 0; r < c->in.rows && r < SURFACE_ROWS; r++)
        for (int col = 0; col + 1 < c->way; col++) {
            struct spot *p = &c->spot[r][col], *q = p + 1;
            if (p->who == q->who || p->who == NOBODY || q->who == NOBODY)
                continue;
            /* A bend stays; what runs on from it in the same direction begins after a blank. */
            bool along = c->l->arrow[p->who].side == c->l->arrow[q->who].side;
            bool bent =
                along
                && ((p->ink == INK_BEND && q->ink == INK_RUN && !c->l->arrow[p->who].side)
                    || (p->ink == INK_RUN && q->ink == INK_BEND && c->l->arrow[p->who].side));
            if (!bent && (p->ink != INK_RUN || q->ink != INK_RUN))
                continue;
            int at = bent ? (p->ink == INK_RUN ? col : col + 1) : p->who < q->who ? col : col + 1;
            struct spot *old = &c->spot[r][at];
            surface_put(c->s, c->in, r, c->l->shape.x0 + 1 + at, STYLE_PLAIN, ' ');
            *old = (struct spot){ .who = NOBODY, .ink = INK_NONE };
        }
}

/* -- Gutters. -------------------------------------------------------------------------------- */

static void draw_words(struct canvas *c, int r, int row, bool future)
{
    const struct ladder       *l = c->l;
    const struct ladder_row   *q = &l->row[r];
    const struct ladder_shape *h = &l->shape;

    for (int side = 0; side < 2; side++) {
        int col = h->x1 + 2;
        if (side == 0) {
            col = h->x0;
            for (int i = 0; i < q->words[0]; i++)
                col -= utf8_columns(q->word[0][i].text) + 1;
        }
        for (int i = 0; i < q->words[side]; i++) {
            const struct ladder_word *w  = &q->word[side][i];
            enum style                st = (enum style)w->style;
            if (w->entry >= l->spec.seen || future)
                st = STYLE_FUTURE;
            if (w->entry == l->spec.selected)
                st = STYLE_SELECTED;
            col += surface_text(c->s, c->in, row, col, st, w->text) + 1;
        }
    }
}

static void draw_fold(struct canvas *c, int r, int row)
{
    const struct ladder *l = c->l;
    enum glyphs          g = l->spec.glyphs;
    const char          *w = glyph_text(g, G_FOLD);
    char                 span[32], text[64];

    ladder_span(l->row[r].folded, span, sizeof span);
    surface_put(c->s, c->in, row, l->shape.x0, STYLE_DIM, glyph(g, G_FOLD));
    surface_put(c->s, c->in, row, l->shape.x1, STYLE_DIM, glyph(g, G_FOLD));
    snprintf(text, sizeof text, "%s%s %s folded", w, w, span);
    int n = utf8_columns(text);
    if (n + 2 <= l->shape.left) { /* a blank keeps it off the lifeline */
        surface_text(c->s, c->in, row, 0, STYLE_DIM, text);
        return;
    }
    snprintf(text, sizeof text, "%s%s %s", w, w, span);
    n = utf8_columns(text);
    if (n + 2 <= l->shape.left)
        surface_text(c->s, c->in, row, 0, STYLE_DIM, text);
    else if (ladder_free_at(c, NOBODY, r, (c->way - n) / 2, n, false))
        ladder_write(c, NOBODY, r, (c->way - n) / 2, text, STYLE_DIM);
}

static void draw_row(struct canvas *c, int r)
{
    const struct ladder       *l      = c->l;
    const struct ladder_shape *h      = &l->shape;
    const struct ladder_row   *q      = (size_t)r < l->rows ? &l->row[r] : NULL;
    enum glyphs                g      = l->spec.glyphs;
    int                        row    = r - c->top;
    bool                       now    = r == l->now_row && l->rows;
    bool                       future = q && r > l->now_row && (q->entry >= l->spec.seen);
    char                       text[32];

    if (q && q->folded && !(q->ahead && r > l->now_row)) {
        draw_fold(c, r, row);
    } else {
        enum style st = future ? STYLE_FUTURE : STYLE_BORDER;
        surface_put(c->s, c->in, row, h->x0, st, glyph(g, G_VLINE));
        surface_put(c->s, c->in, row, h->x1, st, glyph(g, G_VLINE));
        const struct spot *middle = ladder_spot(c, r, c->way / 2);
        if (q && q->box && middle && middle->ink == INK_NONE)
            surface_put(c->s, c->in, row, h->x0 + 1 + c->way / 2, st, glyph(g, G_BOX));
    }
    if (!q)
        return;
    draw_words(c, r, row, false);
    if (h->left > LADDER_TIME && !(q->folded && r <= l->now_row)) {
        bool timed = q->timed && (!q->ahead || now);
        if (now && q->at != l->spec.now && q->words[0] == 0)
            surface_text(c->s, c->in, row, 1, STYLE_TIMER,
                         ladder_time(l->spec.now, text, sizeof text));
        else if (timed)
            surface_text(c->s, c->in, row, 1,
                         now      ? STYLE_TIMER
                         : future ? STYLE_FUTURE
                                  : STYLE_DIM,
                         ladder_time(q->at, text, sizeof text));
    }
    if (l->spec.marked < l->spec.j->len && l->row_of[l->spec.marked] == r)
        surface_put(c->s, c->in, row, 0, STYLE_SELECTED, glyph(g, G_MARK));
    if (l->spec.selected < l->spec.j->len && l->row_of[l->spec.selected] == r)
        surface_put(c->s, c->in, row, 0, STYLE_SELECTED, glyph(g, G_SELECT));
}

void ladder_draw(const struct ladder *l, struct surface *s, struct rect in, int top)
{
    static const struct spot nothing = { .who = NOBODY, .ink = INK_NONE };
    struct canvas            c;

    c.l   = l;
    c.s   = s;
    c.in  = in;
    c.top = top;
    c.way = l->shape.way < SURFACE_COLS ? l->shape.way : SURFACE_COLS;
    if (in.rows > SURFACE_ROWS)
        c.in.rows = SURFACE_ROWS;
    if (c.way < 1)
        return;
    for (int r = 0; r < c.in.rows; r++)
        for (int col = 0; col < c.way; col++)
            c.spot[r][col] = nothing;
    for (size_t i = 0; i < l->arrows; i++)
        draw_arrow(&c, (int)i);
    part_runs(&c);
    for (size_t i = 0; i < l->arrows; i++)
        if (l->arrow[i].points > 1)
            ladder_draw_label(&c, (int)i);
    for (size_t i = 0; i < l->arrows; i++) {
        if (l->arrow[i].points > 1)
            ladder_draw_fate(&c, (int)i);
        ladder_draw_head_again(&c, (int)i);
    }
    for (int r = 0; r < c.in.rows; r++)
        draw_row(&c, top + r);
}

/* -- From the screen back to entries. -------------------------------------------------------- */

size_t ladder_hit(const struct ladder *l, int top, int row, int col)
{
    int                  r = top + row;
    static struct canvas c; /* only for its geometry: nothing is drawn */

    if (r < 0 || (size_t)r >= l->rows)
        return SIZE_MAX;
    c.l   = l;
    c.way = l->shape.way;
    for (int side = 0; side < 2; side++)
        if (side ? col > l->shape.x1 : col < l->shape.x0)
            if (l->row[r].words[side])
                return l->row[r].word[side][0].entry;
    for (size_t i = l->arrows; i-- > 0;) {
        const struct ladder_arrow *a = &l->arrow[i];
        int                        k = ladder_col(&c, a->side, col - l->shape.x0 - 1);
        struct walk                w;
        if (a->points > 1 && k >= 0 && ladder_walk(&c, a, k, &w) && w.row == r)
            return a->end != SIZE_MAX && k > ladder_last(&c, a) / 2 && a->end < l->spec.seen
                       ? a->end
                       : a->sent;
    }
    return l->row[r].entry;
}

void ladder_print(const struct ladder_spec *spec, FILE *f)
{
    static struct surface s;
    struct ladder         l = { 0 };

    ladder_layout(&l, spec);
    for (int top = 0; top < (int)l.rows; top += SURFACE_ROWS) {
        int n = (int)l.rows - top < SURFACE_ROWS ? (int)l.rows - top : SURFACE_ROWS;
        surface_clear(&s, n, spec->cols);
        ladder_draw(&l, &s, (struct rect){ 0, 0, n, spec->cols }, top);
        if (spec->glyphs == GLYPHS_ASCII)
            surface_ascii(&s);
        surface_write(&s, f);
    }
    ladder_free(&l);
}
