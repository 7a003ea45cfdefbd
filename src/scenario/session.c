/* SPDX-License-Identifier: MIT
 * session.c - sessions to text and back. */
#include "scenario/session.h"

#include "scenario/telling.h"
#include "scenario/verb.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char MAGIC[] = "finwait session 1";

enum { COMMAND_BYTES = 400 };

/* -- Writing. -------------------------------------------------------------------------------- */

/* Lessons of a catalogue go by their id, so that the file works on another machine; others by their
 * path. */
static const char *name_of(const struct lesson *l)
{
    static const char dir[] = "lessons/";
    const char       *base  = strrchr(l->file, '/');
    size_t            n     = sizeof dir - 1;

    if (!base)
        return l->file;
    base++;
    if ((size_t)(base - l->file) < n || strncmp(base - n, dir, n) != 0
        || !isdigit((unsigned char)base[0]))
        return l->file;
    return l->id;
}

static void write_session(FILE *to, const struct lesson *l, int part, const struct history *h)
{
    const struct world *w = history_world(h);
    struct names        n = names_of(w);

    fprintf(to, "%s\nlesson %s\npart %d\nseed %" PRIu64 "\nprofile %s\n", MAGIC, name_of(l),
            part + 1, w->seed, profile_name[w->host[0].profile]);
    for (size_t i = 0; i < history_deeds(h); i++) {
        const struct deed *d = history_deed(h, i);
        char               line[COMMAND_BYTES];
        struct text        t = text_into(line, sizeof line);

        command_text(&d->cmd, &n, &t);
        fprintf(to, "at %" PRId64 ".%06" PRId64 " event %" PRIu64 ": %s\n", d->at / SEC(1),
                d->at % SEC(1), d->event, line);
    }
}

bool session_save(const char *path, const struct lesson *l, int part, const struct history *h,
                  struct fail *f)
{
    char  beside[4096];
    FILE *to;
    bool  ok;

    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return fail_at(f, path, 0, "this name is too long");
    to = fopen(beside, "w");
    if (!to)
        return fail_at(f, path, 0, "cannot be written: %s", strerror(errno));
    write_session(to, l, part, h);
    ok = !ferror(to) && fflush(to) == 0 && fsync(fileno(to)) == 0;
    if (fclose(to) != 0 || !ok || rename(beside, path) != 0) {
        int why = errno;

        unlink(beside);
        return fail_at(f, path, 0, "cannot be written: %s", strerror(why));
    }
    return true;
}

/* -- Reading. -------------------------------------------------------------------------------- */

bool session_is(const char *text, size_t len)
{
    size_t n = sizeof MAGIC - 1;

    return len >= n && memcmp(text, MAGIC, n) == 0
           && (len == n || text[n] == '\n' || text[n] == '\r');
}

struct source {
    const char  *name;
    struct fail *f;
    int          line;
    size_t       cap_deed, cap_text, cap_line;
};

/* "1.215000" to microseconds; returns what follows, NULL when it is no time. */
static const char *seconds(const char *p, vtime *out)
{
    uint64_t s = 0, us = 0;
    int      digits = 0;

    if (!isdigit((unsigned char)*p))
        return NULL;
    for (; isdigit((unsigned char)*p); p++) {
        s = s * 10 + (uint64_t)(*p - '0');
        if (s > 1000000000u)
            return NULL;
    }
    if (*p == '.')
        for (p++; isdigit((unsigned char)*p) && digits < 6; p++, digits++)
            us = us * 10 + (uint64_t)(*p - '0');
    for (; digits < 6; digits++)
        us *= 10;
    *out = (vtime)(s * 1000000u + us);
    return p;
}

static const char *whole(const char *p, uint64_t *out)
{
    uint64_t v = 0;

    if (!isdigit((unsigned char)*p))
        return NULL;
    for (; isdigit((unsigned char)*p); p++) {
        if (v > (UINT64_MAX - 9) / 10)
            return NULL;
        v = v * 10 + (uint64_t)(*p - '0');
    }
    *out = v;
    return p;
}

