/* SPDX-License-Identifier: MIT
 * prompt.c - a line being typed. */
#include "ui/prompt.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/keys.h"

#include <string.h>

void prompt_open(struct prompt *p, char kind)
{
    p->kind    = kind;
    p->text[0] = '\0';
    p->len = p->cursor = 0;
    p->at              = p->n_past;
    p->n_offer         = 0;
    p->turn            = -1;
    p->draft[0]        = '\0';
}

static void put_line(struct prompt *p, const char *line)
{
    struct text t = text_into(p->text, sizeof p->text);

    text_add(&t, "%s", line);
    p->len = p->cursor = (int)t.len;
}

void prompt_insert(struct prompt *p, const char *utf8)
{
    size_t n = strlen(utf8);

    if ((size_t)p->len + n >= sizeof p->text || !utf8_valid(utf8, n))
        return;
    memmove(p->text + p->cursor + n, p->text + p->cursor, (size_t)(p->len - p->cursor) + 1);
    memcpy(p->text + p->cursor, utf8, n);
    p->len += (int)n;
    p->cursor += (int)n;
}

static void erase(struct prompt *p, int from, int to)
{
    memmove(p->text + from, p->text + to, (size_t)(p->len - to) + 1);
    p->len -= to - from;
    p->cursor = from;
}

/* The next and the last place where the cursor may stand: never within a character or before a mark
 * that belongs to the one before it. */
static int after(const struct prompt *p, int at)
{
    const char *q = p->text + at;
    uint32_t    ch;

    if (at >= p->len)
        return p->len;
    q = utf8_next(q, &ch);
    for (;;) {
        const char *next = utf8_next(q, &ch);
        if (ch == 0 || utf8_width(ch) != 0)
            break;
        q = next;
    }
    return (int)(q - p->text);
}

static int before(const struct prompt *p, int at)
{
    int last = 0;

    for (int i = 0; i < at; i = after(p, i))
        last = i;
    return last;
}

int prompt_word(const struct prompt *p)
{
    int i = p->cursor;

    while (i > 0 && p->text[i - 1] != ' ')
        i--;
    return i;
}

/* -- History ------------------------------------------------------------------------ */

static void remember(struct prompt *p)
{
    if (p->kind != ':' || p->len == 0)
        return;
    if (p->n_past > 0 && strcmp(p->past[p->n_past - 1], p->text) == 0)
        return;
    if (p->n_past == PROMPT_HISTORY) {
        memmove(p->past[0], p->past[1], sizeof p->past - sizeof p->past[0]);
        p->n_past--;
    }
    memcpy(p->past[p->n_past++], p->text, sizeof p->text);
}

static void recall(struct prompt *p, int to)
{
    if (p->kind != ':' || to < 0 || to > p->n_past || to == p->at)
        return;
    if (p->at == p->n_past)
        memcpy(p->draft, p->text, sizeof p->draft);
    p->at = to;
    put_line(p, to == p->n_past ? p->draft : p->past[to]);
}

/* -- Completion --------------------------------------------------------------------- */

/* The first Tab takes as much as all offers agree on; if that is nothing new, the offers take
 * turns. */
static void complete(struct prompt *p)
{
    int    word = prompt_word(p), typed = p->cursor - word;
    size_t common = strlen(p->offer[0]);

    if (p->n_offer == 0)
        return;
    for (int i = 1; i < p->n_offer; i++)
        while (strncmp(p->offer[i], p->offer[0], common) != 0)
            common--;
    if (p->turn < 0 && p->n_offer > 1 && common > (size_t)typed) {
        char part[sizeof p->offer[0]];
        memcpy(part, p->offer[0], common);
        part[common] = '\0';
        erase(p, word, p->cursor);
        prompt_insert(p, part);
        return;
    }
    p->turn = (p->turn + 1) % p->n_offer;
    erase(p, word, p->cursor);
    prompt_insert(p, p->offer[p->turn]);
    if (p->n_offer == 1)
        prompt_insert(p, " ");
}

/* -- Keys --------------------------------------------------------------------------- */

static enum typed leave(struct prompt *p, enum typed how)
{
    if (how == TYPED_DONE)
        remember(p);
    p->kind    = 0;
    p->n_offer = 0;
    p->turn    = -1;
    return how;
}

static void erase_word(struct prompt *p)
{
    int to = p->cursor, from = to;

    while (from > 0 && p->text[from - 1] == ' ')
        from--;
    while (from > 0 && p->text[from - 1] != ' ')
        from--;
    erase(p, from, to);
}

/* A key that is not in the table is text if it is one character. */
static void type(struct prompt *p, const char *key)
{
    uint32_t    ch;
    const char *end = utf8_next(key, &ch);

    if (strcmp(key, "Space") == 0)
        prompt_insert(p, " ");
    else if (ch >= ' ' && ch != 0x7F && *end == '\0')
        prompt_insert(p, key);
}

enum typed prompt_key(struct prompt *p, const char *key)
{
    enum action a = key_action(WHERE_PROMPT, key);

    if (a != ACT_P_COMPLETE)
        p->turn = -1;
    switch (a) {
    case ACT_P_DONE: return leave(p, TYPED_DONE);
    case ACT_P_CANCEL: return leave(p, TYPED_LEFT);
    case ACT_P_COMPLETE: complete(p); break;
    case ACT_P_OLDER: recall(p, p->at - 1); break;
    case ACT_P_NEWER: recall(p, p->at + 1); break;
    case ACT_P_LEFT: p->cursor = before(p, p->cursor); break;
    case ACT_P_RIGHT: p->cursor = after(p, p->cursor); break;
    case ACT_P_HOME: p->cursor = 0; break;
    case ACT_P_END: p->cursor = p->len; break;
    case ACT_P_ERASE:
        if (p->len == 0)
            return leave(p, TYPED_LEFT);
        erase(p, before(p, p->cursor), p->cursor);
        break;
    case ACT_P_DELETE: {
        int to = after(p, p->cursor), from = p->cursor;
        erase(p, from, to);
        break;
    }
    case ACT_P_WORD: erase_word(p); break;
    case ACT_P_KILL: erase(p, 0, p->len); break;
    default: type(p, key);
    }
    return TYPED_MORE;
}
