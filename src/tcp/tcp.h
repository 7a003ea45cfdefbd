/* SPDX-License-Identifier: MIT
 * tcp.h - one TCP connection, as a value (RFC 9293).
 *
 * The engine is sans-I/O: it never sends, sleeps, allocates, logs or reads a clock,
 * and it never sees the text.  A caller drives it and owns everything else.
 *
 *      segment in ---> tcp_segment_arrives()          (RFC 9293 3.10.7)
 *      time passes --> tcp_timeout()                  (RFC 9293 3.10.8)
 *      the user -----> tcp_open() tcp_send() ...      (RFC 9293 3.10.1-6)
 *      segment out <-- tcp_output(), until it returns false
 *      wake me at <--- tcp_deadline()
 *      tell user <---- t->signal, bits of enum tcp_signal; the caller clears them
 *
 * After any call, drain tcp_output(), read t->signal and re-read tcp_deadline().
 *
 * Text.  The caller keeps two byte streams a connection, addressed by sequence number:
 *   - what the user sent: the bytes [SND.UNA, snd.end).  tcp_output() names the bytes
 *     that a segment carries as [out->seq (+1 for SYN), + out->len); the caller copies
 *     them.  Bytes below SND.UNA may be forgotten; that of a keep-alive (knob keep_garbage)
 *     lies there, and may be any.
 *   - what arrived: tcp_segment_arrives() says through struct tcp_take which bytes of the
 *     segment to keep and where.  Of these, [rcv.nxt - rcv.user, rcv.nxt) (less the FIN's
 *     number once it has been counted) can be read by the user; what lies beyond
 *     waits for a gap to fill.  tcp_receive() says that the user has read.
 *
 * A struct tcb holds no pointer, so `struct tcb saved = *t;` is a snapshot and two
 * equal runs leave equal bytes.  What grows (segments in flight, gaps) lives in nodes
 * of a pool that the caller lends through tcp_env; tcp_forget() gives them back.
 *
 * Units: times are vtime (microseconds), sizes are bytes of sequence space.
 * Errors: peers cannot cause one; segments are judged, never refused.  A user call
 * returns enum tcp_error.  A broken invariant is a bug and asserts.
 */
#ifndef FW_TCP_TCP_H
#define FW_TCP_TCP_H

#include "base/value.h"
#include "base/vtime.h"
#include "tcp/policy.h"
#include "tcp/rule.h"
#include "tcp/segment.h"
#include "tcp/seq.h"

/* RFC 9293 3.3.2.  The order is the RFC's; from ESTABLISHED on, "synchronized". */
enum tcp_state {
    TCP_CLOSED,
    TCP_LISTEN,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
    TCP_STATES
};

/* "FIN_WAIT_1" and so on. */
extern const char *const tcp_state_name[TCP_STATES];

/* The error strings of RFC 9293 3.10, as numbers. */
enum tcp_error {
    TCP_OK,
    TCP_E_EXISTS,      /* connection already exists */
    TCP_E_NONE,        /* connection does not exist */
    TCP_E_CLOSING,     /* connection closing */
    TCP_E_UNSPECIFIED, /* remote socket unspecified */
    TCP_E_RESOURCES,   /* insufficient resources */
    TCP_E_WOULD_BLOCK, /* RECEIVE: nothing to deliver yet (RFC: "queue the request") */
};

/* What the user is told without having asked (RFC 9293 "signal"). */
enum tcp_signal {
    SIG_CONNECTED = 0x001, /* entered ESTABLISHED */
    SIG_REFUSED =
        0x002, /* connection refused: RST in SYN_SENT, or SYN_RECEIVED after an active open */
    SIG_RESET          = 0x004, /* connection reset */
    SIG_USER_TIMEOUT   = 0x008, /* connection aborted due to user timeout */
    SIG_FIN            = 0x010, /* connection closing: the peer's FIN has been reached */
    SIG_READABLE       = 0x020, /* rcv.user grew */
    SIG_WRITABLE       = 0x040, /* SND.UNA advanced */
    SIG_URGENT         = 0x080, /* urgent data ahead (3.10.7.4 sixth) */
    SIG_PUSH           = 0x100, /* a segment with PUSH was delivered */
    SIG_FIN_ACKED      = 0x200, /* our FIN is acknowledged: CLOSE is "ok" */
    SIG_TROUBLE        = 0x400, /* R1 reached (3.8.3 SHLD-9) */
    SIG_BACK_TO_LISTEN = 0x800, /* SYN_RECEIVED went back to LISTEN: a child may be forgotten */
};

