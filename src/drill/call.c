/* SPDX-License-Identifier: MIT
 * call.c - system calls: those that return at once, and those that may block.
 *
 * The sockets below never block.  A call that would wait is put on a list, and tried again each
 * time that something has happened. */
#define _GNU_SOURCE /* POLLRDHUP, SOCK_NONBLOCK */
#include "drill/inside.h"

#include "base/text.h"
#include "net/host.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { OUTQNSD = 0x894B }; /* SIOCOUTQNSD of <linux/sockios.h> */

int stack_errno(enum err e)
{
    static const int number[ERR_COUNT] = {
        [ERR_OK]            = 0,
        [ERR_EAGAIN]        = EAGAIN,
        [ERR_EINPROGRESS]   = EINPROGRESS,
        [ERR_EALREADY]      = EALREADY,
        [ERR_EBADF]         = EBADF,
        [ERR_EINVAL]        = EINVAL,
        [ERR_EMFILE]        = EMFILE,
        [ERR_ENOBUFS]       = ENOBUFS,
        [ERR_ENOTCONN]      = ENOTCONN,
        [ERR_EISCONN]       = EISCONN,
        [ERR_EOPNOTSUPP]    = EOPNOTSUPP,
        [ERR_EAFNOSUPPORT]  = EAFNOSUPPORT,
        [ERR_ENOPROTOOPT]   = ENOPROTOOPT,
        [ERR_EADDRINUSE]    = EADDRINUSE,
        [ERR_EADDRNOTAVAIL] = EADDRNOTAVAIL,
        [ERR_ENETUNREACH]   = ENETUNREACH,
        [ERR_EHOSTUNREACH]  = EHOSTUNREACH,
        [ERR_ECONNREFUSED]  = ECONNREFUSED,
        [ERR_ECONNRESET]    = ECONNRESET,
        [ERR_ECONNABORTED]  = ECONNABORTED,
        [ERR_EPIPE]         = EPIPE,
        [ERR_ETIMEDOUT]     = ETIMEDOUT,
        [ERR_EDEADLINE]     = EAGAIN,
    };
    const char *name = err_name(e);

    assert(e < ERR_COUNT);
    if (number[e] == 0 && e != ERR_OK && strcmp(name, "EPROTO") == 0)
        return EPROTO;
    return number[e] ? number[e] : e == ERR_OK ? 0 : EIO;
}

int stack_result(int result) { return result >= 0 ? result : -stack_errno((enum err) - result); }

struct stack_fd *stack_fd(struct stack *s, int fd)
{
    assert(fd >= 0);
    s->fd = grow(s->fd, &s->n_fd, (size_t)fd + 1, sizeof *s->fd);
    return &s->fd[fd];
}

bool stack_nonblocking(const struct stack *s, int fd)
{
    return fd >= 0 && (size_t)fd < s->n_fd && s->fd[fd].nonblock;
}

/* Every call ends here: what it did is shown, and may be what a blocked one waited for. */
static int after(struct stack *s, int result)
{
    stack_told(s);
    stack_retry(s);
    return stack_result(result);
}

