/* SPDX-License-Identifier: MIT
 * test_net_ss.c - socket tables, letter by letter.
 */
#include "pair.h"
#include "test.h"

#include <string.h>

static struct ss_row row(enum tcp_state s, int timer, vspan left, uint32_t retries)
{
    struct ss_row r;

    memset(&r, 0, sizeof r);
    r.state   = s;
    r.timer   = timer;
    r.left    = left;
    r.retries = retries;
    addr_parse("10.0.0.2", &r.local.addr);
    addr_parse("10.0.0.1", &r.peer.addr);
    r.local.port = 80;
    r.peer.port  = 50312;
    return r;
}

static const char *text(struct ss_row r, bool netstat)
{
    static char buf[200];

    return ss_text(&r, netstat, buf, sizeof buf);
}

START_TEST(as_ss)
{
    struct ss_row r = row(TCP_LAST_ACK, TIMER_RTO, SEC(2), 1);

    r.send_q = 1;
    ck_assert_str_eq(text(r, false),
                     "LAST-ACK        0      1  10.0.0.2:80          10.0.0.1:50312 "
                     "      timer:(on,2sec,1)");
    ck_assert_str_eq(text(row(TCP_ESTABLISHED, -1, 0, 0), false),
                     "ESTAB           0      0  10.0.0.2:80          10.0.0.1:50312");
    r            = row(TCP_LISTEN, -1, 0, 0);
    r.send_q     = 128;
    r.peer.port  = 0;
    r.local.addr = r.peer.addr = (struct addr){ { 0 } };
    ck_assert_str_eq(text(r, false), "LISTEN          0    128  0.0.0.0:80           0.0.0.0:*");
    ck_assert(addr_parse("2001:db8::2", &r.local.addr)); /* any peer: of the same family */
    ck_assert_str_eq(text(r, false), "LISTEN          0    128  [2001:db8::2]:80     [::]:*");
}
END_TEST

START_TEST(as_netstat)
{
    struct ss_row r = row(TCP_FIN_WAIT_2, TIMER_FIN_WAIT_2, MSEC(59250), 0);

    ck_assert_str_eq(text(r, true),
                     "tcp        0      0 10.0.0.2:80             10.0.0.1:50312     "
                     "     FIN_WAIT2   timewait (59.25/0/0)");
    r        = row(TCP_CLOSE_WAIT, -1, 0, 0);
    r.recv_q = 1;
    ck_assert_str_eq(text(r, true),
                     "tcp        1      0 10.0.0.2:80             10.0.0.1:50312     "
                     "     CLOSE_WAIT  off (0.00/0/0)");
}
END_TEST

static const struct {
    int         timer;
    vspan       left;
    const char *words;
} clocks[] = {
    { TIMER_2MSL, MSEC(59950), "timer:(timewait,59sec,0)" },
    { TIMER_2MSL, SEC(60), "timer:(timewait,1min,0)" },
    { TIMER_KEEPALIVE, SEC(72), "timer:(keepalive,1min12sec,0)" },
    { TIMER_KEEPALIVE, SEC(7200), "timer:(keepalive,120min,0)" },
    { TIMER_PERSIST, MSEC(2300), "timer:(persist,2.300sec,0)" },
    { TIMER_RTO, MSEC(203), "timer:(on,203ms,0)" },
    { TIMER_FIN_WAIT_2, SEC(10), "timer:(timewait,10sec,0)" },
};

START_TEST(clocks_in_words)
{
    struct ss_row r = row(TCP_TIME_WAIT, clocks[_i].timer, clocks[_i].left, 0);

    ck_assert_str_eq(strstr(text(r, false), "timer"), clocks[_i].words);
}
END_TEST

