/* SPDX-License-Identifier: MIT
 * timeout.c - what each clock does when it runs out (RFC 9293 3.10.8, 3.8; RFC 6298). */
#include "tcp/inside.h"

/* The limits that hold now: retransmissions, and time (ms); 0 is none. */
struct limit {
    uint32_t count, ms;
};

static struct limit limit_now(const struct tcb *t, const struct tcp_policy *p)
{
    if (t->user_timeout && !p->uto_again)
        return (struct limit){ 0, t->user_timeout };
    if (has(t, F_SYN_OUT)) {
        if (t->state != TCP_SYN_SENT && p->synack_r2_count)
            return (struct limit){ p->synack_r2_count, p->syn_r2_ms };
        return (struct limit){ p->syn_r2_count + (p->syn_r2_count ? p->syn_linear : 0),
                               p->syn_r2_ms };
    }
    if (t->user_timeout) /* left() asks */
        return (struct limit){ 0, 0 };
    if ((t->option & TCPO_ORPHAN) && p->orphan_r2_count)
        return (struct limit){ p->orphan_r2_count, p->r2_ms };
    return (struct limit){ p->r2_count, p->r2_ms };
}

static uint32_t in_ms(vspan span) { return (uint32_t)(span / 1000); }

/* So long instead of `us`, up to the policy's maximum (6298 2.5); what was longer stays so. */
static uint32_t longer(uint32_t us, uint64_t wanted, const struct tcp_policy *p)
{
    uint64_t max = 1000ull * p->rto_max_ms;

    return (uint32_t)(wanted < max ? wanted : max > us ? max : us);
}

/* Twice as long as before (6298 5.5, 9293 SHLD-30). */
static uint32_t doubled(uint32_t us, const struct tcp_policy *p)
{
    uint64_t slop = 1000ull * p->rto_slop_ms;

    return longer(us, us > slop ? 2ull * us - slop : 2ull * us, p);
}

/* -- the clocks ------------------------------------------------------------------------------- */

static void two_msl(struct tcb *t, const struct tcp_env *env, vspan span)
{
    tcp_enter_closed(t, env, RULE_TIME_WAIT_END, in_ms(span), 0);
}

static void user(struct tcb *t, const struct tcp_env *env, vspan span)
{
    tcp_enter_closed(t, env, RULE_GIVE_UP_TIME, in_ms(span), SIG_USER_TIMEOUT);
}

static void fin_wait_2(struct tcb *t, const struct tcp_env *env, vspan span)
{
    tcp_enter_closed(t, env, RULE_FW2_EXPIRED, in_ms(span), 0);
}

/* Linux: how much of the user timeout is left, counted from what was first sent again.  It ends a
 * connection only when another clock runs out, which comes the sooner for that. */
static vspan left(const struct tcb *t, const struct tcp_env *env, vspan span)
{
    if (!env->policy->uto_again || t->user_timeout == 0 || t->again == VTIME_NEVER)
        return span;
    vspan rest = t->again + MSEC(t->user_timeout) - env->now;
    return rest < span ? rest : span;
}

static vspan shortened(const struct tcb *t, const struct tcp_env *env, vspan span)
{
    vspan rest = left(t, env, span), tick = MSEC(env->policy->rack_least_ms);

    return rest < tick && rest < span ? tick : rest;
}

/* Count one more without an answer; false when that was one too many. */
static bool patience(struct tcb *t, const struct tcp_env *env)
{
    struct limit limit = limit_now(t, env->policy);

    if (left(t, env, 1) <= 0) {
        tcp_enter_closed(t, env, RULE_GIVE_UP_TIME, t->user_timeout, SIG_USER_TIMEOUT);
        return false;
    }
    if (t->again == VTIME_NEVER)
        t->again = env->now;
    if (limit.count && t->backoff >= limit.count) {
        tcp_enter_closed(t, env, RULE_GIVE_UP_COUNT, t->backoff, SIG_USER_TIMEOUT);
        return false;
    }
    if (t->backoff < UINT8_MAX)
        t->backoff++;
    if (env->policy->r1_count && t->backoff >= env->policy->r1_count && !has(t, F_R1)) {
        tcp_raise(t, F_R1);
        t->signal |= SIG_TROUBLE;
        tcp_note(env, RULE_RTO_R1, t->backoff, 0, 0);
    }
    return true;
}

