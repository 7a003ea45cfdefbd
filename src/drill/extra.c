/* SPDX-License-Identifier: MIT
 * extra.c - calls that are Linux's own: epoll, pipe, splice, and sendfile.
 *
 * Pipes and files are this system's; only what a socket gives and takes is the stack's. */
#define _GNU_SOURCE /* F_GETPIPE_SZ, SPLICE_F_NONBLOCK */
#include "drill/extra.h"

#include "drill/adapter.h"
#include "drill/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHUNK = 65536, EVENTS = 1024 };

static int refuse(int error)
{
    errno = error;
    return -1;
}

int extra_epoll_create(void *own, int size)
{
    (void)own;
    desk_enter();
    return desk_leave(desk_new_fd(stack_epoll_create(desk_stack(), size)));
}

int extra_epoll_ctl(void *own, int epfd, int op, int fd, struct epoll_event *e)
{
    struct call_epoll ask = { 0 };

    (void)own;
    if (e)
        ask = (struct call_epoll){ .events = e->events, .data = e->data.u64 };
    desk_enter();
    return desk_leave(
        stack_epoll_ctl(desk_stack(), desk_live(epfd), op, desk_live(fd), e ? &ask : NULL));
}

int extra_epoll_wait(void *own, int epfd, struct epoll_event *e, int max, int timeout)
{
    struct call c = { .verb = CALL_EPOLL, .fd = epfd, .timeout = timeout };

    (void)own;
    if (max <= 0)
        return refuse(EINVAL);
    if (e == NULL)
        return refuse(EFAULT);
    c.n_poll = max < EVENTS ? (size_t)max : EVENTS;
    c.epoll  = calloc(c.n_poll, sizeof *c.epoll);
    if (c.epoll == NULL)
        return refuse(ENOMEM);
    desk_enter();
    long r = desk_make(&c);
    for (long i = 0; i < r; i++)
        e[i] = (struct epoll_event){ .events = c.epoll[i].events, .data.u64 = c.epoll[i].data };
    free(c.epoll);
    return desk_leave(r);
}

int extra_pipe(void *own, int fd[2])
{
    (void)own;
    return fd ? pipe(fd) : refuse(EFAULT);
}

/* -- Between sockets and what is this system's ------------------------------------------------ */

static ssize_t from_socket(int fd, void *buf, size_t n, bool wait)
{
    struct call c = {
        .verb = CALL_READ, .fd = fd, .in = buf, .n = n, .flags = wait ? 0 : MSG_DONTWAIT
    };
    desk_enter();
    return desk_leave(desk_make(&c));
}

static ssize_t to_socket(int fd, const void *buf, size_t n, bool more)
{
    struct call c = {
        .verb = CALL_WRITE, .fd = fd, .out = buf, .n = n, .flags = more ? MSG_MORE : 0
    };
    desk_enter();
    return desk_leave(desk_make(&c));
}

/* No more leaves the socket than the pipe has room for: what is read has to go somewhere. */
static ssize_t socket_to_pipe(int in, int out, uint8_t *buf, size_t n, unsigned int flags)
{
    int size = fcntl(out, F_GETPIPE_SZ), held = 0;

    if (size < 0)
        return refuse(EINVAL);
    if (ioctl(out, FIONREAD, &held) < 0 || held >= size)
        return refuse(EAGAIN);
    if (n > (size_t)(size - held))
        n = (size_t)(size - held);
    ssize_t r = from_socket(in, buf, n, !(flags & SPLICE_F_NONBLOCK));
    return r > 0 ? write(out, buf, (size_t)r) : r;
}

static ssize_t pipe_to_socket(int in, int out, uint8_t *buf, size_t n, unsigned int flags)
{
    int held = 0;

    if (fcntl(in, F_GETPIPE_SZ) < 0 || ioctl(in, FIONREAD, &held) < 0)
        return refuse(EINVAL);
    if (held == 0) /* nobody will fill it while we wait */
        return refuse(EAGAIN);
    ssize_t r = read(in, buf, n < (size_t)held ? n : (size_t)held);
    return r > 0 ? to_socket(out, buf, (size_t)r, flags & SPLICE_F_MORE) : r;
}

int extra_splice(void *own, int in, long long *in_at, int out, long long *out_at, size_t n,
                 unsigned int flags)
{
    static uint8_t buf[CHUNK];
    size_t         part = n < CHUNK ? n : CHUNK;

    (void)own;
    (void)in_at; /* neither a pipe nor a socket has a place in it */
    (void)out_at;
    if (n == 0)
        return 0;
    if (adapter_owns(in) && !adapter_owns(out))
        return (int)socket_to_pipe(in, out, buf, part, flags);
    if (adapter_owns(out) && !adapter_owns(in))
        return (int)pipe_to_socket(in, out, buf, part, flags);
    return refuse(adapter_owns(in) ? EINVAL : EBADF);
}

/* packetdrill does not ask the library but the system, so the library has to be in LD_PRELOAD. */
static ssize_t send_file(int out, int in, off_t *at, size_t n)
{
    static uint8_t buf[CHUNK];
    size_t         done = 0;

    if (!adapter_owns(out))
        return syscall(SYS_sendfile, out, in, at, n);
    while (done < n) {
        size_t  want = n - done < CHUNK ? n - done : CHUNK;
        ssize_t got  = at ? pread(in, buf, want, *at) : read(in, buf, want);
        if (got <= 0)
            return done ? (ssize_t)done : got;
        ssize_t sent = to_socket(out, buf, (size_t)got, done + (size_t)got < n);
        if (sent < got && !at) /* what was not taken is read again next time */
            lseek(in, (off_t)(sent > 0 ? sent : 0) - got, SEEK_CUR);
        if (sent < 0)
            return done ? (ssize_t)done : sent;
        done += (size_t)sent;
        if (at)
            *at += sent;
        if (sent < got)
            break;
    }
    return (ssize_t)done;
}

__attribute__((visibility("default"))) ssize_t sendfile(int out, int in, off_t *at, size_t n)
{
    return send_file(out, in, at, n);
}

#ifdef __LP64__ /* off64_t is off_t */
__attribute__((visibility("default"))) ssize_t sendfile64(int out, int in, off64_t *at, size_t n)
{
    return send_file(out, in, at, n);
}
#endif
