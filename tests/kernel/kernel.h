/* SPDX-License-Identifier: MIT
 * kernel.h - the same play before two hosts: the engine, and the kernel of this machine.
 *
 * A play is a connection that has been set up and a few random steps: system calls of the host,
 * segments of a peer, pauses.  Both hosts play it, the engine in virtual time with its linux
 * profile, the kernel in real time behind a TUN device in a network namespace of its own.  What
 * they sent, what the calls returned and in which state they say they are is compared step by step.
 *
 * The peer knows only what it has seen on the wire, so a segment's numbers are written relative to
 * that: a play means the same before hosts that chose other windows and other sequence numbers.
 */
#ifndef FW_TEST_KERNEL_H
#define FW_TEST_KERNEL_H

#include "../drill/dgram.h"
#include "base/vtime.h"

enum { STEPS = 10, SENT = 24, LISTENED = 8080, PEER_ISS = 7000 };

enum act {
    ACT_SEGMENT, /* the peer sends one */
    ACT_PAUSE,
    ACT_WRITE, /* n bytes */
    ACT_READ,  /* at most n bytes, without waiting */
    ACT_SHUT_RD,
    ACT_SHUT_WR,
    ACT_CLOSE,
    ACT_ERROR, /* getsockopt(SO_ERROR) */
    ACT_POLL,
    ACTS
};

/* What a number counts from. */
enum from { FROM_NXT, FROM_EDGE, FROM_UNA };

struct scene {
    enum act  what;
    uint32_t  n;        /* bytes of text, or to write or read */
    uint32_t  ms;       /* the pause after the step */
    uint8_t   ctl;      /* of a segment */
    enum from seq_from; /* NXT: what the host's last ACK asks for; EDGE: the end of its window */
    enum from ack_from; /* NXT: the end of all that the host sent; UNA: what was acknowledged */
    int32_t   seq_off, ack_off;
};

struct play {
    uint64_t     seed;
    bool         active; /* the host connects; else it has accepted */
    uint32_t     steps;
    struct scene step[STEPS];
};

/* A segment as the peer saw it, numbers from the two ISNs. */
struct sent {
    uint8_t  ctl;
    uint32_t seq, ack, len;
};

/* What one step brought. */
struct brought {
    long        result; /* of the call: >= 0 or -errno; poll: revents */
    int         state;  /* tcpi_state, 0: the socket is closed */
    uint32_t    n;
    struct sent sent[SENT];
};

struct account {
    const char    *trouble;         /* it could not be played, or NULL */
    struct brought step[STEPS + 1]; /* the first is the handshake */
};

/* The peer's end: what it has seen, and what it says. */
struct peer {
    struct endpoint host, self;
    uint32_t        isn;           /* of the host */
    uint32_t        nxt, edge;     /* the host's last ACK and the end of its window */
    uint32_t        sent_end, una; /* of what the host sent; of what we acknowledged */
};

struct play play_make(uint64_t seed);
void        play_print(const struct play *p, const struct account *a, const struct account *b);

/* A datagram of the host; false when it is none of this connection's. */
bool peer_saw(struct peer *p, const uint8_t *bytes, size_t n, struct brought *b);
/* The step's segment, as bytes; returns how many. */
size_t peer_says(struct peer *p, const struct scene *s, uint8_t *out);
size_t peer_syn(struct peer *p, uint8_t *out);
size_t peer_syn_ack(struct peer *p, uint8_t *out);
size_t peer_ack(struct peer *p, uint8_t *out);

/* Equal? If not, *step is the first that differs. */
bool account_equal(const struct play *p, const struct account *a, const struct account *b,
                   uint32_t *step);

void engine_plays(const struct play *p, struct account *o);

/* A namespace, a TUN device 192.168.0.1/24, a listener; NULL or what stood in the way. */
const char *kernel_open(void);
void        kernel_plays(const struct play *p, uint16_t port, struct account *o);

#endif
