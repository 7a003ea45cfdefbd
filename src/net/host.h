/* SPDX-License-Identifier: MIT
 * host.h - what host.c, demux.c, isn.c, sock.c and the like know of each other.  Not for other
 * files.
 *
 * A turn is one visit to the engine: what surrounds the call, the reasons that it leaves, and
 * the state that it found.
 *
 *      struct turn t;
 *      turn_begin(&t, w, j, host, conn);
 *      tcp_close(t.tcb, &t.env);
 *      turn_user(&t, call);       tell who did it, with the steps
 *      turn_end(&t);              send what is owed, wake whom it concerns, forget what is CLOSED
 */
#ifndef FW_NET_HOST_H
#define FW_NET_HOST_H

#include "net/inside.h"

enum { TURN_STEPS = 48 };

struct turn {
    struct world            *w;
    struct journal          *j;
    uint32_t                 host, conn;
    struct tcb              *tcb; /* of the connection, whole; NULL if there is none */
    uint32_t                 serial, life;
    uint32_t                 readable; /* bytes that the user could read before */
    uint8_t                  tos, ttl; /* of what is sent, as in struct segment */
    enum tcp_state           before;
    bool                     had_fin; /* the peer's FIN had been reached before */
    const struct tcp_policy *policy;  /* the host's, or `own` */
    struct tcp_env           env;
    struct trace             trace;
    struct tcp_policy        own; /* the host's, with what the socket has set */
    struct step              step[TURN_STEPS];
};

static inline struct host *host_of(const struct world *w, uint32_t host)
{
    return (struct host *)(uintptr_t)&w->host[host - 1];
}

/* What a socket has of its own, to look at. */
static inline const struct own *own_of(const struct world *w, const struct sock *s)
{
    static const struct own nothing;

    return s->own ? world_own(w, s->own) : &nothing;
}

/* -- host.c ------------------------------------------------------------------------------------ */

/* conn may be 0: a listener, or nobody. */
void turn_begin(struct turn *t, struct world *w, struct journal *j, uint32_t host, uint32_t conn);
/* One that was begun without a connection goes on with this, which is new. */
void turn_takes(struct turn *t, uint32_t conn);
/* Tell the CALL that is waiting in `c`, or STATE if the state changed and nobody else tells it. */
void turn_user(struct turn *t, struct net_call *c, enum tcp_state after);
void turn_end(struct turn *t);

/* The parts of it, for segments that no connection owns and records in TIME_WAIT. */
void turn_send(struct turn *t, const struct endpoint *from, const struct endpoint *to,
               const struct segment *seg, const uint8_t *text, enum tcp_state state, uint16_t rtx,
               const struct trace *why);
void turn_drain(struct turn *t, struct tcb *tcb, const struct endpoint *local,
                const struct endpoint *remote);
void turn_entry(const struct turn *t, struct entry *e, enum tcp_state after);
void turn_tell(struct turn *t, struct entry *e, const char *text);
/* An entry without reasons or words, of a connection in this state. */
void turn_tell_plain(struct turn *t, enum event_kind kind, enum tcp_state state);
/* -- waits.c */
void turn_begin_time_wait(struct turn *t, struct world *w, struct journal *j, uint32_t tw);
void turn_end_time_wait(struct turn *t, struct tcb *tcb, uint32_t tw);
void time_wait_fill(struct time_wait *r, const struct conn *c, const struct tcb *tcb);
void time_wait_forget(struct turn *t, uint32_t tw);
/* A SYN tries to take its place (9293 3.6.1 MAY-2): it is put aside, until the handshake has come
 * to nothing and it returns, or has ended and it is replaced. */
void     time_wait_aside(struct world *w, uint32_t tw);
uint32_t time_wait_aside_of(const struct turn *t); /* of one that is still held; or 0 */
void     time_wait_return(struct turn *t, uint32_t tw);
void     time_wait_replaced(struct turn *t, uint32_t tw);

/* -- govern.c */