static bool deed_line(struct source *from, struct session *s, const char *p)
{
    static const char event[] = " event ";
    struct deed       d       = { 0 };

    p = seconds(p, &d.at);
    if (p && strncmp(p, event, sizeof event - 1) == 0)
        p = whole(p + sizeof event - 1, &d.event);
    else
        p = NULL;
    if (!p || p[0] != ':' || p[1] != ' ')
        return fail_at(from->f, from->name, from->line,
                       "this act is not understood: expected at SECONDS event N: COMMAND");
    if (s->n_deed == HISTORY_COMMANDS)
        return fail_at(from->f, from->name, from->line, "too many acts: expected at most %d",
                       HISTORY_COMMANDS);
    if (s->n_deed && (d.event < s->deed[s->n_deed - 1].event || d.at < s->deed[s->n_deed - 1].at))
        return fail_at(from->f, from->name, from->line,
                       "this act is before the one above: expected acts in their order");
    s->deed            = grow(s->deed, &from->cap_deed, s->n_deed + 1, sizeof *s->deed);
    s->text            = grow(s->text, &from->cap_text, s->n_deed + 1, sizeof *s->text);
    s->line            = grow(s->line, &from->cap_line, s->n_deed + 1, sizeof *s->line);
    size_t cap         = 0;
    s->deed[s->n_deed] = d;
    s->text[s->n_deed] = grow(NULL, &cap, strlen(p + 2) + 1, 1);
    s->line[s->n_deed] = from->line;
    memcpy(s->text[s->n_deed], p + 2, strlen(p + 2) + 1);
    s->n_deed++;
    return true;
}

static bool head_line(struct source *from, struct session *s, const char *line)
{
    uint64_t    v;
    const char *rest;

    if (strncmp(line, "lesson ", 7) == 0 && line[7] && strlen(line + 7) < sizeof s->lesson) {
        memcpy(s->lesson, line + 7, strlen(line + 7) + 1);
        return true;
    }
    if (strncmp(line, "part ", 5) == 0 && (rest = whole(line + 5, &v)) && !*rest && v >= 1
        && v <= LESSON_PARTS) {
        s->part = (int)v - 1;
        return true;
    }
    if (strncmp(line, "seed ", 5) == 0 && (rest = whole(line + 5, &v)) && !*rest) {
        s->seed     = v;
        s->has_seed = true;
        return true;
    }
    if (strncmp(line, "profile ", 8) == 0 && profile_by_name(line + 8) != PROFILE_COUNT) {
        s->profile     = profile_by_name(line + 8);
        s->has_profile = true;
        return true;
    }
    return fail_at(
        from->f, from->name, from->line,
        "'%.60s' is not understood: expected lesson NAME, part N, seed N, profile NAME, or "
        "at SECONDS event N: COMMAND",
        line);
}

static bool any_line(struct source *from, struct session *s, char *line, size_t n)
{
    while (n > 0 && isspace((unsigned char)line[n - 1]))
        line[--n] = '\0';
    if (n == 0 || line[0] == '#')
        return true;
    if (from->line == 1)
        return true; /* the magic */
    return strncmp(line, "at ", 3) == 0 ? deed_line(from, s, line + 3) : head_line(from, s, line);
}

bool session_parse(const char *name, const char *text, size_t len, struct session *s,
                   struct fail *f)
{
    struct source from = { .name = name, .f = f };
    char          line[COMMAND_BYTES + 100];

    memset(s, 0, sizeof *s);
    snprintf(s->file, sizeof s->file, "%s", name);
    if (!session_is(text, len))
        return fail_at(f, name, 1, "this is no session: expected the first line '%s'", MAGIC);
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t      n   = end ? (size_t)(end - text) - at : len - at;

        from.line++;
        if (n >= sizeof line || memchr(text + at, '\0', n)) {
            session_free(s);
            return fail_at(f, name, from.line,
                           "this line is no text, or too long: expected at most "
                           "%zu bytes",
                           sizeof line - 1);
        }
        memcpy(line, text + at, n);
        line[n] = '\0';
        if (!any_line(&from, s, line, n)) {
            session_free(s);
            return false;
        }
        at += n + 1;
    }
    if (!*s->lesson) {
        session_free(s);
        return fail_at(f, name, 0, "which lesson is it? expected a line lesson NAME");
    }
    return true;
}

bool session_load(const char *path, struct session *s, struct fail *f)
{
    size_t len;
    char  *text = file_read(path, SESSION_BYTES, &len);

    memset(s, 0, sizeof *s);
    if (!text)
        return fail_at(f, path, 0, "cannot be read: %s", strerror(errno));
    bool ok = session_parse(path, text, len, s, f);
    free(text);
    return ok;
}

void session_free(struct session *s)
{
    for (size_t i = 0; i < s->n_deed; i++)
        free(s->text[i]);
    free(s->deed);
    free(s->text);
    free(s->line);
    memset(s, 0, sizeof *s);
}

bool session_replay(const struct session *s, struct history *h, struct fail *f)
{
    struct names n = names_of(history_world(h));

    for (size_t i = 0; i < s->n_deed; i++) {
        const struct deed *d = &s->deed[i];
        struct command     cmd;

        if (!command_parse(s->text[i], &n, s->file, s->line[i], &cmd, f))
            return false;
        if (!history_reach(h, d->event, d->at))
            return fail_at(
                f, s->file, s->line[i],
                "this moment does not come: expected the lesson and the finwait that the "
                "session was saved with");
        if (!history_do(h, &cmd))
            return fail_at(f, s->file, s->line[i], "too many acts for one story");
    }
    return true;
}
