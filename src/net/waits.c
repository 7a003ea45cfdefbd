/* SPDX-License-Identifier: MIT
 * waits.c - records of connections in TIME_WAIT: shown to the engine, kept, or forgotten.
 */
#include "net/host.h"

#include <string.h>

void time_wait_forget(struct turn *t, uint32_t tw)
{
    struct time_wait *r = world_time_wait(t->w, tw);

    host_of(t->w, r->host)->n_waits--;
    demux_remove_time_wait(t->w, tw);
    demux_release(t->w, r->host, &r->local, r->reuse);
    alarm_cancel(t->w, &r->alarm);
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
}

/* The record after the engine has looked at it as a control block: kept, or forgotten. */
void turn_end_time_wait(struct turn *t, struct tcb *tcb, uint32_t tw)
{
    struct time_wait *r = world_time_wait(t->w, tw);

    turn_drain(t, tcb, &r->local, &r->remote);
    if (tcb->state == TCP_TIME_WAIT) {
        r->tw = tcp_pack(tcb);
        alarm_set(t->w, &r->alarm, r->tw.deadline, ALARM_TIME_WAIT, tw);
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
