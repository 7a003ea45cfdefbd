/* SPDX-License-Identifier: MIT
 * packetdrill.c - the engine as a shared library that packetdrill loads.
 *
 *      packetdrill --so_filename=finwait-packetdrill.so --so_flags=profile=linux SCRIPT
 *
 * Time is virtual: it moves in usleep(), in netdev_receive() when nothing has left yet, and by one
 * microsecond at each look at the clock, since packetdrill spins on it.
 *
 * A call that blocks comes on a second thread.  It sleeps here on a condition until whoever moves
 * time has completed it; its next look at the clock says when that was, once. */
#define _GNU_SOURCE
#include "drill/packetdrill.h"

#include "drill/adapter.h"
#include "drill/stack.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    FDS      = 1024,
    STALL_MS = 200, /* real time without a call from packetdrill after which a sleeper moves time */
};

static struct {
    pthread_mutex_t    lock;
    pthread_cond_t     moved; /* time has moved, or something has happened */
    struct stack_setup setup;
    bool               sysctl; /* read /proc/sys/net/ipv4 when a socket is made */
    struct stack      *stack;
    vtime              clock;   /* never behind the stack's */
    uint64_t           turns;   /* calls from packetdrill */
    int                fd[FDS]; /* real descriptor to the stack's + 1; 0 is none */
} me = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };

static _Thread_local vtime returned_at = -1;

/* -- The stack and its clock
 * ----------------------------------------------------------------------- */

static void read_sysctls(struct tcp_policy *p)
{
    const char *name;
    char        path[100], value[100];

    for (size_t i = 0; (name = stack_sysctl_name(i)) != NULL; i++) {
        snprintf(path, sizeof path, "/proc/sys/net/ipv4/%s", name);
        FILE *f = fopen(path, "r");
        if (f == NULL)
            continue;
        if (fgets(value, sizeof value, f))
            stack_sysctl(p, name, value);
        fclose(f);
    }
}

/* The stack, all timers until now having rung.  Made when it is first asked for: by then the
 * script's first command has set what it wants to set. */
static struct stack *stack(void)
{
    if (me.stack == NULL) {
        if (me.sysctl)
            read_sysctls(&me.setup.policy);
        me.stack = stack_new(&me.setup);
    }
    stack_run(me.stack, me.clock);
    return me.stack;
}

static void enter(void)
{
    pthread_mutex_lock(&me.lock);
    me.turns++;
}

static void leave(void)
{
    if (me.stack) {
        if (stack_now(me.stack) > me.clock)
            me.clock = stack_now(me.stack);
        state_file(me.stack);
    }
    pthread_cond_broadcast(&me.moved);
    pthread_mutex_unlock(&me.lock);
}

/* Leave with a result of the stack's: -1 and errno when it is negative. */
static int result(long r)
{
    leave();
    if (r >= 0)
        return (int)r;
    errno = (int)-r;
    return -1;
}

/* -- Descriptors: real ones, since packetdrill closes what a script leaves open.
 * --------------------- */

static int live(int fd) { return fd >= 0 && fd < FDS ? me.fd[fd] - 1 : -1; }

static int new_fd(int inner)
{
    if (inner < 0)
        return inner;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0 || fd >= FDS) {
        if (fd >= 0)
            close(fd);
        return -EMFILE;
    }
    me.fd[fd] = inner + 1;
    return fd;
}

bool adapter_owns(int fd) { return live(fd) >= 0; }

bool adapter_info(int fd, size_t i, const char **name, uint64_t *value)
{
    struct tcp_info_value v;

    enter();
    bool ok = stack_info(stack(), live(fd), i, &v);
    leave();
    if (ok) {
        *name  = v.name;
        *value = v.value;
    }
    return ok;
}

int adapter_get(int fd, int level, int name, void *value, size_t *len)
{
    enter();
    int r = stack_get(stack(), live(fd), level, name, value, len);
    leave();
    return r;
}

/* -- Addresses
 * -------------------------------------------------------------------------------------- */

static struct endpoint from_sockaddr(const struct sockaddr *a, socklen_t n)
{
    struct endpoint     e;
    struct sockaddr_in  v4;
    struct sockaddr_in6 v6;

    memset(&e, 0, sizeof e);
    if (a == NULL)
        return e;
    if (a->sa_family == AF_INET && n >= sizeof v4) {
        memcpy(&v4, a, sizeof v4);
        e.port       = ntohs(v4.sin_port);
        e.addr.b[10] = 0xff;
        e.addr.b[11] = 0xff;
        memcpy(e.addr.b + 12, &v4.sin_addr, 4);
    } else if (a->sa_family == AF_INET6 && n >= sizeof v6) {
        memcpy(&v6, a, sizeof v6);
        e.port = ntohs(v6.sin6_port);
        memcpy(e.addr.b, &v6.sin6_addr, 16);
    }
    return e;
}

