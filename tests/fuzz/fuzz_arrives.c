/* SPDX-License-Identifier: MIT
 * fuzz_arrives.c - libFuzzer: user calls, segments and clocks against the engine, with tiny windows
 * and a pool of a few nodes.
 *
 *   make MODE=fuzz CC=clang build/fuzz/fuzz_arrives && build/fuzz/fuzz_arrives -max_len=600
 *
 * An input is a script of bytes.  Its first byte chooses between two games:
 *
 *   hostile  one connection, and segments made up near the edges of its windows
 *   pair     two connections, and a path between them that loses, doubles and reorders; what one
 *            side reads must be a prefix of what the other wrote
 *
 * tcp_check() is called by the engine itself at the end of every call; here the streams, the
 * bounds of what the caller is asked to keep, and the pool are checked on top.
 */
#include "tcp/tcp.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { NODES = 12, STEPS = 64, FLIGHT = 16, RING = 1 << 16, OPS_MAX = 600 };

struct in {
    const uint8_t *p, *end;
};

static uint8_t get(struct in *in) { return in->p < in->end ? *in->p++ : 0; }
static bool    more(const struct in *in) { return in->p < in->end; }

struct side {
    struct tcb t;
    seq        origin;     /* of the peer's numbers: where its text begins, once known */
    uint8_t    kept[RING]; /* bytes kept, by number modulo the ring */
    uint8_t    mark[RING]; /* was this number kept? */
    uint32_t   read;       /* bytes read by the user, ever */
    uint32_t   written;
};

struct world {
    struct tcp_policy policy;
    struct tcp_node   node[NODES + 1];
    uint32_t          free;
    struct step       step[STEPS];
    struct trace      trace;
    struct tcp_env    env;
    uint32_t          challenges;
    struct side       side[2];
    struct {
        struct segment seg;
        uint8_t        to, live;
    } way[FLIGHT];
};

static struct world w;

static uint32_t pool_left(void)
{
    uint32_t n = 0;

    for (uint32_t i = w.free; i; i = w.node[i].next)
        n++;
    return n;
}

static void start(struct in *in)
{
    uint8_t p = get(in), tiny = get(in);

    memset(&w, 0, sizeof w);
    w.policy = tcp_policy_of((enum profile)(p % PROFILE_COUNT));
    if (p & 0x10)
        w.policy.time_wait = 0;
    if (p & 0x20)
        w.policy.tw_ignore_rst = 1;
    if (p & 0x40)
        w.policy.r2_count = 3;
    if (p & 0x80)
        w.policy.fin_wait_2_dead = 1;
    w.policy.ecn     = (p >> 2) % 3;
    w.policy.rcv_buf = 1u + tiny % 97;
    w.policy.snd_buf = 1u + tiny % 251;
    w.policy.mss     = 64;
    for (uint32_t i = tiny & 1 ? 2 : NODES; i >= 1; i--) {
        w.node[i].next = w.free;
        w.free         = i;
    }
    w.trace      = (struct trace){ .step = w.step, .cap = STEPS };
    w.challenges = 20;
    w.env        = (struct tcp_env){ .now        = SEC(1),
                                     .policy     = &w.policy,
                                     .pool       = { w.node, &w.free, NULL },
                                     .trace      = &w.trace,
                                     .challenges = tiny & 2 ? &w.challenges : NULL };
    for (int i = 0; i < 2; i++)
        w.side[i].t = tcp_new(&w.policy);
}

static uint8_t letter(int side, uint32_t off) { return (uint8_t)(off * 7 + (off >> 8) + side); }

/* What the engine asked to keep lies in the segment, and in what it may offer. */
static void keep(struct side *s, const struct segment *seg, const struct tcp_take *k, int from)
{
    if (k->len == 0)
        return;
    assert(k->off + k->len <= seg->len);
    assert(k->at == seg->seq + ((seg->ctl & CTL_SYN) ? 1 : 0) + k->off);
    for (uint32_t i = 0; i < k->len; i++) {
        seq n = k->at + i;
        if (!s->mark[n % RING]) {
            s->mark[n % RING] = 1;
            s->kept[n % RING] = letter(from, n - s->t.irs - 1);
        }
    }
}

static void show(struct side *s, const struct segment *seg, int from)
{
    struct tcp_take k;
    struct segment  rst;

    w.trace.len = 0;
    tcp_segment_arrives(&s->t, &w.env, seg, &k);
    tcp_check(&s->t, &w.env);
    assert(w.trace.len > 0 || k.unowned);
    if (k.unowned)
        (void)tcp_unowned(&w.env, seg, &rst);
    if (s->t.state == TCP_LISTEN)
        return;
    keep(s, seg, &k, from);
}

