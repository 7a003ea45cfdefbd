/* SPDX-License-Identifier: MIT
 * knob.c - knobs of a policy, set by name: from flags, and from what Linux calls sysctls. */
#include "drill/stack.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Values of the knob cc. */
enum { CC_RENO = 1, CC_CUBIC = 2 };

static bool number(const char *text, uint32_t *out)
{
    char *end;

    errno           = 0;
    long long value = strtoll(text, &end, 0);
    if (end == text || errno || value < 0 || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

/* One word of the flags: profile=NAME, seed=N or KNOB=VALUE. */
static bool one_flag(struct stack_setup *s, const char *name, const char *value)
{
    uint32_t n;

    if (strcmp(name, "profile") == 0) {
        enum profile p = profile_by_name(value);
        if (p == PROFILE_COUNT)
            return false;
        s->profile = p;
        s->policy  = tcp_policy_of(p);
        return true;
    }
    if (!number(value, &n))
        return false;
    if (strcmp(name, "seed") == 0) {
        s->seed = n;
        return true;
    }
    enum knob k = knob_by_name(name);
    return k != KNOB_COUNT && policy_set(&s->policy, k, n);
}

bool stack_flags(struct stack_setup *s, const char *flags, char *bad, size_t cap)
{
    char word[128];

    while (flags && *flags) {
        size_t n = strcspn(flags, ",");
        if (n == 0) {
            flags++;
            continue;
        }
        struct text t = text_into(word, sizeof word);
        text_addn(&t, flags, n);
        char *equals = strchr(word, '=');
        if (equals)
            *equals = '\0';
        if (!equals || !one_flag(s, word, equals + 1)) {
            struct text b = text_into(bad, cap);
            text_addn(&b, flags, n);
            return false;
        }
        flags += n;
    }
    return true;
}

/* -- What Linux calls it, which word of the value, and what one of its units is here. ------------
 */

static const struct sysctl {
    const char *name, *knob;
    int         word;   /* 0-based: tcp_rmem has three */
    uint32_t    factor; /* 0: the knob is a flag, anything but 0 sets it */
} table[] = {
    { "tcp_timestamps", "timestamps", 0, 0 },
    { "tcp_sack", "sack", 0, 0 },
    { "tcp_dsack", "dsack", 0, 0 },
    { "tcp_window_scaling", "wscale", 0, 0 },
    { "tcp_ecn", "ecn", 0, 1 },
    { "tcp_frto", "frto", 0, 0 },
    { "tcp_rmem", "rcv_buf", 1, 1 },
    { "tcp_rmem", "rcv_buf_max", 2, 1 },
    { "tcp_wmem", "snd_buf", 1, 1 },
    { "tcp_syn_retries", "syn_r2_count", 0, 1 },
    { "tcp_synack_retries", "synack_r2_count", 0, 1 },
    { "tcp_retries2", "r2_count", 0, 1 },
    { "tcp_orphan_retries", "orphan_r2_count", 0, 1 },
    { "tcp_fin_timeout", "fin_wait_2_ms", 0, 1000 },
    { "tcp_keepalive_time", "keep_idle_ms", 0, 1000 },
    { "tcp_keepalive_intvl", "keep_intvl_ms", 0, 1000 },
    { "tcp_keepalive_probes", "keep_count", 0, 1 },
    { "tcp_rfc1337", "tw_ignore_rst", 0, 0 },
    { "tcp_slow_start_after_idle", "idle_restart", 0, 0 },
    { "tcp_challenge_ack_limit", "challenge_limit", 0, 1 },
    { "tcp_invalid_ratelimit", "answer_ms", 0, 1 },
    { "tcp_reordering", "dupthresh", 0, 1 },
};

const char *stack_sysctl_name(size_t i)
{
    return i < sizeof table / sizeof table[0] ? table[i].name : NULL;
}

/* tcp_orphan_retries 0 means 8 to Linux, and "as for data" to a knob. */
static uint32_t meaning(const struct sysctl *c, uint32_t n)
{
    if (strcmp(c->name, "tcp_orphan_retries") == 0 && n == 0)
        return 8;
    if (c->factor == 0)
        return n != 0;
    return n > UINT32_MAX / c->factor ? UINT32_MAX : n * c->factor;
}

bool stack_sysctl(struct tcp_policy *p, const char *name, const char *value)
{
    bool known = false;

    if (strcmp(name, "tcp_congestion_control") == 0) { /* what is neither is taken as Linux's own */
        enum knob k    = knob_by_name("cc");
        bool      reno = strncmp(value, "reno", 4) == 0;
        return k != KNOB_COUNT
               && ((!reno && policy_set(p, k, CC_CUBIC)) || policy_set(p, k, CC_RENO));
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *at = value;
        enum knob   k  = knob_by_name(table[i].knob);
        if (k == KNOB_COUNT && strcmp(table[i].knob, "rcv_buf_max") == 0)
            k = KNOB_rcv_buf; /* the window scale follows from the largest buffer that is known */
        uint32_t n;
        if (strcmp(table[i].name, name) != 0 || k == KNOB_COUNT)
            continue;
        for (int word = 0; word < table[i].word; word++) {
            at += strcspn(at, " \t");
            at += strspn(at, " \t");
        }
        if (number(at, &n) && policy_set(p, k, meaning(&table[i], n)))
            known = true;
    }
    return known;
}
