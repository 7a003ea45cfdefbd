/* SPDX-License-Identifier: MIT
 * wire.c - datagrams written and read: IPv4 or IPv6, TCP, options, checksums.
 *
 * The reader never trusts a length: each part is cut down to what the part around it has left
 * before it is looked at.
 */
#include "tcp/wire.h"

#include <assert.h>
#include <string.h>

enum {
    IP4_HEAD   = 20,
    IP6_HEAD   = 40,
    TCP_HEAD   = 20,
    PROTO_TCP  = 6,
    DONT_FRAG  = 0x4000,
    FRAG_MASK  = 0x3fff, /* more fragments, or an offset */
    KIND_END   = 0,
    KIND_NOP   = 1,
    KIND_MSS   = 2,
    KIND_SCALE = 3,
    KIND_SACKS = 4, /* SACK-permitted */
    KIND_SACK  = 5,
    KIND_TS    = 8,
    SUM_STRIDE = 128, /* bytes added up in one turn of a loop */
};

const char *const wire_verdict_name[] = {
    [WIRE_OK]          = "well formed",
    [WIRE_SHORT]       = "fewer bytes than its headers say",
    [WIRE_NOT_TCP]     = "not TCP, or a fragment",
    [WIRE_BAD_HEADER]  = "header lengths make no sense",
    [WIRE_BAD_IP_SUM]  = "bad IPv4 header checksum",
    [WIRE_BAD_TCP_SUM] = "bad TCP checksum",
};

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

    memcpy(p, b, sizeof b);
}

/* -- checksums (RFC 1071) ---------------------------------------------------------------------- */

/* The sum of the 16-bit words, as they lie in memory: which byte of a word is the high one makes no
 * difference until the end (1071 2.B).  So eight bytes are added at a time, with the carry kept. */
static uint64_t add(uint64_t acc, uint64_t word)
{
    acc += word;
    return acc + (acc < word);
}

/* The same, with the carries counted apart: they are added at the end. */
static void put(uint64_t *acc, uint64_t *carry, uint64_t word)
{
    *carry += __builtin_add_overflow(*acc, word, acc);
}

