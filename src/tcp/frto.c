/* SPDX-License-Identifier: MIT
 * frto.c - was the timeout in vain?  Two answers tell (F-RTO, RFC 5682 2.1).
 *
 *      timeout: the head again --> it advances: two new segments --> it advances again: in vain
 *                              \-> else                          \-> else: everything is lost
 */
#include "tcp/inside.h"

/* RFC 5682 2.1 step 1: the head alone is sent again; what follows depends on the next two answers.
 * When it times out once more before the first of them, all begins anew: it "MUST re-start". */
bool tcp_frto_begin(struct tcb *t, const struct tcp_env *env)
{
    bool again = t->cc.frto == 1;

    t->cc.frto = 0;
    if (!env->policy->frto || (!again && (t->backoff > 1 || t->cc.phase != CC_OPEN || t->cc.lost)))
        return false;
    t->cc.frto = 1;
    return true;
}

/* Step 2b: two segments may leave.  Is there new text, and does nothing else hold it back? */
static bool new_text(struct tcb *t, const struct tcp_env *env)
{
    enum rule plan;

    if (tcp_window_unsent(t) == 0 || tcp_window_usable(t) < t->mss_out)
        return false;
    t->cc.cwnd = tcp_pipe(t) + 2u * t->mss_out;
    plan       = tcp_plan(t, env).rule;
    return plan != RULE_COUNT && outcome_of[plan] == SEND;
}

/* Step 3b.  What follows is another matter: where there is no way to undo a reduction it stays, and
 * the window is what the two answers have made it (section 4: "SHOULD respond ... conservatively,
 * applying the TCP congestion control specification"). */
static void in_vain(struct tcb *t, const struct tcp_env *env)
{
    t->cc.frto    = 0;
    t->cc.phase   = CC_OPEN;
    t->cc.recover = t->snd.una - 1; /* "in order to allow fast retransmit" */
    t->cc.cwnd    = 3u * t->mss_out;
    if (env->policy->undo) {
        t->cc.cwnd     = t->cc.prior_cwnd;
        t->cc.ssthresh = t->cc.prior_ssthresh;
    }
    t->cc.spurious++;
    tcp_note(env, RULE_FRTO_SPURIOUS, t->cc.cwnd, 0, 0);
}

void tcp_frto_heard(struct tcb *t, const struct tcp_env *env, const struct heard *h)
{
    bool all = !t->flight || env->pool.node[t->flight].tries == 1; /* of what was sent again */

    if (h->acked && all && t->cc.frto == 1 && new_text(t, env)) { /* step 2b */
        t->cc.frto = 2;
        tcp_note(env, RULE_FRTO_NEW, t->snd.una, 0, 0);
    } else if (h->acked && t->cc.frto == 2) { /* step 3b */
        in_vain(t, env);
    } else if (h->acked || h->dup) { /* 2a, 3a: go on as after any timeout */
        t->cc.cwnd = (t->cc.frto == 2 ? 3u : h->acked ? 2u : 1u) * t->mss_out;
        t->cc.frto = 0;
        tcp_cc_all_lost(t, env, false);
        tcp_note(env, RULE_FRTO_REAL, t->snd.una, t->cc.lost, 0);
    }
}
