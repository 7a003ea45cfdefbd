/* SPDX-License-Identifier: MIT
 * arrives_text.c - SEGMENT ARRIVES, RFC 9293 3.10.7.4, seventh and eighth: the text, and the FIN
 * after it.
 *
 * By now the segment has been trimmed to the window: it begins at RCV.NXT, or beyond a gap.
 */
#include "tcp/inside.h"

/* -- Seventh: the text ----------------------------------------------------------------------- */

/* More than so much is acknowledged at once: for every second full segment there is an ACK
 * (3.8.6.3).  Some systems take the largest that came for a full one. */
static uint32_t enough(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t full = tcp_full_in(t), least = MSS_DEFAULT < full ? MSS_DEFAULT : full;

    if (!p->ack_seen)
        return 2 * full - 1;
    return t->seen > least ? t->seen : least;
}

/* An ACK at once, or when the clock says. */
static void owe_ack(struct visit *v, uint32_t n)
{
    struct tcb           *t   = v->t;
    const struct tcp_env *env = v->env;
    bool                  due = env->policy->delack_ms == 0;

    due = due || (env->policy->ack_second && timing(t, TIMER_DELACK));
    t->unacked += n;
    if (v->seg->len > t->seen)
        t->seen = (uint16_t)v->seg->len;
    due = due || t->unacked > enough(t, env->policy);
    if (due || t->quick) {
        v->quick = !due && !has(t, F_ACK_NOW);
        t->quick = (uint16_t)(t->quick ? t->quick - 1 : 0);
        tcp_raise(t, F_ACK_NOW);
    } else if (!timing(t, TIMER_DELACK)) {
        tcp_timer_set(t, env, TIMER_DELACK, MSEC(env->policy->delack_ms));
    }
}

static bool text_in_order(struct visit *v)
{
    struct tcb *t   = v->t;
    bool        fin = false, gap = t->held != 0;
    uint32_t    more, len        = v->len;

    if (t->option & TCPO_DEAF)
        tcp_note(v->env, RULE_TEXT_DEAF, len, 0, 0);
    else
        *v->take = (struct tcp_take){ .at = v->at, .off = v->at - v->seg->seq, .len = len };
    if (v->seg->ctl & CTL_SYN)
        v->take->off -= v->take->len ? 1 : 0;
    if (v->at == v->seg->seq + ((v->seg->ctl & CTL_SYN) != 0))
        tcp_overlap(t, v->env, v->at, v->at + len);
    tcp_deliver(t, len);
    visit_go(v, RULE_TEXT_IN_ORDER, len, t->rcv.nxt, t->rcv.wnd);
    v->at += len;
    v->len = 0;
    if (v->fin) /* nothing can follow it, whatever has been held */
        more = 0, gap = false;
    else
        more = tcp_absorb(t, v->env, &fin);
    if (more || fin) {
        tcp_note(v->env, RULE_TEXT_GAP_FILLED, more, t->rcv.nxt, 0);
        v->at  = t->rcv.nxt;
        v->fin = fin;
    }
    if (v->seg->ctl & CTL_PSH) {
        t->signal |= SIG_PUSH;
        tcp_note(v->env, RULE_PUSH_SEEN, 0, 0, 0);
    }
    owe_ack(v, len + more);
    if (v->env->policy->dsack_now && t->dsack_lo != t->dsack_hi) {
        tcp_raise(t, F_ACK_NOW);
        v->quick = false;
    }
    if (gap) { /* RFC 5681 4.2: at once when a gap is filled, wholly or in part */
        tcp_raise(t, F_ACK_NOW);
        v->quick = false;
    }
    return true;
}

static bool text_beyond_gap(struct visit *v)
{
    struct tcb *t = v->t;
    uint32_t    n = v->len + (v->fin ? 1 : 0), len = v->len;
    seq         off = v->at - v->seg->seq - (v->seg->ctl & CTL_SYN ? 1 : 0);

    tcp_raise(t, F_ACK_NOW); /* MAY-13, RFC 5681 4.2 */
    if (!tcp_hold(t, v->env, v->at, v->at + n, v->fin)) {
        v->fin = false;
        v->len = 0;
        return visit_go(v, RULE_TEXT_NO_NODE, len, v->at, 0);
    }
    if (len && !(t->option & TCPO_DEAF))
        *v->take = (struct tcp_take){ .at = v->at, .off = off, .len = len };
    return visit_go(v, len ? RULE_TEXT_HELD : RULE_TEXT_NONE, len, v->at, t->rcv.nxt);
}

/* A process has closed its socket; nobody will read this (RFC 1122 4.2.2.13). */
static bool dead(const struct visit *v)
{
    const struct tcb     *t   = v->t;
    const struct segment *s   = v->seg;
    bool                  fin = s->ctl & CTL_FIN; /* beyond a gap, it tells of text */

    return v->env->policy->fin_wait_2_dead && (t->option & (TCPO_DEAF | TCPO_SHUT))
           && (s->len || fin) && seq_lt(t->rcv.nxt, s->seq + s->len)
           && (t->state == TCP_FIN_WAIT_1 || t->state == TCP_FIN_WAIT_2);
}

/* Text that begins before the peer's FIN, which has been counted, and goes on beyond it. */
bool tcp_over_fin(const struct visit *v)
{
    const struct tcb     *t = v->t;
    const struct segment *s = v->seg;

    return v->env->policy->fin_over_rst && !(s->ctl & CTL_SYN)
           && (t->state == TCP_CLOSE_WAIT || t->state == TCP_CLOSING || t->state == TCP_LAST_ACK)
           && seq_lt(s->seq, t->rcv.nxt) && seq_lt(t->rcv.nxt, s->seq + s->len);
}

