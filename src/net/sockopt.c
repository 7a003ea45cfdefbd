/* SPDX-License-Identifier: MIT
 * sockopt.c - socket options, names, and what poll() would say.
 */
#include "net/host.h"

#include <string.h>

static struct sock *sock_at(const struct world *w, uint32_t host, int fd)
{
    uint32_t i = sock_of_fd(w, host, fd);

    return i ? world_sock(w, i) : NULL;
}

static struct conn *live_conn(const struct world *w, const struct sock *s)
{
    return s->conn && !world_conn(w, s->conn)->forgot ? world_conn(w, s->conn) : NULL;
}

static const struct tcb *live_tcb(const struct world *w, const struct sock *s, struct tcb *room)
{
    const struct conn *k = live_conn(w, s);

    return k ? conn_look(w, k, room) : NULL;
}

static void set_flag(struct sock *s, uint32_t flag, bool on)
{
    s->flags = on ? s->flags | flag : s->flags & ~flag;
}

/* A running connection hears of it at once: TCP_NODELAY may release what Nagle holds back. */
static void pass_on(struct net_call *c, struct sock *s, uint8_t bit, bool on)
{
    struct conn *k = live_conn(c->w, s);
    struct turn  t;

    if (!k)
        return;
    const struct sock_options *o = &own_of(c->w, s)->opt;
    turn_begin(&t, c->w, c->j, c->host, s->conn);
    t.tcb->user_timeout = o->user_timeout;
    t.tcb->keep_idle    = o->keep_idle;
    t.tcb->keep_intvl   = o->keep_intvl;
    t.tcb->keep_count   = o->keep_cnt;
    t.tcb->fin_wait_2   = o->fin_wait_2;
    /* Without a bit too: a clock that is running takes the new time. */
    tcp_option(t.tcb, &t.env, bit, on);
    turn_user(&t, c, (enum tcp_state)t.tcb->state);
    turn_end(&t);
}

/* A receive buffer that becomes larger may be worth a window update. */
static void grow_window(struct net_call *c, const struct sock *s)
{
    struct conn *k = live_conn(c->w, s);
    struct turn  t;

    if (!k || conn_state(c->w, k) == TCP_TIME_WAIT)
        return;
    turn_begin(&t, c->w, c->j, c->host, s->conn);
    tcp_rcv_buf(t.tcb, &t.env, own_of(c->w, s)->opt.rcv_buf);
    turn_user(&t, c, (enum tcp_state)t.tcb->state);
    turn_end(&t);
}

/* What a segment can carry; of a socket without a connection, what was asked for. */
static int64_t maxseg(const struct sock_options *o, const struct tcb *t, const struct tcp_policy *p)
{
    enum { TS_BYTES = 12 };

    if (t && t->state > TCP_SYN_SENT) {
        bool ts = tcp_agreed(t) & AGREED_TIMESTAMPS;

        return t->mss_out + (ts && p->maxseg_agreed ? TS_BYTES : 0);
    }
    return o->maxseg ? o->maxseg : MSS_DEFAULT;
}

/* As it was set; or as it has become, where it is rounded up to whole segments. */
static int64_t rcv_buf(const struct sock_options *o, const struct tcb *t,
                       const struct tcp_policy *p)
{
    if (t && p->buf_whole)
        return t->rcv.buf - tcp_slack(t);
    return o->rcv_buf ? o->rcv_buf << p->buf_double : p->rcv_buf;
}

static bool in_range(enum sock_option o, int64_t v)
{
    switch (o) {
    case SO_LINGER_: return v >= -1 && v <= 32767;
    case SO_RCVBUF_:
    case SO_SNDBUF_: return v >= 0 && v <= 1 << 30;
    case TCP_MAXSEG_: return v >= 64 && v <= 65495;
    case TCP_USER_TIMEOUT_: return v >= 0 && v <= UINT32_MAX;
    case TCP_KEEPIDLE_:
    case TCP_KEEPINTVL_: return v >= 1 && v <= 32767;
    case TCP_KEEPCNT_: return v >= 1 && v <= 127;
    case TCP_LINGER2_: return v >= 0;
    case TCP_CONGESTION_: return v >= 0 && v <= 2;
    case TCP_SYNCNT_: return v >= 1 && v <= 127;
    case SO_RCVLOWAT_:
    case SO_SNDLOWAT_: return v >= 0 && v <= 1 << 30;
    case TCP_NOTSENT_LOWAT_: return v >= 0 && v <= UINT32_MAX;
    case IP_TOS_: return v >= 0 && v <= UINT8_MAX;
    case IPV6_TCLASS_: return v >= -1 && v <= UINT8_MAX;
    case IP_TTL_:
    case IPV6_UNICAST_HOPS_: return v >= -1 && v <= UINT8_MAX && v != 0;
    case TCP_KEEPINIT_: return v >= 1 && v <= UINT32_MAX / 1000;
    default: return true;
    }
}

