/* SPDX-License-Identifier: MIT
 * calls_ours.c - the calls on two hosts of ours, with the linux profile. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "calls.h"

#include "drill/sockname.h"
#include "drill/stack.h"
#include "net/ss.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CLIENT = 1, SERVER = 2, WIRE_US = 20 };

struct ours {
    struct world   *w;
    struct journal  j;
    struct net_call call[2]; /* of the client's host, of the server's */
    int             fd[NAMES];
};

struct ours *ours_open(void)
{
    struct ours *o = calloc(1, sizeof *o);
    struct setup s = setup_default();

    assert(o != NULL);
    s.hosts = 2;
    for (int i = 0; i < 2; i++) {
        addr_parse(i ? "10.0.0.2" : "10.0.0.1", &s.host[i].addr);
        s.host[i].profile = PROFILE_LINUX;
        s.host[i].policy  = tcp_policy_of(PROFILE_LINUX);
    }
    s.path[0][1].delay = s.path[1][0].delay = WIRE_US;
    o->w                                    = world_new(&s);
    for (int i = 0; i < 2; i++)
        o->call[i] = (struct net_call){ .w = o->w, .j = &o->j, .host = (uint32_t)i + 1 };
    for (int i = 0; i < NAMES; i++)
        o->fd[i] = -1;
    return o;
}

void ours_close(struct ours *o)
{
    world_free(o->w);
    journal_free(&o->j);
    free(o);
}

static bool is_client(int who) { return who >= 1 && who <= CLIENTS; }

static struct net_call *caller(struct ours *o, int who) { return &o->call[is_client(who) ? 0 : 1]; }

static long posix(int r) { return r >= 0 ? r : -stack_errno((enum err) - r); }

static long option(struct ours *o, int who, const struct verb *v, long n)
{
    enum sock_option which = sock_option_by_name(sockname_option(v->level, v->option));
    int64_t          value = n;
    long             r;

    if (!v->get)
        return posix(sock_set(caller(o, who), o->fd[who], which, n));
    r = posix(sock_get(caller(o, who), o->fd[who], which, &value));
    if (which == SO_ERROR_)
        value = stack_errno((enum err)value);
    return r < 0 ? r : (long)value;
}

static long open_at(struct ours *o, int who)
{
    struct endpoint at = { .port = is_client(who) ? (uint16_t)(CLIENT_PORT + who - 1) : CALLED };

    o->fd[who] = sock_socket(caller(o, who));
    return o->fd[who] < 0 ? posix(o->fd[who]) : posix(sock_bind(caller(o, who), o->fd[who], &at));
}

static long do_call(struct ours *o, int who, const struct verb *v, long n)
{
    static uint8_t   text[1 << 20];
    struct net_call *c  = caller(o, who);
    struct endpoint  to = { .addr = o->w->host[SERVER - 1].addr, .port = CALLED };
    const char      *is = v->name;
    int              fd = o->fd[who];

    if (strcmp(is, "open") == 0)
        return open_at(o, who);
    if (strcmp(is, "accept") == 0) {
        o->fd[who] = sock_accept(caller(o, 0), o->fd[0], NULL);
        return o->fd[who] < 0 ? posix(o->fd[who]) : 0;
    }
    if (strcmp(is, "listen") == 0)
        return posix(sock_listen(c, fd, (int)n));
    if (strcmp(is, "connect") == 0)
        return posix(sock_connect(c, fd, &to));
    if (strcmp(is, "write") == 0)
        return posix(sock_write(c, fd, text, (uint32_t)n, 0));
    if (strcmp(is, "read") == 0)
        return posix(sock_read(c, fd, text, (uint32_t)n, 0));
    if (strcmp(is, "peek") == 0)
        return posix(sock_read(c, fd, text, (uint32_t)n, MSG_PEEK_));
    if (strcmp(is, "shutdown") == 0)
        return posix(sock_shutdown(c, fd, (enum sock_how)n));
    if (strcmp(is, "close") == 0) {
        o->fd[who] = -1;
        return posix(sock_close(c, fd));
    }
    return option(o, who, v, n);
}

static int revents(uint32_t e)
{
    return (e & EV_IN ? POLLIN : 0) | (e & EV_OUT ? POLLOUT : 0) | (e & EV_RDHUP ? POLLRDHUP : 0)
           | (e & EV_ERR ? POLLERR : 0) | (e & EV_HUP ? POLLHUP : 0) | (e & EV_PRI ? POLLPRI : 0);
}

static void see(struct ours *o, struct called *r)
{
    struct ss_row row[32];

    for (int i = 0; i < NAMES; i++)
        r->events[i] = o->fd[i] < 0 ? 0 : revents(sock_events(o->w, caller(o, i)->host, o->fd[i]));
    for (uint32_t host = CLIENT; host <= SERVER; host++) {
        size_t n = ss_rows(o->w, host, row, sizeof row / sizeof *row);

        for (size_t i = 0; i < n && i < sizeof row / sizeof *row; i++) {
            uint16_t port = host == CLIENT ? row[i].local.port : row[i].peer.port;
            size_t   at   = 2 * (size_t)(port - CLIENT_PORT) + (host == SERVER);

            at = row[i].state == TCP_LISTEN ? 2 * CLIENTS : at;
            if (at <= 2 * CLIENTS)
                r->line[at] = (struct line){ .state  = linux_state(row[i].state),
                                             .recv_q = row[i].recv_q,
                                             .send_q = row[i].send_q };
        }
    }
}

void ours_call(struct ours *o, int who, const struct verb *v, long n, struct called *r)
{
    vtime until = o->w->now + MSEC(SETTLE_MS);

    memset(r, 0, sizeof *r);
    r->result = do_call(o, who, v, n);
    while (world_step(o->w, &o->j, until))
        ;
    see(o, r);
}