/* How a connection takes losses (RFC 5681, 6582, 6675). */
enum cc_phase {
    CC_OPEN,     /* slow start or congestion avoidance */
    CC_RECOVERY, /* fast recovery, until SND.UNA reaches cc.recover */
    CC_LOSS,     /* after a retransmission timeout, likewise */
};

/* Every clock that a connection has, so that each can be shown. */
enum tcp_timer {
    TIMER_RTO,        /* retransmission: RFC 6298 */
    TIMER_PERSIST,    /* zero-window probe: 9293 3.8.6.1 */
    TIMER_DELACK,     /* delayed ACK: 9293 3.8.6.3 */
    TIMER_USER,       /* user timeout / R2: 9293 3.8.3, 3.10.8 */
    TIMER_KEEPALIVE,  /* 9293 3.8.4 */
    TIMER_FIN_WAIT_2, /* not in the RFC: what systems do for a socket nobody holds */
    TIMER_2MSL,       /* 9293 3.10.8 TIME-WAIT TIMEOUT */
    TIMER_SWS,        /* sender silly-window override: 9293 3.8.6.2.1 */
    TIMER_COUNT
};

/* "RTO", "2MSL" and so on, as shown. */
extern const char *const tcp_timer_name[TIMER_COUNT];

/* Options of a connection that the user may set (socket options). */
enum tcp_option {
    TCPO_NODELAY   = 0x01, /* Nagle off (MUST-17) */
    TCPO_KEEPALIVE = 0x02, /* keep-alives on (MUST-24) */
    TCPO_ORPHAN    = 0x04, /* no process holds the socket any more; set by the socket layer */
    TCPO_CORK      = 0x08, /* do not send less than a full segment */
    TCPO_DEAF = 0x10, /* reading has been shut down or the socket is closed: text is not kept */
    TCPO_SHUT = 0x20, /* reading has been shut down, and text is kept all the same */
};

VALUE_BEGIN

/* A node of the pool: a segment in flight, or a range that arrived beyond a gap. */
struct tcp_node {
    uint32_t next;          /* index of the next one, 0 is none */
    seq      lo, hi;        /* [lo, hi) of sequence space */
    uint16_t flags;         /* private to the engine */
    uint16_t tries;         /* times sent */
    vtime    at;            /* when last sent, or when it arrived */
    uint32_t sooner, later; /* in flight: what was sent before and after it; 0 is none */
};

/* Transmission control block.  Fields carry the RFC's names: t->snd.una is SND.UNA.
 * Readable by all; written by the engine only (but `signal`, which the caller clears,
 * and `option`, through tcp_option()). */
