/* SPDX-License-Identifier: MIT
 * world.h - everything that exists, as one value.
 *
 *      w = world_new(setup);               one setup (with its seed), one future
 *      world_do(w, j, &cmd);               the only way in: a command
 *      world_step(w, j, until);            the only way on: the next event, or the time `until`
 *      world_save(w, &blob);               a snapshot: the bytes in use, not the capacity
 *      world_load(w, &blob);               back again
 *      world_equal(w, v)                   the same moment, byte for byte
 *
 * A world holds no pointer and no padding.  Its parts are regions (region.def): arrays behind the
 * header, addressed by 1-based index, 0 being none.  A freed element is zeroed.  Chance comes only
 * from w->rng.  Hence a run is a function of (setup, commands).
 *
 * What happens is told to a journal (net/journal.h), which is output, never read by the world.
 *
 * Units: virtual microseconds, bytes.  Limits are those of the setup's sizes; lessons are checked
 * against them when loaded, a running world asserts.
 */
#ifndef FW_NET_WORLD_H
#define FW_NET_WORLD_H

#include "base/rng.h"
#include "base/value.h"
#include "base/vtime.h"
#include "net/path.h"
#include "tcp/tcp.h"
#include "tcp/wire.h"

#include <stddef.h>

enum {
    HOST_MAX    = 8,    /* hosts in a world */
    HOST_NAME   = 16,   /* bytes of a host's name, terminator included */
    FAULT_MAX   = 16,   /* armed faults at one time */
    ISS_MAX     = 8,    /* fixed first sequence numbers a host can be given */
    PAGE_TEXT   = 1008, /* bytes of text in a page */
    OP_TEXT     = 96,   /* bytes of text in a line of a program */
    FD_NAMES    = 8,    /* named descriptors in a program */
    PROGRAM_MAX = 16,   /* programs in a world */
    FLOW_MAX    = 64,   /* conversations that middleboxes remember */
    LIFE_MAX    = 256,  /* four-tuples whose lives are remembered when their records are gone */
};

enum region_id {
#define REGION(ID, type, accessor, what) REGION_##ID,
#include "net/region.def"
#undef REGION
    REGION_COUNT
};

enum command_kind {
    CMD_NONE,
#define COMMAND(ID, name, what) CMD_##ID,
#include "net/command.def"
#undef COMMAND
    CMD_COUNT
};

enum op_verb {
#define OP(ID, verb, args, help) OP_##ID,
#include "net/op.def"
#undef OP
    OP_COUNT
};

extern const char *const op_name[OP_COUNT];

/* What an alarm is for. */
enum alarm_kind { ALARM_CONN = 1, ALARM_TIME_WAIT, ALARM_PACKET, ALARM_APP, ALARM_CUE, ALARM_FLOW };

VALUE_BEGIN

/* One line of a program. */
struct op {
    uint8_t  verb; /* enum op_verb */
    uint8_t  fd;   /* named descriptor it works on, 1-based; 0 is the current one */
    uint8_t  dst;  /* named descriptor it makes; 0 just becomes the current one */
    uint8_t  host; /* CONNECT: the peer, 1-based */
    uint16_t port, from_port;
    uint32_t n;      /* READ, WRITE: bytes; REPEAT: times; LISTEN: backlog; SHUTDOWN: enum sock_how;
                      * SET, GET: enum sock_option, GET from SO_OPTION_COUNT on a field of TCP_INFO
                      * (net/info.def); ON: 0 error, 1 eof, 2 timeout */
    uint32_t target; /* GOTO, REPEAT, ON: index within the program; for ON UINT32_MAX is exit and
                      * UINT32_MAX-1 is continue.  By hand: number of the descriptor, + 1 */
    int64_t  value;  /* SET; READ, WRITE: enum sock_flag */
    vspan    time;   /* SLEEP, deadline; 0 is none */
    uint16_t line;   /* in the lesson file, for display */
    uint16_t len;    /* of text */
    uint32_t six;    /* CONNECT, a forged segment: 1 is over IPv6 even if both have IPv4 */
    char     text[OP_TEXT]; /* WRITE, PRINT */
};

