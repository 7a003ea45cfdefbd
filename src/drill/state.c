/* SPDX-License-Identifier: MIT
 * state.c - the connection table for those who look at a socket from outside.
 *
 * The file named by FINWAIT_STATE_FILE holds what ss would print, one row a connection, and is
 * rewritten each time that a row comes, goes or changes. */
#include "drill/adapter.h"
#include "drill/stack.h"
#include "net/ss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 256 };

/* A timer's time left changes with every look: only what else changes is news. */
static bool same(const struct ss_row *a, const struct ss_row *b)
{
    return a->state == b->state && a->recv_q == b->recv_q && a->send_q == b->send_q
           && a->serial == b->serial && a->life == b->life && a->timer == b->timer
           && a->retries == b->retries && a->orphan == b->orphan
           && memcmp(&a->local, &b->local, sizeof a->local) == 0
           && memcmp(&a->peer, &b->peer, sizeof a->peer) == 0;
}

void state_file(struct stack *s)
{
    static struct ss_row before[ROWS], now[ROWS];
    static size_t        had  = SIZE_MAX;
    const char          *name = getenv("FINWAIT_STATE_FILE");
    char                 line[200], part[1024];

    if (name == NULL || *name == '\0')
        return;
    size_t n    = ss_rows(stack_world(s), 1, now, ROWS);
    bool   news = n != had;
    if (n > ROWS)
        n = ROWS;
    for (size_t i = 0; i < n && !news; i++)
        news = !same(&before[i], &now[i]);
    if (!news)
        return;
    had = n;
    memcpy(before, now, n * sizeof now[0]);
    /* Whoever reads sees the old table or the new one, never half of one. */
    if (snprintf(part, sizeof part, "%s.part", name) >= (int)sizeof part)
        return;
    FILE *f = fopen(part, "w");
    if (f == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        fprintf(f, "%s\n", ss_text(&now[i], false, line, sizeof line));
    if (fclose(f) == 0)
        rename(part, name);
}
