/* SPDX-License-Identifier: MIT
 * world.c - one event after the other.
 *
 *      an alarm that goes off --+
 *      a command ---------------+--> w->event + 1, it happens, programs go on --> told to the
 * journal a datagram from outside -+
 *
 * An event is what one can step to.  It is counted before it happens, so that everything told about
 * it carries its number.
 */
#include "net/inside.h"

#include <assert.h>
#include <string.h>

const char *const op_name[OP_COUNT] = {
#define OP(ID, verb, args, help) [OP_##ID] = verb,
#include "net/op.def"
#undef OP
};

void world_tell(struct world *w, struct journal *j, struct entry *e, const struct told *more)
{
    assert(e->kind < EVENT_KINDS);
    assert(e->host <= w->hosts);
    e->at    = w->now;
    e->event = w->event;
    cue_see(w, e, more);
    if (!j)
        return;
    if (more)
        journal_add(j, e, more->step, more->n_step, more->text, more->n_text, more->wire,
                    more->n_wire);
    else
        journal_add(j, e, NULL, 0, NULL, 0, NULL, 0);
}

/* Let programs go on until each waits for something that has not happened. */
static void settle(struct world *w, struct journal *j)
{
    bool moved;

    do {
        moved = false;
        for (uint32_t h = 1; h <= w->hosts; h++)
            if (app_poll(w, j, h))
                moved = true;
    } while (moved);
}

/* The owner of an alarm that has gone off does not have it any more. */
static void disown(struct world *w, const struct alarm *a)
{
    switch ((enum alarm_kind)a->kind) {
    case ALARM_CONN: world_conn(w, a->who)->alarm = 0; break;
    case ALARM_TIME_WAIT: world_time_wait(w, a->who)->alarm = 0; break;
    case ALARM_PACKET: world_packet(w, a->who)->alarm = 0; break;
    case ALARM_APP: world_app(w, a->who)->alarm = 0; break;
    case ALARM_CUE: world_cue(w, a->who)->alarm = 0; break;
    case ALARM_FLOW: w->flow[a->who].alarm = 0; break;
    }
}

/* A connection's deadline may have moved on since its alarm was set: then nothing happens now. */
static bool stale(struct world *w, const struct alarm *a)
{
    if (a->kind != ALARM_CONN)
        return false;

    struct conn *c = world_conn(w, a->who);
    struct tcb   room;
    vtime        next = host_due(w, c->host, tcp_deadline(conn_look(w, c, &room)));
    if (next <= w->now)
        return false;
    alarm_set(w, &c->alarm, next, ALARM_CONN, a->who);
    return true;
}

static void happen(struct world *w, struct journal *j, const struct alarm *a)
{
    switch ((enum alarm_kind)a->kind) {
    case ALARM_CONN: host_conn_alarm(w, j, a->who); break;
    case ALARM_TIME_WAIT: host_time_wait_alarm(w, j, a->who); break;
    case ALARM_PACKET: way_alarm(w, j, a->who); break;
    case ALARM_APP: app_alarm(w, j, a->who); break;
    case ALARM_CUE: cue_alarm(w, j, a->who); break;
    case ALARM_FLOW: box_alarm(w, j, a->who); break;
    }
}

bool world_step(struct world *w, struct journal *j, vtime until)
{
    struct alarm a;

    assert(until >= w->now);
    assert(until != VTIME_NEVER);
    while (wheel_pop(w, until, &a)) {
        assert(a.at >= w->now);
        w->now = a.at;
        disown(w, &a);
        if (stale(w, &a))
            continue;
        w->event++;
        happen(w, j, &a);
        settle(w, j);
        return true;
    }
    w->now = until;
    return false;
}

vtime world_next(const struct world *w) { return wheel_next(w); }

void world_do(struct world *w, struct journal *j, const struct command *cmd)
{
    w->event++;
    command_do(w, j, cmd, CAUSE_PERSON);
    settle(w, j);
}

void world_datagram(struct world *w, struct journal *j, uint32_t host, const uint8_t *bytes,
                    size_t n)
{
    struct entry e;

    assert(host >= 1 && host <= w->hosts);
    memset(&e, 0, sizeof e);
    e.host = (uint8_t)host;
    e.sent = w->now;
    w->event++;
    host_datagram(w, j, host, &e, bytes, n);
    settle(w, j);
}

uint32_t world_host_named(const struct world *w, const char *name)
{
    for (uint32_t i = 0; i < w->hosts; i++)
        if (strcmp(w->host[i].name, name) == 0)
            return i + 1;
    return 0;
}

uint32_t world_host_at(const struct world *w, const struct addr *a)
{
    static const struct addr none;

    if (memcmp(a, &none, sizeof none) == 0)
        return 0;
    for (uint32_t i = 0; i < w->hosts; i++)
        if (addr_equal(&w->host[i].addr, a) || addr_equal(&w->host[i].addr6, a))
            return i + 1;
    return 0;
}
