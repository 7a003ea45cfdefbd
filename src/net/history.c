/* SPDX-License-Identifier: MIT
 * history.c - going back, and trying otherwise.
 *
 *      branch 0   0 ----- drop ------------- end
 *      branch 1            \---- (no drop) ------- end        shares 0's past up to its fork
 *
 * A moment is (event, time): time may pass without an event.  A moment is reached by loading the
 * last keyframe at or before its event, from the branch or those it came from, and doing again what
 * was recorded: deeds at their moments, and between them whatever the world does by itself.
 *
 * What happens again is not told again: as long as the world stands before the branch's end its
 * entries are in the journal, and only the count of those that have happened moves.
 */
#include "net/history.h"

#include "base/text.h"
#include "net/keyframe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_EVERY = 16,   /* events, at least, between keyframes, */
    KEY_PRICE = 8192, /* and one more for so many bytes of a world: what it takes to copy them */
    KEY_SHARE = 8,    /* on the way to a goal, keyframes come closer: this share of what is left */
    KEY_AWAY  = 12,   /* keyframes that a branch keeps when one leaves it */
};

struct branch {
    int              parent;
    uint64_t         fork, end;
    vtime            fork_at, end_at;
    size_t           n_deed, cap_deed, fork_deeds; /* all deeds; those shared with the parent */
    struct deed     *deed;
    struct journal   j;
    struct keyframes keys;
};

struct history {
    struct world  *w;
    struct branch *branch[HISTORY_BRANCHES];
    int            branches, current;
    size_t         done;   /* deeds of the current branch that have been done */
    size_t         seen;   /* entries of its journal that have happened */
    size_t         undone; /* deeds taken back: when time goes on it goes on without them */
    struct world **other;  /* in which history_verify() goes through it again */
};

static struct branch *now_on(const struct history *h) { return h->branch[h->current]; }

static struct branch *new_branch(struct history *h)
{
    struct branch *b = calloc(1, sizeof *b);