/* The user reads: every byte must have been kept before, and be the right one. */
static void readn(struct side *s, uint32_t n, int from)
{
    uint32_t got;
    seq      at = s->t.rcv.nxt - tcp_fin_received(&s->t) - s->t.rcv.user;

    w.trace.len = 0;
    (void)tcp_receive(&s->t, &w.env, n, &got);
    assert(got <= n);
    for (uint32_t i = 0; i < got; i++) {
        assert(s->mark[(at + i) % RING]);
        s->mark[(at + i) % RING] = 0;
        assert(s->kept[(at + i) % RING] == letter(from, s->read + i));
    }
    if (got)
        assert(at == s->t.irs + 1 + s->read);
    s->read += got;
}

static void put_on_way(const struct segment *seg, int to)
{
    for (int i = 0; i < FLIGHT; i++)
        if (!w.way[i].live) {
            w.way[i].seg  = *seg;
            w.way[i].to   = (uint8_t)to;
            w.way[i].live = 1;
            return;
        }
}

static void drain(int i, bool pair)
{
    struct segment out;
    int            n = 0;

    tcp_check(&w.side[i].t, &w.env);
    w.trace.len = 0;
    while (tcp_output(&w.side[i].t, &w.env, &out)) {
        assert(++n < 200);
        assert(w.trace.len > 0);
        assert(out.len <= w.side[i].t.mss_out);
        tcp_check(&w.side[i].t, &w.env);
        w.trace.len = 0;
        if (pair)
            put_on_way(&out, !i);
    }
}

static void user(struct side *s, struct in *in, int other)
{
    struct tcb *t = &s->t;
    uint8_t     b = get(in);
    uint32_t    n = get(in) % 120;

    w.env.iss   = get(in) & 1 ? 0xFFFFFFF0u : 100;
    w.trace.len = 0;
    if (t->state == TCP_CLOSED && b % 16 < 2) { /* a connection is not used twice */
        tcp_forget(t, &w.env);
        memset(s, 0, sizeof *s);
        *t = tcp_new(&w.policy);
    }
    switch (b % 16) {
    case 0: (void)tcp_open_passive(t, &w.env); break;
    case 1: (void)tcp_open_active(t, &w.env, b & 0x40); break;
    case 2:
    case 3:
    case 4:
    case 5:
        if (s->written + n < 30000 && tcp_send(t, &w.env, n, !(b & 0x80), b & 0x40) == TCP_OK)
            s->written += n;
        break;
    case 6:
    case 7:
    case 8: readn(s, n, other); break;
    case 9: (void)tcp_close(t, &w.env); break;
    case 10:
        if (b & 0x80)
            (void)tcp_abort(t, &w.env);
        break;
    case 11:
        tcp_option(t, &w.env, (uint8_t)(n & (TCPO_NODELAY | TCPO_KEEPALIVE | TCPO_CORK)), b & 0x80);
        break;
    case 12:
        if (b & 0x80)
            tcp_option(t, &w.env, TCPO_ORPHAN | (b & 0x40 ? TCPO_DEAF : 0), true);
        break;
    case 13: tcp_rcv_buf(t, &w.env, 1 + n); break;
    case 14:
        if (t->state == TCP_TIME_WAIT && t->rcv.user == 0) {
            struct tcp_time_wait tw  = tcp_pack(t);
            uint32_t             irs = t->irs;
            *t                       = tcp_unpack(&tw, &w.policy);
            t->irs                   = irs;
        }
        break;
    default: t->signal = 0; break;
    }
}

static void clocks(struct in *in)
{
    uint8_t b = get(in);

    if (b & 1) {
        vtime d = VTIME_NEVER;
        for (int i = 0; i < 2; i++)
            d = tcp_deadline(&w.side[i].t) < d ? tcp_deadline(&w.side[i].t) : d;
        if (d != VTIME_NEVER && d > w.env.now)
            w.env.now = d;
    } else {
        w.env.now += MSEC(b * 4);
    }
    for (int i = 0; i < 2; i++) {
        w.trace.len = 0;
        tcp_timeout(&w.side[i].t, &w.env);
    }
}

