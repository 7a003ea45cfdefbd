/* SPDX-License-Identifier: MIT
 * export.h - a run, written down.
 */
#ifndef FW_EXPORT_EXPORT_H
#define FW_EXPORT_EXPORT_H

#include "scenario/lesson.h"

#include <stdio.h>

/* `finwait run --json`: one event a line. */
void export_json(FILE *f, const struct world *w, const struct journal *j, size_t from, size_t to);

/* `finwait run --plain`: one sentence an event, for screen readers, pipes and dumb terminals. */
void export_plain(FILE *f, const struct world *w, const struct journal *j, size_t from, size_t to);

#endif
