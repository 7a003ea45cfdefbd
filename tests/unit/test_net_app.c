/* SPDX-License-Identifier: MIT
 * test_net_app.c - programs: what they call, what they get, what they print; and a person's hand.
 */
#include "pair.h"
#include "test.h"

#include <string.h>

enum { LINES = 32 };

static struct op    line[LINES];
static uint32_t     lines;
static struct setup setup;
static struct pair *p;

static void fresh(enum profile profile)
{
    memset(line, 0, sizeof line);
    lines = 0;
    setup = pair_setup(profile);
}

static struct op *say(enum op_verb verb)
{
    struct op *o = &line[lines++];

    o->verb = (uint8_t)verb;
    o->line = (uint16_t)lines;
    setup.program[setup.programs - 1].count++;
    return o;
}

static void text_of(struct op *o, const char *text)
{
    o->len = (uint16_t)strlen(text);
    memcpy(o->text, text, o->len);
}

static void program(const char *name)
{
    strcpy(setup.program[setup.programs].name, name);
    setup.program[setup.programs++].first = lines;
}

static void begin(void)
{
    setup.op   = line;
    setup.n_op = lines;
    p          = pair_of(&setup);
}

static void start(uint32_t host, uint8_t prog)
{
    struct command cmd = { .kind = CMD_START, .host = (uint8_t)host, .program = prog };

    world_do(p->w, &p->j, &cmd);
}

/* The article's pair: the server gives a client five seconds, the client thinks for seven.  Between
 * its write and its read the answer comes back: on the article's loopback at once, here after a
 * round trip. */
static void article(enum profile profile)
{
    fresh(profile);
    program("server");
    say(OP_LISTEN)->port = 8080;
    text_of(say(OP_PRINT), "Server is listening on port 8080");
    say(OP_ACCEPT);
    struct op *o       = say(OP_ON);
    o->n               = 2;
    o->target          = 6; /* the print below */
    say(OP_READ)->time = SEC(5);
    text_of(say(OP_PRINT), "Received: {data}");
    text_of(say(OP_PRINT), "Error reading: {error}");
    say(OP_CLOSE);
    program("client");
    o                   = say(OP_CONNECT);
    o->host             = SERVER;
    o->port             = 8080;
    say(OP_SLEEP)->time = SEC(7);
    text_of(say(OP_WRITE), "Hello from client");
    text_of(say(OP_PRINT), "Sent {n} bytes");
    o                   = say(OP_ON);
    o->target           = UINT32_MAX - 1;
    say(OP_SLEEP)->time = MSEC(200);
    say(OP_READ);
    text_of(say(OP_PRINT), "read: {n} {errno} {error}");
    begin();
    start(SERVER, 1);
    pair_run(p, SEC(1));
    start(CLIENT, 2);
    pair_run(p, SEC(20));
}

START_TEST(article_resets)
{
    static const enum profile of[] = { PROFILE_RFC9293, PROFILE_BSD };

    article(of[_i]);
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, SERVER),
                     "Server is listening on port 8080; Error reading: i/o timeout");
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, CLIENT),
                     "Sent 17 bytes; read: -1 ECONNRESET connection reset by peer");
    pair_free(p);
}
END_TEST

START_TEST(article_elsewhere_reads_the_end)
{
    article(_i ? PROFILE_LINUX : PROFILE_RFC793);
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, CLIENT), "Sent 17 bytes; read: 0 0 no error");
    pair_free(p);
}
END_TEST

START_TEST(article_words)
{
    article(PROFILE_RFC9293);
    ck_assert_str_eq(pair_said(p, EVENT_CALL, SERVER),
                     "listen(8080); accept(3); read(4, 4096)  deadline 5s; close(4)");
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, SERVER),
                     "= 3; = 4  from 10.0.0.1:50000; i/o timeout; = 0");
    ck_assert_str_eq(pair_said(p, EVENT_CALL, CLIENT),
                     "connect(server:8080); sleep(7s); write(3, \"Hello from client\"); "
                     "sleep(200ms); read(3, 4096)");
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, CLIENT),
                     "= 0; = 0; = 17; = 0; = -1 ECONNRESET connection reset by peer");
    ck_assert_str_eq(pair_said(p, EVENT_EXIT, CLIENT), "exit");
    pair_free(p);
}
END_TEST

