/* SPDX-License-Identifier: MIT
 * through.c - bulk text through sockets: two hosts, demultiplexer, alarms, a link, and the journal.
 */
#include "bench.h"

#include "net/journal.h"
#include "net/sock.h"
#include "net/world.h"

#include <assert.h>
#include <string.h>

enum { CLIENT = 1, SERVER = 2, CHUNK = 8192, BULK = 8 * 1000 * 1000, JOURNAL = 1000 };

static struct world *new_world(enum profile p)
{
    struct setup s = setup_default();

    s.seed  = 1;
    s.hosts = 2;
    for (int i = 0; i < 2; i++) {
        strcpy(s.host[i].name, i ? "server" : "client");
        addr_parse(i ? "10.0.0.2" : "10.0.0.1", &s.host[i].addr);
        s.host[i].profile   = p;
        s.host[i].policy    = tcp_policy_of(p);
        s.path[i][!i].delay = MSEC(1);
    }
    return world_new(&s);
}

static double bulk(enum profile p, bool told)
{
    static uint8_t  buf[CHUNK];
    struct journal  j  = { .len = 0 };
    struct world   *w  = new_world(p);
    struct net_call c  = { .w = w, .host = CLIENT, .j = told ? &j : NULL };
    struct net_call d  = { .w = w, .host = SERVER, .j = c.j };
    struct endpoint to = { .addr = w->host[1].addr, .port = 80 };
    int             l = sock_socket(&d), from = sock_socket(&c), at = -1, r;
    uint64_t        read = 0;

    sock_bind(&d, l, &(struct endpoint){ .port = 80 });
    sock_listen(&d, l, 1);
    sock_connect(&c, from, &to);
    while (at < 0 && world_step(w, c.j, SEC(10)))
        at = sock_accept(&d, l, NULL);
    assert(at >= 0);
    uint64_t sent = world_conn(w, 1)->bytes_out; /* nothing yet */
    double   t0   = bench_cpu();
    while (read - sent < BULK) {
        while (sock_write(&c, from, buf, sizeof buf, 0) > 0)
            continue;
        bool on = world_step(w, c.j, w->now + SEC(10));
        assert(on);
        (void)on;
        while ((r = sock_read(&d, at, buf, sizeof buf, 0)) > 0)
            read += (uint64_t)r;
        if (j.len > JOURNAL)
            journal_cut(&j, 0);
    }
    double t = bench_cpu() - t0;
    journal_free(&j);
    world_free(w);
    return 1e9 * t * 1460 / BULK;
}

static double plain(void) { return bulk(PROFILE_RFC9293, false); }
static double told(void) { return bulk(PROFILE_RFC9293, true); }
static double as_linux(void) { return bulk(PROFILE_LINUX, false); }

void bench_world(void)
{
    bench_say("bulk, sockets over a simulated link", bench_runs(plain, 7), "ns a data segment",
              "ns-3 18981");
    bench_say("... with timestamps, SACK, RACK, CUBIC", bench_runs(as_linux, 7),
              "ns a data segment", "");
    bench_say("... told to a journal, with every reason", bench_runs(told, 7), "ns a data segment",
              "");
}
