/* SPDX-License-Identifier: MIT
 * progress.h - which lessons somebody has finished, and how their predictions went.
 *
 * Kept in $XDG_STATE_HOME/finwait/progress (else ~/.local/state), one line a lesson, written beside
 * and renamed.  Losing it loses nothing but ticks in the menu; a file that cannot be read counts as
 * empty and is not overwritten.
 */
#ifndef FW_SCENARIO_PROGRESS_H
#define FW_SCENARIO_PROGRESS_H

#include <stdbool.h>

enum { PROGRESS_MAX = 200 };

struct progress {
    int n;
    struct {
        char id[64];
        bool done;
        int  right, asked;
    } row[PROGRESS_MAX];
    bool read_only;
};

void progress_load(struct progress *p);
bool progress_save(const struct progress *p);
void progress_note(struct progress *p, const char *id, bool done, int right, int asked);
int  progress_find(const struct progress *p, const char *id); /* row, or -1 */

#endif
