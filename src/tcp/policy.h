/* SPDX-License-Identifier: MIT
 * policy.h - the choices that standards leave open or systems make otherwise.
 *
 * One struct of unsigned 32-bit knobs, one table (policy.def), four presets.  A
 * host has a policy; the engine reads it and never writes it.
 */
#ifndef FW_TCP_POLICY_H
#define FW_TCP_POLICY_H

#include "base/value.h"

#include <stdbool.h>
#include <stdint.h>

enum profile { PROFILE_RFC793, PROFILE_RFC9293, PROFILE_LINUX, PROFILE_BSD, PROFILE_COUNT };

enum knob {
#define KNOB(name, unit, a, b, c, d, source, help) KNOB_##name,
#include "tcp/policy.def"
#undef KNOB
    KNOB_COUNT
};

VALUE_BEGIN

struct tcp_policy {
#define KNOB(name, unit, a, b, c, d, source, help) uint32_t name;
#include "tcp/policy.def"
#undef KNOB
    uint32_t pad_[KNOB_COUNT % 2 ? 1 : 2]; /* an even number of words, whatever the table holds */
};

VALUE_END

struct knob_info {
    const char *name, *unit, *source, *help;
    uint32_t    preset[PROFILE_COUNT];
};

extern const struct knob_info knob_table[KNOB_COUNT];

/* "rfc793", "rfc9293", "linux", "bsd". */
extern const char *const profile_name[PROFILE_COUNT];

/* The profile of that name, or PROFILE_COUNT. */
enum profile profile_by_name(const char *name);

struct tcp_policy tcp_policy_of(enum profile p);

/* The knob of that name, or KNOB_COUNT. */
enum knob knob_by_name(const char *name);

uint32_t policy_get(const struct tcp_policy *p, enum knob k);

/* False when the value is out of the knob's range (a flag takes 0 or 1; delack_ms must stay
 * below 500, MUST-40; mss is 64 to 65495; ttl is 1 to 255; buffers are 1 to 2^30). */
bool policy_set(struct tcp_policy *p, enum knob k, uint32_t value);

#endif
