/* SPDX-License-Identifier: MIT
 * flight.c - the retransmission queue: what was sent and is not acknowledged.
 *
 *      SND.UNA            SND.NXT
 *        |  [ node ][ node ][ node ]|
 *
 * A node is a segment as it was sent.  Nodes are a convenience: [SND.UNA, SND.NXT) is what is
 * outstanding, and when the pool has no node left the last segment's is stretched, or none is kept.
 */
#include "tcp/inside.h"

#include <string.h>

uint32_t tcp_node_new(const struct tcp_env *env)
{
    uint32_t i = env->pool.free ? *env->pool.free : 0;

    if (i == 0)
        return 0;
    *env->pool.free = env->pool.node[i].next;
    memset(&env->pool.node[i], 0, sizeof env->pool.node[i]);
    return i;
}

void tcp_node_free(const struct tcp_env *env, uint32_t i)
{
    assert(i != 0);
    memset(&env->pool.node[i], 0, sizeof env->pool.node[i]);
    env->pool.node[i].next = *env->pool.free;
    *env->pool.free        = i;
}

void tcp_nodes_free(const struct tcp_env *env, uint32_t *list)
{
    while (*list) {
        uint32_t next = env->pool.node[*list].next;
        tcp_node_free(env, *list);
        *list = next;
    }
}

void tcp_flight_sent(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, uint16_t flags)
{
    uint32_t *at   = &t->flight;
    uint32_t  last = 0, i;

    assert(seq_lt(lo, hi));
    while (*at) {
        last = *at;
        at   = &env->pool.node[last].next;
    }
    i = tcp_node_new(env);
    if (i == 0) { /* stretch the last one, if it is next to this */
        if (last && env->pool.node[last].hi == lo) {
            env->pool.node[last].hi = hi;
            env->pool.node[last].flags |= flags;
        }
        return;
    }
    env->pool.node[i] =
        (struct tcp_node){ .lo = lo, .hi = hi, .flags = flags, .tries = 1, .at = env->now };
    *at = i;
}

void tcp_flight_acked(struct tcb *t, const struct tcp_env *env)
{
    while (t->flight) {
        struct tcp_node *n = &env->pool.node[t->flight];
        uint32_t         i = t->flight;

        if (seq_lt(t->snd.una, n->hi)) {
            if (seq_lt(n->lo, t->snd.una)) {
                n->lo = t->snd.una;
                n->flags &= (uint16_t)~NODE_SYN;
            }
            return;
        }
        t->flight = n->next;
        tcp_node_free(env, i);
    }
}
