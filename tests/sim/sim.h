/* SPDX-License-Identifier: MIT
 * sim.h - one run of a plan, watched.
 *
 *      plan --> actors (actor.c) call the sockets of a world; deeds meddle with it
 *                     |
 *               journal --> watch.c: each entry is judged as it is told
 *                     |           wire.c, pace.c: what is sent and what arrives, clocks, windows
 *                     world --> still.c: clocks after each event, memory at the end
 *                                 agree.c: engine, socket, user, peer and ss
 *
 * What the simulator itself knows is a value too (struct state): it is saved and loaded together
 * with the world, so that a run can be taken up in the middle.
 */
#ifndef FW_SIM_SIM_H
#define FW_SIM_SIM_H

#include "net/journal.h"
#include "plan.h"

enum check {
#define CHECK(id, name, what) CHECK_##id,
#include "check.def"
#undef CHECK
    CHECK_COUNT
};

enum plant {
#define PLANT(id, name, check, what) PLANT_##id,
#include "plant.def"
#undef PLANT
    PLANT_COUNT
};

struct check_info {
    const char *name, *what;
};
struct plant_info {
    const char *name, *what;
    enum check  check;
};
extern const struct check_info check_table[CHECK_COUNT];
extern const struct plant_info plant_table[PLANT_COUNT];

enum {
    LANES       = 512, /* connections of one run that are followed */
    SYNS        = 256, /* SYNs on their way */
    BROKEN      = 64,  /* corrupted segments on their way */
    TOUCHED     = 16,
    NAMES       = FD_NAMES + 1,
    IDLE_MOST   = 20000,  /* segments sent in a row from which nothing comes */
    EVENTS_MANY = 60000,  /* after so many every program is told to end */
    EVENTS_MOST = 400000, /* of one run: a storm */
};

/* A running program. */
struct actor {
    uint32_t state, pc; /* enum app_state */
    uint32_t done;      /* bytes that the write or drain in progress has moved */
    uint32_t first;     /* this operation has not been tried yet */
    int32_t  fd[NAMES];
    int32_t  owns[24]; /* every descriptor that it has open, -1: free */
    vtime    deadline; /* of the operation in progress */
};

/* What has left and come, as it was on the wire (wire.c). */
enum wire_seen {
    WIRE_SCALE_IN   = 0x001,
    WIRE_SCALE_OUT  = 0x002,
    WIRE_SENT       = 0x004, /* the numbers below are known */
    WIRE_SAID_ACK   = 0x008,
    WIRE_SAID_EDGE  = 0x010,
    WIRE_HEARD_EDGE = 0x020,
    WIRE_CAME       = 0x040,
    WIRE_STAMP      = 0x080,
    WIRE_OWES       = 0x100, /* an ACK of text, since `owes` */
    WIRE_FRESH      = 0x200, /* new text has left since it was last looked at */
};

struct wire {
    uint32_t seen;                /* enum wire_seen */
    uint8_t  scale_in, scale_out; /* as the SYNs said */
    uint16_t mss;                 /* that the peer takes */
    seq      sent, came;          /* one past the highest number */
    seq      said_ack, said_edge, heard_edge;
    uint32_t offered;     /* by a SYN without an ACK */
    uint32_t stamp;       /* latest timestamp */
    vtime    owes, waits; /* since when: an ACK; TIME_WAIT */
};

/* What is remembered to judge when things happen (pace.c). */
struct pace {
    vtime    acked_at; /* when something was last acknowledged */
    uint32_t began;
    uint32_t rto; /* ms that it said it would wait, in a row of timeouts; 0: none */
    seq      una; /* latest acknowledgment that counted */
    uint32_t una_known;
    seq      ack; /* last sent */
    uint32_t said;
    uint32_t recent, stamped; /* timestamp last echoed */
    uint32_t ecn, echo;       /* agreed; a mark that has to be echoed */
    uint32_t nodelay;         /* the option has been set, or taken back */
    uint32_t urgent;          /* data has come, up to */
    seq      up;
    uint32_t keep;               /* keep-alives before it is given up */
    uint32_t after, small_known; /* enum after of the next; is the one before known? */
    seq      end, small_end;     /* of these */
    uint32_t small;              /* bytes of a small segment, sent while others were in flight */
    seq      cut; /* an echoed mark had the window reduced: up to here once is enough */
    uint32_t marked,
        hurried; /* a mark was; its clocks are cut short by its own timeout (uto_again) */
};

/* One connection's end: what its user has written and read. */
struct lane {
    struct pace pace;
    struct wire wire;
    seq         una, nxt, end, rcv_nxt, edge; /* as last seen, when `known` */
    uint32_t    known, touched;
    uint32_t    index; /* where it was last found in the world */
    uint64_t    wrote, read;
    uint32_t    peer;  /* serial of the other end, 0: not known */
    uint32_t    life;  /* of its four-tuple */
    uint32_t    error; /* the user has been told of an error: an end of file means nothing now */
    uint32_t    pad_;
};

