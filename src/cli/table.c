/* SPDX-License-Identifier: MIT
 * table.c - a table for people: aligned columns on a terminal, Markdown in a file. */
#include "cli/table.h"

#include "base/text.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 600 };

static void add(struct table *t, const char *text)
{
    t->cell     = grow(t->cell, &t->cap, t->rows + 1, sizeof *t->cell);
    size_t n    = strlen(text) + 1;
    char  *copy = malloc(n);
    if (!copy)
        abort();
    t->cell[t->rows++] = memcpy(copy, text, n);
}

struct table table_new(const char *head, ...)
{
    struct table t = { 0 };
    va_list      ap;

    va_start(ap, head);
    for (const char *h = head; h; h = va_arg(ap, const char *)) {
        add(&t, h);
        t.cols++;
    }
    va_end(ap);
    assert(t.cols > 0);
    assert(t.cols <= TABLE_COLS);
    return t;
}

void table_add(struct table *t, const char *fmt, ...)
{
    char    cell[CELL_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(cell, sizeof cell, fmt, ap);
    va_end(ap);
    add(t, cell);
}

/* In Markdown a bar ends a cell unless it is escaped. */
static void print_cell(FILE *f, const char *text, int width, bool markdown)
{
    int col = utf8_columns(text);

    for (const char *p = text; *p; p++) {
        if (markdown && *p == '|') {
            fputc('\\', f);
            col++;
        }
        fputc(*p, f);
    }
    fprintf(f, "%*s", width > col ? width - col : 0, "");
}

static int width_of(const char *text, bool markdown)
{
    int w = utf8_columns(text);

    for (const char *p = text; markdown && *p; p++)
        w += *p == '|';
    return w;
}

void table_print(struct table *t, FILE *f, bool markdown)
{
    int    width[TABLE_COLS] = { 0 };
    size_t lines             = t->rows / (size_t)t->cols;

    assert(t->rows % (size_t)t->cols == 0);
    for (size_t i = 0; i < t->rows; i++) {
        int w = width_of(t->cell[i], markdown), c = (int)(i % (size_t)t->cols);
        width[c] = w > width[c] ? w : width[c];
    }
    for (size_t r = 0; r < lines; r++) {
        for (int c = 0; c < t->cols; c++) {
            bool last = c == t->cols - 1;
            fputs(markdown ? c ? " | " : "| " : c ? "  " : "", f);
            print_cell(f, t->cell[r * (size_t)t->cols + (size_t)c],
                       last && !markdown ? 0 : width[c], markdown);
        }
        fputs(markdown ? " |\n" : "\n", f);
        for (int c = 0; r == 0 && markdown && c < t->cols; c++) {
            fputs(c ? "-|-" : "|-", f);
            for (int i = 0; i < width[c]; i++)
                fputc('-', f);
        }
        if (r == 0 && markdown)
            fputs("-|\n", f);
    }
    for (size_t i = 0; i < t->rows; i++)
        free(t->cell[i]);
    free(t->cell);
    *t = (struct table){ 0 };
}
