/* SPDX-License-Identifier: MIT
 * test_net_wheel.c - the timing wheel against a list that is simply searched. */
#include "net_world.h"
#include "test.h"

#include <stdlib.h>

enum { ALARMS = 300 };

struct model {
    bool     set;
    vtime    at;
    uint64_t born;
    uint32_t alarm; /* in the wheel */
};

static struct world *wheel_world(void)
{
    struct setup s = setup_default();

    s.cap[REGION_ALARM] = ALARMS;
    return world_new(&s);
}

static int earliest(const struct model *m, vtime until)
{
    int best = -1;

    for (int i = 0; i < ALARMS; i++)
        if (m[i].set && m[i].at <= until
            && (best < 0 || m[i].at < m[best].at
                || (m[i].at == m[best].at && m[i].born < m[best].born)))
            best = i;
    return best;
}

/* Spans of every magnitude, often equal, so that every level and ties are met. */
static vspan any_span(struct rng *r)
{
    uint64_t span = rng_next(r) >> (2 + rng_below(r, 62));

    return rng_below(r, 3) ? (vspan)(span >> 20) : (vspan)rng_below(r, 8);
}

static void pop_both(struct world *w, struct model *m, vtime until)
{
    for (;;) {
        struct alarm a;
        int          i   = earliest(m, until);
        bool         got = wheel_pop(w, until, &a);

        ck_assert_int_eq(got, i >= 0);
        if (!got)
            break;
        ck_assert_int_eq(a.who, i);
        ck_assert_int_eq(a.at, m[i].at);
        ck_assert_int_eq(a.kind, ALARM_PACKET);
        w->now     = a.at;
        m[i].set   = false;
        m[i].alarm = 0;
    }
    w->now = until;
}

static void against_the_list(uint64_t seed, int rounds)
{
    struct world *w         = wheel_world();
    struct model  m[ALARMS] = { { 0 } };
    struct rng    r         = { seed };
    uint64_t      births    = 0;

    for (int n = 0; n < rounds; n++) {
        int   i  = (int)rng_below(&r, ALARMS);
        vtime at = w->now + any_span(&r);

        switch (rng_below(&r, 8)) {
        case 0:
            alarm_cancel(w, &m[i].alarm);
            m[i].set = false;
            break;
        case 1: /* to the time it has: keeps its place among equals */
            if (!m[i].set)
                break;
            alarm_set(w, &m[i].alarm, m[i].at, ALARM_PACKET, (uint32_t)i);
            break;
        case 2: pop_both(w, m, w->now + any_span(&r) / 2); break;
        default:
            if (w->now > INT64_MAX / 2)
                break;
            if (!m[i].set || m[i].at != at)
                m[i].born = ++births;
            alarm_set(w, &m[i].alarm, at, ALARM_PACKET, (uint32_t)i);
            m[i].set = true;
            m[i].at  = at;
            break;
        }
        wheel_check(w);
        int first = earliest(m, VTIME_NEVER);
        ck_assert_int_eq(wheel_next(w), first < 0 ? VTIME_NEVER : m[first].at);
    }
    world_free(w);
}

START_TEST(the_same_as_a_sorted_list) { against_the_list(100 + (uint64_t)_i, 3000); }
END_TEST

START_TEST(a_time_that_has_passed_is_now)
{
    struct world *w     = wheel_world();
    uint32_t      alarm = 0;
    struct alarm  a;

    w->now = 1000;
    alarm_set(w, &alarm, 10, ALARM_PACKET, 1);
    ck_assert_int_eq(wheel_next(w), 1000);
    ck_assert(wheel_pop(w, 1000, &a));
    alarm = 0;
    alarm_set(w, &alarm, 2000, ALARM_PACKET, 1);
    ck_assert(!wheel_pop(w, 1999, &a));
    alarm_set(w, &alarm, VTIME_NEVER, ALARM_PACKET, 1);
    ck_assert_uint_eq(alarm, 0);
    ck_assert_int_eq(wheel_next(w), VTIME_NEVER);
    world_free(w);
}
END_TEST

/* Stopping on the way leaves no trace: only then is a replay with other stops equal byte for byte.
 */
START_TEST(stops_leave_no_trace)
{
    struct rng r = { 5 };

    for (int round = 0; round < 50; round++) {
        struct world *a = wheel_world(), *b = wheel_world();
        struct alarm  x, y;

        for (uint32_t i = 0; i < 100; i++) {
            uint32_t one = 0, two = 0;
            vtime    at = any_span(&r);
            alarm_set(a, &one, at, ALARM_PACKET, i);
            alarm_set(b, &two, at, ALARM_PACKET, i);
        }
        for (int n = 0; n < 40; n++) {
            vtime goal = b->now + 1 + any_span(&r);
            while (a->now < goal) { /* a goes in many steps, b in one */
                vtime stop = a->now + 1 + (goal - a->now) / (vspan)(1 + rng_below(&r, 4));
                stop       = stop < goal ? stop : goal;
                while (wheel_pop(a, stop, &x))
                    ;
                a->now = stop;
            }
            while (wheel_pop(b, goal, &y))
                ;
            b->now = goal;
            ck_assert(world_equal(a, b));
        }
        world_free(a);
        world_free(b);
    }
}
END_TEST

SUITE(net_wheel)
{
    TCase *c = tcase_create("all");

    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, the_same_as_a_sorted_list, 0, 20);
    tcase_add_test(c, a_time_that_has_passed_is_now);
    tcase_add_test(c, stops_leave_no_trace);
    suite_add_tcase(s, c);
}
