/* SPDX-License-Identifier: MIT
 * test_tcp_icmp.c - which type and code is which kind of error: RFC 792, 1122 3.2.2.1,
 * 1812 5.2.7.1, 4443 3. */
#include "tcp/icmp.h"
#include "test.h"

#include <string.h>

enum { NONE = ICMP_KINDS };

static const struct row {
    bool    v4;
    uint8_t type, code;
    int     kind;
} rows[] = {
    { true, 3, 0, ICMP_NET_UNREACHABLE },
    { true, 3, 1, ICMP_HOST_UNREACHABLE },
    { true, 3, 2, ICMP_PROTOCOL_UNREACHABLE },
    { true, 3, 3, ICMP_PORT_UNREACHABLE },
    { true, 3, 4, ICMP_TOO_BIG },
    { true, 3, 5, ICMP_NET_UNREACHABLE },   /* source route failed */
    { true, 3, 6, ICMP_NET_UNREACHABLE },   /* network unknown */
    { true, 3, 7, ICMP_HOST_UNREACHABLE },  /* host unknown */
    { true, 3, 8, ICMP_HOST_UNREACHABLE },  /* host isolated */
    { true, 3, 9, ICMP_PROHIBITED },        /* network, administratively */
    { true, 3, 10, ICMP_PROHIBITED },       /* host, administratively */
    { true, 3, 11, ICMP_NET_UNREACHABLE },  /* network, for this type of service */
    { true, 3, 12, ICMP_HOST_UNREACHABLE }, /* host, for this type of service */
    { true, 3, 13, ICMP_PROHIBITED },
    { true, 3, 14, ICMP_HOST_UNREACHABLE }, /* host precedence violation */
    { true, 3, 15, ICMP_HOST_UNREACHABLE }, /* precedence cutoff in effect */
    { true, 3, 16, NONE },
    { true, 4, 0, ICMP_QUENCH },
    { true, 4, 1, NONE },
    { true, 5, 0, NONE },
    { true, 8, 0, NONE },
    { true, 11, 0, ICMP_TIME_EXCEEDED },
    { true, 11, 1, ICMP_TIME_EXCEEDED }, /* fragment reassembly */
    { true, 12, 0, NONE },
    { false, 1, 0, ICMP_NET_UNREACHABLE }, /* no route */
    { false, 1, 1, ICMP_PROHIBITED },
    { false, 1, 2, ICMP_HOST_UNREACHABLE }, /* beyond scope of source address */
    { false, 1, 3, ICMP_HOST_UNREACHABLE },
    { false, 1, 4, ICMP_PORT_UNREACHABLE },
    { false, 1, 5, ICMP_PROHIBITED }, /* "codes 5 and 6 are more informative subsets of code 1" */
    { false, 1, 6, ICMP_PROHIBITED },
    { false, 1, 7, NONE },
    { false, 2, 0, ICMP_TOO_BIG },
    { false, 3, 0, ICMP_TIME_EXCEEDED },
    { false, 3, 1, ICMP_TIME_EXCEEDED },
    { false, 4, 0, NONE }, /* erroneous header field */
    { false, 4, 1, ICMP_PROTOCOL_UNREACHABLE },
    { false, 4, 2, NONE }, /* unrecognized option */
    { false, 0, 0, NONE },
    { false, 128, 0, NONE },
};

START_TEST(types_and_codes)
{
    const struct row *r    = &rows[_i];
    struct endpoint   from = { .port = 50000 }, to = { .port = 80 }, local, remote;
    struct segment    s = { .seq = 4711, .ctl = CTL_ACK };
    struct icmp       m = { .kind = ICMP_HOST_UNREACHABLE };
    struct addr       router, came;
    uint8_t           dgram[WIRE_MAX], out[WIRE_MAX];

    ck_assert(addr_parse(r->v4 ? "10.0.0.1" : "2001:db8::1", &from.addr));
    ck_assert(addr_parse(r->v4 ? "10.0.0.2" : "2001:db8::2", &to.addr));
    ck_assert(addr_parse(r->v4 ? "10.9.9.9" : "2001:db8::9", &router));
    size_t n    = wire_encode(dgram, &from, &to, &s, NULL, 7);
    n           = wire_icmp_encode(out, &router, &m, dgram, n);
    size_t at   = r->v4 ? 20 : 40;
    out[at]     = r->type;
    out[at + 1] = r->code;
    out[at + 2] = out[at + 3] = 0;
    uint16_t sum              = wire_icmp_sum(out, out + at, n - at);
    out[at + 2]               = (uint8_t)(sum >> 8);
    out[at + 3]               = (uint8_t)sum;
    ck_assert_int_eq(wire_icmp_decode(out, n, &came, &local, &remote, &m), r->kind != NONE);
    if (r->kind == NONE)
        return;
    ck_assert_int_eq((int)m.kind, r->kind);
    ck_assert_uint_eq(m.seq, 4711);
    ck_assert_uint_eq(m.whole, r->code == 0);
    ck_assert(addr_equal(&local.addr, &from.addr) && local.port == 50000);
    ck_assert(addr_equal(&remote.addr, &to.addr) && remote.port == 80);
    ck_assert(addr_equal(&came, &from.addr));
}
END_TEST

SUITE(tcp_icmp)
{
    TCase *c = tcase_create("kinds");

    tcase_add_loop_test(c, types_and_codes, 0, (int)(sizeof rows / sizeof rows[0]));
    suite_add_tcase(s, c);
}