static const struct entry *first(enum event_kind kind, uint32_t host, enum op_verb op)
{
    for (size_t i = 0; i < p->j.len; i++) {
        const struct entry *e = &p->j.entry[i];

        if (e->kind == kind && e->host == host && e->op == op)
            return e;
    }
    ck_abort_msg("no such entry");
}

START_TEST(a_call_carries_the_change_of_state)
{
    article(PROFILE_RFC9293);
    const struct entry *e = first(EVENT_CALL, CLIENT, OP_CONNECT);
    ck_assert_int_eq(e->before, TCP_CLOSED);
    ck_assert_int_eq(e->after, TCP_SYN_SENT);
    ck_assert_uint_gt(e->n_step, 0);
    ck_assert_uint_eq(e->life, 1);
    e = first(EVENT_CALL, SERVER, OP_CLOSE);
    ck_assert_int_eq(e->before, TCP_ESTABLISHED);
    ck_assert_int_eq(e->after, TCP_FIN_WAIT_1);
    e = first(EVENT_CALL, SERVER, OP_LISTEN);
    ck_assert_int_eq(e->after, TCP_LISTEN);
    e = first(EVENT_RESULT, CLIENT, OP_READ);
    ck_assert_int_eq(e->value, -ERR_ECONNRESET);
    bool left[3] = { false }; /* calls tell their own changes; only what exit closes has no call */
    for (size_t i = 0; i < p->j.len; i++) {
        left[p->j.entry[i].host] |= p->j.entry[i].kind == EVENT_EXIT;
        ck_assert(p->j.entry[i].kind != EVENT_STATE || left[p->j.entry[i].host]);
    }
    pair_free(p);
}
END_TEST

START_TEST(an_error_without_a_handler_ends_the_program)
{
    fresh(PROFILE_RFC9293);
    program("client");
    struct op *o = say(OP_CONNECT);
    o->host      = SERVER;
    o->port      = 81;
    text_of(say(OP_PRINT), "never");
    begin();
    start(CLIENT, 1);
    pair_run(p, SEC(5));
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, CLIENT), "connect: connection refused");
    ck_assert_str_eq(pair_said(p, EVENT_EXIT, CLIENT), "exit");
    ck_assert_uint_eq(p->w->region[REGION_SOCK].used, 0);
    ck_assert_uint_eq(p->w->region[REGION_FD].used, 0);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 0);
    pair_free(p);
}
END_TEST

START_TEST(exit_closes_what_is_open)
{
    fresh(PROFILE_RFC9293);
    program("server");
    say(OP_LISTEN)->port = 80;
    say(OP_ACCEPT);
    program("client");
    struct op *o = say(OP_CONNECT);
    o->host      = SERVER;
    o->port      = 80;
    say(OP_READ);
    begin();
    start(SERVER, 1);
    start(CLIENT, 2);
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, CLIENT), "= 0; = 0  end of file");
    ck_assert_str_eq(pair_wire(p), "c:S s:S. c:. s:F. c:. c:F. s:. ");
    ck_assert_str_eq(pair_ss(p, SERVER), "TIME-WAIT 0 0");
    ck_assert_uint_eq(p->w->region[REGION_TIME_WAIT].used, 1);
    ck_assert_uint_eq(p->w->region[REGION_CONN].used, 0);
    pair_free(p);
}
END_TEST

START_TEST(loops_and_drain)
{
    fresh(PROFILE_RFC9293);
    program("server");
    say(OP_LISTEN)->port = 80;
    say(OP_ACCEPT);
    say(OP_READALL);
    text_of(say(OP_PRINT), "{n}");
    program("client");
    struct op *o     = say(OP_CONNECT);
    o->host          = SERVER;
    o->port          = 80;
    say(OP_WRITE)->n = 100000; /* more than the buffers hold: it blocks and goes on */
    o                = say(OP_REPEAT);
    o->n             = 2;
    o->target        = 1;
    say(OP_CLOSE);
    begin();
    start(SERVER, 1);
    start(CLIENT, 2);
    pair_run(p, SEC(100));
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, CLIENT), "= 0; = 100000; = 100000; = 100000; = 0");
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, SERVER), "300000");
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 0);
    pair_free(p);
}
END_TEST

