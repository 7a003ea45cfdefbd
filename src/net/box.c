/* SPDX-License-Identifier: MIT
 * box.c - what stands in the middle of a path: NAT, firewall, load balancer, router.
 *
 *      A ----[ half the way ]---- box ----[ the other half ]---- B
 *
 * A box judges a segment when it leaves; what it does not let through dies half-way, and its
 * answer, if it gives one, sets out from there.
 *
 * An ICMP error comes from an address of the box's own, as a router's does (RFC 1812 4.3.2.4, RFC
 * 4443 2.2 d), and quotes what it is about.  A RST bears the other end's address: a RST from the
 * box's own would belong to no connection, so NATs, firewalls and load balancers forge it.  Its
 * number is the one that its receiver waits for, so that RFC 5961 3 takes it.
 *
 * The box keeps a flow as long as RFC 5382 5 has a NAT keep it: one time while both ends talk
 * (there at least 2 h 4 min) and perhaps a shorter one (4 min) before both have sent a SYN, and
 * after both have sent a FIN or one a RST.  Addresses are not rewritten: what a NAT does to
 * connections, it does by forgetting.
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

/* The flow of these two, either way round; NULL when the box has never heard of it. */
static struct flow *flow_known(struct world *w, const struct endpoint *a, const struct endpoint *b)
{
    for (int i = 0; i < FLOW_MAX; i++) {
        struct flow *f = &w->flow[i];

        if (f->known && ((same(&f->a, a) && same(&f->b, b)) || (same(&f->a, b) && same(&f->b, a))))
            return f;
    }
    return NULL;
}

/* A flow begins, in the place of the same one, a free place, or that of the one silent for longest:
 * a box that has no room forgets. */
static struct flow *flow_begin(struct world *w, const struct endpoint *a, const struct endpoint *b)
{
    struct flow *best = flow_known(w, a, b);

    if (!best) {
        best = &w->flow[0];
        for (int i = 1; i < FLOW_MAX; i++)
            if (best->known && (!w->flow[i].known || w->flow[i].seen < best->seen))
                best = &w->flow[i];
    }
    alarm_cancel(w, &best->alarm);
    *best = (struct flow){ .a = *a, .b = *b, .known = 1, .seen = w->now };
    return best;
}

/* How long it may be silent: less while it begins and when it is closed. */
static vspan patience(const struct box *b, const struct flow *f)
{
    bool open = f->syn == 3 && f->fin != 3 && !f->rst;

    return b->brief && !open ? b->brief : b->idle;
}

/* Some boxes tell both ends when they forget: then it is an event of its own. */
static void flow_alarm(struct world *w, const struct box *b, struct flow *f)
{
    if (b->idle && b->idle_answer == BOX_RST_BOTH)
        alarm_set(w, &f->alarm, f->seen + patience(b, f), ALARM_FLOW, (uint32_t)(f - w->flow));
    else
        alarm_cancel(w, &f->alarm);
}

/* A segment of the flow passes: what the box learns from it. */
static void flow_heeds(struct flow *f, const struct endpoint *from, const struct segment *s)
{
    bool    b   = !same(&f->a, from);
    uint8_t who = b ? 2 : 1;
    seq     end = s->seq + s->len + ((s->ctl & CTL_SYN) != 0) + ((s->ctl & CTL_FIN) != 0);

    if (!(f->syn & who) || seq_lt(f->next[b], end))
        f->next[b] = end;
    f->syn |= who;
    f->fin |= s->ctl & CTL_FIN ? who : 0;
    f->rst |= (s->ctl & CTL_RST) != 0;
}

/* Does the box still know this conversation?  A first SYN begins one; of others it learns when it
 * sees them, but not of one that it has let go.  *silent is how long nothing of it passed. */
static bool still_known(struct world *w, const struct box *b, const struct endpoint *from,
                        const struct endpoint *to, const struct segment *seg, vspan *silent)
{
    struct flow *f     = flow_known(w, from, to);
    bool         first = (seg->ctl & (CTL_SYN | CTL_ACK | CTL_RST)) == CTL_SYN;

    *silent = f ? w->now - f->seen : 0;
    if (f && !first && *silent >= patience(b, f))
        return false; /* and it stays so: `seen` does not move */
    if (!f || (first && (*silent >= patience(b, f) || f->fin || f->rst)))
        f = flow_begin(w, from, to);
    if (!first && f->syn == 0)
        f->syn = 3; /* it is seen in its midst */
    f->seen = w->now;
    flow_heeds(f, from, seg);
    flow_alarm(w, b, f);
    return true;
}

