/* SPDX-License-Identifier: MIT
 * story.h - one part of a lesson, run without a screen.
 */
#ifndef FW_CLI_STORY_H
#define FW_CLI_STORY_H

#include "cli/find.h"

/* A story that has nothing more to tell may still tick for ever (a zero-window probe does).  So it
 * is over after so many events, and after so much virtual time. */
enum { RUN_EVENTS = 1000 * 1000, RUN_HOURS = 24 };

/* The history of a part, from its beginning; what a session did has been done.  NULL when the
 * session cannot be replayed: *status says so and c->err why. */
struct history *story_open(const struct cli *c, const struct found *f, int part, int *status);

/* When the story is over: the part's `until`; VTIME_NEVER when it is over once nothing is due. */
vtime story_until(const struct part *p);

/* On to the end of the story; at most to `at`.  False when RUN_EVENTS were not enough. */
bool story_run(const struct part *p, struct history *h, vtime at);

#endif