struct tcb {
    uint8_t  state;   /* enum tcp_state */
    uint8_t  passive; /* came from LISTEN: MUST-11, "remembers last state" */
    uint8_t  option;  /* enum tcp_option bits */
    uint8_t  roomy;   /* the window is the room in the buffer: the knob wnd_room */
    uint32_t signal;  /* enum tcp_signal bits not yet taken by the caller */
    uint32_t flags;   /* private to the engine: enum flag of tcp/inside.h */
    uint32_t why;     /* enum rule of outcome SEND under which `reply` will leave */
    struct {
        seq      seq, ack;
        uint16_t wnd;
        uint8_t  ctl, opt; /* OPT_TS or none */
        uint32_t tsecr;
    } reply; /* the answer that the last segment (or ABORT) earned, if there is one */
    struct {
        seq una, nxt; /* SND.UNA, SND.NXT */
        seq wl1, wl2; /* SND.WL1, SND.WL2 */
        seq up;       /* SND.UP */
        seq end;      /* one past the last byte the user has given us; the FIN goes here */
        seq max;      /* one past the highest number ever sent: SND.NXT, or one more while a
                       * zero-window probe (a byte, or the FIN) is out */
        seq chunk_end, batch_end; /* of the burst that is leaving, if the policy pushes those */
        seq pushed;               /* where it was pushed last */
        seq small;                /* one past the last segment that was not a full one (Minshall) */
        seq wrote;                /* one past what was queued when nothing was in flight */
        seq record;               /* if there are `records`: where the first ends; else 0 */
        seq psh;                  /* one past the last byte that the user pushed */
        uint32_t wnd, max_wnd; /* SND.WND scaled, and the largest ever: MAX.SND.WND of RFC 5961 */
    } snd;
    struct {
        seq      nxt;  /* RCV.NXT */
        seq      up;   /* RCV.UP */
        seq      edge; /* right edge advertised: RCV.NXT + RCV.WND as the peer knows it */
        uint32_t wnd;  /* RCV.WND */
        uint32_t user; /* bytes in order that the user has not read */
        uint32_t buf;  /* capacity: user + wnd never exceed it */
    } rcv;
    seq      iss, irs;             /* initial send and receive sequence numbers */
    uint16_t mss_out, mss_in;      /* effective send MSS (MUST-16); what we told the peer */
    uint8_t  snd_scale, rcv_scale; /* window shifts, 0 until agreed (RFC 7323 2) */
    uint8_t  backoff;              /* consecutive timeouts of the RTO or persist timer */
    uint8_t  probes;               /* unanswered keep-alives */
    uint32_t srtt, rttvar, rto;    /* microseconds; srtt 0: not yet measured (RFC 6298) */
    uint32_t retrans;              /* retransmissions, ever: as in tcpi_total_retrans */
    uint32_t fin_wait_2;           /* ms that FIN_WAIT_2 lasts without a user; 0 is the policy's */
    uint32_t flight, held;         /* pool lists: segments in flight, ranges beyond a gap */
    uint32_t flight_last;          /* the last of them */
    uint32_t records, record_last; /* pool list: where records end that are not yet sent */
    uint32_t pad_;
    seq      sack_first;         /* in the range that changed last: it is told first (RFC 2018 4) */
    seq      dsack_lo, dsack_hi; /* a duplicate to be told, once (RFC 2883) */
    struct {
        uint32_t first, last; /* those that may still arrive, by when they were sent */
        /* where walks over what is in flight go on: nodes; 0 is at SND.UNA */
        uint32_t top;    /* the highest that is reported */
        uint32_t waits;  /* before it nothing waits to be sent again */
        uint32_t judged; /* before it all is reported or lost */
        seq      rescue; /* RescueRxt of RFC 6675: passed, the last segment may go again, once */
        struct sack_block known[SEGMENT_SACKS]; /* of the last report */
    } walk;
    struct {
        uint32_t phase;          /* enum cc_phase */
        uint32_t cwnd, ssthresh; /* bytes; cwnd 0: no congestion control */
        seq      recover;        /* SND.NXT when the loss was noticed (RFC 6582, 6675) */
        uint32_t dupacks;        /* in a row */
        uint32_t credit;         /* bytes acknowledged towards the next segment of cwnd */
        uint32_t sacked, lost,
            again; /* bytes in flight: reported; taken for lost; of these, sent again */
        uint32_t prr_delivered, prr_out, prr_from; /* RFC 6937 */
        seq      used_end;         /* SND.NXT when the next two were taken (Linux) */
        uint16_t max_out, used_up; /* most segments in flight; was the window used up? */
        seq      ecn_end; /* until it is acknowledged, another ECE tells the same congestion */
        uint32_t marked;  /* it is, by an ECE: a loss of that window costs nothing more */
        uint32_t frto;    /* step of RFC 5682 that is next, 0: none */
        uint32_t prior_cwnd, prior_ssthresh; /* before the loss that may not have been one */
        uint32_t spurious;                   /* those that were none, ever */
        uint32_t undo; /* bytes sent again since then that were not reported twice */
        seq      undo_from;
    } cc;
    struct {
        uint32_t last, now;    /* least round trip of the last round and of this one (us) */
        uint16_t samples, css; /* of this round; is this conservative slow start? */
        uint32_t rounds, base; /* of that; least round trip when it began */
        seq      end;          /* of the round */
    } hystart;                 /* RFC 9406 */
    struct {
        uint32_t rtt, min_rtt;  /* of the segment sent last of those that arrived; least (us) */
        seq      end, fack;     /* its end; highest number that arrived */
        uint32_t mult, persist; /* of the reordering window; recoveries that this lasts */
        seq      round;         /* a D-SACK before it is acknowledged is of the same round trip */
        uint32_t reordered;     /* segments by which one came late, at most; 0: none has */
        seq      tlp_end;       /* SND.NXT when the probe was sent */
        uint32_t tlp;           /* enum tlp */
        uint32_t echo;          /* our timestamp that this ACK echoes; 0: none */
        uint32_t late_now;      /* this ACK tells of one that was late; */
        uint32_t late, twice;   /* ACKs that did, and of what came twice: ever */
        vtime    xmit;          /* when it was sent; 0: nothing has arrived yet */
        vtime    reorder_at, tlp_at; /* deadlines: what is only late (6.3); the probe (7.2) */
    } rack;                          /* RFC 8985 */
    struct {
        uint32_t max, prior;  /* W_max, cwnd_prior (RFC 9438) */
        uint32_t est, credit; /* W_est, and bytes towards its next segment */
        uint32_t k;           /* K, in milliseconds */
        uint32_t target;      /* where the curve leads, when it was looked at, */
        uint32_t seen;        /* and the segments of the window then */
        uint32_t pad_;
        vtime    began;  /* the epoch; VTIME_NEVER before there is one */
        vtime    looked; /* when that was */
    } cubic;
    struct {
        seq      about;       /* the segment that `told` quotes */
        uint16_t told, acked; /* an MTU that is not believed yet (0: none); the largest segment that
                               * has been acknowledged: pending message, maxsizeacked */
    } mtu;                    /* RFC 5927 7.2 */
    uint32_t user_timeout;    /* ms; 0 is the policy's R2 */
    uint32_t keep_idle, keep_intvl, keep_count; /* ms, ms, count: 0 is the policy's */
    uint32_t rtt_seq;                           /* the segment being timed (Karn) */
    uint32_t unacked;           /* bytes of text that arrived and are not yet acknowledged */
    uint16_t quick;             /* segments still to be acknowledged at once (policy quickack) */
    uint16_t seen;              /* the most text that a segment brought */
    uint32_t answers, answered; /* to what could not be taken; in the while since then (ms) */
    uint32_t ts_recent, ts_off; /* TS.Recent; added to our clock (RFC 7323) */
    seq      last_ack;          /* Last.ACK.sent */
    vtime    ts_at;             /* when ts_recent was taken */
    vtime    sent_at;           /* when text was last sent */
    vtime    rtt_at;            /* when it was sent; VTIME_NEVER when none is timed */
    vtime    stalled; /* since when nothing new has been acknowledged; R2 counts from it */
    vtime    again;   /* when, since then, something was first sent again, or a window probed */
    vtime    heard;   /* when a segment last arrived (keep-alive) */
    vtime    timer[TIMER_COUNT]; /* deadlines; VTIME_NEVER when not running */
    vspan    span[TIMER_COUNT];  /* what each was set to, so that a gauge can be drawn */
};

