/* SPDX-License-Identifier: MIT
 * catalogue.c - the lessons of a directory, and the sandbox. */
#include "scenario/lesson.h"

#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_text(const char *s)
{
    size_t cap = 0;
    char  *to  = grow(NULL, &cap, strlen(s) + 1, 1);

    memcpy(to, s, strlen(s) + 1);
    return to;
}

/* NN-name.md */
static bool is_lesson(const char *name)
{
    size_t n = strlen(name);

    return n > 6 && isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1])
           && name[2] == '-' && strcmp(name + n - 3, ".md") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool catalogue_load(struct catalogue *c, const char *dir, struct fail *f)
{
    enum { MAX = sizeof c->file / sizeof *c->file };
    DIR           *d = opendir(dir);
    struct dirent *e;
    char           path[4096];

    memset(c, 0, sizeof *c);
    if (!d)
        return fail_at(f, dir, 0, "cannot be read: %s", strerror(errno));
    c->dir = copy_text(dir);
    while ((e = readdir(d)) && c->n < MAX)
        if (is_lesson(e->d_name)) {
            snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
            c->file[c->n++] = copy_text(path);
        }
    closedir(d);
    qsort(c->file, (size_t)c->n, sizeof *c->file, by_name);
    for (int i = 0; i < c->n; i++)
        c->lesson[i] = lesson_load(c->file[i], &c->fail[i]);
    return true;
}

void catalogue_free(struct catalogue *c)
{
    for (int i = 0; i < c->n; i++) {
        lesson_free(c->lesson[i]);
        free(c->file[i]);
    }
    free(c->dir);
    memset(c, 0, sizeof *c);
}

/* The id of entry i, of a file that could not be read too. */
static const char *base_of(const struct catalogue *c, int i)
{
    const char *slash = strrchr(c->file[i], '/');

    return slash ? slash + 1 : c->file[i];
}

int catalogue_find(const struct catalogue *c, const char *name)
{
    size_t n     = strlen(name);
    int    found = -1;

    if (n == 0)
        return -1;
    for (int i = 0; i < c->n; i++) {
        const char *base = base_of(c, i);
        size_t      id   = strlen(base) - 3;

        if (n == id && strncmp(base, name, n) == 0)
            return i;
        if (strspn(name, "0123456789") == n && n < 9 && atoi(name) == atoi(base))
            return i;
    }
    for (int i = 0; i < c->n; i++)
        if (strncmp(base_of(c, i) + 3, name, n) == 0) {
            if (found >= 0)
                return -1; /* more than one */
            found = i;
        }
    return found;
}

/* Also a lesson, so that it is read like one.  The server's hand answers each client in turn. */
static const char SANDBOX[] =
    "# Sandbox\n"
    "\n"
    "> rfc 9293\n"
    "\n"
    "Two hosts and no script: what happens is up to you.\n"
    "\n"
    "The server listens on port 80. Press `o` and the client connects; then write, close, drop "
    "what is in\n"
    "flight, and look. `M` puts a NAT box on the way. `?` shows every key, `:` takes commands such "
    "as\n"
    "`client write \"hello\"` or `link mtu 600`.\n"
    "\n"
    "```finwait world\n"
    "isn client 300 1300 2300 3300\n"
    "isn server 800 1800 2800 3800\n"
    "port client 50312\n"
    "until 24h\n"
    "```\n"
    "\n"
    "```finwait script\n"
    "0ms server listen 80\n"
    "0ms server accept\n"
    "when 2nd server ESTABLISHED: server accept\n"
    "when 3rd server ESTABLISHED: server accept\n"
    "when 4th server ESTABLISHED: server accept\n"
    "when 5th server ESTABLISHED: server accept\n"
    "when 6th server ESTABLISHED: server accept\n"
    "when 7th server ESTABLISHED: server accept\n"
    "when 8th server ESTABLISHED: server accept\n"
    "when 9th server ESTABLISHED: server accept\n"
    "```\n";

struct lesson *lesson_sandbox(enum profile p, uint64_t seed)
{
    struct fail    f;
    struct lesson *l = lesson_parse("sandbox", SANDBOX, sizeof SANDBOX - 1, &f);
    char           why[FAIL_FILE + FAIL_WHAT + 16];

    if (!l) { /* a bug: the text above is ours */
        fprintf(stderr, "%s\n", fail_text(&f, why, sizeof why));
        abort();
    }
    lesson_set_profile(l, p);
    lesson_set_seed(l, seed);
    return l;
}