struct state {
    struct actor actor[PLAN_ACTORS];
    struct lane  lane[LANES];
    struct {
        uint64_t packet;
        uint32_t serial, pad_;
    } syn[SYNS];
    uint64_t broken[BROKEN];
    uint64_t hash; /* of everything told so far */
    uint64_t segments, told;
    int64_t  on_way; /* segments that have left, and neither arrived nor died */
    uint64_t idle;   /* segments sent since something last came of one */
    uint32_t deeds;  /* done */
    uint32_t forged; /* bytes may be wrong though no checksum is */
    uint32_t starts; /* actors started */
    uint32_t calm;   /* the paths have been mended */
    uint32_t stir;   /* hosts, as bits, where something happened since programs were last asked */
    uint32_t over;   /* actors that have ended */
    uint32_t held;   /* segments may be held: some have been */
    uint32_t cut, pad_; /* a connection has ended without TIME_WAIT: what is left of it may come */
    uint32_t n_touched;
    uint32_t touched[TOUCHED]; /* connections that entries were about since they were looked at */
    vtime    last;             /* when something last came of anything */
};

struct verdict {
    enum check check;
    char       words[240];
    uint64_t   event;
    vtime      at;
    uint64_t   segments, events;
    bool       storm;
};

struct sim {
    const struct plan *plan;
    struct world      *w;
    struct journal     j;
    struct state       s;
    struct verdict     verdict;
    enum plant         plant;
    uint32_t           planted; /* how often there was an occasion */
    /* Not the first run.  It tells the same, or that is noticed: what was told need not be judged
     * once more, only what nobody tells (the text that is read, the clocks of a loaded world). */
    bool     again;
    uint64_t passed[RULE_COUNT / 64 + 1]; /* the rules of the entry that is looked at, */
    uint32_t outcomes;                    /* and their outcomes, as bits */
    /* Two ends answer each other's ACKs, as RFC 793 says, and nothing comes of it: a forgery has
     * set them at odds, or both have filled a window and all that text was lost. */
    bool storm;
};

/* Has the entry that is looked at passed through this rule? */
static inline bool passed(const struct sim *sim, enum rule r)
{
    return sim->passed[r / 64] >> r % 64 & 1;
}

/* The first thing that is wrong counts.  Returns false. */
bool sim_fail(struct sim *sim, enum check check, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* -- actor.c ----------------------------------------------------------------------------------- */

/* Those whose time has come. */
void actor_start(struct sim *sim, vtime now);
/* When the first of them has to be woken, or VTIME_NEVER. */
vtime actor_wake(const struct sim *sim);
/* Let all go on until each waits; true when something was done. */
bool actor_poll(struct sim *sim);
void actor_end_all(struct sim *sim);
void actor_crash(struct sim *sim, uint32_t host);
bool actor_all_done(const struct sim *sim);

/* Can nothing but the peer's own text have arrived here? */
bool lane_trusted(const struct sim *sim, const struct lane *l);

/* -- wire.c, pace.c, agree.c ----------------------------------------------------------------- */

void wire_sent(struct sim *sim, const struct journal *j, const struct entry *e);
void wire_came(struct sim *sim, const struct journal *j, const struct entry *e);
void wire_clock(struct sim *sim, const struct entry *e);
void wire_forgot(struct sim *sim, const struct entry *e);
void wire_still(struct sim *sim, const struct conn *c, const struct tcb *t);

void pace_told(struct sim *sim, const struct journal *j, const struct entry *e);
void pace_still(struct sim *sim, const struct conn *c, const struct tcb *t);

void agree_conn(struct sim *sim, const struct world *w, uint32_t conn);
void agree_table(struct sim *sim, const struct world *w);

/* -- watch.c: what was told ------------------------------------------------------------------ */

/* Judge the entries [from, to) of a journal. */
void watch(struct sim *sim, struct journal *j, size_t from, size_t to);

/* When set, every entry of a first run is written there. */
extern FILE *watch_trace;

/* -- still.c: how things stand --------------------------------------------------------------- */

/* How much later than it is due a clock may be looked at: knob hz. */
vspan sim_ticks(const struct tcp_policy *p);

void still_check(struct sim *sim, const struct world *w);
/* The connection of that serial number, 0: there is none. */
uint32_t conn_of(struct sim *sim, const struct world *w, uint32_t serial);
/* May anything be left that is left? */
void still_end(struct sim *sim, const struct world *w);
/* Is there a connection that has not ended? */
bool still_busy(const struct sim *sim, const struct world *w);

/* -- plant.c: bugs, for the checker to notice ------------------------------------------------ */

void plant_read(struct sim *sim, uint8_t *buf, int n);
void plant_told(struct sim *sim, struct journal *j, size_t i);
void plant_event(struct sim *sim);
void plant_loaded(struct sim *sim);

/* -- run.c ------------------------------------------------------------------------------------- */

/* Run a plan in every way: straight, again, from a snapshot, back and forth. */
struct verdict sim_run(const struct plan *p, enum plant plant);

/* Is this world one of those that are run again in this way? */
bool sim_sampled(const struct plan *p, uint32_t kind);

/* script.c: the same for a plan whose programs run inside the world. */
void sim_scripts(struct sim *sim);

/* The paths become perfect and nothing is held back: commands, until it returns false. */
bool calm_down(const struct world *w, uint32_t n, struct command *c);
bool let_go(const struct world *w, struct command *c);

/* Snapshots at random events: is this one, the n-th that could be, to be kept? */
bool worth_keeping(const struct plan *p, uint64_t event, uint32_t *n);

/* -- shrink.c -------------------------------------------------------------------------------- */

/* No core files, and no more memory than a run can need: an event that never ends shall end. */
void confine(void);
/* Run it in a process of its own, which may die or hang. */
struct verdict trial(const struct plan *p, enum plant plant);
/* Make the plan smaller as long as the same check fails.  Returns how many trials it took. */
int shrink(struct plan *p, enum plant plant, enum check check, int trials);

#endif
