/* SPDX-License-Identifier: MIT
 * main.c - the way in.  Everything else is in a library, so that tests can call it. */
#include "cli/cli.h"

#include <locale.h>

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    int status = cli_main(argc, argv, stdout, stderr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("finwait: standard output");
        return EXIT_CHECK;
    }
    return status;
}
