/* SPDX-License-Identifier: MIT
 * packetdrill.c - the engine as a shared library that packetdrill loads: the table of its calls.
 *
 *      packetdrill --so_filename=finwait-packetdrill.so --so_flags=profile=linux SCRIPT
 *
 * Time is virtual: it moves in usleep(), in netdev_receive() when nothing has left yet, and by one
 * microsecond at each look at the clock, since packetdrill spins on it. */
#define _GNU_SOURCE
#include "drill/packetdrill.h"

#include "drill/adapter.h"
#include "drill/desk.h"
#include "drill/extra.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TCP_CM_INQ_ = 36,         /* of <linux/tcp.h>, which has names for the engine's states */
    AT_ONCE     = 0x7ffff000, /* bytes that one call moves at most, as read(2) has it */
    VECTORS     = 1024,       /* IOV_MAX */
    POLLS       = 1024,       /* RLIMIT_NOFILE */
};

static int refuse(int error)
{
    errno = error;
    return -1;
}

/* -- Calls that return at once ------------------------------------------------------------- */

static int do_socket(void *own, int domain, int type, int protocol)
{
    (void)own;
    desk_enter();
    desk_sysctls(); /* a script may have changed them meanwhile */
    return desk_leave(desk_new_fd(stack_socket(desk_stack(), domain, type, protocol)));
}

static int do_bind(void *own, int fd, const struct sockaddr *a, socklen_t n)
{
    struct endpoint e;

    (void)own;
    desk_enter();
    int bad = desk_endpoint(fd, a, n, &e);
    if (bad)
        return desk_leave(bad);
    desk_address(&e.addr);
    return desk_leave(stack_bind(desk_stack(), desk_live(fd), &e));
}

static int do_listen(void *own, int fd, int backlog)
{
    (void)own;
    desk_enter();
    return desk_leave(stack_listen(desk_stack(), desk_live(fd), backlog));
}

static int do_shutdown(void *own, int fd, int how)
{
    (void)own;
    desk_enter();
    return desk_leave(stack_shutdown(desk_stack(), desk_live(fd), how));
}

static int do_close(void *own, int fd)
{
    (void)own;
    desk_enter();
    if (desk_live(fd) < 0) { /* a pipe's end, a file */
        desk_leave(0);
        return close(fd);
    }
    int r = stack_close(desk_stack(), desk_live(fd));
    if (r == 0)
        desk_close_fd(fd);
    return desk_leave(r);
}

static int do_fcntl(void *own, int fd, int cmd, ...)
{
    va_list ap;

    (void)own;
    va_start(ap, cmd);
    int arg = cmd == F_SETFL ? va_arg(ap, int) : 0;
    va_end(ap);
    desk_enter();
    return desk_leave(stack_fcntl(desk_stack(), desk_live(fd), cmd, arg));
}

static int do_ioctl(void *own, int fd, unsigned long request, ...)
{
    va_list ap;

    (void)own;
    va_start(ap, request);
    int *value = va_arg(ap, int *);
    va_end(ap);
    if (value == NULL)
        return refuse(EFAULT);
    desk_enter();
    return desk_leave(stack_ioctl(desk_stack(), desk_live(fd), request, value));
}

static int do_setsockopt(void *own, int fd, int level, int name, const void *value, socklen_t n)
{
    (void)own;
    desk_enter();
    return desk_leave(stack_set(desk_stack(), desk_live(fd), level, name, value, n));
}

static int do_getsockopt(void *own, int fd, int level, int name, void *value, socklen_t *n)
{
    (void)own;
    return getsockopt(fd, level, name, value, n); /* ours: preload.c */
}

/* -- Calls that may block ------------------------------------------------------------------ */

static int do_accept(void *own, int fd, struct sockaddr *a, socklen_t *n)
{
    struct call c = { .verb = CALL_ACCEPT, .fd = fd };

    (void)own;
    desk_enter();
    int r = desk_new_fd((int)desk_make(&c));
    if (r >= 0)
        desk_sockaddr(&c.peer, stack_ipv6(desk_stack(), desk_live(r)), a, n);
    return desk_leave(r);
}

static int do_connect(void *own, int fd, const struct sockaddr *a, socklen_t n)
{
    struct call c = { .verb = CALL_CONNECT, .fd = fd };

    (void)own;
    desk_enter();
    if (a && n >= sizeof a->sa_family && a->sa_family == AF_UNSPEC && desk_live(fd) >= 0)
        return desk_leave(stack_disconnect(desk_stack(), desk_live(fd)));
    int bad = desk_endpoint(fd, a, n, &c.peer);
    if (bad)
        return desk_leave(bad);
    return desk_leave(desk_make(&c));
}

