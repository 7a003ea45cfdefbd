/* SPDX-License-Identifier: MIT
 * shrink.c - of a plan that fails, the part that is to blame.
 *
 * Each trial runs in a process of its own, because what fails may be an assertion.  A part is left
 * out for good when what is left fails in the same way.
 */
#include "sim.h"

#include "net/sock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIAL_SECONDS = 60, MEMORY_MOST = 2000 * 1000 * 1000 };

/* -- one trial ------------------------------------------------------------------------------- */

/* What a process that died had to say: the line with the assertion or the sanitizer's finding. */
static void last_words(FILE *err, char *words, size_t cap)
{
    static const char *const tells[] = { "Assertion", "runtime error", "ERROR: AddressSanitizer",
                                         "out of memory" };
    char                     line[1000];

    rewind(err);
    snprintf(words, cap, "it died without a word");
    while (fgets(line, sizeof line, err))
        for (size_t i = 0; i < sizeof tells / sizeof *tells; i++)
            if (strstr(line, tells[i])) {
                line[strcspn(line, "\n")] = '\0';
                snprintf(words, cap, "%.*s", (int)cap - 1, line);
                return;
            }
}

void confine(void)
{
    struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow alone is larger */
    struct rlimit memory = { MEMORY_MOST, MEMORY_MOST };
    setrlimit(RLIMIT_AS, &memory);
#endif
}

static void child(const struct plan *p, enum plant plant, int to, FILE *err)
{
    confine();
    dup2(fileno(err), STDERR_FILENO);
    alarm(TRIAL_SECONDS);

    struct verdict v = sim_run(p, plant);
    fflush(stdout);
    ssize_t n = write(to, &v, sizeof v);
    _exit(n == (ssize_t)sizeof v ? 0 : 1);
}

struct verdict trial(const struct plan *p, enum plant plant)
{
    struct verdict v;
    FILE          *err = tmpfile();
    int            fd[2], status = 0;

    memset(&v, 0, sizeof v);
    v.check = CHECK_CRASHED;
    fflush(NULL);
    if (!err || pipe(fd) != 0) {
        perror("finwait-sim");
        exit(2);
    }
    pid_t pid = fork();
    if (pid < 0) {
        perror("finwait-sim");
        exit(2);
    }
    if (pid == 0)
        child(p, plant, fd[1], err);
    close(fd[1]);
    if (read(fd[0], &v, sizeof v) != (ssize_t)sizeof v) {
        memset(&v, 0, sizeof v);
        v.check = CHECK_CRASHED;
    }
    close(fd[0]);
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        v.check = CHECK_HANGS;
        snprintf(v.words, sizeof v.words, "no end after %d seconds", TRIAL_SECONDS);
    } else if (v.check == CHECK_CRASHED) {
        last_words(err, v.words, sizeof v.words);
    }
    fclose(err);
    return v;
}

/* -- parts to leave out ---------------------------------------------------------------------- */

enum part { PART_ACTOR, PART_DEED, PART_KNOB, PART_OP, PARTS };

static uint32_t count(const struct plan *p, enum part part)
{
    const uint32_t n[PARTS] = { p->n_actor, p->n_deed, p->n_knob, p->n_op };

    return n[part];
}

#define LEAVE_OUT(array, number, at, n)                                                            \
    do {                                                                                           \
        memmove(&(array)[at], &(array)[(at) + (n)], ((number) - (at) - (n)) * sizeof *(array));    \
        (number) -= (n);                                                                           \
    } while (0)

static void leave_out(struct plan *p, enum part part, uint32_t at, uint32_t n)
{
    switch (part) {
    case PART_ACTOR: LEAVE_OUT(p->actor, p->n_actor, at, n); break;
    case PART_DEED: LEAVE_OUT(p->deed, p->n_deed, at, n); break;
    case PART_KNOB: LEAVE_OUT(p->knob, p->n_knob, at, n); break;
    case PART_OP:
        for (uint32_t i = 0; i < p->n_program; i++) {
            struct program *q  = &p->program[i];
            uint32_t        lo = q->first > at ? q->first : at;
            uint32_t        hi = q->first + q->count < at + n ? q->first + q->count : at + n;

            if (hi > lo)
                q->count -= hi - lo;
            if (q->first > at)
                q->first = q->first - at > n ? q->first - n : at;
        }
        LEAVE_OUT(p->op, p->n_op, at, n);
        break;
    case PARTS: break;
    }
}

