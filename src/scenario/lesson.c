/* SPDX-License-Identifier: MIT
 * lesson.c - a Markdown file to a lesson: head, sections, parts, scenes. */
#include "scenario/keep.h"

#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char SEE[] = "See it for real";

enum { PART_NONE = -1, PART_SEE = -2, UNTIL_S = 120 };

/* A lesson being read. */
struct reader {
    const char     *file;
    struct fail    *fail;
    struct lesson  *l;
    struct keep    *keep;
    struct document d;
    int            *part; /* which part each item belongs to: PART_NONE is common */
    size_t          body; /* the first item after the head */
};

static bool oops(struct reader *r, int line, const char *what)
{
    return fail_at(r->fail, r->file, line, "%s", what);
}

static bool block_is(const struct item *it, const char *what)
{
    size_t n = strlen(what);

    return it->kind == ITEM_BLOCK && strncmp(it->info, what, n) == 0
           && (!it->info[n] || isspace((unsigned char)it->info[n]));
}

/* -- The head: title, facts, summary. ------------------------------------------------------ */

static bool fact(struct reader *r, int line, const char *s, size_t n)
{
    struct lesson *l = r->l;

    while (n > 0 && isspace((unsigned char)*s))
        s++, n--;
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        n--;
    if (n > 4 && strncmp(s, "rfc ", 4) == 0) {
        l->rfc = keep_text(r->keep, s + 4, n - 4);
    } else if (n > 6 && strncmp(s, "after ", 6) == 0) {
        l->needs = keep_text(r->keep, s + 6, n - 6);
    } else {
        char    *word = keep_text(r->keep, s, n), *blank = strchr(word, ' ');
        uint64_t v = 0;

        if (blank)
            *blank = '\0';
        if (!blank || strncmp(blank + 1, "minute", 6) != 0 || !number_parse(word, 600, &v)) {
            if (blank)
                *blank = ' ';
            return fail_at(r->fail, r->file, line,
                           "'%s' is no fact: expected rfc SECTIONS, after LESSON or N minutes, "
                           "with \302\267 between them",
                           word);
        }
        l->minutes = (int)v;
    }
    return true;
}

static bool facts(struct reader *r, const struct item *it)
{
    static const char dot[] = "\302\267"; /* a middle dot */
    const char       *s     = it->text;

    for (;;) {
        const char *end = strstr(s, dot);

        if (!fact(r, it->line, s, end ? (size_t)(end - s) : strlen(s)))
            return false;
        if (!end)
            return true;
        s = end + strlen(dot);
    }
}

static bool head(struct reader *r)
{
    struct item *it = r->d.item;
    size_t       n  = r->d.n;

    if (n == 0 || it[0].kind != ITEM_TITLE || !*it[0].text)
        return oops(r, n ? it[0].line : 1,
                    "a lesson begins with its title: expected a line # TITLE");
    r->l->title = keep_text(r->keep, it[0].text, strlen(it[0].text));
    if (n < 2 || it[1].kind != ITEM_QUOTE)
        return oops(r, n < 2 ? it[0].line : it[1].line,
                    "after the title come its facts: expected > rfc SECTIONS \302\267 after LESSON "
                    "\302\267 N minutes");
    if (!facts(r, &it[1]))
        return false;
    if (n < 3 || it[2].kind != ITEM_PROSE)
        return oops(r, n < 3 ? it[1].line : it[2].line,
                    "after the facts comes the summary: expected a paragraph that says what one "
                    "learns");
    r->l->summary = keep_text(r->keep, it[2].text, strlen(it[2].text));
    r->body       = 3;
    return true;
}

/* -- Sections: which of them are parts. ------------------------------------------------------ */

/* Does the section that begins at item i hold a block that makes it a part? */
static bool is_part(const struct document *d, size_t i)
{
    for (size_t k = i + 1; k < d->n && d->item[k].kind != ITEM_SECTION; k++)
        if (block_is(&d->item[k], "script") || block_is(&d->item[k], "world"))
            return true;
    return false;
}