static void to_sockaddr(const struct endpoint *e, struct sockaddr *a, socklen_t *n)
{
    struct sockaddr_in  v4   = { .sin_family = AF_INET, .sin_port = htons(e->port) };
    struct sockaddr_in6 v6   = { .sin6_family = AF_INET6, .sin6_port = htons(e->port) };
    bool                four = addr_is_v4(&e->addr);
    socklen_t           len  = four ? sizeof v4 : sizeof v6;

    if (a == NULL || n == NULL)
        return;
    memcpy(&v4.sin_addr, e->addr.b + 12, 4);
    memcpy(&v6.sin6_addr, e->addr.b, 16);
    memcpy(a, four ? (void *)&v4 : (void *)&v6, *n < len ? *n : len);
    *n = len;
}

/* -- Calls that return at once
 * ------------------------------------------------------------------------ */

static int do_socket(void *own, int domain, int type, int protocol)
{
    (void)own;
    enter();
    struct stack *s = stack();
    if (me.sysctl) /* a script may have changed them meanwhile */
        read_sysctls(&stack_world(s)->host[0].policy);
    return result(new_fd(stack_socket(s, domain, type, protocol)));
}

/* packetdrill makes up an address for the host and binds to it: then that is what we are called. */
static int do_bind(void *own, int fd, const struct sockaddr *a, socklen_t n)
{
    struct endpoint e = from_sockaddr(a, n);

    (void)own;
    enter();
    stack_address(stack(), &e.addr);
    return result(stack_bind(stack(), live(fd), &e));
}

static int do_listen(void *own, int fd, int backlog)
{
    (void)own;
    enter();
    return result(stack_listen(stack(), live(fd), backlog));
}

static int do_shutdown(void *own, int fd, int how)
{
    (void)own;
    enter();
    return result(stack_shutdown(stack(), live(fd), how));
}

static int do_close(void *own, int fd)
{
    (void)own;
    enter();
    int r = live(fd) < 0 ? -EBADF : stack_close(stack(), live(fd));
    if (r == 0) {
        me.fd[fd] = 0;
        close(fd);
    }
    return result(r);
}

static int do_fcntl(void *own, int fd, int cmd, ...)
{
    va_list ap;

    (void)own;
    va_start(ap, cmd);
    int arg = cmd == F_SETFL ? va_arg(ap, int) : 0;
    va_end(ap);
    enter();
    return result(stack_fcntl(stack(), live(fd), cmd, arg));
}

static int do_ioctl(void *own, int fd, unsigned long request, ...)
{
    va_list ap;

    (void)own;
    va_start(ap, request);
    int *value = va_arg(ap, int *);
    va_end(ap);
    enter();
    return result(stack_ioctl(stack(), live(fd), request, value));
}

static int do_setsockopt(void *own, int fd, int level, int name, const void *value, socklen_t n)
{
    (void)own;
    enter();
    return result(stack_set(stack(), live(fd), level, name, value, n));
}

static int do_getsockopt(void *own, int fd, int level, int name, void *value, socklen_t *n)
{
    (void)own;
    return getsockopt(fd, level, name, value, n); /* ours: preload.c */
}

/* -- Calls that may block
 * ------------------------------------------------------------------------------- */

/* Make it; when it blocks, sleep until it is done.  If packetdrill itself waits for this call (it
 * is the script's last one), nobody moves time any more: then the sleeper does. */
static long make(struct call *c)
{
    c->fd = c->verb == CALL_POLL ? -1 : live(c->fd);
    stack_call(stack(), c);
    bool blocked = !c->done;
    while (!c->done) {
        uint64_t        turns = me.turns;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += STALL_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (pthread_cond_timedwait(&me.moved, &me.lock, &until) == ETIMEDOUT && turns == me.turns
            && stack_next(me.stack) != VTIME_NEVER)
            stack_step(me.stack, stack_next(me.stack));
    }
    if (blocked)
        returned_at = c->at;
    return c->result;
}

static int do_accept(void *own, int fd, struct sockaddr *a, socklen_t *n)
{
    struct call c = { .verb = CALL_ACCEPT, .fd = fd };

    (void)own;
    enter();
    int r = new_fd((int)make(&c));
    if (r >= 0)
        to_sockaddr(&c.peer, a, n);
    return result(r);
}

