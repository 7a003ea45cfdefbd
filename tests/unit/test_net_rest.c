/* SPDX-License-Identifier: MIT
 * test_net_rest.c - control blocks of connections at rest: packed, and nobody notices. */
#include "base/rng.h"
#include "net/journal.h"
#include "pair.h"
#include "test.h"

#include <string.h>

enum { MANY = 12, ROUNDS = 60 };

static struct pair *p;
static int          cfd[MANY], sfd[MANY];

static void open_many(enum profile profile, uint32_t quiet)
{
    struct setup    s  = pair_setup(profile);
    struct endpoint at = { .port = 80 };

    s.quiet = quiet;
    p       = pair_of(&s);
    p->lfd  = sock_socket(&p->d);
    sock_bind(&p->d, p->lfd, &at);
    sock_listen(&p->d, p->lfd, MANY);
    at = pair_at(p, SERVER, 80);
    for (int i = 0; i < MANY; i++) {
        cfd[i] = sock_socket(&p->c);
        sock_set(&p->c, cfd[i], SO_KEEPALIVE_, i % 3 == 0);
        sock_connect(&p->c, cfd[i], &at);
        pair_run(p, MSEC(300));
        sfd[i] = sock_accept(&p->d, p->lfd, NULL);
        ck_assert_int_ge(sfd[i], 0);
    }
    pair_run(p, SEC(1));
}

/* A tale of text, silence and losses on all of them, to the end. */
static void tell(enum profile profile, uint32_t quiet)
{
    struct rng r = { .state = 4 };

    open_many(profile, quiet);
    p->w->path[0][1].loss = p->w->path[1][0].loss = (struct ratio){ 1, 9 };
    for (int n = 0; n < ROUNDS; n++) {
        uint32_t         i    = (uint32_t)rng_below(&r, MANY);
        bool             back = rng_below(&r, 2);
        struct net_call *from = back ? &p->d : &p->c, *to = back ? &p->c : &p->d;

        pair_write(from, back ? sfd[i] : cfd[i], "some words");
        pair_run(p, MSEC(rng_below(&r, 3000)));
        pair_read(to, back ? cfd[i] : sfd[i]);
        world_check(p->w);
    }
    pair_run(p, SEC(8000)); /* keep-alives */
    for (int i = 0; i < MANY; i++) {
        sock_close(&p->c, cfd[i]);
        pair_run(p, MSEC(rng_below(&r, 900)));
        sock_close(&p->d, sfd[i]);
    }
    pair_run(p, SEC(1000));
    ck_assert_uint_eq(p->w->region[REGION_CONTROL].used, 0);
    ck_assert_uint_eq(p->w->region[REGION_REST].used, 0);
}

START_TEST(nobody_notices)
{
    tell((enum profile)_i, 1);
    struct pair *one = p;
    tell((enum profile)_i, MANY * 2);
    ck_assert_uint_eq(one->j.len, p->j.len);
    ck_assert(journal_equal(&one->j, 0, &p->j, 0, one->j.len));
    ck_assert_uint_gt(one->w->region[REGION_REST].high, MANY);
    ck_assert_uint_eq(p->w->region[REGION_REST].high, 0);
    pair_free(one);
    pair_free(p);
}
END_TEST

START_TEST(the_quiet_rest)
{
    struct tcb tcb;

    open_many(PROFILE_LINUX, 3);
    ck_assert_uint_eq(p->w->region[REGION_CONTROL].used, 3);
    ck_assert_uint_eq(p->w->region[REGION_REST].used, 2 * MANY - 3);
    for (uint32_t i = 1; i <= 2 * MANY; i++) {
        tcb = conn_tcb(p->w, world_conn(p->w, i));
        ck_assert_int_eq(tcb.state, TCP_ESTABLISHED);
    }
    ck_assert(world_conn(p->w, 1)->rests);
    pair_write(&p->c, cfd[0], "awake");
    ck_assert(!world_conn(p->w, 1)->rests);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->d, sfd[0]), 5);
    ck_assert_uint_eq(p->w->region[REGION_CONTROL].used, 3);
    pair_free(p);
}
END_TEST

/* A block that has too much of its own is not packed, and is in nobody's way. */
START_TEST(the_odd_stay_whole)
{
    open_many(PROFILE_LINUX, 2 * MANY);
    uint32_t    odd = p->w->quiet_first, conn = world_control(p->w, odd)->conn;
    struct tcb *t = &world_control(p->w, odd)->tcb;

    memset(&t->cubic, 0x5a, sizeof t->cubic);
    memset(&t->hystart, 0x5a, sizeof t->hystart);
    memset(t->walk.known, 0x5a, sizeof t->walk.known);
    p->w->quiet_max = 2 * MANY - 2;
    pair_write(&p->c, cfd[MANY - 1], "x");
    pair_run(p, SEC(1));
    ck_assert(!world_conn(p->w, conn)->rests);
    ck_assert_uint_eq(world_conn(p->w, conn)->control, odd);
    ck_assert_uint_eq(world_control(p->w, odd)->quiet, 0);
    ck_assert_uint_eq(p->w->quiet, 2 * MANY - 2); /* and one has text to be read */
    world_check(p->w);
    pair_free(p);
}
END_TEST

/* Whatever stands in a block: what comes back is what was packed, or nothing is packed. */
START_TEST(what_is_packed_comes_back)
{
    struct tcp_policy policy = tcp_policy_of(PROFILE_LINUX);
    struct rng        r      = { .state = 3 };

    for (int k = 0; k < 2000; k++) {
        uint32_t        word[TCB_WORDS], n = (uint32_t)rng_below(&r, 60);
        struct tcb      t = tcp_new(&policy), back;
        struct tcp_rest rest;

        memcpy(word, &t, sizeof t);
        for (uint32_t i = 0; i < n; i++)
            word[rng_below(&r, TCB_WORDS)] = (uint32_t)rng_next(&r);
        memcpy(&t, word, sizeof t);
        bool packed = tcp_rest(&t, &rest);
        ck_assert(packed || n > 10);
        if (!packed)
            continue;
        back = tcp_wake(&rest);
        ck_assert_mem_eq(&t, &back, sizeof t);
    }
    struct tcb      t = tcp_new(&policy);
    struct tcp_rest rest;
    memset(&t, 0x5a, sizeof t);
    ck_assert(!tcp_rest(&t, &rest));
}
END_TEST

SUITE(net_rest)
{
    TCase *c = tcase_create("all");

    tcase_add_loop_test(c, nobody_notices, 0, PROFILE_COUNT);
    tcase_add_test(c, the_quiet_rest);
    tcase_add_test(c, the_odd_stay_whole);
    tcase_add_test(c, what_is_packed_comes_back);
    suite_add_tcase(s, c);
}