/* Linux, socket(7): a buffer that is told double has a least size, which is told as 2304 and 4608.
 */
enum { RCVBUF_LEAST = 1152, SNDBUF_LEAST = 2304 };

static uint32_t at_least(const struct net_call *c, uint32_t v, uint32_t least)
{
    if (!host_of(c->w, c->host)->policy.buf_double)
        least = 1;
    return v < least ? least : v;
}

/* The rest is the socket's own; a connection that is there already hears of what it can still heed.
 */
static int set_own(struct net_call *c, struct sock *s, enum sock_option option, uint32_t v)
{
    const uint32_t NONE = (uint32_t)-1;
    enum { ECN_BITS = 3, MS = 1000, LINGER2_MAX = 120 /* Linux TCP_FIN_TIMEOUT_MAX */ };
    struct sock_options *o = &sock_own(c->w, s)->opt;

    o->set = 1;
    switch (option) {
    case SO_RCVBUF_:
        o->rcv_buf = at_least(c, v, RCVBUF_LEAST);
        grow_window(c, s);
        break;
    case SO_SNDBUF_: o->snd_buf = at_least(c, v, SNDBUF_LEAST); break;
    case TCP_MAXSEG_: o->maxseg = v; break;
    case TCP_CONGESTION_: o->cc = (uint8_t)(v + 1); break;
    case TCP_SYNCNT_: o->syn_count = (uint8_t)v; break;
    case TCP_KEEPINIT_: o->syn_r2 = v * MS; break;
    case TCP_NOOPT_: set_flag(s, SF_NOOPT, v); break;
    case SO_RCVLOWAT_: o->rcv_lowat = v; break;
    case SO_SNDLOWAT_: o->snd_lowat = v; break;
    case TCP_NOTSENT_LOWAT_: o->notsent = v; break;
    case IPV6_V6ONLY_: set_flag(s, SF_V6ONLY, v); break;
    case IP_TOS_: o->tos = (uint8_t)(v & ~ECN_BITS); break;
    case IP_TTL_: o->ttl = (uint8_t)(v == NONE ? 0 : v); break;
    case IPV6_TCLASS_: o->tclass = (uint8_t)(v == NONE ? 0 : v & ~ECN_BITS); break;
    case IPV6_UNICAST_HOPS_: o->hops = (uint8_t)(v == NONE ? 0 : v); break;
    case TCP_LINGER2_:
        o->fin_wait_2 = (v < LINGER2_MAX ? v : LINGER2_MAX) * MS;
        pass_on(c, s, 0, true);
        break;
    case TCP_USER_TIMEOUT_:
        o->user_timeout = v;
        pass_on(c, s, 0, true);
        break;
    default: /* keep-alive's: a running clock starts anew with them */
        if (option == TCP_KEEPIDLE_)
            o->keep_idle = v * MS;
        else if (option == TCP_KEEPINTVL_)
            o->keep_intvl = v * MS;
        else
            o->keep_cnt = v;
        pass_on(c, s, s->flags & SF_KEEPALIVE ? TCPO_KEEPALIVE : 0, true);
        break;
    }
    o->policy = o->rcv_buf || o->snd_buf || o->maxseg || o->cc || o->syn_count || o->syn_r2
                || s->flags & SF_NOOPT;
    return 0;
}

