/* SPDX-License-Identifier: MIT
 * test_net_way.c - what a path, chance, armed faults and people do to segments.
 *
 * The segments are forged RSTs of nobody's connection: nobody answers them, so that only the way is
 * seen. */
#include "net_world.h"
#include "test.h"

static struct world  *w;
static struct journal j;

static void begin(uint64_t seed)
{
    struct setup s = two_hosts(seed);

    w = world_new(&s);
    memset(&j, 0, sizeof j);
}

static void end(void)
{
    world_check(w);
    world_free(w);
    journal_free(&j);
}

static void act(const struct command *c)
{
    world_do(w, &j, c);
    world_check(w);
}

static void send_one(seq n)
{
    struct command c = inject(CLIENT, SERVER, n);
    act(&c);
}

static void send_many(uint32_t n, vspan apart)
{
    for (uint32_t i = 0; i < n; i++) {
        send_one(i);
        while (world_step(w, &j, w->now + apart))
            ;
    }
    run(w, &j, w->now + SEC(100));
}

static void quality(enum path_quality q, vspan time, uint64_t n, struct ratio r)
{
    struct command c = { .kind   = CMD_PATH,
                         .host   = CLIENT,
                         .peer   = SERVER,
                         .action = (uint8_t)q,
                         .time   = time,
                         .n      = n,
                         .ratio  = r };
    act(&c);
}

static const struct entry *only(enum event_kind kind)
{
    ck_assert_uint_eq(count(&j, kind), 1);
    return find(&j, kind, 0);
}

START_TEST(a_perfect_path_only_delays)
{
    begin(1);
    struct rng before = w->rng;
    send_one(301);
    ck_assert_uint_eq(w->event, 1);
    const struct entry *e = only(EVENT_SENT);
    ck_assert_int_eq(e->due, MSEC(50));
    ck_assert_uint_eq(e->packet, 1);
    ck_assert_uint_eq(e->seg.seq, 301);
    ck_assert_uint_eq(e->n_wire, 43);
    ck_assert_int_eq(world_next(w), MSEC(50));
    run(w, &j, SEC(1));
    e = only(EVENT_ARRIVED);
    ck_assert_int_eq(e->at, MSEC(50));
    ck_assert_int_eq(e->sent, 0);
    ck_assert_uint_eq(e->packet, 1);
    ck_assert_uint_eq(e->host, SERVER);
    ck_assert_uint_eq(e->peer, CLIENT);
    ck_assert_uint_eq(w->event, 2);
    ck_assert_mem_eq(&w->rng, &before, sizeof before); /* nothing was drawn */
    ck_assert_uint_eq(w->region[REGION_PACKET].used, 0);
    ck_assert_uint_eq(w->region[REGION_ALARM].used, 0);
    end();
}
END_TEST

START_TEST(chance_has_its_share)
{
    static const struct {
        enum path_quality q;
        enum event_kind   kind;
    } row[] = { { PATH_LOSS, EVENT_LOST }, { PATH_DUP, EVENT_DUPED }, { PATH_CORRUPT, EVENT_BAD } };

    begin((uint64_t)_i + 40);
    quality(row[_i].q, 0, 0, (struct ratio){ 1, 10 });
    send_many(4000, MSEC(1));
    size_t n = count(&j, row[_i].kind);
    ck_assert_msg(n > 320 && n < 480, "%zu of 4000", n); /* 400, give or take four deviations */
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED) + count(&j, EVENT_BAD) + count(&j, EVENT_LOST),
                      4000 + count(&j, EVENT_DUPED));
    ck_assert_uint_eq(find(&j, row[_i].kind, 0)->cause,
                      row[_i].kind == EVENT_BAD ? CAUSE_NONE : CAUSE_CHANCE);
    ck_assert_uint_eq(count(&j, EVENT_ALTERED), count(&j, EVENT_BAD));
    end();
}
END_TEST

START_TEST(the_same_seed_the_same_chance)
{
    uint64_t hash[3];

    for (int i = 0; i < 3; i++) {
        begin(i < 2 ? 77 : 78);
        for (int q = PATH_LOSS; q <= PATH_CORRUPT; q++)
            quality((enum path_quality)q, 0, 0, (struct ratio){ 1, 5 });
        quality(PATH_JITTER, MSEC(20), 0, (struct ratio){ 0, 1 });
        send_many(200, MSEC(3));
        hash[i] = hash_world(w);
        end();
    }
    ck_assert_uint_eq(hash[0], hash[1]);
    ck_assert_uint_ne(hash[0], hash[2]);
}
END_TEST

