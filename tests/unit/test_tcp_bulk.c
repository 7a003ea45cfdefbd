/* SPDX-License-Identifier: MIT
 * test_tcp_bulk.c - a long transfer over a path that loses: goodput, and that it always ends.
 *
 * BULK=N says what came of each, with the seed N instead of 7.
 *
 * 100 Mbit/s, 20 ms there and back, 1 % of the data segments lost by a seeded generator.  The
 * figures of other stacks on such a path: 3.8 to 6.3 Mbit/s.
 */
#include "base/rng.h"
#include "tcp/tcp.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 8192, QUEUE = 4096 };

struct bulk {
    struct tcp_policy policy;
    struct tcp_node   node[NODES + 1];
    uint32_t          free;
    struct tcp_env    env;
    struct tcb        t[2];
    struct rng        rng;
    struct ratio      loss;
    struct {
        vtime          at;
        struct segment seg;
    } way[2][QUEUE]; /* [to] */
    uint32_t     head[2], tail[2];
    vtime        busy[2]; /* when the sender's link is free again */
    uint64_t     got;
    uint32_t     lost, sent;
    struct step  step[64];
    struct trace trace;
};

static bool seen[RULE_COUNT]; /* rules, in the last run */

static struct bulk *bulk_new(enum profile p, struct ratio loss)
{
    struct bulk *b = calloc(1, sizeof *b);

    b->policy         = tcp_policy_of(p);
    b->policy.rcv_buf = 1 << 20;
    b->policy.snd_buf = 1 << 20;
    for (uint32_t i = NODES; i >= 1; i--) {
        b->node[i].next = b->free;
        b->free         = i;
    }
    b->rng  = (struct rng){ getenv("BULK") ? strtoull(getenv("BULK"), NULL, 0) : 7 };
    b->loss = loss;
    memset(seen, 0, sizeof seen);
    b->trace = (struct trace){ .step = b->step, .cap = sizeof b->step / sizeof *b->step };
    b->env   = (struct tcp_env){ .now    = SEC(1),
                                 .policy = &b->policy,
                                 .pool   = { .node = b->node, .free = &b->free },
                                 .trace  = &b->trace };
    return b;
}

static void note_rules(struct bulk *b)
{
    for (size_t i = 0; i < b->trace.len; i++)
        seen[b->step[i].rule] = true;
    b->trace.len = 0;
}

static void transmit(struct bulk *b, int from)
{
    struct segment s;

    while (tcp_output(&b->t[from], &b->env, &s)) {
        int   to    = !from;
        vspan wire  = (vspan)(s.len + 54) * 8 / 100; /* at 100 Mbit/s, in microseconds */
        vtime start = b->busy[from] > b->env.now ? b->busy[from] : b->env.now;

        b->busy[from] = start + wire;
        b->sent += s.len > 0;
        if (s.len > 0 && rng_chance(&b->rng, b->loss)) {
            b->lost++;
            continue;
        }
        uint32_t i = b->tail[to]++ % QUEUE;
        ck_assert(b->tail[to] - b->head[to] < QUEUE);
        b->way[to][i].at  = start + wire + MSEC(10);
        b->way[to][i].seg = s;
    }
}

static void arrive(struct bulk *b, int to)
{
    struct tcp_take k;
    uint32_t        got;

    tcp_segment_arrives(&b->t[to], &b->env, &b->way[to][b->head[to]++ % QUEUE].seg, &k);
    if (to == 1 && b->t[1].rcv.user) {
        (void)tcp_receive(&b->t[1], &b->env, UINT32_MAX, &got);
        b->got += got;
    }
}

/* Let the earliest thing happen; false when it would be after `end`. */
static bool step(struct bulk *b, vtime end)
{
    vtime at   = end;
    int   what = -1;

    for (int i = 0; i < 2; i++) {
        if (b->head[i] != b->tail[i] && b->way[i][b->head[i] % QUEUE].at < at) {
            at   = b->way[i][b->head[i] % QUEUE].at;
            what = i;
        }
        if (tcp_deadline(&b->t[i]) < at) {
            at   = tcp_deadline(&b->t[i]);
            what = 2 + i;
        }
    }
    if (what < 0)
        return false;
    b->env.now = at > b->env.now ? at : b->env.now;
    if (what < 2)
        arrive(b, what);
    else
        tcp_timeout(&b->t[what - 2], &b->env);
    if (b->t[0].state == TCP_ESTABLISHED && tcp_room(&b->t[0], &b->policy) >= 65536)
        (void)tcp_send(&b->t[0], &b->env, 65536, true, false);
    transmit(b, 0);
    transmit(b, 1);
    note_rules(b);
    return true;
}

