/* SPDX-License-Identifier: MIT
 * wire_icmp.c - ICMP and ICMPv6 errors as bytes (RFC 792, RFC 4443).
 *
 * The reader trusts nothing in the quotation but what it needs: addresses, ports and the sequence
 * number, which is all that RFC 792 promises to be there.
 */
#include "tcp/icmp.h"

#include <assert.h>
#include <string.h>

enum {
    IP4_HEAD    = 20,
    IP6_HEAD    = 40,
    ICMP_HEAD   = 8,
    QUOTE4      = 548,                         /* RFC 1812 4.3.2.3: at most 576 in all */
    QUOTE6      = 1280 - IP6_HEAD - ICMP_HEAD, /* RFC 4443 2.4 c */
    QUOTE_TCP   = 8,
    PROTO_TCP   = 6,
    PROTO_ICMP  = 1,
    PROTO_ICMP6 = 58,
};

/* Type and code of each kind, for IPv4 and IPv6; type 0 is none. */
static const struct {
    uint8_t type4, code4, type6, code6;
} number[ICMP_KINDS] = {
    [ICMP_NET_UNREACHABLE]      = { 3, 0, 1, 0 },
    [ICMP_HOST_UNREACHABLE]     = { 3, 1, 1, 3 },
    [ICMP_PROTOCOL_UNREACHABLE] = { 3, 2, 4, 1 },
    [ICMP_PORT_UNREACHABLE]     = { 3, 3, 1, 4 },
    [ICMP_TOO_BIG]              = { 3, 4, 2, 0 },
    [ICMP_PROHIBITED]           = { 3, 13, 1, 1 },
    [ICMP_TIME_EXCEEDED]        = { 11, 0, 3, 0 },
    [ICMP_QUENCH]               = { 4, 0, 0, 0 },
};

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* With the pseudo-header of IPv6 (RFC 4443 2.3); 0 over a message that holds its own. */
uint16_t wire_icmp_sum(const uint8_t *ip, const uint8_t *m, size_t n)
{
    uint8_t buf[40 + WIRE_MAX];

    assert(n <= WIRE_MAX);
    if (ip[0] >> 4 == 4)
        return wire_ip_sum(m, n);
    memset(buf, 0, 40);
    memcpy(buf, ip + 8, 32);
    put16(buf + 34, (uint32_t)n);
    buf[39] = PROTO_ICMP6;
    memcpy(buf + 40, m, n);
    return wire_ip_sum(buf, 40 + n);
}

bool wire_is_icmp(const uint8_t *in, size_t n)
{
    return n >= IP4_HEAD
           && ((in[0] >> 4 == 4 && in[9] == PROTO_ICMP)
               || (in[0] >> 4 == 6 && n >= IP6_HEAD && in[6] == PROTO_ICMP6));
}

size_t wire_icmp_encode(uint8_t out[WIRE_MAX], const struct addr *from, const struct icmp *m,
                        const uint8_t *quoted, size_t n)
{
    bool   v4   = quoted[0] >> 4 == 4;
    size_t head = v4 ? IP4_HEAD : IP6_HEAD, most = v4 ? QUOTE4 : QUOTE6;

    assert(m->kind < ICMP_KINDS);
    if (n > most)
        n = most;
    size_t len = ICMP_HEAD + n;
    memset(out, 0, head + ICMP_HEAD);
    if (v4) {
        out[0] = 4 << 4 | IP4_HEAD / 4;
        put16(out + 2, (uint32_t)(head + len));
        out[8] = WIRE_TTL;
        out[9] = PROTO_ICMP;
        memcpy(out + 12, from->b + 12, 4);
        memcpy(out + 16, quoted + 12, 4);
        put16(out + 10, wire_ip_sum(out, IP4_HEAD));
    } else {
        out[0] = 6 << 4;
        put16(out + 4, (uint32_t)len);
        out[6] = PROTO_ICMP6;
        out[7] = WIRE_TTL;
        memcpy(out + 8, from->b, 16);
        memcpy(out + 24, quoted + 8, 16);
    }
    uint8_t *icmp = out + head;
    icmp[0]       = v4 ? number[m->kind].type4 : number[m->kind].type6;
    icmp[1]       = v4 ? number[m->kind].code4 : number[m->kind].code6;
    if (m->kind == ICMP_TOO_BIG)
        put16(icmp + 6, m->mtu);
    memcpy(icmp + ICMP_HEAD, quoted, n);
    put16(icmp + 2, wire_icmp_sum(out, icmp, len));
    return head + len;
}

