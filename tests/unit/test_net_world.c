/* SPDX-License-Identifier: MIT
 * test_net_world.c - a world as one value: memory, events, cues, commands, snapshots, determinism.
 */
#include "base/text.h"
#include "net_world.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static struct op ops[32];

static struct world *talking(uint64_t seed)
{
    struct setup s = talking_hosts(seed, ops);

    return world_new(&s);
}

static void begin_talk(struct world *w, struct journal *j)
{
    struct command a = start(SERVER, 1), b = start(CLIENT, 2);

    world_do(w, j, &a);
    world_do(w, j, &b);
}

START_TEST(regions_give_zeros_and_take_back)
{
    struct setup s = setup_default();
    struct rng   r = { 4 };
    uint32_t     have[100], n = 0;

    s.cap[REGION_PAGE] = 100;
    struct world *w    = world_new(&s);
    for (int round = 0; round < 5000; round++) {
        if (n && rng_below(&r, 2)) {
            uint32_t k = (uint32_t)rng_below(&r, n);
            world_give(w, REGION_PAGE, have[k]);
            have[k] = have[--n];
        } else {
            uint32_t i = world_take(w, REGION_PAGE);
            ck_assert_int_eq(i == 0, n == 100);
            if (!i)
                continue;
            struct page *p = world_page(w, i), zero = { 0 };
            ck_assert_mem_eq(p, &zero, sizeof zero);
            for (uint32_t k = 0; k < n; k++)
                ck_assert_uint_ne(have[k], i);
            memset(p, 0xaa, sizeof *p);
            have[n++] = i;
        }
        ck_assert_uint_eq(w->region[REGION_PAGE].used, n);
    }
    world_check(w);
    world_free(w);
}
END_TEST

START_TEST(elements_are_aligned_and_apart)
{
    struct world *w = talking(1);

    for (int i = 0; i < REGION_COUNT; i++) {
        const struct region *g = &w->region[i];
        ck_assert_uint_eq(g->offset % 8, 0);
        for (int k = 0; k < i; k++)
            ck_assert_uint_ge(g->offset,
                              w->region[k].offset + (uint64_t)w->region[k].size * w->region[k].cap);
    }
    ck_assert_ptr_eq(world_packet(w, 1), (char *)w + w->region[REGION_PACKET].offset);
    ck_assert_uint_ge(w->region[0].offset, w->hash_offset + w->buckets * sizeof(uint32_t));
    ck_assert_uint_eq(w->program[0].first, 1); /* world_op(w, first) */
    ck_assert_uint_eq(world_op(w, w->program[1].first)->verb, OP_SLEEP);
    world_free(w);
}
END_TEST

START_TEST(twice_the_same)
{
    struct world  *a = talking(9), *b = talking(9), *c = talking(9);
    struct journal j = { 0 }, k = { 0 };

    for (int i = 0; i < 2; i++)
        for (enum path_quality q = PATH_LOSS; q <= PATH_CORRUPT; q++)
            a->path[i][!i].loss = b->path[i][!i].loss = c->path[i][!i].loss =
                (struct ratio){ 1, 9 };
    begin_talk(a, &j);
    begin_talk(b, &k);
    begin_talk(c, NULL); /* nobody listens: the same world */
    run(a, &j, SEC(200));
    while (b->now < SEC(200)) /* with stops */
        run(b, &k, b->now + MSEC(170) < SEC(200) ? b->now + MSEC(170) : SEC(200));
    run(c, NULL, SEC(200));
    ck_assert(world_equal(a, b));
    ck_assert(world_equal(a, c));
    ck_assert_uint_eq(j.len, k.len);
    ck_assert(journal_equal(&j, 0, &k, 0, j.len));
    ck_assert_uint_gt(a->event, 20);
    printf("world after %llu events: %016llx\n", (unsigned long long)a->event,
           (unsigned long long)hash_world(a));
    world_free(a);
    world_free(b);
    world_free(c);
    journal_free(&j);
    journal_free(&k);
}
END_TEST

