/* SPDX-License-Identifier: MIT
 * test_net_host.c - whose is a segment; what is kept of the dead; which numbers are chosen.
 */
#include "net/host.h"
#include "pair.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static struct pair *p;

static void open_rfc(void)
{
    p = pair_new(PROFILE_RFC9293);
    pair_open(p);
}

static void done(void) { pair_free(p); }

static const struct entry *last(enum event_kind kind, uint32_t host)
{
    for (size_t i = p->j.len; i-- > 0;)
        if (p->j.entry[i].kind == kind && p->j.entry[i].host == host)
            return &p->j.entry[i];
    ck_abort_msg("no such entry");
}

/* The client closes, then the server: the client waits. */
static void close_both(void)
{
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    pair_wire(p);
}

static int connect_from(uint16_t port)
{
    struct endpoint from = { .port = port }, to = pair_at(p, SERVER, 80);
    int             fd = sock_socket(&p->c);

    ck_assert_int_eq(sock_bind(&p->c, fd, &from), 0);
    ck_assert_int_eq(sock_connect(&p->c, fd, &to), -ERR_EINPROGRESS);
    return fd;
}

static void datagram(uint32_t host, const struct endpoint *from, const struct endpoint *to,
                     struct segment seg)
{
    uint8_t bytes[WIRE_MAX];
    size_t  n = wire_encode(bytes, from, to, &seg, (const uint8_t *)"0123456789", 1);

    world_datagram(p->w, &p->j, host, bytes, n);
}

START_TEST(nobodys_segment)
{
    struct endpoint a = pair_at(p, CLIENT, 999), b = pair_at(p, SERVER, 999);

    datagram(SERVER, &a, &b, (struct segment){ .seq = 5, .ack = 7, .ctl = CTL_ACK });
    ck_assert_str_eq(pair_wire(p), "s:R ");
    ck_assert_uint_eq(last(EVENT_SENT, SERVER)->seg.seq, 7);
    ck_assert_uint_gt(last(EVENT_SENT, SERVER)->n_step, 0);
    ck_assert_uint_gt(last(EVENT_ARRIVED, SERVER)->n_step, 0);
    datagram(SERVER, &a, &b, (struct segment){ .seq = 5, .ctl = CTL_RST });
    ck_assert_str_eq(pair_wire(p), "");
    datagram(SERVER, &a, &b, (struct segment){ .seq = 5, .ctl = CTL_SYN });
    ck_assert_str_eq(pair_wire(p), "s:R. ");
    ck_assert_uint_eq(p->w->host[1].rst_out, 2);
}
END_TEST

START_TEST(an_ack_to_a_listener)
{
    struct endpoint a = pair_at(p, CLIENT, 999), b = pair_at(p, SERVER, 80);

    datagram(SERVER, &a, &b, (struct segment){ .seq = 5, .ack = 7, .ctl = CTL_ACK });
    ck_assert_str_eq(pair_wire(p), "s:R ");
    ck_assert_int_eq(last(EVENT_ARRIVED, SERVER)->before, TCP_LISTEN);
    ck_assert_int_eq(last(EVENT_ARRIVED, SERVER)->after, TCP_LISTEN);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 2);
}
END_TEST

START_TEST(invalid_addresses_are_silence) /* MUST-57, MUST-63 */
{
    static const char *const from[] = { "0.0.0.0", "224.0.0.5", "255.255.255.255" };
    struct endpoint          a = { .port = 999 }, b = pair_at(p, SERVER, 80);

    ck_assert(addr_parse(from[_i], &a.addr));
    datagram(SERVER, &a, &b, (struct segment){ .seq = 5, .ctl = CTL_SYN });
    ck_assert_str_eq(pair_wire(p), "");
    ck_assert_int_eq(last(EVENT_BAD, SERVER)->host, SERVER);
    ck_assert_uint_eq(p->w->host[1].bad, 1);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 2);
}
END_TEST

