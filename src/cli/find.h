/* SPDX-License-Identifier: MIT
 * find.h - which lesson is meant, and where the lessons are.
 */
#ifndef FW_CLI_FIND_H
#define FW_CLI_FIND_H

#include "cli/cli.h"
#include "scenario/session.h"

/* The lessons that come with finwait, --seed and --profile applied: those of $FINWAIT_LESSONS; else
 * of the tree that the program was built in; else those installed beside it; else those of the
 * place that it was built for.  Returns an exit status, EXIT_FINE or one that was explained on
 * c->err. */
int find_catalogue(const struct cli *c, struct catalogue *out);

/* What a LESSON|FILE|- turned out to be. */
struct found {
    struct catalogue catalogue; /* when the lesson is one of it, or was looked for in it */
    bool             has_catalogue;
    struct lesson   *lesson;
    bool             own; /* not the catalogue's */
    int              part;
    bool             is_session;
    struct session   session;
};

/* Find and read it.  A name without a slash and without an extension is a lesson's name, else it is
 * a file.  Returns an exit status as above; found_free() is to be called in any case. */
int  find_story(const struct cli *c, const char *name, struct found *out);
void found_free(struct found *f);

/* The part that --part asks for (0 when it was not given). */
int find_part(const struct cli *c, const struct lesson *l, int *part);

#endif