START_TEST(a_program_that_never_waits_does_not_stop_the_world)
{
    fresh(PROFILE_RFC9293);
    program("spin");
    say(OP_GOTO)->target = 0;
    begin();
    start(CLIENT, 1);
    pair_run(p, MSEC(10));
    ck_assert_int_eq(p->w->now, MSEC(10));
    pair_free(p);
}
END_TEST

START_TEST(crash_sends_nothing)
{
    fresh(PROFILE_RFC9293);
    program("server");
    say(OP_LISTEN)->port = 80;
    say(OP_ACCEPT);
    say(OP_SLEEP)->time = SEC(1);
    say(OP_CRASH);
    program("client");
    struct op *o        = say(OP_CONNECT);
    o->host             = SERVER;
    o->port             = 80;
    say(OP_SLEEP)->time = SEC(2);
    text_of(say(OP_WRITE), "hello?");
    say(OP_READ);
    begin();
    start(SERVER, 1);
    start(CLIENT, 2);
    pair_run(p, SEC(2));
    pair_wire(p);
    ck_assert_str_eq(pair_ss(p, SERVER), "");
    ck_assert_uint_eq(p->w->host[1].down, 1);
    pair_run(p, SEC(2));
    ck_assert_str_eq(pair_wire(p), "c:P.+ c:P.+ ");
    ck_assert_uint_eq(first(EVENT_SENT, CLIENT, 0)->rtx, 0);
    uint16_t again = 0;
    for (size_t i = 0; i < p->j.len; i++)
        if (p->j.entry[i].kind == EVENT_SENT && p->j.entry[i].rtx > again)
            again = p->j.entry[i].rtx;
    ck_assert_uint_eq(again, 1);
    start(SERVER, 1); /* it comes back, and knows nothing */
    pair_run(p, SEC(10));
    ck_assert_ptr_nonnull(
        strstr(pair_said(p, EVENT_PRINT, CLIENT), "read: connection reset by peer"));
    pair_free(p);
}
END_TEST

/* -- by hand --------------------------------------------------------------------------------- */

static struct op hand(enum op_verb v)
{
    struct op o = { .verb = (uint8_t)v };

    return o;
}

static void by_hand(void)
{
    struct op o = hand(OP_LISTEN);

    fresh(PROFILE_RFC9293);
    begin();
    o.port = 80;
    pair_op(p, SERVER, o);
    o      = hand(OP_CONNECT);
    o.host = SERVER;
    o.port = 80;
    pair_op(p, CLIENT, o);
}

START_TEST(the_server_closes)
{
    by_hand();
    pair_run(p, SEC(1));
    pair_wire(p);
    pair_op(p, SERVER, hand(OP_CLOSE)); /* the connection, not the listener */
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_wire(p), "s:F. c:. ");
    ck_assert_str_eq(pair_said(p, EVENT_CALL, SERVER), "listen(80); accept(3); close(4)");
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, SERVER), "= 3; = 4  from 10.0.0.1:50000; = 0");
    pair_free(p);
}
END_TEST

START_TEST(a_blocked_read_is_replaced)
{
    by_hand();
    pair_run(p, SEC(1));
    pair_op(p, CLIENT, hand(OP_READ));
    pair_run(p, SEC(1));
    ck_assert_uint_eq(world_app(p->w, p->w->host[0].hand)->state, APP_BLOCKED);
    pair_op(p, CLIENT, hand(OP_CLOSE));
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, CLIENT), "= 0; = 0");
    pair_op(p, CLIENT, hand(OP_WRITE));
    ck_assert_ptr_nonnull(strstr(pair_said(p, EVENT_RESULT, CLIENT), "EBADF"));
    pair_free(p);
}
END_TEST

START_TEST(impatient_connect)
{
    struct op o = hand(OP_CONNECT);

    by_hand();
    o.host = SERVER;
    o.port = 80;
    pair_op(p, CLIENT, o);
    ck_assert_str_eq(pair_said(p, EVENT_RESULT, CLIENT),
                     "= -1 EALREADY operation already in progress");
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0");
    pair_op(p, CLIENT, o); /* a second connection is no mistake */
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_ss(p, CLIENT), "ESTAB 0 0; ESTAB 0 0");
    pair_free(p);
}
END_TEST

