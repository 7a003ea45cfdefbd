/* SPDX-License-Identifier: MIT
 * near.h - "did you mean ...?"
 */
#ifndef FW_CLI_NEAR_H
#define FW_CLI_NEAR_H

#include <stddef.h>

/* How many letters must be added, left out, changed or swapped to make one word of the other. */
unsigned near_distance(const char *a, const char *b);

/* Looks at names one by one and keeps the nearest to `word`. */
struct near {
    const char *word, *best;
    unsigned    distance;
};

struct near near_to(const char *word);
void        near_try(struct near *n, const char *name);

/* The nearest, if it is near enough that it may have been meant; else NULL. */
const char *near_best(const struct near *n);

#endif
