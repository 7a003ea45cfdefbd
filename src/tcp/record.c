/* SPDX-License-Identifier: MIT
 * record.c - records: text that the user wants in segments of its own (MSG_EOR).
 *
 * TCP keeps no boundaries, and the peer sees none.  But a segment may end where a record does, and
 * what is sent again is not joined there either: then a program that is told when a segment was
 * sent, or acknowledged, knows that of a record.
 *
 *      snd.nxt       snd.record                      snd.end
 *        |-- record --|----- record -----|-- record --|--- not yet ended
 *                     ^                  ^            ^
 *                     records: a list of nodes, each with where one ends
 */
#include "tcp/inside.h"

/* Its first node, and what a segment has to know of it; 0 when there is none. */
static void first(struct tcb *t, const struct tcp_env *env)
{
    t->snd.record = t->records ? env->pool.node[t->records].lo : 0;
    if (!t->records)
        t->record_last = 0;
}

void tcp_record_ends(struct tcb *t, const struct tcp_env *env)
{
    struct tcp_node *node = env->pool.node;
    uint32_t         i;

    if (!env->policy->eor || !seq_lt(t->snd.nxt, t->snd.end)
        || (t->records && node[t->record_last].lo == t->snd.end) || (i = tcp_node_new(env)) == 0)
        return;
    node[i].lo = node[i].hi                                  = t->snd.end;
    *(t->records ? &node[t->record_last].next : &t->records) = i;
    t->record_last                                           = i;
    first(t, env);
}

void tcp_record_sent(struct tcb *t, const struct tcp_env *env)
{
    uint32_t i = t->records;

    if (i == 0 || seq_lt(t->snd.nxt, t->snd.record))
        return;
    t->records = env->pool.node[i].next;
    tcp_node_free(env, i);
    first(t, env);
}

void tcp_record_cut(struct tcb *t, const struct tcp_env *env)
{
    uint32_t i = t->records, before = 0;

    while (i && seq_le(env->pool.node[i].lo, t->snd.end)) {
        before = i;
        i      = env->pool.node[i].next;
    }
    tcp_nodes_free(env, before ? &env->pool.node[before].next : &t->records);
    t->record_last = before;
    first(t, env);
}

void tcp_records_free(struct tcb *t, const struct tcp_env *env)
{
    tcp_nodes_free(env, &t->records);
    first(t, env);
}
