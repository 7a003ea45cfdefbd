/* SPDX-License-Identifier: MIT
 * main.c - kernel [SEED [PLAYS]]: random plays, the engine beside the kernel of this machine.
 *
 * Real time is never exact: a play that differs is played again, and only one that differs each
 * time is told.  Exit status: 0 all equal, 1 some differ, 77 cannot be played here.
 */
#include "kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 3, FIRST_PORT = 20000, PORTS = 40000 };

static bool differs(const struct play *p, uint32_t *port)
{
    struct account mine, real;
    uint32_t       step;

    engine_plays(p, &mine);
    for (int i = 0; i < TRIES; i++) {
        kernel_plays(p, (uint16_t)(FIRST_PORT + (*port)++ % PORTS), &real);
        if (real.trouble)
            printf("play %" PRIu64 ": %s\n", p->seed, real.trouble);
        if (real.trouble || account_equal(p, &mine, &real, &step))
            return false;
    }
    play_print(p, &mine, &real);
    return true;
}

int main(int argc, char **argv)
{
    uint64_t    seed  = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t    plays = argc > 2 ? strtoull(argv[2], NULL, 0) : 20;
    uint64_t    equal = 0;
    uint32_t    port  = 0;
    const char *why   = kernel_open();

    if (why) {
        fprintf(stderr, "kernel: %s\n", why);
        return 77;
    }
    for (uint64_t i = 0; i < plays; i++) {
        struct play p = play_make(seed + i);

        equal += !differs(&p, &port);
        fflush(stdout);
    }
    printf("kernel: %" PRIu64 "/%" PRIu64 " plays alike\n", equal, plays);
    return equal == plays ? 0 : 1;
}
