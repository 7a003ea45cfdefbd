/* SPDX-License-Identifier: MIT
 * text.h - text built into a caller's buffer, bounded, never overflowing.
 *
 *      char        line[80];
 *      struct text t = text_into(line, sizeof line);
 *      text_add(&t, "SEQ %u", seq);
 *
 * What does not fit is cut at a whole UTF-8 character and `cut` is set; the
 * buffer is terminated at all times.  Owns nothing.
 */
#ifndef FW_BASE_TEXT_H
#define FW_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char  *buf;
    size_t cap, len;
    bool   cut;
};

struct text text_into(char *buf, size_t cap);
void        text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void        text_addn(struct text *t, const char *bytes, size_t n);

/* Where `what` begins in `in`, small and capital letters of ASCII alike; NULL if nowhere. */
const char *text_find(const char *in, const char *what);

/* Memory that grows: *p (elements of `size` bytes, *cap of them) is made to hold at
 * least `need`.  New elements are zero.  Exits with a message when memory is out. */
void *grow(void *p, size_t *cap, size_t need, size_t size);

/* The whole of a file ("-" is standard input), terminated, to be freed by the caller.
 * NULL with errno set when it cannot be read, or is over `limit` bytes (EFBIG). */
char *file_read(const char *path, size_t limit, size_t *len);

#endif
