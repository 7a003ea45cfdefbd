/* SPDX-License-Identifier: MIT
 * reasm.c - text that arrived beyond a gap (SHLD-31).
 *
 *      RCV.NXT   gap   [ held )   gap   [ held FIN)
 *
 * Ranges are in order, apart from each other, and beyond RCV.NXT; only numbers are kept here, the
 * bytes lie in the caller's stream.  A FIN is the last number of the last range, and nothing is
 * kept beyond it.
 */
#include "tcp/inside.h"

/* Numbers at the end of a range that are no text. */
static uint32_t fin_of(const struct tcp_node *n) { return n->flags & NODE_FIN ? 1 : 0; }

/* Two segments may disagree on where the stream ends.  The FIN that was held first wins over text
 * beyond it, and text that is held wins over a FIN before its end.  False when nothing is left of
 * [lo, *hi). */
static bool agree(const struct tcb *t, const struct tcp_node *node, seq lo, seq *hi, bool *fin)
{
    for (uint32_t i = t->held; i; i = node[i].next) {
        const struct tcp_node *n = &node[i];

        if (fin_of(n) && seq_lt(n->hi - 1, *hi)) {
            *hi  = n->hi - 1;
            *fin = false;
        } else if (*fin && seq_lt(*hi, n->hi)) {
            *hi -= 1;
            *fin = false;
        }
    }
    return seq_lt(lo, *hi);
}

/* What of [lo, hi) is held already: the first stretch of it is told (RFC 2883 4). */
void tcp_overlap(struct tcb *t, const struct tcp_env *env, seq lo, seq hi)
{
    for (uint32_t i = t->held; i; i = env->pool.node[i].next) {
        const struct tcp_node *n = &env->pool.node[i];

        if (seq_lt(n->lo, hi) && seq_lt(lo, n->hi)) {
            tcp_sack_duplicate(t, seq_max(lo, n->lo), seq_min(hi, n->hi - fin_of(n)));
            return;
        }
    }
}

bool tcp_hold(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, bool fin)
{
    uint32_t        *at   = &t->held, i;
    struct tcp_node *node = env->pool.node, *n;

    assert(seq_lt(lo, hi));
    assert(seq_le(t->rcv.nxt, lo));
    if (!agree(t, node, lo, &hi, &fin))
        return true;
    t->sack_first = lo;
    while (*at && seq_lt(node[*at].hi, lo))
        at = &node[*at].next;
    tcp_overlap(t, env, lo, hi);
    if (*at == 0 || seq_lt(hi, node[*at].lo)) { /* apart from all others */
        i = tcp_node_new(env);
        if (i == 0)
            return false;
        node[i] = (struct tcp_node){ .next = *at, .lo = lo, .hi = hi, .tries = 1, .at = env->now };
        *at     = i;
    }
    n        = &node[*at]; /* grow this one, and swallow what it then touches */
    n->lo    = seq_min(n->lo, lo);
    n->hi    = seq_max(n->hi, hi);
    n->at    = env->now;
    n->flags = (uint16_t)(fin || fin_of(n) ? NODE_FIN : 0);
    while (n->next && seq_le(node[n->next].lo, n->hi)) {
        i        = n->next;
        n->hi    = seq_max(n->hi, node[i].hi);
        n->flags = (uint16_t)(n->flags | node[i].flags);
        n->next  = node[i].next;
        tcp_node_free(env, i);
    }
    return true;
}

void tcp_deliver(struct tcb *t, uint32_t n)
{
    assert(n <= t->rcv.wnd);
    t->rcv.nxt += n;
    t->rcv.wnd -= n;
    if (n && !(t->option & TCPO_DEAF)) {
        t->rcv.user += n;
        t->signal |= SIG_READABLE;
    }
    /* what has been read is not urgent, nor may it seem so when the numbers have wrapped */
    t->rcv.up = seq_max(t->rcv.up, t->rcv.nxt - t->rcv.user);
    tcp_window_open(t);
}

/* Step over every range that RCV.NXT has reached.  Returns the bytes of text gained; *fin says that
 * a FIN held here is next. */
uint32_t tcp_absorb(struct tcb *t, const struct tcp_env *env, bool *fin)
{
    uint32_t gained = 0;

    while (t->held) {
        uint32_t        i = t->held;
        struct tcp_node n = env->pool.node[i];

        if (seq_lt(t->rcv.nxt, n.lo))
            break;
        t->held = n.next;
        tcp_node_free(env, i);
        if (seq_lt(t->rcv.nxt, n.hi - fin_of(&n))) {
            uint32_t len = n.hi - fin_of(&n) - t->rcv.nxt;
            tcp_deliver(t, len);
            gained += len;
        }
        if (fin_of(&n) && n.hi - 1 == t->rcv.nxt)
            *fin = true;
    }
    return gained;
}