/* A program: lines world_op(w, first) .. world_op(w, first + count - 1). */
struct program {
    char     name[HOST_NAME];
    uint32_t first, count;
};

/* A running program, or (program == 0) a person's hand on that host. */
struct app {
    uint32_t  next;    /* of this host's apps */
    uint8_t   host;    /* 1-based */
    uint8_t   program; /* 1-based; 0 is by hand */
    uint8_t   state;   /* enum app_state */
    uint8_t   current; /* index into fd[] of the current descriptor, + 1; 0 is none */
    uint32_t  pc;      /* index of the current line within the program */
    uint32_t  alarm;
    int32_t   fd[FD_NAMES + 1]; /* [0] is the unnamed current one; -1 is none */
    uint32_t  handler[3];       /* ON error, eof, timeout: as op.target */
    uint32_t  repeat;           /* times the current REPEAT has gone round */
    int32_t   result;           /* of the last call: >= 0 or -enum err */
    uint32_t  seen, pad_;       /* its host's `stirs` when the blocked call was last tried */
    uint32_t  n_data;           /* bytes in data */
    uint32_t  calls;            /* calls made, ever */
    uint32_t  done;             /* bytes that the write or drain in progress has moved so far */
    uint32_t  lingers;          /* connection that a close() waits for; `done` is its serial */
    vtime     deadline;         /* of the call in progress */
    struct op hand;             /* by hand: the operation */
    char      data[64];         /* the beginning of what was last read */
};

/* An alarm: an element of the timing wheel. */
struct alarm {
    vtime    at;
    uint64_t born;       /* numbers settings: order among equals */
    uint32_t next, prev; /* in its slot */
    uint32_t who;        /* the index of what it is for */
    uint16_t slot;
    uint8_t  kind, pad_; /* enum alarm_kind */
};

/* Text of streams. */
struct page {
    uint32_t next;
    uint32_t used;
    uint64_t at; /* offset in the stream of its first byte */
    uint8_t  text[PAGE_TEXT];
};

struct stream {
    uint32_t first, last; /* pages */
    uint32_t seen, pad_;  /* page in which the last reader stopped, 0: none */
    uint64_t base;        /* offset of the first byte kept */
};

/* A connection: four-tuple, text, and where its control block is. */
struct conn {
    struct endpoint local, remote;
    uint32_t        serial; /* unique in this world, from 1: the identity of an incarnation */
    uint32_t        life;   /* which incarnation of its four-tuple, from 1 */
    uint32_t        sock;   /* 0: no process holds it (orphan) */
    uint32_t listener;      /* sock that it waits to be accepted from; 0 when accepted or active */
    uint32_t queue;         /* next in the listener's accept queue */
    uint32_t hash;          /* next in the bucket */
    uint32_t next, prev;    /* of this host's connections */
    uint32_t text_sent, text_came, ack_sent, ack_came; /* when last: ms, modulo 2^32 */
    uint32_t data_segs_out, data_segs_in;              /* segments with text */
    uint32_t bytes_again;                              /* text sent again */
    uint32_t alarm;
    uint8_t  host;     /* 1-based */
    uint8_t  forgot;   /* TCP has forgotten it; only its socket still holds the record */
    uint8_t  reuse;    /* its socket had SO_REUSEADDR; asked by bind when only TIME_WAIT is left */
    uint8_t  soft;     /* enum err: what the network has said since anything arrived (ICMP) */
    uint32_t key;      /* of its four-tuple (demux.c) */
    uint16_t seen_mss; /* text of the largest segment that came: tcpi_rcv_mss */
    uint8_t  eof_read; /* its last holder had read to the FIN */
    uint8_t  rests;    /* nothing has moved for long, and its control block is packed (rest.c) */
    uint32_t control;  /* that, or the whole one; 0: TCP has forgotten it */
    union {
        uint32_t replaced; /* SYN_RECEIVED: the TIME_WAIT put aside for it, 0: none */
        uint32_t left;     /* forgot: unread bytes that its socket may still read */
    };
    uint8_t       tos, ttl;                         /* without a socket: as its last one had them */
    uint8_t       chrono, nospace;                  /* what its time is counted for (chrono.c) */
    uint32_t      busy, by_window, by_buffer, seen; /* ms of that; when it was looked at */
    struct stream snd, rcv;
    vtime         since;             /* it entered its state */
    uint64_t      bytes_out;         /* TCP_INFO */
    uint32_t      segs_in, segs_out; /* as there, modulo 2^32 */
};

