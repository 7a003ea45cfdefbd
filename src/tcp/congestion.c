/* SPDX-License-Identifier: MIT
 * congestion.c - how much may be on its way: slow start, avoidance, fast retransmit and recovery
 * (RFC 5681, 6582, 6675, 6937, 3042, 6928).
 *
 *                   three duplicates, or SACK says lost
 *          OPEN  ------------------------------------------>  RECOVERY
 *           ^ ^                                               |   |
 *           | '------------ SND.UNA reaches `recover` --------'   | RTO
 *           '-------------- SND.UNA reaches `recover` ------ LOSS <
 *
 * cwnd 0 means that the policy has no congestion control.  All sums are bytes.
 */
#include "tcp/inside.h"

enum { DUP_THRESH = 3, CC_CUBIC = 2 /* policy cc */ };

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* RFC 5681 3.1, or a number of segments (RFC 6928). */
static uint32_t initial(const struct tcb *t, const struct tcp_policy *p)
{
    uint32_t mss = t->mss_out;

    if (has(t, F_SYN_LATE)) /* 5681 3.1: a SYN that was lost counts as a loss */
        return mss;
    if (p->iw) /* not more than 14600 bytes of ten: a segment has 1460 at most (6928 2) */
        return p->iw * mss;
    return lesser(4 * mss, larger(2 * mss, 4380));
}

void tcp_cc_init(struct tcb *t, const struct tcp_env *env)
{
    if (env->policy->cc == 0)
        return;
    if (env->policy->iw_once && t->retrans < 2)
        lower(t, F_SYN_LATE);
    t->cc.cwnd     = initial(t, env->policy);
    t->cc.ssthresh = UINT32_MAX;
    t->cc.recover  = t->snd.una - 1;
    t->cc.phase    = CC_OPEN;
    t->cc.ecn_end  = t->snd.una;
    tcp_cubic_init(t);
    tcp_rack_init(t);
}

/* How much the window leaves for new or lost segments; a part of a segment is not worth while. */
uint32_t tcp_cc_room(const struct tcb *t)
{
    uint32_t cwnd = t->cc.cwnd, pipe = tcp_pipe(t);

    if (cwnd == 0)
        return UINT32_MAX;
    if (t->cc.phase == CC_OPEN && !has(t, F_SACK)) /* RFC 3042: the first two duplicates */
        cwnd += lesser(t->cc.dupacks, 2) * t->mss_out;
    if (cwnd <= pipe)
        return 0;
    return cwnd - pipe < t->mss_out && pipe > 0 ? 0 : cwnd - pipe;
}

/* -- growing ---------------------------------------------------------------------------- */

/* Text has left: how far is the window used?  The most of each window is what counts. */
void tcp_cc_sent(struct tcb *t)
{
    uint32_t out;
    bool     full = tcp_pipe(t) + t->mss_out > t->cc.cwnd;

    if (t->cc.cwnd == 0)
        return;
    out = (t->snd.nxt - t->snd.una + t->mss_out - 1) / t->mss_out;
    if (seq_le(t->cc.used_end, t->snd.una) || full || (!t->cc.used_up && out > t->cc.max_out)) {
        t->cc.used_up  = full;
        t->cc.max_out  = (uint16_t)lesser(out, UINT16_MAX);
        t->cc.used_end = t->snd.nxt;
    }
}

/* That a window is large proves nothing when it was not the window that limited us. */
static bool used(const struct tcb *t, const struct tcp_policy *p, uint32_t before)
{
    uint32_t cwnd = t->cc.cwnd;

    if (!p->cwnd_used)
        return before + t->mss_out >= cwnd;
    return t->cc.used_up
           || (cwnd < t->cc.ssthresh && cwnd < 2 * (uint64_t)t->cc.max_out * t->mss_out);
}

/* Bytes that an ACK adds in slow start. */
static uint32_t slow_start(struct tcb *t, const struct tcp_env *env, uint32_t acked, uint32_t rtt)
{
    uint32_t mss = t->mss_out, whole = (acked + mss - 1) / mss * mss;

    if (env->policy->hystart && t->cc.ssthresh == UINT32_MAX)
        return tcp_hystart_growth(t, env, env->policy->ss_acked ? whole : acked, rtt);
    return env->policy->ss_acked ? lesser(whole, t->cc.ssthresh - t->cc.cwnd) : lesser(acked, mss);
}

