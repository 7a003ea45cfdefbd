/* SPDX-License-Identifier: MIT
 * tool.c - clocks, medians, and the lines that are printed.
 */
#include "bench.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS_MOST = 101 };

double bench_cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_size);
    return v[n / 2];
}

double bench_runs(double (*run)(void), size_t runs)
{
    double v[RUNS_MOST];

    assert(runs >= 1 && runs <= RUNS_MOST);
    for (size_t i = 0; i < runs; i++)
        v[i] = run();
    return bench_median(v, runs);
}

void bench_say(const char *what, double n, const char *unit, const char *others)
{
    printf("%-50s %10.2f %-24s%s%s\n", what, n, unit, *others ? "  " : "", others);
}
