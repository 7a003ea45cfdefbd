/* SPDX-License-Identifier: MIT
 * deed.c - what goes wrong in a plan: paths, faults, power cuts and forgeries, until it is calm. */
#include "plan.h"

#include "tcp/icmp.h"

#include <string.h>

static uint32_t pick(struct rng *r, uint32_t lo, uint32_t hi)
{
    return lo + (uint32_t)rng_below(r, (uint64_t)hi - lo + 1);
}

static bool one_in(struct rng *r, uint32_t n) { return rng_below(r, n) == 0; }

static struct ratio some_ratio(struct rng *r)
{
    return (struct ratio){ one_in(r, 3) ? pick(r, 1, 30) : pick(r, 0, 5), 100 };
}

static vspan some_delay(struct rng *r)
{
    switch (pick(r, 0, 4)) {
    case 0: return USEC(pick(r, 1, 100));
    case 1: return MSEC(pick(r, 1, 10));
    case 2: return MSEC(pick(r, 10, 60));
    case 3: return MSEC(pick(r, 60, 300));
    default: return MSEC(pick(r, 300, 900));
    }
}

static uint64_t some_rate(struct rng *r)
{
    return one_in(r, 2) ? 0 : one_in(r, 2) ? pick(r, 64000, 2000000) : pick(r, 2000000, 100000000);
}

static void make_paths(struct plan *p, struct rng *r)
{
    struct setup usual = setup_default();
    bool         clean = one_in(r, 4);

    for (uint32_t i = 0; i < p->hosts; i++)
        for (uint32_t k = 0; k < p->hosts; k++) {
            struct path *q = &p->path[i][k];

            *q       = usual.path[i][k];
            q->delay = i == k ? USEC(20) : some_delay(r);
            if (p->boxes && i != k && one_in(r, 2))
                plan_box_begin(r, p, i, k);
            if (clean || i == k)
                continue;
            q->jitter = one_in(r, 3) ? some_delay(r) : 0;
            q->rate   = some_rate(r);
            q->queue  = q->rate && one_in(r, 2) ? pick(r, 3000, 100000) : 0;
            if (one_in(r, 2))
                q->loss = some_ratio(r);
            if (one_in(r, 3))
                q->dup = some_ratio(r);
            if (one_in(r, 3))
                q->reorder = some_ratio(r);
            if (one_in(r, 4))
                q->corrupt = some_ratio(r);
        }
}

/* -- deeds ----------------------------------------------------------------------------------- */

static struct command *deed(struct plan *p, vtime at, enum command_kind kind)
{
    struct plan_deed *d;

    if (p->n_deed == PLAN_DEEDS)
        return NULL;
    d = &p->deed[p->n_deed++];
    memset(d, 0, sizeof *d);
    d->at       = at;
    d->cmd.kind = (uint32_t)kind;
    return &d->cmd;
}

static void change_path(struct plan *p, struct rng *r, vtime at)
{
    struct command *c = deed(p, at, CMD_PATH);

    if (!c)
        return;
    if (p->boxes && one_in(r, 2))
        plan_box(r, c);
    c->host = (uint8_t)pick(r, 0, p->hosts);
    c->peer = (uint8_t)pick(r, 0, p->hosts);
    if (c->action)
        return;
    c->action = (uint8_t)pick(r, 0, PATH_QUALITIES - 1);
    c->ratio  = some_ratio(r);
    c->time   = some_delay(r);
    c->n = c->action == PATH_RATE ? some_rate(r) : c->action == PATH_QUEUE ? pick(r, 0, 50000) : 1;
    if (c->action == PATH_CUT) { /* and mended after a while */
        struct command *m = deed(p, at + MSEC(pick(r, 1, 60000)), CMD_PATH);

        if (m) {
            m->host   = c->host;
            m->peer   = c->peer;
            m->action = PATH_CUT;
        }
    }
}

static struct match some_match(const struct plan *p, struct rng *r)
{
    static const uint8_t ctl[] = { 0, 0, CTL_SYN, CTL_FIN, CTL_RST, CTL_SYN | CTL_ACK, CTL_PSH };
    struct match         m;

