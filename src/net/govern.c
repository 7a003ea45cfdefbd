/* SPDX-License-Identifier: MIT
 * govern.c - what governs a connection: its host's policy, and what its socket has set.
 */
#include "net/host.h"

#include <assert.h>

struct tcp_policy policy_of(const struct world *w, uint32_t host, const struct sock *s)
{
    struct tcp_policy          p = host_of(w, host)->policy;
    const struct sock_options *o;

    if (!s || !s->own)
        return p;
    o = &own_of(w, s)->opt;
    if (o->rcv_buf) {
        p.rcv_buf     = o->rcv_buf;
        p.rcv_buf_max = 0; /* it grows no more */
    }
    if (o->snd_buf)
        p.snd_buf = o->snd_buf;
    if (o->maxseg && o->maxseg < p.mss)
        p.mss = o->maxseg;
    if (o->cc)
        p.cc = o->cc - 1u;
    if (o->syn_count)
        p.syn_r2_count = o->syn_count;
    if (o->syn_r2)
        p.syn_r2_ms = o->syn_r2;
    if (s->flags & SF_NOOPT)
        p.wscale = p.timestamps = p.sack = p.syn_mss = 0;
    return p;
}

void sock_ip(const struct world *w, const struct sock *s, const struct addr *local, uint8_t *tos,
             uint8_t *ttl)
{
    const struct sock_options *o  = &own_of(w, s)->opt;
    bool                       v4 = !local || addr_is_v4(local);

    *tos = v4 ? o->tos : o->tclass;
    *ttl = v4 ? o->ttl : o->hops;
}

/* The knob is what the MTU leaves with IPv4: a header of IPv6 is larger and leaves less. */
void turn_policy(struct turn *t, const struct sock *s, const struct addr *local)
{
    enum { IPV6_MORE = 20 };

    t->policy   = &host_of(t->w, t->host)->policy;
    t->env.ipv6 = local && !addr_is_v4(local);
    if (s)
        sock_ip(t->w, s, local, &t->tos, &t->ttl);
    if (t->env.ipv6 || (s && own_of(t->w, s)->opt.policy)) {
        uint32_t most = t->policy->mss - (t->env.ipv6 ? IPV6_MORE : 0);
        t->own        = policy_of(t->w, t->host, s);
        t->policy     = &t->own;
        if (t->own.mss > most)
            t->own.mss = most;
    }
    t->env.policy = t->policy;
}

void turn_no_reopen(struct turn *t)
{
    if (t->policy != &t->own)
        t->own = *t->policy;
    t->own.tw_reopen = 0;
    t->policy = t->env.policy = &t->own;
}

void tcb_new(struct turn *t, const struct sock *s, struct tcb *out)
{
    const struct sock_options *o    = &own_of(t->w, s)->opt;
    uint8_t                    bits = 0;

    *out              = tcp_new(t->policy);
    out->user_timeout = o->user_timeout;
    out->keep_idle    = o->keep_idle;
    out->keep_intvl   = o->keep_intvl;
    out->keep_count   = o->keep_cnt;
    out->fin_wait_2   = o->fin_wait_2;
    bits |= s->flags & SF_NODELAY ? TCPO_NODELAY : 0;
    bits |= s->flags & SF_CORK ? TCPO_CORK : 0;
    bits |= s->flags & SF_KEEPALIVE ? TCPO_KEEPALIVE : 0;
    if (bits)
        tcp_option(out, &t->env, bits, true);
}

/* A listener's tcb is a function of its options: it is not kept, so that one that is set later
 * counts for the next connection. */
void tcb_listen(struct turn *t, const struct sock *s, struct tcb *out)
{
    tcb_new(t, s, out);
    enum tcp_error e = tcp_open_passive(out, &t->env);
    assert(e == TCP_OK);
    (void)e;
}
