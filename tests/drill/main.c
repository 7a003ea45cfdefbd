/* SPDX-License-Identifier: MIT
 * main.c - run packetdrill scripts in virtual time.
 *
 *      drill [--profile=NAME] [-v] FILE.pkt ...
 *
 * Prints what failed, and how many passed; exit 1 when one failed, 2 on wrong usage. */
#include "base/text.h"
#include "drill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_LIMIT = 1 << 20 };

static bool one(const char *file, const struct drill_setup *d, struct fail *f)
{
    struct script s    = { 0 };
    char         *text = file_read(file, SCRIPT_LIMIT, NULL);

    if (text == NULL)
        return fail_at(f, file, 0, "%s", strerror(errno));
    bool ok = script_parse(&s, file, text, f) && script_run(&s, d, f);
    script_free(&s);
    free(text);
    return ok;
}

int main(int argc, char **argv)
{
    struct drill_setup d    = { 0 };
    int                pass = 0, all = 0, i = 1;
    struct fail        f;
    char               line[FAIL_FILE + FAIL_WHAT + 20];

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-v") == 0)
            d.verbose = true;
        else if (strncmp(argv[i], "--profile=", 10) == 0)
            d.profile = argv[i] + 10;
        else
            break;
    }
    if (i == argc || argv[i][0] == '-') {
        fputs("usage: drill [--profile=NAME] [-v] FILE.pkt ...\n", stderr);
        return 2;
    }
    for (; i < argc; i++, all++) {
        if (one(argv[i], &d, &f))
            pass++;
        else
            fprintf(stderr, "%s\n", fail_text(&f, line, sizeof line));
    }
    printf("drill: %d/%d\n", pass, all);
    return pass == all ? EXIT_SUCCESS : EXIT_FAILURE;
}
