/* SPDX-License-Identifier: MIT
 * program.h - the lines of a scripted program (op.def), and the same operations done by hand.
 */
#ifndef FW_SCENARIO_PROGRAM_H
#define FW_SCENARIO_PROGRAM_H

#include "scenario/words.h"

enum { PROGRAM_LABELS = 32, PROGRAM_LINES = 256 };

/* One row of op.def, for documentation. */
struct op_info {
    const char *verb, *args, *help;
};

extern const struct op_info op_table[OP_COUNT];

/* What on HANDLER does instead of a target. */
#define OP_TO_EXIT     UINT32_MAX
#define OP_TO_CONTINUE (UINT32_MAX - 1)

/* A program being read, line by line. */
struct program_reader {
    const struct names *names;
    const char         *file;
    struct fail        *fail;
    struct op          *op; /* grows */
    size_t              n, cap;
    int                 fds, labels;
    char                fd[FD_NAMES][HOST_NAME];
    struct {
        char     name[HOST_NAME];
        uint32_t at;   /* index of the line it stands before; OP_TO_EXIT: not yet seen */
        int      used; /* the file's line that first named it */
    } label[PROGRAM_LABELS];
};

/* Add a line (blank ones and comments are skipped). */
bool program_line(struct program_reader *r, const char *text, int line);

/* All lines have been read: resolve labels.  The caller takes r->op. */
bool program_end(struct program_reader *r, int line);

/* One operation by hand, from the next words to the end of the line. */
bool op_words(struct words *w, const struct names *n, struct op *op);

/* An operation as it is written (by hand: descriptors have no names). */
void op_text(const struct op *op, const struct names *n, struct text *out);

#endif
