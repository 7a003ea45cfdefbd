/* SPDX-License-Identifier: MIT
 * flight.c - the retransmission queue: what was sent and is not acknowledged, and what became of
 * it.
 *
 *      SND.UNA                          SND.NXT
 *        |  [ lost ][ sacked ][ node ][ node ]|
 *
 * A node is a segment as it was sent.  Nodes are a convenience: [SND.UNA, SND.NXT) is what is
 * outstanding, and when the pool has no node left the last segment's is stretched, or none is kept.
 *
 * Three sums over the nodes are kept as they change, so that nobody has to walk: bytes the peer has
 * reported (sacked), bytes taken for lost, and of these the bytes that were sent again.
 *
 * Those that may still arrive (neither reported, nor lost and not sent again) are chained a second
 * time, in the order in which they were sent last: an ACK tells of time, too (RFC 8985).
 */
#include "tcp/inside.h"

#include <string.h>

uint32_t tcp_node_new(const struct tcp_env *env)
{
    uint32_t i = env->pool.free ? *env->pool.free : 0;

    if (i == 0)
        return 0;
    *env->pool.free = env->pool.node[i].next;
    if (env->pool.left)
        --*env->pool.left;
    memset(&env->pool.node[i], 0, sizeof env->pool.node[i]);
    return i;
}

void tcp_node_free(const struct tcp_env *env, uint32_t i)
{
    assert(i != 0);
    memset(&env->pool.node[i], 0, sizeof env->pool.node[i]);
    env->pool.node[i].next = *env->pool.free;
    *env->pool.free        = i;
    if (env->pool.left)
        ++*env->pool.left;
}

void tcp_nodes_free(const struct tcp_env *env, uint32_t *list)
{
    while (*list) {
        uint32_t next = env->pool.node[*list].next;
        tcp_node_free(env, *list);
        *list = next;
    }
}

/* Take n bytes of this node out of the sums. */
static void leave(struct tcb *t, const struct tcp_node *node, uint32_t n)
{
    t->cc.sacked -= node->flags & NODE_SACKED ? n : 0;
    t->cc.lost -= node->flags & NODE_LOST ? n : 0;
    t->cc.again -= node->flags & NODE_AGAIN ? n : 0;
}

/* -- by when they were sent ------------------------------------------------------------------ */

/* May it still arrive? */
static bool on_its_way(uint16_t flags)
{
    return !(flags & NODE_SACKED) && (flags & (NODE_LOST | NODE_AGAIN)) != NODE_LOST;
}

/* Was it lost, and nothing done about it yet? */
static bool waits(uint16_t flags) { return (flags & (NODE_LOST | NODE_AGAIN)) == NODE_LOST; }

static void unchain(struct tcb *t, const struct tcp_env *env, struct tcp_node *n)
{
    *(n->sooner ? &env->pool.node[n->sooner].later : &t->walk.first) = n->later;
    *(n->later ? &env->pool.node[n->later].sooner : &t->walk.last)   = n->sooner;
    n->sooner = n->later = 0;
}

/* Where it belongs: nearly always at the end, and what was not lost after all near the beginning.
 */
static void chain(struct tcb *t, const struct tcp_env *env, struct tcp_node *n)
{
    struct tcp_node *node = env->pool.node;
    uint32_t         i = (uint32_t)(n - node), before = t->walk.last, after = 0;

    if (before && n->at < node[before].at) {
        before = 0;
        after  = t->walk.first;
        while (tcp_sent_after(n->at, n->hi, node[after].at, node[after].hi)) {
            before = after;
            after  = node[after].later;
        }
    }
    while (before && tcp_sent_after(node[before].at, node[before].hi, n->at, n->hi)) {
        after  = before;
        before = node[before].sooner;
    }
    n->sooner                                        = before;
    n->later                                         = after;
    *(before ? &node[before].later : &t->walk.first) = i;
    *(after ? &node[after].sooner : &t->walk.last)   = i;
}