/* Save at every event; load each in turn, in a random order, and go on to the same end. */
START_TEST(saved_and_loaded)
{
    struct world *w = talking(5), *v = talking(5);
    struct blob   b[512] = { { 0 } }, last = { 0 };
    size_t        n = 0;
    struct rng    r = { 1 };

    begin_talk(w, NULL);
    do
        world_save(w, &b[n++]);
    while (n < 512 && world_step(w, NULL, SEC(100)));
    ck_assert_uint_lt(n, 512);
    ck_assert_uint_lt(b[0].len, w->bytes / 4); /* what is in use, not the capacity */
    for (int i = 0; i < 60; i++) {
        size_t k = rng_below(&r, n);
        world_load(v, &b[k]);
        world_check(v);
        world_save(v, &last);
        ck_assert_uint_eq(last.len, b[k].len);
        ck_assert_mem_eq(last.bytes, b[k].bytes, last.len);
        run(v, NULL, SEC(100));
        ck_assert(world_equal(v, w));
    }
    w->host[0].port_next ^= 1;
    ck_assert(!world_equal(v, w));
    for (size_t i = 0; i < n; i++)
        blob_free(&b[i]);
    blob_free(&last);
    world_free(w);
    world_free(v);
}
END_TEST

/* Above `high` everything is zero, after a load too: else what is taken next would not be. */
START_TEST(unused_memory_is_zero)
{
    struct world *w = talking(5);
    struct blob   b = { 0 };

    world_save(w, &b);
    begin_talk(w, NULL);
    run(w, NULL, SEC(100));
    world_load(w, &b);
    for (int r = 0; r < REGION_COUNT; r++) {
        const struct region *g     = &w->region[r];
        const char          *at    = (const char *)w + g->offset + (size_t)g->size * g->high;
        size_t               dirty = 0;
        for (size_t i = 0; i < (size_t)g->size * (g->cap - g->high); i++)
            dirty += at[i] != 0;
        ck_assert_uint_eq(dirty, 0);
    }
    blob_free(&b);
    world_free(w);
}
END_TEST

/* The memory of a world that is over serves the next one, be it smaller or larger: every byte is as
 * in a new one. */
START_TEST(in_the_memory_of_another)
{
    struct world *w = NULL;

    for (uint64_t i = 0; i < 9; i++) {
        struct setup s       = talking_hosts(i, ops);
        s.cap[REGION_PAGE]   = i % 3 == 1 ? 100 : i % 3 == 2 ? 3000 : 0;
        s.cap[REGION_PACKET] = i == 4 ? 64 : 0;
        struct world *v      = world_new(&s);

        w = world_renew(w, &s);
        ck_assert_uint_eq(w->bytes, v->bytes);
        ck_assert_mem_eq(w, v, v->bytes);
        begin_talk(w, NULL);
        begin_talk(v, NULL);
        run(w, NULL, SEC(i < 6 ? 200 : 1));
        run(v, NULL, SEC(i < 6 ? 200 : 1));
        ck_assert_uint_gt(w->event, 5);
        ck_assert_mem_eq(w, v, v->bytes);
        world_free(v);
    }
    struct blob b = { 0 };
    world_save(w, &b);
    ck_assert_uint_eq(b.len, world_size(w));
    struct setup  s = talking_hosts(1, ops);
    struct world *u = world_new(&s), *v = world_from(NULL, &b);
    begin_talk(u, NULL);
    run(u, NULL, SEC(20));
    u = world_from(u, &b);
    ck_assert_uint_eq(w->bytes, v->bytes);
    ck_assert_mem_eq(w, v, v->bytes);
    ck_assert_mem_eq(w, u, u->bytes);
    world_free(u);
    blob_free(&b);
    world_free(w);
    world_free(v);
    world_free(NULL);
}
END_TEST

START_TEST(events_are_counted_as_they_are_told)
{
    struct world  *w = talking(5);
    struct journal j = { 0 };
    uint64_t       event;
    size_t         told = 0;

    begin_talk(w, &j);
    ck_assert_uint_eq(w->event, 2);
    for (;;) {
        event      = w->event;
        vtime next = world_next(w);
        told       = j.len;
        if (!world_step(w, &j, SEC(100)))
            break;
        ck_assert_uint_eq(w->event, event + 1);
        ck_assert_int_ge(w->now, next); /* later only if what was due turned out to be nothing */
        for (size_t i = told; i < j.len; i++) {
            ck_assert_uint_eq(j.entry[i].event, w->event);
            ck_assert_int_eq(j.entry[i].at, w->now);
        }
    }
    ck_assert_uint_eq(w->event, event);
    ck_assert_int_eq(w->now, SEC(100));
    world_free(w);
    journal_free(&j);
}
END_TEST