START_TEST(the_lost_die_half_way)
{
    begin(1);
    quality(PATH_LOSS, 0, 0, (struct ratio){ 1, 1 });
    send_one(1);
    ck_assert_uint_eq(count(&j, EVENT_LOST), 0);
    run(w, &j, SEC(1));
    const struct entry *e = only(EVENT_LOST);
    ck_assert_int_eq(e->at, MSEC(25));
    ck_assert_int_eq(e->sent, 0);
    ck_assert_uint_eq(e->cause, CAUSE_CHANCE);
    ck_assert_uint_eq(e->host, CLIENT);
    ck_assert_uint_eq(e->seg.seq, 1);
    ck_assert_uint_gt(e->event, find(&j, EVENT_SENT, 0)->event);
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 0);
    end();
}
END_TEST

START_TEST(jitter_is_bounded_and_reorder_doubles)
{
    begin(3);
    quality(PATH_JITTER, MSEC(10), 0, (struct ratio){ 0, 1 });
    send_many(500, MSEC(1));
    vspan least = SEC(1), most = 0;
    for (size_t i = 0; i < 500; i++) {
        const struct entry *e    = find(&j, EVENT_ARRIVED, i);
        vspan               took = e->at - e->sent;
        least                    = took < least ? took : least;
        most                     = took > most ? took : most;
    }
    ck_assert(least >= MSEC(50) && least < MSEC(51));
    ck_assert(most > MSEC(59) && most <= MSEC(60));
    quality(PATH_JITTER, 0, 0, (struct ratio){ 0, 1 });
    quality(PATH_REORDER, 0, 0, (struct ratio){ 1, 1 });
    send_one(9);
    run(w, &j, w->now + SEC(1));
    const struct entry *e = find(&j, EVENT_ARRIVED, 500);
    ck_assert_int_eq(e->at - e->sent, MSEC(100));
    end();
}
END_TEST

/* 43 bytes at 43000 bit/s take 8 ms each. */
START_TEST(a_rate_serialises)
{
    begin(1);
    quality(PATH_RATE, 0, 43000, (struct ratio){ 0, 1 });
    for (seq i = 0; i < 4; i++)
        send_one(i);
    run(w, &j, SEC(1));
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(find(&j, EVENT_ARRIVED, i)->at, MSEC(50) + (vspan)(i + 1) * MSEC(8));
        ck_assert_int_eq(find(&j, EVENT_SENT, i)->due, find(&j, EVENT_ARRIVED, i)->at);
    }
    end();
}
END_TEST

START_TEST(a_full_queue_drops_at_once)
{
    begin(1);
    quality(PATH_RATE, 0, 43000, (struct ratio){ 0, 1 });
    quality(PATH_QUEUE, 0, 90, (struct ratio){ 0, 1 }); /* one that leaves and one that waits */
    for (seq i = 0; i < 4; i++)
        send_one(i);
    ck_assert_uint_eq(count(&j, EVENT_LOST), 2);
    const struct entry *e = find(&j, EVENT_LOST, 0);
    ck_assert_uint_eq(e->cause, CAUSE_QUEUE);
    ck_assert_uint_eq(e->seg.seq, 2);
    ck_assert_int_eq(e->at, 0);
    run(w, &j, SEC(1));
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 2);
    end();
}
END_TEST

/* The cut is in the middle: who has passed it arrives; mending saves who has not reached it. */
START_TEST(a_cut_is_in_the_middle)
{
    begin(1);
    send_one(1);
    run(w, &j, MSEC(30));
    send_one(2);
    run(w, &j, MSEC(40));
    quality(PATH_CUT, 0, 1, (struct ratio){ 0, 1 });
    run(w, &j, MSEC(50));
    send_one(3);
    run(w, &j, MSEC(60));
    ck_assert_uint_eq(only(EVENT_ARRIVED)->seg.seq, 1);
    ck_assert_uint_eq(only(EVENT_LOST)->seg.seq, 2);
    ck_assert_uint_eq(only(EVENT_LOST)->cause, CAUSE_CUT);
    ck_assert_int_eq(only(EVENT_LOST)->at, MSEC(55));
    quality(PATH_CUT, 0, 0, (struct ratio){ 0, 1 });
    run(w, &j, SEC(1));
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 2);
    ck_assert_uint_eq(find(&j, EVENT_ARRIVED, 1)->seg.seq, 3);
    ck_assert_int_eq(find(&j, EVENT_ARRIVED, 1)->at, MSEC(100));
    end();
}
END_TEST

