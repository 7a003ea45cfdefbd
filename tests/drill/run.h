/* SPDX-License-Identifier: MIT
 * run.h - a script being played: what run.c, segments.c, calls.c and asserts.c share.
 */
#ifndef FW_DRILL_RUN_H
#define FW_DRILL_RUN_H

#include "dgram.h"
#include "drill.h"
#include "drill/stack.h"

enum {
    PEERS   = 16,  /* four-tuples in one script */
    STAMPS  = 64,  /* timestamp values of one of them that are remembered */
    BLOCKED = 4,   /* calls that may block at one time */
    FDS     = 128, /* descriptors that a script may name */
    EVENTS  = 16,  /* that epoll_wait() gives at one time */
};

/* The other end of a four-tuple.  As packetdrill has it (and tcpdump), numbers in segments with SYN
 * are absolute, those in all others count from the first SYN of their direction.  Those of the host
 * are translated besides, since a script cannot know them: where it writes its ISN, the real one is
 * meant. */
struct peer {
    bool            used, active; /* active: the host connects to it */
    uint16_t        sport, dport; /* as the script writes them (remote, local); 0: it does not */
    struct endpoint local, remote;
    bool            isn_known, irs_known;
    seq             script_isn, live_isn; /* the host's */
    seq             irs;                  /* the peer's */
    struct {
        uint32_t script, live;
    } stamp[STAMPS];
    size_t n_stamp;
};

struct blocked {
    const struct event *event; /* NULL: free */
    struct call         call;
    vtime               due;
    uint8_t            *buf;
    struct call_poll    poll[8];
    struct call_epoll   epoll[EVENTS];
};

struct run {
    const struct script      *script;
    const struct drill_setup *d;
    struct fail              *fail;
    const struct event       *event; /* the one being played */
    struct stack_setup        setup;
    struct stack             *stack;
    bool                      v6;
    vspan                     tolerance, tick; /* tick: of the timestamp clock; 0: not looked at */
    vtime                     at, to;          /* when the event shall happen */
    struct peer               peer[PEERS];     /* [0]: where no ports are written */
    uint16_t                  next_port;
    int                       fd[FDS]; /* script's number to the stack's; -1 is none */
    int                       last_fd; /* of the script: whose TCP_INFO is meant; -1 */
    struct blocked            blocked[BLOCKED];
};

/* A failure at the line of the event being played. */
bool run_fail(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Are the times equal, within the tolerance? */
bool run_in_time(const struct run *r, vtime lo, vtime t, vtime hi);

/* segments.c */
bool run_inbound(struct run *r);
bool run_outbound(struct run *r);
/* What left and was not asked for, before time t: a failure. */
bool run_unasked(struct run *r, vtime t);
/* The peer without ports begins anew: after listen(), and at connect(). */
void run_peer_passive(struct run *r, uint16_t local_port);
void run_peer_active(struct run *r, const struct endpoint *remote);

/* calls.c */
bool run_call(struct run *r);
bool run_blocked(struct run *r); /* check those that have returned */
bool run_blocked_end(struct run *r);

/* asserts.c */
bool run_code(struct run *r, const char *code);

#endif
