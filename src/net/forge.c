/* SPDX-License-Identifier: MIT
 * forge.c - segments and ICMP errors that somebody puts on the wire in a host's name.
 */
#include "net/inside.h"
#include "tcp/icmp.h"

#include <string.h>

/* The newest connection between two hosts as the second one knows it: what somebody who forges a
 * segment without naming ports has in mind. */
static const struct conn *between(const struct world *w, uint32_t a, uint32_t b)
{
    const struct conn *best = NULL;

    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *c = world_conn(w, i);

        if (c->host == b && !c->forgot && world_host_at(w, &c->remote.addr) == a
            && (!best || c->serial > best->serial))
            best = c;
    }
    return best;
}

/* A forged ICMP error, about a segment that `to` would have sent to `from`. */
static void inject_icmp(struct world *w, struct journal *j, const struct command *cmd,
                        const struct endpoint *from, const struct endpoint *to,
                        const struct conn *c, struct entry *e)
{
    uint8_t        quoted[WIRE_MAX], out[WIRE_MAX];
    struct icmp    m    = { .kind = (enum icmp_kind)(cmd->n - BOX_ICMP), .mtu = cmd->knob };
    struct segment seg  = { .ctl = CTL_ACK, .seq = c ? conn_tcb(w, c).snd.una : 0 };
    struct told    more = { .wire = out, .text = icmp_name[m.kind] };

    if (cmd->on.has & MATCH_SEQ)
        seg.seq = cmd->on.seq;
    size_t n    = wire_encode(quoted, to, from, &seg, NULL, 0);
    more.n_wire = wire_icmp_encode(out, &from->addr, &m, quoted, n);
    more.n_text = strlen(more.text);
    e->peer     = cmd->peer;
    e->sport    = from->port;
    e->dport    = to->port;
    e->seg.seq  = seg.seq;
    way_insert(w, j, e, &more, w->path[cmd->host - 1][cmd->peer - 1].delay);
}

/* A forged segment: from and to what it claims, on the real path, of no connection. */
void way_inject(struct world *w, struct journal *j, const struct command *cmd, enum cause why)
{
    const struct host *a = &w->host[cmd->host - 1], *b = &w->host[cmd->peer - 1];
    struct addr        none  = { { 0 } };
    const struct conn *c     = between(w, cmd->host, cmd->peer);
    bool               named = cmd->sport || cmd->dport, six = cmd->op.six;

    if (named || !c)
        six |= addr_equal(&a->addr, &none) || addr_equal(&b->addr, &none);
    else
        six = !addr_is_v4(&c->local.addr);
    struct endpoint from = { .addr = six ? a->addr6 : a->addr, .port = cmd->sport };
    struct endpoint to   = { .addr = six ? b->addr6 : b->addr, .port = cmd->dport };
    struct segment  seg  = cmd->seg;
    struct entry    e;

    if (!named && c) {
        from.port = c->remote.port;
        to.port   = c->local.port;
    }
    memset(&e, 0, sizeof e);
    e.host  = cmd->host;
    e.cause = (uint8_t)why;
    if (cmd->n) {
        inject_icmp(w, j, cmd, &from, &to, c, &e);
        return;
    }
    seg.len = cmd->op.len;
    way_send(w, j, &e, NULL, &from, &to, &seg, (const uint8_t *)cmd->op.text);
}
