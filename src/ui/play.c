/* SPDX-License-Identifier: MIT
 * play.c - moving one part of a lesson on and back in virtual time. */
#include "ui/play.h"

#include <string.h>

enum {
    QUIET_EVENTS = 10000, /* events without an entry that one step may pass */
    END_EVENTS   = 50000, /* events that "to the end" may pass where the story has none */
};

void play_open(struct play *p, const struct part *part, int index)
{
    memset(p, 0, sizeof *p);
    p->h        = history_new(&part->setup);
    p->part     = index;
    p->selected = SIZE_MAX;
    p->marked   = SIZE_MAX;
    for (int i = 0; i < LESSON_STOPS; i++)
        p->answer[i] = p->right[i] = -1;
}

void play_close(struct play *p)
{
    if (p->h)
        history_free(p->h);
    memset(p, 0, sizeof *p);
}

static vtime now(const struct play *p) { return history_world(p->h)->now; }

vtime play_next(const struct play *p)
{
    const struct journal *j    = history_journal(p->h);
    size_t                seen = history_seen(p->h);
    vtime                 next = world_next(history_world(p->h));

    if (seen < j->len && j->entry[seen].at < next)
        next = j->entry[seen].at; /* what somebody did, when time is turned back */
    return next;
}

bool play_in_flight(const struct play *p)
{
    const struct world *w = history_world(p->h);

    for (uint32_t i = 1; i <= w->region[REGION_PACKET].high; i++)
        if (world_packet(w, i)->id != 0 && !world_packet(w, i)->held)
            return true;
    return false;
}

vtime play_until(const struct model *m, const struct play *p)
{
    vtime until = model_part(m, p)->until;

    return until <= 0 || strcmp(m->lesson->id, "sandbox") == 0 ? VTIME_NEVER : until;
}

/* -- Stops -------------------------------------------------------------------------- */

bool play_halted(const struct model *m, const struct play *p)
{
    return model_reached(m, p) > p->passed;
}

void play_pass(const struct model *m, struct play *p)
{
    if (!play_halted(m, p))
        return;
    if (p->answer[p->passed] == -1 && model_part(m, p)->stop[p->passed].kind == STOP_ASK)
        p->answer[p->passed] = -2;
    p->passed++;
}

static void pass_all(const struct model *m, struct play *p)
{
    while (play_halted(m, p))
        play_pass(m, p);
}

/* The stop that will come next, if it is one of time and not of an event: when. */
static vtime next_stop_at(const struct model *m, const struct play *p)
{
    const struct part *part = model_part(m, p);
    int                k    = model_reached(m, p);

    return k < part->n_stop && part->stop[k].at >= 0 ? part->stop[k].at : VTIME_NEVER;
}

vtime play_due(const struct model *m, const struct play *p)
{
    vtime next = play_next(p), stop = next_stop_at(m, p);

    return next < stop ? next : stop;
}

bool play_over(const struct model *m, const struct play *p)
{
    const struct part *part = model_part(m, p);

    if (play_until(m, p) == VTIME_NEVER)
        return false;
    if (now(p) >= play_until(m, p))
        return true;
    for (int k = 0; k < part->n_stop; k++)
        if (part->stop[k].kind == STOP_GOAL && p->right[k] != 1)
            return false;
    return history_seen(p->h) > 0 && p->passed == part->n_stop && play_due(m, p) == VTIME_NEVER;
}

void play_settle(const struct model *m, struct play *p)
{
    int    reached = model_reached(m, p);
    size_t len     = history_journal(p->h)->len;

    if (p->passed > reached)
        p->passed = reached;
    for (int k = p->passed; k < LESSON_STOPS; k++)
        if (p->answer[k] == -2)
            p->answer[k] = -1; /* a skipped question is asked again */
    if (p->selected >= len)
        p->selected = SIZE_MAX;
    if (p->marked >= len)
        p->marked = SIZE_MAX;
}

/* As a lesson is checked: a goal may be reached anywhere in the story, and is not reached by just
 * watching. */
bool play_goal_met(const struct model *m, const struct play *p, int k)
{
    const struct claim *c    = &model_part(m, p)->stop[k].goal;
    struct journal      seen = *history_journal(p->h); /* borrowed, and cut to what has happened */

    seen.len = history_seen(p->h);
    if (c->never && now(p) < play_until(m, p) && play_due(m, p) != VTIME_NEVER)
        return false; /* "never" is known at the end only */
    return claim_holds(c, &seen, 0, 0, NULL);
}

/* -- On ----------------------------------------------------------------------------- */

enum went play_step(const struct model *m, struct play *p)
{
    size_t seen = history_seen(p->h);

    if (play_halted(m, p))
        return WENT_STOP;
    for (int i = 0; i < QUIET_EVENTS && history_seen(p->h) == seen; i++) {
        vtime next = play_next(p), stop = next_stop_at(m, p);
        if (stop <= next && stop != VTIME_NEVER)
            return play_run(m, p, stop);
        if (next == VTIME_NEVER)
            return WENT_NOWHERE;
        /* What was undone lies ahead in the journal, but will not happen by itself. */
        if (!history_step(p->h, next) && next <= now(p)) {
            next = world_next(history_world(p->h));
            if (next == VTIME_NEVER)
                return WENT_NOWHERE;
            if (stop <= next && stop != VTIME_NEVER)
                return play_run(m, p, stop);
            history_step(p->h, next);
        }
    }
    play_settle(m, p);
    return play_halted(m, p) ? WENT_STOP : WENT_ON;
}

