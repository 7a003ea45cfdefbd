/* SPDX-License-Identifier: MIT
 * test_net_sock.c - the calls that programmers know, and their errors.
 */
#include "pair.h"
#include "test.h"

#include <string.h>

static struct pair *p;

static void open_rfc(void)
{
    p = pair_new(PROFILE_RFC9293);
    pair_open(p);
}

static void done(void) { pair_free(p); }

START_TEST(bad_descriptors)
{
    struct endpoint e = pair_at(p, SERVER, 80);
    uint8_t         b[1];
    int64_t         v;

    ck_assert_int_eq(sock_bind(&p->c, 99, &e), -ERR_EBADF);
    ck_assert_int_eq(sock_listen(&p->c, 99, 1), -ERR_EBADF);
    ck_assert_int_eq(sock_accept(&p->c, 99, NULL), -ERR_EBADF);
    ck_assert_int_eq(sock_connect(&p->c, 99, &e), -ERR_EBADF);
    ck_assert_int_eq(sock_read(&p->c, 99, b, 1, 0), -ERR_EBADF);
    ck_assert_int_eq(sock_write(&p->c, 99, b, 1, 0), -ERR_EBADF);
    ck_assert_int_eq(sock_shutdown(&p->c, 99, SHUT_WR_), -ERR_EBADF);
    ck_assert_int_eq(sock_close(&p->c, 99), -ERR_EBADF);
    ck_assert_int_eq(sock_dup(&p->c, 99), -ERR_EBADF);
    ck_assert_int_eq(sock_set(&p->c, 99, SO_LINGER_, 0), -ERR_EBADF);
    ck_assert_int_eq(sock_get(&p->c, 99, SO_LINGER_, &v), -ERR_EBADF);
    sock_close(&p->c, p->cfd);
    ck_assert_int_eq(sock_close(&p->c, p->cfd), -ERR_EBADF);
}
END_TEST

START_TEST(lowest_free_number)
{
    int a = sock_socket(&p->c), b = sock_socket(&p->c), d = sock_socket(&p->c);

    ck_assert_int_eq(p->cfd, 3);
    ck_assert_int_eq(a, 4);
    ck_assert_int_eq(d, 6);
    sock_close(&p->c, b);
    ck_assert_int_eq(sock_dup(&p->c, a), b);
    ck_assert_int_eq(sock_socket(&p->c), 7);
}
END_TEST

START_TEST(calls_at_the_wrong_time)
{
    struct endpoint to = pair_at(p, SERVER, 80), e = { .port = 80 };
    int             fd = sock_socket(&p->c);

    ck_assert_int_eq(pair_read(&p->c, fd), -ERR_ENOTCONN);
    ck_assert_int_eq(pair_write(&p->c, fd, "x"), -ERR_ENOTCONN);
    ck_assert_int_eq(sock_shutdown(&p->c, fd, SHUT_WR_), -ERR_ENOTCONN);
    ck_assert_int_eq(sock_accept(&p->c, fd, NULL), -ERR_EINVAL);
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EISCONN);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINPROGRESS);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EALREADY);
    ck_assert_int_eq(pair_write(&p->c, fd, "x"), -ERR_EAGAIN);
    ck_assert_int_eq(pair_read(&p->c, fd), -ERR_EAGAIN);
    ck_assert_int_eq(sock_bind(&p->c, p->cfd, &e), -ERR_EINVAL);
    ck_assert_int_eq(sock_listen(&p->c, p->cfd, 1), -ERR_EINVAL);
    ck_assert_int_eq(pair_read(&p->d, p->lfd), -ERR_ENOTCONN);
    ck_assert_int_eq(sock_connect(&p->d, p->lfd, &to), -ERR_EOPNOTSUPP);
    ck_assert_int_eq(sock_accept(&p->d, p->lfd, NULL), -ERR_EAGAIN);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_EAGAIN);
}
END_TEST