static int do_connect(void *own, int fd, const struct sockaddr *a, socklen_t n)
{
    struct call c = { .verb = CALL_CONNECT, .fd = fd, .peer = from_sockaddr(a, n) };

    (void)own;
    enter();
    return result(make(&c));
}

static ssize_t do_recv(void *own, int fd, void *buf, size_t n, int flags)
{
    struct call c = { .verb = CALL_READ, .fd = fd, .in = buf, .n = n, .flags = flags };

    (void)own;
    enter();
    return result(make(&c));
}

static ssize_t do_send(void *own, int fd, const void *buf, size_t n, int flags)
{
    struct call c = { .verb = CALL_WRITE, .fd = fd, .out = buf, .n = n, .flags = flags };

    (void)own;
    enter();
    return result(make(&c));
}

static ssize_t do_read(void *own, int fd, void *buf, size_t n)
{
    return do_recv(own, fd, buf, n, 0);
}

static ssize_t do_write(void *own, int fd, const void *buf, size_t n)
{
    return do_send(own, fd, buf, n, 0);
}

/* Many buffers as one. */
static ssize_t receive(void *own, int fd, const struct iovec *v, size_t count, int flags)
{
    size_t n = 0, at = 0;

    for (size_t i = 0; i < count; i++)
        n += v[i].iov_len;
    uint8_t *all = calloc(1, n + 1);
    assert(all != NULL);
    ssize_t r = do_recv(own, fd, all, n, flags);
    for (size_t i = 0; r > 0 && i < count && at < (size_t)r; i++) {
        size_t part = (size_t)r - at < v[i].iov_len ? (size_t)r - at : v[i].iov_len;
        memcpy(v[i].iov_base, all + at, part);
        at += part;
    }
    free(all);
    return r;
}

static ssize_t transmit(void *own, int fd, const struct iovec *v, size_t count, int flags)
{
    size_t n = 0, at = 0;

    for (size_t i = 0; i < count; i++)
        n += v[i].iov_len;
    uint8_t *all = calloc(1, n + 1);
    assert(all != NULL);
    for (size_t i = 0; i < count; at += v[i].iov_len, i++)
        if (v[i].iov_len)
            memcpy(all + at, v[i].iov_base, v[i].iov_len);
    ssize_t r = do_send(own, fd, all, n, flags);
    free(all);
    return r;
}

static ssize_t do_readv(void *own, int fd, const struct iovec *v, int count)
{
    return receive(own, fd, v, (size_t)count, 0);
}

static ssize_t do_writev(void *own, int fd, const struct iovec *v, int count)
{
    return transmit(own, fd, v, (size_t)count, 0);
}

static ssize_t do_recvmsg(void *own, int fd, struct msghdr *m, int flags)
{
    m->msg_flags      = 0;
    m->msg_controllen = 0;
    return receive(own, fd, m->msg_iov, m->msg_iovlen, flags);
}

static ssize_t do_sendmsg(void *own, int fd, const struct msghdr *m, int flags)
{
    return transmit(own, fd, m->msg_iov, m->msg_iovlen, flags);
}

static ssize_t do_recvfrom(void *own, int fd, void *buf, size_t n, int flags, struct sockaddr *a,
                           socklen_t *an)
{
    (void)a;
    (void)an;
    return do_recv(own, fd, buf, n, flags);
}

static ssize_t do_sendto(void *own, int fd, const void *buf, size_t n, int flags,
                         const struct sockaddr *a, socklen_t an)
{
    (void)a;
    (void)an;
    return do_send(own, fd, buf, n, flags);
}

static int do_poll(void *own, struct pollfd *fds, nfds_t n, int timeout)
{
    struct call_poll p[64];
    struct call      c = { .verb = CALL_POLL, .timeout = timeout, .poll = p, .n_poll = n };

    (void)own;
    enter();
    if (n > 64)
        return result(-EINVAL);
    for (size_t i = 0; i < n; i++)
        p[i] = (struct call_poll){ .fd = live(fds[i].fd), .events = fds[i].events };
    long r = make(&c);
    for (size_t i = 0; i < n; i++)
        fds[i].revents = p[i].revents;
    return result(r);
}

/* -- The network and the clock
 * ------------------------------------------------------------------------- */

static int do_netdev_send(void *own, const void *datagram, size_t n)
{
    (void)own;
    enter();
    stack_in(stack(), datagram, n);
    return result(0);
}

