/* SPDX-License-Identifier: MIT
 * fd.c - the tables: descriptors, the sockets that they refer to, and queues of new connections.
 */
#include "net/host.h"

#include <assert.h>
#include <string.h>

enum { FD_FIRST = 3 }; /* 0, 1 and 2 are taken, as everywhere */

static void join(struct world *w, uint32_t *list, uint32_t sock)
{
    world_sock(w, sock)->next = *list;
    if (*list)
        world_sock(w, *list)->prev = sock;
    *list = sock;
}

static void part(struct world *w, uint32_t *list, uint32_t sock)
{
    struct sock *s = world_sock(w, sock);

    *(s->prev ? &world_sock(w, s->prev)->next : list) = s->next;
    if (s->next)
        world_sock(w, s->next)->prev = s->prev;
    s->next = s->prev = 0;
}

uint32_t sock_new(struct world *w, uint32_t host)
{
    struct host *h = host_of(w, host);
    uint32_t     i = world_take(w, REGION_SOCK);
    struct sock *s;

    if (i == 0)
        return 0;
    s         = world_sock(w, i);
    s->host   = (uint8_t)host;
    s->linger = -1;
    join(w, &h->socks, i);
    return i;
}

void sock_listens(struct world *w, uint32_t sock)
{
    struct sock *s = world_sock(w, sock);
    struct host *h = host_of(w, s->host);

    part(w, &h->socks, sock);
    s->kind = SOCK_LISTENING;
    join(w, &h->listeners, sock);
    h->n_listeners++;
}

struct own *sock_own(struct world *w, struct sock *s)
{
    if (s->own == 0)
        s->own = world_take(w, REGION_OWN);
    assert(s->own != 0); /* there is one for each socket */
    return world_own(w, s->own);
}

void sock_listens_no_more(struct world *w, uint32_t sock)
{
    struct sock *s = world_sock(w, sock);
    struct host *h = host_of(w, s->host);

    part(w, &h->listeners, sock);
    s->kind = SOCK_FRESH;
    join(w, &h->socks, sock);
    h->n_listeners--;
}

void sock_free(struct world *w, uint32_t sock)
{
    struct sock *s = world_sock(w, sock);

    struct host *h = host_of(w, s->host);

    demux_remove_sock(w, sock);
    if (s->own)
        world_give(w, REGION_OWN, s->own);
    h->n_listeners -= s->kind == SOCK_LISTENING;
    part(w, s->kind == SOCK_LISTENING ? &h->listeners : &h->socks, sock);
    world_give(w, REGION_SOCK, sock);
}

uint32_t fd_find(const struct world *w, uint32_t host, int fd) { return demux_fd(w, host, fd); }

uint32_t sock_of_fd(const struct world *w, uint32_t host, int fd)
{
    uint32_t i = fd_find(w, host, fd);

    return i ? world_fd(w, i)->sock : 0;
}

/* Which numbers of this host are taken, a bit for each from FD_FIRST on. */
static uint64_t *fd_map(const struct world *w, uint32_t host)
{
    return (uint64_t *)(uintptr_t)((const char *)w + w->fd_offset) + (host - 1) * w->fd_words;
}

/* The lowest free number, as everywhere; there is one, since there is an element for it. */
static int take_number(struct world *w, uint32_t host)
{
    struct host *h   = host_of(w, host);
    uint64_t    *map = fd_map(w, host);

    while (map[h->fd_low] == UINT64_MAX)
        h->fd_low++;
    assert(h->fd_low < w->fd_words);
    int bit = __builtin_ctzll(~map[h->fd_low]);
    map[h->fd_low] |= UINT64_C(1) << bit;
    return FD_FIRST + (int)h->fd_low * 64 + bit;
}

static void give_number(struct world *w, uint32_t host, int number)
{
    struct host *h  = host_of(w, host);
    uint32_t     at = (uint32_t)(number - FD_FIRST);

    fd_map(w, host)[at / 64] &= ~(UINT64_C(1) << at % 64);
    if (at / 64 < h->fd_low)
        h->fd_low = at / 64;
}

int fd_open(struct net_call *c, uint32_t sock)
{
    struct world *w = c->w;
    struct host  *h = host_of(w, c->host);
    uint32_t      i = world_take(w, REGION_FD);

    if (i == 0)
        return -ERR_EMFILE;
    /* The number before the lowest free one is taken: that is whom to stand behind. */
    int        number = take_number(w, c->host);
    uint32_t   before = number > FD_FIRST ? demux_fd(w, c->host, number - 1) : 0;
    struct fd *f      = world_fd(w, i);
    uint32_t  *at     = before ? &world_fd(w, before)->next : &h->fds;
    *f                = (struct fd){ .next   = *at,
                                     .prev   = before,
                                     .sock   = sock,
                                     .number = number,
                                     .app    = c->app,
                                     .host   = (uint8_t)c->host };
    if (*at)
        world_fd(w, *at)->prev = i;
    *at = i;
    demux_add_fd(w, i);
    world_sock(w, sock)->refs++;
    return number;
}

