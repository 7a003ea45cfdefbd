/* SPDX-License-Identifier: MIT
 * appcall.c - one operation of a program: which descriptor, which calls, again when it would wait.
 */
#include "net/app.h"
#include "net/info.h"

#include <assert.h>
#include <string.h>

enum { BACKLOG_USUAL = 128, CHUNK = 4096 };

static uint32_t app_index(const struct world *w, const struct app *a)
{
    return (uint32_t)(a - world_app(w, 1)) + 1;
}

/* -- which descriptor ------------------------------------------------------------------------ */

int app_newest_conn(const struct world *w, uint32_t host, uint32_t app)
{
    uint32_t best = 0;
    int      fd   = FD_NONE;

    for (uint32_t i = host_of(w, host)->fds; i; i = world_fd(w, i)->next) {
        const struct fd   *f = world_fd(w, i);
        const struct sock *s = world_sock(w, f->sock);

        if ((app && f->app != app) || s->kind == SOCK_LISTENING)
            continue;
        uint32_t serial = s->conn ? world_conn(w, s->conn)->serial : 0;
        if (fd == FD_NONE || serial >= best) {
            best = serial;
            fd   = f->number;
        }
    }
    return fd;
}

int app_newest_listener(const struct world *w, uint32_t host, uint32_t app, bool waiting)
{
    int fd = FD_NONE;

    for (uint32_t i = host_of(w, host)->fds; i; i = world_fd(w, i)->next) {
        const struct fd   *f = world_fd(w, i);
        const struct sock *s = world_sock(w, f->sock);

        if ((!app || f->app == app) && s->kind == SOCK_LISTENING
            && (!waiting || own_of(w, s)->listen.queued))
            fd = f->number;
    }
    return fd;
}

static bool is_open(const struct world *w, const struct app *a, int fd)
{
    return fd != FD_NONE && fd_find(w, a->host, fd) != 0;
}

int app_fd(const struct world *w, const struct app *a, const struct op *op)
{
    uint32_t me  = app_index(w, a);
    int      fd  = a->current ? a->fd[a->current - 1] : FD_NONE;
    int      own = FD_NONE;

    if (op->fd)
        return a->fd[op->fd];
    if (!a->program && op->target) /* a hand says its number */
        return (int)op->target - 1;
    if (op->verb == OP_ACCEPT) {
        if (is_open(w, a, fd) && world_sock(w, sock_of_fd(w, a->host, fd))->kind == SOCK_LISTENING)
            return fd;
        return app_newest_listener(w, a->host, me, false);
    }
    if (is_open(w, a, fd))
        return fd;
    own = app_newest_conn(w, a->host, me);
    if (own == FD_NONE
        && (op->verb == OP_CLOSE || op->verb == OP_SET || op->verb == OP_GET || op->verb == OP_DUP
            || op->verb == OP_DISCONNECT))
        own = app_newest_listener(w, a->host, me, false);
    return own;
}

/* A new descriptor gets its name, and becomes the current one. */
static int made(struct app *a, const struct op *op, int fd)
{
    a->fd[op->dst] = fd;
    a->current     = (uint8_t)(op->dst + 1);
    return fd;
}

static void forget_fd(struct app *a, int fd)
{
    for (int i = 0; i <= FD_NAMES; i++)
        if (a->fd[i] == fd)
            a->fd[i] = FD_NONE;
    if (a->current && a->fd[a->current - 1] == FD_NONE)
        a->current = 0;
}

/* -- the calls ------------------------------------------------------------------------------- */

static int try_listen(struct net_call *c, struct app *a, const struct op *op)
{
    struct endpoint e  = { .port = op->port };
    int             fd = a->current ? a->fd[a->current - 1] : FD_NONE, r = 0;

    /* A socket that was made for it (options set, bound) is used; else a new one is made. */
    if (is_open(c->w, a, fd)
        && world_sock(c->w, sock_of_fd(c->w, a->host, fd))->kind == SOCK_FRESH) {
        if (op->port)
            r = sock_bind(c, fd, &e);
        if (r == 0)
            r = sock_listen(c, fd, op->n ? (int)op->n : BACKLOG_USUAL);
        return r < 0 ? r : made(a, op, fd);
    }
    if ((fd = sock_socket(c)) < 0)
        return fd;
    /* As every server does: otherwise its own TIME_WAITs would keep it from starting again. */
    sock_set(c, fd, SO_REUSEADDR_, 1);
    if ((r = sock_bind(c, fd, &e)) < 0
        || (r = sock_listen(c, fd, op->n ? (int)op->n : BACKLOG_USUAL)) < 0) {
        sock_close(c, fd);
        return r;
    }
    return made(a, op, fd);
}