    memset(&m, 0, sizeof m);
    m.ctl      = ctl[pick(r, 0, 6)];
    m.ctl_mask = m.ctl;
    m.host     = one_in(r, 2) ? (uint8_t)pick(r, 1, p->hosts) : 0;
    m.nth      = one_in(r, 3) ? (uint16_t)pick(r, 1, 5) : 0;
    m.rtx      = one_in(r, 5) ? (uint8_t)pick(r, 1, 2) : 0;
    if (one_in(r, 4))
        m.has = MATCH_DATA;
    return m;
}

static void meddle(struct plan *p, struct rng *r, vtime at)
{
    static const enum command_kind kinds[] = { CMD_DROP, CMD_DUP, CMD_DELAY, CMD_HOLD,
                                               CMD_CORRUPT };
    enum command_kind              what    = kinds[pick(r, 0, 4)];
    struct command                *c       = deed(p, at, one_in(r, 2) ? CMD_ARM : what);

    if (!c)
        return;
    c->action = c->kind == CMD_ARM ? (uint8_t)what : 0;
    c->on     = some_match(p, r);
    c->n      = c->kind == CMD_ARM ? pick(r, 1, 6) : 0;
    c->time   = some_delay(r);
    if (what == CMD_HOLD) {
        struct command *m = deed(p, at + MSEC(pick(r, 1, 90000)), CMD_RELEASE);

        (void)m;
        p->flags |= PLAN_GHOSTS;
    }
}

/* From an address and port that may belong to somebody.  Its numbers are chosen when the time has
 * come (deed_aim), so that some of them lie in a window. */
static void forge(struct plan *p, struct rng *r, vtime at)
{
    static const uint8_t ctl[] = {
        CTL_RST,           CTL_SYN,           CTL_ACK, CTL_ACK | CTL_FIN, CTL_RST | CTL_ACK,
        CTL_SYN | CTL_ACK, CTL_ACK | CTL_PSH, 0,       CTL_SYN | CTL_FIN, CTL_ACK | CTL_URG
    };
    struct command *c = deed(p, at, CMD_INJECT);

    if (!c)
        return;
    c->host     = (uint8_t)pick(r, 1, p->hosts);
    c->peer     = (uint8_t)pick(r, 1, p->hosts);
    c->sport    = (uint16_t)(one_in(r, 2) ? 80 + pick(r, 0, 3) : 4000 + pick(r, 0, 2));
    c->dport    = (uint16_t)(one_in(r, 2) ? 80 + pick(r, 0, 3) : 4000 + pick(r, 0, 2));
    c->seg.ctl  = ctl[pick(r, 0, 9)];
    c->seg.seq  = (seq)rng_next(r);
    c->seg.ack  = (seq)rng_next(r);
    c->seg.wnd  = (uint16_t)pick(r, 0, 65535);
    c->seg.up   = (uint16_t)pick(r, 0, 100);
    c->op.verb  = OP_WRITE;
    c->op.value = (int64_t)(rng_next(r) >> 1);
    c->op.len   = one_in(r, 2) ? 0 : (uint16_t)pick(r, 1, 20);
    memset(c->op.text, 'x', c->op.len);
}

void deed_aim(const struct world *w, struct command *c)
{
    struct rng         r    = { .state = (uint64_t)c->op.value };
    const struct conn *best = NULL;
    uint32_t           n    = 0;

    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *k = world_conn(w, i);

        if (k->serial && !k->forgot && rng_below(&r, ++n) == 0)
            best = k;
    }
    if (c->kind != CMD_INJECT || !best || one_in(&r, 4))
        return;
    static const int32_t near[] = { 0, 0, 0, 1, -1, 100, 1460, -1460, 65535, 70000 };
    uint32_t             peer   = world_host_at(w, &best->remote.addr);
    struct tcb           tcb    = conn_tcb(w, best);

    if (peer == 0)
        return;
    c->host    = (uint8_t)peer;
    c->peer    = best->host;
    c->sport   = best->remote.port;
    c->dport   = best->local.port;
    c->seg.seq = tcb.rcv.nxt + (uint32_t)near[pick(&r, 0, 9)];
    c->seg.ack = tcb.snd.nxt + (uint32_t)near[pick(&r, 0, 9)];
    c->op.six  = !addr_is_v4(&best->local.addr);
    c->on.seq  = c->seg.ack; /* an ICMP error is about something that was sent */
}