/* Between cues and what they wait for, and what they do. */
START_TEST(cues)
{
    struct setup s      = two_hosts(1);
    struct cue   cue[4] = { { 0 } };

    cue[0] = (struct cue){ .at = MSEC(5), .cmd = inject(CLIENT, SERVER, 1) };
    cue[1] = (struct cue){ .at  = VTIME_NEVER,
                           .on  = { .kind = EVENT_ARRIVED + 1 },
                           .cmd = inject(SERVER, CLIENT, 2) };
    cue[2] = (struct cue){
        .at = VTIME_NEVER, .after = MSEC(3), .on = sent(0), .cmd = { .kind = CMD_DROP }
    };
    cue[2].on.nth = 2;
    cue[3] =
        (struct cue){ .at = VTIME_NEVER, .on = sent(SERVER), .cmd = inject(CLIENT, SERVER, 3) };
    s.cue            = cue;
    s.n_cue          = 4;
    struct world  *w = world_new(&s);
    struct journal j = { 0 };
    run(w, &j, SEC(1));
    ck_assert_uint_eq(count(&j, EVENT_SENT), 3);
    ck_assert_int_eq(find(&j, EVENT_SENT, 0)->at, MSEC(5));
    ck_assert_uint_eq(find(&j, EVENT_SENT, 0)->cause, CAUSE_SCRIPT);
    ck_assert_int_eq(find(&j, EVENT_SENT, 1)->at, MSEC(55)); /* at once, but an event of its own */
    ck_assert_uint_eq(find(&j, EVENT_SENT, 1)->event, find(&j, EVENT_ARRIVED, 0)->event + 1);
    ck_assert_uint_eq(find(&j, EVENT_SENT, 2)->seg.seq, 3);
    ck_assert_int_eq(find(&j, EVENT_LOST, 0)->at, MSEC(58));
    ck_assert_uint_eq(find(&j, EVENT_LOST, 0)->cause, CAUSE_SCRIPT);
    ck_assert_uint_eq(find(&j, EVENT_LOST, 0)->packet, 3); /* the newest in flight */
    ck_assert_uint_eq(count(&j, EVENT_COMMAND), 4);        /* each once, though more matched */
    ck_assert_uint_eq(find(&j, EVENT_COMMAND, 0)->cause, CAUSE_SCRIPT);
    world_check(w);
    world_free(w);
    journal_free(&j);
}
END_TEST

START_TEST(knobs_and_paths)
{
    struct world  *w = talking(1);
    struct journal j = { 0 };
    struct command c = { .kind = CMD_KNOB, .host = SERVER, .knob = KNOB_msl_ms, .n = 1234 };

    world_do(w, &j, &c);
    ck_assert_uint_eq(w->host[SERVER - 1].policy.msl_ms, 1234);
    ck_assert_uint_ne(w->host[CLIENT - 1].policy.msl_ms, 1234);
    c = (struct command){ .kind = CMD_PATH, .action = PATH_DELAY, .time = MSEC(9) };
    world_do(w, &j, &c); /* both ways */
    ck_assert_int_eq(w->path[0][1].delay, MSEC(9));
    ck_assert_int_eq(w->path[1][0].delay, MSEC(9));
    c.host = CLIENT;
    c.peer = SERVER;
    c.time = MSEC(8);
    world_do(w, &j, &c);
    ck_assert_int_eq(w->path[0][1].delay, MSEC(8));
    ck_assert_int_eq(w->path[1][0].delay, MSEC(9));
    ck_assert_uint_eq(w->event, 3);
    world_free(w);
    journal_free(&j);
}
END_TEST

/* Whatever a command says, nothing breaks. */
START_TEST(senseless_commands)
{
    struct world *w = talking(1);
    struct rng    r = { 12 };

    begin_talk(w, NULL);
    for (int i = 0; i < 3000; i++) {
        struct command c;
        memset(&c, 0, sizeof c);
        c.kind    = (uint32_t)rng_below(&r, CMD_COUNT + 1);
        c.host    = (uint8_t)rng_below(&r, 4);
        c.peer    = (uint8_t)rng_below(&r, 4);
        c.program = (uint8_t)rng_below(&r, 4);
        c.action  = (uint8_t)rng_below(&r, 16);
        c.packet  = rng_below(&r, 3) ? 0 : rng_below(&r, w->packets + 2);
        c.time    = (vspan)rng_below(&r, 100000) - 1000;
        c.n       = rng_below(&r, 4);
        c.knob    = (uint32_t)rng_below(&r, KNOB_COUNT + 1);
        c.ratio   = (struct ratio){ (uint32_t)rng_below(&r, 3), (uint32_t)rng_below(&r, 3) };
        if (c.kind == CMD_OP || c.kind == CMD_START)
            c.host = 0; /* what programs do is not tested here */
        if (c.kind == CMD_KNOB)
            c.n = c.n % 2;
        c.on.host = (uint8_t)rng_below(&r, 3);
        c.op.len  = (uint16_t)rng_below(&r, OP_TEXT + 2);
        c.seg.ctl = (uint8_t)rng_next(&r);
        c.sport   = (uint16_t)rng_below(&r, 100);
        c.dport   = (uint16_t)rng_below(&r, 100);
        world_do(w, NULL, &c);
        world_check(w);
        for (int k = 0; k < 3; k++)
            world_step(w, NULL, w->now + MSEC(5));
    }
    world_free(w);
}
END_TEST

