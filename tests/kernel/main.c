/* SPDX-License-Identifier: MIT
 * main.c - kernel [SEED [PLAYS [WORKERS]]]: random plays, the engine beside the kernel of this
 * machine.
 *
 * A play is mostly waiting, so several processes play at once, each in a namespace of its own.
 * Real time is never exact: a play that differs is played again with other pauses, and only one
 * that differs each time is told.  Exit status: 0 all equal, 1 some differ, 77 cannot be played
 * here.
 */
#include "kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_PORT = 20000, PORTS = 40000, WORKERS = 8 };

/* What is told of a play that differs each time is the time when it went best. */
static bool differs(const struct play *p, uint32_t *port)
{
    static const uint32_t more[] = { 0, 4, 9, 2, 13, 6 };
    static struct account mine, real, best[2];
    struct spans          t;
    uint32_t              step, far = 0;

    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        kernel_plays(p, (uint16_t)(FIRST_PORT + (*port)++ % PORTS), more[i], &real, &t);
        if (real.trouble) {
            printf("play %" PRIu64 ": %s\n", p->seed, real.trouble);
            return true;
        }
        engine_plays(p, &t, &mine);
        if (account_equal(p, &mine, &real, &step))
            return false;
        if (i == 0 || step > far) {
            far     = step;
            best[0] = mine;
            best[1] = real;
        }
    }
    account_print(p, &best[0], &best[1]);
    return true;
}

/* Every so many of the plays; exits with what is to be said. */
static void work(uint64_t seed, uint64_t plays, uint64_t first, uint64_t every, uint64_t *equal)
{
    static char whole[1 << 16]; /* the words of a play go out at once */
    uint32_t    port = 0;
    const char *why  = kernel_open();

    if (why) {
        fprintf(stderr, "kernel: %s\n", why);
        _exit(77);
    }
    setvbuf(stdout, whole, _IOFBF, sizeof whole);
    for (uint64_t i = first; i < plays; i += every) {
        struct play p = play_make(seed + i);

        equal[first] += !differs(&p, &port);
        fflush(stdout);
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    uint64_t  seed    = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t  plays   = argc > 2 ? strtoull(argv[2], NULL, 0) : 20;
    uint64_t  workers = argc > 3 ? strtoull(argv[3], NULL, 0) : WORKERS;
    uint64_t  all     = 0;
    size_t    size    = workers * sizeof(uint64_t);
    uint64_t *equal   = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int       status;

    if (workers == 0 || equal == MAP_FAILED)
        return 2;
    for (uint64_t i = 0; i < workers; i++)
        if (fork() == 0)
            work(seed, plays, i, workers, equal);
    while (wait(&status) > 0)
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
            return 77;
    for (uint64_t i = 0; i < workers; i++)
        all += equal[i];
    printf("kernel: %" PRIu64 "/%" PRIu64 " plays alike\n", all, plays);
    return all == plays ? 0 : 1;
}
