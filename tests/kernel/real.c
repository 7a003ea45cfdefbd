/* SPDX-License-Identifier: MIT
 * real.c - a play before the kernel of this machine, in real time.
 *
 * The host is a network namespace of this process with nothing in it but a TUN device, so no
 * datagram reaches anybody else.
 */
#define _GNU_SOURCE
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int tun = -1, listener = -1;

struct before {
    struct stage  stage;
    struct spans *spans;
    int64_t       begun; /* the time of the last act */
};

static struct sockaddr_in at(const char *quad, uint16_t port)
{
    struct addr        a;
    struct sockaddr_in s = { .sin_family = AF_INET, .sin_port = htons(port) };

    addr_parse(quad, &a);
    memcpy(&s.sin_addr, a.b + 12, 4);
    return s;
}

static bool address(struct ifreq *r)
{
    struct sockaddr_in a = at("192.168.0.1", 0), m = at("255.255.255.0", 0);
    int                s = socket(AF_INET, SOCK_DGRAM, 0);
    bool               ok;

    memcpy(&r->ifr_addr, &a, sizeof a);
    ok = ioctl(s, SIOCSIFADDR, r) == 0;
    memcpy(&r->ifr_netmask, &m, sizeof m);
    ok           = ok && ioctl(s, SIOCSIFNETMASK, r) == 0;
    r->ifr_flags = IFF_UP | IFF_RUNNING;
    ok           = ok && ioctl(s, SIOCSIFFLAGS, r) == 0;
    close(s);
    return ok;
}

static void sysctl(const char *file, const char *value)
{
    FILE *f = fopen(file, "w");

    if (f == NULL)
        return;
    fputs(value, f);
    fclose(f);
}

/* BBR paces what it sends; of the window rules that both ends know Reno's are everywhere.  And no
 * play may begin with round trips and thresholds that an earlier one has left for this peer. */
static void be_plain(void)
{
    sysctl("/proc/sys/net/ipv4/tcp_congestion_control", "reno");
    sysctl("/proc/sys/net/ipv4/tcp_no_metrics_save", "1");
}

