/* SPDX-License-Identifier: MIT
 * inside.h - what the parts of src/drill share.  Not for others.
 */
#ifndef FW_DRILL_INSIDE_H
#define FW_DRILL_INSIDE_H

#include "drill/stack.h"

/* What the sockets below do not know of a descriptor: how it blocks. */
struct stack_fd {
    bool  nonblock, inq;            /* O_NONBLOCK, TCP_INQ */
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
};

/* What is known of a descriptor; made when it is new. */
struct stack_fd *stack_fd(struct stack *s, int fd);

/* Something may have changed: let every blocked call try again. */
void stack_retry(struct stack *s);

/* Show the watcher what is new in the journal. */
void stack_told(struct stack *s);

/* A result of net/sock.h as one of ours. */
int stack_result(int result);

/* The connection behind a descriptor, 0 is none; and its socket. */
struct sock *stack_sock(struct stack *s, int fd);

#endif
