/* SPDX-License-Identifier: MIT
 * net_world.h - small worlds for the tests of src/net: client 10.0.0.1 and server 10.0.0.2. */
#ifndef FW_NET_WORLD_TEST_H
#define FW_NET_WORLD_TEST_H

#include "net/inside.h"

#include <string.h>

enum { CLIENT = 1, SERVER = 2 };

static inline struct setup two_hosts(uint64_t seed)
{
    struct setup s = setup_default();

    s.seed  = seed;
    s.hosts = 2;
    strcpy(s.host[0].name, "client");
    strcpy(s.host[1].name, "server");
    addr_parse("10.0.0.1", &s.host[0].addr);
    addr_parse("10.0.0.2", &s.host[1].addr);
    for (int i = 0; i < 2; i++) {
        s.host[i].profile = PROFILE_RFC9293;
        s.host[i].policy  = tcp_policy_of(PROFILE_RFC9293);
    }
    return s;
}

/* Programs that open, talk both ways, half-close and close, and one that talks long. */
static inline struct setup talking_hosts(uint64_t seed, struct op op[32])
{
    struct setup s = two_hosts(seed);
    uint32_t     n = 0;

    memset(op, 0, 32 * sizeof *op);
    op[n++] = (struct op){ .verb = OP_LISTEN, .port = 80 };
    op[n++] = (struct op){ .verb = OP_ACCEPT };
    op[n++] = (struct op){ .verb = OP_READ, .n = 4096 };
    op[n++] = (struct op){ .verb = OP_WRITE, .len = 5, .text = "hello" };
    op[n++] = (struct op){ .verb = OP_SLEEP, .time = MSEC(300) };
    op[n++] = (struct op){ .verb = OP_CLOSE };

    s.program[0] = (struct program){ .name = "serve", .first = 0, .count = n };
    op[n++]      = (struct op){ .verb = OP_SLEEP, .time = MSEC(10) };
    op[n++]      = (struct op){ .verb = OP_CONNECT, .host = SERVER, .port = 80 };
    op[n++]      = (struct op){ .verb = OP_WRITE, .len = 3, .text = "hi!" };
    op[n++]      = (struct op){ .verb = OP_WRITE, .n = 20000 };
    op[n++]      = (struct op){ .verb = OP_READ, .n = 100 };
    op[n++]      = (struct op){ .verb = OP_CLOSE };

    s.program[1] = (struct program){ .name = "ask", .first = 6, .count = n - 6 };
    s.programs   = 2;
    s.op         = op;
    s.n_op       = n;
    return s;
}

static inline struct command start(uint8_t host, uint8_t program)
{
    return (struct command){ .kind = CMD_START, .host = host, .program = program };
}

/* A segment that nobody answers (a RST) of 3 bytes of text. */
static inline struct command inject(uint8_t from, uint8_t to, seq n)
{
    return (struct command){ .kind  = CMD_INJECT,
                             .host  = from,
                             .peer  = to,
                             .sport = 1000,
                             .dport = 2000,
                             .seg   = { .seq = n, .ctl = CTL_RST },
                             .op    = { .len = 3, .text = "abc" } };
}

static inline struct match sent(uint8_t host)
{
    return (struct match){ .kind = EVENT_SENT + 1, .host = host };
}

static inline size_t count(const struct journal *j, enum event_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < j->len; i++)
        n += j->entry[i].kind == kind;
    return n;
}

/* The kth entry of a kind, or NULL. */
static inline const struct entry *find(const struct journal *j, enum event_kind kind, size_t k)
{
    for (size_t i = 0; i < j->len; i++)
        if (j->entry[i].kind == kind && k-- == 0)
            return &j->entry[i];
    return NULL;
}

static inline void run(struct world *w, struct journal *j, vtime until)
{
    while (world_step(w, j, until))
        world_check(w);
    world_check(w);
}

/* FNV-1a over the bytes in use: printed, so that builds can be compared. */
static inline uint64_t hash_world(const struct world *w)
{
    struct blob b = { 0 };
    uint64_t    h = UINT64_C(14695981039346656037);

    world_save(w, &b);
    for (size_t i = 0; i < b.len; i++)
        h = (h ^ b.bytes[i]) * UINT64_C(1099511628211);
    blob_free(&b);
    return h;
}

#endif
