/* SPDX-License-Identifier: MIT
 * policy.c - presets, and knobs by name and number. */
#include "tcp/policy.h"

#include "tcp/wire.h"

#include <assert.h>
#include <string.h>

const struct knob_info knob_table[KNOB_COUNT] = {
#define KNOB(name, unit, a, b, c, d, source, help)                                                 \
    [KNOB_##name] = { #name, #unit, source, help, { a, b, c, d } },
#include "tcp/policy.def"
#undef KNOB
};

const char *const profile_name[PROFILE_COUNT] = { "rfc793", "rfc9293", "linux", "bsd" };

/* The fields of struct tcp_policy in the table's order: a knob is a word of the struct. */
static uint32_t *knob_of(struct tcp_policy *p, enum knob k)
{
    switch (k) {
#define KNOB(name, unit, a, b, c, d, source, help)                                                 \
    case KNOB_##name:                                                                              \
        return &p->name;
#include "tcp/policy.def"
#undef KNOB
    case KNOB_COUNT: break;
    }
    assert(k < KNOB_COUNT);
    return &p->pad_[0];
}

enum profile profile_by_name(const char *name)
{
    for (int i = 0; i < PROFILE_COUNT; i++)
        if (strcmp(profile_name[i], name) == 0)
            return (enum profile)i;
    return PROFILE_COUNT;
}

struct tcp_policy tcp_policy_of(enum profile profile)
{
    struct tcp_policy p;

    assert(profile < PROFILE_COUNT);
    memset(&p, 0, sizeof p);
    for (int k = 0; k < KNOB_COUNT; k++)
        *knob_of(&p, (enum knob)k) = knob_table[k].preset[profile];
    return p;
}

enum knob knob_by_name(const char *name)
{
    for (int k = 0; k < KNOB_COUNT; k++)
        if (strcmp(knob_table[k].name, name) == 0)
            return (enum knob)k;
    return KNOB_COUNT;
}

uint32_t policy_get(const struct tcp_policy *p, enum knob k)
{
    struct tcp_policy copy = *p;

    return *knob_of(&copy, k);
}

/* The largest time a knob may hold: a timeout in microseconds must fit in 32 bits. */
enum { MS_MAX = 4 * 1000 * 1000, BUF_MAX = 1 << 30, MSS_MIN = 64, MSS_MAX = WIRE_MAX - 40 };

static bool in_range(enum knob k, uint32_t v)
{
    const char *unit = knob_table[k].unit;

    switch (k) {
    case KNOB_delack_ms: return v < 500; /* MUST-40 */
    case KNOB_port_first:
    case KNOB_port_last: return v >= 1 && v <= UINT16_MAX;
    case KNOB_answer_count: return v >= 1 && v <= UINT8_MAX;
    case KNOB_iw: return v <= 1000;
    case KNOB_hz: return v <= 1000 * 1000;
    case KNOB_ttl: return v >= 1 && v <= UINT8_MAX;
    case KNOB_mss: return v >= MSS_MIN && v <= MSS_MAX;
    case KNOB_rcv_buf_max: return v <= BUF_MAX;
    case KNOB_rcv_buf:
    case KNOB_snd_buf: return v >= 1 && v <= BUF_MAX;
    case KNOB_rto_init_ms:
    case KNOB_rto_min_ms:
    case KNOB_rto_max_ms: return v >= 1 && v <= MS_MAX;
    case KNOB_keep_idle_ms:
    case KNOB_keep_intvl_ms: return v >= 1 && v <= INT32_MAX;
    default: break;
    }
    if (strcmp(unit, "flag") == 0)
        return v <= 1;
    if (strcmp(unit, "choice") == 0)
        return v <= 2;
    return v <= INT32_MAX;
}

bool policy_set(struct tcp_policy *p, enum knob k, uint32_t value)
{
    if (!in_range(k, value))
        return false;
    *knob_of(p, k) = value;
    return true;
}
