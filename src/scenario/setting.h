/* SPDX-License-Identifier: MIT
 * setting.h - the lines of a `finwait world` block to a setup, and words shared with commands.
 */
#ifndef FW_SCENARIO_SETTING_H
#define FW_SCENARIO_SETTING_H

#include "scenario/words.h"

enum { SETTING_KNOBS = 64 };

/* A quality of the path, as written; n and time as struct command has them. */
struct quality {
    enum path_quality which;
    vspan             time, brief;
    uint64_t          n;
    struct ratio      ratio;
    struct match      on; /* filter */
};

/* The qualities as they are written, and what a box does with a segment (quality.def). */
struct quality_info {
    const char *word, *value, *example, *help;
};
struct does_info {
    enum box_does does;
    const char   *word, *help;
};
extern const struct quality_info quality_table[PATH_ALL];
extern const struct does_info    does_table[];
extern const size_t              does_count;

bool quality_words(struct words *w, struct quality *q);
/* The same where another quality may follow. */
bool quality_next(struct words *w, const struct quality *before);
/* Nothing stands after it; else the failure says what could. */
bool quality_done(struct words *w, const struct quality *q);
/* A CMD_PATH as it is written. */
void path_text(const struct command *cmd, const struct names *n, struct text *out);

bool knob_words(struct words *w, enum knob *knob, uint32_t *value);

/* A command from the next words to the end of the line. */
bool command_words(struct words *w, const struct names *n, struct command *cmd);

/* A world being read.  Its blocks are gone through once for each pass, so that the order of lines
 * does not matter: names first, then profiles, then the knobs that refine them, then the rest. */
enum setting_pass {
    SETTING_BOX, /* its address, which no host may have */
    SETTING_HOSTS,
    SETTING_PROFILES,
    SETTING_KNOBS_PASS,
    SETTING_REST,
    SETTING_PASSES
};

struct knob_set {
    uint8_t   host; /* 1-based; 0 is all */
    enum knob knob;
    uint32_t  value;
};

struct setting {
    const char     *file;
    struct fail    *fail;
    struct setup   *setup;
    struct names    names;
    vtime           until;
    bool            compare;
    int             n_set;
    struct knob_set set[SETTING_KNOBS];
};

/* One line in one pass. */
bool setting_line(struct setting *s, enum setting_pass pass, const char *text, int line);

/* When all hosts are known: client and server if there were none. */
void setting_hosts(struct setting *s);

/* Policies from the hosts' profiles and what was set. */
void setting_policies(struct setup *setup, const struct knob_set *set, int n);

#endif
