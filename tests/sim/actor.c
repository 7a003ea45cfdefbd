/* SPDX-License-Identifier: MIT
 * actor.c - programs that use the sockets from outside the world, and know what they should read.
 *
 * Every byte that is written says where it belongs: it is a function of the connection and of its
 * place in the stream.  A reader needs no copy of what was written to know whether it is right.
 */
#include "sim.h"

#include "net/host.h"

#include <assert.h>
#include <string.h>

enum { CHUNK = 4096, READ_MOST = 65536, MOVES_AT_ONCE = 200 };

static uint8_t byte_at(uint32_t serial, uint64_t at)
{
    return (uint8_t)(serial * 37u + at * 7u + (at >> 8) * 13u + (at >> 16) * 29u);
}

/* In a stretch of 256 each is seven more than the one before: all stretches are parts of this. */
enum { STRETCH = 256 };
static uint8_t sevens[2 * STRETCH];

static const uint8_t *stretch_at(uint32_t serial, uint64_t at)
{
    enum { SEVENTH = 183 }; /* 7 * 183 is 1, modulo 256 */

    if (sevens[1] == 0)
        for (uint32_t i = 0; i < sizeof sevens; i++)
            sevens[i] = (uint8_t)(i * 7u);
    return sevens + (uint8_t)(byte_at(serial, at) * SEVENTH);
}

static uint32_t stretch_len(uint64_t at, uint32_t n)
{
    uint32_t left = STRETCH - (uint32_t)(at % STRETCH);

    return n < left ? n : left;
}

static void bytes_at(uint8_t *buf, uint32_t serial, uint64_t at, uint32_t n)
{
    for (uint32_t i = 0, here; i < n; i += here) {
        here = stretch_len(at + i, n - i);
        memcpy(buf + i, stretch_at(serial, at + i), here);
    }
}

/* The first of n that is not as it was written, or n. */
static uint32_t first_wrong(const uint8_t *buf, uint32_t serial, uint64_t at, uint32_t n)
{
    for (uint32_t i = 0, here; i < n; i += here) {
        const uint8_t *right = stretch_at(serial, at + i);

        here = stretch_len(at + i, n - i);
        if (memcmp(buf + i, right, here) == 0)
            continue;
        while (buf[i] == *right)
            i++, right++;
        return i;
    }
    return n;
}

static const struct op *op_of(const struct sim *sim, uint32_t i)
{
    const struct plan    *p = sim->plan;
    const struct program *q = &p->program[p->actor[i].program - 1];

    return sim->s.actor[i].pc < q->count ? &p->op[q->first + sim->s.actor[i].pc] : NULL;
}

static struct net_call call_of(struct sim *sim, uint32_t i)
{
    return (struct net_call){ .w = sim->w, .j = &sim->j, .host = sim->plan->actor[i].host };
}

/* -- descriptors ----------------------------------------------------------------------------- */

static void own(struct actor *a, int fd, uint32_t name)
{
    for (size_t k = 0; k < sizeof a->owns / sizeof *a->owns; k++)
        if (a->owns[k] < 0) {
            a->owns[k] = fd;
            break;
        }
    a->fd[name] = fd;
}

static void disown(struct actor *a, int fd)
{
    for (size_t k = 0; k < sizeof a->owns / sizeof *a->owns; k++)
        if (a->owns[k] == fd)
            a->owns[k] = -1;
    for (int k = 0; k < NAMES; k++)
        if (a->fd[k] == fd)
            a->fd[k] = -1;
}

/* The connection behind a descriptor, as the checker follows it. */
static struct lane *lane_of(struct sim *sim, uint32_t host, int fd, uint32_t *serial,
                            const struct sock **sock)
{
    uint32_t           i = fd < 0 ? 0 : sock_of_fd(sim->w, host, fd);
    const struct sock *s = i ? world_sock(sim->w, i) : NULL;

    *sock = s;
    if (!s || !s->conn)
        return NULL;
    *serial = world_conn(sim->w, s->conn)->serial;
    return *serial < LANES ? &sim->s.lane[*serial] : NULL;
}

