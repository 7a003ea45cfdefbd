/* SPDX-License-Identifier: MIT
 * sock.c - the calls that programmers know: socket() to close().
 */
#include "net/host.h"

#include <assert.h>
#include <string.h>

enum { BACKLOG_MAX = 4096 };

static struct sock *sock_at(struct net_call *c, int fd)
{
    uint32_t i = sock_of_fd(c->w, c->host, fd);

    return i ? world_sock(c->w, i) : NULL;
}

/* An error is reported once. */
static int take_error(struct sock *s)
{
    uint32_t e = s->error;

    s->error = ERR_OK;
    return -(int)e;
}

/* A turn in which the user moves this socket's connection. */
static struct conn *user_turn(struct turn *t, struct net_call *c, const struct sock *s)
{
    turn_begin(t, c->w, c->j, c->host, s->conn);
    return world_conn(c->w, s->conn);
}

static void user_turn_end(struct turn *t, struct net_call *c)
{
    turn_user(t, c, (enum tcp_state)t->tcb->state);
    turn_end(t);
}

/* Has Linux moved the connection to its record of TIME_WAIT, with which the socket has no more to
 * do? */
static bool in_record(const struct world *w, const struct sock *s)
{
    return conn_state(w, world_conn(w, s->conn)) == TCP_TIME_WAIT
           && host_of(w, s->host)->policy.minisock;
}

static bool has_live_conn(const struct world *w, const struct sock *s)
{
    return s->conn && !world_conn(w, s->conn)->forgot;
}

int sock_socket(struct net_call *c)
{
    uint32_t i = sock_new(c->w, c->host);

    if (i == 0)
        return -ERR_ENOBUFS;
    int fd = fd_open(c, i);
    if (fd < 0)
        sock_free(c->w, i);
    return fd;
}

/* -- bind, listen, accept -------------------------------------------------------------------- */

static bool overlap(const struct addr *a, const struct addr *b)
{
    static const struct addr any;

    return addr_equal(a, &any) || addr_equal(b, &any) || addr_equal(a, b);
}

/* SO_REUSEADDR lets two sockets have a port only if both have set it, what remains of an old
 * connection included, and never beside a listener. */
static bool port_taken(const struct world *w, uint32_t host, const struct endpoint *e, bool reuse)
{
    for (uint32_t i = demux_bound(w, host, e->port, 0); i; i = demux_bound(w, host, e->port, i)) {
        const struct sock *s = world_sock(w, i);

        if (overlap(&own_of(w, s)->local.addr, &e->addr)
            && !(reuse && s->flags & SF_REUSE && s->kind != SOCK_LISTENING))
            return true;
    }
    return demux_held(w, host, e, reuse);
}

int sock_bind(struct net_call *c, int fd, const struct endpoint *local)
{
    static const struct addr     any;
    static const struct endpoint nowhere;
    struct sock                 *s = sock_at(c, fd);
    struct endpoint              e = *local;
    const struct host           *h = host_of(c->w, c->host);

    if (!s)
        return -ERR_EBADF;
    if (s->kind != SOCK_FRESH || s->flags & SF_BOUND)
        return -ERR_EINVAL;
    if (!addr_equal(&e.addr, &any) && !addr_equal(&e.addr, &h->addr)
        && (addr_equal(&h->addr6, &any) || !addr_equal(&e.addr, &h->addr6)))
        return -ERR_EADDRNOTAVAIL;
    if (e.port == 0 && (e.port = host_port(c->w, c->host, &e, &nowhere)) == 0)
        return -ERR_EADDRINUSE;
    if (port_taken(c->w, c->host, &e, s->flags & SF_REUSE))
        return -ERR_EADDRINUSE;
    sock_own(c->w, s)->local = e;
    demux_add_sock(c->w, sock_of_fd(c->w, c->host, fd));
    return 0;
}

