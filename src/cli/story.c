/* SPDX-License-Identifier: MIT
 * story.c - one part of a lesson, run without a screen. */
#include "cli/story.h"

struct history *story_open(const struct cli *c, const struct found *f, int part, int *status)
{
    struct history *h    = history_new(&f->lesson->part[part].setup);
    struct fail     fail = { 0 };

    *status = EXIT_FINE;
    if (f->is_session && !session_replay(&f->session, h, &fail)) {
        *status = cli_fail_at(c, EXIT_LESSON, &fail);
        history_free(h);
        return NULL;
    }
    return h;
}

vtime story_until(const struct part *p) { return p->until > 0 ? p->until : VTIME_NEVER; }

bool story_run(const struct part *p, struct history *h, vtime at)
{
    vtime until = story_until(p), limit = SEC(3600) * RUN_HOURS;

    if (at < until)
        until = at;
    for (uint64_t n = 0; n < RUN_EVENTS; n++) {
        vtime next = world_next(history_world(h));
        if (next == VTIME_NEVER || next > until || next > limit) {
            /* Time itself goes on to a moment that was named, not to the end of all time. */
            if (until < limit && until > history_world(h)->now)
                history_run(h, until, 0);
            return true;
        }
        history_step(h, next);
    }
    return false;
}
