/* SPDX-License-Identifier: MIT
 * plan.c - a seed becomes hosts, paths, policies and programs. */
#include "plan.h"

#include "net/sock.h"

#include <assert.h>
#include <string.h>

enum { SCRIPT_WRITE = 30000 };

static uint32_t pick(struct rng *r, uint32_t lo, uint32_t hi)
{
    return lo + (uint32_t)rng_below(r, (uint64_t)hi - lo + 1);
}

static bool one_in(struct rng *r, uint32_t n) { return rng_below(r, n) == 0; }

/* A size: mostly small, sometimes large, and the odd ones around a boundary. */
static uint32_t some_bytes(struct rng *r)
{
    switch (pick(r, 0, 7)) {
    case 0: return 1;
    case 1: return pick(r, 2, 100);
    case 2: return pick(r, 100, 3000);
    case 3: return 1460 * pick(r, 1, 20) + pick(r, 0, 2);
    case 4: return pick(r, 3000, 60000);
    case 5: return 65535 + pick(r, 0, 2);
    case 6: return pick(r, 1, 200000);
    default: return pick(r, 500, 20000);
    }
}

static vspan some_time(struct rng *r)
{
    switch (pick(r, 0, 4)) {
    case 0: return USEC(pick(r, 1, 1000));
    case 1: return MSEC(pick(r, 1, 50));
    case 2: return MSEC(pick(r, 50, 500));
    case 3: return MSEC(pick(r, 500, 5000));
    default: return SEC(pick(r, 5, 40));
    }
}

/* -- programs ---------------------------------------------------------------------------------- */

static struct op *add(struct plan *p, enum op_verb verb, uint32_t fd)
{
    struct program *q = &p->program[p->n_program - 1];
    struct op      *o;

    if (p->n_op == PLAN_OPS)
        return NULL;
    o = &p->op[p->n_op++];
    memset(o, 0, sizeof *o);
    o->verb = (uint8_t)verb;
    o->fd   = (uint8_t)fd;
    o->line = (uint16_t)(p->n_op - q->first);
    q->count++;
    return o;
}

static void add_n(struct plan *p, enum op_verb verb, uint32_t fd, uint32_t n, vspan deadline)
{
    struct op *o = add(p, verb, fd);

    if (o) {
        o->n    = n;
        o->time = deadline;
    }
}

/* What the operation added last does differently; programs inside the world do not know of it. */
static void add_value(struct plan *p, bool on) { p->op[p->n_op - 1].value = on; }

static void add_on(struct plan *p, uint32_t which)
{
    struct op *o = add(p, OP_ON, 0);

    if (o) {
        o->n      = which;
        o->target = UINT32_MAX - 1; /* continue */
    }
}

static uint32_t begin(struct plan *p, const char *kind)
{
    struct program *q = &p->program[p->n_program++];

    memset(q, 0, sizeof *q);
    snprintf(q->name, sizeof q->name, "%s%u", kind, p->n_program);
    q->first = p->n_op;
    add_on(p, 0);
    add_on(p, 2);
    return p->n_program;
}

static void add_option(struct plan *p, struct rng *r, uint32_t fd, bool fresh)
{
    static const enum sock_option any[]   = { SO_LINGER_,        SO_KEEPALIVE_, TCP_NODELAY_,
                                              TCP_CORK_,         TCP_KEEPIDLE_, TCP_KEEPINTVL_,
                                              TCP_USER_TIMEOUT_, TCP_KEEPCNT_,  SO_RCVBUF_,
                                              SO_SNDBUF_,        SO_NOSIGPIPE_ };
    static const enum sock_option early[] = { SO_RCVBUF_, SO_SNDBUF_, TCP_MAXSEG_, SO_REUSEADDR_ };
    struct op                    *o       = add(p, OP_SET, fd);

    if (!o)
        return;
    o->n = fresh && !one_in(r, 3) ? early[rng_below(r, sizeof early / sizeof *early)]
                                  : any[rng_below(r, sizeof any / sizeof *any)];
    switch ((enum sock_option)o->n) {
    case SO_LINGER_: o->value = one_in(r, 2) ? 0 : (int64_t)pick(r, 0, 10) - 1; break;
    case SO_RCVBUF_:
    case SO_SNDBUF_: o->value = one_in(r, 2) ? pick(r, 1, 3000) : pick(r, 3000, 300000); break;
    case TCP_MAXSEG_: o->value = pick(r, 64, 1460); break;
    case TCP_USER_TIMEOUT_: o->value = pick(r, 0, 1) * pick(r, 100, 60000); break;
    case TCP_KEEPIDLE_:
    case TCP_KEEPINTVL_: o->value = pick(r, 1, 30); break;
    case TCP_KEEPCNT_: o->value = pick(r, 1, 9); break;
    default: o->value = pick(r, 0, 1); break;
    }
}