START_TEST(addresses)
{
    struct endpoint e  = pair_at(p, CLIENT, 7);
    int             fd = sock_socket(&p->d);

    ck_assert_int_eq(sock_bind(&p->d, fd, &e), -ERR_EADDRNOTAVAIL);
    e = pair_at(p, SERVER, 80); /* the listener has it for all addresses */
    ck_assert_int_eq(sock_bind(&p->d, fd, &e), -ERR_EADDRINUSE);
    sock_set(&p->d, fd, SO_REUSEADDR_, 1);
    sock_set(&p->d, p->lfd, SO_REUSEADDR_, 1);
    ck_assert_int_eq(sock_bind(&p->d, fd, &e), -ERR_EADDRINUSE);
    e.port = 0;
    ck_assert_int_eq(sock_bind(&p->d, fd, &e), 0);
    ck_assert_int_eq(sock_name(&p->d, fd, &e, NULL), 0);
    ck_assert_uint_gt(e.port, 1023);
    ck_assert_int_eq(sock_bind(&p->d, fd, &e), -ERR_EINVAL);
    memset(&e.addr, 0, sizeof e.addr);
    fd = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, fd, &e), -ERR_ENETUNREACH); /* MUST-46 */
    addr_parse("224.0.0.1", &e.addr);
    ck_assert_int_eq(sock_connect(&p->c, fd, &e), -ERR_ENETUNREACH);
    e      = pair_at(p, SERVER, 80);
    e.port = 0;
    ck_assert_int_eq(sock_connect(&p->c, fd, &e), -ERR_EADDRNOTAVAIL);
}
END_TEST

START_TEST(a_server_starts_again_beside_its_old_connection)
{
    struct endpoint any = { .port = 80 };
    int             fd  = sock_socket(&p->d);

    if (_i)
        sock_set(&p->d, p->sfd, SO_REUSEADDR_, 1);
    sock_close(&p->d, p->lfd);
    sock_set(&p->d, fd, SO_REUSEADDR_, 1);
    ck_assert_int_eq(sock_bind(&p->d, fd, &any), _i ? 0 : -ERR_EADDRINUSE);
}
END_TEST

START_TEST(refused_and_again)
{
    struct endpoint no = pair_at(p, SERVER, 81), to = pair_at(p, SERVER, 80);
    int             fd = sock_socket(&p->c);

    ck_assert_int_eq(sock_connect(&p->c, fd, &no), -ERR_EINPROGRESS);
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), 0);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_wire(p), "c:S s:R. ");
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), EV_IN | EV_OUT | EV_HUP | EV_ERR | EV_RDHUP);
    ck_assert_int_eq(pair_error(&p->c, fd), ERR_ECONNREFUSED);
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), EV_IN | EV_OUT | EV_HUP | EV_RDHUP);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), EV_OUT);
}
END_TEST

START_TEST(nobody_answers)
{
    struct command cut = { .kind = CMD_PATH, .action = PATH_CUT, .n = 1 };

    world_do(p->w, &p->j, &cut);
    pair_write(&p->c, p->cfd, "hello");
    sock_set(&p->c, p->cfd, TCP_USER_TIMEOUT_, 20000);
    pair_run(p, SEC(30));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ETIMEDOUT);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "x"), -ERR_EPIPE);
}
END_TEST

/* The server closes, the client writes, the answer is RST. */
static void reset_after_fin(void)
{
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    pair_write(&p->c, p->cfd, "one");
    pair_run(p, MSEC(300));
}

START_TEST(reset_after_fin_reads_reset)
{
    reset_after_fin();
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
}
END_TEST

START_TEST(reset_after_fin_writes_reset)
{
    reset_after_fin();
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "two"), -ERR_ECONNRESET);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "three"), -ERR_EPIPE);
}
END_TEST

START_TEST(a_reset_flushes_what_was_not_read)
{
    pair_write(&p->d, p->sfd, "reply");
    pair_run(p, MSEC(300));
    sock_set(&p->d, p->sfd, SO_LINGER_, 0);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 0);
}
END_TEST

START_TEST(what_was_read_is_what_was_written)
{
    enum { N = 100000 };
    static uint8_t out[N], in[N + 1];
    struct rng     r    = { .state = 5 };
    uint32_t       sent = 0, got = 0;
    int            k;

    p->w->path[0][1].loss    = (struct ratio){ 1, 40 };
    p->w->path[0][1].dup     = (struct ratio){ 1, 10 };
    p->w->path[0][1].reorder = (struct ratio){ 1, 10 };
    for (uint32_t i = 0; i < N; i++)
        out[i] = (uint8_t)rng_next(&r);
    for (int round = 0; round < 4000 && got < N; round++) {
        if (sent < N && (k = sock_write(&p->c, p->cfd, out + sent, N - sent, 0)) > 0)
            sent += (uint32_t)k;
        while ((k = sock_read(&p->d, p->sfd, in + got, N + 1 - got, 0)) > 0)
            got += (uint32_t)k;
        pair_run(p, MSEC(200));
    }
    ck_assert_uint_eq(got, N);
    ck_assert(memcmp(in, out, N) == 0);
    pair_run(p, SEC(100));
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 0);
}
END_TEST

