/* SPDX-License-Identifier: MIT
 * engine.c - a play before the engine, in virtual time, with the linux profile. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "kernel.h"

#include "drill/stack.h"
#include "net/ss.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { /* of <netinet/tcp.h>, whose names for the states are also the engine's */
       NODELAY      = 1,
       CORK         = 3,
       KEEPIDLE     = 4,
       KEEPINTVL    = 5,
       KEEPCNT      = 6,
       LINGER2      = 8,
       USER_TIMEOUT = 18,
};

struct before {
    const struct play  *play;
    const struct spans *spans;
    uint32_t            looks;
    struct stack       *s;
    struct peer         peer;
    int                 fd, listener;
};

static void look(struct before *h, struct brought *b)
{
    struct datagram d;
    vspan           time = h->looks < h->spans->n ? h->spans->took[h->looks] : 0;

    h->looks++;
    stack_run(h->s, stack_now(h->s) + time);
    while (stack_out(h->s, &d))
        peer_saw(&h->peer, d.bytes, d.n, b);
}

/* A call that must not wait. */
static long now(struct before *h, struct call *c)
{
    stack_call(h->s, c);
    if (!c->done) { /* accept() has no flag for it */
        stack_call_cancel(h->s, c);
        return -EAGAIN;
    }
    return c->result;
}

static long do_poll(struct before *h)
{
    struct call_poll f = { .fd = h->fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP };
    struct call      c = { .verb = CALL_POLL, .poll = &f, .n_poll = 1 };

    now(h, &c);
    return f.revents;
}

static long do_accept(struct before *h)
{
    struct call c = { .verb = CALL_ACCEPT, .fd = h->listener };
    long        r;

    if (h->fd >= 0)
        return 0;
    r = now(h, &c);
    if (r >= 0)
        h->fd = (int)r;
    return r < 0 ? r : 0;
}

static int set(struct before *h, int level, int name, int value)
{
    return stack_set(h->s, h->fd, level, name, &value, sizeof value);
}

