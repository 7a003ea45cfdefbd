/* SPDX-License-Identifier: MIT
 * icmp.c - errors that the network reports, and how far they are believed (RFC 5927).
 *
 * Anybody can send one.  It must quote a number that is in flight (4.1); a hard error ends only a
 * connection that is not yet open (5.2); a small MTU is believed at once only before anything has
 * been acknowledged, else when the segment that it is about has timed out too (7.2).
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

static enum icmp_verdict too_big(struct tcb *t, const struct tcp_env *env, const struct icmp *m)
{
    uint32_t least = env->ipv6 ? MTU_LEAST6 : MTU_LEAST4, mtu = m->mtu < least ? least : m->mtu;
    uint32_t over  = (env->ipv6 ? HEAD6 : HEAD4) + (has(t, F_TS) ? TS_ROOM : 0);
    uint32_t mss   = mtu - over < MSS_LEAST ? MSS_LEAST : mtu - over;
    bool     young = t->snd.una == t->iss || t->snd.una == t->iss + 1;

    if (m->mtu == 0 || mss >= t->mss_out) {
        tcp_note(env, RULE_ICMP_MTU_VAIN, m->mtu, t->mss_out, 0);
        return ICMP_IGNORED;
    }
    if (!young && t->backoff == 0) {
        tcp_note(env, RULE_ICMP_MTU_WAITS, m->mtu, m->seq, 0);
        return ICMP_IGNORED;
    }
    tcp_note(env, RULE_ICMP_MTU, m->mtu, t->mss_out, mss);
    t->mss_out = (uint16_t)mss;
    cut_flight(t, env);
    if (t->flight)
        tcp_raise(t, F_RTX);
    return ICMP_HEEDED;
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
