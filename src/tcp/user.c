/* SPDX-License-Identifier: MIT
 * user.c - the user calls, RFC 9293 3.10.1 to 3.10.6, in its order. */
#include "tcp/inside.h"

#include <string.h>

static enum tcp_error refuse(const struct tcp_env *env, enum rule rule, uint32_t a, uint32_t b,
                             enum tcp_error e)
{
    assert(outcome_of[rule] == ERR);
    trace_step(env->trace, rule, a, b, 0);
    return e;
}

static enum tcp_error done(struct tcb *t, const struct tcp_env *env, enum tcp_error e)
{
    tcp_settle(t, env);
    tcp_checked(t);
    return e;
}

struct tcb tcp_new(const struct tcp_policy *p)
{
    struct tcb t;

    memset(&t, 0, sizeof t);
    t.state   = TCP_CLOSED;
    t.roomy   = p->wnd_room != 0;
    t.rcv.buf = p->rcv_buf;
    t.rcv.wnd = p->rcv_buf < WND_MAX ? p->rcv_buf : WND_MAX;
    t.mss_out = (uint16_t)(p->mss < MSS_DEFAULT ? p->mss : MSS_DEFAULT);
    t.mss_in  = (uint16_t)p->mss;
    t.stalled = VTIME_NEVER;
    t.again   = VTIME_NEVER;
    t.heard   = VTIME_NEVER;
    for (int i = 0; i < TIMER_COUNT; i++)
        tcp_timer_stop(&t, (enum tcp_timer)i);
    t.rack.reorder_at = t.rack.tlp_at = VTIME_NEVER;
    tcp_rtt_init(&t, p);
    return t;
}

/* -- 3.10.1 OPEN ------------------------------------------------------------------- */

enum tcp_error tcp_open_passive(struct tcb *t, const struct tcp_env *env)
{
    if (t->state != TCP_CLOSED)
        return refuse(env, RULE_OPEN_EXISTS, t->state, 0, TCP_E_EXISTS);
    assert(!(t->flags & ~(uint32_t)F_REPLY)); /* a new tcb: a connection is not used twice */
    t->passive = 1;
    tcp_move(t, env, RULE_OPEN_PASSIVE, 0, TCP_LISTEN);
    return done(t, env, TCP_OK);
}

enum tcp_error tcp_open_active(struct tcb *t, const struct tcp_env *env, bool remote)
{
    if (t->state != TCP_CLOSED && t->state != TCP_LISTEN)
        return refuse(env, RULE_OPEN_EXISTS, t->state, 0, TCP_E_EXISTS);
    if (!remote)
        return refuse(env, RULE_OPEN_UNSPECIFIED, 0, 0, TCP_E_UNSPECIFIED);
    assert(!(t->flags & ~(uint32_t)F_REPLY));
    t->passive = 0;
    tcp_begin(t, env);
    tcp_move(t, env, RULE_OPEN_ACTIVE, t->iss, TCP_SYN_SENT);
    return done(t, env, TCP_OK);
}

/* Take the ISS and owe a SYN: SND.UNA <- ISS, SND.NXT <- ISS+1. */
void tcp_begin(struct tcb *t, const struct tcp_env *env)
{
    assert(!(t->flags & (F_SYN_OWED | F_SYN_OUT)));
    t->iss           = env->iss;
    t->ts_off        = env->ts_off;
    t->snd.una       = t->iss;
    t->snd.nxt       = t->iss + 1;
    t->snd.max       = t->snd.nxt;
    t->snd.end       = t->snd.nxt;
    t->snd.psh       = t->snd.nxt;
    t->snd.small     = t->snd.una;
    t->snd.wrote     = t->snd.una;
    t->snd.chunk_end = t->snd.batch_end = t->snd.nxt;
    t->snd.up                           = t->snd.una;
    t->snd.wl1                          = 0;
    t->snd.wl2                          = t->iss;
    tcp_raise(t, F_SYN_OWED);
    tcp_raise(t, F_SYN_OUT);
    tcp_options_offer(t, env->policy);
}

/* -- 3.10.2 SEND ------------------------------------------------------------------- */

