/* SPDX-License-Identifier: MIT
 * diag.c - the kernel's line of one connection, asked for as ss does (sock_diag(7)). */
#include "kernel.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_STATE = 10 };

static int nl = -1;

void diag_open(void) { nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG); }

void diag_line(const struct endpoint *local, const struct endpoint *peer, struct line *l)
{
    struct {
        struct nlmsghdr         h;
        struct inet_diag_req_v2 r;
    } ask;
    static _Alignas(8) char buf[8192];
    struct nlmsghdr        *h = (struct nlmsghdr *)buf;

    memset(&ask, 0, sizeof ask);
    memset(l, 0, sizeof *l);
    ask.h.nlmsg_len          = sizeof ask;
    ask.h.nlmsg_type         = SOCK_DIAG_BY_FAMILY;
    ask.h.nlmsg_flags        = NLM_F_REQUEST;
    ask.r.sdiag_family       = AF_INET;
    ask.r.sdiag_protocol     = IPPROTO_TCP;
    ask.r.idiag_states       = ~0u;
    ask.r.id.idiag_sport     = htons(local->port);
    ask.r.id.idiag_dport     = htons(peer->port);
    ask.r.id.idiag_cookie[0] = ask.r.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    memcpy(ask.r.id.idiag_src, local->addr.b + 12, 4);
    memcpy(ask.r.id.idiag_dst, peer->addr.b + 12, 4);
    if (send(nl, &ask, sizeof ask, 0) < 0)
        return;
    ssize_t n = recv(nl, buf, sizeof buf, 0);
    if (n < (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg))
        || h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return;
    const struct inet_diag_msg *m = NLMSG_DATA(h);
    if (m->idiag_state == LISTEN_STATE) /* there is no such connection, but who may accept it */
        return;
    l->state   = m->idiag_state;
    l->timer   = m->idiag_timer;
    l->recv_q  = m->idiag_rqueue;
    l->send_q  = m->idiag_wqueue;
    l->retries = m->idiag_retrans;
    l->left    = m->idiag_timer ? m->idiag_expires : 0;
}
