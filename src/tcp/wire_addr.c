/* SPDX-License-Identifier: MIT
 * wire_addr.c - addresses as text, both ways (RFC 4291 2.2, RFC 5952).
 *
 * Formatted by hand: src/tcp calls nothing that could read a locale.
 */
#include "tcp/wire.h"

#include <assert.h>
#include <string.h>

enum { GROUPS = 8 };

bool addr_is_v4(const struct addr *a)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

    return memcmp(a->b, mapped, sizeof mapped) == 0;
}

bool addr_equal(const struct addr *a, const struct addr *b) { return memcmp(a, b, sizeof *a) == 0; }

bool addr_invalid(const struct addr *a)
{
    static const struct addr none;

    if (addr_is_v4(
            a)) /* 0.0.0.0/8 is "this network", 224/4 multicast, 240/4 reserved and broadcast */
        return a->b[12] == 0 || a->b[12] >= 224;
    return addr_equal(a, &none) || a->b[0] == 0xff;
}

struct out {
    char  *buf;
    size_t cap, len;
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->cap)
        o->buf[o->len++] = c;
    o->buf[o->len] = '\0';
}

static void put_number(struct out *o, uint32_t v, uint32_t base)
{
    if (v >= base)
        put_number(o, v / base, base);
    put(o, "0123456789abcdef"[v % base]);
}

static uint32_t group(const struct addr *a, int i)
{
    return (uint32_t)a->b[2 * i] << 8 | a->b[2 * i + 1];
}

/* The longest run of zero groups, the first of equals; a single one is not shortened (RFC
 * 5952 4.2). */
static int zero_run(const struct addr *a, int *len)
{
    int best = -1;

    *len = 1;
    for (int i = 0, n; i < GROUPS; i += n ? n : 1) {
        for (n = 0; i + n < GROUPS && group(a, i + n) == 0; n++)
            ;
        if (n > *len) {
            best = i;
            *len = n;
        }
    }
    return best;
}

char *addr_text(const struct addr *a, char *buf, size_t cap)
{
    struct out o = { buf, cap, 0 };
    int        len, run;

    assert(cap >= 1);
    buf[0] = '\0';
    if (addr_is_v4(a)) {
        for (int i = 12; i < 16; i++) {
            if (i > 12)
                put(&o, '.');
            put_number(&o, a->b[i], 10);
        }
        return buf;
    }
    run = zero_run(a, &len);
    for (int i = 0; i < GROUPS;) {
        if (i == run) {
            put(&o, ':');
            put(&o, ':');
            i += len;
            continue;
        }
        if (i > 0 && i != run + len)
            put(&o, ':');
        put_number(&o, group(a, i), 16);
        i++;
    }
    return buf;
}

/* "10.0.0.1": four decimal numbers without leading zeros, which some would read as octal. */
static bool parse_v4(const char *s, uint8_t out[4])
{
    for (int i = 0; i < 4; i++) {
        unsigned v = 0, n = 0;

        for (; *s >= '0' && *s <= '9' && n < 4; s++, n++)
            v = v * 10 + (unsigned)(*s - '0');
        if (n == 0 || n > 3 || v > 255 || (n > 1 && s[-(int)n] == '0'))
            return false;
        out[i] = (uint8_t)v;
        if (*s++ != (i < 3 ? '.' : '\0'))
            return false;
    }
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool parse_v6(const char *s, struct addr *out)
{
    uint8_t b[16] = { 0 };
    int     n = 0, gap = -1; /* bytes so far; where :: stands among them */

    if (s[0] == ':' && s[1] != ':')
        return false;
    while (*s) {
        if (s[0] == ':' && s[1] == ':') {
            if (gap >= 0)
                return false;
            gap = n;
            s += 2;
            if (*s == ':')
                return false;
            continue;
        }
        if (*s == ':')
            s++;
        unsigned    v     = 0;
        const char *start = s;
        for (; hex(*s) >= 0 && s - start < 5; s++)
            v = v << 4 | (unsigned)hex(*s);
        if (*s == '.') { /* the last 32 bits may be written as IPv4 */
            if (n > 12 || !parse_v4(start, b + n))
                return false;
            n += 4;
            break;
        }
        if (s == start || s - start > 4 || n > 14 || (*s && *s != ':'))
            return false;
        b[n++] = (uint8_t)(v >> 8);
        b[n++] = (uint8_t)v;
    }
    if (gap < 0 ? n != 16 : n > 14)
        return false;
    memset(out, 0, sizeof *out);
    if (gap < 0)
        gap = n;
    memcpy(out->b, b, (size_t)gap);
    memcpy(out->b + 16 - (n - gap), b + gap, (size_t)(n - gap));
    return true;
}

bool addr_parse(const char *text, struct addr *out)
{
    uint8_t v4[4];

    if (parse_v4(text, v4)) {
        memset(out, 0, sizeof *out);
        out->b[10] = out->b[11] = 0xff;
        memcpy(out->b + 12, v4, 4);
        return true;
    }
    return parse_v6(text, out);
}
