/* SPDX-License-Identifier: MIT
 * run.c - a plan becomes a world, and the world goes to its end: straight, again, and once more
 * from a snapshot. */
#include "sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct check_info check_table[CHECK_COUNT] = {
#define CHECK(id, name, what) [CHECK_##id] = { name, what },
#include "check.def"
#undef CHECK
};

enum { SNAP_EVERY = 37, ROUNDS = 100000 };

struct snapshot {
    struct blob  world;
    struct state state;
    uint64_t     event;
    uint32_t     n;
};

bool sim_fail(struct sim *sim, enum check check, const char *fmt, ...)
{
    va_list ap;

    if (sim->verdict.check != CHECK_NONE)
        return false;
    sim->verdict.check = check;
    sim->verdict.event = sim->w ? sim->w->event : 0;
    sim->verdict.at    = sim->w ? sim->w->now : 0;
    va_start(ap, fmt);
    vsnprintf(sim->verdict.words, sizeof sim->verdict.words, fmt, ap);
    va_end(ap);
    return false;
}

bool worth_keeping(const struct plan *p, uint64_t event, uint32_t *n)
{
    struct rng r = { .state = p->seed ^ event };

    return event % SNAP_EVERY == 0 && rng_below(&r, ++*n) == 0;
}

bool let_go(const struct world *w, struct command *c)
{
    memset(c, 0, sizeof *c);
    for (uint32_t i = 1; i <= w->region[REGION_PACKET].high; i++)
        if (world_packet(w, i)->id && world_packet(w, i)->held) {
            c->kind   = CMD_RELEASE;
            c->packet = world_packet(w, i)->id;
            return true;
        }
    return false;
}

bool calm_down(const struct world *w, uint32_t n, struct command *c)
{
    static const enum path_quality mended[] = { PATH_LOSS, PATH_DUP,   PATH_REORDER, PATH_CORRUPT,
                                                PATH_CUT,  PATH_QUEUE, PATH_IDLE,    PATH_FILTER };

    memset(c, 0, sizeof *c);
    if (n == 0) {
        c->kind = CMD_DISARM;
        return true;
    }
    if (n <= sizeof mended / sizeof *mended) {
        c->kind   = CMD_PATH;
        c->action = (uint8_t)mended[n - 1];
        c->ratio  = (struct ratio){ 0, 1 };
        return true;
    }
    return let_go(w, c);
}

/* -- going on -------------------------------------------------------------------------------- */

static void drain(struct sim *sim)
{
    watch(sim, &sim->j, 0, sim->j.len);
    journal_cut(&sim->j, 0);
}

static void act(struct sim *sim, const struct command *cmd)
{
    struct command c = *cmd;

    deed_aim(sim->w, &c);
    world_do(sim->w, &sim->j, &c);
    if (c.kind == CMD_OP && c.op.verb == OP_CRASH)
        actor_crash(sim, c.host);
    drain(sim);
}

static vtime next_deed(const struct sim *sim)
{
    const struct plan *p = sim->plan;

    if (sim->s.deeds < p->n_deed)
        return p->deed[sim->s.deeds].at;
    return sim->s.calm ? VTIME_NEVER : p->calm;
}

/* What is to be done now, from outside. */
static void from_outside(struct sim *sim)
{
    const struct plan *p    = sim->plan;
    vtime              now  = sim->w->now;
    uint64_t           told = sim->s.told;
    struct command     c;

    while (sim->s.deeds < p->n_deed && p->deed[sim->s.deeds].at <= now) {
        act(sim, &p->deed[sim->s.deeds++].cmd);
        sim->s.last = now;
    }
    if (!sim->s.calm && p->calm <= now) {
        for (uint32_t n = 0; calm_down(sim->w, n, &c); n++)
            act(sim, &c);
        sim->s.calm = 1;
        sim->s.last = now;
    }
    while (sim->s.calm && sim->s.held) /* it was armed before, and held only now */
        if (let_go(sim->w, &c))
            act(sim, &c);
        else
            sim->s.held = 0;
    actor_start(sim, now);
    for (int n = 0; n < ROUNDS && actor_poll(sim); n++)
        drain(sim);
    drain(sim);
    if (sim->s.told != told)
        still_check(sim, sim->w);
}

static void keep(struct sim *sim, struct snapshot *snap)
{
    if (!snap || sim->again || !worth_keeping(sim->plan, sim->w->event, &snap->n))
        return;
    world_save(sim->w, &snap->world);
    snap->state = sim->s;
    snap->event = sim->w->event;
}