/* MUST-57: nor does a segment to an address that is none of one host do anything. */
START_TEST(invalid_destinations_are_silence)
{
    static const char *const to[] = { "0.0.0.0", "224.0.0.5", "255.255.255.255", "10.0.0.255" };
    struct endpoint          a = pair_at(p, CLIENT, 999), b = { .port = 80 };

    ck_assert(addr_parse(to[_i], &b.addr));
    datagram(SERVER, &a, &b, (struct segment){ .seq = 5, .ctl = CTL_SYN });
    ck_assert_str_eq(pair_wire(p), "");
    ck_assert_int_eq(last(EVENT_BAD, SERVER)->host, SERVER);
    ck_assert_uint_eq(p->w->host[1].bad, 1);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 2);
}
END_TEST

START_TEST(bytes_that_are_no_segment)
{
    struct endpoint a = pair_at(p, CLIENT, 999), b = pair_at(p, SERVER, 80);
    uint8_t         bytes[WIRE_MAX];
    struct segment  seg = { .seq = 5, .ctl = CTL_SYN };
    char            buf[100];
    size_t          n = wire_encode(bytes, &a, &b, &seg, NULL, 1);

    bytes[n - 1] ^= 1;
    world_datagram(p->w, &p->j, SERVER, bytes, n);
    ck_assert_str_eq(journal_text(&p->j, last(EVENT_BAD, SERVER), buf, sizeof buf),
                     wire_verdict_name[WIRE_BAD_TCP_SUM]);
    world_datagram(p->w, &p->j, SERVER, bytes, 3);
    world_datagram(p->w, &p->j, CLIENT, bytes, n);
    ck_assert_str_eq(pair_wire(p), "");
}
END_TEST

START_TEST(time_wait_is_a_small_record_that_still_answers)
{
    struct endpoint a, b;

    pair_drop_next(p, CLIENT, CTL_ACK); /* the ACK of the server's FIN, once closed */
    sock_shutdown(&p->d, p->sfd, SHUT_WR_);
    pair_run(p, MSEC(60));
    sock_close(&p->c, p->cfd);
    pair_run(p, SEC(3));
    ck_assert_str_eq(pair_ss(p, SERVER), "TIME-WAIT 0 0");
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0); /* a process holds it */
    sock_close(&p->d, p->sfd);
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 1);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 0);
    pair_wire(p);

    a                      = pair_at(p, CLIENT, 50000);
    b                      = pair_at(p, SERVER, 80);
    struct time_wait *r    = world_time_wait(p->w, host_find_time_wait(p->w, &b, &a));
    seq               next = r->tw.rcv_nxt;
    vtime             old  = r->tw.deadline;
    pair_run(p, SEC(10));
    p->w->path[SERVER - 1][CLIENT - 1].cut = 1; /* the client would answer, and with RST */
    datagram(SERVER, &a, &b,
             (struct segment){ .seq = next - 1, .ack = r->tw.snd_nxt, .ctl = CTL_FIN | CTL_ACK });
    ck_assert_str_eq(pair_wire(p), "s:. ");
    ck_assert_int_eq(last(EVENT_ARRIVED, SERVER)->before, TCP_TIME_WAIT);
    ck_assert_uint_gt(last(EVENT_ARRIVED, SERVER)->n_step, 0);
    ck_assert_int_gt(r->tw.deadline, old); /* 2 MSL begin again */
    pair_run(p, r->tw.deadline - p->w->now - 1);
    ck_assert_str_eq(pair_ss(p, SERVER), "TIME-WAIT 0 0");
    pair_run(p, 1);
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_int_eq(last(EVENT_TIMER, SERVER)->timer, TIMER_2MSL);
    ck_assert_int_eq(last(EVENT_TIMER, SERVER)->after, TCP_CLOSED);
    ck_assert_int_eq(last(EVENT_FORGOT, SERVER)->host, SERVER);
}
END_TEST

