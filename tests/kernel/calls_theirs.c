/* SPDX-License-Identifier: MIT
 * calls_theirs.c - the calls on sockets of this machine's kernel, over the loopback interface of a
 * network namespace of its own. */
#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int fds[NAMES];

const char *theirs_open(void)
{
    struct ifreq r;

    if (unshare(CLONE_NEWNET) < 0)
        return "a network namespace of one's own takes root";
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&r, 0, sizeof r);
    strcpy(r.ifr_name, "lo");
    r.ifr_flags = IFF_UP | IFF_RUNNING;
    int up      = ioctl(s, SIOCSIFFLAGS, &r);
    close(s);
    diag_open();
    for (int i = 0; i < NAMES; i++)
        fds[i] = -1;
    return up < 0 ? "the loopback interface cannot be brought up" : NULL;
}

void theirs_close(void)
{
    for (int i = 0; i < NAMES; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static struct sockaddr_in at(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family      = AF_INET,
                                 .sin_port        = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static long or_errno(long r) { return r < 0 ? -errno : r; }

static long option(int who, const struct verb *v, long n)
{
    struct linger l     = { .l_onoff = n >= 0, .l_linger = n >= 0 ? (int)n : 0 };
    int           value = (int)n;
    socklen_t     len   = sizeof value;

    if (v->get)
        return getsockopt(fds[who], v->level, v->option, &value, &len) < 0 ? -errno : value;
    if (v->level == SOL_SOCKET && v->option == SO_LINGER)
        return or_errno(setsockopt(fds[who], SOL_SOCKET, SO_LINGER, &l, sizeof l));
    return or_errno(setsockopt(fds[who], v->level, v->option, &value, sizeof value));
}

static long open_at(int who)
{
    bool               client = who >= 1 && who <= CLIENTS;
    struct sockaddr_in a      = at(client ? (uint16_t)(CLIENT_PORT + who - 1) : CALLED);

    fds[who] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    return or_errno(bind(fds[who], (struct sockaddr *)&a, sizeof a));
}

static long do_call(int who, const struct verb *v, long n)
{
    static char        text[1 << 20];
    struct sockaddr_in to = at(CALLED);
    const char        *is = v->name;
    int                fd = fds[who];

    if (strcmp(is, "open") == 0)
        return open_at(who);
    if (strcmp(is, "accept") == 0) {
        fds[who] = accept4(fds[0], NULL, NULL, SOCK_NONBLOCK);
        return fds[who] < 0 ? -errno : 0;
    }
    if (strcmp(is, "listen") == 0)
        return or_errno(listen(fd, (int)n));
    if (strcmp(is, "connect") == 0)
        return or_errno(connect(fd, (struct sockaddr *)&to, sizeof to));
    if (strcmp(is, "write") == 0)
        return or_errno(send(fd, text, (size_t)n, MSG_NOSIGNAL));
    if (strcmp(is, "read") == 0)
        return or_errno(recv(fd, text, (size_t)n, 0));
    if (strcmp(is, "peek") == 0)
        return or_errno(recv(fd, text, (size_t)n, MSG_PEEK));
    if (strcmp(is, "shutdown") == 0)
        return or_errno(shutdown(fd, (int)n));
    if (strcmp(is, "close") == 0) {
        fds[who] = -1;
        return or_errno(close(fd));
    }
    return option(who, v, n);
}

static void see(struct called *r)
{
    struct endpoint server = { .port = CALLED }, client;

    addr_parse("127.0.0.1", &server.addr);
    for (int i = 0; i < NAMES; i++) {
        struct pollfd p = { .fd = fds[i], .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };

        r->events[i] = fds[i] >= 0 && poll(&p, 1, 0) > 0 ? p.revents : 0;
    }
    client = server;
    for (int i = 0; i < CLIENTS; i++) {
        client.port = (uint16_t)(CLIENT_PORT + i);
        diag_line(&client, &server, &r->line[2 * i]);
        diag_line(&server, &client, &r->line[2 * i + 1]);
    }
    for (int i = 0; i < 2 * CLIENTS; i++)
        r->line[i].timer = 0, r->line[i].retries = 0, r->line[i].left = 0;
}

void theirs_call(int who, const struct verb *v, long n, struct called *r)
{
    struct timespec t = { .tv_nsec = SETTLE_MS * 1000000L };

    memset(r, 0, sizeof *r);
    r->result = do_call(who, v, n);
    nanosleep(&t, NULL);
    see(r);
}
