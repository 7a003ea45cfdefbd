/* SPDX-License-Identifier: MIT
 * utf8.h - characters and their width on a terminal (utf8proc underneath).
 */
#ifndef FW_BASE_UTF8_H
#define FW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decode one character of a terminated string and step over it.  A malformed byte
 * comes out as U+FFFD.  At the end *ch is 0 and the pointer does not move. */
const char *utf8_next(const char *p, uint32_t *ch);

/* Encode into out (room for 4); returns the number of bytes.  Not terminated. */
size_t utf8_put(uint32_t ch, char *out);

/* Columns that a character takes: 0 for combining marks and controls, 1, or 2. */
int utf8_width(uint32_t ch);

/* Columns that a terminated string takes. */
int utf8_columns(const char *s);

/* Is the string (n bytes) well-formed UTF-8? */
bool utf8_valid(const char *s, size_t n);

#endif
