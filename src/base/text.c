/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_into(char *buf, size_t cap)
{
    assert(cap > 0);
    buf[0] = '\0';
    return (struct text){ .buf = buf, .cap = cap };
}

/* Never leave half a UTF-8 character at the end. */
static void trim(struct text *t)
{
    size_t i = t->len;

    while (i > 0 && ((unsigned char)t->buf[i - 1] & 0xC0) == 0x80)
        i--;
    if (i == 0)
        return;
    unsigned char lead = (unsigned char)t->buf[i - 1];
    size_t        want = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (t->len - (i - 1) < want)
        t->len = i - 1;
    t->buf[t->len] = '\0';
}

void text_addn(struct text *t, const char *bytes, size_t n)
{
    size_t room = t->cap - 1 - t->len;

    if (n > room) {
        t->cut = true;
        n      = room;
    }
    memcpy(t->buf + t->len, bytes, n);
    t->len += n;
    t->buf[t->len] = '\0';
    if (t->cut)
        trim(t);
}

void text_add(struct text *t, const char *fmt, ...)
{
    va_list ap;
    size_t  room = t->cap - t->len;

    va_start(ap, fmt);
    int n = vsnprintf(t->buf + t->len, room, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    if ((size_t)n >= room) {
        t->cut = true;
        t->len = t->cap - 1;
        trim(t);
    } else {
        t->len += (size_t)n;
    }
}

const char *text_find(const char *in, const char *what)
{
    size_t n = strlen(what);

    for (; strlen(in) >= n; in++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)in[i]) == tolower((unsigned char)what[i]))
            i++;
        if (i == n)
            return in;
    }
    return NULL;
}

void *grow(void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return p;
    size_t to = *cap ? *cap : 16;
    while (to < need)
        to *= 2;
    p = realloc(p, to * size);
    if (!p) {
        fputs("finwait: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    memset((char *)p + *cap * size, 0, (to - *cap) * size);
    *cap = to;
    return p;
}

char *file_read(const char *path, size_t limit, size_t *len)
{
    FILE  *f   = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char  *buf = NULL;
    size_t cap = 0, n = 0, got;
    int    err = 0;

    if (!f)
        return NULL;
    do {
        buf = grow(buf, &cap, n + 4097, 1);
        got = fread(buf + n, 1, cap - n - 1, f);
        n += got;
    } while (got > 0 && n <= limit);
    if (ferror(f))
        err = errno ? errno : EIO;
    else if (n > limit)
        err = EFBIG;
    if (f != stdin)
        fclose(f);
    if (err) {
        free(buf);
        errno = err;
        return NULL;
    }
    buf[n] = '\0';
    if (len)
        *len = n;
    return buf;
}
