/* SPDX-License-Identifier: MIT
 * minireq.c - SEGMENT ARRIVES for a handshake that a listener has under way, where the system keeps
 * no more of it than a request (Linux tcp_check_req).
 *
 * RFC 9293 3.10.7.4 asks for the sequence number first.  Here the ACK comes before it: what does
 * not answer our SYN,ACK is none of this handshake's, and goes to the listener, which resets it
 * (but a RST is believed by its number, whatever it acknowledges).
 * And the same SYN again is not an old segment to be told what is expected, but a peer that has not
 * got our SYN,ACK.
 */
#include "tcp/inside.h"

bool tcp_is_minireq(const struct tcb *t, const struct tcp_policy *p)
{
    return p->minireq && t->state == TCP_SYN_RECEIVED && t->passive;
}

static bool same_syn_again(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;

    if (!tcp_may_answer(t, v->env))
        return visit_drop(v, RULE_YOUNG_SYN_SPENT, s->seq, 0, 0);
    tcp_raise(t, F_SYN_OWED);
    tcp_timer_set(t, v->env, TIMER_RTO, t->rto);
    return visit_drop(v, RULE_YOUNG_SYN_AGAIN, s->seq, t->rto / 1000, 0);
}

/* Does it echo a time at which no SYN,ACK of ours was sent, or, and be it a RST, tell an old one?
 * (What our other answers said is no SYN,ACK's either.) */
static bool another_time(const struct visit *v)
{
    const struct tcb     *t = v->t;
    const struct segment *s = v->seg;

    if (!has(t, F_TS) || !(s->opt & OPT_TS))
        return false;
    if (s->ctl & CTL_RST && seq_lt(s->tsval, t->ts_recent))
        return true;
    if (s->tsecr == 0 || t->flight == 0)
        return false;
    return seq_lt(s->tsecr, tcp_ts_at(t, t->stalled))
           || seq_lt(tcp_ts_at(t, v->env->pool.node[t->flight].at), s->tsecr);
}

static bool judge_time(struct visit *v)
{
    const struct segment *s = v->seg;

    if (!another_time(v))
        return true;
    if (s->ctl & CTL_RST)
        return visit_drop(v, RULE_YOUNG_TIME_RST, s->tsval, s->tsecr, 0);
    return visit_unacceptable(v, RULE_YOUNG_TIME, s->tsval, s->tsecr, 0);
}

bool tcp_arrives_minireq(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;
    struct segment        rst;
    uint32_t              only = s->ctl & (CTL_SYN | CTL_ACK | CTL_RST);

    if (!tcp_is_minireq(t, v->env->policy))
        return true;
    if (only == CTL_SYN && s->seq == t->irs && !tcp_ts_old(t, v->env, s))
        return same_syn_again(v);
    if (s->ctl & CTL_RST || !(s->ctl & CTL_ACK) || s->ack == t->snd.nxt)
        return judge_time(v);
    rst = tcp_reset_for(s, v->env->policy);
    return visit_answer(v, RULE_ACK_OF_SYN_BAD, s->ack, t->snd.una, t->snd.nxt, &rst,
                        RULE_SEND_RST);
}
