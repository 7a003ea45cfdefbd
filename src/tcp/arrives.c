/* SPDX-License-Identifier: MIT
 * arrives.c - SEGMENT ARRIVES, RFC 9293 3.10.7.4: the states after SYN_SENT.
 *
 * The eight checks appear below in the RFC's order and under its numbers.  Each returns true to
 * hand the segment to the next check, false when it has been dealt with.
 */
#include "tcp/inside.h"

#include <string.h>

/* -- First: the sequence number --------------------------------------------------------------- */

/* The four rows of the table, as one expression each. */
static bool acceptable(const struct visit *v)
{
    const struct tcb *t   = v->t;
    uint32_t          wnd = t->rcv.wnd, len = v->len + v->syn + v->fin;
    seq               at = v->syn ? v->at - 1 : v->at;

    if (len == 0)
        return wnd == 0 ? at == t->rcv.nxt : seq_in(at, t->rcv.nxt, wnd);
    return wnd > 0 && (seq_in(at, t->rcv.nxt, wnd) || seq_in(at + len - 1, t->rcv.nxt, wnd));
}

/* "Trimming off any portions that lie outside the window (including SYN and FIN)." */
static void trim(struct visit *v)
{
    struct tcb *t   = v->t;
    seq         end = t->rcv.nxt + t->rcv.wnd;

    if (seq_lt(v->at, t->rcv.nxt)) {
        uint32_t old = t->rcv.nxt - v->at;
        old          = old < v->len ? old : v->len;
        v->at += old;
        v->len -= old;
        if (old) {
            tcp_note(v->env, RULE_TEXT_TRIMMED, old, v->at - old, 0);
            v->again = (struct sack_block){ v->at - old, v->at };
        }
        if (v->fin && seq_lt(v->at, t->rcv.nxt)) /* the FIN itself was counted before */
            v->fin = false;
        v->at = seq_max(v->at, t->rcv.nxt);
    }
    if (v->fin && seq_le(end, v->at + v->len))
        v->fin = false;
    if (seq_lt(end, v->at + v->len)) {
        uint32_t beyond = v->at + v->len - end;
        v->len -= beyond;
        tcp_note(v->env, RULE_TEXT_TRIMMED, beyond, end, 0);
    }
}

enum { FROM_NEXT = 1 /* knob tw_reopen */, SYNCHRONIZED = 2 /* knob ack_range */ };

/* A SYN in TIME_WAIT that can be no old duplicate: by its timestamp (RFC 6191) or else by its
 * number. */
bool tcp_may_reopen(const struct visit *v)
{
    const struct tcb     *t = v->t;
    const struct segment *s = v->seg;

    bool ts   = (s->opt & OPT_TS) && v->env->policy->timestamps; /* it "would be enabled" */
    seq  last = t->rcv.nxt - (v->env->policy->tw_reopen == FROM_NEXT ? 1 : 0);

    if (t->state != TCP_TIME_WAIT || !v->env->policy->tw_reopen
        || (s->ctl & (CTL_SYN | CTL_RST | CTL_ACK)) != CTL_SYN)
        return false;
    if (has(t, F_TS) && ts && seq_lt(t->ts_recent, s->tsval))
        return tcp_note(v->env, RULE_TW_REOPEN_TS, s->tsval, t->ts_recent, s->seq);
    if (!has(t, F_TS) && ts && v->env->policy->tw_reopen_ts)
        return tcp_note(v->env, RULE_TW_REOPEN_FIRST, s->tsval, s->seq, 0);
    if (seq_lt(last, s->seq) && !(ts && tcp_ts_old(t, v->env, s)))
        return tcp_note(v->env, RULE_TW_REOPEN, s->seq, last, 0);
    return false;
}

/* Linux does without the number when it has nothing to go by but that. */
static bool says_nothing(const struct visit *v)
{
    return v->env->policy->ack_first && !(v->seg->ctl & (CTL_ACK | CTL_RST | CTL_SYN))
           && !tcp_is_minisock(v->t, v->env->policy) && !tcp_is_minireq(v->t, v->env->policy);
}

