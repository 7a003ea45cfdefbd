/* SPDX-License-Identifier: MIT
 * main.c - run every suite, or those named as arguments. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct unit *units;

void unit_add(struct unit *u) /* kept in name order: the order of linking must not matter */
{
    struct unit **at = &units;

    while (*at && strcmp((*at)->name, u->name) < 0)
        at = &(*at)->next;
    u->next = *at;
    *at     = u;
}

static int wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return argc == 1;
}

int main(int argc, char **argv)
{
    SRunner *sr = srunner_create(NULL);
    int      n  = 0;

    for (struct unit *u = units; u; u = u->next)
        if (wanted(u->name, argc, argv)) {
            Suite *s = suite_create(u->name);
            u->fill(s);
            srunner_add_suite(sr, s);
            n++;
        }
    if (n == 0) {
        fputs("no such suite; there are:", stderr);
        for (struct unit *u = units; u; u = u->next)
            fprintf(stderr, " %s", u->name);
        fputs("\n", stderr);
        return EXIT_FAILURE;
    }
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
