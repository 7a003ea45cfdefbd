/* SPDX-License-Identifier: MIT
 * early.c - SEGMENT ARRIVES before there is a connection: CLOSED, LISTEN and SYN_SENT,
 * RFC 9293 3.10.7.1 to 3.10.7.3, check by check. */
#include "tcp/inside.h"

/* MUST-14, 15, 16: what the peer can take, and what we shall send. */
void tcp_take_mss(struct tcb *t, const struct tcp_env *env, const struct segment *seg)
{
    uint32_t ours = env->policy->mss, theirs = env->ipv6 ? MSS_DEFAULT_IPV6 : MSS_DEFAULT;

    if (seg->opt & OPT_MSS)
        theirs = seg->mss < MSS_LEAST ? MSS_LEAST : seg->mss;
    t->mss_out = (uint16_t)(theirs < ours ? theirs : ours);
    if (seg->opt & OPT_MSS)
        tcp_note(env, RULE_MSS_AGREED, seg->mss, t->mss_out, 0);
    else
        tcp_note(env, RULE_MSS_DEFAULTED, t->mss_out, 0, 0);
}

/* The peer's SYN: its numbers begin here. */
static void synchronize(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;

    t->irs      = s->seq;
    t->rcv.nxt  = s->seq + 1;
    t->rcv.up   = t->rcv.nxt;
    t->rcv.edge = t->rcv.nxt;
    t->heard    = v->env->now;
    tcp_take_mss(t, v->env, s);
    tcp_options_heard(t, v->env, s);
    if (!t->passive)
        tcp_whole_buffer(t, v->env);
    t->snd.wnd     = s->wnd;
    t->snd.max_wnd = s->wnd;
    t->snd.wl1     = s->seq;
    t->snd.wl2     = s->ctl & CTL_ACK ? s->ack : t->iss;
    v->at          = s->seq + 1;
    v->syn         = false;
}

enum { SHEDS_ALL = 2, SYNFIN_LISTENER = 2 }; /* of knobs */

/* "Any other control or text should be queued for processing later." */
static void queue_rest(struct visit *v)
{
    struct tcb *t = v->t;

    if (v->env->policy->syn_sheds) {
        v->fin = false;
        v->len = t->passive || v->env->policy->syn_sheds == SHEDS_ALL ? 0 : v->len;
    }
    if ((v->seg->ctl & CTL_URG) && !(v->env->policy->syn_sheds && t->passive))
        t->rcv.up = seq_max(t->rcv.up, v->seg->seq + v->seg->up);
    uint32_t len = v->len < t->rcv.wnd ? v->len : t->rcv.wnd;
    bool     fin = v->fin && len == v->len && len < t->rcv.wnd;
    uint32_t n   = len + (fin ? 1 : 0);

    if (n == 0 || !tcp_hold(t, v->env, v->at, v->at + n, fin))
        return;
    tcp_note(v->env, RULE_TEXT_WITH_SYN, len, 0, 0);
    if (!(t->option & TCPO_DEAF))
        *v->take = (struct tcp_take){ .at = v->at, .len = len };
}

/* -- 3.10.7.1: CLOSED, or no connection at all ---------------------------------------------- */

bool tcp_unowned(const struct tcp_env *env, const struct segment *seg, struct segment *reply)
{
    *reply = tcp_reset_for(seg, env->policy);
    if (seg->ctl & CTL_RST) {
        trace_step(env->trace, RULE_CLOSED_RST, 0, 0, 0);
        return false;
    }
    if (seg->ctl & CTL_ACK)
        trace_step(env->trace, RULE_CLOSED_ACK, reply->seq, 0, 0);
    else
        trace_step(env->trace, RULE_CLOSED_NO_ACK, reply->ack, 0, 0);
    return true;
}

/* -- 3.10.7.2: LISTEN -------------------------------------------------------------------------- */

