/* SPDX-License-Identifier: MIT
 * row.h - claims about a line of a host's socket table, as ss and TCP_INFO show it.
 *
 *      server ss CLOSE-WAIT recv-q 1
 *      client ss ESTAB port 50312 snd_cwnd >10 timer none
 */
#ifndef FW_SCENARIO_ROW_H
#define FW_SCENARIO_ROW_H

#include "scenario/lesson.h"
#include "scenario/words.h"

/* Consume `HOST ss ...` to the end of the line.  *is says whether one stands there. */
bool row_words(struct words *w, const struct names *n, struct row *r, bool *is);

/* Has the host such a line now? */
bool row_holds(const struct row *r, const struct world *w);

/* What its table says instead, for messages. */
void row_found(const struct row *r, const struct world *w, struct text *out);

#endif
