/* SPDX-License-Identifier: MIT
 * bench.h - what the parts of the bench share.  Figures are medians; times are of the CPU, of this
 * process alone, so that what else the machine does matters little.
 */
#ifndef FW_BENCH_H
#define FW_BENCH_H

#include <stddef.h>

/* Seconds of CPU that this process has used. */
double bench_cpu(void);
/* Sorts v. */
double bench_median(double *v, size_t n);
/* One line: what, a number, its unit, and what others need for the same on one machine ("" if
 * nobody is known). */
void bench_say(const char *what, double n, const char *unit, const char *others);

/* The median of `runs` results. */
double bench_runs(double (*run)(void), size_t runs);

void bench_pair(void);  /* pair.c: two engines, a wire */
void bench_world(void); /* through.c: sockets, a link, a journal */
void bench_loss(void);  /* loss.c: one segment in a hundred is lost */

#endif
