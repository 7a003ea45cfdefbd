/* SPDX-License-Identifier: MIT
 * wire_fields.c - where each field of a datagram lies and what it says, for the pane that shows
 * bytes.
 *
 * Formatted by hand, like everything in src/tcp.
 */
#include "tcp/icmp.h"

#include <string.h>

struct sheet {
    const uint8_t     *in;
    struct wire_field *field;
    size_t             n, cap;
    struct wire_field  spare;
};

/* -- words into the value of a field --------------------------------------------------------- */

static void say(struct wire_field *f, const char *s)
{
    size_t at = strlen(f->value);

    while (*s && at + 1 < sizeof f->value)
        f->value[at++] = *s++;
    f->value[at] = '\0';
}

static void say_number(struct wire_field *f, uint32_t v)
{
    char   digits[12];
    size_t at = sizeof digits;

    digits[--at] = '\0';
    do
        digits[--at] = (char)('0' + v % 10);
    while (v /= 10);
    say(f, digits + at);
}

static void say_hex(struct wire_field *f, uint32_t v, int digits)
{
    say(f, "0x");
    while (digits-- > 0) {
        char c[2] = { "0123456789abcdef"[v >> (4 * digits) & 15], '\0' };
        say(f, c);
    }
}

/* -- fields ---------------------------------------------------------------------------------- */

/* The next field, `len` bits from bit `bit`.  When the sheet is full the words go to a spare one.
 */
static struct wire_field *add(struct sheet *s, const char *name, size_t bit, size_t len)
{
    struct wire_field *f = s->n < s->cap ? &s->field[s->n++] : &s->spare;

    memset(f, 0, sizeof *f);
    f->name = name;
    f->bit  = (uint16_t)bit;
    f->len  = (uint16_t)len;
    return f;
}

/* Up to 32 bits, most significant first. */
static uint32_t bits(const struct sheet *s, size_t bit, size_t len)
{
    uint32_t v = 0;

    for (; len > 0; len--, bit++)
        v = v << 1 | (s->in[bit / 8] >> (7 - bit % 8) & 1u);
    return v;
}

static struct wire_field *add_number(struct sheet *s, const char *name, size_t bit, size_t len)
{
    struct wire_field *f = add(s, name, bit, len);

    say_number(f, bits(s, bit, len));
    return f;
}

static void add_hex(struct sheet *s, const char *name, size_t bit, size_t len)
{
    say_hex(add(s, name, bit, len), bits(s, bit, len), (int)(len + 3) / 4);
}

/* Codepoints of Diffserv that have a name: the class selectors (RFC 2474), assured forwarding (RFC
 * 2597), expedited forwarding (RFC 3246), less than best effort (RFC 8622). */
static void add_dscp(struct sheet *s, size_t bit)
{
    enum { EF = 46, LE = 1 };
    uint32_t           v = bits(s, bit, 6), class = v >> 3, drop = v & 7;
    struct wire_field *f = add_number(s, "DSCP", bit, 6);

    if (v == EF || v == LE) {
        say(f, v == EF ? " EF" : " LE");
    } else if (v && drop == 0) {
        say(f, " CS");
        say_number(f, class);
    } else if (class >= 1 && class <= 4 && drop % 2 == 0) {
        say(f, " AF");
        say_number(f, class * 10 + drop / 2);
    }
}

static void add_ecn(struct sheet *s, size_t bit)
{
    static const char *const name[4] = { "Not-ECT", "ECT(1)", "ECT(0)", "CE" };

    say(add(s, "ECN", bit, 2), name[bits(s, bit, 2)]);
}

/* `whole` is the checksum over everything, 0 if it is right; what it should have been follows from
 * that. */
static void add_sum(struct sheet *s, const char *name, size_t bit, uint16_t whole)
{
    struct wire_field *f  = add(s, name, bit, 16);
    uint32_t           is = bits(s, bit, 16), should = is + whole;

    say_hex(f, is, 4);
    if (whole == 0) {
        say(f, " correct");
        return;
    }
    say(f, " wrong, should be ");
    say_hex(f, (should & 0xffff) + (should >> 16), 4);
}

static void add_addr(struct sheet *s, const char *name, size_t byte, size_t len)
{
    struct wire_field *f = add(s, name, byte * 8, len * 8);
    struct addr        a;

    memset(&a, 0, sizeof a);
    if (len == 4)
        a.b[10] = a.b[11] = 0xff;
    memcpy(a.b + 16 - len, s->in + byte, len);
    addr_text(&a, f->value, sizeof f->value);
}

static void add_bytes(struct sheet *s, const char *name, size_t byte, size_t len)
{
    struct wire_field *f = add(s, name, byte * 8, len * 8);

    say_number(f, (uint32_t)len);
    say(f, len == 1 ? " byte" : " bytes");
}

