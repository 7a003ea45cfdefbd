/* SPDX-License-Identifier: MIT
 * view_story.c - the main view: two ends, what is between them, the ladder, the telling.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/keys.h"

#include <string.h>

/* The number at the beginning of a lesson's id, without leading zeros; "" is none. */
static const char *lesson_number(const char *id, char buf[8])
{
    int n = 0;

    while (*id == '0')
        id++;
    while (n < 4 && id[n] >= '0' && id[n] <= '9') {
        buf[n] = id[n];
        n++;
    }
    buf[n] = '\0';
    return buf;
}

static void title_right(const struct look *k, struct text *t, int cols)
{
    const struct model *m = k->m;
    char                now[32];
    int                 reached = model_reached(m, k->p);

    text_add(t, "t=%s s  ", ladder_time(k->w->now, now, sizeof now));
    text_add(t, "%s", m->playing ? glyph_text(k->g, G_PLAY) : "paused");
    if (cols >= 60)
        text_add(t, " %s", speed_table[m->speed].text);
    if (k->part->n_stop && cols >= 60)
        text_add(t, "  stop %d/%d", reached, k->part->n_stop);
}

static void part_text(const struct lesson *l, const struct look *k, struct text *t)
{
    if (l->n_part < 2)
        return;
    text_add(t, "  %d/%d", k->p->part + 1, l->n_part);
    if (k->part->title[0])
        text_add(t, " %s", k->part->title);
}

void view_title(const struct look *k, struct rect in)
{
    const struct lesson *l = k->m->lesson;
    char                 number[8], text[256], right[128];
    struct text          t = text_into(text, sizeof text), r = text_into(right, sizeof right);

    title_right(k, &r, in.cols);
    int w = utf8_columns(right);
    if (w + 2 > in.cols) {
        r = text_into(right, sizeof right);
        text_add(&r, "t=%s", ladder_time(k->w->now, text, sizeof text));
        w = utf8_columns(right);
        t = text_into(text, sizeof text);
    }
    char        part[160];
    struct text p = text_into(part, sizeof part);
    part_text(l, k, &p);
    if (in.cols >= utf8_columns(l->title) + utf8_columns(part) + w + 18)
        text_add(&t, "finwait  ");
    if (lesson_number(l->id, number)[0])
        text_add(&t, "%s ", number);
    text_add(&t, "%s", l->title);
    text_add(&t, "%s", part);
    surface_fill(k->s, in, STYLE_TITLE, ' ');
    struct rect left = { in.row, in.col + 1, 1, in.cols - w - 3 };
    if (left.cols > 0)
        surface_text(k->s, left, 0, 0, STYLE_TITLE, text);
    if (utf8_columns(text) > left.cols && left.cols > 1) /* cut: say so */
        view_cut(k, left, 0, STYLE_TITLE);
    surface_text(k->s, in, 0, in.cols - w - 1, STYLE_TITLE, right);
}

/* -- The bottom line. ------------------------------------------------------------------------ */

static void prompt_line(const struct model *m, struct surface *s, struct rect in)
{
    const struct prompt *p = &m->prompt;
    char                 before[PROMPT_BYTES];
    int                  n = p->cursor < p->len ? p->cursor : p->len;

    memcpy(before, p->text, (size_t)n);
    before[n] = '\0';
    int at    = 1 + utf8_columns(before);
    int shift = at >= in.cols ? at - in.cols + 1 : 0;
    int end   = 0;
    surface_put(s, in, 0, -shift, STYLE_KEY, (unsigned char)p->kind);
    end = 1 + surface_text(s, in, 0, 1 - shift, STYLE_PLAIN, p->text);
    surface_restyle(s, in, 0, at - shift, 1, STYLE_SELECTED);
    if (p->len == 0 && p->kind != ':')
        surface_text(s, in, 0, 4, STYLE_DIM,
                     p->kind == '?' ? "type a word to filter; Up and Down scroll; Esc leaves"
                                    : "a word in the event log; n and N find the next ones");
    end += 2;
    for (int i = 0; i < p->n_offer; i++)
        end += 2
               + surface_text(s, in, 0, end - shift, i == p->turn ? STYLE_SELECTED : STYLE_DIM,
                              p->offer[i]);
}