/* Has the handshake of a blocked connect() ended, and how? */
static int connected(struct net_call *c, int fd)
{
    const struct sock *s = world_sock(c->w, sock_of_fd(c->w, c->host, fd));
    int64_t            e = 0;

    if (s->kind == SOCK_CONNECTING)
        return -ERR_EAGAIN;
    if (s->kind == SOCK_FRESH || s->error) {
        sock_get(c, fd, SO_ERROR_, &e);
        return e ? -(int)e : -ERR_ECONNABORTED;
    }
    return 0;
}

/* The peer's address that a program means: IPv4 if both ends have one and it did not ask for the
 * other. */
static struct addr address_of(const struct world *w, const struct app *a, const struct op *op)
{
    static const struct addr none;
    const struct host       *me = host_of(w, a->host), *peer = host_of(w, op->host);
    bool six = op->six || addr_equal(&me->addr, &none) || addr_equal(&peer->addr, &none);

    return six ? peer->addr6 : peer->addr;
}

static int try_connect(struct net_call *c, struct app *a, const struct op *op, bool first)
{
    struct endpoint peer = { .port = op->port }, from = { .port = op->from_port };
    int             fd, r                             = 0;

    if (!first) {
        fd = a->fd[a->current ? a->current - 1 : 0];
        if (!is_open(c->w, a, fd))
            return -ERR_EBADF;
        r = connected(c, fd);
    } else {
        if (op->host < 1 || op->host > c->w->hosts)
            return -ERR_ENETUNREACH;
        peer.addr = address_of(c->w, a, op);
        /* A socket that was made for it (options set, bound) is used; else a new one is made. */
        struct op this = { .verb = OP_CONNECT };
        fd             = app_fd(c->w, a, &this);
        if (!a->program && is_open(c->w, a, fd)
            && world_sock(c->w, sock_of_fd(c->w, a->host, fd))->kind == SOCK_CONNECTING)
            return -ERR_EALREADY; /* a hand is impatient; the first attempt goes on */
        if (!is_open(c->w, a, fd)
            || world_sock(c->w, sock_of_fd(c->w, a->host, fd))->kind != SOCK_FRESH) {
            if ((fd = sock_socket(c)) < 0)
                return fd;
        }
        made(a, op, fd);
        if (op->from_port)
            r = sock_bind(c, fd, &from);
        if (r == 0)
            r = sock_connect(c, fd, &peer);
        if (r == -ERR_EINPROGRESS)
            r = -ERR_EAGAIN;
    }
    if (r < 0
        && r != -ERR_EAGAIN) { /* as dial() of a higher language: no half-made socket is left */
        sock_close(c, fd);
        forget_fd(a, fd);
    }
    return r;
}

static void keep_data(struct app *a, const uint8_t *buf, int n)
{
    a->n_data = n <= 0 ? 0 : (uint32_t)n > sizeof a->data ? (uint32_t)sizeof a->data : (uint32_t)n;
    memset(a->data, 0, sizeof a->data);
    if (a->n_data)
        memcpy(a->data, buf, a->n_data);
}

static int try_read(struct net_call *c, struct app *a, const struct op *op, int fd)
{
    uint8_t  buf[READ_MOST];
    uint32_t n   = op->n == 0 ? READ_USUAL : op->n > READ_MOST ? READ_MOST : op->n;
    bool     all = op->value & MSG_WAITALL_;

    if (!all && sock_too_little(c->w, c->host, fd, n))
        return -ERR_EAGAIN;
    int r = sock_read(c, fd, buf, all ? n - a->done : n, (int)op->value & ~MSG_WAITALL_);
    if (!all) {
        if (r != -ERR_EAGAIN)
            keep_data(a, buf, op->value & MSG_TRUNC_ ? 0 : r);
        return r;
    }
    if (a->done == 0)
        keep_data(a, buf, r);
    a->done += r > 0 ? (uint32_t)r : 0;
    if (r > 0 && a->done < n)
        return -ERR_EAGAIN;
    return r > 0 || (a->done && r != -ERR_EAGAIN) ? (int)a->done : r;
}

static int try_drain(struct net_call *c, struct app *a, int fd)
{
    uint8_t buf[CHUNK];
    int     r;

    while ((r = sock_read(c, fd, buf, sizeof buf, 0)) > 0) {
        keep_data(a, buf, r);
        a->done += (uint32_t)r;
    }
    if (r == 0)
        return (int)a->done;
    return r;
}

/* What `write 5000 bytes` writes: the alphabet, so that a page of it can be recognised.  Copied
 * from what has been written already, period by period: a blocked writer comes here at every event.
 */
static void letters(uint8_t *buf, uint32_t from, uint32_t n)
{
    enum { PERIOD = 26 };
    uint32_t i = 0;

    for (; i < n && i < PERIOD; i++)
        buf[i] = (uint8_t)('a' + (from + i) % PERIOD);
    for (uint32_t k; i < n; i += k) {
        k = i - i % PERIOD < n - i ? i - i % PERIOD : n - i;
        memcpy(buf + i, buf, k);
    }
}

