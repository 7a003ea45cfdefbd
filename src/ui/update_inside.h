/* SPDX-License-Identifier: MIT
 * update_inside.h - how the parts of update call each other.
 *
 *      update.c          keys, mouse, the menu, panes, the line being typed
 *      update_time.c     playing, stepping, seeking: when
 *      update_world.c    acting on the world: what
 *      update_command.c  the command line
 */
#ifndef FW_UI_UPDATE_INSIDE_H
#define FW_UI_UPDATE_INSIDE_H

#include "net/world.h"
#include "ui/keys.h"
#include "ui/play.h"
#include "ui/update.h"

/* A message for the bottom line, until the next key. */
void say(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void complain(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What an action does: one row for every row of keys.def but the prompt's.  `again`: its key was
 * pressed twice, after it had asked to be confirmed. */
struct pressed {
    enum action act;
    const char *key;
    bool        again;
};

/* Ask for the key once more; returns true when this was that. */
bool confirmed(struct model *m, const struct pressed *by, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* -- update.c ----------------------------------------------------------------------- */
void go_pane(struct model *m, enum pane pane);
void go_find(struct model *m, int direction); /* 1 on, -1 back, 0 on, this one included */
void press(struct model *m, enum action a, const char *key, bool again);

/* -- mouse.c: "M-click 10 4", "M-wheelup 10 4", "M-wheeldown 10 4" ------------------ */
void mouse_key(struct model *m, const char *key);

/* -- update_time.c: for each action that moves in time ------------------------------ */
void do_play(struct model *m, const struct pressed *by);
void do_step(struct model *m, const struct pressed *by);
void do_leap(struct model *m, const struct pressed *by);
void do_next_stop(struct model *m, const struct pressed *by);
void do_speed(struct model *m, const struct pressed *by);
void do_answer(struct model *m, const struct pressed *by);
void do_skip(struct model *m, const struct pressed *by);
void do_hint(struct model *m, const struct pressed *by);
void do_seek(struct model *m, const struct pressed *by);
/* The focus has moved in time: the other part follows, goals and the end are noticed. */
void moved(struct model *m);
/* Go to a time; to a stop's answer. */
void go_time(struct model *m, vtime t);

/* -- onward.c: when a story has been told ------------------------------------------- */
void tell_end(struct model *m, const char *before); /* says where Enter leads */
bool go_onward(struct model *m);                    /* ... and goes there */

/* -- update_world.c ----------------------------------------------------------------- */
bool act(struct model *m, const struct command *cmd); /* false: a limit was reached, and said */
void act_words(struct model *m, const char *line);    /* a verb of scenario/verb.def */
void do_packet(struct model *m, const struct pressed *by);
void do_hand(struct model *m, const struct pressed *by);
void do_box(struct model *m, const struct pressed *by);
void do_undo(struct model *m, const struct pressed *by);
void do_restart(struct model *m, const struct pressed *by);
void do_part(struct model *m, const struct pressed *by);
void do_compare(struct model *m, const struct pressed *by);
void do_focus(struct model *m, const struct pressed *by);
void go_part(struct model *m, int part);
void go_branch(struct model *m, int branch);

/* -- update_command.c: see ui_command in update.h ----------------------------------- */
void offer_words(struct model *m);

#endif
