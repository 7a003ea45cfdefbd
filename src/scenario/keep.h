/* SPDX-License-Identifier: MIT
 * keep.h - what a lesson owns, and the readers of its blocks.  Not for other modules.
 */
#ifndef FW_SCENARIO_KEEP_H
#define FW_SCENARIO_KEEP_H

#include "scenario/lesson.h"
#include "scenario/markdown.h"
#include "scenario/setting.h"

enum { LINE_BYTES = 512, SCRIPT_LINES = 512 };

/* lesson.memory: everything that hangs on a lesson. */
struct keep {
    struct keep_piece *first;
    struct {
        int             n_set;
        struct knob_set set[SETTING_KNOBS];
    } part[LESSON_PARTS];
};

void *keep_bytes(struct keep *k, size_t n); /* zeroed */
char *keep_text(struct keep *k, const char *s, size_t n);
void  keep_free(struct keep *k);

/* A part being read. */
struct reading {
    const char  *file;
    struct fail *fail;
    struct keep *keep;
    struct names names;
    struct part *part;
    size_t       cap_op, cap_cue; /* part->op and part->cue grow; kept at the end */
};

/* The lines of a block, one after the other: false at the end.  *n counts file lines. */
struct lines {
    const char *p;
    int         line; /* of the line in buf */
    bool        too_long;
    char        buf[LINE_BYTES];
};

struct lines lines_of(const struct item *block);
bool         lines_next(struct lines *l);

bool claim_parse(struct reading *r, const char *text, int line, struct claim *c);
bool cue_parse(struct reading *r, const char *text, int line, struct cue *cue);

/* Blocks: each reads one, and appends to the part. */
bool block_program(struct reading *r, const struct item *block, const char *name);
bool block_script(struct reading *r, const struct item *block);
bool block_expect(struct reading *r, const struct item *block);
bool block_pause(struct reading *r, const struct item *block);
bool block_ask(struct reading *r, const struct item *block);
bool block_goal(struct reading *r, const struct item *block);

#endif
