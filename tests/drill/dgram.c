/* SPDX-License-Identifier: MIT
 * dgram.c - what a script says of a segment, as bytes and back. */
#include "dgram.h"
#include "tcp/segment.h"

#include <assert.h>
#include <string.h>

static uint8_t *put8(uint8_t *p, uint32_t v)
{
    *p = (uint8_t)v;
    return p + 1;
}

static uint8_t *put16(uint8_t *p, uint32_t v) { return put8(put8(p, v >> 8 & 255), v & 255); }
static uint8_t *put32(uint8_t *p, uint32_t v) { return put16(put16(p, v >> 16), v & 65535); }
static uint32_t get16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t get32(const uint8_t *p) { return get16(p) << 16 | get16(p + 2); }

/* The sum of 16-bit words, not yet folded (RFC 1071). */
static uint64_t add(uint64_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += get16(p + i);
    if (n % 2)
        sum += (uint64_t)p[n - 1] << 8;
    return sum;
}

static uint16_t fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 65535) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint64_t pseudo(const struct addr *from, const struct addr *to, size_t n, uint32_t protocol)
{
    size_t   skip = addr_is_v4(from) ? 12 : 0;
    uint64_t sum  = add(0, from->b + skip, 16 - skip);

    return add(sum, to->b + skip, 16 - skip) + n + protocol;
}

/* An IP header before n bytes; returns where they go. */
static uint8_t *ip_header(uint8_t *out, const struct addr *from, const struct addr *to, size_t n,
                          uint32_t protocol, const struct pkt *p)
{
    uint32_t ttl = p->ttl < 0 ? 255 : (uint32_t)p->ttl;
    uint32_t tos = (p->ecn < 0 ? 0 : (uint32_t)p->ecn) | (p->tos < 0 ? 0 : (uint32_t)p->tos);

    if (addr_is_v4(from)) {
        memset(out, 0, 20);
        out[0] = 0x45;
        out[1] = (uint8_t)tos;
        put16(out + 2, (uint32_t)n + 20);
        out[8] = (uint8_t)ttl;
        out[9] = (uint8_t)protocol;
        memcpy(out + 12, from->b + 12, 4);
        memcpy(out + 16, to->b + 12, 4);
        put16(out + 10, fold(add(0, out, 20)));
        return out + 20;
    }
    memset(out, 0, 8);
    put16(out, 0x6000 | tos << 4);
    put16(out + 4, (uint32_t)n);
    out[6] = (uint8_t)protocol;
    out[7] = (uint8_t)ttl;
    memcpy(out + 8, from->b, 16);
    memcpy(out + 24, to->b, 16);
    return out + 40;
}

static uint8_t *put_option(uint8_t *q, const struct opt *o)
{
    q = put8(q, o->kind);
    switch (o->kind) {
    case OPTK_EOL:
    case OPTK_NOP: return q;
    case OPTK_MSS:
        if (o->n == 0)
            return put16(put8(q, 4), o->a);
        break;
    case OPTK_WSCALE:
        if (o->n == 0)
            return put8(put8(q, 3), o->a);
        break;
    case OPTK_SACK_OK:
        if (o->n == 0)
            return put8(q, 2);
        break;
    case OPTK_TS:
        if (o->n == 0)
            return put32(put32(put8(q, 10), o->a), o->b);
        break;
    case OPTK_SACK:
        if (o->a) /* written byte by byte */
            break;
        q = put8(q, 2 + 8u * o->n);
        for (int i = 0; i < o->n; i++)
            q = put32(put32(q, o->lo[i]), o->hi[i]);
        return q;
    default: break;
    }
    memcpy(q, o->raw, o->n); /* its length byte is the first of these */
    return q + o->n;
}

static size_t write_icmp(uint8_t *out, const struct endpoint *from, const struct endpoint *to,
                         const struct pkt *p)
{
    uint8_t    quoted[64];
    struct pkt of = { .ecn = -1, .tos = -1, .ttl = -1 };
    bool       v4 = addr_is_v4(&from->addr);
    /* The header of the datagram that earned it, and eight bytes: ports and sequence number. */
    uint8_t *q = ip_header(quoted, &to->addr, &from->addr, 20 + p->len, 6, &of);
    q          = put32(put16(put16(q, to->port), from->port), p->seq);
    size_t   n = (size_t)(q - quoted);
    uint8_t *h = ip_header(out, &from->addr, &to->addr, n + 8, v4 ? 1 : 58, p);
    uint8_t *r = put8(h, v4 ? p->icmp_type : p->icmp6_type);
    r          = put16(put8(r, v4 ? p->icmp_code : p->icmp6_code), 0);
    r          = v4 ? put16(put16(r, 0), p->icmp_mtu) : put32(r, p->icmp_mtu);
    memcpy(r, quoted, n);
    uint64_t sum = v4 ? 0 : pseudo(&from->addr, &to->addr, n + 8, 58);
    put16(h + 2, fold(add(sum, h, n + 8)));
    return (size_t)(r - out) + n;
}

