/* SPDX-License-Identifier: MIT
 * test_req_net.c - the requirements of RFC 9293 that need hosts, sockets or bytes on a wire. */
#include "base/rng.h"
#include "net/host.h"
#include "pair.h"
#include "tcp/wire.h"
#include "test.h"

#include <string.h>

static struct pair *p;

static void open_rfc(void)
{
    p = pair_new(PROFILE_RFC9293);
    pair_open(p);
}

static void done(void) { pair_free(p); }

/* 3.4.1 MUST-8: the number goes up by one every four microseconds. */
START_TEST(first_numbers_follow_a_clock)
{
    struct endpoint a = pair_at(p, CLIENT, 5), b = pair_at(p, SERVER, 80);

    p->w->host[0].n_iss = 0; /* no number is given, the host chooses */
    seq   x             = host_iss(p->w, CLIENT, &a, &b);
    vtime then          = p->w->now;
    pair_run(p, SEC(20));
    ck_assert_uint_eq(host_iss(p->w, CLIENT, &a, &b) - x, (uint32_t)((p->w->now - then) / 4));
}
END_TEST

/* 3.4.1 SHLD-1, MUST-9: each pair of sockets has an offset of its own, from a secret of the host
 * that nobody can compute from the numbers of other pairs. */
START_TEST(first_numbers_cannot_be_guessed)
{
    struct setup s        = pair_setup(PROFILE_RFC9293);
    struct pair *other    = NULL;
    int          same[32] = { 0 };
    seq          first[4];

    p->w->host[0].n_iss = 0;
    for (int i = 0; i < 4; i++) {
        struct endpoint a = pair_at(p, CLIENT, (uint16_t)(5 + i)), b = pair_at(p, SERVER, 80);
        first[i] = host_iss(p->w, CLIENT, &a, &b);
        for (int k = 0; k < i; k++)
            ck_assert_uint_ne(first[i], first[k]);
    }
    for (int i = 0; i < 32; i++) { /* one bit of the secret changes about half of the number */
        struct endpoint a = pair_at(p, CLIENT, 5), b = pair_at(p, SERVER, 80);
        s.seed                  = 100 + (uint64_t)i;
        other                   = pair_of(&s);
        other->w->host[0].n_iss = 0;
        seq x                   = host_iss(other->w, CLIENT, &a, &b);
        for (int bit = 0; bit < 32; bit++)
            same[bit] += !((x >> bit) & 1);
        pair_free(other);
    }
    for (int bit = 4; bit < 32; bit++) {
        ck_assert_int_gt(same[bit], 4);
        ck_assert_int_lt(same[bit], 28);
    }
}
END_TEST

/* and it is that number which goes out. */
START_TEST(the_first_number_is_in_the_syn)
{
    struct endpoint from = pair_at(p, CLIENT, 5000), to = pair_at(p, SERVER, 80);
    int             fd = sock_socket(&p->c);

    p->w->host[0].n_iss = 0;
    ck_assert_int_eq(sock_bind(&p->c, fd, &from), 0);
    seq    x  = host_iss(p->w, CLIENT, &from, &to);
    size_t at = p->j.len;
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINPROGRESS);
    while (at < p->j.len && p->j.entry[at].kind != EVENT_SENT)
        at++;
    ck_assert_uint_lt(at, p->j.len);
    ck_assert_uint_eq(p->j.entry[at].seg.ctl, CTL_SYN);
    ck_assert_uint_eq(p->j.entry[at].seg.seq, x);
}
END_TEST

/* 3.9.1.1 MUST-41: a new LISTEN leaves the others alone. */
START_TEST(a_listener_does_not_disturb)
{
    struct endpoint any = { .port = 81 }, to = pair_at(p, SERVER, 80);
    int             l = sock_socket(&p->d), fd = sock_socket(&p->c);

    ck_assert_int_eq(sock_bind(&p->d, l, &any), 0);
    ck_assert_int_eq(sock_listen(&p->d, l, 5), 0);
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "hello"), 5);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 5);
    ck_assert_int_gt(sock_accept(&p->d, p->lfd, NULL), 0);
    ck_assert_int_eq(sock_accept(&p->d, l, NULL), -ERR_EAGAIN);
}
END_TEST

/* 3.9.1.1 MUST-42: LISTEN goes on while connections of the same port are half open. */
START_TEST(a_port_listens_beside_its_half_open_connections)
{
    struct endpoint to = pair_at(p, SERVER, 80);
    int             a = sock_socket(&p->c), b = sock_socket(&p->c);

    sock_connect(&p->c, a, &to);
    pair_drop_next(p, SERVER, CTL_SYN | CTL_ACK); /* the first SYN,ACK is lost */
    pair_run(p, MSEC(300));
    ck_assert_int_eq(sock_connect(&p->c, b, &to), -ERR_EINPROGRESS);
    pair_run(p, MSEC(300));
    ck_assert_int_gt(sock_accept(&p->d, p->lfd, NULL), 0);
    pair_run(p, SEC(5));
    ck_assert_int_gt(sock_accept(&p->d, p->lfd, NULL), 0);
}
END_TEST

