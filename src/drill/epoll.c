/* SPDX-License-Identifier: MIT
 * epoll.c - epoll(7): sets of descriptors, and what is new of them.
 *
 * Linux wakes a waiter when something happens to a socket, and asks only then what poll() would
 * say.  A descriptor that is watched for edges is told of once a wake, with all that is so now;
 * without edges it is told of as long as something is so. */
#define _GNU_SOURCE
#include "drill/inside.h"

#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
    SET_BASE = 1 << 16, /* numbers of sets: no socket has one of them */
    SET_MAX  = 256,
    ALWAYS   = EPOLLERR | EPOLLHUP,
    MODES    = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP,
};

struct watched {
    int      fd;
    uint32_t events; /* asked for */
    uint64_t data;
    uint32_t seen;  /* at the last look: EPOLL* bits, */
    uint32_t count; /*   what has arrived, or waits in the queue of a listener */
    bool     woken; /* since it was told */
    bool     spent; /* its one shot */
};

struct epoll {
    bool            open;
    struct watched *item;
    size_t          n, cap;
};

static struct epoll *set_at(struct stack *s, int set)
{
    size_t i = (size_t)set - SET_BASE;

    return set >= SET_BASE && i < s->n_set && s->set[i].open ? &s->set[i] : NULL;
}

int stack_epoll_create(struct stack *s, int size)
{
    size_t i = 0;

    if (size <= 0)
        return -EINVAL;
    while (i < s->n_set && s->set[i].open)
        i++;
    if (i == SET_MAX)
        return -EMFILE;
    s->set    = grow(s->set, &s->n_set, i + 1, sizeof *s->set);
    s->set[i] = (struct epoll){ .open = true };
    return SET_BASE + (int)i;
}

static void drop(struct epoll *e, size_t i)
{
    memmove(&e->item[i], &e->item[i + 1], (--e->n - i) * sizeof *e->item);
}

int stack_epoll_close(struct stack *s, int set)
{
    struct epoll *e = set_at(s, set);

    if (e == NULL)
        return -EBADF;
    free(e->item);
    *e = (struct epoll){ 0 };
    return 0;
}

void stack_epoll_free(struct stack *s)
{
    for (size_t i = 0; i < s->n_set; i++)
        free(s->set[i].item);
    free(s->set);
}

void stack_epoll_forget(struct stack *s, int fd)
{
    for (size_t k = 0; k < s->n_set; k++)
        for (size_t i = 0; i < s->set[k].n; i++)
            if (s->set[k].item[i].fd == fd)
                drop(&s->set[k], i--);
}

/* Each byte, FIN or connection that arrives wakes, whether the one before was taken or not. */
static void look(struct stack *s, struct watched *w)
{
    const struct sock *k     = stack_sock(s, w->fd);
    uint32_t           now   = (uint32_t)stack_poll_bits(s, w->fd);
    uint32_t           count = w->count;

    if (k != NULL)
        count = k->conn  ? conn_tcb(s->world, world_conn(s->world, k->conn)).rcv.nxt
                : k->own ? world_own(s->world, k->own)->listen.queued
                         : 0;
    bool more = k && k->conn ? count != w->count : count > w->count;
    w->woken |= (now & ~w->seen) != 0 || (now & EPOLLIN && more);
    w->seen  = now;
    w->count = count;
}

void stack_epoll_look(struct stack *s)
{
    for (size_t k = 0; k < s->n_set; k++)
        for (size_t i = 0; i < s->set[k].n; i++)
            look(s, &s->set[k].item[i]);
}

int stack_epoll_ctl(struct stack *s, int set, int op, int fd, const struct call_epoll *ask)
{
    struct epoll *e = set_at(s, set);
    size_t        i = 0;

    if (e == NULL)
        return stack_sock(s, set) ? -EINVAL : -EBADF;
    if (set_at(s, fd))
        return set == fd ? -EINVAL : -EPERM;
    if (stack_sock(s, fd) == NULL)
        return -EBADF;
    while (i < e->n && e->item[i].fd != fd)
        i++;
    if (op != EPOLL_CTL_ADD && op != EPOLL_CTL_MOD && op != EPOLL_CTL_DEL)
        return -EINVAL;
    if (op != EPOLL_CTL_DEL && ask == NULL)
        return -EFAULT;
    if (op == EPOLL_CTL_MOD && ask->events & EPOLLEXCLUSIVE)
        return -EINVAL;
    if (op == EPOLL_CTL_ADD && i < e->n)
        return -EEXIST;
    if (op != EPOLL_CTL_ADD && i == e->n)
        return -ENOENT;
    if (op == EPOLL_CTL_DEL) {
        drop(e, i);
        return 0;
    }
    if (op == EPOLL_CTL_ADD) {
        e->item = grow(e->item, &e->cap, i + 1, sizeof *e->item);
        e->n++;
    }
    e->item[i] = (struct watched){ .fd = fd, .events = ask->events, .data = ask->data };
    look(s, &e->item[i]);
    e->item[i].woken = true; /* what is so already is told once */
    stack_retry(s);
    return 0;
}

int stack_epoll_ready(struct stack *s, struct call *c)
{
    struct epoll *e     = set_at(s, c->fd);
    int           ready = 0;

    if (e == NULL)
        return stack_sock(s, c->fd) ? -ERR_EINVAL : -ERR_EBADF;
    if (c->n_poll == 0)
        return -ERR_EINVAL;
    for (size_t i = 0; i < e->n && (size_t)ready < c->n_poll; i++) {
        struct watched *w    = &e->item[i];
        uint32_t        tell = w->seen & ((w->events & ~(uint32_t)MODES) | ALWAYS);
        if (w->spent || tell == 0 || (w->events & EPOLLET && !w->woken))
            continue;
        w->woken          = false;
        w->spent          = w->events & EPOLLONESHOT;
        c->epoll[ready++] = (struct call_epoll){ .events = tell, .data = w->data };
    }
    return ready;
}
