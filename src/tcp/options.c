/* SPDX-License-Identifier: MIT
 * options.c - what two ends agree on in their SYNs, and what every segment then carries:
 * window scaling, timestamps (RFC 7323), selective acknowledgments (RFC 2018).
 *
 * An option is in use when both SYNs had it.  A SYN offers what the policy says; a SYN,ACK only
 * what was offered.
 */
#include "tcp/inside.h"

enum {
    SCALE_MAX   = 14,
    STEPS_LEAST = 2,  /* of the scaled window in the receive buffer */
    TS_BYTES    = 12, /* in a segment, padding included */
};

static const vspan TS_STALE = SEC(24 * 86400); /* RFC 7323 5.5: after that TS.Recent says nothing */

/* The smallest shift with which the field can tell the whole buffer, or what it may grow to unless
 * the user has said how large it shall be.  A step of it must be small beside the buffer, or the
 * window would be told as zero for ever. */
static uint8_t scale_for(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t buf = t->rcv.buf,
             max = buf == p->rcv_buf && buf < p->rcv_buf_max ? p->rcv_buf_max : buf;
    uint8_t s    = 0;

    while (s < SCALE_MAX && ((uint32_t)WND_MAX << s) < max && buf >> (s + 1) >= STEPS_LEAST)
        s++;
    return s;
}

uint32_t tcp_ts_at(const struct tcb *t, vtime at) { return (uint32_t)(at / 1000) + t->ts_off; }

uint32_t tcp_ts_now(const struct tcb *t, const struct tcp_env *env)
{
    return tcp_ts_at(t, env->now);
}

static void add_ts(const struct tcb *t, const struct tcp_env *env, struct segment *s)
{
    s->opt |= OPT_TS;
    s->tsval = tcp_ts_now(t, env);
    s->tsecr = s->ctl & CTL_ACK ? t->ts_recent : 0;
}

/* A SYN is going to be made, or answered.  When it has to be sent again it says the same. */
void tcp_options_offer(struct tcb *t, const struct tcp_policy *p)
{
    t->flags |= (p->wscale ? F_ASK_WS : 0u) | (p->timestamps ? F_ASK_TS : 0u)
                | (p->sack ? F_ASK_SACK : 0u) | (p->ecn == ECN_ASK ? F_ASK_ECN : 0u);
    t->rcv_scale = p->wscale ? scale_for(t, p) : 0;
}

/* Perhaps somebody on the way does not let options pass: some systems try it without. */
static void take_back(struct tcb *t, const struct tcp_env *env)
{
    const uint32_t offers = F_ASK_WS | F_ASK_TS | F_ASK_SACK;
    uint32_t       at     = env->policy->syn_plain;

    if (at == 0 || t->backoff < at || !(t->flags & offers))
        return;
    t->flags &= ~offers;
    tcp_note(env, RULE_SYN_PLAIN, t->backoff, 0, 0);
}

/* Everything that a segment carries besides its own purpose. */
void tcp_options_out(struct tcb *t, const struct tcp_env *env, struct segment *s, bool aborts)
{
    const struct tcp_policy *p     = env->policy;
    bool                     syn   = (s->ctl & CTL_SYN) != 0;
    bool                     offer = !(s->ctl & CTL_ACK); /* but for a RST only the first SYN */

    if (s->ctl & CTL_RST) { /* 5.2: of an abort; what answers a segment has what it should have */
        if (aborts && has(t, F_TS))
            add_ts(t, env, s);
        return;
    }
    if (offer)
        take_back(t, env);
    if (syn) {
        s->opt |= p->syn_mss ? OPT_MSS : 0; /* MUST-14 */
        s->mss = t->mss_in;
        if (has(t, offer ? F_ASK_WS : F_WSCALE)) {
            s->opt |= OPT_WSCALE;
            s->wscale = t->rcv_scale;
        }
        if (has(t, offer ? F_ASK_SACK : F_SACK))
            s->opt |= OPT_SACK_OK;
        s->opt |= p->opt_tight ? OPT_TIGHT : 0;
        tcp_ecn_out_syn(t, env, s);
    }
    if (has(t, offer ? F_ASK_TS : F_TS))
        add_ts(t, env, s);
    if (!syn && has(t, F_SACK))
        tcp_sack_out(t, env, s);
}

