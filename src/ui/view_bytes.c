/* SPDX-License-Identifier: MIT
 * view_bytes.c - the selected segment: its bytes, and what each of them means.
 */
#include "ui/view_inside.h"

#include "base/text.h"

#include <string.h>

enum { FIELDS = 64, OFFSET = 6, HEX_ROWS = 200 };

/* The entry that has the bytes: what was selected, or the sending of the same segment. */
static const struct entry *with_bytes(const struct look *k)
{
    if (k->sel >= k->j->len)
        return NULL;
    const struct entry *e = &k->j->entry[k->sel];
    if (e->n_wire)
        return e;
    for (size_t i = k->j->len; e->packet && i-- > 0;)
        if (k->j->entry[i].n_wire
            && (k->j->entry[i].packet == e->packet || k->j->entry[i].packet == e->parent))
            return &k->j->entry[i];
    /* A call or a clock shows the segment that came of it at the same moment. */
    for (size_t i = k->sel; i < k->j->len && k->j->entry[i].at == e->at; i++)
        if (k->j->entry[i].n_wire && !e->packet)
            return &k->j->entry[i];
    return NULL;
}

/* Neighbouring fields are told apart by two styles; text beyond the headers has its own. */
static enum style byte_style(const struct wire_field *f, size_t n, unsigned at)
{
    for (size_t i = 0; i < n; i++)
        if (at * 8 >= f[i].bit / 8 * 8u && at * 8 < (unsigned)f[i].bit + f[i].len)
            return i % 2 ? STYLE_CODE : STYLE_PLAIN;
    return STYLE_APP;
}

static int hex(const struct look *k, struct rect in, int skip, const uint8_t *b, unsigned n,
               const struct wire_field *f, size_t fields, unsigned a_row)
{
    int row = -skip;

    for (unsigned at = 0; at < n; at += a_row, row++) {
        surface_printf(k->s, in, row, 0, STYLE_DIM, "%04x", at);
        for (unsigned i = 0; i < a_row && at + i < n; i++) {
            enum style st = byte_style(f, fields, at + i);
            surface_printf(k->s, in, row, OFFSET + (int)i * 3 + (int)(i / 8), st, "%02x",
                           b[at + i]);
        }
    }
    return row + skip;
}

/* Returns the rows that it took: a value that is too long goes on below. */
static int field(const struct look *k, struct rect in, int row, const struct wire_field *f,
                 size_t i, int names)
{
    struct rect name = { in.row, in.col + 4, in.rows, names - 1 };
    char        text[64];

    surface_printf(k->s, in, row, 0, STYLE_DIM, "%3u", f->bit / 8u);
    /* In the narrow column the addresses do with one word. */
    struct text t    = text_into(text, sizeof text);
    size_t      n    = strlen(f->name);
    bool        tail = n > 8 && (int)n > names - 1 && strcmp(f->name + n - 8, " Address") == 0;
    text_add(&t, "%.*s", (int)(tail ? n - 8 : n), f->name);
    surface_text(k->s, name, row, 0, i % 2 ? STYLE_CODE : STYLE_PLAIN, text);
    struct rect value = { in.row, in.col + 4 + names, in.rows, in.cols - 4 - names };
    int         rows  = surface_prose(k->s, value, row, 0, STYLE_EMPH, f->value);
    return rows > 0 ? rows : 1;
}

int view_bytes(const struct look *k, struct rect in, int skip)
{
    const struct entry *e = with_bytes(k);
    struct wire_field   f[FIELDS];

    if (!e) {
        surface_prose(
            k->s, in, 0, 0, STYLE_DIM,
            "No segment is selected. Select one with Up and Down: here are its bytes, as they "
            "cross the wire, and what each of them means.");
        return 3;
    }
    const uint8_t *b = k->j->wire + e->wire;
    size_t         n = wire_fields(b, e->n_wire, f, FIELDS);
    if (n > FIELDS)
        n = FIELDS;
    unsigned a_row = in.cols >= 100 ? 16 : in.cols >= 70 ? 8 : 4;
    int      width = OFFSET + (int)a_row * 3 + (int)(a_row / 8) + (in.cols >= 70 ? 4 : 1);
    int      rows =
        hex(k, (struct rect){ in.row, in.col, in.rows, width }, skip, b, e->n_wire, f, n, a_row);
    size_t      tcp   = 0; /* the first field of the TCP (or ICMP) header */
    struct rect right = { in.row, in.col + width, in.rows, in.cols - width };
    struct rect left  = { in.row, in.col, in.rows, width - 1 };
    while (tcp < n && strcmp(f[tcp].name, "Source Port") != 0 && strcmp(f[tcp].name, "Type") != 0)
        tcp++;
    if (in.cols < 70 || tcp == n)
        tcp = 0; /* all in one column */
    int at[2] = { rows + (tcp ? 1 : 0), 0 };
    for (size_t i = 0; i < tcp; i++)
        at[0] += field(k, left, at[0] - skip, &f[i], i, 16);
    for (size_t i = tcp; i < n; i++)
        at[1] += field(k, right, at[1] - skip, &f[i], i, right.cols >= 40 ? 23 : right.cols / 2);
    return at[0] > at[1] ? at[0] : at[1];
}