START_TEST(a_person_drops_at_once)
{
    struct command drop = { .kind = CMD_DROP, .packet = 2 };

    begin(1);
    send_one(1);
    send_one(2);
    run(w, &j, MSEC(10));
    act(&drop);
    ck_assert_uint_eq(only(EVENT_LOST)->packet, 2);
    ck_assert_uint_eq(only(EVENT_LOST)->cause, CAUSE_PERSON);
    ck_assert_int_eq(only(EVENT_LOST)->at, MSEC(10));
    ck_assert_uint_eq(only(EVENT_LOST)->event, find(&j, EVENT_COMMAND, 2)->event);
    act(&drop); /* it is not there any more: nothing happens */
    ck_assert_uint_eq(count(&j, EVENT_LOST), 1);
    run(w, &j, SEC(1));
    ck_assert_uint_eq(only(EVENT_ARRIVED)->packet, 1);
    end();
}
END_TEST

START_TEST(the_newest_that_matches)
{
    struct command drop = { .kind = CMD_DROP,
                            .on   = { .host = CLIENT, .has = MATCH_SEQ, .seq = 5 } };

    begin(1);
    send_one(5);
    send_one(5);
    send_one(6);
    act(&drop);
    ck_assert_uint_eq(only(EVENT_LOST)->packet, 2);
    drop.on.host = SERVER;
    act(&drop);
    ck_assert_uint_eq(count(&j, EVENT_LOST), 1);
    end();
}
END_TEST

START_TEST(held_and_released)
{
    struct command c = { .kind = CMD_HOLD, .packet = 1 };

    begin(1);
    send_one(1);
    run(w, &j, MSEC(20));
    act(&c);
    ck_assert_int_eq(only(EVENT_HELD)->due, VTIME_NEVER);
    run(w, &j, SEC(5));
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 0);
    c = (struct command){ .kind = CMD_RELEASE };
    act(&c);
    ck_assert_int_eq(only(EVENT_RELEASED)->due, SEC(5) + MSEC(30));
    run(w, &j, SEC(6));
    ck_assert_int_eq(only(EVENT_ARRIVED)->at, SEC(5) + MSEC(30));
    end();
}
END_TEST

START_TEST(delayed_copied_and_corrupted)
{
    struct command c = { .kind = CMD_DELAY, .packet = 1, .time = MSEC(100) };

    begin(1);
    send_one(1);
    act(&c);
    ck_assert_int_eq(find(&j, EVENT_ALTERED, 0)->due, MSEC(150));
    ck_assert_int_eq(find(&j, EVENT_ALTERED, 0)->value, CMD_DELAY);
    c = (struct command){ .kind = CMD_DUP, .packet = 1 };
    act(&c);
    ck_assert_uint_eq(only(EVENT_DUPED)->parent, 1);
    ck_assert_uint_eq(only(EVENT_DUPED)->packet, 2);
    ck_assert_int_gt(only(EVENT_DUPED)->due, MSEC(150));
    c = (struct command){ .kind = CMD_CORRUPT, .packet = 1 };
    act(&c);
    ck_assert_int_eq(find(&j, EVENT_ALTERED, 1)->value, CMD_CORRUPT);
    run(w, &j, SEC(1));
    ck_assert_uint_eq(only(EVENT_BAD)->packet, 1);
    ck_assert_int_eq(only(EVENT_BAD)->at, MSEC(150));
    ck_assert_uint_eq(only(EVENT_ARRIVED)->packet, 2);
    end();
}
END_TEST

static void arm(enum command_kind action, uint16_t nth, uint64_t n)
{
    struct command c = {
        .kind = CMD_ARM, .action = (uint8_t)action, .n = n, .time = MSEC(7), .on = sent(CLIENT)
    };
    c.on.nth = nth;
    act(&c);
}

