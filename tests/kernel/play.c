/* SPDX-License-Identifier: MIT
 * play.c - random plays: mostly what a decent peer would do, and now and then what none would. */
#include "kernel.h"

#include "base/rng.h"
#include "base/text.h"
#include "tcp/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint32_t one_of(struct rng *r, const uint32_t *v, size_t n) { return v[rng_below(r, n)]; }

static bool often(struct rng *r, uint32_t percent) { return rng_below(r, 100) < percent; }

static struct scene segment(struct rng *r)
{
    static const uint32_t flags[] = {
        CTL_ACK,           CTL_ACK,           CTL_ACK,           CTL_ACK | CTL_PSH,
        CTL_ACK | CTL_PSH, CTL_ACK | CTL_FIN, CTL_ACK | CTL_FIN, CTL_RST,
        CTL_ACK | CTL_RST, CTL_SYN,           CTL_SYN | CTL_ACK, CTL_FIN,
    };
    static const int32_t off[] = { -1, 1, -2, 2, 10, -10, 100, -100 };
    struct scene         s;

    memset(&s, 0, sizeof s);
    s.what = ACT_SEGMENT;
    s.ctl  = (uint8_t)one_of(r, flags, sizeof flags / sizeof *flags);
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
    return s;
}

static struct scene call(struct rng *r)
{
    static const uint32_t what[] = {
        ACT_WRITE, ACT_WRITE,   ACT_WRITE,   ACT_READ,  ACT_READ, ACT_READ,
        ACT_CLOSE, ACT_SHUT_WR, ACT_SHUT_WR, ACT_ERROR, ACT_POLL, ACT_SHUT_RD,
    };
    static const uint32_t bytes[] = { 1, 10, 100, 1000, 3000 };
    struct scene          s;

    memset(&s, 0, sizeof s);
    s.what = (enum act)one_of(r, what, sizeof what / sizeof *what);
    if (s.what == ACT_WRITE || s.what == ACT_READ)
        s.n = one_of(r, bytes, sizeof bytes / sizeof *bytes);
    return s;
}

struct play play_make(uint64_t seed)
{
    static const uint32_t pause[] = { 20, 20, 20, 20, 120, 430 };
    struct rng            r       = { seed * 2654435761u + 1 };
    struct play           p;

    memset(&p, 0, sizeof p);
    p.seed   = seed;
    p.active = often(&r, 30);
    p.steps  = 2 + (uint32_t)rng_below(&r, STEPS - 2);
    for (uint32_t i = 0; i < p.steps; i++) {
        p.step[i]    = often(&r, 55) ? segment(&r) : call(&r);
        p.step[i].ms = one_of(&r, pause, sizeof pause / sizeof *pause);
    }
    return p;
}

/* -- comparing and printing ---------------------------------------------------------------------
 */

static bool same_step(const struct brought *a, const struct brought *b)
{
    if (a->result != b->result || a->state != b->state || a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++) {
        const struct sent *x = &a->sent[i], *y = &b->sent[i];

        /* Where a burst ends for PSH depends on the pace at which the kernel makes chunks. */
        if ((x->ctl ^ y->ctl) & ~CTL_PSH || x->seq != y->seq || x->len != y->len
            || (!(x->ctl & CTL_RST) && x->ack != y->ack))
            return false;
    }
    return true;
}

bool account_equal(const struct play *p, const struct account *a, const struct account *b,
                   uint32_t *step)
{
    for (*step = 0; *step <= p->steps; (*step)++)
        if (!same_step(&a->step[*step], &b->step[*step]))
            return false;
    return true;
}

static void flags_text(struct text *t, uint8_t ctl)
{
    static const char letter[] = { 'F', 'S', 'R', 'P', '.', 'U', 'E', 'W' };

    for (size_t i = 0; i < sizeof letter; i++)
        if (ctl & 1u << i)
            text_addn(t, &letter[i], 1);
}

static const char *step_text(const struct scene *s, char *buf, size_t cap)
{
    static const char *const name[ACTS] = { "",        "pause", "write",    "read", "shut rd",
                                            "shut wr", "close", "so_error", "poll" };
    static const char *const from[]     = { "nxt", "edge", "una" };
    struct text              t          = text_into(buf, cap);

    if (s->what == ACT_SEGMENT) {
        text_add(&t, "< ");
        flags_text(&t, s->ctl);
        text_add(&t, " seq %s%+" PRId32 " len %" PRIu32, from[s->seq_from], s->seq_off, s->n);
        if (s->ctl & CTL_ACK)
            text_add(&t, " ack %s%+" PRId32, from[s->ack_from], s->ack_off);
    } else {
        text_add(&t, "%s", name[s->what]);
        if (s->n)
            text_add(&t, " %" PRIu32, s->n);
    }
    return buf;
}

static void print_brought(const char *who, const struct brought *b)
{
    char        buf[1200];
    struct text t = text_into(buf, sizeof buf);

    text_add(&t, "      %s = %ld, state %d", who, b->result, b->state);
    for (uint32_t i = 0; i < b->n; i++) {
        text_add(&t, "  > ");
        flags_text(&t, b->sent[i].ctl);
        text_add(&t, " %" PRIu32 "(%" PRIu32 ") ack %" PRIu32, b->sent[i].seq, b->sent[i].len,
                 b->sent[i].ack);
    }
    puts(buf);
}

void play_print(const struct play *p, const struct account *a, const struct account *b)
{
    char buf[200];

    printf("play %" PRIu64 ": the host %s\n", p->seed, p->active ? "connects" : "accepts");
    for (uint32_t i = 0; i <= p->steps; i++) {
        bool equal = same_step(&a->step[i], &b->step[i]);

        if (i)
            printf("   %2" PRIu32 " %s, %" PRIu32 " ms\n", i,
                   step_text(&p->step[i - 1], buf, sizeof buf), p->step[i - 1].ms);
        print_brought(equal ? "both  " : "engine", &a->step[i]);
        if (!equal) {
            print_brought("kernel", &b->step[i]);
            return;
        }
    }
}