/* BSD throws away what has come before, and goes on with the rest: which is what it acknowledges.
 * It answers, but what is empty may itself be such an answer: of these not all. */
static bool heard_before(struct visit *v)
{
    struct tcb *t = v->t;

    if (!v->env->policy->old_heard || !synchronized(t) || v->syn || !seq_lt(v->seg->seq, t->rcv.nxt)
        || seq_lt(t->rcv.nxt, v->at + v->len + v->fin))
        return false;
    if (v->len || v->fin || tcp_may_answer(t, v->env)) {
        visit_go(v, RULE_SEQ_OLD, v->seg->seq, t->rcv.nxt, 0);
        tcp_raise(t, F_ACK_NOW);
    } else {
        visit_go(v, RULE_SEQ_OLD_MUTE, v->seg->seq, t->rcv.nxt, t->answers);
    }
    tcp_sack_duplicate(t, v->at, v->at + v->len);
    v->at  = t->rcv.nxt;
    v->len = 0;
    v->fin = false;
    return true;
}

/* Some peers send a RST after their FIN as if the FIN had no number. */
static bool rst_at_fin(const struct visit *v)
{
    const struct tcb *t = v->t;

    return v->env->policy->rst_at_fin && (v->seg->ctl & CTL_RST) && v->seg->seq + 1 == t->rcv.nxt
           && (t->state == TCP_CLOSE_WAIT || t->state == TCP_CLOSING || t->state == TCP_LAST_ACK);
}

static bool check_sequence(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct segment *s   = v->seg;
    seq                   end = t->rcv.nxt + t->rcv.wnd;

    if (says_nothing(v))
        return visit_drop(v, RULE_ACK_NONE, s->seq, 0, 0);
    if (tcp_may_reopen(v)) { /* the caller forgets us; should it not, the SYN is challenged */
        v->take->reopen = true;
        return visit_challenge(v, RULE_SYN_CHALLENGE, s->seq, 0, 0);
    }
    if (has(t, F_TS) && !(s->opt & OPT_TS) && !(s->ctl & CTL_RST) && v->env->policy->ts_missing)
        return visit_drop(v, RULE_TS_MISSING, s->seq, 0, 0);
    if (tcp_ts_old(t, v->env, s) && !tcp_only_late(v))
        return tcp_old_duplicate(v);
    if (t->state == TCP_SYN_RECEIVED && !t->passive && v->syn && (s->ctl & CTL_ACK)
        && s->seq == t->irs) { /* figure 7, line 6 */
        v->syn = false;
        visit_go(v, RULE_SEQ_OLD_SYN, s->seq, t->rcv.nxt, 0);
    }
    if (tcp_is_minisock(t, v->env->policy)
        && (t->state == TCP_TIME_WAIT || acceptable(v) || tcp_at_edge(v))) {
        tcp_arrives_minisock(v);
        return false;
    }
    if (acceptable(v)) {
        if (tcp_text_over_edge(v) && s->ctl & CTL_RST)
            return visit_drop(v, RULE_RST_OUTSIDE, s->seq, 0, 0);
        if (tcp_text_over_edge(v))
            return visit_unacceptable(v, RULE_SEQ_OVER, v->at + v->len, end, t->rcv.user);
        visit_go(v, RULE_SEQ_OK, s->seq, t->rcv.nxt, end);
        trim(v);
        return true;
    }
    if (tcp_at_edge(v))
        return visit_go(v, s->ctl & CTL_RST ? RULE_RST_EDGE : RULE_SEQ_EDGE, s->seq, 0, 0);
    if (tcp_text_at_edge(v))
        return true;
    if (t->rcv.wnd == 0 && s->seq == t->rcv.nxt && !v->syn) { /* MUST-66 */
        bool alone = v->fin && v->len == 0 && v->env->policy->fin_shut;

        tcp_raise(t, F_ACK_NOW);
        visit_go(v, RULE_SEQ_SHUT, s->seq, v->len, 0);
        v->len  = 0;
        v->fin  = alone;
        v->shut = !alone;
        return true;
    }
    if (rst_at_fin(v)) {
        tcp_enter_closed(t, v->env, RULE_RST_AT_FIN, s->seq,
                         t->state == TCP_CLOSE_WAIT ? SIG_RESET : 0);
        return false;
    }
    if (tcp_not_yet_acked(v))
        return true;
    if (s->ctl & CTL_RST && !tcp_is_minisock(t, v->env->policy)) /* which answers it, too */
        return visit_drop(v, RULE_RST_OUTSIDE, s->seq, 0, 0);
    if (t->state == TCP_TIME_WAIT && v->fin && v->at + v->len + 1 == t->rcv.nxt)
        return tcp_fin_again(v);
    if (heard_before(v))
        return true;
    tcp_old_text(v);
    if (v->len + v->fin && seq_le(v->at + v->len, t->rcv.nxt)
        && !tcp_is_minisock(t, v->env->policy))
        tcp_sack_duplicate(t, v->at, v->at + v->len + (v->fin && v->env->policy->sack_fin));
    return visit_unacceptable(v, RULE_SEQ_OUTSIDE, s->seq, t->rcv.nxt, end);
}