void tcp_flight_mark(struct tcb *t, const struct tcp_env *env, struct tcp_node *n, uint16_t set,
                     uint16_t clear)
{
    uint32_t len = n->hi - n->lo, i = (uint32_t)(n - env->pool.node);
    uint16_t was  = n->flags;
    bool     none = t->cc.lost == t->cc.again;

    leave(t, n, len);
    n->flags = (uint16_t)((n->flags & ~clear) | set);
    if (on_its_way(was) && !on_its_way(n->flags))
        unchain(t, env, n);
    else if (!on_its_way(was) && on_its_way(n->flags))
        chain(t, env, n);
    if (waits(n->flags) && (none || seq_lt(n->lo, env->pool.node[t->walk.waits].lo)))
        t->walk.waits = i;
    if (!(n->flags & (NODE_SACKED | NODE_LOST)))
        t->walk.judged = 0;
    if ((was & ~n->flags) & NODE_SACKED) { /* only the first can be: the peer has thrown it away */
        t->walk.top = t->walk.top == i ? 0 : t->walk.top;
        memset(t->walk.known, 0, sizeof t->walk.known);
    }
    t->cc.sacked += n->flags & NODE_SACKED ? len : 0;
    t->cc.lost += n->flags & NODE_LOST ? len : 0;
    t->cc.again += n->flags & NODE_AGAIN ? len : 0;
    assert(!(n->flags & NODE_SACKED) || !(n->flags & (NODE_LOST | NODE_AGAIN)));
    assert(!(n->flags & NODE_AGAIN) || (n->flags & NODE_LOST));
}

/* It is being sent again. */
void tcp_flight_again(struct tcb *t, const struct tcp_env *env, struct tcp_node *n)
{
    if (on_its_way(n->flags))
        unchain(t, env, n);
    n->tries = (uint16_t)(n->tries < UINT16_MAX ? n->tries + 1 : n->tries);
    n->at    = env->now;
    if (waits(n->flags))
        tcp_flight_mark(t, env, n, NODE_AGAIN, 0);
    else if (on_its_way(n->flags))
        chain(t, env, n);
}

void tcp_flight_sent(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, uint16_t flags)
{
    struct tcp_node *last = t->flight_last ? &env->pool.node[t->flight_last] : NULL;
    uint32_t         i;

    assert(seq_lt(lo, hi));
    i = tcp_node_new(env);
    if (i == 0) { /* stretch the last one, if it is next to this and nothing is known about it */
        if (last && last->hi == lo && !(last->flags & (NODE_SACKED | NODE_LOST))) {
            last->hi = hi;
            last->flags |= flags;
        }
        return;
    }
    env->pool.node[i] =
        (struct tcp_node){ .lo = lo, .hi = hi, .flags = flags, .tries = 1, .at = env->now };
    if (last)
        last->next = i;
    else
        t->flight = i;
    t->flight_last = i;
    chain(t, env, &env->pool.node[i]);
}

/* This node goes, and no walk may begin there: `heir` takes its place. */
static void forget(struct tcb *t, const struct tcp_env *env, uint32_t i, uint32_t heir)
{
    struct tcp_node *n = &env->pool.node[i];

    if (on_its_way(n->flags))
        unchain(t, env, n);
    if (t->walk.top == i)
        t->walk.top = 0;
    if (t->walk.waits == i)
        t->walk.waits = heir;
    if (t->walk.judged == i)
        t->walk.judged = heir;
    tcp_node_free(env, i);
}

/* What was noted of numbers that SND.UNA has passed comes along with it: left behind, it would seem
 * to lie ahead once half the number space has gone by (RFC 9293 3.4). */
void tcp_follow(struct tcb *t)
{
    t->snd.up     = seq_max(t->snd.up, t->snd.una);
    t->snd.psh    = seq_max(t->snd.psh, seq_min(t->snd.una, t->snd.end));
    t->cc.ecn_end = seq_max(t->cc.ecn_end, t->snd.una);
    if (seq_le(t->cc.ecn_end, t->snd.una))
        t->cc.marked = 0;
    t->hystart.end = seq_max(t->hystart.end, t->snd.una);
    if (t->cc.phase == CC_OPEN)
        t->cc.recover = seq_max(t->cc.recover, t->snd.una - 1);
    if (!seq_lt(t->snd.una, t->rack.round))
        t->rack.round = 0;
}

/* Forget what SND.UNA has passed.  Returns the round trip of the last segment that was sent once
 * only, 0 if there is none (Karn). */