int sock_listen(struct net_call *c, int fd, int backlog)
{
    static const struct endpoint anywhere;
    uint32_t                     i = sock_of_fd(c->w, c->host, fd);
    struct sock                 *s = sock_at(c, fd);
    struct turn                  t;

    if (!s)
        return -ERR_EBADF;
    if (s->kind != SOCK_FRESH && s->kind != SOCK_LISTENING)
        return -ERR_EINVAL;
    struct own *own     = sock_own(c->w, s);
    own->listen.backlog = backlog < 0 ? 0 : backlog > BACKLOG_MAX ? BACKLOG_MAX : (uint32_t)backlog;
    if (s->kind == SOCK_LISTENING)
        return 0;
    if (!(s->flags & SF_BOUND)) {
        int r = sock_bind(c, fd, &anywhere);

        if (r < 0)
            return r;
    }
    for (uint32_t k = demux_bound(c->w, c->host, own->local.port, 0); k;
         k          = demux_bound(c->w, c->host, own->local.port, k))
        if (k != i && world_sock(c->w, k)->kind == SOCK_LISTENING
            && overlap(&own_of(c->w, world_sock(c->w, k))->local.addr, &own->local.addr))
            return -ERR_EADDRINUSE;
    struct tcb tcb; /* made anew for each SYN; here it says what OPEN means */
    turn_begin(&t, c->w, c->j, c->host, 0);
    turn_policy(&t, s, NULL);
    tcb_listen(&t, s, &tcb);
    sock_listens(c->w, i);
    turn_user(&t, c, TCP_LISTEN);
    return 0;
}

int sock_accept(struct net_call *c, int fd, struct endpoint *peer)
{
    struct sock *s = sock_at(c, fd);
    uint32_t     conn;

    if (!s)
        return -ERR_EBADF;
    if (s->kind != SOCK_LISTENING)
        return -ERR_EINVAL;
    for (conn = own_of(c->w, s)->listen.first; conn; conn = world_conn(c->w, conn)->queue)
        if (world_sock(c->w, world_conn(c->w, conn)->sock)->kind != SOCK_CONNECTING)
            break;
    if (!conn)
        return -ERR_EAGAIN;
    uint32_t child  = world_conn(c->w, conn)->sock;
    int      new_fd = fd_open(c, child);
    if (new_fd < 0)
        return new_fd;
    sock_unqueue(c->w, conn);
    if (peer)
        *peer = world_conn(c->w, conn)->remote;
    return new_fd;
}

/* -- connect --------------------------------------------------------------------------------- */

static int connect_from(struct net_call *c, struct sock *s, uint32_t sock, struct endpoint local,
                        const struct endpoint *peer)
{
    struct world *w = c->w;
    struct turn   t;

    if (s->flags & SF_BOUND)
        local.port = own_of(w, s)->local.port;
    else if ((local.port = host_port(w, c->host, &local, peer)) == 0)
        return -ERR_EADDRNOTAVAIL;
    struct owner o = demux_owner(w, c->host, &local, peer);
    if (o.conn || o.time_wait)
        return -ERR_EADDRNOTAVAIL;
    uint32_t conn = conn_new(w, c->host, &local, peer, o.tuple, 0);
    if (conn == 0)
        return -ERR_ENOBUFS;
    struct conn *k = world_conn(w, conn);
    turn_begin(&t, w, c->j, c->host, 0);
    k->sock = sock;
    conn_reuse(w, conn, s->flags & SF_REUSE);
    turn_takes(&t, conn);
    turn_policy(&t, s, &local.addr);
    t.env.iss    = host_iss(w, c->host, &local, peer);
    t.env.ts_off = host_ts_off(w, c->host, &local, peer);
    s->kind      = SOCK_CONNECTING;
    s->conn      = conn;
    s->error     = ERR_OK;
    s->flags &= ~(uint32_t)(SF_FIN | SF_EOF_READ | SF_FAILED);
    tcb_new(&t, s, t.tcb);
    enum tcp_error e = tcp_open_active(t.tcb, &t.env, true);
    assert(e == TCP_OK);
    (void)e;
    host_iss_used(w, c->host);
    user_turn_end(&t, c);
    return -ERR_EINPROGRESS;
}

int sock_connect(struct net_call *c, int fd, const struct endpoint *peer)
{
    static const struct addr any;
    struct sock             *s = sock_at(c, fd);
    const struct host       *h = host_of(c->w, c->host);
    struct endpoint          local;

    if (!s)
        return -ERR_EBADF;
    if (s->kind == SOCK_CONNECTING)
        return -ERR_EALREADY;
    if (s->kind == SOCK_LISTENING)
        return -ERR_EOPNOTSUPP;
    if (s->kind != SOCK_FRESH)
        return -ERR_EISCONN;
    if (addr_invalid(&peer->addr)) /* MUST-46 */
        return -ERR_ENETUNREACH;
    if (peer->port == 0)
        return -ERR_EADDRNOTAVAIL;
    memset(&local, 0, sizeof local);
    local.addr = addr_is_v4(&peer->addr) ? h->addr : h->addr6;
    if (addr_equal(&local.addr, &any))
        return -ERR_ENETUNREACH;
    if (!overlap(&own_of(c->w, s)->local.addr,
                 &local.addr)) /* bound to an address of the other family */
        return -ERR_EINVAL;
    return connect_from(c, s, sock_of_fd(c->w, c->host, fd), local, peer);
}

