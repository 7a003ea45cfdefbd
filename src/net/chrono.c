/* SPDX-License-Identifier: MIT
 * chrono.c - what a connection waited for while it had text: TCP_INFO's busy_time and its parts.
 *
 * Busy is from the first byte that is written until all is acknowledged.  Of that, the peer's
 * window is to blame while it does not take the next segment, and the send buffer while a writer
 * had to stop and yet all that it wrote is on its way.  For the rest it is the network, or its
 * congestion window.
 */
#include "net/host.h"

enum chrono { IDLE, BUSY, BY_WINDOW, BY_BUFFER };

void chrono_stopped(struct conn *c) { c->nospace = 1; }

static enum chrono kind_of(const struct turn *t, const struct conn *c)
{
    const struct tcb *b = t->tcb;

    if (b->state < TCP_ESTABLISHED || b->state == TCP_TIME_WAIT || !seq_lt(b->snd.una, b->snd.end))
        return IDLE;
    if (seq_lt(b->snd.nxt, b->snd.end))
        return tcp_waits_window(b, &t->env) ? BY_WINDOW : BUSY;
    return c->nospace && (b->cc.cwnd == 0 || b->snd.nxt - b->snd.una < b->cc.cwnd) ? BY_BUFFER
                                                                                   : BUSY;
}

void chrono_look(const struct world *w, const struct conn *c, uint32_t *busy, uint32_t *window,
                 uint32_t *buffer)
{
    uint32_t ms = c->chrono == IDLE ? 0 : stamp_ms(w) - c->seen;

    *busy   = c->busy + ms;
    *window = c->by_window + (c->chrono == BY_WINDOW ? ms : 0);
    *buffer = c->by_buffer + (c->chrono == BY_BUFFER ? ms : 0);
}

void chrono_turn(struct turn *t, struct conn *c)
{
    if (c->nospace && 3 * (uint64_t)tcp_room(t->tcb, t->policy) >= t->policy->snd_buf)
        c->nospace = 0; /* here a writer is woken */
    enum chrono kind = kind_of(t, c);
    if (kind == c->chrono)
        return;
    chrono_look(t->w, c, &c->busy, &c->by_window, &c->by_buffer);
    c->seen   = stamp_ms(t->w);
    c->chrono = (uint8_t)kind;
}