/* The policy of a socket: its host's, with SO_RCVBUF and the like. */
struct tcp_policy policy_of(const struct world *w, uint32_t host, const struct sock *s);
/* What this turn's connection, of this socket (or none) and with this address, is governed by, and
 * what its segments say to IP. */
void turn_policy(struct turn *t, const struct sock *s, const struct addr *local);
/* A SYN will not end a TIME_WAIT: nobody listens. */
void turn_no_reopen(struct turn *t);
/* tcp_new(), with the socket's options; the same in LISTEN. */
void tcb_new(struct turn *t, const struct sock *s, struct tcb *out);
void tcb_listen(struct turn *t, const struct sock *s, struct tcb *out);

/* -- host.c */

/* A connection with its four-tuple (hashed: `tuple`), in the demultiplexer; 0 when there is no
 * room.  It is that incarnation, 0: the next. */
uint32_t conn_new(struct world *w, uint32_t host, const struct endpoint *local,
                  const struct endpoint *remote, uint64_t tuple, uint32_t life);
/* Its socket has SO_REUSEADDR, or has it no more. */
void conn_reuse(struct world *w, uint32_t conn, bool on);
/* What a socket's segments with this address say to IP (9293 3.9.1.9, 3.9.2). */
void sock_ip(const struct world *w, const struct sock *s, const struct addr *local, uint8_t *tos,
             uint8_t *ttl);
/* Its socket lets it go: what TCP has forgotten is deleted, what has come to rest is packed. */
void conn_release(struct world *w, struct journal *j, uint32_t conn);

/* Bytes that the socket of this connection can read now. */
uint32_t conn_readable(const struct world *w, const struct conn *c);
/* Its state; CLOSED when TCP has forgotten it. */
enum tcp_state conn_state(const struct world *w, const struct conn *c);
/* Stream offset of a sequence number of what was sent, or arrived. */
uint64_t conn_snd_offset(const struct conn *c, const struct tcb *t, seq s);
uint64_t conn_rcv_offset(const struct conn *c, const struct tcb *t, seq s);

/* -- lowat.c: how little is too little.  Bytes that a reader waits for; room that poll() waits for;
 * is so little unsent that poll() calls the socket writable; how much of n bytes may be queued. */
uint32_t lowat_rcv(const struct world *w, const struct sock *s);
uint32_t lowat_snd(const struct world *w, const struct sock *s);
bool     lowat_few_unsent(const struct world *w, const struct sock *s, const struct tcb *t);
uint32_t lowat_unsent_room(const struct world *w, const struct sock *s, const struct tcb *t,
                           uint32_t n);

/* -- chrono.c: what the time that passes now is counted for; whether a writer had to stop. */
void chrono_turn(struct turn *t, struct conn *c);
void chrono_stopped(struct conn *c);
void chrono_look(const struct world *w, const struct conn *c, uint32_t *busy, uint32_t *window,
                 uint32_t *buffer);

/* -- info.c: milliseconds of the world's clock, as conn.text_sent and its like are kept. */
uint32_t stamp_ms(const struct world *w);

/* -- demux.c ----------------------------------------------------------------------------------- */

void demux_add_conn(struct world *w, uint32_t conn);
void demux_remove_conn(struct world *w, uint32_t conn);
void demux_add_time_wait(struct world *w, uint32_t tw);
void demux_remove_time_wait(struct world *w, uint32_t tw);
/* A connection (or TIME_WAIT) has this local socket, or has it no more; may another bind to it? */
void     demux_hold(struct world *w, uint32_t host, const struct endpoint *local, bool reuse);
void     demux_release(struct world *w, uint32_t host, const struct endpoint *local, bool reuse);
bool     demux_held(const struct world *w, uint32_t host, const struct endpoint *e, bool reuse);
void     demux_add_fd(struct world *w, uint32_t fd); /* by its host and number */
void     demux_remove_fd(struct world *w, uint32_t fd);
uint32_t demux_fd(const struct world *w, uint32_t host, int number);
void     demux_add_sock(struct world *w, uint32_t sock); /* by its local port */
void     demux_remove_sock(struct world *w, uint32_t sock);
uint32_t demux_listener(const struct world *w, uint32_t host, const struct endpoint *local);
/* The first socket that is bound to this port, and the next one after it. */
uint32_t demux_bound(const struct world *w, uint32_t host, uint16_t port, uint32_t after);

