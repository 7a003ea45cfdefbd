/* SPDX-License-Identifier: MIT
 * packetdrill.h - how packetdrill finds a stack in a shared library.
 *
 * It looks up one function, packetdrill_interface_init(), and hands it a table to fill in: first a
 * pointer of the library's own, which every call gets back, then one function per system call in
 * this order, then four that stand for the network and the clock, then some more calls.  A script
 * may reach any of them, and packetdrill calls what it finds: none may be NULL.
 */
#ifndef FW_DRILL_PACKETDRILL_H
#define FW_DRILL_PACKETDRILL_H

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

struct epoll_event;
struct timezone;

struct packetdrill_interface {
    void *own;
    void (*free)(void *own);

    int (*socket)(void *own, int domain, int type, int protocol);
    int (*bind)(void *own, int fd, const struct sockaddr *a, socklen_t n);
    int (*listen)(void *own, int fd, int backlog);
    int (*accept)(void *own, int fd, struct sockaddr *a, socklen_t *n);
    int (*connect)(void *own, int fd, const struct sockaddr *a, socklen_t n);

    ssize_t (*read)(void *own, int fd, void *buf, size_t n);
    ssize_t (*readv)(void *own, int fd, const struct iovec *v, int count);
    ssize_t (*recv)(void *own, int fd, void *buf, size_t n, int flags);
    ssize_t (*recvfrom)(void *own, int fd, void *buf, size_t n, int flags, struct sockaddr *a,
                        socklen_t *an);
    ssize_t (*recvmsg)(void *own, int fd, struct msghdr *m, int flags);
    ssize_t (*write)(void *own, int fd, const void *buf, size_t n);
    ssize_t (*writev)(void *own, int fd, const struct iovec *v, int count);
    ssize_t (*send)(void *own, int fd, const void *buf, size_t n, int flags);
    ssize_t (*sendto)(void *own, int fd, const void *buf, size_t n, int flags,
                      const struct sockaddr *a, socklen_t an);
    ssize_t (*sendmsg)(void *own, int fd, const struct msghdr *m, int flags);

    int (*fcntl)(void *own, int fd, int cmd, ...);
    int (*ioctl)(void *own, int fd, unsigned long request, ...);
    int (*close)(void *own, int fd);
    int (*shutdown)(void *own, int fd, int how);
    int (*getsockopt)(void *own, int fd, int level, int name, void *value, socklen_t *n);
    int (*setsockopt)(void *own, int fd, int level, int name, const void *value, socklen_t n);
    int (*poll)(void *own, struct pollfd *fds, nfds_t n, int timeout);

    /* A raw IP datagram for the host: 0, or -1. */
    int (*netdev_send)(void *own, const void *datagram, size_t n);
    /* The next one from the host, and when it left: *n is the room, then the length (0: none will
     * ever come). */
    int (*netdev_receive)(void *own, void *datagram, size_t *n, long long *usecs);
    int (*usleep)(void *own, unsigned int usecs);
    int (*gettimeofday)(void *own, struct timeval *tv, struct timezone *tz);

    int (*epoll_create)(void *own, int size);
    int (*epoll_ctl)(void *own, int epfd, int op, int fd, struct epoll_event *e);
    int (*epoll_wait)(void *own, int epfd, struct epoll_event *e, int max, int timeout);
    int (*pipe)(void *own, int fd[2]);
    int (*splice)(void *own, int in, long long *in_at, int out, long long *out_at, size_t n,
                  unsigned int flags);
};

__attribute__((visibility("default"))) void
packetdrill_interface_init(const char *flags, struct packetdrill_interface *table);

#endif
