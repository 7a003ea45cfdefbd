/* SPDX-License-Identifier: MIT
 * path.h - the way from one host to another: its qualities, and armed faults.
 */
#ifndef FW_NET_PATH_H
#define FW_NET_PATH_H

#include "base/rng.h"
#include "base/value.h"
#include "base/vtime.h"
#include "tcp/seq.h"

/* Qualities that `link` and CMD_PATH set, in this order. */
enum path_quality {
    PATH_DELAY,   /* vspan, one way */
    PATH_JITTER,  /* vspan: up to this much more, uniformly; may reorder */
    PATH_RATE,    /* bits per second; 0 is infinite */
    PATH_QUEUE,   /* bytes that may wait for the rate; 0 is no limit */
    PATH_LOSS,    /* ratio */
    PATH_DUP,     /* ratio */
    PATH_REORDER, /* ratio of segments that take twice the delay */
    PATH_CORRUPT, /* ratio */
    PATH_CUT,     /* 1: nothing passes */
    PATH_QUALITIES,
    /* of the box in the middle */
    PATH_MTU = PATH_QUALITIES, /* n: bytes of a datagram; a larger one is answered; 0 is no limit */
    PATH_IDLE,                 /* time, brief, and n: what it does then; time 0 is no such box */
    PATH_FILTER,               /* on, and n: what it does with these; n 0 takes all filters off */
    PATH_MARK, /* ratio of segments marked as having met congestion, if they can be (RFC 3168) */
    PATH_ALL
};

/* What a box does with a segment. */
enum box_does {
    BOX_PASS,
    BOX_DROP,     /* silently */
    BOX_RST,      /* and a RST to its sender, in the name of the other end */
    BOX_RST_BOTH, /* and a RST to each end, in the name of the other */
    BOX_ICMP,     /* and an ICMP error to its sender: BOX_ICMP + enum icmp_kind (tcp/icmp.h) */
    BOX_DOES_MAX = BOX_ICMP + 7,
    BOX_LET /* of a filter: it passes, whatever the filters after it say */
};

enum { FILTER_MAX = 8 }; /* filters in the middle of the ways of a world */

VALUE_BEGIN

/* A predicate on journal entries: armed faults, cues, pauses, questions, expectations all speak it.
 * A zero field does not care. */
struct match {
    uint8_t kind;  /* enum event_kind + 1 */
    uint8_t host;  /* index: 1-based.  For SENT the sender, for ARRIVED the receiver, else whose */
    uint8_t peer;  /* the other end of a segment, 1-based */
    uint8_t state; /* enum tcp_state + 1: the state entered by this entry (it was another before) */
    uint8_t ctl_mask; /* these control bits ... */
    uint8_t ctl;      /* ... must be so */
    uint8_t has;      /* enum match_has: which of the next are meant */
    uint8_t life;     /* incarnation of the four-tuple, 1-based */
    seq     seq, ack;
    uint32_t len;   /* of the text */
    int32_t  value; /* of a result: >= 0 or -enum err */
    uint16_t rule;  /* enum rule + 1: one of the entry's steps */
    uint16_t nth;   /* the nth such entry, 1-based; 0 is the first */
    uint8_t  op;    /* enum op_verb + 1, of a call or result */
    uint8_t  timer; /* enum tcp_timer + 1 */
    uint8_t  rtx;   /* 1: only retransmissions, 2: only first transmissions */
    uint8_t  cause; /* enum cause + 1 */
    uint16_t port;  /* the segment comes from it or goes to it; 0 does not care */
    uint16_t pad_;
    char     text[44]; /* occurs in what was printed or read, "" does not care */
};

enum match_has {
    MATCH_SEQ   = 1,
    MATCH_ACK   = 2,
    MATCH_LEN   = 4,
    MATCH_VALUE = 8,
    MATCH_DATA  = 16, /* the segment carries text; how much, only MATCH_LEN asks */
    MATCH_ICMP  = 32, /* it is no segment but an ICMP error; `text` is which; seq, what it quotes */
};

/* What stands in the middle of a path: NAT, firewall, load balancer or router.  All zero is
 * nothing; its filters are in a list of the world's. */
struct box {
    vspan        idle;        /* a flow that was silent for longer is not known any more */
    vspan        brief;       /* the same while it begins or is closed (RFC 5382 5); 0 is `idle` */
    uint64_t     mtu;         /* the largest datagram */
    uint32_t     idle_answer; /* enum box_does for what belongs to no known flow; 0 is BOX_DROP */
    uint32_t     pad_;
    struct ratio mark; /* of those that can be: "congestion was experienced here" */
};

/* A row of a firewall's list: the first that matches decides.  All zero is no row. */
struct filter {
    struct match on;
    uint32_t     does; /* enum box_does */
    uint32_t     seen; /* matches so far, for `nth` */
    uint64_t     ways; /* bit HOST_MAX * (from - 1) + (to - 1): it stands on that path */
};

struct path {
    vspan        delay, jitter;
    uint64_t     rate, queue;
    struct ratio loss, dup, reorder, corrupt;
    uint64_t     cut;
    vtime        busy_until; /* the last bit of the last segment leaves then */
    struct box   box;
};

/* An armed fault: what happens to the next segment that matches (on SENT). */
struct fault {
    struct match on;
    uint32_t
        action;     /* enum command_kind: CMD_DROP, DUP, DELAY, HOLD or CORRUPT; 0 is a free slot */
    uint32_t seen;  /* matches so far, for `nth` */
    uint32_t count; /* how many more segments; UINT32_MAX is all */
    uint32_t pad_;
    vspan    extra; /* for CMD_DELAY */
};

VALUE_END

#endif