static void add_ip4(struct sheet *s, size_t head)
{
    static const char *const flags[8] = {
        "none", "MF", "DF", "DF MF", "reserved", "reserved MF", "reserved DF", "reserved DF MF"
    };

    add_number(s, "Version", 0, 4);
    say(add_number(s, "Header Length", 4, 4), " words");
    add_dscp(s, 8);
    add_ecn(s, 14);
    say(add_number(s, "Total Length", 16, 16), " bytes");
    add_hex(s, "Identification", 32, 16);
    say(add(s, "Flags", 48, 3), flags[bits(s, 48, 3)]);
    add_number(s, "Fragment Offset", 51, 13);
    add_number(s, "Time to Live", 64, 8);
    say(add_number(s, "Protocol", 72, 8), bits(s, 72, 8) == 1 ? " ICMP" : " TCP");
    add_sum(s, "Header Checksum", 80, wire_ip_sum(s->in, head));
    add_addr(s, "Source Address", 12, 4);
    add_addr(s, "Destination Address", 16, 4);
    if (head > 20)
        add_bytes(s, "IP Options", 20, head - 20);
}

static void add_ip6(struct sheet *s, size_t head)
{
    add_number(s, "Version", 0, 4);
    add_dscp(s, 4);
    add_ecn(s, 10);
    add_hex(s, "Flow Label", 12, 20);
    say(add_number(s, "Payload Length", 32, 16), " bytes");
    say(add_number(s, "Next Header", 48, 8), bits(s, 48, 8) == 6    ? " TCP"
                                             : bits(s, 48, 8) == 58 ? " ICMPv6"
                                                                    : "");
    add_number(s, "Hop Limit", 56, 8);
    add_addr(s, "Source Address", 8, 16);
    add_addr(s, "Destination Address", 24, 16);
    if (head > 40)
        add_bytes(s, "Extension Headers", 40, head - 40);
}

static void add_flags(struct sheet *s, size_t bit)
{
    static const char *const name[8] = { "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN" };
    struct wire_field       *f       = add(s, "Control Bits", bit, 8);

    for (size_t i = 0; i < 8; i++)
        if (bits(s, bit + i, 1)) {
            if (f->value[0])
                say(f, " ");
            say(f, name[i]);
        }
    if (!f->value[0])
        say(f, "none");
}

/* One option of n bytes at `at`. */
static void add_option(struct sheet *s, size_t at, size_t n)
{
    struct wire_field *f;
    uint8_t            kind = s->in[at];
    size_t             bit  = at * 8;

    if (kind == 2 && n == 4) {
        say_number(add(s, "Maximum Segment Size", bit, 32), bits(s, bit + 16, 16));
    } else if (kind == 3 && n == 3) {
        f = add(s, "Window Scale", bit, 24);
        say(f, "shift ");
        say_number(f, bits(s, bit + 16, 8));
    } else if (kind == 4 && n == 2) {
        say(add(s, "SACK Permitted", bit, 16), "yes");
    } else if (kind == 8 && n == 10) {
        f = add(s, "Timestamps", bit, 80);
        say(f, "value ");
        say_number(f, bits(s, bit + 16, 32));
        say(f, " echo ");
        say_number(f, bits(s, bit + 48, 32));
    } else if (kind == 5 && n >= 10 && n % 8 == 2) {
        for (size_t i = 2; i < n; i += 8) { /* a field a block: all would not fit in one */
            size_t from = i == 2 ? 0 : i;

            f = add(s, "SACK", (at + from) * 8, (i + 8 - from) * 8);
            say_number(f, bits(s, (at + i) * 8, 32));
            say(f, " .. ");
            say_number(f, bits(s, (at + i + 4) * 8, 32));
        }
    } else {
        f = add(s, "Unknown Option", bit, n * 8);
        say(f, "kind ");
        say_number(f, kind);
    }
}

static void add_options(struct sheet *s, size_t at, size_t end)
{
    while (at < end) {
        if (s->in[at] == 1) {
            say(add(s, "No-Operation", at * 8, 8), "padding");
            at++;
        } else if (s->in[at] == 0) {
            say(add(s, "End of Options", at * 8, (end - at) * 8), "zeros");
            return;
        } else if (at + 1 >= end || s->in[at + 1] < 2 || at + s->in[at + 1] > end) {
            say(add(s, "Malformed Option", at * 8, (end - at) * 8), "ends the options");
            return;
        } else {
            add_option(s, at, s->in[at + 1]);
            at += s->in[at + 1];
        }
    }
}