struct hunt {
    struct plan   *best;
    enum plant     plant;
    struct verdict was;
    int            left, done;
};

/* Does it still fail in the same way?  Then it is the best so far. */
static bool still_fails(struct hunt *h, const struct plan *p)
{
    if (h->left <= 0)
        return false;
    h->left--;
    h->done++;

    struct verdict v = trial(p, h->plant);
    if (v.check != h->was.check)
        return false;
    if (v.check == CHECK_CRASHED && strcmp(v.words, h->was.words) != 0)
        return false;
    *h->best = *p;
    return true;
}

static bool without(struct hunt *h, enum part part)
{
    static struct plan p;
    bool               any = false;

    for (uint32_t n = count(h->best, part); n > 0; n = n > 1 && n < 4 ? n - 1 : n / 2)
        for (uint32_t at = 0; at + n <= count(h->best, part) && h->left > 0;) {
            p = *h->best;
            leave_out(&p, part, at, n);
            if (still_fails(h, &p))
                any = true;
            else
                at += n;
        }
    return any;
}

/* Perfect paths, small writes, no waits, profiles of the RFC, no odd numbers. */
static bool simpler(struct hunt *h)
{
    static struct plan p;
    struct setup       usual = setup_default();
    bool               any   = false;

#define TRY(differs, change)                                                                       \
    do {                                                                                           \
        p = *h->best;                                                                              \
        if (differs) {                                                                             \
            change;                                                                                \
            any = still_fails(h, &p) || any;                                                       \
        }                                                                                          \
    } while (0)

    for (uint32_t i = 0; i < h->best->hosts; i++) {
        for (uint32_t k = 0; k < h->best->hosts; k++) {
            struct path *q = &p.path[i][k], *u = &usual.path[i][k];

            TRY(memcmp(q, u, sizeof *q) != 0, *q = *u);
            TRY(q->loss.num != 0, q->loss = u->loss);
            TRY(q->dup.num != 0, q->dup = u->dup);
            TRY(q->reorder.num != 0, q->reorder = u->reorder);
            TRY(q->corrupt.num != 0, q->corrupt = u->corrupt);
            TRY(q->jitter != 0, q->jitter = 0);
            TRY(q->rate != 0, q->rate = q->queue = 0);
        }
        TRY(p.profile[i] != PROFILE_RFC9293, p.profile[i] = PROFILE_RFC9293);
        TRY(p.n_iss[i] != 0, p.n_iss[i] = 0);
        TRY(p.port_first[i] != 0, p.port_first[i] = 0);
    }
    TRY(p.filters != 0, p.filters = 0);
    for (uint32_t i = 0; i < h->best->n_op; i++) {
        TRY(p.op[i].verb == OP_WRITE && p.op[i].n > 1, p.op[i].n = 1);
        TRY(p.op[i].verb == OP_WRITE && p.op[i].n > 1460, p.op[i].n = 1460);
        TRY(p.op[i].verb == OP_WRITE && p.op[i].n > 1, p.op[i].n /= 2);
        TRY(p.op[i].verb == OP_SLEEP && p.op[i].time > SEC(1), p.op[i].time = SEC(1));
    }
#undef TRY
    return any;
}

int shrink(struct plan *best, enum plant plant, enum check check, int trials)
{
    struct hunt h = { .best = best, .plant = plant, .left = trials };
    bool        any;

    h.was = trial(best, plant);
    if (h.was.check != check)
        return 1; /* it does not fail every time: nothing can be learned from leaving out */
    do {
        any = false;
        for (int part = 0; part < PARTS; part++)
            any = without(&h, (enum part)part) || any;
        any = simpler(&h) || any;
    } while (any && h.left > 0);
    return h.done;
}
