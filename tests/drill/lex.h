/* SPDX-License-Identifier: MIT
 * lex.h - a cursor on the text of a script, for parse.c and parse_pkt.c.
 */
#ifndef FW_DRILL_LEX_H
#define FW_DRILL_LEX_H

#include "drill.h"

struct lex {
    const char  *p;
    int          line;
    const char  *file;
    struct fail *fail;
    void       **arena;
};

/* Step over blanks and comments; true when something is left. */
bool lex_more(struct lex *l);

/* Step over blanks and comments, then over `what` if it stands there. */
bool lex_take(struct lex *l, const char *what);

/* The same, or a failure that says what was expected. */
bool lex_need(struct lex *l, const char *what);

/* A word [A-Za-z_][A-Za-z0-9_]*, in the arena; NULL when there is none. */
char *lex_word(struct lex *l);

/* Is the next word `what`, as a whole?  Then step over it. */
bool lex_keyword(struct lex *l, const char *what);

/* A decimal, 0x or negative number. */
bool lex_number(struct lex *l, int64_t *n);

/* "0.25", ".1", "3": seconds as microseconds. */
bool lex_time(struct lex *l, vtime *t);

/* What stands before `end`, in the arena, and step over both; NULL when `end` never comes. */
char *lex_until(struct lex *l, const char *end);

bool lex_fail(struct lex *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Zeroed memory that lives as long as the script. */
void *arena_take(void **arena, size_t n);
void  arena_free(void *arena);

/* parse_pkt.c: what follows '<' or '>'. */
bool parse_pkt(struct lex *l, bool in, struct pkt **out);

/* symbol.c: the value of a constant such as SOL_SOCKET; false when unknown. */
bool        symbol_value(const char *name, int64_t *value);
bool        symbol_errno(const char *name, int *value);
const char *errno_name(int e);

#endif
