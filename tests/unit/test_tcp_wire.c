/* SPDX-License-Identifier: MIT
 * test_tcp_wire.c - datagrams: round trips, checksums, malformed bytes, addresses, fields. */
#include "base/rng.h"
#include "tcp/wire.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static struct endpoint at(const char *addr, uint16_t port)
{
    struct endpoint e;

    memset(&e, 0, sizeof e);
    ck_assert(addr_parse(addr, &e.addr));
    e.port = port;
    return e;
}

static void same_segment(const struct segment *a, const struct segment *b)
{
    ck_assert_mem_eq(a, b, sizeof *a);
}

/* A random segment that can be on a wire: options only where they may stand. */
static struct segment any_segment(struct rng *r)
{
    struct segment s;

    memset(&s, 0, sizeof s);
    s.seq = (seq)rng_next(r);
    s.ack = (seq)rng_next(r);
    s.wnd = (uint16_t)rng_next(r);
    s.up  = (uint16_t)rng_next(r);
    s.ctl = (uint8_t)rng_next(r);
    s.ecn = (uint8_t)rng_below(r, 4);
    s.len = (uint32_t)rng_below(r, 1380);
    s.opt = (uint8_t)rng_below(r, 32);
    if (s.ctl & CTL_SYN)
        s.opt &= (uint8_t)~OPT_SACK;
    else
        s.opt &= OPT_TS | OPT_SACK;
    if (s.opt & OPT_MSS)
        s.mss = (uint16_t)rng_next(r);
    if (s.opt & OPT_WSCALE)
        s.wscale = (uint8_t)rng_below(r, 15);
    if (s.opt & OPT_TS) {
        s.tsval = (uint32_t)rng_next(r);
        s.tsecr = (uint32_t)rng_next(r);
    }
    if (s.opt & OPT_SACK) {
        s.n_sack = (uint8_t)(1 + rng_below(r, s.opt & OPT_TS ? 3 : 4));
        for (int i = 0; i < s.n_sack; i++)
            s.sack[i] = (struct sack_block){ (seq)rng_next(r), (seq)rng_next(r) };
    }
    return s;
}

static size_t any_datagram(struct rng *r, bool six, struct segment *s, uint8_t *text, uint8_t *out)
{
    struct endpoint from = six ? at("2001:db8::1", 50312) : at("10.0.0.1", 50312);
    struct endpoint to   = six ? at("2001:db8::2", 80) : at("10.0.0.2", 80);

    *s = any_segment(r);
    for (uint32_t i = 0; i < s->len; i++)
        text[i] = (uint8_t)rng_next(r);
    return wire_encode(out, &from, &to, s, text, (uint16_t)rng_next(r));
}

START_TEST(what_is_written_is_read)
{
    struct rng r = { 7 };

    for (int i = 0; i < 4000; i++) {
        uint8_t         out[WIRE_MAX], text[WIRE_MAX];
        struct segment  s, t;
        struct endpoint from, to;
        const uint8_t  *got;
        size_t          n = any_datagram(&r, i & 1, &s, text, out);

        ck_assert_int_eq(wire_decode(out, n, &from, &to, &t, &got), WIRE_OK);
        same_segment(&s, &t);
        ck_assert_uint_eq(from.port, 50312);
        ck_assert_uint_eq(to.port, 80);
        ck_assert_mem_eq(got, text, s.len);
        ck_assert_int_eq(addr_is_v4(&from.addr), !(i & 1));
        ck_assert_uint_eq((out[0] >> 4), i & 1 ? 6 : 4);
    }
}
END_TEST

/* One flipped bit is always found: in the IPv4 header by its checksum, in the segment by TCP's, and
 * the fields of an IPv6 header that matter are in the pseudo-header or break the lengths. */
