/* SPDX-License-Identifier: MIT
 * peer.c - the peer of both hosts: what it saw on the wire, and what it says. */
#include "kernel.h"

#include "tcp/segment.h"

#include <string.h>

static size_t say(const struct peer *p, uint8_t ctl, uint32_t no, uint32_t ack, uint32_t len,
                  uint8_t *out)
{
    struct pkt k;

    memset(&k, 0, sizeof k);
    k.ctl = ctl;
    k.seq = no + PEER_ISS;
    k.len = len;
    k.end = k.seq + len;
    k.ack = ctl & CTL_ACK ? ack + p->isn : 0;
    k.win = 32768;
    k.ecn = k.ttl = -1;
    if (ctl & CTL_SYN) {
        k.n_opt       = 1;
        k.opt[0].kind = OPTK_MSS;
        k.opt[0].a    = 1460;
    }
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

    if (s->ctl & CTL_ACK && seq_lt(p->una, ack) && !seq_lt(p->sent_end, ack))
        p->una = ack;
    return say(p, s->ctl, no, ack, s->n, out);
}

size_t peer_syn(struct peer *p, uint8_t *out) { return say(p, CTL_SYN, 0, 0, 0, out); }

size_t peer_syn_ack(struct peer *p, uint8_t *out)
{
    p->una = 1;
    return say(p, CTL_SYN | CTL_ACK, 0, 1, 0, out);
}

size_t peer_ack(struct peer *p, uint8_t *out)
{
    p->una = 1;
    return say(p, CTL_ACK, 1, 1, 0, out);
}

bool peer_saw(struct peer *p, const uint8_t *bytes, size_t n, struct brought *b)
{
    struct endpoint f, t;
    struct pkt      k;

    if (n < 20 || bytes[0] >> 4 != 4 || dgram_read(bytes, n, &f, &t, &k) != NULL)
        return false; /* the kernel says other things as well: IPv6's router solicitations */
    if (k.icmp || t.port != p->self.port || f.port != p->host.port)
        return false;
    if (k.ctl & CTL_SYN) /* the first one, or that of the next life */
        p->isn = k.seq;
    if (b->n < SENT) {
        struct sent *s = &b->sent[b->n++];
        /* A RST to a segment without ACK has number 0, which counts from nothing. */
        s->ctl = k.ctl;
        s->seq = k.ctl & CTL_RST && k.seq == 0 ? 0 : k.seq - p->isn;
        s->ack = k.ctl & CTL_ACK ? k.ack - PEER_ISS : 0;
        s->len = k.len;
    }
    uint32_t end = k.seq - p->isn + k.len + !!(k.ctl & CTL_SYN) + !!(k.ctl & CTL_FIN);
    if (!(k.ctl & CTL_RST)) {
        if (seq_lt(p->sent_end, end))
            p->sent_end = end;
        if (k.ctl & CTL_ACK && !seq_lt(k.ack - PEER_ISS, p->nxt)) {
            p->nxt  = k.ack - PEER_ISS;
            p->edge = p->nxt + k.win;
        }
    }
    return true;
}