/* Whose is a four-tuple?  Its hash, and who has it: at most one of the two, 0 is none. */
struct owner {
    uint64_t tuple;
    uint32_t conn, time_wait;
};
struct owner demux_owner(const struct world *w, uint32_t host, const struct endpoint *local,
                         const struct endpoint *remote);

/* Incarnations of a four-tuple, by its hash: how many there have been, and note one. */
uint32_t life_last(const struct world *w, uint64_t tuple);
void     life_note(struct world *w, uint64_t tuple, uint32_t life);

/* -- isn.c: numbers that a stranger should not guess ------------------------------------------- */

/* The first sequence number that the next connection would have; host_iss_used() when it has taken
 * it. */
seq      host_iss(const struct world *w, uint32_t host, const struct endpoint *local,
                  const struct endpoint *remote);
uint32_t host_ts_off(const struct world *w, uint32_t host, const struct endpoint *local,
                     const struct endpoint *remote);
void     host_iss_used(struct world *w, uint32_t host);
/* A local port for a connection to `remote`; 0 when all are taken. */
uint16_t host_port(struct world *w, uint32_t host, const struct endpoint *local,
                   const struct endpoint *remote);

/* -- sock.c: what the engine has to say to a socket ------------------------------------------ */

enum sock_private {
    SF_REUSE     = 0x01,
    SF_KEEPALIVE = 0x02,
    SF_NODELAY   = 0x04,
    SF_CORK      = 0x08,
    SF_BOUND     = 0x10,   /* in the demultiplexer by its port */
    SF_FIN       = 0x20,   /* the peer's FIN has been reached */
    SF_EOF_READ  = 0x40,   /* and read() has said so */
    SF_CHILD     = 0x80,   /* made by a SYN, not yet accepted */
    SF_FAILED    = 0x100,  /* its last connect() came to nothing */
    SF_V4ONLY    = 0x800,  /* AF_INET */
    SF_V6ONLY    = 0x1000, /* IPV6_V6ONLY */
    SF_NOOPT     = 0x400,  /* its SYNs carry no option */
    SF_SIGPIPE   = 0x200,  /* EPIPE raises SIGPIPE */
};

void sock_signal(struct turn *t, uint32_t sock, uint32_t signal);
/* A socket for a child of a listener, without a descriptor; 0 when there is no room. */
uint32_t sock_child(struct world *w, uint32_t listener, uint32_t conn);
/* The connection of a child died before anybody accepted it. */
void sock_child_gone(struct world *w, uint32_t sock);
/* Take a child out of its listener's queue: it is accepted, or gone. */
void sock_unqueue(struct world *w, uint32_t conn);
void sock_crash(struct world *w, uint32_t host);

/* -- fd.c: the tables ------------------------------------------------------------------------- */

uint32_t    sock_new(struct world *w, uint32_t host); /* 0: no room */
void        sock_free(struct world *w, uint32_t sock);
struct own *sock_own(struct world *w, struct sock *s);    /* taken, if it had none */
void        sock_listens(struct world *w, uint32_t sock); /* it does, from now on */
void        sock_listens_no_more(struct world *w, uint32_t sock);
uint32_t    fd_find(const struct world *w, uint32_t host, int fd); /* its element, 0: EBADF */
uint32_t    sock_of_fd(const struct world *w, uint32_t host, int fd);
int         fd_open(struct net_call *c, uint32_t sock); /* the lowest free number, or -ERR_EMFILE */
void        fd_drop(struct world *w, uint32_t host, int fd);

#endif
