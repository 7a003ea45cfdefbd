/* SPDX-License-Identifier: MIT
 * test_net_linux.c - what was measured on a Linux 6.18 kernel, asked of the `linux` profile: the
 * flags on the wire, the errors of the calls, the rows of ss.
 *
 * Each row of what was measured is one test, here in its order:
 *
 *      server close(), client writes three times      write_after_the_server_closed,
 *                                                     so_error_after_fin_and_rst_is_epipe
 *      server closes with 5 unread bytes              close_with_unread_bytes
 *      reply sent, then close with unread data        reply_then_close_with_unread_bytes
 *      SO_LINGER {1,0} close                          linger_zero
 *      client shutdown(WR), server keeps sending      half_close
 *      shutdown only, or close                        fin_wait_2_with_and_without_a_holder
 *      Recv-Q of CLOSE-WAIT: 1, or 101                an_unread_fin_counts_one,
 * unread_bytes_and_fin CLOSE-WAIT closes with 100 bytes unread        unread_bytes_and_fin both
 * close() at once: three segments           one_after_the_other_in_a_hurry tcp_fin_timeout=10
 * fin_timeout_is_not_time_wait bind() to a port in TIME_WAIT                  bind_to_time_wait new
 * SYN, the server holds TIME_WAIT            syn_to_time_wait_of_the_server the client holds
 * TIME_WAIT, binds again        bind_to_time_wait_of_the_client dup(), the first one closed
 * dup_holds_the_connection poll() after FIN, after RST                    poll_bits,
 * poll_bits_after_a_reset
 */
#include "net/host.h"
#include "pair.h"
#include "test.h"

#include <string.h>

static struct pair *p;

static void open_linux(void)
{
    p = pair_new(PROFILE_LINUX);
    pair_open(p);
}

static void done(void) { pair_free(p); }

START_TEST(write_after_the_server_closed)
{
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:F. c:. ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "one"), 3);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:P.+ s:R ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "two"), -ERR_EPIPE);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "three"), -ERR_EPIPE);
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    ck_assert_str_eq(pair_wire(p), "");
}
END_TEST

START_TEST(so_error_after_fin_and_rst_is_epipe)
{
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    pair_write(&p->c, p->cfd, "one");
    pair_run(p, MSEC(300));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_EPIPE);
    ck_assert_int_eq(pair_error(&p->c, p->cfd), 0);
}
END_TEST

START_TEST(close_with_unread_bytes)
{
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, MSEC(300));
    pair_wire(p);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:R. ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "x"), -ERR_EPIPE);
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    ck_assert_str_eq(pair_wire(p), ""); /* and never a FIN */
}
END_TEST

START_TEST(reply_then_close_with_unread_bytes)
{
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, MSEC(300));
    pair_wire(p);
    pair_write(&p->d, p->sfd, "reply");
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:P.+ s:R. c:. s:R ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 5);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
}
END_TEST

START_TEST(linger_zero)
{
    sock_set(&p->d, p->sfd, SO_LINGER_, 0);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:R. ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "x"), -ERR_EPIPE);
    ck_assert_str_eq(pair_ss(p, SERVER), ""); /* no TIME_WAIT */
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
}
END_TEST

START_TEST(half_close)
{
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    pair_run(p, MSEC(300));
    pair_write(&p->d, p->sfd, "data");
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:F. s:. s:P.+ c:. ");
    ck_assert_str_eq(pair_ss(p, CLIENT), "FIN-WAIT-2 4 0");
    ck_assert_str_eq(pair_ss(p, SERVER), "CLOSE-WAIT 1 0");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 4);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "x"), -ERR_EPIPE);
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 0);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:F. c:. ");
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
}
END_TEST

START_TEST(fin_wait_2_with_and_without_a_holder)
{
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    pair_run(p, MSEC(300));
    ck_assert_ptr_null(strstr(pair_ss_text(p, CLIENT), "timer"));
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_ss(p, CLIENT), "FIN-WAIT-2 0 0");
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "timer:(timewait,59sec,0)"));
    pair_run(p, SEC(60));
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
}
END_TEST

START_TEST(an_unacknowledged_fin_counts_one)
{
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    sock_shutdown(&p->d, p->sfd, SHUT_WR_);
    ck_assert_str_eq(pair_ss(p, CLIENT), "FIN-WAIT-1 0 1");
    pair_run(p, MSEC(60));
    ck_assert_str_eq(pair_ss(p, CLIENT), "CLOSING 1 1");
    pair_run(p, MSEC(60));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
}
END_TEST

START_TEST(an_unread_fin_counts_one)
{
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_ss(p, SERVER), "CLOSE-WAIT 1 0");
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 0);
    ck_assert_str_eq(pair_ss(p, SERVER), "CLOSE-WAIT 0 0");
}
END_TEST

START_TEST(unread_bytes_and_fin)
{
    char text[101];

    memset(text, 'x', 100);
    text[100] = 0;
    pair_write(&p->c, p->cfd, text);
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_ss(p, SERVER), "CLOSE-WAIT 101 0");
    pair_wire(p);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:R. ");
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
}
END_TEST

