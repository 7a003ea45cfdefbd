/* SPDX-License-Identifier: MIT
 * play.c - random plays: mostly what a decent peer would do, and now and then what none would. */
#include "kernel.h"

#include "base/rng.h"
#include "base/text.h"
#include "tcp/segment.h"

#include <inttypes.h>
#include <string.h>

enum { WND = 32768 };

static uint32_t one_of(struct rng *r, const uint32_t *v, size_t n) { return v[rng_below(r, n)]; }

static bool often(struct rng *r, uint32_t percent) { return rng_below(r, 100) < percent; }

#define ONE_OF(r, v) one_of(r, v, sizeof(v) / sizeof *(v))

/* What a segment says beside flags and numbers. */
static void dress(struct rng *r, const struct play *p, struct scene *s)
{
    static const uint32_t wnd[] = { 0, 0, 1, 500, 1460, 5000, 65535 };
    static const int32_t  old[] = { -15, -1000, TS_NONE };

    s->wnd = often(r, 12) ? ONE_OF(r, wnd) : WND;
    if (often(r, 5)) {
        s->ctl |= CTL_URG;
        s->up = (uint32_t)rng_below(r, 12);
    }
    if (p->ts && often(r, 8))
        s->ts_off = old[rng_below(r, 3)];
    if (p->sack && s->ctl & CTL_ACK && often(r, 15))
        s->blocks = (enum blocks)(1 + rng_below(r, 3));
}

static uint8_t flags_of(struct rng *r, const struct play *p, uint32_t step)
{
    static const uint32_t usual[] = {
        CTL_ACK,           CTL_ACK,           CTL_ACK,           CTL_ACK | CTL_PSH,
        CTL_ACK | CTL_PSH, CTL_ACK | CTL_FIN, CTL_ACK | CTL_FIN, CTL_RST,
        CTL_ACK | CTL_RST, CTL_SYN,           CTL_SYN | CTL_ACK, CTL_FIN,
    };
    static const uint32_t odd[]    = { 0, CTL_SYN | CTL_FIN, CTL_SYN | CTL_RST, CTL_FIN | CTL_RST,
                                       CTL_PSH };
    static const uint32_t answer[] = { CTL_SYN | CTL_ACK, CTL_SYN | CTL_ACK, CTL_SYN };

    if (p->opening == OPEN_LISTENING && step == 0 && often(r, 85))
        return CTL_SYN;
    if (p->opening == OPEN_LISTENING && step == 1 && often(r, 50))
        return CTL_ACK;
    if (p->opening == OPEN_CONNECTING && step < 2 && often(r, 50))
        return (uint8_t)ONE_OF(r, answer);
    return (uint8_t)(often(r, 3) ? ONE_OF(r, odd) : ONE_OF(r, usual));
}

static struct scene segment(struct rng *r, const struct play *p, uint32_t step)
{
    static const int32_t off[] = { -1, 1, -2, 2, 10, -10, 100, -100 };
    struct scene         s;
    bool                 closed = false;

    memset(&s, 0, sizeof s);
    s.what = ACT_SEGMENT;
    s.ctl  = flags_of(r, p, step);
    if (s.ctl & CTL_PSH || often(r, 15))
        s.n = often(r, 50) ? 10 : 1000;
    if (often(r, 30)) {
        s.seq_from = often(r, 50) ? FROM_NXT : FROM_EDGE;
        if (s.seq_from == FROM_NXT || often(r, 60))
            s.seq_off = off[rng_below(r, sizeof off / sizeof *off)];
    }
    if (often(r, 20)) {
        s.ack_from = often(r, 50) ? FROM_NXT : FROM_UNA;
        if (s.ack_from == FROM_NXT || often(r, 60))
            s.ack_off = off[rng_below(r, sizeof off / sizeof *off)];
    }
    for (uint32_t i = 0; i < step; i++)
        closed |= p->step[i].what == ACT_CLOSE || p->step[i].what == ACT_SHUT_WR;
    if (closed && s.ctl & CTL_FIN && often(r, 40)) { /* both close at once */
        s.ack_from = FROM_UNA;
        s.ack_off  = 0;
    }
    dress(r, p, &s);
    return s;
}

static struct scene call(struct rng *r, const struct play *p, uint32_t step)
{
    static const uint32_t usual[] = {
        ACT_WRITE, ACT_WRITE,   ACT_WRITE,   ACT_WRITE, ACT_READ, ACT_READ,    ACT_READ,
        ACT_CLOSE, ACT_SHUT_WR, ACT_SHUT_WR, ACT_ERROR, ACT_POLL, ACT_SHUT_RD,
    };
    static const uint32_t seldom[] = {
        ACT_WRITE_MORE, ACT_WRITE_MORE, ACT_WRITE_OOB, ACT_PEEK,    ACT_READ_OOB,
        ACT_SHUT_RDWR,  ACT_LINGER,     ACT_DUP,       ACT_NODELAY, ACT_CORK,
        ACT_CORK,       ACT_KEEPALIVE,  ACT_LINGER2,   ACT_RCVBUF,  ACT_USER_TIMEOUT,
    };
    static const uint32_t bytes[] = { 1, 10, 100, 1000, 3000 };
    struct scene          s;