/* -- read and write -------------------------------------------------------------------------- */

/* What may be read at once: not beyond the mark of urgent text, which is its last byte, unless that
 * comes first.  So sockatmark(3) has a moment to say that it is next (4.4BSD; measured on Linux).
 */
static uint32_t until_mark(const struct world *w, const struct conn *k, uint32_t n)
{
    if (k->forgot)
        return n;
    struct tcb        room;
    const struct tcb *t    = conn_look(w, k, &room);
    seq               next = t->rcv.nxt - (tcp_fin_received(t) ? 1 : 0) - t->rcv.user;
    uint32_t          mark = t->rcv.up - 1 - next;

    return seq_lt(next, t->rcv.up - 1) && mark < n ? mark : n;
}

static int read_text(struct net_call *c, struct sock *s, uint8_t *buf, uint32_t n, int flags)
{
    struct conn *k   = world_conn(c->w, s->conn);
    uint32_t     all = conn_readable(c->w, k), got = until_mark(c->w, k, all < n ? all : n);
    struct turn  t;

    if (!(flags & MSG_TRUNC_))
        stream_read(c->w, &k->rcv, k->rcv.base, buf, got);
    if (flags & MSG_PEEK_)
        return (int)got;
    stream_release(c->w, &k->rcv, k->rcv.base + got);
    if (k->forgot) {
        k->left -= got;
        return (int)got;
    }
    uint32_t taken = 0;
    user_turn(&t, c, s);
    tcp_receive(t.tcb, &t.env, got, &taken);
    assert(taken == got);
    user_turn_end(&t, c);
    return (int)got;
}

int sock_read(struct net_call *c, int fd, uint8_t *buf, uint32_t n, int flags)
{
    struct sock *s = sock_at(c, fd);

    if (!s)
        return -ERR_EBADF;
    if (s->kind == SOCK_LISTENING)
        return -ERR_ENOTCONN;
    if (flags & MSG_OOB_) /* urgent text stays in the stream (RFC 6093 3.4): there is no other */
        return -ERR_EINVAL;
    if (n == 0 && s->conn && conn_readable(c->w, world_conn(c->w, s->conn)))
        return 0;
    if (s->conn && conn_readable(c->w, world_conn(c->w, s->conn))) {
        int got = read_text(c, s, buf, n, flags);

        if (s->flags & SF_FIN && !conn_readable(c->w, world_conn(c->w, s->conn)))
            s->flags |= SF_EOF_READ; /* it has come to the FIN, although it does not say so */
        return got;
    }
    /* Linux: once the peer's FIN has been reached, a later RST does not undo it.  Others report the
     * error first. */
    if (s->error && !(s->flags & SF_FIN && host_of(c->w, c->host)->policy.rst_eof_pipe))
        return take_error(s);
    if (s->flags & SF_FIN || s->shut & 1 || s->kind == SOCK_DEAD) {
        if (s->flags & SF_FIN && !(flags & MSG_PEEK_))
            s->flags |= SF_EOF_READ;
        return 0;
    }
    if (s->kind != SOCK_FRESH)
        return -ERR_EAGAIN;
    return s->flags & SF_FAILED && host_of(c->w, c->host)->policy.write_fresh_pipe ? 0
                                                                                   : -ERR_ENOTCONN;
}

/* As much of it as there is room for. */
static int write_some(struct net_call *c, struct sock *s, const uint8_t *buf, uint32_t n, int flags)
{
    struct turn  t;
    struct conn *k    = user_turn(&t, c, s);
    uint32_t     room = tcp_room(t.tcb, t.policy), asked = n;

    if (n > room)
        n = room;
    if (n < asked)
        chrono_stopped(k);
    if (n == 0)
        return -ERR_EAGAIN;
    uint64_t at = conn_snd_offset(k, t.tcb, t.tcb->snd.end);
    if (!stream_fits(c->w, &k->snd, at, n))
        return -ERR_ENOBUFS;
    enum tcp_error e = tcp_send(t.tcb, &t.env, n, !(flags & MSG_MORE_), flags & MSG_OOB_);
    if (e != TCP_OK) /* refused: nothing has changed */
        return e == TCP_E_CLOSING ? -ERR_EPIPE : -ERR_EAGAIN;
    stream_write(c->w, &k->snd, at, buf, n);
    if (flags & MSG_EOR_ && n == asked)
        tcp_record_ends(t.tcb, &t.env);
    user_turn_end(&t, c);
    return (int)n;
}