VALUE_END

/* The pool of nodes, owned by the caller.  Index 0 is never used. */
struct tcp_pool {
    struct tcp_node *node;
    uint32_t        *free; /* first free index, 0 when there is none; chained through next */
    uint32_t        *left; /* how many are free, kept for the caller; may be NULL */
};

/* What a call may touch besides the tcb.  Passed, never stored. */
struct tcp_env {
    vtime                    now; /* must not run backwards between calls */
    const struct tcp_policy *policy;
    struct tcp_pool          pool;
    struct trace            *trace;  /* may be NULL */
    seq                      iss;    /* the ISS to use, should this call select one (3.4.1), */
    uint32_t                 ts_off; /* and what to add to the timestamp clock (RFC 7323 5.4) */
    uint32_t *challenges; /* challenge ACKs left in this second (RFC 5961 7); NULL is no limit */
    bool      ipv6; /* the network below is IPv6: a peer that sends no MSS option takes 1220 */
};

/* Which bytes of an arrived segment the caller must keep, and at which number. */
struct tcp_take {
    seq      at;
    uint32_t off, len; /* text[off, off + len); len 0 keeps nothing */
    bool     reopen; /* TIME_WAIT: this SYN may open a new incarnation (MAY-2).  The caller forgets
                      * the old one and hands the segment to a listener */
    bool unowned;    /* answer it as if CLOSED (3.10.7.1): tcp_unowned() */
};

