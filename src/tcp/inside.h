/* SPDX-License-Identifier: MIT
 * inside.h - how the parts of the engine call each other.  Not for other modules.
 *
 *      user.c      3.10.1-6     OPEN SEND RECEIVE CLOSE ABORT STATUS
 *      early.c     3.10.7.1-3   segments for CLOSED, LISTEN, SYN_SENT
 *      arrives.c   3.10.7.4     the eight checks; arrives_text.c has the last two
 *      edge.c predict.c         what systems take besides, or without asking
 *      timeout.c   3.10.8       what each clock does when it runs out
 *      output.c                 which segment leaves next, and why
 *      visit.c                  the ways out of a check; moving, flushing
 *      flight.c reasm.c         segments in flight; text beyond a gap
 *      rtt.c window.c           RFC 6298; the windows of both directions
 *      options.c sack.c ecn.c   what SYNs agree on and segments carry
 *      burst.c                  PSH where bursts leave in chunks
 *      record.c                 where records end that no segment joins
 *      congestion.c cubic.c     how much may be on its way
 *      rack.c                   loss by time; tail loss probes
 *      frto.c                   a timeout that was none
 *      undo.c                   a loss that was none
 *      timewait.c rest.c        what is kept of a connection that waits, or rests
 */
#ifndef FW_TCP_INSIDE_H
#define FW_TCP_INSIDE_H

#include "tcp/tcp.h"

#include <assert.h>

/* tcb.flags: each a bit of its own. */
enum flag {
    F_REPLY      = 1 << 0,  /* t->reply is to be sent */
    F_ACK_NOW    = 1 << 1,  /* an ACK is owed, without delay */
    F_CLOSE      = 1 << 2,  /* the user has called CLOSE: the number snd.end is our FIN's */
    F_SYN_OWED   = 1 << 3,  /* the SYN (or SYN,ACK) has to be sent (again, with an ACK) */
    F_SYN_OUT    = 1 << 4,  /* our SYN is not yet acknowledged */
    F_SYN_LATE   = 1 << 5,  /* our SYN had to be retransmitted (RFC 6298 5.7) */
    F_FIN_IN     = 1 << 6,  /* the peer's FIN has been reached and RCV.NXT counts it */
    F_OLD_CAME   = 1 << 7,  /* text or a FIN has come once more, or beyond a gap */
    F_URGENT     = 1 << 8,  /* the user has been told of the urgent data up to rcv.up */
    F_RTX        = 1 << 9,  /* the segment at SND.UNA is to be sent again */
    F_PROBE      = 1 << 10, /* a zero-window probe is due */
    F_KEEP       = 1 << 11, /* a keep-alive is due */
    F_OVERRIDE   = 1 << 12, /* the silly-window override has expired: send what can be sent */
    F_MORE       = 1 << 13, /* the user has promised more text: a part of a segment waits */
    F_TLP        = 1 << 14, /* a tail loss probe is due */
    F_UNDO       = 1 << 15, /* what is sent again is counted, should it have been in vain */
    F_R1         = 1 << 16, /* the user has been told of trouble */
    F_PIECE_PSH  = 1 << 17, /* the piece of a burst that is leaving ends with PSH */
    F_PIECE_OPEN = 1 << 18, /* and is still being written */
    F_ECE        = 1 << 19, /* congestion was experienced: echo it */
    F_CWR        = 1 << 20, /* the window has been reduced: say so once */
    F_NO_ECT     = 1 << 21, /* no segment may say that routers may mark it */
    /* what was agreed: window scaling, timestamps, selective acknowledgments, congestion
     * notification */
    F_WSCALE = 1 << 22,
    F_TS     = 1 << 23,
    F_SACK   = 1 << 24,
    F_ECN    = 1 << 25,
    /* what our SYN offers: the answer is to that, whatever the policy says when it comes */
    F_ASK_WS   = 1 << 26,
    F_ASK_TS   = 1 << 27,
    F_ASK_SACK = 1 << 28,
    F_ASK_ECN  = 1 << 29,
    F_ECN_WAIT = 1 << 30, /* nothing new leaves until the retransmission timer has run out */
};