/* A control block, whole. */
struct control {
    struct tcb tcb;
    uint32_t   conn;
    uint32_t   quiet;      /* nothing moves: it stands in the queue of those */
    uint32_t   next, prev; /* in that */
};

struct time_wait {
    struct endpoint      local, remote;
    uint32_t             serial, life;
    uint32_t             hash, alarm;
    uint8_t              host;     /* 1-based; 0: put aside, a SYN tries to take its place */
    uint8_t              reuse;    /* its socket had SO_REUSEADDR */
    uint8_t              tos, ttl; /* as in conn */
    uint32_t             key;
    vtime                since;
    struct tcp_time_wait tw;
};

/* How many connections, TIME_WAIT included, have this local port: bind() need not look at them. */
struct port {
    uint32_t hash; /* next in the bucket */
    uint8_t  host; /* 1-based */
    uint8_t  six;  /* over IPv6 */
    uint16_t number;
    uint32_t held, strict; /* connections; those of them without SO_REUSEADDR */
};

/* How often a four-tuple has lived (host.c): a new incarnation is told from a ghost by this. */
struct life {
    uint64_t tuple;        /* hash of host, local and remote socket; 0 is a free place */
    uint32_t lives, stamp; /* the latest incarnation; when it was noted (the oldest makes room) */
};

/* A datagram on the way. */
struct packet {
    uint64_t id;        /* unique in this world, from 1 */
    vtime    sent, due; /* due VTIME_NEVER: held */
    vspan    left;      /* of a held one: what is left of its way */
    uint32_t alarm;
    uint32_t conn;     /* serial of the connection that sent it; 0: none */
    uint8_t  from, to; /* hosts, 1-based; to 0: no host has that address */
    uint8_t  held, altered;
    uint8_t  fate;  /* CMD_DROP or CMD_HOLD: what will befall it half-way; 0: it will arrive */
    uint8_t  cause; /* enum cause of that fate */
    uint16_t len;
    uint16_t life;   /* incarnation that sent it */
    uint16_t rtx;    /* which retransmission it is */
    uint8_t  answer; /* enum box_does: what a box will say when it dies there */
    uint8_t  reason; /* enum path_quality: which quality of the box it was that killed it */
    uint8_t  by_box; /* the box itself sent it: an error in its own name, a RST in `from`'s */
    uint8_t  pad_;
    uint32_t detail; /* of that: milliseconds of silence, the MTU, or which filter, from 1 */
    uint8_t  bytes[WIRE_MAX];
};

/* A conversation as a middlebox knows it. */
struct flow {
    struct endpoint a, b;
    vtime           seen;    /* when a segment of it last passed */
    seq             next[2]; /* what a, and what b, will send next: the other's RCV.NXT */
    uint32_t        alarm;   /* when the box tells both ends that it has forgotten it */
    uint8_t         known;
    uint8_t         syn, fin; /* 1: of a, 2: of b */
    uint8_t         rst;
};

/* A descriptor. */
struct fd {
    uint32_t next, prev; /* of this host's descriptors, in the order of their numbers */
    uint32_t hash;       /* next in the bucket */
    uint32_t sock;
    int32_t  number;
    uint32_t app;  /* that opened it; closes it at exit */
    uint8_t  host; /* 1-based */
    uint8_t  pad_[3];
};