/* -- Second: RST ----------------------------------------------------------------------------- */

/* "Return this connection to LISTEN state", as if no SYN had ever come. */
static void back_to_listen(struct tcb *t, const struct tcp_env *env, enum rule rule, seq at)
{
    tcp_flush(t, env);
    t->flags = 0;
    tcp_move(t, env, rule, at, TCP_LISTEN);
    t->signal |= SIG_BACK_TO_LISTEN;
}

static void be_reset(struct visit *v, enum rule synchronized_rule)
{
    struct tcb           *t   = v->t;
    const struct tcp_env *env = v->env;
    seq                   at  = v->seg->seq;

    switch ((enum tcp_state)t->state) {
    case TCP_SYN_RECEIVED:
        if (t->passive) {
            back_to_listen(t, env, RULE_RST_TO_LISTEN, at);
        } else {
            tcp_enter_closed(t, env, RULE_RST_REFUSED, at, SIG_REFUSED);
        }
        break;
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        if (env->policy->rst_told_late && t->state != TCP_TIME_WAIT)
            tcp_enter_closed(t, env, synchronized_rule, at, SIG_RESET);
        else
            tcp_enter_closed(t, env, RULE_RST_QUIET, at, 0);
        break;
    default: tcp_enter_closed(t, env, synchronized_rule, at, SIG_RESET); break;
    }
}

static bool check_rst(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;

    if (!(s->ctl & CTL_RST))
        return visit_go(v, RULE_RST_ABSENT, 0, 0, 0);
    if (t->state == TCP_TIME_WAIT && v->env->policy->tw_ignore_rst)
        return visit_drop(v, RULE_RST_TIME_WAIT, s->seq, 0, 0);
    if (s->seq == t->rcv.nxt)
        be_reset(v, RULE_RST_EXACT);
    else if (v->env->policy->rst_challenge)
        return visit_challenge(v, RULE_RST_CHALLENGE, s->seq, t->rcv.nxt, 0);
    else
        be_reset(v, RULE_RST_IN_WINDOW);
    return false;
}

/* -- Third: security ------------------------------------------------------------------------- */

static bool check_security(struct visit *v) { return visit_go(v, RULE_SEC_SKIPPED, 0, 0, 0); }

/* -- Fourth: SYN ----------------------------------------------------------------------------- */