START_TEST(a_flipped_bit_is_found)
{
    struct rng r = { 8 };

    for (int i = 0; i < 4000; i++) {
        uint8_t         out[WIRE_MAX], text[WIRE_MAX];
        struct segment  s;
        struct endpoint from, to;
        const uint8_t  *got;
        bool            six  = i & 1;
        size_t          n    = any_datagram(&r, six, &s, text, out);
        size_t          skip = six ? 40 : 0;
        uint64_t        bit  = skip * 8 + rng_below(&r, (n - skip) * 8);

        out[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_ne(wire_decode(out, n, &from, &to, &s, &got), WIRE_OK);
    }
}
END_TEST

/* A SYN as a Linux client sends it, worked out by hand from RFC 791 and RFC 9293 3.1. */
START_TEST(a_known_datagram)
{
    static const uint8_t want[] = {
        0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06, 0x0a, 0x74, 10,   0,    0,
        1,    10,   0,    0,    2,    0xc4, 0x88, 0x00, 0x50, 0x00, 0x00, 0x01, 0x2c, 0x00, 0x00,
        0x00, 0x00, 0xa0, 0x02, 0xfa, 0xf0, 0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04,
        0x02, 0x08, 0x0a, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07,
    };
    struct endpoint from = at("10.0.0.1", 50312), to = at("10.0.0.2", 80);
    struct segment  s = { .seq    = 300,
                          .ctl    = CTL_SYN,
                          .wnd    = 64240,
                          .mss    = 1460,
                          .wscale = 7,
                          .tsval  = 1,
                          .opt    = OPT_MSS | OPT_SACK_OK | OPT_TS | OPT_WSCALE };
    uint8_t         out[WIRE_MAX];
    size_t          n = wire_encode(out, &from, &to, &s, NULL, 0x1c46);

    ck_assert_uint_eq(n, sizeof want);
    ck_assert_mem_eq(out, want, 36);           /* all up to the TCP checksum */
    ck_assert_mem_eq(out + 38, want + 38, 22); /* and behind it */

    /* The checksum the slow way: every 16-bit word of pseudo-header and segment adds up to 0xffff.
     */
    uint32_t sum = 6 + 40;
    for (size_t i = 12; i < n; i += 2)
        sum += (uint32_t)out[i] << 8 | out[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    ck_assert_uint_eq(sum, 0xffff);
}
END_TEST

/* RFC 1071 3 gives this example: the words 0001 f203 f4f5 f6f7 add up to ddf2. */
START_TEST(the_sum_of_rfc_1071)
{
    static const uint8_t b[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

    ck_assert_uint_eq(wire_ip_sum(b, sizeof b), 0xffff & ~0xddf2u);
}
END_TEST

static const struct layout {
    const char *what;
    uint8_t     ctl, opt, n_sack, n;
    uint8_t     kinds[12]; /* as they follow each other; 1 is NOP */
} layouts[] = {
    { "SYN with all",
      CTL_SYN,
      OPT_MSS | OPT_SACK_OK | OPT_TS | OPT_WSCALE,
      0,
      20,
      { 2, 4, 8, 1, 3 } },
    { "SYN, no TS", CTL_SYN, OPT_MSS | OPT_SACK_OK | OPT_WSCALE, 0, 12, { 2, 1, 1, 4, 1, 3 } },
    { "SYN, TS only", CTL_SYN, OPT_MSS | OPT_TS, 0, 16, { 2, 1, 1, 8 } },
    { "SYN, MSS", CTL_SYN, OPT_MSS, 0, 4, { 2 } },
    { "ACK with TS", CTL_ACK, OPT_TS, 0, 12, { 1, 1, 8 } },
    { "ACK, SACK", CTL_ACK, OPT_SACK, 4, 36, { 1, 1, 5 } },
    { "both", CTL_ACK, OPT_TS | OPT_SACK, 3, 40, { 1, 1, 8, 1, 1, 5 } },
    { "tight",
      CTL_SYN,
      OPT_MSS | OPT_SACK_OK | OPT_TS | OPT_WSCALE | OPT_TIGHT,
      0,
      20,
      { 2, 1, 3, 4, 8 } },
    { "tight, without MSS", CTL_SYN, OPT_TS | OPT_WSCALE | OPT_TIGHT, 0, 16, { 1, 3, 1, 1, 8 } },
    { "no MSS but on SYN (MUST-65)", CTL_ACK, OPT_MSS | OPT_WSCALE | OPT_SACK_OK, 0, 0, { 0 } },
};

START_TEST(options_lie_as_linux_lays_them)
{
    const struct layout *l    = &layouts[_i];
    struct endpoint      from = at("10.0.0.1", 1), to = at("10.0.0.2", 2);
    struct segment       s = { .ctl = l->ctl, .opt = l->opt, .n_sack = l->n_sack };
    uint8_t              out[WIRE_MAX];
    size_t               n = wire_encode(out, &from, &to, &s, NULL, 0), o = 40, k = 0;

    ck_assert_msg(n == 40u + l->n, "%s: %zu bytes of options", l->what, n - 40);
    ck_assert_uint_eq(out[32] >> 4, (20u + l->n) / 4);
    while (o < n) {
        ck_assert_msg(out[o] == l->kinds[k], "%s: option %zu is of kind %u", l->what, k, out[o]);
        o += out[o] == 1 ? 1 : out[o + 1];
        k++;
    }
    ck_assert_uint_eq(o, n);
}
END_TEST

/* Patch a good datagram and put its checksums right again, so that only the patch is judged. */
static enum wire_verdict patched(size_t from, const uint8_t *bytes, size_t n_bytes, size_t cut,
                                 struct segment *seg)
{
    struct endpoint a = at("10.0.0.1", 1), b = at("10.0.0.2", 2);
    struct segment  s = { .ctl    = CTL_SYN,
                          .opt    = OPT_MSS | OPT_TS | OPT_WSCALE | OPT_SACK_OK,
                          .mss    = 1000,
                          .wscale = 3,
                          .tsval  = 5,
                          .len    = 4 };
    uint8_t         out[WIRE_MAX];
    const uint8_t  *text;
    size_t          n = wire_encode(out, &a, &b, &s, (const uint8_t *)"text", 9);

    memcpy(out + from, bytes, n_bytes);
    out[10] = out[11] = out[36] = out[37] = 0;
    uint16_t v                            = wire_ip_sum(out, 20);
    out[10]                               = (uint8_t)(v >> 8);
    out[11]                               = (uint8_t)v;
    v                                     = wire_tcp_sum(out, out + 20, n - 20);
    out[36]                               = (uint8_t)(v >> 8);
    out[37]                               = (uint8_t)v;
    return wire_decode(out, n - cut, &a, &b, seg, &text);
}

START_TEST(malformed_headers_are_verdicts)
{
    struct segment s;

    ck_assert_int_eq(patched(0, (const uint8_t *)"\x45", 1, 0, &s), WIRE_OK);
    ck_assert_int_eq(patched(0, (const uint8_t *)"\x45", 1, 1, &s), WIRE_SHORT);
    ck_assert_int_eq(patched(0, (const uint8_t *)"\x44", 1, 0, &s), WIRE_BAD_HEADER);
    ck_assert_int_eq(patched(0, (const uint8_t *)"\x55", 1, 0, &s), WIRE_BAD_HEADER);
    ck_assert_int_eq(patched(0, (const uint8_t *)"\x65", 1, 0, &s), WIRE_NOT_TCP);
    ck_assert_int_eq(patched(2, (const uint8_t *)"\x00\x10", 2, 0, &s), WIRE_BAD_HEADER);
    ck_assert_int_eq(patched(2, (const uint8_t *)"\x05\x00", 2, 0, &s), WIRE_SHORT);
    ck_assert_int_eq(patched(2, (const uint8_t *)"\x00\x20", 2, 0, &s), WIRE_SHORT);
    ck_assert_int_eq(patched(6, (const uint8_t *)"\x20\x00", 2, 0, &s), WIRE_NOT_TCP);
    ck_assert_int_eq(patched(6, (const uint8_t *)"\x00\x01", 2, 0, &s), WIRE_NOT_TCP);
    ck_assert_int_eq(patched(9, (const uint8_t *)"\x11", 1, 0, &s), WIRE_NOT_TCP);
    ck_assert_int_eq(patched(32, (const uint8_t *)"\x40", 1, 0, &s), WIRE_BAD_HEADER);
    ck_assert_int_eq(patched(32, (const uint8_t *)"\xf0", 1, 0, &s), WIRE_BAD_HEADER);

    struct endpoint a, b;
    const uint8_t  *text;
    ck_assert_int_eq(wire_decode((const uint8_t *)"", 0, &a, &b, &s, &text), WIRE_SHORT);
}
END_TEST

START_TEST(every_cut_is_short)
{
    struct rng r = { 9 };

    for (int i = 0; i < 100; i++) {
        uint8_t         out[WIRE_MAX], text[WIRE_MAX];
        struct segment  s;
        struct endpoint from, to;
        const uint8_t  *got;
        size_t          n = any_datagram(&r, i & 1, &s, text, out);

        for (size_t k = 0; k < n; k++) { /* a buffer of its own, so that a sanitizer sees the end */
            uint8_t *cut = malloc(k + 1);
            memcpy(cut, out, k);
            ck_assert_int_eq(wire_decode(cut, k, &from, &to, &s, &got), WIRE_SHORT);
            free(cut);
        }
    }
}
END_TEST

START_TEST(odd_options)
{
    struct segment s;

    /* An unknown option is skipped (MUST-6): MSS gone, the rest is read. */
    ck_assert_int_eq(patched(40, (const uint8_t *)"\xfd\x04\xab\xcd", 4, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, OPT_TS | OPT_WSCALE | OPT_SACK_OK);
    /* One with an impossible length ends the options (MUST-7): nothing behind it is read. */
    ck_assert_int_eq(patched(40, (const uint8_t *)"\xfd\x01", 2, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, 0);
    ck_assert_int_eq(patched(40, (const uint8_t *)"\xfd\x29", 2, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, 0);
    ck_assert_int_eq(patched(40, (const uint8_t *)"\xfd\x00", 2, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, 0);
    ck_assert_int_eq(patched(40, (const uint8_t *)"\xfd\x01\x01\x01", 4, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, 0);
    /* Timestamps that would reach into the text: not read. */
    ck_assert_int_eq(patched(57, (const uint8_t *)"\x08\x0a\x00", 3, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.tsval, 5);
    /* A known one with another's length is not believed. */
    ck_assert_int_eq(patched(40, (const uint8_t *)"\x02\x03\x05\x01", 4, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, OPT_TS | OPT_WSCALE | OPT_SACK_OK);
    /* End of options. */
    ck_assert_int_eq(patched(44, (const uint8_t *)"\x00", 1, 0, &s), WIRE_OK);
    ck_assert_uint_eq(s.opt, OPT_MSS);
    ck_assert_uint_eq(s.mss, 1000);
}
END_TEST

static const struct {
    const char *in, *out; /* out NULL: refused */
} addresses[] = {
    { "10.0.0.1", "10.0.0.1" },
    { "255.255.255.255", "255.255.255.255" },
    { "2001:db8::1", "2001:db8::1" },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
    { "::", "::" },
    { "::1", "::1" },
    { "1::", "1::" },
    { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, /* a single zero group stays */
    { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },          /* the longest run */
    { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },    /* the first of equals */
    { "::ffff:10.0.0.1", "10.0.0.1" },
    { "0:0:0:0:0:ffff:a00:1", "10.0.0.1" },
    { "64:ff9b::10.0.0.1", "64:ff9b::a00:1" },
    { "10.0.0", NULL },
    { "10.0.0.256", NULL },
    { "10.0.0.01", NULL },
    { "10.0.0.1.2", NULL },
    { "", NULL },
    { ":", NULL },
    { ":1::", NULL },
    { "1:2:3:4:5:6:7", NULL },
    { "1:2:3:4:5:6:7:8:9", NULL },
    { "1::2::3", NULL },
    { "1:2:3:4:5:6:7:8::", NULL },
    { "12345::", NULL },
    { "1:::2", NULL },
    { "1:2:3:4:5:6:7:", NULL },
    { "g::", NULL },
    { "host", NULL },
};

START_TEST(addresses_as_text)
{
    struct addr a;
    char        buf[40];
    bool        ok = addr_parse(addresses[_i].in, &a);

    ck_assert_msg(ok == (addresses[_i].out != NULL), "%s", addresses[_i].in);
    if (ok)
        ck_assert_str_eq(addr_text(&a, buf, sizeof buf), addresses[_i].out);
}
END_TEST

START_TEST(any_address_comes_back)
{
    struct rng r = { 3 };

    for (int i = 0; i < 20000; i++) {
        struct addr a, b;
        char        buf[40];

        for (int k = 0; k < 16; k += 2) { /* many zero groups */
            bool zero  = rng_below(&r, 2);
            a.b[k]     = zero ? 0 : (uint8_t)rng_next(&r);
            a.b[k + 1] = zero ? 0 : (uint8_t)rng_next(&r);
        }
        addr_text(&a, buf, sizeof buf);
        ck_assert_msg(addr_parse(buf, &b), "%s", buf);
        ck_assert_msg(addr_equal(&a, &b), "%s", buf);
    }
}
END_TEST

static bool invalid(const char *text)
{
    struct endpoint e = at(text, 0);

    return addr_invalid(&e.addr);
}

START_TEST(invalid_peers)
{
    ck_assert(invalid("0.0.0.0"));
    ck_assert(invalid("224.0.0.1"));
    ck_assert(invalid("255.255.255.255"));
    ck_assert(invalid("::"));
    ck_assert(invalid("ff02::1"));
    ck_assert(!invalid("10.0.0.1"));
    ck_assert(!invalid("::1"));
    ck_assert(!invalid("2001:db8::1"));
}
END_TEST

/* The fields lie one behind the other and cover every bit. */
START_TEST(fields_cover_everything)
{
    struct rng r = { 11 };

    for (int i = 0; i < 1000; i++) {
        uint8_t           out[WIRE_MAX], text[WIRE_MAX];
        struct segment    s;
        struct wire_field f[64];
        size_t            n = any_datagram(&r, i & 1, &s, text, out), bit = 0;
        size_t            k = wire_fields(out, n, f, 64);

        ck_assert_uint_gt(k, 10);
        for (size_t m = 0; m < k; m++) {
            ck_assert_msg(f[m].bit == bit, "%s begins at %u, not %zu", f[m].name, f[m].bit, bit);
            ck_assert_msg(f[m].value[0], "%s says nothing", f[m].name);
            bit += f[m].len;
        }
        ck_assert_uint_eq(bit, n * 8);
        ck_assert_uint_eq(wire_fields(out, n, f, 5), 5);
    }
}
END_TEST

static const char *value_of(const struct wire_field *f, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(f[i].name, name) == 0)
            return f[i].value;
    return "(not there)";
}

START_TEST(fields_say_what_is_there)
{
    struct endpoint   from = at("10.0.0.1", 50312), to = at("10.0.0.2", 80);
    struct segment    s = { .seq = 301, .ack = 801, .ctl = CTL_FIN | CTL_ACK, .wnd = 65535 };
    struct wire_field f[64];
    uint8_t           out[WIRE_MAX];
    size_t            n = wire_encode(out, &from, &to, &s, NULL, 0x1c46);
    size_t            k = wire_fields(out, n, f, 64);

    ck_assert_str_eq(value_of(f, k, "Sequence Number"), "301");
    ck_assert_str_eq(value_of(f, k, "Acknowledgment Number"), "801");
    ck_assert_str_eq(value_of(f, k, "Control Bits"), "ACK FIN");
    ck_assert_str_eq(value_of(f, k, "Source Address"), "10.0.0.1");
    ck_assert_str_eq(value_of(f, k, "Identification"), "0x1c46");
    ck_assert_str_eq(value_of(f, k, "Flags"), "DF");
    ck_assert(strstr(value_of(f, k, "Checksum"), " correct"));

    char right[48];
    strcpy(right, value_of(f, k, "Checksum"));
    out[37] ^= 4;
    k = wire_fields(out, n, f, 64);
    ck_assert(strstr(value_of(f, k, "Checksum"), " wrong, should be 0x"));
    ck_assert_mem_eq(strstr(value_of(f, k, "Checksum"), "be 0x") + 3, right, 6);

    s.opt     = OPT_SACK;
    s.n_sack  = 1;
    s.sack[0] = (struct sack_block){ 1001, 2001 };
    n         = wire_encode(out, &from, &to, &s, NULL, 0x1c46);
    k         = wire_fields(out, n, f, 64);
    ck_assert_str_eq(value_of(f, k, "SACK"), "1001 .. 2001");
}
END_TEST

SUITE(tcp_wire)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, what_is_written_is_read);
    tcase_add_test(c, a_flipped_bit_is_found);
    tcase_add_test(c, a_known_datagram);
    tcase_add_test(c, the_sum_of_rfc_1071);
    tcase_add_loop_test(c, options_lie_as_linux_lays_them, 0, sizeof layouts / sizeof layouts[0]);
    tcase_add_test(c, malformed_headers_are_verdicts);
    tcase_add_test(c, every_cut_is_short);
    tcase_add_test(c, odd_options);
    tcase_add_loop_test(c, addresses_as_text, 0, sizeof addresses / sizeof addresses[0]);
    tcase_add_test(c, any_address_comes_back);
    tcase_add_test(c, invalid_peers);
    tcase_add_test(c, fields_cover_everything);
    tcase_add_test(c, fields_say_what_is_there);
    suite_add_tcase(s, c);
}