    memset(&s, 0, sizeof s);
    s.what = (enum act)(often(r, 30) ? ONE_OF(r, seldom) : ONE_OF(r, usual));
    if (p->opening == OPEN_LISTENING && step && often(r, 40))
        s.what = ACT_ACCEPT;
    switch (s.what) {
    case ACT_WRITE:
    case ACT_WRITE_MORE:
    case ACT_WRITE_OOB:
    case ACT_READ:
    case ACT_PEEK: s.n = ONE_OF(r, bytes); break;
    case ACT_NODELAY:
    case ACT_CORK: s.n = (uint32_t)rng_below(r, 2); break;
    case ACT_KEEPALIVE: s.n = 1 + (uint32_t)rng_below(r, 2); break;
    case ACT_LINGER: s.n = (uint32_t)rng_below(r, 3); break;
    case ACT_LINGER2: s.n = 1 + (uint32_t)rng_below(r, 3); break;
    case ACT_USER_TIMEOUT: s.n = often(r, 50) ? 300 : 1500; break;
    case ACT_RCVBUF: s.n = often(r, 50) ? 4000 : 100000; break;
    default: break;
    }
    return s;
}

struct play play_make(uint64_t seed)
{
    static const uint32_t pause[]   = { 15, 15, 15, 15, 15, 110, 110, 430, 1300 };
    static const uint32_t opening[] = { OPEN_ACCEPTED,  OPEN_ACCEPTED,  OPEN_ACCEPTED,
                                        OPEN_ACCEPTED,  OPEN_CONNECTED, OPEN_CONNECTED,
                                        OPEN_LISTENING, OPEN_CONNECTING };
    static const uint32_t mss[]     = { 1460, 1460, 1460, 1000, 536 };
    struct rng            r         = { seed * 2654435761u + 1 };
    struct play           p;

    memset(&p, 0, sizeof p);
    p.seed    = seed;
    p.opening = (enum opening)ONE_OF(&r, opening);
    p.ts      = often(&r, 30);
    p.sack    = often(&r, 40);
    p.scale   = often(&r, 30);
    p.mss     = ONE_OF(&r, mss);
    p.steps   = 2 + (uint32_t)rng_below(&r, STEPS - 2);
    for (uint32_t i = 0; i < p.steps; i++) {
        p.step[i]    = often(&r, 55) ? segment(&r, &p, i) : call(&r, &p, i);
        p.step[i].ms = ONE_OF(&r, pause);
    }
    return p;
}

static void flags_text(struct text *t, uint8_t ctl)
{
    static const char letter[] = { 'F', 'S', 'R', 'P', '.', 'U', 'E', 'W' };

    for (size_t i = 0; i < sizeof letter; i++)
        if (ctl & 1u << i)
            text_addn(t, &letter[i], 1);
}

const char *scene_text(const struct scene *s, char *buf, size_t cap)
{
    static const char *const name[ACTS] = {
        "",         "pause",   "accept",  "write",     "write more", "write oob", "read",  "peek",
        "read oob", "shut rd", "shut wr", "shut rdwr", "close",      "so_error",  "poll",  "dup",
        "linger",   "nodelay", "cork",    "keepalive", "u-timeout",  "linger2",   "rcvbuf"
    };
    static const char *const from[]   = { "nxt", "edge", "una" };
    static const char *const blocks[] = { "", " sack last", " sack hole", " sack twice" };
    struct text              t        = text_into(buf, cap);

    if (s->what != ACT_SEGMENT) {
        text_add(&t, "%s %" PRIu32, name[s->what], s->n);
        return buf;
    }
    text_add(&t, "< ");
    flags_text(&t, s->ctl);
    text_add(&t, " seq %s%+" PRId32 " len %" PRIu32, from[s->seq_from], s->seq_off, s->n);
    if (s->ctl & CTL_ACK)
        text_add(&t, " ack %s%+" PRId32, from[s->ack_from], s->ack_off);
    if (s->wnd != WND)
        text_add(&t, " win %" PRIu32, s->wnd);
    if (s->up || s->ctl & CTL_URG)
        text_add(&t, " urg %" PRIu32, s->up);
    if (s->ts_off == TS_NONE)
        text_add(&t, " no TS");
    else if (s->ts_off)
        text_add(&t, " TS%+" PRId32, s->ts_off);
    text_add(&t, "%s", blocks[s->blocks]);
    return buf;
}