static bool check_syn(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;

    if (!v->syn)
        return visit_go(v, RULE_SYN_ABSENT, 0, 0, 0);
    struct segment rst = tcp_reset_for(s, v->env->policy);
    if (t->state == TCP_SYN_RECEIVED && t->passive) {
        bool mini = v->env->policy->minireq;

        back_to_listen(t, v->env, mini ? RULE_YOUNG_SYN : RULE_SYN_TO_LISTEN, s->seq);
        if (mini)
            tcp_owe(t, &rst, RULE_SEND_RST);
        return false;
    }
    if (v->env->policy->syn_challenge)
        return visit_challenge(v, RULE_SYN_CHALLENGE, s->seq, 0, 0);
    bool ours = v->env->policy->syn_rst_ours;
    if (ours)
        rst = (struct segment){ .seq = t->snd.nxt, .ack = t->rcv.nxt, .ctl = CTL_RST | CTL_ACK };
    tcp_enter_closed(t, v->env, RULE_SYN_RESET, s->seq, SIG_RESET);
    tcp_owe(t, &rst, ours ? RULE_SEND_ABORT : RULE_SEND_RST);
    return false;
}

/* -- Fifth: ACK ------------------------------------------------------------------------------ */

/* SND.UNA <- ack; what follows from that for queues and clocks. */
/* Returns the round trip of the last segment that is acknowledged, as far as that is known. */
uint32_t tcp_acknowledged(struct tcb *t, const struct tcp_env *env, const struct segment *seg)
{
    seq      ack  = seg->ack;
    uint32_t head = t->flight, rtt;

    assert(seq_lt(t->snd.una, ack));
    assert(seq_le(ack, t->snd.max));
    t->snd.una = ack;
    if (seq_lt(t->snd.nxt, ack)) /* the peer has taken a zero-window probe */
        t->snd.nxt = ack;
    tcp_follow(t);
    rtt = tcp_flight_acked(t, env);
    tcp_rtt_acked(t, env, seg);
    if (has(t, F_SYN_OUT)) {
        lower(t, F_SYN_OUT);
        lower(t, F_SYN_OWED);
        /* RFC 6298 5.7, whatever the timeout had become by doubling */
        if (has(t, F_SYN_LATE) && t->srtt == 0 && env->policy->rto_init_ms < 3000) {
            t->rto = 3000000;
            tcp_note(env, RULE_RTT_SYN_LATE, 3000, 0, 0);
        }
    }
    t->backoff = 0;
    t->again   = VTIME_NEVER;
    lower(t, F_RTX);
    lower(t, F_R1);
    t->signal |= SIG_WRITABLE;
    if (t->snd.una == t->snd.nxt) { /* 6298 5.2 */
        if (!has(t, F_ECN_WAIT))
            tcp_timer_stop(t, TIMER_RTO);
        t->stalled = VTIME_NEVER;
    } else { /* 6298 5.3 */
        if (head != t->flight || !env->policy->rto_whole)
            tcp_timer_set(t, env, TIMER_RTO, t->rto);
        t->stalled = env->now;
    }
    return rtt;
}

/* Our SYN is acknowledged: what had come with the peer's may be processed now. */
static void release_early(struct visit *v)
{
    struct tcb *t   = v->t;
    bool        fin = false;
    seq         up  = t->rcv.up;
    uint32_t    n   = tcp_absorb(t, v->env, &fin);

    if (seq_lt(t->rcv.nxt - t->rcv.user, up)) { /* the SYN had URG */
        tcp_raise(t, F_URGENT);
        t->signal |= SIG_URGENT;
        visit_go(v, RULE_URG_AHEAD, up, t->rcv.nxt - t->rcv.user, 0);
    }
    if (n == 0 && !fin)
        return;
    tcp_note(v->env, RULE_TEXT_GAP_FILLED, n, t->rcv.nxt, 0);
    if (fin || !v->env->policy->syn_sheds) /* where there is only text, its ACK may wait */
        tcp_raise(t, F_ACK_NOW);
    else
        tcp_timer_set(t, v->env, TIMER_DELACK, MSEC(v->env->policy->delack_ms));
    trim(v);
    if (fin) {
        v->fin = true;
        v->len = 0;
        v->at  = t->rcv.nxt;
    }
}

