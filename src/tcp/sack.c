/* SPDX-License-Identifier: MIT
 * sack.c - selective acknowledgments, told and heard (RFC 2018, 2883).
 *
 * Told: which ranges are held beyond RCV.NXT, the one that changed last first, and before them the
 * range of a duplicate, once.  Heard: which segments in flight need not be sent again.
 */
#include "tcp/inside.h"

#include <string.h>

enum { BLOCKS_WITH_TS = 3, BLOCK_BYTES = 8, SACK_BYTES = 4 /* kind, length, padding */ };

/* 2018 2: of an established connection. */
void tcp_sack_duplicate(struct tcb *t, seq lo, seq hi)
{
    if (!has(t, F_SACK) || !synchronized(t) || !seq_lt(lo, hi))
        return;
    t->dsack_lo = lo;
    t->dsack_hi = hi;
}

/* Where what a block tells of this range ends: a FIN may not count. */
static seq told_end(const struct tcp_env *env, const struct tcp_node *n)
{
    return n->hi - (n->flags & NODE_FIN && !env->policy->sack_fin ? 1 : 0);
}

static bool told(const struct segment *s, int from, seq lo)
{
    for (int i = from; i < s->n_sack; i++)
        if (s->sack[i].lo == lo)
            return true;
    return false;
}

/* The newest range that the segment does not name yet from its block `from` on; 0 is none. */
static uint32_t newest(const struct tcb *t, const struct tcp_env *env, const struct segment *s,
                       int from)
{
    uint32_t best = 0;

    for (uint32_t i = t->held; i; i = env->pool.node[i].next) {
        const struct tcp_node *n = &env->pool.node[i];
        if (told(s, from, n->lo) || told_end(env, n) == n->lo)
            continue;
        if (seq_in(t->sack_first, n->lo, n->hi - n->lo))
            return i;
        if (!best || env->pool.node[best].at <= n->at)
            best = i;
    }
    return best;
}

static bool to_tell(const struct tcb *t)
{
    return has(t, F_SACK) && (t->held || t->dsack_lo != t->dsack_hi);
}

/* Is there something to tell for which a segment with so much text has no room? */
bool tcp_sack_crowded(const struct tcb *t, uint32_t len)
{
    return to_tell(t) && t->mss_out < len + SACK_BYTES + BLOCK_BYTES;
}

/* "For each segment sent, the sender should adjust the data length accordingly" (9293 3.7.1): what
 * a segment can carry beside all that is to be told.  Where that is the greater part of it, text
 * goes first. */
uint32_t tcp_mss_now(const struct tcb *t, const struct tcp_env *env)
{
    uint32_t n = t->dsack_lo != t->dsack_hi, max, bytes;

    if (!to_tell(t))
        return t->mss_out;
    max = has(t, F_TS) ? BLOCKS_WITH_TS : SEGMENT_SACKS;
    for (uint32_t i = t->held; i && n < max; i = env->pool.node[i].next)
        n += told_end(env, &env->pool.node[i]) != env->pool.node[i].lo;
    bytes = n ? SACK_BYTES + n * BLOCK_BYTES : 0;
    return 2 * bytes < t->mss_out ? t->mss_out - bytes : t->mss_out;
}

/* Blocks into a segment that has its text and its other options: as many as the peer, and the path,
 * take beside them (RFC 6691 2: options count). */
void tcp_sack_out(struct tcb *t, const struct tcp_env *env, struct segment *s)
{
    uint32_t room, max = s->opt & OPT_TS ? BLOCKS_WITH_TS : SEGMENT_SACKS;
    bool     dup = t->dsack_lo != t->dsack_hi;
    int      from;

    if (t->held == 0 && !dup)
        return;
    room = t->mss_out > s->len + SACK_BYTES ? t->mss_out - s->len - SACK_BYTES : 0;
    max  = room / BLOCK_BYTES < max ? room / BLOCK_BYTES : max;
    if (max && dup) {
        s->sack[s->n_sack++] = (struct sack_block){ t->dsack_lo, t->dsack_hi };
        t->dsack_lo = t->dsack_hi = 0;
    }
    from = s->n_sack;
    while (s->n_sack < max) {
        uint32_t i = newest(t, env, s, from);
        if (i == 0)
            break;
        const struct tcp_node *n = &env->pool.node[i];
        s->sack[s->n_sack++]     = (struct sack_block){ n->lo, told_end(env, n) };
    }
    if (s->n_sack)
        s->opt |= OPT_SACK;
}