bool tcp_arrives_listen(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct segment *s   = v->seg;
    struct segment        rst = tcp_reset_for(s, v->env->policy);

    if (s->ctl & CTL_RST) /* First */
        return visit_drop(v, RULE_LISTEN_RST, 0, 0, 0);
    if ((s->ctl & CTL_ACK) && (s->ctl & CTL_SYN) && !v->env->policy->listen_synack)
        return visit_drop(v, RULE_LISTEN_SYN_ACK, s->seq, 0, 0);
    if (s->ctl & CTL_ACK) /* Second */
        return visit_answer(v, RULE_LISTEN_ACK, s->ack, 0, 0, &rst, RULE_SEND_RST);
    if (!(s->ctl & CTL_SYN)) /* Fourth: only a segment without any of the three gets here */
        return visit_drop(v, RULE_LISTEN_OTHER, 0, 0, 0);
    if ((s->ctl & CTL_FIN) && v->env->policy->drop_synfin == SYNFIN_LISTENER)
        return visit_drop(v, RULE_SYN_FIN, s->seq, 0, 0);

    tcp_begin(t, v->env); /* Third */
    tcp_move(t, v->env, RULE_LISTEN_SYN, s->seq, TCP_SYN_RECEIVED);
    synchronize(v);
    queue_rest(v);
    return false;
}

/* -- 3.10.7.3: SYN_SENT ---------------------------------------------------------------------- */

static bool first_ack(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct segment *s   = v->seg;
    struct segment        rst = tcp_reset_for(s, v->env->policy);

    if (!(s->ctl & CTL_ACK))
        return visit_go(v, RULE_OPENING_NO_ACK, 0, 0, 0);
    if (seq_lt(t->snd.una, s->ack) && seq_le(s->ack, t->snd.nxt))
        return visit_go(v, RULE_OPENING_ACK_OK, s->ack, 0, 0);
    if (v->env->policy->syn_hurry && t->backoff == 0) {
        tcp_timer_set(t, v->env, TIMER_RTO, MSEC(v->env->policy->rack_least_ms));
        tcp_note(v->env, RULE_OPENING_HURRY, v->env->policy->rack_least_ms, 0, 0);
    }
    if (s->ctl & CTL_RST)
        return visit_drop(v, RULE_OPENING_ACK_RST, s->ack, 0, 0);
    return visit_answer(v, RULE_OPENING_ACK_BAD, s->ack, t->iss, t->snd.nxt, &rst, RULE_SEND_RST);
}

static bool second_rst(struct visit *v)
{
    if (!(v->seg->ctl & CTL_RST))
        return visit_go(v, RULE_OPENING_NO_RST, 0, 0, 0);
    if (!(v->seg->ctl & CTL_ACK))
        return visit_drop(v, RULE_OPENING_RST_BARE, 0, 0, 0);
    tcp_enter_closed(v->t, v->env, RULE_OPENING_RST, v->seg->ack, SIG_REFUSED);
    return false;
}

static bool third_security(struct visit *v) { return visit_go(v, RULE_SEC_SKIPPED, 0, 0, 0); }

static bool fourth_syn(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;

    if (!(s->ctl & CTL_SYN)) /* Fifth: "if neither of the SYN or RST bits is set" */
        return visit_drop(v, RULE_OPENING_NEITHER, 0, 0, 0);
    if (s->ctl & CTL_ACK) { /* SND.UNA > ISS: our SYN has been acknowledged */
        tcp_move(t, v->env, RULE_OPENING_SYN_ACK, s->seq, TCP_ESTABLISHED);
        synchronize(v);
        tcp_acknowledged(t, v->env, s);
        tcp_raise(t, F_ACK_NOW);
        tcp_enter_established(t, v->env);
        if (v->env->policy->syn_sheds == SHEDS_ALL)
            v->len = v->fin = 0;
        return v->len || v->fin || (s->ctl & CTL_URG);
    }
    tcp_move(t, v->env, RULE_OPENING_SYN, s->seq, TCP_SYN_RECEIVED);
    synchronize(v);
    tcp_raise(t, F_SYN_OWED); /* again, and now with an ACK */
    queue_rest(v);
    return false;
}

bool tcp_arrives_syn_sent(struct visit *v)
{
    return first_ack(v) && second_rst(v) && third_security(v) && fourth_syn(v);
}
