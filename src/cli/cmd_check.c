/* SPDX-License-Identifier: MIT
 * cmd_check.c - `finwait check`: every claim of lessons is tested. */
#include "cli/find.h"

#include <string.h>
#include <sys/stat.h>

struct checking {
    const struct cli *c;
    struct check      sum;
    int               lessons, broken, failed;
};

static void tell(void *ctx, const struct fail *f)
{
    const struct checking *k = ctx;
    char                   text[FAIL_FILE + FAIL_WHAT + 32];

    fprintf(k->c->err, "%s\n", fail_text(f, text, sizeof text));
}

static void broken(struct checking *k, const struct fail *f)
{
    k->broken++;
    tell(k, f);
}

static void check_one(struct checking *k, struct lesson *l)
{
    struct check one = { 0 };

    if (k->c->set[OPT_ID_PROFILE])
        lesson_set_profile(l, k->c->profile);
    if (k->c->set[OPT_ID_SEED])
        lesson_set_seed(l, k->c->seed);
    k->lessons++;
    if (!lesson_check(l, &one, tell, k))
        k->failed++;
    k->sum.n_claim += one.n_claim;
    k->sum.n_failed += one.n_failed;
    for (int r = 0; r < RULE_COUNT; r++)
        k->sum.rule[r] |= one.rule[r];
}

static void check_catalogue(struct checking *k, struct catalogue *c)
{
    for (int i = 0; i < c->n; i++)
        if (c->lesson[i])
            check_one(k, c->lesson[i]);
        else
            broken(k, &c->fail[i]);
}

static void check_directory(struct checking *k, const char *dir)
{
    struct catalogue c;
    struct fail      f = { 0 };

    memset(&c, 0, sizeof c);
    if (!catalogue_load(&c, dir, &f)) {
        broken(k, &f);
        return;
    }
    if (c.n == 0) {
        fail_at(&f, dir, 0, "no lessons (NN-name.md) in this directory");
        broken(k, &f);
    }
    check_catalogue(k, &c);
    catalogue_free(&c);
}

static void check_file(struct checking *k, const char *path)
{
    struct fail    f = { 0 };
    struct lesson *l = lesson_load(path, &f);

    if (!l) {
        broken(k, &f);
        return;
    }
    check_one(k, l);
    lesson_free(l);
}

/* A path, or a lesson by its name. */
static int check_argument(struct checking *k, const char *arg)
{
    struct stat s;

    if (strcmp(arg, "-") == 0 || stat(arg, &s) == 0 || strchr(arg, '/')) {
        if (strcmp(arg, "-") != 0 && stat(arg, &s) == 0 && S_ISDIR(s.st_mode))
            check_directory(k, arg);
        else
            check_file(k, arg);
        return EXIT_FINE;
    }
    struct found f;
    int          status = find_story(k->c, arg, &f);
    if (status == EXIT_FINE)
        check_one(k, f.lesson);
    found_free(&f);
    return status;
}

int cmd_check(struct cli *c)
{
    struct checking k      = { .c = c };
    int             status = EXIT_FINE;

    if (c->n_arg == 0) {
        struct catalogue all;
        status = find_catalogue(c, &all);
        if (status != EXIT_FINE)
            return status;
        check_catalogue(&k, &all);
        catalogue_free(&all);
    }
    for (int i = 0; i < c->n_arg; i++) {
        int one = check_argument(&k, c->arg[i]);
        if (status == EXIT_FINE)
            status = one;
    }
    if (status != EXIT_FINE)
        return status;
    for (int r = 0; r < RULE_COUNT; r++)
        k.sum.n_rule += k.sum.rule[r];
    fprintf(c->out, "%d lesson%s, %d claims: %d passed, %d failed", k.lessons,
            k.lessons == 1 ? "" : "s", k.sum.n_claim, k.sum.n_claim - k.sum.n_failed,
            k.sum.n_failed);
    if (k.broken)
        fprintf(c->out, "; %d could not be read", k.broken);
    fprintf(c->out, "; %d of %d rules seen\n", k.sum.n_rule, (int)RULE_COUNT);
    return k.broken ? EXIT_LESSON : k.failed ? EXIT_CHECK : EXIT_FINE;
}
