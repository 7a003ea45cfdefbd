/* SPDX-License-Identifier: MIT
 * words.c - lines as words; numbers, times, rates and probabilities. */
#include "scenario/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TIME_YEAR_S = 366 * 24 * 3600 };

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool words_fail(struct words *w, const char *fmt, ...)
{
    char    what[FAIL_WHAT];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return fail_at(w->fail, w->file, w->line, "%s", what);
}

bool words_expected(struct words *w, const char *what)
{
    if (w->at >= w->n)
        return words_fail(w, "the line ends too early: expected %s", what);
    return words_fail(w, "'%s' is not understood: expected %s", w->word[w->at].s, what);
}

/* Copy the quoted word that begins at `p` (after the quote); NULL when it does not end. */
static const char *quoted(struct words *w, struct word *to, const char *p)
{
    while (*p && *p != '"') {
        char c = *p++;

        if (c == '\\') {
            static const char from[] = "nrt\\\"", into[] = "\n\r\t\\\"";
            const char       *is = *p ? strchr(from, *p) : NULL;

            if (!is) {
                words_fail(w, "after \\ in a text: expected one of n r t \\ \"");
                return NULL;
            }
            c = into[is - from];
            p++;
        }
        if (to->len + 1 >= WORD_BYTES) {
            words_fail(w, "this text is too long: expected at most %d bytes", WORD_BYTES - 1);
            return NULL;
        }
        to->s[to->len++] = c;
    }
    if (*p != '"') {
        words_fail(w, "this text has no end: expected a closing \"");
        return NULL;
    }
    return p + 1;
}

bool words_split(struct words *w, const char *text, const char *file, int line, struct fail *f)
{
    const char *p = text;

    *w = (struct words){ .file = file, .line = line, .fail = f };
    for (;;) {
        while (blank(*p))
            p++;
        if (!*p || (*p == '#' && !isdigit((unsigned char)p[1])))
            return true;
        if (w->n == WORDS_MAX)
            return words_fail(w, "too many words: expected at most %d", WORDS_MAX);
        struct word *to = &w->word[w->n++];
        if (*p == '"') {
            to->quoted = true;
            p          = quoted(w, to, p + 1);
            if (!p)
                return false;
            if (*p && !blank(*p) && *p != ':')
                return words_fail(w, "expected a blank after the closing \"");
            continue;
        }
        while (*p && !blank(*p)) {
            if (to->len + 1 >= WORD_BYTES)
                return words_fail(w, "a word is too long: expected at most %d bytes",
                                  WORD_BYTES - 1);
            to->s[to->len++] = *p++;
        }
    }
}

const char *words_peek(const struct words *w)
{
    return w->at < w->n && !w->word[w->at].quoted ? w->word[w->at].s : "";
}

bool words_more(const struct words *w) { return w->at < w->n; }

bool words_quoted(const struct words *w) { return w->at < w->n && w->word[w->at].quoted; }

bool words_is(struct words *w, const char *what)
{
    if (w->at >= w->n || w->word[w->at].quoted || strcasecmp(w->word[w->at].s, what) != 0)
        return false;
    w->at++;
    return true;
}

bool words_done(struct words *w, const char *what)
{
    if (w->at >= w->n)
        return true;
    return words_fail(w, "'%s' is not understood here: expected %s", w->word[w->at].s, what);
}

bool words_colon(struct words *w, int *rest, int *end)
{
    for (int i = w->at; i < w->n; i++) {
        struct word *word = &w->word[i];

        if (word->quoted || word->len == 0 || word->s[word->len - 1] != ':')
            continue;
        word->s[--word->len] = '\0';
        *rest                = i + 1;
        *end                 = w->n;
        w->n                 = word->len ? i + 1 : i;
        return true;
    }
    return words_fail(w, "there is no colon: expected `when WHAT: COMMAND`");
}