START_TEST(
    one_after_the_other_in_a_hurry) /* the FIN and the ACK of the other's FIN are one segment */
{
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(50));
    pair_read(&p->d, p->sfd);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:F. s:F. c:. ");
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "timer:(timewait,59sec,0)"));
}
END_TEST

START_TEST(fin_timeout_is_not_time_wait)
{
    struct setup s = pair_setup(PROFILE_LINUX);

    pair_free(p);
    s.host[0].policy.fin_wait_2_ms = 10000;
    p                              = pair_of(&s);
    pair_open(p);
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(600));
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "timer:(timewait,9.504sec,0)"));
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(600));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "timer:(timewait,59sec,0)"));
    pair_run(p, SEC(59));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
}
END_TEST

/* The server closes first, so that port 80 is in TIME_WAIT there; then a new socket binds to it. */
static int bind_again(bool old_reuse, bool new_reuse)
{
    struct endpoint any = { .port = 80 };
    int             fd;

    if (old_reuse)
        sock_set(&p->d, p->sfd, SO_REUSEADDR_, 1);
    sock_close(&p->d, p->lfd);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_ss(p, SERVER), "TIME-WAIT 0 0");
    fd = sock_socket(&p->d);
    if (new_reuse)
        sock_set(&p->d, fd, SO_REUSEADDR_, 1);
    return sock_bind(&p->d, fd, &any);
}

START_TEST(bind_to_time_wait)
{
    ck_assert_int_eq(bind_again(_i & 1, _i & 2), _i == 3 ? 0 : -ERR_EADDRINUSE);
}
END_TEST

START_TEST(syn_to_time_wait_of_the_server)
{
    struct endpoint from = { .port = 50000 }, to;
    uint32_t        life;
    struct setup    s = pair_setup(PROFILE_LINUX);

    pair_free(p);
    s.host[0].n_iss  = 2;
    s.host[0].iss[1] = 100000; /* beyond the old numbers, as a clock or a timestamp would have it */
    p                = pair_of(&s);
    pair_open(p);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    sock_close(&p->c, p->cfd);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, SERVER), "TIME-WAIT 0 0");
    pair_wire(p);
    to     = pair_at(p, SERVER, 80);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_bind(&p->c, p->cfd, &from), 0);
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_wire(p), "c:S s:S. c:. ");
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 0 0");
    struct endpoint local = pair_at(p, SERVER, 80), remote = pair_at(p, CLIENT, 50000);
    life = world_conn(p->w, host_find(p->w, &local, &remote))->life;
    ck_assert_uint_eq(life, 2);
    ck_assert_uint_eq(world_conn(p->w, host_find(p->w, &remote, &local))->life, 2);
}
END_TEST

START_TEST(bind_to_time_wait_of_the_client)
{
    struct endpoint from = { .port = 50000 };
    int             fd;

    sock_set(&p->d, p->lfd, SO_REUSEADDR_, 1);
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    fd = sock_socket(&p->c);
    sock_set(&p->c, fd, SO_REUSEADDR_, 1);
    ck_assert_int_eq(sock_bind(&p->c, fd, &from), -ERR_EADDRINUSE);
}
END_TEST

START_TEST(dup_holds_the_connection)
{
    int second = sock_dup(&p->c, p->cfd);

    ck_assert_int_gt(second, 0);
    ck_assert_int_eq(sock_close(&p->c, p->cfd), 0);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "");
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    if (_i) {
        sock_shutdown(&p->c, second, SHUT_WR_);
        pair_run(p, MSEC(300));
        ck_assert_str_eq(pair_wire(p), "c:F. s:. ");
    } else {
        sock_close(&p->c, second);
        pair_run(p, MSEC(300));
        ck_assert_str_eq(pair_wire(p), "c:F. s:. ");
    }
}
END_TEST

START_TEST(poll_bits)
{
    ck_assert_uint_eq(sock_events(p->w, CLIENT, p->cfd), EV_OUT);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_uint_eq(sock_events(p->w, CLIENT, p->cfd), EV_IN | EV_OUT | EV_RDHUP);
    pair_write(&p->c, p->cfd, "x");
    pair_run(p, MSEC(300));
    ck_assert_uint_eq(sock_events(p->w, CLIENT, p->cfd),
                      EV_IN | EV_OUT | EV_ERR | EV_HUP | EV_RDHUP);
}
END_TEST

START_TEST(poll_bits_after_a_reset)
{
    sock_set(&p->d, p->sfd, SO_LINGER_, 0);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_uint_eq(sock_events(p->w, CLIENT, p->cfd),
                      EV_IN | EV_OUT | EV_ERR | EV_HUP | EV_RDHUP);
}
END_TEST

START_TEST(both_close_at_once)
{
    sock_close(&p->c, p->cfd);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:F. s:F. s:. c:. ");
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_str_eq(pair_ss(p, SERVER), "TIME-WAIT 0 0");
}
END_TEST

/* What never was connected: write() is EPIPE, read() ENOTCONN, but 0 after a connect() in vain, or
 * once shutdown() has failed. */
