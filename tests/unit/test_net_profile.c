/* SPDX-License-Identifier: MIT
 * test_net_profile.c - one program, four profiles: what its calls return.
 *
 * The sources of what is expected are those of tcp/policy.def. */
#include "pair.h"
#include "test.h"

#include <string.h>

static struct pair *p;

static void run(void) { pair_run(p, MSEC(500)); }

/* The peer has written, and nobody has read it; then the peer aborts.  9293 3.10.7.4/2: "all
 * segment queues should be flushed". */
static int read_what_a_reset_overtook(void)
{
    pair_write(&p->d, p->sfd, "hello");
    run();
    sock_set(&p->d, p->sfd, SO_LINGER_, 0);
    sock_close(&p->d, p->sfd);
    run();
    return pair_read(&p->c, p->cfd);
}

/* The same when the peer falls silent.  3.10.8: "flush all queues". */
static int read_what_a_timeout_overtook(void)
{
    struct command cut = { .kind = CMD_PATH, .action = PATH_CUT, .n = true };

    pair_write(&p->d, p->sfd, "hello");
    run();
    world_do(p->w, &p->j, &cut);
    pair_write(&p->c, p->cfd, "hello");
    pair_run(p, SEC(1000));
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    return pair_read(&p->c, p->cfd);
}

/* But not when both have closed as they should: what came before the FIN can be read. */
static int read_after_the_end(void)
{
    pair_write(&p->d, p->sfd, "hello");
    sock_close(&p->d, p->sfd);
    run();
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    run();
    ck_assert_str_eq(pair_ss(p, CLIENT), "");
    return pair_read(&p->c, p->cfd);
}

/* A RST in the peer's name, with that number. */
static void peer_resets(seq at)
{
    struct command rst = { .kind = CMD_INJECT, .host = SERVER, .peer = CLIENT, .sport = 80 };

    rst.dport   = 50000;
    rst.seg.ctl = CTL_RST;
    rst.seg.seq = at;
    world_do(p->w, &p->j, &rst);
    run();
}

/* The peer has closed, and then it resets. */
static void close_and_reset(void)
{
    sock_close(&p->d, p->sfd);
    run();
    peer_resets(802);
}

static int read_after_fin_and_rst(void)
{
    close_and_reset();
    return pair_read(&p->c, p->cfd);
}

static int error_after_fin_and_rst(void)
{
    close_and_reset();
    return pair_error(&p->c, p->cfd);
}

/* Both have closed, the ACK of the last FIN is lost, and there is a RST in its place. */
static int error_in_last_ack(void)
{
    sock_close(&p->d, p->sfd);
    run();
    pair_drop_next(p, SERVER, CTL_ACK);
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    pair_run(p, MSEC(60));
    ck_assert_str_eq(pair_ss(p, CLIENT), "LAST-ACK 1 1");
    peer_resets(802);
    return pair_error(&p->c, p->cfd);
}

/* SHLD-3: close() while something is unread. */
static int unread_is_reset(void)
{
    pair_write(&p->c, p->cfd, "hello");
    run();
    sock_close(&p->d, p->sfd);
    run();
    return pair_error(&p->c, p->cfd);
}

/* The same when both have closed: there is nobody left to be told, only the wait to be ended. */
static int unread_in_time_wait(void)
{
    sock_shutdown(&p->c, p->cfd, SHUT_WR_);
    pair_write(&p->d, p->sfd, "hello");
    sock_close(&p->d, p->sfd);
    run();
    ck_assert_str_eq(pair_ss(p, CLIENT), "TIME-WAIT 0 0");
    sock_close(&p->c, p->cfd);
    return strcmp(pair_ss(p, CLIENT), "TIME-WAIT 0 0") == 0;
}

static int read_after_shutting_down_reading(void)
{
    sock_shutdown(&p->c, p->cfd, SHUT_RD_);
    pair_write(&p->d, p->sfd, "hello");
    run();
    return pair_read(&p->c, p->cfd);
}

static int write_at_once(void)
{
    static uint8_t much[100000];

    return sock_write(&p->c, p->cfd, much, sizeof much, 0);
}

static int option(enum sock_option o)
{
    int64_t v = -1;

    ck_assert_int_eq(sock_get(&p->c, p->cfd, o, &v), 0);
    return (int)v;
}

static int segment_size(void) { return option(TCP_MAXSEG_); }

static int buffer_that_was_asked_for(void)
{
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_set(&p->c, p->cfd, SO_RCVBUF_, 20000), 0);
    return option(SO_RCVBUF_);
}

static int buffer_of_a_connection(void) { return option(SO_RCVBUF_); }

static const struct {
    int (*story)(void);
    int then[PROFILE_COUNT]; /* rfc793, rfc9293, linux, bsd */
} stories[] = {
    { read_what_a_reset_overtook, { -ERR_ECONNRESET, -ERR_ECONNRESET, 5, 5 } },
    { read_what_a_timeout_overtook, { -ERR_ETIMEDOUT, -ERR_ETIMEDOUT, 5, 5 } },
    { read_after_the_end, { 5, 5, 5, 5 } },
    { read_after_fin_and_rst, { -ERR_ECONNRESET, -ERR_ECONNRESET, 0, -ERR_ECONNRESET } },
    { error_after_fin_and_rst, { ERR_ECONNRESET, ERR_ECONNRESET, ERR_EPIPE, ERR_ECONNRESET } },
    { error_in_last_ack, { 0, 0, ERR_ECONNRESET, ERR_ECONNRESET } },
    { unread_is_reset, { 0, ERR_ECONNRESET, ERR_ECONNRESET, ERR_ECONNRESET } },
    { unread_in_time_wait, { 1, 0, 1, 0 } },
    { read_after_shutting_down_reading, { 0, 0, 5, 0 } },
    { write_at_once, { 65536, 65536, 87040, 32768 } },
    { segment_size, { 1460, 1460, 1448, 1460 } },
    { buffer_of_a_connection, { 65535, 65535, 65535, 65700 } }, /* BSD: whole segments */
    { buffer_that_was_asked_for, { 20000, 20000, 40000, 20000 } },
};

START_TEST(story)
{
    for (int i = 0; i < PROFILE_COUNT; i++) {
        p = pair_new((enum profile)i);
        pair_open(p);
        int got = stories[_i].story();
        ck_assert_msg(got == stories[_i].then[i], "%s: %d, not %d", profile_name[i], got,
                      stories[_i].then[i]);
        pair_free(p);
    }
}
END_TEST

SUITE(net_profile)
{
    TCase *c = tcase_create("stories");

    tcase_add_loop_test(c, story, 0, (int)(sizeof stories / sizeof stories[0]));
    suite_add_tcase(s, c);
}
