/* SPDX-License-Identifier: MIT
 * desk.c - where packetdrill's calls meet the stack.
 *
 * A call that blocks comes on a second thread.  It sleeps here on a condition until whoever moves
 * time has completed it; its next look at the clock says when that was, once. */
#define _GNU_SOURCE
#include "drill/desk.h"

#include "drill/adapter.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    FDS      = 1024,
    STALL_MS = 200, /* real time without a call from packetdrill after which a sleeper moves time */
    AWAKE_MS = 100, /* real time that a call which is done has to be back in packetdrill */
};

static struct {
    pthread_mutex_t    lock;
    pthread_cond_t     moved; /* time has moved, or something has happened */
    struct stack_setup setup;
    bool               sysctl; /* read /proc/sys/net/ipv4 when a socket is made */
    struct stack      *stack;
    vtime              clock;   /* never behind the stack's */
    bool               named;   /* the host's address is known, or it has chosen one */
    uint64_t           turns;   /* calls from packetdrill */
    const struct call *asleep;  /* the call that blocks, or NULL */
    bool               due;     /* it has returned and has not yet looked at the clock */
    pid_t              caller;  /* that thread until it is known to be back, or 0 */
    int                fd[FDS]; /* real descriptor to the stack's + 1; 0 is none */
} me = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };

static _Thread_local vtime returned_at = -1;

/* Linux's profile reads Linux's settings unless told not to. */
void desk_flags(const char *flags)
{
    char bad[200], *own, *copy = strdup(flags ? flags : "");
    int  sysctl = -1;

    assert(copy != NULL);
    while ((own = strstr(copy, "sysctl=")) != NULL && own[7]) {
        sysctl = own[7] != '0';
        memset(own, ',', 8);
    }
    state_begin();
    me.setup = stack_setup_default(PROFILE_RFC9293);
    if (!stack_flags(&me.setup, copy, bad, sizeof bad)) {
        fprintf(stderr, "finwait: --so_flags: not understood: %s\n", bad);
        exit(EXIT_FAILURE);
    }
    /* packetdrill's own device keeps all that a kernel has sent, so that a kernel cannot put it
     * together anew: scripts have never seen it done. */
    if (strstr(copy, "rtx_collapse=") == NULL)
        me.setup.policy.rtx_collapse = 0;
    me.sysctl = sysctl >= 0 ? sysctl : me.setup.profile == PROFILE_LINUX;
    free(copy);
}

/* -- The stack and its clock --------------------------------------------------------------- */

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

void desk_sysctls(void)
{
    if (me.sysctl)
        read_sysctls(&stack_world(desk_stack())->host[0].policy);
}

struct stack *desk_stack(void)
{
    if (me.stack == NULL) {
        if (me.sysctl)
            read_sysctls(&me.setup.policy);
        me.stack = stack_new(&me.setup);
    }
    stack_run(me.stack, me.clock);
    return me.stack;
}

void desk_free(void)
{
    desk_enter();
    stack_free(me.stack);
    me.stack = NULL;
    desk_leave(0);
}

void desk_enter(void)
{
    pthread_mutex_lock(&me.lock);
    me.turns++;
}

int desk_leave(long result)
{
    if (me.stack) {
        if (stack_now(me.stack) > me.clock)
            me.clock = stack_now(me.stack);
        state_file(me.stack);
    }
    pthread_cond_broadcast(&me.moved);
    pthread_mutex_unlock(&me.lock);
    if (result >= 0)
        return (int)result;
    errno = (int)-result;
    return -1;
}

static struct timespec real_in(long ms)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += ms * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}

/* Has that thread found something to wait for again? */
static bool at_rest(pid_t thread)
{
    char        path[64], line[256] = "";
    const char *state;

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return true;
    state = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    fclose(f);
    return state == NULL || strncmp(state, ") S", 3) == 0;
}

/* A call that is done returns before time goes on, as it would if time were real: the script's next
 * line may ask for what it has given. */
static void let_return(void)
{
    struct timespec until = real_in(AWAKE_MS), moment = { .tv_nsec = 1000000 };
    int             tries = 0;

    if (me.caller == gettid())
        me.caller = 0;
    if (me.caller == 0 || (me.asleep && !me.asleep->done))
        return;
    pthread_cond_broadcast(&me.moved);
    while ((me.due || (me.asleep && me.asleep->done))
           && pthread_cond_timedwait(&me.moved, &me.lock, &until) != ETIMEDOUT)
        ;
    me.due       = false;
    pid_t caller = me.caller;
    me.caller    = 0;
    pthread_mutex_unlock(&me.lock);
    do /* it has packetdrill's own lock to take yet */
        nanosleep(&moment, NULL);
    while (!at_rest(caller) && ++tries < AWAKE_MS);
    pthread_mutex_lock(&me.lock);
}

void desk_sleep(vspan t)
{
    let_return();
    me.clock += t;
    desk_stack();
}

vtime desk_clock(void)
{
    vtime t = returned_at >= 0 ? returned_at : ++me.clock;

    me.due      = me.due && returned_at < 0;
    returned_at = -1;
    if (me.stack)
        desk_stack();
    return t;
}

/* If packetdrill itself waits for this call (it is the script's last one), nobody moves time any
 * more: then the sleeper does. */