uint32_t tcp_flight_acked(struct tcb *t, const struct tcp_env *env)
{
    uint32_t rtt = 0;

    while (t->flight) {
        struct tcp_node *n = &env->pool.node[t->flight];
        uint32_t         i = t->flight;

        if (seq_lt(t->snd.una, n->hi)) {
            if (seq_lt(n->lo, t->snd.una)) {
                leave(t, n, t->snd.una - n->lo);
                n->lo = t->snd.una;
                n->flags &= (uint16_t)~NODE_SYN;
            }
            return rtt;
        }
        if (n->tries == 1 && !(n->flags & NODE_SACKED) && env->now - n->at < SEC(1000))
            rtt = (uint32_t)(env->now - n->at);
        if (!(n->flags & NODE_SACKED))
            tcp_rack_delivered(t, env, n);
        tcp_mtu_acked(t, n);
        leave(t, n, n->hi - n->lo);
        t->flight = n->next;
        forget(t, env, i, n->next);
    }
    t->flight_last = 0;
    return rtt;
}

void tcp_flight_free(struct tcb *t, const struct tcp_env *env)
{
    tcp_nodes_free(env, &t->flight);
    t->flight_last = t->walk.first = t->walk.last = 0;
    t->walk.top = t->walk.waits = t->walk.judged = 0;
    t->cc.sacked = t->cc.lost = t->cc.again = 0;
}

/* n is going to be sent again and is small: what lies right behind it and fits goes along. */
void tcp_flight_collapse(struct tcb *t, const struct tcp_env *env, struct tcp_node *n)
{
    enum { MARKS = NODE_LOST | NODE_AGAIN };

    while (n->next && !(n->flags & (NODE_SYN | NODE_RECORD))) {
        uint32_t         i    = n->next;
        struct tcp_node *m    = &env->pool.node[i];
        uint32_t         text = m->hi - n->lo - (m->flags & NODE_FIN ? 1 : 0);
        uint16_t         had  = n->flags & MARKS;

        if (m->lo != n->hi || m->flags & NODE_SACKED || text > t->mss_out
            || seq_lt(t->snd.una + t->snd.wnd, m->hi))
            return;
        tcp_flight_mark(t, env, m, 0, MARKS);
        tcp_flight_mark(t, env, n, 0, MARKS);
        n->hi    = m->hi;
        n->flags = (uint16_t)(n->flags | (m->flags & (NODE_FIN | NODE_PSH | NODE_RECORD)));
        n->next  = m->next;
        tcp_flight_mark(t, env, n, had, 0);
        if (t->flight_last == i)
            t->flight_last = (uint32_t)(n - env->pool.node);
        forget(t, env, i, 0);
    }
}

/* What does not fit becomes two: n keeps `len`, and the rest is a node behind it. */
void tcp_flight_cut(struct tcb *t, const struct tcp_env *env, struct tcp_node *n, uint32_t len)
{
    uint32_t         k = tcp_node_new(env);
    struct tcp_node *m = &env->pool.node[k];

    if (k == 0)
        return;
    *m       = *n;
    m->lo    = n->lo + len;
    n->hi    = m->lo;
    n->next  = k;
    n->flags = (uint16_t)(n->flags & ~(NODE_FIN | NODE_PSH | NODE_RECORD));
    if (&env->pool.node[t->flight_last] == n)
        t->flight_last = k;
    if (on_its_way(m->flags)) { /* n ends earlier now, m where n did */
        unchain(t, env, n);
        chain(t, env, n);
        chain(t, env, m);
    }
    memset(t->walk.known, 0, sizeof t->walk.known); /* its parts may have been reported */
}

/* The first segment that is not reported, while something later is, and was not sent again. */
uint32_t tcp_flight_hole(const struct tcb *t, const struct tcp_env *env)
{
    const struct tcp_node *node = env->pool.node;

    if (t->walk.top == 0)
        return 0;
    for (uint32_t i = t->walk.judged ? t->walk.judged : t->flight; i; i = node[i].next) {
        if (!seq_lt(node[i].lo, node[t->walk.top].lo))
            return 0;
        if (!(node[i].flags & (NODE_SACKED | NODE_LOST)))
            return i;
    }
    return 0;
}

/* The first segment that is taken for lost and was not sent again; 0 is none. */
uint32_t tcp_flight_lost(struct tcb *t, const struct tcp_env *env)
{
    if (t->cc.lost == t->cc.again)
        return 0;
    while (!waits(env->pool.node[t->walk.waits].flags)) {
        t->walk.waits = env->pool.node[t->walk.waits].next;
        assert(t->walk.waits != 0);
    }
    return t->walk.waits;
}