static bool ack_in_syn_received(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct segment *s   = v->seg;
    struct segment        rst = tcp_reset_for(s, v->env->policy);

    if (!(seq_lt(t->snd.una, s->ack) && seq_le(s->ack, t->snd.nxt)))
        return visit_answer(v, RULE_ACK_OF_SYN_BAD, s->ack, t->snd.una, t->snd.nxt, &rst,
                            RULE_SEND_RST);
    tcp_move(t, v->env, RULE_ACK_OF_SYN, s->ack, TCP_ESTABLISHED);
    tcp_ts_heard(t, v->env, s);
    tcp_acknowledged(t, v->env, s);
    t->snd.wnd = (uint32_t)s->wnd << (s->ctl & CTL_SYN ? 0 : t->snd_scale);
    t->snd.wl1 = s->seq;
    t->snd.wl2 = s->ack;
    if (t->snd.max_wnd < t->snd.wnd)
        t->snd.max_wnd = t->snd.wnd;
    tcp_enter_established(t, v->env);
    release_early(v);
    return true;
}

static bool fin_is_acked(struct visit *v)
{
    struct tcb *t = v->t;

    t->signal |= SIG_FIN_ACKED;
    switch ((enum tcp_state)t->state) {
    case TCP_FIN_WAIT_1:
        tcp_move(t, v->env, RULE_ACK_OF_FIN, v->seg->ack, TCP_FIN_WAIT_2);
        tcp_note(v->env, RULE_ACK_CLOSE_OK, 0, 0, 0);
        tcp_enter_fin_wait_2(t, v->env);
        return true;
    case TCP_CLOSING:
        tcp_move(t, v->env, RULE_ACK_OF_FIN, v->seg->ack, TCP_TIME_WAIT);
        tcp_enter_time_wait(t, v->env);
        return t->state == TCP_TIME_WAIT && !v->env->policy->minisock;
    case TCP_LAST_ACK: tcp_enter_closed(t, v->env, RULE_ACK_OF_FIN, v->seg->ack, 0); return false;
    default: assert(t->state == TCP_FIN_WAIT_1); return false;
    }
}

/* Somebody is there: keep-alive begins again, and a closed window is no reason to give up
 * (MUST-37). */
static void heard_from(struct visit *v)
{
    struct tcb *t = v->t;

    t->heard  = v->env->now;
    t->probes = 0;
    if (v->env->policy->more_ack && !(v->seg->ack == t->snd.una && tcp_predicted(v)))
        lower(t, F_MORE);
    if (t->stalled != VTIME_NEVER && t->snd.wnd == 0)
        t->stalled = v->env->now;
    /* a segment that the window has shrunk away from probes like any (MUST-35) */
    if (timing(t, TIMER_PERSIST)
        || (t->snd.wnd == 0 && t->snd.una != t->snd.nxt && !has(t, F_SYN_OUT))) {
        t->backoff = 0;
        lower(t, F_R1);
    }
}

/* Does it matter what an ACK says of what arrived? */
static bool awaits_news(const struct tcb *t)
{
    return t->snd.una != t->snd.nxt || t->rack.tlp != TLP_NONE || has(t, F_UNDO);
}

/* RFC 5681 2: an ACK that repeats the last one, while something is in flight.  With SACK it is one
 * that reports something new. */
static bool duplicate(const struct visit *v)
{
    const struct tcb     *t = v->t;
    const struct segment *s = v->seg;

    return s->ack == t->snd.una && seq_lt(t->snd.una, t->snd.end) && s->len == 0
           && !(s->ctl & (CTL_SYN | CTL_FIN)) && (uint32_t)s->wnd << t->snd_scale == t->snd.wnd
           && t->snd.una != t->snd.nxt;
}

/* RFC 8985 7.4.2, case 2: an ACK that repeats the last one and names no range. */
static bool same_again(const struct visit *v)
{
    const struct tcb     *t = v->t;
    const struct segment *s = v->seg;

    return s->ack == t->snd.una && segment_len(s) == 0 && !(s->opt & OPT_SACK)
           && (uint32_t)s->wnd << t->snd_scale == t->snd.wnd;
}

