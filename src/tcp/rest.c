/* SPDX-License-Identifier: MIT
 * rest.c - a connection at rest as the few words of its control block that are its own, and back.
 *
 * Most of a control block is about what is on its way.  When nothing is, most fields say "none",
 * most numbers are SND.UNA or RCV.NXT, and most times lie near the last segment.  So a block can be
 * guessed from these three; a record keeps them and the words that are not as guessed.  Nothing is
 * lost, whatever the block: a guess that is wrong only costs a word. */
#include "tcp/inside.h"

#include <string.h>

bool tcp_at_rest(const struct tcb *t)
{
    return t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT && t->flight == 0
           && t->held == 0 && t->rcv.user == 0 && tcp_window_unsent(t) == 0 && !timing(t, TIMER_RTO)
           && !timing(t, TIMER_PERSIST) && !timing(t, TIMER_DELACK);
}

static struct tcb guess(seq una, seq nxt, vtime heard)
{
    struct tcb t;

    memset(&t, 0, sizeof t);
    t.snd.una = t.snd.nxt = t.snd.max = t.snd.end = t.snd.psh = una;
    t.snd.up = t.snd.small = t.snd.wrote = t.snd.wl2 = una;
    t.snd.chunk_end = t.snd.batch_end = una;
    t.rcv.nxt = t.rcv.up = t.last_ack = t.snd.wl1 = nxt;
    t.cc.ssthresh                                 = UINT32_MAX;
    t.cc.ecn_end = t.hystart.end = t.rack.end = t.rack.fack = t.rtt_seq = una;
    t.hystart.last = t.hystart.now = UINT32_MAX;
    t.rack.mult                    = 1;
    t.rack.reorder_at = t.rack.tlp_at = t.rtt_at = t.stalled = t.again = t.cubic.began =
        VTIME_NEVER;
    t.heard = t.sent_at = t.ts_at = heard;
    for (int i = 0; i < TIMER_COUNT; i++)
        tcp_timer_stop(&t, (enum tcp_timer)i);
    return t;
}

bool tcp_rest(const struct tcb *t, struct tcp_rest *r)
{
    struct tcb usual = guess(t->snd.una, t->rcv.nxt, t->heard);
    uint32_t   is[TCB_WORDS], would[TCB_WORDS], n = 0;

    memcpy(is, t, sizeof is);
    memcpy(would, &usual, sizeof would);
    memset(r, 0, sizeof *r);
    r->una   = t->snd.una;
    r->nxt   = t->rcv.nxt;
    r->heard = t->heard;
    for (uint32_t i = 0; i < TCB_WORDS; i++) {
        if (is[i] == would[i])
            continue;
        if (n == REST_WORDS)
            return false;
        r->differs[i / 64] |= UINT64_C(1) << i % 64;
        r->word[n++] = is[i];
    }
    return true;
}

struct tcb tcp_wake(const struct tcp_rest *r)
{
    struct tcb t = guess(r->una, r->nxt, r->heard);
    uint32_t   is[TCB_WORDS], n = 0;

    memcpy(is, &t, sizeof is);
    for (uint32_t i = 0; i < TCB_WORDS; i++)
        if (r->differs[i / 64] >> i % 64 & 1)
            is[i] = r->word[n++];
    memcpy(&t, is, sizeof t);
    return t;
}
