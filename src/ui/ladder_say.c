/* SPDX-License-Identifier: MIT
 * ladder_say.c - what is said in the gutters of a ladder, each on a row that has room for it.
 */
#include "ui/ladder_inside.h"

#include "base/text.h"
#include "base/utf8.h"

#include <string.h>

/* -- Words in the gutters. --------------------------------------------------------------------- */

/* Columns for words on that side of a row. */
static int room(const struct ladder *l, int side, int row)
{
    const struct ladder_row *r = &l->row[row];
    char                     text[32];
    int                      n = (side ? l->shape.right : l->shape.left) - 1;

    if (side == 0)
        n -= r->timed ? 2 + utf8_columns(ladder_time(r->at, text, sizeof text)) : 1;
    for (int i = 0; i < r->words[side]; i++)
        n -= utf8_columns(r->word[side][i].text) + 1;
    return r->words[side] == LADDER_WORDS ? 0 : n;
}

/* "close()" gives way to "close() = EBADF" when that comes at once.  True when there was such a
 * word. */
static bool forget_call(struct ladder *l, int side, int row, size_t entry)
{
    struct ladder_row  *r = &l->row[row];
    const struct entry *e = &l->spec.j->entry[entry];

    if (r->words[side] == 0 || e->kind != EVENT_RESULT)
        return false;
    const struct entry *c = &l->spec.j->entry[r->word[side][r->words[side] - 1].entry];
    if (c->kind != EVENT_CALL || c->op != e->op || c->app != e->app)
        return false;
    r->words[side]--;
    return true;
}

/* Say something on the row that the side has reached, or on a new one when there is no room. */
int ladder_words(struct layout *y, int side, const struct ladder_label *f, enum style st,
                 size_t entry, bool fresh)
{
    struct ladder *l = y->l;
    int            r = y->used[side];

    if ((side ? l->shape.right : l->shape.left) < 10)
        return r; /* no gutters: the boxes above say it */
    bool answers = forget_call(l, side, r, entry);
    for (int tries = 0; tries < 2; tries++) {
        if (tries || (fresh && (l->row[r].words[side] || l->row[r].touch[side])))
            r = ladder_place(y, side, r + 1, true);
        for (int i = 0; i < LABEL_FORMS; i++)
            if (f->text[i][0] && utf8_columns(f->text[i]) <= room(l, side, r)) {
                struct ladder_row  *row = &l->row[r];
                struct ladder_word *w   = &row->word[side][row->words[side]++];
                struct text         t   = text_into(w->text, sizeof w->text);
                text_add(&t, "%s", f->text[i]);
                w->style = (uint8_t)st;
                w->entry = entry;
                if (row->entry == SIZE_MAX)
                    row->entry = entry;
                y->used[side] = r;
                return r;
            }
    }
    if (answers)
        l->row[r].words[side]++;
    return y->used[side];
}

void ladder_say_state(struct layout *y, int side, const struct entry *e, size_t i)
{
    struct ladder_label f = { 0 };

    if (side == NO_SIDE || !ladder_moved(e))
        return;
    struct text t = text_into(f.text[0], sizeof f.text[0]);
    text_add(&t, "%s", tcp_state_name[e->after]);
    if (e->after == TCP_SYN_RECEIVED || e->after == TCP_ESTABLISHED) {
        t = text_into(f.text[1], sizeof f.text[1]); /* as in the RFC's state diagram */
        text_add(&t, "%s", e->after == TCP_ESTABLISHED ? "ESTAB" : "SYN_RCVD");
    }
    ladder_words(y, side, &f, STYLE_STATE, i, false);
}

/* A segment to or from a host without a lifeline is told in the gutter: "FIN to relay". */
void ladder_say_elsewhere(struct layout *y, const struct entry *e, size_t i, int side)
{
    struct ladder_label f = { 0 }, of = ladder_label_of(y->l->spec.j, e, false);
    const char         *name = e->peer ? y->l->spec.name[e->peer - 1] : NULL;
    const char         *dir  = e->kind == EVENT_ARRIVED ? "from" : "to";

    for (int k = 1; k < LABEL_FORMS; k++) {
        struct text t = text_into(f.text[k], sizeof f.text[k]);
        /* With its number if there is room, by its kind, or only where it goes. */
        const char *what = of.text[k < 2 ? k : 1];
        int         n    = (int)(k < 2 ? strlen(what) : strcspn(what, " "));
        if (k < LABEL_FORMS - 1 && n + HOST_NAME + 6 < LADDER_TEXT)
            text_add(&t, "%.*s %s %s", n, what, dir, name ? name : "elsewhere");
        else if (k == LABEL_FORMS - 1)
            text_add(&t, "%s %s", dir, name ? name : "else");
    }
    ladder_words(y, side, &f, STYLE_ARROW, i, true);
    y->l->row_of[i] = y->used[side];
}

/* What a program prints, as it prints it; what is too long for the gutter ends in dots. */
void ladder_say_print(struct layout *y, int side, const struct entry *e, size_t i)
{
    struct ladder      *l = y->l;
    struct ladder_label f = { 0 };
    char                text[200];
    struct text         t    = text_into(f.text[0], sizeof f.text[0]);
    int                 cols = (side ? l->shape.right : l->shape.left) - 12, n = 0;

    journal_text(l->spec.j, e, text, sizeof text);
    if (cols > LADDER_TEXT - 6)
        cols = LADDER_TEXT - 6;
    if (cols < 8 || (int)strlen(text) != utf8_columns(text))
        return; /* only what can be cut anywhere */
    while (text[n] && n < cols)
        n++;
    while (text[n] && n > 8 && text[n - 1] != ' ')
        n--; /* between words */
    while (text[n] && n > 0 && text[n - 1] == ' ')
        n--;
    text_add(&t, "\"%.*s%s\"", n, text, text[n] ? ".." : "");
    ladder_words(y, side, &f, STYLE_DIM, i, false);
}

/* What somebody did, on the side of the host that it concerns, else on the right. */
void ladder_say_deed(struct layout *y, const struct entry *e, size_t i, int side)
{
    struct ladder_label f;

    if (ladder_deed(y->l->spec.j, e, &f))
        ladder_words(y, side == NO_SIDE ? 1 : side, &f, STYLE_LOST, i, true);
    y->l->row_of[i] = y->used[side == NO_SIDE ? 1 : side];
}
