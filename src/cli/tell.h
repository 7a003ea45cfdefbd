/* SPDX-License-Identifier: MIT
 * tell.h - a lesson line by line: for screen readers, pipes and dumb terminals.
 *
 *      tell.c      the story: events, pauses, questions in their places
 *      prompt.c    what a person types in between
 *      prose.c     a lesson's text without its marks, in lines
 */
#ifndef FW_CLI_TELL_H
#define FW_CLI_TELL_H

#include "cli/story.h"

struct telling {
    const struct cli    *c;
    const struct lesson *lesson;
    const struct part   *part;
    struct history      *h;
    FILE                *in;    /* where answers come from; NULL: nobody is there to answer */
    size_t               told;  /* entries of the journal */
    int                  stops; /* reached, and told */
    int                  asked, right;
    bool                 quit;  /* the person has left */
    bool                 goals; /* all goals so far were met */
};

/* Events and stops that have happened and are not told yet. */
void tell_news(struct telling *t);

/* On to the next stop, or to the end of the story.  True when it stands at a stop. */
bool tell_on(struct telling *t);

/* -- prompt.c ------------------------------------------------------------------------------ */

/* At stop k: ask, and let the person act until they go on.  Without a person, say what the answer
 * is. */
void prompt_stop(struct telling *t, int k);

/* At the end: let the person act, if they want to.  True when something was done and the story may
 * go on. */
bool prompt_end(struct telling *t);

/* -- prose.c ------------------------------------------------------------------------------- */

enum { PROSE_COLS = 78 };

/* Paragraphs of a lesson in lines of at most PROSE_COLS columns, each begun with `indent`; *marks*
 * and `marks` are left out. */
void prose_print(FILE *f, const char *indent, const char *text);

#endif