START_TEST(reset_ends_time_wait)
{
    struct endpoint a = pair_at(p, SERVER, 80), b = pair_at(p, CLIENT, 50000);

    close_both();
    struct time_wait *r = world_time_wait(p->w, host_find_time_wait(p->w, &b, &a));
    datagram(CLIENT, &a, &b, (struct segment){ .seq = r->tw.rcv_nxt, .ctl = CTL_RST });
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0);
}
END_TEST

START_TEST(no_listener_no_reopening)
{
    struct endpoint a = pair_at(p, SERVER, 80), b = pair_at(p, CLIENT, 50000);

    close_both();
    datagram(CLIENT, &a, &b, (struct segment){ .seq = 70000, .ctl = CTL_SYN });
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    ck_assert_str_eq(pair_wire(p), "c:. "); /* challenged, not refused: the record is still there */
}
END_TEST

START_TEST(reopened_beyond_the_old_numbers)
{
    struct endpoint a = pair_at(p, CLIENT, 50000), b = pair_at(p, SERVER, 80);

    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    uint32_t i    = host_find_time_wait(p->w, &b, &a);
    seq      used = world_time_wait(p->w, i)->tw.snd_nxt;
    datagram(SERVER, &a, &b, (struct segment){ .seq = 70000, .ctl = CTL_SYN, .wnd = 1000 });
    ck_assert_uint_eq(host_find_time_wait(p->w, &b, &a), 0);
    const struct conn *c   = world_conn(p->w, host_find(p->w, &b, &a));
    seq                iss = conn_tcb(p->w, c).iss;
    ck_assert(seq_lt(used, iss)); /* MAY-2 */
    ck_assert_uint_eq(c->life, 2);
    ck_assert_int_eq(last(EVENT_ARRIVED, SERVER)->before, TCP_TIME_WAIT);
    ck_assert_int_eq(last(EVENT_ARRIVED, SERVER)->after, TCP_SYN_RECEIVED);
    ck_assert_uint_eq(last(EVENT_ARRIVED, SERVER)->conn, c->serial);
    ck_assert_str_eq(pair_ss(p, SERVER), "SYN-RECV 0 0");
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 1); /* put aside, until it is certain */
    datagram(SERVER, &a, &b,
             (struct segment){ .seq = 70001, .ack = iss + 1, .ctl = CTL_ACK, .wnd = 1000 });
    ck_assert_str_eq(pair_ss(p, SERVER), "ESTAB 0 0");
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0);
    ck_assert_uint_ne(last(EVENT_FORGOT, SERVER)->conn, c->serial);
}
END_TEST

/* 9293 3.6.1 MAY-2 (2): "returns to TIME-WAIT state if the SYN turns out to be an old duplicate".
 */
START_TEST(reopened_by_an_old_duplicate)
{
    struct endpoint a = pair_at(p, CLIENT, 50000), b = pair_at(p, SERVER, 80);
    const bool      knobs[] = { true, false };
    bool            back    = knobs[_i];

    p->w->host[SERVER - 1].policy.tw_return = back;
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    uint32_t         i   = host_find_time_wait(p->w, &b, &a);
    struct time_wait old = *world_time_wait(p->w, i);
    pair_run(p, SEC(3));
    datagram(SERVER, &a, &b, (struct segment){ .seq = 70000, .ctl = CTL_SYN, .wnd = 1000 });
    ck_assert_str_eq(pair_ss(p, SERVER), "SYN-RECV 0 0");
    datagram(SERVER, &a, &b, (struct segment){ .seq = 70001, .ctl = CTL_RST });
    ck_assert_str_eq(pair_ss(p, SERVER), back ? "TIME-WAIT 0 0" : "");
    i = host_find_time_wait(p->w, &b, &a);
    if (!back) {
        ck_assert_uint_eq(i, 0);
        return;
    }
    ck_assert_int_eq(world_time_wait(p->w, i)->tw.deadline, old.tw.deadline);
    ck_assert_uint_eq(world_time_wait(p->w, i)->tw.snd_nxt, old.tw.snd_nxt);
    ck_assert_uint_eq(last(EVENT_STATE, SERVER)->conn, old.serial);
    ck_assert_int_eq(last(EVENT_STATE, SERVER)->after, TCP_TIME_WAIT);
    ck_assert_uint_eq(p->j.step[last(EVENT_STATE, SERVER)->step].rule, RULE_TW_RETURN);
    pair_run(p, SEC(240));
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0);
}
END_TEST

