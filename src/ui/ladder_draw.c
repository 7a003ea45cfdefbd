/* SPDX-License-Identifier: MIT
 * ladder_draw.c - a laid out ladder on a surface.
 *
 * An arrow is made of equal runs, one a row, joined by a diagonal: rounding a straight line instead
 * would make the first run half as long, and that is where the label stands.  Lines are drawn in
 * order of departure, the newer over the older; then labels, where no other label stands and if
 * possible no other line; then what touches the lifelines.
 */
#include "ui/ladder.h"

#include "base/utf8.h"
#include "ui/glyph.h"

#include <assert.h>
#include <string.h>

enum { HEAD_ROOM = 2, LABEL_AT = 2, NOBODY = -1 };

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

static enum style style_of(const struct ladder *l, const struct ladder_arrow *a)
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
static int col_of(const struct canvas *c, int side, int i) { return side ? c->way - 1 - i : i; }

static struct spot *spot_at(struct canvas *c, int row, int col)
{
    row -= c->top;
    if (row < 0 || row >= c->in.rows || row >= SURFACE_ROWS || col < 0 || col >= c->way)
        return NULL;
    return &c->spot[row][col];
}

static void ink(struct canvas *c, int who, int row, int col, enum ink k, enum style st, uint32_t ch)
{
    struct spot *p = spot_at(c, row, col);

    if (!p)
        return;
    enum glyphs g = c->l->spec.glyphs;
    if (k == INK_BEND && p->ink == INK_BEND && p->who != who
        && c->s->cell[c->in.row + row - c->top][c->in.col + c->l->shape.x0 + 1 + col].ch != ch)
        ch = glyph(g, G_CROSSING);
    p->who = who;
    p->ink = (char)k;
    surface_put(c->s, c->in, row - c->top, c->l->shape.x0 + 1 + col, st, ch);
}

/* -- Geometry: the cells of an arrow. --------------------------------------------------------- */

struct walk {
    int  row;  /* of the ladder */
    int  run;  /* first cell of this run: */
    int  last; /* and its last one, in cells of travel */
    bool bend; /* this cell ends a run: a diagonal */
};

static int cells_of(const struct canvas *c, int pos)
{
    return (int)((long)pos * c->way / LADDER_WHOLE);
}

/* Where the i-th cell of travel lies.  False where there is nothing: before a copy was made, past
 * the end. */
