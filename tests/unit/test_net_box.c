/* SPDX-License-Identifier: MIT
 * test_net_box.c - middleboxes, and the errors that the network reports.
 */
#include "base/text.h"
#include "net/host.h"
#include "pair.h"
#include "tcp/icmp.h"
#include "test.h"

#include <string.h>

static struct pair *p;

/* Two hosts with both families; `six` takes IPv4 away. */
static void hosts(bool six)
{
    struct setup s = pair_setup(PROFILE_RFC9293);

    for (int i = 0; i < 2; i++) {
        addr_parse(i ? "2001:db8::2" : "2001:db8::1", &s.host[i].addr6);
        if (six)
            s.host[i].addr = s.host[i].addr6;
    }
    p = pair_of(&s);
}

static void box(uint8_t quality, uint64_t n, vspan time, uint8_t from, uint8_t ctl)
{
    struct command cmd = { .kind = CMD_PATH, .action = quality, .n = n, .time = time };

    cmd.on.host     = from;
    cmd.on.ctl_mask = cmd.on.ctl = ctl;
    world_do(p->w, &p->j, &cmd);
}

static size_t lost_in_box(void)
{
    size_t n = 0;

    for (size_t i = 0; i < p->j.len; i++)
        n += p->j.entry[i].kind == EVENT_LOST && p->j.entry[i].cause == CAUSE_BOX;
    return n;
}

static bool ruled(enum rule r)
{
    for (size_t i = 0; i < p->j.n_step; i++)
        if (p->j.step[i].rule == r)
            return true;
    return false;
}

static void listen_and_connect(void)
{
    struct endpoint any = { .port = 80 }, to = pair_at(p, SERVER, 80);

    p->lfd = sock_socket(&p->d);
    ck_assert_int_eq(sock_bind(&p->d, p->lfd, &any), 0);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
}

static uint64_t icmp(enum icmp_kind k) { return BOX_ICMP + (uint64_t)k; }

/* What the pane of bytes says of it. */
static void fields_of(const uint8_t *in, size_t n, bool six, enum icmp_kind k)
{
    struct wire_field f[64];
    size_t            m = wire_fields(in, n, f, 64), head = six ? 40 : 20;
    unsigned          said = 0;

    ck_assert_uint_gt(m, 12);
    for (size_t i = 0; i < m; i++) {
        if (strcmp(f[i].name, "Type") == 0) {
            ck_assert_uint_eq(f[i].bit, head * 8);
            said |= 1;
        } else if (strcmp(f[i].name, "Quoted: Source Port") == 0) {
            ck_assert_str_eq(f[i].value, "1234");
            said |= 2;
        } else if (strcmp(f[i].name, "Quoted: Seq. Number") == 0) {
            ck_assert_str_eq(f[i].value, "305419896");
            said |= 4;
        } else if (strstr(f[i].name, "MTU")) {
            ck_assert_int_eq(k, ICMP_TOO_BIG);
            ck_assert_str_eq(f[i].value, "1400 bytes");
        } else if (strcmp(f[i].name, "Checksum") == 0) {
            ck_assert_ptr_nonnull(strstr(f[i].value, " correct"));
            said |= 8;
        }
    }
    ck_assert_uint_eq(said, 15);
}

START_TEST(written_and_read)
{
    struct endpoint a = { .port = 1234 }, b = { .port = 80 }, la, lb;
    struct segment  s = { .seq = 0x12345678, .ctl = CTL_ACK, .len = 1200 };
    static uint8_t  text[1200], dgram[WIRE_MAX], out[WIRE_MAX];
    struct addr     to;

    addr_parse(_i ? "2001:db8::1" : "10.0.0.1", &a.addr);
    addr_parse(_i ? "2001:db8::2" : "10.0.0.2", &b.addr);
    size_t n = wire_encode(dgram, &a, &b, &s, text, 7);
    for (int k = 0; k < ICMP_KINDS; k++) {
        struct icmp m = { .kind = (enum icmp_kind)k, .mtu = k == ICMP_TOO_BIG ? 1400 : 0 }, back;

        if (_i && k == ICMP_QUENCH) /* there is none in ICMPv6 */
            continue;
        size_t len = wire_icmp_encode(out, &b.addr, &m, dgram, n);
        ck_assert(wire_is_icmp(out, len));
        ck_assert_uint_le(len, _i ? 1280 : 576);
        ck_assert(wire_icmp_decode(out, len, &to, &la, &lb, &back));
        ck_assert(addr_equal(&to, &a.addr));
        ck_assert_mem_eq(&la, &a, sizeof a);
        ck_assert_mem_eq(&lb, &b, sizeof b);
        ck_assert_int_eq(back.kind, k);
        ck_assert_uint_eq(back.mtu, m.mtu);
        ck_assert_uint_eq(back.seq, s.seq);
        for (size_t cut = 0; cut < len; cut++)
            ck_assert(!wire_icmp_decode(out, cut, &to, &la, &lb, &back));
        fields_of(out, len, _i, (enum icmp_kind)k);
        out[len - 1] ^= 1; /* the checksum covers the quotation */
        ck_assert(!wire_icmp_decode(out, len, &to, &la, &lb, &back));
    }
}
END_TEST

