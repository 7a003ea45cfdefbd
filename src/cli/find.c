/* SPDX-License-Identifier: MIT
 * find.c - which lesson is meant, and where the lessons are. */
#include "cli/find.h"

#include "base/text.h"
#include "cli/near.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef FINWAIT_SHARE
#define FINWAIT_SHARE "/usr/local/share/finwait"
#endif

enum { PATH_BYTES = 4096 };

static bool is_directory(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static bool is_file(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && !S_ISDIR(s.st_mode);
}

/* The directory of the running program; false when the system will not say. */
static bool program_directory(const struct cli *c, char out[PATH_BYTES])
{
    char   *real, *slash;
    ssize_t n = readlink("/proc/self/exe", out, PATH_BYTES - 1);

    if (n > 0) {
        out[n] = '\0';
    } else {
        if (!strchr(c->program, '/') || !(real = realpath(c->program, NULL)))
            return false;
        snprintf(out, PATH_BYTES, "%s", real);
        free(real);
    }
    slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* A short name for messages: without `..`, and relative when it lies below where we stand. */
static void tidy_path(char path[PATH_BYTES])
{
    char  *real = realpath(path, NULL);
    char  *here = realpath(".", NULL);
    size_t n    = here ? strlen(here) : 0;

    if (real && n > 1 && strncmp(real, here, n) == 0 && real[n] == '/')
        snprintf(path, PATH_BYTES, "%s", real + n + 1);
    else if (real)
        snprintf(path, PATH_BYTES, "%s", real);
    free(real);
    free(here);
}

static bool lessons_directory(const struct cli *c, char out[PATH_BYTES])
{
    static const char *const beside[] = { "../../lessons", "../share/finwait/lessons" };
    const char              *env      = getenv("FINWAIT_LESSONS");
    char                     own[PATH_BYTES];

    if (env && *env) {
        snprintf(out, PATH_BYTES, "%s", env);
        return true; /* if it is not there, that is worth an error */
    }
    if (program_directory(c, own))
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            size_t n = strlen(own), m = strlen(beside[i]);
            if (n + m + 2 > PATH_BYTES)
                continue;
            memcpy(out, own, n);
            out[n] = '/';
            memcpy(out + n + 1, beside[i], m + 1);
            if (is_directory(out)) {
                tidy_path(out);
                return true;
            }
        }
    snprintf(out, PATH_BYTES, "%s", FINWAIT_SHARE "/lessons");
    return is_directory(out);
}

static void apply(const struct cli *c, struct lesson *l)
{
    if (!l)
        return;
    if (c->set[OPT_ID_PROFILE])
        lesson_set_profile(l, c->profile);
    if (c->set[OPT_ID_SEED])
        lesson_set_seed(l, c->seed);
}

int find_catalogue(const struct cli *c, struct catalogue *out)
{
    char        dir[PATH_BYTES];
    struct fail f = { 0 };

    memset(out, 0, sizeof *out);
    if (!lessons_directory(c, dir))
        return cli_fail(c, EXIT_LESSON, "no lessons found; set FINWAIT_LESSONS to their directory");
    if (!catalogue_load(out, dir, &f))
        return cli_fail_at(c, EXIT_LESSON, &f);
    for (int i = 0; i < out->n; i++)
        apply(c, out->lesson[i]);
    return EXIT_FINE;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* A lesson that cannot be read has no id; then its file's name stands for it. */
static int find_broken(const struct catalogue *c, const char *name)
{
    for (int i = 0; i < c->n; i++)
        if (!c->lesson[i] && c->file[i]) {
            const char *file   = base_name(c->file[i]);
            bool        number = *name && strspn(name, "0123456789") == strlen(name);
            if (strncmp(file, name, strlen(name)) == 0
                || (number && strtoul(name, NULL, 10) == strtoul(file, NULL, 10)))
                return i;
        }
    return -1;
}

static int unknown_lesson(const struct cli *c, const struct catalogue *k, const char *name)
{
    struct near n = near_to(name);

    for (int i = 0; i < k->n; i++)
        if (k->lesson[i]) {
            const char *id = k->lesson[i]->id;
            near_try(&n, id);
            near_try(&n, id + strspn(id, "0123456789-"));
        }
    if (near_best(&n))
        return cli_fail(c, EXIT_USAGE, "no lesson '%s'; did you mean '%s'?", name, near_best(&n));
    return cli_fail(c, EXIT_USAGE, "no lesson '%s'; `finwait list lessons` names them", name);
}

static int by_name(const struct cli *c, const char *name, struct found *out)
{
    int status = find_catalogue(c, &out->catalogue), i;

    if (status != EXIT_FINE)
        return status;
    out->has_catalogue = true;
    i                  = catalogue_find(&out->catalogue, name);
    if (i < 0)
        i = find_broken(&out->catalogue, name);
    if (i < 0)
        return unknown_lesson(c, &out->catalogue, name);
    if (!out->catalogue.lesson[i])
        return cli_fail_at(c, EXIT_LESSON, &out->catalogue.fail[i]);
    out->lesson = out->catalogue.lesson[i];
    return EXIT_FINE;
}

/* A session names its lesson by id or by path; a path is looked for beside the session, too. */
static int by_session(const struct cli *c, const char *file, const char *text, size_t len,
                      struct found *out)
{
    struct session s;
    struct found   inner = { 0 };
    char           path[PATH_BYTES];
    struct fail    f = { 0 };

    if (!session_parse(file, text, len, &s, &f))
        return cli_fail_at(c, EXIT_LESSON, &f);
    snprintf(path, sizeof path, "%s", s.lesson);
    if (strchr(s.lesson, '/') && !is_file(path) && strchr(file, '/'))
        snprintf(path, sizeof path, "%.*s%s", (int)(base_name(file) - file), file, s.lesson);

    struct cli as = *c; /* what the session says holds, unless the command line says otherwise */
    if (!as.set[OPT_ID_SEED] && s.has_seed) {
        as.set[OPT_ID_SEED] = true;
        as.seed             = s.seed;
    }
    if (!as.set[OPT_ID_PROFILE] && s.has_profile) {
        as.set[OPT_ID_PROFILE] = true;
        as.profile             = s.profile;
    }
    int status = EXIT_FINE;
    if (strcmp(s.lesson, "sandbox") == 0) {
        inner.lesson = lesson_sandbox(as.set[OPT_ID_PROFILE] ? as.profile : PROFILE_RFC9293,
                                      as.set[OPT_ID_SEED] ? as.seed : 1);
        inner.own = true;
    } else {
        status = find_story(&as, path, &inner);
    }
    if (status == EXIT_USAGE)
        status = EXIT_LESSON; /* the name stood in a file, not on the command line */
    if (status == EXIT_FINE && inner.is_session)
        status = cli_fail(c, EXIT_LESSON, "%s: the lesson of a session is a session", file);
    else if (status == EXIT_FINE && (s.part < 0 || s.part >= inner.lesson->n_part))
        status = cli_fail(c, EXIT_LESSON, "%s: lesson %s has no part %d", file, inner.lesson->id,
                          s.part + 1);
    if (status != EXIT_FINE) {
        session_free(&s);
        found_free(&inner);
        return status;
    }
    *out            = inner;
    out->part       = s.part;
    out->is_session = true;
    out->session    = s;
    return EXIT_FINE;
}

static int by_file(const struct cli *c, const char *name, struct found *out)
{
    struct fail f = { 0 };
    size_t      len;
    char       *text   = file_read(name, SESSION_BYTES, &len);
    int         status = EXIT_FINE;

    if (!text)
        return cli_fail(c, EXIT_LESSON, "%s: %s", name,
                        errno == EFBIG ? "larger than a lesson may be" : strerror(errno));
    if (session_is(text, len)) {
        status = by_session(c, name, text, len, out);
    } else if (!(out->lesson = lesson_parse(name, text, len, &f))) {
        status = cli_fail_at(c, EXIT_LESSON, &f);
    } else {
        out->own = true;
        apply(c, out->lesson);
    }
    free(text);
    return status;
}

int find_story(const struct cli *c, const char *name, struct found *out)
{
    memset(out, 0, sizeof *out);
    if (strcmp(name, "-") == 0 || strchr(name, '/') || (strchr(name, '.') && is_file(name)))
        return by_file(c, name, out);
    return by_name(c, name, out);
}

void found_free(struct found *f)
{
    if (f->is_session)
        session_free(&f->session);
    if (f->own)
        lesson_free(f->lesson);
    if (f->has_catalogue)
        catalogue_free(&f->catalogue);
    memset(f, 0, sizeof *f);
}

int find_part(const struct cli *c, const struct lesson *l, int *part)
{
    *part = c->part < 0 ? 0 : c->part;
    if (*part < l->n_part)
        return EXIT_FINE;
    if (l->n_part == 1)
        return cli_fail(c, EXIT_USAGE, "--part %d: %s has one part", c->part + 1, l->id);
    return cli_fail(c, EXIT_USAGE, "--part %d: %s has parts 1 to %d", c->part + 1, l->id,
                    l->n_part);
}
