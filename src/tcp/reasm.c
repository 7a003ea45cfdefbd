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

bool tcp_hold(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, bool fin)
{
    uint32_t        *at   = &t->held;
    struct tcp_node *node = env->pool.node;

    assert(seq_lt(lo, hi));
    assert(seq_le(t->rcv.nxt, lo));
    while (*at && seq_lt(node[*at].hi, lo))
        at = &node[*at].next;
    if (*at && seq_le(node[*at].lo, hi)) { /* touches this one: grow it, and swallow what follows */
        struct tcp_node *n = &node[*at];

        if (fin_of(n) && seq_le(n->hi, hi)) { /* the stream ends there, whatever this one says */
            hi  = n->hi;
            fin = true;
        }
        n->lo = seq_min(n->lo, lo);
        n->at = env->now;
        while (n->next && seq_le(node[n->next].lo, hi)) {
            uint32_t gone = n->next;
            hi            = seq_max(hi, node[gone].hi);
            fin           = fin || fin_of(&node[gone]);
            n->next       = node[gone].next;
            tcp_node_free(env, gone);
        }
        if (seq_lt(n->hi, hi) || (n->hi == hi && fin)) {
            n->hi    = hi;
            n->flags = (uint16_t)(fin ? NODE_FIN : 0);
        }
    } else {
        uint32_t i = tcp_node_new(env);

        if (i == 0)
            return false;
        node[i] = (struct tcp_node){ .next  = *at,
                                     .lo    = lo,
                                     .hi    = hi,
                                     .flags = (uint16_t)(fin ? NODE_FIN : 0),
                                     .tries = 1,
                                     .at    = env->now };
        *at     = i;
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
