/* SPDX-License-Identifier: MIT
 * rng.h - the world's only source of chance (SplitMix64).
 *
 * A value: copy it to fork the future, compare it to prove that two runs agree.
 * Integers only; a float would tie a golden test to one compiler.
 */
#ifndef FW_BASE_RNG_H
#define FW_BASE_RNG_H

#include "base/value.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

VALUE_BEGIN

struct rng {
    uint64_t state;
};

/* A probability, num in den.  {0, 1} never happens, {1, 1} always does. */
struct ratio {
    uint32_t num, den;
};

VALUE_END

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
    z          = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z          = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* A number in [0, n), n > 0.  The bias of the modulus is below n / 2^64. */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
    assert(n > 0);
    return rng_next(r) % n;
}

static inline bool rng_chance(struct rng *r, struct ratio p)
{
    assert(p.den > 0);
    assert(p.num <= p.den);
    if (p.num == 0)
        return false; /* draws nothing: a perfect path does not disturb the generator */
    return rng_below(r, p.den) < p.num;
}

#endif
