/* SPDX-License-Identifier: MIT
 * telling.h - searching a journal, and repeating a history.  Not for other modules.
 */
#ifndef FW_SCENARIO_TELLING_H
#define FW_SCENARIO_TELLING_H

#include "scenario/lesson.h"

enum { STORY_EVENTS = 1000000 }; /* a story that is longer does not end */

/* The first entry in [from, end) that matches; its nth is counted from the beginning. */
size_t match_find(const struct match *m, const struct journal *j, size_t from, size_t end);

/* A fresh history in which the same was done, and which stands at the same moment. */
struct history *history_again(const struct setup *s, const struct history *h);

/* On to just after that event, and to that time; false when the world goes another way. */
bool history_reach(struct history *h, uint64_t event, vtime at);

#endif