int sock_set(struct net_call *c, int fd, enum sock_option o, int64_t value)
{
    struct sock *s = sock_at(c->w, c->host, fd);
    uint32_t     v = (uint32_t)value;

    if (!s)
        return -ERR_EBADF;
    if (o >= SO_OPTION_COUNT || o == SO_ERROR_
        || (o == SO_SNDLOWAT_ && !host_of(c->w, c->host)->policy.snd_lowat))
        return -ERR_ENOPROTOOPT;
    if (o == IPV6_V6ONLY_ && s->flags & (SF_BOUND | SF_V4ONLY))
        return s->flags & SF_V4ONLY ? -ERR_ENOPROTOOPT : -ERR_EINVAL;
    bool buffer = o == SO_RCVBUF_ || o == SO_SNDBUF_;
    if (!in_range(o, value) || (buffer && v == 0 && at_least(c, 0, 0) != 0))
        return -ERR_EINVAL;
    switch (o) {
    case SO_REUSEADDR_:
        set_flag(s, SF_REUSE, v);
        if (s->conn)
            conn_reuse(c->w, s->conn, v != 0);
        return 0;
    case SO_KEEPALIVE_:
        set_flag(s, SF_KEEPALIVE, v);
        pass_on(c, s, TCPO_KEEPALIVE, v);
        return 0;
    case TCP_NODELAY_:
        set_flag(s, SF_NODELAY, v);
        pass_on(c, s, TCPO_NODELAY, v);
        return 0;
    case TCP_CORK_:
        set_flag(s, SF_CORK, v);
        pass_on(c, s, TCPO_CORK, v);
        return 0;
    case SO_NOSIGPIPE_: set_flag(s, SF_SIGPIPE, !v); return 0;
    case SO_LINGER_: s->linger = (int32_t)value; return 0;
    default: return set_own(c, s, o, v);
    }
}

int sock_get(struct net_call *c, int fd, enum sock_option option, int64_t *value)
{
    struct sock               *s = sock_at(c->w, c->host, fd);
    const struct tcp_policy   *p = &host_of(c->w, c->host)->policy;
    const struct sock_options *o;
    const struct tcb          *t;
    struct tcb                 room;

    if (!s)
        return -ERR_EBADF;
    t = live_tcb(c->w, s, &room);
    o = &own_of(c->w, s)->opt;
    switch (option) {
    case SO_REUSEADDR_: *value = (s->flags & SF_REUSE) != 0; break;
    case SO_KEEPALIVE_: *value = (s->flags & SF_KEEPALIVE) != 0; break;
    case SO_NOSIGPIPE_: *value = (s->flags & SF_SIGPIPE) == 0; break;
    case SO_LINGER_: *value = s->linger; break;
    case SO_RCVBUF_: *value = rcv_buf(o, t, p); break;
    case SO_SNDBUF_: *value = o->snd_buf ? o->snd_buf << p->buf_double : p->snd_buf; break;
    case SO_ERROR_:
        *value   = s->error;
        s->error = ERR_OK;
        break;
    case TCP_NODELAY_: *value = (s->flags & SF_NODELAY) != 0; break;
    case TCP_CORK_: *value = (s->flags & SF_CORK) != 0; break;
    case TCP_MAXSEG_: *value = maxseg(o, t, p); break;
    case TCP_USER_TIMEOUT_: *value = o->user_timeout; break;
    case TCP_KEEPIDLE_: *value = (o->keep_idle ? o->keep_idle : p->keep_idle_ms) / 1000; break;
    case TCP_KEEPINTVL_: *value = (o->keep_intvl ? o->keep_intvl : p->keep_intvl_ms) / 1000; break;
    case TCP_KEEPCNT_: *value = o->keep_cnt ? o->keep_cnt : p->keep_count; break;
    case TCP_LINGER2_: *value = (o->fin_wait_2 ? o->fin_wait_2 : p->fin_wait_2_ms) / 1000; break;
    case TCP_CONGESTION_: *value = policy_of(c->w, c->host, s).cc; break;
    case TCP_SYNCNT_: *value = policy_of(c->w, c->host, s).syn_r2_count; break;
    case TCP_KEEPINIT_: *value = policy_of(c->w, c->host, s).syn_r2_ms / 1000; break;
    case TCP_NOOPT_: *value = (s->flags & SF_NOOPT) != 0; break;
    case SO_RCVLOWAT_: *value = lowat_rcv(c->w, s); break;
    case SO_SNDLOWAT_: *value = lowat_snd(c->w, s); break;
    case TCP_NOTSENT_LOWAT_: *value = o->notsent; break;
    case IPV6_V6ONLY_: *value = (s->flags & SF_V6ONLY) != 0; break;
    case IP_TOS_: *value = o->tos; break;
    case IP_TTL_: *value = o->ttl ? o->ttl : p->ttl; break;
    case IPV6_TCLASS_: *value = o->tclass; break;
    case IPV6_UNICAST_HOPS_: *value = o->hops ? o->hops : p->ttl; break;
    default: return -ERR_ENOPROTOOPT;
    }
    return 0;
}