/* -- 3.10.1 OPEN ------------------------------------------------------------------- */

/* A tcb that is CLOSED, with the policy's buffers, no timer, no option. */
struct tcb tcp_new(const struct tcp_policy *p);

/* Passive: enter LISTEN.  A connection is then a copy of this tcb, to which the SYN is shown
 * (3.10.7.2); if the copy is still in LISTEN afterwards it may be forgotten. */
enum tcp_error tcp_open_passive(struct tcb *t, const struct tcp_env *env);

/* Active: a SYN is owed, SYN_SENT.  From CLOSED or LISTEN.  `remote` says whether the remote
 * socket is specified; without it TCP_E_UNSPECIFIED. */
enum tcp_error tcp_open_active(struct tcb *t, const struct tcp_env *env, bool remote);

/* -- 3.10.2 SEND: n bytes more.  All or nothing; tcp_room() says how many would fit. ---- */
enum tcp_error tcp_send(struct tcb *t, const struct tcp_env *env, uint32_t n, bool push,
                        bool urgent);
uint32_t       tcp_room(const struct tcb *t, const struct tcp_policy *p);
/* What systems queue as one piece: whole segments, of half the peer's window at most. */
uint32_t tcp_piece(const struct tcb *t);
/* Does text wait only because the peer's window does not take a segment of it? */
bool tcp_waits_window(const struct tcb *t, const struct tcp_env *env);

/* What has been queued until now is a record (MSG_EOR): no segment carries text of this one and of
 * the next.  The peer does not hear of it, and where the pool has no node left nothing is kept. */
void tcp_record_ends(struct tcb *t, const struct tcp_env *env);

/* 3.9.1.7 FLUSH: forget what is queued beyond the peer's window.  snd.end moves back; the caller
 * forgets those bytes. */
enum tcp_error tcp_flush_unsent(struct tcb *t, const struct tcp_env *env);

/* -- 3.10.3 RECEIVE: the user takes up to n bytes; *got says how many (0 with TCP_E_CLOSING is
 * end of file, 0 with TCP_E_WOULD_BLOCK is nothing yet).  May owe a window update. ---------- */
enum tcp_error tcp_receive(struct tcb *t, const struct tcp_env *env, uint32_t n, uint32_t *got);

/* -- 3.10.4 CLOSE: no more SENDs; a FIN follows what was sent.  Also a half-close: the user may go
 * on receiving.  Whether unread data turns it into an abort is the socket layer's choice. -- */
enum tcp_error tcp_close(struct tcb *t, const struct tcp_env *env);
enum tcp_error tcp_close_later(struct tcb *t, const struct tcp_env *env); /* knob shut_waits */

/* -- 3.10.5 ABORT: RST if the state calls for one, CLOSED. ------------------------------ */
enum tcp_error tcp_abort(struct tcb *t, const struct tcp_env *env);

/* -- 3.10.6 STATUS ------------------------------------------------------------------- */
enum tcp_error tcp_status(const struct tcb *t, enum tcp_state *state);

/* -- 3.10.7 SEGMENT ARRIVES: judge one segment. ------------------------------------------ */
void tcp_segment_arrives(struct tcb *t, const struct tcp_env *env, const struct segment *seg,
                         struct tcp_take *take);

/* 3.10.7.1: no connection owns this segment.  True when *reply (a RST) is to be sent. */
bool tcp_unowned(const struct tcp_env *env, const struct segment *seg, struct segment *reply);