static void agree_on_scale(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    t->snd_scale = 0;
    if (!(s->opt & OPT_WSCALE) || !has(t, F_ASK_WS)) {
        t->rcv_scale = 0;
        t->rcv.wnd   = t->rcv.wnd < WND_MAX ? t->rcv.wnd : WND_MAX; /* more cannot be told */
        return;
    }
    tcp_raise(t, F_WSCALE);
    t->snd_scale = s->wscale < SCALE_MAX ? s->wscale : SCALE_MAX;
    tcp_note(env, RULE_SCALE_AGREED, t->snd_scale, t->rcv_scale, 0);
}

static void agree_on_ts(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    if (!(s->opt & OPT_TS) || !has(t, F_ASK_TS))
        return;
    tcp_raise(t, F_TS);
    t->ts_recent = s->tsval;
    t->ts_at     = env->now;
    assert(t->mss_out > TS_BYTES);
    t->mss_out = (uint16_t)(t->mss_out - TS_BYTES); /* the MSS does not count options (RFC 6691) */
    tcp_note(env, RULE_TS_AGREED, s->tsval, t->mss_out, 0);
}

/* The peer's SYN has come, and take_mss() has been done. */
void tcp_options_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    tcp_ecn_heard_syn(t, env, s);
    agree_on_scale(t, env, s);
    tcp_window_open(t);
    agree_on_ts(t, env, s);
    if ((s->opt & OPT_SACK_OK) && has(t, F_ASK_SACK)) {
        tcp_raise(t, F_SACK);
        tcp_note(env, RULE_SACK_AGREED, 0, 0, 0);
    }
}

/* RFC 7323 5.3 R1: is the segment from before what we have seen?  A RST is not asked (5.2). */
bool tcp_ts_old(const struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    return has(t, F_TS) && (s->opt & OPT_TS) && !(s->ctl & CTL_RST)
           && seq_lt(s->tsval, t->ts_recent) && env->now - t->ts_at < TS_STALE;
}

/* R3: remember the timestamp to echo: of the segment that the next ACK will be for (4.3). */
void tcp_ts_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s)
{
    if (!has(t, F_TS) || !(s->opt & OPT_TS) || seq_lt(t->last_ack, s->seq))
        return;
    if (seq_lt(s->tsval, t->ts_recent) && env->now - t->ts_at < TS_STALE)
        return;
    t->ts_recent = s->tsval;
    t->ts_at     = env->now;
}

/* Text that fills a segment from the peer: what an ACK for every second one counts by. */
uint32_t tcp_full_in(const struct tcb *t) { return t->mss_in - (has(t, F_TS) ? TS_BYTES : 0u); }

/* A buffer of whole segments wastes nothing: some systems round it up when they know their size. */
void tcp_whole_buffer(struct tcb *t, const struct tcp_env *env)
{
    uint32_t mss = t->mss_out + (has(t, F_TS) ? TS_BYTES : 0u), rest = t->rcv.buf % mss;

    if (env->policy->buf_whole && t->rcv.buf > mss && rest)
        t->rcv.buf += mss - rest;
    t->rcv.buf += tcp_slack(t);
    tcp_window_open(t);
}

uint32_t tcp_slack(const struct tcb *t)
{
    bool whole = synchronized(t) || (t->state == TCP_SYN_RECEIVED && !t->passive);

    return t->roomy && whole && has(t, F_WSCALE) ? (1u << t->rcv_scale) - 1 : 0;
}