static bool sections(struct reader *r)
{
    int at = PART_NONE, parts = 0;

    r->part = keep_bytes(r->keep, r->d.n * sizeof *r->part);
    for (size_t i = 0; i < r->d.n; i++) {
        const struct item *it = &r->d.item[i];

        if (it->kind == ITEM_TITLE && i > 0)
            return oops(r, it->line, "a second title: expected one # TITLE, and ## for sections");
        if (it->kind == ITEM_SECTION) {
            if (strcasecmp(it->text, SEE) == 0)
                at = PART_SEE;
            else if (is_part(&r->d, i)) {
                if (parts == LESSON_PARTS)
                    return fail_at(r->fail, r->file, it->line,
                                   "too many parts: expected at most %d", LESSON_PARTS);
                at = parts++;
            } else if (at == PART_SEE) {
                at = parts ? parts - 1 : PART_NONE;
            }
        }
        r->part[i] = at;
    }
    r->l->n_part = parts ? parts : 1;
    if (parts == 0)
        for (size_t i = 0; i < r->d.n; i++)
            if (r->part[i] == PART_NONE)
                r->part[i] = 0;
    return true;
}

/* -- Blocks of a part. ----------------------------------------------------------------------- */

static bool world_pass(struct reader *r, struct setting *s, const struct item *block,
                       enum setting_pass pass)
{
    struct lines l = lines_of(block);

    while (lines_next(&l)) {
        if (l.too_long)
            return fail_at(r->fail, r->file, l.line,
                           "this line is too long: expected at most %d bytes", LINE_BYTES - 1);
        if (!setting_line(s, pass, l.buf, l.line))
            return false;
    }
    return true;
}

static bool mine(const struct reader *r, size_t i, int part)
{
    return i >= r->body && (r->part[i] == part || r->part[i] == PART_NONE);
}

static bool part_world(struct reader *r, struct part *p, int part)
{
    struct setting s = {
        .file = r->file, .fail = r->fail, .setup = &p->setup, .until = SEC(UNTIL_S)
    };
    int line = p->line;

    for (int pass = 0; pass < SETTING_PASSES; pass++) {
        for (size_t i = 0; i < r->d.n; i++) {
            if (!mine(r, i, part) || !block_is(&r->d.item[i], "world"))
                continue;
            line = r->d.item[i].line;
            if (!world_pass(r, &s, &r->d.item[i], (enum setting_pass)pass))
                return false;
        }
        if (pass == SETTING_HOSTS)
            setting_hosts(&s);
    }
    if (p->setup.hosts < 2)
        return oops(r, line, "a world of one host: expected two or more lines host NAME ADDRESS");
    setting_policies(&p->setup, s.set, s.n_set);
    r->keep->part[part].n_set = s.n_set;
    memcpy(r->keep->part[part].set, s.set, sizeof s.set);
    p->until = s.until;
    if (s.compare)
        r->l->compare = true;
    return true;
}

/* The name of `finwait program NAME`. */
static bool program_name(struct reader *r, const struct item *it, const struct part *p, char *name)
{
    struct words w;

    if (!words_split(&w, it->info, r->file, it->line, r->fail))
        return false;
    if (w.n != 2 || w.word[1].len >= HOST_NAME || !isalpha((unsigned char)w.word[1].s[0]))
        return oops(r, it->line,
                    "which program is this? expected finwait program NAME, a name of "
                    "at most 15 letters");
    if (p->setup.programs == PROGRAM_MAX)
        return fail_at(r->fail, r->file, it->line, "too many programs: expected at most %d",
                       PROGRAM_MAX);
    for (uint32_t i = 0; i < p->setup.programs; i++)
        if (strcmp(p->setup.program[i].name, w.word[1].s) == 0)
            return fail_at(r->fail, r->file, it->line,
                           "there is a program '%s' already: expected another name", w.word[1].s);
    memcpy(name, w.word[1].s, w.word[1].len + 1);
    return true;
}

/* Blocks of one kind, in their order; the kinds are read in the order in which they need each
 * other. */