/* The same where a process still holds the socket, and where nobody answers until 2 MSL are over.
 */
START_TEST(reopened_while_held)
{
    struct endpoint a = pair_at(p, CLIENT, 50000), b = pair_at(p, SERVER, 80);

    sock_shutdown(&p->d, p->sfd, SHUT_WR_);
    pair_run(p, MSEC(300));
    sock_close(&p->c, p->cfd);
    pair_run(p, MSEC(300));
    ck_assert_uint_eq(host_find_time_wait(p->w, &b, &a), 0); /* a process holds it */
    datagram(SERVER, &a, &b, (struct segment){ .seq = 70000, .ctl = CTL_SYN, .wnd = 1000 });
    datagram(SERVER, &a, &b, (struct segment){ .seq = 70001, .ctl = CTL_RST });
    ck_assert_uint_ne(host_find_time_wait(p->w, &b, &a), 0);
    p->w->host[CLIENT - 1].down = 1;
    pair_run(p, SEC(200));
    datagram(SERVER, &a, &b, (struct segment){ .seq = 80000, .ctl = CTL_SYN, .wnd = 1000 });
    ck_assert_uint_eq(host_find_time_wait(p->w, &b, &a), 0);
    pair_run(p, SEC(600));
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0);
}
END_TEST

START_TEST(the_ghost) /* without TIME_WAIT, an old segment lands in a new life */
{
    struct setup   s    = pair_setup(PROFILE_RFC9293);
    struct command dup  = { .kind = CMD_ARM, .action = CMD_DUP, .n = 1 };
    struct command late = { .kind = CMD_DELAY, .time = SEC(3) };
    uint8_t        buf[64];

    pair_free(p);
    for (int i = 0; i < 2; i++) {
        s.host[i].policy.time_wait = 0;
        s.host[i].n_iss            = 2;
    }
    s.host[0].iss[0] = s.host[0].iss[1] = 300;
    s.host[1].iss[0] = s.host[1].iss[1] = 800;
    p                                   = pair_of(&s);
    pair_open(p);
    dup.on.kind     = EVENT_SENT + 1;
    dup.on.ctl_mask = dup.on.ctl = CTL_PSH;
    world_do(p->w, &p->j, &dup);
    pair_write(&p->c, p->cfd, "old");
    late.packet = p->w->packets; /* the copy of the first text takes three seconds longer */
    world_do(p->w, &p->j, &late);
    pair_run(p, MSEC(300));
    ck_assert_int_eq(pair_read(&p->d, p->sfd), 3);
    close_both();
    ck_assert_str_eq(pair_ss(p, 0), "");
    p->cfd = connect_from(50000);
    pair_run(p, SEC(1));
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    ck_assert_int_gt(p->sfd, 0);
    pair_run(p, SEC(3));
    ck_assert_int_eq(sock_read(&p->d, p->sfd, buf, sizeof buf, 0), 3); /* nobody wrote this now */
    const struct entry *e = NULL;
    for (size_t i = 0; i < p->j.len; i++)
        if (p->j.entry[i].kind == EVENT_ARRIVED && p->j.entry[i].seg.len == 3)
            e = &p->j.entry[i];
    ck_assert_ptr_nonnull(e);
    ck_assert_uint_eq(e->life, 1); /* of the segment */
    struct endpoint    b = pair_at(p, SERVER, 80), a = pair_at(p, CLIENT, 50000);
    const struct conn *c = world_conn(p->w, host_find(p->w, &b, &a));
    ck_assert_uint_eq(e->conn, c->serial);
    ck_assert_uint_eq(c->life, 2);
}
END_TEST