/* Bytes one by one, each in a segment of its own: gaps as small as they come. */
static void add_chatter(struct plan *p, struct rng *r, uint32_t fd)
{
    uint32_t   n = pick(r, 4, 16);
    struct op *o = add(p, OP_SET, fd);

    if (!o)
        return;
    o->n     = TCP_NODELAY_;
    o->value = 1;
    for (uint32_t i = 0; i < n; i++)
        add_n(p, OP_WRITE, fd, one_in(r, 8) ? pick(r, 1, 40) : 1, SEC(5));
}

/* It will ask whether the peer is still there, soon and not often. */
static void add_keepalive(struct plan *p, struct rng *r, uint32_t fd)
{
    static const enum sock_option opt[] = { TCP_KEEPIDLE_, TCP_KEEPINTVL_, TCP_KEEPCNT_,
                                            SO_KEEPALIVE_ };

    for (size_t i = 0; i < sizeof opt / sizeof *opt; i++) {
        struct op *o = add(p, OP_SET, fd);

        if (!o)
            return;
        o->n     = (uint32_t)opt[i];
        o->value = opt[i] == SO_KEEPALIVE_ ? 1 : pick(r, 1, 4);
    }
    add_n(p, OP_READALL, fd, 0, SEC(pick(r, 10, 40)));
}

/* A descriptor's life from the handshake to the end. */
static void add_body(struct plan *p, struct rng *r, uint32_t fd)
{
    uint32_t n = pick(r, 0, 6);

    if (one_in(r, 10))
        add_chatter(p, r, fd);
    if (one_in(r, 12))
        add_keepalive(p, r, fd);
    for (uint32_t i = 0; i < n; i++)
        switch (pick(r, 0, 11)) {
        case 0:
        case 1:
        case 2:
        case 3:
            add_n(p, OP_WRITE, fd, some_bytes(r), SEC(pick(r, 1, 60)));
            add_value(p, one_in(r, 10)); /* urgent */
            break;
        case 4:
        case 5:
            add_n(p, OP_READ, fd, pick(r, 1, 70000), MSEC(pick(r, 1, 20000)));
            add_value(p, one_in(r, 4)); /* looked at before it is taken */
            break;
        case 6: add_n(p, OP_READALL, fd, 0, MSEC(pick(r, 1, 20000))); break;
        case 7:
        case 8: add_n(p, OP_SLEEP, 0, 0, some_time(r)); break;
        case 9: add_option(p, r, fd, false); break;
        case 10:
            if (one_in(r, 3))
                add_n(p, OP_SHUTDOWN, fd, pick(r, 0, 2), 0);
            break;
        default:
            if (one_in(r, 3)) {
                struct op *o = add(p, OP_DUP, fd);
                if (o)
                    o->dst = 8;
                if (o && one_in(r, 2)) { /* the other one lives on */
                    add_n(p, OP_CLOSE, fd, 0, 0);
                    fd = 8;
                }
            }
            break;
        }
    switch (pick(r, 0, 9)) {
    case 0: add_n(p, OP_ABORT, fd, 0, 0); break;
    case 1: break; /* left to the end of the program */
    case 2: add_n(p, OP_CLOSE, fd, 0, 0); break;
    case 3: add_n(p, OP_SHUTDOWN, fd, SHUT_RDWR_, 0); break;
    case 4:
    case 5:
    case 6:
        add_n(p, OP_READALL, fd, 0, SEC(pick(r, 1, 60)));
        add_n(p, OP_CLOSE, fd, 0, 0);
        break;
    default:
        add_n(p, OP_SHUTDOWN, fd, SHUT_WR_, 0);
        add_n(p, OP_READALL, fd, 0, SEC(pick(r, 1, 60)));
        add_n(p, OP_CLOSE, fd, 0, 0);
        break;
    }
}

