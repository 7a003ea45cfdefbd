/* SPDX-License-Identifier: MIT
 * test_net_option.c - options that shape a connection, and what TCP_INFO says of it.
 */
#include "net/host.h"
#include "net/info.h"
#include "pair.h"
#include "test.h"

#include <string.h>

static struct pair *p;

static void fresh(void) { p = pair_new(PROFILE_RFC9293); }
static void done(void) { pair_free(p); }

/* The kth segment with these bits that the host sent. */
static const struct segment *sent_seg(uint32_t host, uint8_t ctl, int k)
{
    for (size_t i = 0; i < p->j.len; i++) {
        const struct entry *e = &p->j.entry[i];

        if (e->kind == EVENT_SENT && e->host == host && (e->seg.ctl & ctl) == ctl && k-- == 0)
            return &e->seg;
    }
    ck_abort_msg("no such segment");
    return NULL;
}

static void listen_on(uint16_t port)
{
    struct endpoint any = { .port = port };

    p->lfd = sock_socket(&p->d);
    ck_assert_int_eq(sock_bind(&p->d, p->lfd, &any), 0);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
}

static void connect_now(void)
{
    struct endpoint to = pair_at(p, SERVER, 80);

    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    ck_assert_int_gt(p->sfd, 0);
}

START_TEST(maxseg_is_in_the_syn)
{
    int64_t v = 0;

    listen_on(80);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_get(&p->c, p->cfd, TCP_MAXSEG_, &v), 0);
    ck_assert_int_eq(v, MSS_DEFAULT);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, TCP_MAXSEG_, 700), 0);
    sock_get(&p->c, p->cfd, TCP_MAXSEG_, &v);
    ck_assert_int_eq(v, 700);
    connect_now();
    ck_assert_uint_eq(sent_seg(CLIENT, CTL_SYN, 0)->mss, 700);
    ck_assert_uint_eq(sent_seg(SERVER, CTL_SYN, 0)->mss, 1460);
    sock_get(&p->c, p->cfd, TCP_MAXSEG_, &v);
    ck_assert_int_eq(v, 700);
    sock_get(&p->d, p->sfd, TCP_MAXSEG_, &v); /* what the peer asked for binds us too */
    ck_assert_int_eq(v, 700);
}
END_TEST

/* Set on the listener, even after listen(): the SYN,ACK says so and the child keeps to it. */
START_TEST(maxseg_of_a_listener)
{
    static const uint8_t text[3000];
    int64_t              v = 0;

    listen_on(80);
    ck_assert_int_eq(sock_set(&p->d, p->lfd, TCP_MAXSEG_, 1100), 0);
    sock_get(&p->d, p->lfd, TCP_MAXSEG_, &v);
    ck_assert_int_eq(v, 1100);
    p->cfd = sock_socket(&p->c);
    connect_now();
    ck_assert_uint_eq(sent_seg(SERVER, CTL_SYN | CTL_ACK, 0)->mss, 1100);
    sock_get(&p->d, p->sfd, TCP_MAXSEG_, &v);
    ck_assert_int_eq(v, 1100);
    ck_assert_int_eq(sock_write(&p->d, p->sfd, text, sizeof text, 0), sizeof text);
    pair_run(p, SEC(1));
    for (size_t i = 0; i < p->j.len; i++)
        ck_assert_uint_le(p->j.entry[i].seg.len, 1100);
}
END_TEST

START_TEST(options_of_a_listener_reach_the_child)
{
    int64_t v = 0;

    listen_on(80);
    sock_set(&p->d, p->lfd, TCP_NODELAY_, 1);
    sock_set(&p->d, p->lfd, TCP_USER_TIMEOUT_, 5000);
    sock_set(&p->d, p->lfd, TCP_LINGER2_, 7);
    p->cfd = sock_socket(&p->c);
    connect_now();
    sock_get(&p->d, p->sfd, TCP_NODELAY_, &v);
    ck_assert_int_eq(v, 1);
    sock_get(&p->d, p->sfd, TCP_LINGER2_, &v);
    ck_assert_int_eq(v, 7);
    const struct conn *k =
        world_conn(p->w, world_sock(p->w, sock_of_fd(p->w, SERVER, p->sfd))->conn);
    ck_assert_uint_eq(conn_tcb(p->w, k).option & TCPO_NODELAY, TCPO_NODELAY);
    ck_assert_uint_eq(conn_tcb(p->w, k).user_timeout, 5000);
}
END_TEST