static bool part_blocks(struct reader *r, struct reading *g, int part, const char *kind)
{
    for (size_t i = 0; i < r->d.n; i++) {
        const struct item *it = &r->d.item[i];
        char               name[HOST_NAME];
        bool               ok;

        if (!mine(r, i, part) || !block_is(it, kind))
            continue;
        if (*kind == 'p') {
            ok       = program_name(r, it, g->part, name) && block_program(g, it, name);
            g->names = names_of_setup(&g->part->setup);
        } else {
            ok = *kind == 's' ? block_script(g, it) : block_expect(g, it);
        }
        if (!ok)
            return false;
    }
    return true;
}

static const char *joined(struct keep *k, const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);

    if (n == 0)
        return keep_text(k, b, m);
    char *s = keep_bytes(k, n + m + 3);
    memcpy(s, a, n);
    memcpy(s + n, "\n\n", 2);
    memcpy(s + n + 2, b, m);
    return s;
}

/* Prose and stops, in their order. */
static bool part_scenes(struct reader *r, struct reading *g, int part)
{
    struct part *p = g->part;

    for (size_t i = r->body; i < r->d.n; i++) {
        const struct item *it  = &r->d.item[i];
        bool               own = r->part[i] == part;
        const char       **to  = p->n_stop ? &p->stop[p->n_stop - 1].after : &p->before;

        /* What stands before the first part is told once, as its beginning. */
        if (r->part[i] == PART_NONE && part == 0 && it->kind != ITEM_BLOCK)
            own = true;
        if (!own)
            continue;
        if (it->kind == ITEM_SECTION) {
            if (r->part[i] == part && is_part(&r->d, i))
                p->title = keep_text(r->keep, it->text, strlen(it->text));
            else
                *to = joined(r->keep, *to, it->text);
        } else if (it->kind != ITEM_BLOCK) {
            *to = joined(r->keep, *to, it->text);
        } else if ((block_is(it, "pause") && !block_pause(g, it))
                   || (block_is(it, "ask") && !block_ask(g, it))
                   || (block_is(it, "goal") && !block_goal(g, it))) {
            return false;
        }
    }
    return true;
}

static bool part_read(struct reader *r, int part)
{
    struct part   *p = &r->l->part[part];
    struct reading g = { .file = r->file, .fail = r->fail, .keep = r->keep, .part = p };
    bool           ok;

    p->title = p->before = "";
    p->line              = 1;
    for (size_t i = 0; i < r->d.n; i++)
        if (r->part[i] == part && r->d.item[i].kind == ITEM_SECTION && p->line == 1)
            p->line = r->d.item[i].line;
    p->setup = setup_default();
    if (!part_world(r, p, part))
        return false;
    g.names = names_of_setup(&p->setup);
    ok      = part_blocks(r, &g, part, "program") && part_blocks(r, &g, part, "script")
         && part_blocks(r, &g, part, "expect") && part_scenes(r, &g, part);
    p->setup.op    = p->op;
    p->setup.n_op  = (uint32_t)p->n_op;
    p->setup.cue   = p->cue;
    p->setup.n_cue = (uint32_t)p->n_cue;
    return ok;
}

/* Blocks that no part would read are mistakes; say so rather than pass over them. */
static bool strays(struct reader *r)
{
    static const char *const kind[] = { "world", "program", "script", "expect",
                                        "pause", "ask",     "goal" };
    const struct item       *any    = NULL;

    for (size_t i = 0; i < r->d.n; i++) {
        const struct item *it = &r->d.item[i];
        size_t             k  = 0;

        if (it->kind != ITEM_BLOCK)
            continue;
        while (k < sizeof kind / sizeof *kind && !block_is(it, kind[k]))
            k++;
        if (k == sizeof kind / sizeof *kind)
            return fail_at(r->fail, r->file, it->line,
                           "there is no block 'finwait %s': expected world, program NAME, script, "
                           "expect, pause, ask or goal",
                           it->info);
        if (k != 1 && strlen(it->info) > strlen(kind[k]))
            return fail_at(r->fail, r->file, it->line,
                           "'finwait %s' is not understood: expected nothing after %s", it->info,
                           kind[k]);
        if (r->part[i] == PART_SEE)
            return oops(r, it->line,
                        "nothing is executed in this section: expected the block in a "
                        "part of the story");
        if (k >= 4 && r->part[i] == PART_NONE)
            return oops(r, it->line,
                        "this belongs to no part: expected it below the ## heading of "
                        "a section with a script or world block");
        any = it;
    }
    if (!any)
        return oops(r, 1, "there is no story: expected a ```finwait script block");
    return true;
}