enum { ECN_ASK = 1 }; /* knob ecn: our SYN asks for it */

/* tcp_node.flags */
enum node_flag {
    NODE_FIN    = 0x01, /* the last number of the range is a FIN's */
    NODE_SYN    = 0x02, /* the first number of the range is a SYN's */
    NODE_PSH    = 0x04, /* it carried PSH */
    NODE_SACKED = 0x08, /* the peer says that it has it */
    NODE_LOST   = 0x10, /* taken for lost, */
    NODE_AGAIN  = 0x20, /* and sent again since */
    NODE_RECORD = 0x40, /* a record ends with it: nothing is put behind it */
};

enum {
    OVERRIDE_SWS = 200,   /* ms; 9293 3.8.6.2.1 says 0.1 to 1.0 s */
    WND_MAX      = 65535, /* of the field in a segment */
    MSS_LEAST    = 48,    /* a peer that asks for less text in a segment does not get its way */
};

static inline bool has(const struct tcb *t, enum flag f) { return (t->flags & (uint32_t)f) != 0; }
static inline void tcp_raise(struct tcb *t, enum flag f) { t->flags |= (uint32_t)f; }
static inline void lower(struct tcb *t, enum flag f) { t->flags &= ~(uint32_t)f; }

/* Can text still come?  Not before the connection is established, nor after the peer's FIN. */
static inline bool tcp_receiving(const struct tcb *t)
{
    return t->state == TCP_ESTABLISHED || t->state == TCP_FIN_WAIT_1 || t->state == TCP_FIN_WAIT_2;
}

static inline bool synchronized(const struct tcb *t) { return t->state >= TCP_ESTABLISHED; }
static inline bool timing(const struct tcb *t, enum tcp_timer id)
{
    return t->timer[id] != VTIME_NEVER;
}

/* As in rule_table, where the compiler sees it: what is asserted of a rule that is named costs
 * nothing. */
static const uint8_t outcome_of[RULE_COUNT] = {
#define RULE(id, slug, rfc, outcome, text) outcome,
#include "tcp/rule.def"
#undef RULE
};

/* -- visit.c --------------------------------------------------------------------------- */

/* One segment's visit to one connection.  What lies outside the window, or has been counted
 * before, is trimmed off the copy here, never off the segment. */
struct visit {
    struct tcb           *t;
    const struct tcp_env *env;
    const struct segment *seg;
    struct tcp_take      *take;
    seq                   at;  /* number of the first byte of text that is left */
    uint32_t              len; /* of it */
    bool                  syn, fin;
    bool                  shut;  /* the window is zero: nothing of it is taken */
    bool                  old;   /* what it carries has come before, */
    struct sack_block     again; /* and is this */
    bool quick; /* its ACK goes at once only because the connection is young (quickack) */
};

/* The ways out of a check.  Each asserts that the table gives the rule that outcome; what happens
 * at every segment looks itself whether anybody listens. */
static inline bool visit_go(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c)
{ /* next check */
    assert(outcome_of[rule] == GO);
    if (v->env->trace)
        trace_step(v->env->trace, rule, a, b, c);
    return true;
}

static inline bool visit_drop(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c)
{ /* silently */
    assert(outcome_of[rule] == DROP);
    trace_step(v->env->trace, rule, a, b, c);
    return false;
}

bool visit_answer(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c,
                  const struct segment *with, enum rule why); /* done, a reply is owed */
bool visit_unacceptable(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c);
bool tcp_may_answer(struct tcb *t, const struct tcp_env *env); /* 5961 7; counts it */
bool visit_challenge(struct visit *v, enum rule rule, uint32_t a, uint32_t b, uint32_t c);
static inline bool tcp_note(const struct tcp_env *env, enum rule rule, uint32_t a, uint32_t b,
                            uint32_t c)
{
    assert(outcome_of[rule] == NOTE);
    if (env->trace)
        trace_step(env->trace, rule, a, b, c);
    return true;
}