START_TEST(linux_has_least_buffers)
{
    int64_t v = 0;

    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, SO_RCVBUF_, 0), -ERR_EINVAL);
    host_of(p->w, CLIENT)->policy.buf_double = 1;
    p->cfd                                   = sock_socket(&p->c);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, SO_RCVBUF_, 0), 0);
    sock_get(&p->c, p->cfd, SO_RCVBUF_, &v);
    ck_assert_int_eq(v, 2304);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, SO_SNDBUF_, 1), 0);
    sock_get(&p->c, p->cfd, SO_SNDBUF_, &v);
    ck_assert_int_eq(v, 4608);
}
END_TEST

START_TEST(linux_tells_twice_the_buffer)
{
    int64_t v = 0;

    host_of(p->w, CLIENT)->policy.buf_double = 1;
    p->cfd                                   = sock_socket(&p->c);
    sock_set(&p->c, p->cfd, SO_SNDBUF_, 10000);
    sock_get(&p->c, p->cfd, SO_SNDBUF_, &v);
    ck_assert_int_eq(v, 20000);
    sock_set(&p->c, p->cfd, SO_RCVBUF_, 30000);
    sock_get(&p->c, p->cfd, SO_RCVBUF_, &v);
    ck_assert_int_eq(v, 60000);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, TCP_LINGER2_, 121), 0); /* two minutes at most */
    sock_get(&p->c, p->cfd, TCP_LINGER2_, &v);
    ck_assert_int_eq(v, 120);
    uint32_t own = world_sock(p->w, sock_of_fd(p->w, CLIENT, p->cfd))->own;
    ck_assert_uint_eq(world_own(p->w, own)->opt.rcv_buf, 30000);
}
END_TEST

START_TEST(buffers_before_the_connection)
{
    static const uint8_t text[9000];

    listen_on(80);
    sock_set(&p->d, p->lfd, SO_RCVBUF_, 3000);
    p->cfd = sock_socket(&p->c);
    sock_set(&p->c, p->cfd, SO_RCVBUF_, 2000);
    sock_set(&p->c, p->cfd, SO_SNDBUF_, 5000);
    connect_now();
    ck_assert_uint_eq(sent_seg(CLIENT, CTL_SYN, 0)->wnd, 2000);
    ck_assert_uint_eq(sent_seg(SERVER, CTL_SYN, 0)->wnd, 3000);
    ck_assert_int_eq(sock_write(&p->c, p->cfd, text, sizeof text, 0), 5000);
}
END_TEST

/* A larger buffer on a running connection: the window grows, and the sender hears of it. */
START_TEST(a_buffer_grows)
{
    static const uint8_t text[8000];

    listen_on(80);
    sock_set(&p->d, p->lfd, SO_RCVBUF_, 3000);
    p->cfd = sock_socket(&p->c);
    connect_now();
    sock_write(&p->c, p->cfd, text, sizeof text, 0);
    pair_run(p, MSEC(900));
    struct sock_info i;
    ck_assert_int_eq(sock_info(&p->d, p->sfd, &i), 0);
    ck_assert_uint_eq(i.unread, 3000);
    ck_assert_uint_eq(i.rcv_wnd, 0);
    ck_assert_int_eq(sock_set(&p->d, p->sfd, SO_RCVBUF_, 20000), 0);
    pair_run(p, SEC(2));
    ck_assert_int_eq(sock_info(&p->d, p->sfd, &i), 0);
    ck_assert_uint_eq(i.unread, 8000);
}
END_TEST