static ssize_t do_recv(void *own, int fd, void *buf, size_t n, int flags)
{
    struct call c = { .verb = CALL_READ, .fd = fd, .in = buf, .n = n, .flags = flags };

    (void)own;
    if (c.n > AT_ONCE)
        c.n = AT_ONCE;
    desk_enter();
    if (buf == NULL && n > 0 && !(flags & MSG_TRUNC) && desk_live(fd) >= 0)
        return desk_leave(-EFAULT);
    return desk_leave(desk_make(&c));
}

static ssize_t do_send(void *own, int fd, const void *buf, size_t n, int flags)
{
    struct call c = { .verb = CALL_WRITE, .fd = fd, .out = buf, .n = n, .flags = flags };

    (void)own;
    if (c.n > AT_ONCE)
        c.n = AT_ONCE;
    desk_enter();
    if (buf == NULL && n > 0 && desk_live(fd) >= 0)
        return desk_leave(-EFAULT);
    return desk_leave(desk_make(&c));
}

static ssize_t do_read(void *own, int fd, void *buf, size_t n)
{
    return adapter_owns(fd) ? do_recv(own, fd, buf, n, 0) : read(fd, buf, n);
}

static ssize_t do_write(void *own, int fd, const void *buf, size_t n)
{
    return adapter_owns(fd) ? do_send(own, fd, buf, n, 0) : write(fd, buf, n);
}

/* Many buffers as one: their bytes together, or -errno. */
static ssize_t whole(const struct iovec *v, size_t count)
{
    size_t n = 0;

    if (count > VECTORS)
        return -EINVAL;
    if (v == NULL && count)
        return -EFAULT;
    for (size_t i = 0; i < count; i++) {
        if (v[i].iov_len > SSIZE_MAX - n)
            return -EINVAL;
        if (v[i].iov_base == NULL && v[i].iov_len > 0)
            return -EFAULT;
        n += v[i].iov_len;
    }
    return n > AT_ONCE ? AT_ONCE : (ssize_t)n;
}

static ssize_t receive(void *own, int fd, const struct iovec *v, size_t count, int flags)
{
    ssize_t n  = whole(v, count);
    size_t  at = 0;

    if (n < 0)
        return refuse((int)-n);
    uint8_t *all = calloc(1, (size_t)n + 1);
    if (all == NULL)
        return refuse(ENOMEM);
    ssize_t r = do_recv(own, fd, all, (size_t)n, flags);
    for (size_t i = 0; r > 0 && i < count && at < (size_t)r; i++) {
        size_t part = (size_t)r - at < v[i].iov_len ? (size_t)r - at : v[i].iov_len;
        memcpy(v[i].iov_base, all + at, part);
        at += part;
    }
    free(all);
    return r;
}

static ssize_t transmit(void *own, int fd, const struct iovec *v, size_t count, int flags)
{
    ssize_t n  = whole(v, count);
    size_t  at = 0;

    if (n < 0)
        return refuse((int)-n);
    uint8_t *all = calloc(1, (size_t)n + 1);
    if (all == NULL)
        return refuse(ENOMEM);
    for (size_t i = 0; i < count && at < (size_t)n; i++) {
        size_t part = (size_t)n - at < v[i].iov_len ? (size_t)n - at : v[i].iov_len;
        if (part)
            memcpy(all + at, v[i].iov_base, part);
        at += part;
    }
    ssize_t r = do_send(own, fd, all, (size_t)n, flags);
    free(all);
    return r;
}

static ssize_t do_readv(void *own, int fd, const struct iovec *v, int count)
{
    return count < 0 ? refuse(EINVAL) : receive(own, fd, v, (size_t)count, 0);
}

static ssize_t do_writev(void *own, int fd, const struct iovec *v, int count)
{
    return count < 0 ? refuse(EINVAL) : transmit(own, fd, v, (size_t)count, 0);
}

/* TCP_INQ: how much more there is to read; an end that was reached counts as one. */
static void tell_inq(int fd, struct msghdr *m, size_t cap)
{
    struct cmsghdr *c = m->msg_control;
    int             left;

    m->msg_controllen = 0;
    desk_enter();
    left = stack_inq(desk_stack(), desk_live(fd));
    desk_leave(0);
    if (left < 0)
        return;
    if (c == NULL || cap < CMSG_SPACE(sizeof left)) {
        m->msg_flags |= MSG_CTRUNC;
        return;
    }
    c->cmsg_len   = CMSG_LEN(sizeof left);
    c->cmsg_level = IPPROTO_TCP;
    c->cmsg_type  = TCP_CM_INQ_;
    memcpy(CMSG_DATA(c), &left, sizeof left);
    m->msg_controllen = CMSG_SPACE(sizeof left);
}