/* What a descriptor (or several: dup) refers to. */
struct sock {
    uint8_t  host;  /* 1-based */
    uint8_t  kind;  /* enum sock_kind */
    uint8_t  shut;  /* bit 0: reading shut down, bit 1: writing */
    uint8_t  error; /* enum err pending: SO_ERROR */
    uint32_t flags; /* private to sock.c: reuseaddr, keepalive, nodelay, connecting, eof seen ... */
    uint32_t refs;  /* descriptors */
    uint32_t conn;  /* of a connection; 0 when it is gone */
    int32_t  linger;     /* seconds, or -1 */
    uint32_t next, prev; /* of this host's sockets */
    uint32_t hash;       /* next in the bucket of its port, when bound */
    uint32_t own;        /* 0: it has nothing of what few have */
};

/* What few sockets have: an address, options, a queue. */
struct own {
    struct endpoint local; /* that it was bound to */
    struct {
        uint32_t backlog, queued;
        uint32_t first, last; /* accept queue (conn.queue) */
        uint32_t young;       /* children whose handshake is not finished */
    } listen;
    struct sock_options {
        uint32_t rcv_buf, snd_buf, maxseg, user_timeout, keep_idle, keep_intvl, keep_cnt,
            fin_wait_2, syn_r2, snd_lowat, notsent; /* 0: policy; notsent UINT32_MAX: no limit */
        uint32_t rcv_lowat;                         /* 0 and 1: any */
        uint8_t  tos, ttl, tclass, hops;            /* of IPv4, of IPv6; ttl and hops 0: policy */
        uint8_t  cc, syn_count;                     /* cc: 1 + the knob's value; 0: policy */
        uint8_t  policy; /* some of these make the policy another than the host's */
        uint8_t  set;    /* there are options at all */
    } opt;
};

struct host {
    char              name[HOST_NAME];
    struct addr       addr, addr6; /* IPv4, and IPv6 (zero: none) */
    struct tcp_policy policy;
    uint64_t          secret[2];               /* RFC 6528, RFC 6056 */
    seq               iss[ISS_MAX];            /* for the first connections, if n_iss */
    uint32_t          n_iss, isses;            /* given; used */
    uint32_t          conns, socks, fds, apps; /* lists, newest first; of fds by number */
    uint32_t          listeners;               /* the sockets that listen, which socks has not */
    uint32_t          n_conns, n_listeners, n_waits; /* how many; of records in TIME_WAIT, too */
    uint32_t          hand;                          /* the app that does CMD_OP */
    uint32_t          challenges;                    /* left in this second (RFC 5961 7) */
    uint32_t          fd_low;                        /* no number below 64 * fd_low is free */
    uint32_t          stirs; /* times that something happened which a blocked call may wait for */
    uint16_t          port_next; /* ephemeral, RFC 6056 */
    uint16_t          ip_id;
    uint8_t           profile;    /* enum profile it started from */
    uint8_t           down;       /* crashed */
    uint16_t          port_count; /* ephemeral ports given, modulo their number: RFC 6056 3.3.3 */
    vtime             challenge_second;
    uint64_t          segs_in, segs_out, rtx, rst_out, bad; /* counters, as nstat shows */
};

/* What a person or a script does. */
struct command {
    uint32_t kind;       /* enum command_kind */
    uint8_t  host, peer; /* 1-based; whose, or the path from-to (0, 0: both ways) */
    uint8_t  program;    /* START: 1-based */
    uint8_t  action;     /* ARM: CMD_DROP ... ; PATH: enum path_quality; KNOB: low byte unused */
    uint64_t packet; /* DROP .. CORRUPT: packet id; 0 is the newest in flight that matches `on` */
    vspan    time;   /* DELAY, PATH */
    uint64_t n;      /* PATH rate, queue, cut; KNOB value; ARM count (0 is 1) */
    uint32_t knob;   /* KNOB: enum knob */
    uint32_t pad_;
    struct ratio   ratio;        /* PATH */
    struct match   on;           /* ARM; PATH filter; DROP .. CORRUPT without packet */
    vspan          brief;        /* PATH idle */
    struct op      op;           /* OP; INJECT: WRITE text */
    struct segment seg;          /* INJECT */
    uint16_t       sport, dport; /* INJECT */
};

