/* SPDX-License-Identifier: MIT
 * glyph.c - the table of glyphs.
 */
#include "ui/glyph.h"

#include "base/utf8.h"

#include <assert.h>

static const char *const table[GLYPH_COUNT][3] = {
#define GLYPH(id, full, narrow, ascii) { full, narrow, ascii },
#include "ui/glyph.def"
#undef GLYPH
};

const char *glyph_text(enum glyphs level, enum glyph g)
{
    assert((unsigned)g < GLYPH_COUNT);
    assert((unsigned)level <= GLYPHS_ASCII);
    return table[g][level];
}

uint32_t glyph(enum glyphs level, enum glyph g)
{
    uint32_t ch;

    utf8_next(glyph_text(level, g), &ch);
    return ch;
}

/* What prose is written with besides letters. */
static const struct {
    uint32_t ch;
    char     ascii;
} plain[] = {
    { 0x00A0, ' ' }, { 0x00B7, '.' }, { 0x00D7, 'x' }, { 0x2010, '-' },  { 0x2011, '-' },
    { 0x2012, '-' }, { 0x2013, '-' }, { 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' },
    { 0x201C, '"' }, { 0x201D, '"' }, { 0x2022, '*' }, { 0x2026, '.' },  { 0x2190, '<' },
    { 0x2192, '>' }, { 0x2212, '-' }, { 0x2248, '~' }, { 0x2264, '<' },  { 0x2265, '>' },
    { 0x2500, '-' }, { 0x2502, '|' }, { 0x2571, '/' }, { 0x2572, '\\' }, { 0x2573, 'X' },
    { 0x25B6, '>' }, { 0x25C0, '<' }, { 0x2713, '+' }, { 0x2717, 'x' },  { 0x0110, 'D' },
    { 0x0111, 'd' }, { 0x00B5, 'u' }, { 0x03BC, 'u' }, { 0x00B0, 'o' },
};

static char ascii_of(uint32_t ch)
{
    for (unsigned i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (plain[i].ch == ch)
            return plain[i].ascii;
    return '?';
}

void surface_ascii(struct surface *s)
{
    for (int r = 0; r < s->rows; r++)
        for (int c = 0; c < s->cols; c++) {
            struct cell *x = &s->cell[r][c];
            x->mark        = 0;
            if (x->ch == 0)
                x->ch = ' ';
            else if (x->ch >= 0x7F)
                x->ch = (unsigned char)ascii_of(x->ch);
        }
}