/* Nobody listens behind the firewall, which says so: the connection is refused without a RST. */
START_TEST(port_unreachable)
{
    hosts(_i);
    box(PATH_FILTER, icmp(ICMP_PORT_UNREACHABLE), 0, CLIENT, CTL_SYN);
    listen_and_connect();
    pair_run(p, MSEC(49));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_OK);
    pair_run(p, MSEC(2)); /* half the way and back */
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_ECONNREFUSED);
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    ck_assert_uint_eq(lost_in_box(), 1);
    ck_assert(ruled(RULE_ICMP_HARD));
    pair_free(p);
}
END_TEST

/* A router marks what it would have dropped: the receiver echoes that, the sender slows down. */
START_TEST(marked)
{
    struct command ecn  = { .kind = CMD_KNOB, .knob = KNOB_ecn, .n = 1 };
    struct command mark = { .kind = CMD_PATH, .action = PATH_MARK, .ratio = { 1, 1 } };
    uint8_t        text[4000];

    memset(text, 'x', sizeof text);
    hosts(_i);
    world_do(p->w, &p->j, &ecn);
    world_do(p->w, &p->j, &mark);
    listen_and_connect();
    pair_run(p, MSEC(200));
    ck_assert(ruled(RULE_ECN_AGREED));
    ck_assert_int_eq(sock_write(&p->c, p->cfd, text, sizeof text, 0), sizeof text);
    pair_run(p, SEC(1));
    ck_assert(ruled(RULE_ECN_CE));
    ck_assert(ruled(RULE_ECN_REDUCED));
    for (size_t i = 0; i < p->j.len; i++) {
        const struct entry *e = &p->j.entry[i];

        ck_assert(e->kind != EVENT_BAD);
        if (e->kind == EVENT_ARRIVED) /* what cannot be marked is left as it is */
            ck_assert_uint_eq(e->seg.ecn, e->seg.len ? 3 : 0);
    }
    pair_free(p);
}
END_TEST

/* A soft error does not end the attempt; what becomes of it is told when it is given up. */
START_TEST(host_unreachable)
{
    hosts(_i);
    box(PATH_FILTER, icmp(ICMP_HOST_UNREACHABLE), 0, CLIENT, CTL_SYN);
    listen_and_connect();
    pair_run(p, SEC(30));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_OK);
    ck_assert(ruled(RULE_ICMP_SOFT));
    pair_run(p, SEC(300));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_EHOSTUNREACH);
    pair_free(p);
}
END_TEST

START_TEST(host_reachable_again)
{
    hosts(_i);
    box(PATH_FILTER, icmp(ICMP_HOST_UNREACHABLE), 0, CLIENT, CTL_SYN);
    listen_and_connect();
    pair_run(p, SEC(2));
    box(PATH_FILTER, BOX_PASS, 0, 0, 0);
    pair_run(p, SEC(10));
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    ck_assert_uint_eq(world_conn(p->w, 1)->soft, ERR_OK);
    pair_free(p);
}
END_TEST

/* Once the peer has answered, even a hard error is doubted. */
START_TEST(hard_error_later)
{
    hosts(_i);
    listen_and_connect();
    pair_run(p, SEC(1));
    box(PATH_FILTER, icmp(ICMP_PROTOCOL_UNREACHABLE), 0, CLIENT, CTL_PSH);
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, MSEC(500));
    ck_assert(ruled(RULE_ICMP_DOUBTED));
    box(PATH_FILTER, BOX_PASS, 0, 0, 0);
    pair_run(p, SEC(5));
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 5 0");
    pair_free(p);
}
END_TEST