static void grow(struct tcb *t, const struct tcp_env *env, uint32_t acked, uint32_t before,
                 uint32_t rtt)
{
    uint32_t mss = t->mss_out, cwnd = t->cc.cwnd;

    if (!used(t, env->policy, before))
        return;
    if (cwnd < t->cc.ssthresh) {
        t->cc.cwnd += slow_start(t, env, acked, rtt);
        tcp_note(env, RULE_CC_SLOW_START, t->cc.cwnd, cwnd, 0);
        return;
    }
    if (env->policy->cc == CC_CUBIC) {
        tcp_cubic_grow(t, env, acked);
        return;
    }
    t->cc.credit += acked;
    if (t->cc.credit >= cwnd) {
        t->cc.credit -= cwnd;
        t->cc.cwnd += mss;
        tcp_note(env, RULE_CC_AVOIDANCE, t->cc.cwnd, cwnd, 0);
    }
}

/* -- losing ------------------------------------------------------------------------------ */

/* What a sign of congestion leaves: half of what is in flight, or by CUBIC seven tenths.  With SACK
 * more than cwnd may be between SND.UNA and SND.NXT, when most of it has arrived: that does not
 * count. */
static uint32_t reduced(struct tcb *t, const struct tcp_env *env)
{
    uint32_t of = lesser(t->snd.nxt - t->snd.una, t->cc.cwnd);

    if (env->policy->cc == CC_CUBIC)
        return tcp_cubic_reduced(t, env->policy);
    if (env->policy->loss_cwnd)
        of = t->cc.cwnd;
    return larger(of / 2, 2u * t->mss_out);
}

/* RFC 3168 6.1.2: whatever the window is reduced for, the peer is told that it has been; and marks
 * of this window tell nothing new. */
static void say_reduced(struct tcb *t)
{
    t->cc.ecn_end = t->snd.nxt + 1; /* the next segment has the CWR */
    t->cc.marked  = 0;
    if (has(t, F_ECN))
        tcp_raise(t, F_CWR);
}

/* What has been reported beyond the segments that are judged: bytes, and ranges apart from each
 * other. */
static uint32_t beyond(const struct tcb *t, const struct tcp_env *env, uint32_t *apart)
{
    const struct tcp_node *node  = env->pool.node;
    uint32_t               above = 0;
    bool                   was   = false;

    *apart = 0;
    for (uint32_t i = t->walk.judged ? t->walk.judged : t->flight; i; i = node[i].next) {
        bool is = (node[i].flags & NODE_SACKED) != 0;

        above += is ? node[i].hi - node[i].lo : 0;
        *apart += is && !was;
        was = is;
        if (i == t->walk.top)
            break;
    }
    return above;
}

/* RFC 6675 4 IsLost: three segments' worth beyond it has arrived, or three ranges.  Marks what is
 * newly lost. */
static void find_lost(struct tcb *t, const struct tcp_env *env)
{
    uint32_t above, apart, i;
    bool     was = false;

    if (tcp_rack_on(t, env)) {
        tcp_rack_detect(t, env);
        return;
    }
    if (t->cc.sacked == 0)
        return;
    above = beyond(t, env, &apart);
    for (i = t->walk.judged ? t->walk.judged : t->flight; i; i = env->pool.node[i].next) {
        struct tcp_node *n = &env->pool.node[i];

        if (n->flags & NODE_SACKED) {
            above -= n->hi - n->lo;
            apart -= !was;
            was = true;
            continue;
        }
        was = false;
        if (above <= (DUP_THRESH - 1) * (uint32_t)t->mss_out && apart < DUP_THRESH)
            break;
        if (!(n->flags & NODE_LOST)) {
            tcp_flight_mark(t, env, n, NODE_LOST, 0);
            tcp_note(env, RULE_SACK_LOST, n->lo, n->hi, above);
        }
    }
    t->walk.judged = i ? i : t->flight_last;
}

/* Bytes counted towards the next segment of the window are of the window that was: the same part of
 * the one that will be. */
static uint32_t kept(const struct tcb *t, const struct tcp_env *env)
{
    if (!env->policy->count_on)
        return 0;
    return (uint32_t)((uint64_t)t->cc.credit * t->cc.ssthresh / larger(t->cc.cwnd, 1));
}

/* RFC 3168 6.1.2: "reduced only once in response to a series of dropped and/or CE packets from a
 * single window of data". */
static bool same_window(const struct tcb *t)
{
    return t->cc.marked && seq_lt(t->snd.una, t->cc.ecn_end - 1);
}

