/* SPDX-License-Identifier: MIT
 * output.c - which segment leaves next, and why.
 *
 * One call, one segment.  What a peer waits for goes first: replies, the SYN, retransmissions; then
 * text and FIN, which carry the ACK; an ACK alone is sent only when nothing else took it along
 * (MUST-58).
 */
#include "tcp/inside.h"

#include <string.h>

/* Is it text that leaves for the first time?  Only that may be marked by routers (RFC 3168 6.1.5).
 */
static bool rule_is_fresh(enum rule why)
{
    return why == RULE_SEND_FULL || why == RULE_SEND_RECORD || why == RULE_SEND_ALL
           || why == RULE_SEND_HALF || why == RULE_SEND_URG || why == RULE_SEND_OVERRIDE
           || why == RULE_SEND_TLP_NEW || why == RULE_SEND_FIN;
}

/* URG while there is urgent data at or after this segment (3.8.5), also of an ACK alone: "in the
 * outgoing segments" (3.10.2). */
static void mark_urgent(const struct tcb *t, struct segment *s)
{
    if (!seq_lt(t->snd.una, t->snd.up) || !seq_lt(s->seq, t->snd.up))
        return;
    uint32_t off = t->snd.up - s->seq;
    s->ctl |= CTL_URG;
    s->up = (uint16_t)(off < UINT16_MAX ? off : UINT16_MAX);
}

/* An ACK alone at SND.NXT, when the peer has drawn back its window from what was sent, and would
 * not find it in there.  What scaling rounds off is no reason. */
static bool ack_misses(const struct tcb *t, const struct tcp_policy *p, const struct segment *s)
{
    seq      end    = t->snd.una + t->snd.wnd;
    uint32_t beyond = t->snd.nxt - end;

    return p->ack_in_wnd && s->ctl == CTL_ACK && s->len == 0 && s->seq == t->snd.nxt
           && t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT && seq_lt(end, t->snd.nxt)
           && !(has(t, F_WSCALE) && beyond < 1u << t->rcv_scale);
}

/* The segment is complete but for its options.  Whatever was owed is paid with it. */
static bool emit(struct tcb *t, const struct tcp_env *env, struct segment *s, enum rule why,
                 uint32_t a, uint32_t b, uint32_t c)
{
    bool misses = ack_misses(t, env->policy, s);

    assert(outcome_of[why] == SEND);
    trace_step(env->trace, why, a, b, c);
    if (s->ctl & CTL_ACK && !(s->ctl & CTL_RST)) {
        tcp_window_told(t, s->wnd, (s->ctl & CTL_SYN) != 0);
        lower(t, F_ACK_NOW);
        tcp_timer_stop(t, TIMER_DELACK);
        t->unacked = 0;
    }
    if (s->ctl & CTL_ACK)
        t->last_ack = s->ack;
    if (s->ctl == CTL_ACK && s->len == 0 && t->state >= TCP_ESTABLISHED)
        mark_urgent(t, s);
    if (misses)
        s->seq = t->snd.una + t->snd.wnd;
    tcp_options_out(t, env, s, why == RULE_SEND_ABORT);
    tcp_ecn_out(t, s, rule_is_fresh(why));
    tcp_settle(t, env);
    tcp_checked(t);
    return true;
}

/* A segment of this connection that begins at `at`. */
static void segment_at(const struct tcb *t, seq at, struct segment *s)
{
    *s = (struct segment){
        .seq = at, .ack = t->rcv.nxt, .wnd = tcp_window_field(t, false), .ctl = CTL_ACK
    };
}

/* The text [at, at + len) and perhaps the FIN after it, as a segment.  PSH goes with the last byte
 * that was pushed. */
static void text_segment(const struct tcb *t, seq at, uint32_t len, bool fin, struct segment *s)
{
    segment_at(t, at, s);
    s->len = len;
    if (len && seq_lt(at, t->snd.psh) && seq_le(t->snd.psh, at + len))
        s->ctl |= CTL_PSH;
    if (fin)
        s->ctl |= CTL_FIN;
    mark_urgent(t, s);
}