START_TEST(lives_count_up)
{
    struct endpoint a = pair_at(p, CLIENT, 1), b = pair_at(p, SERVER, 2);
    uint64_t        mine = demux_owner(p->w, CLIENT, &a, &b).tuple;

    ck_assert_uint_eq(life_last(p->w, mine), 0);
    for (uint32_t i = 1; i <= 5; i++) {
        life_note(p->w, mine, i);
        ck_assert_uint_eq(life_last(p->w, mine), i);
    }
    life_note(p->w, mine, 2); /* a ghost's does not count down */
    ck_assert_uint_eq(life_last(p->w, mine), 5);
    ck_assert_uint_eq(life_last(p->w, demux_owner(p->w, SERVER, &a, &b).tuple), 0);
    for (uint16_t i = 0; i < 5000;
         i++) { /* the memory is small; it forgets the oldest, and no more */
        struct endpoint x     = { .addr = a.addr, .port = (uint16_t)(i + 100) };
        uint64_t        tuple = demux_owner(p->w, CLIENT, &x, &b).tuple;

        life_note(p->w, tuple, 1);
        ck_assert_uint_eq(life_last(p->w, tuple), 1);
    }
}
END_TEST

/* 3.10.7.3/2, 3.10.7.4/2: what nobody has asked for is told, once, and nothing else. */
START_TEST(signals_are_told)
{
    struct endpoint nobody = pair_at(p, SERVER, 81);

    ck_assert_str_eq(pair_said(p, EVENT_SIGNAL, CLIENT), "");
    sock_connect(&p->c, sock_socket(&p->c), &nobody);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_said(p, EVENT_SIGNAL, CLIENT), "connection refused");
    sock_set(&p->d, p->sfd, SO_LINGER_, 0);
    sock_close(&p->d, p->sfd);
    pair_run(p, MSEC(300));
    ck_assert_str_eq(pair_said(p, EVENT_SIGNAL, CLIENT), "connection refused; connection reset");
    ck_assert_str_eq(pair_said(p, EVENT_SIGNAL, SERVER), "");
}
END_TEST

START_TEST(a_refused_connection_has_lived)
{
    struct endpoint to = pair_at(p, SERVER, 81);

    for (uint32_t i = 1; i <= 3; i++) {
        struct endpoint from = { .port = 4000 };
        int             fd   = sock_socket(&p->c);

        sock_bind(&p->c, fd, &from);
        sock_connect(&p->c, fd, &to);
        ck_assert_uint_eq(last(EVENT_SENT, CLIENT)->life, i);
        pair_run(p, SEC(1));
        sock_close(&p->c, fd);
    }
}
END_TEST

START_TEST(ports)
{
    struct endpoint a = pair_at(p, CLIENT, 0), b = pair_at(p, SERVER, 80);
    struct setup    s          = pair_setup(PROFILE_RFC9293);
    bool            had[65536] = { false };

    ck_assert_uint_eq(host_port(p->w, CLIENT, &a, &b), 50001); /* 50000 is in use */
    p->w->host[0].port_next = 65535;
    ck_assert_uint_eq(host_port(p->w, CLIENT, &a, &b), 65535);
    ck_assert_uint_eq(host_port(p->w, CLIENT, &a, &b), 1024);
    pair_free(p);
    s.host[0].port_first = 0;
    p                    = pair_of(&s);
    for (int i = 0; i < 500; i++) { /* RFC 6056: never the same again soon */
        uint16_t port = host_port(p->w, CLIENT, &a, &b);

        ck_assert_uint_ge(port, 1024);
        ck_assert(!had[port]);
        had[port] = true;
    }
    b.port            = 81; /* elsewhere it begins elsewhere */
    uint16_t     here = host_port(p->w, CLIENT, &a, &b);
    struct pair *q    = pair_of(&s);
    for (int i = 0; i < 500; i++)
        host_port(q->w, CLIENT, &a, &(struct endpoint){ .addr = b.addr, .port = 80 });
    ck_assert_uint_eq(host_port(q->w, CLIENT, &a, &b), here); /* the same world, the same ports */
    pair_free(q);
}
END_TEST