/* Kilobits a second over `seconds`. */
static uint64_t goodput(enum profile p, struct ratio loss, int seconds,
                        void (*tune)(struct tcp_policy *))
{
    struct bulk *b = bulk_new(p, loss);

    if (tune)
        tune(&b->policy);
    for (int i = 0; i < 2; i++)
        b->t[i] = tcp_new(&b->policy);
    b->env.iss = 0xFFFFF000u;
    tcp_open_passive(&b->t[1], &b->env);
    tcp_open_active(&b->t[0], &b->env, true);
    transmit(b, 0);
    while (step(b, SEC(1) + SEC(seconds)))
        ;
    for (int i = 0; i < 2; i++)
        tcp_check(&b->t[i], &b->env);
    uint64_t kbit = b->got * 8 / 1000 / (uint64_t)seconds;
    if (getenv("BULK"))
        printf("%s cc %u: %llu kbit/s, %u sent, %u lost, %u retransmitted\n", profile_name[p],
               b->policy.cc, (unsigned long long)kbit, b->sent, b->lost, b->t[0].retrans);
    for (int i = 0; i < 2; i++)
        tcp_forget(&b->t[i], &b->env);
    free(b);
    return kbit;
}

static void reno(struct tcp_policy *p) { p->cc = 1; }

/* Without loss the line is filled. */
START_TEST(fills_the_line)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 0, 1 }, 10, reno), 85000);
}
END_TEST

START_TEST(reno_with_sack)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 1, 100 }, 60, reno), 6200);
}
END_TEST

static void counting(struct tcp_policy *p) { p->cc = p->count_on = 1; }

/* RFC 5681 3.1 says to count; it does not say to forget. */
START_TEST(reno_that_counts_on)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 1, 100 }, 60, counting), 6500);
}
END_TEST

static void cubic(struct tcp_policy *p) { p->cc = 2; }

START_TEST(cubic_with_sack)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 1, 100 }, 60, cubic), 5500);
}
END_TEST

/* HyStart++ and CUBIC fill the line too. */
START_TEST(cubic_fills_the_line)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 0, 1 }, 10, cubic), 80000);
}
END_TEST

/* The line is full and a queue grows before it: slow start ends without a loss, before it fills the
 * window of a megabyte (four times what the path holds). */
START_TEST(slow_start_ends_when_a_queue_grows)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 0, 1 }, 3, cubic), 80000);
    ck_assert(seen[RULE_HYSTART_SLOWER]);
    ck_assert(seen[RULE_HYSTART_DONE]);
    ck_assert(!seen[RULE_CC_LOSS] && !seen[RULE_CC_RECOVERY]);
}
END_TEST

/* NewReno, a window of 64 KB: still far from a timeout a loss. */
START_TEST(newreno)
{
    ck_assert_uint_gt(goodput(PROFILE_RFC9293, (struct ratio){ 1, 100 }, 60, NULL), 3800);
}
END_TEST

/* Even when a third is lost something arrives. */
START_TEST(a_terrible_path)
{
    ck_assert_uint_gt(goodput(PROFILE_LINUX, (struct ratio){ 1, 3 }, 100, reno), 5);
}
END_TEST

SUITE(tcp_bulk)
{
    TCase *c = tcase_create("bulk");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, fills_the_line);
    tcase_add_test(c, reno_with_sack);
    tcase_add_test(c, reno_that_counts_on);
    tcase_add_test(c, cubic_with_sack);
    tcase_add_test(c, cubic_fills_the_line);
    tcase_add_test(c, slow_start_ends_when_a_queue_grows);
    tcase_add_test(c, newreno);
    tcase_add_test(c, a_terrible_path);
    suite_add_tcase(s, c);
}