void sock_ends(const struct world *w, const struct sock *s, struct endpoint *local,
               struct endpoint *peer)
{
    static const struct endpoint nowhere;
    const struct conn           *k = s->conn ? world_conn(w, s->conn) : NULL;

    *local = k ? k->local : own_of(w, s)->local;
    *peer  = k ? k->remote : nowhere;
}

int sock_name(struct net_call *c, int fd, struct endpoint *local, struct endpoint *peer)
{
    const struct sock *s = sock_at(c->w, c->host, fd);
    struct endpoint    here, there;

    if (!s)
        return -ERR_EBADF;
    if (peer && s->kind != SOCK_CONNECTED && s->kind != SOCK_DEAD)
        return -ERR_ENOTCONN;
    sock_ends(c->w, s, &here, &there);
    if (local)
        *local = here;
    if (peer)
        *peer = there;
    return 0;
}

/* Has urgent text come, to its last byte, that has not been read?  That more is ahead, the engine's
 * signal says. */
static bool urgent_ahead(const struct tcb *t)
{
    seq come = t->rcv.nxt - (tcp_fin_received(t) ? 1 : 0), read = come - t->rcv.user;

    return t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT && seq_lt(read, t->rcv.up)
           && seq_le(t->rcv.up, come);
}

static uint32_t room_of(const struct world *w, const struct sock *s, const struct tcb *t)
{
    if (!own_of(w, s)->opt.snd_buf)
        return tcp_room(t, &host_of(w, s->host)->policy);
    struct tcp_policy p = policy_of(w, s->host, s);
    return tcp_room(t, &p);
}

/* Linux sk_stream_is_writeable(): little room is not worth to be told of. */
static bool writable(const struct world *w, const struct sock *s, const struct tcb *t)
{
    const struct tcp_policy *p    = &host_of(w, s->host)->policy;
    uint32_t                 own  = own_of(w, s)->opt.snd_buf;
    uint32_t                 all  = own ? own : p->snd_buf;
    uint32_t                 room = room_of(w, s, t);

    return room >= lowat_snd(w, s) && (!p->out_third || room >= all / 3)
           && lowat_few_unsent(w, s, t);
}

uint32_t sock_room(const struct world *w, uint32_t host, int fd)
{
    const struct sock *s = sock_at(w, host, fd);
    struct tcb         room;
    const struct tcb  *t = s ? live_tcb(w, s, &room) : NULL;

    return t ? room_of(w, s, t) : 0;
}

uint32_t sock_events(const struct world *w, uint32_t host, int fd)
{
    const struct sock *s = sock_at(w, host, fd);
    uint32_t           e = 0;

    if (!s)
        return EV_ERR; /* POLLNVAL, more or less */
    struct tcb        room;
    const struct tcb *t      = live_tcb(w, s, &room);
    bool              no_in  = s->kind == SOCK_DEAD || s->flags & SF_FIN || s->shut & 1;
    bool              no_out = s->kind == SOCK_DEAD || s->shut & 2;
    if (s->error)
        e |= EV_ERR;
    if (s->kind == SOCK_LISTENING)
        return e | (own_of(w, s)->listen.queued ? EV_IN : 0u);
    if (s->kind == SOCK_FRESH) /* after a failure in vain, as measured on Linux 6.18 */
        return e | EV_OUT | EV_HUP | (s->flags & SF_FAILED ? EV_IN | EV_RDHUP : 0u);
    if (s->kind == SOCK_CONNECTING)
        return e;
    if (no_in && no_out)
        e |= EV_HUP;
    if (no_in)
        e |= EV_IN | EV_RDHUP;
    if (s->conn && conn_readable(w, world_conn(w, s->conn)) >= lowat_rcv(w, s))
        e |= EV_IN;
    if (t && urgent_ahead(t))
        e |= EV_PRI;
    if (no_out || (t && writable(w, s, t)))
        e |= EV_OUT;
    return e;
}
