/* SPDX-License-Identifier: MIT
 * inside.h - what the parts of src/drill share.  Not for others.
 */
#ifndef FW_DRILL_INSIDE_H
#define FW_DRILL_INSIDE_H

#include "drill/stack.h"

/* What the sockets below do not know of a descriptor: how it blocks. */
struct stack_fd {
    bool  nonblock, inq, ipv6;      /* O_NONBLOCK, TCP_INQ, AF_INET6 */
    vspan rcv_timeout, snd_timeout; /* SO_RCVTIMEO, SO_SNDTIMEO; 0 is for ever */
};

struct stack {
    struct world    *world;
    struct journal   journal;
    size_t           taken, told; /* entries of the journal */
    struct net_call  call;
    struct call     *waiting; /* blocked calls, in the order of calling */
    struct stack_fd *fd;
    size_t           n_fd;
    stack_watch     *watch;
    void            *who;
    struct epoll    *set; /* epoll.c */
    size_t           n_set;
};

/* What is known of a descriptor; made when it is new. */
struct stack_fd *stack_fd(struct stack *s, int fd);

/* Something may have changed: let every blocked call try again. */
void stack_retry(struct stack *s);

/* What poll() says of a descriptor now: POLL* bits. */
int stack_poll_bits(struct stack *s, int fd);

/* epoll.c: what has come since the last look is remembered; a descriptor that is closed is in no
 * set; what epoll_wait() would return, 0 is nothing yet; close() of a set. */
void stack_epoll_look(struct stack *s);
void stack_epoll_forget(struct stack *s, int fd);
int  stack_epoll_ready(struct stack *s, struct call *c);
int  stack_epoll_close(struct stack *s, int set);
void stack_epoll_free(struct stack *s);

/* Show the watcher what is new in the journal. */
void stack_told(struct stack *s);

/* A result of net/sock.h as one of ours. */
int stack_result(int result);

/* The connection behind a descriptor, 0 is none; and its socket. */
struct sock *stack_sock(struct stack *s, int fd);

#endif
