/* SPDX-License-Identifier: MIT
 * sockname.c - this system's numbers of socket options, by name.
 *
 * A file of its own, since <netinet/tcp.h> has names for the states that are also the engine's. */
#define _GNU_SOURCE
#include "drill/sockname.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

#define OPTION(level, name)                                                                        \
    {                                                                                              \
        level, name, #name                                                                         \
    }

enum { NOTSENT = 25 }; /* TCP_NOTSENT_LOWAT: not in every <netinet/tcp.h> */

static const struct {
    int         level, name;
    const char *text;
} table[] = {
    OPTION(SOL_SOCKET, SO_REUSEADDR),
    OPTION(SOL_SOCKET, SO_KEEPALIVE),
    OPTION(SOL_SOCKET, SO_LINGER),
    OPTION(SOL_SOCKET, SO_RCVBUF),
    OPTION(SOL_SOCKET, SO_SNDBUF),
    OPTION(SOL_SOCKET, SO_ERROR),
    OPTION(SOL_SOCKET, SO_OOBINLINE),
    OPTION(IPPROTO_TCP, TCP_NODELAY),
    OPTION(IPPROTO_TCP, TCP_CORK),
    OPTION(IPPROTO_TCP, TCP_MAXSEG),
    OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
    OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
    OPTION(IPPROTO_TCP, TCP_KEEPINTVL),
    OPTION(IPPROTO_TCP, TCP_KEEPCNT),
    OPTION(IPPROTO_TCP, TCP_CONGESTION),
    OPTION(IPPROTO_TCP, TCP_QUICKACK),
    OPTION(IPPROTO_TCP, TCP_LINGER2),
    OPTION(IPPROTO_TCP, TCP_SYNCNT),
    OPTION(SOL_SOCKET, SO_RCVLOWAT),
    OPTION(SOL_SOCKET, SO_SNDLOWAT),
    OPTION(IPPROTO_IPV6, IPV6_V6ONLY),
    { IPPROTO_TCP, NOTSENT, "TCP_NOTSENT_LOWAT" },
    OPTION(IPPROTO_IP, IP_TOS),
    OPTION(IPPROTO_IP, IP_TTL),
    OPTION(IPPROTO_IPV6, IPV6_TCLASS),
    OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
};

enum { /* of FreeBSD only */
       KEEPINIT = 128,
       NOOPT    = 0x10008, /* 8 is Linux's TCP_LINGER2 */
};

const char *sockname_option(int level, int name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].level == level && table[i].name == name)
            return table[i].text;
    if (level == IPPROTO_TCP && (name == KEEPINIT || name == NOOPT))
        return name == NOOPT ? "TCP_NOOPT" : "TCP_KEEPINIT";
    return "";
}
