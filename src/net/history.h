/* SPDX-License-Identifier: MIT
 * history.h - going back, and trying otherwise.
 *
 *      h = history_new(setup);
 *      history_run(h, t)            on to the time t, past every event until then
 *      history_seek(h, event)       to just after that event, in either direction, exactly
 *      history_do(h, &cmd)          act now; where the past had gone on from here, a branch begins
 *
 * The past is a list of commands plus keyframes (worlds, copied).  Seeking back loads the last
 * keyframe at or before the goal and replays from there; a replay is exact because a world is a
 * function of its setup and commands.  Keyframes thin out with age, so memory is bounded.
 *
 * A branch is never thrown away.  Each has its own commands, journal and end; it shares its
 * parent's past.  The journal of a branch keeps what lies beyond the present, so that a screen can
 * show the future that was; history_seen() says how much of it has happened.
 */
#ifndef FW_NET_HISTORY_H
#define FW_NET_HISTORY_H

#include "net/journal.h"
#include "net/world.h"

enum {
    HISTORY_KEYS     = 64, /* keyframes of one branch */
    HISTORY_BRANCHES = 64,
    HISTORY_COMMANDS = 4096, /* of one branch */
};

/* A recorded command: done when the world stood at this event and this time. */
struct deed {
    uint64_t       event;
    vtime          at;
    struct command cmd;
};

struct history;

struct history *history_new(const struct setup *s); /* the setup's arrays must outlive it */
void            history_free(struct history *h);
/* The same in the memory of one that is over (NULL: none), as with world_renew(). */
struct history *history_renew(struct history *h, const struct setup *s);

const struct world   *history_world(const struct history *h);
const struct journal *history_journal(const struct history *h); /* of the current branch, whole */
size_t                history_seen(const struct history *h);    /* entries that have happened */

/* Let the next event happen, if there is one at or before `until`; else time becomes `until`. */
bool history_step(struct history *h, vtime until);

/* All events until t happen, and time becomes t (t >= now).  Stops after `limit` events (0: no
 * limit) and returns false if it did. */
bool history_run(struct history *h, vtime t, uint64_t limit);

/* To just after `event` (0 is the beginning), which the current branch must have reached; and then
 * to the time `at` if that is before the next event (pass 0 to stay at the event's time). */
void history_seek(struct history *h, uint64_t event, vtime at);

/* To the last moment of entry i of the current journal. */
void history_seek_entry(struct history *h, size_t i);

/* To time t, in either direction, along the current branch (not past its end). */
void history_seek_time(struct history *h, vtime t);

/* Act now.  If the current branch had gone on from here, a new branch begins and becomes current.
 * False when a limit (commands, branches) is reached; nothing happens then. */
bool history_do(struct history *h, const struct command *cmd);

/* Back to just before the last command done (undo), and forward again to just after the next one
 * (redo). False when there is none.  When time goes on after an undo, it goes on without what was
 * undone: a new branch begins, and the old one keeps it. */
bool history_undo(struct history *h);
bool history_redo(struct history *h);

/* Branches: 0 is the first.  parent is -1 for it; `fork` is the event where it left its parent. */
struct branch_info {
    int      parent;
    uint64_t fork, end; /* events */
    vtime    fork_at, end_at;
    size_t   deeds; /* its own, the parents' not counted */
};
int                history_branch(const struct history *h);
int                history_branches(const struct history *h);
struct branch_info history_branch_info(const struct history *h, int b);
void history_switch(struct history *h, int b); /* at the same event if it has it, else its fork */

/* The commands of the current branch, its parents' included, in order. */
size_t             history_deeds(const struct history *h);
const struct deed *history_deed(const struct history *h, size_t i);

/* Let the current branch happen once more from the beginning: the same entries, and (if one stands
 * at its end) the same bytes?  For tests and doubts. */
bool history_verify(const struct history *h);

#endif