/* Urgent text is part of the stream, as RFC 6093 wants it, and as it is in the engine. */
static void urgent_inline(int fd)
{
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

/* A play is mostly sleep, and where it is not it must not be kept waiting: the kernel's clocks run
 * on, and only what is measured between two acts is told to the engine. */
static void go_first(void)
{
    struct sched_param p = { .sched_priority = 10 };

    sched_setscheduler(0, SCHED_FIFO, &p); /* if it may */
}

const char *kernel_open(void)
{
    struct sockaddr_in a = at("192.168.0.1", LISTENED);
    struct ifreq       r;

    if (unshare(CLONE_NEWNET) < 0)
        return "a network namespace of one's own takes root";
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (tun < 0)
        return "there is no /dev/net/tun";
    memset(&r, 0, sizeof r);
    r.ifr_flags = IFF_TUN | IFF_NO_PI;
    strcpy(r.ifr_name, "tun0");
    if (ioctl(tun, TUNSETIFF, &r) < 0 || !address(&r))
        return "no TUN device can be made";
    be_plain();
    go_first();
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    urgent_inline(listener); /* and so for those that it accepts */
    if (bind(listener, (struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 1024) < 0)
        return strerror(errno);
    diag_open();
    return NULL;
}

static int64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* An act follows: what was looked at before it lasted until now. */
static void begin(void *host)
{
    struct before *h   = host;
    int64_t        now = clock_us();

    if (h->begun && h->spans->n < LOOKS)
        h->spans->took[h->spans->n++] = now - h->begun;
    h->begun = now;
}

static void look(struct before *h, struct brought *b, uint32_t ms)
{
    static uint8_t bytes[DGRAM_MAX];
    int64_t        until = h->begun + ms * 1000LL;

    for (;;) {
        struct pollfd p    = { .fd = tun, .events = POLLIN };
        int64_t       left = until - clock_us();
        ssize_t       n;

        if (left <= 0)
            return;
        poll(&p, 1, (int)((left + 999) / 1000));
        while ((n = read(tun, bytes, sizeof bytes)) > 0)
            peer_saw(&h->stage.peer, bytes, (size_t)n, b);
    }
}

static void put(void *host, const uint8_t *bytes, size_t n)
{
    ssize_t done = write(tun, bytes, n);

    (void)host;
    (void)done; /* a datagram that is lost shows as a difference */
}

static long or_errno(long r) { return r < 0 ? -errno : r; }

/* One that an earlier play left may still be in the queue. */
static long do_accept(void *host)
{
    const struct before *h = host;

    for (;;) {
        struct sockaddr_in who;
        socklen_t          n  = sizeof who;
        int                fd = accept(listener, (struct sockaddr *)&who, &n);

        if (fd < 0)
            return -errno;
        if (ntohs(who.sin_port) == h->stage.peer.self.port)
            return fd;
        close(fd);
    }
}

static long do_send(void *host, int fd, const void *text, size_t n, int flags)
{
    (void)host;
    return or_errno(send(fd, text, n, flags));
}

static long do_recv(void *host, int fd, void *text, size_t n, int flags)
{
    (void)host;
    return or_errno(recv(fd, text, n, flags));
}

static long set(void *host, int fd, int level, int name, const void *value, size_t len)
{
    (void)host;
    return or_errno(setsockopt(fd, level, name, value, (socklen_t)len));
}

static long error(void *host, int fd)
{
    int       err = 0;
    socklen_t len = sizeof err;

    (void)host;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
    return err;
}

static long do_poll(void *host, int fd, int events)
{
    struct pollfd f = { .fd = fd, .events = (short)events };

    (void)host;
    poll(&f, 1, 0);
    return f.revents;
}

static long do_shutdown(void *host, int fd, int how)
{
    (void)host;
    return or_errno(shutdown(fd, how));
}

static long do_close(void *host, int fd)
{
    (void)host;
    return or_errno(close(fd));
}

static long do_dup(void *host, int fd)
{
    (void)host;
    return or_errno(dup(fd));
}

static const struct calls calls = { begin, put,     do_accept,   do_send,  do_recv, set,
                                    error, do_poll, do_shutdown, do_close, do_dup };

static void see(struct before *h, struct brought *b)
{
    struct tcp_info i;
    socklen_t       n = sizeof i;

    if (h->stage.fd >= 0 && getsockopt(h->stage.fd, IPPROTO_TCP, TCP_INFO, &i, &n) == 0)
        b->state = i.tcpi_state;
    diag_line(&h->stage.peer.host, &h->stage.peer.self, &b->line);
}

static const char *begin_connecting(struct before *h, uint32_t more, struct brought *b)
{
    struct sockaddr_in self = at("192.168.0.1", h->stage.peer.host.port);
    struct sockaddr_in peer = at("192.168.0.2", h->stage.peer.self.port);
    uint8_t            bytes[DGRAM_MAX];

    h->stage.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    urgent_inline(h->stage.fd);
    if (bind(h->stage.fd, (struct sockaddr *)&self, sizeof self) < 0)
        return "bind";
    begin(h);
    connect(h->stage.fd, (struct sockaddr *)&peer, sizeof peer);
    look(h, b, 100 + more);
    if (h->stage.play->opening == OPEN_CONNECTED) {
        size_t n = peer_syn_ack(&h->stage.peer, bytes);
        begin(h);
        put(h, bytes, n);
        look(h, b, 10 + more);
    }
    return NULL;
}

static const char *begin_listening(struct before *h, uint32_t more, struct brought *b)
{
    uint8_t bytes[DGRAM_MAX];
    size_t  n;

    if (h->stage.play->opening == OPEN_LISTENING)
        return NULL;
    n = peer_syn(&h->stage.peer, bytes);
    begin(h);
    put(h, bytes, n);
    look(h, b, 100 + more);
    n = peer_ack(&h->stage.peer, bytes);
    begin(h);
    put(h, bytes, n);
    look(h, b, 10 + more);
    return stage_accept(&h->stage) < 0 ? "accept" : NULL;
}

void kernel_plays(const struct play *p, uint16_t port, uint32_t more, struct account *o,
                  struct spans *t)
{
    struct linger abort_it = { .l_onoff = 1 };
    struct before h        = { .spans = t };
    bool          active   = p->opening == OPEN_CONNECTED || p->opening == OPEN_CONNECTING;

    memset(o, 0, sizeof *o);
    memset(t, 0, sizeof *t);
    h.stage = (struct stage){ &calls, &h, p, { .play = p }, -1, -1 };
    addr_parse("192.168.0.1", &h.stage.peer.host.addr);
    addr_parse("192.168.0.2", &h.stage.peer.self.addr);
    h.stage.peer.host.port = active ? port : LISTENED;
    h.stage.peer.self.port = port;
    o->trouble =
        active ? begin_connecting(&h, more, &o->step[0]) : begin_listening(&h, more, &o->step[0]);
    see(&h, &o->step[0]);
    for (uint32_t i = 0; i < p->steps && !o->trouble; i++) {
        o->step[i + 1].result = stage_act(&h.stage, &p->step[i]);
        look(&h, &o->step[i + 1], p->step[i].ms + more);
        see(&h, &o->step[i + 1]);
    }
    begin(&h);
    if (h.stage.other >= 0)
        close(h.stage.other);
    if (h.stage.fd >= 0) {
        setsockopt(h.stage.fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
        close(h.stage.fd);
    }
}