static void fd_give(struct world *w, uint32_t i)
{
    struct fd *f = world_fd(w, i);

    demux_remove_fd(w, i);
    give_number(w, f->host, f->number);
    *(f->prev ? &world_fd(w, f->prev)->next : &host_of(w, f->host)->fds) = f->next;
    if (f->next)
        world_fd(w, f->next)->prev = f->prev;
    world_give(w, REGION_FD, i);
}

void fd_drop(struct world *w, uint32_t host, int fd)
{
    uint32_t i = fd_find(w, host, fd);

    world_sock(w, world_fd(w, i)->sock)->refs--;
    fd_give(w, i);
}

/* -- children of a listener ------------------------------------------------------------------ */

uint32_t sock_child(struct world *w, uint32_t listener, uint32_t conn)
{
    enum {
        INHERITED = SF_REUSE | SF_KEEPALIVE | SF_NODELAY | SF_CORK | SF_SIGPIPE | SF_NOOPT
                    | SF_V4ONLY | SF_V6ONLY
    };
    struct sock *l = world_sock(w, listener);
    struct own  *o = world_own(w, l->own);
    uint32_t     i = sock_new(w, l->host);
    struct sock *s;

    if (i == 0)
        return 0;
    s         = world_sock(w, i);
    s->kind   = SOCK_CONNECTING;
    s->flags  = (l->flags & INHERITED) | SF_CHILD;
    s->linger = l->linger;
    s->conn   = conn;
    if (o->opt.set)
        sock_own(w, s)->opt = o->opt;
    if (o->listen.last)
        world_conn(w, o->listen.last)->queue = conn;
    else
        o->listen.first = conn;
    o->listen.last = conn;
    o->listen.young++;
    return i;
}

void sock_unqueue(struct world *w, uint32_t conn)
{
    struct conn *c    = world_conn(w, conn);
    struct own  *l    = world_own(w, world_sock(w, c->listener)->own);
    uint32_t     prev = 0;

    for (uint32_t i = l->listen.first; i != conn; i = world_conn(w, i)->queue)
        prev = i;
    if (prev)
        world_conn(w, prev)->queue = c->queue;
    else
        l->listen.first = c->queue;
    if (l->listen.last == conn)
        l->listen.last = prev;
    if (world_sock(w, c->sock)->kind == SOCK_CONNECTING)
        l->listen.young--;
    else
        l->listen.queued--;
    c->queue    = 0;
    c->listener = 0;
    world_sock(w, c->sock)->flags &= ~(uint32_t)SF_CHILD;
}

void sock_child_gone(struct world *w, uint32_t sock)
{
    uint32_t conn = world_sock(w, sock)->conn;

    sock_unqueue(w, conn);
    world_conn(w, conn)->sock = 0;
    sock_free(w, sock);
}

/* -- what the engine says -------------------------------------------------------------------- */

void sock_signal(struct turn *t, uint32_t sock, uint32_t signal)
{
    struct world *w = t->w;
    struct sock  *s = world_sock(w, sock);
    struct conn  *c = world_conn(w, t->conn);

    if (signal & SIG_FIN)
        s->flags |= SF_FIN;
    if (signal & SIG_CONNECTED) /* silence is counted from here (Linux tcpi_last_data_recv) */
        c->text_came = stamp_ms(w);
    if (signal & SIG_CONNECTED && s->kind == SOCK_CONNECTING) {
        s->kind = SOCK_CONNECTED;
        if (s->flags & SF_CHILD) {
            struct own *l = world_own(w, world_sock(w, c->listener)->own);

            l->listen.young--;
            l->listen.queued++;
        }
    }
    if (signal & SIG_REFUSED)
        s->error = c->soft                                                     ? c->soft
                   : t->before == TCP_SYN_RECEIVED && t->policy->rst_both_open ? ERR_ECONNRESET
                                                                               : ERR_ECONNREFUSED;
    if (signal & SIG_RESET) /* which error it is depends on the state in which the RST arrived */
        s->error =
            t->before == TCP_CLOSE_WAIT && t->policy->rst_eof_pipe ? ERR_EPIPE : ERR_ECONNRESET;
    if (signal & SIG_USER_TIMEOUT)
        s->error = c->soft ? c->soft : ERR_ETIMEDOUT; /* SHLD-25 */
    if (t->tcb->state != TCP_CLOSED)
        return;
    if (s->kind == SOCK_CONNECTED) {
        s->kind = SOCK_DEAD;
    } else if (s->kind == SOCK_CONNECTING && !(s->flags & SF_CHILD)) { /* it may try again */
        s->kind = SOCK_FRESH;
        s->flags |= SF_FAILED;
        s->conn = 0;
        c->sock = 0;
        s->shut = 0;
    }
}

void sock_crash(struct world *w, uint32_t host)
{
    struct host *h = host_of(w, host);

    while (h->fds)
        fd_give(w, h->fds);
    while (h->socks || h->listeners) {
        uint32_t     i = h->socks ? h->socks : h->listeners;
        struct sock *s = world_sock(w, i);

        if (s->conn) {
            world_conn(w, s->conn)->forgot = 1;
            conn_release(w, NULL, s->conn);
        }
        sock_free(w, i);
    }
}
