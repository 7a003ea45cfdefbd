/* SPDX-License-Identifier: MIT
 * wheel.c - the future: a hierarchical timing wheel with an exact order.
 *
 *      level 0   64 slots of 1 us      the alarms of the 64 us that `now` is in
 *      level 1   64 slots of 64 us     those of the 4 ms that `now` is in, but not of its 64 us
 *      level 2   64 slots of 4096 us   ...
 *      level 10  the rest of a 64-bit time
 *
 * An alarm lies on the level of the highest 6-bit digit in which its time differs from wheel.now,
 * in the slot which that digit names.  So all of a level come before all of the next, and slots in
 * their order.  When wheel.now enters the span of a slot, the slot's alarms are moved down to where
 * they then belong, in order.
 *
 * Why the order is exact: two alarms for the same time are always in the same slot, because the
 * place is a function of (time, wheel.now) alone; each joins at the end, and moving down keeps the
 * order.  A slot of level 0 holds one time only.  Hence its first alarm is the first of all by (at,
 * born).
 *
 * Setting and cancelling are O(1), taking out is amortised O(levels): an alarm moves down once a
 * level.
 *
 * wheel.now may lag behind world.now (nothing lies between) but is never ahead of it, since an
 * alarm may be set for now.  It depends only on what was popped and on world.now, not on the number
 * of stops on the way: equal moments have equal wheels.
 */
#include "net/inside.h"

#include <assert.h>
#include <string.h>

enum { DIGIT = 6 }; /* bits */

static uint32_t place(const struct wheel *wh, vtime at)
{
    uint64_t differs = (uint64_t)at ^ (uint64_t)wh->now;
    uint32_t level   = differs ? (63u - (uint32_t)__builtin_clzll(differs)) / DIGIT : 0;

    return level * WHEEL_SLOTS + (uint32_t)((uint64_t)at >> (DIGIT * level) & (WHEEL_SLOTS - 1));
}

/* A slot is a list whose first alarm's prev is its last. */
static void join(struct world *w, uint32_t i)
{
    struct wheel *wh    = &w->wheel;
    struct alarm *a     = world_alarm(w, i);
    uint32_t      slot  = place(wh, a->at);
    uint32_t     *first = &wh->slot[slot / WHEEL_SLOTS][slot % WHEEL_SLOTS];

    a->slot = (uint16_t)slot;
    a->next = 0;
    if (*first == 0) {
        a->prev = i;
        *first  = i;
        wh->busy[slot / WHEEL_SLOTS] |= UINT64_C(1) << slot % WHEEL_SLOTS;
        return;
    }
    a->prev                       = world_alarm(w, *first)->prev;
    world_alarm(w, a->prev)->next = i;
    world_alarm(w, *first)->prev  = i;
}

static void leave(struct world *w, uint32_t i)
{
    struct wheel *wh    = &w->wheel;
    struct alarm *a     = world_alarm(w, i);
    uint32_t      level = a->slot / WHEEL_SLOTS, digit = a->slot % WHEEL_SLOTS;
    uint32_t     *first = &wh->slot[level][digit];

    assert(*first != 0);
    if (*first == i)
        *first = a->next;
    else
        world_alarm(w, a->prev)->next = a->next;
    if (a->next)
        world_alarm(w, a->next)->prev = a->prev;
    else if (*first)
        world_alarm(w, *first)->prev = a->prev;
    if (*first == 0)
        wh->busy[level] &= ~(UINT64_C(1) << digit);
}

void alarm_set(struct world *w, uint32_t *alarm, vtime at, enum alarm_kind kind, uint32_t who)
{
    struct alarm *a;

    if (at == VTIME_NEVER) {
        alarm_cancel(w, alarm);
        return;
    }
    if (at < w->now)
        at = w->now;
    if (*alarm) {
        a = world_alarm(w, *alarm);
        assert(a->kind == kind);
        assert(a->who == who);
        if (a->at == at)
            return;
        leave(w, *alarm);
    } else {
        *alarm = world_take(w, REGION_ALARM);
        assert(*alarm != 0);
        a       = world_alarm(w, *alarm);
        a->kind = (uint8_t)kind;
        a->who  = who;
    }
    a->at   = at;
    a->born = ++w->wheel.births;
    join(w, *alarm);
}

