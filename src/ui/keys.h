/* SPDX-License-Identifier: MIT
 * keys.h - the one table of keys (keys.def), asked in every way that the program needs.
 */
#ifndef FW_UI_KEYS_H
#define FW_UI_KEYS_H

#include "ui/model.h"

#include <stdio.h>

enum action {
    ACT_NONE,
#define KEY(id, where, keys, hint, command, help) ACT_##id,
#include "ui/keys.def"
#undef KEY
    ACT_COUNT
};

enum { KEY_NAME = 24 }; /* bytes of the longest spelling, terminator included */

struct key_info {
    const char *id; /* "PLAY" */
    enum where  where;
    const char *keys; /* spellings, separated by blanks */
    const char *hint, *command, *help;
};

extern const struct key_info key_table[ACT_COUNT]; /* [ACT_NONE] is empty */

/* What a key means in a place.  While a question is open, keys that it does not use mean what they
 * mean in the story. */
enum action key_action(enum where w, const char *key);

/* Is `key` one of the blank-separated spellings? */
bool key_among(const char *keys, const char *key);

/* The first spelling of an action: the one to show. */
const char *key_name(enum action a, char buf[KEY_NAME]);

/* The action with this name on the command line, ACT_NONE if there is none. */
enum action key_command(const char *name);

/* The bottom line: what is useful now, most useful first, in as many columns as `width` (two blanks
 * between hints, one between key and word).  Help and quit always come last.  Returns how many. */
struct key_hint {
    enum action act;
    char        key[KEY_NAME]; /* as shown: "a-c" for an answer */
    const char *word;
};
size_t key_hints(const struct model *m, int width, struct key_hint *out, size_t cap);

/* The rows of the help pane in table order: those in whose keys, command or help the filter occurs
 * (letter case does not matter), all when it is "". */
size_t key_help(const char *filter, enum action out[ACT_COUNT]);

/* A heading for the place where an action's keys are live: "Everywhere", "In a lesson" ... */
const char *key_place(enum where w);

/* Command names that begin so: fills at most cap, returns how many. */
size_t key_complete(const char *prefix, char (*word)[32], size_t cap);

/* The table for the manual. */
void key_markdown(FILE *f);

#endif
