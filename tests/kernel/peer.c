/* SPDX-License-Identifier: MIT
 * peer.c - the peer of both hosts: what it saw on the wire, and what it says. */
#include "kernel.h"

#include "tcp/segment.h"

#include <string.h>

enum {
    EDGE       = 1000000,
    SCALE_STEP = 2048,
    PEER_SCALE = 3,
    TS_BEGIN   = 100000,
    TS_STEP    = 10,
    WND        = 32768
};

static struct opt *option(struct pkt *k, uint8_t kind)
{
    struct opt *o = &k->opt[k->n_opt++];

    o->kind = kind;
    return o;
}

static void syn_options(const struct peer *p, struct pkt *k)
{
    option(k, OPTK_MSS)->a = p->play->mss;
    if (p->play->sack) {
        option(k, OPTK_NOP);
        option(k, OPTK_NOP);
        option(k, OPTK_SACK_OK);
    }
    if (p->play->scale) {
        option(k, OPTK_NOP);
        option(k, OPTK_WSCALE)->a = PEER_SCALE;
    }
}

/* Hosts choose windows of other sizes: what is near the end of one is counted from there. */
static uint32_t plain_or_edge(const struct peer *p, uint32_t number)
{
    enum { NEAR = 4000 };
    uint32_t off = number - p->edge_said;

    return p->edge_said && off + NEAR < 2 * NEAR ? EDGE + off : number;
}

/* One block, of what is in flight or of what was acknowledged before. */
static void sack_option(const struct peer *p, enum blocks b, struct pkt *k)
{
    uint32_t lo = p->una, hi = p->sent_end;

    if (b == BLOCKS_LAST)
        lo = hi - lo > 1000 ? hi - 1000 : lo + (hi - lo) / 2;
    else if (b == BLOCKS_HOLE)
        lo = hi - lo > 1460 ? lo + 1460 : lo + (hi - lo) / 2;
    else
        hi = lo, lo = lo > 10 ? lo - 10 : 0;
    if (lo == hi)
        return;
    option(k, OPTK_NOP);
    option(k, OPTK_NOP);
    struct opt *o = option(k, OPTK_SACK);
    o->n          = 1;
    o->lo[0]      = lo + p->isn;
    o->hi[0]      = hi + p->isn;
}

static size_t say(struct peer *p, const struct scene *s, uint32_t no, uint32_t ack, uint8_t *out)
{
    struct pkt k;

    memset(&k, 0, sizeof k);
    k.ctl = s->ctl;
    k.seq = no + PEER_ISS;
    k.len = s->n;
    k.end = k.seq + s->n;
    k.ack = s->ctl & CTL_ACK ? ack + p->isn : 0;
    k.win = s->wnd;
    k.up  = s->up;
    k.ecn = k.ttl = -1;
    if (s->ctl & CTL_SYN)
        syn_options(p, &k);
    if (p->play->ts && s->ts_off != TS_NONE) {
        option(&k, OPTK_NOP);
        option(&k, OPTK_NOP);
        struct opt *o = option(&k, OPTK_TS);
        p->ts_now += TS_STEP;
        o->a = p->ts_now + (uint32_t)s->ts_off;
        o->b = s->ctl & CTL_ACK ? p->ts_echo : 0;
    }
    if (p->play->sack && s->blocks)
        sack_option(p, s->blocks, &k);
    return dgram_write(out, &p->self, &p->host, &k);
}

static uint32_t from(enum from f, const struct peer *p, bool in_seq)
{
    if (in_seq)
        return f == FROM_EDGE ? p->edge : p->nxt;
    return f == FROM_UNA ? p->una : p->sent_end;
}

size_t peer_says(struct peer *p, const struct scene *s, uint8_t *out)
{
    uint32_t no  = from(s->seq_from, p, true) + (uint32_t)s->seq_off;
    uint32_t ack = from(s->ack_from, p, false) + (uint32_t)s->ack_off;

    if (s->seq_from == FROM_EDGE) {
        p->edge_said = p->edge;
        if (s->seq_off >= 0 && p->scale) /* what scaling rounds off may be taken or not */
            no += SCALE_STEP;
    }
    if (s->ctl & CTL_ACK && seq_lt(p->una, ack) && !seq_lt(p->sent_end, ack))
        p->una = ack;
    return say(p, s, no, ack, out);
}

