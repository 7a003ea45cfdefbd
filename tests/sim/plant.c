/* SPDX-License-Identifier: MIT
 * plant.c - bugs that are put between the world and the checker.  A check that does not notice its
 * bug proves nothing. */
#include "sim.h"

#include "net/inside.h"

#include <assert.h>

const struct plant_info plant_table[PLANT_COUNT] = {
#define PLANT(id, name, check, what) [PLANT_##id] = { name, what, CHECK_##check },
#include "plant.def"
#undef PLANT
};

enum { OCCASION = 20 }; /* not the first time, but soon */

static bool now(struct sim *sim) { return ++sim->planted == OCCASION; }

void plant_read(struct sim *sim, uint8_t *buf, int n)
{
    if (sim->plant == PLANT_BYTE && n > 0 && ++sim->planted >= 2)
        buf[n / 2] ^= 0x10;
}

void plant_told(struct sim *sim, struct journal *j, size_t i)
{
    struct entry *e = &j->entry[i];

    if (sim->plant == PLANT_EDGE && e->kind == EVENT_ARRIVED && e->after == TCP_ESTABLISHED
        && now(sim))
        e->after = TCP_SYN_SENT;
    if (sim->plant == PLANT_RESET && e->kind == EVENT_SENT && now(sim))
        e->seg.ctl |= CTL_RST;
    if (sim->plant == PLANT_WIRE && e->kind == EVENT_SENT && e->conn && e->seg.ctl == CTL_ACK
        && !(sim->plan->flags & PLAN_FORGED) && now(sim))
        e->seg.ack += 100000;
    if (sim->plant == PLANT_JUDGED && e->kind == EVENT_ARRIVED && e->n_step > 1
        && e->before == e->after && now(sim))
        e->n_step = 1;
}

void plant_event(struct sim *sim)
{
    struct world *w = sim->w;

    if (sim->plant == PLANT_NONE)
        return;
    if (sim->plant == PLANT_CHANCE && sim->again && now(sim))
        rng_next(&w->rng);
    if (sim->plant == PLANT_LEAK && now(sim))
        world_take(w, REGION_PAGE);
    if (sim->plant == PLANT_ASSERT && now(sim))
        assert(w->hosts == 0 && "planted");
    if (sim->plant == PLANT_STUCK && w->region[REGION_CONN].used && !sim->planted) {
        uint32_t i = world_take(w, REGION_CONN);

        world_conn(w, i)->serial = LANES;
        world_conn(w, i)->host   = 1;
        world_conn(w, i)->forgot = 1;
        control_new(w, i)->state = TCP_LAST_ACK;
        sim->planted             = 1;
    }
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        struct conn *c = world_conn(w, i);

        if (!c->serial || c->forgot || !c->alarm)
            continue;
        struct tcb *t = control_wake(w, i);
        if (sim->plant == PLANT_CLOCK && now(sim))
            t->timer[TIMER_RTO] = w->now + SEC(365 * 86400);
        if (sim->plant == PLANT_MUTE && t->snd.una != t->snd.nxt && now(sim))
            for (int k = 0; k < TIMER_COUNT; k++)
                t->timer[k] = VTIME_NEVER;
        if (sim->plant == PLANT_WINDOW && t->state == TCP_ESTABLISHED && t->snd.una != t->snd.nxt)
            t->snd.wnd = t->snd.nxt - t->snd.una - 1;
        if (sim->plant == PLANT_ALARM && now(sim))
            c->alarm = 0;
    }
    if (sim->plant == PLANT_AGREE && now(sim))
        for (uint32_t i = 1; i < LANES; i++)
            sim->s.lane[i].wrote++;
    if (sim->plant == PLANT_PACE && now(sim))
        for (uint32_t i = 1; i < LANES; i++)
            sim->s.lane[i].pace.una++;
    if (sim->plant == PLANT_WAY && now(sim))
        sim->s.on_way++;
    if (sim->plant == PLANT_STORM)
        sim->s.idle += w->event > 30 ? 300 : 0;
}

void plant_loaded(struct sim *sim)
{
    if (sim->plant == PLANT_LOAD)
        sim->w->host[0].ip_id++;
}