/* Numbers [lo, hi) have been sent for the first time. */
static void sent_new(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, uint16_t flags)
{
    /* Text that Linux sends in place of a window probe: it is no small segment for Nagle, and no
     * tail to be probed for. */
    bool instead = env->policy->more_ack && has(t, F_OVERRIDE);

    tcp_flight_sent(t, env, lo, hi, flags);
    tcp_rtt_start(t, env, hi);
    t->snd.nxt = hi;
    t->snd.max = seq_max(t->snd.max, hi);
    if (hi - lo < tcp_mss_now(t, env) && !instead)
        t->snd.small = hi;
    else
        t->snd.small = seq_max(t->snd.small, t->snd.una); /* lest it seem ahead one day */
    t->snd.wrote = t->snd.una == lo ? t->snd.end : seq_max(t->snd.wrote, t->snd.una);
    t->sent_at   = env->now;
    tcp_cc_sent(t);
    if (t->cc.phase == CC_RECOVERY)
        t->cc.prr_out += hi - lo;
    lower(t, F_OVERRIDE);
    if (!timing(t, TIMER_RTO)) /* 6298 5.1 */
        tcp_timer_set(t, env, TIMER_RTO, t->rto);
    if (t->stalled == VTIME_NEVER)
        t->stalled = env->now;
    if (!instead)
        tcp_tlp_arm(t, env);
}

/* -- the SYN --------------------------------------------------------------------------------- */

static void syn_segment(const struct tcb *t, struct segment *s)
{
    *s = (struct segment){ .seq = t->iss, .wnd = tcp_window_field(t, true), .ctl = CTL_SYN };
    if (t->state != TCP_SYN_SENT) {
        s->ctl |= CTL_ACK;
        s->ack = t->rcv.nxt;
    }
}

static bool send_syn(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    syn_segment(t, out);
    lower(t, F_SYN_OWED);
    if (t->flight && !t->passive && env->policy->syn_ack_timed) {
        t->rtt_at                    = env->now;
        env->pool.node[t->flight].at = env->now;
    } else if (t->flight) { /* simultaneous open: our SYN goes out again, now with an ACK */
        env->pool.node[t->flight].tries++;
        t->rtt_at = VTIME_NEVER;
        t->retrans++;
    } else {
        sent_new(t, env, t->iss, t->iss + 1, NODE_SYN);
    }
    if (out->ctl & CTL_ACK)
        return emit(t, env, out, RULE_SEND_SYN_ACK, out->seq, out->ack, 0);
    return emit(t, env, out, RULE_SEND_SYN, out->seq, 0, 0);
}

/* -- again
 * -----------------------------------------------------------------------------------------------
 */

/* There is more to tell now than when it was sent: it carries less text. */
static void cut_for_report(struct tcb *t, const struct tcp_env *env, struct tcp_node *n)
{
    uint32_t mss = tcp_mss_now(t, env), text = n->hi - n->lo - (n->flags & NODE_FIN ? 1 : 0);

    if (mss < text && text <= t->mss_out)
        tcp_flight_cut(t, env, n, mss);
}

/* The node i again; 0 is whatever is at SND.UNA, remembered or not. */
static bool send_again(struct tcb *t, const struct tcp_env *env, uint32_t i, enum rule why,
                       struct segment *out)
{
    struct tcp_node *n  = i ? &env->pool.node[i] : NULL;
    seq              lo = t->snd.una, hi = t->snd.nxt;
    uint32_t         tries = t->backoff, len;
    bool             fin;

    assert(seq_lt(lo, hi));
    if (n) {
        if (env->policy->rtx_collapse && n->hi - n->lo < tcp_mss_now(t, env))
            tcp_flight_collapse(t, env, n);
        cut_for_report(t, env, n);
        lo    = n->lo;
        hi    = n->hi;
        tries = n->tries;
        tcp_flight_again(t, env, n);
    } else if (t->flight) {
        hi = env->pool.node[t->flight].lo;
    }
    t->retrans++;
    tcp_undo_again(t, hi - lo);
    t->rtt_at = VTIME_NEVER; /* Karn */
    if (t->cc.phase == CC_RECOVERY) {
        t->cc.prr_out += hi - lo;
        if (env->policy->rto_again && lo == t->snd.una) {
            tcp_timer_set(t, env, TIMER_RTO, t->rto);
            tcp_note(env, RULE_RTO_AGAIN, (uint32_t)(t->rto / 1000), 0, 0);
        }
    }
    if (has(t, F_SYN_OUT)) {
        syn_segment(t, out);
        return emit(t, env, out, why, lo, 0, tries);
    }
    fin = seq_lt(t->snd.end, hi);
    len = hi - lo - (fin ? 1 : 0);
    if (len > tcp_mss_now(t, env)) {
        len = tcp_mss_now(t, env);
        fin = false;
    }
    text_segment(t, lo, len, fin, out);
    if (n && (n->flags & NODE_PSH) && len + fin == n->hi - n->lo)
        out->ctl |= CTL_PSH;
    return emit(t, env, out, why, lo, len, tries);
}

