/* SPDX-License-Identifier: MIT
 * test_net_ipv6.c - the same conversations over IPv6.
 */
#include "net/host.h"
#include "pair.h"
#include "test.h"

#include <string.h>

static struct pair *p;

/* Both hosts have both addresses, or (only) just IPv6. */
static void hosts(bool only)
{
    struct setup s = pair_setup(PROFILE_RFC9293);

    for (int i = 0; i < 2; i++) {
        ck_assert(addr_parse(i ? "2001:db8::2" : "2001:db8::1", &s.host[i].addr6));
        if (only)
            memset(&s.host[i].addr, 0, sizeof s.host[i].addr);
    }
    p = pair_of(&s);
}

static struct endpoint six(uint32_t host, uint16_t port)
{
    return (struct endpoint){ .addr = p->w->host[host - 1].addr6, .port = port };
}

static void open_six(void)
{
    struct endpoint any = { .port = 80 }, to = six(SERVER, 80);

    p->lfd = sock_socket(&p->d);
    ck_assert_int_eq(sock_bind(&p->d, p->lfd, &any), 0);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    ck_assert_int_gt(p->sfd, 0);
}

static const struct segment *find_syn(const struct journal *j, uint32_t host)
{
    for (size_t i = 0; i < j->len; i++)
        if (j->entry[i].kind == EVENT_SENT && j->entry[i].host == host
            && j->entry[i].seg.ctl & CTL_SYN)
            return &j->entry[i].seg;
    return NULL;
}

/* 3.10.1: a listener that names its address has no other. */
START_TEST(a_listener_of_one_address)
{
    struct endpoint own, to;

    hosts(false);
    own    = pair_at(p, SERVER, 80);
    to     = six(SERVER, 80);
    p->lfd = sock_socket(&p->d);
    ck_assert_int_eq(sock_bind(&p->d, p->lfd, &own), 0);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
    p->cfd = sock_socket(&p->c);
    sock_connect(&p->c, p->cfd, &to);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_ECONNREFUSED);
    p->cfd = sock_socket(&p->c);
    sock_connect(&p->c, p->cfd, &own);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), 0);
    pair_free(p);
}
END_TEST

/* From the SYN to the end of TIME_WAIT, text both ways, and on the wire nothing but IPv6. */
START_TEST(a_whole_conversation)
{
    static uint8_t text[20000], back[20000];
    uint32_t       at = 0;

    for (uint32_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    hosts(_i);
    open_six();
    ck_assert_str_eq(pair_wire(p), "c:S s:S. c:. ");
    ck_assert_uint_eq(find_syn(&p->j, CLIENT)->mss, 1440);
    ck_assert_uint_eq(find_syn(&p->j, SERVER)->mss, 1440);
    ck_assert_int_eq(sock_write(&p->c, p->cfd, text, sizeof text, 0), sizeof text);
    for (int i = 0; i < 40; i++) {
        int n = sock_read(&p->d, p->sfd, back + at, (uint32_t)sizeof back - at, 0);

        at += n > 0 ? (uint32_t)n : 0;
        pair_run(p, MSEC(100));
    }
    ck_assert_uint_eq(at, sizeof text);
    ck_assert_mem_eq(text, back, sizeof text);
    ck_assert_int_eq(pair_write(&p->d, p->sfd, "thanks"), 6);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 6);
    pair_wire(p);
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(500));
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(500));
    ck_assert_str_eq(pair_wire(p), "c:F. s:. s:F. c:. ");
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), "[2001:db8::1]:50000"));
    pair_run(p, SEC(300));
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    for (size_t i = 0; i < p->j.len; i++) {
        const struct entry *e = &p->j.entry[i];

        ck_assert_int_ne(e->kind, EVENT_BAD);
        if (e->kind == EVENT_SENT) {
            ck_assert_uint_eq(p->j.wire[e->wire] >> 4, 6);
            ck_assert_uint_le(e->seg.len, 1440);
        }
    }
    pair_free(p);
}
END_TEST

/* A SYN without an MSS option: 1220 bytes over IPv6 (MUST-15). */
START_TEST(default_mss)
{
    struct command cmd = { .kind = CMD_INJECT, .host = CLIENT, .peer = SERVER, .sport = 1000 };
    uint32_t       i;

    hosts(true);
    open_six();
    cmd.dport = 80;
    cmd.seg   = (struct segment){ .seq = 5, .ctl = CTL_SYN, .wnd = 1000 };
    world_do(p->w, &p->j, &cmd);
    pair_run(p, MSEC(60));
    struct endpoint from = six(CLIENT, 1000), to = six(SERVER, 80);
    ck_assert_uint_ne(i = host_find(p->w, &to, &from), 0);
    ck_assert_uint_eq(conn_tcb(p->w, world_conn(p->w, i)).mss_out, 1220);
    pair_free(p);
}
END_TEST

/* Families do not mix. */
START_TEST(addresses)
{
    struct endpoint four, to;
    int             fd;

    hosts(false);
    four = (struct endpoint){ .addr = p->w->host[0].addr };
    to   = six(SERVER, 80);
    fd   = sock_socket(&p->c);
    ck_assert_int_eq(sock_bind(&p->c, fd, &four), 0);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINVAL);
    pair_free(p);
    p  = pair_new(PROFILE_RFC9293); /* a host without IPv6 has no way there */
    fd = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_ENETUNREACH);
    pair_free(p);
}
END_TEST

/* connect() of a program: IPv4 first, IPv6 if asked for or if there is nothing else. */
START_TEST(a_program_chooses)
{
    struct op listen  = { .verb = OP_LISTEN, .port = 80 };
    struct op connect = { .verb = OP_CONNECT, .host = SERVER, .port = 80, .six = _i == 1 };

    hosts(_i == 2);
    pair_op(p, SERVER, listen);
    pair_op(p, CLIENT, connect);
    pair_run(p, SEC(1));
    ck_assert_ptr_nonnull(strstr(pair_ss_text(p, CLIENT), _i ? "[2001:db8::2]:80" : "10.0.0.2:80"));
    pair_free(p);
}
END_TEST

SUITE(net_ipv6)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, a_listener_of_one_address);
    tcase_add_loop_test(c, a_whole_conversation, 0, 2);
    tcase_add_test(c, default_mss);
    tcase_add_test(c, addresses);
    tcase_add_loop_test(c, a_program_chooses, 0, 3);
    suite_add_tcase(s, c);
}