bool number_parse(const char *word, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    if (!*word)
        return false;
    for (const char *p = word; *p; p++) {
        if (!isdigit((unsigned char)*p))
            return false;
        uint64_t digit = (uint64_t)(*p - '0');
        if (v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return v <= max;
}

bool words_number(struct words *w, const char *what, uint64_t max, uint64_t *out)
{
    char expected[120];

    if (!words_quoted(w) && number_parse(words_peek(w), max, out)) {
        w->at++;
        return true;
    }
    snprintf(expected, sizeof expected, "%s, a number from 0 to %" PRIu64, what, max);
    return words_expected(w, expected);
}

bool words_port(struct words *w, uint16_t *out)
{
    uint64_t v = 0;

    if (words_quoted(w) || !number_parse(words_peek(w), 65535, &v) || v == 0)
        return words_expected(w, "a port, 1 to 65535");
    w->at++;
    *out = (uint16_t)v;
    return true;
}

bool words_time(struct words *w, const char *what, vspan *out)
{
    char expected[120];

    if (!words_quoted(w) && time_parse(words_peek(w), out)) {
        w->at++;
        return true;
    }
    snprintf(expected, sizeof expected, "%s, a time such as 50ms, 1.5s or 2min", what);
    return words_expected(w, expected);
}

bool words_string(struct words *w, const char *what, char *buf, size_t cap, uint32_t *len)
{
    char expected[120];

    if (!words_quoted(w)) {
        snprintf(expected, sizeof expected, "%s in double quotes", what);
        return words_expected(w, expected);
    }
    const struct word *from = &w->word[w->at];
    if (from->len + 1 > cap)
        return words_fail(w, "the text is too long: expected at most %zu bytes", cap - 1);
    memcpy(buf, from->s, from->len + 1);
    if (len)
        *len = from->len;
    w->at++;
    return true;
}

uint8_t names_host(const struct names *n, const char *name)
{
    for (uint32_t i = 0; i < n->hosts; i++)
        if (strcmp(n->host[i], name) == 0)
            return (uint8_t)(i + 1);
    return 0;
}

const char *names_text(const struct names *n, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    for (uint32_t i = 0; i < n->hosts; i++)
        text_add(&t, "%s%s", i ? ", " : "", n->host[i]);
    return buf;
}

bool words_host(struct words *w, const struct names *n, uint8_t *out)
{
    char    list[HOST_MAX * (HOST_NAME + 2)], expected[sizeof list + 16];
    uint8_t host = names_host(n, words_peek(w));

    if (!host) {
        snprintf(expected, sizeof expected, "a host (%s)", names_text(n, list, sizeof list));
        return words_expected(w, expected);
    }
    w->at++;
    *out = host;
    return true;
}

bool words_pair(struct words *w, const struct names *n, uint8_t *from, uint8_t *to, bool *is)
{
    const char *word = words_peek(w), *mark = strchr(word, '>');
    char        name[WORD_BYTES], list[HOST_MAX * (HOST_NAME + 2)];

    *is = mark != NULL;
    if (!mark)
        return true;
    snprintf(name, sizeof name, "%.*s", (int)(mark - word), word);
    *from = names_host(n, name);
    *to   = names_host(n, mark + 1);
    if (!*from || !*to || *from == *to)
        return words_fail(w, "'%s' is no way from one host to another: expected HOST>HOST, of %s",
                          word, names_text(n, list, sizeof list));
    w->at++;
    return true;
}

static const struct unit_info {
    const char *name;
    vspan       us;
} time_unit[] = {
    { "us", 1 }, { "ms", 1000 }, { "s", SEC(1) }, { "min", SEC(60) }, { "h", SEC(3600) },
};

/* Digits, perhaps a point and at most nine more: *whole, *part over *den.  Returns what follows. */
static const char *decimal(const char *p, uint64_t *whole, uint64_t *part, uint64_t *den)
{
    *whole = *part = 0;
    *den           = 1;
    if (!isdigit((unsigned char)*p))
        return NULL;
    for (; isdigit((unsigned char)*p); p++) {
        *whole = *whole * 10 + (uint64_t)(*p - '0');
        if (*whole > 100000000000000u)
            return NULL;
    }
    if (*p != '.')
        return p;
    for (p++; isdigit((unsigned char)*p); p++) {
        if (*den == 1000000000u)
            return NULL;
        *part = *part * 10 + (uint64_t)(*p - '0');
        *den *= 10;
    }
    return *den == 1 ? NULL : p;
}

bool time_parse(const char *word, vspan *out)
{
    uint64_t    whole, part, den;
    const char *unit = decimal(word, &whole, &part, &den);

    if (!unit)
        return false;
    if (!*unit && whole == 0 && part == 0) { /* nothing needs no unit */
        *out = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof time_unit / sizeof *time_unit; i++) {
        uint64_t us = (uint64_t)time_unit[i].us;

        if (strcmp(unit, time_unit[i].name) != 0)
            continue;
        if (whole > (uint64_t)SEC(TIME_YEAR_S) / us || part * us % den != 0)
            return false;
        *out = (vspan)(whole * us + part * us / den);
        return true;
    }
    return false;
}

bool rate_parse(const char *word, uint64_t *out)
{
    static const struct {
        const char *name;
        uint64_t    bits;
    } unit[] = { { "bit", 1 }, { "kbit", 1000 }, { "mbit", 1000000 }, { "gbit", 1000000000 } };
    uint64_t    whole, part, den;
    const char *name = decimal(word, &whole, &part, &den);

    if (!name)
        return false;
    if (!*name && whole == 0 && part == 0) {
        *out = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
        if (strcmp(name, unit[i].name) != 0)
            continue;
        if (whole > 1000000000000u / unit[i].bits || part * unit[i].bits % den != 0)
            return false;
        *out = whole * unit[i].bits + part * unit[i].bits / den;
        return true;
    }
    return false;
}

bool ratio_parse(const char *word, struct ratio *out)
{
    uint64_t    whole, part, den;
    const char *rest = decimal(word, &whole, &part, &den);

    if (!rest || whole > 1000000000u)
        return false;
    if (strcmp(rest, "%") == 0 && den <= 1000000) {
        *out = (struct ratio){ (uint32_t)(whole * den + part), (uint32_t)(100 * den) };
        return whole <= 100 && whole * den + part <= 100 * den;
    }
    if (*rest == '/' && den == 1) {
        uint64_t of;

        if (!number_parse(rest + 1, UINT32_MAX, &of) || of == 0 || whole > of)
            return false;
        *out = (struct ratio){ (uint32_t)whole, (uint32_t)of };
        return true;
    }
    *out = (struct ratio){ (uint32_t)whole, 1 };
    return !*rest && den == 1 && whole <= 1;
}

void time_add(struct text *t, vspan v)
{
    if (v % SEC(1) == 0)
        text_add(t, "%" PRId64 "s", v / SEC(1));
    else if (v % 1000 == 0)
        text_add(t, "%" PRId64 "ms", v / 1000);
    else
        text_add(t, "%" PRId64 "us", v);
}

void rate_add(struct text *t, uint64_t v)
{
    if (v == 0)
        text_add(t, "0");
    else if (v % 1000000 == 0)
        text_add(t, "%" PRIu64 "mbit", v / 1000000);
    else if (v % 1000 == 0)
        text_add(t, "%" PRIu64 "kbit", v / 1000);
    else
        text_add(t, "%" PRIu64 "bit", v);
}

void ratio_add(struct text *t, struct ratio r)
{
    if (r.den == 100)
        text_add(t, "%" PRIu32 "%%", r.num);
    else if (r.den == 1)
        text_add(t, "%" PRIu32, r.num);
    else
        text_add(t, "%" PRIu32 "/%" PRIu32, r.num, r.den);
}

void quoted_add(struct text *t, const char *s, size_t n)
{
    static const char from[] = "\n\r\t\\\"", into[] = "nrt\\\"";

    text_addn(t, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        const char *is = s[i] ? strchr(from, s[i]) : NULL;

        if (is) {
            text_addn(t, "\\", 1);
            text_addn(t, &into[is - from], 1);
        } else {
            text_addn(t, &s[i], 1);
        }
    }
    text_addn(t, "\"", 1);
}
