/* SPDX-License-Identifier: MIT
 * test_net_history.c - every moment can be gone back to, exactly; what was is never lost. */
#include "net/history.h"
#include "net/keyframe.h"
#include "net_world.h"
#include "test.h"

#include <stdlib.h>

static struct op    ops[32];
static struct setup setup;

static struct history *talk(uint64_t seed, struct ratio loss)
{
    struct command a = start(SERVER, 1), b = start(CLIENT, 2);

    setup                 = talking_hosts(seed, ops);
    setup.path[0][1].loss = setup.path[1][0].loss = loss;
    struct history *h                             = history_new(&setup);
    ck_assert(history_do(h, &a));
    ck_assert(history_do(h, &b));
    return h;
}

static const struct ratio never = { 0, 1 }, sometimes = { 1, 8 };

/* A world of its own that has done the same, for comparison: its bytes at every event. */
struct film {
    size_t      n;
    struct blob frame[2000];
    vtime       at[2000];
};

static void film(struct film *f, const struct history *h, vtime until)
{
    const struct deed *d;
    struct world      *w = world_new(&setup);
    size_t             i = 0;

    memset(f, 0, sizeof *f);
    for (;;) {
        ck_assert_uint_lt(f->n, 2000);
        f->at[f->n] = w->now;
        world_save(w, &f->frame[f->n++]);
        d = i < history_deeds(h) ? history_deed(h, i) : NULL;
        if (d && d->event == w->event) {
            if (d->at > w->now)
                ck_assert(!world_step(w, NULL, d->at));
            world_do(w, NULL, &d->cmd);
            i++;
        } else if (!world_step(w, NULL, until)) {
            break;
        }
        world_check(w);
    }
    world_free(w);
}

static void film_free(struct film *f)
{
    for (size_t i = 0; i < f->n; i++)
        blob_free(&f->frame[i]);
}

/* Does the history stand where frame k was taken? */
static void at_frame(const struct history *h, const struct film *f, size_t k)
{
    struct blob b = { 0 };

    world_save(history_world(h), &b);
    ck_assert_uint_eq(history_world(h)->event, k);
    ck_assert_uint_eq(b.len, f->frame[k].len);
    ck_assert_msg(memcmp(b.bytes, f->frame[k].bytes, b.len) == 0, "frame %zu differs", k);
    blob_free(&b);
}

static void seen_fits(const struct history *h)
{
    const struct journal *j = history_journal(h);
    size_t                n = history_seen(h);

    ck_assert_uint_le(n, j->len);
    if (n > 0)
        ck_assert_uint_le(j->entry[n - 1].event, history_world(h)->event);
    if (n < j->len)
        ck_assert_uint_gt(j->entry[n].event, history_world(h)->event);
}

START_TEST(every_event_both_ways)
{
    static struct film f;
    struct history    *h = talk(3, _i ? sometimes : never);

    history_run(h, SEC(200), 0);
    film(&f, h, SEC(200));
    size_t end = history_world(h)->event, len = history_journal(h)->len;
    ck_assert_uint_eq(end + 1, f.n);
    for (size_t k = end; k > 0; k--) { /* backwards, one at a time */
        history_seek(h, k - 1, 0);
        at_frame(h, &f, k - 1);
        seen_fits(h);
    }
    ck_assert_uint_eq(history_seen(h), 0);
    for (size_t k = 0; k < end; k++) { /* forwards */
        ck_assert(history_step(h, SEC(200)));
        at_frame(h, &f, k + 1);
        seen_fits(h);
    }
    struct rng r = { 6 };
    for (int i = 0; i < 500; i++) { /* anywhere */
        size_t k = rng_below(&r, end + 1);
        history_seek(h, k, 0);
        at_frame(h, &f, k);
        seen_fits(h);
    }
    ck_assert_uint_eq(history_journal(h)->len, len); /* nothing was told twice */
    ck_assert_int_eq(history_branches(h), 1);
    history_seek_time(h, SEC(200));
    ck_assert(history_verify(h));
    film_free(&f);
    history_free(h);
}
END_TEST

