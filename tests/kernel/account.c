/* SPDX-License-Identifier: MIT
 * account.c - what two hosts made of the same play: compared, and printed. */
#include "kernel.h"

#include "base/text.h"
#include "tcp/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The kernel counts time in jiffies, and a clock of more than a few dozen of these may run out late
 * by an eighth of itself (the wheels of its timers are coarser the farther they are): after some
 * retransmissions that adds up. */
static int64_t clock_error(const struct line *l)
{
    enum { PROCESS = 25, EACH = 45 };

    return PROCESS + EACH * (int64_t)l->retries + l->left / 8;
}

static bool same_line(const struct line *a, const struct line *b)
{
    return a->state == b->state && a->recv_q == b->recv_q && a->send_q == b->send_q
           && a->timer == b->timer && a->retries == b->retries
           && llabs(a->left - b->left) <= clock_error(a);
}

static bool same_sent(const struct sent *x, const struct sent *y)
{
    /* Where a burst ends for PSH depends on the pace at which the kernel makes chunks. */
    if ((x->ctl ^ y->ctl) & ~CTL_PSH || x->seq != y->seq || x->len != y->len || x->up != y->up)
        return false;
    if (x->n_sack != y->n_sack || x->lo != y->lo || x->hi != y->hi || x->shut != y->shut)
        return false;
    return x->ctl & CTL_RST || x->ack == y->ack;
}

static bool same_step(const struct brought *a, const struct brought *b)
{
    if (a->result != b->result || a->state != b->state || a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!same_sent(&a->sent[i], &b->sent[i]))
            return false;
    return same_line(&a->line, &b->line);
}

bool account_equal(const struct play *p, const struct account *a, const struct account *b,
                   uint32_t *step)
{
    for (*step = 0; *step <= p->steps; (*step)++)
        if (!same_step(&a->step[*step], &b->step[*step]))
            return false;
    return true;
}

static void add_sent(struct text *t, const struct sent *s)
{
    static const char letter[] = { 'F', 'S', 'R', 'P', '.', 'U', 'E', 'W' };

    text_add(t, "  > ");
    for (size_t i = 0; i < sizeof letter; i++)
        if (s->ctl & 1u << i)
            text_addn(t, &letter[i], 1);
    text_add(t, " %" PRIu32 "(%" PRIu32 ") ack %" PRIu32, s->seq, s->len, s->ack);
    if (s->shut)
        text_add(t, " win 0");
    if (s->up)
        text_add(t, " urg %" PRIu32, s->up);
    if (s->n_sack)
        text_add(t, " sack[%u] %" PRIu32 ":%" PRIu32, s->n_sack, s->lo, s->hi);
}

static void print_brought(const char *who, const struct brought *b)
{
    static const char *const state[] = { "-",          "ESTAB",      "SYN-SENT",  "SYN-RECV",
                                         "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE",
                                         "CLOSE-WAIT", "LAST-ACK",   "LISTEN",    "CLOSING" };
    static const char *const timer[] = { "", "on", "keepalive", "timewait", "persist" };
    char                     buf[3000];
    struct text              t = text_into(buf, sizeof buf);

    text_add(&t, "      %s = %ld, tcpi_state %d; %s %" PRIu32 " %" PRIu32, who, b->result, b->state,
             b->line.state < 12 ? state[b->line.state] : "?", b->line.recv_q, b->line.send_q);
    if (b->line.timer)
        text_add(&t, " (%s,%" PRId64 "ms,%" PRIu32 ")", timer[b->line.timer], b->line.left,
                 b->line.retries);
    for (uint32_t i = 0; i < b->n; i++)
        add_sent(&t, &b->sent[i]);
    puts(buf);
}

void account_print(const struct play *p, const struct account *a, const struct account *b)
{
    static const char *const opening[] = { "has accepted", "has connected", "listens", "connects" };
    char                     buf[200];

    printf("play %" PRIu64 ": the host %s; the peer's MSS %" PRIu32 "%s%s%s\n", p->seed,
           opening[p->opening], p->mss, p->ts ? ", TS" : "", p->sack ? ", SACK" : "",
           p->scale ? ", scale" : "");
    for (uint32_t i = 0; i <= p->steps; i++) {
        bool equal = same_step(&a->step[i], &b->step[i]);

        if (i)
            printf("   %2" PRIu32 " %s, %" PRIu32 " ms\n", i,
                   scene_text(&p->step[i - 1], buf, sizeof buf), p->step[i - 1].ms);
        print_brought(equal ? "both  " : "engine", &a->step[i]);
        if (!equal) {
            print_brought("kernel", &b->step[i]);
            return;
        }
    }
}