/* -- reading and writing --------------------------------------------------------------------- */

bool lane_trusted(const struct sim *sim, const struct lane *l)
{
    if (sim->plan->flags & PLAN_FORGED || sim->s.forged || l->peer == 0 || l->peer >= LANES)
        return false;
    return l->life == 1 || !(sim->plan->flags & (PLAN_GHOSTS | PLAN_CRASHES) || sim->s.cut);
}

static void check_text(struct sim *sim, struct lane *l, uint32_t serial, const uint8_t *buf, int n)
{
    const struct lane *from = &sim->s.lane[l->peer < LANES ? l->peer : 0];

    if (!lane_trusted(sim, l))
        return;
    if (l->read + (uint64_t)n > from->wrote) {
        sim_fail(sim, CHECK_PREFIX, "connection %u has read %llu bytes, %u has written %llu",
                 serial, (unsigned long long)(l->read + (uint64_t)n), l->peer,
                 (unsigned long long)from->wrote);
        return;
    }
    uint32_t i = first_wrong(buf, l->peer, l->read, (uint32_t)n);
    if (i < (uint32_t)n)
        sim_fail(sim, CHECK_PREFIX, "connection %u reads %u at %llu where connection %u wrote %u",
                 serial, buf[i], (unsigned long long)l->read + i, l->peer,
                 byte_at(l->peer, l->read + i));
}

static void check_eof(struct sim *sim, const struct lane *l, uint32_t serial, uint32_t host,
                      const struct sock *s)
{
    const struct tcp_policy *p = &sim->w->host[host - 1].policy;

    if (!lane_trusted(sim, l) || l->error || s->shut & 1 || !(s->flags & SF_FIN))
        return;
    if (p->rst_eof_pipe && p->rst_flush) /* together they hide that text was thrown away */
        return;
    uint64_t read = l->read - (sim->plant == PLANT_SHORT && l->read > 0);
    if (read != sim->s.lane[l->peer].wrote)
        sim_fail(sim, CHECK_EOF, "connection %u: end of file after %llu bytes, %u wrote %llu",
                 serial, (unsigned long long)read, l->peer,
                 (unsigned long long)sim->s.lane[l->peer].wrote);
}

static int do_read(struct sim *sim, struct net_call *c, int fd, uint32_t n)
{
    static uint8_t     buf[READ_MOST];
    const struct sock *s;
    uint32_t           serial = 0;
    struct lane       *l      = lane_of(sim, c->host, fd, &serial, &s);
    int                r      = sock_read(c, fd, buf, n > READ_MOST ? READ_MOST : n, 0);

    if (!l)
        return r;
    if (r > 0) {
        plant_read(sim, buf, r);
        check_text(sim, l, serial, buf, r);
        l->read += (uint64_t)r;
    } else if (r == 0 && n > 0) {
        check_eof(sim, l, serial, c->host, s);
    } else if (r != -ERR_EAGAIN) {
        l->error = 1;
    }
    return r;
}

/* Looking must not take: what is seen is what the read that follows will get. */
static bool peek(struct sim *sim, struct net_call *c, int fd, uint32_t n)
{
    static uint8_t     buf[READ_MOST];
    const struct sock *s;
    uint32_t           serial = 0;
    struct lane       *l      = lane_of(sim, c->host, fd, &serial, &s);

    if (!l || !conn_readable(sim->w, world_conn(sim->w, s->conn)))
        return true;
    int r = sock_read(c, fd, buf, n > READ_MOST ? READ_MOST : n, MSG_PEEK_);
    if (r > 0)
        check_text(sim, l, serial, buf, r);
    return r > 0;
}

