/* SPDX-License-Identifier: MIT
 * predict.c - what Linux takes for what it must be, without asking every check of RFC 9293
 * 3.10.7.4: text that is just what was expected (header prediction), and an ACK that has been
 * overtaken.
 */
#include "tcp/inside.h"

/* The next text, with nothing else about it that has changed.  It is taken before its ACK is
 * judged; and when that tells nothing new either, nobody looks whether something may be sent.  (The
 * first text of a connection never is: memory has to be found for it.) */
bool tcp_predicted(const struct visit *v)
{
    const struct tcb     *t    = v->t;
    const struct segment *s    = v->seg;
    uint32_t              opts = has(t, F_TS) ? OPT_TS : 0;

    return v->env->policy->predict && t->state == TCP_ESTABLISHED && v->len
           && (s->ctl & ~(uint32_t)CTL_PSH) == CTL_ACK && s->seq == t->rcv.nxt && s->opt == opts
           && (opts == 0 || seq_le(t->ts_recent, s->tsval)) && seq_le(s->ack, t->snd.nxt)
           && (uint32_t)s->wnd << t->snd_scale == t->snd.wnd && t->held == 0 && !has(t, F_URGENT)
           && (t->snd.end - t->iss > 1 || t->rcv.nxt - t->irs > 1);
}

/* Linux does not take an ACK alone for an old duplicate when it has only been overtaken: it is at
 * RCV.NXT, tells nothing new, and its timestamp is hardly more than an RTO behind. */
bool tcp_only_late(struct visit *v)
{
    const struct tcb     *t   = v->t;
    const struct segment *s   = v->seg;
    uint32_t              wnd = (uint32_t)s->wnd << t->snd_scale;
    bool                  news =
        seq_lt(t->snd.wl1, s->seq) || (t->snd.wl1 == s->seq && (wnd == 0 || wnd > t->snd.wnd));

    if (!v->env->policy->paws_late || !(s->ctl & CTL_ACK) || segment_len(s) || news
        || s->seq != t->rcv.nxt || s->ack != t->snd.una
        || t->ts_recent - s->tsval > t->rto / 1000 * 6 / 5)
        return false;
    return visit_go(v, RULE_PAWS_LATE, s->tsval, t->ts_recent, s->seq);
}

/* Has some of what it carries come before?  Then the clock of delayed ACKs has learnt something. */
void tcp_old_text(struct visit *v)
{
    if (v->len + v->fin && seq_lt(v->seg->seq, v->t->rcv.nxt))
        tcp_raise(v->t, F_OLD_CAME);
}

/* 7323 5.3 R1: its timestamp is from before what we have seen. */
bool tcp_old_duplicate(struct visit *v)
{
    struct tcb *t = v->t;

    if (v->env->policy->paws_late && synchronized(t) && v->seg->ctl & CTL_ACK
        && segment_len(v->seg) == 0 && seq_lt(v->seg->seq, t->rcv.nxt))
        return visit_drop(v, RULE_PAWS_OLD_ACK, v->seg->tsval, t->ts_recent, v->seg->seq);
    if (v->env->policy->paws_dsack) {
        tcp_old_text(v);
        tcp_sack_duplicate(t, v->at, seq_min(v->at + v->len, t->rcv.nxt));
    }
    return visit_unacceptable(v, RULE_PAWS_OLD, v->seg->tsval, t->ts_recent, v->seg->seq);
}