/* Hand on what the ACK said about what arrived. */
static void told(struct visit *v, struct heard *h)
{
    struct tcb *t     = v->t;
    uint32_t    fresh = tcp_sack_heard(t, v->env, v->seg, &h->twice);

    h->delivered += fresh;
    t->rack.late += t->rack.late_now;
    t->rack.twice += h->twice.lo != h->twice.hi;
    t->rack.late_now = 0;
    if (has(t, F_SACK))
        h->dup = fresh > 0 && h->acked == 0;
    else if (h->dup)
        h->delivered += t->mss_out;
    h->ece = (v->seg->ctl & CTL_ECE) && has(t, F_ECN) && !(v->seg->ctl & CTL_SYN);
    tcp_cc_heard(t, v->env, h);
    tcp_undo_heard(t, v->env, &h->twice);
    tcp_tlp_heard(t, v->env, h);
    if (h->acked)
        tcp_tlp_arm(t, v->env);
    if (h->ece)
        tcp_cc_ecn(t, v->env);
}

static bool check_ack(struct visit *v)
{
    struct tcb           *t     = v->t;
    const struct segment *s     = v->seg;
    uint32_t              range = t->snd.max_wnd;

    if (!(s->ctl & CTL_ACK))
        return visit_drop(v, RULE_ACK_ABSENT, 0, 0, 0);
    if (t->state == TCP_TIME_WAIT) /* its record does not remember the largest window ever */
        range = (uint32_t)WND_MAX << t->snd_scale;
    bool early = t->state == TCP_SYN_RECEIVED && v->env->policy->ack_range == SYNCHRONIZED;
    if (v->env->policy->ack_range && !early && seq_lt(s->ack, t->snd.una - range))
        return visit_challenge(v, RULE_ACK_TOO_OLD, s->ack, t->snd.una, range) || tcp_predicted(v);
    range = t->snd.una - t->iss - (t->passive ? 1 : 0);
    if (v->env->policy->ack_iss && t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT
        && range < t->snd.max_wnd && seq_lt(s->ack, t->snd.una - range))
        return visit_challenge(v, RULE_ACK_BEFORE, s->ack, t->snd.una, range) || tcp_predicted(v);
    if (t->state == TCP_SYN_RECEIVED)
        return ack_in_syn_received(v);
    if (seq_lt(t->snd.max, s->ack)) {
        if (v->env->policy->ack_future == 1 && t->state == TCP_ESTABLISHED)
            return visit_drop(v, RULE_ACK_FUTURE_MUTE, s->ack, t->snd.max, 0);
        if (v->env->policy->ack_future)
            return visit_challenge(v, RULE_ACK_FUTURE, s->ack, t->snd.max, 0);
        return visit_unacceptable(v, RULE_ACK_FUTURE, s->ack, t->snd.max, 0);
    }
    /* Only now: what the sequence number let through and the ACK does not is dropped as a whole,
     * and must leave no timestamp behind (RFC 7323 4.3 speaks of acceptable segments). */
    tcp_ts_heard(t, v->env, s);
    t->rack.echo = has(t, F_TS) && (s->opt & OPT_TS) ? s->tsecr : 0;
    heard_from(v);
    tcp_ecn_heard(t, v->env, s, v->len || v->shut);
    struct heard h      = { .pipe = 0 };
    uint32_t     sacked = t->cc.sacked;
    if (awaits_news(t))
        h = (struct heard){ .pipe = tcp_pipe(t), .dup = duplicate(v), .same = same_again(v) };
    if (seq_lt(t->snd.una, s->ack)) {
        bool opening = has(t, F_SYN_OUT); /* CLOSE was called in SYN_RECEIVED */

        visit_go(v, RULE_ACK_NEW, t->snd.una, s->ack, t->snd.max);
        h.acked     = s->ack - t->snd.una;
        h.rtt       = tcp_acknowledged(t, v->env, s);
        h.delivered = h.acked - (sacked - t->cc.sacked);
        if (opening)
            release_early(v);
        tcp_window_heard(t, v->env, s, h.acked);
        if (tcp_fin_acked(t))
            return fin_is_acked(v);
    } else {
        visit_go(v, RULE_ACK_OLD, s->ack, t->snd.una, 0);
        if (s->ack == t->snd.una && t->state != TCP_TIME_WAIT)
            tcp_window_heard(t, v->env, s, 0);
        if (v->env->policy->probe_again && s->ack == t->snd.una && !tcp_predicted(v))
            tcp_probe_again(t, v->env);
    }
    if (h.acked || awaits_news(t))
        told(v, &h);
    if (t->state == TCP_CLOSING && !tcp_over_fin(v) && !v->old)
        return visit_drop(v, RULE_ACK_NOT_FIN, s->ack, t->snd.end, 0);
    return true;
}