/* At any time: what has happened by then, no more, no less. */
START_TEST(any_time_both_ways)
{
    static struct film f;
    struct history    *h = talk(3, sometimes);
    struct rng         r = { 7 };

    history_run(h, SEC(20), 0);
    film(&f, h, SEC(20));
    for (int i = 0; i < 1000; i++) {
        vtime  t = (vtime)rng_below(&r, SEC(2));
        size_t k = 0;

        if (rng_below(&r, 4) == 0)
            t = f.at[rng_below(&r, f.n)];
        history_seek_time(h, t);
        while (k + 1 < f.n && f.at[k + 1] <= t)
            k++;
        ck_assert_uint_eq(history_world(h)->event, k);
        ck_assert_int_eq(history_world(h)->now, t);
        seen_fits(h);
        if (f.at[k] == t)
            at_frame(h, &f, k);
    }
    history_seek_time(h, SEC(1000)); /* not past the end */
    ck_assert_int_eq(history_world(h)->now, SEC(20));
    film_free(&f);
    history_free(h);
}
END_TEST

START_TEST(between_two_events)
{
    struct history *h = talk(3, never);

    history_run(h, SEC(20), 0);
    history_seek(h, 2, MSEC(4)); /* the client sleeps until 10 ms */
    ck_assert_uint_eq(history_world(h)->event, 2);
    ck_assert_int_eq(history_world(h)->now, MSEC(4));
    history_seek(h, 2, SEC(4)); /* that would be later than the next event */
    ck_assert_uint_eq(history_world(h)->event, 2);
    ck_assert_int_lt(history_world(h)->now, MSEC(10) + 1);
    history_seek(h, 2, 0);
    ck_assert_int_eq(history_world(h)->now, 0);

    struct command c = inject(CLIENT, SERVER, 1);
    history_seek_time(h, SEC(20));
    uint64_t event = history_world(h)->event;
    ck_assert(history_do(h, &c)); /* a deed is an event too: not past it */
    history_run(h, SEC(30), 0);
    history_seek(h, event, SEC(25));
    ck_assert_uint_eq(history_world(h)->event, event);
    ck_assert_int_eq(history_world(h)->now, SEC(20));
    history_free(h);
}
END_TEST

START_TEST(to_an_entry)
{
    struct history *h = talk(3, never);

    history_run(h, SEC(20), 0);
    const struct journal *j = history_journal(h);
    for (size_t i = j->len; i-- > 0;) {
        history_seek_entry(h, i);
        ck_assert_uint_eq(history_world(h)->event, j->entry[i].event);
        ck_assert_int_eq(history_world(h)->now, j->entry[i].at);
        ck_assert_uint_gt(history_seen(h), i);
    }
    history_free(h);
}
END_TEST

START_TEST(acting_in_the_past_begins_a_branch)
{
    static struct film f, g;
    struct history    *h = talk(3, never);
    struct command     c = inject(CLIENT, SERVER, 1);

    history_run(h, SEC(20), 0);
    film(&f, h, SEC(20));
    uint64_t end = history_world(h)->event;
    size_t   len = history_journal(h)->len;

    history_seek(h, 9, 0);
    size_t seen = history_seen(h);
    ck_assert(history_do(h, &c));
    ck_assert_int_eq(history_branch(h), 1);
    ck_assert_int_eq(history_branches(h), 2);
    history_run(h, SEC(30), 0);
    film(&g, h, SEC(30));
    struct branch_info b = history_branch_info(h, 1);
    ck_assert_int_eq(b.parent, 0);
    ck_assert_uint_eq(b.fork, 9);
    ck_assert_int_eq(b.fork_at, f.at[9]);
    ck_assert_uint_eq(b.deeds, 1);
    ck_assert_int_eq(b.end_at, SEC(30));
    ck_assert_uint_eq(b.end + 1, g.n);
    ck_assert_uint_eq(history_deeds(h), 3);
    ck_assert_uint_eq(history_deed(h, 2)->event, 9);
    ck_assert(history_verify(h));

    for (size_t k = b.end + 1; k-- > 0;) { /* its past is its parent's */
        history_seek(h, k, 0);
        at_frame(h, &g, k);
        if (k <= 9)
            at_frame(h, &f, k);
    }
    history_switch(h, 0); /* at the beginning still; and what it was has not changed */
    ck_assert_uint_eq(history_world(h)->event, 0);
    ck_assert_uint_eq(history_journal(h)->len, len);
    for (size_t k = end + 1; k-- > 0;) {
        history_seek(h, k, 0);
        at_frame(h, &f, k);
    }
    history_seek(h, end, SEC(20));
    ck_assert(history_verify(h));
    ck_assert_uint_eq(history_branch_info(h, 0).end, end);
    (void)seen;

    history_seek(h, 15, 0); /* the same event of the other branch */
    history_switch(h, 1);
    at_frame(h, &g, 15);
    history_seek(h, 4, 0); /* before the fork both stand at the same */
    history_switch(h, 0);
    at_frame(h, &f, 4);
    film_free(&f);
    film_free(&g);
    history_free(h);
}
END_TEST

