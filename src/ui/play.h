/* SPDX-License-Identifier: MIT
 * play.h - moving one part of a lesson on and back in virtual time.  For model.c and update*.c.
 *
 * The positions of a play are the moments just after an event, and any time between two events.
 * Going on halts at every stop; a stop is left with play_pass().
 */
#ifndef FW_UI_PLAY_H
#define FW_UI_PLAY_H

#include "ui/model.h"

enum went {
    WENT_ON,      /* something happened */
    WENT_STOP,    /* the clock stands at a stop */
    WENT_NOWHERE, /* nothing is due, or there is nothing before */
};

void play_open(struct play *p, const struct part *part, int index);
void play_close(struct play *p);

/* When something happens next, what is known of the future included; VTIME_NEVER if nothing is due.
 */
vtime play_next(const struct play *p);

/* The same, or the next stop if that is one of time. */
vtime play_due(const struct model *m, const struct play *p);

/* Is a segment on its way (and not held)? */
bool play_in_flight(const struct play *p);

/* Does the clock stand at a stop that has not been gone on from? */
bool play_halted(const struct model *m, const struct play *p);
/* Go on from it; a question is then skipped if it was not answered. */
void play_pass(const struct model *m, struct play *p);

/* To the next event; back to the one before. */
enum went play_step(const struct model *m, struct play *p);
enum went play_back(const struct model *m, struct play *p);

/* On to the next entry, or back to the last, that changes a state. */
enum went play_next_state(const struct model *m, struct play *p);
enum went play_prev_state(const struct model *m, struct play *p);

/* On until the time t at most, to the next stop; WENT_ON when t was reached without one. */
enum went play_run(const struct model *m, struct play *p, vtime t);

/* Back to the stop before, standing at it. */
enum went play_prev_stop(const struct model *m, struct play *p);

/* To before anything has happened. */
enum went play_start(const struct model *m, struct play *p);

/* To the end of the story, or of what has happened, past all stops. */
void play_end(const struct model *m, struct play *p);

/* To a time, or to entry i of the journal, in either direction, past all stops. */
void play_seek(const struct model *m, struct play *p, vtime t);
void play_seek_entry(const struct model *m, struct play *p, size_t i);

/* Where the story is over, or VTIME_NEVER when it has no end (the sandbox). */
vtime play_until(const struct model *m, const struct play *p);

/* When nothing more is due, the clock stands at the last event and not at the end of some frame. */
void play_rest(const struct model *m, struct play *p);

/* Has the story been told: its time is over, or nothing more will happen and nothing is left to do?
 */
bool play_over(const struct model *m, const struct play *p);

/* After the history was changed or moved by other means: let passed, selected and marked be
 * possible. */
void play_settle(const struct model *m, struct play *p);

/* Has the goal of stop k been met by what has happened? */
bool play_goal_met(const struct model *m, const struct play *p, int k);

/* The first goal that has not been reached, -1 if there is none. */
int play_open_goal(const struct model *m, const struct play *p);

/* Leave the lesson, free its histories; to the menu. */
void model_leave(struct model *m);

#endif
