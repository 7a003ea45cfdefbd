/* SPDX-License-Identifier: MIT
 * kernel.h - the same play before two hosts: the engine, and the kernel of this machine.
 *
 * A play is a socket (listening, connecting, or with a connection that has been set up) and a few
 * random steps: system calls of the host, segments of a peer, pauses.  Both hosts play it, the
 * kernel in real time behind a TUN device in a network namespace of its own, then the engine in
 * virtual time with its linux profile.  What they sent, what the calls returned and what ss says of
 * the connection is compared step by step.
 *
 * The peer knows only what it has seen on the wire, so a segment's numbers are written relative to
 * that: a play means the same before hosts that chose other windows and other sequence numbers.
 * How long each pause really took before the kernel is what the engine is given.
 */
#ifndef FW_TEST_KERNEL_H
#define FW_TEST_KERNEL_H

#include "../drill/dgram.h"
#include "base/vtime.h"

enum { STEPS = 12, SENT = 24, LISTENED = 8080, PEER_ISS = 7000, LOOKS = STEPS + 3 };

enum act {
    ACT_SEGMENT, /* the peer sends one */
    ACT_PAUSE,
    ACT_ACCEPT,
    ACT_WRITE,      /* n bytes */
    ACT_WRITE_MORE, /* MSG_MORE */
    ACT_WRITE_OOB,
    ACT_READ, /* at most n bytes, without waiting */
    ACT_PEEK,
    ACT_READ_OOB,
    ACT_SHUT_RD,
    ACT_SHUT_WR,
    ACT_SHUT_RDWR,
    ACT_CLOSE,
    ACT_ERROR, /* getsockopt(SO_ERROR) */
    ACT_POLL,
    ACT_DUP,          /* another descriptor: the next close() closes the first */
    ACT_LINGER,       /* n: {1, 0}, {1, 1}, {0, 0} */
    ACT_NODELAY,      /* n: on or off */
    ACT_CORK,         /* n: on or off */
    ACT_KEEPALIVE,    /* one second, one second, n times */
    ACT_USER_TIMEOUT, /* n ms */
    ACT_LINGER2,      /* n seconds */
    ACT_RCVBUF,       /* n bytes */
    ACTS
};

/* What a number counts from. */
enum from { FROM_NXT, FROM_EDGE, FROM_UNA };

enum blocks { BLOCKS_NONE, BLOCKS_LAST, BLOCKS_HOLE, BLOCKS_TWICE };

struct scene {
    enum act    what;
    uint32_t    n;        /* bytes of text, or to write or read, or a value */
    uint32_t    ms;       /* the pause after the step */
    uint8_t     ctl;      /* of a segment */
    enum from   seq_from; /* NXT: what the host's last ACK asks for; EDGE: the end of its window */
    enum from   ack_from; /* NXT: the end of all that the host sent; UNA: what was acknowledged */
    int32_t     seq_off, ack_off;
    uint32_t    wnd, up; /* as in the header */
    int32_t     ts_off;  /* from the time that the peer has; TS_NONE: it tells none */
    enum blocks blocks;  /* what SACK tells */
};

enum { TS_NONE = INT32_MAX };

enum opening { OPEN_ACCEPTED, OPEN_CONNECTED, OPEN_LISTENING, OPEN_CONNECTING };

struct play {
    uint64_t     seed;
    enum opening opening;
    bool         ts, sack, scale; /* what the peer's SYN offers */
    uint32_t     mss;
    uint32_t     steps;
    struct scene step[STEPS];
};

/* A segment as the peer saw it, numbers from the two ISNs. */
struct sent {
    uint8_t  ctl, n_sack;
    bool     shut; /* its window is closed */
    uint32_t seq, ack, len;
    uint32_t up, lo, hi; /* the urgent pointer, the first SACK block */
};