void tcp_move(struct tcb *t, const struct tcp_env *env, enum rule rule, uint32_t a,
              enum tcp_state to);

/* Owe this segment; it will leave under the rule `why`. */
void tcp_owe(struct tcb *t, const struct segment *s, enum rule why);

struct segment tcp_bare_ack(const struct tcb *t);       /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
struct segment tcp_reset_for(const struct segment *seg, /* 3.10.7.1: what its sender must believe */
                             const struct tcp_policy *p);

/* Stop every timer, give every node back, forget what was owed.  The connection itself stays. */
void tcp_flush(struct tcb *t, const struct tcp_env *env);
void tcp_enter_closed(struct tcb *t, const struct tcp_env *env, enum rule rule, uint32_t a,
                      enum tcp_signal signal);
void tcp_enter_established(struct tcb *t, const struct tcp_env *env);
void tcp_enter_time_wait(struct tcb *t, const struct tcp_env *env);
void tcp_enter_fin_wait_2(struct tcb *t, const struct tcp_env *env);

/* Start the keep-alive clock if the user asked for it, stop it if not. */
void tcp_keepalive(struct tcb *t, const struct tcp_env *env);

static inline void tcp_timer_set(struct tcb *t, const struct tcp_env *env, enum tcp_timer id,
                                 vspan span)
{
    assert(span >= 0);
    t->timer[id] = env->now + span;
    t->span[id]  = span;
}

static inline void tcp_timer_stop(struct tcb *t, enum tcp_timer id)
{
    t->timer[id] = VTIME_NEVER;
    t->span[id]  = 0;
}

bool tcp_arrives_time_wait(struct visit *v); /* timewait.c, where the policy wants it brief */
bool tcp_may_reopen(const struct visit *v);
bool tcp_fin_again(struct visit *v); /* timewait.c: our ACK of the peer's FIN was lost */

/* -- early.c, arrives.c ------------------------------------------------------------------ */

bool     tcp_arrives_listen(struct visit *v);
bool     tcp_process_text(struct visit *v);                                /* seventh */
bool     tcp_check_fin(struct visit *v);                                   /* eighth */
bool     tcp_is_minisock(const struct tcb *t, const struct tcp_policy *p); /* minisock.c */
void     tcp_arrives_minisock(struct visit *v);
bool     tcp_is_minireq(const struct tcb *t, const struct tcp_policy *p);
bool     tcp_arrives_minireq(struct visit *v); /* true: go on at check 1 */
bool     tcp_over_fin(const struct visit *v);  /* text beyond the FIN that was counted */
bool     tcp_at_edge(const struct visit *v);   /* edge.c: is it empty, and acceptable after all? */
bool     tcp_text_at_edge(struct visit *v);    /* ... with text, which is refused */
bool     tcp_text_over_edge(const struct visit *v); /* ... or not acceptable after all */
bool     tcp_not_yet_acked(struct visit *v);
bool     tcp_predicted(const struct visit *v); /* predict.c: is it just what was expected? */
void     tcp_old_text(struct visit *v);        /* ... or from before? */
bool     tcp_old_duplicate(struct visit *v);
bool     tcp_only_late(struct visit *v); /* ... or an ACK that has been overtaken? */
void     tcp_probe_again(struct tcb *t, const struct tcp_env *env); /* timeout.c */
bool     tcp_arrives_syn_sent(struct visit *v);                     /* true: go on at check 6 */
void     tcp_take_mss(struct tcb *t, const struct tcp_env *env, const struct segment *seg);
uint32_t tcp_acknowledged(struct tcb *t, const struct tcp_env *env, const struct segment *seg);
void     tcp_begin(struct tcb *t, const struct tcp_env *env); /* take the ISS, owe a SYN */

/* -- flight.c: numbers sent and not acknowledged --------------------------------------------- */

uint32_t tcp_node_new(const struct tcp_env *env); /* zeroed; 0 when the pool is empty */
void     tcp_node_free(const struct tcp_env *env, uint32_t i);
void     tcp_nodes_free(const struct tcp_env *env, uint32_t *list);

