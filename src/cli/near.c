/* SPDX-License-Identifier: MIT
 * near.c - "did you mean ...?": the edit distance with swaps (optimal string alignment). */
#include "cli/near.h"

#include <limits.h>
#include <string.h>

enum { NEAR_MAX = 64 }; /* letters of a word that are compared */

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

unsigned near_distance(const char *a, const char *b)
{
    size_t   n = strlen(a), m = strlen(b);
    unsigned row[3][NEAR_MAX + 1]; /* of the table: two before, one before, this */

    if (n > NEAR_MAX || m > NEAR_MAX)
        return UINT_MAX;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned changed = last[j - 1] + (a[i - 1] != b[j - 1]);
            now[j]           = least(changed, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

struct near near_to(const char *word)
{
    return (struct near){ .word = word, .best = NULL, .distance = UINT_MAX };
}

void near_try(struct near *n, const char *name)
{
    unsigned d = near_distance(n->word, name);

    /* A word that somebody began, or remembered the middle of, is nearer than any slip. */
    if (strlen(n->word) >= 3 && strstr(name, n->word))
        d = 1;
    if (d < n->distance) {
        n->distance = d;
        n->best     = name;
    }
}

const char *near_best(const struct near *n)
{
    unsigned enough = (unsigned)(strlen(n->word) + 2) / 3;

    return n->best && n->distance <= enough ? n->best : NULL;
}
