/* SPDX-License-Identifier: MIT
 * agree.c - the engine, the socket, the user and the peer agree about a connection: who has written
 * and read how much, what is acknowledged, and who holds it. */
#include "sim.h"

#include "net/host.h"
#include "net/ss.h"

enum { BEYOND = 3 }; /* segments more than the window: limited transmit (RFC 3042), a tail probe */

/* Numbers are counted bytes: what the user wrote and read, one for each SYN and FIN. */
static void with_user(struct sim *sim, const struct conn *c, const struct tcb *t,
                      const struct lane *l)
{
    uint32_t sent = t->snd.end - t->iss - 1;
    uint32_t came = t->rcv.nxt - t->irs - 1 - (tcp_fin_received(t) ? 1 : 0);

    if (sent != (uint32_t)l->wrote)
        sim_fail(sim, CHECK_AGREE, "connection %u has queued %u bytes, its user has written %u",
                 c->serial, sent, (uint32_t)l->wrote);
    if (t->state >= TCP_ESTABLISHED && !(t->option & TCPO_DEAF)
        && came != (uint32_t)l->read + t->rcv.user)
        sim_fail(sim, CHECK_AGREE, "connection %u has taken %u bytes: %u were read, %u wait",
                 c->serial, came, (uint32_t)l->read, t->rcv.user);
}

/* What a peer has acknowledged has arrived there; what has arrived there has been sent. */
static void with_peer(struct sim *sim, const struct conn *c, const struct tcb *t,
                      const struct lane *l)
{
    const struct lane *p = l->peer && l->peer < LANES ? &sim->s.lane[l->peer] : NULL;

    if (!p || p->peer != c->serial || !p->known || !l->known || !lane_trusted(sim, l))
        return;
    if (seq_lt(p->rcv_nxt, t->snd.una))
        sim_fail(sim, CHECK_AGREE, "connection %u: %u is acknowledged, %u expects %u", c->serial,
                 t->snd.una, l->peer, p->rcv_nxt);
    if (seq_lt(t->snd.max, p->rcv_nxt))
        sim_fail(sim, CHECK_AGREE, "connection %u has sent up to %u, %u expects %u", c->serial,
                 t->snd.max, l->peer, p->rcv_nxt);
}

/* Nothing goes back: not what is acknowledged, expected or offered. */
static void with_past(struct sim *sim, const struct conn *c, const struct tcb *t, struct lane *l)
{
    seq edge = t->rcv.nxt + t->rcv.wnd;

    if (l->known) {
        if (seq_lt(t->snd.una, l->una) || seq_lt(t->snd.nxt, l->nxt) || seq_lt(t->snd.end, l->end))
            sim_fail(sim, CHECK_AGREE, "connection %u goes back: SND.UNA %u (%u), SND.NXT %u (%u)",
                     c->serial, t->snd.una, l->una, t->snd.nxt, l->nxt);
        if (seq_lt(t->rcv.nxt, l->rcv_nxt) || (!tcp_fin_received(t) && seq_lt(edge, l->edge)))
            sim_fail(sim, CHECK_AGREE, "connection %u goes back: RCV.NXT %u (%u), its edge %u (%u)",
                     c->serial, t->rcv.nxt, l->rcv_nxt, edge, l->edge);
    }
    l->known   = t->state >= TCP_ESTABLISHED;
    l->una     = t->snd.una;
    l->nxt     = t->snd.nxt;
    l->end     = t->snd.end;
    l->rcv_nxt = t->rcv.nxt;
    l->edge    = edge;
}

/* New text left: there was room for it on the way. */
static void with_network(struct sim *sim, const struct conn *c, const struct tcb *t, struct lane *l)
{
    uint32_t pipe = t->snd.nxt - t->snd.una - t->cc.sacked - t->cc.lost + t->cc.again;

    if (l->wire.seen & WIRE_FRESH && t->cc.cwnd && t->state >= TCP_ESTABLISHED
        && pipe > t->cc.cwnd + BEYOND * (uint32_t)t->mss_out + 1)
        sim_fail(sim, CHECK_AGREE, "connection %u has sent: %u are on their way, the window is %u",
                 c->serial, pipe, t->cc.cwnd);
    l->wire.seen &= ~(uint32_t)WIRE_FRESH;
    if (t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT && l->wire.seen & WIRE_HEARD_EDGE
        && !(sim->plan->flags & PLAN_FORGED) && !sim->s.forged
        && seq_lt(l->wire.heard_edge, t->snd.una + t->snd.wnd))
        sim_fail(sim, CHECK_AGREE, "connection %u may send up to %u, and only %u was ever offered",
                 c->serial, t->snd.una + t->snd.wnd, l->wire.heard_edge);
}

