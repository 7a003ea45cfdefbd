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
    struct peer peer;
    int         fd;
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

/* BBR paces what it sends; of the window rules that both ends know Reno's are everywhere. */
static void choose_reno(void)
{
    FILE *f = fopen("/proc/sys/net/ipv4/tcp_congestion_control", "w");

    if (f == NULL)
        return;
    fputs("reno\n", f);
    fclose(f);
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
    choose_reno();
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 8) < 0)
        return strerror(errno);
    return NULL;
}

static int64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void look(struct before *h, struct brought *b, int ms)
{
    static uint8_t bytes[DGRAM_MAX];
    int64_t        until = clock_us() + ms * 1000LL;

    for (;;) {
        struct pollfd p    = { .fd = tun, .events = POLLIN };
        int64_t       left = until - clock_us();
        ssize_t       n;

        if (left <= 0)
            return;
        poll(&p, 1, (int)((left + 999) / 1000));
        while ((n = read(tun, bytes, sizeof bytes)) > 0)
            peer_saw(&h->peer, bytes, (size_t)n, b);
    }
}

static void put(const uint8_t *bytes, size_t n)
{
    ssize_t done = write(tun, bytes, n);

    (void)done; /* a datagram that is lost shows as a difference */
}

static long or_errno(long r) { return r < 0 ? -errno : r; }

static long act(struct before *h, const struct scene *s)
{
    static uint8_t text[4096];
    uint8_t        bytes[DGRAM_MAX];
    struct pollfd  f   = { .fd = h->fd, .events = POLLIN | POLLOUT | POLLRDHUP };
    int            err = 0;
    socklen_t      len = sizeof err;

    if (s->what != ACT_SEGMENT && s->what != ACT_PAUSE && h->fd < 0)
        return 0;
    switch (s->what) {
    case ACT_SEGMENT: put(bytes, peer_says(&h->peer, s, bytes)); return 0;
    case ACT_WRITE: return or_errno(send(h->fd, text, s->n, MSG_DONTWAIT | MSG_NOSIGNAL));
    case ACT_READ: return or_errno(recv(h->fd, text, s->n, MSG_DONTWAIT));
    case ACT_SHUT_RD: return or_errno(shutdown(h->fd, SHUT_RD));
    case ACT_SHUT_WR: return or_errno(shutdown(h->fd, SHUT_WR));
    case ACT_CLOSE:
        close(h->fd);
        h->fd = -1;
        return 0;
    case ACT_ERROR: getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &err, &len); return err;
    case ACT_POLL: poll(&f, 1, 0); return f.revents;
    default: return 0;
    }
}

static int state(const struct before *h)
{
    struct tcp_info i;
    socklen_t       n = sizeof i;

    if (h->fd < 0 || getsockopt(h->fd, IPPROTO_TCP, TCP_INFO, &i, &n) < 0)
        return 0;
    return i.tcpi_state;
}

static const char *shake_hands(struct before *h, const struct play *p, struct brought *b)
{
    struct sockaddr_in self = at("192.168.0.1", h->peer.host.port);
    struct sockaddr_in peer = at("192.168.0.2", h->peer.self.port);
    uint8_t            bytes[DGRAM_MAX];

    if (p->active) {
        h->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (bind(h->fd, (struct sockaddr *)&self, sizeof self) < 0)
            return "bind";
        connect(h->fd, (struct sockaddr *)&peer, sizeof peer);
        look(h, b, 100);
        put(bytes, peer_syn_ack(&h->peer, bytes));
        look(h, b, 10);
        return NULL;
    }
    put(bytes, peer_syn(&h->peer, bytes));
    look(h, b, 100);
    put(bytes, peer_ack(&h->peer, bytes));
    look(h, b, 10);
    for (;;) { /* one that an earlier play left may still be in the queue */
        struct sockaddr_in who;
        socklen_t          n = sizeof who;

        h->fd = accept(listener, (struct sockaddr *)&who, &n);
        if (h->fd < 0)
            return "accept";
        if (ntohs(who.sin_port) == h->peer.self.port)
            return NULL;
        close(h->fd);
    }
}

void kernel_plays(const struct play *p, uint16_t port, struct account *o)
{
    struct linger abort_it = { .l_onoff = 1 };
    struct before h;

    memset(&h, 0, sizeof h);
    memset(o, 0, sizeof *o);
    h.fd = -1;
    addr_parse("192.168.0.1", &h.peer.host.addr);
    addr_parse("192.168.0.2", &h.peer.self.addr);
    h.peer.host.port = p->active ? port : LISTENED;
    h.peer.self.port = port;
    o->trouble       = shake_hands(&h, p, &o->step[0]);
    for (uint32_t i = 0; i < p->steps && !o->trouble; i++) {
        o->step[i + 1].result = act(&h, &p->step[i]);
        look(&h, &o->step[i + 1], (int)p->step[i].ms);
        o->step[i + 1].state = state(&h);
    }
    if (h.fd >= 0) {
        setsockopt(h.fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
        close(h.fd);
    }
}
