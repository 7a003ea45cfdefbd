/* SPDX-License-Identifier: MIT
 * packetdrill.c - the engine as a shared library that packetdrill loads: the table of its calls.
 *
 *      packetdrill --so_filename=finwait-packetdrill.so --so_flags=profile=linux SCRIPT
 *
 * Time is virtual: it moves in usleep(), in netdev_receive() when nothing has left yet, and by one
 * microsecond at each look at the clock, since packetdrill spins on it. */
#define _GNU_SOURCE
#include "drill/packetdrill.h"

#include "drill/desk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From <linux/tcp.h>, which has names for the states that are also the engine's. */
enum { TCP_CM_INQ_ = 36 };

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
    struct endpoint e = desk_endpoint(a, n);

    (void)own;
    desk_enter();
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
    int r = desk_live(fd) < 0 ? -EBADF : stack_close(desk_stack(), desk_live(fd));
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
        desk_sockaddr(&c.peer, a, n);
    return desk_leave(r);
}

static int do_connect(void *own, int fd, const struct sockaddr *a, socklen_t n)
{
    struct call c = { .verb = CALL_CONNECT, .fd = fd, .peer = desk_endpoint(a, n) };

    (void)own;
    desk_enter();
    return desk_leave(desk_make(&c));
}

static ssize_t do_recv(void *own, int fd, void *buf, size_t n, int flags)
{
    struct call c = { .verb = CALL_READ, .fd = fd, .in = buf, .n = n, .flags = flags };

    (void)own;
    desk_enter();
    if (buf == NULL && n > 0 && desk_live(fd) >= 0)
        return desk_leave(-EFAULT);
    return desk_leave(desk_make(&c));
}

static ssize_t do_send(void *own, int fd, const void *buf, size_t n, int flags)
{
    struct call c = { .verb = CALL_WRITE, .fd = fd, .out = buf, .n = n, .flags = flags };

    (void)own;
    desk_enter();
    if (buf == NULL && n > 0 && desk_live(fd) >= 0)
        return desk_leave(-EFAULT);
    return desk_leave(desk_make(&c));
}

static ssize_t do_read(void *own, int fd, void *buf, size_t n)
{
    return do_recv(own, fd, buf, n, 0);
}

static ssize_t do_write(void *own, int fd, const void *buf, size_t n)
{
    return do_send(own, fd, buf, n, 0);
}

static bool readable(const struct iovec *v, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (v[i].iov_base == NULL && v[i].iov_len > 0)
            return false;
    return true;
}

static int bad_address(void)
{
    errno = EFAULT;
    return -1;
}

/* Many buffers as one. */
static ssize_t receive(void *own, int fd, const struct iovec *v, size_t count, int flags)
{
    size_t n = 0, at = 0;

    if (!readable(v, count))
        return bad_address();
    for (size_t i = 0; i < count; i++)
        n += v[i].iov_len;
    uint8_t *all = calloc(1, n + 1);
    assert(all != NULL);
    ssize_t r = do_recv(own, fd, all, n, flags);
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
    size_t n = 0, at = 0;

    if (!readable(v, count))
        return bad_address();
    for (size_t i = 0; i < count; i++)
        n += v[i].iov_len;
    uint8_t *all = calloc(1, n + 1);
    assert(all != NULL);
    for (size_t i = 0; i < count; at += v[i].iov_len, i++)
        if (v[i].iov_len)
            memcpy(all + at, v[i].iov_base, v[i].iov_len);
    ssize_t r = do_send(own, fd, all, n, flags);
    free(all);
    return r;
}

static ssize_t do_readv(void *own, int fd, const struct iovec *v, int count)
{
    return receive(own, fd, v, (size_t)count, 0);
}

static ssize_t do_writev(void *own, int fd, const struct iovec *v, int count)
{
    return transmit(own, fd, v, (size_t)count, 0);
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
    struct call_poll p[64];
    struct call      c = { .verb = CALL_POLL, .timeout = timeout, .poll = p, .n_poll = n };

    (void)own;
    desk_enter();
    if (n > 64)
        return desk_leave(-EINVAL);
    for (size_t i = 0; i < n; i++)
        p[i] = (struct call_poll){ .fd = desk_live(fds[i].fd), .events = fds[i].events };
    long r = desk_make(&c);
    for (size_t i = 0; i < n; i++)
        fds[i].revents = p[i].revents;
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

/* -- What only Linux has ------------------------------------------------------------------- */

static int unsupported(void)
{
    errno = ENOSYS;
    return -1;
}

static int do_epoll_create(void *own, int size)
{
    (void)own;
    (void)size;
    return unsupported();
}

static int do_epoll_ctl(void *own, int epfd, int op, int fd, struct epoll_event *e)
{
    (void)own;
    (void)epfd;
    (void)op;
    (void)fd;
    (void)e;
    return unsupported();
}

static int do_epoll_wait(void *own, int epfd, struct epoll_event *e, int max, int timeout)
{
    (void)own;
    (void)epfd;
    (void)e;
    (void)max;
    (void)timeout;
    return unsupported();
}

static int do_pipe(void *own, int fd[2])
{
    (void)own;
    return pipe(fd);
}

static int do_splice(void *own, int in, long long *in_at, int out, long long *out_at, size_t n,
                     unsigned int flags)
{
    (void)own;
    (void)in;
    (void)in_at;
    (void)out;
    (void)out_at;
    (void)n;
    (void)flags;
    return unsupported();
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
        .epoll_create   = do_epoll_create,
        .epoll_ctl      = do_epoll_ctl,
        .epoll_wait     = do_epoll_wait,
        .pipe           = do_pipe,
        .splice         = do_splice,
    };
}
