/* SPDX-License-Identifier: MIT
 * extra.h - the calls of packetdrill's table that are Linux's own.
 */
#ifndef FW_DRILL_EXTRA_H
#define FW_DRILL_EXTRA_H

#include <stddef.h>

struct epoll_event;

int extra_epoll_create(void *own, int size);
int extra_epoll_ctl(void *own, int epfd, int op, int fd, struct epoll_event *e);
int extra_epoll_wait(void *own, int epfd, struct epoll_event *e, int max, int timeout);
int extra_pipe(void *own, int fd[2]);
int extra_splice(void *own, int in, long long *in_at, int out, long long *out_at, size_t n,
                 unsigned int flags);

#endif