START_TEST(peek_leaves_it)
{
    uint8_t b[8];

    pair_write(&p->c, p->cfd, "abc");
    pair_run(p, MSEC(300));
    ck_assert_int_eq(sock_read(&p->d, p->sfd, b, 8, MSG_PEEK_), 3);
    ck_assert_int_eq(sock_read(&p->d, p->sfd, b, 2, 0), 2);
    ck_assert_int_eq(sock_read(&p->d, p->sfd, b, 8, 0), 1);
    ck_assert_int_eq(b[0], 'c');
}
END_TEST

START_TEST(backlog)
{
    struct endpoint any = { .port = 90 }, to = pair_at(p, SERVER, 90);
    int             l = sock_socket(&p->d), fd[4];

    sock_bind(&p->d, l, &any);
    sock_listen(&p->d, l, 1);
    for (int i = 0; i < 4; i++) {
        fd[i] = sock_socket(&p->c);
        sock_connect(&p->c, fd[i], &to);
        pair_run(p, MSEC(300));
    }
    /* As many as the backlog and one more; the others' SYNs are not even answered. */
    ck_assert_str_eq(pair_wire(p), "c:S s:S. c:. c:S s:S. c:. c:S c:S ");
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd[2]), 0);
    ck_assert_int_gt(sock_accept(&p->d, l, &any), 0);
    ck_assert_uint_eq(any.port, 50001);
    pair_run(p, SEC(1)); /* and there is room for a SYN that is sent again */
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd[2]), EV_OUT);
    pair_wire(p);
    sock_close(&p->d, l); /* those that nobody accepted are reset */
    pair_run(p, MSEC(100));
    ck_assert_str_eq(pair_wire(p), "s:R. s:R. ");
}
END_TEST

/* The client's last ACK finds the queue full: it is not counted, and asked for again. */
START_TEST(the_last_ack_waits_for_room)
{
    struct endpoint any = { .port = 90 }, to = pair_at(p, SERVER, 90);
    int             l = sock_socket(&p->d), fd[3];

    sock_bind(&p->d, l, &any);
    sock_listen(&p->d, l, 1);
    for (int i = 0; i < 3; i++) {
        fd[i] = sock_socket(&p->c);
        sock_connect(&p->c, fd[i], &to);
        pair_run(p, i == 0 ? MSEC(300) : MSEC(20));
    }
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:S s:S. c:. c:S c:S s:S. s:S. c:. c:. ");
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd[2]), EV_OUT); /* it knows nothing of that */
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 0 0; ESTAB 0 0; ESTAB 0 0; SYN-RECV 0 0");
    ck_assert_int_gt(sock_accept(&p->d, l, NULL), 0);
    pair_wire(p);
    pair_run(p, SEC(3)); /* now there is room */
    ck_assert_str_eq(pair_wire(p), "s:S. c:. ");
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 0 0; ESTAB 0 0; ESTAB 0 0; ESTAB 0 0");
}
END_TEST

START_TEST(urgent_data_can_be_polled_for)
{
    uint8_t b[8];

    sock_write(&p->c, p->cfd, (const uint8_t *)"ab", 2, MSG_OOB_);
    pair_run(p, MSEC(300));
    ck_assert_uint_eq(sock_events(p->w, SERVER, p->sfd), EV_IN | EV_OUT | EV_PRI);
    sock_read(&p->d, p->sfd, b, 1, 0);
    ck_assert_uint_eq(sock_events(p->w, SERVER, p->sfd), EV_IN | EV_OUT | EV_PRI);
    sock_read(&p->d, p->sfd, b, 1, 0);
    ck_assert_uint_eq(sock_events(p->w, SERVER, p->sfd), EV_OUT);
}
END_TEST

