/* SPDX-License-Identifier: MIT
 * check.c - what is always true of a tcb.  Each call ends with it; a failure is a bug, never a
 * peer's doing. */
#include "tcp/inside.h"

static void check_send(const struct tcb *t)
{
    assert(seq_le(t->snd.una, t->snd.nxt));
    assert(t->snd.max - t->snd.nxt <= 1); /* equal, or a probe */
    assert(seq_le(t->snd.nxt, t->snd.end + (has(t, F_CLOSE) ? 1 : 0)));
    assert(seq_le(t->snd.psh, t->snd.end) || t->state <= TCP_LISTEN);
    assert(t->snd.wnd <= t->snd.max_wnd || t->state == TCP_TIME_WAIT);
    assert(t->mss_out > 0);
    assert(t->cc.again <= t->cc.lost);
    assert(t->cc.sacked + t->cc.lost <= t->snd.nxt - t->snd.una);
    if (has(t, F_SYN_OUT))
        assert(t->snd.una == t->iss);
    if (has(t, F_RTX))
        assert(t->snd.una != t->snd.nxt);
}

static void check_receive(const struct tcb *t)
{
    assert(t->rcv.user <= t->rcv.buf);
    assert(t->rcv.wnd <= t->rcv.buf - t->rcv.user); /* never offer room that is not there */
    if (t->state > TCP_SYN_SENT)
        assert(seq_le(t->rcv.edge, t->rcv.nxt + t->rcv.wnd));
}

/* What may still arrive is chained by when it was sent; walks begin where nothing is missed. */
static void check_walks(const struct tcb *t, const struct tcp_env *env)
{
    const struct tcp_node *node = env->pool.node;
    uint32_t               way = 0, chained = 0, top = 0, before = 0;
    bool                   waited = false, judged = t->walk.judged == 0;

    for (uint32_t i = t->flight; i; i = node[i].next) {
        uint16_t lost = node[i].flags & (NODE_LOST | NODE_AGAIN);

        top = node[i].flags & NODE_SACKED ? i : top;
        way += !(node[i].flags & NODE_SACKED) && lost != NODE_LOST;
        if (i == t->walk.waits || t->cc.lost == t->cc.again)
            waited = true;
        assert(waited || lost != NODE_LOST);
        judged = judged || i == t->walk.judged;
        assert(judged || node[i].flags & (NODE_SACKED | NODE_LOST));
    }
    assert(t->walk.top == top);
    assert(judged);
    for (uint32_t i = t->walk.first; i; before = i, i = node[i].later) {
        assert(!(node[i].flags & NODE_SACKED));
        assert((node[i].flags & (NODE_LOST | NODE_AGAIN)) != NODE_LOST);
        assert(node[i].sooner == before);
        assert(!before
               || !tcp_sent_after(node[before].at, node[before].hi, node[i].at, node[i].hi));
        chained++;
    }
    assert(t->walk.last == before);
    assert(chained == way);
}

/* Each list in order, apart from itself, and where it belongs. */
static void check_lists(const struct tcb *t, const struct tcp_env *env)
{
    seq      last = t->snd.una;
    uint32_t end = 0, sacked = 0, lost = 0, again = 0;

    for (uint32_t i = t->flight; i; i = env->pool.node[i].next) {
        const struct tcp_node *n = &env->pool.node[i];

        end = i;
        sacked += n->flags & NODE_SACKED ? n->hi - n->lo : 0;
        lost += n->flags & NODE_LOST ? n->hi - n->lo : 0;
        again += n->flags & NODE_AGAIN ? n->hi - n->lo : 0;
        assert(seq_le(last, n->lo));
        assert(seq_lt(n->lo, n->hi));
        assert(seq_le(n->hi, t->snd.nxt));
        last = n->hi;
    }
    check_walks(t, env);
    assert(t->flight_last == end);
    assert(t->cc.sacked == sacked);
    assert(t->cc.lost == lost);
    assert(t->cc.again == again);
    last = t->rcv.nxt;
    for (uint32_t i = t->held; i; i = env->pool.node[i].next) {
        const struct tcp_node *n = &env->pool.node[i];
        /* what came with a SYN waits at RCV.NXT itself, for the connection */
        assert(seq_lt(last, n->lo) || (i == t->held && has(t, F_SYN_OUT)));
        assert(seq_lt(n->lo, n->hi));
        assert(!(n->flags & NODE_FIN) || n->next == 0);
        last = n->hi;
    }
}

static void check_timers(const struct tcb *t)
{
    bool in_flight = t->snd.una != t->snd.nxt && !has(t, F_SYN_OWED);

    assert(timing(t, TIMER_2MSL) == (t->state == TCP_TIME_WAIT));
    if (t->state == TCP_TIME_WAIT || t->state <= TCP_LISTEN) {
        assert(t->flight == 0);
        assert(!timing(t, TIMER_RTO));
        assert(!timing(t, TIMER_USER));
        return;
    }
    if (in_flight)
        assert(timing(t, TIMER_RTO));
    if (!in_flight && !has(t, F_SYN_OUT))
        assert(timing(t, TIMER_RTO) == has(t, F_ECN_WAIT));
    assert(!(timing(t, TIMER_RTO) && timing(t, TIMER_PERSIST)));
    assert(!timing(t, TIMER_FIN_WAIT_2) || t->state == TCP_FIN_WAIT_2);
    assert(t->rto > 0);
}

/* The peer's FIN has come, CLOSE has been called: what a state says of these two, yes and no. */
static const struct {
    uint32_t yes, no;
} of_state[TCP_STATES] = {
    [TCP_CLOSED]       = { 0, 0 },
    [TCP_LISTEN]       = { 0, F_FIN_IN },
    [TCP_SYN_SENT]     = { 0, F_FIN_IN },
    [TCP_SYN_RECEIVED] = { 0, F_FIN_IN },
    [TCP_ESTABLISHED]  = { 0, F_FIN_IN | F_CLOSE },
    [TCP_FIN_WAIT_1]   = { F_CLOSE, F_FIN_IN },
    [TCP_FIN_WAIT_2]   = { F_CLOSE, F_FIN_IN },
    [TCP_CLOSE_WAIT]   = { F_FIN_IN, 0 },
    [TCP_CLOSING]      = { F_FIN_IN | F_CLOSE, 0 },
    [TCP_LAST_ACK]     = { F_FIN_IN | F_CLOSE, 0 },
    [TCP_TIME_WAIT]    = { F_FIN_IN | F_CLOSE, 0 },
};

static void check_state(const struct tcb *t)
{
    assert(t->state < TCP_STATES);
    assert((t->flags & (of_state[t->state].yes | of_state[t->state].no)) == of_state[t->state].yes);
    if (of_state[t->state].yes & F_CLOSE)
        assert(tcp_fin_acked(t) == (t->state == TCP_FIN_WAIT_2 || t->state == TCP_TIME_WAIT));
}

void tcp_checked(const struct tcb *t)
{
    assert(t->roomy <= 1);
    check_state(t);
    check_receive(t);
    check_timers(t);
    if (t->state > TCP_LISTEN) {
        check_send(t);
    } else {
        assert(t->flight == 0);
        assert(t->held == 0);
    }
}

void tcp_check(const struct tcb *t, const struct tcp_env *env)
{
    tcp_checked(t);
    if (t->state > TCP_LISTEN)
        check_lists(t, env);
}
