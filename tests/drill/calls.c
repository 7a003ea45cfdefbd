/* SPDX-License-Identifier: MIT
 * calls.c - the system calls of a script, and what they must return. */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "run.h"

#include "base/text.h"
#include "lex.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/* -- Arguments ------------------------------------------------------------------------------- */

static const struct arg *arg(const struct run *r, int i)
{
    static const struct arg none = { .kind = ARG_ANY };
    const struct arg       *a    = r->event->sys->args;

    while (a && i-- > 0)
        a = a->next;
    return a ? a : &none;
}

static int64_t num(const struct run *r, int i)
{
    const struct arg *a = arg(r, i);

    while (a && a->kind == ARG_LIST) /* [1] */
        a = a->child;
    return a && a->kind == ARG_NUM ? a->num : 0;
}

static const struct arg *member(const struct arg *a, const char *name)
{
    for (const struct arg *m = a->child; m; m = m->next)
        if (m->name && strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

static int64_t member_num(const struct arg *a, const char *name)
{
    const struct arg *m = member(a, name);

    return m && m->kind == ARG_NUM ? m->num : 0;
}

/* The stack's descriptor for the script's, -1 when the script has none of that number. */
static int live_fd(const struct run *r, int64_t fd) { return fd >= 0 && fd < FDS ? r->fd[fd] : -1; }

/* {sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("10.0.0.1")}, or ...: zeros. */
static struct endpoint address(const struct arg *a)
{
    struct endpoint e;

    memset(&e, 0, sizeof e);
    if (a->kind == ARG_STRUCT) {
        const struct arg *addr = member(a, "sin_addr");
        e.port                 = (uint16_t)member_num(a, "sin_port");
        if (addr && addr->kind == ARG_STR)
            addr_parse(addr->str, &e.addr);
    }
    return e;
}

/* How many bytes a call moves: its count, or the sum of an iovec's. */
static size_t count(const struct run *r)
{
    const char       *name = r->event->sys->name;
    const struct arg *iov  = NULL;
    size_t            n    = 0;

    if (strcmp(name, "readv") == 0 || strcmp(name, "writev") == 0)
        iov = arg(r, 1);
    else if (strcmp(name, "sendmsg") == 0 || strcmp(name, "recvmsg") == 0)
        iov = member(arg(r, 1), "msg_iov");
    if (iov == NULL)
        return (size_t)num(r, 2);
    for (const struct arg *v = iov->child; v; v = v->next)
        if (v->child && v->child->next && v->child->next->kind == ARG_NUM)
            n += (size_t)v->child->next->num;
    return n;
}

/* -- Results --------------------------------------------------------------------------------- */

static bool result_is(struct run *r, const struct event *e, long got)
{
    const struct sys *s = e->sys;
    char              want[80];

    if (s->any_result || (got >= 0 && got == s->result)
        || (got < 0 && s->result == -1 && s->error == (int)-got))
        return true;
    struct text t = text_into(want, sizeof want);
    text_add(&t, "%lld", (long long)s->result);
    if (s->error)
        text_add(&t, " %s", errno_name(s->error));
    r->event = e;
    if (got < 0)
        return run_fail(r, "%s() returned -1 %s, expected %s", s->name, errno_name((int)-got),
                        want);
    return run_fail(r, "%s() returned %ld, expected %s", s->name, got, want);
}

/* A call that makes a descriptor: the script chooses its number. */
static bool new_fd(struct run *r, const struct event *e, long got)
{
    if (got >= 0 && e->sys->result >= 0 && e->sys->result < FDS) {
        r->fd[e->sys->result] = (int)got;
        r->last_fd            = (int)e->sys->result;
        return true;
    }
    return result_is(r, e, got);
}

/* -- Calls that return at once ------------------------------------------------------------- */

static bool call_socket(struct run *r)
{
    int domain = arg(r, 0)->kind == ARG_NUM ? (int)num(r, 0) : r->v6 ? AF_INET6 : AF_INET;

    return new_fd(r, r->event, stack_socket(r->stack, domain, (int)num(r, 1), (int)num(r, 2)));
}

static bool call_bind(struct run *r)
{
    struct endpoint e = address(arg(r, 1));

    if (e.port == 0 && arg(r, 1)->kind == ARG_ANY)
        e.port = 8080;
    return result_is(r, r->event, stack_bind(r->stack, live_fd(r, num(r, 0)), &e));
}

static bool call_listen(struct run *r)
{
    int             fd  = live_fd(r, num(r, 0));
    int             got = stack_listen(r->stack, fd, (int)num(r, 1));
    struct endpoint local, peer;

    memset(&local, 0, sizeof local);
    memset(&peer, 0, sizeof peer);
    if (got == 0 && stack_name(r->stack, fd, &local, &peer) >= 0)
        run_peer_passive(r, local.port);
    return result_is(r, r->event, got);
}

static bool call_close(struct run *r)
{
    int64_t fd  = num(r, 0);
    int     got = stack_close(r->stack, live_fd(r, fd));

    if (got == 0)
        r->fd[fd] = -1;
    return result_is(r, r->event, got);
}

static bool call_shutdown(struct run *r)
{
    return result_is(r, r->event, stack_shutdown(r->stack, live_fd(r, num(r, 0)), (int)num(r, 1)));
}

static bool call_fcntl(struct run *r)
{
    int got = stack_fcntl(r->stack, live_fd(r, num(r, 0)), (int)num(r, 1), (int)num(r, 2));

    return result_is(r, r->event, got);
}

static bool call_ioctl(struct run *r)
{
    int value = 0;
    int got   = stack_ioctl(r->stack, live_fd(r, num(r, 0)), (unsigned long)num(r, 1), &value);

    if (got == 0 && arg(r, 2)->kind != ARG_ANY && value != num(r, 2))
        return run_fail(r, "ioctl() said %d, expected %lld", value, (long long)num(r, 2));
    return result_is(r, r->event, got);
}

static bool call_dup(struct run *r)
{
    return new_fd(r, r->event, stack_dup(r->stack, live_fd(r, num(r, 0))));
}

static bool call_epoll_create(struct run *r)
{
    int  last = r->last_fd; /* the socket whose TCP_INFO is meant */
    bool ok   = new_fd(r, r->event, stack_epoll_create(r->stack, (int)num(r, 0)));

    r->last_fd = last;
    return ok;
}

/* {events=EPOLLIN, fd=4}: what comes back with it is one word, whatever it is called. */
static struct call_epoll epoll_of(const struct arg *a)
{
    struct call_epoll e = { .events = (uint32_t)member_num(a, "events") };

    for (const struct arg *m = a->child; m; m = m->next)
        if (m->name && strcmp(m->name, "events") != 0 && m->kind == ARG_NUM)
            e.data = (uint64_t)m->num;
    return e;
}

static bool call_epoll_ctl(struct run *r)
{
    struct call_epoll e = epoll_of(arg(r, 3));

    return result_is(r, r->event,
                     stack_epoll_ctl(r->stack, live_fd(r, num(r, 0)), (int)num(r, 1),
                                     live_fd(r, num(r, 2)),
                                     arg(r, 3)->kind == ARG_STRUCT ? &e : NULL));
}

static struct linger linger_of(const struct arg *a)
{
    return (struct linger){ .l_onoff  = (int)member_num(a, "onoff"),
                            .l_linger = (int)member_num(a, "linger") };
}

static bool call_setsockopt(struct run *r)
{
    const struct arg *v = arg(r, 3);
    int               n = (int)num(r, 3), fd = live_fd(r, num(r, 0));
    struct linger     l = linger_of(v);
    struct timeval tv  = { .tv_sec = member_num(v, "tv_sec"), .tv_usec = member_num(v, "tv_usec") };
    const void    *p   = &n;
    size_t         len = sizeof n;

    if (v->kind == ARG_STRUCT) {
        bool time = member(v, "tv_sec") != NULL;
        p         = time ? (const void *)&tv : (const void *)&l;
        len       = time ? sizeof tv : sizeof l;
    } else if (v->kind == ARG_STR) {
        p   = v->str;
        len = strlen(v->str);
    }
    return result_is(r, r->event, stack_set(r->stack, fd, (int)num(r, 1), (int)num(r, 2), p, len));
}

static bool call_getsockopt(struct run *r)
{
    const struct arg *v     = arg(r, 3);
    long              b[16] = { 0 };
    size_t            len   = sizeof b;
    int               n,
        got = stack_get(r->stack, live_fd(r, num(r, 0)), (int)num(r, 1), (int)num(r, 2), b, &len);

    if (got < 0 || v->kind == ARG_ANY)
        return result_is(r, r->event, got);
    if (v->kind == ARG_STRUCT) {
        struct linger want = linger_of(v), is;
        memcpy(&is, b, sizeof is);
        if (want.l_onoff != is.l_onoff || want.l_linger != is.l_linger)
            return run_fail(r, "getsockopt() said {onoff=%d, linger=%d}", is.l_onoff, is.l_linger);
        return result_is(r, r->event, got);
    }
    if (v->kind == ARG_STR) {
        if (strncmp((const char *)b, v->str, sizeof b) != 0)
            return run_fail(r, "getsockopt() said \"%.16s\", expected \"%s\"", (const char *)b,
                            v->str);
        return result_is(r, r->event, got);
    }
    memcpy(&n, b, sizeof n);
    if (n != num(r, 3)) {
        bool error = num(r, 1) == SOL_SOCKET && num(r, 2) == SO_ERROR;
        return run_fail(r, "getsockopt() said %d%s%s, expected %lld", n, error ? " " : "",
                        error ? errno_name(n) : "", (long long)num(r, 3));
    }
    return result_is(r, r->event, got);
}

/* -- Calls that may block -------------------------------------------------------------------- */

static bool revents(struct run *r, const struct event *e, const struct call *c)
{
    const struct event *was = r->event;
    size_t              i   = 0;

    r->event = e;
    for (const struct arg *a = arg(r, 0)->child; a && i < c->n_poll; a = a->next, i++)
        if (member(a, "revents") && c->poll[i].revents != member_num(a, "revents"))
            return run_fail(r, "poll() said revents %#x of descriptor %lld, expected %#llx",
                            (unsigned)c->poll[i].revents, (long long)member_num(a, "fd"),
                            (unsigned long long)member_num(a, "revents"));
    r->event = was;
    return true;
}

/* The script writes the first event; none is {events=0, ptr=0}. */
static bool first_event(struct run *r, const struct event *e, const struct call *c)
{
    const struct event *was = r->event;

    r->event               = e;
    struct call_epoll want = epoll_of(arg(r, 1)), *is = c->epoll;
    if (c->result <= 0)
        *is = (struct call_epoll){ 0 };
    if (is->events != want.events || is->data != want.data)
        return run_fail(r, "epoll_wait() said events %#x of %llu, expected %#x of %llu", is->events,
                        (unsigned long long)is->data, want.events, (unsigned long long)want.data);
    r->event = was;
    return true;
}

static bool returned(struct run *r, const struct event *e, const struct call *c)
{
    if (c->verb == CALL_EPOLL && c->result >= 0 && !first_event(r, e, c))
        return false;
    if (c->verb == CALL_ACCEPT)
        return new_fd(r, e, c->result);
    if (c->verb == CALL_POLL && !revents(r, e, c))
        return false;
    if (c->verb == CALL_READ && c->result > 0 && !(c->flags & MSG_TRUNC))
        for (long i = 0; i < c->result; i++)
            if (c->in[i] != 0) {
                r->event = e;
                return run_fail(r, "%s() gave text that was never sent", e->sys->name);
            }
    return result_is(r, e, c->result);
}

static void fill(struct run *r, struct blocked *b, enum call_verb verb)
{
    struct call *c    = &b->call;
    const char  *name = r->event->sys->name;
    bool         send = strncmp(name, "send", 4) == 0, recv = strncmp(name, "recv", 4) == 0;

    *c = (struct call){ .verb = verb, .fd = live_fd(r, num(r, 0)) };
    if (verb == CALL_READ || verb == CALL_WRITE) {
        bool msg = strcmp(name, "sendmsg") == 0 || strcmp(name, "recvmsg") == 0;
        c->n     = count(r);
        c->flags = send || recv ? (int)num(r, msg ? 2 : 3) : 0;
        b->buf   = calloc(1, c->n + 1);
        c->in    = b->buf;
        c->out   = b->buf;
        if (verb == CALL_READ && b->buf)
            memset(b->buf, 0xA5, c->n); /* so that what was not written is seen */
    } else if (verb == CALL_CONNECT) {
        struct endpoint to = address(arg(r, 1));
        run_peer_active(r, &to);
        c->peer = r->peer[0].remote;
    } else if (verb == CALL_EPOLL) {
        c->epoll   = b->epoll;
        c->n_poll  = num(r, 2) > 0 && num(r, 2) < EVENTS ? (size_t)num(r, 2) : 0;
        c->timeout = (int)num(r, 3);
    } else if (verb == CALL_ACCEPT)
        c->flags = strcmp(name, "accept4") == 0 ? (int)num(r, 3) : 0;
    else if (verb == CALL_POLL) {
        c->poll    = b->poll;
        c->timeout = (int)num(r, 2);
        for (const struct arg *a = arg(r, 0)->child; a && c->n_poll < 8; a = a->next)
            b->poll[c->n_poll++] = (struct call_poll){ .fd     = live_fd(r, member_num(a, "fd")),
                                                       .events = (short)member_num(a, "events") };
    }
}

static void release(struct blocked *b)
{
    free(b->buf);
    *b = (struct blocked){ 0 };
}

static bool may_block(struct run *r, enum call_verb verb)
{
    const struct event *e = r->event;
    struct blocked     *b = NULL;

    for (int i = 0; i < BLOCKED && !b; i++)
        if (r->blocked[i].event == NULL)
            b = &r->blocked[i];
    if (b == NULL)
        return run_fail(r, "too many calls that block at one time");
    fill(r, b, verb);
    b->event = e;
    b->due   = e->blocks ? r->to : r->at;
    stack_call(r->stack, &b->call);
    if (e->blocks)
        return run_blocked(r);
    if (!b->call.done) {
        stack_call_cancel(r->stack, &b->call);
        release(b);
        return run_fail(r, "%s() blocks", e->sys->name);
    }
    bool ok = returned(r, e, &b->call);
    release(b);
    return ok;
}

bool run_blocked(struct run *r)
{
    for (int i = 0; i < BLOCKED; i++) {
        struct blocked *b = &r->blocked[i];
        char            at[40], due[40];
        if (b->event == NULL || !b->call.done)
            continue;
        if (!run_in_time(r, b->due, b->call.at, b->due)) {
            r->event = b->event;
            vtime_text(b->call.at, at, sizeof at);
            vtime_text(b->due, due, sizeof due);
            return run_fail(r, "%s() returned at %s, expected at %s", b->event->sys->name, at, due);
        }
        if (!returned(r, b->event, &b->call))
            return false;
        release(b);
    }
    return true;
}

bool run_blocked_end(struct run *r)
{
    for (int i = 0; i < BLOCKED; i++)
        if (r->blocked[i].event) {
            stack_call_cancel(r->stack, &r->blocked[i].call);
            r->event = r->blocked[i].event;
            return run_fail(r, "%s() never returned", r->event->sys->name);
        }
    return true;
}

/* {sa_family = AF_UNSPEC}: the socket is to be connected to nobody. */
static bool is_unspec(const struct arg *a)
{
    const struct arg *family = a->kind == ARG_STRUCT ? member(a, "sa_family") : NULL;

    return family && family->kind == ARG_NUM && family->num == AF_UNSPEC;
}

bool run_call(struct run *r)
{
    static const struct {
        const char *name;
        bool (*play)(struct run *);
        enum call_verb verb;
    } table[] = {
        { "socket", call_socket, 0 },
        { "bind", call_bind, 0 },
        { "listen", call_listen, 0 },
        { "close", call_close, 0 },
        { "shutdown", call_shutdown, 0 },
        { "fcntl", call_fcntl, 0 },
        { "ioctl", call_ioctl, 0 },
        { "dup", call_dup, 0 },
        { "setsockopt", call_setsockopt, 0 },
        { "getsockopt", call_getsockopt, 0 },
        { "accept", NULL, CALL_ACCEPT },
        { "accept4", NULL, CALL_ACCEPT },
        { "connect", NULL, CALL_CONNECT },
        { "poll", NULL, CALL_POLL },
        { "read", NULL, CALL_READ },
        { "readv", NULL, CALL_READ },
        { "recv", NULL, CALL_READ },
        { "recvfrom", NULL, CALL_READ },
        { "recvmsg", NULL, CALL_READ },
        { "write", NULL, CALL_WRITE },
        { "writev", NULL, CALL_WRITE },
        { "send", NULL, CALL_WRITE },
        { "sendto", NULL, CALL_WRITE },
        { "sendmsg", NULL, CALL_WRITE },
        { "epoll_create", call_epoll_create, 0 },
        { "epoll_ctl", call_epoll_ctl, 0 },
        { "epoll_wait", NULL, CALL_EPOLL },
    };
    const char *name = r->event->sys->name;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, name) == 0) {
            if (table[i].verb == CALL_CONNECT && is_unspec(arg(r, 1)))
                return result_is(r, r->event, stack_disconnect(r->stack, live_fd(r, num(r, 0))));
            if (!table[i].play)
                return may_block(r, table[i].verb);
            return table[i].play(r) && run_blocked(r);
        }
    return run_fail(r, "no such system call here: %s()", name);
}
