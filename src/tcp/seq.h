/* SPDX-License-Identifier: MIT
 * seq.h - sequence numbers: arithmetic modulo 2^32 (RFC 9293 3.4).
 *
 * Ordered only within half the space: seq_lt(a, b) means "b is ahead of a by less
 * than 2^31".  Never compare two seq with < or subtract them by hand.
 */
#ifndef FW_TCP_SEQ_H
#define FW_TCP_SEQ_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t seq;

static inline int32_t seq_diff(seq a, seq b) { return (int32_t)(a - b); }
static inline bool    seq_lt(seq a, seq b) { return seq_diff(a, b) < 0; }
static inline bool    seq_le(seq a, seq b) { return seq_diff(a, b) <= 0; }
static inline seq     seq_max(seq a, seq b) { return seq_lt(a, b) ? b : a; }
static inline seq     seq_min(seq a, seq b) { return seq_lt(a, b) ? a : b; }

/* Is lo =< x < lo + len?  An empty window contains nothing. */
static inline bool seq_in(seq x, seq lo, uint32_t len) { return x - lo < len; }

#endif