/* The head of the queue, because a clock or three duplicates say so. */
static bool send_head(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    uint32_t i = t->flight;

    lower(t, F_RTX);
    if (i && env->pool.node[i].lo != t->snd.una)
        i = 0;
    return send_again(t, env, i, t->cc.phase == CC_RECOVERY ? RULE_SEND_LOST : RULE_SEND_RTX, out);
}

/* -- new text and the FIN -------------------------------------------------------------------- */

struct plan tcp_plan_queued(const struct tcb *t, const struct tcp_env *env)
{
    const struct tcp_policy *p = env->policy;

    bool        fin = has(t, F_CLOSE);
    uint32_t    d = tcp_window_unsent(t), mss = tcp_mss_now(t, env);
    uint32_t    u    = tcp_window_usable(t);
    uint32_t    len  = d < u ? d : u;
    struct plan plan = { RULE_COUNT, 0, false };

    uint32_t record = tcp_record_room(t);
    len             = len < mss ? len : mss;
    len             = len < record ? len : record;
    if (has(t, F_ECN_WAIT) || (len && tcp_cc_room(t) < len)) {
        plan.rule = RULE_WAIT_CWND;
        return plan;
    }
    plan.len = len;
    plan.fin = fin && len == d && len < u;                          /* it takes up a number, too */
    if (plan.fin && p->cwnd_fin && has(t, F_SYN_OUT) && t->backoff) /* the SYN fills it */
        plan.rule = RULE_WAIT_CWND;
    else if (plan.fin) /* the last there will be: nothing to wait for, unless it counts as text */
        plan.rule = len == 0 && p->cwnd_fin && tcp_cc_room(t) == 0 ? RULE_WAIT_CWND : RULE_SEND_FIN;
    else if (len == 0)
        plan.rule = RULE_WAIT_WINDOW;
    else if (len == mss)
        plan.rule = RULE_SEND_FULL;
    else if (has(t, F_OVERRIDE))
        plan.rule = RULE_SEND_OVERRIDE;
    else if (len == record && len < d) /* no more will ever come into it */
        plan.rule = RULE_SEND_RECORD;
    else if (p->urgent_now && seq_lt(t->snd.una, t->snd.up))
        plan.rule = RULE_SEND_URG;
    else if ((t->option & TCPO_CORK) && !fin)
        plan.rule = RULE_WAIT_CORK;
    else if (tcp_nagle(t, p) && !(fin && len == d))
        plan.rule = RULE_WAIT_NAGLE;
    else if (len == d && (fin || t->snd.psh == t->snd.end || (p->more_ack && !has(t, F_MORE))))
        plan.rule = RULE_SEND_ALL;
    else if (len >= t->snd.max_wnd / 2)
        plan.rule = RULE_SEND_HALF;
    else
        plan.rule = RULE_WAIT_SWS;
    return plan;
}

bool tcp_waits_window(const struct tcb *t, const struct tcp_env *env)
{
    enum rule why = tcp_plan(t, env).rule;

    return why == RULE_WAIT_WINDOW || why == RULE_WAIT_SWS;
}

/* 3.10.4, CLOSE_WAIT: "then send a FIN segment, enter LAST-ACK". */
static void fin_formed(struct tcb *t, const struct tcp_env *env, uint32_t len)
{
    if (t->state == TCP_CLOSE_WAIT)
        tcp_move(t, env, RULE_CLOSE_FIN, len, TCP_LAST_ACK);
}

static bool send_text(struct tcb *t, const struct tcp_env *env, const struct plan *plan,
                      struct segment *out)
{
    seq       at = t->snd.nxt, hi = at + plan->len + (plan->fin ? 1 : 0);
    enum push push = tcp_burst_push(t, env->policy, at, plan->len);