static uint32_t make_server(struct plan *p, struct rng *r, uint16_t port)
{
    uint32_t   me = begin(p, "server"), n = pick(r, 1, 5);
    struct op *o = add(p, OP_LISTEN, 0);

    if (o) {
        o->dst  = 1;
        o->port = port;
        o->n    = one_in(r, 4) ? 1 : pick(r, 2, 10);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t fd = 2 + i;

        if ((o = add(p, OP_ACCEPT, 1))) {
            o->dst  = (uint8_t)fd;
            o->time = SEC(pick(r, 1, 40));
        }
        if (one_in(r, 3)) /* the next one is accepted first */
            continue;
        add_body(p, r, fd);
    }
    if (one_in(r, 4))
        add_n(p, OP_CLOSE, 1, 0, 0);
    for (uint32_t i = 0; i < n; i++)
        if (one_in(r, 2))
            add_body(p, r, 2 + i);
    return me;
}

static void add_connect(struct plan *p, struct rng *r, uint32_t fd, uint32_t host, uint16_t port)
{
    struct op *o;

    if (one_in(r, 3) && (o = add(p, OP_SOCKET, 0))) {
        uint32_t n = pick(r, 1, 3);

        o->dst = (uint8_t)fd;
        for (uint32_t i = 0; i < n; i++)
            add_option(p, r, fd, true);
    }
    if ((o = add(p, OP_CONNECT, 0))) {
        o->dst       = (uint8_t)fd;
        o->host      = (uint8_t)host;
        o->port      = port;
        o->from_port = p->reuse || one_in(r, 4) ? (uint16_t)(4000 + pick(r, 0, 2)) : 0;
        o->time      = SEC(pick(r, 1, 60));
        o->six       = one_in(r, 4);
    }
}

static uint32_t make_client(struct plan *p, struct rng *r, uint32_t host, uint16_t port)
{
    uint32_t me = begin(p, "client"), n = pick(r, 1, 3);

    for (uint32_t i = 0; i < n; i++) {
        add_connect(p, r, 1 + i, host, port);
        if (!one_in(r, 4))
            add_body(p, r, 1 + i);
    }
    for (uint32_t i = 0; i < n; i++)
        if (one_in(r, 3))
            add_body(p, r, 1 + i);
    return me;
}

static void start(struct plan *p, uint32_t host, uint32_t program, vtime at)
{
    if (p->n_actor < PLAN_ACTORS)
        p->actor[p->n_actor++] = (struct plan_actor){ host, program, at };
}

static void make_programs(struct plan *p, struct rng *r)
{
    uint32_t servers = pick(r, 1, 4), clients = pick(r, 1, 6);

    for (uint32_t i = 0; i < servers; i++) {
        uint16_t port = (uint16_t)(80 + i);
        uint32_t host = pick(r, 1, p->hosts), q = make_server(p, r, port);
        uint32_t times = one_in(r, 3) ? 2 : 1;

        for (uint32_t k = 0; k < times; k++)
            start(p, host, q, (vtime)k * SEC(20));
        for (uint32_t k = 0; k < clients; k++) {
            uint32_t from = pick(r, 1, p->hosts);

            if (p->n_program == PLAN_PROGRAMS || p->n_op > PLAN_OPS - 80)
                break;
            q                = make_client(p, r, host, port);
            uint32_t repeats = p->reuse || one_in(r, 3) ? pick(r, 2, 4) : 1;
            for (uint32_t m = 0; m < repeats; m++)
                start(p, from, q, one_in(r, 4) ? some_time(r) : MSEC(pick(r, 0, 300)));
        }
        if (p->n_program >= PLAN_PROGRAMS - 1 || p->n_op > PLAN_OPS - 160)
            break;
    }
    if (one_in(r, 8) && p->n_program <= PLAN_PROGRAMS - 2 && p->hosts >= 2) {
        /* Simultaneous open: each connects to the port that the other comes from. */
        bool six = one_in(r, 4);
        for (uint32_t i = 0; i < 2 && p->n_op < PLAN_OPS - 80; i++) {
            uint32_t   q = begin(p, "both");
            struct op *o = add(p, OP_CONNECT, 0);

            if (!o)
                break;
            o->dst       = 1;
            o->host      = (uint8_t)(2 - i);
            o->port      = (uint16_t)(5002 - i);
            o->from_port = (uint16_t)(5001 + i);
            o->time      = SEC(30);
            o->six       = six;
            add_body(p, r, 1);
            start(p, 1 + i, q, MSEC(pick(r, 100, 160)));
        }
    }
}

/* -- policies ---------------------------------------------------------------------------------- */

