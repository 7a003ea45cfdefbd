/* SPDX-License-Identifier: MIT
 * test_net_limit.c - how many challenges a host gives in a second (RFC 5961 7). */
#include "net/host.h"
#include "pair.h"
#include "test.h"

#include <string.h>

static struct pair *p;

/* A RST in the window of one end of the connection, not at its beginning.  Was it challenged? */
static bool challenged(uint32_t host, uint32_t conn)
{
    const struct conn *c = world_conn(p->w, conn);
    struct segment     s = { .seq = conn_tcb(p->w, c).rcv.nxt + 100, .ctl = CTL_RST };
    uint8_t            dgram[WIRE_MAX];
    size_t             was = p->j.len;

    world_datagram(p->w, &p->j, host, dgram,
                   wire_encode(dgram, &c->remote, &c->local, &s, NULL, 7));
    for (size_t i = was; i < p->j.len; i++)
        for (uint32_t k = 0; k < p->j.entry[i].n_step; k++) {
            uint32_t rule = p->j.step[p->j.entry[i].step + k].rule;
            if (rule == RULE_RST_CHALLENGE)
                return true;
            if (rule == RULE_CHALLENGE_LIMIT)
                return false;
        }
    ck_abort_msg("neither challenged nor limited");
}

static uint32_t conn_of(uint32_t host)
{
    for (uint32_t i = 1; i <= 2; i++)
        if (world_conn(p->w, i)->host == host)
            return i;
    ck_abort_msg("no connection");
}

/* Exactly until the clock shows the next second, whichever connection has used them up. */
START_TEST(challenges_of_a_second)
{
    p = pair_new(PROFILE_LINUX);
    pair_open(p);
    for (int i = 0; i < 2; i++) {
        p->w->host[i].policy.challenge_limit = 3;
        p->w->host[i].policy.answer_ms       = 0;
    }
    uint32_t server = conn_of(SERVER), client = conn_of(CLIENT);
    pair_run(p, SEC(10) - p->w->now % SEC(1) - MSEC(300)); /* late in a second */
    for (int i = 0; i < 3; i++)
        ck_assert(challenged(SERVER, server));
    ck_assert(!challenged(SERVER, server));
    ck_assert(challenged(CLIENT, client)); /* each host has its own */
    pair_run(p, MSEC(299));
    ck_assert(!challenged(SERVER, server));
    ck_assert_int_eq(p->w->now % SEC(1), 999000);
    pair_run(p, MSEC(1));
    ck_assert_int_eq(p->w->now % SEC(1), 0);
    for (int i = 0; i < 3; i++)
        ck_assert(challenged(SERVER, server));
    ck_assert(!challenged(SERVER, server));
    pair_run(p, SEC(1) - 1);
    ck_assert(!challenged(SERVER, server));
    pair_run(p, 1);
    ck_assert(challenged(SERVER, server));
    pair_run(p, SEC(5)); /* what was not used is lost */
    for (int i = 0; i < 3; i++)
        ck_assert(challenged(SERVER, server));
    ck_assert(!challenged(SERVER, server));
    p->w->host[SERVER - 1].policy.challenge_limit = 0; /* no limit */
    for (int i = 0; i < 9; i++)
        ck_assert(challenged(SERVER, server));
    pair_free(p);
}
END_TEST

SUITE(net_limit)
{
    TCase *c = tcase_create("challenges");

    tcase_add_test(c, challenges_of_a_second);
    suite_add_tcase(s, c);
}
