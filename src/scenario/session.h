/* SPDX-License-Identifier: MIT
 * session.h - a session in a small text file: lesson, part, seed, profile, commands.
 *
 *      finwait session 1
 *      lesson 04-last-ack
 *      part 1
 *      seed 7
 *      at 1.215000 event 42: drop #12
 *
 * Saved, shared, replayed, attached to a bug report.  Only the current branch is written.
 */
#ifndef FW_SCENARIO_SESSION_H
#define FW_SCENARIO_SESSION_H

#include "scenario/lesson.h"

struct session {
    char         lesson[200]; /* id or path */
    int          part;        /* 0-based */
    uint64_t     seed;
    bool         has_seed, has_profile;
    enum profile profile;
    char         file[FAIL_FILE]; /* where it came from, for messages */
    struct deed *deed;            /* n_deed of them; cmd is filled in by nobody: see text */
    char       **text;            /* the command of each, as written */
    int         *line;            /* and its line in the file */
    size_t       n_deed;
};

enum { SESSION_BYTES = 1024 * 1024 };

/* Write the current branch; false with *f when the file cannot be written (it is then left as it
 * was: written beside and renamed). */
bool session_save(const char *path, const struct lesson *l, int part, const struct history *h,
                  struct fail *f);

/* Read all but the meaning of the commands: session_replay() knows the names in them. */
bool session_load(const char *path, struct session *s, struct fail *f);
bool session_parse(const char *name, const char *text, size_t len, struct session *s,
                   struct fail *f);
void session_free(struct session *s);

/* Does this text begin as a session file does? */
bool session_is(const char *text, size_t len);

/* Do the commands on a fresh history of that lesson and part. */
bool session_replay(const struct session *s, struct history *h, struct fail *f);

#endif