/* A history in the memory of another knows nothing of it. */
START_TEST(in_the_memory_of_another)
{
    static struct film f;
    struct history    *h = talk(3, sometimes);
    struct command     c = inject(CLIENT, SERVER, 1);
    struct command     a = start(SERVER, 1), b = start(CLIENT, 2);

    history_run(h, SEC(20), 0);
    history_seek(h, 9, 0);
    ck_assert(history_do(h, &c));
    history_run(h, SEC(30), 0);
    ck_assert(history_undo(h));

    h = history_renew(h, &setup);
    ck_assert_int_eq(history_branches(h), 1);
    ck_assert_int_eq(history_branch(h), 0);
    ck_assert_uint_eq(history_world(h)->event, 0);
    ck_assert_uint_eq(history_journal(h)->len, 0);
    ck_assert_uint_eq(history_seen(h), 0);
    ck_assert_uint_eq(history_deeds(h), 0);
    ck_assert(!history_undo(h));
    ck_assert(!history_redo(h));
    ck_assert(history_do(h, &a));
    ck_assert(history_do(h, &b));
    history_run(h, SEC(20), 0);
    ck_assert_int_eq(history_branches(h), 1);
    film(&f, h, SEC(20));
    ck_assert_uint_eq(history_world(h)->event + 1, f.n);
    for (size_t k = f.n; k-- > 0;) {
        history_seek(h, k, 0);
        at_frame(h, &f, k);
    }
    ck_assert(history_verify(h));
    film_free(&f);
    history_free(h);
}
END_TEST

START_TEST(a_switch_to_what_never_came_so_far)
{
    struct history *h = talk(3, never);
    struct command  c = inject(CLIENT, SERVER, 1);

    history_run(h, SEC(20), 0);
    history_seek(h, 9, 0);
    ck_assert(history_do(h, &c)); /* branch 1 ends at event 10 */
    history_switch(h, 0);
    history_seek(h, 20, 0);
    history_switch(h, 1);
    ck_assert_uint_eq(history_world(h)->event, 9); /* its fork */
    history_free(h);
}
END_TEST

START_TEST(undone_and_done_again)
{
    struct history *h = talk(3, never);
    struct command  c = inject(CLIENT, SERVER, 1);

    history_run(h, MSEC(100), 0);
    uint64_t before = hash_world(history_world(h));
    ck_assert(history_do(h, &c));
    uint64_t after = hash_world(history_world(h));
    history_run(h, MSEC(300), 0);
    ck_assert(history_undo(h));
    ck_assert_uint_eq(hash_world(history_world(h)), before);
    ck_assert_int_eq(history_world(h)->now, MSEC(100));
    ck_assert_int_eq(history_branches(h), 1);
    ck_assert(!history_step(h, MSEC(100))); /* time stands still: nothing is decided yet */
    ck_assert(history_redo(h));
    ck_assert_uint_eq(hash_world(history_world(h)), after);
    ck_assert(!history_redo(h));
    ck_assert(history_undo(h));
    history_run(h, SEC(20), 0); /* time goes on without it ... */
    ck_assert_int_eq(history_branches(h), 2);
    ck_assert_int_eq(history_branch(h), 1);
    ck_assert_uint_eq(history_deeds(h), 2);
    ck_assert(history_verify(h));
    history_switch(h, 0); /* ... and what was done is still there */
    ck_assert_uint_eq(history_deeds(h), 3);
    history_seek_time(h, SEC(20));
    ck_assert(history_verify(h));
    history_free(h);
}
END_TEST

START_TEST(undone_to_the_beginning)
{
    struct history *h = talk(3, never);

    history_run(h, SEC(1), 0);
    ck_assert(history_undo(h));
    ck_assert(history_undo(h));
    ck_assert(!history_undo(h));
    ck_assert_uint_eq(history_world(h)->event, 0);
    ck_assert(history_redo(h));
    history_run(h, SEC(1), 0); /* only the server's program was started */
    ck_assert_uint_eq(history_deeds(h), 1);
    ck_assert_uint_eq(count(history_journal(h), EVENT_START), 1);
    history_free(h);
}
END_TEST