/* A host loses power while its program sleeps: nobody wakes up. */
START_TEST(a_sleeper_dies_with_its_host)
{
    struct world  *w   = talking(1);
    struct journal j   = { 0 };
    struct command cmd = start(CLIENT, 2);

    world_do(w, &j, &cmd);
    run(w, &j, MSEC(5));
    ck_assert_uint_eq(count(&j, EVENT_CALL), 1);
    cmd = (struct command){ .kind = CMD_OP, .host = CLIENT, .op = { .verb = OP_CRASH } };
    world_do(w, &j, &cmd);
    ck_assert_uint_eq(count(&j, EVENT_EXIT), 1);
    size_t calls = count(&j, EVENT_CALL);
    ck_assert_int_eq(world_next(w), VTIME_NEVER);
    run(w, &j, SEC(5));
    ck_assert_uint_eq(count(&j, EVENT_CALL), calls);
    world_free(w);
    journal_free(&j);
}
END_TEST

START_TEST(datagrams_from_outside)
{
    struct world   *w = talking(1);
    struct journal  j = { 0 };
    uint8_t         bytes[WIRE_MAX];
    struct endpoint from = { .addr = w->host[0].addr, .port = 5 };
    struct endpoint to   = { .addr = w->host[1].addr, .port = 6 };
    struct segment  seg  = { .seq = 9, .ctl = CTL_RST };
    size_t          n    = wire_encode(bytes, &from, &to, &seg, NULL, 0);

    world_datagram(w, &j, SERVER, bytes, n);
    ck_assert_uint_eq(w->event, 1);
    ck_assert_uint_eq(j.entry[0].kind, EVENT_ARRIVED);
    ck_assert_uint_eq(j.entry[0].seg.seq, 9);
    ck_assert_uint_eq(j.entry[0].sport, 5);
    ck_assert_uint_eq(j.entry[0].dport, 6);
    world_datagram(w, &j, SERVER, bytes, n - 1);
    ck_assert_uint_eq(j.entry[1].kind, EVENT_BAD);
    ck_assert_uint_eq(j.entry[1].event, 2);
    world_check(w);
    world_free(w);
    journal_free(&j);
}
END_TEST

START_TEST(hosts_by_name_and_address)
{
    struct world *w = talking(1);
    struct addr   a;

    ck_assert_uint_eq(world_host_named(w, "server"), SERVER);
    ck_assert_uint_eq(world_host_named(w, "nobody"), 0);
    addr_parse("10.0.0.1", &a);
    ck_assert_uint_eq(world_host_at(w, &a), CLIENT);
    addr_parse("10.0.0.9", &a);
    ck_assert_uint_eq(world_host_at(w, &a), 0);
    addr_parse("::", &a);
    ck_assert_uint_eq(world_host_at(w, &a), 0);
    world_free(w);
}
END_TEST

SUITE(net_world)
{
    TCase *c = tcase_create("all");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, regions_give_zeros_and_take_back);
    tcase_add_test(c, elements_are_aligned_and_apart);
    tcase_add_test(c, twice_the_same);
    tcase_add_test(c, saved_and_loaded);
    tcase_add_test(c, unused_memory_is_zero);
    tcase_add_test(c, in_the_memory_of_another);
    tcase_add_test(c, events_are_counted_as_they_are_told);
    tcase_add_test(c, cues);
    tcase_add_test(c, knobs_and_paths);
    tcase_add_test(c, senseless_commands);
    tcase_add_test(c, a_sleeper_dies_with_its_host);
    tcase_add_test(c, datagrams_from_outside);
    tcase_add_test(c, hosts_by_name_and_address);
    suite_add_tcase(s, c);
}