int stack_socket(struct stack *s, int domain, int type, int protocol)
{
    if (domain != AF_INET && domain != AF_INET6)
        return -EAFNOSUPPORT;
    if ((type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM)
        return -EPROTONOSUPPORT;
    if (protocol != 0 && protocol != IPPROTO_TCP)
        return -EPROTONOSUPPORT;
    int fd = sock_socket(&s->call);
    if (fd >= 0 && domain == AF_INET)
        stack_sock(s, fd)->flags |= SF_V4ONLY;
    if (fd >= 0)
        *stack_fd(s, fd) = (struct stack_fd){ .nonblock = (type & SOCK_NONBLOCK) != 0,
                                              .ipv6     = domain == AF_INET6 };
    return after(s, fd);
}

bool stack_ipv6(struct stack *s, int fd)
{
    return fd >= 0 && (size_t)fd < s->n_fd && s->fd[fd].ipv6;
}

int stack_bind(struct stack *s, int fd, const struct endpoint *local)
{
    return after(s, sock_bind(&s->call, fd, local));
}

int stack_disconnect(struct stack *s, int fd) { return after(s, sock_disconnect(&s->call, fd)); }

int stack_listen(struct stack *s, int fd, int backlog)
{
    return after(s, sock_listen(&s->call, fd, backlog));
}

int stack_shutdown(struct stack *s, int fd, int how)
{
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
        return -EINVAL;
    return after(s, sock_shutdown(&s->call, fd,
                                  how == SHUT_RD   ? SHUT_RD_
                                  : how == SHUT_WR ? SHUT_WR_
                                                   : SHUT_RDWR_));
}

int stack_close(struct stack *s, int fd)
{
    int r = stack_epoll_close(s, fd);

    if (r != -EBADF)
        return r;
    stack_epoll_forget(s, fd);
    return after(s, sock_close(&s->call, fd));
}

int stack_dup(struct stack *s, int fd)
{
    int copy = sock_dup(&s->call, fd);

    if (copy >= 0) {
        stack_fd(s, copy);
        s->fd[copy] = s->fd[fd];
    }
    return after(s, copy);
}

int stack_name(struct stack *s, int fd, struct endpoint *local, struct endpoint *peer)
{
    return stack_result(sock_name(&s->call, fd, local, peer));
}

int stack_fcntl(struct stack *s, int fd, int cmd, int arg)
{
    if (stack_sock(s, fd) == NULL)
        return -EBADF;
    if (cmd == F_GETFL)
        return O_RDWR | (stack_fd(s, fd)->nonblock ? O_NONBLOCK : 0);
    if (cmd != F_SETFL)
        return -EINVAL;
    stack_fd(s, fd)->nonblock = (arg & O_NONBLOCK) != 0;
    return 0;
}

int stack_ioctl(struct stack *s, int fd, unsigned long request, int *value)
{
    struct sock *k = stack_sock(s, fd);

    if (k == NULL)
        return -EBADF;
    struct tcb t = { 0 };
    if (k->conn)
        t = conn_tcb(s->world, world_conn(s->world, k->conn));
    if (k->kind == SOCK_LISTENING)
        return -EINVAL;
    /* A FIN counts; of a connection that is not yet open there is nothing (tcp(7)). */
    bool open = t.state >= TCP_ESTABLISHED && !tcp_fin_acked(&t);
    bool fin  = t.state == TCP_FIN_WAIT_1 || t.state == TCP_CLOSING || t.state == TCP_LAST_ACK;
    if (request == FIONREAD)
        *value = (int)t.rcv.user;
    else if (request == TIOCOUTQ) /* what is not yet acknowledged */
        *value = open ? seq_diff(t.snd.end, t.snd.una) + fin : 0;
    else if (request == OUTQNSD) /* what is not yet sent */
        *value = open ? seq_diff(t.snd.end, t.snd.nxt) + fin : 0;
    else
        return -EINVAL;
    return 0;
}

/* -- Calls that may block: each tries once; -EAGAIN is "not yet". ---------------------------- */

static int try_accept(struct stack *s, struct call *c)
{
    int fd = sock_accept(&s->call, c->fd, &c->peer);

    if (fd >= 0)
        *stack_fd(s, fd) = (struct stack_fd){ .nonblock = (c->flags & SOCK_NONBLOCK) != 0,
                                              .ipv6     = stack_ipv6(s, c->fd) };
    return fd;
}

/* A blocking connect is a non-blocking one, and then poll() and SO_ERROR, as in POSIX. */
static int try_connect(struct stack *s, struct call *c)
{
    int64_t error = 0;

    if (!c->begun) {
        int r = sock_connect(&s->call, c->fd, &c->peer);
        if (r != -ERR_EINPROGRESS || stack_nonblocking(s, c->fd))
            return r;
        c->begun = true;
    }
    uint32_t now = sock_events(s->world, 1, c->fd);
    if (!(now & (EV_OUT | EV_ERR | EV_HUP)))
        return -ERR_EAGAIN;
    int r = sock_get(&s->call, c->fd, SO_ERROR_, &error);
    return r < 0 ? r : -(int)error;
}

static bool may_block(struct stack *s, const struct call *c)
{
    if (c->verb == CALL_POLL || c->verb == CALL_EPOLL)
        return c->timeout != 0;
    bool now = (c->verb == CALL_READ || c->verb == CALL_WRITE) && c->flags & MSG_DONTWAIT;
    return !now && !stack_nonblocking(s, c->fd);
}

/* Has a call that may wait to wait for more than what is there? */
static bool too_little(struct stack *s, const struct call *c, uint32_t n)
{
    return may_block(s, c) && sock_too_little(s->world, 1, c->fd, n);
}

static int try_read(struct stack *s, struct call *c)
{
    int flags = (c->flags & MSG_PEEK ? MSG_PEEK_ : 0) | (c->flags & MSG_OOB ? MSG_OOB_ : 0)
                | (c->flags & MSG_TRUNC ? MSG_TRUNC_ : 0);
    uint32_t n = (uint32_t)(c->n - c->moved);
    int      r =
        too_little(s, c, n) ? -ERR_EAGAIN : sock_read(&s->call, c->fd, c->in + c->moved, n, flags);

    if (!(c->flags & MSG_WAITALL) || c->flags & MSG_PEEK)
        return r;
    if (r > 0) {
        c->moved += (size_t)r;
        return c->moved < c->n ? -ERR_EAGAIN : (int)c->moved;
    }
    return r != -ERR_EAGAIN && c->moved ? (int)c->moved : r;
}

static int try_write(struct stack *s, struct call *c)
{
    int flags = (c->flags & MSG_OOB ? MSG_OOB_ : 0) | (c->flags & MSG_MORE ? MSG_MORE_ : 0)
                | (c->flags & MSG_EOR ? MSG_EOR_ : 0);

    for (;;) {
        uint32_t n = (uint32_t)(c->n - c->moved);
        int      r = sock_write(&s->call, c->fd, c->out + c->moved, n, flags);
        if (r < 0 && r != -ERR_EAGAIN)
            return c->moved ? (int)c->moved : r;
        c->moved += r > 0 ? (size_t)r : 0;
        if (c->moved == c->n)
            return (int)c->moved;
        if (r <= 0)
            return -ERR_EAGAIN;
    }
}

int stack_poll_bits(struct stack *s, int fd)
{
    static const struct {
        uint32_t ours;
        int      theirs;
    } bit[] = { { EV_IN, POLLIN | POLLRDNORM },   { EV_PRI, POLLPRI }, { EV_ERR, POLLERR },
                { EV_OUT, POLLOUT | POLLWRNORM }, { EV_HUP, POLLHUP }, { EV_RDHUP, POLLRDHUP } };
    int got = 0;

    if (stack_sock(s, fd) == NULL)
        return POLLNVAL;
    uint32_t now = sock_events(s->world, 1, fd);
    for (size_t b = 0; b < sizeof bit / sizeof bit[0]; b++)
        got |= now & bit[b].ours ? bit[b].theirs : 0;
    return got;
}

static int try_poll(struct stack *s, struct call *c)
{
    int ready = 0;

    for (size_t i = 0; i < c->n_poll; i++) {
        struct call_poll *p   = &c->poll[i];
        int               got = p->fd >= 0 ? stack_poll_bits(s, p->fd) : 0;
        p->revents            = (short)(got & (p->events | POLLERR | POLLHUP | POLLNVAL));
        ready += p->revents != 0;
    }
    return ready ? ready : -ERR_EAGAIN;
}

static int try_epoll(struct stack *s, struct call *c)
{
    int ready = stack_epoll_ready(s, c);

    return ready ? ready : -ERR_EAGAIN;
}

static int try_once(struct stack *s, struct call *c)
{
    switch (c->verb) {
    case CALL_ACCEPT: return try_accept(s, c);
    case CALL_CONNECT: return try_connect(s, c);
    case CALL_READ: return try_read(s, c);
    case CALL_WRITE: return try_write(s, c);
    case CALL_POLL: return try_poll(s, c);
    case CALL_EPOLL: return try_epoll(s, c);
    }
    return -ERR_EINVAL;
}

static void finish(struct stack *s, struct call *c, long result)
{
    c->done   = true;
    c->result = result;
    c->at     = s->world->now;
}

/* What a call returns that may not wait, or has waited long enough. */
static long gave_up(const struct call *c)
{
    if (c->moved)
        return (long)c->moved;
    switch (c->verb) {
    case CALL_POLL:
    case CALL_EPOLL: return 0;
    case CALL_CONNECT: return -EINPROGRESS;
    default: return -EAGAIN;
    }
}

static vtime give_up_at(struct stack *s, const struct call *c)
{
    vspan wait = 0;

    if (c->verb == CALL_POLL || c->verb == CALL_EPOLL)
        return c->timeout < 0 ? VTIME_NEVER : s->world->now + MSEC(c->timeout);
    if (c->fd >= 0 && (size_t)c->fd < s->n_fd)
        wait = c->verb == CALL_WRITE || c->verb == CALL_CONNECT ? s->fd[c->fd].snd_timeout
                                                                : s->fd[c->fd].rcv_timeout;
    return wait ? s->world->now + wait : VTIME_NEVER;
}

void stack_call(struct stack *s, struct call *c)
{
    c->done = c->begun = false;
    c->moved           = 0;
    c->next            = NULL;
    stack_epoll_look(s);
    int r = try_once(s, c);
    if (r == -ERR_EAGAIN && may_block(s, c)) {
        struct call **at = &s->waiting;
        while (*at)
            at = &(*at)->next;
        *at         = c;
        c->deadline = give_up_at(s, c);
    } else
        finish(s, c, r == -ERR_EAGAIN ? gave_up(c) : stack_result(r));
    stack_told(s);
    stack_retry(s);
}

void stack_call_cancel(struct stack *s, struct call *c)
{
    for (struct call **at = &s->waiting; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            return;
        }
}

void stack_retry(struct stack *s)
{
    stack_epoll_look(s);
    for (struct call **at = &s->waiting; *at;) {
        struct call *c = *at;
        int          r = try_once(s, c);
        if (r != -ERR_EAGAIN)
            finish(s, c, stack_result(r));
        else if (c->deadline <= s->world->now)
            finish(s, c, gave_up(c));
        else {
            at = &c->next;
            continue;
        }
        *at = c->next;
        at  = &s->waiting; /* what one call did may be what an earlier one waits for */
    }
    stack_told(s);
}
