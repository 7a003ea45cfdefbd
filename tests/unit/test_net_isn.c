/* SPDX-License-Identifier: MIT
 * test_net_isn.c - ephemeral ports (RFC 6056) and first sequence numbers (RFC 6528). */
#include "net/host.h"
#include "pair.h"
#include "test.h"

static struct pair *p;

static void open_rfc(void)
{
    p = pair_new(PROFILE_RFC9293);
    pair_open(p);
}

static void done(void) { pair_free(p); }

/* RFC 6056 3.2: "Ephemeral port selection algorithms SHOULD use the largest possible port range";
 * of systems, theirs. */
START_TEST(ports_of_the_whole_range)
{
    static const struct {
        enum profile profile;
        uint16_t     first, last;
    } row[]           = { { PROFILE_RFC793, 1024, 65535 },
                          { PROFILE_RFC9293, 1024, 65535 },
                          { PROFILE_LINUX, 32768, 60999 },
                          { PROFILE_BSD, 10000, 65535 } };
    struct endpoint a = pair_at(p, CLIENT, 0), b = pair_at(p, SERVER, 80);

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct setup s       = pair_setup(row[i].profile);
        uint16_t     quarter = (uint16_t)((row[i].last - row[i].first) / 4);
        uint32_t     low = 0, high = 0;

        s.host[0].port_first = 0;
        struct pair *q       = pair_of(&s);
        for (uint16_t to = 1; to <= 200; to++) { /* each destination begins elsewhere */
            b.port        = to;
            uint16_t port = host_port(q->w, CLIENT, &a, &b);

            ck_assert_uint_ge(port, row[i].first);
            ck_assert_uint_le(port, row[i].last);
            low += port < row[i].first + quarter;
            high += port > row[i].last - quarter;
        }
        ck_assert_uint_gt(low, 20);
        ck_assert_uint_gt(high, 20);
        q->w->host[0].policy.port_first = 2000; /* all there are, one after the other */
        q->w->host[0].policy.port_last  = 2002;
        uint16_t one                    = host_port(q->w, CLIENT, &a, &b);
        for (uint16_t k = 1; k <= 3; k++)
            ck_assert_uint_eq(host_port(q->w, CLIENT, &a, &b), 2000 + (one - 2000 + k) % 3);
        q->w->host[0].policy.port_last = 0;
        ck_assert_uint_eq(host_port(q->w, CLIENT, &a, &b), 2000);
        pair_free(q);
    }
}
END_TEST

/* 6056 3.1: "port numbers that are in use by a TCP in the LISTEN or CLOSED states should not be
 * allowed for allocation as ephemeral ports"; nor by a connection, when no remote end is known. */
START_TEST(ports_in_use)
{
    struct endpoint a = pair_at(p, CLIENT, 50001), b = pair_at(p, SERVER, 80), name;
    int             bound = sock_socket(&p->c), fd;

    ck_assert_int_eq(sock_bind(&p->c, bound, &a), 0); /* CLOSED */
    p->w->host[0].port_next = 50000;                  /* and 50000 is a connection's */
    ck_assert_uint_eq(host_port(p->w, CLIENT, &a, &b), 50002);
    ck_assert_int_eq(sock_listen(&p->c, bound, 1), 0);
    p->w->host[0].port_next = 50000;
    ck_assert_uint_eq(host_port(p->w, CLIENT, &a, &b), 50002);
    p->w->host[0].port_next = 50000;
    fd                      = sock_socket(&p->c);
    a.port                  = 0;
    ck_assert_int_eq(sock_bind(&p->c, fd, &a), 0);
    ck_assert_int_eq(sock_name(&p->c, fd, &name, NULL), 0);
    ck_assert_uint_eq(name.port, 50002);
    p->w->host[0].policy.port_first = p->w->host[0].policy.port_last = 50001;
    p->w->host[0].port_next                                          = 0;
    ck_assert_uint_eq(host_port(p->w, CLIENT, &a, &b), 0); /* none is left */
}
END_TEST

/* 6056 3.3.3: "The function should use both IP addresses, the remote port, and a secret key value";
 * 6528 3: ISN = M + F(localip, localport, remoteip, remoteport, secretkey). */
START_TEST(what_is_hashed)
{
    struct endpoint a = pair_at(p, CLIENT, 5), b = pair_at(p, SERVER, 80), c = a, d = b;
    struct world   *w = p->w;
    struct host    *h = &w->host[0];
    seq             x = host_iss(w, CLIENT, &a, &b);

    h->port_next = 0;
    uint16_t q   = host_port(w, CLIENT, &a, &b);
    c.addr.b[15] ^= 1;
    d.addr.b[15] ^= 1;
#define PORT(from, to) (h->port_count = 0, host_port(w, CLIENT, from, to))
    q = PORT(&a, &b);
    ck_assert_uint_eq(PORT(&a, &b), q);
    ck_assert_uint_ne(PORT(&c, &b), q);
    ck_assert_uint_ne(PORT(&a, &d), q);
    ck_assert_uint_ne(host_iss(w, CLIENT, &c, &b), x);
    ck_assert_uint_ne(host_iss(w, CLIENT, &a, &d), x);
    c = a, d = b;
    c.port++, d.port++;
    ck_assert_uint_eq(PORT(&c, &b), q); /* it is what is asked for */
    ck_assert_uint_ne(PORT(&a, &d), q);
    ck_assert_uint_ne(host_iss(w, CLIENT, &c, &b), x);
    ck_assert_uint_ne(host_iss(w, CLIENT, &a, &d), x);
    ck_assert_uint_eq(host_iss(w, CLIENT, &a, &b), x);
    h->secret[1] ^= 1;
    ck_assert_uint_ne(PORT(&a, &b), q);
    ck_assert_uint_ne(host_iss(w, CLIENT, &a, &b), x);
#undef PORT
}
END_TEST

SUITE(net_isn)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, open_rfc, done);
    tcase_add_test(c, ports_of_the_whole_range);
    tcase_add_test(c, ports_in_use);
    tcase_add_test(c, what_is_hashed);
    suite_add_tcase(s, c);
}