/* A legal value that keeps a run short; knobs that are not known here take another system's. */
static uint32_t knob_value(struct rng *r, enum knob k)
{
    switch (k) {
    case KNOB_msl_ms: return pick(r, 1, 40) * 1000;
    case KNOB_time_wait: return one_in(r, 4) ? 0 : 1;
    case KNOB_challenge_limit: return one_in(r, 2) ? 0 : pick(r, 1, 20);
    case KNOB_delack_ms: return pick(r, 0, 499);
    case KNOB_quickack: return pick(r, 0, 20);
    case KNOB_rto_init_ms: return pick(r, 100, 3000);
    case KNOB_rto_min_ms: return pick(r, 1, 1000);
    case KNOB_rto_max_ms: return pick(r, 1000, 60000);
    case KNOB_r1_count: return pick(r, 0, 5);
    case KNOB_r2_count:
    case KNOB_syn_r2_count: return pick(r, 3, 15);
    case KNOB_synack_r2_count:
    case KNOB_orphan_r2_count: return pick(r, 0, 8);
    case KNOB_r2_ms: return one_in(r, 2) ? 0 : pick(r, 10000, 300000);
    case KNOB_syn_r2_ms: return one_in(r, 2) ? 0 : pick(r, 10000, 180000);
    case KNOB_fin_wait_2_ms: return one_in(r, 3) ? 0 : pick(r, 1, 60000);
    case KNOB_keep_idle_ms: return pick(r, 1000, 7200000);
    case KNOB_keep_intvl_ms: return pick(r, 1000, 75000);
    case KNOB_keep_count: return pick(r, 0, 9);
    case KNOB_mss: return one_in(r, 2) ? pick(r, 64, 600) : pick(r, 600, 1460);
    case KNOB_rcv_buf: return one_in(r, 3) ? pick(r, 1, 3000) : pick(r, 3000, 400000);
    case KNOB_snd_buf: return one_in(r, 3) ? pick(r, 1, 3000) : pick(r, 3000, 400000);
    case KNOB_ecn: return pick(r, 0, 2);
    case KNOB_iw: return pick(r, 0, 20);
    case KNOB_hz: return one_in(r, 2) ? 0 : pick(r, 100, 1000);
    default: return knob_table[k].preset[pick(r, 0, PROFILE_COUNT - 1)];
    }
}

/* Knobs that may be turned on the way: not those that say how long to wait for the end, whether old
 * segments may be taken, or how long a clock that is running may run. */
static bool may_turn(enum knob k)
{
    return k != KNOB_r2_count && k != KNOB_r2_ms && k != KNOB_syn_r2_count && k != KNOB_syn_r2_ms
           && k != KNOB_rto_max_ms && k != KNOB_fin_wait_2_ms && k != KNOB_msl_ms
           && k != KNOB_keep_idle_ms && k != KNOB_keep_intvl_ms && k != KNOB_hz
           && k != KNOB_more_ack;
}

bool plan_turn_knob(struct rng *r, struct command *c)
{
    enum knob k = (enum knob)pick(r, 0, KNOB_COUNT - 1);

    c->knob = (uint32_t)k;
    c->n    = knob_value(r, k);
    return may_turn(k) && k != KNOB_time_wait;
}

struct tcp_policy plan_policy(const struct plan *p, uint32_t host)
{
    struct tcp_policy q = tcp_policy_of((enum profile)p->profile[host - 1]);

    for (uint32_t i = 0; i < p->n_knob; i++)
        if (p->knob[i].host == host)
            policy_set(&q, (enum knob)p->knob[i].knob, p->knob[i].value);
    /* A policy that never gives up is legal, but the end could not be waited for. */
    if (!q.r2_count && !q.r2_ms)
        q.r2_count = 15;
    if (!q.syn_r2_count && !q.syn_r2_ms)
        q.syn_r2_count = 6;
    if (q.rto_max_ms < q.rto_min_ms)
        q.rto_max_ms = q.rto_min_ms;
    return q;
}

static void make_policies(struct plan *p, struct rng *r)
{
    for (uint32_t h = 0; h < p->hosts; h++) {
        uint32_t n = one_in(r, 2) ? 0 : pick(r, 1, 9);

        p->profile[h] = pick(r, 0, PROFILE_COUNT - 1);
        if (one_in(r, 4) && p->n_knob < PLAN_KNOBS) /* no profile asks for marks by itself */
            p->knob[p->n_knob++] = (struct plan_knob){ h + 1, KNOB_ecn, 1 };
        for (uint32_t i = 0; i < n && p->n_knob < PLAN_KNOBS; i++) {
            /* Its own generator: a knob more in the table shall not make every seed another. */
            struct rng own = { .state = rng_next(r) };
            uint32_t   k   = pick(&own, 0, KNOB_COUNT - 1);

            p->knob[p->n_knob++] = (struct plan_knob){ h + 1, k, knob_value(&own, (enum knob)k) };
        }
        if (one_in(r, 4)) {
            p->n_iss[h]  = pick(r, 1, 2);
            p->iss[h][0] = 0u - pick(r, 0, 70000); /* soon round the corner */
            p->iss[h][1] = 0x80000000u - pick(r, 0, 70000);
        }
        p->port_first[h] = one_in(r, 3) ? (uint16_t)pick(r, 65530, 65535) : 0;
    }
}