void     tcp_flight_sent(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, uint16_t flags);
void     tcp_follow(struct tcb *t);                                  /* SND.UNA has advanced */
uint32_t tcp_flight_acked(struct tcb *t, const struct tcp_env *env); /* RTT of the last one, or 0 */
void     tcp_flight_free(struct tcb *t, const struct tcp_env *env);
void     tcp_flight_mark(struct tcb *t, const struct tcp_env *env, struct tcp_node *n, uint16_t set,
                         uint16_t clear);
void     tcp_flight_again(struct tcb *t, const struct tcp_env *env, struct tcp_node *n);
void     tcp_flight_cut(struct tcb *t, const struct tcp_env *env, struct tcp_node *n, uint32_t len);
void     tcp_flight_collapse(struct tcb *t, const struct tcp_env *env, struct tcp_node *n);
uint32_t tcp_flight_hole(const struct tcb *t, const struct tcp_env *env);
uint32_t tcp_flight_lost(struct tcb *t, const struct tcp_env *env);

/* Was (at, hi) sent after (xmit, end)?  RFC 8985 6.1, RACK_sent_after. */
static inline bool tcp_sent_after(vtime at, seq hi, vtime xmit, seq end)
{
    return at > xmit || (at == xmit && seq_lt(end, hi));
}

/* What is thought to be on its way: "pipe" of RFC 6675, in bytes. */
static inline uint32_t tcp_pipe(const struct tcb *t)
{
    return t->snd.nxt - t->snd.una - t->cc.sacked - t->cc.lost + t->cc.again;
}

/* -- burst.c: PSH in a burst ---------------------------------------------------------------- */

enum push {
    PUSH_NONE,
    PUSH_CHUNK, /* the last of a chunk: this time only */
    PUSH_PIECE, /* the last of a piece that was pushed: each time that it is sent */
};

void      tcp_burst_written(struct tcb *t, const struct tcp_policy *p, seq from, seq psh);
enum push tcp_burst_push(struct tcb *t, const struct tcp_policy *p, seq at, uint32_t len);
void      tcp_burst_over(struct tcb *t);

/* -- record.c: where no segment goes on ----------------------------------------------------- */

/* Bytes that a segment at SND.NXT may carry because of it. */
static inline uint32_t tcp_record_room(const struct tcb *t)
{
    return t->records ? t->snd.record - t->snd.nxt : UINT32_MAX;
}

void tcp_record_sent(struct tcb *t, const struct tcp_env *env); /* SND.NXT has come to its end */
void tcp_record_cut(struct tcb *t, const struct tcp_env *env);  /* snd.end has moved back */
void tcp_records_free(struct tcb *t, const struct tcp_env *env);

/* -- sack.c, congestion.c ------------------------------------------------------------------- */

void     tcp_sack_duplicate(struct tcb *t, seq lo, seq hi);
void     tcp_sack_out(struct tcb *t, const struct tcp_env *env, struct segment *s);
bool     tcp_sack_crowded(const struct tcb *t, uint32_t len);
uint32_t tcp_mss_now(const struct tcb *t, const struct tcp_env *env);
uint32_t tcp_sack_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s,
                        struct sack_block *twice);

/* What an ACK has told, for those who decide how much to send. */
struct heard {
    uint32_t acked; /* SND.UNA advanced by so much */
    uint32_t
        delivered; /* bytes that arrived at the peer, as far as we now know and did not before */
    uint32_t pipe; /* what was on its way before */
    uint32_t rtt;  /* of the last segment that it acknowledges, us; 0: it was sent twice, or none */
    bool     ece;  /* it echoes a congestion mark */
    bool     same; /* it says nothing at all, but that something came that was there before */
    struct sack_block twice; /* what the peer has received twice; empty: nothing */
    bool              dup;   /* it says that something arrived, but not the next (RFC 5681 2) */
};