START_TEST(a_hand_takes_what_a_program_holds)
{
    fresh(PROFILE_RFC9293);
    program("server");
    say(OP_LISTEN)->port = 80;
    say(OP_ACCEPT);
    say(OP_SLEEP)->time = SEC(100);
    begin();
    start(SERVER, 1);
    struct op o = hand(OP_CONNECT);
    o.host      = SERVER;
    o.port      = 80;
    pair_op(p, CLIENT, o);
    pair_run(p, SEC(1));
    pair_wire(p);
    pair_op(p, SERVER, hand(OP_CLOSE));
    pair_run(p, SEC(1));
    ck_assert_str_eq(pair_wire(p), "s:F. c:. ");
    pair_free(p);
}
END_TEST

/* -- close() that waits, and a write that kills ---------------------------------------------- */

/* The client closes with SO_LINGER 2 after `n` bytes; the server reads them, or does not. */
static void lingering_client(uint32_t n, bool reads)
{
    fresh(PROFILE_LINUX);
    program("server");
    say(OP_LISTEN)->port = 80;
    say(OP_ACCEPT);
    say(reads ? OP_READALL : OP_SLEEP)->time = SEC(60);
    program("client");
    struct op *o     = say(OP_CONNECT);
    o->host          = SERVER;
    o->port          = 80;
    o                = say(OP_SET);
    o->n             = SO_LINGER_;
    o->value         = 2;
    say(OP_WRITE)->n = n;
    say(OP_CLOSE);
    text_of(say(OP_PRINT), "closed {n}");
    begin();
    start(SERVER, 1);
    start(CLIENT, 2);
    pair_run(p, SEC(30));
}

static vtime when_said(enum event_kind kind, uint32_t host, size_t k)
{
    for (size_t i = 0; i < p->j.len; i++)
        if (p->j.entry[i].kind == kind && p->j.entry[i].host == host && k-- == 0)
            return p->j.entry[i].at;
    ck_abort_msg("not said");
    return 0;
}

START_TEST(close_waits_for_the_ack)
{
    lingering_client(20, true);
    vtime called = when_said(EVENT_CALL, CLIENT, 3), returned = when_said(EVENT_RESULT, CLIENT, 3);
    ck_assert_int_ge(returned - called, MSEC(100)); /* the FIN's way, and its ACK's */
    ck_assert_int_le(returned - called, MSEC(150));
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, CLIENT), "closed 0");
    pair_free(p);
}
END_TEST

/* The peer does not read: close() gives up waiting, the connection does not. */
START_TEST(close_does_not_wait_for_ever)
{
    lingering_client(80000, false);
    vtime called = when_said(EVENT_CALL, CLIENT, 3), returned = when_said(EVENT_RESULT, CLIENT, 3);
    ck_assert_int_eq(returned - called, SEC(2));
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, CLIENT), "closed 0");
    ck_assert_str_eq(pair_said(p, EVENT_EXIT, CLIENT), "exit");
    ck_assert_msg(strncmp(pair_ss(p, CLIENT), "FIN-WAIT-1 0 ", 13) == 0, "%s", p->text);
    pair_free(p);
}
END_TEST

/* Who asks for SIGPIPE dies of it; who does not sees EPIPE. */
START_TEST(sigpipe)
{
    fresh(PROFILE_LINUX);
    program("server");
    say(OP_LISTEN)->port = 80;
    say(OP_ACCEPT);
    say(OP_CLOSE);
    program("client");
    struct op *o = say(OP_CONNECT);
    o->host      = SERVER;
    o->port      = 80;
    o            = say(OP_SET);
    o->n         = SO_NOSIGPIPE_;
    o->value     = _i;
    o            = say(OP_ON);
    o->target    = UINT32_MAX - 1;
    text_of(say(OP_WRITE), "one");
    say(OP_SLEEP)->time = SEC(1);
    text_of(say(OP_WRITE), "two");
    text_of(say(OP_PRINT), "{errno}");
    begin();
    start(SERVER, 1);
    start(CLIENT, 2);
    pair_run(p, SEC(30));
    ck_assert_str_eq(pair_said(p, EVENT_PRINT, CLIENT), _i ? "EPIPE" : "");
    ck_assert_str_eq(pair_said(p, EVENT_EXIT, CLIENT),
                     _i ? "exit" : "killed by SIGPIPE, status 141");
    size_t writes = 0;
    for (size_t i = 0; i < p->j.len; i++) {
        writes += p->j.entry[i].kind == EVENT_CALL && p->j.entry[i].op == OP_WRITE;
        if (p->j.entry[i].kind == EVENT_EXIT && p->j.entry[i].host == CLIENT)
            ck_assert_int_eq(p->j.entry[i].value, _i ? 0 : 141);
    }
    ck_assert_uint_eq(writes, 2); /* of the second, and of nothing before */
    pair_free(p);
}
END_TEST

