/* SPDX-License-Identifier: MIT
 * engine.c - a play before the engine, in virtual time, with the linux profile. */
#include "kernel.h"

#include "drill/stack.h"
#include "net/ss.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct before {
    struct stage        stage; /* its calls know where they stand */
    const struct spans *spans;
    uint32_t            looks;
    struct stack       *s;
    int                 listener;
};

static void look(struct before *h, struct brought *b)
{
    struct datagram d;
    vspan           time = h->looks < h->spans->n ? h->spans->took[h->looks] : 0;

    h->looks++;
    stack_run(h->s, stack_now(h->s) + time);
    while (stack_out(h->s, &d))
        peer_saw(&h->stage.peer, d.bytes, d.n, b);
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

static void begin(void *host) { (void)host; }

static void put(void *host, const uint8_t *bytes, size_t n)
{
    stack_in(((struct before *)host)->s, bytes, n);
}

static long do_accept(void *host)
{
    struct before *h = host;
    struct call    c = { .verb = CALL_ACCEPT, .fd = h->listener };

    return now(h, &c);
}

static long do_send(void *host, int fd, const void *text, size_t n, int flags)
{
    struct call c = { .verb = CALL_WRITE, .fd = fd, .out = text, .n = n, .flags = flags };

    return now(host, &c);
}

static long do_recv(void *host, int fd, void *text, size_t n, int flags)
{
    struct call c = { .verb = CALL_READ, .fd = fd, .in = text, .n = n, .flags = flags };

    return now(host, &c);
}

static long set(void *host, int fd, int level, int name, const void *value, size_t len)
{
    return stack_set(((struct before *)host)->s, fd, level, name, value, len);
}

static long error(void *host, int fd)
{
    int    err = 0;
    size_t len = sizeof err;

    stack_get(((struct before *)host)->s, fd, SOL_SOCKET, SO_ERROR, &err, &len);
    return err;
}

static long do_poll(void *host, int fd, int events)
{
    struct call_poll f = { .fd = fd, .events = (short)events };
    struct call      c = { .verb = CALL_POLL, .poll = &f, .n_poll = 1 };

    now(host, &c);
    return f.revents;
}

static long do_shutdown(void *host, int fd, int how)
{
    return stack_shutdown(((struct before *)host)->s, fd, how);
}

static long do_close(void *host, int fd) { return stack_close(((struct before *)host)->s, fd); }

static long do_dup(void *host, int fd) { return stack_dup(((struct before *)host)->s, fd); }

static const struct calls calls = { begin, put,     do_accept,   do_send,  do_recv, set,
                                    error, do_poll, do_shutdown, do_close, do_dup };

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

    b->state = h->stage.fd < 0 || !stack_info(h->s, h->stage.fd, 0, &v)
                   ? 0
                   : (int)v.value; /* comes first */
    for (size_t i = 0; i < n && i < 8; i++)
        if (row[i].state != TCP_LISTEN && row[i].state != TCP_CLOSED
            && row[i].peer.port == h->stage.peer.self.port)
            b->line = (struct line){ .state   = linux_state(row[i].state),
                                     .timer   = timer_number(row[i].timer),
                                     .recv_q  = row[i].recv_q,
                                     .send_q  = row[i].send_q,
                                     .retries = row[i].retries,
                                     .left    = row[i].timer < 0 ? 0 : row[i].left / 1000 };
}

static void begin_connecting(struct before *h, struct brought *b)
{
    struct endpoint any = h->stage.peer.host;
    struct call     c   = { .verb = CALL_CONNECT, .peer = h->stage.peer.self };
    uint8_t         bytes[DGRAM_MAX];

    h->stage.fd = stack_socket(h->s, AF_INET, SOCK_STREAM, 0);
    stack_bind(h->s, h->stage.fd, &any);
    stack_fcntl(h->s, h->stage.fd, F_SETFL, O_NONBLOCK);
    c.fd = h->stage.fd;
    stack_call(h->s, &c);
    look(h, b);
    if (h->stage.play->opening == OPEN_CONNECTED) {
        stack_in(h->s, bytes, peer_syn_ack(&h->stage.peer, bytes));
        look(h, b);
    }
}

static void begin_listening(struct before *h, struct brought *b)
{
    struct endpoint any = h->stage.peer.host;
    uint8_t         bytes[DGRAM_MAX];

    h->listener = stack_socket(h->s, AF_INET, SOCK_STREAM, 0);
    stack_bind(h->s, h->listener, &any);
    stack_listen(h->s, h->listener, 8);
    stack_fcntl(h->s, h->listener, F_SETFL, O_NONBLOCK);
    if (h->stage.play->opening == OPEN_LISTENING)
        return;
    stack_in(h->s, bytes, peer_syn(&h->stage.peer, bytes));
    look(h, b);
    stack_in(h->s, bytes, peer_ack(&h->stage.peer, bytes));
    look(h, b);
    stage_accept(&h->stage);
}

void engine_plays(const struct play *p, const struct spans *t, struct account *o)
{
    struct stack_setup setup  = stack_setup_default(PROFILE_LINUX);
    struct before      h      = { .spans = t, .listener = -1 };
    bool               active = p->opening == OPEN_CONNECTED || p->opening == OPEN_CONNECTING;

    memset(o, 0, sizeof *o);
    /* In these the profile follows the public scripts, which were written for older kernels. */
    setup.policy.ack_future = 2;
    setup.policy.cwnd_fin   = 1;
    setup.policy.cc         = 1; /* as be_plain() in real.c */
    h.s                     = stack_new(&setup);
    h.stage                 = (struct stage){ &calls, &h, p, { .play = p }, -1, -1 };
    addr_parse("192.168.0.1", &h.stage.peer.host.addr);
    addr_parse("192.168.0.2", &h.stage.peer.self.addr);
    h.stage.peer.host.port = active ? 9090 : LISTENED;
    h.stage.peer.self.port = 20000;
    if (active)
        begin_connecting(&h, &o->step[0]);
    else
        begin_listening(&h, &o->step[0]);
    see(&h, &o->step[0]);
    for (uint32_t i = 0; i < p->steps; i++) {
        o->step[i + 1].result = stage_act(&h.stage, &p->step[i]);
        look(&h, &o->step[i + 1]);
        see(&h, &o->step[i + 1]);
    }
    stack_free(h.s);
}