static int try_write(struct net_call *c, struct app *a, const struct op *op, int fd)
{
    uint32_t n = op->len ? op->len : op->n;
    uint8_t  buf[CHUNK];

    do {
        uint32_t k = n - a->done < CHUNK ? n - a->done : CHUNK;

        uint32_t room = sock_room(c->w, c->host, fd); /* nobody looks at more */

        if (op->len)
            memcpy(buf, op->text + a->done, k);
        else
            letters(buf, a->done, k < room ? k : room);
        int flags = (int)op->value; /* what comes last is what they are about */
        int r     = sock_write(c, fd, buf, k, k < n - a->done ? flags & MSG_OOB_ : flags);
        if (r == -ERR_EAGAIN)
            return r;
        if (r < 0)
            return a->done ? (int)a->done : r;
        a->done += (uint32_t)r;
    } while (a->done < n);
    return (int)n;
}

/* Is what close() waits for still on its way?  Until the peer has acknowledged our FIN. */
static bool lingers(const struct world *w, const struct app *a)
{
    const struct conn *k = a->lingers ? world_conn(w, a->lingers) : NULL;
    struct tcb         room;

    return k && k->serial == a->done && !k->forgot && !tcp_fin_acked(conn_look(w, k, &room));
}

/* SO_LINGER: close() waits, but not for longer than was asked for; then the rest goes on without
 * it.  POSIX leaves the result open; it is 0, as on Linux. */
static int try_close(struct net_call *c, struct app *a, int fd, bool abort, bool first)
{
    uint32_t           i    = first ? sock_of_fd(c->w, c->host, fd) : 0;
    const struct sock *s    = i ? world_sock(c->w, i) : NULL;
    int32_t            time = 0;

    if (!first) {
        if (lingers(c->w, a))
            return -ERR_EAGAIN;
        a->lingers = 0;
        return 0;
    }
    a->lingers = 0;
    if (s && !abort && s->linger > 0 && s->refs == 1 && s->kind == SOCK_CONNECTED && s->conn) {
        a->lingers = s->conn;
        a->done    = world_conn(c->w, s->conn)->serial;
        time       = s->linger;
    }
    if (abort)
        sock_set(c, fd, SO_LINGER_, 0);
    int r = sock_close(c, fd);
    if (r == 0)
        forget_fd(a, fd);
    if (r < 0 || !lingers(c->w, a)) {
        a->lingers = 0;
        return r;
    }
    a->deadline = c->w->now + SEC(time);
    return -ERR_EAGAIN;
}

/* getsockopt(): what does not fit in an int is its largest, SO_LINGER that is off 0. */
static int try_get(struct net_call *c, const struct op *op, int fd)
{
    struct sock_info info;
    int64_t          v = 0;
    int              r;

    if (op->n >= SO_OPTION_COUNT) {
        r = sock_info(c, fd, &info);
        v = (int64_t)info_value(&info, op->n - SO_OPTION_COUNT);
    } else {
        r = sock_get(c, fd, (enum sock_option)op->n, &v);
    }
    return r < 0 ? r : v < 0 ? 0 : v > INT32_MAX ? INT32_MAX : (int)v;
}

int app_try(struct net_call *c, struct app *a, const struct op *op, bool first)
{
    int             fd = app_fd(c->w, a, op), r;
    struct endpoint e  = { .port = op->port };

    if (first)
        a->done = 0;
    switch ((enum op_verb)op->verb) {
    case OP_LISTEN: return try_listen(c, a, op);
    case OP_CONNECT: return try_connect(c, a, op, first);
    case OP_SOCKET: return (r = sock_socket(c)) < 0 ? r : made(a, op, r);
    case OP_ACCEPT: return (r = sock_accept(c, fd, NULL)) < 0 ? r : made(a, op, r);
    case OP_DUP: return (r = sock_dup(c, fd)) < 0 ? r : made(a, op, r);
    case OP_READ: return try_read(c, a, op, fd);
    case OP_READALL: return try_drain(c, a, fd);
    case OP_WRITE: return try_write(c, a, op, fd);
    case OP_FLUSH: return sock_flush(c, fd);
    case OP_DISCONNECT: return sock_disconnect(c, fd);
    case OP_SHUTDOWN: return sock_shutdown(c, fd, (enum sock_how)op->n);
    case OP_CLOSE: return try_close(c, a, fd, false, first);
    case OP_ABORT: return try_close(c, a, fd, true, first);
    case OP_SET: return sock_set(c, fd, (enum sock_option)op->n, op->value);
    case OP_GET: return try_get(c, op, fd);
    case OP_BIND: return sock_bind(c, fd, &e);
    default: return -ERR_EINVAL;
    }
}

void app_give_up(struct net_call *c, struct app *a, const struct op *op)
{
    int fd = a->current ? a->fd[a->current - 1] : FD_NONE;

    if (op->verb != OP_CONNECT || !is_open(c->w, a, fd))
        return;
    sock_close(c, fd);
    forget_fd(a, fd);
}
