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

/* Does the peer's SYN, or its SYN,ACK, agree?  A SYN that crosses our own agrees only if ours has
 * asked, too: else we could not set ECT, for we have sent a SYN that did not.  BSD agrees. */
void tcp_ecn_heard_syn(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    uint8_t said  = s->ctl & (CTL_ECE | CTL_CWR);
    bool    mine  = t->passive || (env->policy->ecn_cross && !(s->ctl & CTL_ACK));
    bool    asked = has(t, F_ASK_ECN) || (mine && env->policy->ecn);

    if (!asked || said != (s->ctl & CTL_ACK ? CTL_ECE : CTL_ECE | CTL_CWR))
        return;
    tcp_raise(t, F_ECN);
    tcp_note(env, RULE_ECN_AGREED, 0, 0, 0);
}

/* 6.1.1.1: the peer has sent its SYN again, and no longer asks: our first answer may be what was
 * lost on the way.  "If a host has received at least one non-ECN-setup SYN ... it SHOULD NOT set
 * ECT on data packets." */
void tcp_ecn_heard_again(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    bool syn = t->state == TCP_SYN_RECEIVED && s->seq == t->irs
               && (s->ctl & (CTL_SYN | CTL_ACK | CTL_RST)) == CTL_SYN;

    if (!syn || !has(t, F_ECN) || !env->policy->ecn_take_back
        || (s->ctl & (CTL_ECE | CTL_CWR)) == (CTL_ECE | CTL_CWR))
        return;
    lower(t, F_ECN);
    tcp_note(env, RULE_ECN_TAKEN_BACK, s->seq, 0, 0);
}

/* New text may be marked, and carries CWR once; every ACK echoes until the peer says CWR. */
void tcp_ecn_out(struct tcb *t, struct segment *s, bool fresh)
{
    if (!has(t, F_ECN) || (s->ctl & (CTL_SYN | CTL_RST)))
        return;
    if (has(t, F_ECE) && (s->ctl & CTL_ACK))
        s->ctl |= CTL_ECE;
    if (!fresh || s->len == 0)
        return;
    s->ecn = has(t, F_NO_ECT) ? 0 : ECN_ECT0;
    if (has(t, F_CWR)) {
        s->ctl |= CTL_CWR;
        lower(t, F_CWR);
    }
}

/* 6.1.3: the receiver.  Not of text that has all come before (6.1.5), but of a probe of our window
 * of zero (6.1.6); and TIME_WAIT remembers nothing of what was agreed (6.1.1). */
void tcp_ecn_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s, bool fresh)
{
    if (!has(t, F_ECN) || t->state == TCP_TIME_WAIT)
        return;
    if (s->ctl & CTL_CWR)
        lower(t, F_ECE);
    if (s->ecn == ECN_CE && s->len && fresh) {
        if (!has(t, F_ECE))
            tcp_note(env, RULE_ECN_CE, s->seq, 0, 0);
        tcp_raise(t, F_ECE);
        tcp_raise(t, F_ACK_NOW);
    }
}