/* 3.9.1.1 MUST-43, 44, 45: the address may be named; if not, it is the host's; and segments of the
 * connection carry it. */
START_TEST(the_local_address)
{
    struct endpoint to = pair_at(p, SERVER, 80), me = pair_at(p, CLIENT, 0), name, theirs;
    int             a = sock_socket(&p->c), b = sock_socket(&p->c), d = sock_socket(&p->c);

    ck_assert_int_eq(sock_connect(&p->c, a, &to), -ERR_EINPROGRESS);
    ck_assert_int_eq(sock_name(&p->c, a, &name, NULL), 0);
    ck_assert(addr_equal(&name.addr, &me.addr));
    ck_assert_int_eq(sock_bind(&p->c, b, &me), 0);
    ck_assert_int_eq(sock_connect(&p->c, b, &to), -ERR_EINPROGRESS);
    ck_assert_int_eq(sock_name(&p->c, b, &name, NULL), 0);
    ck_assert(addr_equal(&name.addr, &me.addr));
    theirs = pair_at(p, SERVER, 0); /* somebody else's */
    ck_assert_int_eq(sock_bind(&p->c, d, &theirs), -ERR_EADDRNOTAVAIL);
    pair_run(p, SEC(1));
    for (int i = 0; i < 2; i++) {
        int fd = sock_accept(&p->d, p->lfd, &name);
        ck_assert_int_gt(fd, 0);
        ck_assert(addr_equal(&name.addr, &me.addr));
        ck_assert_int_eq(sock_name(&p->d, fd, &name, NULL), 0);
        ck_assert(addr_equal(&name.addr, &to.addr));
    }
}
END_TEST

/* 3.10.1 OPEN in CLOSED, with no room for another connection. */
START_TEST(no_resources_for_open)
{
    struct setup s = pair_setup(PROFILE_RFC9293);
    int          fd;

    pair_free(p);
    s.cap[REGION_CONN] = 2;
    p                  = pair_of(&s);
    pair_open(p); /* both ends of it: two */
    struct endpoint to = pair_at(p, SERVER, 80);
    fd                 = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_ENOBUFS);
    ck_assert_str_eq(pair_wire(p), "");
    ck_assert_int_eq(pair_write(&p->c, p->cfd, "unharmed"), 8);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 8);
}
END_TEST

/* 3.6.1 MAY-1, SHLD-3: who closes with something unread says so with a RST. */
START_TEST(close_with_unread_text_resets)
{
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, MSEC(300));
    pair_wire(p);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "s:R. ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
}
END_TEST

/* 3.6.1 SHLD-3: and so is text that comes after CLOSE. */
START_TEST(text_after_close_is_reset)
{
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    pair_wire(p);
    pair_write(&p->c, p->cfd, "late");
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_wire(p), "c:P.+ s:R ");
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
}
END_TEST

/* 3.6 MUST-12: the two ends that are no close are told apart from a close. */
START_TEST(an_aborted_connection_is_an_error)
{
    sock_set(&p->d, p->sfd, SO_LINGER_, 0);
    sock_close(&p->d, p->sfd);
    pair_run(p, SEC(1));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ECONNRESET);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), 0);
}
END_TEST

/* 3.8.5 MUST-32, MUST-33: poll() tells of urgent data, and until when there is more. */
START_TEST(urgent_data_is_polled)
{
    uint8_t b[4];

    ck_assert(!(sock_events(p->w, SERVER, p->sfd) & EV_PRI));
    ck_assert_int_eq(sock_write(&p->c, p->cfd, (const uint8_t *)"abc", 3, MSG_OOB_), 3);
    pair_run(p, SEC(1));
    ck_assert(sock_events(p->w, SERVER, p->sfd) & EV_PRI);
    ck_assert_int_eq(sock_read(&p->d, p->sfd, b, 2, 0), 2);
    ck_assert(sock_events(p->w, SERVER, p->sfd) & EV_PRI);
    ck_assert_int_eq(sock_read(&p->d, p->sfd, b, 1, 0), 1);
    ck_assert(!(sock_events(p->w, SERVER, p->sfd) & EV_PRI));
}
END_TEST

/* 3.9.1.8 MUST-47, SHLD-20: trouble is told while the connection lives, through a channel of its
 * own; who does not look at it sees no error. */
