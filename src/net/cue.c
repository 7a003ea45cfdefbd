/* SPDX-License-Identifier: MIT
 * cue.c - the script: commands that wait for a time, or for something to happen.
 *
 * A cue that saw what it waited for does not act at once, in the middle of somebody else's event:
 * it sets an alarm, for now or `after` later, and acts as an event of its own.  Each acts once.
 */
#include "net/inside.h"

#include <assert.h>

void cue_init(struct world *w)
{
    for (uint32_t i = 1; i <= w->region[REGION_CUE].high; i++) {
        struct cue *c = world_cue(w, i);

        assert(c->alarm == 0);
        assert(c->fired == 0);
        if (c->at != VTIME_NEVER)
            alarm_set(w, &c->alarm, c->at, ALARM_CUE, i);
    }
}

void cue_see(struct world *w, const struct entry *e, const struct told *more)
{
    for (uint32_t i = 1; i <= w->region[REGION_CUE].high; i++) {
        struct cue *c = world_cue(w, i);

        if (c->fired || c->at != VTIME_NEVER || !told_match(e, more, &c->on))
            continue;
        c->seen++;
        if (c->seen < c->on.nth)
            continue;
        c->fired = 1;
        alarm_set(w, &c->alarm, w->now + c->after, ALARM_CUE, i);
    }
}

void cue_alarm(struct world *w, struct journal *j, uint32_t cue)
{
    struct cue *c = world_cue(w, cue);

    assert(c->alarm == 0);
    c->fired = 1;
    command_do(w, j, &c->cmd, CAUSE_SCRIPT);
}
