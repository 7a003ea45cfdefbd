/* SPDX-License-Identifier: MIT
 * box.c - what stands in the middle of a path: NAT, firewall, load balancer, router.
 *
 *      A ----[ half the way ]---- box ----[ the other half ]---- B
 *
 * A box judges a segment when it leaves; what it does not let through dies half-way, and its
 * answer, if it gives one, sets out from there: a RST in the other end's name, or an ICMP error.
 */
#include "net/box.h"

#include "net/inside.h"
#include "tcp/icmp.h"

#include <assert.h>
#include <string.h>

static bool same(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

/* The flow of these two, either way round; else a free place, else the one silent for longest: a
 * box that has no room forgets. */
static struct flow *flow_of(struct world *w, const struct endpoint *a, const struct endpoint *b)
{
    struct flow *best = &w->flow[0];

    for (int i = 0; i < FLOW_MAX; i++) {
        struct flow *f = &w->flow[i];

        if (f->known && ((same(&f->a, a) && same(&f->b, b)) || (same(&f->a, b) && same(&f->b, a))))
            return f;
        if (best->known && (!f->known || f->seen < best->seen))
            best = f;
    }
    memset(best, 0, sizeof *best);
    return best;
}

/* Does the box still know this conversation?  A first SYN begins one; of others it learns when it
 * sees them, but not of one that it has let go.  *silent is how long nothing of it passed. */
static bool still_known(struct world *w, const struct path *p, const struct endpoint *from,
                        const struct endpoint *to, const struct segment *seg, vspan *silent)
{
    struct flow *f     = flow_of(w, from, to);
    bool         first = (seg->ctl & (CTL_SYN | CTL_ACK | CTL_RST)) == CTL_SYN;

    *silent = w->now - f->seen;
    if (f->known && !first && *silent > p->box.idle)
        return false; /* and it stays so: `seen` does not move */
    *f = (struct flow){ .a = *from, .b = *to, .known = 1, .seen = w->now };
    return true;
}

void box_learn(struct world *w, uint32_t a, uint32_t b)
{
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *c = world_conn(w, i);

        if (c->host == a && !c->forgot && world_host_at(w, &c->remote.addr) == b)
            *flow_of(w, &c->local, &c->remote) =
                (struct flow){ .a = c->local, .b = c->remote, .known = 1, .seen = w->now };
    }
}

struct verdict box_judge(struct world *w, struct path *p, const struct entry *e,
                         const struct told *more, const struct endpoint *from,
                         const struct endpoint *to, size_t bytes)
{
    struct box    *b    = &p->box;
    struct verdict pass = { .does = BOX_PASS };
    vspan          silent;

    if (b->filter && told_match(e, more, &b->on) && ++b->seen >= b->on.nth)
        return (struct verdict){ .does = b->filter, .reason = PATH_FILTER };
    if (b->idle && !still_known(w, p, from, to, &e->seg, &silent))
        return (struct verdict){ .does   = b->idle_answer ? b->idle_answer : BOX_DROP,
                                 .reason = PATH_IDLE,
                                 .detail = silent / MSEC(1) > UINT32_MAX
                                               ? UINT32_MAX
                                               : (uint32_t)(silent / MSEC(1)) };
    if (b->mtu && bytes > b->mtu)
        return (struct verdict){ .does   = BOX_ICMP + ICMP_TOO_BIG,
                                 .reason = PATH_MTU,
                                 .detail = (uint32_t)b->mtu };
    return pass;
}

void box_mark(uint8_t *bytes)
{
    enum { CE = 3, HEAD = 20, SUM = 10 }; /* wire_encode() writes IPv4 without options */

    if (bytes[0] >> 4 == 6) {
        bytes[1] |= bytes[1] >> 4 & CE ? CE << 4 : 0;
        return;
    }
    if ((bytes[1] & CE) == 0)
        return;
    bytes[1] |= CE;
    bytes[SUM] = bytes[SUM + 1] = 0;
    uint16_t sum                = wire_ip_sum(bytes, HEAD);
    bytes[SUM]                  = (uint8_t)(sum >> 8);
    bytes[SUM + 1]              = (uint8_t)sum;
}

/* The RST that the other end would have sent. */
static size_t reset(const uint8_t *bytes, size_t n, uint8_t out[WIRE_MAX], struct segment *seg)
{
    struct tcp_env  none = { .now = 0 };
    struct endpoint from, to;
    struct segment  s;
    const uint8_t  *text;

    if (wire_decode(bytes, n, &from, &to, &s, &text) != WIRE_OK || !tcp_unowned(&none, &s, seg))
        return 0;
    return wire_encode(out, &to, &from, seg, NULL, 0);
}

void box_answer(struct world *w, struct journal *j, const struct packet *p)
{
    uint8_t         out[WIRE_MAX];
    struct entry    e;
    struct endpoint from, to;
    const uint8_t  *text;
    size_t          n    = 0;
    struct told     more = { .wire = out };

    if (p->answer <= BOX_DROP || p->to == 0)
        return;
    memset(&e, 0, sizeof e);
    struct segment seg;
    wire_decode(p->bytes, p->len, &from, &to, &seg, &text);
    if (p->answer == BOX_RST) {
        n = reset(p->bytes, p->len, out, &e.seg);
    } else {
        struct icmp m = { .kind = (enum icmp_kind)(p->answer - BOX_ICMP),
                          .mtu  = (uint32_t)w->path[p->from - 1][p->to - 1].box.mtu };

        n           = wire_icmp_encode(out, &to.addr, &m, p->bytes, p->len);
        more.text   = icmp_name[m.kind];
        more.n_text = strlen(more.text);
        e.seg.seq   = seg.seq; /* that it is about */
    }
    if (n == 0)
        return;
    more.n_wire = n;
    e.cause     = CAUSE_BOX;
    e.host      = p->to; /* in whose name */
    e.peer      = p->from;
    e.parent    = p->id;
    e.sport     = to.port;
    e.dport     = from.port;
    way_insert(w, j, &e, &more, w->path[p->to - 1][p->from - 1].delay / 2);
}