START_TEST(a_socket_without_a_connection)
{
    struct endpoint nobody = pair_at(p, SERVER, 81);
    int             fd     = sock_socket(&p->c);

    ck_assert_int_eq(pair_write(&p->c, fd, "x"), -ERR_EPIPE);
    ck_assert_int_eq(pair_read(&p->c, fd), -ERR_ENOTCONN);
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), EV_OUT | EV_HUP);
    ck_assert_int_eq(sock_connect(&p->c, fd, &nobody), -ERR_EINPROGRESS);
    pair_run(p, MSEC(300));
    ck_assert_int_eq(pair_error(&p->c, fd), ERR_ECONNREFUSED);
    ck_assert_int_eq(pair_read(&p->c, fd), 0);
    ck_assert_int_eq(pair_write(&p->c, fd, "x"), -ERR_EPIPE);
    ck_assert_int_eq(pair_write(&p->d, p->lfd, "x"), -ERR_EPIPE);
    fd = sock_socket(&p->c);
    ck_assert_int_eq(sock_shutdown(&p->c, fd, SHUT_RDWR_), -ERR_ENOTCONN);
    ck_assert_int_eq(pair_read(&p->c, fd), 0);
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), EV_IN | EV_OUT | EV_RDHUP | EV_HUP);
}
END_TEST

START_TEST(to_read_nothing)
{
    uint8_t none[1];

    ck_assert_int_eq(sock_read(&p->c, p->cfd, none, 0, 0), -ERR_EAGAIN);
    pair_write(&p->d, p->sfd, "text");
    pair_run(p, MSEC(300));
    ck_assert_int_eq(sock_read(&p->c, p->cfd, none, 0, 0), 0);
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 4 0");
}
END_TEST

/* RFC 7323 5.4: each pair of sockets has a timestamp clock that nobody can guess, and always the
 * same one, or a SYN that reopens TIME_WAIT could seem old (RFC 6191). */
START_TEST(timestamps_begin_anywhere)
{
    struct setup    s = pair_setup(PROFILE_LINUX);
    struct pair    *q = pair_of(&s);
    struct endpoint a = pair_at(q, CLIENT, 1000), b = pair_at(q, SERVER, 80), c = a;
    uint32_t        ab = host_ts_off(q->w, CLIENT, &a, &b), begin, off;

    c.port = 1001;
    ck_assert_uint_ne(ab, host_ts_off(q->w, CLIENT, &c, &b));
    ck_assert_uint_ne(ab, host_ts_off(q->w, SERVER, &b, &a));
    begin = (uint32_t)(q->w->now / 1000);
    pair_open(q);
    a   = pair_at(q, CLIENT, 50000);
    off = host_ts_off(q->w, CLIENT, &a, &b);
    for (size_t i = 0; i < q->j.len; i++)
        if (q->j.entry[i].kind == EVENT_SENT && q->j.entry[i].seg.ctl == CTL_SYN) {
            ck_assert_uint_eq(q->j.entry[i].seg.tsval - off, begin);
            begin = UINT32_MAX;
        }
    ck_assert_uint_eq(begin, UINT32_MAX); /* there was one */
    ck_assert_uint_eq(off, host_ts_off(q->w, CLIENT, &a, &b));
    pair_free(q);
    for (int i = 0; i < 2; i++)
        s.host[i].policy.ts_offset = 0;
    q = pair_of(&s);
    ck_assert_uint_eq(host_ts_off(q->w, CLIENT, &a, &b), 0);
    pair_free(q);
}
END_TEST

SUITE(net_linux)
{
    TCase *c = tcase_create("measured");

    tcase_add_checked_fixture(c, open_linux, done);
    tcase_add_test(c, write_after_the_server_closed);
    tcase_add_test(c, so_error_after_fin_and_rst_is_epipe);
    tcase_add_test(c, close_with_unread_bytes);
    tcase_add_test(c, reply_then_close_with_unread_bytes);
    tcase_add_test(c, linger_zero);
    tcase_add_test(c, half_close);
    tcase_add_test(c, fin_wait_2_with_and_without_a_holder);
    tcase_add_test(c, an_unacknowledged_fin_counts_one);
    tcase_add_test(c, an_unread_fin_counts_one);
    tcase_add_test(c, unread_bytes_and_fin);
    tcase_add_test(c, one_after_the_other_in_a_hurry);
    tcase_add_test(c, fin_timeout_is_not_time_wait);
    tcase_add_loop_test(c, bind_to_time_wait, 0, 4);
    tcase_add_test(c, syn_to_time_wait_of_the_server);
    tcase_add_test(c, bind_to_time_wait_of_the_client);
    tcase_add_loop_test(c, dup_holds_the_connection, 0, 2);
    tcase_add_test(c, poll_bits);
    tcase_add_test(c, poll_bits_after_a_reset);
    tcase_add_test(c, both_close_at_once);
    tcase_add_test(c, a_socket_without_a_connection);
    tcase_add_test(c, to_read_nothing);
    tcase_add_test(c, timestamps_begin_anywhere);
    suite_add_tcase(s, c);
}
