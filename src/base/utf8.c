/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum { REPLACEMENT = 0xFFFD };

const char *utf8_next(const char *p, uint32_t *ch)
{
    utf8proc_int32_t cp;

    if (*p == '\0') {
        *ch = 0;
        return p;
    }
    /* At most four bytes, and never past the terminator. */
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)strnlen(p, 4), &cp);
    if (n <= 0) {
        *ch = REPLACEMENT;
        return p + 1;
    }
    *ch = (uint32_t)cp;
    return p + n;
}

size_t utf8_put(uint32_t ch, char *out)
{
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)ch, (utf8proc_uint8_t *)out);

    return n > 0 ? (size_t)n : 0;
}

int utf8_width(uint32_t ch) { return utf8proc_charwidth((utf8proc_int32_t)ch); }

int utf8_columns(const char *s)
{
    int      w = 0;
    uint32_t ch;

    for (s = utf8_next(s, &ch); ch; s = utf8_next(s, &ch))
        w += utf8_width(ch);
    return w;
}

bool utf8_valid(const char *s, size_t n)
{
    while (n > 0) {
        utf8proc_int32_t cp;
        utf8proc_ssize_t k =
            utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &cp);
        if (k <= 0)
            return false;
        s += k;
        n -= (size_t)k;
    }
    return true;
}