static uint32_t unsent_room(const struct net_call *c, const struct sock *s, uint32_t n)
{
    struct tcb t = conn_tcb(c->w, world_conn(c->w, s->conn));

    return lowat_unsent_room(c->w, s, &t, n);
}

int sock_write(struct net_call *c, int fd, const uint8_t *buf, uint32_t n, int flags)
{
    struct sock *s = sock_at(c, fd);

    if (!s)
        return -ERR_EBADF;
    if (s->error)
        return take_error(s);
    if (s->kind == SOCK_CONNECTING && host_of(c->w, c->host)->policy.shut_waits)
        return -ERR_EAGAIN;
    if (s->kind == SOCK_DEAD || s->shut & 2)
        return -ERR_EPIPE;
    if (s->kind == SOCK_FRESH || s->kind == SOCK_LISTENING)
        return host_of(c->w, c->host)->policy.write_fresh_pipe ? -ERR_EPIPE : -ERR_ENOTCONN;
    if (s->kind == SOCK_CONNECTING)
        return -ERR_EAGAIN;
    if (n == 0)
        return 0;
    if (!own_of(c->w, s)->opt.notsent && !host_of(c->w, c->host)->policy.notsent_lowat)
        return write_some(c, s, buf, n, flags);
    for (uint32_t done = 0;;) { /* piece by piece: each may leave before the next is looked at */
        uint32_t k = unsent_room(c, s, n - done);
        int      r = k ? write_some(c, s, buf + done, k, k < n - done ? 0 : flags) : -ERR_EAGAIN;

        done += r > 0 ? (uint32_t)r : 0;
        if (r < (int)k || r <= 0 || done == n || !has_live_conn(c->w, s))
            return done ? (int)done : r;
    }
}

int sock_flush(struct net_call *c, int fd)
{
    struct sock *s = sock_at(c, fd);
    struct turn  t;

    if (!s)
        return -ERR_EBADF;
    if (!has_live_conn(c->w, s))
        return -ERR_ENOTCONN;
    if (s->shut & 2)
        return -ERR_EPIPE;
    struct conn *k    = user_turn(&t, c, s);
    seq          end  = t.tcb->snd.end;
    bool         done = tcp_flush_unsent(t.tcb, &t.env) == TCP_OK;

    if (done)
        stream_cut(c->w, &k->snd, conn_snd_offset(k, t.tcb, t.tcb->snd.end));
    end -= t.tcb->snd.end;
    user_turn_end(&t, c);
    return done ? (int)end : -ERR_EPIPE;
}

/* -- the end --------------------------------------------------------------------------------- */

int sock_shutdown(struct net_call *c, int fd, enum sock_how how)
{
    struct sock *s = sock_at(c, fd);
    struct turn  t;

    if (!s)
        return -ERR_EBADF;
    if (how != SHUT_RD_ && how != SHUT_WR_ && how != SHUT_RDWR_)
        return -ERR_EINVAL;
    if (s->kind == SOCK_FRESH && how != SHUT_WR_ && host_of(c->w, c->host)->policy.shut_undoes)
        s->flags |= SF_FAILED; /* it is an error, and yet read() returns 0 from now on */
    if (!has_live_conn(c->w, s))
        return -ERR_ENOTCONN;
    if (in_record(c->w, s)) /* Linux: no socket's any more */
        return -ERR_ENOTCONN;
    user_turn(&t, c, s);
    bool undo = t.tcb->state == TCP_SYN_SENT && t.policy->shut_undoes;
    if (how != SHUT_WR_ && !(s->shut & 1) && !undo) {
        s->shut |= 1;
        tcp_option(t.tcb, &t.env, t.policy->shut_rd_keeps ? TCPO_SHUT : TCPO_DEAF, true);
    }
    if (undo || (how != SHUT_RD_ && !(s->shut & 2))) {
        s->shut |= 2;
        tcp_close_later(t.tcb, &t.env);
    }
    user_turn_end(&t, c);
    if (undo) {
        s->error = ERR_ECONNRESET;
        s->flags &= ~(uint32_t)SF_FAILED; /* it is as if it had never been tried */
    }
    return 0;
}

