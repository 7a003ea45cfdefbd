/* SPDX-License-Identifier: MIT
 * burst.c - PSH in a burst, where segmentation in hardware is usual.
 *
 * There text is queued in pieces of up to half the window, and leaves in chunks that a piece is cut
 * into; the hardware makes segments of them.  The last segment of a chunk has PSH, so that the
 * receiver's hardware hands it on; a chunk of one segment has none of its own.  A piece is pushed
 * as the user pushes, when more than half a window was written since the last push.
 *
 *      written   |<------------- piece ------------->|<------------- piece ----------...
 *      leaves    |<- chunk ->|<- chunk ->|   |   |  PSH
 */
#include "tcp/inside.h"

enum { CHUNK_MAX = 65536, NEAR_SHIFT = 9 /* round trips below 2^9 us a step */, MSS_SMALL = 536 };

static uint32_t half_window(const struct tcb *t)
{
    return t->snd.max_wnd > MSS_SMALL ? t->snd.max_wnd / 2 : t->snd.max_wnd;
}

/* Whole segments, unless the window does not hold two. */
uint32_t tcp_piece(const struct tcb *t)
{
    uint32_t most = half_window(t) < CHUNK_MAX ? half_window(t) : CHUNK_MAX;

    return most < t->mss_out ? most : most / t->mss_out * t->mss_out;
}

/* The piece that leaves begins at `at` now.  What it was pushed for stays with it. */
static void piece(struct tcb *t, seq at)
{
    t->snd.batch_end = at + tcp_piece(t);
    if (seq_lt(t->snd.pushed + t->snd.max_wnd / 2, t->snd.batch_end)
        && seq_le(t->snd.batch_end, t->snd.end)) {
        tcp_raise(t, F_PIECE_PSH);
        t->snd.pushed = t->snd.batch_end;
    }
}

/* The user has written: from `from` on, where the last push was at `psh`. */
void tcp_burst_written(struct tcb *t, const struct tcp_policy *p, seq from, seq psh)
{
    if (!p->psh_burst || has(t, F_SYN_OUT))
        return;
    if (seq_lt(t->snd.batch_end, from)) /* whole pieces wait: this comes after them */
        return;
    lower(t, F_PIECE_PSH);
    if (seq_lt(t->snd.nxt, from) && psh == from) /* what still waits was pushed, and is added to */
        tcp_raise(t, F_PIECE_PSH);
    tcp_raise(t, F_PIECE_OPEN);
    t->snd.pushed = psh;
    piece(t, t->snd.nxt);
}

/* Everything that can leave has left.  What the user writes later does not fill this piece up. */
void tcp_burst_over(struct tcb *t) { lower(t, F_PIECE_OPEN); }

/* What leaves within a millisecond at the pace of the window, and more when the peer is near: a
 * chunk should not be larger, or it would come as a burst. */
static uint32_t paced(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t rtt     = t->rack.min_rtt < t->srtt ? t->rack.min_rtt : t->srtt;
    uint32_t percent = t->cc.cwnd < t->cc.ssthresh / 2 ? 200 : 120;
    uint64_t bytes;

    if (t->srtt == 0 || t->cc.cwnd == 0)
        return UINT32_MAX;
    bytes = (uint64_t)t->cc.cwnd * percent * 10000 / t->srtt >> 10;
    if (rtt >> NEAR_SHIFT < 32)
        bytes += CHUNK_MAX >> (rtt >> NEAR_SHIFT);
    bytes = (bytes < CHUNK_MAX ? bytes : CHUNK_MAX) / t->mss_out;
    return bytes > p->psh_burst ? (uint32_t)bytes : p->psh_burst;
}

/* Segments of the chunk that begins now: half of either window, what is left of the congestion
 * window, and no more than the pace allows. */
static uint32_t chunk_max(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t mss = t->mss_out, max = t->snd.max_wnd / 2 / mss, half = t->cc.cwnd / mss / 2;
    uint32_t room = tcp_cc_room(t) / mss, pace = paced(t, p);

    max  = max ? max : 1;
    half = half ? half : 1;
    max  = t->cc.cwnd && half < max ? half : max;
    max  = room < max ? room : max;
    return pace < max ? pace : max;
}

static seq chunk_end(const struct tcb *t, const struct tcp_policy *p, seq at)
{
    uint32_t mss = t->mss_out, d = tcp_window_unsent(t), u = tcp_window_usable(t);
    uint32_t n = d < u ? d : u, max = chunk_max(t, p), rest = n % mss;

    if (n > t->snd.batch_end - at)
        n = t->snd.batch_end - at;
    if (n >= max * mss)
        n = max * mss;
    else if (rest && (tcp_nagle(t, p) || has(t, F_MORE) || (t->option & TCPO_CORK)))
        n -= rest; /* it waits */
    return n > mss ? at + n : at;
}

/* The next segment carries the text [at, at + len).  What does the queue push it for? */
enum push tcp_burst_push(struct tcb *t, const struct tcp_policy *p, seq at, uint32_t len)
{
    seq       hi = at + len;
    enum push push;

    if (!p->psh_burst || len == 0)
        return PUSH_NONE;
    if (!seq_lt(at, t->snd.batch_end)) {
        lower(t, F_PIECE_PSH);
        t->snd.pushed = at;
        piece(t, at);
    }
    if (!seq_lt(at, t->snd.chunk_end))
        t->snd.chunk_end = chunk_end(t, p, at);
    push = seq_le(t->snd.batch_end, hi) && has(t, F_PIECE_PSH) ? PUSH_PIECE
           : hi == t->snd.chunk_end                            ? PUSH_CHUNK
                                                               : PUSH_NONE;
    if (seq_le(t->snd.batch_end, hi) && seq_lt(hi, t->snd.end)) {
        lower(t, F_PIECE_PSH);
        piece(t, hi);
    } else if (has(t, F_PIECE_OPEN) && !seq_lt(hi, t->snd.chunk_end)
               && seq_lt(t->snd.batch_end, t->snd.end)) {
        piece(t, hi); /* the user's call goes on, and fills up what is left of the piece */
    }
    return push;
}