void     tcp_cc_init(struct tcb *t, const struct tcp_env *env);
uint32_t tcp_cc_room(const struct tcb *t);
void     tcp_cc_heard(struct tcb *t, const struct tcp_env *env, const struct heard *h);
void     tcp_cc_timeout(struct tcb *t, const struct tcp_env *env);
void     tcp_cc_sent(struct tcb *t);
void     tcp_cc_idle(struct tcb *t, const struct tcp_env *env);
void     tcp_cc_ecn(struct tcb *t, const struct tcp_env *env);
uint32_t tcp_cubic_reduced(struct tcb *t, const struct tcp_policy *p);
void     tcp_cubic_grow(struct tcb *t, const struct tcp_env *env, uint32_t acked);
void     tcp_cubic_idle(struct tcb *t, const struct tcp_env *env);
void     tcp_cubic_init(struct tcb *t);
void     tcp_cubic_forget(struct tcb *t);
void     tcp_cc_all_lost(struct tcb *t, const struct tcp_env *env, bool again);
bool     tcp_frto_begin(struct tcb *t, const struct tcp_env *env);
void     tcp_frto_heard(struct tcb *t, const struct tcp_env *env, const struct heard *h);
uint32_t tcp_hystart_growth(struct tcb *t, const struct tcp_env *env, uint32_t acked, uint32_t rtt);

/* -- icmp.c ------------------------------------------------------------------------------- */

void tcp_mtu_acked(struct tcb *t, const struct tcp_node *n); /* this segment has arrived */
void tcp_mtu_timeout(struct tcb *t, const struct tcp_env *env);

void tcp_cc_tail_lost(struct tcb *t, const struct tcp_env *env);
void tcp_cc_late(struct tcb *t, const struct tcp_env *env);

/* -- rack.c ------------------------------------------------------------------------------- */

enum tlp {
    TLP_NONE,
    TLP_NEW,   /* the probe out is new text */
    TLP_AGAIN, /* it is the last segment, sent again */
};

bool tcp_rack_on(const struct tcb *t, const struct tcp_env *env);
void tcp_rack_init(struct tcb *t);
void tcp_rack_delivered(struct tcb *t, const struct tcp_env *env, const struct tcp_node *n);
void tcp_rack_detect(struct tcb *t, const struct tcp_env *env);
bool tcp_rack_overdue(const struct tcb *t, const struct tcp_env *env, const struct tcp_node *n);
void tcp_rack_dsack(struct tcb *t);
void tcp_rack_recovered(struct tcb *t);
void tcp_tlp_arm(struct tcb *t, const struct tcp_env *env);
void tcp_tlp_settle(struct tcb *t, const struct tcp_env *env);
void tcp_tlp_heard(struct tcb *t, const struct tcp_env *env, const struct heard *h);

/* -- undo.c ------------------------------------------------------------------------------- */

void tcp_undo_begin(struct tcb *t, const struct tcp_env *env);
void tcp_undo_again(struct tcb *t, uint32_t n);
void tcp_undo_heard(struct tcb *t, const struct tcp_env *env, const struct sack_block *twice);

/* -- ecn.c --------------------------------------------------------------------------------- */

void tcp_ecn_out_syn(struct tcb *t, const struct tcp_env *env, struct segment *s);
void tcp_ecn_heard_syn(struct tcb *t, const struct tcp_env *env, const struct segment *s);
void tcp_ecn_out(struct tcb *t, struct segment *s, bool fresh);
void tcp_ecn_heard_again(struct tcb *t, const struct tcp_env *env, const struct segment *s);
void tcp_ecn_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s, bool fresh);

/* -- reasm.c: text that arrived beyond a gap --------------------------------------------------- */

void     tcp_overlap(struct tcb *t, const struct tcp_env *env, seq lo, seq hi);
bool     tcp_hold(struct tcb *t, const struct tcp_env *env, seq lo, seq hi, bool fin);
uint32_t tcp_absorb(struct tcb *t, const struct tcp_env *env, bool *fin);
void     tcp_deliver(struct tcb *t, uint32_t n);

/* -- rtt.c: RFC 6298 --------------------------------------------------------------------------- */