/* A segment somewhere near where it could matter. */
static void made_up(struct in *in)
{
    struct tcb    *t     = &w.side[0].t;
    uint8_t        where = get(in), ack = get(in), ctl = get(in);
    struct segment s = { .ctl = ctl & 0x3F, .len = get(in) % 100, .wnd = get(in), .up = get(in) };
    const seq      at[] = {
             t->rcv.nxt, t->rcv.nxt + t->rcv.wnd, t->irs, t->rcv.nxt - 1, 0, t->rcv.edge
    };
    const seq to[] = { t->snd.una, t->snd.nxt, t->snd.max, t->iss, t->snd.una - t->snd.max_wnd, 0 };

    if (ctl & 0x40)
        s.wnd = 0;
    s.seq = at[(where >> 5) % 6] + (where & 31) - (where & 16 ? 32 : 0);
    s.ack = to[(ack >> 5) % 6] + (ack & 31) - (ack & 16 ? 32 : 0);
    if ((s.ctl & CTL_SYN) && (where & 1)) {
        s.opt = OPT_MSS;
        s.mss = (uint16_t)(64 + ack);
    }
    s.ecn = ack & 3;
    if (where & 8)
        s.ctl |= ack & 4 ? CTL_ECE | CTL_CWR : CTL_ECE;
    if (where & 2) {
        s.opt |= OPT_TS;
        s.tsval = ack;
        s.tsecr = (uint32_t)(w.env.now / 1000);
    }
    if (where & 4) {
        s.opt |= s.ctl & CTL_SYN ? OPT_SACK_OK | OPT_WSCALE : OPT_SACK;
        s.wscale = ack & 3;
        for (; s.n_sack < (ack & 3); s.n_sack++) {
            s.sack[s.n_sack].lo = t->snd.una + get(in) - 30;
            s.sack[s.n_sack].hi = s.sack[s.n_sack].lo + get(in) - 30;
        }
    }
    w.env.iss      = get(in) & 1 ? 0xFFFFFFF0u : 100;
    uint8_t before = t->state;
    show(&w.side[0], &s, 1);
    if (before != TCP_LISTEN && t->state == TCP_LISTEN) /* its text is of no more interest */
        memset(w.side[0].mark, 0, sizeof w.side[0].mark);
    if (t->irs != w.side[0].origin) {
        w.side[0].origin = t->irs;
        w.side[0].read   = 0;
    }
}

static void hostile(struct in *in)
{
    for (int n = 0; more(in) && n < OPS_MAX; n++) {
        uint8_t b = get(in);
        if (b < 160)
            made_up(in);
        else if (b < 220)
            user(&w.side[0], in, 1);
        else
            clocks(in);
        if (b & 1)
            drain(0, false);
        if (w.side[0].t.state == TCP_CLOSED && (b & 2)) {
            tcp_forget(&w.side[0].t, &w.env);
            memset(&w.side[0], 0, sizeof w.side[0]);
            w.side[0].t = tcp_new(&w.policy);
        }
    }
}

static void path(struct in *in)
{
    uint8_t b = get(in);
    int     i = b % FLIGHT;

    for (int n = 0; n < FLIGHT && !w.way[i].live; n++)
        i = (i + 1) % FLIGHT;
    if (!w.way[i].live)
        return;
    struct segment seg = w.way[i].seg;
    int            to  = w.way[i].to;
    if ((b & 0xC0) != 0x40) /* else it stays as well: a duplicate */
        w.way[i].live = 0;
    if ((b & 0xC0) == 0xC0) /* lost */
        return;
    show(&w.side[to], &seg, !to);
}

static void pair(struct in *in)
{
    w.env.iss = get(in) & 1 ? 0xFFFFFF80u : 100;
    if (get(in) & 1)
        (void)tcp_open_active(&w.side[0].t, &w.env, true);
    else
        (void)tcp_open_passive(&w.side[0].t, &w.env);
    w.env.iss = 5000;
    (void)tcp_open_active(&w.side[1].t, &w.env, true);
    drain(0, true);
    drain(1, true);
    for (int n = 0; more(in) && n < OPS_MAX; n++) {
        uint8_t b = get(in);
        if (b < 150)
            path(in);
        else if (b < 230) {
            int i = b & 1;
            if (w.side[i].t.state > TCP_LISTEN)
                user(&w.side[i], in, !i);
        } else
            clocks(in);
        w.env.iss = 300;
        drain(0, true);
        drain(1, true);
        for (int i = 0; i < 2; i++)
            if (w.side[i].t.state == TCP_CLOSED || w.side[i].t.state == TCP_LISTEN)
                return; /* new incarnations are the business of the hosts above */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct in in   = { data, data + size };
    uint8_t   game = get(&in);
    uint32_t  all;

    start(&in);
    all = pool_left();
    if (game & 1)
        pair(&in);
    else
        hostile(&in);
    for (int i = 0; i < 2; i++)
        tcp_forget(&w.side[i].t, &w.env);
    assert(pool_left() == all);
    return 0;
}
