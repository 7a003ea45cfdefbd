/* SPDX-License-Identifier: MIT
 * timewait.c - a connection in TIME_WAIT as a record of a few dozen bytes, and back. */
#include "tcp/inside.h"

#include <string.h>

struct tcp_time_wait tcp_pack(const struct tcb *t)
{
    struct tcp_time_wait w;

    assert(t->state == TCP_TIME_WAIT);
    assert(t->flight == 0);
    assert(t->held == 0);
    memset(&w, 0, sizeof w);
    w.snd_nxt   = t->snd.nxt;
    w.rcv_nxt   = t->rcv.nxt;
    w.rcv_wnd   = t->rcv.wnd;
    w.snd_scale = t->snd_scale;
    w.rcv_scale = t->rcv_scale;
    w.mss_out   = t->mss_out;
    w.deadline  = t->timer[TIMER_2MSL];
    w.ts_recent = has(t, F_TS) ? t->ts_recent : 0;
    w.ts_off    = t->ts_off;
    w.with_ts   = has(t, F_TS);
    w.answers   = (uint8_t)(t->answers < UINT8_MAX ? t->answers : UINT8_MAX);
    w.answered  = t->answered;
    return w;
}

struct tcb tcp_unpack(const struct tcp_time_wait *w, const struct tcp_policy *p)
{
    struct tcb t = tcp_new(p);

    t.state     = TCP_TIME_WAIT;
    t.flags     = F_CLOSE | F_FIN_IN;
    t.snd.una   = w->snd_nxt;
    t.snd.nxt   = w->snd_nxt;
    t.snd.max   = w->snd_nxt;
    t.snd.end   = w->snd_nxt - 1;
    t.snd.psh   = t.snd.end;
    t.snd.up    = w->snd_nxt;
    t.rcv.nxt   = w->rcv_nxt;
    t.rcv.up    = w->rcv_nxt;
    t.rcv.wnd   = w->rcv_wnd;
    t.rcv.buf   = w->rcv_wnd > p->rcv_buf ? w->rcv_wnd : p->rcv_buf;
    t.rcv.edge  = w->rcv_nxt + w->rcv_wnd;
    t.snd_scale = w->snd_scale;
    t.rcv_scale = w->rcv_scale;
    t.mss_out   = w->mss_out;
    t.ts_recent = w->ts_recent;
    t.ts_off    = w->ts_off;
    t.ts_at     = w->deadline - 2 * MSEC(p->msl_ms); /* not older than TIME_WAIT itself */
    t.last_ack  = w->rcv_nxt;
    t.answers   = w->answers;
    t.answered  = w->answered;
    t.flags |= w->with_ts ? F_TS : 0;
    t.timer[TIMER_2MSL] = w->deadline;
    t.span[TIMER_2MSL]  = 2 * MSEC(p->msl_ms);
    return t;
}

/* FreeBSD's way, instead of the eight checks: RSTs never, SYNs only to reopen, and of what has an
 * ACK all is answered that is more than the last ACK again. */
bool tcp_arrives_time_wait(struct visit *v)
{
    struct tcb           *t    = v->t;
    const struct segment *s    = v->seg;
    struct segment        ack  = tcp_bare_ack(t);
    vspan                 wait = 2 * MSEC(v->env->policy->msl_ms);

    if (s->ctl & CTL_RST)
        return visit_drop(v, RULE_RST_TIME_WAIT, s->seq, 0, 0);
    if (tcp_may_reopen(v)) {
        v->take->reopen = true;
        return visit_challenge(v, RULE_SYN_CHALLENGE, s->seq, 0, 0);
    }
    if (!(s->ctl & CTL_ACK))
        return visit_drop(v, v->syn ? RULE_TW_SYN_OLD : RULE_ACK_ABSENT, s->seq, t->rcv.nxt, 0);
    if (has(t, F_TS) && !(s->opt & OPT_TS) && v->env->policy->ts_missing)
        return visit_drop(v, RULE_TS_MISSING, s->seq, 0, 0);
    if (v->fin && s->seq + segment_len(s) == t->rcv.nxt) {
        tcp_timer_set(t, v->env, TIMER_2MSL, wait);
        return visit_answer(v, RULE_TW_FIN_AGAIN, t->rcv.nxt - 1, (uint32_t)(wait / 1000), 0, &ack,
                            RULE_SEND_ANSWER);
    }
    if ((s->ctl & ~(CTL_PSH | CTL_URG | CTL_ECE | CTL_CWR)) == CTL_ACK && s->len == 0
        && s->seq == t->rcv.nxt && s->ack == t->snd.nxt)
        return visit_drop(v, RULE_TW_DUPLICATE, s->seq, 0, 0);
    return visit_unacceptable(v, RULE_TW_ANSWER, s->seq, t->rcv.nxt, t->snd.nxt);
}

/* The peer's FIN, in TIME_WAIT: our ACK of it was lost.  It is given again, and 2 MSL begin again.
 */
bool tcp_fin_again(struct visit *v)
{
    struct tcb    *t    = v->t;
    vspan          wait = 2 * MSEC(v->env->policy->msl_ms);
    struct segment ack  = tcp_bare_ack(t);

    tcp_timer_set(t, v->env, TIMER_2MSL, wait);
    return visit_answer(v, RULE_TW_FIN_AGAIN, t->rcv.nxt - 1, (uint32_t)(wait / 1000), 0, &ack,
                        RULE_SEND_ANSWER);
}