static uint64_t word_at(const uint8_t *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/* The last n bytes, fewer than eight, as they begin a word. */
static uint64_t rest_at(const uint8_t *p, size_t n)
{
    uint8_t last[8] = { 0 };

    if (n & 4)
        memcpy(last, p, 4);
    if (n & 2)
        memcpy(last + (n & 4), p + (n & 4), 2);
    if (n & 1)
        last[n - 1] = p[n - 1];
    return word_at(last);
}

static uint64_t sum(uint64_t acc, const uint8_t *p, size_t n)
{
    uint64_t odd = 0, carry = 0; /* every second word apart: two sums grow side by side */

    for (; n >= SUM_STRIDE; n -= SUM_STRIDE, p += SUM_STRIDE)
        for (size_t i = 0; i < SUM_STRIDE; i += 16) {
            put(&acc, &carry, word_at(p + i));
            put(&odd, &carry, word_at(p + i + 8));
        }
    for (; n >= 8; n -= 8, p += 8)
        put(&acc, &carry, word_at(p));
    return add(add(acc, odd), add(carry, n ? rest_at(p, n) : 0));
}

/* Down to 16 bits, complemented, as the number that the two bytes in memory spell. */
static uint16_t fold(uint64_t acc)
{
    uint16_t word;
    uint8_t  b[2];

    acc  = (acc & UINT32_MAX) + (acc >> 32); /* at most 33 bits, then 32, 17 and 16 */
    acc  = (acc & UINT32_MAX) + (acc >> 32);
    acc  = (acc & UINT16_MAX) + (acc >> 16);
    acc  = (acc & UINT16_MAX) + (acc >> 16);
    word = (uint16_t)~acc;
    memcpy(b, &word, sizeof b);
    return get16(b);
}

uint16_t wire_ip_sum(const uint8_t *head, size_t n)
{
    uint32_t last;

    if (n != IP4_HEAD)
        return fold(sum(0, head, n));
    memcpy(&last, head + 16, sizeof last); /* without options, as nearly all are */
    return fold(add(add(word_at(head), word_at(head + 8)), last));
}

/* Over the pseudo-header too (RFC 9293 3.1, RFC 8200 8.1): both versions add up the same numbers.
 */
uint16_t wire_tcp_sum(const uint8_t *ip, const uint8_t *tcp, size_t n)
{
    uint8_t  pseudo[8] = { 0, 0, 0, PROTO_TCP };
    uint64_t acc;

    put32(pseudo + 4, (uint32_t)n);
    acc = word_at(pseudo);
    if (ip[0] >> 4 == 4)
        acc = add(acc, word_at(ip + 12));
    else
        acc = sum(acc, ip + 8, 32);
    return fold(sum(acc, tcp, n));
}

/* -- writing ----------------------------------------------------------------------------------- */

static size_t put_nops(uint8_t *o, size_t at, int n)
{
    while (n-- > 0)
        o[at++] = KIND_NOP;
    return at;
}

static size_t put_ts(uint8_t *o, size_t at, const struct segment *s)
{
    o[at]     = KIND_TS;
    o[at + 1] = 10;
    put32(o + at + 2, s->tsval);
    put32(o + at + 6, s->tsecr);
    return at + 10;
}

static size_t put_sack_ok(uint8_t *o, size_t at)
{
    o[at]     = KIND_SACKS;
    o[at + 1] = 2;
    return at + 2;
}

/* The other order: one after the other, padding only where a word must be reached.  What is missing
 * at the end the caller fills with zeros. */
static size_t put_tight_options(uint8_t *o, const struct segment *s)
{
    size_t at = 0;

    if (s->opt & OPT_MSS) {
        o[0] = KIND_MSS;
        o[1] = 4;
        put16(o + 2, s->mss);
        at = 4;
    }
    if (s->opt & OPT_WSCALE) {
        at        = put_nops(o, at, 1);
        o[at]     = KIND_SCALE;
        o[at + 1] = 3;
        o[at + 2] = s->wscale;
        at += 3;
    }
    if (s->opt & OPT_SACK_OK)
        at = put_sack_ok(o, at);
    if (s->opt & OPT_TS)
        at = put_ts(o, put_nops(o, at, at % 4 == 2 ? 0 : 2), s);
    return at;
}

/* Options of a SYN, each filled up to a word by what may stand before it. */
static size_t put_syn_options(uint8_t *o, const struct segment *s)
{
    size_t at = 0;

    if (s->opt & OPT_MSS) {
        o[0] = KIND_MSS;
        o[1] = 4;
        put16(o + 2, s->mss);
        at = 4;
    }
    if (s->opt & OPT_TS) {
        at = s->opt & OPT_SACK_OK ? put_sack_ok(o, at) : put_nops(o, at, 2);
        at = put_ts(o, at, s);
    } else if (s->opt & OPT_SACK_OK) {
        at = put_sack_ok(o, put_nops(o, at, 2));
    }
    if (s->opt & OPT_WSCALE) {
        at        = put_nops(o, at, 1);
        o[at]     = KIND_SCALE;
        o[at + 1] = 3;
        o[at + 2] = s->wscale;
        at += 3;
    }
    return at;
}

/* MSS, window scale and SACK-permitted are of the SYN only (MUST-65; RFC 7323 2.1; RFC 2018 2). */
static size_t put_options(uint8_t *o, const struct segment *s)
{
    size_t at = 0;

    if (s->ctl & CTL_SYN)
        return s->opt & OPT_TIGHT ? put_tight_options(o, s) : put_syn_options(o, s);
    if (s->opt & OPT_TS)
        at = put_ts(o, put_nops(o, at, 2), s);
    if (s->opt & OPT_SACK && s->n_sack) {
        size_t n = s->n_sack, room = (WIRE_OPTIONS - at - 4) / 8;

        assert(n <= SEGMENT_SACKS);
        if (n > room)
            n = room; /* beside timestamps only three fit (RFC 2018 3) */
        at        = put_nops(o, at, 2);
        o[at]     = KIND_SACK;
        o[at + 1] = (uint8_t)(2 + 8 * n);
        at += 2;
        for (size_t i = 0; i < n; i++, at += 8) {
            put32(o + at, s->sack[i].lo);
            put32(o + at + 4, s->sack[i].hi);
        }
    }
    return at;
}

/* The codepoint is the user's (9293 3.9.1.9), the two bits below it are ECN's (RFC 3168 5). */
static uint8_t tos_of(const struct segment *s) { return (uint8_t)((s->tos & ~3) | (s->ecn & 3)); }

static size_t put_ip4(uint8_t *out, const struct addr *from, const struct addr *to, size_t n,
                      const struct segment *seg, uint16_t id)
{
    out[0] = 4 << 4 | IP4_HEAD / 4;
    out[1] = tos_of(seg);
    put16(out + 2, (uint32_t)(IP4_HEAD + n));
    put16(out + 4, id);
    put16(out + 6, DONT_FRAG);
    out[8] = seg->ttl ? seg->ttl : WIRE_TTL;
    out[9] = PROTO_TCP;
    put16(out + 10, 0);
    memcpy(out + 12, from->b + 12, 4);
    memcpy(out + 16, to->b + 12, 4);
    put16(out + 10, wire_ip_sum(out, IP4_HEAD));
    return IP4_HEAD;
}

static size_t put_ip6(uint8_t *out, const struct addr *from, const struct addr *to, size_t n,
                      const struct segment *seg)
{
    out[0] = (uint8_t)(6 << 4 | tos_of(seg) >> 4);
    out[1] = (uint8_t)(tos_of(seg) << 4);
    put16(out + 2, 0);
    put16(out + 4, (uint32_t)n);
    out[6] = PROTO_TCP;
    out[7] = seg->ttl ? seg->ttl : WIRE_TTL;
    memcpy(out + 8, from->b, 16);
    memcpy(out + 24, to->b, 16);
    return IP6_HEAD;
}

size_t wire_encode(uint8_t out[WIRE_MAX], const struct endpoint *from, const struct endpoint *to,
                   const struct segment *seg, const uint8_t *text, uint16_t id)
{
    uint8_t opt[WIRE_OPTIONS];
    bool    v4    = addr_is_v4(&from->addr);
    size_t  n_opt = put_options(opt, seg), ip = v4 ? IP4_HEAD : IP6_HEAD;

    assert(v4 == addr_is_v4(&to->addr));
    while (n_opt % 4)
        opt[n_opt++] = KIND_END; /* and zeros to the end of the header (MUST-69) */
    assert(n_opt <= WIRE_OPTIONS);
    size_t head = TCP_HEAD + n_opt, n = head + seg->len;
    assert(seg->len <= WIRE_MAX);
    assert(ip + n <= WIRE_MAX);

    uint8_t *tcp = out + ip;
    if (v4)
        put_ip4(out, &from->addr, &to->addr, n, seg, id);
    else
        put_ip6(out, &from->addr, &to->addr, n, seg);
    put16(tcp, from->port);
    put16(tcp + 2, to->port);
    put32(tcp + 4, seg->seq);
    put32(tcp + 8, seg->ack);
    tcp[12] = (uint8_t)(head / 4 << 4);
    tcp[13] = seg->ctl;
    put16(tcp + 14, seg->wnd);
    put16(tcp + 16, 0);
    put16(tcp + 18, seg->up);
    memcpy(tcp + TCP_HEAD, opt, n_opt);
    if (seg->len)
        memcpy(tcp + head, text, seg->len);
    put16(tcp + 16, wire_tcp_sum(out, tcp, n));
    return ip + n;
}

/* -- reading ----------------------------------------------------------------------------------- */

static void get_addr4(struct addr *a, const uint8_t *p)
{
    memset(a->b, 0, 10);
    a->b[10] = a->b[11] = 0xff;
    memcpy(a->b + 12, p, 4);
}

static enum wire_verdict ip4_frame(const uint8_t *in, size_t n, struct wire_frame *f)
{
    if (n < IP4_HEAD)
        return WIRE_SHORT;
    size_t head = (in[0] & 15u) * 4u, total = get16(in + 2);
    if (head < IP4_HEAD || total < head)
        return WIRE_BAD_HEADER;
    if (total > n)
        return WIRE_SHORT;
    f->ip  = head;
    f->tcp = total - head; /* what follows is padding of the link */
    if (get16(in + 6) & FRAG_MASK || in[9] != PROTO_TCP)
        return WIRE_NOT_TCP;
    return wire_ip_sum(in, head) == 0 ? WIRE_OK : WIRE_BAD_IP_SUM;
}

/* Hop-by-hop, routing and destination options (RFC 8200 4) are stepped over; a fragment is not TCP
 * to us. */
static enum wire_verdict ip6_frame(const uint8_t *in, size_t n, struct wire_frame *f)
{
    if (n < IP6_HEAD)
        return WIRE_SHORT;
    size_t end = IP6_HEAD + (size_t)get16(in + 4), at = IP6_HEAD;
    if (end > n)
        return WIRE_SHORT;
    uint8_t next = in[6];
    while (next == 0 || next == 43 || next == 60) {
        if (at + 8 > end)
            return WIRE_SHORT;
        next = in[at];
        at += 8 + in[at + 1] * (size_t)8;
        if (at > end)
            return WIRE_SHORT;
    }
    f->ip  = at;
    f->tcp = end - at;
    return next == PROTO_TCP ? WIRE_OK : WIRE_NOT_TCP;
}

enum wire_verdict wire_frame(const uint8_t *in, size_t n, struct wire_frame *f)
{
    enum wire_verdict v;

    memset(f, 0, sizeof *f);
    if (n == 0)
        return WIRE_SHORT;
    switch (in[0] >> 4) {
    case 4: v = ip4_frame(in, n, f); break;
    case 6: v = ip6_frame(in, n, f); break;
    default: return WIRE_BAD_HEADER;
    }
    if (v != WIRE_OK && v != WIRE_BAD_IP_SUM)
        return v;
    if (f->tcp < TCP_HEAD)
        return WIRE_SHORT;
    f->head = (size_t)(in[f->ip + 12] >> 4) * 4;
    if (f->head < TCP_HEAD || f->head > f->tcp)
        return WIRE_BAD_HEADER;
    if (v == WIRE_OK && wire_tcp_sum(in, in + f->ip, f->tcp) != 0)
        return WIRE_BAD_TCP_SUM;
    return v;
}

/* One option of kind o[0] and length n, both known to be inside the header. */
static void get_option(struct segment *s, const uint8_t *o, size_t n)
{
    bool syn = s->ctl & CTL_SYN;

    if (o[0] == KIND_MSS && n == 4 && syn) {
        s->opt |= OPT_MSS;
        s->mss = get16(o + 2);
    } else if (o[0] == KIND_SCALE && n == 3 && syn) {
        s->opt |= OPT_WSCALE;
        s->wscale = o[2];
    } else if (o[0] == KIND_SACKS && n == 2 && syn) {
        s->opt |= OPT_SACK_OK;
    } else if (o[0] == KIND_TS && n == 10) {
        s->opt |= OPT_TS;
        s->tsval = get32(o + 2);
        s->tsecr = get32(o + 6);
    } else if (o[0] == KIND_SACK && n >= 10 && n % 8 == 2 && n <= 2 + 8 * SEGMENT_SACKS && !syn) {
        s->opt |= OPT_SACK;
        memset(s->sack, 0, sizeof s->sack); /* should it be there twice */
        s->n_sack = (uint8_t)((n - 2) / 8);
        for (uint8_t i = 0; i < s->n_sack; i++)
            s->sack[i] =
                (struct sack_block){ .lo = get32(o + 2 + 8 * i), .hi = get32(o + 6 + 8 * i) };
    }
}

static void get_options(struct segment *s, const uint8_t *o, size_t n)
{
    static const uint8_t usual[] = { KIND_NOP, KIND_NOP, KIND_TS, 10 }; /* RFC 7323 A */

    if (n == sizeof usual + 8 && memcmp(o, usual, sizeof usual) == 0) {
        get_option(s, o + 2, 10);
        return;
    }
    for (size_t at = 0; at < n && o[at] != KIND_END;) {
        if (o[at] == KIND_NOP) {
            at++;
            continue;
        }
        if (at + 1 >= n || o[at + 1] < 2 || at + o[at + 1] > n)
            return; /* where the next one would begin cannot be known */
        get_option(s, o + at, o[at + 1]);
        at += o[at + 1];
    }
}

enum wire_verdict wire_decode(const uint8_t *in, size_t n, struct endpoint *from,
                              struct endpoint *to, struct segment *seg, const uint8_t **text)
{
    struct wire_frame f;
    enum wire_verdict v = wire_frame(in, n, &f);

    memset(seg, 0, sizeof *seg);
    memset(from, 0, sizeof *from);
    memset(to, 0, sizeof *to);
    *text = NULL;
    if (v != WIRE_OK && v != WIRE_BAD_TCP_SUM)
        return v;
    if (in[0] >> 4 == 4) {
        get_addr4(&from->addr, in + 12);
        get_addr4(&to->addr, in + 16);
        seg->ecn = in[1] & 3;
        seg->tos = (uint8_t)(in[1] & ~3);
    } else {
        memcpy(from->addr.b, in + 8, 16);
        memcpy(to->addr.b, in + 24, 16);
        seg->ecn = in[1] >> 4 & 3;
        seg->tos = (uint8_t)((in[0] << 4 | in[1] >> 4) & ~3);
        if (addr_is_v4(&from->addr) || addr_is_v4(&to->addr)) {
            memset(from, 0, sizeof *from); /* mapped ones are never on a wire (RFC 4291 2.5.5.2) */
            memset(to, 0, sizeof *to);
            seg->ecn = seg->tos = 0;
            return WIRE_BAD_HEADER;
        }
    }
    const uint8_t *tcp = in + f.ip;
    from->port         = get16(tcp);
    to->port           = get16(tcp + 2);
    seg->seq           = get32(tcp + 4);
    seg->ack           = get32(tcp + 8);
    seg->ctl           = tcp[13];
    seg->wnd           = get16(tcp + 14);
    seg->up            = get16(tcp + 18);
    seg->len           = (uint32_t)(f.tcp - f.head);
    get_options(seg, tcp + TCP_HEAD, f.head - TCP_HEAD);
    *text = tcp + f.head;
    return v;
}
