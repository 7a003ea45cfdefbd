/* SPDX-License-Identifier: MIT
 * desk.h - where packetdrill's calls meet the stack: what desk.c lends packetdrill.c
 * and extra.c.
 *
 * One stack a process, one lock.  A call takes the desk, does what it does, and leaves with its
 * result:
 *
 *      desk_enter();
 *      return desk_leave(stack_listen(desk_stack(), desk_live(fd), backlog));
 */
#ifndef FW_DRILL_DESK_H
#define FW_DRILL_DESK_H

#include "drill/stack.h"

#include <sys/socket.h>

/* Which profile and knobs: "profile=linux,sysctl=1,KNOB=VALUE".  Exits with a message when it is
 * not understood. */
void desk_flags(const char *flags);

void desk_enter(void);

/* Leave with a result of the stack's: -1 and errno when it is negative. */
int desk_leave(long result);

/* The stack, all timers until now having rung.  Made when it is first asked for: by then the
 * script's first command has set what it wants to set. */
struct stack *desk_stack(void);
void          desk_free(void);

/* Read /proc/sys/net/ipv4 again, if that is wanted. */
void desk_sysctls(void);

/* The stack's descriptor for a real one, and the reverse.  They are real, since packetdrill closes
 * what a script leaves open. */
int  desk_live(int fd);
int  desk_poll_fd(int fd);    /* the same, for poll(): a number that is no socket's is one, too */
int  desk_real_fd(int inner); /* -1: there is none */
int  desk_new_fd(int inner);
void desk_close_fd(int fd);

/* packetdrill makes up an address for the host.  It is told by what it binds to, or else by the
 * first datagram that it sends there: then that is what we are called. */
void desk_address(const struct addr *a);
void desk_arrives(const void *datagram, size_t n);

/* Make a call; when it blocks, sleep until it is done. */
long desk_make(struct call *c);

/* Time passes.  The clock says when a call that blocked returned, once, to whom it had blocked. */
void  desk_sleep(vspan t);
vtime desk_clock(void);

/* An address as bind() and connect() take it from a socket of its family: 0 or -errno; and as
 * accept() gives it. */
int  desk_endpoint(int fd, const struct sockaddr *a, socklen_t n, struct endpoint *e);
void desk_sockaddr(const struct endpoint *e, bool six, struct sockaddr *a, socklen_t *n);

#endif
