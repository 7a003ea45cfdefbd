/* SPDX-License-Identifier: MIT
 * window.c - how much may be sent, and how much we offer (RFC 9293 3.8.6). */
#include "tcp/inside.h"

static uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* The right edge RCV.NXT + RCV.WND moves only when that is worth a sender's while, and never back.
 */
void tcp_window_open(struct tcb *t)
{
    uint32_t room = t->rcv.buf - t->rcv.user;

    assert(t->rcv.user <= t->rcv.buf);
    if (t->roomy && (synchronized(t) || !t->passive)) {
        t->rcv.wnd = t->rcv.wnd > room ? t->rcv.wnd : room;
        return;
    }
    room = lesser(room, (uint32_t)WND_MAX << t->rcv_scale);
    if (room > t->rcv.wnd && room - t->rcv.wnd >= lesser(t->rcv.buf / 2, t->mss_out))
        t->rcv.wnd = room;
}

/* BSD tells of two segments more, if that is a quarter of the buffer or little was left, and of
 * half the buffer in any case; but not while an ACK waits for company. */
static bool roomy_update_due(const struct tcb *t, uint32_t grown)
{
    uint32_t mss = t->mss_out, buf = t->rcv.buf;

    if (tcp_fin_received(t) || timing(t, TIMER_DELACK))
        return false;
    if (grown >= 2 * mss && (grown >= buf / 4 || t->rcv.wnd <= buf / 8 || buf <= 8 * mss))
        return true;
    return 2 * (uint64_t)grown >= buf;
}

/* Is the window that we could offer so much larger than what the peer knows that it must be told
 * unasked? Two segments are; one is when the peer could not send even that.  Some systems wait
 * until it has doubled.  Before text has come there is no reader to speak of: what scaling adds to
 * the window of the SYN, the next ACK tells. */
bool tcp_window_update_due(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t known, grown, mss = t->mss_out, half = t->rcv.buf / 2;
    seq      edge, told = seq_max(t->rcv.edge, t->rcv.nxt);

    if (t->state < TCP_ESTABLISHED || t->state > TCP_FIN_WAIT_2)
        return false;
    /* Only what the field can say counts: a window below a step of the scale would be told as zero,
     * and be due again. */
    edge = t->rcv.nxt + ((uint32_t)tcp_window_field(t, false) << t->rcv_scale);
    if (!seq_lt(told, edge))
        return false;
    grown = edge - told;
    if (t->roomy)
        return roomy_update_due(t, grown);
    known = told - t->rcv.nxt;
    if (t->rcv.nxt - t->irs == 1 || (p->wnd_double && grown < known))
        return false;
    if (known < mss && grown >= lesser(half, mss))
        return true;
    return grown >= lesser(half, 2 * mss);
}

/* SEG.WND for RCV.WND.  Scaling rounds down, so a right edge may seem to move back by less than a
 * step; what lies between is still in RCV.WND and taken (RFC 7323 2.4). */
uint16_t tcp_window_field(const struct tcb *t, bool syn)
{
    uint32_t wnd   = t->rcv.wnd,
             known = seq_lt(t->rcv.nxt, t->rcv.edge) ? t->rcv.edge - t->rcv.nxt : 0;

    /* The receiver's side of silly windows, where the window itself has none: what was told stays.
     */
    if (t->roomy && !syn && wnd < t->rcv.buf / 4 && wnd < t->mss_out)
        wnd = known;
    return (uint16_t)lesser(wnd >> (syn ? 0 : t->rcv_scale), WND_MAX);
}

void tcp_window_told(struct tcb *t, uint16_t field, bool syn)
{
    seq edge = t->rcv.nxt + ((uint32_t)field << (syn ? 0 : t->rcv_scale));

    if (seq_lt(t->rcv.edge, edge))
        t->rcv.edge = edge;
}

/* Does the segment come after the one that told the window last?  Linux believes whatever advances
 * SND.UNA; and where both have the same numbers only a window that is larger, or zero. */
static bool newer(const struct tcb *t, const struct tcp_policy *p, const struct segment *seg,
                  uint32_t acked, uint32_t wnd)
{
    bool same = t->snd.wl1 == seg->seq;

    if (seq_lt(t->snd.wl1, seg->seq))
        return true;
    if (p->wnd_same)
        return acked || (same && (wnd > t->snd.wnd || wnd == 0));
    return same && seq_le(t->snd.wl2, seg->ack);
}

/* Check five: "if SND.UNA =< SEG.ACK =< SND.NXT, the send window should be updated", by a segment
 * that is not older than the one that did so last.  Even one that is may have acknowledged
 * something (it carries text again): what the peer offered ends where it did, although SND.UNA has
 * come nearer. */
void tcp_window_heard(struct tcb *t, const struct tcp_env *env, const struct segment *seg,
                      uint32_t acked)
{
    uint32_t wnd = seg->ctl & CTL_SYN ? seg->wnd : (uint32_t)seg->wnd << t->snd_scale;

    if (!newer(t, env->policy, seg, acked, wnd)) {
        if (wnd != t->snd.wnd)
            tcp_note(env, RULE_WND_OLD, t->snd.wl1, t->snd.wl2, 0);
        t->snd.wnd -= lesser(t->snd.wnd, acked);
        return;
    }
    if (wnd != t->snd.wnd)
        tcp_note(env, RULE_WND_UPDATE, wnd, t->snd.wnd, t->snd.una);
    t->snd.wnd     = wnd;
    t->snd.wl1     = seg->seq;
    t->snd.wl2     = seg->ack;
    t->snd.max_wnd = t->snd.max_wnd > wnd ? t->snd.max_wnd : wnd;
}
