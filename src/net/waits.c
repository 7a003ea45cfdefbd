/* SPDX-License-Identifier: MIT
 * waits.c - records of connections in TIME_WAIT: shown to the engine, kept, or forgotten.
 */
#include "net/host.h"

#include <string.h>

void time_wait_fill(struct time_wait *r, const struct conn *c, const struct tcb *tcb)
{
    r->local  = c->local;
    r->remote = c->remote;
    r->serial = c->serial;
    r->life   = c->life;
    r->host   = c->host;
    r->reuse  = c->reuse;
    r->key    = c->key;
    r->since  = c->since;
    r->tos    = c->tos;
    r->ttl    = c->ttl;
    r->tw     = tcp_pack(tcb);
}

void time_wait_aside(struct world *w, uint32_t tw)
{
    struct time_wait *r = world_time_wait(w, tw);

    host_of(w, r->host)->n_waits--;
    demux_remove_time_wait(w, tw);
    demux_release(w, r->host, &r->local, r->reuse);
    alarm_cancel(w, &r->alarm);
    r->host = 0;
}

uint32_t time_wait_aside_of(const struct turn *t)
{
    uint32_t i = world_take(t->w, REGION_TIME_WAIT);

    if (i) {
        time_wait_fill(world_time_wait(t->w, i), world_conn(t->w, t->conn), t->tcb);
        world_time_wait(t->w, i)->host = 0;
    }
    return i;
}

/* What is told in the middle of another turn, of the connection that was put aside. */
static void turn_begin_aside(struct turn *t, const struct turn *in, const struct time_wait *r)
{
    turn_begin(t, in->w, in->j, in->host, 0);
    t->serial = r->serial;
    t->life   = r->life;
}

void time_wait_return(struct turn *in, uint32_t tw)
{
    struct world     *w  = in->w;
    struct time_wait *r  = world_time_wait(w, tw);
    vtime             at = r->tw.deadline > w->now ? r->tw.deadline : w->now;
    struct entry      e;
    struct turn       t;

    r->host = (uint8_t)in->host;
    host_of(w, r->host)->n_waits++;
    demux_add_time_wait(w, tw);
    demux_hold(w, r->host, &r->local, r->reuse);
    alarm_set(w, &r->alarm, host_due(w, r->host, at), ALARM_TIME_WAIT, tw);
    turn_begin_aside(&t, in, r);
    trace_step(&t.trace, RULE_TW_RETURN, (uint32_t)((at - w->now) / 1000), 0, 0);
    memset(&e, 0, sizeof e);
    e.kind = EVENT_STATE;
    turn_entry(&t, &e, TCP_TIME_WAIT);
    turn_tell(&t, &e, NULL);
}

void time_wait_replaced(struct turn *in, uint32_t tw)
{
    struct turn t;

    turn_begin_aside(&t, in, world_time_wait(in->w, tw));
    world_give(in->w, REGION_TIME_WAIT, tw);
    turn_tell_plain(&t, EVENT_FORGOT, TCP_CLOSED);
}

void time_wait_forget(struct turn *t, uint32_t tw)
{
    time_wait_aside(t->w, tw);
    world_give(t->w, REGION_TIME_WAIT, tw);
    turn_tell_plain(t, EVENT_FORGOT, TCP_CLOSED);
}

void turn_begin_time_wait(struct turn *t, struct world *w, struct journal *j, uint32_t tw)
{
    const struct time_wait *r = world_time_wait(w, tw);

    turn_begin(t, w, j, r->host, 0);
    t->before = TCP_TIME_WAIT;
    t->serial = r->serial;
    t->life   = r->life;
    t->tos    = r->tos;
    t->ttl    = r->ttl;
}

/* The record after the engine has looked at it as a control block: kept, or forgotten. */
void turn_end_time_wait(struct turn *t, struct tcb *tcb, uint32_t tw)
{
    struct time_wait *r = world_time_wait(t->w, tw);

    turn_drain(t, tcb, &r->local, &r->remote);
    if (tcb->state == TCP_TIME_WAIT) {
        r->tw = tcp_pack(tcb);
        alarm_set(t->w, &r->alarm, host_due(t->w, r->host, r->tw.deadline), ALARM_TIME_WAIT, tw);
    } else {
        time_wait_forget(t, tw);
    }
    tcp_forget(tcb, &t->env);
}

void host_time_wait_alarm(struct world *w, struct journal *j, uint32_t tw)
{
    struct turn  t;
    struct entry e;

    turn_begin_time_wait(&t, w, j, tw);
    struct tcb tcb = tcp_unpack(&world_time_wait(w, tw)->tw, t.policy);
    tcp_timeout(&tcb, &t.env);
    memset(&e, 0, sizeof e);
    e.kind  = EVENT_TIMER;
    e.timer = TIMER_2MSL;
    turn_entry(&t, &e, (enum tcp_state)tcb.state);
    turn_tell(&t, &e, NULL);
    turn_end_time_wait(&t, &tcb, tw);
}
