/* SPDX-License-Identifier: MIT
 * sockopt.c - socket options in the shape that setsockopt() and getsockopt() give them. */
#include "drill/inside.h"
#include "drill/sockname.h"

#include "net/host.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { TCP_INQ_ = 36 }; /* of <linux/tcp.h>: the same number as the message's */

static enum sock_option option_of(int level, int name)
{
    return sock_option_by_name(sockname_option(level, name));
}

struct sock *stack_sock(struct stack *s, int fd)
{
    for (uint32_t i = s->world->host[0].fds; i; i = world_fd(s->world, i)->next)
        if (world_fd(s->world, i)->number == fd)
            return world_sock(s->world, world_fd(s->world, i)->sock);
    return NULL;
}

static const char *const congestion[] = { "none", "reno", "cubic" };

enum { CONGESTIONS = sizeof congestion / sizeof congestion[0], CC_NAME_MAX = 16 };

/* TCP_CONGESTION is a name, which need not end with a zero. */
static int set_congestion(struct stack *s, int fd, const char *value, size_t len)
{
    char   name[CC_NAME_MAX] = "";
    size_t i                 = 0;

    if (len < 1)
        return -EINVAL;
    memcpy(name, value, len < sizeof name ? len : sizeof name - 1);
    while (i < CONGESTIONS && strcmp(congestion[i], name) != 0)
        i++;
    if (i == CONGESTIONS)
        return -ENOENT;
    return stack_result(sock_set(&s->call, fd, TCP_CONGESTION_, (int64_t)i));
}

static vspan *timeout_of(struct stack *s, int fd, int level, int name)
{
    if (level != SOL_SOCKET || (name != SO_RCVTIMEO && name != SO_SNDTIMEO))
        return NULL;
    struct stack_fd *f = stack_fd(s, fd);
    return name == SO_RCVTIMEO ? &f->rcv_timeout : &f->snd_timeout;
}

int stack_set(struct stack *s, int fd, int level, int name, const void *value, size_t len)
{
    if (stack_sock(s, fd) == NULL)
        return -EBADF;
    if (value == NULL)
        return -EFAULT;
    vspan *timeout = timeout_of(s, fd, level, name);
    if (timeout != NULL) {
        struct timeval tv;
        if (len < sizeof tv)
            return -EINVAL;
        memcpy(&tv, value, sizeof tv);
        *timeout = SEC(tv.tv_sec) + tv.tv_usec;
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_INQ_) {
        int on;
        if (len < sizeof on)
            return -EINVAL;
        memcpy(&on, value, sizeof on);
        if (on != 0 && on != 1)
            return -EINVAL;
        stack_fd(s, fd)->inq = on;
        return 0;
    }
    enum sock_option o = option_of(level, name);
    if (o == SO_OPTION_COUNT)
        return -ENOPROTOOPT;
    if (o == TCP_CONGESTION_)
        return set_congestion(s, fd, value, len);
    int64_t n;
    if (o == SO_LINGER_) {
        struct linger l;
        if (len < sizeof l)
            return -EINVAL;
        memcpy(&l, value, sizeof l);
        n = l.l_onoff ? l.l_linger : -1;
    } else {
        int v;
        if (level == IPPROTO_IP && len > 0 && len < sizeof v) /* ip(7): a byte will do */
            v = *(const uint8_t *)value;
        else if (len < sizeof v)
            return -EINVAL;
        else
            memcpy(&v, value, sizeof v);
        n = o == TCP_NOTSENT_LOWAT_ ? (int64_t)(uint32_t)v : v;
    }
    int r = sock_set(&s->call, fd, o, n);
    stack_told(s);
    stack_retry(s);
    return stack_result(r);
}

int stack_inq(struct stack *s, int fd)
{
    struct sock *k = stack_sock(s, fd);

    if (k == NULL || !stack_fd(s, fd)->inq || !k->conn)
        return -1;
    const struct conn *c   = world_conn(s->world, k->conn);
    struct tcb         tcb = conn_tcb(s->world, c);
    uint32_t           n   = conn_readable(s->world, c);
    return n ? (int)n : tcp_fin_received(&tcb);
}

static int put(void *value, size_t *len, const void *from, size_t n)
{
    if (*len > n)
        *len = n;
    memcpy(value, from, *len);
    return 0;
}

int stack_get(struct stack *s, int fd, int level, int name, void *value, size_t *len)
{
    struct sock *k = stack_sock(s, fd);

    if (k == NULL)
        return -EBADF;
    vspan *timeout = timeout_of(s, fd, level, name);
    if (timeout != NULL) {
        struct timeval tv = { .tv_sec = *timeout / SEC(1), .tv_usec = *timeout % SEC(1) };
        return put(value, len, &tv, sizeof tv);
    }
    int v;
    if (level == IPPROTO_TCP && name == TCP_INQ_) {
        v = stack_fd(s, fd)->inq;
        return put(value, len, &v, sizeof v);
    }
    if (level == SOL_SOCKET && (name == SO_TYPE || name == SO_ACCEPTCONN)) {
        v = name == SO_TYPE ? SOCK_STREAM : k->kind == SOCK_LISTENING;
        return put(value, len, &v, sizeof v);
    }
    enum sock_option o = option_of(level, name);
    if (o == SO_OPTION_COUNT)
        return -ENOPROTOOPT;
    int64_t n = 0;
    int     r = sock_get(&s->call, fd, o, &n);
    if (r < 0)
        return stack_result(r);
    if (o == SO_LINGER_) {
        struct linger l = { .l_onoff = n >= 0, .l_linger = n >= 0 ? (int)n : 0 };
        return put(value, len, &l, sizeof l);
    }
    if (o == TCP_CONGESTION_) {
        char word[CC_NAME_MAX] = "";
        memcpy(word, congestion[n], strlen(congestion[n]));
        return put(value, len, word, sizeof word);
    }
    v = o == SO_ERROR_ ? stack_errno((enum err)n) : (int)n;
    return put(value, len, &v, sizeof v);
}
