/* SPDX-License-Identifier: MIT
 * calls.c - calls [N]: scripts of calls on sockets, ours beside this machine's kernel's.
 *
 * Not asked, for it is not the same: a second connect() that is not waited for, which Linux answers
 * with 0 once, and after one in vain with ECONNABORTED; connect() on a listener, which is EISCONN
 * there and EOPNOTSUPP here, as POSIX has it.
 *
 * Exit status: 0 all equal, 1 some differ, 77 cannot be played here.
 */
#include "calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

const struct verb verbs[] = {
    { "open", 0, 0, false },
    { "accept", 0, 0, false },
    { "listen", 0, 0, false },
    { "connect", 0, 0, false },
    { "write", 0, 0, false },
    { "read", 0, 0, false },
    { "peek", 0, 0, false },
    { "shutdown", 0, 0, false },
    { "close", 0, 0, false },
    { "linger", SOL_SOCKET, SO_LINGER, false },
    { "reuse", SOL_SOCKET, SO_REUSEADDR, false },
    { "keepalive", SOL_SOCKET, SO_KEEPALIVE, false },
    { "rcvbuf", SOL_SOCKET, SO_RCVBUF, false },
    { "sndbuf", SOL_SOCKET, SO_SNDBUF, false },
    { "nodelay", IPPROTO_TCP, TCP_NODELAY, false },
    { "cork", IPPROTO_TCP, TCP_CORK, false },
    { "keepidle", IPPROTO_TCP, TCP_KEEPIDLE, false },
    { "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL, false },
    { "keepcnt", IPPROTO_TCP, TCP_KEEPCNT, false },
    { "user_timeout", IPPROTO_TCP, TCP_USER_TIMEOUT, false },
    { "linger2", IPPROTO_TCP, TCP_LINGER2, false },
    { "error?", SOL_SOCKET, SO_ERROR, true },
    { "reuse?", SOL_SOCKET, SO_REUSEADDR, true },
    { "keepalive?", SOL_SOCKET, SO_KEEPALIVE, true },
    { "rcvbuf?", SOL_SOCKET, SO_RCVBUF, true },
    { "sndbuf?", SOL_SOCKET, SO_SNDBUF, true },
    { "nodelay?", IPPROTO_TCP, TCP_NODELAY, true },
    { "cork?", IPPROTO_TCP, TCP_CORK, true },
    { "keepidle?", IPPROTO_TCP, TCP_KEEPIDLE, true },
    { "keepintvl?", IPPROTO_TCP, TCP_KEEPINTVL, true },
    { "keepcnt?", IPPROTO_TCP, TCP_KEEPCNT, true },
    { "user_timeout?", IPPROTO_TCP, TCP_USER_TIMEOUT, true },
    { "linger2?", IPPROTO_TCP, TCP_LINGER2, true },
    { NULL, 0, 0, false },
};

#define LISTEN "l open; l listen 8; "
#define PAIR   LISTEN "c open; c connect; s accept; "

static const char *const scripts[] = {
    PAIR "s close; c read 100; c write 10; c read 100; c write 10; c write 10; c error?",
    PAIR "s close; c write 10; c error?; c error?; c read 10; c write 10",
    PAIR "c write 5; s close; c read 100; c read 100; c write 10; c error?",
    PAIR "c write 5; s write 20; s close; c read 100; c read 100; c read 100; c write 1",
    PAIR "s linger 0; s close; c read 100; c read 100; c write 10; c close",
    PAIR "c shutdown 1; s write 10; c read 100; c write 10; s read 10; s close; c read 10; c close",
    PAIR "c close; s read 10; s write 10; s write 10; s error?; s close",
    PAIR "c write 100; c close; s peek 10; s read 50; s read 50; s read 10; s close",
    PAIR "c write 100; c close; s close",
    PAIR "c shutdown 0; c read 10; s write 10; c read 10; c read 10; c write 10; s read 100",
    PAIR
    "c shutdown 2; c read 10; c write 10; s read 10; s write 10; s write 10; c read 10; c error?",
    PAIR "c shutdown 1; s shutdown 1; c read 1; s read 1; c close; s close",
    PAIR "c shutdown 1; c shutdown 1; c shutdown 0; c shutdown 2; s close; c shutdown 1; c close",
    PAIR "c close; s close; c open",
    PAIR "s close; c close; l close; l open; l reuse 1",
    "c open; c read 10; c write 10; c shutdown 2; c listen 1; c error?; c close",
    "c open; c connect; c error?; c read 10; c write 10; c close",
    "c open; c connect; c read 10; c error?; c shutdown 1",
    "l open; l read 1; l write 1; l listen 0; l listen 5; l read 1; l write 1; s accept",
    "l open; l listen 0; c open; c connect; d open; d connect; e open; e connect; s accept; t "
    "accept",
    "l open; l listen 1; c open; c connect; d open; d connect; e open; e connect; c write 10; "
    "s accept; s read 100; d close; t accept; t read 10; t write 10",
    LISTEN "c open; c connect; c write 10; c close; s accept; s read 100; s read 1; s write 1",
    LISTEN "c open; c connect; c linger 0; c close; s accept; s read 10; s error?; s close",
    LISTEN "c open; c connect; l close; c read 10; c write 10; c error?; c close",
    PAIR "l close; c write 10; s read 100; s write 10; c read 100; c close; s close",
    PAIR "c listen 1; s connect; s listen 1; c close",
    PAIR "c open; d open; d connect; t accept; t connect; d close; t read 1; t close",
    "c open; c nodelay?; c nodelay 5; c nodelay?; c cork 1; c cork?; c reuse?; c reuse 7; c "
    "reuse?; "
    "c keepalive 2; c keepalive?; c keepidle?; c keepintvl?; c keepcnt?; c linger2?",
    "c open; c keepidle 0; c keepidle 32767; c keepidle?; c keepidle 32768; c keepintvl 0; "
    "c keepintvl 5; c keepintvl?; c keepcnt 0; c keepcnt 127; c keepcnt 128; c keepcnt?",
    "c open; c user_timeout 1000; c user_timeout?; c user_timeout 0; c user_timeout?; c linger2 5; "
    "c linger2?; c linger2 121; c linger2 0; c linger2?",
    "c open; c rcvbuf 20000; c rcvbuf?; c sndbuf 20000; c sndbuf?; c rcvbuf 1; c rcvbuf?; "
    "c sndbuf 1; c sndbuf?; c rcvbuf 0",
    PAIR "s nodelay?; s keepalive?; c user_timeout 1; c user_timeout?; c keepalive 1; c keepidle?",
    "l open; l nodelay 1; l keepalive 1; l keepidle 5; l listen 3; c open; c connect; s accept; "
    "s nodelay?; s keepalive?; s keepidle?; s reuse?",
    PAIR "c peek 10; s write 10; c peek 4; c peek 100; c read 4; c peek 100; c read 100; c peek 1",
    PAIR "s cork 1; s write 10; c read 10; s cork 0; c read 10",
    PAIR "c read 0; c write 0; s close; c read 0; c read 1; c write 0",
    /* who leaks CLOSE_WAIT: the peer has closed, and nobody has noticed */
    PAIR "c close; s error?; s write 10; s error?; s write 10; s error?; s read 10; s close",
    PAIR "c write 20; c close; s read 10; s error?; s read 20; s error?; s read 1; s close",
    PAIR
    "c close; s keepalive 1; s error?; s keepidle 1; s read 1; s error?; s shutdown 1; s close",
    PAIR "c shutdown 1; s read 1; s error?; s write 10; c read 10; s close; c read 1; c error?; c "
         "close",
    PAIR "c shutdown 1; s shutdown 1; s error?; s read 1; c error?; c read 1; s close; c close",
    PAIR "c shutdown 1; s shutdown 0; s read 1; s write 5; s close; c read 9; c read 9; c error?",
    PAIR "c shutdown 1; c shutdown 0; s write 5; s write 5; s error?; c read 9; c error?; s close",
    PAIR "c shutdown 2; s error?; s read 1; s write 5; s error?; s write 5; s error?; s read 1",
    /* connection reset by peer */
    PAIR "s write 5; c close; s error?; s error?; s read 1; s write 1; s close",
    PAIR "s write 5; c close; s read 1; s error?; s read 1; s write 1; s close",
    PAIR "s write 5; c close; s write 1; s error?; s write 1; s read 1; s close",
    PAIR "c write 9; s linger 0; s close; c error?; c read 1; c error?; c write 1; c error?",
    PAIR "s write 9; s linger 0; s close; c error?; c read 20; c read 1; c write 1; c close",
    PAIR
    "s write 9; s linger 0; s close; c read 5; c error?; c read 5; c read 5; c error?; c close",
    PAIR
    "s linger 0; s close; c write 1; c write 1; c error?; c read 1; c shutdown 1; c shutdown 0",
    PAIR "c write 9; s close; c peek 1; c write 1; c peek 1; c error?; c shutdown 2; c close",
    PAIR "c linger 5; c write 9; c close; s read 20; s read 20; s error?; s close",
    PAIR "c linger -1; c write 9; c close; s read 20; s read 20; s error?; s close",
    PAIR "c linger 0; c shutdown 1; c close; s read 1; s error?; s write 1; s close",
    PAIR "c shutdown 1; s shutdown 1; c linger 0; c close; s read 1; s error?; s close",
    PAIR "s write 9; c shutdown 1; c linger 0; c close; s error?; s read 1; s write 1; s close",
    /* broken pipe */
    PAIR "s close; c error?; c write 1; c error?; c write 1; c error?; c write 1; c close",
    PAIR "s close; c write 1; c write 1; c write 1; c read 1; c error?; c close",
    PAIR "s close; c read 1; c write 1; c read 1; c error?; c read 1; c write 1; c error?",
    PAIR "c shutdown 1; c write 1; c error?; c read 1; s close; c write 1; c error?; c read 1",
    PAIR "s shutdown 0; c write 1; s read 9; s error?; c write 1; s read 9; s close; c write 1; c "
         "error?; c write 1",
    PAIR "s shutdown 2; c write 1; c error?; c write 1; c read 1; c error?; s read 1; s close",
    /* nobody accepts, nobody listens */
    LISTEN
    "c open; c connect; c write 9; l close; c error?; c error?; c read 1; c write 1; c close",
    LISTEN "c open; c connect; c shutdown 1; s accept; s read 1; s write 5; c read 9; s close; c "
           "close",
    LISTEN "c open; c connect; c write 9; c shutdown 2; s accept; s read 9; s read 9; s write 1; s "
           "error?; s close",
    "c open; c error?; c connect; c error?; c error?; c read 1; c error?; c write 1; c close",
    PAIR "d open; d connect; t accept; c close; t write 5; d read 9; s read 1; s close; d close; t "
         "read 1; t close",
};

const struct verb *verb_named(const char *word, size_t len)
{
    const struct verb *v = verbs;

    while (v->name && (strlen(v->name) != len || strncmp(v->name, word, len) != 0))
        v++;
    return v->name ? v : NULL;
}

static int same_line(const struct line *a, const struct line *b)
{
    return a->state == b->state && a->recv_q == b->recv_q && a->send_q == b->send_q;
}

static bool same(const struct called *a, const struct called *b)
{
    if (a->result != b->result || memcmp(a->events, b->events, sizeof a->events) != 0)
        return false;
    for (int i = 0; i < 2 * CLIENTS; i++)
        if (!same_line(&a->line[i], &b->line[i]))
            return false;
    return true;
}

static void print(const char *who, const struct called *r)
{
    static const char name[] = "lcdestu";

    printf("   %s %ld, poll", who, r->result);
    for (int i = 0; i < NAMES; i++)
        if (r->events[i])
            printf(" %c %#x", name[i], (unsigned)r->events[i]);
    for (int i = 0; i < 2 * CLIENTS; i++)
        if (r->line[i].state)
            printf(", %c: state %d %u %u", i % 2 ? name[4 + i / 2] : name[1 + i / 2],
                   r->line[i].state, r->line[i].recv_q, r->line[i].send_q);
    puts("");
}

/* One script, in a process of its own: a namespace is not left again. */
static int play(const char *script)
{
    static const char name[] = "lcdestu";
    struct ours      *o      = ours_open();
    const char       *why    = theirs_open();

    if (why) {
        fprintf(stderr, "calls: %s\n", why);
        return 77;
    }
    for (const char *p = script; *p;) {
        const char        *who  = strchr(name, *p);
        size_t             word = strcspn(p + 2, " ;"), all = strcspn(p, ";");
        const struct verb *v = verb_named(p + 2, word);
        long               n = strtol(p + 2 + word, NULL, 10);
        struct called      mine, real;

        if (!who || !v)
            return 2;
        ours_call(o, (int)(who - name), v, n, &mine);
        theirs_call((int)(who - name), v, n, &real);
        if (!same(&mine, &real)) {
            printf("%s\n at \"%.*s\":\n", script, (int)all, p);
            print("ours  ", &mine);
            print("kernel", &real);
            return 1;
        }
        p += all;
        p += strspn(p, "; ");
    }
    ours_close(o);
    theirs_close();
    return 0;
}

int main(int argc, char **argv)
{
    size_t n = sizeof scripts / sizeof *scripts, equal = 0;
    size_t only = argc > 1 ? strtoul(argv[1], NULL, 10) : 0; /* from 1 */
    int    status;

    for (size_t i = 0; i < n; i++) {
        if (only && i + 1 != only)
            continue;
        fflush(stdout);
        if (fork() == 0)
            exit(play(scripts[i]));
        if (wait(&status) < 0 || !WIFEXITED(status))
            return 2;
        if (WEXITSTATUS(status) == 77)
            return 77;
        equal += WEXITSTATUS(status) == 0;
    }
    printf("calls: %zu/%zu scripts alike\n", equal, only ? 1 : n);
    return equal == (only ? 1 : n) ? 0 : 1;
}
