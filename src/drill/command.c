/* SPDX-License-Identifier: MIT
 * command.c - system() for the commands of a script.
 *
 * Scripts set sysctls of the kernel that they test, and look at its sockets.  With this library in
 * LD_PRELOAD the commands come here first: what a sysctl says of TCP is set in the stack, and the
 * tools that FreeBSD has and this system has not are functions of the shell. */
#define _GNU_SOURCE
#include "drill/adapter.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is found on PATH goes first, but for sysctl: this system's does not know these names. */
static const char tools[] =
    "sysctl() { case \"$*\" in *net.inet*|*kern.ipc*) : ;; *) command sysctl \"$@\" ;; esac; }\n"
    "command -v sockstat >/dev/null || sockstat() {\n"
    "    f=tcp p=; OPTIND=1\n"
    "    while getopts 46cClLnqsUuvj:P:p: o; do\n"
    "        case $o in 4|6) f=tcp$o ;; p) p=$OPTARG ;; esac\n"
    "    done\n"
    "    printf %s \"$FINWAIT_SOCKSTAT\" | grep -E \"$f.*[:]${p:-[0-9*]+} \"\n"
    "}\n"
    "command -v tcpdrop >/dev/null || tcpdrop() { : ; }\n";

static int shell(const char *command)
{
    void *found = dlsym(RTLD_NEXT, "system");
    int (*real)(const char *);

    memcpy(&real, &found, sizeof real); /* as POSIX has it */

    return real(command);
}

/* A call of sysctl and nothing else: nobody needs to run. */
static bool plain_sysctl(const char *command)
{
    command += strspn(command, " \t\n");
    return strncmp(command, "sysctl ", 7) == 0 && strstr(command, "net.ipv4") == NULL
           && (strstr(command, "net.inet") || strstr(command, "kern.ipc"))
           && strpbrk(command, ";|&<>$`\n") == NULL;
}

__attribute__((visibility("default"))) int system(const char *command)
{
    char *table = NULL, *all = NULL;
    int   r;

    if (command == NULL || !adapter_command(command, &table))
        return shell(command);
    if (plain_sysctl(command))
        return 0;
    setenv("FINWAIT_SOCKSTAT", table ? table : "", 1);
    r = asprintf(&all, "%s%s", tools, command) < 0 ? -1 : shell(all);
    free(all);
    free(table);
    return r;
}
