/* SPDX-License-Identifier: MIT
 * words.h - one line as words, and the readers for what a word can be.
 *
 * Every line that a person writes (script, program, session, command line) goes through here, so a
 * mistake is told in the same way everywhere: what was found, and what was expected.
 *
 * Words are separated by blanks.  "..." is one word, with \" \\ \n \r \t inside.  A # that follows
 * a blank (or begins the line) begins a comment, unless a digit follows: #12 is a segment.
 */
#ifndef FW_SCENARIO_WORDS_H
#define FW_SCENARIO_WORDS_H

#include "scenario/verb.h"

enum {
    WORDS_MAX  = 48,
    WORD_BYTES = OP_TEXT + 4,
};

struct word {
    char     s[WORD_BYTES];
    uint32_t len;
    bool     quoted;
};

struct words {
    const char  *file;
    int          line;
    struct fail *fail;
    int          n, at; /* words, and the next one to be read */
    struct word  word[WORDS_MAX];
};

bool words_split(struct words *w, const char *text, const char *file, int line, struct fail *f);

/* Fail at this line; always false. */
bool words_fail(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Fail with "expected WHAT, found '...'"; always false. */
bool words_expected(struct words *w, const char *what);

/* The next word, not consumed: "" when there is none or it is quoted. */
const char *words_peek(const struct words *w);
bool        words_more(const struct words *w);
bool        words_quoted(const struct words *w);

/* Consume the next word if it is this one (case does not matter). */
bool words_is(struct words *w, const char *what);

/* True when nothing is left; else fails with what may follow. */
bool words_done(struct words *w, const char *what);

/* Hide what follows the first word that ends with a colon; then set at = *rest, n = *end to go on.
 */
bool words_colon(struct words *w, int *rest, int *end);

/* Consume one word of that kind, or fail with what was expected. */
bool words_number(struct words *w, const char *what, uint64_t max, uint64_t *out);
bool words_port(struct words *w, uint16_t *out);
bool words_time(struct words *w, const char *what, vspan *out);
bool words_string(struct words *w, const char *what, char *buf, size_t cap, uint32_t *len);
bool words_host(struct words *w, const struct names *n, uint8_t *out);

/* The host of that name, 1-based; 0 is none. */
uint8_t names_host(const struct names *n, const char *name);

/* Consume "a>b" if it stands next.  *is says whether it did; fails when a host in it is unknown. */
bool words_pair(struct words *w, const struct names *n, uint8_t *from, uint8_t *to, bool *is);

/* "client, server" for messages. */
const char *names_text(const struct names *n, char *buf, size_t cap);

/* A decimal number of at most `max`, the whole word. */
bool number_parse(const char *word, uint64_t max, uint64_t *out);

/* The reverse of time_parse(), rate_parse(), ratio_parse(), and of a quoted word. */
void time_add(struct text *t, vspan v);
void rate_add(struct text *t, uint64_t v);
void ratio_add(struct text *t, struct ratio r);
void quoted_add(struct text *t, const char *s, size_t n);

#endif