START_TEST(trouble_is_reported_and_can_be_ignored)
{
    struct command cut  = { .kind = CMD_PATH, .action = PATH_CUT, .n = 1 };
    struct command mend = { .kind = CMD_PATH, .action = PATH_CUT, .n = 0 };

    world_do(p->w, &p->j, &cut);
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, SEC(20));
    ck_assert_ptr_nonnull(strstr(pair_said(p, EVENT_SIGNAL, CLIENT), "still trying"));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), 0);
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_EAGAIN);
    world_do(p->w, &p->j, &mend);
    pair_run(p, SEC(60));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 5);
}
END_TEST

/* 3.8.3 MUST-21, 3.8.4 MUST-24, MUST-27: by socket options. */
START_TEST(limits_are_socket_options)
{
    struct command cut = { .kind = CMD_PATH, .action = PATH_CUT, .n = 1 };

    sock_set(&p->c, p->cfd, TCP_USER_TIMEOUT_, 5000);
    sock_set(&p->d, p->sfd, TCP_KEEPIDLE_, 30);
    sock_set(&p->d, p->sfd, TCP_KEEPINTVL_, 1);
    sock_set(&p->d, p->sfd, TCP_KEEPCNT_, 2);
    sock_set(&p->d, p->sfd, SO_KEEPALIVE_, 1);
    pair_wire(p);
    pair_run(p, SEC(35));
    ck_assert_str_eq(pair_wire(p), "s:. c:. ");
    world_do(p->w, &p->j, &cut);
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, SEC(6));
    ck_assert_int_eq(pair_read(&p->c, p->cfd), -ERR_ETIMEDOUT);
    pair_run(p, SEC(60));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), -ERR_ETIMEDOUT);
}
END_TEST

/* 3.1 MUST-3: a corrupted segment is dropped, and text arrives whole all the same. */
START_TEST(a_corrupted_segment_is_dropped)
{
    p->w->path[0][1].corrupt = (struct ratio){ 1, 1 };
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, MSEC(500));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), -ERR_EAGAIN);
    ck_assert_uint_gt(p->w->host[1].bad, 0);
    p->w->path[0][1].corrupt = (struct ratio){ 0, 1 };
    pair_run(p, SEC(10));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 5);
}
END_TEST

/* -- options as bytes: 3.1, 3.2 ----------------------------------------------------------- */

static size_t encode(const struct segment *s, uint8_t out[WIRE_MAX])
{
    struct endpoint a, b;
    uint8_t         text[16] = "text";

    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    ck_assert(addr_parse("10.0.0.1", &a.addr));
    ck_assert(addr_parse("10.0.0.2", &b.addr));
    a.port = 1;
    b.port = 2;
    return wire_encode(out, &a, &b, s, text, 9);
}

static struct segment with(uint8_t opt)
{
    struct segment s;

    memset(&s, 0, sizeof s);
    s.ctl = opt & (OPT_MSS | OPT_WSCALE | OPT_SACK_OK) ? CTL_SYN : CTL_ACK;
    s.opt = opt;
    s.mss = 1400, s.wscale = 7, s.tsval = 11, s.tsecr = 22;
    s.n_sack  = opt & OPT_SACK ? 1 : 0;
    s.sack[0] = opt & OPT_SACK ? (struct sack_block){ 5, 9 } : (struct sack_block){ 0, 0 };
    return s;
}

/* MUST-68, MUST-69: kind and length before every option but the two, zeros behind the end, and a
 * header of whole words. */
START_TEST(options_have_a_length_and_zeros_behind)
{
    for (int opt = 0; opt < 32; opt++) {
        uint8_t        out[WIRE_MAX];
        struct segment s = with((uint8_t)opt);

        if ((opt & OPT_SACK) && (opt & (OPT_MSS | OPT_WSCALE | OPT_SACK_OK)))
            continue; /* not in one segment */
        encode(&s, out);
        size_t head = (size_t)(out[32] >> 4) * 4, at = 20;
        bool   end = false;
        ck_assert_uint_le(head, 60);
        while (at < head) {
            uint8_t kind = out[20 + at];
            if (end) {
                ck_assert_uint_eq(kind, 0);
                at++;
            } else if (kind <= 1) {
                end = kind == 0;
                at++;
            } else {
                uint8_t len = out[20 + at + 1];
                ck_assert_uint_ge(len, 2);
                ck_assert_uint_le(at + len, head);
                at += len;
            }
        }
        ck_assert_uint_eq(at, head);
    }
}
END_TEST

/* Read back a SYN whose option area holds these bytes. */
static struct segment read_options(const uint8_t *bytes, size_t n, uint8_t ctl)
{
    struct segment  s = with(OPT_MSS | OPT_WSCALE | OPT_SACK_OK | OPT_TS), got;
    struct endpoint a, b;
    const uint8_t  *text;
    uint8_t         out[WIRE_MAX];
    size_t          len  = encode(&s, out);
    size_t          head = (size_t)(out[32] >> 4) * 4;

