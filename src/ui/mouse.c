/* SPDX-License-Identifier: MIT
 * mouse.c - a click means a key or an entry; the wheel turns time, or scrolls. */
#include "ui/update_inside.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

static void click(struct model *m, int row, int col)
{
    char   key[16] = "";
    size_t entry   = SIZE_MAX;

    view_click(m, row, col, key, &entry);
    if (key[0]) {
        update_key(m, key);
        return;
    }
    if (entry == SIZE_MAX || m->prompt.kind)
        return;
    if (m->screen == SCREEN_MENU) {
        m->menu = (int)entry;
        return;
    }
    if (entry < history_journal(model_play(m)->h)->len)
        model_play(m)->selected = entry;
}

static void wheel(struct model *m, bool up)
{
    if (m->screen == SCREEN_MENU || m->pane != PANE_STORY)
        update_key(m, up ? "Up" : "Down");
    else
        press(m, up ? ACT_BACK : ACT_STEP, up ? "Left" : "Right", false);
}

void mouse_key(struct model *m, const char *key)
{
    char what[16];
    int  row, col;

    if (sscanf(key, "M-%15s %d %d", what, &row, &col) != 3)
        return;
    if (strcmp(what, "click") == 0)
        click(m, row, col);
    else if (strcmp(what, "wheelup") == 0 || strcmp(what, "wheeldown") == 0)
        wheel(m, what[5] == 'u');
}