static int do_write(struct sim *sim, struct net_call *c, int fd, uint32_t n, int flags)
{
    static uint8_t     buf[CHUNK];
    const struct sock *s;
    uint32_t           serial = 0;
    struct lane       *l      = lane_of(sim, c->host, fd, &serial, &s);
    uint64_t           at     = l ? l->wrote : 0;

    if (n > CHUNK)
        n = CHUNK;
    if (s && sock_room(sim->w, c->host, fd)) /* else nothing will look at it */
        bytes_at(buf, serial, at, n);
    int r = sock_write(c, fd, buf, n, flags);
    if (l && r > 0)
        l->wrote += (uint64_t)r;
    else if (l && r != -ERR_EAGAIN)
        l->error = 1;
    return r;
}

static int try_write(struct sim *sim, struct net_call *c, struct actor *a, const struct op *o,
                     int fd)
{
    while (a->done < o->n) {
        int r = do_write(sim, c, fd, o->n - a->done, o->value ? MSG_OOB_ : 0);

        if (r < 0)
            return r;
        a->done += (uint32_t)r;
    }
    return (int)a->done;
}

static int try_drain(struct sim *sim, struct net_call *c, struct actor *a, int fd)
{
    int r;

    while ((r = do_read(sim, c, fd, CHUNK)) > 0)
        a->done += (uint32_t)r;
    return r;
}

/* -- the other operations -------------------------------------------------------------------- */

static int try_listen(struct net_call *c, struct actor *a, const struct op *o)
{
    struct endpoint e  = { .port = o->port };
    int             fd = sock_socket(c), r;

    if (fd < 0)
        return fd;
    sock_set(c, fd, SO_REUSEADDR_, 1);
    if ((r = sock_bind(c, fd, &e)) < 0 || (r = sock_listen(c, fd, (int)o->n)) < 0) {
        sock_close(c, fd);
        return r;
    }
    own(a, fd, o->dst);
    return fd;
}

static int try_connect(struct sim *sim, struct net_call *c, struct actor *a, const struct op *o)
{
    const struct host *to   = &sim->w->host[o->host - 1];
    struct endpoint    peer = { .port = o->port, .addr = o->six ? to->addr6 : to->addr };
    struct endpoint    from = { .port = o->from_port };
    uint32_t           i    = a->fd[o->dst] < 0 ? 0 : sock_of_fd(c->w, c->host, a->fd[o->dst]);
    const struct sock *s    = i ? world_sock(c->w, i) : NULL;
    int64_t            e    = 0;
    int                r    = 0;

    if (!a->first) {
        if (!s)
            return -ERR_EBADF;
        if (s->kind == SOCK_CONNECTING)
            return -ERR_EAGAIN;
        uint32_t     serial = 0;
        struct lane *l      = lane_of(sim, c->host, a->fd[o->dst], &serial, &s);
        sock_get(c, a->fd[o->dst], SO_ERROR_, &e);
        if (l && e)
            l->error = 1;
        return -(int)e;
    }
    if (!s || s->kind != SOCK_FRESH) {
        int fd = sock_socket(c);

        if (fd < 0)
            return fd;
        own(a, fd, o->dst);
    }
    if (o->from_port) {
        sock_set(c, a->fd[o->dst], SO_REUSEADDR_, 1);
        r = sock_bind(c, a->fd[o->dst], &from);
    }
    if (r == 0)
        r = sock_connect(c, a->fd[o->dst], &peer);
    return r == -ERR_EINPROGRESS ? -ERR_EAGAIN : r;
}

/* SHLD-3: who closes and has not read what came must be told apart from who has. */
static int close_fd(struct sim *sim, struct net_call *c, int fd)
{
    const struct sock *s;
    uint32_t           serial = 0;
    bool               unread = lane_of(sim, c->host, fd, &serial, &s) && s->refs == 1
                  && !world_conn(c->w, s->conn)->forgot
                  && conn_readable(c->w, world_conn(c->w, s->conn))
                  && c->w->host[c->host - 1].policy.rst_unread;
    int r = sock_close(c, fd);

    for (uint32_t i = 1; unread && i <= c->w->region[REGION_CONN].high; i++)
        if (world_conn(c->w, i)->serial == serial)
            sim_fail(sim, CHECK_RESET, "connection %u is closed with unread text, and lives on",
                     serial);
    return r;
}