/* A line of the script: a command at a time, or when something happens (plus a delay). */
struct cue {
    vtime          at;    /* >= 0, or VTIME_NEVER when `on` decides */
    vspan          after; /* delay after the match */
    struct match   on;
    uint32_t       seen; /* matches so far */
    uint8_t        fired, pad_[3];
    uint32_t       alarm;
    uint16_t       line, pad2_; /* in the lesson file */
    struct command cmd;
};

struct region {
    uint64_t offset;     /* from the beginning of the world */
    uint32_t size, cap;  /* of an element, in bytes; elements */
    uint32_t high, free; /* highest index ever used; first free one below it */
    uint32_t used, pad_; /* elements taken */
};

/* The timing wheel: see net/wheel.c. */
enum { WHEEL_LEVELS = 11, WHEEL_SLOTS = 64 };
struct wheel {
    vtime    now; /* everything before has been popped */
    uint64_t births;
    uint64_t busy[WHEEL_LEVELS];              /* a bit a slot that is not empty */
    uint32_t slot[WHEEL_LEVELS][WHEEL_SLOTS]; /* first alarm */
};

struct world {
    uint64_t       bytes; /* of the whole world, regions included */
    uint64_t       seed;
    vtime          now;
    uint64_t       event; /* events so far: the position in history */
    struct rng     rng;
    uint64_t       packets; /* ids given */
    uint32_t       serials; /* connection serials given */
    uint32_t       hosts;
    uint32_t       buckets; /* of the connection hash: a power of two */
    uint32_t       programs;
    uint64_t       fd_offset; /* of the maps of numbers taken (fd.c): fd_words for each host */
    uint64_t       fd_words;
    uint64_t       hash_offset; /* of `buckets` words (host.c): 0, or the first of a chain */
    uint32_t       node_free;  /* REGION_NODE elements lent to the engine and not in use: a chain */
    uint32_t       nodes_left; /* so many of these */
    uint32_t       faults;     /* slots of fault[] that may be armed: the first so many */
    uint32_t       stamps;     /* given to life[] */
    uint32_t       quiet_first, quiet_last; /* whole blocks in which nothing moves: a queue, */
    uint32_t       quiet, quiet_max;        /* how many, and how many may be */
    struct life    life[LIFE_MAX];
    struct program program[PROGRAM_MAX];
    struct host    host[HOST_MAX];           /* [0] is host 1 */
    struct path    path[HOST_MAX][HOST_MAX]; /* [from][to] */
    struct fault   fault[FAULT_MAX];
    struct addr    box, box6; /* of what stands in the middle */
    struct filter  filter[FILTER_MAX];
    uint32_t       filters, pad_; /* the first so many are rows */
    struct flow    flow[FLOW_MAX];
    struct wheel   wheel;
    struct region  region[REGION_COUNT];
};

VALUE_END

enum app_state { APP_READY, APP_BLOCKED, APP_SLEEPING, APP_DONE };
enum sock_kind { SOCK_FRESH, SOCK_LISTENING, SOCK_CONNECTING, SOCK_CONNECTED, SOCK_DEAD };

/* How a world begins; plain data, read once by world_new(). */
struct setup_host {
    char              name[HOST_NAME];
    struct addr       addr, addr6;
    enum profile      profile;
    struct tcp_policy policy;
    uint32_t          n_iss;
    seq               iss[ISS_MAX];
    uint16_t          port_first; /* first ephemeral port; 0: RFC 6056 */
};