static void enter_recovery(struct tcb *t, const struct tcp_env *env, uint32_t delivered)
{
    tcp_undo_begin(t, env);
    if (!same_window(t)) {
        say_reduced(t);
        t->cc.ssthresh = reduced(t, env);
        t->cc.credit   = kept(t, env);
    }
    t->rack.tlp   = TLP_NONE;
    t->cc.phase   = CC_RECOVERY;
    t->cc.recover = t->snd.nxt;
    tcp_note(env, RULE_CC_RECOVERY, t->cc.recover, t->cc.ssthresh, t->cc.cwnd);
    if (has(t, F_SACK)) {
        /* what had arrived before does not arrive now (RFC 9937, RecoverFS) */
        t->cc.prr_from      = t->snd.nxt - t->snd.una - t->cc.sacked + delivered;
        t->walk.rescue      = t->flight ? env->pool.node[t->flight].hi : t->snd.una;
        t->cc.prr_delivered = 0;
        t->cc.prr_out       = 0;
    } else {
        t->cc.cwnd = t->cc.ssthresh + DUP_THRESH * t->mss_out;
        tcp_raise(t, F_RTX); /* the first retransmission asks nobody's leave */
    }
}

/* Proportional rate reduction, RFC 6937: as much leaves as has arrived, scaled so that it ends at
 * ssthresh.  Below that a segment more than has arrived only when all goes well: SND.UNA advances
 * and nothing else is found lost (RFC 9937, the heuristic SafeACK). */
static void proportional(struct tcb *t, uint32_t delivered, bool safe)
{
    uint32_t pipe = tcp_pipe(t), mss = t->mss_out, send;

    t->cc.prr_delivered += delivered;
    if (pipe > t->cc.ssthresh) {
        uint64_t share = ((uint64_t)t->cc.prr_delivered * t->cc.ssthresh + t->cc.prr_from - 1)
                         / larger(t->cc.prr_from, 1);
        send = share > t->cc.prr_out ? (uint32_t)share - t->cc.prr_out : 0;
    } else {
        uint32_t owed =
            t->cc.prr_delivered > t->cc.prr_out ? t->cc.prr_delivered - t->cc.prr_out : 0;
        send = lesser(t->cc.ssthresh - pipe, larger(owed, delivered) + (safe ? mss : 0));
    }
    if (t->cc.prr_out == 0) /* recovery begins with a segment, whatever has arrived */
        send = larger(send, mss);
    t->cc.cwnd = larger(pipe + send, 1);
}

static void leave_recovery(struct tcb *t, const struct tcp_env *env)
{
    uint32_t flight = t->snd.nxt - t->snd.una, mss = t->mss_out;

    /* 6582 3.2 step 3: no burst when little is left in flight */
    if (t->cc.phase == CC_RECOVERY)
        t->cc.cwnd =
            has(t, F_SACK) ? t->cc.ssthresh : lesser(t->cc.ssthresh, larger(flight, mss) + mss);
    t->cc.phase   = CC_OPEN;
    t->cc.dupacks = 0;
    tcp_rack_recovered(t);
    tcp_note(env, RULE_CC_RECOVERED, t->cc.recover, t->cc.cwnd, 0);
}

/* What SND.UNA waits for is lost, "whether or not the SACKed bit is on" (2018 8): a receiver that
 * has it and does not acknowledge it has thrown it away again. */
static void mark_head(struct tcb *t, const struct tcp_env *env)
{
    if (t->flight)
        tcp_flight_mark(t, env, &env->pool.node[t->flight], NODE_LOST, NODE_AGAIN | NODE_SACKED);
}

/* RFC 6582: without SACK a duplicate says only that something has left the network. */
static void in_recovery_blind(struct tcb *t, const struct tcp_env *env, uint32_t acked, bool dup)
{
    uint32_t mss = t->mss_out;

    if (dup) {
        t->cc.cwnd += mss;
    } else if (acked) { /* a partial acknowledgment: the next hole begins at SND.UNA */
        t->cc.cwnd =
            larger(t->cc.cwnd > acked ? t->cc.cwnd - acked : 0, mss) + (acked >= mss ? mss : 0);
        mark_head(t, env);
        tcp_raise(t, F_RTX);
        tcp_note(env, RULE_CC_PARTIAL, t->snd.una, t->cc.recover, t->cc.cwnd);
    }
}

