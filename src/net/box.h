/* SPDX-License-Identifier: MIT
 * box.h - how the way asks what stands in its middle.  Private to src/net.
 */
#ifndef FW_NET_BOX_H
#define FW_NET_BOX_H

#include "net/inside.h"

struct verdict {
    uint32_t does;           /* enum box_does */
    uint32_t reason, detail; /* as in struct packet */
};

/* What becomes of a segment that is about to leave on this path.  Counts, and keeps the flows up to
 * date. */
struct verdict box_judge(struct world *w, const struct entry *e, const struct told *more,
                         const struct endpoint *from, const struct endpoint *to, size_t bytes);

/* A box begins to remember: conversations between these two that exist are known to it as of now.
 */
void box_learn(struct world *w, uint32_t a, uint32_t b);

/* What it does with forgotten flows has changed: alarms of those between these two are set anew. */
void box_rearm(struct world *w, uint32_t a, uint32_t b);

/* Congestion is experienced: the datagram is marked, if its sender takes marks (RFC 3168 5). */
void box_mark(uint8_t *bytes);

/* The packet has died in the box: say so to its sender, if that is what the box does. */
void box_answer(struct world *w, struct journal *j, const struct packet *p);

#endif