/* Type and code in words that fit in a column. */
static const char *type_word(enum icmp_kind k, bool v4)
{
    if (k == ICMP_TIME_EXCEEDED)
        return " time exceeded";
    if (k == ICMP_QUENCH)
        return " source quench";
    if (!v4 && k == ICMP_TOO_BIG)
        return " too big";
    return !v4 && k == ICMP_PROTOCOL_UNREACHABLE ? " bad parameter" : " unreachable";
}

static const char *const code_word[ICMP_KINDS] = {
    [ICMP_NET_UNREACHABLE]      = " net",
    [ICMP_HOST_UNREACHABLE]     = " host",
    [ICMP_PROTOCOL_UNREACHABLE] = " protocol",
    [ICMP_PORT_UNREACHABLE]     = " port",
    [ICMP_TOO_BIG]              = " too big",
    [ICMP_PROHIBITED]           = " prohibited",
    [ICMP_TIME_EXCEEDED]        = "",
    [ICMP_QUENCH]               = "",
};

/* An ICMP error: its header, and what the datagram that it quotes says of itself. */
static size_t icmp_fields(struct sheet *s, size_t n)
{
    struct addr     to;
    struct endpoint local, remote;
    struct icmp     m;

    if (!wire_icmp_decode(s->in, n, &to, &local, &remote, &m))
        return 0;
    bool   v4    = s->in[0] >> 4 == 4;
    size_t head  = v4 ? (s->in[0] & 15u) * 4u : 40;
    size_t total = v4 ? bits(s, 16, 16) : 40 + bits(s, 32, 16), quote = head + 8, t = head * 8;
    size_t tcp = quote + (v4 ? (s->in[quote] & 15u) * 4u : 40);

    if (v4)
        add_ip4(s, head);
    else
        add_ip6(s, head);
    say(add_number(s, "Type", t, 8), type_word(m.kind, v4));
    say(add_number(s, "Code", t + 8, 8), code_word[m.kind]);
    add_sum(s, "Checksum", t + 16, wire_icmp_sum(s->in, s->in + head, total - head));
    if (m.kind == ICMP_TOO_BIG && v4) {
        add_number(s, "Unused", t + 32, 16);
        say(add_number(s, "Next-Hop MTU", t + 48, 16), " bytes");
    } else if (m.kind == ICMP_TOO_BIG) {
        say(add_number(s, "MTU", t + 32, 32), " bytes");
    } else {
        add_number(s, "Unused", t + 32, 32);
    }
    add_addr(s, "Quoted: Source", quote + (v4 ? 12 : 8), v4 ? 4 : 16);
    add_addr(s, "Quoted: Destination", quote + (v4 ? 16 : 24), v4 ? 4 : 16);
    add_number(s, "Quoted: Source Port", tcp * 8, 16);
    add_number(s, "Quoted: Dest. Port", tcp * 8 + 16, 16);
    add_number(s, "Quoted: Seq. Number", tcp * 8 + 32, 32);
    if (total > tcp + 8)
        add_bytes(s, "Quoted: the rest", tcp + 8, total - tcp - 8);
    return s->n;
}

size_t wire_fields(const uint8_t *in, size_t n, struct wire_field *field, size_t cap)
{
    struct sheet      s = { .in = in, .field = field, .cap = cap };
    struct wire_frame f;
    enum wire_verdict v = wire_frame(in, n, &f);

    if (wire_is_icmp(in, n))
        return icmp_fields(&s, n);

    if ((v != WIRE_OK && v != WIRE_BAD_IP_SUM && v != WIRE_BAD_TCP_SUM) || f.ip + f.tcp > 8191)
        return 0; /* a bit position must fit in 16 bits */
    if (in[0] >> 4 == 4)
        add_ip4(&s, f.ip);
    else
        add_ip6(&s, f.ip);

    size_t t = f.ip * 8;
    add_number(&s, "Source Port", t, 16);
    add_number(&s, "Destination Port", t + 16, 16);
    add_number(&s, "Sequence Number", t + 32, 32);
    add_number(&s, "Acknowledgment Number", t + 64, 32);
    say(add_number(&s, "Data Offset", t + 96, 4), " words");
    add_number(&s, "Reserved", t + 100, 4);
    add_flags(&s, t + 104);
    add_number(&s, "Window", t + 112, 16);
    add_sum(&s, "Checksum", t + 128, wire_tcp_sum(in, in + f.ip, f.tcp));
    add_number(&s, "Urgent Pointer", t + 144, 16);
    add_options(&s, f.ip + 20, f.ip + f.head);
    if (f.tcp > f.head)
        add_bytes(&s, "Text", f.ip + f.head, f.tcp - f.head);
    return s.n;
}
