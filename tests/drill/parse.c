/* SPDX-License-Identifier: MIT
 * parse.c - options, times, system calls, commands and code. */
#include "lex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct arg *new_arg(struct lex *l, enum arg_kind kind)
{
    struct arg *a = arena_take(l->arena, sizeof *a);

    a->kind = kind;
    return a;
}

static bool parse_arg(struct lex *l, struct arg **out);

/* Arguments up to `close`, which may come at once. */
static bool parse_args(struct lex *l, const char *close, struct arg **out)
{
    *out = NULL;
    if (lex_take(l, close))
        return true;
    for (struct arg **at = out;; at = &(*at)->next) {
        if (!parse_arg(l, at))
            return false;
        if (!lex_take(l, ","))
            return lex_need(l, close);
    }
}

/* htons(8080) and inet_addr("192.0.2.1"): what they mean is their argument. */
static bool parse_word(struct lex *l, struct arg **out)
{
    char       *w = lex_word(l);
    struct arg *a, *inner = NULL;
    bool        call = lex_take(l, "(");

    if (call && !parse_args(l, ")", &inner))
        return false;
    if (lex_take(l, "=")) { /* a named member: fd=4, msg_iov(1)=[...] */
        if (!parse_arg(l, out))
            return false;
        (*out)->name = w;
        return true;
    }
    if (call) {
        *out = inner;
        return inner != NULL || lex_fail(l, "%s() needs an argument", w);
    }
    a = *out = new_arg(l, ARG_NUM);
    return symbol_value(w, &a->num) || lex_fail(l, "unknown name \"%s\"", w);
}

static bool parse_one(struct lex *l, struct arg **out)
{
    if (!lex_more(l))
        return lex_fail(l, "expected an argument, found the end of the file");
    if (lex_take(l, "...")) {
        *out = new_arg(l, ARG_ANY);
        return true;
    }
    if (lex_take(l, "[")) {
        *out = new_arg(l, ARG_LIST);
        return parse_args(l, "]", &(*out)->child);
    }
    if (lex_take(l, "{")) {
        *out = new_arg(l, ARG_STRUCT);
        return parse_args(l, "}", &(*out)->child);
    }
    if (lex_take(l, "\"")) {
        *out        = new_arg(l, ARG_STR);
        (*out)->str = lex_until(l, "\"");
        lex_take(l, "..."); /* "ab"...: what follows is not told */
        return (*out)->str != NULL || lex_fail(l, "the string is not closed");
    }
    if (isalpha((unsigned char)*l->p) || *l->p == '_')
        return parse_word(l, out);
    *out = new_arg(l, ARG_NUM);
    return lex_number(l, &(*out)->num);
}

static bool parse_arg(struct lex *l, struct arg **out)
{
    if (!parse_one(l, out))
        return false;
    while (lex_take(l, "|")) {
        struct arg *more;
        if (!parse_one(l, &more))
            return false;
        if ((*out)->kind != ARG_NUM || more->kind != ARG_NUM)
            return lex_fail(l, "only numbers can be joined with |");
        (*out)->num |= more->num;
    }
    return true;
}

static bool parse_sys(struct lex *l, struct sys **out)
{
    struct sys *s = *out = arena_take(l->arena, sizeof *s);

    if ((s->name = lex_word(l)) == NULL)
        return lex_fail(l, "expected a system call, a segment, `a command` or %%{ code }%%");
    if (!lex_need(l, "(") || !parse_args(l, ")", &s->args) || !lex_need(l, "="))
        return false;
    if (lex_take(l, "..."))
        s->any_result = true;
    else {
        struct arg *r;
        if (!parse_arg(l, &r))
            return false;
        if (r->kind != ARG_NUM)
            return lex_fail(l, "the result of a call is a number");
        s->result = r->num;
    }
    if (lex_more(l) && *l->p == 'E') {
        char *name = lex_word(l);
        if (!symbol_errno(name, &s->error))
            return lex_fail(l, "unknown error \"%s\"", name);
        if (s->result != -1)
            return lex_fail(l, "a call that fails returns -1");
    }
    if (lex_take(l, "(") && lex_until(l, ")") == NULL) /* (Broken pipe): a note for people */
        return lex_fail(l, "the note is not closed");
    return true;
}

static bool parse_when(struct lex *l, struct event *e)
{
    if (lex_take(l, "*")) {
        e->when = WHEN_ANY;
        return true;
    }
    e->when = lex_take(l, "+") ? WHEN_RELATIVE : WHEN_ABSOLUTE;
    if (!lex_time(l, &e->at))
        return false;
    e->to = e->at;
    if (lex_take(l, "...")) {
        e->blocks = true;
        return lex_time(l, &e->to);
    }
    if (lex_take(l, "~")) {
        e->range = true;
        if (e->when == WHEN_RELATIVE)
            lex_take(l, "+");
        return lex_time(l, &e->to);
    }
    return true;
}

static bool parse_event(struct lex *l, struct event **out)
{
    struct event *e = *out = arena_take(l->arena, sizeof *e);

    lex_more(l);
    e->line = l->line;
    /* The first command, which prepares things, and the last, which clears up, have no time. */
    if (*l->p != '`' && !parse_when(l, e))
        return false;
    if (*l->p == '`')
        e->when = WHEN_RELATIVE;
    if (e->to < e->at)
        return lex_fail(l, "the end is before the beginning");
    if (lex_take(l, "<")) {
        e->what = WHAT_PKT;
        return parse_pkt(l, true, &e->pkt);
    }
    if (lex_take(l, ">")) {
        e->what = WHAT_PKT;
        return parse_pkt(l, false, &e->pkt);
    }
    if (lex_take(l, "`")) {
        e->what = WHAT_COMMAND;
        e->text = lex_until(l, "`");
        return e->text != NULL || lex_fail(l, "the command is not closed");
    }
    if (lex_take(l, "%{")) {
        e->what = WHAT_CODE;
        e->text = lex_until(l, "}%");
        return e->text != NULL || lex_fail(l, "the code is not closed");
    }
    e->what = WHAT_SYS;
    return parse_sys(l, &e->sys);
}

/* --name=value, up to the end of the word. */
static bool parse_option(struct lex *l, struct option **out)
{
    struct option *o = *out = arena_take(l->arena, sizeof *o);
    size_t         n        = strcspn(l->p, "= \t\r\n");

    o->line = l->line;
    o->name = arena_take(l->arena, n + 1);
    memcpy(o->name, l->p, n);
    l->p += n;
    if (*l->p != '=') {
        o->value = arena_take(l->arena, 1);
        return true;
    }
    l->p++;
    n        = strcspn(l->p, " \t\r\n");
    o->value = arena_take(l->arena, n + 1);
    memcpy(o->value, l->p, n);
    l->p += n;
    return true;
}

bool script_parse(struct script *s, const char *file, const char *text, struct fail *f)
{
    memset(s, 0, sizeof *s);
    s->file            = file;
    struct lex      l  = { .p = text, .line = 1, .file = file, .fail = f, .arena = &s->arena };
    struct option **to = &s->options;
    struct event  **at = &s->events;

    while (lex_take(&l, "--")) {
        if (!parse_option(&l, to))
            return false;
        to = &(*to)->next;
    }
    for (; lex_more(&l); at = &(*at)->next)
        if (!parse_event(&l, at))
            return false;
    return s->events != NULL || lex_fail(&l, "nothing happens in this script");
}

void script_free(struct script *s)
{
    arena_free(s->arena);
    memset(s, 0, sizeof *s);
}
