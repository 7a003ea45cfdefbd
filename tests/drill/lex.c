/* SPDX-License-Identifier: MIT
 * lex.c - a cursor on the text of a script. */
#include "lex.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Memory that lives as long as the script: a chain of blocks. --------------------------- */

struct block {
    struct block *next;
    max_align_t   data[];
};

void *arena_take(void **arena, size_t n)
{
    struct block *b = calloc(1, sizeof *b + n);

    if (b == NULL) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    b->next = *arena;
    *arena  = b;
    return b->data;
}

void arena_free(void *arena)
{
    for (struct block *b = arena, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
}

static char *arena_text(struct lex *l, const char *from, size_t n)
{
    char *s = arena_take(l->arena, n + 1);

    memcpy(s, from, n);
    return s;
}

bool lex_fail(struct lex *l, const char *fmt, ...)
{
    char    what[FAIL_WHAT];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return fail_at(l->fail, l->file, l->line, "%s", what);
}

bool lex_more(struct lex *l)
{
    for (;; l->p++) {
        if (l->p[0] == '/' && l->p[1] == '/')
            while (*l->p && *l->p != '\n')
                l->p++;
        else if (l->p[0] == '/' && l->p[1] == '*') {
            for (l->p += 2; *l->p && !(l->p[0] == '*' && l->p[1] == '/'); l->p++)
                l->line += *l->p == '\n';
            if (*l->p == '\0')
                return false;
            l->p++; /* the loop steps over the slash */
            continue;
        }
        if (*l->p == '\n')
            l->line++;
        else if (!isspace((unsigned char)*l->p))
            return *l->p != '\0';
    }
}

bool lex_take(struct lex *l, const char *what)
{
    size_t n = strlen(what);

    if (!lex_more(l) || strncmp(l->p, what, n) != 0)
        return false;
    l->p += n;
    return true;
}

bool lex_need(struct lex *l, const char *what)
{
    if (lex_take(l, what))
        return true;
    size_t n = strcspn(l->p, "\n");
    return lex_fail(l, "expected \"%s\" before \"%.*s\"", what, n > 40 ? 40 : (int)n, l->p);
}

static size_t word_len(const char *p)
{
    size_t n = 0;

    if (isalpha((unsigned char)p[0]) || p[0] == '_')
        while (isalnum((unsigned char)p[n]) || p[n] == '_')
            n++;
    return n;
}

char *lex_word(struct lex *l)
{
    if (!lex_more(l))
        return NULL;
    size_t n = word_len(l->p);
    if (n == 0)
        return NULL;
    l->p += n;
    return arena_text(l, l->p - n, n);
}

bool lex_keyword(struct lex *l, const char *what)
{
    if (!lex_more(l))
        return false;
    size_t n = strlen(what);
    if (word_len(l->p) != n || memcmp(l->p, what, n) != 0)
        return false;
    l->p += n;
    return true;
}

bool lex_number(struct lex *l, int64_t *n)
{
    if (!lex_more(l))
        return lex_fail(l, "expected a number, found the end of the file");
    const char *p  = l->p + (*l->p == '-');
    char       *to = NULL;
    if (!isdigit((unsigned char)*p)) {
        size_t k = strcspn(l->p, "\n");
        return lex_fail(l, "expected a number before \"%.*s\"", k > 40 ? 40 : (int)k, l->p);
    }
    bool hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
    *n       = strtoll(l->p, &to, hex ? 16 : 10);
    l->p     = to;
    return true;
}

bool lex_time(struct lex *l, vtime *t)
{
    int64_t us = 0, unit = SEC(1);
    int     digits = 0;

    if (!lex_more(l))
        return lex_fail(l, "expected a time, found the end of the file");
    for (; isdigit((unsigned char)*l->p) && digits < 9; l->p++, digits++)
        us = us * 10 + (*l->p - '0') * SEC(1);
    /* "0...0.2" is the time 0, three dots, and another time. */
    if (l->p[0] == '.' && l->p[1] != '.')
        for (l->p++; isdigit((unsigned char)*l->p) && digits < 15; l->p++, digits++) {
            unit /= 10;
            us += (*l->p - '0') * unit;
        }
    if (digits == 0 || isdigit((unsigned char)*l->p)) {
        size_t k = strcspn(l->p, "\n");
        return lex_fail(l, "expected a time before \"%.*s\"", k > 40 ? 40 : (int)k, l->p);
    }
    *t = us;
    return true;
}

char *lex_until(struct lex *l, const char *end)
{
    const char *at = strstr(l->p, end);

    if (at == NULL)
        return NULL;
    char *s = arena_text(l, l->p, (size_t)(at - l->p));
    for (; l->p < at; l->p++)
        l->line += *l->p == '\n';
    l->p += strlen(end);
    return s;
}
