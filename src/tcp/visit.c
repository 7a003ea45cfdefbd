/* SPDX-License-Identifier: MIT
 * visit.c - the ways out of a check, and what entering a state means.
 *
 * Nothing is decided without passing through visit_go(), visit_drop(), visit_answer(), tcp_note()
 * or tcp_move(): each leaves a step, and each asserts that rule.def promises that outcome.
 */
#include "tcp/inside.h"

#include <string.h>

const char *const tcp_state_name[TCP_STATES] = {
    "CLOSED",     "LISTEN",     "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1",
    "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK",     "TIME_WAIT",
};

const char *const tcp_timer_name[TIMER_COUNT] = {
    "RTO", "PERSIST", "DELACK", "USER", "KEEPALIVE", "FIN_WAIT_2", "2MSL", "SWS",
};

void tcp_owe(struct tcb *t, const struct segment *s, enum rule why)
{
    assert(outcome_of[why] == SEND);
    assert(segment_len(s) == 0 && !(s->opt & ~OPT_TS) && s->tsval == 0); /* it says no more */
    t->reply.seq   = s->seq;
    t->reply.ack   = s->ack;
    t->reply.wnd   = s->wnd;
    t->reply.ctl   = s->ctl;
    t->reply.opt   = s->opt;
    t->reply.tsecr = s->tsecr;
    t->why         = why;
    tcp_raise(t, F_REPLY);
}

bool visit_answer(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c,
                  const struct segment *with, enum rule why)
{
    assert(outcome_of[rule] == REPLY);
    trace_step(v->env->trace, rule, a, b, c);
    tcp_owe(v->t, with, why);
    return false;
}

/* RFC 5961 7: "a timestamp and a counter".  May this connection answer once more? */
bool tcp_may_answer(struct tcb *t, const struct tcp_env *env)
{
    const struct tcp_policy *p   = env->policy;
    uint32_t                 now = (uint32_t)(env->now / 1000);

    if (p->answer_ms == 0)
        return true;
    if (t->answers == 0 || now - t->answered >= p->answer_ms) {
        t->answered = now;
        t->answers  = 0;
    }
    if (t->answers >= p->answer_count)
        return false;
    t->answers++;
    return true;
}

static bool spent(struct visit *v)
{
    return visit_drop(v, RULE_ANSWER_LIMIT, v->t->answers, v->env->policy->answer_ms, v->seg->seq);
}

/* An ACK for what cannot be taken.  Text and FINs will be repeated until they are acknowledged, by
 * a clock that slows down, and each repetition needs its answer; what is empty may itself be such
 * an answer, and a SYN is not repeated like text. */
bool visit_unacceptable(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c)
{
    struct segment ack   = tcp_bare_ack(v->t);
    bool           empty = (v->seg->len == 0 && !(v->seg->ctl & CTL_FIN)) || v->seg->ctl & CTL_SYN;

    if (empty && !tcp_may_answer(v->t, v->env))
        return spent(v);
    return visit_answer(v, rule, a, b, c, &ack, RULE_SEND_ANSWER);
}

/* RFC 5961 7: challenge ACKs are rationed, so that nobody can make us shout. */
bool visit_challenge(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c)
{
    struct segment ack = tcp_bare_ack(v->t);

    if (!tcp_may_answer(v->t, v->env))
        return spent(v);
    if (v->env->challenges) {
        if (*v->env->challenges == 0)
            return visit_drop(v, RULE_CHALLENGE_LIMIT, v->seg->seq, 0, 0);
        --*v->env->challenges;
    }
    return visit_answer(v, rule, a, b, c, &ack, RULE_SEND_CHALLENGE);
}

void tcp_move(struct tcb *t, const struct tcp_env *env, enum rule rule, uint32_t a,
              enum tcp_state to)
{
    assert(outcome_of[rule] == MOVE);
    assert(to < TCP_STATES);
    trace_step(env->trace, rule, a, t->state, (uint32_t)to);
    t->state = (uint8_t)to;
}

struct segment tcp_bare_ack(const struct tcb *t)
{
    return (struct segment){
        .seq = t->snd.nxt, .ack = t->rcv.nxt, .wnd = tcp_window_field(t, false), .ctl = CTL_ACK
    };
}