struct setup {
    uint64_t          seed;
    uint32_t          hosts;
    struct setup_host host[HOST_MAX];
    struct path       path[HOST_MAX][HOST_MAX];
    struct addr       box, box6; /* of what stands in the middle; no host's */
    struct filter     filter[FILTER_MAX];
    uint32_t          filters;
    uint32_t          programs;
    struct program    program[PROGRAM_MAX]; /* first is an index into op[] */
    const struct op  *op;
    uint32_t          n_op;
    const struct cue *cue;
    uint32_t          n_cue;
    uint32_t          cap[REGION_COUNT]; /* 0 is a default that suits lessons */
    uint32_t          quiet; /* control blocks that stay whole although nothing moves; likewise */
};

/* A setup with no hosts, perfect 50 ms paths, a box at 10.0.0.254 and 2001:db8::fe, and default
 * sizes. */
struct setup setup_default(void);

struct journal;

/* Take a filter into a list of *n, for these ways (as in struct filter), or, when `does` is
 * BOX_PASS, take all filters off them.  False when the list is full. */
bool filter_set(struct filter list[FILTER_MAX], uint32_t *n, uint32_t does, const struct match *on,
                uint64_t ways);

/* A new world (to be freed with world_free()), all programs not yet started, all cues set. */
struct world *world_new(const struct setup *s);
void          world_free(struct world *w);
/* The same in the memory of a world that is over (NULL: there was none), which is gone then: a few
 * bytes have to be cleared instead of all. */
struct world *world_renew(struct world *w, const struct setup *s);

/* Act now.  Counts as one event. */
void world_do(struct world *w, struct journal *j, const struct command *cmd);

/* If an event is due at or before `until`: let the earliest happen, set w->now to its time, return
 * true. Else set w->now = until and return false. */
bool world_step(struct world *w, struct journal *j, vtime until);

/* When the next event is due, or VTIME_NEVER. */
vtime world_next(const struct world *w);

/* Put a real datagram before a host, as if it had just arrived (adapters, fuzzers).  An event. */
void world_datagram(struct world *w, struct journal *j, uint32_t host, const uint8_t *bytes,
                    size_t n);

/* A snapshot of the bytes in use. */
struct blob {
    uint8_t *bytes;
    size_t   len, cap;
};

void world_save(const struct world *w, struct blob *b);
void world_load(struct world *w, const struct blob *b); /* into a world of the same setup */
/* A world of its own, in the memory of another as with world_renew(). */
struct world *world_from(struct world *w, const struct blob *b);
size_t        world_size(const struct world *w); /* of a snapshot, in bytes */
bool          world_equal(const struct world *w, const struct world *v);
void          blob_free(struct blob *b);

/* The element `i` of a region (1 =< i =< high). */
#define REGION(ID, type, accessor, what)                                                           \
    static inline struct type *world_##accessor(const struct world *w, uint32_t i)                 \
    {                                                                                              \
        return (struct type *)((char *)(uintptr_t)w + w->region[REGION_##ID].offset) + i - 1;      \
    }
#include "net/region.def"
#undef REGION

/* The control block of a connection, to look at: also of one that rests; zero when TCP has
 * forgotten it. */
struct tcb conn_tcb(const struct world *w, const struct conn *c);

/* Take a zeroed element (0 when the region is full); give it back: it is zeroed, but for its last
 * four bytes, which chain the free ones. */
uint32_t world_take(struct world *w, enum region_id r);
void     world_give(struct world *w, enum region_id r, uint32_t i);
/* The same for an element whose bytes from the n-th on are zero already. */
void world_give_used(struct world *w, enum region_id r, uint32_t i, size_t n);

/* Host by name or address, 1-based; 0 is none. */
uint32_t world_host_named(const struct world *w, const char *name);
uint32_t world_host_at(const struct world *w, const struct addr *a);

/* Assert every invariant. */
void world_check(const struct world *w);

#endif