/* -- 3.10.8: act on every deadline =< env->now.  Harmless when nothing is due. -------------- */
void tcp_timeout(struct tcb *t, const struct tcp_env *env);

/* Earliest moment tcp_timeout() has work, or VTIME_NEVER. */
vtime tcp_deadline(const struct tcb *t);

/* Take the next segment to transmit; false when there is none.  At most one call decides one
 * segment; its reason is a step of outcome SEND (or the rule that owed the reply). */
bool tcp_output(struct tcb *t, const struct tcp_env *env, struct segment *out);

/* Set or clear enum tcp_option bits (TCPO_KEEPALIVE starts and stops its timer, TCPO_ORPHAN may
 * start FIN_WAIT_2's). */
void tcp_option(struct tcb *t, const struct tcp_env *env, uint8_t bits, bool on);

/* The receive buffer becomes this large (SO_RCVBUF).  What has been offered to the peer stays
 * offered. */
void tcp_rcv_buf(struct tcb *t, const struct tcp_env *env, uint32_t bytes);

/* How much rcv.buf is larger than what the user has: where a window is told rounded up to a step of
 * its scale, the last step must fit. */
uint32_t tcp_slack(const struct tcb *t);

/* Give the nodes back; the tcb is CLOSED and must not be used but to be overwritten. */
void tcp_forget(struct tcb *t, const struct tcp_env *env);

/* Has our FIN been sent, and has it been acknowledged? */
bool tcp_fin_sent(const struct tcb *t);
bool tcp_fin_acked(const struct tcb *t);

/* Has the peer's FIN been reached (RCV.NXT counts it)? */
bool tcp_fin_received(const struct tcb *t);

/* What the two SYNs agreed upon. */
enum tcp_agreed {
    AGREED_WSCALE     = 0x1, /* RFC 7323 2 */
    AGREED_TIMESTAMPS = 0x2, /* RFC 7323 3 */
    AGREED_SACK       = 0x4, /* RFC 2018 */
    AGREED_ECN        = 0x8, /* RFC 3168 6.1.1 */
};

/* The bits of enum tcp_agreed. */
uint32_t tcp_agreed(const struct tcb *t);

/* -- TIME_WAIT, compact: what a busy closer keeps by the hundred thousand. ------------- */

VALUE_BEGIN

struct tcp_time_wait {
    seq      snd_nxt, rcv_nxt;
    uint32_t rcv_wnd;
    uint8_t  snd_scale, rcv_scale;
    uint16_t mss_out;
    vtime    deadline;
    uint32_t ts_recent, ts_off; /* RFC 6191, 7323 */
    uint8_t  with_ts, answers;
    uint16_t pad_;
    uint32_t answered; /* as in the tcb */
};

VALUE_END

/* A tcb in TIME_WAIT to its record and back; nothing that TIME_WAIT looks at is lost. */
struct tcp_time_wait tcp_pack(const struct tcb *t);
struct tcb           tcp_unpack(const struct tcp_time_wait *w, const struct tcp_policy *p);

/* -- At rest, compact: what a server keeps of the connections on which nothing happens. ----- */

VALUE_BEGIN

enum {
    TCB_WORDS  = sizeof(struct tcb) / sizeof(uint32_t),
    REST_WORDS = 36, /* of these, so many may be a connection's own */
};

struct tcp_rest {
    seq      una, nxt; /* SND.UNA, RCV.NXT */
    vtime    heard;
    uint64_t differs[(TCB_WORDS + 63) / 64]; /* a bit for each word that these do not tell */
    uint32_t word[REST_WORDS];               /* those */
};

VALUE_END

/* Is nothing on its way, owed, or waiting to be sent or read? */
bool tcp_at_rest(const struct tcb *t);

/* A tcb to its record, and back to what it was; false if it has too many words of its own. */
bool       tcp_rest(const struct tcb *t, struct tcp_rest *r);
struct tcb tcp_wake(const struct tcp_rest *r);

/* Assert every invariant of a tcb.  Each call ends with those that take no walk over lists. */
void tcp_check(const struct tcb *t, const struct tcp_env *env);

#endif