uint32_t tcp_room(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t used;

    if (t->state < TCP_SYN_SENT || has(t, F_CLOSE)
        || (t->state > TCP_ESTABLISHED && t->state != TCP_CLOSE_WAIT))
        return 0;
    used = t->snd.end - (t->snd.una + (has(t, F_SYN_OUT) ? 1 : 0));
    return used < p->snd_buf ? p->snd_buf - used : 0;
}

/* Say why text that was just queued does not leave at once. */
static void explain_wait(const struct tcb *t, const struct tcp_env *env)
{
    if (!env->trace)
        return;
    struct plan plan = tcp_plan(t, env);
    uint32_t    d = tcp_window_unsent(t), flight = t->snd.nxt - t->snd.una;

    if (t->state < TCP_ESTABLISHED)
        tcp_note(env, RULE_SEND_WAITS_OPEN, 0, 0, 0);
    else if (plan.rule == RULE_WAIT_NAGLE)
        tcp_note(env, plan.rule, d, flight, 0);
    else if (plan.rule == RULE_WAIT_WINDOW)
        tcp_note(env, plan.rule, d, flight, t->snd.wnd);
    else if (plan.rule == RULE_WAIT_CWND)
        tcp_note(env, plan.rule, d, tcp_pipe(t), t->cc.cwnd);
    else if (plan.rule == RULE_WAIT_SWS)
        tcp_note(env, plan.rule, d, tcp_window_usable(t), 0);
    else if (plan.rule == RULE_WAIT_CORK)
        tcp_note(env, plan.rule, d, 0, 0);
}

enum tcp_error tcp_send(struct tcb *t, const struct tcp_env *env, uint32_t n, bool push,
                        bool urgent)
{
    uint32_t room = tcp_room(t, env->policy);

    if (t->state == TCP_CLOSED)
        return refuse(env, RULE_SEND_NONE, 0, 0, TCP_E_NONE);
    if (t->state
        == TCP_LISTEN) /* there is no remote socket in this call: OPEN active comes first */
        return refuse(env, RULE_SEND_UNSPECIFIED, 0, 0, TCP_E_UNSPECIFIED);
    if (has(t, F_CLOSE) || (t->state > TCP_ESTABLISHED && t->state != TCP_CLOSE_WAIT))
        return refuse(env, RULE_SEND_CLOSING, 0, 0, TCP_E_CLOSING);
    if (n > room)
        return refuse(env, RULE_SEND_NO_ROOM, n, room, TCP_E_RESOURCES);
    tcp_note(env, RULE_SEND_QUEUED, n, t->snd.end, 0);
    t->snd.end += n;
    tcp_burst_written(t, env->policy, t->snd.end - n, t->snd.psh);
    if (push)
        t->snd.psh = t->snd.end;
    t->flags = push ? t->flags & ~(uint32_t)F_MORE : t->flags | F_MORE;
    if (urgent && n) {
        t->snd.up = t->snd.end; /* MUST-62: the first number that is not urgent */
        tcp_note(env, RULE_SEND_URGENT, t->snd.up, 0, 0);
    }
    explain_wait(t, env);
    return done(t, env, TCP_OK);
}

/* Beyond the window; and what a probe has carried there may have been taken. */
enum tcp_error tcp_flush_unsent(struct tcb *t, const struct tcp_env *env)
{
    seq edge = seq_max(t->snd.una + t->snd.wnd, t->snd.max);

    if (t->state <= TCP_LISTEN)
        return refuse(env, RULE_SEND_NONE, 0, 0, TCP_E_NONE);
    if (has(t, F_CLOSE))
        return refuse(env, RULE_SEND_CLOSING, 0, 0, TCP_E_CLOSING);
    edge = seq_min(edge, t->snd.end);
    tcp_note(env, RULE_SEND_FLUSHED, t->snd.end - edge, edge, 0);
    t->snd.end = edge;
    t->snd.psh = seq_min(t->snd.psh, edge);
    t->snd.up  = seq_min(t->snd.up, edge);
    tcp_record_cut(t, env);
    return done(t, env, TCP_OK);
}

/* -- 3.10.3 RECEIVE ------------------------------------------------------------------ */