static bool kind_of(bool v4, uint8_t type, uint8_t code, enum icmp_kind *kind)
{
    /* RFC 792, 1122 3.2.2.1, 1812 5.2.7.1: by code of "destination unreachable", 5 to 15. */
    static const uint8_t also[] = {
        ICMP_NET_UNREACHABLE, ICMP_NET_UNREACHABLE,  ICMP_HOST_UNREACHABLE, ICMP_HOST_UNREACHABLE,
        ICMP_PROHIBITED,      ICMP_PROHIBITED,       ICMP_NET_UNREACHABLE,  ICMP_HOST_UNREACHABLE,
        ICMP_PROHIBITED,      ICMP_HOST_UNREACHABLE, ICMP_HOST_UNREACHABLE
    };

    if (v4 && type == 3 && code >= 5 && code <= 15) {
        *kind = (enum icmp_kind)also[code - 5];
        return true;
    }
    if (!v4 && type == 1
        && code == 2) { /* beyond the scope of our address: where we are, it may pass */
        *kind = ICMP_HOST_UNREACHABLE;
        return true;
    }
    if (!v4 && type == 1 && (code == 5 || code == 6)) { /* "more informative subsets of code 1" */
        *kind = ICMP_PROHIBITED;
        return true;
    }
    if (type == (v4 ? 11 : 3)) { /* both codes */
        *kind = ICMP_TIME_EXCEEDED;
        return true;
    }
    for (int k = 0; k < ICMP_KINDS; k++)
        if (type && type == (v4 ? number[k].type4 : number[k].type6)
            && code == (v4 ? number[k].code4 : number[k].code6)) {
            *kind = (enum icmp_kind)k;
            return true;
        }
    return false;
}

static void address(struct addr *a, bool v4, const uint8_t *p)
{
    memset(a, 0, sizeof *a);
    if (v4) {
        a->b[10] = a->b[11] = 0xff;
        memcpy(a->b + 12, p, 4);
    } else {
        memcpy(a->b, p, 16);
    }
}

/* The quotation: an IP header, and at least eight bytes of TCP. */
static bool get_quote(const uint8_t *q, size_t n, bool v4, struct endpoint *local,
                      struct endpoint *remote, struct icmp *m)
{
    size_t head = v4 && n ? (q[0] & 15u) * 4u : IP6_HEAD;

    if (n < (v4 ? IP4_HEAD : IP6_HEAD) || q[0] >> 4 != (v4 ? 4 : 6) || head < IP4_HEAD
        || n < head + QUOTE_TCP || (v4 ? q[9] : q[6]) != PROTO_TCP)
        return false;
    memset(local, 0, sizeof *local);
    memset(remote, 0, sizeof *remote);
    address(&local->addr, v4, q + (v4 ? 12 : 8));
    address(&remote->addr, v4, q + (v4 ? 16 : 24));
    local->port  = get16(q + head);
    remote->port = get16(q + head + 2);
    m->seq       = get32(q + head + 4);
    return true;
}

bool wire_icmp_decode(const uint8_t *in, size_t n, struct addr *to, struct endpoint *local,
                      struct endpoint *remote, struct icmp *m)
{
    if (!wire_is_icmp(in, n))
        return false;
    bool   v4    = in[0] >> 4 == 4;
    size_t head  = v4 ? (in[0] & 15u) * 4u : IP6_HEAD;
    size_t total = v4 ? get16(in + 2) : IP6_HEAD + (size_t)get16(in + 4);
    if (head < IP4_HEAD || total > n || total > WIRE_MAX || total < head + ICMP_HEAD
        || (v4 && wire_ip_sum(in, head) != 0))
        return false;
    const uint8_t *icmp = in + head;
    memset(m, 0, sizeof *m);
    if (wire_icmp_sum(in, icmp, total - head) != 0 || !kind_of(v4, icmp[0], icmp[1], &m->kind))
        return false;
    if (m->kind == ICMP_TOO_BIG)
        m->mtu = v4 ? get16(icmp + 6) : get32(icmp + 4);
    m->whole = icmp[1] == 0;
    address(to, v4, in + (v4 ? 16 : 24));
    return get_quote(icmp + ICMP_HEAD, total - head - ICMP_HEAD, v4, local, remote, m);
}
