/* SPDX-License-Identifier: MIT
 * main.c - finwait-sim: random worlds, one after the other, until enough segments have been sent.
 *
 *      finwait-sim --segments 1000000 --from 1 --jobs 2
 *      finwait-sim --seed 0x1234567890abcdef        one world, and its plan
 *      finwait-sim --selftest                       planted bugs are noticed
 *
 * Interrupted, it ends the worlds that it is in and says how many there were.
 *
 * Workers are processes: one that dies leaves behind the number of the world that it was in.
 */
#include "sim.h"

#include <inttypes.h>
#include <signal.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS_MOST = 64, WORLD_SECONDS = 120, FAILURES_MOST = 20, TRIALS = 600, PLANT_WORLDS = 60 };

struct options {
    uint64_t seed, from, segments;
    bool     one, selftest, shrink, list, trace;
    int      jobs;
};

/* What the workers share. */
struct board {
    atomic_uint_fast64_t next, segments, events, worlds, scripts, storms;
    atomic_uint_fast64_t at[JOBS_MOST]; /* the seed that each is in, 0: none */
    atomic_uint          failed[JOBS_MOST];
    atomic_uint          stop; /* somebody wants to see how far it has come */
};

static struct board *shared_board;

static void stop_all(int sig)
{
    (void)sig;
    shared_board->stop = 1;
}

static uint64_t seed_of(uint64_t from, uint64_t i)
{
    struct rng r = { .state = from * 0x9E3779B97F4A7C15u + i };

    return rng_next(&r) | 1u << 1; /* never 0 */
}

static void work(const struct options *o, struct board *b, int me)
{
    static struct plan p;

    confine();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    while (b->segments < o->segments && !b->stop) {
        uint64_t seed = seed_of(o->from, b->next++);

        b->at[me] = seed;
        alarm(WORLD_SECONDS);
        plan_make(&p, seed);
        struct verdict v = sim_run(&p, PLANT_NONE);
        alarm(0);
        if (v.check != CHECK_NONE) {
            b->failed[me] = 1;
            _exit(1);
        }
        b->segments += v.segments;
        b->events += v.events;
        b->scripts += (p.flags & PLAN_SCRIPTS) != 0;
        b->storms += v.storm;
        b->worlds++;
        b->at[me] = 0;
    }
    _exit(0);
}

/* One world that fails: said in one line, and what of it is to blame. */
static void report(const struct options *o, uint64_t seed)
{
    static struct plan p;
    struct verdict     v;

    plan_make(&p, seed);
    v = trial(&p, PLANT_NONE);
    printf("finwait-sim --seed 0x%016" PRIx64 "   # %s: %s (event %" PRIu64 ", %" PRId64 " us)\n",
           seed, check_table[v.check].name, v.words, v.event, v.at);
    fflush(stdout);
    if (v.check == CHECK_NONE || !o->shrink)
        return;
    int n       = shrink(&p, PLANT_NONE, v.check, TRIALS);
    watch_trace = o->trace ? stdout : NULL;
    v           = trial(&p, PLANT_NONE);
    watch_trace = NULL;
    printf("  after %d trials: %s (event %" PRIu64 ", %" PRId64 " us)\n", n, v.words, v.event,
           v.at);
    plan_print(&p, stdout);
    fflush(stdout);
}

static pid_t hire(const struct options *o, struct board *b, int me)
{
    fflush(NULL);
    pid_t pid = fork();

    if (pid == 0)
        work(o, b, me);
    if (pid < 0) {
        perror("finwait-sim");
        exit(2);
    }
    return pid;
}

static int run_many(const struct options *o)
{
    FILE         *shared = tmpfile();
    struct board *b      = MAP_FAILED;
    pid_t         pid[JOBS_MOST];
    int           at_work  = o->jobs;
    unsigned      failures = 0;

    if (shared && ftruncate(fileno(shared), (off_t)sizeof *b) == 0)
        b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(shared), 0);
    if (b == MAP_FAILED) {
        perror("finwait-sim");
        return 2;
    }
    shared_board = b;
    signal(SIGINT, stop_all);
    signal(SIGTERM, stop_all);
    for (int i = 0; i < o->jobs; i++)
        pid[i] = hire(o, b, i);
    while (at_work > 0) {
        int   status, me = 0;
        pid_t gone = wait(&status);

        while (me < o->jobs && pid[me] != gone)
            me++;
        if (me == o->jobs)
            continue;
        at_work--;
        if (b->at[me] == 0)
            continue;
        failures++;
        report(o, b->at[me]);
        b->at[me] = 0;
        if (failures < FAILURES_MOST && !b->stop) {
            pid[me] = hire(o, b, me);
            at_work++;
        }
    }
    uint64_t worlds = b->worlds + failures;
    printf("%" PRIuFAST64 " segments, %" PRIuFAST64 " events, %" PRIu64 " worlds (%" PRIuFAST64
           " under a history, %" PRIuFAST64 " stopped in an ACK storm), from %" PRIu64 "\n",
           b->segments, b->events, worlds, b->scripts, b->storms, o->from);
    printf("sim: %" PRIu64 "/%" PRIu64 "\n", worlds - failures, worlds);
    munmap(b, sizeof *b);
    fclose(shared);
    return failures != 0;
}