static void take(struct tcb *t, const struct tcp_env *env, uint32_t n)
{
    seq consumed;

    t->rcv.user -= n;
    consumed = t->rcv.nxt - (has(t, F_FIN_IN) ? 1 : 0) - t->rcv.user;
    tcp_note(env, RULE_RECEIVED, n, t->rcv.user, 0);
    if (has(t, F_URGENT)) {
        if (seq_lt(consumed, t->rcv.up)) {
            tcp_note(env, RULE_RECEIVE_URGENT, t->rcv.up, 0, 0);
            t->signal |= SIG_URGENT;
        } else {
            lower(t, F_URGENT);
        }
    }
    t->rcv.up = seq_max(t->rcv.up, consumed);
    tcp_window_open(t);
}

enum tcp_error tcp_receive(struct tcb *t, const struct tcp_env *env, uint32_t n, uint32_t *got)
{
    *got = n < t->rcv.user ? n : t->rcv.user;
    if (t->state == TCP_CLOSED) {
        if (*got == 0)
            return refuse(env, RULE_RECEIVE_NONE, 0, 0, TCP_E_NONE);
        tcp_note(env, RULE_RECEIVE_LEFT, t->rcv.user, 0, 0);
    }
    if (*got) {
        take(t, env, *got);
        tcp_checked(t); /* no clock follows from what is read */
        return TCP_OK;
    }
    if (has(t, F_FIN_IN))
        return refuse(env, RULE_RECEIVE_CLOSING, 0, 0, TCP_E_CLOSING);
    tcp_note(env, RULE_RECEIVE_WAIT, 0, 0, 0);
    return done(t, env, TCP_E_WOULD_BLOCK);
}

/* -- 3.10.4 CLOSE --------------------------------------------------------------------- */

/* Linux: shutdown() while both sides open at once waits until they have; close() does not. */
enum tcp_error tcp_close_later(struct tcb *t, const struct tcp_env *env)
{
    if (t->state != TCP_SYN_RECEIVED || !env->policy->shut_waits || has(t, F_CLOSE))
        return tcp_close(t, env);
    tcp_raise(t, F_CLOSE);
    tcp_note(env, RULE_CLOSE_WAITS, 0, 0, 0);
    return done(t, env, TCP_OK);
}

enum tcp_error tcp_close(struct tcb *t, const struct tcp_env *env)
{
    if (t->state == TCP_CLOSED)
        return refuse(env, RULE_CLOSE_NONE, 0, 0, TCP_E_NONE);
    if (has(t, F_CLOSE))
        return refuse(env, RULE_CLOSE_CLOSING, 0, 0, TCP_E_CLOSING);

    uint32_t queued = tcp_window_unsent(t);
    bool     shut   = queued == 0 && tcp_window_usable(t) == 0 && !has(t, F_SYN_OUT);
    switch ((enum tcp_state)t->state) {
    case TCP_LISTEN:
    case TCP_SYN_SENT: tcp_enter_closed(t, env, RULE_CLOSE_DELETED, 0, 0); break;
    case TCP_SYN_RECEIVED:
        tcp_raise(t, F_CLOSE);
        if (queued)
            tcp_note(env, RULE_CLOSE_QUEUED, queued, 0, 0);
        else
            tcp_move(t, env, RULE_CLOSE_FIN, 0, TCP_FIN_WAIT_1);
        break;
    case TCP_ESTABLISHED:
        tcp_raise(t, F_CLOSE);
        tcp_move(t, env, RULE_CLOSE_FIN, queued, TCP_FIN_WAIT_1);
        break;
    case TCP_CLOSE_WAIT: /* LAST_ACK begins when the FIN is formed: now, or in tcp_output() */
        tcp_raise(t, F_CLOSE);
        if (queued && !env->policy->last_ack_now)
            tcp_note(env, RULE_CLOSE_QUEUED, queued, 0, 0);
        else
            tcp_move(t, env, RULE_CLOSE_FIN, queued, TCP_LAST_ACK);
        break;
    default: /* beyond these, CLOSE has been called: a state cannot be reached without it */
        return refuse(env, RULE_CLOSE_CLOSING, 0, 0, TCP_E_CLOSING);
    }
    if (shut && has(t, F_CLOSE))
        tcp_note(env, RULE_WAIT_FIN, t->snd.end, 0, 0);
    return done(t, env, TCP_OK);
}

/* -- 3.10.5 ABORT ---------------------------------------------------------------------- */