static int try_close(struct sim *sim, struct net_call *c, struct actor *a, int fd, bool abort)
{
    if (abort)
        sock_set(c, fd, SO_LINGER_, 0);
    int r = close_fd(sim, c, fd);
    disown(a, fd);
    return r;
}

static int new_fd(struct actor *a, const struct op *o, int r)
{
    if (r >= 0)
        own(a, r, o->dst);
    return r;
}

static int try_set(struct sim *sim, struct net_call *c, const struct op *o, int fd)
{
    const struct sock *s;
    uint32_t           serial = 0;
    struct lane       *l      = lane_of(sim, c->host, fd, &serial, &s);

    if (l && o->n == TCP_NODELAY_)
        l->pace.nodelay = 1;
    return sock_set(c, fd, (enum sock_option)o->n, o->value);
}

static int try_op(struct sim *sim, struct net_call *c, struct actor *a, const struct op *o)
{
    int fd = a->fd[o->fd];

    switch ((enum op_verb)o->verb) {
    case OP_LISTEN: return try_listen(c, a, o);
    case OP_CONNECT: return try_connect(sim, c, a, o);
    case OP_SOCKET: return new_fd(a, o, sock_socket(c));
    case OP_ACCEPT: return new_fd(a, o, sock_accept(c, fd, NULL));
    case OP_DUP: return new_fd(a, o, sock_dup(c, fd));
    case OP_READ:
        if (o->value && !peek(sim, c, fd, o->n))
            return -ERR_EINVAL;
        return do_read(sim, c, fd, o->n);
    case OP_READALL: return try_drain(sim, c, a, fd);
    case OP_WRITE: return try_write(sim, c, a, o, fd);
    case OP_SHUTDOWN: return sock_shutdown(c, fd, (enum sock_how)o->n);
    case OP_CLOSE: return try_close(sim, c, a, fd, false);
    case OP_ABORT: return try_close(sim, c, a, fd, true);
    case OP_SET: return try_set(sim, c, o, fd);
    default: return 0;
    }
}

/* -- going on -------------------------------------------------------------------------------- */

static void end(struct sim *sim, uint32_t i)
{
    struct actor   *a = &sim->s.actor[i];
    struct net_call c = call_of(sim, i);

    for (size_t k = 0; k < sizeof a->owns / sizeof *a->owns; k++)
        if (a->owns[k] >= 0)
            close_fd(sim, &c, a->owns[k]);
    for (size_t k = 0; k < sizeof a->owns / sizeof *a->owns; k++)
        a->owns[k] = -1;
    a->state    = APP_DONE;
    a->deadline = VTIME_NEVER;
    sim->s.over |= 1u << i;
    sim->s.last = sim->w->now;
    sim->s.idle = 0;
}

static void next(struct sim *sim, struct actor *a, int result)
{
    a->pc++;
    a->state    = APP_READY;
    a->deadline = VTIME_NEVER;
    a->done     = 0;
    sim->s.idle = 0;
    sim->s.hash = (sim->s.hash ^ (uint64_t)(uint32_t)result) * 0x9E3779B97F4A7C15u;
}

/* Has anything moved? */
static bool step(struct sim *sim, uint32_t i)
{
    struct actor    *a  = &sim->s.actor[i];
    const struct op *o  = op_of(sim, i);
    bool             up = !sim->w->host[sim->plan->actor[i].host - 1].down;
    struct net_call  c  = call_of(sim, i);

    if (!o || !up) {
        end(sim, i);
        return true;
    }
    if (a->state == APP_SLEEPING) {
        if (sim->w->now < a->deadline)
            return false;
        next(sim, a, 0);
        return true;
    }
    a->first = a->state == APP_READY;
    if (a->first && o->verb == OP_SLEEP) {
        a->state    = APP_SLEEPING;
        a->deadline = sim->w->now + o->time;
        return true;
    }
    uint32_t so_far = a->done;
    int      r      = try_op(sim, &c, a, o);
    if (r != -ERR_EAGAIN) {
        next(sim, a, r);
        return true;
    }
    if (a->first) {
        a->state    = APP_BLOCKED;
        a->deadline = sim->w->now + (o->time ? o->time : SEC(30));
        return true;
    }
    if (sim->w->now >= a->deadline) {
        if (o->verb == OP_CONNECT)
            try_close(sim, &c, a, a->fd[o->dst], false);
        next(sim, a, -ERR_EDEADLINE);
        return true;
    }
    if (a->done != so_far)
        sim->s.idle = 0;
    return a->done != so_far;
}