static void rto(struct tcb *t, const struct tcp_env *env, vspan span)
{
    if (has(t, F_ECN_WAIT)) {
        lower(t, F_ECN_WAIT);
        tcp_note(env, RULE_ECN_WAITED, in_ms(span), 0, 0);
        if (t->snd.una == t->snd.nxt)
            return;
    }
    if (!patience(t, env))
        return;
    t->rack.reorder_at = VTIME_NEVER;
    t->rack.tlp_at     = VTIME_NEVER;
    lower(t, F_TLP);
    t->rack.tlp = TLP_NONE;
    tcp_mtu_timeout(t, env);
    tcp_cc_timeout(t, env);
    if (has(t, F_SYN_OUT) && t->backoff == 1 && t->srtt == 0) /* the first of a SYN had none */
        t->rto = longer(t->rto, t->rto + 1000ull * env->policy->rto_slop_ms, env->policy);
    if (t->state != TCP_SYN_SENT || t->backoff > env->policy->syn_linear)
        t->rto = doubled(t->rto, env->policy);
    t->rtt_at = VTIME_NEVER; /* Karn: what is sent twice is not timed */
    if (has(t, F_SYN_OUT))
        tcp_raise(t, F_SYN_LATE);
    tcp_raise(t, F_RTX);
    tcp_timer_set(t, env, TIMER_RTO, shortened(t, env, t->rto));
    tcp_note(env, RULE_RTO_EXPIRED, t->snd.una, in_ms(span), in_ms(t->span[TIMER_RTO]));
}

static void persist(struct tcb *t, const struct tcp_env *env, vspan span)
{
    uint64_t next = doubled((uint32_t)span, env->policy);

    if (!patience(t, env))
        return;
    tcp_raise(t, F_PROBE);
    tcp_timer_set(t, env, TIMER_PERSIST, shortened(t, env, (vspan)next));
    tcp_note(env, RULE_PERSIST_EXPIRED, in_ms(span), in_ms(t->span[TIMER_PERSIST]), 0);
}

static void delack(struct tcb *t, const struct tcp_env *env, vspan span)
{
    tcp_raise(t, F_ACK_NOW);
    tcp_note(env, RULE_DELACK_EXPIRED, t->unacked, in_ms(span), 0);
}

/* RFC 8985 6.2 step 5: what may only have been late. */
static void late_clock(struct tcb *t, const struct tcp_env *env)
{
    if (t->rack.reorder_at <= env->now) {
        t->rack.reorder_at = VTIME_NEVER;
        tcp_note(env, RULE_RACK_EXPIRED, t->rack.rtt, 0, 0);
        tcp_cc_late(t, env);
    }
}

/* 7.2, 7.3: the probe stands in for the RTO that would be due at the same time. */
static void probe_clock(struct tcb *t, const struct tcp_env *env)
{
    if (t->rack.tlp_at > env->now)
        return;
    t->rack.tlp_at = VTIME_NEVER;
    tcp_raise(t, F_TLP);
    tcp_timer_set(t, env, TIMER_RTO, t->rto);
    tcp_note(env, RULE_TLP_EXPIRED, (uint32_t)((env->now - t->sent_at) / 1000), 0, 0);
}

static void sws(struct tcb *t, const struct tcp_env *env, vspan span)
{
    tcp_raise(t, F_OVERRIDE);
    if (env->policy->more_ack) /* Linux tcp_write_wakeup */
        t->snd.psh = t->snd.end;
    tcp_note(env, RULE_SWS_EXPIRED, tcp_window_unsent(t), in_ms(span), 0);
}

/* With a user timeout of its own a connection of Linux has as many probes as that has time for. */
static bool silent_for_too_long(const struct tcb *t, const struct tcp_env *env, vspan quiet)
{
    uint32_t count = t->keep_count ? t->keep_count : env->policy->keep_count;

    if (env->policy->uto_again && t->user_timeout)
        return t->probes > 0 && quiet >= MSEC(t->user_timeout);
    return t->probes >= count;
}

/* Systems say to the peer, should it come back one day, that there is nothing any more. */
static void keep_dead(struct tcb *t, const struct tcp_env *env)
{
    struct segment rst = { .seq = t->snd.nxt, .ack = t->rcv.nxt, .ctl = CTL_RST | CTL_ACK };

    tcp_enter_closed(t, env, RULE_KEEP_DEAD, t->probes, SIG_USER_TIMEOUT);
    if (env->policy->keep_rst)
        tcp_owe(t, &rst, RULE_SEND_ABORT);
}

/* Only silence is asked about: while something is in flight, the retransmission timer asks. */
static void keepalive(struct tcb *t, const struct tcp_env *env, vspan span)
{
    uint32_t idle  = t->keep_idle ? t->keep_idle : env->policy->keep_idle_ms;
    uint32_t intvl = t->keep_intvl ? t->keep_intvl : env->policy->keep_intvl_ms;
    vspan    quiet = t->heard == VTIME_NEVER ? span : env->now - t->heard;

    if (t->snd.una != t->snd.nxt || tcp_window_unsent(t)) {
        tcp_timer_set(t, env, TIMER_KEEPALIVE, MSEC(idle));
    } else if (t->probes == 0 && quiet < MSEC(idle)) {
        tcp_timer_set(t, env, TIMER_KEEPALIVE, MSEC(idle) - quiet);
    } else if (silent_for_too_long(t, env, quiet)) {
        keep_dead(t, env);
    } else {
        t->probes++;
        tcp_raise(t, F_KEEP);
        tcp_timer_set(t, env, TIMER_KEEPALIVE, MSEC(intvl));
        tcp_note(env, RULE_KEEP_EXPIRED, in_ms(quiet), t->probes, 0);
    }
}