static long set_option(struct before *h, const struct scene *s)
{
    struct linger abort_it = { .l_onoff = 1 };

    switch (s->what) {
    case ACT_LINGER:
        return stack_set(h->s, h->fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
    case ACT_NODELAY: return set(h, IPPROTO_TCP, NODELAY, (int)s->n);
    case ACT_CORK: return set(h, IPPROTO_TCP, CORK, (int)s->n);
    case ACT_USER_TIMEOUT: return set(h, IPPROTO_TCP, USER_TIMEOUT, (int)s->n);
    case ACT_LINGER2: return set(h, IPPROTO_TCP, LINGER2, (int)s->n);
    case ACT_RCVBUF: return set(h, SOL_SOCKET, SO_RCVBUF, (int)s->n);
    default:
        set(h, IPPROTO_TCP, KEEPIDLE, 1);
        set(h, IPPROTO_TCP, KEEPINTVL, 1);
        set(h, IPPROTO_TCP, KEEPCNT, (int)s->n);
        return set(h, SOL_SOCKET, SO_KEEPALIVE, 1);
    }
}

static long move(struct before *h, const struct scene *s)
{
    static uint8_t text[4096];
    struct call    c = { .fd = h->fd, .flags = MSG_DONTWAIT | MSG_NOSIGNAL, .n = s->n };

    if (s->what == ACT_WRITE || s->what == ACT_WRITE_MORE || s->what == ACT_WRITE_OOB) {
        c.verb = CALL_WRITE;
        c.out  = text;
        c.flags |= s->what == ACT_WRITE_MORE ? MSG_MORE : s->what == ACT_WRITE_OOB ? MSG_OOB : 0;
    } else {
        c.verb = CALL_READ;
        c.in   = text;
        c.flags |= s->what == ACT_PEEK ? MSG_PEEK : s->what == ACT_READ_OOB ? MSG_OOB : 0;
        c.n = s->what == ACT_READ_OOB ? 1 : c.n;
    }
    return now(h, &c);
}

static long act(struct before *h, const struct scene *s)
{
    uint8_t bytes[DGRAM_MAX];
    int     err = 0;
    size_t  len = sizeof err;

    if (s->what == ACT_SEGMENT)
        stack_in(h->s, bytes, peer_says(&h->peer, s, bytes));
    if (s->what == ACT_ACCEPT)
        return do_accept(h);
    if (s->what == ACT_SEGMENT || s->what == ACT_PAUSE || h->fd < 0)
        return 0;
    switch (s->what) {
    case ACT_WRITE:
    case ACT_WRITE_MORE:
    case ACT_WRITE_OOB:
    case ACT_READ:
    case ACT_PEEK:
    case ACT_READ_OOB: return move(h, s);
    case ACT_SHUT_RD: return stack_shutdown(h->s, h->fd, SHUT_RD);
    case ACT_SHUT_WR: return stack_shutdown(h->s, h->fd, SHUT_WR);
    case ACT_SHUT_RDWR: return stack_shutdown(h->s, h->fd, SHUT_RDWR);
    case ACT_CLOSE:
        stack_close(h->s, h->fd);
        h->fd = -1;
        return 0;
    case ACT_ERROR: stack_get(h->s, h->fd, SOL_SOCKET, SO_ERROR, &err, &len); return err;
    case ACT_POLL: return do_poll(h);
    default: return set_option(h, s);
    }
}

static int timer_number(int timer)
{
    switch (timer) {
    case TIMER_RTO: return 1;
    case TIMER_SWS:
    case TIMER_PERSIST: return 4;
    case TIMER_KEEPALIVE: return 2;
    default: return timer < 0 ? 0 : 3;
    }
}

static void see(struct before *h, struct brought *b)
{
    struct tcp_info_value v;
    struct ss_row         row[8];
    size_t                n = ss_rows(stack_world(h->s), 1, row, 8);

    b->state = h->fd < 0 || !stack_info(h->s, h->fd, 0, &v) ? 0 : (int)v.value; /* comes first */
    for (size_t i = 0; i < n && i < 8; i++)
        if (row[i].state != TCP_LISTEN && row[i].state != TCP_CLOSED
            && row[i].peer.port == h->peer.self.port)
            b->line = (struct line){ .state   = linux_state(row[i].state),
                                     .timer   = timer_number(row[i].timer),
                                     .recv_q  = row[i].recv_q,
                                     .send_q  = row[i].send_q,
                                     .retries = row[i].retries,
                                     .left    = row[i].timer < 0 ? 0 : row[i].left / 1000 };
}

static void begin_connecting(struct before *h, struct brought *b)
{
    struct endpoint any = h->peer.host;
    struct call     c   = { .verb = CALL_CONNECT, .peer = h->peer.self };
    uint8_t         bytes[DGRAM_MAX];

    h->fd = stack_socket(h->s, AF_INET, SOCK_STREAM, 0);
    stack_bind(h->s, h->fd, &any);
    stack_fcntl(h->s, h->fd, F_SETFL, O_NONBLOCK);
    c.fd = h->fd;
    stack_call(h->s, &c);
    look(h, b);
    if (h->play->opening == OPEN_CONNECTED) {
        stack_in(h->s, bytes, peer_syn_ack(&h->peer, bytes));
        look(h, b);
    }
}

static void begin_listening(struct before *h, struct brought *b)
{
    struct endpoint any = h->peer.host;
    uint8_t         bytes[DGRAM_MAX];

    h->listener = stack_socket(h->s, AF_INET, SOCK_STREAM, 0);
    stack_bind(h->s, h->listener, &any);
    stack_listen(h->s, h->listener, 8);
    stack_fcntl(h->s, h->listener, F_SETFL, O_NONBLOCK);
    if (h->play->opening == OPEN_LISTENING)
        return;
    stack_in(h->s, bytes, peer_syn(&h->peer, bytes));
    look(h, b);
    stack_in(h->s, bytes, peer_ack(&h->peer, bytes));
    look(h, b);
    do_accept(h);
}

void engine_plays(const struct play *p, const struct spans *t, struct account *o)
{
    struct stack_setup setup  = stack_setup_default(PROFILE_LINUX);
    struct before      h      = { .play = p, .spans = t, .fd = -1, .listener = -1 };
    bool               active = p->opening == OPEN_CONNECTED || p->opening == OPEN_CONNECTING;

    memset(o, 0, sizeof *o);
    /* In these the profile follows the public scripts, which were written for older kernels. */
    setup.policy.ack_future = 2;
    setup.policy.cwnd_fin   = 1;
    setup.policy.cc         = 1; /* as choose_reno() in real.c */
    h.s                     = stack_new(&setup);
    h.peer.play             = p;
    addr_parse("192.168.0.1", &h.peer.host.addr);
    addr_parse("192.168.0.2", &h.peer.self.addr);
    h.peer.host.port = active ? 9090 : LISTENED;
    h.peer.self.port = 20000;
    if (active)
        begin_connecting(&h, &o->step[0]);
    else
        begin_listening(&h, &o->step[0]);
    see(&h, &o->step[0]);
    for (uint32_t i = 0; i < p->steps; i++) {
        o->step[i + 1].result = act(&h, &p->step[i]);
        look(&h, &o->step[i + 1]);
        see(&h, &o->step[i + 1]);
    }
    stack_free(h.s);
}
