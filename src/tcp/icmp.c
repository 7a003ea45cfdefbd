/* SPDX-License-Identifier: MIT
 * icmp.c - errors that the network reports, and how far they are believed (RFC 5927).
 *
 * Anybody can send one.  It must quote a number that is in flight (4.1); a hard error ends only a
 * connection that is not yet open (5.2); a small MTU is believed at once only while nothing larger
 * has been acknowledged, else when the segment that it is about has timed out too (7.2).
 */
#include "tcp/icmp.h"

#include "tcp/inside.h"

enum { TS_ROOM = 12, HEAD4 = 40, HEAD6 = 60, MTU_LEAST4 = 68, MTU_LEAST6 = 1280 };

const char *const icmp_name[ICMP_KINDS] = {
    [ICMP_NET_UNREACHABLE]      = "network unreachable",
    [ICMP_HOST_UNREACHABLE]     = "host unreachable",
    [ICMP_PROTOCOL_UNREACHABLE] = "protocol unreachable",
    [ICMP_PORT_UNREACHABLE]     = "port unreachable",
    [ICMP_TOO_BIG]              = "packet too big",
    [ICMP_PROHIBITED]           = "administratively prohibited",
    [ICMP_TIME_EXCEEDED]        = "time exceeded",
    [ICMP_QUENCH]               = "source quench",
};

/* Cut what is in flight into segments that fit. */
static void cut_flight(struct tcb *t, const struct tcp_env *env)
{
    for (uint32_t i = t->flight; i; i = env->pool.node[i].next) {
        struct tcp_node *n = &env->pool.node[i];

        if (n->hi - n->lo > t->mss_out && !(n->flags & (NODE_SACKED | NODE_SYN)))
            tcp_flight_cut(t, env, n, t->mss_out);
    }
}

/* The text of a segment that fits into a datagram of this size. */
static uint32_t mss_of(const struct tcb *t, const struct tcp_env *env, uint32_t mtu)
{
    uint32_t least = env->ipv6 ? MTU_LEAST6 : MTU_LEAST4;
    uint32_t over  = (env->ipv6 ? HEAD6 : HEAD4) + (has(t, F_TS) ? TS_ROOM : 0);

    mtu = mtu < least ? least : mtu;
    return mtu - over < MSS_LEAST ? MSS_LEAST : mtu - over;
}

static void adopt(struct tcb *t, const struct tcp_env *env, uint32_t mtu)
{
    uint32_t mss = mss_of(t, env, mtu);

    tcp_note(env, RULE_ICMP_MTU, mtu, t->mss_out, mss);
    t->mss_out  = (uint16_t)mss;
    t->mtu.told = 0;
    cut_flight(t, env);
}

/* RFC 1191 6.4: segments that were larger than `mss` have been dropped and are sent again at once;
 * that is no sign of congestion, and leaves its window as it is. */
static void drop_large(struct tcb *t, const struct tcp_env *env, uint32_t mss)
{
    bool any = false;

    for (uint32_t i = t->flight; i; i = env->pool.node[i].next) {
        struct tcp_node *n = &env->pool.node[i];

        if (n->hi - n->lo <= mss || n->flags & (NODE_SACKED | NODE_SYN))
            continue;
        tcp_flight_mark(t, env, n, NODE_LOST, NODE_AGAIN);
        any = true;
    }
    if (any && t->cc.cwnd && t->cc.phase == CC_OPEN) {
        t->cc.phase   = CC_LOSS;
        t->cc.recover = t->snd.nxt;
        t->cc.frto    = 0;
    }
    if (!t->flight)
        tcp_raise(t, F_RTX);
}

/* Bytes of the segment in flight that holds this number; as much as we ever send when that is not
 * known. */
static uint32_t sent_size(const struct tcb *t, const struct tcp_env *env, seq at)
{
    for (uint32_t i = t->flight; i; i = env->pool.node[i].next) {
        const struct tcp_node *n = &env->pool.node[i];

        if (seq_in(at, n->lo, n->hi - n->lo))
            return n->hi - n->lo;
    }
    return t->mss_out;
}