static void see(struct reader *r)
{
    r->l->see = "";
    for (size_t i = r->body; i < r->d.n; i++)
        if (r->part[i] == PART_SEE && r->d.item[i].kind != ITEM_SECTION)
            r->l->see = joined(r->keep, r->l->see, r->d.item[i].text);
}

/* -- The file. ------------------------------------------------------------------------------- */

static bool readable(struct reader *r, const char *text, size_t len)
{
    int line = 1;

    if (len > LESSON_BYTES)
        return fail_at(r->fail, r->file, 0, "this file is too large: expected at most %d bytes",
                       LESSON_BYTES);
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t      n   = end ? (size_t)(end - text) - at + 1 : len - at;

        if (memchr(text + at, '\0', n) || !utf8_valid(text + at, n))
            return oops(r, line, "this line is no text: expected UTF-8");
        at += n;
        line++;
    }
    return true;
}

static char *id_of(struct keep *k, const char *name)
{
    const char *base = strrchr(name, '/');
    size_t      n;

    base = base ? base + 1 : name;
    n    = strlen(base);
    if (n > 3 && strcmp(base + n - 3, ".md") == 0)
        n -= 3;
    return keep_text(k, base, n);
}

static bool lesson_read(struct reader *r, const char *markdown, size_t len)
{
    struct lesson *l = r->l;

    if (!readable(r, markdown, len))
        return false;
    document_read(&r->d, markdown, len);
    if (!head(r) || !sections(r) || !strays(r))
        return false;
    l->part = keep_bytes(r->keep, (size_t)l->n_part * sizeof *l->part);
    for (int i = 0; i < l->n_part; i++)
        if (!part_read(r, i))
            return false;
    see(r);
    return true;
}

struct lesson *lesson_parse(const char *name, const char *markdown, size_t len, struct fail *f)
{
    size_t         cap_l = 0, cap_k = 0;
    struct lesson *l = grow(NULL, &cap_l, sizeof *l, 1);
    struct keep   *k = grow(NULL, &cap_k, sizeof *k, 1);
    struct reader  r = { .file = name, .fail = f, .l = l, .keep = k };

    *l = (struct lesson){
        .title = "", .summary = "", .rfc = "", .needs = "", .see = "", .memory = k
    };
    l->file = keep_text(k, name, strlen(name));
    l->id   = id_of(k, name);
    bool ok = lesson_read(&r, markdown, len);
    document_free(&r.d);
    if (ok)
        return l;
    lesson_free(l);
    return NULL;
}

struct lesson *lesson_load(const char *path, struct fail *f)
{
    size_t len;
    char  *text = file_read(path, LESSON_BYTES, &len);

    if (!text) {
        if (errno == EFBIG)
            fail_at(f, path, 0, "this file is too large: expected at most %d bytes", LESSON_BYTES);
        else
            fail_at(f, path, 0, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    struct lesson *l = lesson_parse(path, text, len, f);
    free(text);
    return l;
}

void lesson_free(struct lesson *l)
{
    if (!l)
        return;
    for (int i = 0; l->part && i < l->n_part; i++) {
        free(l->part[i].op);
        free(l->part[i].cue);
    }
    struct keep *k = l->memory;
    keep_free(k);
    free(k);
    free(l);
}

void lesson_set_seed(struct lesson *l, uint64_t seed)
{
    for (int i = 0; i < l->n_part; i++)
        l->part[i].setup.seed = seed;
}

void lesson_set_profile(struct lesson *l, enum profile p)
{
    struct keep *k = l->memory;

    for (int i = 0; i < l->n_part; i++) {
        struct setup *s = &l->part[i].setup;

        for (uint32_t h = 0; h < s->hosts; h++)
            s->host[h].profile = p;
        setting_policies(s, k->part[i].set, k->part[i].n_set);
    }
}