/* Whatever one does, the past of every branch stays what it was. */
START_TEST(random_walks)
{
    struct history *h = talk(11, sometimes);
    struct rng      r = { (uint64_t)_i + 1 };

    for (int i = 0; i < 400; i++) {
        struct branch_info b = history_branch_info(h, history_branch(h));
        struct command     c = inject((uint8_t)(1 + i % 2), (uint8_t)(2 - i % 2), (seq)i);

        if (rng_below(&r, 2)) {
            memset(&c, 0, sizeof c);
            c.kind = CMD_DROP + (uint32_t)rng_below(&r, 6);
            c.time = MSEC(30);
        }
        switch (rng_below(&r, 9)) {
        case 0: history_seek(h, rng_below(&r, b.end + 1), 0); break;
        case 1: history_seek_time(h, (vtime)rng_below(&r, (uint64_t)b.end_at + 1)); break;
        case 2:
            if (history_branches(h) < 12)
                history_do(h, &c);
            break;
        case 3: history_switch(h, (int)rng_below(&r, (uint64_t)history_branches(h))); break;
        case 4: history_undo(h); break;
        case 5: history_redo(h); break;
        case 6: history_seek(h, b.end, b.end_at); break;
        default:
            history_run(h, history_world(h)->now + (vspan)rng_below(&r, SEC(1)), rng_below(&r, 20));
        }
        seen_fits(h);
        world_check(history_world(h));
    }
    for (int i = 0; i < history_branches(h); i++) {
        history_switch(h, i);
        struct branch_info b = history_branch_info(h, i);
        history_seek_time(h, b.end_at);
        ck_assert_uint_eq(history_world(h)->event, b.end);
        ck_assert_int_eq(history_world(h)->now, b.end_at);
        ck_assert_msg(history_verify(h), "branch %d", i);
    }
    history_free(h);
}
END_TEST

START_TEST(limits_refuse)
{
    struct history *h = talk(3, never);
    struct command  c = inject(CLIENT, SERVER, 1);

    history_run(h, SEC(1), 0);
    while (history_branches(h) < HISTORY_BRANCHES) {
        history_seek(h, 3, 0);
        ck_assert(history_do(h, &c));
    }
    history_seek(h, 3, 0);
    uint64_t hash = hash_world(history_world(h));
    ck_assert(!history_do(h, &c));
    ck_assert_uint_eq(hash_world(history_world(h)), hash);
    history_free(h);
}
END_TEST

START_TEST(memory_is_bounded)
{
    struct history *h = talk(3, never);

    for (int i = 0; i < 3000; i++) {
        struct command c = inject(CLIENT, SERVER, (seq)i);
        ck_assert(history_do(h, &c));
        history_run(h, history_world(h)->now + MSEC(100), 0);
    }
    uint64_t end = history_world(h)->event;
    for (uint64_t k = end; k > 0; k -= k > 997 ? 997 : k) {
        history_seek(h, k, 0);
        ck_assert_uint_eq(history_world(h)->event, k);
    }
    history_free(h);
}
END_TEST

/* Taken in any order they lie in order, and their number is bounded; the beginning stays. */
START_TEST(keyframes_in_order)
{
    static struct keyframes k;
    struct setup            s = two_hosts(1);
    struct world           *w = world_new(&s);
    struct rng              r = { 2 };

    k.rooted = true;
    keyframes_add(&k, w);
    for (int i = 0; i < 500; i++) {
        w->event = 1 + rng_below(&r, 1000);
        keyframes_add(&k, w);
        ck_assert_int_le(k.n, HISTORY_KEYS);
        for (int n = 1; n < k.n; n++)
            ck_assert_uint_lt(k.key[n - 1].event, k.key[n].event);
        const struct keyframe *at = keyframes_before(&k, w->event, VTIME_NEVER);
        ck_assert_uint_eq(at->event, w->event);
    }
    ck_assert_uint_eq(k.key[0].event, 0);
    keyframes_thin(&k, 5, 1000);
    ck_assert_int_eq(k.n, 5);
    ck_assert_uint_eq(k.key[0].event, 0);
    keyframes_free(&k);
    world_free(w);
}
END_TEST

SUITE(net_history)
{
    TCase *c = tcase_create("all");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, every_event_both_ways, 0, 2);
    tcase_add_test(c, any_time_both_ways);
    tcase_add_test(c, between_two_events);
    tcase_add_test(c, to_an_entry);
    tcase_add_test(c, acting_in_the_past_begins_a_branch);
    tcase_add_test(c, in_the_memory_of_another);
    tcase_add_test(c, a_switch_to_what_never_came_so_far);
    tcase_add_test(c, undone_and_done_again);
    tcase_add_test(c, undone_to_the_beginning);
    tcase_add_loop_test(c, random_walks, 0, 12);
    tcase_add_test(c, limits_refuse);
    tcase_add_test(c, memory_is_bounded);
    tcase_add_test(c, keyframes_in_order);
    suite_add_tcase(s, c);
}