START_TEST(armed_faults_count)
{
    begin(1);
    arm(CMD_DROP, 2, 2); /* the second and the third */
    for (seq i = 1; i <= 5; i++)
        send_one(i);
    run(w, &j, SEC(1));
    ck_assert_uint_eq(count(&j, EVENT_LOST), 2);
    ck_assert_uint_eq(find(&j, EVENT_LOST, 0)->seg.seq, 2);
    ck_assert_uint_eq(find(&j, EVENT_LOST, 1)->seg.seq, 3);
    ck_assert_uint_eq(find(&j, EVENT_LOST, 1)->cause, CAUSE_ARMED);
    ck_assert_int_eq(find(&j, EVENT_LOST, 1)->at, MSEC(25));
    ck_assert_uint_eq(w->fault[0].action, 0); /* used up */
    end();
}
END_TEST

START_TEST(armed_faults_of_each_kind)
{
    begin(1);
    arm(CMD_DELAY, 0, 1);
    arm(CMD_HOLD, 2, 1);
    arm(CMD_CORRUPT, 3, 1);
    arm(CMD_DUP, 4, 1);
    for (seq i = 1; i <= 5; i++)
        send_one(i);
    run(w, &j, SEC(1));
    ck_assert_int_eq(find(&j, EVENT_ALTERED, 0)->due, MSEC(57));
    ck_assert_uint_eq(only(EVENT_HELD)->seg.seq, 2);
    ck_assert_int_eq(only(EVENT_HELD)->at, MSEC(25));
    ck_assert_uint_eq(only(EVENT_BAD)->packet, 3);
    ck_assert_uint_eq(only(EVENT_DUPED)->parent, 4);
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 4);
    struct command c = { .kind = CMD_RELEASE };
    act(&c);
    run(w, &j, SEC(2));
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 5);
    ck_assert_uint_eq(count(&j, EVENT_FAULT), 4);
    end();
}
END_TEST

START_TEST(disarmed)
{
    struct command c = { .kind = CMD_DISARM };

    begin(1);
    arm(CMD_DROP, 0, UINT32_MAX);
    send_one(1);
    send_one(2);
    act(&c);
    send_one(3);
    run(w, &j, SEC(1));
    ck_assert_uint_eq(count(&j, EVENT_LOST), 2);
    ck_assert_uint_eq(only(EVENT_ARRIVED)->seg.seq, 3);
    end();
}
END_TEST

START_TEST(nobody_is_there)
{
    begin(1);
    send_one(1);
    w->host[SERVER - 1].down = 1;
    run(w, &j, SEC(1));
    ck_assert_uint_eq(only(EVENT_LOST)->cause, CAUSE_DOWN);
    ck_assert_int_eq(only(EVENT_LOST)->at, MSEC(50));
    end();
}
END_TEST

START_TEST(a_full_world_loses)
{
    struct setup s = two_hosts(1);

    s.cap[REGION_PACKET] = 3;
    w                    = world_new(&s);
    memset(&j, 0, sizeof j);
    for (seq i = 0; i < 5; i++)
        send_one(i);
    ck_assert_uint_eq(count(&j, EVENT_LOST), 2);
    run(w, &j, SEC(1));
    ck_assert_uint_eq(count(&j, EVENT_ARRIVED), 3);
    end();
}
END_TEST

SUITE(net_way)
{
    TCase *c = tcase_create("all");

    tcase_set_timeout(c, 30);
    tcase_add_test(c, a_perfect_path_only_delays);
    tcase_add_loop_test(c, chance_has_its_share, 0, 3);
    tcase_add_test(c, the_same_seed_the_same_chance);
    tcase_add_test(c, the_lost_die_half_way);
    tcase_add_test(c, jitter_is_bounded_and_reorder_doubles);
    tcase_add_test(c, a_rate_serialises);
    tcase_add_test(c, a_full_queue_drops_at_once);
    tcase_add_test(c, a_cut_is_in_the_middle);
    tcase_add_test(c, a_person_drops_at_once);
    tcase_add_test(c, the_newest_that_matches);
    tcase_add_test(c, held_and_released);
    tcase_add_test(c, delayed_copied_and_corrupted);
    tcase_add_test(c, armed_faults_count);
    tcase_add_test(c, armed_faults_of_each_kind);
    tcase_add_test(c, disarmed);
    tcase_add_test(c, nobody_is_there);
    tcase_add_test(c, a_full_world_loses);
    suite_add_tcase(s, c);
}
