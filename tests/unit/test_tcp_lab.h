/* SPDX-License-Identifier: MIT
 * test_tcp_lab.h - one connection on a bench: bring it to a state, do things to it, look.
 *
 *      struct lab l;
 *      lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
 *      lab_do(&l, "in R n+5 x 0");                   a RST five beyond RCV.NXT
 *      lab_fired(&l, "seq.ok rst.challenge");        these rules, in this order
 *      ck_assert_str_eq(lab_out(&l), ". 1 1");       flags, SEQ - ISS, ACK - IRS, and length if any
 *
 * Both initial numbers lie a little below 2^32, so that everything wraps.
 *
 * Steps, separated by ';', one a line here (the stars keep the formatter away):
 *
 * - in FLAGS SEQ ACK LEN [wnd=N] [up=N] [mss=N] [ws=N] [ts=VAL:ECR] [sackok] [sack=LO-HI,...]
 * [ecn=N]: a segment arrives.  FLAGS are of "SFRPUEW." and - is none; SACK blocks count from ISS;
 *   SEQ from n RCV.NXT, e right edge of the window, i IRS, 0; ACK from x SND.NXT, u SND.UNA,
 *   s ISS, m SND.UNA - MAX.SND.WND, f the FIN's number; each + or - a number
 * - send N, urgent N, nopush N, recv N, close, abort, open, open?, listen, status, flush: user
 *   calls
 * - out: drain tcp_output() unseen
 * - fire: on to the next deadline, and let it pass
 * - wait MS: time passes, deadlines too
 * - shut: fill the receive window with text until it is zero; no rule of that is kept
 * - set KNOB N: change the policy
 * - on OPTION, off OPTION: nodelay keepalive orphan cork deaf
 * - rcvbuf N: the receive buffer
 * - iss N: for the next incarnation
 * - = OUT: what leaves now is exactly this ("=" alone: nothing); several are joined by " | "
 * - ? RULES: these have fired since the last look, in this order; forget them
 * - ! RULES: these have not
 * - due MS: the next deadline is in MS milliseconds; -1: there is none
 * - cwnd N, ssthresh N, lost N: of the congestion control, in bytes
 * - state NAME: it is in this state
 * - signal, forget: forget the signals, the rules so far
 */
#ifndef FW_TEST_TCP_LAB_H
#define FW_TEST_TCP_LAB_H

#include "tcp/tcp.h"
#include "test.h"

enum { LAB_NODES = 64, LAB_STEPS = 512, LAB_TEXT = 4096 };

#define LAB_ISS 0xFFFFFFF0u
#define LAB_IRS 0xFFFFFFE0u

struct lab {
    struct tcp_policy policy;
    struct tcp_node   node[LAB_NODES + 1];
    uint32_t          free;
    struct step       step[LAB_STEPS];
    struct trace      trace;
    struct tcp_env    env;
    struct tcb        t;
    struct tcp_take   take;  /* of the last segment */
    struct segment    reply; /* of tcp_unowned() */
    bool              unowned;
    enum tcp_error    error; /* of the last user call */
    uint32_t          got;   /* of the last RECEIVE */
    char              text[LAB_TEXT];
};

/* Bring it there by real calls and segments; the trace and what was sent on the way are forgotten.
 * Besides the eleven: "SYN_RECEIVED/active", through a simultaneous open. */
void lab_to(struct lab *l, enum profile p, const char *state);
void lab_do(struct lab *l, const char *script);

/* A test as data: from a state, a script.  One that is played leaves no node behind; `first` goes
 * before it ("" for nothing). */
struct lab_tale {
    const char  *name;
    enum profile profile;
    const char  *from, *script;
};

void lab_play(const struct lab_tale *tale, const char *first);

#define LAB_PLAIN "set timestamps 0; set wscale 0"

/* What leaves now, as text; "" when nothing does. */
const char *lab_out(struct lab *l);

/* Did these rules (slugs, separated by blanks) fire in this order, others between them allowed? */
bool        lab_fired(const struct lab *l, const char *slugs);
const char *lab_rules(struct lab *l); /* all that fired, for messages */
const char *lab_last(const struct lab *l);
size_t      lab_pool(const struct lab *l); /* nodes left */

#endif