/* RFC 2883 4: does the first block repeat what the ACK, or the second block, covers? */
static bool repeats(const struct segment *s)
{
    const struct sack_block *b = s->sack;

    if (seq_le(b[0].hi, s->ack))
        return true;
    return s->n_sack > 1 && seq_le(b[1].lo, b[0].lo) && seq_le(b[0].hi, b[1].hi);
}

/* Was this reported the last time, as far as the segment `top` (0: all of it)? */
static bool known(const struct tcb *t, const struct sack_block *b, const struct tcp_node *top)
{
    for (size_t i = 0; i < sizeof t->walk.known / sizeof t->walk.known[0]; i++) {
        const struct sack_block *k = &t->walk.known[i];

        if (k->lo != k->hi && seq_le(k->lo, b->lo) && seq_le(top ? top->hi : b->hi, k->hi))
            return true;
    }
    return false;
}

/* The first segment that a block can tell something new about.  Most often that is what lies beyond
 * all that has been reported. */
static uint32_t begin(const struct tcb *t, const struct tcp_env *env, const struct sack_block *b)
{
    const struct tcp_node *top = t->walk.top ? &env->pool.node[t->walk.top] : NULL;

    if (top && (seq_le(top->hi, b->lo) || known(t, b, top)))
        return top->next;
    return t->flight;
}

static uint32_t mark(struct tcb *t, const struct tcp_env *env, const struct sack_block *b)
{
    uint32_t fresh = 0;

    if (t->cc.sacked && known(t, b, NULL))
        return 0;
    for (uint32_t i = begin(t, env, b); i; i = env->pool.node[i].next) {
        struct tcp_node *n = &env->pool.node[i];

        if (!seq_lt(n->lo, b->hi))
            break;
        if (!seq_le(b->lo, n->lo) || !seq_le(n->hi, b->hi) || (n->flags & NODE_SACKED))
            continue;
        tcp_rack_delivered(t, env, n);
        tcp_flight_mark(t, env, n, NODE_SACKED, NODE_LOST | NODE_AGAIN);
        fresh += n->hi - n->lo;
        if (!t->walk.top || seq_lt(env->pool.node[t->walk.top].lo, n->lo))
            t->walk.top = i;
    }
    return fresh;
}

/* Returns how many bytes this segment reports for the first time. */
uint32_t tcp_sack_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s,
                        struct sack_block *twice)
{
    struct sack_block heard[SEGMENT_SACKS] = { { 0, 0 } }; /* what is not to be believed is not */
    uint32_t          fresh                = 0;
    int               i = 0, k = 0;

    *twice = (struct sack_block){ 0, 0 };
    if (!has(t, F_SACK) || !(s->opt & OPT_SACK) || s->n_sack == 0)
        return 0;
    if (repeats(s)) {
        tcp_note(env, RULE_DSACK_HEARD, s->sack[0].lo, s->sack[0].hi, 0);
        i      = 1;
        *twice = s->sack[0];
        tcp_rack_dsack(t);
    }
    for (; i < s->n_sack && i < SEGMENT_SACKS; i++) {
        const struct sack_block *b = &s->sack[i];

        /* of what we have sent and the ACK does not cover, and nothing else */
        if (!seq_lt(b->lo, b->hi) || seq_lt(b->lo, t->snd.una) || seq_lt(t->snd.nxt, b->hi))
            continue;
        uint32_t n = mark(t, env, b);
        if (n)
            tcp_note(env, RULE_SACK_HEARD, b->lo, b->hi, n);
        fresh += n;
        heard[k++] = *b;
    }
    memcpy(t->walk.known, heard, sizeof heard);
    return fresh;
}
