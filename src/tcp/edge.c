/* SPDX-License-Identifier: MIT
 * edge.c - segments at the two edges of the receive window, where systems take more, or less, than
 * the table of RFC 9293 3.10.7.4 says.
 *
 *      what the last ACK asked for        RCV.NXT                    RCV.NXT + RCV.WND
 *               |<-- come since, no ACK --->|<---------- window ------------>|
 */
#include "tcp/inside.h"

/* 9293 A.2: when both have filled the other's window, each ACK is one number beyond it. */
bool tcp_at_edge(const struct visit *v)
{
    const struct segment *s = v->seg;

    return v->env->policy->seq_edge && segment_len(s) == 0
           && (v->env->policy->rst_edge || !(s->ctl & CTL_RST))
           && s->seq == v->t->rcv.nxt + v->t->rcv.wnd;
}

/* A FIN counts; whether read() has told of it, only the socket knows. */
static bool unread(const struct tcb *t)
{
    return t->rcv.user || (has(t, F_FIN_IN) && !(t->option & TCPO_ORPHAN));
}

/* A FIN there, too; and text, while nothing waits to be read. */
bool tcp_text_at_edge(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;

    if (!v->env->policy->edge_text || t->rcv.wnd == 0 || (v->len && unread(t)) || v->syn
        || segment_len(s) == 0 || tcp_is_minireq(t, v->env->policy)
        || s->seq != t->rcv.nxt + t->rcv.wnd)
        return false;
    visit_go(v, RULE_SEQ_EDGE_TEXT, s->seq, v->len, 0);
    if (s->ctl & CTL_RST)
        return true;
    if (tcp_receiving(t) || t->state == TCP_SYN_RECEIVED) {
        tcp_raise(t, F_ACK_NOW);
        tcp_raise(t, F_OLD_CAME);
    }
    v->shut = true;
    v->len  = 0;
    v->fin  = false;
    return true;
}

/* Text that the window would have to be cut to, while something waits to be read.  That the FIN
 * behind it lies beyond is no harm. */
bool tcp_text_over_edge(const struct visit *v)
{
    const struct tcb *t   = v->t;
    seq               end = v->at + v->len;

    return v->env->policy->edge_text && unread(t) && seq_lt(t->rcv.nxt + t->rcv.wnd, end);
}

/* All of it has come before; but not all of it, or nothing beyond it, has been acknowledged. */
bool tcp_not_yet_acked(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct segment *s   = v->seg;
    seq                   end = v->at + v->len + v->fin;

    if (!v->env->policy->seq_unacked || !synchronized(t) || v->syn || !seq_lt(s->seq, t->rcv.nxt)
        || seq_lt(end, t->last_ack) || seq_lt(t->rcv.nxt, end))
        return false;
    visit_go(v, RULE_SEQ_UNACKED, s->seq, end, 0);
    v->again = (struct sack_block){ v->at, end - (v->fin && !v->env->policy->sack_fin) };
    v->old   = end != v->at;
    v->at    = t->rcv.nxt;
    v->len   = 0;
    v->fin   = false;
    return true;
}
