/* SPDX-License-Identifier: MIT
 * knob.c - knobs of a policy, set by name: from flags, and from what systems call sysctls. */
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

/* A sysctl under its full name; what means nothing here is no error. */
static bool full_sysctl(struct tcp_policy *p, const char *name, const char *value)
{
    static const char below[] = "net.ipv4.";

    if (strncmp(name, below, sizeof below - 1) == 0)
        name += sizeof below - 1;
    else if (strncmp(name, "net.", 4) != 0 && strncmp(name, "kern.", 5) != 0)
        return false;
    stack_sysctl(p, name, value);
    return true;
}

/* One word of the flags: profile=NAME, seed=N, mtu=N, KNOB=VALUE or SYSCTL=VALUE.  NULL, or what is
 * wrong with it. */
static const char *one_flag(struct stack_setup *s, const char *name, const char *value)
{
    uint32_t n;

    if (strcmp(name, "profile") == 0) {
        enum profile p = profile_by_name(value);
        if (p == PROFILE_COUNT)
            return "the profiles are rfc793, rfc9293, linux and bsd";
        s->profile = p;
        s->policy  = tcp_policy_of(p);
        return NULL;
    }
    if (full_sysctl(&s->policy, name, value))
        return NULL;
    bool      mtu = strcmp(name, "mtu") == 0, seed = strcmp(name, "seed") == 0;
    enum knob k = knob_by_name(mtu ? "mss" : name);
    if (k == KNOB_COUNT && !seed)
        return "no knob has that name";
    if (!number(value, &n))
        return "the value is no number";
    if (seed) {
        s->seed = n;
        return NULL;
    }
    if (mtu) /* what it leaves: 9293 3.7.1 */
        n = n > 40 ? n - 40 : 0;
    return policy_set(&s->policy, k, n) ? NULL : "the value is out of range";
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
        const char *wrong = equals ? one_flag(s, word, equals + 1) : "expected NAME=VALUE";
        if (wrong) {
            struct text b = text_into(bad, cap);
            text_addn(&b, flags, n);
            text_add(&b, " (%s)", wrong);
            return false;
        }
        flags += n;
    }
    return true;
}

/* -- What systems call it, which word of the value, and what one of its units is here. ------- */

enum {
    FLAG   = 0,  /* anything but 0 sets the knob */
    NEGATE = -1, /* anything but 0 clears it */
};

struct sysctl {
    const char *name, *knob;
    int         word;   /* 0-based: tcp_rmem has three */
    int         factor; /* of the value, or one of the above */
};

static const struct sysctl on_linux[] = {
    /* below net.ipv4 */
    { "tcp_timestamps", "timestamps", 0, FLAG },
    { "tcp_sack", "sack", 0, FLAG },
    { "tcp_dsack", "dsack", 0, FLAG },
    { "tcp_window_scaling", "wscale", 0, FLAG },
    { "tcp_ecn", "ecn", 0, 1 },
    { "tcp_frto", "frto", 0, FLAG },
    { "tcp_rmem", "rcv_buf", 1, 1 },
    { "tcp_rmem", "rcv_buf_max", 2, 1 },
    { "tcp_wmem", "snd_buf", 1, 1 },
    { "ip_default_ttl", "ttl", 0, 1 },
    { "tcp_syn_retries", "syn_r2_count", 0, 1 },
    { "tcp_syn_linear_timeouts", "syn_linear", 0, 1 },
    { "tcp_synack_retries", "synack_r2_count", 0, 1 },
    { "tcp_retries2", "r2_count", 0, 1 },
    { "tcp_orphan_retries", "orphan_r2_count", 0, 1 },
    { "tcp_fin_timeout", "fin_wait_2_ms", 0, 1000 },
    { "tcp_keepalive_time", "keep_idle_ms", 0, 1000 },
    { "tcp_keepalive_intvl", "keep_intvl_ms", 0, 1000 },
    { "tcp_keepalive_probes", "keep_count", 0, 1 },
    { "tcp_rfc1337", "tw_ignore_rst", 0, FLAG },
    { "tcp_slow_start_after_idle", "idle_restart", 0, FLAG },
    { "tcp_challenge_ack_limit", "challenge_limit", 0, 1 },
    { "tcp_invalid_ratelimit", "answer_ms", 0, 1 },
    { "tcp_notsent_lowat", "notsent_lowat", 0, 1 },
    { "tcp_rto_max_ms", "rto_max_ms", 0, 1 },
    { "tcp_min_tso_segs", "psh_burst", 0, 1 },
    { "tcp_reordering", "dupthresh", 0, 1 },
};