enum went play_next_state(const struct model *m, struct play *p)
{
    const struct journal *j = history_journal(p->h);

    for (int i = 0; i < QUIET_EVENTS; i++) {
        size_t    seen = history_seen(p->h);
        enum went went = play_step(m, p);
        if (went != WENT_ON)
            return went;
        for (j = history_journal(p->h); seen < history_seen(p->h); seen++)
            if (entry_moved(&j->entry[seen]))
                return WENT_ON;
    }
    return WENT_ON;
}

enum went play_run(const struct model *m, struct play *p, vtime t)
{
    if (play_halted(m, p))
        return WENT_STOP;
    if (t <= now(p))
        return WENT_ON;
    part_run_to_stop(model_part(m, p), p->h, t);
    play_settle(m, p);
    return play_halted(m, p) ? WENT_STOP : WENT_ON;
}

void play_end(const struct model *m, struct play *p)
{
    const struct journal *j     = history_journal(p->h);
    vtime                 until = play_until(m, p), last = j->len ? j->entry[j->len - 1].at : 0;

    if (until != VTIME_NEVER && until > now(p)) {
        history_run(p->h, until, END_EVENTS);
    } else if (last > now(p)) {
        history_run(p->h, last, END_EVENTS);
    } else {
        for (int i = 0; i < END_EVENTS && play_next(p) != VTIME_NEVER; i++)
            history_step(p->h, play_next(p));
    }
    pass_all(m, p);
    play_settle(m, p);
}

void play_rest(const struct model *m, struct play *p)
{
    size_t seen = history_seen(p->h);

    if (play_due(m, p) == VTIME_NEVER && seen > 0 && now(p) < play_until(m, p)
        && now(p) > history_journal(p->h)->entry[seen - 1].at)
        history_seek_entry(p->h, seen - 1);
}

/* -- Back and to and fro ------------------------------------------------------------ */

/* After a leap: what was leapt over counts as gone on from, but nothing that is still to come. */
static void land(const struct model *m, struct play *p)
{
    play_settle(m, p);
    pass_all(m, p);
}

void play_seek(const struct model *m, struct play *p, vtime t)
{
    if (t < 0)
        t = 0;
    if (t <= now(p))
        history_seek_time(p->h, t);
    else
        history_run(p->h, t, END_EVENTS);
    land(m, p);
}

void play_seek_entry(const struct model *m, struct play *p, size_t i)
{
    if (i >= history_journal(p->h)->len)
        return;
    history_seek_entry(p->h, i);
    land(m, p);
}

enum went play_start(const struct model *m, struct play *p)
{
    if (now(p) == 0 && history_world(p->h)->event == 0)
        return WENT_NOWHERE;
    history_seek(p->h, 0, 0);
    land(m, p);
    return WENT_ON;
}

enum went play_back(const struct model *m, struct play *p)
{
    const struct journal *j    = history_journal(p->h);
    size_t                seen = history_seen(p->h);

    if (seen == 0)
        return play_start(m, p);
    if (now(p) > j->entry[seen - 1].at) {
        history_seek_entry(p->h, seen - 1); /* back to the moment of the event that was last */
    } else {
        uint64_t event = j->entry[seen - 1].event;
        size_t   i     = seen - 1;
        while (i > 0 && j->entry[i - 1].event == event)
            i--;
        if (i == 0)
            history_seek(p->h, 0, 0);
        else
            history_seek_entry(p->h, i - 1);
    }
    land(m, p);
    return WENT_ON;
}

enum went play_prev_state(const struct model *m, struct play *p)
{
    const struct journal *j = history_journal(p->h);
    size_t                i = history_seen(p->h);

    if (i > 0 && now(p) <= j->entry[i - 1].at) { /* not the one whose moment it is */
        uint64_t event = j->entry[i - 1].event;
        while (i > 0 && j->entry[i - 1].event == event)
            i--;
    }
    while (i > 0 && !entry_moved(&j->entry[i - 1]))
        i--;
    if (i > 0) {
        play_seek_entry(m, p, i - 1);
        return WENT_ON;
    }
    return play_start(m, p);
}

enum went play_prev_stop(const struct model *m, struct play *p)
{
    size_t             entry[LESSON_STOPS];
    const struct part *part = model_part(m, p);
    int                k    = p->passed - 1;

    part_stops(part, history_journal(p->h), history_seen(p->h), now(p), entry);
    if (k < 0)
        return play_start(m, p);
    if (entry[k] == SIZE_MAX)
        history_seek_time(p->h, part->stop[k].at);
    else
        history_seek_entry(p->h, entry[k]);
    p->passed = k;
    play_settle(m, p);
    return WENT_STOP;
}