/* Whoever cannot quote a number in flight is not believed; source quench never is. */
START_TEST(forged)
{
    struct segment s = { .seq = 299, .ctl = CTL_SYN };
    uint8_t        dgram[WIRE_MAX], out[WIRE_MAX];

    hosts(false);
    box(PATH_FILTER, BOX_DROP, 0, CLIENT, CTL_SYN);
    listen_and_connect();
    const struct conn *c = world_conn(p->w, 1);
    for (uint32_t d = 0; d < 4; d++) {
        struct icmp m = { .kind = d == 3 ? ICMP_QUENCH : ICMP_PORT_UNREACHABLE };

        s.seq    = conn_tcb(p->w, c).iss + (d == 0 ? UINT32_MAX : d == 1 ? 1 : d == 2 ? 70000 : 0);
        size_t n = wire_encode(dgram, &c->local, &c->remote, &s, NULL, 7);
        n        = wire_icmp_encode(out, &c->remote.addr, &m, dgram, n);
        world_datagram(p->w, &p->j, CLIENT, out, n);
        ck_assert_int_eq(conn_tcb(p->w, c).state, TCP_SYN_SENT);
        ck_assert(ruled(d == 3 ? RULE_ICMP_QUENCH : RULE_ICMP_OUTSIDE));
    }
    pair_free(p);
}
END_TEST

/* A link in the middle takes 600 bytes (1280 over IPv6): all the text arrives in smaller segments.
 */
START_TEST(too_big)
{
    static const uint8_t text[9000];
    uint32_t             mtu = _i ? 1280 : 600, head = _i ? 60 : 40;

    hosts(_i);
    box(PATH_MTU, mtu, 0, 0, 0);
    listen_and_connect();
    pair_run(p, SEC(1));
    ck_assert_int_eq(sock_write(&p->c, p->cfd, text, sizeof text, 0), sizeof text);
    pair_run(p, SEC(60));
    ck_assert_uint_eq(conn_tcb(p->w, world_conn(p->w, 1)).mss_out, mtu - head);
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 9000 0");
    ck_assert(ruled(RULE_ICMP_MTU));
    pair_free(p);
}
END_TEST

/* 5927 7.2: when one so large has been acknowledged it is believed only if the segment times out,
 * too; one message is enough for that.  A smaller one proves nothing. */
START_TEST(too_big_later)
{
    static const uint8_t text[2920];

    hosts(false);
    listen_and_connect();
    pair_run(p, SEC(1));
    sock_write(&p->c, p->cfd, text, _i ? 561 : 560, 0);
    pair_run(p, SEC(1));
    box(PATH_MTU, 600, 0, 0, 0);
    sock_write(&p->c, p->cfd, text, sizeof text, 0);
    pair_run(p, MSEC(200));
    ck_assert_int_eq(ruled(RULE_ICMP_MTU_WAITS), _i);
    ck_assert_uint_eq(conn_tcb(p->w, world_conn(p->w, 1)).mss_out, _i ? 1460 : 560);
    ck_assert_uint_eq(conn_tcb(p->w, world_conn(p->w, 1)).retrans,
                      _i ? 0 : 6); /* 1191 6.4: all of it, now */
    pair_run(p, MSEC(1000));
    ck_assert_uint_eq(conn_tcb(p->w, world_conn(p->w, 1)).mss_out, 560);
    pair_run(p, SEC(30));
    ck_assert_uint_eq(conn_tcb(p->w, world_conn(p->w, 1)).retrans, 6);
    ck_assert_int_eq(conn_tcb(p->w, world_conn(p->w, 1)).cc.ssthresh == UINT32_MAX,
                     !_i); /* no congestion */
    ck_assert_str_eq(pair_ss(p, SERVER), _i ? "ESTAB 3481 0" : "ESTAB 3480 0");
    pair_free(p);
}
END_TEST

/* A NAT forgets a silent flow: what comes later is lost without a word, or reset. */
START_TEST(forgotten_flow)
{
    hosts(false);
    box(PATH_IDLE, _i ? BOX_RST : BOX_DROP, SEC(60), 0, 0);
    listen_and_connect();
    pair_run(p, SEC(59));
    pair_write(&p->c, p->cfd, "still known");
    pair_run(p, SEC(59));
    ck_assert_uint_eq(lost_in_box(), 0);
    pair_run(p, SEC(3));
    pair_write(&p->c, p->cfd, "not any more");
    pair_run(p, SEC(20));
    ck_assert_uint_ge(lost_in_box(), 1);
    ck_assert_str_eq(pair_ss(p, CLIENT), _i ? "" : "ESTAB 0 12");
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 11 0");
    if (_i)
        ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_ECONNRESET);
    struct endpoint to = pair_at(p, SERVER, 80); /* a new conversation passes */
    int             fd = sock_socket(&p->c);
    sock_connect(&p->c, fd, &to);
    pair_run(p, SEC(1));
    ck_assert_uint_eq(sock_events(p->w, CLIENT, fd), EV_OUT);
    pair_free(p);
}
END_TEST