/* A socket that was made for it listens: with its options, and on the port that it is bound to. */
START_TEST(listen_uses_a_fresh_socket)
{
    fresh(PROFILE_RFC9293);
    program("server");
    say(OP_SOCKET);
    struct op *set     = say(OP_SET);
    set->n             = TCP_MAXSEG_;
    set->value         = 500;
    say(OP_BIND)->port = 80;
    say(OP_LISTEN);
    say(OP_ACCEPT);
    struct op *all = say(OP_READ);
    all->n         = 8;
    all->value     = MSG_WAITALL_;
    struct op *cut = say(OP_READ);
    cut->n         = 8;
    cut->value     = MSG_WAITALL_;
    program("client");
    struct op *to = say(OP_CONNECT);
    to->host      = SERVER;
    to->port      = 80;
    text_of(say(OP_WRITE), "one");
    say(OP_SLEEP)->time = SEC(1);
    text_of(say(OP_WRITE), "and two");
    say(OP_SLEEP)->time = SEC(1);
    say(OP_CLOSE);
    begin();
    start(SERVER, 1);
    start(CLIENT, 2);
    pair_run(p, SEC(5));
    for (size_t i = 0; i < p->j.len; i++)
        if (p->j.entry[i].kind == EVENT_SENT && p->j.entry[i].host == SERVER
            && p->j.entry[i].seg.ctl & CTL_SYN)
            ck_assert_uint_eq(p->j.entry[i].seg.mss, 500);
    ck_assert_ptr_nonnull(strstr(pair_said(p, EVENT_CALL, SERVER), "listen()"));
    ck_assert_ptr_nonnull(strstr(pair_said(p, EVENT_CALL, SERVER), "read(4, 8, MSG_WAITALL)"));
    ck_assert_ptr_nonnull(strstr(pair_said(p, EVENT_RESULT, SERVER), "= 8")); /* all of it, */
    ck_assert_ptr_nonnull(strstr(pair_said(p, EVENT_RESULT, SERVER), "= 2")); /* and what is left */
    pair_free(p);
}
END_TEST

SUITE(net_app)
{
    TCase *c = tcase_create("programs");

    tcase_add_loop_test(c, article_resets, 0, 2);
    tcase_add_loop_test(c, article_elsewhere_reads_the_end, 0, 2);
    tcase_add_test(c, article_words);
    tcase_add_test(c, a_call_carries_the_change_of_state);
    tcase_add_test(c, an_error_without_a_handler_ends_the_program);
    tcase_add_test(c, exit_closes_what_is_open);
    tcase_add_test(c, loops_and_drain);
    tcase_add_test(c, a_program_that_never_waits_does_not_stop_the_world);
    tcase_add_test(c, crash_sends_nothing);
    tcase_add_test(c, listen_uses_a_fresh_socket);
    suite_add_tcase(s, c);
    c = tcase_create("hand");
    tcase_add_test(c, the_server_closes);
    tcase_add_test(c, close_waits_for_the_ack);
    tcase_add_test(c, close_does_not_wait_for_ever);
    tcase_add_loop_test(c, sigpipe, 0, 2);
    tcase_add_test(c, a_blocked_read_is_replaced);
    tcase_add_test(c, impatient_connect);
    tcase_add_test(c, a_hand_takes_what_a_program_holds);
    suite_add_tcase(s, c);
}
