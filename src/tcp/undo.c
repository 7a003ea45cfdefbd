/* SPDX-License-Identifier: MIT
 * undo.c - a loss that was none: when the peer reports everything that was sent again as received
 * twice (D-SACK, RFC 2883), the congestion window becomes what it was before (RFC 3708).
 *
 *      loss suspected: begin ---> sent again: + bytes ---> D-SACK: - bytes ---> 0: undo
 */
#include "tcp/inside.h"

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* The window is about to be reduced because something seems to be lost. */
void tcp_undo_begin(struct tcb *t, const struct tcp_env *env)
{
    t->cc.prior_cwnd     = t->cc.cwnd;
    t->cc.prior_ssthresh = t->cc.ssthresh;
    t->cc.undo_from      = t->snd.una;
    t->cc.undo           = t->cc.again;
    lower(t, F_UNDO);
    if (env->policy->undo && has(t, F_SACK))
        tcp_raise(t, F_UNDO);
}

/* These numbers have been sent again. */
void tcp_undo_again(struct tcb *t, uint32_t n) { t->cc.undo += has(t, F_UNDO) ? n : 0; }

/* The peer has received this twice. */
void tcp_undo_heard(struct tcb *t, const struct tcp_env *env, const struct sack_block *twice)
{
    uint32_t n = twice->hi - twice->lo;

    if (!has(t, F_UNDO) || t->cc.undo == 0 || n == 0 || seq_lt(twice->lo, t->cc.undo_from)
        || seq_lt(t->snd.nxt, twice->hi))
        return;
    t->cc.undo -= n < t->cc.undo ? n : t->cc.undo;
    if (t->cc.undo)
        return;
    lower(t, F_UNDO);
    for (uint32_t i = t->flight; i; i = env->pool.node[i].next) {
        struct tcp_node *node = &env->pool.node[i];

        if (node->flags & NODE_LOST)
            tcp_flight_mark(t, env, node, 0, NODE_LOST | NODE_AGAIN);
    }
    t->cc.phase    = CC_OPEN;
    t->cc.frto     = 0;
    t->cc.dupacks  = 0;
    t->cc.cwnd     = larger(t->cc.cwnd, t->cc.prior_cwnd);
    t->cc.ssthresh = larger(t->cc.ssthresh, t->cc.prior_ssthresh);
    t->cc.spurious++;
    t->cubic.began = VTIME_NEVER; /* the curve begins anew, from here */
    t->cubic.max   = larger(t->cubic.max, t->cc.cwnd);
    lower(t, F_RTX);
    tcp_note(env, RULE_CC_UNDO, t->cc.cwnd, t->cc.ssthresh, 0);
}
