/* SPDX-License-Identifier: MIT
 * act.c - what a step of a play does before either host: which calls it makes, with what. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "kernel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

static long set(const struct stage *s, int level, int name, uint32_t value)
{
    return s->calls->set(s->host, s->fd, level, name, &value, sizeof value);
}

static long set_option(const struct stage *s, const struct scene *a)
{
    struct linger l = { .l_onoff = a->n < 2, .l_linger = a->n == 1 };

    switch (a->what) {
    case ACT_LINGER: return s->calls->set(s->host, s->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
    case ACT_NODELAY: return set(s, IPPROTO_TCP, TCP_NODELAY, a->n);
    case ACT_CORK: return set(s, IPPROTO_TCP, TCP_CORK, a->n);
    case ACT_USER_TIMEOUT: return set(s, IPPROTO_TCP, TCP_USER_TIMEOUT, a->n);
    case ACT_LINGER2: return set(s, IPPROTO_TCP, TCP_LINGER2, a->n);
    case ACT_RCVBUF: return set(s, SOL_SOCKET, SO_RCVBUF, a->n);
    default:
        set(s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
        set(s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
        set(s, IPPROTO_TCP, TCP_KEEPCNT, a->n);
        return set(s, SOL_SOCKET, SO_KEEPALIVE, 1);
    }
}

static long move(const struct stage *s, const struct scene *a)
{
    static uint8_t      text[4096];
    const struct calls *c     = s->calls;
    int                 flags = MSG_DONTWAIT | MSG_NOSIGNAL;

    switch (a->what) {
    case ACT_WRITE: return c->send(s->host, s->fd, text, a->n, flags);
    case ACT_WRITE_MORE: return c->send(s->host, s->fd, text, a->n, flags | MSG_MORE);
    case ACT_WRITE_OOB: return c->send(s->host, s->fd, text, a->n, flags | MSG_OOB);
    case ACT_READ: return c->recv(s->host, s->fd, text, a->n, flags);
    case ACT_PEEK: return c->recv(s->host, s->fd, text, a->n, flags | MSG_PEEK);
    default: return c->recv(s->host, s->fd, text, 1, flags | MSG_OOB);
    }
}

long stage_accept(struct stage *s)
{
    long r;

    if (s->fd >= 0)
        return 0;
    r = s->calls->accept(s->host);
    if (r >= 0)
        s->fd = (int)r;
    return r < 0 ? r : 0;
}

static long call(struct stage *s, const struct scene *a)
{
    const struct calls *c  = s->calls;
    int                 fd = s->fd;

    switch (a->what) {
    case ACT_WRITE:
    case ACT_WRITE_MORE:
    case ACT_WRITE_OOB:
    case ACT_READ:
    case ACT_PEEK:
    case ACT_READ_OOB: return move(s, a);
    case ACT_SHUT_RD: return c->shutdown(s->host, fd, SHUT_RD);
    case ACT_SHUT_WR: return c->shutdown(s->host, fd, SHUT_WR);
    case ACT_SHUT_RDWR: return c->shutdown(s->host, fd, SHUT_RDWR);
    case ACT_DUP:
        if (s->other < 0)
            s->other = (int)c->dup(s->host, fd);
        return s->other < 0;
    case ACT_CLOSE:
        s->fd    = s->other;
        s->other = -1;
        return c->close(s->host, fd);
    case ACT_ERROR: return c->error(s->host, fd);
    case ACT_POLL: return c->poll(s->host, fd, POLLIN | POLLPRI | POLLOUT | POLLRDHUP);
    default: return set_option(s, a);
    }
}

long stage_act(struct stage *s, const struct scene *a)
{
    uint8_t bytes[DGRAM_MAX];
    size_t  n = a->what == ACT_SEGMENT ? peer_says(&s->peer, a, bytes) : 0;

    s->calls->begin(s->host);
    if (a->what == ACT_SEGMENT)
        s->calls->put(s->host, bytes, n);
    if (a->what == ACT_ACCEPT)
        return stage_accept(s);
    if (a->what == ACT_SEGMENT || a->what == ACT_PAUSE || s->fd < 0)
        return 0;
    return call(s, a);
}
