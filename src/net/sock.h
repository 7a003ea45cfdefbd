/* SPDX-License-Identifier: MIT
 * sock.h - sockets as programmers know them (POSIX.1-2017 2.10, and Linux where measured).
 *
 * Everything here is non-blocking: a call that would wait returns -ERR_EAGAIN and whoever blocks
 * (net/app.c, an adapter) tries again when sock_events() changes.  Results are >= 0 or -enum err.
 * A descriptor is (host, fd); fds are small numbers, the lowest free one is given, per host.
 */
#ifndef FW_NET_SOCK_H
#define FW_NET_SOCK_H

#include "net/world.h"

enum err {
#define ERR(name, text) ERR_##name,
#include "net/err.def"
#undef ERR
    ERR_COUNT
};

/* "ECONNRESET" and "connection reset by peer". */
const char *err_name(enum err e);
const char *err_text(enum err e);

enum sock_option {
    SO_REUSEADDR_,
    SO_KEEPALIVE_,
    SO_LINGER_, /* value: seconds, or -1 for off; 0 aborts on close (RFC 9293 3.10.5) */
    SO_RCVBUF_,
    SO_SNDBUF_,
    SO_ERROR_, /* get only; clears */
    TCP_NODELAY_,
    TCP_CORK_,
    TCP_MAXSEG_,
    TCP_USER_TIMEOUT_, /* ms */
    TCP_KEEPIDLE_,     /* seconds */
    TCP_KEEPINTVL_,    /* seconds */
    TCP_KEEPCNT_,
    SO_NOSIGPIPE_, /* 1, as here everywhere at first: EPIPE is an error; 0: it kills the program */
    TCP_LINGER2_,  /* seconds that FIN_WAIT_2 lasts after close(); 0: the system's */
    TCP_CONGESTION_, /* 0 none, 1 Reno, 2 CUBIC: as the knob cc */
    TCP_SYNCNT_,     /* Linux: how often a SYN is sent again */
    TCP_KEEPINIT_,   /* BSD: seconds after which a handshake is given up */
    TCP_NOOPT_,      /* BSD: SYNs carry no option, not even an MSS */
    IP_TOS_,         /* of IPv4's segments; the bits that are ECN's count for nothing */
    IP_TTL_,         /* 1 to 255; -1 is the host's */
    IPV6_TCLASS_,    /* the same of IPv6's; -1 is 0 */
    IPV6_UNICAST_HOPS_,
    SO_RCVLOWAT_,       /* bytes that a reader, or poll(), waits for */
    SO_SNDLOWAT_,       /* BSD: bytes of room that poll() waits for */
    TCP_NOTSENT_LOWAT_, /* Linux: unsent bytes at which a writer has to wait; 0 the system's */
    IPV6_V6ONLY_,       /* of a listener that names no address: not IPv4 as well */
    SO_OPTION_COUNT
};

/* "SO_REUSEADDR" and so on; SO_OPTION_COUNT when unknown. */
extern const char *const sock_option_name[SO_OPTION_COUNT];
enum sock_option         sock_option_by_name(const char *name);

enum sock_how { SHUT_RD_, SHUT_WR_, SHUT_RDWR_ };

enum sock_event { /* poll(2) bits */
                  EV_IN    = 0x01,
                  EV_OUT   = 0x02,
                  EV_RDHUP = 0x04,
                  EV_ERR   = 0x08,
                  EV_HUP   = 0x10,
                  EV_PRI   = 0x20,
};

enum sock_flag {
    MSG_PEEK_    = 1, /* it stays where it is */
    MSG_OOB_     = 2,
    MSG_MORE_    = 4,  /* more will follow */
    MSG_EOR_     = 8,  /* the end of a record: the knob eor */
    MSG_WAITALL_ = 32, /* of who blocks: until so much is there, or no more can come */
    MSG_TRUNC_   = 16, /* it is thrown away, and the buffer (NULL will do) stays as it is */
};

struct entry; /* net/journal.h */

struct net_call { /* where a call happens: passed first, like an env */
    struct world   *w;
    struct journal *j; /* may be NULL */
    uint32_t        host;
    uint32_t        app;  /* who opens what this call opens; 0 is nobody */
    struct entry   *call; /* a CALL entry not yet told, or NULL: it is told (and this becomes NULL)
                           * when the call first reaches the engine, so that it carries the change
                           * of state */
    const char *text;     /* its words */
};

int sock_socket(struct net_call *c);
int sock_bind(struct net_call *c, int fd, const struct endpoint *local); /* port 0: ephemeral */
int sock_listen(struct net_call *c, int fd, int backlog);
int sock_accept(struct net_call *c, int fd, struct endpoint *peer); /* the new fd */
int sock_connect(struct net_call *c, int fd, const struct endpoint *peer);
/* connect() to AF_UNSPEC (Linux): what there is ends with a RST, and the socket is a fresh one. */
int sock_disconnect(struct net_call *c, int fd);
int sock_read(struct net_call *c, int fd, uint8_t *buf, uint32_t n, int flags);
int sock_write(struct net_call *c, int fd, const uint8_t *buf, uint32_t n, int flags);
/* What is queued beyond the peer's window is thrown away (RFC 9293 3.9.1.7); returns how much. */
int sock_flush(struct net_call *c, int fd);
int sock_shutdown(struct net_call *c, int fd, enum sock_how how);
int sock_close(struct net_call *c, int fd);
int sock_dup(struct net_call *c, int fd);
int sock_set(struct net_call *c, int fd, enum sock_option o, int64_t value);
int sock_get(struct net_call *c, int fd, enum sock_option o, int64_t *value);
int sock_name(struct net_call *c, int fd, struct endpoint *local, struct endpoint *peer);

/* Where a socket is and whom it was connected to, if anywhere and to anybody: else zero. */
void sock_ends(const struct world *w, const struct sock *s, struct endpoint *local,
               struct endpoint *peer);

/* Bytes that write() would take now, if it is no error. */
uint32_t sock_room(const struct world *w, uint32_t host, int fd);

/* Has a reader of n bytes to wait, if it may, because of SO_RCVLOWAT? */
bool sock_too_little(const struct world *w, uint32_t host, int fd, uint32_t n);

/* What poll() would say now: enum sock_event bits. */
uint32_t sock_events(const struct world *w, uint32_t host, int fd);

#endif