static int do_netdev_receive(void *own, void *datagram, size_t *n, long long *usecs)
{
    struct datagram d;

    (void)own;
    enter();
    struct stack *s = stack();
    while (!stack_out(s, &d)) {
        vtime next = stack_next(s);
        if (next == VTIME_NEVER) {
            *n = 0;
            return result(0);
        }
        stack_step(s, next);
    }
    if (d.n < *n)
        *n = d.n;
    memcpy(datagram, d.bytes, *n);
    *usecs = d.at;
    return result(0);
}

static int do_usleep(void *own, unsigned int usecs)
{
    (void)own;
    enter();
    me.clock += usecs;
    stack();
    return result(0);
}

static int do_gettimeofday(void *own, struct timeval *tv, struct timezone *tz)
{
    (void)own;
    (void)tz;
    enter();
    vtime t = returned_at >= 0 ? returned_at : ++me.clock;
    if (me.stack)
        stack();
    returned_at = -1;
    *tv         = (struct timeval){ .tv_sec = t / SEC(1), .tv_usec = t % SEC(1) };
    return result(0);
}

/* -- What only Linux has
 * ---------------------------------------------------------------------------------- */

static int unsupported(void)
{
    errno = ENOSYS;
    return -1;
}

static int do_epoll_create(void *own, int size)
{
    (void)own;
    (void)size;
    return unsupported();
}

static int do_epoll_ctl(void *own, int epfd, int op, int fd, struct epoll_event *e)
{
    (void)own;
    (void)epfd;
    (void)op;
    (void)fd;
    (void)e;
    return unsupported();
}

static int do_epoll_wait(void *own, int epfd, struct epoll_event *e, int max, int timeout)
{
    (void)own;
    (void)epfd;
    (void)e;
    (void)max;
    (void)timeout;
    return unsupported();
}

static int do_pipe(void *own, int fd[2])
{
    (void)own;
    return pipe(fd);
}

static int do_splice(void *own, int in, long long *in_at, int out, long long *out_at, size_t n,
                     unsigned int flags)
{
    (void)own;
    (void)in;
    (void)in_at;
    (void)out;
    (void)out_at;
    (void)n;
    (void)flags;
    return unsupported();
}

static void do_free(void *own)
{
    (void)own;
    enter();
    struct stack *s = me.stack;
    me.stack        = NULL;
    leave();
    stack_free(s);
}

/* "profile=linux,sysctl=1,KNOB=VALUE": Linux's profile reads Linux's settings unless told not to.
 */
static void read_flags(const char *flags)
{
    char bad[100], *own, *copy = strdup(flags ? flags : "");
    int  sysctl = -1;

    assert(copy != NULL);
    while ((own = strstr(copy, "sysctl=")) != NULL && own[7]) {
        sysctl = own[7] != '0';
        memset(own, ',', 8);
    }
    me.setup = stack_setup_default(PROFILE_RFC9293);
    if (!stack_flags(&me.setup, copy, bad, sizeof bad)) {
        fprintf(stderr, "finwait: --so_flags: not understood: %s\n", bad);
        exit(EXIT_FAILURE);
    }
    me.sysctl = sysctl >= 0 ? sysctl : me.setup.profile == PROFILE_LINUX;
    free(copy);
}

void packetdrill_interface_init(const char *flags, struct packetdrill_interface *table)
{
    read_flags(flags);
    *table = (struct packetdrill_interface){
        .own            = &me,
        .free           = do_free,
        .socket         = do_socket,
        .bind           = do_bind,
        .listen         = do_listen,
        .accept         = do_accept,
        .connect        = do_connect,
        .read           = do_read,
        .readv          = do_readv,
        .recv           = do_recv,
        .recvfrom       = do_recvfrom,
        .recvmsg        = do_recvmsg,
        .write          = do_write,
        .writev         = do_writev,
        .send           = do_send,
        .sendto         = do_sendto,
        .sendmsg        = do_sendmsg,
        .fcntl          = do_fcntl,
        .ioctl          = do_ioctl,
        .close          = do_close,
        .shutdown       = do_shutdown,
        .getsockopt     = do_getsockopt,
        .setsockopt     = do_setsockopt,
        .poll           = do_poll,
        .netdev_send    = do_netdev_send,
        .netdev_receive = do_netdev_receive,
        .usleep         = do_usleep,
        .gettimeofday   = do_gettimeofday,
        .epoll_create   = do_epoll_create,
        .epoll_ctl      = do_epoll_ctl,
        .epoll_wait     = do_epoll_wait,
        .pipe           = do_pipe,
        .splice         = do_splice,
    };
}