void box_learn(struct world *w, uint32_t a, uint32_t b)
{
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *c = world_conn(w, i);
        struct tcb         tcb;

        if (c->host != a || c->forgot || world_host_at(w, &c->remote.addr) != b)
            continue;
        tcb = conn_tcb(w, c);
        if (tcb.state <= TCP_LISTEN)
            continue;
        struct flow *f = flow_begin(w, &c->local, &c->remote);
        f->syn         = tcb.state == TCP_SYN_SENT ? 1 : 3;
        f->fin         = tcb.state >= TCP_CLOSING ? 3 : 0;
        f->next[0]     = tcb.snd.nxt;
        f->next[1]     = tcb.rcv.nxt;
    }
}

void box_rearm(struct world *w, uint32_t a, uint32_t b)
{
    for (int i = 0; i < FLOW_MAX; i++) {
        struct flow *f = &w->flow[i];

        if (f->known && world_host_at(w, &f->a.addr) == a && world_host_at(w, &f->b.addr) == b)
            flow_alarm(w, &w->path[a - 1][b - 1].box, f);
    }
}

/* -- filters --------------------------------------------------------------------------------- */

bool filter_set(struct filter list[FILTER_MAX], uint32_t *n, uint32_t does, const struct match *on,
                uint64_t ways)
{
    uint32_t i = 0, left = 0;

    if (does == BOX_PASS) { /* those that stand nowhere any more leave the list */
        for (; i < *n; i++) {
            list[left] = list[i];
            list[left].ways &= ~ways;
            left += list[left].ways != 0;
        }
        memset(&list[left], 0, (*n - left) * sizeof *list);
        *n = left;
        return true;
    }
    while (i < *n && (list[i].does != does || memcmp(&list[i].on, on, sizeof *on) != 0))
        i++;
    if (i == FILTER_MAX)
        return false;
    if (i == *n)
        list[(*n)++] = (struct filter){ .on = *on, .does = does };
    list[i].ways |= ways;
    list[i].seen = 0;
    return true;
}

/* The first filter that matches decides; all before it have counted. */
static struct verdict filtered(struct world *w, const struct entry *e, const struct told *more)
{
    uint64_t way = UINT64_C(1) << (HOST_MAX * (e->host - 1) + (e->peer - 1));

    for (uint32_t i = 0; i < w->filters; i++) {
        struct filter *f = &w->filter[i];

        if (f->ways & way && told_match(e, more, &f->on) && ++f->seen >= f->on.nth)
            return (struct verdict){ .does   = f->does == BOX_LET ? BOX_PASS : f->does,
                                     .reason = PATH_FILTER,
                                     .detail = i + 1 };
    }
    return (struct verdict){ .does = BOX_PASS };
}

/* -- judging --------------------------------------------------------------------------------- */