size_t dgram_write(uint8_t *out, const struct endpoint *from, const struct endpoint *to,
                   const struct pkt *p)
{
    uint8_t  option[256];
    uint8_t *q = option;

    if (p->icmp)
        return write_icmp(out, from, to, p);
    for (size_t i = 0; i < p->n_opt && q < option + 128; i++)
        q = put_option(q, &p->opt[i]);
    while ((q - option) % 4)
        q = put8(q, 0);
    size_t room = (size_t)(q - option);
    assert(room <= 40 && "the options of a segment take at most 40 bytes");
    size_t   n = 20 + room + p->len;
    uint8_t *t = ip_header(out, &from->addr, &to->addr, n, 6, p);
    uint8_t *r = put16(put16(t, from->port), to->port);
    r          = put32(put32(r, p->seq), p->ctl & CTL_ACK || p->has_ack ? p->ack : 0);
    r          = put8(put8(r, (5 + (uint32_t)room / 4) << 4), p->ctl);
    r          = put16(put16(put16(r, p->win), 0), p->up);
    memcpy(r, option, room);
    memset(r + room, 0, p->len);
    put16(t + 16, fold(add(pseudo(&from->addr, &to->addr, n, 6), t, n)));
    return (size_t)(t - out) + n;
}

static const char *read_options(const uint8_t *p, size_t n, struct pkt *out)
{
    for (size_t i = 0, end = n; i < n;) {
        struct opt *o = &out->opt[out->n_opt++];
        o->kind       = p[i];
        if (p[i] != OPTK_EOL && end < n)
            return "something other than zeros after the end of the options";
        if (p[i] == OPTK_EOL)
            end = i;
        if (p[i] == OPTK_NOP || p[i] == OPTK_EOL) {
            i++;
            continue;
        }
        if (i + 2 > n || p[i + 1] < 2 || i + p[i + 1] > n)
            return "an option with an impossible length";
        size_t         len = p[i + 1];
        const uint8_t *v   = p + i + 2;
        if (o->kind == OPTK_MSS && len == 4)
            o->a = get16(v);
        else if (o->kind == OPTK_WSCALE && len == 3)
            o->a = v[0];
        else if (o->kind == OPTK_TS && len == 10) {
            o->a = get32(v);
            o->b = get32(v + 4);
        } else if (o->kind == OPTK_SACK && len >= 10 && (len - 2) % 8 == 0 && len <= 34) {
            for (o->n = 0; o->n < (len - 2) / 8; o->n++) {
                o->lo[o->n] = get32(v + 8 * o->n);
                o->hi[o->n] = get32(v + 8 * o->n + 4);
            }
        } else if (o->kind != OPTK_SACK_OK || len != 2) {
            o->n = (uint8_t)(len - 1);
            memcpy(o->raw, p + i + 1, len - 1);
        }
        i += len;
    }
    return NULL;
}

static struct addr v4_addr(const uint8_t *p)
{
    struct addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, p[0], p[1], p[2], p[3] } };

    return a;
}

const char *dgram_read(const uint8_t *in, size_t n, struct endpoint *from, struct endpoint *to,
                       struct pkt *p)
{
    const uint8_t *t;

    memset(p, 0, sizeof *p);
    memset(from, 0, sizeof *from);
    memset(to, 0, sizeof *to);
    if (n >= 40 && in[0] >> 4 == 4) {
        if (in[0] != 0x45 || get16(in + 2) != n)
            return "an IP header of a wrong length";
        if (fold(add(0, in, 20)) != 0)
            return "a wrong IP header checksum";
        if (in[9] != 6)
            return "no TCP";
        p->ecn     = in[1] & 3;
        p->tos     = in[1] & ~3;
        p->ttl     = in[8];
        from->addr = v4_addr(in + 12);
        to->addr   = v4_addr(in + 16);
        t          = in + 20;
    } else if (n >= 60 && in[0] >> 4 == 6) {
        if (get16(in + 4) + 40 != n)
            return "an IPv6 header of a wrong length";
        if (in[6] != 6)
            return "no TCP";
        p->ecn = in[1] >> 4 & 3;
        p->tos = ((in[0] << 4 | in[1] >> 4) & 0xfc);
        p->ttl = in[7];
        memcpy(from->addr.b, in + 8, 16);
        memcpy(to->addr.b, in + 24, 16);
        t = in + 40;
    } else
        return "too short for IP and TCP headers";

    size_t len = n - (size_t)(t - in), head = 4 * (size_t)(t[12] >> 4);
    if (head < 20 || head > len)
        return "a wrong TCP data offset";
    if (fold(add(pseudo(&from->addr, &to->addr, len, 6), t, len)) != 0)
        return "a wrong TCP checksum";
    if (t[12] & 15)
        return "reserved bits that are not zero";
    from->port = (uint16_t)get16(t);
    to->port   = (uint16_t)get16(t + 2);
    p->seq     = get32(t + 4);
    p->ack     = get32(t + 8);
    p->ctl     = t[13];
    p->has_ack = (p->ctl & CTL_ACK) != 0;
    p->win     = get16(t + 14);
    p->has_win = true;
    p->up      = get16(t + 18);
    p->len     = (uint32_t)(len - head);
    p->end     = p->seq + p->len;
    for (size_t i = head; i < len; i++)
        if (t[i] != 0)
            return "text that the script has not written (it writes zeros)";
    return read_options(t + 20, head - 20, p);
}