START_TEST(first_sequence_numbers)
{
    struct endpoint a = pair_at(p, CLIENT, 5), b = pair_at(p, SERVER, 80),
                    c = pair_at(p, SERVER, 81);
    struct setup s    = pair_setup(PROFILE_RFC793);
    seq          x    = host_iss(p->w, CLIENT, &a, &b);

    ck_assert_uint_ne(x, host_iss(p->w, CLIENT, &a, &c)); /* RFC 6528: each its own */
    ck_assert_uint_ne(x, host_iss(p->w, SERVER, &a, &b));
    vtime before = p->w->now;
    pair_run(p, SEC(1));
    ck_assert_uint_eq(host_iss(p->w, CLIENT, &a, &b) - x, (p->w->now - before) / 4);
    pair_free(p);
    s.host[0].n_iss = 0;
    p               = pair_of(&s);
    pair_run(p, SEC(1));
    ck_assert_uint_eq(host_iss(p->w, CLIENT, &a, &b), 250000); /* 793: the clock alone */
    ck_assert_uint_eq(host_iss(p->w, SERVER, &a, &b), 800);
    host_iss_used(p->w, SERVER);
    ck_assert_uint_eq(host_iss(p->w, SERVER, &a, &b), 250000);
}
END_TEST

START_TEST(many_connections) /* each segment finds its own */
{
    enum { N = 60 };
    int             cfd[N], sfd[N];
    struct endpoint to = pair_at(p, SERVER, 80), peer;
    char            word[8];
    uint8_t         got[8];

    sock_listen(&p->d, p->lfd, N);
    for (int i = 0; i < N; i++) {
        cfd[i] = sock_socket(&p->c);
        ck_assert_int_eq(sock_connect(&p->c, cfd[i], &to), -ERR_EINPROGRESS);
    }
    pair_run(p, SEC(1));
    for (int i = 0; i < N; i++)
        ck_assert_int_gt(sfd[i] = sock_accept(&p->d, p->lfd, &peer), 0);
    for (int i = 0; i < N; i++) {
        struct endpoint me;

        sock_name(&p->c, cfd[i], &me, NULL);
        snprintf(word, sizeof word, "%u", me.port);
        ck_assert_int_eq(pair_write(&p->c, cfd[i], word), 5);
    }
    pair_run(p, SEC(1));
    for (int i = 0; i < N; i++) {
        sock_name(&p->d, sfd[i], NULL, &peer);
        snprintf(word, sizeof word, "%u", peer.port);
        ck_assert_int_eq(sock_read(&p->d, sfd[i], got, sizeof got, 0), 5);
        ck_assert(memcmp(got, word, 5) == 0);
        sock_close(&p->d, sfd[i]);
    }
    pair_run(p, SEC(1));
    for (int i = 0; i < N; i++)
        sock_close(&p->c, cfd[i]);
    pair_run(p, SEC(1));
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, N);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 2);
    pair_run(p, SEC(300));
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 0);
}
END_TEST

/* A world of its own accord: the same bytes and the same journal, whoever looks. */
static struct pair *story(uint64_t seed)
{
    struct setup s = pair_setup(PROFILE_LINUX);
    struct rng   r = { .state = 11 };

    s.seed              = seed;
    s.path[0][1].jitter = MSEC(20);
    s.path[0][1].loss = s.path[1][0].loss = (struct ratio){ 1, 8 };
    s.path[0][1].dup                      = (struct ratio){ 1, 8 };
    s.host[0].n_iss = s.host[1].n_iss = 0;
    s.host[0].port_first              = 0;
    struct pair *q                    = pair_of(&s);
    struct op    o                    = { .verb = OP_LISTEN, .port = 80 };
    pair_op(q, SERVER, o);
    for (int i = 0; i < 150; i++) {
        static const enum op_verb verb[] = { OP_CONNECT, OP_WRITE, OP_READ,  OP_CLOSE,
                                             OP_WRITE,   OP_ABORT, OP_WRITE, OP_SHUTDOWN };

        memset(&o, 0, sizeof o);
        o.verb = (uint8_t)verb[rng_below(&r, 8)];
        o.host = SERVER;
        o.port = 80;
        o.n    = o.verb == OP_SHUTDOWN ? SHUT_WR_ : 3000;
        pair_op(q, 1 + (uint32_t)rng_below(&r, 2), o);
        if (rng_below(&r, 60) == 0) {
            o.verb = OP_CRASH;
            pair_op(q, CLIENT, o);
        }
        pair_run(q, MSEC(50) + (vspan)rng_below(&r, 3000000));
    }
    return q;
}

