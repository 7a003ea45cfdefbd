/* SPDX-License-Identifier: MIT
 * symbol.c - the constants that a script may name, with this system's numbers. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "lex.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct symbol {
    const char *name;
    int64_t     value;
};

#define S(name)                                                                                    \
    {                                                                                              \
#name, name                                                                                \
    }

static const struct symbol symbols[] = {
    S(AF_UNSPEC),
    S(AF_INET),
    S(AF_INET6),
    S(PF_INET),
    S(PF_INET6),
    S(SOCK_STREAM),
    S(SOCK_NONBLOCK),
    S(SOCK_CLOEXEC),
    S(IPPROTO_TCP),
    S(SOL_SOCKET),
    S(SOL_TCP),
    S(IPPROTO_IP),
    S(SOL_IP),
    S(IPPROTO_IPV6),
    S(SOL_IPV6),
    S(IP_TOS),
    S(IP_TTL),
    S(IPV6_TCLASS),
    S(IPV6_UNICAST_HOPS),
    S(IPTOS_LOWDELAY),
    S(IPTOS_THROUGHPUT),
    S(IPTOS_DSCP_EF),
    S(IPTOS_CLASS_CS1),
    S(IPTOS_CLASS_CS7),
    S(SO_REUSEADDR),
    S(SO_KEEPALIVE),
    S(SO_LINGER),
    S(SO_RCVBUF),
    S(SO_SNDBUF),
    S(SO_ERROR),
    S(SO_RCVTIMEO),
    S(SO_SNDTIMEO),
    S(SO_OOBINLINE),
    S(TCP_NODELAY),
    S(TCP_CORK),
    S(TCP_MAXSEG),
    S(TCP_USER_TIMEOUT),
    S(TCP_KEEPIDLE),
    S(TCP_KEEPINTVL),
    S(TCP_KEEPCNT),
    S(TCP_CONGESTION),
    S(TCP_INFO),
    S(TCP_QUICKACK),
    S(TCP_LINGER2),
    S(TCP_SYNCNT),
    S(TCP_DEFER_ACCEPT),
    S(TCP_WINDOW_CLAMP),
    S(SHUT_RD),
    S(SHUT_WR),
    S(SHUT_RDWR),
    S(MSG_PEEK),
    S(MSG_OOB),
    S(MSG_DONTWAIT),
    S(MSG_NOSIGNAL),
    S(MSG_MORE),
    S(MSG_WAITALL),
    S(MSG_TRUNC),
    S(MSG_EOR),
    S(F_GETFL),
    S(F_SETFL),
    S(O_RDWR),
    S(O_RDONLY),
    S(O_NONBLOCK),
    S(POLLIN),
    S(POLLOUT),
    S(POLLERR),
    S(POLLHUP),
    S(POLLPRI),
    S(POLLRDHUP),
    S(POLLNVAL),
    S(POLLRDNORM),
    S(POLLWRNORM),
    S(EPOLLIN),
    S(EPOLLOUT),
    S(EPOLLERR),
    S(EPOLLHUP),
    S(EPOLLPRI),
    S(EPOLLRDHUP),
    S(EPOLLET),
    S(EPOLLONESHOT),
    S(EPOLLEXCLUSIVE),
    S(EPOLL_CTL_ADD),
    S(EPOLL_CTL_MOD),
    S(EPOLL_CTL_DEL),
    S(IPV6_V6ONLY),
    S(SO_RCVLOWAT),
    S(SO_SNDLOWAT),
    { "TCP_NOTSENT_LOWAT", 25 },
    { "SIOCOUTQNSD", 0x894B },
    S(FIONREAD),
    S(TIOCOUTQ),
    { "IPTOS_DSCP_CS1", IPTOS_CLASS_CS1 }, /* FreeBSD's names */
    { "IPTOS_DSCP_CS7", IPTOS_CLASS_CS7 },
    { "TCP_KEEPINIT", 128 }, /* FreeBSD's: src/drill/sockname.c */
    { "TCP_NOOPT", 0x10008 },
    { "SIOCINQ", FIONREAD },
    { "SIOCOUTQ", TIOCOUTQ },
};

static const struct symbol errors[] = {
    S(EAGAIN),       S(EALREADY),     S(EBADF),        S(ECONNABORTED),
    S(ECONNREFUSED), S(ECONNRESET),   S(EADDRINUSE),   S(EADDRNOTAVAIL),
    S(EDESTADDRREQ), S(EEXIST),       S(ENOENT),       S(EPERM),
    S(EFAULT),       S(EHOSTUNREACH), S(EINPROGRESS),  S(EINTR),
    S(EINVAL),       S(EISCONN),      S(EMFILE),       S(EMSGSIZE),
    S(ENETUNREACH),  S(ENOBUFS),      S(ENOPROTOOPT),  S(ENOTCONN),
    S(ENOTSOCK),     S(EOPNOTSUPP),   S(EPIPE),        S(ETIMEDOUT),
    S(EPROTO),       S(ENOMEM),       S(EAFNOSUPPORT), { "EWOULDBLOCK", EWOULDBLOCK },
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

bool symbol_value(const char *name, int64_t *value)
{
    for (size_t i = 0; i < COUNT(symbols); i++)
        if (strcmp(symbols[i].name, name) == 0) {
            *value = symbols[i].value;
            return true;
        }
    int e;
    if (!symbol_errno(name, &e)) /* [ECONNRESET] of SO_ERROR */
        return false;
    *value = e;
    return true;
}

bool symbol_errno(const char *name, int *value)
{
    for (size_t i = 0; i < COUNT(errors); i++)
        if (strcmp(errors[i].name, name) == 0) {
            *value = (int)errors[i].value;
            return true;
        }
    return false;
}

const char *errno_name(int e)
{
    for (size_t i = 0; i < COUNT(errors); i++)
        if (errors[i].value == e)
            return errors[i].name;
    return e ? "an unnamed error" : "no error";
}
