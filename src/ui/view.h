/* SPDX-License-Identifier: MIT
 * view.h - what a person sees: (model, size) -> surface, and nothing else.
 */
#ifndef FW_UI_VIEW_H
#define FW_UI_VIEW_H

#include "ui/model.h"

/* Draw the whole screen.  Any size from 20x6 up; degrades, never refuses. */
void view(const struct model *m, struct surface *out);

/* What a click at (row, col) means, by the same layout: fills `key` with the key to press, or
 * selects an entry through *entry (SIZE_MAX: none). */
void view_click(const struct model *m, int row, int col, char key[16], size_t *entry);

#endif