static const struct sysctl on_bsd[] = {
    { "net.inet.tcp.rfc1323", "wscale", 0, FLAG },
    { "net.inet.tcp.rfc1323", "timestamps", 0, FLAG },
    { "net.inet.tcp.sack.enable", "sack", 0, FLAG },
    { "net.inet.tcp.ecn.enable", "ecn", 0, 1 },
    { "net.inet.tcp.recvspace", "rcv_buf", 0, 1 },
    { "net.inet.tcp.sendspace", "snd_buf", 0, 1 },
    { "kern.ipc.maxsockbuf", "rcv_buf_max", 0, 1 },
    { "net.inet.ip.ttl", "ttl", 0, 1 },
    { "net.inet.tcp.mssdflt", "mss_default", 0, 1 },
    { "net.inet.tcp.insecure_rst", "rst_challenge", 0, NEGATE },
    { "net.inet.tcp.insecure_syn", "syn_challenge", 0, NEGATE },
    { "net.inet.tcp.insecure_ack", "ack_range", 0, NEGATE },
    { "net.inet.tcp.drop_synfin", "drop_synfin", 0, FLAG },
    { "net.inet.tcp.icmp_may_rst", "icmp_may_end", 0, FLAG },
    { "net.inet.tcp.blackhole", "blackhole", 0, 1 },
    { "net.inet.tcp.tolerate_missing_ts", "ts_missing", 0, NEGATE },
    { "net.inet.tcp.syncookies", "syncookies", 0, FLAG },
    { "net.inet.tcp.syncookies_only", "syncookies_only", 0, FLAG },
    { "net.inet.tcp.delacktime", "delack_ms", 0, 1 },
    { "net.inet.tcp.delayed_ack", "delack_ms", 0, 100 },
    { "net.inet.tcp.rexmit_initial", "rto_init_ms", 0, 1 },
    { "net.inet.tcp.rexmit_min", "rto_min_ms", 0, 1 },
    { "net.inet.tcp.rexmit_slop", "rto_slop_ms", 0, 1 },
    { "net.inet.tcp.rexmit_drop_options", "syn_plain", 0, 3 },
    { "net.inet.tcp.ecn.maxretries", "ecn_retries", 0, 1 },
    { "net.inet.tcp.msl", "msl_ms", 0, 1 },
    { "net.inet.tcp.finwait2_timeout", "fin_wait_2_ms", 0, 1 },
    { "net.inet.tcp.keepinit", "syn_r2_ms", 0, 1 },
    { "net.inet.tcp.keepidle", "keep_idle_ms", 0, 1 },
    { "net.inet.tcp.keepintvl", "keep_intvl_ms", 0, 1 },
    { "net.inet.tcp.keepcnt", "keep_count", 0, 1 },
    { "net.inet.tcp.initcwnd_segments", "iw", 0, 1 },
};

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

const char *stack_sysctl_name(size_t i) { return i < ROWS(on_linux) ? on_linux[i].name : NULL; }

/* tcp_orphan_retries 0 means 8 to Linux, and "as for data" to a knob. */
static uint32_t meaning(const struct sysctl *c, uint32_t n)
{
    if (strcmp(c->name, "tcp_orphan_retries") == 0 && n == 0)
        return 8;
    if (strcmp(c->knob, "notsent_lowat") == 0 && n == UINT32_MAX) /* no limit */
        return 0;
    if (c->factor <= 0)
        return (n != 0) == (c->factor == FLAG);
    if (strcmp(c->knob, "rcv_buf_max") == 0 && n > 1u << 30) /* whatever is more is as good */
        return 1u << 30;
    return n > UINT32_MAX / (uint32_t)c->factor ? UINT32_MAX : n * (uint32_t)c->factor;
}

static bool one_sysctl(struct tcp_policy *p, const struct sysctl *c, const char *value)
{
    enum knob k = knob_by_name(c->knob);
    uint32_t  n;

    for (int word = 0; word < c->word; word++) {
        value += strcspn(value, " \t");
        value += strspn(value, " \t");
    }
    return k != KNOB_COUNT && number(value, &n) && policy_set(p, k, meaning(c, n));
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
    for (size_t i = 0; i < ROWS(on_linux); i++)
        if (strcmp(on_linux[i].name, name) == 0)
            known |= one_sysctl(p, &on_linux[i], value);
    for (size_t i = 0; i < ROWS(on_bsd); i++)
        if (strcmp(on_bsd[i].name, name) == 0)
            known |= one_sysctl(p, &on_bsd[i], value);
    return known;
}

/* The next word of a command; NULL when there is none.  Quotes go, and so does what ends a
 * command. */
static const char *next_word(const char *at, char *word, size_t cap)
{
    struct text t     = text_into(word, cap);
    char        quote = '\0';

    at += strspn(at, " \t\n;|&`(){}");
    if (*at == '\0')
        return NULL;
    for (; *at && (quote || !strchr(" \t\n;|&`(){}", *at)); at++) {
        if (*at == quote)
            quote = '\0';
        else if (!quote && (*at == '"' || *at == '\''))
            quote = *at;
        else
            text_addn(&t, at, 1);
    }
    return at;
}

void stack_command(struct tcp_policy *p, const char *command)
{
    char word[128];

    while ((command = next_word(command, word, sizeof word)) != NULL) {
        char *equals = strchr(word, '=');
        if (equals == NULL)
            continue;
        *equals = '\0';
        full_sysctl(p, word, equals + 1);
    }
}