long desk_make(struct call *c)
{
    if (c->verb != CALL_POLL)
        c->fd = desk_live(c->fd);
    me.named |= c->verb == CALL_CONNECT;
    stack_call(desk_stack(), c);
    if (c->done)
        return c->result;
    me.asleep = c;
    me.caller = gettid();
    while (!c->done) {
        uint64_t        turns = me.turns;
        struct timespec until = real_in(STALL_MS);
        if (pthread_cond_timedwait(&me.moved, &me.lock, &until) == ETIMEDOUT && turns == me.turns
            && stack_next(me.stack) != VTIME_NEVER)
            stack_step(me.stack, stack_next(me.stack));
    }
    me.asleep   = NULL;
    me.due      = true;
    returned_at = c->at;
    return c->result;
}

/* -- Descriptors --------------------------------------------------------------------------- */

int desk_live(int fd) { return fd >= 0 && fd < FDS ? me.fd[fd] - 1 : -1; }

/* What is open and not ours is no number of the stack's either: poll() says POLLNVAL. */
int desk_poll_fd(int fd) { return desk_live(fd) >= 0 ? desk_live(fd) : INT_MAX; }

int desk_real_fd(int inner)
{
    for (int fd = 0; fd < FDS; fd++)
        if (me.fd[fd] == inner + 1)
            return fd;
    return -1;
}

int desk_new_fd(int inner)
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

void desk_close_fd(int fd)
{
    me.fd[fd] = 0;
    close(fd);
}

bool adapter_owns(int fd) { return desk_live(fd) >= 0; }

bool adapter_info(int fd, size_t i, const char **name, uint64_t *value)
{
    struct tcp_info_value v;

    desk_enter();
    bool ok = stack_info(desk_stack(), desk_live(fd), i, &v);
    desk_leave(0);
    if (ok) {
        *name  = v.name;
        *value = v.value;
    }
    return ok;
}

int adapter_get(int fd, int level, int name, void *value, size_t *len)
{
    desk_enter();
    int r = stack_get(desk_stack(), desk_live(fd), level, name, value, len);
    desk_leave(0);
    return r;
}

bool adapter_command(const char *command, char **sockstat)
{
    if (me.setup.policy.mss == 0) /* packetdrill has not asked for a stack */
        return false;
    desk_enter();
    stack_command(me.stack ? &stack_world(me.stack)->host[0].policy : &me.setup.policy, command);
    bool bsd = me.setup.profile == PROFILE_BSD;
    *sockstat =
        bsd && me.stack && strstr(command, "sockstat") ? state_sockstat(desk_stack()) : NULL;
    desk_leave(0);
    return bsd;
}

/* -- Addresses ----------------------------------------------------------------------------- */

void desk_address(const struct addr *a)
{
    stack_address(desk_stack(), a);
    me.named = true;
}

void desk_arrives(const void *datagram, size_t n)
{
    const uint8_t *p = datagram;
    struct addr    a = { { [10] = 0xff, [11] = 0xff } };

    if (!me.named && n >= 20 && p[0] >> 4 == 4) {
        memcpy(a.b + 12, p + 16, 4);
        desk_address(&a);
    } else if (!me.named && n >= 40 && p[0] >> 4 == 6) {
        memcpy(a.b, p + 24, 16);
        desk_address(&a);
    }
    stack_in(desk_stack(), datagram, n);
}

/* As bind(2) and connect(2) have it: too short is EINVAL, of another family EAFNOSUPPORT.  An
 * IPv6 socket means IPv4 by mapped addresses (RFC 3493 3.7). */
int desk_endpoint(int fd, const struct sockaddr *a, socklen_t n, struct endpoint *e)
{
    struct sockaddr_in  v4;
    struct sockaddr_in6 v6;
    bool                six = stack_ipv6(desk_stack(), desk_live(fd));
    sa_family_t         family;

    memset(e, 0, sizeof *e);
    if (desk_live(fd) < 0)
        return -EBADF;
    if (a == NULL)
        return -EFAULT;
    if (n < (six ? (socklen_t)offsetof(struct sockaddr_in6, sin6_scope_id) : sizeof v4))
        return -EINVAL;
    memcpy(&family, &a->sa_family, sizeof family);
    if (family != (six ? AF_INET6 : AF_INET))
        return -EAFNOSUPPORT;
    if (!six) {
        memcpy(&v4, a, sizeof v4);
        e->port       = ntohs(v4.sin_port);
        e->addr.b[10] = 0xff;
        e->addr.b[11] = 0xff;
        memcpy(e->addr.b + 12, &v4.sin_addr, 4);
    } else {
        memset(&v6, 0, sizeof v6);
        memcpy(&v6, a, n < sizeof v6 ? n : sizeof v6);
        e->port = ntohs(v6.sin6_port);
        memcpy(e->addr.b, &v6.sin6_addr, 16);
    }
    return 0;
}

void desk_sockaddr(const struct endpoint *e, bool six, struct sockaddr *a, socklen_t *n)
{
    struct sockaddr_in  v4  = { .sin_family = AF_INET, .sin_port = htons(e->port) };
    struct sockaddr_in6 v6  = { .sin6_family = AF_INET6, .sin6_port = htons(e->port) };
    socklen_t           len = six ? sizeof v6 : sizeof v4;

    if (a == NULL || n == NULL)
        return;
    memcpy(&v4.sin_addr, e->addr.b + 12, 4);
    memcpy(&v6.sin6_addr, e->addr.b, 16);
    memcpy(a, six ? (void *)&v6 : (void *)&v4, *n < len ? *n : len);
    *n = len;
}
