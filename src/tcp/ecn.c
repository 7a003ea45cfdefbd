/* SPDX-License-Identifier: MIT
 * ecn.c - explicit congestion notification (RFC 3168): a router marks instead of dropping, the
 * receiver echoes, the sender slows down once a window and says so.
 *
 *      data, ECT(0) --> router: CE --> receiver: ECE on every ACK --> sender: halves, CWR -->
 * receiver: stops
 */
#include "tcp/inside.h"

enum { ECN_ECT0 = 2 };

/* 6.1.1: a SYN asks with ECE and CWR, a SYN,ACK agrees with ECE alone. */
void tcp_ecn_out_syn(struct tcb *t, const struct tcp_env *env, struct segment *s)
{
    if (!(s->ctl & CTL_ACK) && has(t, F_ASK_ECN)) {
        if (t->backoff <= env->policy->ecn_retries)
            s->ctl |= CTL_ECE | CTL_CWR;
        else /* the peer may have heard this one alone: "has sent no non-ECN-setup SYN" */
            tcp_raise(t, F_NO_ECT);
    }
    if ((s->ctl & CTL_ACK) && has(t, F_ECN))
        s->ctl |= CTL_ECE;
}

void tcp_ecn_heard_syn(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    uint8_t said = s->ctl & (CTL_ECE | CTL_CWR);

    if (s->ctl & CTL_ACK ? !has(t, F_ASK_ECN) || said != CTL_ECE
                         : env->policy->ecn == 0 || said != (CTL_ECE | CTL_CWR))
        return;
    tcp_raise(t, F_ECN);
    tcp_note(env, RULE_ECN_AGREED, 0, 0, 0);
}

/* New text may be marked, and carries CWR once; every ACK echoes until the peer says CWR. */
void tcp_ecn_out(struct tcb *t, struct segment *s, bool fresh)
{
    if (!has(t, F_ECN) || (s->ctl & (CTL_SYN | CTL_RST)))
        return;
    if (has(t, F_ECE) && (s->ctl & CTL_ACK))
        s->ctl |= CTL_ECE;
    if (!fresh || s->len == 0 || has(t, F_NO_ECT))
        return;
    s->ecn = ECN_ECT0;
    if (has(t, F_CWR)) {
        s->ctl |= CTL_CWR;
        lower(t, F_CWR);
    }
}

/* 6.1.3: the receiver. */
void tcp_ecn_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    if (!has(t, F_ECN))
        return;
    if (s->ctl & CTL_CWR)
        lower(t, F_ECE);
    if (s->ecn == ECN_CE && s->len) {
        if (!has(t, F_ECE))
            tcp_note(env, RULE_ECN_CE, s->seq, 0, 0);
        tcp_raise(t, F_ECE);
        tcp_raise(t, F_ACK_NOW);
    }
}
