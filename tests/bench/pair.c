/* SPDX-License-Identifier: MIT
 * pair.c - two engines and a wire, and nothing around them: what a stack costs that others measure
 * alone.
 *
 *      user's buffer -> ring -> datagram, with checksums -> judged -> ring -> user's buffer
 *
 * There is no world here, no journal, no demultiplexer; time goes on by itself.
 */
#include "bench.h"

#include "tcp/tcp.h"
#include "tcp/wire.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { RING = 1 << 17, NODES = 4096, CHUNK = 8192, BULK = 20 * 1000 * 1000, LIVES = 2000 };

struct end {
    struct tcb      tcb;
    struct tcp_env  env;
    struct endpoint here;
    uint8_t         out[RING], in[RING]; /* by sequence number, modulo its size */
    uint64_t        read;
};

static struct tcp_node   node[NODES];
static uint32_t          node_free;
static struct tcp_policy policy;
static struct end        client, server;
static uint64_t          segments; /* that carried text */

static void begin(enum profile p)
{
    policy = tcp_policy_of(p);
    memset(node, 0, sizeof node);
    for (uint32_t i = 1; i + 1 < NODES; i++)
        node[i].next = i + 1;
    node_free = 1;
    segments  = 0;
    memset(&client, 0, sizeof client);
    memset(&server, 0, sizeof server);
    client.env = server.env =
        (struct tcp_env){ .policy = &policy, .pool = { .node = node, .free = &node_free } };
    addr_parse("10.0.0.1", &client.here.addr);
    addr_parse("10.0.0.2", &server.here.addr);
    client.here.port = 50000;
    server.here.port = 80;
}

static void ring_put(uint8_t *ring, seq at, const uint8_t *from, uint32_t n)
{
    uint32_t i = at % RING, k = n < RING - i ? n : RING - i;

    memcpy(ring + i, from, k);
    memcpy(ring, from + k, n - k);
}

static void ring_get(const uint8_t *ring, seq at, uint8_t *to, uint32_t n)
{
    uint32_t i = at % RING, k = n < RING - i ? n : RING - i;

    memcpy(to, ring + i, k);
    memcpy(to + k, ring, n - k);
}

/* One segment from a to b, if a has one. */
static bool pass(struct end *a, struct end *b)
{
    uint8_t         text[WIRE_MAX], bytes[WIRE_MAX];
    const uint8_t  *said;
    struct segment  s;
    struct endpoint from, to;
    struct tcp_take take;

    if (!tcp_output(&a->tcb, &a->env, &s))
        return false;
    ring_get(a->out, s.seq + !!(s.ctl & CTL_SYN), text, s.len);
    segments += s.len > 0;
    size_t n = wire_encode(bytes, &a->here, &b->here, &s, text, 0);
    a->env.now++;
    b->env.now = a->env.now;

    enum wire_verdict v = wire_decode(bytes, n, &from, &to, &s, &said);
    assert(v == WIRE_OK);
    (void)v;
    tcp_segment_arrives(&b->tcb, &b->env, &s, &take);
    ring_put(b->in, take.at, said + take.off, take.len);
    return true;
}

static void settle(void)
{
    while (pass(&client, &server) || pass(&server, &client))
        continue;
}

static void open_both(void)
{
    client.tcb = tcp_new(&policy);
    server.tcb = tcp_new(&policy);
    tcp_open_passive(&server.tcb, &server.env);
    tcp_open_active(&client.tcb, &client.env, true);
    settle();
    assert(server.tcb.state == TCP_ESTABLISHED);
}

static void read_all(struct end *e)
{
    uint8_t  buf[CHUNK];
    uint32_t n  = e->tcb.rcv.user, got;
    seq      at = e->tcb.rcv.nxt - n;

    for (; n; n -= got, at += got) {
        tcp_receive(&e->tcb, &e->env, n < CHUNK ? n : CHUNK, &got);
        ring_get(e->in, at, buf, got);
        e->read += got;
    }
}

static void write_some(struct end *e)
{
    static const uint8_t text[CHUNK];

    while (tcp_room(&e->tcb, &policy) >= CHUNK) {
        ring_put(e->out, e->tcb.snd.end, text, CHUNK);
        tcp_send(&e->tcb, &e->env, CHUNK, false, false);
    }
}

/* The receiver reads what has come after every segment; the sender refills as the ACKs come. */
static double bulk_of(enum profile p)
{
    begin(p);
    open_both();
    double t0 = bench_cpu();
    while (server.read < BULK) {
        write_some(&client);
        while (pass(&client, &server)) {
            read_all(&server);
            pass(&server, &client);
        }
        if (tcp_deadline(&server.tcb) < tcp_deadline(&client.tcb)) { /* an ACK that was delayed */
            client.env.now = server.env.now = tcp_deadline(&server.tcb);
            tcp_timeout(&server.tcb, &server.env);
        }
        settle();
    }
    return 1e9 * (bench_cpu() - t0) / (double)segments;
}

static double bulk_plain(void) { return bulk_of(PROFILE_RFC9293); }
static double bulk_linux(void) { return bulk_of(PROFILE_LINUX); }

/* Opened, closed by both, TIME_WAIT kept as a record, and expired. */
static double lives(void)
{
    begin(PROFILE_RFC9293);
    double t0 = bench_cpu();
    for (int i = 0; i < LIVES; i++) {
        open_both();
        tcp_close(&client.tcb, &client.env);
        settle();
        tcp_close(&server.tcb, &server.env);
        settle();
        assert(server.tcb.state == TCP_CLOSED);
        struct tcp_time_wait w = tcp_pack(&client.tcb);
        tcp_forget(&client.tcb, &client.env);
        client.env.now = server.env.now = w.deadline;
        client.tcb                      = tcp_unpack(&w, &policy);
        tcp_timeout(&client.tcb, &client.env);
        assert(client.tcb.state == TCP_CLOSED);
    }
    return 1e9 * (bench_cpu() - t0) / LIVES;
}

#ifdef COUNT_MAIN
/* For who counts instructions (count.sh): once, and of how many segments or lives. */
int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "plain";
    bool        life = strcmp(what, "life") == 0;

    (void)(life ? lives() : strcmp(what, "linux") == 0 ? bulk_linux() : bulk_plain());
    printf("%llu\n", life ? (unsigned long long)LIVES : (unsigned long long)segments);
    return 0;
}
#endif

void bench_pair(void)
{
    bench_say("bulk, engine and wire", bench_runs(bulk_plain, 9), "ns a data segment",
              "lwIP 562, smoltcp 414");
    bench_say("... with timestamps, SACK, RACK, CUBIC", bench_runs(bulk_linux, 9),
              "ns a data segment", "");
    bench_say("connection life, engine and wire", bench_runs(lives, 9), "ns",
              "lwIP 2390, smoltcp 2470");
}
