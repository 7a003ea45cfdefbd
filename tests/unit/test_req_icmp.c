/* SPDX-License-Identifier: MIT
 * test_req_icmp.c - what RFC 9293 3.9.2.2 requires of errors that the network reports. */
#include "net/host.h"
#include "pair.h"
#include "tcp/icmp.h"
#include "test.h"

#include <string.h>

static struct pair *p;

/* An ICMP message of this type and code about the first segment of the client's connection that is
 * in flight, as a router would write it. */
static void about(const struct conn *c, uint8_t type, uint8_t code)
{
    struct segment s;
    struct icmp    m = { .kind = ICMP_HOST_UNREACHABLE };
    struct addr    router;
    uint8_t        dgram[WIRE_MAX], out[WIRE_MAX];

    memset(&s, 0, sizeof s);
    ck_assert(addr_parse("10.9.9.9", &router));
    s.seq    = conn_tcb(p->w, c).snd.una;
    s.ctl    = conn_tcb(p->w, c).state == TCP_SYN_SENT ? CTL_SYN : CTL_ACK;
    size_t n = wire_encode(dgram, &c->local, &c->remote, &s, NULL, 7);
    n        = wire_icmp_encode(out, &router, &m, dgram, n);
    out[20]  = type;
    out[21]  = code;
    out[22] = out[23] = 0;
    uint16_t sum      = wire_ip_sum(out + 20, n - 20);
    out[22]           = (uint8_t)(sum >> 8);
    out[23]           = (uint8_t)sum;
    world_datagram(p->w, &p->j, CLIENT, out, n);
}

static void router_says(uint8_t type, uint8_t code) { about(world_conn(p->w, 1), type, code); }

static void path(bool cut)
{
    struct command c = { .kind = CMD_PATH, .action = PATH_CUT, .n = cut };

    world_do(p->w, &p->j, &c);
}

/* Text is in flight and the path is cut. */
static void stuck_with_text(void)
{
    p = pair_new(PROFILE_RFC9293);
    pair_open(p);
    path(true);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "hello"), 5);
}

/* A SYN is in flight and the path is cut. */
static void stuck_with_syn(void)
{
    p                  = pair_new(PROFILE_RFC9293);
    struct endpoint to = pair_at(p, SERVER, 80);
    path(true);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
}

/* A connection in TIME_WAIT, and an error about what it has once sent. */
START_TEST(time_wait_hears_nothing)
{
    struct conn was;

    p = pair_new(PROFILE_LINUX);
    pair_open(p);
    was = *world_conn(p->w, 1);
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(500));
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(500));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    about(&was, 3, 3);
    const struct entry *e = &p->j.entry[p->j.len - 1];
    ck_assert_int_eq(e->kind, EVENT_ARRIVED);
    ck_assert_uint_eq(e->sport, 80);
    ck_assert_uint_eq(e->dport, 50000);
    ck_assert_int_eq(e->before, TCP_TIME_WAIT);
    ck_assert_int_eq(e->after, TCP_TIME_WAIT);
    ck_assert_uint_eq(host_of(p->w, CLIENT)->bad, 0);
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
}
END_TEST

static const struct {
    uint8_t type, code;
} soft[] = { { 3, 0 }, { 3, 1 }, { 3, 5 }, { 11, 0 }, { 11, 1 }, { 12, 0 }, { 12, 1 } };

enum { SOFT = sizeof soft / sizeof soft[0], UNREACHABLE = 3, TIME_EXCEEDED = 5 };

/* MUST-56: none of these ends a connection, and text arrives when the path is mended. */
static void lives_on(int i)
{
    stuck_with_text();
    for (int k = 0; k < 5; k++) {
        router_says(soft[i].type, soft[i].code);
        ck_assert_int_eq(pair_error(&p->c, p->cfd), 0);
        ck_assert_int_eq(conn_tcb(p->w, world_conn(p->w, 1)).state, TCP_ESTABLISHED);
        pair_run(p, SEC(2));
    }
    path(false);
    pair_run(p, SEC(60));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 5);
    pair_free(p);
    stuck_with_syn();
    router_says(soft[i].type, soft[i].code);
    pair_run(p, SEC(10));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), 0);
    ck_assert_int_eq(conn_tcb(p->w, world_conn(p->w, 1)).state, TCP_SYN_SENT);
    pair_free(p);
}

START_TEST(unreachable_is_no_end) { lives_on(_i); }
END_TEST

START_TEST(time_exceeded_is_no_end) { lives_on(_i); }
END_TEST

START_TEST(parameter_problem_is_no_end) { lives_on(_i); }
END_TEST

/* SHLD-25: the user is told why, when the connection is given up for want of an answer. */
START_TEST(unreachable_is_told)
{
    stuck_with_syn();
    router_says(soft[_i].type, soft[_i].code);
    pair_run(p, SEC(300));
    int e = pair_error(&p->c, p->cfd);
    ck_assert_msg(e == ERR_ENETUNREACH || e == ERR_EHOSTUNREACH, "%s", err_name((enum err)e));
    pair_free(p);
}
END_TEST

/* SHLD-26: protocol and port unreachable end the attempt to open; RFC 5927 5.2: but not what the
 * peer has answered before.  Fragmentation needed (4) is for path MTU discovery. */
START_TEST(hard_errors_end_an_attempt)
{
    stuck_with_syn();
    router_says(3, (uint8_t)_i);
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_ECONNREFUSED);
    pair_free(p);
    stuck_with_text();
    router_says(3, (uint8_t)_i);
    path(false);
    pair_run(p, SEC(60));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 5);
    pair_free(p);
}
END_TEST

/* MUST-55: source quench is discarded: nothing about the connection changes. */
START_TEST(source_quench_is_discarded)
{
    struct tcb before, after;

    stuck_with_text();
    before = conn_tcb(p->w, world_conn(p->w, 1));
    router_says(4, 0);
    after = conn_tcb(p->w, world_conn(p->w, 1));
    ck_assert_mem_eq(&before, &after, sizeof before);
    pair_free(p);
}
END_TEST

SUITE(req_icmp)
{
    TCase *c = tcase_create("RFC 9293 3.9.2.2");

    tcase_add_loop_test(c, unreachable_is_no_end, 0, UNREACHABLE);
    tcase_add_loop_test(c, time_exceeded_is_no_end, UNREACHABLE, TIME_EXCEEDED);
    tcase_add_loop_test(c, parameter_problem_is_no_end, TIME_EXCEEDED, SOFT);
    tcase_add_loop_test(c, unreachable_is_told, 0, UNREACHABLE);
    tcase_add_loop_test(c, hard_errors_end_an_attempt, 2, 4);
    tcase_add_test(c, source_quench_is_discarded);
    tcase_add_test(c, time_wait_hears_nothing);
    suite_add_tcase(s, c);
}
