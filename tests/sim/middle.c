/* SPDX-License-Identifier: MIT
 * middle.c - what stands in the middle of the paths: boxes that forget, filter, mark and want small
 * datagrams. */
#include "plan.h"

#include "tcp/icmp.h"

#include <string.h>

static uint32_t pick(struct rng *r, uint32_t lo, uint32_t hi)
{
    return lo + (uint32_t)rng_below(r, (uint64_t)hi - lo + 1);
}

static bool one_in(struct rng *r, uint32_t n) { return rng_below(r, n) == 0; }

static uint64_t some_mtu(struct rng *r)
{
    static const uint32_t known[] = { 296, 576, 1280, 1400, 1492 };

    return one_in(r, 2) ? known[pick(r, 0, 4)] : pick(r, 200, 1500);
}

static uint32_t some_answer(struct rng *r, bool icmp)
{
    uint32_t n = pick(r, 0, icmp ? 4 : 1);

    return n == 0   ? BOX_DROP
           : n == 1 ? (one_in(r, 2) ? BOX_RST : BOX_RST_BOTH)
                    : BOX_ICMP + pick(r, 0, ICMP_KINDS - 1);
}

/* The beginning of a conversation, or something in its midst, mostly not all of it. */
static struct match some_filter(struct rng *r)
{
    static const uint8_t ctl[] = { CTL_SYN, CTL_SYN | CTL_ACK, CTL_FIN, CTL_RST, CTL_PSH, CTL_URG };
    struct match         m;

    memset(&m, 0, sizeof m);
    m.ctl = m.ctl_mask = ctl[pick(r, 0, 5)];
    m.nth              = (uint16_t)pick(r, 0, 6);
    m.rtx              = one_in(r, 4) ? (uint8_t)pick(r, 1, 2) : 0;
    m.has              = one_in(r, 4) ? MATCH_DATA : 0;
    return m;
}

void plan_box(struct rng *r, struct command *c)
{
    c->kind   = CMD_PATH;
    c->action = (uint8_t)pick(r, PATH_MTU, PATH_ALL - 1);
    switch ((enum path_quality)c->action) {
    case PATH_MTU: c->n = one_in(r, 8) ? 0 : some_mtu(r); break;
    case PATH_IDLE:
        c->time  = one_in(r, 8) ? 0 : MSEC(pick(r, 100, 30000));
        c->n     = some_answer(r, false);
        c->brief = one_in(r, 2) ? 0 : MSEC(pick(r, 100, 30000));
        break;
    case PATH_FILTER:
        c->n  = one_in(r, 8) ? BOX_LET : some_answer(r, true);
        c->on = some_filter(r);
        break;
    default: c->ratio = (struct ratio){ pick(r, 1, 40), 100 }; break;
    }
}

/* Into a path as it is at first. */
void plan_box_begin(struct rng *r, struct plan *plan, uint32_t i, uint32_t k)
{
    struct path   *p = &plan->path[i][k];
    struct command c;

    memset(&c, 0, sizeof c);
    plan_box(r, &c);
    switch ((enum path_quality)c.action) {
    case PATH_MTU: p->box.mtu = c.n; break;
    case PATH_IDLE:
        p->box.idle        = c.time;
        p->box.brief       = c.brief;
        p->box.idle_answer = (uint32_t)c.n;
        break;
    case PATH_FILTER:
        filter_set(plan->filter, &plan->filters, (uint32_t)c.n, &c.on,
                   UINT64_C(1) << (HOST_MAX * i + k));
        break;
    default: p->box.mark = c.ratio; break;
    }
}