/* The entries of this kind that the box made, in words. */
static const char *said(enum event_kind kind)
{
    static char buf[2000];
    struct text t = text_into(buf, sizeof buf);

    buf[0] = '\0';
    for (size_t i = 0; i < p->j.len; i++) {
        const struct entry *e = &p->j.entry[i];
        char                line[300];

        if (e->kind == kind && e->by_box)
            text_add(&t, "%s%s", t.len ? "; " : "", entry_text(p->w, &p->j, e, line, sizeof line));
    }
    return buf;
}

/* An error comes from an address of the box's own (RFC 1812 4.3.2.4, RFC 4443 2.2). */
START_TEST(own_address)
{
    struct addr whose;

    hosts(_i);
    addr_parse(_i ? "2001:db8::fe" : "10.0.0.254", &whose);
    box(PATH_FILTER, icmp(ICMP_PROHIBITED), 0, CLIENT, CTL_SYN);
    listen_and_connect();
    pair_run(p, MSEC(60));
    const struct entry *got = NULL;
    for (size_t i = 0; i < p->j.len; i++)
        if (p->j.entry[i].kind == EVENT_ARRIVED)
            got = &p->j.entry[i];
    ck_assert_ptr_nonnull(got);
    const uint8_t *in = p->j.wire + got->wire;
    if (_i)
        ck_assert_mem_eq(in + 8, whose.b, 16);
    else
        ck_assert_mem_eq(in + 12, whose.b + 12, 4);
    ck_assert_ptr_nonnull(strstr(said(EVENT_SENT), _i ? "box > client  ICMP administratively "
                                                        "prohibited from 2001:db8::fe"
                                                      : "box > client  ICMP administratively "
                                                        "prohibited from 10.0.0.254"));
    ck_assert_ptr_nonnull(strstr(said(EVENT_ARRIVED), "client < box  ICMP"));
    pair_free(p);
}
END_TEST

/* A list: the first row that matches decides, `nth` counts what gets so far, and it is bounded. */
START_TEST(filters)
{
    struct command f = { .kind = CMD_PATH, .action = PATH_FILTER, .n = BOX_LET };

    hosts(false);
    f.on.ctl = f.on.ctl_mask = CTL_SYN;
    f.on.port                = 80;
    world_do(p->w, &p->j, &f);
    box(PATH_FILTER, BOX_DROP, 0, 0, CTL_SYN);
    ck_assert_uint_eq(p->w->filters, 2);
    world_do(p->w, &p->j, &f); /* the same again is the same row */
    ck_assert_uint_eq(p->w->filters, 2);
    listen_and_connect();
    pair_run(p, SEC(1));
    ck_assert_uint_eq(lost_in_box(), 0);
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    struct endpoint to = pair_at(p, SERVER, 81);
    sock_connect(&p->c, sock_socket(&p->c), &to);
    pair_run(p, MSEC(500));
    ck_assert_uint_eq(lost_in_box(), 1);
    ck_assert_int_eq(p->j.entry[p->j.len - 1].value, 2); /* by which */
    for (uint32_t i = 0; i < FILTER_MAX; i++) {
        f.on.port = (uint16_t)(100 + i);
        world_do(p->w, &p->j, &f);
    }
    ck_assert_uint_eq(p->w->filters, FILTER_MAX);
    ck_assert_ptr_nonnull(
        strstr(pair_said(p, EVENT_FAULT, 0), "there are 8 already, there is no room"));
    box(PATH_FILTER, BOX_PASS, 0, 0, 0);
    ck_assert_uint_eq(p->w->filters, 0);
    pair_free(p);
}
END_TEST

/* Load balancers tell both ends when they forget; the numbers are those that each waits for, so
 * that neither asks again (RFC 5961 3.2). */
START_TEST(forgets_aloud)
{
    hosts(_i);
    box(PATH_IDLE, BOX_RST_BOTH, SEC(60), 0, 0);
    listen_and_connect();
    pair_run(p, SEC(1));
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, SEC(30));
    pair_write(&p->d, p->sfd, "welcome");
    pair_run(p, SEC(59));
    ck_assert_str_eq(said(EVENT_SENT), "");
    pair_run(p, SEC(2));
    ck_assert_int_eq(pair_error(&p->c, p->cfd), ERR_ECONNRESET);
    ck_assert_int_eq(pair_error(&p->d, p->sfd), ERR_ECONNRESET);
    ck_assert(ruled(RULE_RST_EXACT));
    ck_assert(!ruled(RULE_RST_CHALLENGE));
    ck_assert_uint_eq(lost_in_box(), 0);
    pair_free(p);
}
END_TEST