/* Connections that nobody will accept now. */
static void abort_children(struct net_call *c, struct sock *s)
{
    while (own_of(c->w, s)->listen.first) {
        uint32_t     conn = own_of(c->w, s)->listen.first;
        struct conn *k    = world_conn(c->w, conn);
        uint32_t     sock = k->sock;

        sock_unqueue(c->w, conn);
        sock_ip(c->w, world_sock(c->w, sock), &k->local.addr, &k->tos, &k->ttl);
        k->sock = 0;
        sock_free(c->w, sock);
        if (k->forgot) {
            conn_release(c->w, c->j, conn);
            continue;
        }
        struct turn t;
        turn_begin(&t, c->w, c->j, c->host, conn);
        tcp_abort(t.tcb, &t.env);
        user_turn_end(&t, c);
    }
}

/* The last descriptor has gone: nobody will ever read or write again. */
static void let_go(struct net_call *c, struct sock *s)
{
    struct turn  t;
    struct conn *k = user_turn(&t, c, s);
    /* SHLD-3: unread text means that it was lost; the peer must hear of it. */
    bool lost = t.tcb->rcv.user > 0 && t.policy->rst_unread && !in_record(c->w, s);

    if (lost || (s->linger == 0 && !in_record(c->w, s)))
        tcp_abort(t.tcb, &t.env);
    else
        tcp_close(t.tcb, &t.env);
    if (t.tcb->state != TCP_CLOSED)
        tcp_option(t.tcb, &t.env, TCPO_ORPHAN | TCPO_DEAF, true);
    sock_ip(c->w, s, &k->local.addr, &k->tos, &k->ttl);
    k->sock     = 0;
    k->eof_read = (s->flags & SF_EOF_READ) != 0;
    user_turn_end(&t, c);
}

/* What a listener has taken so far is aborted, and it is one no more. */
static void stop_listening(struct net_call *c, struct sock *s)
{
    struct turn t;

    turn_begin(&t, c->w, c->j, c->host, 0);
    t.before = TCP_LISTEN;
    turn_user(&t, c, TCP_CLOSED);
    abort_children(c, s);
}

int sock_disconnect(struct net_call *c, int fd)
{
    uint32_t     i = sock_of_fd(c->w, c->host, fd);
    struct sock *s = sock_at(c, fd);
    struct turn  t;

    if (!s)
        return -ERR_EBADF;
    if (!host_of(c->w, c->host)->policy.disconnect)
        return -ERR_EAFNOSUPPORT;
    if (s->kind == SOCK_LISTENING) {
        stop_listening(c, s);
        sock_listens_no_more(c->w, i);
        return 0;
    }
    uint16_t port = s->conn ? world_conn(c->w, s->conn)->local.port : 0;
    s->error      = ERR_OK;
    if (has_live_conn(c->w, s) && !in_record(c->w, s)) {
        struct conn *k = user_turn(&t, c, s);

        s->error = t.before <= TCP_CLOSE_WAIT ? ERR_ECONNRESET : ERR_OK;
        tcp_abort(t.tcb, &t.env);
        k->sock = 0;
        user_turn_end(&t, c);
    } else if (s->conn) {
        conn_release(c->w, c->j, s->conn);
    }
    s->conn = 0;
    s->shut = 0;
    s->kind = SOCK_FRESH;
    s->flags &= ~(uint32_t)(SF_FIN | SF_EOF_READ | SF_FAILED);
    if (!(s->flags & SF_BOUND) && port) { /* the port stays, the address does not */
        sock_own(c->w, s)->local = (struct endpoint){ .port = port };
        demux_add_sock(c->w, i);
    }
    return 0;
}

int sock_close(struct net_call *c, int fd)
{
    uint32_t     i = sock_of_fd(c->w, c->host, fd);
    struct sock *s = sock_at(c, fd);

    if (!s)
        return -ERR_EBADF;
    fd_drop(c->w, c->host, fd);
    if (s->refs > 0) /* dup(): somebody else still holds it, and nothing is sent */
        return 0;
    if (s->kind == SOCK_LISTENING) {
        stop_listening(c, s);
    } else if (has_live_conn(c->w, s)) {
        let_go(c, s);
    } else if (s->conn) {
        conn_release(c->w, c->j, s->conn);
    }
    sock_free(c->w, i);
    return 0;
}

int sock_dup(struct net_call *c, int fd)
{
    uint32_t i = sock_of_fd(c->w, c->host, fd);

    return i ? fd_open(c, i) : -ERR_EBADF;
}