/* -- Sixth: URG ------------------------------------------------------------------------------ */

static bool check_urg(struct visit *v)
{
    struct tcb           *t = v->t;
    const struct segment *s = v->seg;
    seq                   up, consumed = t->rcv.nxt - t->rcv.user;

    if (!(s->ctl & CTL_URG))
        return visit_go(v, RULE_URG_ABSENT, 0, 0, 0);
    if (!tcp_receiving(t))
        return visit_go(v, RULE_URG_IGNORED, 0, 0, 0);
    up = s->seq + s->up;
    if (!seq_lt(t->rcv.up, up) || !seq_lt(consumed, up))
        return visit_go(v, RULE_URG_KNOWN, t->rcv.up, 0, 0);
    if (has(t, F_URGENT) && !v->env->policy->urg_again) {
        t->rcv.up = up;
        return visit_go(v, RULE_URG_KNOWN, up, 0, 0);
    }
    t->signal |= SIG_URGENT;
    if (has(t, F_URGENT))
        visit_go(v, RULE_URG_AGAIN, up, t->rcv.up, 0);
    else
        visit_go(v, RULE_URG_AHEAD, up, consumed, 0);
    tcp_raise(t, F_URGENT);
    t->rcv.up = up;
    return true;
}

/* -- The section itself ---------------------------------------------------------------------- */

void tcp_segment_arrives(struct tcb *t, const struct tcp_env *env, const struct segment *seg,
                         struct tcp_take *take)
{
    struct visit v = { .t    = t,
                       .env  = env,
                       .seg  = seg,
                       .take = take,
                       .at   = seg->seq + (seg->ctl & CTL_SYN ? 1 : 0),
                       .len  = seg->len,
                       .syn  = (seg->ctl & CTL_SYN) != 0,
                       .fin  = (seg->ctl & CTL_FIN) != 0 };

    memset(take, 0, sizeof *take);
    if (v.syn && v.fin && env->policy->drop_synfin == 1 && t->state != TCP_CLOSED) {
        (void)visit_drop(&v, RULE_SYN_FIN, seg->seq, 0, 0);
        return;
    }
    switch ((enum tcp_state)t->state) {
    case TCP_CLOSED: take->unowned = true; break; /* 3.10.7.1 */
    case TCP_LISTEN: (void)tcp_arrives_listen(&v); break;
    case TCP_SYN_SENT:
        if (tcp_arrives_syn_sent(&v)) {
            trim(&v);
            (void)(check_urg(&v) && tcp_process_text(&v) && tcp_check_fin(&v));
        }
        break;
    default:
        if (t->state == TCP_TIME_WAIT && env->policy->tw_brief) {
            (void)tcp_arrives_time_wait(&v);
            break;
        }
        tcp_ecn_heard_again(t, env, seg);
        (void)(tcp_arrives_minireq(&v) && check_sequence(&v) /* First   */
               && check_rst(&v)                              /* Second  */
               && check_security(&v)                         /* Third   */
               && check_syn(&v)                              /* Fourth  */
               && check_ack(&v)                              /* Fifth   */
               && check_urg(&v)                              /* Sixth   */
               && tcp_process_text(&v)                       /* Seventh */
               && tcp_check_fin(&v));                        /* Eighth  */
    }
    tcp_settle(t, env);
    tcp_checked(t);
}