    ck_assert_uint_le(n, head - 20);
    memset(out + 40, 0, head - 20);
    memcpy(out + 40, bytes, n);
    out[33] = ctl;
    out[36] = out[37] = 0;
    uint16_t v        = wire_tcp_sum(out, out + 20, len - 20);
    out[36]           = (uint8_t)(v >> 8);
    out[37]           = (uint8_t)v;
    ck_assert_int_eq(wire_decode(out, len, &a, &b, &got, &text), WIRE_OK);
    return got;
}

#define READ(bytes, ctl) read_options((const uint8_t *)(bytes), sizeof(bytes) - 1, ctl)

/* MUST-4, MUST-64: the end, the blank, the MSS; wherever they begin. */
START_TEST(options_at_any_offset)
{
    struct segment s = READ("\x02\x04\x05\x00", CTL_SYN);
    ck_assert_uint_eq(s.opt, OPT_MSS);
    ck_assert_uint_eq(s.mss, 1280);
    s = READ("\x01\x02\x04\x05\x00", CTL_SYN);
    ck_assert_uint_eq(s.mss, 1280);
    s = READ("\x01\x01\x01\x02\x04\x05\x00\x00\x02\x04\x01\x01", CTL_SYN);
    ck_assert_uint_eq(s.mss, 1280);
    s = READ("\x01\x08\x0a\0\0\0\x09\0\0\0\x08\x03\x03\x05", CTL_SYN);
    ck_assert_uint_eq(s.opt, OPT_TS | OPT_WSCALE);
    ck_assert_uint_eq(s.tsval, 9);
    s = READ("\x00\x02\x04\x05\x00", CTL_SYN);
    ck_assert_uint_eq(s.opt, 0);
}
END_TEST

/* MUST-5: in a segment that is no SYN too. */
START_TEST(options_in_any_segment)
{
    static const uint8_t ctl[] = { CTL_ACK, CTL_ACK | CTL_PSH, CTL_FIN | CTL_ACK, CTL_RST };

    for (size_t i = 0; i < sizeof ctl; i++) {
        struct segment s = READ("\x01\x01\x08\x0a\0\0\0\x09\0\0\0\x08", ctl[i]);
        ck_assert(s.opt & OPT_TS);
        ck_assert_uint_eq(s.tsval, 9);
    }
}
END_TEST

/* MUST-6, MUST-7: an unknown one is stepped over, an impossible length ends them; no harm is done.
 */
START_TEST(odd_options_do_no_harm)
{
    struct segment s = READ("\xfd\x05"
                            "abc\x02\x04\x05\x00",
                            CTL_SYN);
    struct rng     r = { 3 };

    ck_assert_uint_eq(s.mss, 1280);
    s = READ("\x02\x04\x05\x00\xfd\x00\x03\x03\x07", CTL_SYN);
    ck_assert_uint_eq(s.opt, OPT_MSS);
    s = READ("\x02\x04\x05\x00\x08\xff\x03\x03\x07", CTL_SYN);
    ck_assert_uint_eq(s.opt, OPT_MSS);
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[20];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)(rng_below(&r, 2) ? rng_below(&r, 12) : rng_next(&r));
        read_options(bytes, sizeof bytes, CTL_SYN);
    }
}
END_TEST

SUITE(req_net)
{
    TCase *c = tcase_create("RFC 9293");

    tcase_add_checked_fixture(c, open_rfc, done);
    tcase_add_test(c, first_numbers_follow_a_clock);
    tcase_add_test(c, first_numbers_cannot_be_guessed);
    tcase_add_test(c, the_first_number_is_in_the_syn);
    tcase_add_test(c, a_listener_does_not_disturb);
    tcase_add_test(c, a_port_listens_beside_its_half_open_connections);
    tcase_add_test(c, the_local_address);
    tcase_add_test(c, no_resources_for_open);
    tcase_add_test(c, close_with_unread_text_resets);
    tcase_add_test(c, text_after_close_is_reset);
    tcase_add_test(c, an_aborted_connection_is_an_error);
    tcase_add_test(c, urgent_data_is_polled);
    tcase_add_test(c, trouble_is_reported_and_can_be_ignored);
    tcase_add_test(c, limits_are_socket_options);
    tcase_add_test(c, a_corrupted_segment_is_dropped);
    suite_add_tcase(s, c);

    c = tcase_create("bytes");
    tcase_add_test(c, options_have_a_length_and_zeros_behind);
    tcase_add_test(c, options_at_any_offset);
    tcase_add_test(c, options_in_any_segment);
    tcase_add_test(c, odd_options_do_no_harm);
    suite_add_tcase(s, c);
}
