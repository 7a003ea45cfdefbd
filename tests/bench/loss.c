/* SPDX-License-Identifier: MIT
 * loss.c - one segment in a hundred is lost: what arrives, and what a segment then costs.
 *
 *      100 Mbit/s, a round trip of 20 ms; chance takes text only, never ACKs.  The n-th segment of
 * a seed meets the same fate whoever sends it, and each figure is the median of some seeds.
 *
 * The transfer without loss is as long, in segments, as the one with loss.
 */
#include "bench.h"

#include "net/sock.h"
#include "net/world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CLIENT = 1, SERVER = 2, CHUNK = 16384, SECONDS = 30, SEEDS = 9, RUNS = 3 };

struct run {
    double goodput; /* Mbit/s */
    double cost;    /* ns of CPU for each segment that was sent, ACKs included */
    double text;    /* the same, for each that carried text */
};

static struct world *new_world(const struct tcp_policy *p, uint64_t seed, uint32_t percent)
{
    struct setup s = setup_default();

    s.seed  = seed;
    s.hosts = 2;
    for (int i = 0; i < 2; i++) {
        strcpy(s.host[i].name, i ? "server" : "client");
        addr_parse(i ? "10.0.0.2" : "10.0.0.1", &s.host[i].addr);
        s.host[i].profile   = PROFILE_LINUX;
        s.host[i].policy    = *p;
        s.path[i][!i].delay = MSEC(10);
        s.path[i][!i].rate  = 100 * 1000 * 1000;
    }
    s.path[0][1].loss = (struct ratio){ percent, 100 };
    return world_new(&s);
}

static struct run transfer(const struct tcp_policy *p, uint64_t seed, uint32_t percent,
                           uint64_t most)
{
    static uint8_t  buf[CHUNK];
    struct world   *w = new_world(p, seed, percent);
    struct net_call c = { .w = w, .host = CLIENT }, d = { .w = w, .host = SERVER };
    struct endpoint to = { .addr = w->host[1].addr, .port = 80 };
    int             l = sock_socket(&d), from = sock_socket(&c), at = -1, r;
    uint64_t        read = 0;

    sock_bind(&d, l, &(struct endpoint){ .port = 80 });
    sock_listen(&d, l, 1);
    sock_connect(&c, from, &to);
    while (at < 0 && world_step(w, NULL, SEC(100)))
        at = sock_accept(&d, l, NULL);
    assert(at >= 0);
    vtime  began = w->now;
    double t0    = bench_cpu();
    while (w->now < began + SEC(SECONDS) && read < most) {
        while (sock_write(&c, from, buf, sizeof buf, 0) > 0)
            continue;
        world_step(w, NULL, began + SEC(SECONDS));
        while ((r = sock_read(&d, at, buf, sizeof buf, 0)) > 0)
            read += (uint64_t)r;
    }
    double     t   = bench_cpu() - t0;
    double     sum = (double)(w->host[0].segs_out + w->host[1].segs_out);
    struct run got = { 8 * (double)read / (double)(w->now - began), 1e9 * t / sum,
                       1e9 * t / (double)w->host[0].segs_out };
    world_free(w);
    return got;
}

static void one(const char *name, uint32_t cc, uint32_t count_on, const char *others)
{
    struct tcp_policy p = tcp_policy_of(PROFILE_LINUX);
    double            good[SEEDS], cost[SEEDS], text[SEEDS];
    char              words[80];

    p.cc       = cc;
    p.count_on = count_on;
    for (uint32_t i = 0; i < SEEDS; i++) {
        double with[RUNS], without[RUNS], texts[RUNS], textless[RUNS];

        for (int k = 0; k < RUNS; k++) {
            struct run a = transfer(&p, i + 1, 1, UINT64_MAX);
            struct run b = transfer(&p, i + 1, 0, (uint64_t)(a.goodput * 125000 * SECONDS));

            good[i]     = a.goodput;
            with[k]     = a.cost;
            without[k]  = b.cost;
            texts[k]    = a.text;
            textless[k] = b.text;
        }
        cost[i] = bench_median(with, RUNS) / bench_median(without, RUNS);
        text[i] = bench_median(texts, RUNS) / bench_median(textless, RUNS);
    }
    snprintf(words, sizeof words, "1 %% loss, 100 Mbit/s, 20 ms, %s", name);
    bench_say(words, bench_median(good, SEEDS), "Mbit/s", others);
    bench_say("... CPU of a segment, to that without loss", bench_median(cost, SEEDS), "times", "");
    bench_say("... the same of one with text, its ACKs included", bench_median(text, SEEDS),
              "times", "");
}

void bench_loss(void)
{
    one("Reno and SACK", 1, 0, "lwIP 5.4, ns-3 3.8, Linux 6.3");
    one("the same, what was counted before a loss kept", 1, 1, "");
    one("CUBIC", 2, 0, "Linux 5.7");
}