vspan plan_patience(const struct plan *p)
{
    vspan most = 0;

    for (uint32_t h = 1; h <= p->hosts; h++) {
        struct tcp_policy q = plan_policy(p, h);
        uint32_t          n = q.r2_count > q.syn_r2_count ? q.r2_count : q.syn_r2_count;
        vspan             s = MSEC(q.r2_ms) + MSEC(q.syn_r2_ms) + MSEC(q.fin_wait_2_ms);

        n = n > q.synack_r2_count ? n : q.synack_r2_count;
        n = n > q.orphan_r2_count ? n : q.orphan_r2_count;
        s += (vspan)(n + q.syn_linear + 2) * MSEC(q.rto_max_ms) + 4 * MSEC(q.msl_ms) + SEC(120);
        if (s > most)
            most = s;
    }
    return 3 * most;
}

/* -- the world ------------------------------------------------------------------------------- */

struct setup plan_setup(const struct plan *p)
{
    struct setup s = setup_default();

    s.seed  = p->seed;
    s.hosts = p->hosts;
    for (uint32_t h = 0; h < p->hosts; h++) {
        struct setup_host *x = &s.host[h];

        snprintf(x->name, sizeof x->name, "%c", (char)('A' + h));
        x->addr = (struct addr){ { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = (uint8_t)(h + 1) } };
        x->addr6      = (struct addr){ { [0] = 0xfd, [15] = (uint8_t)(h + 1) } };
        x->profile    = (enum profile)p->profile[h];
        x->policy     = plan_policy(p, h + 1);
        x->n_iss      = p->n_iss[h];
        x->iss[0]     = p->iss[h][0];
        x->iss[1]     = p->iss[h][1];
        x->port_first = p->port_first[h];
        for (uint32_t k = 0; k < p->hosts; k++)
            s.path[h][k] = p->path[h][k];
    }
    memcpy(s.filter, p->filter, sizeof s.filter);
    s.filters = p->filters;
    memcpy(s.cap, p->cap, sizeof s.cap);
    s.quiet = p->seed % 2; /* in every second world all but one rest when they can */
    if (p->flags & PLAN_SCRIPTS) {
        s.programs = p->n_program;
        memcpy(s.program, p->program, sizeof p->program);
        s.op   = p->op;
        s.n_op = p->n_op;
    }
    return s;
}

void plan_make(struct plan *p, uint64_t seed)
{
    struct rng r = { .state = seed };

    memset(p, 0, sizeof *p);
    p->seed  = seed;
    p->hosts = pick(&r, 2, PLAN_HOSTS);
    if (one_in(&r, 4))
        p->flags |= PLAN_SCRIPTS;
    if (one_in(&r, 6))
        p->flags |= PLAN_FORGED;
    if (one_in(&r, 6))
        p->flags |= PLAN_CRASHES;
    p->cap[REGION_PAGE] = 8192;
    if (one_in(&r, 16)) {
        p->flags |= PLAN_SMALL;
        p->cap[REGION_PAGE]   = pick(&r, 60, 400);
        p->cap[REGION_PACKET] = pick(&r, 8, 100);
        p->cap[REGION_CONN]   = pick(&r, 4, 12);
        p->cap[REGION_NODE]   = pick(&r, 0, 1) * pick(&r, 60, 300);
    }
    p->reuse = one_in(&r, 8);
    make_policies(p, &r);
    make_programs(p, &r);
    plan_trouble(p, &r);
    for (uint32_t h = 1; h <= p->hosts; h++)
        if (!plan_policy(p, h).time_wait || p->n_iss[h - 1])
            p->flags |= PLAN_GHOSTS;
    if (p->flags & PLAN_SCRIPTS) /* a history keeps everything */
        for (uint32_t i = 0; i < p->n_op; i++)
            if (p->op[i].verb == OP_WRITE && p->op[i].n > SCRIPT_WRITE)
                p->op[i].n = SCRIPT_WRITE;
}