START_TEST(info_of_a_connection)
{
    static const uint8_t text[4000];
    struct sock_info     i;

    ck_assert_int_eq(sock_info(&p->c, 99, &i), -ERR_EBADF);
    listen_on(80);
    ck_assert_int_eq(sock_info(&p->d, p->lfd, &i), 0);
    ck_assert_int_eq(i.state, TCP_LISTEN);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_info(&p->c, p->cfd, &i), 0);
    ck_assert_int_eq(i.state, TCP_CLOSED);
    connect_now();
    sock_write(&p->c, p->cfd, text, sizeof text, 0);
    ck_assert_int_eq(sock_info(&p->c, p->cfd, &i), 0);
    ck_assert_int_eq(i.state, TCP_ESTABLISHED);
    ck_assert_uint_eq(i.unacked, 3 - (i.notsent_bytes > 0));
    ck_assert_uint_eq(i.bytes_acked, 1); /* the SYN */
    ck_assert_uint_eq(i.snd_mss, 1460);
    ck_assert_uint_eq(i.pmtu, 1500);
    ck_assert_uint_ge(i.rtt, 100000);
    ck_assert_uint_eq(i.last_data_sent, 0);
    pair_run(p, SEC(5));
    ck_assert_int_eq(sock_info(&p->c, p->cfd, &i), 0);
    ck_assert_uint_eq(i.unacked, 0);
    ck_assert_uint_eq(i.bytes_acked, 4001);
    ck_assert_uint_eq(i.bytes_sent, 4000);
    ck_assert_uint_ge(i.last_data_sent, 4700);
    ck_assert_uint_ge(i.last_ack_recv, 4600);
    ck_assert_int_eq(sock_write(&p->d, p->sfd, text, 5, 0), 5);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 5);
    ck_assert_int_eq(sock_info(&p->d, p->sfd, &i), 0);
    ck_assert_uint_eq(i.bytes_acked, 5); /* but not the SYN of who was called */
    ck_assert_uint_eq(i.bytes_received, 4000);
    ck_assert_uint_eq(i.unread, 4000);
    ck_assert_uint_ge(i.last_data_recv, 4700);
    sock_close(&p->c, p->cfd);
    pair_run(p, SEC(1));
    ck_assert_int_eq(sock_info(&p->d, p->sfd, &i), 0);
    ck_assert_int_eq(i.state, TCP_CLOSE_WAIT);
    ck_assert_uint_eq(i.bytes_received, 4001); /* the FIN */
}
END_TEST

/* What was sent again counts as sent, as in Linux, and is counted apart too. */
START_TEST(info_of_a_loss)
{
    struct sock_info i;

    listen_on(80);
    p->cfd = sock_socket(&p->c);
    connect_now();
    pair_drop_next(p, CLIENT, CTL_PSH);
    pair_write(&p->c, p->cfd, "lost once");
    pair_run(p, MSEC(1250));
    sock_info(&p->c, p->cfd, &i);
    ck_assert_uint_eq(i.total_retrans, 1);
    ck_assert_uint_eq(i.bytes_sent, 18);
    ck_assert_uint_eq(i.bytes_retrans, 9);
    ck_assert_uint_eq(i.data_segs_out, 2);
    pair_run(p, SEC(2));
    sock_info(&p->c, p->cfd, &i);
    ck_assert_uint_eq(i.bytes_acked, 10);
    ck_assert_uint_eq(i.retrans, 0);
}
END_TEST

SUITE(net_option)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, fresh, done);
    tcase_add_test(c, maxseg_is_in_the_syn);
    tcase_add_test(c, maxseg_of_a_listener);
    tcase_add_test(c, options_of_a_listener_reach_the_child);
    tcase_add_test(c, linux_has_least_buffers);
    tcase_add_test(c, linux_tells_twice_the_buffer);
    tcase_add_test(c, buffers_before_the_connection);
    tcase_add_test(c, a_buffer_grows);
    tcase_add_test(c, info_of_a_connection);
    tcase_add_test(c, info_of_a_loss);
    suite_add_tcase(s, c);
}
