/* SPDX-License-Identifier: MIT
 * main.c - run packetdrill scripts in virtual time.
 *
 *      drill [--profile=NAME] [-v] FILE.pkt ...
 *
 * Prints what failed, and how many passed; exit 1 when one failed, 2 on wrong usage. */
#include "base/text.h"
#include "drill.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCRIPT_LIMIT = 1 << 20 };

static const char *now_playing = "";

/* An assert of the engine has failed: say in which script, then die of it. */
static void aborted(int sig)
{
    static const char what[] = ": the engine has asserted in this script\n";
    ssize_t           n      = write(STDERR_FILENO, now_playing, strlen(now_playing));

    n += write(STDERR_FILENO, what, sizeof what - 1);
    (void)n;
    signal(sig, SIG_DFL);
}

static bool one(const char *file, const struct drill_setup *d, struct fail *f)
{
    struct script s    = { 0 };
    char         *text = file_read(file, SCRIPT_LIMIT, NULL);

    now_playing = file;
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
    signal(SIGABRT, aborted);
    for (; i < argc; i++, all++) {
        if (one(argv[i], &d, &f))
            pass++;
        else
            fprintf(stderr, "%s\n", fail_text(&f, line, sizeof line));
    }
    printf("drill: %d/%d\n", pass, all);
    return pass == all ? EXIT_SUCCESS : EXIT_FAILURE;
}
