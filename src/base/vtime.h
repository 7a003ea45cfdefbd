/* SPDX-License-Identifier: MIT
 * vtime.h - virtual time.
 *
 * Every clock is a number that the caller passes in.  Nothing below src/cli and
 * src/ui/term.c reads a real clock, so a run is a function of its inputs.
 */
#ifndef FW_BASE_VTIME_H
#define FW_BASE_VTIME_H

#include <stdint.h>

typedef int64_t vtime; /* microseconds since the world began */
typedef int64_t vspan; /* a difference of two vtimes, in microseconds */

#define VTIME_NEVER INT64_MAX /* "no deadline"; compares later than any time */

#define USEC(n) ((vspan)(n))
#define MSEC(n) (1000 * (vspan)(n))
#define SEC(n)  (1000 * 1000 * (vspan)(n))

#endif
