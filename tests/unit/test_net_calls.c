/* SPDX-License-Identifier: MIT
 * test_net_calls.c - calls that few programs make: records, what is thrown away, connecting to
 * nobody; and what the time was spent on.
 */
#include "net/host.h"
#include "net/info.h"
#include "pair.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static struct pair *p;

static void fresh(void)
{
    p = pair_new(PROFILE_LINUX);
    pair_open(p);
    pair_wire(p);
}

static void done(void) { pair_free(p); }

static int put(const char *text, int flags)
{
    return sock_write(&p->c, p->cfd, (const uint8_t *)text, (uint32_t)strlen(text), flags);
}

static int64_t option(struct net_call *c, int fd, enum sock_option o)
{
    int64_t v = 0;

    ck_assert_int_eq(sock_get(c, fd, o, &v), 0);
    return v;
}

/* The sizes of what the client has sent since the last look. */
static const char *sizes(void)
{
    static char buf[200];
    size_t      n = 0;

    buf[0] = '\0';
    for (; p->seen < p->j.len; p->seen++) {
        const struct entry *e = &p->j.entry[p->seen];

        if (e->kind == EVENT_SENT && e->host == CLIENT && e->seg.len)
            n += (size_t)snprintf(buf + n, sizeof buf - n, "%u ", e->seg.len);
    }
    return buf;
}

/* Corked, all would leave together; a record ends a segment, and the last waits for more. */
START_TEST(a_record_ends_a_segment)
{
    p->w->host[0].policy.eor = 1;
    sock_set(&p->c, p->cfd, TCP_CORK_, 1);
    put("one", MSG_EOR_);
    put("three", MSG_EOR_);
    put("and ", 0);
    ck_assert_str_eq(sizes(), "3 5 ");
    put("more", MSG_EOR_);
    put("?", 0);
    ck_assert_str_eq(sizes(), "8 ");
    sock_set(&p->c, p->cfd, TCP_CORK_, 0);
    pair_run(p, SEC(1));
    ck_assert_str_eq(sizes(), "1 ");
}
END_TEST

START_TEST(a_record_may_mean_nothing)
{
    p->w->host[0].policy.eor = 0;
    sock_set(&p->c, p->cfd, TCP_CORK_, 1);
    put("one", MSG_EOR_);
    put("three", MSG_EOR_);
    sock_set(&p->c, p->cfd, TCP_CORK_, 0);
    pair_run(p, SEC(1));
    ck_assert_str_eq(sizes(), "8 ");
}
END_TEST

/* What is thrown away unsent (9293 3.9.1.7) leaves no record behind. */
START_TEST(records_are_flushed_too)
{
    static uint8_t much[70000];

    p->w->host[0].policy.eor = 1;
    sock_set(&p->c, p->cfd, SO_SNDBUF_, 200000);
    ck_assert_int_gt(sock_write(&p->c, p->cfd, much, sizeof much, 0), 65535);
    put("end", MSG_EOR_);
    put("another", MSG_EOR_);
    ck_assert_int_gt(sock_flush(&p->c, p->cfd), 0);
    pair_run(p, SEC(5));
    world_check(p->w);
    sock_close(&p->c, p->cfd);
    pair_run(p, SEC(1));
    world_check(p->w);
}
END_TEST

START_TEST(what_is_thrown_away_is_read)
{
    uint8_t buf[10] = "untouched";

    put("hello", 0);
    pair_run(p, SEC(1));
    ck_assert_int_eq(sock_read(&p->d, p->sfd, buf, 3, MSG_TRUNC_), 3);
    ck_assert_str_eq((const char *)buf, "untouched");
    ck_assert_int_eq(sock_read(&p->d, p->sfd, buf, 9, 0), 2);
    ck_assert_mem_eq(buf, "lo", 2);
}
END_TEST

/* Each state from which a RST is sent (9293 3.10.5), and that there is nothing left of it. */
START_TEST(connected_to_nobody)
{
    struct endpoint local, to = pair_at(p, SERVER, 80);

    sock_name(&p->c, p->cfd, &local, NULL);
    put("hello", 0);
    pair_run(p, SEC(1));
    pair_wire(p);
    ck_assert_int_eq(sock_disconnect(&p->c, p->cfd), 0);
    ck_assert_str_eq(pair_wire(p), "c:R. ");
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    ck_assert_int_eq(option(&p->c, p->cfd, SO_ERROR_), ERR_ECONNRESET);
    ck_assert_int_eq(sock_read(&p->c, p->cfd, NULL, 0, 0), -ERR_ENOTCONN);
    pair_run(p, SEC(1));
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    struct endpoint again;
    sock_name(&p->c, p->cfd, &again, NULL);
    ck_assert_uint_eq(again.port, local.port); /* as measured */
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    pair_run(p, SEC(1));
    ck_assert_int_eq(sock_disconnect(&p->c, p->cfd), 0); /* FIN_WAIT_2 */
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    ck_assert_int_eq(sock_disconnect(&p->c, p->cfd), 0); /* SYN_SENT: nobody knows of it yet */
    ck_assert_int_eq(option(&p->c, p->cfd, SO_ERROR_), ERR_ECONNRESET);
    sock_close(&p->c, p->cfd);
    world_check(p->w);
}
END_TEST