/* With an ACK, as systems send it: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>. */
static void owe_abort(struct tcb *t, const struct tcp_env *env)
{
    struct segment rst = { .seq = t->snd.nxt, .ack = t->rcv.nxt, .ctl = CTL_RST | CTL_ACK };

    tcp_enter_closed(t, env, RULE_ABORT_RST, t->snd.nxt, 0);
    tcp_owe(t, &rst, RULE_SEND_ABORT);
}

enum tcp_error tcp_abort(struct tcb *t, const struct tcp_env *env)
{
    /* Only a listener that is closed aborts a handshake that somebody else has begun. */
    if (t->state == TCP_SYN_RECEIVED && t->passive && !env->policy->young_rst) {
        tcp_enter_closed(t, env, RULE_ABORT_YOUNG, 0, 0);
        return done(t, env, TCP_OK);
    }
    switch ((enum tcp_state)t->state) {
    case TCP_CLOSED: return refuse(env, RULE_ABORT_NONE, 0, 0, TCP_E_NONE);
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT: owe_abort(t, env); break;
    case TCP_CLOSING:
    case TCP_LAST_ACK:
        if (env->policy->rst_unread_late && (t->rcv.user || !tcp_fin_sent(t)))
            owe_abort(t, env);
        else
            tcp_enter_closed(t, env, RULE_ABORT_DELETED, 0, 0);
        break;
    default: tcp_enter_closed(t, env, RULE_ABORT_DELETED, 0, 0); break;
    }
    t->rcv.user = 0;
    return done(t, env, TCP_OK);
}

/* -- 3.10.6 STATUS ------------------------------------------------------------------------ */

enum tcp_error tcp_status(const struct tcb *t, enum tcp_state *state)
{
    *state = (enum tcp_state)t->state;
    return t->state == TCP_CLOSED ? TCP_E_NONE : TCP_OK;
}

/* -- options ------------------------------------------------------------------------------- */

void tcp_option(struct tcb *t, const struct tcp_env *env, uint8_t bits, bool on)
{
    t->option = (uint8_t)(on ? t->option | bits : t->option & ~bits);
    if (bits & TCPO_KEEPALIVE)
        tcp_keepalive(t, env);
    if (bits & TCPO_ORPHAN) {
        tcp_timer_stop(t, TIMER_FIN_WAIT_2);
        if (t->state == TCP_FIN_WAIT_2)
            tcp_enter_fin_wait_2(t, env);
    }
    if ((bits & TCPO_NODELAY) && on && env->policy->more_ack && tcp_window_unsent(t))
        tcp_raise(t, F_OVERRIDE); /* what was held back until now goes at once */
    if ((bits & TCPO_DEAF) && on) {
        t->rcv.user = 0;
        tcp_window_open(t);
    }
    tcp_settle(t, env);
    tcp_checked(t);
}

void tcp_rcv_buf(struct tcb *t, const struct tcp_env *env, uint32_t bytes)
{
    bytes += tcp_slack(t);
    if (t->state <= TCP_LISTEN && t->rcv.user == 0)
        t->rcv.wnd = bytes < WND_MAX ? bytes : WND_MAX;
    else if (bytes < t->rcv.user + t->rcv.wnd) /* what has been offered stays offered (SHLD-14) */
        bytes = t->rcv.user + t->rcv.wnd;
    if (bytes < 1u << t->rcv_scale) /* less could not be told */
        bytes = 1u << t->rcv_scale;
    t->rcv.buf = bytes;
    tcp_window_open(t);
    tcp_check(t, env);
}

void tcp_forget(struct tcb *t, const struct tcp_env *env)
{
    tcp_flush(t, env);
    t->flags = 0;
    t->state = TCP_CLOSED;
}

bool tcp_fin_sent(const struct tcb *t) { return has(t, F_CLOSE) && seq_lt(t->snd.end, t->snd.nxt); }

bool tcp_fin_acked(const struct tcb *t)
{
    return tcp_fin_sent(t) && seq_lt(t->snd.end, t->snd.una);
}

bool tcp_fin_received(const struct tcb *t) { return has(t, F_FIN_IN); }

uint32_t tcp_agreed(const struct tcb *t)
{
    return (has(t, F_WSCALE) ? AGREED_WSCALE : 0u) | (has(t, F_TS) ? AGREED_TIMESTAMPS : 0u)
           | (has(t, F_SACK) ? AGREED_SACK : 0u) | (has(t, F_ECN) ? AGREED_ECN : 0u);
}