struct verdict box_judge(struct world *w, const struct entry *e, const struct told *more,
                         const struct endpoint *from, const struct endpoint *to, size_t bytes)
{
    const struct box *b = &w->path[e->host - 1][e->peer - 1].box;
    struct verdict    v = filtered(w, e, more);
    vspan             silent;

    if (v.does != BOX_PASS)
        return v;
    if (b->idle && !still_known(w, b, from, to, &e->seg, &silent))
        return (struct verdict){ .does   = b->idle_answer == BOX_RST_BOTH ? BOX_RST
                                           : b->idle_answer               ? b->idle_answer
                                                                          : BOX_DROP,
                                 .reason = PATH_IDLE,
                                 .detail = silent / MSEC(1) > UINT32_MAX
                                               ? UINT32_MAX
                                               : (uint32_t)(silent / MSEC(1)) };
    if (b->mtu && bytes > b->mtu)
        return (struct verdict){ .does   = BOX_ICMP + ICMP_TOO_BIG,
                                 .reason = PATH_MTU,
                                 .detail = (uint32_t)b->mtu };
    return (struct verdict){ .does = BOX_PASS };
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

/* -- answering ------------------------------------------------------------------------------- */

/* Something of the box's own sets out from the middle, in the name of `from` or as an error. */
static void depart(struct world *w, struct journal *j, uint32_t from, uint32_t to, struct entry *e,
                   const struct told *more, const struct endpoint *a, const struct endpoint *b)
{
    e->cause  = CAUSE_BOX;
    e->by_box = 1;
    e->host   = (uint8_t)from;
    e->peer   = (uint8_t)to;
    e->sport  = a->port;
    e->dport  = b->port;
    way_insert(w, j, e, more, w->path[from - 1][to - 1].delay / 2);
}

static void reset(struct world *w, struct journal *j, const struct endpoint *from,
                  const struct endpoint *to, const struct segment *rst, uint64_t about)
{
    uint8_t      out[WIRE_MAX];
    struct told  more = { .wire = out, .n_wire = wire_encode(out, from, to, rst, NULL, 0) };
    uint32_t     a = world_host_at(w, &from->addr), b = world_host_at(w, &to->addr);
    struct entry e;

    if (!a || !b)
        return;
    memset(&e, 0, sizeof e);
    e.seg    = *rst;
    e.parent = about;
    depart(w, j, a, b, &e, &more, from, to);
}

/* An error about the packet, from the address of the box. */
static void error(struct world *w, struct journal *j, const struct packet *p,
                  const struct endpoint *from, const struct endpoint *to, seq about)
{
    const struct box *b = &w->path[p->from - 1][p->to - 1].box;
    struct icmp  m = { .kind = (enum icmp_kind)(p->answer - BOX_ICMP), .mtu = (uint32_t)b->mtu };
    uint8_t      out[WIRE_MAX];
    struct told  more = { .wire = out, .text = icmp_name[m.kind] };
    struct entry e;

    more.n_text = strlen(more.text);
    more.n_wire =
        wire_icmp_encode(out, p->bytes[0] >> 4 == 6 ? &w->box6 : &w->box, &m, p->bytes, p->len);
    memset(&e, 0, sizeof e);
    e.seg.seq = about;
    e.parent  = p->id;
    depart(w, j, p->to, p->from, &e, &more, to, from);
}

void box_answer(struct world *w, struct journal *j, const struct packet *p)
{
    struct tcp_env  none = { .now = 0 };
    struct endpoint from, to;
    struct segment  seg, rst;
    const uint8_t  *text;

    if (p->answer <= BOX_DROP || p->to == 0)
        return;
    memset(&from, 0, sizeof from);
    memset(&to, 0, sizeof to);
    memset(&seg, 0, sizeof seg);
    bool intact = wire_decode(p->bytes, p->len, &from, &to, &seg, &text) == WIRE_OK;
    if (p->answer >= BOX_ICMP) {
        error(w, j, p, &from, &to, seg.seq);
        return;
    }
    /* Nothing answers a RST; a first SYN that nobody has got has no other end to be told. */
    if (!intact || !tcp_unowned(&none, &seg, &rst))
        return;
    reset(w, j, &to, &from, &rst, p->id); /* as the other end would have, without a connection */
    if (p->answer == BOX_RST_BOTH && seg.ctl & CTL_ACK) {
        rst = (struct segment){ .ctl = CTL_RST | CTL_ACK, .seq = seg.seq, .ack = seg.ack };
        reset(w, j, &from, &to, &rst, p->id);
    }
}

void box_alarm(struct world *w, struct journal *j, uint32_t flow)
{
    const struct flow f = w->flow[flow];

    if (f.fin == 3 || f.rst) {
        memset(&w->flow[flow], 0, sizeof f); /* it has ended, nobody needs to be told */
        return;
    }
    for (int b = 0; b < 2; b++) { /* to whom, if it has said anything */
        struct segment rst = { .ctl = CTL_RST | CTL_ACK, .seq = f.next[!b], .ack = f.next[b] };

        if (f.syn & (b ? 2 : 1))
            reset(w, j, b ? &f.a : &f.b, b ? &f.b : &f.a, &rst, 0);
    }
}