static void begin(struct sim *sim, uint32_t i)
{
    struct actor *a = &sim->s.actor[i];

    memset(a, 0, sizeof *a);
    memset(a->fd, 0xff, sizeof a->fd);
    memset(a->owns, 0xff, sizeof a->owns);
    a->deadline = VTIME_NEVER;
    a->state    = APP_READY;
    sim->s.starts |= 1u << i;
}

/* Actors as bits: all there are, those that have yet to begin, those that are at it. */
static uint32_t all_of(const struct sim *sim)
{
    return sim->plan->n_actor ? UINT32_MAX >> (32 - sim->plan->n_actor) : 0;
}

static uint32_t to_begin(const struct sim *sim) { return all_of(sim) & ~sim->s.starts; }
static uint32_t at_it(const struct sim *sim) { return sim->s.starts & ~sim->s.over; }
static uint32_t first_of(uint32_t bits) { return (uint32_t)__builtin_ctz(bits); }

void actor_start(struct sim *sim, vtime now)
{
    for (uint32_t left = to_begin(sim); left; left &= left - 1)
        if (sim->plan->actor[first_of(left)].at <= now)
            begin(sim, first_of(left));
}

void actor_end_all(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->plan->n_actor; i++) {
        if (!(sim->s.starts >> i & 1))
            begin(sim, i);
        if (sim->s.actor[i].state != APP_DONE)
            end(sim, i);
    }
}

/* Who waits need not be asked before something has happened on its host, or its time is up. */
static bool worth_asking(const struct sim *sim, uint32_t i, uint32_t stir)
{
    const struct actor *a = &sim->s.actor[i];

    if (a->state == APP_DONE)
        return false;
    return a->state == APP_READY || a->deadline <= sim->w->now
           || (a->state == APP_BLOCKED && stir >> sim->plan->actor[i].host & 1);
}

bool actor_poll(struct sim *sim)
{
    bool     moved = false;
    uint32_t stir  = sim->s.stir;

    sim->s.stir = 0;
    for (uint32_t left = at_it(sim); left; left &= left - 1) {
        uint32_t i = first_of(left);

        for (int n = 0; n < MOVES_AT_ONCE && worth_asking(sim, i, stir) && step(sim, i); n++)
            moved = true;
    }
    return moved;
}

vtime actor_wake(const struct sim *sim)
{
    vtime first = VTIME_NEVER;

    for (uint32_t left = to_begin(sim); left; left &= left - 1)
        if (sim->plan->actor[first_of(left)].at < first)
            first = sim->plan->actor[first_of(left)].at;
    for (uint32_t left = at_it(sim); left; left &= left - 1)
        if (sim->s.actor[first_of(left)].deadline < first)
            first = sim->s.actor[first_of(left)].deadline;
    return first;
}

void actor_crash(struct sim *sim, uint32_t host)
{
    for (uint32_t i = 0; i < sim->plan->n_actor; i++)
        if (sim->s.starts >> i & 1 && sim->plan->actor[i].host == host) {
            struct actor *a = &sim->s.actor[i];

            memset(a->owns, 0xff, sizeof a->owns);
            a->state    = APP_DONE;
            a->deadline = VTIME_NEVER;
            sim->s.over |= 1u << i;
        }
}

bool actor_all_done(const struct sim *sim) { return (sim->s.over & all_of(sim)) == all_of(sim); }