void tcp_rtt_init(struct tcb *t, const struct tcp_policy *p);
void tcp_rtt_start(struct tcb *t, const struct tcp_env *env, seq hi);
void tcp_rtt_acked(struct tcb *t, const struct tcp_env *env, const struct segment *seg);

/* -- window.c ---------------------------------------------------------------------------------- */

/* U of 3.8.6.2.1, never negative. */
static inline uint32_t tcp_window_usable(const struct tcb *t)
{
    int32_t u = seq_diff(t->snd.una + t->snd.wnd, t->snd.nxt);

    return u > 0 ? (uint32_t)u : 0;
}

/* D: text that was never sent. */
static inline uint32_t tcp_window_unsent(const struct tcb *t)
{
    return seq_lt(t->snd.nxt, t->snd.end) ? t->snd.end - t->snd.nxt : 0;
}

void     tcp_window_open(struct tcb *t); /* 3.8.6.2.2: RCV.WND grows when it is worth while */
bool     tcp_window_update_due(const struct tcb *t, const struct tcp_policy *p);
uint16_t tcp_window_field(const struct tcb *t, bool syn);
void     tcp_window_told(struct tcb *t, uint16_t field, bool syn);
void     tcp_window_heard(struct tcb *t, const struct tcp_env *env, const struct segment *seg,
                          uint32_t acked);

/* -- options.c ----------------------------------------------------------------------------- */

void     tcp_options_offer(struct tcb *t, const struct tcp_policy *p);
void     tcp_options_out(struct tcb *t, const struct tcp_env *env, struct segment *s, bool aborts);
void     tcp_options_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s);
uint32_t tcp_ts_at(const struct tcb *t, vtime at);
uint32_t tcp_ts_now(const struct tcb *t, const struct tcp_env *env);
bool     tcp_ts_old(const struct tcb *t, const struct tcp_env *env, const struct segment *s);
void     tcp_ts_heard(struct tcb *t, const struct tcp_env *env, const struct segment *s);
uint32_t tcp_full_in(const struct tcb *t);
void     tcp_whole_buffer(struct tcb *t, const struct tcp_env *env);

/* -- timeout.c ------------------------------------------------------------------------------- */

/* Start and stop the clocks that follow from the state of things.  Every call ends with it. */
void tcp_settle(struct tcb *t, const struct tcp_env *env);

/* -- output.c -------------------------------------------------------------------------------- */

/* The cheap half of tcp_check(): each call ends with it. */
void tcp_checked(const struct tcb *t);

/* What of the queue may be sent now: a rule of outcome SEND with len and fin, or the NOTE that says
 * why it waits, or RULE_COUNT when there is nothing to send. */
struct plan {
    enum rule rule;
    uint32_t  len;
    bool      fin;
};

/* 9293 3.7.4: does a small segment wait?  While anything is in flight; or, where Nagle has been
 * mended (A.3), while another small one is. */
static inline bool tcp_nagle(const struct tcb *t, const struct tcp_policy *p)
{
    return p->nagle && !(t->option & TCPO_NODELAY) && t->snd.una != t->snd.nxt
           && (!p->nagle_small || seq_lt(t->snd.una, t->snd.small))
           && (!p->nagle_write || !seq_lt(t->snd.nxt, t->snd.wrote));
}

/* Is there anything to send that was never sent: text, or the FIN?  Most often not, and it is asked
 * at every turn. */
static inline bool tcp_queued(const struct tcb *t)
{
    seq end = t->snd.end + (has(t, F_CLOSE) ? 1 : 0);

    return t->state >= TCP_ESTABLISHED && t->state < TCP_TIME_WAIT && seq_lt(t->snd.nxt, end);
}

struct plan tcp_plan_queued(const struct tcb *t, const struct tcp_env *env);

static inline struct plan tcp_plan(const struct tcb *t, const struct tcp_env *env)
{
    return tcp_queued(t) ? tcp_plan_queued(t, env) : (struct plan){ RULE_COUNT, 0, false };
}

#endif