static bool be_reset(struct visit *v, enum rule rule, seq end)
{
    struct segment rst   = tcp_reset_for(v->seg, v->env->policy);
    bool           alone = v->t->option & TCPO_ORPHAN;

    tcp_enter_closed(v->t, v->env, rule, end, alone ? 0 : SIG_RESET);
    tcp_owe(v->t, &rst, RULE_SEND_RST);
    return false;
}

bool tcp_process_text(struct visit *v)
{
    struct tcb *t = v->t;

    if (v->seg->len == 0 && !(v->seg->ctl & CTL_FIN))
        return visit_go(v, RULE_TEXT_NONE, 0, 0, 0);
    if (v->old) {
        tcp_raise(t, F_ACK_NOW);
        tcp_raise(t, F_OLD_CAME);
        tcp_sack_duplicate(t, v->again.lo, v->again.hi);
        return visit_go(v, RULE_TEXT_OLD, 0, 0, 0);
    }
    if (tcp_over_fin(v))
        return be_reset(v, RULE_TEXT_OVER_FIN, v->seg->seq + v->seg->len);
    if (!tcp_receiving(t))
        return v->seg->len ? visit_go(v, RULE_TEXT_IGNORED, 0, 0, 0)
                           : visit_go(v, RULE_TEXT_NONE, 0, 0, 0);
    if (dead(v))
        return be_reset(v, RULE_TEXT_DEAD, v->at + v->len);
    tcp_sack_duplicate(t, v->again.lo, v->again.hi); /* what was trimmed */
    if (v->shut)
        return visit_go(v, RULE_TEXT_REFUSED, v->seg->len, 0, 0);
    if (v->len == 0 && !v->fin) {
        tcp_raise(t, F_ACK_NOW);
        return visit_go(v, RULE_TEXT_OLD, 0, 0, 0);
    }
    if (v->at != t->rcv.nxt)
        return text_beyond_gap(v);
    if (v->len)
        return text_in_order(v);
    return visit_go(v, RULE_TEXT_NONE, 0, 0, 0);
}

/* -- Eighth: FIN
 * -----------------------------------------------------------------------------------------------
 */

/* Some systems let the ACK of a FIN wait for company, too: their own FIN may take it along.  Had no
 * text ever come, not even old text, the clock has learnt nothing and runs for one tick. */
static void owe_ack_of_fin(struct visit *v)
{
    struct tcb           *t    = v->t;
    const struct tcp_env *env  = v->env;
    bool                  text = t->rcv.nxt - t->irs > 2 || has(t, F_OLD_CAME);
    vspan wait = MSEC(text || env->policy->delack_ms < 4 ? env->policy->delack_ms : 4);

    if (!env->policy->fin_delack || t->state != TCP_CLOSE_WAIT || wait == 0
        || (env->policy->ack_seen && t->unacked + 1 > enough(t, env->policy)))
        tcp_raise(t, F_ACK_NOW);
    else if (!timing(t, TIMER_DELACK))
        tcp_timer_set(t, env, TIMER_DELACK, wait);
    if (timing(t, TIMER_DELACK) && v->quick) /* nor is there haste for the text before it */
        lower(t, F_ACK_NOW);
}

static bool fin_in_order(struct visit *v)
{
    struct tcb           *t   = v->t;
    const struct tcp_env *env = v->env;

    tcp_nodes_free(env, &t->held); /* nothing can follow a FIN */
    t->rcv.nxt++;
    if (!env->policy->fin_dsack && t->state == TCP_ESTABLISHED)
        t->dsack_lo = t->dsack_hi = 0;
    tcp_raise(t, F_FIN_IN);
    t->signal |= SIG_FIN | SIG_READABLE;
    switch ((enum tcp_state)t->state) {
    case TCP_ESTABLISHED: tcp_move(t, env, RULE_FIN_RECEIVED, t->rcv.nxt, TCP_CLOSE_WAIT); break;
    case TCP_FIN_WAIT_1: tcp_move(t, env, RULE_FIN_RECEIVED, t->rcv.nxt, TCP_CLOSING); break;
    case TCP_FIN_WAIT_2:
        tcp_move(t, env, RULE_FIN_RECEIVED, t->rcv.nxt, TCP_TIME_WAIT);
        tcp_enter_time_wait(t, env);
        break;
    default: assert(tcp_receiving(t));
    }
    if (t->state
        == TCP_CLOSED) { /* TIME_WAIT was skipped: the FIN must be acknowledged all the same */
        struct segment ack = tcp_bare_ack(t);
        tcp_owe(t, &ack, RULE_SEND_ACK);
    } else {
        owe_ack_of_fin(v);
    }
    return false;
}

bool tcp_check_fin(struct visit *v)
{
    struct tcb *t   = v->t;
    seq         fin = v->at + v->len;

    if (!v->fin)
        return visit_go(v, RULE_FIN_ABSENT, 0, 0, 0);
    if (tcp_receiving(t)) {
        if (fin != t->rcv.nxt)
            return visit_go(v, RULE_FIN_EARLY, fin, t->rcv.nxt, 0);
        return fin_in_order(v);
    }
    if (v->env->policy->fin_after_mute && t->state != TCP_TIME_WAIT)
        return visit_go(v, RULE_FIN_BEYOND, fin, 0, 0);
    tcp_raise(t, F_ACK_NOW);
    if (t->state != TCP_TIME_WAIT)
        return visit_go(v, RULE_FIN_AGAIN, fin, 0, 0);
    tcp_timer_set(t, v->env, TIMER_2MSL, 2 * MSEC(v->env->policy->msl_ms));
    return visit_go(v, RULE_FIN_RESTART, fin, 2 * v->env->policy->msl_ms, 0);
}
