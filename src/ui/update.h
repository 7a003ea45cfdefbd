/* SPDX-License-Identifier: MIT
 * update.h - the only code that changes a model.
 */
#ifndef FW_UI_UPDATE_H
#define FW_UI_UPDATE_H

#include "ui/model.h"

/* A model at the menu (catalogue may be NULL), 80x24, UTF-8, paused. */
void model_init(struct model *m, const struct catalogue *c);
void model_free(struct model *m);

/* Open a lesson (borrowed unless own). */
void model_open(struct model *m, struct lesson *l, bool own, int part);

/* A key by its name: "Space", "Left", "C-r", "x", "M-click 10 4" (row, column) ... */
void update_key(struct model *m, const char *key);

/* A line typed after `:`; an error becomes the message. */
void update_command(struct model *m, const char *line);

/* Real time has passed: microseconds. */
void update_tick(struct model *m, int64_t real_us);

void update_resize(struct model *m, int rows, int cols);

/* What `:` takes besides the commands of keys.def and the verbs of scenario/verb.def. */
struct ui_command {
    const char *name, *args, *help;
    void (*run)(struct model *m, const char *args);
};
extern const struct ui_command ui_command[];
extern const size_t            ui_commands;

#endif
