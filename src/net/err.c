/* SPDX-License-Identifier: MIT
 * err.c - the names of errors and socket options.
 */
#include "net/sock.h"

#include <assert.h>
#include <string.h>

static const char *const names[ERR_COUNT] = {
#define ERR(name, text) #name,
#include "net/err.def"
#undef ERR
};

static const char *const texts[ERR_COUNT] = {
#define ERR(name, text) text,
#include "net/err.def"
#undef ERR
};

const char *const sock_option_name[SO_OPTION_COUNT] = {
    [SO_REUSEADDR_]      = "SO_REUSEADDR",
    [SO_KEEPALIVE_]      = "SO_KEEPALIVE",
    [SO_LINGER_]         = "SO_LINGER",
    [SO_RCVBUF_]         = "SO_RCVBUF",
    [SO_SNDBUF_]         = "SO_SNDBUF",
    [SO_ERROR_]          = "SO_ERROR",
    [TCP_NODELAY_]       = "TCP_NODELAY",
    [TCP_CORK_]          = "TCP_CORK",
    [TCP_MAXSEG_]        = "TCP_MAXSEG",
    [TCP_USER_TIMEOUT_]  = "TCP_USER_TIMEOUT",
    [TCP_KEEPIDLE_]      = "TCP_KEEPIDLE",
    [TCP_KEEPINTVL_]     = "TCP_KEEPINTVL",
    [TCP_KEEPCNT_]       = "TCP_KEEPCNT",
    [SO_NOSIGPIPE_]      = "SO_NOSIGPIPE",
    [TCP_LINGER2_]       = "TCP_LINGER2",
    [TCP_CONGESTION_]    = "TCP_CONGESTION",
    [TCP_SYNCNT_]        = "TCP_SYNCNT",
    [TCP_KEEPINIT_]      = "TCP_KEEPINIT",
    [TCP_NOOPT_]         = "TCP_NOOPT",
    [IP_TOS_]            = "IP_TOS",
    [IP_TTL_]            = "IP_TTL",
    [IPV6_TCLASS_]       = "IPV6_TCLASS",
    [IPV6_UNICAST_HOPS_] = "IPV6_UNICAST_HOPS",
    [SO_RCVLOWAT_]       = "SO_RCVLOWAT",
    [SO_SNDLOWAT_]       = "SO_SNDLOWAT",
    [TCP_NOTSENT_LOWAT_] = "TCP_NOTSENT_LOWAT",
    [IPV6_V6ONLY_]       = "IPV6_V6ONLY",
};

const char *err_name(enum err e)
{
    assert(e < ERR_COUNT);
    return names[e];
}

const char *err_text(enum err e)
{
    assert(e < ERR_COUNT);
    return texts[e];
}

enum sock_option sock_option_by_name(const char *name)
{
    int o = 0;

    while (o < SO_OPTION_COUNT && strcmp(sock_option_name[o], name) != 0)
        o++;
    return (enum sock_option)o;
}