    text_segment(t, at, plan->len, plan->fin, out);
    if (push == PUSH_PIECE)
        out->ctl |= CTL_PSH;
    bool record = plan->len == tcp_record_room(t);
    if (record) /* each of them was pushed */
        out->ctl |= CTL_PSH;
    sent_new(t, env, at, hi,
             (uint16_t)((plan->fin ? NODE_FIN : 0) | (out->ctl & CTL_PSH ? NODE_PSH : 0)
                        | (record ? NODE_RECORD : 0)));
    tcp_record_sent(t, env);
    if (push == PUSH_CHUNK) /* sent again alone, it will have no such flag */
        out->ctl |= CTL_PSH;
    if (plan->fin)
        fin_formed(t, env, plan->len);
    if (plan->rule == RULE_SEND_FIN)
        return emit(t, env, out, plan->rule, hi - 1, plan->len, 0);
    return emit(t, env, out, plan->rule, plan->len, at, t->snd.max_wnd);
}

/* An ACK alone; or with the FIN again that the peer has not acknowledged.  Not with one that only
 * repeats itself while text is missing: the peer, if it misses text as well, would answer that FIN
 * with its own, and so for ever. */
static bool send_ack(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    bool repeat = t->held && t->rcv.nxt == t->last_ack;

    segment_at(t, t->snd.nxt, out);
    if (!env->policy->fin_ack || !tcp_fin_sent(t) || tcp_fin_acked(t) || out->seq != t->snd.end + 1
        || repeat)
        return emit(t, env, out, RULE_SEND_ACK, out->ack, t->rcv.wnd, 0);
    out->seq = t->snd.end;
    out->ctl |= CTL_FIN;
    t->rtt_at = VTIME_NEVER;
    return emit(t, env, out, RULE_SEND_ACK_FIN, out->ack, out->seq, 0);
}

/* One number beyond a window of zero: a byte, or the FIN when nothing else is left.  SND.NXT does
 * not move: whether the peer took it, its ACK will say. */
static bool send_probe(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    bool fin = tcp_window_unsent(t) == 0;

    lower(t, F_PROBE);
    assert(!fin || (has(t, F_CLOSE) && !tcp_fin_sent(t)));
    if (env->policy->probe_old) {
        segment_at(t, t->snd.una - 1, out);
        return emit(t, env, out, RULE_SEND_PROBE_OLD, out->seq, 0, 0);
    }
    text_segment(t, t->snd.nxt, !fin, fin, out);
    t->snd.max = t->snd.nxt + 1;
    if (!fin)
        return emit(t, env, out, RULE_SEND_PROBE, out->seq, 0, 0);
    fin_formed(t, env, 0);
    return emit(t, env, out, RULE_SEND_PROBE_FIN, out->seq, 0, 0);
}

/* RFC 8985 7.3: a segment beyond the congestion window, new if there is text and the peer's window
 * takes it, or the last one again.  After it, the RTO counts from now. */
static bool send_tail(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    uint32_t    d = has(t, F_ECN_WAIT) ? 0 : tcp_window_unsent(t), mss = tcp_mss_now(t, env);
    uint32_t    u = tcp_window_usable(t), len = d < u ? d : u;
    struct plan plan = { RULE_SEND_TLP_NEW, len < mss ? len : mss, false };

    if (tcp_record_room(t) < plan.len)
        plan.len = tcp_record_room(t);

    lower(t, F_TLP);
    t->rack.tlp = plan.len ? TLP_NEW : TLP_AGAIN;
    tcp_timer_set(t, env, TIMER_RTO, t->rto);
    if (plan.len) {
        bool sent       = send_text(t, env, &plan, out);
        t->rack.tlp_end = t->snd.nxt;
        return sent;
    }
    t->rack.tlp_end = t->snd.nxt;
    return send_again(t, env, t->flight_last, RULE_SEND_TLP, out);
}