/* A box that begins to say it when a conversation is there already; and one that stops. */
START_TEST(forgets_aloud_later)
{
    hosts(false);
    listen_and_connect();
    pair_run(p, SEC(1));
    box(PATH_IDLE, BOX_RST_BOTH, SEC(5), 0, 0);
    if (_i)
        box(PATH_IDLE, BOX_DROP, 0, 0, 0);
    pair_run(p, SEC(6));
    ck_assert_str_eq(pair_ss(p, CLIENT), _i ? "ESTAB 0 0" : "");
    ck_assert_str_eq(pair_ss(p, SERVER), _i ? "ESTAB 0 0" : "");
    pair_free(p);
}
END_TEST

/* While a conversation begins and after it has ended a NAT waits less (RFC 5382 5). */
START_TEST(two_times)
{
    struct command idle = {
        .kind = CMD_PATH, .action = PATH_IDLE, .time = SEC(7440), .brief = SEC(240), .n = BOX_DROP
    };

    hosts(false);
    world_do(p->w, &p->j, &idle);
    listen_and_connect();
    pair_run(p, SEC(7000));
    pair_write(&p->c, p->cfd, "still open");
    pair_run(p, SEC(1));
    ck_assert_uint_eq(lost_in_box(), 0);
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    sock_close(&p->c, p->cfd);
    pair_run(p, SEC(1)); /* one FIN: half open */
    pair_run(p, SEC(1000));
    pair_write(&p->d, p->sfd, "it is late");
    pair_run(p, SEC(1));
    ck_assert_uint_eq(lost_in_box(), 0);
    struct flow *f = &p->w->flow[0];
    ck_assert_uint_eq(f->syn, 3);
    ck_assert_uint_eq(f->fin, 1);
    ck_assert_uint_eq(f->rst, 1); /* the client is gone: its host says so */
    pair_run(p, SEC(241));
    struct command late = { .kind = CMD_INJECT, .host = SERVER, .peer = CLIENT };
    late.sport = 80, late.dport = f->a.port, late.seg.ctl = CTL_ACK;
    world_do(p->w, &p->j, &late);
    pair_run(p, SEC(1));
    ck_assert_uint_eq(lost_in_box(), 1);
    pair_free(p);
}
END_TEST

/* Twice the same, to the byte, with boxes that answer. */
START_TEST(deterministic)
{
    struct blob a = { 0 }, b = { 0 };

    for (int k = 0; k < 2; k++) {
        static const uint8_t text[5000];

        hosts(false);
        box(PATH_MTU, 700, 0, 0, 0);
        box(PATH_IDLE, BOX_RST, SEC(5), 0, 0);
        listen_and_connect();
        pair_run(p, SEC(1));
        sock_write(&p->c, p->cfd, text, sizeof text, 0);
        pair_run(p, SEC(20));
        pair_write(&p->c, p->cfd, "late");
        pair_run(p, SEC(2));
        world_save(p->w, k ? &b : &a);
        pair_free(p);
    }
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_mem_eq(a.bytes, b.bytes, a.len);
    blob_free(&a);
    blob_free(&b);
}
END_TEST

SUITE(net_box)
{
    TCase *c = tcase_create("all");

    tcase_add_loop_test(c, written_and_read, 0, 2);
    tcase_add_loop_test(c, port_unreachable, 0, 2);
    tcase_add_loop_test(c, marked, 0, 2);
    tcase_add_loop_test(c, host_unreachable, 0, 2);
    tcase_add_loop_test(c, host_reachable_again, 0, 2);
    tcase_add_loop_test(c, hard_error_later, 0, 2);
    tcase_add_test(c, forged);
    tcase_add_loop_test(c, too_big, 0, 2);
    tcase_add_loop_test(c, too_big_later, 0, 2);
    tcase_add_loop_test(c, forgotten_flow, 0, 2);
    tcase_add_loop_test(c, own_address, 0, 2);
    tcase_add_test(c, filters);
    tcase_add_loop_test(c, forgets_aloud, 0, 2);
    tcase_add_loop_test(c, forgets_aloud_later, 0, 2);
    tcase_add_test(c, two_times);
    tcase_add_test(c, deterministic);
    suite_add_tcase(s, c);
}