void view_hints(const struct model *m, struct surface *s, struct rect in)
{
    struct key_hint hint[32];
    int             col = 1;

    if (in.rows < 1)
        return;
    if (m->prompt.kind) {
        prompt_line(m, s, in);
        return;
    }
    if (m->message[0]) {
        /* A long one takes lines above as well, but never half the screen. */
        int n = prose_rows(m->message, in.cols - 2), most = m->rows / 4 > 1 ? m->rows / 4 : 1;
        n                = n > most ? most : n;
        struct rect line = { in.row + 1 - n, in.col, n, in.cols };
        surface_fill(s, line, STYLE_PLAIN, ' ');
        line.col++;
        line.cols -= 2;
        surface_prose(s, line, 0, 0, m->message_bad ? STYLE_BAD : STYLE_GOOD, m->message);
        return;
    }
    size_t n = key_hints(m, in.cols - 2, hint, 32);
    for (size_t i = 0; i < n; i++) {
        col += surface_text(s, in, 0, col, STYLE_KEY, hint[i].key) + 1;
        col += surface_text(s, in, 0, col, STYLE_DIM, hint[i].word) + 2;
    }
}

/* -- Between the ends. ----------------------------------------------------------------------- */

static void ratio_text(struct text *t, const char *name, struct ratio r)
{
    if (r.num && r.den)
        text_add(t, "%s %u%%  ", name, r.num * 100 / r.den);
}

void view_link(const struct look *k, struct rect in)
{
    enum { LINES = 5 };
    const struct path *to = &k->w->path[0][1], *from = &k->w->path[1][0];
    char               line[LINES][80];
    struct text        t[LINES];
    int                flying = 0, held = 0, n = 0;

    if (in.rows < 3 || in.cols < 10)
        return;
    for (int i = 0; i < LINES; i++)
        t[i] = text_into(line[i], sizeof line[i]);
    for (uint32_t i = 1; i <= k->w->region[REGION_PACKET].high; i++) {
        const struct packet *q = world_packet(k->w, i);
        flying += q->id && !q->held;
        held += q->id && q->held;
    }
    text_add(&t[0], "delay ");
    delay_text(&t[0], to->delay);
    if (from->delay != to->delay) {
        text_add(&t[0], ", back ");
        delay_text(&t[0], from->delay);
    }
    if (to->cut || from->cut)
        text_add(&t[1], "CUT");
    ratio_text(&t[1], "loss", to->loss);
    ratio_text(&t[1], "dup", to->dup);
    view_box_line(k, in.cols, line[2], sizeof line[2]);
    if (k->w->hosts > 2)
        text_add(&t[3], in.cols >= 18 ? "2 of %u hosts (e)" : "2 of %u", k->w->hosts);
    text_add(&t[4], "in flight %d", flying);
    if (held)
        text_add(&t[4], ", held %d", held);
    for (int i = 0; i < LINES; i++) {
        int w = utf8_columns(line[i]);
        while (w > 0 && line[i][w - 1] == ' ')
            line[i][--w] = '\0';
        n += w > 0;
    }
    int row = in.rows >= 5 && n < 5 ? 1 : 0;
    for (int i = 0; i < LINES; i++) {
        if (!line[i][0])
            continue;
        surface_text(k->s, in, row++, (in.cols - utf8_columns(line[i])) / 2,
                     i == LINES - 1 && flying ? STYLE_ARROW
                     : i == 2                 ? STYLE_LOST
                                              : STYLE_DIM,
                     line[i]);
    }
}

/* -- The main view. -------------------------------------------------------------------------- */

void view_ladder(const struct look *k, struct rect in, int *need)
{
    struct ladder_spec spec = view_ladder_spec(k, in.cols);
    struct ladder      l    = { 0 };

    ladder_layout(&l, &spec);
    if (need)
        *need = (int)l.rows + 1;
    else
        ladder_draw(&l, k->s, in, ladder_top(&l, in.rows));
    ladder_free(&l);
}

static struct layout_story story_layout(const struct look *k)
{
    const struct model *m = k->m;
    int                 need;
    bool                half = m->rows >= 34 && m->cols >= 110;
    int tell = view_tell_rows(k, half ? m->cols * 43 / 100 - 2 : m->cols) + (half ? 1 : 0);

    view_ladder(k, (struct rect){ 0, 0, 1, m->cols }, &need);
    return layout_story(m->rows, m->cols, need, tell, view_tell_asks(k));
}