static bool send_reply(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    enum rule why = (enum rule)t->why;

    *out = (struct segment){ .seq   = t->reply.seq,
                             .ack   = t->reply.ack,
                             .wnd   = t->reply.wnd,
                             .ctl   = t->reply.ctl,
                             .opt   = t->reply.opt,
                             .tsecr = t->reply.tsecr };
    if (out->ctl
        == CTL_ACK) /* should more have arrived meanwhile, it is answered along (MUST-59) */
        segment_at(t, t->snd.nxt, out);
    lower(t, F_REPLY);
    memset(&t->reply, 0, sizeof t->reply);
    t->why = 0;
    if (why == RULE_SEND_ACK)
        return emit(t, env, out, why, out->ack, t->rcv.wnd, 0);
    return emit(t, env, out, why, out->seq, out->ack, 0);
}

/* RFC 6675 4, NextSeg (4): beyond all that was reported something may be lost, too, and nothing
 * would ever tell.  Once a recovery, when SND.UNA has passed what it sent again first, the last
 * segment goes: its report does. */
static uint32_t rescue(struct tcb *t, const struct tcp_env *env)
{
    uint32_t i = t->flight_last;

    if (i == 0 || !seq_lt(t->walk.rescue, t->snd.una)
        || env->pool.node[i].flags & (NODE_SACKED | NODE_LOST)
        || env->now - env->pool.node[i].at < t->srtt) /* no report of it can have come */
        return 0;
    t->walk.rescue = t->cc.recover;
    return i;
}

/* RFC 6675 4, NextSeg (3): nothing is known to be lost and nothing new may be sent; rather than let
 * the window lie idle, send again what may have been lost. */
static bool send_hole(struct tcb *t, const struct tcp_env *env, enum rule plan, struct segment *out)
{
    uint32_t i    = 0;
    bool     idle = t->cc.phase == CC_RECOVERY && has(t, F_SACK) && !tcp_rack_on(t, env)
                && tcp_cc_room(t) > 0 && (plan == RULE_COUNT || plan == RULE_WAIT_WINDOW);

    if (idle)
        i = tcp_flight_hole(t, env);
    if (i == 0 && idle)
        i = rescue(t, env);
    if (i == 0)
        return false;
    tcp_note(env, RULE_SACK_NEXT, env->pool.node[i].lo, env->pool.node[i].hi, 0);
    tcp_flight_mark(t, env, &env->pool.node[i], NODE_LOST, 0);
    return send_again(t, env, i, RULE_SEND_LOST, out);
}

bool tcp_output(struct tcb *t, const struct tcp_env *env, struct segment *out)
{
    struct plan plan;
    uint32_t    lost;

    if (has(t, F_REPLY))
        return send_reply(t, env, out);
    if (t->state <= TCP_LISTEN)
        return false;
    if (has(t, F_SYN_OWED))
        return send_syn(t, env, out);
    if (has(t, F_RTX))
        return send_head(t, env, out);
    lost = tcp_flight_lost(t, env);
    if (lost && tcp_cc_room(t) > 0)
        return send_again(t, env, lost, RULE_SEND_LOST, out);
    if (has(t, F_PROBE))
        return send_probe(t, env, out);
    if (has(t, F_TLP))
        return send_tail(t, env, out);
    plan = tcp_plan(t, env);
    if (plan.rule != RULE_COUNT && outcome_of[plan.rule] == SEND) {
        /* The peer asks for what is missing only when it hears of what is not (2018 4). */
        if (has(t, F_ACK_NOW) && tcp_sack_crowded(t, plan.len))
            return send_ack(t, env, out);
        tcp_cc_idle(t, env); /* it leaves room for this one: nothing is in flight */
        return send_text(t, env, &plan, out);
    }
    if (send_hole(t, env, plan.rule, out))
        return true;
    if (has(t, F_KEEP)) {
        lower(t, F_KEEP);
        segment_at(t, t->snd.nxt - 1, out);
        out->len = env->policy->keep_garbage;
        return emit(t, env, out, out->len ? RULE_SEND_KEEP_BYTE : RULE_SEND_KEEP, out->seq, 0, 0);
    }
    tcp_burst_over(t);
    if (t->state == TCP_SYN_SENT)
        return false;
    if (has(t, F_ACK_NOW))
        return send_ack(t, env, out);
    if (!tcp_window_update_due(t, env->policy))
        return false;
    segment_at(t, t->snd.nxt, out);
    return emit(t, env, out, RULE_SEND_WINDOW, t->rcv.wnd, out->ack, 0);
}
