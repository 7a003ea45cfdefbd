/* SPDX-License-Identifier: MIT
 * prose.c - text broken into lines, with light markup.
 *
 * Blank lines part paragraphs; within one, a line break is a space, unless the next line is a list
 * item.  List items hang by the width of their mark.  A line indented by four is code and is kept
 * as it is.
 */
#include "ui/cell.h"

#include "base/utf8.h"

#include <string.h>

enum { WORD = 200 };

struct pen {
    struct surface *s; /* NULL: only count */
    struct rect     in;
    int             first, skip; /* row of the rect where line 0 would go; lines not shown */
    int             line, col, indent;
    bool            fresh; /* nothing on this line yet but the indent */
    enum style      base;
    bool            emph, code;
    struct {
        uint32_t ch;
        uint8_t  style;
    } word[WORD];
    int len, width;
};

static void pen_char(struct pen *p, uint32_t ch, enum style st)
{
    char text[5] = { 0 };

    utf8_put(ch, text);
    if (p->s && p->line >= p->skip) {
        int row = p->first + p->line - p->skip;
        /* A mark has no column of its own: it joins the character before it. */
        if (utf8_width(ch) == 0 && p->col > 0 && row >= 0 && row < p->in.rows) {
            int r = p->in.row + row, c = p->in.col + p->col - 1;
            if (r >= 0 && r < p->s->rows && c >= 0 && c < p->s->cols && p->col <= p->in.cols)
                p->s->cell[r][c].mark = ch;
        } else {
            surface_text(p->s, p->in, row, p->col, st, text);
        }
    }
    p->col += utf8_width(ch);
}

static void pen_newline(struct pen *p)
{
    p->line++;
    p->col   = p->indent;
    p->fresh = true;
}

static void pen_flush(struct pen *p)
{
    if (p->len == 0)
        return;
    int space = p->fresh ? 0 : 1;
    if (!p->fresh && p->col + space + p->width > p->in.cols) {
        pen_newline(p);
        space = 0;
    }
    p->col += space;
    for (int i = 0; i < p->len; i++) {
        int w = utf8_width(p->word[i].ch);
        if (p->col + w > p->in.cols && p->col > p->indent)
            pen_newline(p); /* longer than a line: cut where the line ends */
        pen_char(p, p->word[i].ch, (enum style)p->word[i].style);
    }
    p->fresh = false;
    p->len = p->width = 0;
}

static void pen_add(struct pen *p, uint32_t ch)
{
    if (p->len == WORD)
        pen_flush(p);
    p->word[p->len].ch      = ch;
    p->word[p->len++].style = (uint8_t)(p->code ? STYLE_CODE : p->emph ? STYLE_EMPH : p->base);
    p->width += utf8_width(ch);
}

/* The columns of the list mark at p ("- ", "12. "), or 0. */
static int list_mark(const char *p)
{
    if ((*p == '-' || *p == '*') && p[1] == ' ')
        return 2;
    int n = 0;
    while (n < 3 && p[n] >= '0' && p[n] <= '9')
        n++;
    return n > 0 && (p[n] == '.' || p[n] == ')') && p[n + 1] == ' ' ? n + 2 : 0;
}

static const char *code_line(struct pen *p, const char *at)
{
    uint32_t ch;

    for (at += 4; *at && *at != '\n';) {
        at = utf8_next(at, &ch);
        pen_char(p, ch, STYLE_CODE);
    }
    p->fresh = false;
    return at;
}

/* What stands at the beginning of a source line; returns where its text goes on. */
static const char *line_start(struct pen *p, const char *at)
{
    if (*at == '\n') { /* paragraph */
        pen_flush(p);
        p->indent = 0;
        p->emph = p->code = false;
        if (!p->fresh)
            pen_newline(p);
        if (at[1] && at[1] != '\n')
            pen_newline(p);
        return at;
    }
    if (strncmp(at, "    ", 4) == 0) {
        pen_flush(p);
        p->indent = 0;
        if (!p->fresh)
            pen_newline(p);
        p->col = 0;
        return code_line(p, at);
    }
    int mark = list_mark(at);
    if (mark) {
        pen_flush(p);
        p->indent = 0;
        if (!p->fresh)
            pen_newline(p);
        p->col = 0;
        for (int i = 0; i < mark; i++)
            pen_char(p, (unsigned char)at[i], p->base);
        p->indent = mark < p->in.cols / 2 ? mark : 0;
        p->fresh  = true;
        return at + mark;
    }
    return at;
}

static bool blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\0'; }

static int prose(struct pen *p, const char *at)
{
    const char *begin = at;
    uint32_t    ch;

    p->fresh = true;
    while (*at == '\n')
        at++;
    at = line_start(p, at);
    while (*at) {
        if (*at == '\n') {
            pen_flush(p);
            at = line_start(p, at + 1);
        } else if (*at == ' ' || *at == '\t' || *at == '\r') {
            pen_flush(p);
            at++;
        } else if (*at == '`') {
            p->code = !p->code;
            at++;
        } else if (*at == '*' && !p->code
                   && (p->emph || (!blank(at[1]) && (at == begin || !blank(at[1]))))) {
            while (at[1] == '*')
                at++;
            p->emph = !p->emph;
            at++;
        } else {
            at = utf8_next(at, &ch);
            pen_add(p, ch);
        }
    }
    pen_flush(p);
    return p->line + (p->fresh ? 0 : 1);
}

int surface_prose(struct surface *s, struct rect in, int row, int skip, enum style st,
                  const char *utf8)
{
    struct pen p = { .s = s, .in = in, .first = row, .skip = skip, .base = st };

    if (in.cols < 1)
        return 0;
    int n = prose(&p, utf8) - skip;
    return n > 0 ? n : 0;
}

int prose_rows(const char *utf8, int cols)
{
    struct pen p = { .in = { .rows = 1, .cols = cols } };

    return cols < 1 ? 0 : prose(&p, utf8);
}
