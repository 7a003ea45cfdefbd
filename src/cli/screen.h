/* SPDX-License-Identifier: MIT
 * screen.h - from the command line to the screen: a model made ready, and the terminal it is shown
 * on.
 */
#ifndef FW_CLI_SCREEN_H
#define FW_CLI_SCREEN_H

#include "cli/find.h"
#include "ui/model.h"

/* A model with what the options say, standing at the menu (catalogue may be NULL). */
void screen_model(const struct cli *c, struct model *m, const struct catalogue *k);

/* Open what was found in it; what a session did has been done.  Returns an exit status. */
int screen_open(const struct cli *c, struct model *m, const struct found *f, int part);

/* Show it until the person leaves.  Return an exit status. */
int screen_menu(const struct cli *c, const struct catalogue *k);
int screen_play(const struct cli *c, struct found *f, int part);

#endif