/* The connection's line in ss.  Numbers of states and timers are those of Linux. */
struct line {
    int      state, timer; /* 0: there is none */
    uint32_t recv_q, send_q, retries;
    int64_t  left; /* ms */
};

/* What one step brought. */
struct brought {
    long        result; /* of the call: >= 0 or -errno; poll: revents */
    int         state;  /* tcpi_state, 0: the socket is closed */
    struct line line;
    uint32_t    n;
    struct sent sent[SENT];
};

struct account {
    const char    *trouble;         /* it could not be played, or NULL */
    struct brought step[STEPS + 1]; /* the first is the handshake */
};

/* How long the kernel was looked at, time by time. */
struct spans {
    uint32_t n;
    vspan    took[LOOKS];
};

/* The peer's end: what it has seen, and what it says. */
struct peer {
    const struct play *play;
    struct endpoint    host, self;
    uint32_t           isn;           /* of the host */
    uint32_t           nxt, edge;     /* the host's last ACK and the end of its window */
    uint32_t           sent_end, una; /* of what the host sent; of what we acknowledged */
    uint32_t           edge_said;     /* the edge that a segment was last written from */
    uint32_t           scale;         /* of the host's windows */
    uint32_t           ts_now, ts_echo;
    bool               spoken; /* the host has sent a SYN */
};

struct play play_make(uint64_t seed);
const char *scene_text(const struct scene *s, char *buf, size_t cap);

/* A datagram of the host; false when it is none of this connection's. */
bool peer_saw(struct peer *p, const uint8_t *bytes, size_t n, struct brought *b);
/* The step's segment, as bytes; returns how many. */
size_t peer_says(struct peer *p, const struct scene *s, uint8_t *out);
size_t peer_syn(struct peer *p, uint8_t *out);
size_t peer_syn_ack(struct peer *p, uint8_t *out);
size_t peer_ack(struct peer *p, uint8_t *out);

/* Equal?  If not, *step is the first that differs. */
bool account_equal(const struct play *p, const struct account *a, const struct account *b,
                   uint32_t *step);
void account_print(const struct play *p, const struct account *a, const struct account *b);

/* -- act.c ------------------------------------------------------------------------------------ */

/* A host's system calls, as the C library has them, but results are >= 0 or -errno. */
struct calls {
    void (*begin)(void *host);                               /* an act follows */
    void (*put)(void *host, const uint8_t *bytes, size_t n); /* a datagram of the peer's */
    long (*accept)(void *host); /* the connection with our peer: the descriptor */
    long (*send)(void *host, int fd, const void *text, size_t n, int flags);
    long (*recv)(void *host, int fd, void *text, size_t n, int flags);
    long (*set)(void *host, int fd, int level, int name, const void *value, size_t len);
    long (*error)(void *host, int fd); /* getsockopt(SO_ERROR) */
    long (*poll)(void *host, int fd, int events);
    long (*shutdown)(void *host, int fd, int how);
    long (*close)(void *host, int fd);
    long (*dup)(void *host, int fd);
};

/* Where a play is played: before this host. */
struct stage {
    const struct calls *calls;
    void               *host;
    const struct play  *play;
    struct peer         peer;
    int                 fd, other; /* -1: not open; what dup() made */
};

long stage_accept(struct stage *s);
/* The step's segment, or its call: what that returns. */
long stage_act(struct stage *s, const struct scene *a);

void engine_plays(const struct play *p, const struct spans *t, struct account *o);

/* A namespace, a TUN device 192.168.0.1/24, a listener; NULL or what stood in the way. */
const char *kernel_open(void);
/* `more` ms come on top of each pause: so that what fell just between two steps does not again. */
void kernel_plays(const struct play *p, uint16_t port, uint32_t more, struct account *o,
                  struct spans *t);

/* diag.c: the kernel's line of a connection, as ss gets it. */
void diag_open(void);
void diag_line(const struct endpoint *local, const struct endpoint *peer, struct line *l);

#endif
