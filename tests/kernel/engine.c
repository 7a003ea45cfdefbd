/* SPDX-License-Identifier: MIT
 * engine.c - a play before the engine, in virtual time, with the linux profile. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "kernel.h"

#include "drill/stack.h"

#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

struct before {
    struct stack *s;
    struct peer   peer;
    int           fd;
};

static void look(struct before *h, struct brought *b, vspan time)
{
    struct datagram d;

    stack_run(h->s, stack_now(h->s) + time);
    while (stack_out(h->s, &d))
        peer_saw(&h->peer, d.bytes, d.n, b);
}

/* A call that must not wait. */
static long now(struct before *h, struct call *c)
{
    stack_call(h->s, c);
    assert(c->done);
    return c->result;
}

static long do_poll(struct before *h)
{
    struct call_poll f = { .fd = h->fd, .events = POLLIN | POLLOUT | POLLRDHUP };
    struct call      c = { .verb = CALL_POLL, .poll = &f, .n_poll = 1 };

    now(h, &c);
    return f.revents;
}

static long act(struct before *h, const struct scene *s)
{
    static uint8_t text[4096];
    uint8_t        bytes[DGRAM_MAX];
    struct call    c   = { .fd = h->fd, .flags = MSG_DONTWAIT | MSG_NOSIGNAL, .n = s->n };
    int            err = 0;
    size_t         len = sizeof err;

    if (s->what != ACT_SEGMENT && s->what != ACT_PAUSE && h->fd < 0)
        return 0;
    switch (s->what) {
    case ACT_SEGMENT: stack_in(h->s, bytes, peer_says(&h->peer, s, bytes)); return 0;
    case ACT_WRITE:
        c.verb = CALL_WRITE;
        c.out  = text;
        return now(h, &c);
    case ACT_READ:
        c.verb = CALL_READ;
        c.in   = text;
        return now(h, &c);
    case ACT_SHUT_RD: return stack_shutdown(h->s, h->fd, SHUT_RD);
    case ACT_SHUT_WR: return stack_shutdown(h->s, h->fd, SHUT_WR);
    case ACT_CLOSE:
        stack_close(h->s, h->fd);
        h->fd = -1;
        return 0;
    case ACT_ERROR: stack_get(h->s, h->fd, SOL_SOCKET, SO_ERROR, &err, &len); return err;
    case ACT_POLL: return do_poll(h);
    default: return 0;
    }
}

static int state(struct before *h)
{
    struct tcp_info_value v;

    if (h->fd < 0 || !stack_info(h->s, h->fd, 0, &v))
        return 0;
    return (int)v.value; /* tcpi_state comes first */
}

static void shake_hands(struct before *h, const struct play *p, struct brought *b)
{
    struct endpoint any = { .port = LISTENED };
    struct call     c   = { .verb = CALL_CONNECT, .peer = h->peer.self };
    uint8_t         bytes[DGRAM_MAX];
    int             fd = stack_socket(h->s, AF_INET, SOCK_STREAM, 0);

    addr_parse("192.168.0.1", &any.addr);
    if (p->active) {
        any.port = h->peer.host.port;
        stack_bind(h->s, fd, &any);
        stack_fcntl(h->s, fd, F_SETFL, O_NONBLOCK);
        c.fd = fd;
        stack_call(h->s, &c);
        look(h, b, MSEC(100));
        stack_in(h->s, bytes, peer_syn_ack(&h->peer, bytes));
        look(h, b, MSEC(10));
        h->fd = fd;
        return;
    }
    stack_bind(h->s, fd, &any);
    stack_listen(h->s, fd, 8);
    stack_in(h->s, bytes, peer_syn(&h->peer, bytes));
    look(h, b, MSEC(100));
    stack_in(h->s, bytes, peer_ack(&h->peer, bytes));
    look(h, b, MSEC(10));
    c     = (struct call){ .verb = CALL_ACCEPT, .fd = fd };
    h->fd = (int)now(h, &c);
}

void engine_plays(const struct play *p, struct account *o)
{
    struct stack_setup setup = stack_setup_default(PROFILE_LINUX);
    struct before      h;

    memset(&h, 0, sizeof h);
    memset(o, 0, sizeof *o);
    /* In these the profile follows the public scripts, which were written for older kernels. */
    setup.policy.ack_future = 2;
    setup.policy.cwnd_fin   = 1;
    h.s                     = stack_new(&setup);
    addr_parse("192.168.0.1", &h.peer.host.addr);
    addr_parse("192.168.0.2", &h.peer.self.addr);
    h.peer.host.port = p->active ? 9090 : LISTENED;
    h.peer.self.port = 20000;
    shake_hands(&h, p, &o->step[0]);
    for (uint32_t i = 0; i < p->steps; i++) {
        o->step[i + 1].result = act(&h, &p->step[i]);
        look(&h, &o->step[i + 1], MSEC(p->step[i].ms));
        o->step[i + 1].state = state(&h);
    }
    stack_free(h.s);
}
