/* SPDX-License-Identifier: MIT
 * stack.h - one host before a scripted peer.
 *
 * A world with one host and nobody else: datagrams are put before the host, those that it sends
 * are taken out, and somebody makes its system calls.  Time is virtual and moves only when told.
 *
 *      s = stack_new(&setup);
 *      stack_in(s, bytes, n)        a datagram from the peer
 *      stack_run(s, t)              on to the time t, past every timer until then
 *      stack_out(s, &d)             the oldest datagram that left and was not yet taken
 *      stack_call(s, &call)         a system call that may block: done at once, or later
 *
 * Calls speak errno.h and sys/socket.h: results are >= 0 or -errno.  Two users: the reader of
 * packetdrill scripts in tests/drill, and packetdrill itself (packetdrill.c).
 */
#ifndef FW_DRILL_STACK_H
#define FW_DRILL_STACK_H

#include "net/journal.h"
#include "net/sock.h"
#include "net/world.h"

struct stack_setup {
    enum profile      profile; /* where the policy came from */
    struct tcp_policy policy;
    uint64_t          seed;
    struct addr       addr, addr6; /* addr6 zero: no IPv6 */
    uint32_t          n_iss;       /* fixed initial sequence numbers; 0: RFC 6528 */
    seq               iss[ISS_MAX];
};

/* 192.168.0.1 and fd3d:a0b:17d6::1, the policy of that profile, RFC 6528. */
struct stack_setup stack_setup_default(enum profile p);

struct stack;

struct stack *stack_new(const struct stack_setup *setup);
void          stack_free(struct stack *s);

vtime         stack_now(const struct stack *s);
struct world *stack_world(struct stack *s);

/* The host has this address from now on (IPv4 or IPv6): for those who choose it late. */
void stack_address(struct stack *s, const struct addr *a);

/* When something will happen by itself: a timer, or a blocked call's own deadline. */
vtime stack_next(const struct stack *s);

/* Let the next thing happen if it is due at or before `until`, else it becomes `until`: false. */
bool stack_step(struct stack *s, vtime until);
void stack_run(struct stack *s, vtime until);

/* A datagram that left the host; the bytes are valid until the next call on this stack. */
struct datagram {
    vtime          at;
    const uint8_t *bytes;
    size_t         n;
};

bool stack_out(struct stack *s, struct datagram *d);
bool stack_peek(struct stack *s, struct datagram *d); /* the same, but it is not taken */
void stack_in(struct stack *s, const uint8_t *bytes, size_t n);

/* Be told of everything that is appended to the journal (for --verbose and for state files). */
typedef void stack_watch(void *who, const struct world *w, const struct journal *j,
                         const struct entry *e);
void         stack_listen_in(struct stack *s, stack_watch *watch, void *who);

/* -- Calls that return at once. --------------------------------------------------------------- */

int  stack_socket(struct stack *s, int domain, int type, int protocol);
bool stack_ipv6(struct stack *s, int fd); /* a socket of AF_INET6 */
int  stack_bind(struct stack *s, int fd, const struct endpoint *local);
int  stack_disconnect(struct stack *s, int fd); /* connect() to AF_UNSPEC */
int  stack_listen(struct stack *s, int fd, int backlog);
int  stack_shutdown(struct stack *s, int fd, int how);
int  stack_close(struct stack *s, int fd);
int  stack_dup(struct stack *s, int fd);
int  stack_set(struct stack *s, int fd, int level, int name, const void *value, size_t len);
int  stack_get(struct stack *s, int fd, int level, int name, void *value, size_t *len);
int  stack_fcntl(struct stack *s, int fd, int cmd, int arg);
int  stack_ioctl(struct stack *s, int fd, unsigned long request, int *value);
int  stack_name(struct stack *s, int fd, struct endpoint *local, struct endpoint *peer);
int  stack_inq(struct stack *s, int fd); /* TCP_INQ: bytes left to read; -1: not asked for */
bool stack_nonblocking(const struct stack *s, int fd);

/* epoll(7): sets of descriptors, whose numbers are not those of sockets.  An edge is whatever Linux
 * wakes a waiter for: text that arrives, room that comes, a state or an error that is new. */
struct call_epoll { /* struct epoll_event */
    uint32_t events;
    uint64_t data;
};

int stack_epoll_create(struct stack *s, int size);
int stack_epoll_ctl(struct stack *s, int set, int op, int fd, const struct call_epoll *e);

/* -- Calls that may block. ------------------------------------------------------------------- */

enum call_verb { CALL_ACCEPT, CALL_CONNECT, CALL_READ, CALL_WRITE, CALL_POLL, CALL_EPOLL };

struct call_poll { /* struct pollfd with room for descriptors of this stack */
    int   fd;
    short events, revents;
};

struct call {
    enum call_verb     verb;
    int                fd;
    int                flags;   /* READ, WRITE: MSG_*; ACCEPT: SOCK_NONBLOCK */
    int                timeout; /* POLL, EPOLL: ms, -1 is for ever */
    uint8_t           *in;      /* READ: where to; n bytes */
    const uint8_t     *out;     /* WRITE: what; n bytes */
    size_t             n;
    struct endpoint    peer; /* CONNECT: to; ACCEPT: from */
    struct call_poll  *poll; /* POLL: n_poll of them */
    size_t             n_poll;
    struct call_epoll *epoll; /* EPOLL: room for n_poll of them; fd is the set */

    bool  done;   /* then: */
    long  result; /* >= 0 or -errno */
    vtime at;     /* when it returned */

    size_t       moved;    /* private: bytes so far, */
    bool         begun;    /*   the SYN has been asked for, */
    vtime        deadline; /*   when to give up, */
    struct call *next;     /*   the next one that waits */
};

/* Make the call.  If it blocks, c->done is false and c must live until it is true; whoever moves
 * time completes it. */
void stack_call(struct stack *s, struct call *c);
void stack_call_cancel(struct stack *s, struct call *c);

/* -- What getsockopt(TCP_INFO) says (info.c, info.def). --------------------------------------- */

struct tcp_info_value {
    const char *name; /* "tcpi_snd_cwnd" */
    uint64_t    value;
};

/* Field number `at` of the socket's TCP_INFO; false past the last one, or when there is no such
 * socket. */
bool stack_info(struct stack *s, int fd, size_t at, struct tcp_info_value *out);

/* Linux numbers the states otherwise than the RFC lists them. */
uint8_t linux_state(enum tcp_state state);

/* -- Knobs by name (knob.c) ------------------------------------------------------------------ */

/* "profile=linux,nagle=0": the knobs of a policy, in order.  False: *bad is what was not
 * understood. */
bool stack_flags(struct stack_setup *s, const char *flags, char *bad, size_t cap);

/* What net.ipv4.NAME = VALUE of Linux, or NAME = VALUE of FreeBSD ("net.inet.tcp.msl"), means for a
 * policy; false when it means nothing here. */
bool stack_sysctl(struct tcp_policy *p, const char *name, const char *value);

/* All that a shell's command line sets in this way: "sysctl -w net.inet.tcp.msl=1000". */
void stack_command(struct tcp_policy *p, const char *command);

/* The name i of a sysctl of Linux that means something; NULL past the last. */
const char *stack_sysctl_name(size_t i);

/* errno for an error of the sockets. */
int stack_errno(enum err e);

#endif
