/* SPDX-License-Identifier: MIT
 * plan.h - what one simulated world is made of: everything that a seed decides.
 *
 * A plan is a plain value: it can be printed, made smaller and run again.  A program is a straight
 * list of operations, without loops and with a deadline on whatever may wait, so that every program
 * ends.
 */
#ifndef FW_SIM_PLAN_H
#define FW_SIM_PLAN_H

#include "net/world.h"

#include <stdio.h>

enum {
    PLAN_HOSTS    = 4,
    PLAN_OPS      = 640,
    PLAN_PROGRAMS = PROGRAM_MAX,
    PLAN_ACTORS   = 32,
    PLAN_DEEDS    = 64,
    PLAN_KNOBS    = 40,
};

enum plan_flag {
    PLAN_FORGED  = 0x01, /* segments are forged: what is read proves nothing */
    PLAN_SCRIPTS = 0x02, /* programs run inside the world (net/app.c), under a history */
    PLAN_CRASHES = 0x04, /* a host loses power */
    PLAN_GHOSTS = 0x08, /* segments may outlive 2 MSL, or TIME_WAIT is off: old ones may be taken */
    PLAN_SMALL  = 0x10, /* the world is short of memory */
};

struct plan_knob {
    uint32_t host; /* 1-based */
    uint32_t knob, value;
};

/* A program that a host starts at a time. */
struct plan_actor {
    uint32_t host, program; /* 1-based */
    vtime    at;
};

struct plan_deed {
    vtime          at;
    struct command cmd;
};

struct plan {
    uint64_t          seed;
    uint32_t          flags;
    uint32_t          hosts;
    uint32_t          profile[PLAN_HOSTS];
    uint32_t          n_iss[PLAN_HOSTS];
    seq               iss[PLAN_HOSTS][2];
    uint16_t          port_first[PLAN_HOSTS];
    struct path       path[PLAN_HOSTS][PLAN_HOSTS];
    struct filter     filter[FILTER_MAX];
    uint32_t          filters;
    uint32_t          boxes; /* something stands in the middle of the paths */
    uint32_t          reuse; /* clients come from the same few ports, again and again */
    uint32_t          n_op, n_program, n_actor, n_deed, n_knob;
    struct op         op[PLAN_OPS];
    struct program    program[PLAN_PROGRAMS];
    struct plan_actor actor[PLAN_ACTORS];
    struct plan_deed  deed[PLAN_DEEDS]; /* in order of time */
    struct plan_knob  knob[PLAN_KNOBS];
    uint32_t          cap[REGION_COUNT]; /* 0: roomy */
    vtime             calm;              /* from then on the paths are perfect */
};

/* plan.c, deed.c */
void plan_make(struct plan *p, uint64_t seed);
void plan_trouble(struct plan *p, struct rng *r);

/* plan.c: fills in a command that turns a knob; false if it had better not be done. */
bool plan_turn_knob(struct rng *r, struct command *c);

/* middle.c: a box in a path, as it is at first or as a command that changes it. */
void plan_box_begin(struct rng *r, struct plan *plan, uint32_t i, uint32_t k);
void plan_box(struct rng *r, struct command *c);

/* A forgery whose time has come is aimed at a connection that lives, mostly. */
void deed_aim(const struct world *w, struct command *c);

/* The setup of its world; borrows the plan's operations. */
struct setup plan_setup(const struct plan *p);

/* The policy that a host begins with. */
struct tcp_policy plan_policy(const struct plan *p, uint32_t host);

/* By when everything must have ended, counted from the last of the deeds and programs. */
vspan plan_patience(const struct plan *p);

/* print.c: the plan as a list that a person can read. */
void plan_print(const struct plan *p, FILE *out);

#endif
