/* SPDX-License-Identifier: MIT
 * test_tcp_cost.c - what an ACK costs does not grow with the window: of thousands of segments in
 * flight it looks at a few at the ends.  Those between lie in memory that nobody may touch. */
#include "tcp/inside.h"
#include "test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NODES = 16384, MSS = 1000, ENDS = 400 /* nodes at each end that may be touched */ };

static struct tcp_policy policy;
static struct tcp_node  *node;
static uint32_t          unused;
static struct tcb        t;
static struct tcp_env    env;

static void hear(seq ack, seq lo, seq hi)
{
    struct segment  s = { .seq = t.rcv.nxt, .ack = ack, .ctl = CTL_ACK, .wnd = 65535 };
    struct tcp_take take;

    if (lo != hi) {
        s.opt     = OPT_SACK;
        s.n_sack  = 1;
        s.sack[0] = (struct sack_block){ lo, hi };
    }
    tcp_segment_arrives(&t, &env, &s, &take);
}

/* So many segments in flight, in the order of their nodes. */
static void fly(enum profile profile, bool rack, uint32_t segments)
{
    struct segment  syn = { .seq = 7, .ctl = CTL_SYN | CTL_ACK, .wnd = 65535, .mss = MSS }, out;
    struct tcp_take take;

    policy            = tcp_policy_of(profile);
    policy.timestamps = 0;
    policy.rack       = rack;
    policy.frto       = 0;
    policy.snd_buf    = 1u << 30;
    node              = mmap(NULL, (NODES + 1) * sizeof *node, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(node != MAP_FAILED);
    for (uint32_t i = 1; i < NODES; i++)
        node[i].next = i + 1;
    unused = 1;
    env    = (struct tcp_env){
           .now = SEC(1), .policy = &policy, .iss = 100, .pool = { .node = node, .free = &unused }
    };
    t = tcp_new(&policy);
    ck_assert_int_eq(tcp_open_active(&t, &env, true), TCP_OK);
    ck_assert(tcp_output(&t, &env, &out));
    syn.ack    = out.seq + 1;
    syn.opt    = OPT_MSS | (policy.sack ? OPT_SACK_OK : 0) | (policy.wscale ? OPT_WSCALE : 0);
    syn.wscale = 14;
    env.now += MSEC(20);
    tcp_segment_arrives(&t, &env, &syn, &take);
    t.snd.wnd = t.snd.max_wnd = 1u << 29; /* where scaling was not agreed on, too */
    t.cc.cwnd                 = segments * MSS;
    ck_assert_int_eq(tcp_send(&t, &env, segments * MSS, true, false), TCP_OK);
    while (tcp_output(&t, &env, &out))
        env.now += 10;
    ck_assert_uint_eq(t.snd.nxt - t.snd.una, segments * MSS);
    t.cc.cwnd = MSS; /* nothing is sent meanwhile */
    env.now += MSEC(20);
}

/* Nobody may look at what lies between the ends of the flight. */
static void between(uint32_t segments, int may)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t from = (ENDS * sizeof *node + page - 1) / page * page;
    size_t to   = (segments - ENDS) * sizeof *node / page * page;

    ck_assert(from < to);
    ck_assert_int_eq(mprotect((char *)node + from, to - from, may), 0);
}

static void land(void)
{
    tcp_check(&t, &env);
    tcp_forget(&t, &env);
    munmap(node, (NODES + 1) * sizeof *node);
}

static const struct {
    enum profile profile;
    bool         rack;
} who[] = { { PROFILE_RFC9293, false },
            { PROFILE_LINUX, false },
            { PROFILE_LINUX, true },
            { PROFILE_BSD, false } };

/* One segment after the other is acknowledged: the rest of the flight is nobody's business. */
START_TEST(acknowledged_one_by_one)
{
    struct segment out;

    for (uint32_t n = 2000; n <= 12000; n += 10000) {
        fly(who[_i].profile, who[_i].rack, n);
        between(n, PROT_NONE);
        for (int k = 0; k < 50; k++) {
            hear(t.snd.una + MSS, 0, 0);
            t.cc.cwnd = MSS;
            ck_assert(!tcp_output(&t, &env, &out));
            env.now += 10;
        }
        hear(t.snd.una, 0, 0); /* nor of one that repeats itself */
        between(n, PROT_READ | PROT_WRITE);
        land();
    }
}
END_TEST

/* The end of the flight is reported, segment by segment; what lies before it has been judged. */
START_TEST(reported_one_by_one)
{
    struct segment out;
    uint32_t       n = 6000;

    fly(PROFILE_LINUX, _i, n);
    seq from = t.snd.nxt - 100 * MSS;
    hear(t.snd.una, from, from + 10 * MSS); /* the first report has to find its place */
    env.now += SEC(1);
    hear(t.snd.una, from, from + 20 * MSS); /* and all before it is lost */
    ck_assert_uint_gt(t.cc.lost, 5000u * MSS);
    t.cc.cwnd = MSS;
    while (t.cc.lost == t.cc.again + t.cc.lost && tcp_output(&t, &env, &out))
        t.cc.cwnd = MSS;
    between(n, PROT_NONE);
    for (uint32_t k = 21; k < 60; k++)
        hear(t.snd.una, from, from + k * MSS);
    hear(t.snd.una, from, from + 59 * MSS); /* the same again */
    between(n, PROT_READ | PROT_WRITE);
    ck_assert_uint_eq(t.cc.sacked, 59u * MSS);
    land();
}
END_TEST

SUITE(tcp_cost)
{
    TCase *c = tcase_create("nodes");

    tcase_add_loop_test(c, acknowledged_one_by_one, 0, (int)(sizeof who / sizeof who[0]));
    tcase_add_loop_test(c, reported_one_by_one, 0, 2);
    suite_add_tcase(s, c);
}