void tcp_timeout(struct tcb *t, const struct tcp_env *env)
{
    static const struct {
        enum tcp_timer id;
        void (*expire)(struct tcb *t, const struct tcp_env *env, vspan span);
    } clock[] = {
        /* endings first: who is gone has nothing to repeat */
        { TIMER_2MSL, two_msl }, { TIMER_USER, user },           { TIMER_FIN_WAIT_2, fin_wait_2 },
        { TIMER_RTO, rto },      { TIMER_PERSIST, persist },     { TIMER_DELACK, delack },
        { TIMER_SWS, sws },      { TIMER_KEEPALIVE, keepalive },
    };

    probe_clock(t, env);
    for (size_t i = 0; i < sizeof clock / sizeof clock[0]; i++)
        if (t->timer[clock[i].id] <= env->now) {
            vspan span = t->span[clock[i].id];
            tcp_timer_stop(t, clock[i].id);
            clock[i].expire(t, env, span);
        }
    late_clock(t, env);
    tcp_settle(t, env);
    tcp_checked(t);
}

vtime tcp_deadline(const struct tcb *t)
{
    vtime first = t->rack.reorder_at < t->rack.tlp_at ? t->rack.reorder_at : t->rack.tlp_at;

    for (int i = 0; i < TIMER_COUNT; i++)
        if (t->timer[i] < first)
            first = t->timer[i];
    return first;
}

/* -- what follows from the state of things --------------------------------------------------- */

static void settle_persist(struct tcb *t, const struct tcp_env *env, enum rule why)
{
    bool stuck = why == RULE_WAIT_WINDOW && t->snd.wnd == 0 && t->snd.una == t->snd.nxt;

    if (!stuck) {
        if (timing(t, TIMER_PERSIST)) {
            tcp_timer_stop(t, TIMER_PERSIST);
            t->backoff = 0;
            if (t->snd.una == t->snd.nxt)
                t->stalled = t->again = VTIME_NEVER;
        }
        lower(t, F_PROBE);
    } else if (!timing(t, TIMER_PERSIST)) {
        tcp_timer_set(t, env, TIMER_PERSIST, t->rto); /* SHLD-29: the first probe after an RTO */
        t->backoff = 0;
        t->stalled = env->now;
    }
}

static void settle_sws(struct tcb *t, const struct tcp_env *env, enum rule why)
{
    vspan wait = MSEC(OVERRIDE_SWS);

    if ((why != RULE_WAIT_SWS && why != RULE_WAIT_CORK)
        || (env->policy->more_ack && t->snd.una != t->snd.nxt)) { /* an ACK will come */
        tcp_timer_stop(t, TIMER_SWS);
        return;
    }
    if (env->policy->more_ack && t->rto > wait)
        wait = t->rto;
    if (!timing(t, TIMER_SWS))
        tcp_timer_set(t, env, TIMER_SWS, wait);
}

/* One clock of Linux is both of these. */
void tcp_probe_again(struct tcb *t, const struct tcp_env *env)
{
    if (timing(t, TIMER_PERSIST))
        tcp_timer_set(t, env, TIMER_PERSIST, t->span[TIMER_PERSIST]);
    if (timing(t, TIMER_SWS))
        tcp_timer_set(t, env, TIMER_SWS, t->span[TIMER_SWS]);
}

/* R2 by time, or the user's own timeout: both count from when nothing more was acknowledged. */
static void settle_user(struct tcb *t, const struct tcp_env *env)
{
    struct limit limit = { 0, 0 };
    vtime        at;

    if (t->stalled != VTIME_NEVER)
        limit = limit_now(t, env->policy);
    if (limit.ms == 0) {
        tcp_timer_stop(t, TIMER_USER);
        return;
    }
    at = t->stalled + MSEC(limit.ms);
    if (t->timer[TIMER_USER] != at) {
        t->timer[TIMER_USER] = at;
        t->span[TIMER_USER]  = MSEC(limit.ms);
    }
}

/* Why what is queued waits, if it does so for something that no ACK brings.  A full segment waits
 * for the congestion window at most. */
static enum rule waits(const struct tcb *t, const struct tcp_env *env)
{
    if (tcp_window_unsent(t) >= t->mss_out && tcp_window_usable(t) >= t->mss_out)
        return RULE_COUNT;
    return tcp_plan(t, env).rule;
}

void tcp_settle(struct tcb *t, const struct tcp_env *env)
{
    if (t->state <= TCP_LISTEN || t->state == TCP_TIME_WAIT)
        return;
    enum rule why = waits(t, env);
    settle_persist(t, env, why);
    settle_sws(t, env, why);
    settle_user(t, env);
    if (t->rack.tlp_at != VTIME_NEVER)
        tcp_tlp_settle(t, env);
    if (t->flight == 0) {
        t->rack.reorder_at = VTIME_NEVER;
        lower(t, F_TLP);
    }
}