static void while_open(struct tcb *t, const struct tcp_env *env, const struct heard *h)
{
    bool sack = has(t, F_SACK);

    /* what duplicates have told before is no news to slow start when the gap is filled */
    uint32_t news = h->delivered, told = t->cc.dupacks * t->mss_out;
    if (!sack)
        news = larger(h->acked > told ? h->acked - told : 0, t->mss_out);
    if (h->dup) {
        t->cc.dupacks++;
        tcp_note(env, RULE_CC_DUPLICATE, t->snd.una, t->cc.dupacks, 0);
    } else if (h->acked) {
        t->cc.dupacks = 0;
    }
    if (sack)
        find_lost(t, env);
    if (sack && t->cc.lost) { /* without SACK nobody says what is lost */
        enter_recovery(t, env, h->delivered);
        proportional(t, h->delivered, false);
        return;
    }
    /* 6582 3.2 step 2: not for duplicates of what was sent again after a timeout */
    if (h->dup && t->cc.dupacks == DUP_THRESH && !tcp_rack_on(t, env)
        && (sack || seq_lt(t->cc.recover, t->snd.una))) {
        mark_head(t, env);
        enter_recovery(t, env, h->delivered);
        if (sack)
            proportional(t, h->delivered, false);
        return;
    }
    if (h->acked && !h->ece) /* 3168 6.1.2 */
        grow(t, env, env->policy->ss_acked ? news : h->acked, h->pipe, h->rtt);
}

/* -- timeouts ------------------------------------------------------------------------------ */

/* Everything that was in flight at the timeout, and has not been reported. */
void tcp_cc_all_lost(struct tcb *t, const struct tcp_env *env, bool again)
{
    for (uint32_t i = t->flight; i; i = env->pool.node[i].next) {
        struct tcp_node *n = &env->pool.node[i];
        if (seq_le(t->cc.recover, n->lo))
            break;
        if (again && n->lo != t->snd.una && tcp_rack_on(t, env) && !tcp_rack_overdue(t, env, n))
            continue;
        if (!(n->flags & (again ? NODE_SACKED : NODE_SACKED | NODE_LOST)))
            tcp_flight_mark(t, env, n, NODE_LOST, again ? NODE_AGAIN : 0);
    }
}

/* -- what an ACK says -------------------------------------------------------------------- */

void tcp_cc_heard(struct tcb *t, const struct tcp_env *env, const struct heard *h)
{
    if (t->cc.cwnd == 0 || has(t, F_SYN_OUT))
        return;
    if (t->cc.phase != CC_OPEN && seq_le(t->cc.recover, t->snd.una)) {
        bool loss = t->cc.phase == CC_LOSS;
        if (loss && t->cc.frto == 2) { /* 5682 3b: that was not sent again either */
            tcp_frto_heard(t, env, h);
            return;
        }
        t->cc.frto = 0;
        leave_recovery(t, env);
        if ((loss || has(t, F_SACK)) && !h->ece) /* it acknowledges text like any other */
            grow(t, env, has(t, F_SACK) ? h->delivered : h->acked, h->pipe, h->rtt);
        return;
    }
    switch ((enum cc_phase)t->cc.phase) {
    case CC_OPEN: while_open(t, env, h); break;
    case CC_RECOVERY:
        if (has(t, F_SACK)) {
            uint32_t lost = t->cc.lost;
            find_lost(t, env);
            proportional(t, h->delivered, h->acked && t->cc.lost <= lost);
        } else {
            in_recovery_blind(t, env, h->acked, h->dup);
        }
        break;
    case CC_LOSS:
        if (t->cc.frto) {
            tcp_frto_heard(t, env, h);
            break;
        }
        if (has(t, F_SACK) && tcp_rack_on(t, env))
            tcp_rack_detect(t, env); /* what was sent again may be lost again */
        if (h->acked && !h->ece && t->cc.cwnd < t->cc.ssthresh) {
            uint32_t was = t->cc.cwnd;
            t->cc.cwnd += lesser(h->acked, t->mss_out);
            tcp_note(env, RULE_CC_SLOW_START, t->cc.cwnd, was, 0);
        } else if (h->acked && !h->ece) { /* 5681 3.1: then congestion avoidance takes over */
            grow(t, env, has(t, F_SACK) ? h->delivered : h->acked, h->pipe, h->rtt);
        }
        break;
    }
}

/* RFC 5681 3.1, 6298 5.4: after a timeout everything in flight is taken for lost, and we begin with
 * one segment. */