static bool walk_to(const struct canvas *c, const struct ladder_arrow *a, int i, struct walk *w)
{
    for (int k = 1; k < a->points; k++) {
        const struct ladder_point *p = &a->point[k - 1], *q = &a->point[k];
        int                        from = cells_of(c, p->pos), to = cells_of(c, q->pos);
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
static int first_cell(const struct canvas *c, const struct ladder_arrow *a)
{
    return cells_of(c, a->point[0].pos);
}

static int last_cell(const struct canvas *c, const struct ladder_arrow *a)
{
    return cells_of(c, a->point[a->points - 1].pos) - 1;
}

static int drawn_to(const struct canvas *c, const struct ladder_arrow *a)
{
    int last = last_cell(c, a);

    if (a->sent >= c->l->spec.seen || a->ended)
        return last;
    int first = first_cell(c, a), head = cells_of(c, a->head);
    if (head > last)
        head = last;
    return head < first ? first : head;
}

/* -- Lines. --------------------------------------------------------------------------------------
 */

static void draw_line(struct canvas *c, int who, const struct ladder_arrow *a, int from, int to,
                      enum style st)
{
    enum glyphs g     = c->l->spec.glyphs;
    uint32_t    dash  = glyph(g, a->old || a->dup ? G_DASH : G_RUN);
    uint32_t    slope = glyph(g, a->side ? G_UP : G_DOWN);
    struct walk w;

    for (int i = from; i <= to; i++)
        if (walk_to(c, a, i, &w))
            ink(c, who, w.row, col_of(c, a->side, i), w.bend ? INK_BEND : INK_RUN, st,
                w.bend ? slope : dash);
}

static void draw_head(struct canvas *c, int who, const struct ladder_arrow *a, int at,
                      enum style st)
{
    const struct entry *e      = &c->l->spec.j->entry[a->sent];
    enum glyphs         g      = c->l->spec.glyphs;
    uint32_t            ch     = glyph(g, a->side ? G_HEAD_LEFT : G_HEAD_RIGHT);
    bool                flying = a->sent < c->l->spec.seen && !a->ended;
    struct walk         w, v;

    if (!walk_to(c, a, at, &w))
        return;
    if (!flying && a->fate == ARROW_LOST)
        ch = glyph(g, G_LOST);
    else if (!flying && a->fate == ARROW_BAD)
        ch = glyph(g, G_NO);
    else if (flying && a->due == VTIME_NEVER)
        ch = glyph(g, G_HELD);
    ink(c, who, w.row, col_of(c, a->side, at), INK_HEAD, st, ch);
    if (e->rtx && !flying && a->fate == ARROW_ARRIVED && walk_to(c, a, at - 1, &v)
        && v.row == w.row)
        ink(c, who, w.row, col_of(c, a->side, at - 1), INK_HEAD, st, ch);
}

static void draw_arrow(struct canvas *c, int who)
{
    const struct ladder_arrow *a  = &c->l->arrow[who];
    enum style                 st = style_of(c->l, a);
    int                        to = drawn_to(c, a), last = last_cell(c, a);
    bool                       flying = a->sent < c->l->spec.seen && !a->ended;

    if (a->points < 2)
        return; /* nobody knows how it goes on */
    if (flying && a->end != SIZE_MAX && a->end >= c->l->spec.seen)
        draw_line(c, who, a, to + 1, last, STYLE_FUTURE);
    draw_line(c, who, a, first_cell(c, a), to, st);
    draw_head(c, who, a, to, flying ? STYLE_ARROW : st);
}

/* Where the run of one arrow runs on into that of another, a blank keeps them apart. */
static void part_runs(struct canvas *c)
{
    for (int r = 0; r < c->in.rows && r < SURFACE_ROWS; r++)
        for (int col = 0; col + 1 < c->way; col++) {
            struct spot *p = &c->spot[r][col], *q = p + 1;
            if (p->ink != INK_RUN || q->ink != INK_RUN || p->who == q->who)
                continue;
            int          at  = p->who < q->who ? col : col + 1;
            struct spot *old = &c->spot[r][at];
            surface_put(c->s, c->in, r, c->l->shape.x0 + 1 + at, STYLE_PLAIN, ' ');
            *old = (struct spot){ .who = NOBODY, .ink = INK_NONE };
        }
}

/* -- Labels. --------------------------------------------------------------------------------------
 */

/* May a text of n columns stand at that column of the way?  Never on a label or a head, nor hard
 * beside one; `clean`: on no line but its own either. */
static bool is_free(struct canvas *c, int who, int row, int col, int n, bool clean)
{
    if (col < 0 || col + n > c->way)
        return false;
    for (int k = -1; k <= n; k++) {
        const struct spot *p = spot_at(c, row, col + k);
        if (!p)
            continue;
        if (p->ink == INK_LABEL)
            return false;
        if (k < 0 || k == n)
            continue;
        if (p->ink == INK_HEAD || p->ink == INK_BEND)
            return false;
        if (clean && p->ink != INK_NONE && p->who != who)
            return false;
    }
    return true;
}

static void write_label(struct canvas *c, int who, int row, int col, const char *text,
                        enum style st)
{
    int n = utf8_columns(text);

    for (int k = -1; k <= n; k++) {
        struct spot *p = spot_at(c, row, col + k);
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

    if (!walk_to(c, a, i, &w))
        return false;
    int last = w.last - 1; /* the bend, or the head, stays free */
    if (w.run + skip + n - 1 > last - 1 && w.run + skip + n - 1 > last)
        return false;
    int from = w.run + skip;
    int col  = a->side ? col_of(c, 1, from + n - 1) : from;
    if (!is_free(c, who, w.row, col, n, clean))
        return false;
    write_label(c, who, w.row, col, text, st);
    return true;
}

/* In the blank beyond the end of the run that holds cell i. */
static bool label_beyond(struct canvas *c, int who, const struct ladder_arrow *a, int i,
                         const char *text, enum style st)
{
    struct walk w;
    int         n = utf8_columns(text);

    if (!walk_to(c, a, i, &w))
        return false;
    int from = w.last + 2;
    int col  = a->side ? col_of(c, 1, from + n - 1) : from;
    if (!is_free(c, who, w.row, col, n, true))
        return false;
    write_label(c, who, w.row, col, text, st);
    return true;
}

static void draw_label(struct canvas *c, int who)
{
    const struct ladder       *l     = c->l;
    const struct ladder_arrow *a     = &l->arrow[who];
    struct ladder_label        f     = ladder_label_of(&l->spec.j->entry[a->sent], a->dup);
    size_t                     sel   = l->spec.selected;
    enum style                 st    = style_of(l, a);
    int                        first = first_cell(c, a), last = last_cell(c, a);

    if (sel != SIZE_MAX && (sel == a->sent || sel == a->end))
        st = STYLE_SELECTED;
    for (int clean = 1; clean >= 0; clean--) {
        for (int k = 0; k < LABEL_FORMS; k++)
            if (label_on_run(c, who, a, first, LABEL_AT, f.text[k], st, clean))
                return;
        for (int k = 1; k < LABEL_FORMS; k++)
            if (label_beyond(c, who, a, first, f.text[k], st))
                return;
        struct walk w;
        for (int i = first; i <= last && walk_to(c, a, i, &w); i = w.last + 1)
            for (int k = 1; k < LABEL_FORMS; k++)
                if (label_on_run(c, who, a, i, 1, f.text[k], st, clean)
                    || (k == LABEL_FORMS - 1
                        && (label_on_run(c, who, a, i, 0, f.text[k], st, clean)
                            || label_beyond(c, who, a, i, f.text[k], st))))
                    return;
    }
}

static const char *lost_why(const struct entry *e)
{
    static const char *const why[] = { "LOST",         "LOST (chance)", "LOST (you)",
                                       "LOST (fault)", "LOST (queue)",  "LOST (cut)",
                                       "LOST (down)",  "LOST (script)" };

    return why[e->cause < sizeof why / sizeof why[0] ? e->cause : 0];
}

/* Beyond the end of what is drawn, else before it. */
static bool fate_beside(struct canvas *c, int who, const struct ladder_arrow *a,
                        const struct walk *w, int at, const char *text, enum style st)
{
    int n      = utf8_columns(text);
    int beyond = a->side ? col_of(c, 1, at + 1 + n) : at + 2;
    int before = a->side ? col_of(c, 1, at - 2) : at - 1 - n;

    if (is_free(c, who, w->row, beyond, n, true))
        write_label(c, who, w->row, beyond, text, st);
    else if (is_free(c, who, w->row, before, n, false) && at - n - 2 >= w->run)
        write_label(c, who, w->row, before, text, st);
    else
        return false;
    return true;
}

static void draw_fate(struct canvas *c, int who)
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
    int at = drawn_to(c, a);
    if (!walk_to(c, a, at, &w))
        return;
    for (int k = 0; k < 2; k++)
        if (fate_beside(c, who, a, &w, at, text[k], st))
            return;
    int n = utf8_columns(text[1]);
    for (int row = w.row + 1; row > w.row - 2; row -= 2)
        for (int col = col_of(c, a->side, at); col >= 0; col--)
            if (is_free(c, who, row, col, n, true)) {
                write_label(c, who, row, col, text[1], st);
                return;
            }
}

/* While a segment flies, its head goes around its label. */
static void redraw_head(struct canvas *c, int who)
{
    const struct ladder_arrow *a = &c->l->arrow[who];
    struct walk                w;

    if (a->points < 2 || a->sent >= c->l->spec.seen || a->ended)
        return;
    int at = drawn_to(c, a);
    if (!walk_to(c, a, at, &w))
        return;
    int back = at, on = at, first = w.run, last = w.last;
    while (back >= first && spot_at(c, w.row, col_of(c, a->side, back))
           && spot_at(c, w.row, col_of(c, a->side, back))->ink == INK_LABEL)
        back--;
    while (on <= last && spot_at(c, w.row, col_of(c, a->side, on))
           && spot_at(c, w.row, col_of(c, a->side, on))->ink == INK_LABEL)
        on++;
    if (back == at)
        return; /* it is not under a label */
    if (back < first || (on <= last && on - at < at - back))
        at = on <= last ? on : last;
    else
        at = back;
    draw_head(c, who, a, at, STYLE_ARROW);
}

/* -- Gutters.
 * -------------------------------------------------------------------------------------- */

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
    snprintf(text, sizeof text, "%s%s %s folded %s%s", w, w, span, w, w);
    int n = utf8_columns(text);
    if (n <= l->shape.left) {
        surface_text(c->s, c->in, row, 0, STYLE_DIM, text);
        return;
    }
    snprintf(text, sizeof text, "%s%s %s %s%s", w, w, span, w, w);
    n = utf8_columns(text);
    if (n <= l->shape.left)
        surface_text(c->s, c->in, row, 0, STYLE_DIM, text);
    else if (is_free(c, NOBODY, r, (c->way - n) / 2, n, false))
        write_label(c, NOBODY, r, (c->way - n) / 2, text, STYLE_DIM);
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

    if (q && q->folded) {
        draw_fold(c, r, row);
    } else {
        enum style st = future ? STYLE_FUTURE : STYLE_BORDER;
        surface_put(c->s, c->in, row, h->x0, st, glyph(g, G_VLINE));
        surface_put(c->s, c->in, row, h->x1, st, glyph(g, G_VLINE));
    }
    if (!q)
        return;
    draw_words(c, r, row, false);
    if (h->left > LADDER_TIME && !q->folded) {
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
            draw_label(&c, (int)i);
    for (size_t i = 0; i < l->arrows; i++) {
        if (l->arrow[i].points > 1)
            draw_fate(&c, (int)i);
        redraw_head(&c, (int)i);
    }
    for (int r = 0; r < c.in.rows; r++)
        draw_row(&c, top + r);
}

/* -- From the screen back to entries. -------------------------------------------------------------
 */

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
        int                        k = col_of(&c, a->side, col - l->shape.x0 - 1);
        struct walk                w;
        if (a->points > 1 && k >= 0 && walk_to(&c, a, k, &w) && w.row == r)
            return a->end != SIZE_MAX && k > last_cell(&c, a) / 2 && a->end < l->spec.seen
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
