/* SPDX-License-Identifier: MIT
 * test_net_ip.c - what a program may say to IP through TCP (RFC 9293 3.9.1.9, 3.9.2): the type of
 * service and the time to live of its segments, as bytes on the wire.
 */
#include "net/host.h"
#include "pair.h"
#include "test.h"

#include <string.h>

enum { EF = 46 << 2, CS1 = 8 << 2, CS7 = 56 << 2 };

static struct pair *p;

static void fresh(void)
{
    struct setup s = pair_setup(PROFILE_RFC9293);

    for (int i = 0; i < 2; i++)
        ck_assert(addr_parse(i ? "2001:db8::2" : "2001:db8::1", &s.host[i].addr6));
    p = pair_of(&s);
}

static void done(void) { pair_free(p); }

/* The last datagram that this host sent. */
static const uint8_t *last(uint32_t host)
{
    const uint8_t *bytes = NULL;

    for (size_t i = 0; i < p->j.len; i++)
        if (p->j.entry[i].kind == EVENT_SENT && p->j.entry[i].host == host)
            bytes = p->j.wire + p->j.entry[i].wire;
    ck_assert_ptr_nonnull(bytes);
    return bytes;
}

static int tos(uint32_t host)
{
    const uint8_t *b = last(host);

    return b[0] >> 4 == 4 ? b[1] : (b[0] & 15) << 4 | b[1] >> 4;
}

static int ttl(uint32_t host) { return last(host)[0] >> 4 == 4 ? last(host)[8] : last(host)[7]; }

static void listens(void)
{
    struct endpoint any = { .port = 80 };

    p->lfd = sock_socket(&p->d);
    ck_assert_int_eq(sock_bind(&p->d, p->lfd, &any), 0);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
    p->cfd = sock_socket(&p->c);
}

static void connects(bool six)
{
    struct endpoint to = pair_at(p, SERVER, 80);

    if (six)
        to.addr = p->w->host[SERVER - 1].addr6;
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    ck_assert_int_gt(p->sfd, 0);
}

static void set(struct net_call *c, int fd, enum sock_option o, int64_t v)
{
    ck_assert_int_eq(sock_set(c, fd, o, v), 0);
}

static int64_t get(struct net_call *c, int fd, enum sock_option o)
{
    int64_t v = 0;

    ck_assert_int_eq(sock_get(c, fd, o, &v), 0);
    return v;
}

/* 3.9.1.9 MUST-48, SHLD-22: from the SYN on, and of that direction only: the other end says what
 * its own segments have. */
START_TEST(the_diffserv_field_of_each_direction)
{
    listens();
    set(&p->c, p->cfd, IP_TOS_, EF);
    ck_assert_int_eq(get(&p->c, p->cfd, IP_TOS_), EF);
    connects(false);
    ck_assert_int_eq(tos(CLIENT), EF);
    ck_assert_int_eq(tos(SERVER), 0);
    set(&p->d, p->sfd, IP_TOS_, CS1);
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, SEC(1));
    ck_assert_int_eq(tos(CLIENT), EF);
    ck_assert_int_eq(tos(SERVER), CS1); /* the ACK */
}
END_TEST

/* SHLD-21: it can be changed during the connection. */
START_TEST(the_diffserv_field_can_change)
{
    listens();
    connects(false);
    ck_assert_int_eq(tos(CLIENT), 0);
    set(&p->c, p->cfd, IP_TOS_, CS7);
    pair_write(&p->c, p->cfd, "hello");
    ck_assert_int_eq(tos(CLIENT), CS7);
    pair_run(p, SEC(1));
    set(&p->c, p->cfd, IP_TOS_, 0);
    pair_write(&p->c, p->cfd, "hello");
    ck_assert_int_eq(tos(CLIENT), 0);
}
END_TEST

/* The two bits below the codepoint are TCP's own (RFC 3168 5): a program cannot claim them. */
START_TEST(ecn_is_no_part_of_it)
{
    p->w->host[0].policy.ecn = p->w->host[1].policy.ecn = 1;
    listens();
    set(&p->c, p->cfd, IP_TOS_, EF | 3);
    ck_assert_int_eq(get(&p->c, p->cfd, IP_TOS_), EF);
    connects(false);
    ck_assert_int_eq(tos(CLIENT), EF); /* an ACK alone is not ECT */
    pair_write(&p->c, p->cfd, "hello");
    ck_assert_int_eq(tos(CLIENT), EF | 2);
}
END_TEST

