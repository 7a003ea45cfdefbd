/* SPDX-License-Identifier: MIT
 * script.c - a plan whose programs run inside the world, under a history: to the end, back to some
 * moment, to the end again. */
#include "net/history.h"
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_EVENTS = 40000 }; /* a history keeps all of them */

struct moment {
    struct blob world;
    uint64_t    event;
    uint32_t    n;
};

static bool programs_done(const struct world *w)
{
    for (uint32_t i = 1; i <= w->region[REGION_APP].high; i++) {
        const struct app *a = world_app(w, i);

        if (a->host && a->program && a->state != APP_DONE)
            return false;
    }
    return true;
}

static void act(struct sim *sim, struct history *h, const struct command *cmd)
{
    struct command        c    = *cmd;
    const struct journal *j    = history_journal(h);
    size_t                from = j->len;

    deed_aim(history_world(h), &c);
    history_do(h, &c);
    watch(sim, (struct journal *)(uintptr_t)j, from, j->len);
}

/* On to the time t, or to the end of everything if that comes first. */
static void on(struct sim *sim, struct history *h, vtime t, bool last, struct moment *m)
{
    const struct world *w   = history_world(h);
    bool                was = false;

    while (sim->verdict.check == CHECK_NONE && !sim->storm) {
        const struct journal *j    = history_journal(h);
        size_t                from = j->len;
        bool                  moved;

        if (last) {
            struct command c;

            while (let_go(w, &c)) /* it was armed before, and held only now */
                act(sim, h, &c);
            from = j->len;
        }
        if (last && programs_done(w)) {
            if (!was && sim->s.last < w->now)
                sim->s.last = w->now;
            was = true;
            if (!still_busy(sim, w))
                return;
            t = sim->s.last + plan_patience(sim->plan);
        }
        moved = history_step(h, t);
        watch(sim, (struct journal *)(uintptr_t)j, from, j->len);
        still_check(sim, w);
        if (!moved || w->event > SCRIPT_EVENTS)
            return;
        sim->verdict.events++;
        plant_event(sim);
        if (worth_keeping(sim->plan, w->event, &m->n)) {
            world_save(w, &m->world);
            m->event = w->event;
        }
    }
}

/* Programs are started, deeds done and the paths mended, in the order of time. */
static void timeline(struct sim *sim, struct history *h, struct moment *m)
{
    const struct plan *p    = sim->plan;
    uint32_t           deed = 0, begun = 0;
    bool               calm = false;

    while (sim->verdict.check == CHECK_NONE) {
        vtime    at  = calm ? VTIME_NEVER : p->calm;
        uint32_t who = PLAN_ACTORS;

        for (uint32_t i = 0; i < p->n_actor; i++)
            if (!(begun >> i & 1) && p->actor[i].at < at) {
                at  = p->actor[i].at;
                who = i;
            }
        if (deed < p->n_deed && p->deed[deed].at <= at) {
            on(sim, h, p->deed[deed].at, false, m);
            act(sim, h, &p->deed[deed++].cmd);
        } else if (who < PLAN_ACTORS) {
            struct command c = { .kind    = CMD_START,
                                 .host    = (uint8_t)p->actor[who].host,
                                 .program = (uint8_t)p->actor[who].program };

            on(sim, h, at, false, m);
            act(sim, h, &c);
            begun |= 1u << who;
        } else if (!calm) {
            struct command c;

            on(sim, h, at, false, m);
            for (uint32_t n = 0; calm_down(history_world(h), n, &c); n++)
                act(sim, h, &c);
            calm = true;
        } else {
            break;
        }
    }
}

static bool stands(const struct world *w, const struct blob *b)
{
    struct blob now  = { 0 };
    bool        same = true;

    world_save(w, &now);
    same = now.len == b->len && memcmp(now.bytes, b->bytes, b->len) == 0;
    blob_free(&now);
    return same;
}

/* Something else is tried from the present on: it can be undone, and the branch that was left is as
 * it was. */
static void otherwise(struct sim *sim, struct history *h)
{
    enum { A_WHILE = 50 };
    const struct world *w      = history_world(h);
    int                 branch = history_branch(h);
    struct blob         here = { 0 }, there = { 0 };
    struct command      c = { .kind = CMD_PATH, .action = PATH_LOSS, .ratio = { 1, 2 } };

    world_save(w, &here);
    if (history_do(h, &c)) {
        world_save(w, &there);
        history_run(h, w->now + SEC(10), A_WHILE);
        while (history_undo(h) && !stands(w, &here))
            ;
        if (!stands(w, &here))
            sim_fail(sim, CHECK_SEEK, "what was tried at event %" PRIu64 " cannot be undone",
                     w->event);
        if (!history_redo(h) || !stands(w, &there))
            sim_fail(sim, CHECK_SEEK, "nor done again");
    }
    history_switch(h, branch);
    blob_free(&here);
    blob_free(&there);
}

/* Back to a moment that was kept, and to the end again. */
static void back_and_forth(struct sim *sim, struct history *h, const struct moment *m)
{
    const struct world *w     = history_world(h);
    struct blob         end   = { 0 };
    uint64_t            event = w->event;
    vtime               at    = w->now;

    world_save(w, &end);
    if (m->world.len) {
        history_seek(h, m->event, 0);
        if (sim->plant == PLANT_SEEK)
            ((struct world *)(uintptr_t)w)->host[0].ip_id++;
        if (!stands(w, &m->world))
            sim_fail(sim, CHECK_SEEK, "event %" PRIu64 " is not as it was", m->event);
    }
    history_seek(h, event / 2, 0);
    otherwise(sim, h);
    history_seek(h, event, at);
    if (!stands(w, &end))
        sim_fail(sim, CHECK_SEEK, "the end is not as it was: event %" PRIu64, event);
    if (sim_sampled(sim->plan, 0) && !history_verify(h))
        sim_fail(sim, CHECK_TWICE, "the same history again is another one");
    blob_free(&end);
}

void sim_scripts(struct sim *sim)
{
    static struct history *h; /* in whose memory the next one lives */
    struct setup           s = plan_setup(sim->plan);
    struct moment          m = { .n = 0 };

    h      = history_renew(h, &s);
    sim->w = (struct world *)(uintptr_t)history_world(h);
    timeline(sim, h, &m);
    on(sim, h, VTIME_NEVER - 1, true, &m);
    sim->verdict.segments = sim->s.segments;
    sim->verdict.storm    = sim->storm;
    if (sim->verdict.check == CHECK_NONE && sim->w->event <= SCRIPT_EVENTS && !sim->storm)
        still_end(sim, sim->w);
    if (sim->verdict.check == CHECK_NONE) {
        world_check(sim->w);
        if (sim_sampled(sim->plan, 0) || sim_sampled(sim->plan, 1) || sim->plant)
            back_and_forth(sim, h, &m);
    }
    blob_free(&m.world);
    sim->w = NULL;
}