START_TEST(reset_in_the_queue)
{
    struct endpoint to = pair_at(p, SERVER, 80);
    int             c  = sock_socket(&p->c), s;

    sock_connect(&p->c, c, &to);
    pair_run(p, MSEC(300));
    sock_set(&p->c, c, SO_LINGER_, 0);
    sock_close(&p->c, c);
    pair_run(p, MSEC(300));
    s = sock_accept(&p->d, p->lfd, NULL);
    ck_assert_int_gt(s, 0);
    ck_assert_int_eq(pair_read(&p->d, s), -ERR_ECONNRESET);
    ck_assert_int_eq(sock_close(&p->d, s), 0);
}
END_TEST

START_TEST(options)
{
    static const struct {
        enum sock_option o;
        int64_t          v;
        int              r;
    } set[] = {
        { SO_REUSEADDR_, 1, 0 },
        { SO_KEEPALIVE_, 1, 0 },
        { SO_LINGER_, 0, 0 },
        { SO_LINGER_, -2, -ERR_EINVAL },
        { SO_RCVBUF_, 0, -ERR_EINVAL },
        { SO_RCVBUF_, 4096, 0 },
        { SO_SNDBUF_, 4096, 0 },
        { SO_ERROR_, 1, -ERR_ENOPROTOOPT },
        { TCP_NODELAY_, 1, 0 },
        { TCP_CORK_, 1, 0 },
        { TCP_MAXSEG_, 10, -ERR_EINVAL },
        { TCP_USER_TIMEOUT_, 5000, 0 },
        { TCP_KEEPIDLE_, 10, 0 },
        { TCP_KEEPINTVL_, 0, -ERR_EINVAL },
        { TCP_KEEPCNT_, 3, 0 },
        { TCP_LINGER2_, 5, 0 },
        { TCP_LINGER2_, -1, -ERR_EINVAL },
        { TCP_CONGESTION_, 2, 0 },
        { TCP_CONGESTION_, 3, -ERR_EINVAL },
        { TCP_SYNCNT_, 127, 0 },
        { TCP_SYNCNT_, 128, -ERR_EINVAL },
        { TCP_KEEPINIT_, 1, 0 },
        { TCP_KEEPINIT_, 0, -ERR_EINVAL },
        { SO_OPTION_COUNT, 0, -ERR_ENOPROTOOPT },
    };
    int64_t v;

    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        ck_assert_int_eq(sock_set(&p->c, p->cfd, set[i].o, set[i].v), set[i].r);
        if (set[i].r == 0) {
            ck_assert_int_eq(sock_get(&p->c, p->cfd, set[i].o, &v), 0);
            ck_assert_int_eq(v, set[i].v);
        }
    }
    for (int o = 0; o < SO_OPTION_COUNT; o++)
        ck_assert_int_eq(sock_option_by_name(sock_option_name[o]), o);
    ck_assert_int_eq(sock_option_by_name("SO_NOTHING"), SO_OPTION_COUNT);
    ck_assert_str_eq(err_name(ERR_ECONNRESET), "ECONNRESET");
    ck_assert_str_eq(err_text(ERR_EPIPE), "broken pipe");
}
END_TEST

START_TEST(keep_alive_finds_the_dead)
{
    struct command crash = { .kind = CMD_OP, .host = SERVER };

    sock_set(&p->c, p->cfd, TCP_KEEPIDLE_, 10);
    sock_set(&p->c, p->cfd, TCP_KEEPINTVL_, 1);
    sock_set(&p->c, p->cfd, TCP_KEEPCNT_, 3);
    sock_set(&p->c, p->cfd, SO_KEEPALIVE_, 1);
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "timer:(keepalive,"));
    crash.op.verb = OP_CRASH;
    world_do(p->w, &p->j, &crash);
    pair_run(p, SEC(20));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ETIMEDOUT);
}
END_TEST

/* One byte of garbage in a keep-alive: it is answered, and nobody reads it. */
START_TEST(keep_alive_with_garbage)
{
    struct command c = { .kind = CMD_KNOB, .host = CLIENT, .knob = KNOB_keep_garbage, .n = 1 };

    world_do(p->w, &p->j, &c);
    sock_set(&p->c, p->cfd, TCP_KEEPIDLE_, 10);
    sock_set(&p->c, p->cfd, SO_KEEPALIVE_, 1);
    pair_write(&p->c, p->cfd, "abc");
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 3);
    pair_wire(p);
    pair_run(p, SEC(10));
    ck_assert_str_eq(pair_wire(p), "c:.+ s:. ");
    ck_assert_int_eq(pair_read(&p->d, p->sfd), -ERR_EAGAIN);
}
END_TEST