/* Who had come and was not accepted is reset; the port stays bound, and it can listen again. */
START_TEST(a_listener_is_one_no_more)
{
    struct endpoint to = pair_at(p, SERVER, 80);
    int             fd = sock_socket(&p->c);

    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    ck_assert_int_eq(sock_disconnect(&p->d, p->lfd), 0);
    pair_run(p, SEC(1));
    ck_assert_int_eq(option(&p->c, fd, SO_ERROR_), ERR_ECONNRESET);
    ck_assert_int_eq(sock_accept(&p->d, p->lfd, NULL), -ERR_EINVAL);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
    world_check(p->w);
    sock_close(&p->c, fd);
    ck_assert_int_eq(sock_connect(&p->c, fd = sock_socket(&p->c), &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    ck_assert_int_gt(sock_accept(&p->d, p->lfd, NULL), 0);
}
END_TEST

START_TEST(others_cannot)
{
    p->w->host[0].policy.disconnect = 0;
    ck_assert_int_eq(sock_disconnect(&p->c, p->cfd), -ERR_EAFNOSUPPORT);
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
}
END_TEST

/* Which of two listeners on a port a SYN meets depends on the family that they are for. */
START_TEST(a_listener_for_one_family)
{
    struct endpoint any = { .port = 81 }, to = pair_at(p, SERVER, 81);
    int             l = sock_socket(&p->d), fd = sock_socket(&p->c);

    ck_assert_int_eq(sock_set(&p->d, l, IPV6_V6ONLY_, 1), 0);
    ck_assert_int_eq(sock_bind(&p->d, l, &any), 0);
    ck_assert_int_eq(sock_set(&p->d, l, IPV6_V6ONLY_, 0), -ERR_EINVAL); /* too late */
    ck_assert_int_eq(sock_listen(&p->d, l, 5), 0);
    sock_connect(&p->c, fd, &to);
    pair_run(p, SEC(1));
    ck_assert_int_eq(option(&p->c, fd, SO_ERROR_), ERR_ECONNREFUSED);
}
END_TEST

/* TCP_INFO: busy from the first byte to the last ACK; the peer's window is to blame while it is
 * shut. */
START_TEST(what_the_time_was_spent_on)
{
    static uint8_t   much[300000];
    struct sock_info i;

    put("hello", 0); /* a round trip of 100 ms, and a delayed ACK */
    pair_run(p, MSEC(50));
    sock_info(&p->c, p->cfd, &i);
    ck_assert_uint_eq(i.busy_time, 50000);
    pair_run(p, SEC(1));
    sock_info(&p->c, p->cfd, &i);
    uint64_t busy = i.busy_time;
    ck_assert_uint_ge(busy, 100000);
    ck_assert_uint_lt(busy, 300000);
    ck_assert_uint_eq(i.rwnd_limited, 0);
    sock_set(&p->c, p->cfd, SO_SNDBUF_, sizeof much);
    sock_write(&p->c, p->cfd, much, sizeof much, 0); /* more than the server has room for */
    pair_run(p, SEC(20));
    sock_info(&p->c, p->cfd, &i);
    ck_assert_uint_eq(i.busy_time, busy + 20000000);
    ck_assert_uint_gt(i.rwnd_limited, 18000000);
    ck_assert_uint_eq(i.sndbuf_limited, 0);
}
END_TEST

START_TEST(what_a_small_buffer_costs)
{
    static uint8_t   much[20000];
    struct sock_info i;

    sock_set(&p->c, p->cfd, SO_SNDBUF_, 3000);
    ck_assert_int_eq(sock_write(&p->c, p->cfd, much, sizeof much, 0), 3000);
    pair_run(p, MSEC(90));
    sock_info(&p->c, p->cfd, &i);
    ck_assert_uint_eq(i.sndbuf_limited, 90000);
    pair_run(p, SEC(1)); /* all of it is acknowledged: nobody is busy */
    sock_info(&p->c, p->cfd, &i);
    ck_assert_uint_lt(i.sndbuf_limited, 200000);
    ck_assert_uint_eq(i.sndbuf_limited, i.busy_time);
}
END_TEST

SUITE(net_calls)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, fresh, done);
    tcase_add_test(c, a_record_ends_a_segment);
    tcase_add_test(c, a_record_may_mean_nothing);
    tcase_add_test(c, records_are_flushed_too);
    tcase_add_test(c, what_is_thrown_away_is_read);
    tcase_add_test(c, connected_to_nobody);
    tcase_add_test(c, a_listener_is_one_no_more);
    tcase_add_test(c, others_cannot);
    tcase_add_test(c, a_listener_for_one_family);
    tcase_add_test(c, what_the_time_was_spent_on);
    tcase_add_test(c, what_a_small_buffer_costs);
    suite_add_tcase(s, c);
}