START_TEST(states_in_words)
{
    ck_assert_str_eq(ss_state(TCP_SYN_RECEIVED, false), "SYN-RECV");
    ck_assert_str_eq(ss_state(TCP_SYN_RECEIVED, true), "SYN_RECV");
    ck_assert_str_eq(ss_state(TCP_ESTABLISHED, true), "ESTABLISHED");
    ck_assert_str_eq(ss_state(TCP_FIN_WAIT_1, true), "FIN_WAIT1");
    ck_assert_str_eq(ss_state(TCP_TIME_WAIT, false), "TIME-WAIT");
}
END_TEST

START_TEST(rows_of_a_story)
{
    struct pair  *p = pair_new(PROFILE_LINUX);
    struct ss_row r[8];

    pair_open(p);
    ck_assert_uint_eq(ss_rows(p->w, 0, r, 8), 3);
    ck_assert_uint_eq(ss_rows(p->w, SERVER, r, 1),
                      2); /* says how many, fills what there is room for */
    ck_assert_uint_eq(ss_rows(p->w, SERVER, r, 8), 2);
    ck_assert_int_eq(r[0].state, TCP_LISTEN);
    ck_assert_uint_eq(r[0].send_q, 5);
    ck_assert_int_eq(r[1].state, TCP_ESTABLISHED);
    ck_assert(!r[1].orphan);
    struct endpoint to = pair_at(p, SERVER, 80);
    int             fd = sock_socket(&p->c);
    sock_connect(&p->c, fd, &to);
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0; SYN-SENT 0 1");
    pair_run(p, MSEC(300));
    ss_rows(p->w, SERVER, r, 8);
    ck_assert_uint_eq(r[0].recv_q, 1); /* not yet accepted */
    ck_assert(!r[2].orphan);

    pair_write(&p->c, p->cfd, "unread");
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 6; ESTAB 0 0");
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "timer:(on,"));
    pair_drop_next(p, SERVER, CTL_ACK); /* its ACK, so that the FIN waits behind the text */
    sock_close(&p->c, p->cfd);
    ck_assert_str_eq(pair_ss(p, CLIENT), "FIN-WAIT-1 0 7; ESTAB 0 0");
    ss_rows(p->w, CLIENT, r, 8);
    ck_assert(r[0].orphan);
    pair_free(p);
}
END_TEST

static const char *inside(struct pair *p, uint32_t host, size_t which)
{
    static char   buf[600];
    struct ss_row r[8];

    ck_assert_uint_gt(ss_rows(p->w, host, r, 8), which);
    return ss_info_text(p->w, &r[which], buf, sizeof buf);
}

/* The second line of `ss -i`: names, order and units are iproute2's; what is zero is left out. */
START_TEST(as_ss_i)
{
    struct pair *p = pair_new(PROFILE_RFC9293);

    pair_open(p);
    ck_assert_str_eq(inside(p, SERVER, 0), ""); /* LISTEN */
    pair_drop_next(p, CLIENT, CTL_PSH);
    pair_write(&p->c, p->cfd, "lost once");
    pair_run(p, MSEC(1100));
    ck_assert_str_eq(inside(p, CLIENT, 0),
                     "reno rto:2000 backoff:1 rtt:100/50 mss:1460 pmtu:1500 rcvmss:536 "
                     "advmss:1460 cwnd:1 ssthresh:2 bytes_sent:18 bytes_retrans:9 bytes_acked:1 "
                     "segs_out:4 segs_in:1 data_segs_out:2 send 116800bps lastsnd:100 lastrcv:2000 "
                     "lastack:2000 unacked:1 "
                     "retrans:1/1 lost:1 rcv_space:65535 minrtt:100 snd_wnd:65535 rcv_wnd:65535");
    pair_run(p, SEC(1));
    ck_assert_ptr_nonnull(strstr(inside(p, CLIENT, 0), "bytes_acked:10 segs_out:4 segs_in:2 "));
    ck_assert_ptr_nonnull(strstr(inside(p, CLIENT, 0), " retrans:0/1 rcv_space"));
    ck_assert_ptr_nonnull(strstr(inside(p, SERVER, 1), "bytes_received:9 segs_out:2 "));
    ck_assert_ptr_nonnull(strstr(inside(p, SERVER, 1), " data_segs_in:1 "));
    pair_free(p);
}
END_TEST