/* FLUSH: what the peer has no room for never leaves, and what is written then takes its place. */
START_TEST(flush)
{
    char    big[40001], got[4096];
    size_t  n = 0;
    int     r;
    int64_t flushed;

    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = 0;
    ck_assert_int_eq(sock_flush(&p->c, 99), -ERR_EBADF);
    ck_assert_int_eq(sock_flush(&p->c, p->cfd), 0);
    ck_assert_int_eq(sock_flush(&p->d, p->lfd), -ERR_ENOTCONN);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, big), 40000);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, big), 25536);
    pair_run(p, SEC(2)); /* the reader's buffer is full: 65535 bytes */
    ck_assert_int_eq(pair_write(&p->c, p->cfd, big), 40000);
    flushed = sock_flush(&p->c, p->cfd);
    ck_assert_int_ge(flushed, 39999);
    ck_assert_int_eq(sock_flush(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "bcd"), 3);
    while ((r = sock_read(&p->d, p->sfd, (uint8_t *)got, sizeof got, 0)) > 0 || n < 65536) {
        n += r > 0 ? (size_t)r : 0;
        pair_run(p, SEC(30));
    }
    ck_assert_uint_eq(n, 65536 + 40000 - (size_t)flushed + 3);
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    ck_assert_int_eq(sock_flush(&p->c, p->cfd), -ERR_EPIPE);
}
END_TEST

/* Each of the two directions is shut for itself, in any order. */
START_TEST(shut_one_after_the_other)
{
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    sock_shutdown(&p->c, p->cfd, SHUT_RD_);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "x"), -ERR_EPIPE);
    ck_assert_int_eq(sock_flush(&p->c, p->cfd), -ERR_EPIPE);
    ck_assert_int_eq(sock_shutdown(&p->c, p->cfd, SHUT_WR_), 0);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:F. s:. ");
}
END_TEST

START_TEST(shut_reading)
{
    sock_shutdown(&p->d, p->sfd, SHUT_RD_);
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 0);
    ck_assert_int_eq(pair_write(&p->d, p->sfd, "still"), 5);
    pair_run(p, MSEC(300));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 5);
    ck_assert_int_eq(sock_shutdown(&p->d, p->sfd, (enum sock_how)7), -ERR_EINVAL);
}
END_TEST

START_TEST(shutdown_of_both_sides_can_still_be_read)
{
    pair_write(&p->d, p->sfd, "last words");
    sock_shutdown(&p->d, p->sfd, SHUT_WR_);
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 10);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 0);
    sock_close(&p->c, p->cfd);
    sock_close(&p->d, p->sfd);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 0); /* what waits is packed */
    pair_run(p, SEC(500));
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0);
}
END_TEST

SUITE(net_sock)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, open_rfc, done);
    tcase_add_test(c, bad_descriptors);
    tcase_add_test(c, lowest_free_number);
    tcase_add_test(c, calls_at_the_wrong_time);
    tcase_add_test(c, addresses);
    tcase_add_loop_test(c, a_server_starts_again_beside_its_old_connection, 0, 2);
    tcase_add_test(c, refused_and_again);
    tcase_add_test(c, nobody_answers);
    tcase_add_test(c, reset_after_fin_reads_reset);
    tcase_add_test(c, reset_after_fin_writes_reset);
    tcase_add_test(c, a_reset_flushes_what_was_not_read);
    tcase_add_test(c, what_was_read_is_what_was_written);
    tcase_add_test(c, peek_leaves_it);
    tcase_add_test(c, backlog);
    tcase_add_test(c, the_last_ack_waits_for_room);
    tcase_add_test(c, urgent_data_can_be_polled_for);
    tcase_add_test(c, reset_in_the_queue);
    tcase_add_test(c, options);
    tcase_add_test(c, keep_alive_finds_the_dead);
    tcase_add_test(c, keep_alive_with_garbage);
    tcase_add_test(c, flush);
    tcase_add_test(c, shut_one_after_the_other);
    tcase_add_test(c, shut_reading);
    tcase_add_test(c, shutdown_of_both_sides_can_still_be_read);
    suite_add_tcase(s, c);
}
