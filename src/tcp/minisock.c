/* SPDX-License-Identifier: MIT
 * minisock.c - SEGMENT ARRIVES for what Linux keeps in its smallest record: TIME_WAIT, and
 * FIN_WAIT_2 that no process holds.
 *
 * RFC 9293 3.10.7.4 sends these states through its eight checks like all others.  Linux (and so the
 * profile of that name) has dropped most of the connection by then and asks only what is left to
 * ask: is it the peer's FIN, or something that must be answered?  Sequence number and timestamp
 * have been judged when we come here.
 */
#include "tcp/inside.h"

bool tcp_is_minisock(const struct tcb *t, const struct tcp_policy *p)
{
    enum { TIME_WAIT_MS = 60000 }; /* a longer FIN_WAIT_2 is kept whole */

    if (!p->minisock)
        return false;
    return t->state == TCP_TIME_WAIT
           || (t->state == TCP_FIN_WAIT_2 && t->option & TCPO_ORPHAN && p->fin_wait_2_ms
               && p->fin_wait_2_ms <= TIME_WAIT_MS);
}

static void forget_with_rst(struct visit *v, enum rule rule, seq at)
{
    struct segment rst = tcp_reset_for(v->seg, v->env->policy);

    tcp_enter_closed(v->t, v->env, rule, at, 0);
    tcp_owe(v->t, &rst, RULE_SEND_RST);
}

static void in_fin_wait_2(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct segment *s   = v->seg;
    seq                   end = s->seq + segment_len(s);

    if (s->ctl & CTL_RST) {
        tcp_enter_closed(t, v->env, RULE_ORPHAN_RST, s->seq, 0);
    } else if (v->syn) {
        forget_with_rst(v, RULE_ORPHAN_SYN, s->seq);
    } else if (!(s->ctl & CTL_ACK) || !seq_lt(t->rcv.nxt, end)) {
        (void)visit_drop(v, RULE_ORPHAN_NOTHING, s->seq, 0, 0);
    } else if (!(s->ctl & CTL_FIN) || end != t->rcv.nxt + 1) {
        forget_with_rst(v, RULE_TEXT_DEAD, v->at + v->len);
    } else {
        (void)visit_go(v, RULE_SEQ_OK, s->seq, t->rcv.nxt, t->rcv.nxt + t->rcv.wnd);
        tcp_ts_heard(t, v->env, s);
        (void)tcp_check_fin(v);
    }
}

static void in_time_wait(struct visit *v)
{
    struct tcb           *t     = v->t;
    const struct segment *s     = v->seg;
    bool                  exact = s->seq == t->rcv.nxt;
    vspan                 wait  = 2 * MSEC(v->env->policy->msl_ms);
    struct segment        ack   = tcp_bare_ack(t);

    if (s->ctl & CTL_RST) {
        if (!exact)
            (void)visit_drop(v, RULE_TW_RST_BESIDE, s->seq, t->rcv.nxt, 0);
        else if (v->env->policy->tw_ignore_rst)
            (void)visit_drop(v, RULE_RST_TIME_WAIT, s->seq, 0, 0);
        else
            tcp_enter_closed(t, v->env, RULE_RST_QUIET, s->seq, 0);
        return;
    }
    if (s->ctl & CTL_ACK) {
        tcp_timer_set(t, v->env, TIMER_2MSL, wait);
        tcp_note(v->env, RULE_TW_RESTART, s->seq, (uint32_t)(wait / 1000), 0);
    }
    if (exact && segment_len(s) == 0) {
        tcp_ts_heard(t, v->env, s);
        (void)visit_drop(v, RULE_TW_HEARD, s->seq, 0, 0);
    } else if (v->fin && v->at + v->len + 1 == t->rcv.nxt) {
        (void)visit_answer(v, RULE_TW_FIN_AGAIN, t->rcv.nxt - 1, (uint32_t)(wait / 1000), 0, &ack,
                           RULE_SEND_ANSWER);
    } else {
        (void)visit_unacceptable(v, RULE_TW_UNASKED, t->rcv.nxt, 0, 0);
    }
}

void tcp_arrives_minisock(struct visit *v)
{
    if (v->t->state == TCP_TIME_WAIT)
        in_time_wait(v);
    else
        in_fin_wait_2(v);
}