/* An ICMP error about a segment that somebody may have sent. */
static void forge_error(struct plan *p, struct rng *r, vtime at)
{
    uint32_t was = p->n_deed;

    forge(p, r, at);
    if (p->n_deed == was)
        return;
    struct command *c = &p->deed[was].cmd;
    c->n              = BOX_ICMP + pick(r, 0, ICMP_KINDS - 1);
    c->knob           = pick(r, 0, 1600);
    c->on.has         = MATCH_SEQ;
    c->on.seq         = c->seg.seq;
}

/* The power comes back after a while, and perhaps a program with it. */
static void crash(struct plan *p, struct rng *r, vtime at)
{
    struct command *c    = deed(p, at, CMD_OP);
    uint8_t         host = (uint8_t)pick(r, 1, p->hosts);

    if (!c)
        return;
    c->host    = host;
    c->op.verb = OP_CRASH;
    if (p->n_deed == PLAN_DEEDS)
        return;
    at += MSEC(pick(r, 1, 20000));
    c          = deed(p, at, CMD_OP);
    c->host    = host;
    c->op.verb = OP_PRINT;
    c->op.len  = 2;
    memcpy(c->op.text, "up", 2);
    for (uint32_t i = 0; i < p->n_actor && p->n_actor < PLAN_ACTORS; i++)
        if (p->actor[i].host == host && one_in(r, 2)) {
            p->actor[p->n_actor++] = (struct plan_actor){ host, p->actor[i].program, at + MSEC(1) };
            break;
        }
}

/* By time; those of one time stay as they are. */
static void sort_deeds(struct plan *p)
{
    for (uint32_t i = 1; i < p->n_deed; i++) {
        struct plan_deed d = p->deed[i];
        uint32_t         k = i;

        for (; k > 0 && p->deed[k - 1].at > d.at; k--)
            p->deed[k] = p->deed[k - 1];
        p->deed[k] = d;
    }
}

static void turn_knob(struct plan *p, struct rng *r, vtime at)
{
    struct rng     own = { .state = rng_next(r) }; /* see make_policies() */
    struct command c;

    memset(&c, 0, sizeof c);
    if (!plan_turn_knob(&own, &c))
        return;
    struct command *to = deed(p, at, CMD_KNOB);
    if (!to)
        return;
    to->host = (uint8_t)(1 + rng_below(&own, p->hosts));
    to->knob = c.knob;
    to->n    = c.n;
}

void plan_trouble(struct plan *p, struct rng *r)
{
    uint32_t n = one_in(r, 3) ? 0 : pick(r, 1, 14);

    p->boxes = one_in(r, 4);
    make_paths(p, r);
    p->calm = SEC(pick(r, 1, 60));
    for (uint32_t i = 0; i < n; i++) {
        vtime at = (vtime)rng_below(r, one_in(r, 2) ? (uint64_t)SEC(2) : (uint64_t)p->calm);

        if (one_in(r, 3))
            change_path(p, r, at);
        else if (one_in(r, 5))
            turn_knob(p, r, at);
        else
            meddle(p, r, at);
    }
    if (p->flags & PLAN_FORGED)
        for (uint32_t i = pick(r, 1, 12); i > 0; i--)
            forge(p, r, (vtime)rng_below(r, (uint64_t)SEC(3)));
    if (one_in(r, 5))
        for (uint32_t i = pick(r, 1, 8); i > 0; i--)
            forge_error(p, r, (vtime)rng_below(r, (uint64_t)SEC(5)));
    if (p->flags & PLAN_CRASHES)
        crash(p, r, (vtime)rng_below(r, (uint64_t)SEC(4)));
    sort_deeds(p);
    if (p->n_deed && p->deed[p->n_deed - 1].at > p->calm)
        p->calm = p->deed[p->n_deed - 1].at;
}