static ssize_t do_recvmsg(void *own, int fd, struct msghdr *m, int flags)
{
    if (m == NULL)
        return refuse(EFAULT);
    if (m->msg_iovlen > VECTORS)
        return refuse(EMSGSIZE);
    size_t  cap  = m->msg_controllen;
    ssize_t r    = receive(own, fd, m->msg_iov, m->msg_iovlen, flags);
    m->msg_flags = 0;
    if (r >= 0)
        tell_inq(fd, m, cap);
    else
        m->msg_controllen = 0;
    return r;
}

static ssize_t do_sendmsg(void *own, int fd, const struct msghdr *m, int flags)
{
    if (m == NULL)
        return refuse(EFAULT);
    if (m->msg_iovlen > VECTORS)
        return refuse(EMSGSIZE);
    return transmit(own, fd, m->msg_iov, m->msg_iovlen, flags);
}

static ssize_t do_recvfrom(void *own, int fd, void *buf, size_t n, int flags, struct sockaddr *a,
                           socklen_t *an)
{
    (void)a;
    (void)an;
    return do_recv(own, fd, buf, n, flags);
}

static ssize_t do_sendto(void *own, int fd, const void *buf, size_t n, int flags,
                         const struct sockaddr *a, socklen_t an)
{
    (void)a;
    (void)an;
    return do_send(own, fd, buf, n, flags);
}

static int do_poll(void *own, struct pollfd *fds, nfds_t n, int timeout)
{
    (void)own;
    if (n > 0 && fds == NULL)
        return refuse(EFAULT);
    if (n > POLLS)
        return refuse(EINVAL);
    struct call_poll *p = calloc(n + 1, sizeof *p);
    struct call       c = { .verb = CALL_POLL, .timeout = timeout, .poll = p, .n_poll = n };
    if (p == NULL)
        return refuse(ENOMEM);
    desk_enter();
    for (size_t i = 0; i < n; i++)
        p[i] = (struct call_poll){ .fd     = fds[i].fd < 0 ? -1 : desk_poll_fd(fds[i].fd),
                                   .events = fds[i].events };
    long r = desk_make(&c);
    for (size_t i = 0; i < n; i++)
        fds[i].revents = p[i].revents;
    free(p);
    return desk_leave(r);
}

/* -- The network and the clock ------------------------------------------------------------- */

static int do_netdev_send(void *own, const void *datagram, size_t n)
{
    (void)own;
    desk_enter();
    desk_arrives(datagram, n);
    return desk_leave(0);
}

static int do_netdev_receive(void *own, void *datagram, size_t *n, long long *usecs)
{
    struct datagram d;

    (void)own;
    desk_enter();
    struct stack *s = desk_stack();
    while (!stack_out(s, &d)) {
        vtime next = stack_next(s);
        if (next == VTIME_NEVER) {
            *n = 0;
            return desk_leave(0);
        }
        stack_step(s, next);
    }
    if (d.n < *n)
        *n = d.n;
    memcpy(datagram, d.bytes, *n);
    *usecs = d.at;
    return desk_leave(0);
}

static int do_usleep(void *own, unsigned int usecs)
{
    (void)own;
    desk_enter();
    desk_sleep(usecs);
    return desk_leave(0);
}

static int do_gettimeofday(void *own, struct timeval *tv, struct timezone *tz)
{
    (void)own;
    (void)tz;
    desk_enter();
    vtime t = desk_clock();
    *tv     = (struct timeval){ .tv_sec = t / SEC(1), .tv_usec = t % SEC(1) };
    return desk_leave(0);
}

static void do_free(void *own)
{
    (void)own;
    desk_free();
}

void packetdrill_interface_init(const char *flags, struct packetdrill_interface *table)
{
    desk_flags(flags);
    *table = (struct packetdrill_interface){
        .own            = NULL, /* the stack is one a process: desk.c */
        .free           = do_free,
        .socket         = do_socket,
        .bind           = do_bind,
        .listen         = do_listen,
        .accept         = do_accept,
        .connect        = do_connect,
        .read           = do_read,
        .readv          = do_readv,
        .recv           = do_recv,
        .recvfrom       = do_recvfrom,
        .recvmsg        = do_recvmsg,
        .write          = do_write,
        .writev         = do_writev,
        .send           = do_send,
        .sendto         = do_sendto,
        .sendmsg        = do_sendmsg,
        .fcntl          = do_fcntl,
        .ioctl          = do_ioctl,
        .close          = do_close,
        .shutdown       = do_shutdown,
        .getsockopt     = do_getsockopt,
        .setsockopt     = do_setsockopt,
        .poll           = do_poll,
        .netdev_send    = do_netdev_send,
        .netdev_receive = do_netdev_receive,
        .usleep         = do_usleep,
        .gettimeofday   = do_gettimeofday,
        .epoll_create   = extra_epoll_create,
        .epoll_ctl      = extra_epoll_ctl,
        .epoll_wait     = extra_epoll_wait,
        .pipe           = extra_pipe,
        .splice         = extra_splice,
    };
}