void tcp_cc_timeout(struct tcb *t, const struct tcp_env *env)
{
    bool doubtful;

    if (t->cc.cwnd == 0 || has(t, F_SYN_OUT))
        return;
    doubtful = tcp_frto_begin(t, env);
    if (t->backoff <= 1 && t->cc.phase == CC_OPEN)
        tcp_undo_begin(t, env);
    /* once for a loss, not for each timeout of the same segment (5681 3.1), nor again for a
     * recovery that fails: of the window that it found, what remains has been set already */
    if (t->backoff <= 1 && t->cc.phase != CC_RECOVERY && !same_window(t))
        t->cc.ssthresh = reduced(t, env);
    say_reduced(t);
    tcp_cubic_forget(t);
    t->cc.cwnd    = t->mss_out;
    t->cc.phase   = CC_LOSS;
    t->cc.recover = t->snd.nxt;
    t->cc.dupacks = 0;
    t->cc.credit  = 0;
    mark_head(t, env);
    if (!doubtful)
        tcp_cc_all_lost(t, env, true);
    tcp_note(env, RULE_CC_LOSS, t->cc.ssthresh, t->cc.cwnd, t->cc.lost);
}

/* RFC 5681 4.1: after an RTO of silence the window says nothing any more. */
void tcp_cc_idle(struct tcb *t, const struct tcp_env *env)
{
    uint32_t restart;

    if (t->snd.una == t->snd.nxt)
        tcp_cubic_idle(t, env);
    if (t->cc.cwnd == 0 || t->snd.una != t->snd.nxt || env->now - t->sent_at <= (vspan)t->rto
        || !env->policy->idle_restart)
        return;
    restart = initial(t, env->policy);
    if (restart >= t->cc.cwnd)
        return;
    tcp_note(env, RULE_CC_IDLE, restart, t->cc.cwnd, (uint32_t)((env->now - t->sent_at) / 1000));
    t->cc.cwnd = restart;
}

/* RFC 3168 6.1.2: a window of one segment cannot be halved.  Instead the timer begins anew, and
 * "the sending TCP will then be able to send a new packet only when the retransmit timer expires".
 */
static void wait_instead(struct tcb *t, const struct tcp_env *env)
{
    tcp_raise(t, F_ECN_WAIT);
    tcp_timer_set(t, env, TIMER_RTO, t->rto);
    tcp_note(env, RULE_ECN_WAIT, t->cc.cwnd, t->rto / 1000, 0);
}

/* RFC 3168 6.1.2: an ECE is a sign of congestion like a loss, but nothing has to be sent again.
 * Once a window: an ACK of all that was in flight then has left the peer before the CWR came, which
 * goes with the next segment. */
void tcp_cc_ecn(struct tcb *t, const struct tcp_env *env)
{
    if (t->cc.cwnd == 0 || t->cc.phase != CC_OPEN || seq_lt(t->snd.una, t->cc.ecn_end))
        return;
    if (env->policy->ecn_wait && t->cc.cwnd <= t->mss_out)
        wait_instead(t, env);
    t->cc.ssthresh = reduced(t, env);
    t->cc.cwnd     = lesser(t->cc.cwnd, t->cc.ssthresh); /* which may be larger: two segments */
    t->cc.credit   = 0;
    say_reduced(t);
    t->cc.marked = 1;
    tcp_note(env, RULE_ECN_REDUCED, t->cc.cwnd, t->snd.nxt, 0);
}

/* RFC 8985 6.2 step 5: the reordering window has passed for something. */
void tcp_cc_late(struct tcb *t, const struct tcp_env *env)
{
    tcp_rack_detect(t, env);
    if (t->cc.phase == CC_OPEN && t->cc.lost) {
        enter_recovery(t, env, 0);
        proportional(t, 0, false);
    }
}

/* RFC 8985 7.4.2: a probe has repaired a loss before anybody noticed; it counts as one. */
void tcp_cc_tail_lost(struct tcb *t, const struct tcp_env *env)
{
    if (t->cc.phase != CC_OPEN)
        return;
    say_reduced(t);
    t->cc.ssthresh = reduced(t, env);
    t->cc.cwnd     = lesser(t->cc.cwnd, t->cc.ssthresh);
    t->cc.credit   = 0;
    tcp_note(env, RULE_TLP_REPAIRED, t->rack.tlp_end, t->cc.cwnd, 0);
}
