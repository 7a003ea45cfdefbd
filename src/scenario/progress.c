/* SPDX-License-Identifier: MIT
 * progress.c - ticks in the menu, kept in a file. */
#include "scenario/progress.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[] = "finwait progress 1";

enum { PROGRESS_BYTES = 64 * 1024, PATH_BYTES = 4096 };

/* The directory of states; false when there is nowhere to keep any. */
static bool state_dir(char *dir, size_t cap)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int         n;

    if (xdg && *xdg == '/') /* the specification: relative ones are to be ignored */
        n = snprintf(dir, cap, "%s/finwait", xdg);
    else if (home && *home)
        n = snprintf(dir, cap, "%s/.local/state/finwait", home);
    else
        return false;
    return n > 0 && (size_t)n < cap - 16;
}

static bool read_row(struct progress *p, const char *line)
{
    char id[64], what[8];
    int  right, asked, end = 0;

    if (sscanf(line, "%63s %7s %d/%d%n", id, what, &right, &asked, &end) != 4 || line[end]
        || (strcmp(what, "done") != 0 && strcmp(what, "begun") != 0) || right < 0 || asked < right
        || p->n == PROGRESS_MAX || progress_find(p, id) >= 0)
        return false;
    memcpy(p->row[p->n].id, id, sizeof id);
    p->row[p->n].done  = what[0] == 'd';
    p->row[p->n].right = right;
    p->row[p->n].asked = asked;
    p->n++;
    return true;
}

static bool read_rows(struct progress *p, char *text)
{
    char *save = NULL, *line = strtok_r(text, "\n", &save);

    if (!line || strcmp(line, MAGIC) != 0)
        return false;
    while ((line = strtok_r(NULL, "\n", &save)))
        if (!read_row(p, line))
            return false;
    return true;
}

void progress_load(struct progress *p)
{
    char   dir[PATH_BYTES], path[PATH_BYTES + 16];
    size_t len;

    memset(p, 0, sizeof *p);
    if (!state_dir(dir, sizeof dir)) {
        p->read_only = true;
        return;
    }
    snprintf(path, sizeof path, "%s/progress", dir);
    errno      = 0;
    char *text = file_read(path, PROGRESS_BYTES, &len);
    if (!text) {
        p->read_only = errno != ENOENT && errno != ENOTDIR;
        return;
    }
    if (strlen(text) != len || !read_rows(p, text)) {
        memset(p, 0, sizeof *p);
        p->read_only = true; /* not ours, or from another time: leave it alone */
    }
    free(text);
}

/* mkdir -p, for the state directory only. */
static bool make_dir(const char *dir)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%s", dir);
    for (char *at = path + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            if (mkdir(path, 0700) != 0 && errno != EEXIST)
                return false;
            *at = '/';
        }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool progress_save(const struct progress *p)
{
    char  dir[PATH_BYTES], path[PATH_BYTES + 16], beside[PATH_BYTES + 24];
    FILE *to;
    bool  ok;

    if (p->read_only || !state_dir(dir, sizeof dir) || !make_dir(dir))
        return false;
    snprintf(path, sizeof path, "%s/progress", dir);
    snprintf(beside, sizeof beside, "%s.new", path);
    to = fopen(beside, "w");
    if (!to)
        return false;
    fprintf(to, "%s\n", MAGIC);
    for (int i = 0; i < p->n; i++)
        fprintf(to, "%s %s %d/%d\n", p->row[i].id, p->row[i].done ? "done" : "begun",
                p->row[i].right, p->row[i].asked);
    ok = !ferror(to) && fflush(to) == 0;
    if (fclose(to) != 0 || !ok || rename(beside, path) != 0) {
        unlink(beside);
        return false;
    }
    return true;
}

int progress_find(const struct progress *p, const char *id)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->row[i].id, id) == 0)
            return i;
    return -1;
}

void progress_note(struct progress *p, const char *id, bool done, int right, int asked)
{
    int i = progress_find(p, id);

    /* What could not be read back is not written: a name with a blank, or too long. */
    if (!*id || strlen(id) >= sizeof p->row[0].id || strpbrk(id, " \t\n\r"))
        return;
    if (i < 0) {
        if (p->n == PROGRESS_MAX)
            return;
        i = p->n++;
        memset(&p->row[i], 0, sizeof p->row[i]);
        memcpy(p->row[i].id, id, strlen(id));
    }
    p->row[i].done |= done;
    if (asked >= p->row[i].asked) { /* the fullest run counts */
        p->row[i].right = right;
        p->row[i].asked = asked;
    }
}