static enum icmp_verdict too_big(struct tcb *t, const struct tcp_env *env, const struct icmp *m)
{
    uint32_t mss   = mss_of(t, env, m->mtu);
    bool     doubt = env->policy->mtu_doubt != 0;

    if (m->mtu == 0 || mss >= t->mss_out || (doubt && mss >= sent_size(t, env, m->seq))) {
        tcp_note(env, RULE_ICMP_MTU_VAIN, m->mtu, t->mss_out, 0);
        return ICMP_IGNORED;
    }
    if (doubt && mss < t->mtu.acked && t->backoff == 0) {
        t->mtu.told  = (uint16_t)(m->mtu < UINT16_MAX ? m->mtu : UINT16_MAX);
        t->mtu.about = m->seq;
        tcp_note(env, RULE_ICMP_MTU_WAITS, m->mtu, m->seq, 0);
        return ICMP_IGNORED;
    }
    drop_large(t, env, mss);
    adopt(t, env, m->mtu);
    return ICMP_HEEDED;
}

/* A segment has arrived: so large they may be.  And what was said of it before was not true. */
void tcp_mtu_acked(struct tcb *t, const struct tcp_node *n)
{
    uint32_t len = n->flags & NODE_SYN ? 0 : n->hi - n->lo;

    len          = len < t->mss_out ? len : t->mss_out; /* a node may be stretched */
    t->mtu.acked = (uint16_t)(len > t->mtu.acked ? len : t->mtu.acked);
    if (t->mtu.told && seq_lt(t->mtu.about, n->hi))
        t->mtu.told = 0;
}

/* What was told is believed now that the segment has timed out, too (MAXSEGRTO is 1). */
void tcp_mtu_timeout(struct tcb *t, const struct tcp_env *env)
{
    if (t->mtu.told == 0)
        return;
    adopt(t, env, t->mtu.told);
    t->mtu.acked = t->mss_out;
}

static bool is_hard(const struct icmp *m, const struct tcp_env *env)
{
    enum icmp_kind k    = m->kind;
    bool           ipv6 = env->ipv6;

    if (!env->policy->icmp_may_end)
        return false;
    if (env->policy->icmp_hard_more
        && (k == ICMP_PROHIBITED || (k == ICMP_TIME_EXCEEDED && m->whole)))
        return true;
    return k == ICMP_PROTOCOL_UNREACHABLE || k == ICMP_PORT_UNREACHABLE
           || (k == ICMP_PROHIBITED && ipv6);
}

enum icmp_verdict tcp_icmp(struct tcb *t, const struct tcp_env *env, const struct icmp *m)
{
    enum icmp_verdict v = ICMP_NOTED;

    assert(m->kind < ICMP_KINDS);
    if (m->kind == ICMP_QUENCH) {
        trace_step(env->trace, RULE_ICMP_QUENCH, 0, 0, 0);
        return ICMP_IGNORED;
    }
    if (t->state <= TCP_LISTEN || !seq_in(m->seq, t->snd.una, t->snd.nxt - t->snd.una)) {
        trace_step(env->trace, RULE_ICMP_OUTSIDE, m->seq, t->snd.una, t->snd.nxt);
        return ICMP_IGNORED;
    }
    if (m->kind == ICMP_TOO_BIG) {
        v = too_big(t, env, m);
    } else if (!is_hard(m, env)) {
        tcp_note(env, RULE_ICMP_SOFT, m->seq, 0, 0);
    } else if (synchronized(t)) {
        tcp_note(env, RULE_ICMP_DOUBTED, m->seq, 0, 0);
    } else {
        tcp_enter_closed(t, env, RULE_ICMP_HARD, m->seq, SIG_REFUSED);
        v = ICMP_ENDED;
    }
    tcp_settle(t, env);
    tcp_check(t, env);
    return v;
}