/* A connection keeps them when the program has gone: the FIN, its repetitions, the ACK of a record
 * in TIME_WAIT.  What is answered by nobody has none. */
START_TEST(both_outlive_the_socket)
{
    listens();
    connects(false);
    set(&p->c, p->cfd, IP_TOS_, CS1);
    set(&p->c, p->cfd, IP_TTL_, 9);
    pair_drop_next(p, CLIENT, CTL_FIN);
    sock_close(&p->c, p->cfd);
    ck_assert_int_eq(tos(CLIENT), CS1);
    pair_run(p, SEC(3)); /* the FIN again */
    ck_assert_int_eq(tos(CLIENT), CS1);
    sock_close(&p->d, p->sfd);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_int_eq(tos(CLIENT), CS1);
    ck_assert_int_eq(ttl(CLIENT), 9);
}
END_TEST

START_TEST(a_listener_passes_them_on)
{
    listens();
    set(&p->d, p->lfd, IP_TOS_, CS1);
    set(&p->d, p->lfd, IP_TTL_, 255);
    connects(false);
    ck_assert_int_eq(tos(SERVER), CS1);
    ck_assert_int_eq(ttl(SERVER), 255);
    ck_assert_int_eq(get(&p->d, p->sfd, IP_TOS_), CS1);
    ck_assert_int_eq(get(&p->d, p->sfd, IP_TTL_), 255);
}
END_TEST

/* 3.9.2 MUST-49: of the host, and of a socket. */
START_TEST(the_time_to_live_can_be_configured)
{
    p->w->host[0].policy.ttl = 60;
    listens();
    connects(false);
    ck_assert_int_eq(ttl(CLIENT), 60);
    ck_assert_int_eq(ttl(SERVER), 64);
    ck_assert_int_eq(get(&p->c, p->cfd, IP_TTL_), 60);
    set(&p->c, p->cfd, IP_TTL_, 1);
    pair_write(&p->c, p->cfd, "hello");
    ck_assert_int_eq(ttl(CLIENT), 1);
    pair_run(p, SEC(1));
    set(&p->c, p->cfd, IP_TTL_, -1); /* as the host has it */
    pair_write(&p->c, p->cfd, "hello");
    ck_assert_int_eq(ttl(CLIENT), 60);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, IP_TTL_, 0), -ERR_EINVAL);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, IP_TTL_, 256), -ERR_EINVAL);
}
END_TEST

/* IPv6 has names of its own for both, and neither option means the other version. */
START_TEST(the_same_over_ipv6)
{
    listens();
    set(&p->c, p->cfd, IP_TOS_, CS7);
    set(&p->c, p->cfd, IP_TTL_, 7);
    set(&p->c, p->cfd, IPV6_TCLASS_, EF);
    set(&p->c, p->cfd, IPV6_UNICAST_HOPS_, 3);
    connects(true);
    ck_assert_int_eq(last(CLIENT)[0] >> 4, 6);
    ck_assert_int_eq(tos(CLIENT), EF);
    ck_assert_int_eq(ttl(CLIENT), 3);
    ck_assert_int_eq(tos(SERVER), 0);
    ck_assert_int_eq(ttl(SERVER), 64);
}
END_TEST

SUITE(net_ip)
{
    TCase *c = tcase_create("RFC 9293 3.9.1.9");

    tcase_add_checked_fixture(c, fresh, done);
    tcase_add_test(c, the_diffserv_field_of_each_direction);
    tcase_add_test(c, the_diffserv_field_can_change);
    tcase_add_test(c, ecn_is_no_part_of_it);
    tcase_add_test(c, both_outlive_the_socket);
    tcase_add_test(c, a_listener_passes_them_on);
    tcase_add_test(c, the_time_to_live_can_be_configured);
    tcase_add_test(c, the_same_over_ipv6);
    suite_add_tcase(s, c);
}
