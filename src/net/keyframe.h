/* SPDX-License-Identifier: MIT
 * keyframe.h - worlds kept along the way, so that going back need not begin at the beginning.
 *
 * Private to history.c.  A keyframe is always taken just after an event.  They are dense around the
 * present and thin out with the distance from it; their number and their bytes are bounded.
 */
#ifndef FW_NET_KEYFRAME_H
#define FW_NET_KEYFRAME_H

#include "net/history.h"

enum { KEYFRAME_BYTES = 128 * 1024 * 1024 }; /* of one branch; two are kept even so */

struct keyframe {
    uint64_t    event;
    vtime       at;
    struct blob world;
};

struct keyframes { /* in order of event */
    int             n;
    bool            rooted; /* the first one is the beginning and must stay */
    struct keyframe key[HISTORY_KEYS];
};

/* Keep this moment; another one goes if there is no room. */
void keyframes_add(struct keyframes *k, const struct world *w);

/* The last one at or before both the event and the time; NULL is none. */
const struct keyframe *keyframes_before(const struct keyframes *k, uint64_t event, vtime at);

/* Let go of all but about n. */
void keyframes_thin(struct keyframes *k, int n, uint64_t present);
void keyframes_free(struct keyframes *k);

#endif