void view_story(const struct model *m, struct surface *s)
{
    struct look         k = look_at(m, model_play(m), s);
    struct layout_story l = story_layout(&k);

    view_title(&k, l.title);
    for (uint32_t h = 0; h < 2 && h < k.w->hosts; h++)
        if (l.framed)
            view_end_box(&k, l.box[h], h + 1, l.tall);
        else
            view_end_line(&k, l.box[h], h + 1);
    if (l.map.rows)
        view_map(&k, l.map);
    else
        view_link(&k, l.link);
    view_ladder(&k, l.ladder, NULL);
    view_tell(&k, l.tell);
    if (l.side.rows > 2)
        view_side(&k, l.side);
    view_hints(m, s, l.hints);
}

/* -- Two parts side by side. ----------------------------------------------------------------- */

/* Rows of the telling below two ladders: a question is given what it needs. */
static int compare_tell(const struct model *m)
{
    struct look k    = look_at(m, model_play(m), NULL);
    int         most = view_tell_asks(&k) ? m->rows / 2 : 6, need = view_tell_rows(&k, m->cols);

    if (m->rows < 18)
        return m->rows >= 12 ? (view_tell_asks(&k) ? 5 : 2) : 0;
    need += m->rows >= 34 && m->cols >= 110; /* a frame has a line below as well */
    return need < 5 ? 5 : need > most ? most : need;
}

/* Where the i-th ladder is drawn: a title and two ends stand above it. */
static struct rect compare_ladder(const struct model *m, int i)
{
    int half = (m->cols - 1) / 2;

    return (struct rect){ 4, i * (half + 1), m->rows - 5 - compare_tell(m),
                          i ? m->cols - half - 1 : half };
}

void view_compare(const struct model *m, struct surface *s)
{
    struct layout_story l     = layout_story(m->rows, m->cols, m->rows, 0, false);
    int                 half  = (m->cols - 1) / 2;
    struct look         focus = look_at(m, model_play(m), s);
    int                 tell  = compare_tell(m);
    struct rect         foot  = { m->rows - 1 - tell, 0, tell, m->cols };

    view_title(&focus, l.title);
    for (int i = 0; i < 2; i++) {
        struct look k  = look_at(m, &m->play[i], s);
        struct rect in = compare_ladder(m, i), head = { 1, in.col, 3, in.cols };
        surface_printf(s, head, 0, 0, i == m->focus ? STYLE_SELECTED : STYLE_TITLE, "%s%s ",
                       i == m->focus ? glyph_text(k.g, G_SELECT) : " ",
                       k.part->title[0] ? k.part->title : k.m->lesson->title);
        for (uint32_t h = 0; h < 2 && h < k.w->hosts; h++)
            view_end_line(&k, (struct rect){ 2 + (int)h, in.col, 1, in.cols }, h + 1);
        view_ladder(&k, in, NULL);
    }
    for (int r = 1; r < m->rows - 1 - tell; r++)
        surface_put(s, (struct rect){ 0, 0, m->rows, m->cols }, r, half, STYLE_BORDER,
                    glyph(m->glyphs, G_VLINE));
    view_tell(&focus, foot);
    view_hints(m, s, l.hints);
}

/* -- Clicks. --------------------------------------------------------------------------------- */

static size_t ladder_click(const struct look *k, struct rect in, int row, int col)
{
    struct ladder_spec spec = view_ladder_spec(k, in.cols);
    struct ladder      l    = { 0 };

    if (row < in.row || row >= in.row + in.rows || col < in.col || col >= in.col + in.cols)
        return SIZE_MAX;
    ladder_layout(&l, &spec);
    size_t entry = ladder_hit(&l, ladder_top(&l, in.rows), row - in.row, col - in.col);
    ladder_free(&l);
    return entry;
}

size_t view_story_hit(const struct model *m, int row, int col, char key[16])
{
    struct look k = look_at(m, model_play(m), NULL);
    struct text t = text_into(key, 16);

    if (m->pane != PANE_STORY) {
        if (row < 2) /* the title, or the pane's name: back to the story */
            text_add(&t, "Esc");
        return SIZE_MAX;
    }
    if (m->plays == 2) {
        struct rect in = compare_ladder(m, m->focus);
        return ladder_click(&k, in, row, col);
    }
    struct layout_story l = story_layout(&k);
    if (row >= l.tell.row && row < l.tell.row + l.tell.rows && col < l.tell.col + l.tell.cols) {
        int i = view_tell_hit(&k, l.tell, row);
        if (i >= 0)
            text_add(&t, "%c", 'a' + i);
        return SIZE_MAX;
    }
    return ladder_click(&k, l.ladder, row, col);
}