    assert(h->branches < HISTORY_BRANCHES);
    if (!b) {
        fputs("finwait: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    h->branch[h->branches++] = b;
    return b;
}

struct history *history_new(const struct setup *s) { return history_renew(NULL, s); }

/* All but the world. */
static void forget(struct history *h)
{
    for (int i = 0; i < h->branches; i++) {
        journal_free(&h->branch[i]->j);
        keyframes_free(&h->branch[i]->keys);
        free(h->branch[i]->deed);
        free(h->branch[i]);
    }
    h->branches = h->current = 0;
    h->done = h->seen = h->undone = 0;
}

struct history *history_renew(struct history *h, const struct setup *s)
{
    struct branch *b;

    if (h)
        forget(h);
    else
        h = calloc(1, sizeof *h);
    if (h && !h->other)
        h->other = calloc(1, sizeof *h->other);
    if (!h || !h->other) {
        fputs("finwait: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    h->w           = world_renew(h->w, s);
    b              = new_branch(h);
    b->parent      = -1;
    b->keys.rooted = true;
    keyframes_add(&b->keys, h->w);
    return h;
}

void history_free(struct history *h)
{
    if (!h)
        return;
    forget(h);
    world_free(h->w);
    world_free(*h->other);
    free(h->other);
    free(h);
}

const struct world   *history_world(const struct history *h) { return h->w; }
const struct journal *history_journal(const struct history *h) { return &now_on(h)->j; }
size_t                history_seen(const struct history *h) { return h->seen; }

/* -- where the world stands ------------------------------------------------------------------ */

/* A deed done at event e made event e + 1. */
static size_t deeds_done(const struct branch *b, uint64_t event)
{
    size_t lo = 0, hi = b->n_deed;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->deed[mid].event < event)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static size_t entries_seen(const struct branch *b, uint64_t event)
{
    size_t lo = 0, hi = b->j.len;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->j.entry[mid].event <= event)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void look(struct history *h)
{
    h->done = deeds_done(now_on(h), h->w->event);
    h->seen = entries_seen(now_on(h), h->w->event);
}

/* The next recorded deed if it is to be done before any other event, else NULL. */
static const struct deed *next_deed(const struct history *h)
{
    const struct branch *b = now_on(h);

    if (h->done < b->n_deed && b->deed[h->done].event == h->w->event)
        return &b->deed[h->done];
    return NULL;
}

/* -- keyframes ------------------------------------------------------------------------------- */

/* The last keyframe at or before the event and the time, of a branch or of what it shares with
 * those it came from. */
static const struct keyframe *key_before(const struct history *h, int branch, uint64_t event,
                                         vtime at)
{
    const struct keyframe *best = NULL;

    for (int i = branch; i >= 0; i = h->branch[i]->parent) {
        const struct keyframe *k = keyframes_before(&h->branch[i]->keys, event, at);
        if (k && (!best || k->event > best->event))
            best = k;
        if (event > h->branch[i]->fork)
            event = h->branch[i]->fork; /* what the parent did later is not our past */
    }
    assert(best);
    return best;
}

/* Keep the present if the last keyframe is far.  `goal` is the event that one is going to. */
static void keep(struct history *h, uint64_t goal)
{
    uint64_t event = h->w->event;
    uint64_t apart = goal > event ? (goal - event) / KEY_SHARE : 0;
    uint64_t least = KEY_EVERY + world_size(h->w) / KEY_PRICE;

    if (apart < least)
        apart = least;
    if (event - key_before(h, h->current, event, VTIME_NEVER)->event >= apart)
        keyframes_add(&now_on(h)->keys, h->w);
}

/* -- on -------------------------------------------------------------------------------------- */

/* The next event, recorded or new, at or before `until`; else time becomes `until`. */
static bool advance(struct history *h, vtime until, uint64_t goal)
{
    struct branch     *b        = now_on(h);
    struct world      *w        = h->w;
    bool               recorded = w->event < b->end;
    const struct deed *d        = next_deed(h);

    if (d && d->at <= until) {
        assert(recorded);
        if (w->now < d->at) {
            bool moved = world_step(w, NULL, d->at);
            assert(!moved);
            (void)moved;
        }
        world_do(w, NULL, &d->cmd);
        h->done++;
    } else if (!world_step(w, recorded ? NULL : &b->j, until)) {
        if (!recorded && w->now > b->end_at)
            b->end_at = w->now;
        return false;
    }
    if (!recorded) {
        b->end    = w->event;
        b->end_at = w->now;
    }
    while (h->seen < b->j.len && b->j.entry[h->seen].event <= w->event)
        h->seen++;
    keep(h, goal);
    return true;
}

/* Begin a branch here and go on it. */
static bool fork_here(struct history *h)
{
    struct branch *from = now_on(h), *b;

    if (h->branches == HISTORY_BRANCHES)
        return false;
    b             = new_branch(h);
    b->parent     = h->current;
    b->fork       = h->w->event;
    b->fork_at    = h->w->now;
    b->end        = h->w->event;
    b->end_at     = h->w->now;
    b->fork_deeds = h->done;
    b->n_deed     = h->done;
    b->deed       = grow(NULL, &b->cap_deed, h->done + 1, sizeof *b->deed);
    if (h->done)
        memcpy(b->deed, from->deed, h->done * sizeof *b->deed);
    journal_copy(&b->j, &from->j, h->seen);
    keyframes_thin(&from->keys, KEY_AWAY, h->w->event);
    h->current = h->branches - 1;
    h->undone  = 0;
    return true;
}

bool history_step(struct history *h, vtime until)
{
    if (until < h->w->now)
        until = h->w->now;
    if (h->undone) {
        if (until == h->w->now && world_next(h->w) > until)
            return false; /* time stands still: what was undone may still be redone */
        fork_here(h);     /* if there is no room for a branch it is done again */
        h->undone = 0;
    }
    return advance(h, until, 0);
}

bool history_run(struct history *h, vtime t, uint64_t limit)
{
    uint64_t n = 0;

    while (history_step(h, t))
        if (limit && ++n == limit)
            return false;
    return true;
}

bool history_do(struct history *h, const struct command *cmd)
{
    struct branch *b = now_on(h);

    if (h->done >= HISTORY_COMMANDS)
        return false;
    if (h->w->event < b->end) {
        if (!fork_here(h))
            return false;
        b = now_on(h);
    }
    h->undone          = 0;
    b->deed            = grow(b->deed, &b->cap_deed, b->n_deed + 1, sizeof *b->deed);
    b->deed[b->n_deed] = (struct deed){ .event = h->w->event, .at = h->w->now, .cmd = *cmd };
    b->n_deed++;
    h->done = b->n_deed;
    world_do(h->w, &b->j, cmd);
    b->end    = h->w->event;
    b->end_at = h->w->now;
    h->seen   = b->j.len;
    keep(h, 0);
    return true;
}

/* -- to a moment ----------------------------------------------------------------------------- */

static void load(struct history *h, const struct keyframe *k)
{
    world_load(h->w, &k->world);
    look(h);
}

/* To just after an event of the current branch; `afresh`: the world stands on another branch. */
static void go_to_event(struct history *h, uint64_t event, vtime at, bool afresh)
{
    struct world          *w = h->w;
    const struct keyframe *k = key_before(h, h->current, event, VTIME_NEVER);

    assert(event <= now_on(h)->end);
    if (afresh || w->event > event || (w->event == event && w->now > at) || k->event > w->event)
        load(h, k);
    while (w->event < event) {
        bool moved = advance(h, VTIME_NEVER - 1, event);
        assert(moved);
        (void)moved;
    }
    look(h);
}

/* To a moment that is known to have been. */
static void go_to(struct history *h, uint64_t event, vtime at, bool afresh)
{
    go_to_event(h, event, at, afresh);
    if (at > h->w->now) {
        bool moved = world_step(h->w, NULL, at);
        assert(!moved);
        (void)moved;
    }
    assert(h->w->now == at || at == 0);
    h->undone = 0;
}

void history_seek(struct history *h, uint64_t event, vtime at)
{
    struct branch *b = now_on(h);

    go_to_event(h, event, at, false);
    h->undone = 0;

    const struct deed *d    = next_deed(h);
    vtime              next = world_next(h->w);
    if (d && at > d->at)
        at = d->at;
    if (at >= next)
        at = next - 1;
    if (at <= h->w->now)
        return;
    bool moved = world_step(h->w, NULL, at);
    assert(!moved);
    (void)moved;
    if (event == b->end && at > b->end_at)
        b->end_at = at;
}

void history_seek_entry(struct history *h, size_t i)
{
    assert(i < now_on(h)->j.len);
    history_seek(h, now_on(h)->j.entry[i].event, 0);
}

void history_seek_time(struct history *h, vtime t)
{
    struct branch *b = now_on(h);

    h->undone = 0;
    if (t < 0)
        t = 0;
    if (t >= b->end_at) {
        go_to(h, b->end, b->end_at, false);
        return;
    }
    if (t < h->w->now)
        load(h, key_before(h, h->current, UINT64_MAX, t));
    while (advance(h, t, 0))
        ;
}

bool history_undo(struct history *h)
{
    size_t             undone = h->undone + 1;
    const struct deed *d;

    if (h->done == 0)
        return false;
    d = &now_on(h)->deed[h->done - 1];
    go_to(h, d->event, d->at, false);
    h->undone = undone;
    return true;
}

bool history_redo(struct history *h)
{
    size_t undone = h->undone ? h->undone - 1 : 0;

    if (h->done >= now_on(h)->n_deed)
        return false;
    go_to_event(h, now_on(h)->deed[h->done].event + 1, VTIME_NEVER - 1, false);
    h->undone = undone;
    return true;
}

/* -- branches -------------------------------------------------------------------------------- */

int history_branch(const struct history *h) { return h->current; }
int history_branches(const struct history *h) { return h->branches; }

struct branch_info history_branch_info(const struct history *h, int i)
{
    const struct branch *b;

    assert(i >= 0 && i < h->branches);
    b = h->branch[i];
    return (struct branch_info){ .parent  = b->parent,
                                 .fork    = b->fork,
                                 .end     = b->end,
                                 .fork_at = b->fork_at,
                                 .end_at  = b->end_at,
                                 .deeds   = b->n_deed - b->fork_deeds };
}

/* Up to which event two branches have the same past: parents have lower numbers than their
 * children. */
static uint64_t shared(const struct history *h, int a, int b)
{
    uint64_t event = UINT64_MAX;

    while (a != b) {
        int *later = a > b ? &a : &b;
        if (h->branch[*later]->fork < event)
            event = h->branch[*later]->fork;
        *later = h->branch[*later]->parent;
    }
    return event;
}

void history_switch(struct history *h, int i)
{
    uint64_t event = h->w->event, same;
    vtime    at    = h->w->now;

    assert(i >= 0 && i < h->branches);
    if (i == h->current)
        return;
    same = shared(h, h->current, i);
    keyframes_thin(&now_on(h)->keys, KEY_AWAY, event);
    h->current = i;

    const struct branch *b = now_on(h);
    if (event < same)
        go_to(h, event, at, true);
    else if (event <= b->end && event != b->fork)
        go_to(h, event, 0, true);
    else
        go_to(h, b->fork, b->fork_at, true);
}

size_t history_deeds(const struct history *h) { return now_on(h)->n_deed; }

const struct deed *history_deed(const struct history *h, size_t i)
{
    assert(i < now_on(h)->n_deed);
    return &now_on(h)->deed[i];
}

/* -- proof ----------------------------------------------------------------------------------- */

bool history_verify(const struct history *h)
{
    const struct branch   *b = now_on(h);
    const struct keyframe *k = keyframes_before(&h->branch[0]->keys, 0, 0);
    struct journal         j = { 0 };
    struct world          *w = *h->other = world_from(*h->other, &k->world);
    size_t                 i             = 0;
    bool                   same;

    while (w->event < b->end) {
        if (i < b->n_deed && b->deed[i].event == w->event) {
            if (w->now < b->deed[i].at)
                world_step(w, &j, b->deed[i].at);
            world_do(w, &j, &b->deed[i++].cmd);
        } else if (!world_step(w, &j, b->end_at)) {
            break;
        }
    }
    if (w->now < b->end_at)
        world_step(w, &j, b->end_at);
    same = w->event == b->end && j.len == b->j.len && journal_equal(&j, 0, &b->j, 0, j.len)
           && (h->w->event != w->event || h->w->now != w->now || world_equal(w, h->w));
    journal_free(&j);
    return same;
}