/* To the end of everything; snapshots are taken on the way if there is somewhere to put them. */
static void go(struct sim *sim, struct snapshot *snap)
{
    vspan patience = plan_patience(sim->plan);

    while (sim->verdict.check == CHECK_NONE && !sim->storm) {
        from_outside(sim);

        bool  over = sim->s.calm && actor_all_done(sim) && sim->s.deeds == sim->plan->n_deed;
        vtime deed = next_deed(sim), wake = actor_wake(sim);
        vtime until = deed < wake ? deed : wake;

        if (over && !still_busy(sim, sim->w))
            break;
        if (over)
            until = sim->s.last + patience;
        if (over && sim->w->now >= until)
            break;
        if (world_step(sim->w, &sim->j, until > sim->w->now ? until : sim->w->now)) {
            sim->verdict.events++;
            plant_event(sim);
            drain(sim);
            still_check(sim, sim->w);
            keep(sim, snap);
        } else {
            still_check(sim, sim->w);
        }
        if (sim->w->event == EVENTS_MANY)
            actor_end_all(sim);
        if (sim->w->event > EVENTS_MOST)
            sim_fail(sim, CHECK_STORM, "%u events, and no end", EVENTS_MOST);
    }
    if (sim->verdict.check == CHECK_NONE && !sim->storm)
        still_end(sim, sim->w);
    sim->verdict.storm = sim->storm;
}

/* Worlds come and go by the thousand, and most of one's memory is never touched: the next one lives
 * in it.  [1] is for those that run again. */
static struct {
    struct world  *w;
    struct journal j;
} lived[2];

static void begin(struct sim *sim, const struct plan *p, enum plant plant, bool again)
{
    struct setup s = plan_setup(p);

    memset(sim, 0, sizeof *sim);
    sim->plan  = p;
    sim->plant = plant;
    sim->again = again;
    sim->w     = world_renew(lived[again].w, &s);
    sim->j     = lived[again].j;
    world_check(sim->w);
}

static void finish(struct sim *sim)
{
    journal_cut(&sim->j, 0);
    lived[sim->again].w = sim->w;
    lived[sim->again].j = sim->j;
    sim->w              = NULL;
}

static void compare(struct sim *first, const struct sim *second, enum check check)
{
    if (first->verdict.check != CHECK_NONE)
        return;
    if (second->verdict.check != CHECK_NONE)
        sim_fail(first, check, "the other run found: %.150s", second->verdict.words);
    else if (first->s.hash != second->s.hash || first->s.told != second->s.told)
        sim_fail(first, check, "other things were told");
    else if (!world_equal(first->w, second->w))
        sim_fail(first, check, "the worlds are not equal in the end");
}

/* The same once more, all of it or from a snapshot on, in a world that has lived or in a new one.
 */
static void go_again(struct sim *first, struct snapshot *snap, bool used)
{
    static struct sim second;

    begin(&second, first->plan, first->plant, true);
    if (used || !snap->world.len) {
        go(&second, NULL);
        compare(first, &second, CHECK_TWICE);
    }
    if (snap->world.len && first->verdict.check == CHECK_NONE) {
        world_load(second.w, &snap->world);
        second.s = snap->state;
        plant_loaded(&second);
        world_check(second.w);
        go(&second, NULL);
        compare(first, &second, CHECK_LOAD);
    }
    finish(&second);
}

/* What takes as long as the run itself is done for one world in four, each kind for another. */
bool sim_sampled(const struct plan *p, uint32_t kind) { return (p->seed >> 3 & 3) == kind; }

struct verdict sim_run(const struct plan *p, enum plant plant)
{
    static struct sim      sim;
    static struct snapshot snap;

    if (p->flags & PLAN_SCRIPTS) {
        memset(&sim, 0, sizeof sim);
        sim.plan  = p;
        sim.plant = plant;
        sim_scripts(&sim);
        return sim.verdict;
    }
    memset(&snap.state, 0, sizeof snap.state);
    snap.world.len = 0;
    snap.n         = 0;
    begin(&sim, p, plant, false);
    go(&sim, &snap);
    sim.verdict.segments = sim.s.segments;
    if (sim.verdict.check == CHECK_NONE && !sim.storm) {
        world_check(sim.w);
        bool all = sim_sampled(p, 0) || plant == PLANT_CHANCE;

        if (all || sim_sampled(p, 1) || plant)
            go_again(&sim, &snap, all);
    }
    finish(&sim);
    return sim.verdict;
}