/* RFC 7323 5.2: it echoes the timestamp of the segment that has caused it, and has none itself. */
struct segment tcp_reset_for(const struct segment *s, const struct tcp_policy *p)
{
    struct segment rst = { .seq = s->ack, .ctl = CTL_RST };

    if (!(s->ctl & CTL_ACK))
        rst = (struct segment){ .ack = s->seq + segment_len(s), .ctl = CTL_RST | CTL_ACK };
    if (p && p->rst_ts && (s->opt & OPT_TS)) { /* a box has no policy */
        rst.opt   = OPT_TS;
        rst.tsecr = s->tsval;
    }
    return rst;
}

void tcp_flush(struct tcb *t, const struct tcp_env *env)
{
    for (int i = 0; i < TIMER_COUNT; i++)
        tcp_timer_stop(t, (enum tcp_timer)i);
    tcp_flight_free(t, env);
    tcp_nodes_free(env, &t->held);
    tcp_records_free(t, env);
    t->rack.reorder_at = t->rack.tlp_at = VTIME_NEVER;
    /* what is owed, what has been learnt and what was agreed stays */
    t->flags &= F_REPLY | F_FIN_IN | F_CLOSE | F_WSCALE | F_TS | F_SACK | F_ECN;
    t->backoff  = 0;
    t->probes   = 0;
    t->unacked  = 0;
    t->dsack_lo = t->dsack_hi = 0;
    t->rtt_at                 = VTIME_NEVER;
    t->stalled = t->again = VTIME_NEVER;
}

void tcp_enter_closed(struct tcb *t, const struct tcp_env *env, enum rule rule, uint32_t a,
                      enum tcp_signal signal)
{
    tcp_flush(t, env);
    tcp_move(t, env, rule, a, TCP_CLOSED);
    t->signal |= (uint32_t)signal;
}

void tcp_keepalive(struct tcb *t, const struct tcp_env *env)
{
    uint32_t idle = t->keep_idle ? t->keep_idle : env->policy->keep_idle_ms;

    t->probes = 0;
    lower(t, F_KEEP);
    tcp_timer_stop(t, TIMER_KEEPALIVE);
    if ((t->option & TCPO_KEEPALIVE) && synchronized(t) && t->state != TCP_TIME_WAIT)
        tcp_timer_set(t, env, TIMER_KEEPALIVE, MSEC(idle));
}

/* The move itself, and its rule, are the caller's: there are three ways into ESTABLISHED. */
void tcp_enter_established(struct tcb *t, const struct tcp_env *env)
{
    assert(t->state == TCP_ESTABLISHED);
    t->signal |= SIG_CONNECTED | SIG_WRITABLE;
    tcp_cc_init(t, env);
    t->quick = (uint16_t)(env->policy->quickack < UINT16_MAX ? env->policy->quickack : UINT16_MAX);
    if (t->passive)
        tcp_whole_buffer(t, env);
    tcp_keepalive(t, env);
    if (has(t, F_CLOSE))
        tcp_move(t, env, RULE_CLOSE_RESUMED, 0, TCP_FIN_WAIT_1);
}

void tcp_enter_fin_wait_2(struct tcb *t, const struct tcp_env *env)
{
    assert(t->state == TCP_FIN_WAIT_2);
    uint32_t ms    = t->fin_wait_2 ? t->fin_wait_2 : env->policy->fin_wait_2_ms;
    vspan    least = env->policy->fin_wait_2_rtos ? (vspan)t->rto * 7 / 2 : 0;

    if (!(t->option & TCPO_ORPHAN) || ms == 0)
        return;
    if (env->policy->minisock) /* likewise */
        t->answers = 0;
    tcp_timer_set(t, env, TIMER_FIN_WAIT_2, MSEC(ms) < least ? least : MSEC(ms));
}

void tcp_enter_time_wait(struct tcb *t, const struct tcp_env *env)
{
    assert(t->state == TCP_TIME_WAIT);
    tcp_flush(t, env);
    if (env->policy->minisock) /* a new record, which has not answered anybody yet */
        t->answers = 0;
    if (env->policy->time_wait) {
        tcp_timer_set(t, env, TIMER_2MSL, 2 * MSEC(env->policy->msl_ms));
        return;
    }
    tcp_move(t, env, RULE_TW_SKIPPED, 0, TCP_CLOSED);
}