static void with_socket(struct sim *sim, const struct world *w, uint32_t i, const struct tcb *t)
{
    const struct conn *c       = world_conn(w, i);
    const struct sock *s       = c->sock ? world_sock(w, c->sock) : NULL;
    bool               opening = t->state < TCP_ESTABLISHED;

    if (!s) {
        if (!(t->option & TCPO_ORPHAN) && t->state != TCP_TIME_WAIT)
            sim_fail(sim, CHECK_AGREE, "nobody holds connection %u (%s), and it does not know",
                     c->serial, tcp_state_name[t->state]);
        return;
    }
    if (s->conn != i || s->host != c->host || t->option & TCPO_ORPHAN
        || (s->kind == SOCK_CONNECTING) != opening
        || ((s->flags & SF_FIN) != 0) != tcp_fin_received(t)
        || ((s->shut & 1) != 0) != ((t->option & (TCPO_DEAF | TCPO_SHUT)) != 0))
        sim_fail(sim, CHECK_AGREE, "connection %u (%s) and its socket (kind %u, flags %x, shut %u)",
                 c->serial, tcp_state_name[t->state], s->kind, s->flags, s->shut);
}

void agree_conn(struct sim *sim, const struct world *w, uint32_t i)
{
    const struct conn *c = world_conn(w, i);
    struct lane       *l = c->serial < LANES ? &sim->s.lane[c->serial] : NULL;
    struct tcb         room;
    const struct tcb  *t = conn_look(w, c, &room);

    with_socket(sim, w, i, t);
    if (!l || t->state < TCP_SYN_SENT)
        return;
    if (!(sim->plan->flags & PLAN_SCRIPTS))
        with_user(sim, c, t, l);
    with_past(sim, c, t, l);
    with_peer(sim, c, t, l);
    with_network(sim, c, t, l);
    wire_still(sim, c, t);
    pace_still(sim, c, t);
}

/* The table that users look at shows each connection once, and as it is. */
void agree_table(struct sim *sim, const struct world *w)
{
    static struct ss_row row[1024];
    size_t               n = ss_rows(w, 0, row, 1024), live = 0;

    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++)
        live += world_conn(w, i)->serial && !world_conn(w, i)->forgot;
    for (uint32_t i = 1; i <= w->region[REGION_SOCK].high; i++)
        live += world_sock(w, i)->host && world_sock(w, i)->kind == SOCK_LISTENING;
    for (uint32_t i = 1; i <= w->region[REGION_TIME_WAIT].high; i++)
        live += world_time_wait(w, i)->host != 0; /* not those put aside */
    if (n != live)
        sim_fail(sim, CHECK_AGREE, "ss shows %zu rows of %zu", n, live);
    for (size_t k = 0; k < n && k < sizeof row / sizeof *row; k++) {
        const struct conn *c = row[k].conn ? world_conn(w, row[k].conn) : NULL;
        const struct tcb  *t;
        struct tcb         room;
        uint32_t           fin;

        if (!c)
            continue;
        t   = conn_look(w, c, &room);
        fin = tcp_fin_received(t)
              && !(c->sock ? world_sock(w, c->sock)->flags & SF_EOF_READ : c->eof_read);
        if (row[k].serial != c->serial || row[k].state != t->state
            || row[k].orphan != (c->sock == 0)
            || (t->state >= TCP_ESTABLISHED && t->state != TCP_TIME_WAIT
                && row[k].recv_q != conn_readable(w, c) + fin))
            sim_fail(sim, CHECK_AGREE, "ss shows connection %u as %s with %u unread", c->serial,
                     tcp_state_name[row[k].state], row[k].recv_q);
    }
}