/* -- planted bugs ---------------------------------------------------------------------------- */

/* A planted bug is noticed, by the check that it is meant for, and what is left of the plan still
 * shows it. */
static bool noticed(const struct options *o, enum plant plant)
{
    static struct plan p, small;
    const char        *name = plant_table[plant].name;

    for (uint64_t i = 0; i < PLANT_WORLDS; i++) {
        plan_make(&p, seed_of(o->from, i));
        if ((plant == PLANT_SEEK) != ((p.flags & PLAN_SCRIPTS) != 0))
            continue;
        struct verdict v = trial(&p, plant);

        if (v.check == CHECK_NONE)
            continue;
        if (v.check != plant_table[plant].check) {
            printf("FAIL planted %s: noticed as %s: %s\n", name, check_table[v.check].name,
                   v.words);
            return false;
        }
        small = p;
        int n = shrink(&small, plant, v.check, 40);
        v     = trial(&small, plant);
        if (v.check != plant_table[plant].check) {
            printf("FAIL planted %s: shrunk until it is gone\n", name);
            return false;
        }
        printf("planted %s: %s (%u of %u operations left after %d trials)\n", name, v.words,
               small.n_op, p.n_op, n);
        return true;
    }
    printf("FAIL planted %s: not noticed\n", name);
    return false;
}

static int selftest(const struct options *o)
{
    int good = 0, all = 0;

    for (int i = PLANT_NONE + 1; i < PLANT_COUNT; i++) {
        good += noticed(o, (enum plant)i);
        all++;
        fflush(stdout);
    }
    printf("planted: %d/%d\n", good, all);
    return good != all;
}

static int run_one(const struct options *o)
{
    static struct plan p;

    plan_make(&p, o->seed);
    if (o->list)
        plan_print(&p, stdout);
    if (o->shrink) {
        struct verdict v = trial(&p, PLANT_NONE);

        if (v.check != CHECK_NONE) {
            report(o, o->seed);
            return 1;
        }
    }
    watch_trace      = o->trace ? stdout : NULL;
    struct verdict v = sim_run(&p, PLANT_NONE);
    printf("%s: %s (event %" PRIu64 ", %" PRId64 " us); %" PRIu64 " segments, %" PRIu64 " events\n",
           check_table[v.check].name, v.words, v.event, v.at, v.segments, v.events);
    return v.check != CHECK_NONE;
}

static const char usage[] =
    "usage: finwait-sim [--segments N] [--from N] [--jobs N] [--no-shrink]\n"
    "       finwait-sim --seed 0x... [--list] [--trace] [--no-shrink]\n"
    "       finwait-sim --selftest\n";

/* Worlds come and go by the thousand: what one gives back, the next one needs. */
static void keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 400 * 1000 * 1000);
    mallopt(M_TRIM_THRESHOLD, 400 * 1000 * 1000);
#endif
}

int main(int argc, char **argv)
{
    struct options o = { .from = 1, .segments = 1000000, .jobs = 1, .shrink = true };

    keep_memory();
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;

        if (strcmp(a, "--selftest") == 0)
            o.selftest = true;
        else if (strcmp(a, "--no-shrink") == 0)
            o.shrink = false;
        else if (strcmp(a, "--trace") == 0)
            o.trace = true;
        else if (strcmp(a, "--list") == 0)
            o.list = true;
        else if (v && strcmp(a, "--seed") == 0)
            o.one = true, o.seed = strtoull(v, NULL, 0), i++;
        else if (v && strcmp(a, "--from") == 0)
            o.from = strtoull(v, NULL, 0), i++;
        else if (v && strcmp(a, "--segments") == 0)
            o.segments = strtoull(v, NULL, 0), i++;
        else if (v && strcmp(a, "--jobs") == 0)
            o.jobs = atoi(v), i++;
        else {
            fputs(usage, stderr);
            return 2;
        }
    }
    if (o.jobs < 1 || o.jobs > JOBS_MOST) {
        fputs(usage, stderr);
        return 2;
    }
    return o.selftest ? selftest(&o) : o.one ? run_one(&o) : run_many(&o);
}