START_TEST(the_same_again)
{
    struct pair *a = story((uint64_t)_i), *b = story((uint64_t)_i);

    ck_assert(world_equal(a->w, b->w));
    ck_assert_uint_eq(a->j.len, b->j.len);
    ck_assert(journal_equal(&a->j, 0, &b->j, 0, a->j.len));
    ck_assert_uint_gt(a->j.len, 300);
    pair_run(a, SEC(4000)); /* and all that ends leaves nothing behind but what is open */
    ck_assert_uint_eq(a->w->region[REGION_TIME_WAIT].used, 0);
    pair_free(a);
    pair_free(b);
}
END_TEST

START_TEST(what_is_gone_leaves_nothing)
{
    struct endpoint a = pair_at(p, CLIENT, 50000), b = pair_at(p, SERVER, 80);

    for (int i = 0; i < 40; i++) {
        pair_write(&p->c, p->cfd, "x");
        close_both();
        if (i % 2) /* or nothing is left to wait for */
            pair_run(p, SEC(300));
        else
            host_crash(p->w, &p->j, CLIENT), p->w->host[0].down = 0;
        ck_assert_uint_eq(host_find(p->w, &a, &b) + host_find_time_wait(p->w, &a, &b), 0);
        pair_run(p, SEC(300));
        p->w->host[0].port_next = 50000;
        struct endpoint to      = pair_at(p, SERVER, 80);
        p->cfd                  = sock_socket(&p->c);
        sock_connect(&p->c, p->cfd, &to);
        pair_run(p, SEC(1));
        p->sfd = sock_accept(&p->d, p->lfd, NULL);
        ck_assert_int_gt(p->sfd, 0);
    }
    ck_assert_uint_eq(p->w->region[REGION_CONN].high, 2);
    ck_assert_uint_eq(p->w->region[REGION_SOCK].used, 3);
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 0);
    ck_assert_uint_le(p->w->region[REGION_NODE].used, 32);
}
END_TEST

SUITE(net_host)
{
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, open_rfc, done);
    tcase_set_timeout(c, 20);
    tcase_add_test(c, nobodys_segment);
    tcase_add_test(c, an_ack_to_a_listener);
    tcase_add_loop_test(c, invalid_addresses_are_silence, 0, 3);
    tcase_add_loop_test(c, invalid_destinations_are_silence, 0, 4);
    tcase_add_test(c, bytes_that_are_no_segment);
    tcase_add_test(c, time_wait_is_a_small_record_that_still_answers);
    tcase_add_test(c, reset_ends_time_wait);
    tcase_add_test(c, no_listener_no_reopening);
    tcase_add_test(c, reopened_beyond_the_old_numbers);
    tcase_add_loop_test(c, reopened_by_an_old_duplicate, 0, 2);
    tcase_add_test(c, reopened_while_held);
    tcase_add_test(c, the_ghost);
    tcase_add_test(c, lives_count_up);
    tcase_add_test(c, signals_are_told);
    tcase_add_test(c, a_refused_connection_has_lived);
    tcase_add_test(c, ports);
    tcase_add_test(c, first_sequence_numbers);
    tcase_add_test(c, many_connections);
    tcase_add_loop_test(c, the_same_again, 0, 6);
    tcase_add_test(c, what_is_gone_leaves_nothing);
    suite_add_tcase(s, c);
}
