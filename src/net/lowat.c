/* SPDX-License-Identifier: MIT
 * lowat.c - low-water marks: how little is too little to wake somebody for (POSIX 2.10.16), and
 * Linux's TCP_NOTSENT_LOWAT, which keeps short what waits behind the windows.
 */
#include "net/host.h"

/* No more than the buffer can hold: it would never be there. */
uint32_t lowat_rcv(const struct world *w, const struct sock *s)
{
    const struct sock_options *o    = &own_of(w, s)->opt;
    uint32_t                   most = o->rcv_buf ? o->rcv_buf : host_of(w, s->host)->policy.rcv_buf;

    return o->rcv_lowat < 1 ? 1 : o->rcv_lowat < most ? o->rcv_lowat : most;
}

uint32_t lowat_snd(const struct world *w, const struct sock *s)
{
    const struct sock_options *o    = &own_of(w, s)->opt;
    const struct tcp_policy   *p    = &host_of(w, s->host)->policy;
    uint32_t                   v    = o->snd_lowat ? o->snd_lowat : p->snd_lowat;
    uint32_t                   most = o->snd_buf ? o->snd_buf : p->snd_buf;

    return v < 1 ? 1 : v < most ? v : most;
}

/* Whoever asked for less than the mark gets that; at the end of the file there is no more. */
bool sock_too_little(const struct world *w, uint32_t host, int fd, uint32_t n)
{
    uint32_t           i = sock_of_fd(w, host, fd);
    const struct sock *s = i ? world_sock(w, i) : NULL;

    if (!s || s->kind != SOCK_CONNECTED || !s->conn || s->error || s->flags & SF_FIN || s->shut & 1)
        return false;
    uint32_t mark = lowat_rcv(w, s), there = conn_readable(w, world_conn(w, s->conn));
    return there > 0 && there < (n < mark ? n : mark);
}

static uint32_t notsent(const struct world *w, const struct sock *s)
{
    uint32_t v = own_of(w, s)->opt.notsent;

    v = v ? v : host_of(w, s->host)->policy.notsent_lowat;
    return v ? v : UINT32_MAX;
}

static uint32_t unsent(const struct tcb *t)
{
    return seq_lt(t->snd.nxt, t->snd.end) ? t->snd.end - t->snd.nxt : 0;
}

/* Half of the mark: a writer that was woken should find it worth while. */
bool lowat_few_unsent(const struct world *w, const struct sock *s, const struct tcb *t)
{
    return unsent(t) < (notsent(w, s) - 1) / 2 + 1;
}

/* The mark is looked at when a piece is begun, which is then filled. */
uint32_t lowat_unsent_room(const struct world *w, const struct sock *s, const struct tcb *t,
                           uint32_t n)
{
    uint32_t mark = notsent(w, s), queued = unsent(t);

    if (mark == UINT32_MAX)
        return n;
    uint32_t piece = tcp_piece(t), left = (piece - queued % piece) % piece;
    if (left == 0)
        left = queued < mark ? piece : 0;
    return n < left ? n : left;
}