void alarm_cancel(struct world *w, uint32_t *alarm)
{
    if (*alarm == 0)
        return;
    leave(w, *alarm);
    world_give(w, REGION_ALARM, *alarm);
    *alarm = 0;
}

/* The lowest level that has an alarm; WHEEL_LEVELS when none has. */
static uint32_t lowest(const struct wheel *wh)
{
    uint32_t level = 0;

    while (level < WHEEL_LEVELS && wh->busy[level] == 0)
        level++;
    return level;
}

/* When the span of a slot begins. */
static vtime begins(const struct wheel *wh, uint32_t level, uint32_t digit)
{
    uint32_t above = DIGIT * (level + 1);
    uint64_t high  = above < 64 ? (uint64_t)wh->now >> above << above : 0;

    return (vtime)(high | (uint64_t)digit << (DIGIT * level));
}

static uint32_t first_digit(uint64_t busy) { return (uint32_t)__builtin_ctzll(busy); }

/* Enter the span of the first busy slot: all lower levels are empty, and its alarms move there. */
static void enter(struct world *w, uint32_t level, uint32_t digit)
{
    struct wheel *wh = &w->wheel;
    uint32_t      i  = wh->slot[level][digit], next;

    wh->now                = begins(wh, level, digit);
    wh->slot[level][digit] = 0;
    wh->busy[level] &= ~(UINT64_C(1) << digit);
    for (; i != 0; i = next) {
        next = world_alarm(w, i)->next;
        join(w, i);
    }
}

bool wheel_pop(struct world *w, vtime until, struct alarm *out)
{
    struct wheel *wh = &w->wheel;
    uint32_t      level;

    assert(until >= wh->now);
    while ((level = lowest(wh)) < WHEEL_LEVELS) {
        uint32_t digit = first_digit(wh->busy[level]);
        vtime    at    = begins(wh, level, digit);

        if (at > until)
            return false;
        if (level > 0) {
            enter(w, level, digit);
            continue;
        }
        uint32_t i = wh->slot[0][digit];
        *out       = *world_alarm(w, i);
        assert(out->at == at);
        wh->now = at;
        leave(w, i);
        world_give(w, REGION_ALARM, i);
        return true;
    }
    return false;
}

vtime wheel_next(const struct world *w)
{
    uint32_t level = lowest(&w->wheel);
    vtime    next  = VTIME_NEVER;

    if (level == WHEEL_LEVELS)
        return VTIME_NEVER;
    uint32_t i = w->wheel.slot[level][first_digit(w->wheel.busy[level])];
    if (level == 0)
        return world_alarm(w, i)->at;
    for (; i != 0; i = world_alarm(w, i)->next)
        if (world_alarm(w, i)->at < next)
            next = world_alarm(w, i)->at;
    return next;
}

void wheel_check(const struct world *w)
{
    const struct wheel *wh = &w->wheel;
    uint32_t            n  = 0;

    assert(wh->now <= w->now);
    for (uint32_t s = 0; s < WHEEL_LEVELS * WHEEL_SLOTS; s++) {
        uint32_t level = s / WHEEL_SLOTS, digit = s % WHEEL_SLOTS;
        uint32_t first = wh->slot[level][digit], last = 0;

        assert((wh->busy[level] >> digit & 1) == (first != 0));
        for (uint32_t i = first; i != 0; i = world_alarm(w, i)->next) {
            const struct alarm *a = world_alarm(w, i);

            assert(a->slot == s);
            assert(place(wh, a->at) == s);
            assert(a->at >= w->now || a->at >= wh->now);
            assert(i == first || a->prev == last);
            for (uint32_t k = last; level == 0 && k != 0; k = 0)
                assert(world_alarm(w, k)->born < a->born);
            last = i;
            n++;
            assert(n <= w->region[REGION_ALARM].used);
        }
        assert(first == 0 || world_alarm(w, first)->prev == last);
    }
    assert(n == w->region[REGION_ALARM].used);
}