static size_t plain(struct peer *p, uint8_t ctl, uint32_t no, uint32_t ack, uint8_t *out)
{
    struct scene s = { .ctl = ctl, .wnd = WND };

    if (p->ts_now == 0)
        p->ts_now = TS_BEGIN;
    p->una = ack;
    return say(p, &s, no, ack, out);
}

size_t peer_syn(struct peer *p, uint8_t *out) { return plain(p, CTL_SYN, 0, 0, out); }
size_t peer_syn_ack(struct peer *p, uint8_t *out) { return plain(p, CTL_SYN | CTL_ACK, 0, 1, out); }
size_t peer_ack(struct peer *p, uint8_t *out) { return plain(p, CTL_ACK, 1, 1, out); }

/* Another life of the host's end begins with another number. */
static void heard_syn(struct peer *p, const struct pkt *k)
{
    if (!p->spoken || p->isn != k->seq)
        p->sent_end = p->una = 0;
    p->spoken = true;
    p->isn    = k->seq;
    p->scale  = 0;
    for (size_t i = 0; i < k->n_opt; i++)
        if (k->opt[i].kind == OPTK_WSCALE && p->play->scale)
            p->scale = k->opt[i].a;
}

static void note(struct peer *p, const struct pkt *k, struct brought *b)
{
    if (b->n == SENT)
        return;
    struct sent *s = &b->sent[b->n++];
    /* A RST to a segment without ACK has number 0, which counts from nothing. */
    s->ctl  = k->ctl;
    s->seq  = k->ctl & CTL_RST && k->seq == 0 ? 0 : k->seq - p->isn;
    s->ack  = k->ctl & CTL_ACK ? plain_or_edge(p, k->ack - PEER_ISS) : 0;
    s->len  = k->len;
    s->up   = k->ctl & CTL_URG ? k->up : 0;
    s->shut = k->win == 0 && !(k->ctl & CTL_RST);
    for (size_t i = 0; i < k->n_opt; i++)
        if (k->opt[i].kind == OPTK_SACK) {
            s->n_sack = k->opt[i].n;
            s->lo     = plain_or_edge(p, k->opt[i].lo[0] - PEER_ISS);
            s->hi     = plain_or_edge(p, k->opt[i].hi[0] - PEER_ISS);
            s->hi =
                seq_lt(EDGE, s->hi) ? EDGE : s->hi; /* what lies beyond it not every host keeps */
        } else if (k->opt[i].kind == OPTK_TS) {
            p->ts_echo = k->opt[i].a;
        }
}

bool peer_saw(struct peer *p, const uint8_t *bytes, size_t n, struct brought *b)
{
    struct endpoint f, t;
    struct pkt      k;

    if (n < 20 || bytes[0] >> 4 != 4 || dgram_read(bytes, n, &f, &t, &k) != NULL)
        return false; /* the kernel says other things as well: IPv6's router solicitations */
    if (k.icmp || t.port != p->self.port || f.port != p->host.port)
        return false;
    if (k.ctl & CTL_SYN)
        heard_syn(p, &k);
    note(p, &k, b);
    uint32_t end = k.seq - p->isn + k.len + !!(k.ctl & CTL_SYN) + !!(k.ctl & CTL_FIN);
    if (!(k.ctl & CTL_RST)) {
        if (seq_lt(p->sent_end, end))
            p->sent_end = end;
        if (k.ctl & CTL_ACK && !seq_lt(k.ack - PEER_ISS, p->nxt)) {
            p->nxt  = k.ack - PEER_ISS;
            p->edge = p->nxt + (k.win << (k.ctl & CTL_SYN ? 0 : p->scale));
        }
    }
    return true;
}
