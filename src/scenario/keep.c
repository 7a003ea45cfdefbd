/* SPDX-License-Identifier: MIT
 * keep.c - memory of a lesson: pieces that are freed together; and lines of blocks. */
#include "scenario/keep.h"

#include <stdlib.h>
#include <string.h>

struct keep_piece {
    struct keep_piece *next;
    max_align_t        bytes[];
};

void *keep_bytes(struct keep *k, size_t n)
{
    size_t             cap   = 0;
    struct keep_piece *piece = grow(NULL, &cap, sizeof *piece + n, 1);

    piece->next = k->first;
    k->first    = piece;
    return piece->bytes;
}

char *keep_text(struct keep *k, const char *s, size_t n)
{
    char *to = keep_bytes(k, n + 1);

    memcpy(to, s, n);
    return to;
}

void keep_free(struct keep *k)
{
    while (k->first) {
        struct keep_piece *next = k->first->next;

        free(k->first);
        k->first = next;
    }
}

struct lines lines_of(const struct item *block)
{
    return (struct lines){ .p = block->text, .line = block->line };
}

bool lines_next(struct lines *l)
{
    if (!*l->p)
        return false;
    size_t n    = strcspn(l->p, "\n");
    l->too_long = n >= sizeof l->buf;
    size_t fits = l->too_long ? sizeof l->buf - 1 : n;
    memcpy(l->buf, l->p, fits);
    l->buf[fits] = '\0';
    l->p += n + (l->p[n] == '\n');
    l->line++;
    return true;
}
