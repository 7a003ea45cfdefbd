/* SPDX-License-Identifier: MIT
 * rest.c - control blocks: whole while something moves, packed when nothing has for long.
 *
 *      conn.control --> whole (REGION_CONTROL)   something moves, or has moved lately
 *      conn.control --> packed (REGION_REST)     conn.rests: nothing does, and others have since
 *
 * Whole blocks in which nothing moves stand in a queue, the one that moved last at its end; when
 * it is longer than world.quiet_max the first is packed.  So a few connections are never packed,
 * and of many those that do nothing.  There is room for as many of either as for connections: none
 * can run out.
 */
#include "net/inside.h"

#include <assert.h>
#include <string.h>

static void leave(struct world *w, uint32_t i)
{
    struct control *b = world_control(w, i);

    if (!b->quiet)
        return;
    *(b->prev ? &world_control(w, b->prev)->next : &w->quiet_first) = b->next;
    *(b->next ? &world_control(w, b->next)->prev : &w->quiet_last)  = b->prev;
    b->next = b->prev = b->quiet = 0;
    w->quiet--;
}

static void join(struct world *w, uint32_t i)
{
    struct control *b = world_control(w, i);

    b->quiet                                                        = 1;
    b->prev                                                         = w->quiet_last;
    *(b->prev ? &world_control(w, b->prev)->next : &w->quiet_first) = i;
    w->quiet_last                                                   = i;
    w->quiet++;
}

struct tcb *control_new(struct world *w, uint32_t conn)
{
    uint32_t i = world_take(w, REGION_CONTROL);

    assert(i != 0);
    world_control(w, i)->conn    = conn;
    world_conn(w, conn)->control = i;
    return &world_control(w, i)->tcb;
}

struct tcb *control_wake(struct world *w, uint32_t conn)
{
    struct conn *c = world_conn(w, conn);

    if (c->rests) {
        uint32_t rest = c->control;

        c->rests              = 0;
        *control_new(w, conn) = tcp_wake(world_rest(w, rest));
        world_give(w, REGION_REST, rest);
    }
    return &world_control(w, c->control)->tcb;
}

void control_free(struct world *w, uint32_t conn)
{
    struct conn *c = world_conn(w, conn);

    assert(!c->rests);
    leave(w, c->control);
    world_give(w, REGION_CONTROL, c->control);
    c->control = 0;
}

/* Pack the one in which nothing has moved for longest; should it be too odd, it stays whole. */
static void pack_first(struct world *w)
{
    struct control *b = world_control(w, w->quiet_first);
    struct tcp_rest r;

    if (!tcp_rest(&b->tcb, &r)) {
        leave(w, w->quiet_first);
        return;
    }
    uint32_t rest = world_take(w, REGION_REST), conn = b->conn;
    assert(rest != 0);
    *world_rest(w, rest) = r;
    control_free(w, conn);
    world_conn(w, conn)->control = rest;
    world_conn(w, conn)->rests   = 1;
}

void control_moved(struct world *w, uint32_t conn)
{
    uint32_t i = world_conn(w, conn)->control;

    leave(w, i);
    if (!tcp_at_rest(&world_control(w, i)->tcb))
        return;
    join(w, i);
    if (w->quiet > w->quiet_max)
        pack_first(w);
}

const struct tcb *conn_look(const struct world *w, const struct conn *c, struct tcb *room)
{
    static const struct tcb nothing;

    if (!c->control)
        return &nothing;
    if (!c->rests)
        return &world_control(w, c->control)->tcb;
    *room = tcp_wake(world_rest(w, c->control));
    return room;
}

struct tcb conn_tcb(const struct world *w, const struct conn *c)
{
    struct tcb room;

    return *conn_look(w, c, &room);
}

void rest_check(const struct world *w)
{
    uint32_t n = 0, before = 0, whole = 0, packed = 0;

    for (uint32_t i = w->quiet_first; i; before = i, i = world_control(w, i)->next) {
        const struct control *b = world_control(w, i);

        assert(b->quiet && b->prev == before && tcp_at_rest(&b->tcb));
        n++;
        assert(n <= w->quiet); /* else it goes round */
    }
    assert(n == w->quiet && n <= w->quiet_max && w->quiet_last == before);
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *c = world_conn(w, i);

        whole += c->control && !c->rests;
        packed += c->rests;
        assert(!c->control || c->rests || world_control(w, c->control)->conn == i);
    }
    assert(whole == w->region[REGION_CONTROL].used);
    assert(packed == w->region[REGION_REST].used);
}