START_TEST(ss_i_of_linux)
{
    struct pair *p = pair_new(PROFILE_LINUX);

    pair_open(p);
    ck_assert_str_eq(inside(p, CLIENT, 0),
                     "ts sack cubic wscale:7,7 rto:300 rtt:100/50 mss:1448 pmtu:1500 rcvmss:536 "
                     "advmss:1448 cwnd:10 bytes_acked:1 segs_out:2 segs_in:1 send 1158400bps "
                     "lastsnd:1000 lastrcv:900 "
                     "lastack:900 rcv_space:65535 minrtt:100 snd_wnd:65535 rcv_wnd:65535");
    ck_assert_str_eq(inside(p, SERVER, 0), "cubic cwnd:10"); /* LISTEN */
    ck_assert_ptr_null(strstr(inside(p, SERVER, 1), "ato:"));
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, MSEC(300));
    ck_assert_ptr_nonnull(strstr(inside(p, SERVER, 1), "/50 ato:40 mss:1448 "));
    ck_assert_ptr_nonnull(strstr(inside(p, SERVER, 1), " bytes_received:5 "));
    ck_assert_ptr_null(strstr(inside(p, SERVER, 1), "bytes_acked")); /* its SYN does not count */
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    ck_assert_ptr_nonnull(strstr(inside(p, SERVER, 1), " bytes_received:6 ")); /* but a FIN does */
    ck_assert_ptr_nonnull(strstr(inside(p, CLIENT, 0), " bytes_acked:7 "));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 5);
    sock_close(&p->d, p->sfd);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_str_eq(inside(p, CLIENT, 0), ""); /* only its record is left */
    pair_free(p);
}
END_TEST

/* A listener that names no address: iproute2's ss writes * when it takes both families. */
START_TEST(every_address_of_a_family)
{
    struct setup s = pair_setup(PROFILE_RFC9293);
    const struct {
        int64_t     only;
        bool        v4, v6;
        const char *ss, *netstat;
    } row[] = {
        { 0, true, false, "0.0.0.0:80", "0.0.0.0:80" },
        { 0, true, true, " *:80", ":::80" },
        { 0, false, true, "[::]:80", ":::80" },
        { 1, true, true, "[::]:80", ":::80" },
    };

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct endpoint any = { .port = 80 };
        struct ss_row   r;
        char            line[200];
        struct setup    t = s;
        if (row[i].v6)
            ck_assert(addr_parse("2001:db8::2", &t.host[1].addr6));
        if (!row[i].v4)
            memset(&t.host[1].addr, 0, sizeof t.host[1].addr);
        struct pair *q = pair_of(&t);
        int          l = sock_socket(&q->d);
        ck_assert_int_eq(sock_set(&q->d, l, IPV6_V6ONLY_, row[i].only), 0);
        ck_assert_int_eq(sock_bind(&q->d, l, &any), 0);
        ck_assert_int_eq(sock_listen(&q->d, l, 5), 0);
        ck_assert_uint_eq(ss_rows(q->w, SERVER, &r, 1), 1);
        ck_assert_ptr_nonnull(strstr(ss_text(&r, false, line, sizeof line), row[i].ss));
        ck_assert_ptr_nonnull(strstr(ss_text(&r, true, line, sizeof line), row[i].netstat));
        pair_free(q);
    }
}
END_TEST

SUITE(net_ss)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, as_ss);
    tcase_add_test(c, as_netstat);
    tcase_add_loop_test(c, clocks_in_words, 0, sizeof clocks / sizeof *clocks);
    tcase_add_test(c, states_in_words);
    tcase_add_test(c, rows_of_a_story);
    tcase_add_test(c, as_ss_i);
    tcase_add_test(c, ss_i_of_linux);
    tcase_add_test(c, every_address_of_a_family);
    suite_add_tcase(s, c);
}
