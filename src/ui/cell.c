/* SPDX-License-Identifier: MIT
 * cell.c - a screen as data: writing cells, and writing them out.
 */
#include "ui/cell.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>

enum { PRINTF_BYTES = 1024 };

const char style_letter[STYLE_COUNT] = {
#define STYLE(id, letter, what) letter,
#include "ui/style.def"
#undef STYLE
};

void surface_clear(struct surface *s, int rows, int cols)
{
    assert(rows >= 0 && rows <= SURFACE_ROWS);
    assert(cols >= 0 && cols <= SURFACE_COLS);
    s->rows = rows;
    s->cols = cols;
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < cols; c++)
            s->cell[r][c] = (struct cell){ .ch = ' ', .style = STYLE_PLAIN };
}

/* The cell at (row, col) of the rect, or NULL where the rect or the surface ends. */
static struct cell *cell_at(struct surface *s, struct rect in, int row, int col)
{
    if (row < 0 || row >= in.rows || col < 0 || col >= in.cols)
        return NULL;
    row += in.row;
    col += in.col;
    if (row < 0 || row >= s->rows || col < 0 || col >= s->cols)
        return NULL;
    return &s->cell[row][col];
}

/* A wide character of which one half is overwritten leaves a blank, not half a character. */
static void unpair(struct surface *s, struct cell *c)
{
    struct cell *first = &s->cell[0][0];
    long         col   = (long)(c - first) % SURFACE_COLS;

    if (c->ch == 0 && col > 0)
        c[-1] = (struct cell){ .ch = ' ', .style = c[-1].style };
    else if (col + 1 < s->cols && c[1].ch == 0)
        c[1] = (struct cell){ .ch = ' ', .style = c[1].style };
}

static void set(struct surface *s, struct cell *c, enum style st, uint32_t ch)
{
    assert((unsigned)st < STYLE_COUNT);
    unpair(s, c);
    *c = (struct cell){ .ch = ch, .style = (uint8_t)st };
}

/* One character of width w; a wide one that the edge would halve becomes a blank. */
static void put(struct surface *s, struct rect in, int row, int col, enum style st, uint32_t ch,
                int w)
{
    struct cell *c = cell_at(s, in, row, col);

    if (!c)
        return;
    if (w < 2) {
        set(s, c, st, ch);
        return;
    }
    struct cell *half = cell_at(s, in, row, col + 1);
    if (!half) {
        set(s, c, st, ' ');
        return;
    }
    set(s, half, st, ' ');
    set(s, c, st, ch);
    half->ch = 0;
}

int surface_text(struct surface *s, struct rect in, int row, int col, enum style st,
                 const char *utf8)
{
    int      at = col;
    uint32_t ch;

    for (utf8 = utf8_next(utf8, &ch); ch; utf8 = utf8_next(utf8, &ch)) {
        int w = utf8_width(ch);
        if (ch < ' ' || ch == 0x7F) {
            ch = ' '; /* a control character must not reach the terminal */
            w  = 1;
        }
        if (w == 0) {
            struct cell *c = cell_at(s, in, row, at - 1);
            if (c && at > col && c->mark == 0)
                c->mark = ch;
            continue;
        }
        put(s, in, row, at, st, ch, w);
        at += w;
    }
    return at - col;
}

int surface_printf(struct surface *s, struct rect in, int row, int col, enum style st,
                   const char *fmt, ...)
{
    char    line[PRINTF_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    return surface_text(s, in, row, col, st, line);
}

void surface_put(struct surface *s, struct rect in, int row, int col, enum style st, uint32_t ch)
{
    put(s, in, row, col, st, ch, utf8_width(ch));
}

void surface_fill(struct surface *s, struct rect in, enum style st, uint32_t ch)
{
    for (int r = 0; r < in.rows; r++)
        for (int c = 0; c < in.cols; c++)
            put(s, in, r, c, st, ch, 1);
}

void surface_restyle(struct surface *s, struct rect in, int row, int col, int n, enum style st)
{
    assert((unsigned)st < STYLE_COUNT);
    for (int i = 0; i < n; i++) {
        struct cell *c = cell_at(s, in, row, col + i);
        if (c)
            c->style = (uint8_t)st;
    }
}

/* -- Out. ---------------------------------------------------------------------------------- */

static void write_char(uint32_t ch, FILE *f)
{
    char   b[4];
    size_t n = utf8_put(ch, b);

    fwrite(b, 1, n, f);
}

static void write_row(const struct surface *s, int r, FILE *f)
{
    int end = s->cols;

    while (end > 0 && s->cell[r][end - 1].ch == ' ' && s->cell[r][end - 1].mark == 0)
        end--;
    for (int c = 0; c < end; c++) {
        const struct cell *x = &s->cell[r][c];
        if (x->ch == 0)
            continue;
        write_char(x->ch, f);
        if (x->mark)
            write_char(x->mark, f);
    }
}

void surface_write(const struct surface *s, FILE *f)
{
    for (int r = 0; r < s->rows; r++) {
        write_row(s, r, f);
        putc('\n', f);
    }
}

void surface_dump(const struct surface *s, FILE *f)
{
    fprintf(f, "%dx%d\n", s->cols, s->rows);
    for (int r = 0; r < s->rows; r++) {
        putc('|', f);
        write_row(s, r, f);
        putc('\n', f);
    }
    for (int r = 0; r < s->rows; r++) {
        putc(':', f);
        for (int c = 0; c < s->cols; c++)
            putc(style_letter[s->cell[r][c].style], f);
        putc('\n', f);
    }
}
