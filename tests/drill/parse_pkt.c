/* SPDX-License-Identifier: MIT
 * parse_pkt.c - segments and ICMP messages, as scripts write them. */
#include "base/text.h"
#include "lex.h"
#include "tcp/segment.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool number_below(struct lex *l, int64_t limit, uint32_t *out)
{
    int64_t n = 0;

    *out = 0;
    if (!lex_number(l, &n))
        return false;
    if (n < 0 || n > limit)
        return lex_fail(l, "%lld is out of range: at most %lld", (long long)n, (long long)limit);
    *out = (uint32_t)n;
    return true;
}

/* [ect0], (ttl 3), [tos 0x2]: what the IP header says. */
static bool ip_info(struct lex *l, struct pkt *p)
{
    static const struct {
        const char *name;
        int         ecn;
    } mark[]          = { { "noecn", 0 }, { "ect1", 1 }, { "ect0", 2 }, { "ce", 3 } };
    const char *close = lex_take(l, "[") ? "]" : lex_take(l, "(") ? ")" : NULL;
    uint32_t    n;

    if (close == NULL)
        return true;
    do {
        if (lex_keyword(l, "ttl")) {
            if (!number_below(l, 255, &n))
                return false;
            p->ttl = (int)n;
            continue;
        }
        if (lex_keyword(l, "tos")) {
            if (!number_below(l, 255, &n))
                return false;
            p->ecn = (int)(n & 3);
            p->tos = (int)(n & ~3u);
            continue;
        }
        size_t i = 0;
        while (i < 4 && !lex_keyword(l, mark[i].name))
            i++;
        if (i == 4)
            return lex_fail(l, "expected noecn, ect0, ect1, ce, tos or ttl");
        p->ecn = mark[i].ecn;
    } while (lex_take(l, ","));
    return lex_need(l, close);
}

/* S . F R P U E W, in any order; "-" is none. */
static bool flags(struct lex *l, struct pkt *p)
{
    static const char    letter[] = "FSRP.UEW";
    static const uint8_t bit[]    = { CTL_FIN, CTL_SYN, CTL_RST, CTL_PSH,
                                      CTL_ACK, CTL_URG, CTL_ECE, CTL_CWR };

    if (!lex_more(l))
        return lex_fail(l, "expected flags, found the end of the file");
    if (*l->p == '-') {
        l->p++;
        return true;
    }
    const char *from = l->p;
    for (; *l->p && !isspace((unsigned char)*l->p); l->p++) {
        const char *at = strchr(letter, *l->p);
        if (at == NULL)
            return lex_fail(l, "'%c' is no flag: they are S . F R P U E W, or - for none", *l->p);
        p->ctl |= bit[at - letter];
    }
    return l->p > from || lex_fail(l, "expected flags");
}

static bool seq_range(struct lex *l, struct pkt *p)
{
    if (!p->in && lex_take(l, "...")) {
        p->any_seq = true;
        return lex_need(l, "(") && number_below(l, 65535, &p->len) && lex_need(l, ")");
    }
    if (!number_below(l, UINT32_MAX, &p->seq) || !lex_need(l, ":")
        || !number_below(l, UINT32_MAX, &p->end) || !lex_need(l, "(")
        || !number_below(l, 65535, &p->len) || !lex_need(l, ")"))
        return false;
    if (p->seq + p->len != p->end)
        return lex_fail(l, "%u:%u is not %u bytes", p->seq, p->end, p->len);
    return true;
}

static bool sack_blocks(struct lex *l, struct opt *o)
{
    while (lex_more(l) && isdigit((unsigned char)*l->p)) {
        if (o->n == 4)
            return lex_fail(l, "at most 4 SACK blocks fit");
        if (!number_below(l, UINT32_MAX, &o->lo[o->n]) || !lex_need(l, ":")
            || !number_below(l, UINT32_MAX, &o->hi[o->n]))
            return false;
        o->n++;
    }
    return true;
}

/* `opt KIND HEX`: an option that nobody knows, or one of a wrong size: the bytes after the kind,
 * the length byte included.  An addition to the language. */
static bool raw_option(struct lex *l, struct opt *o)
{
    uint32_t kind;
    int      digit = 0;

    if (!number_below(l, 255, &kind))
        return false;
    o->kind = (uint8_t)kind;
    lex_more(l);
    for (; isxdigit((unsigned char)*l->p) && o->n < OPT_RAW; l->p++, digit++) {
        int v        = isdigit((unsigned char)*l->p) ? *l->p - '0' : (*l->p | 32) - 'a' + 10;
        o->raw[o->n] = (uint8_t)(o->raw[o->n] << 4 | v);
        o->n         = (uint8_t)(o->n + digit % 2);
    }
    o->a = 1; /* written byte by byte */
    return digit % 2 == 0 || lex_fail(l, "an odd number of hexadecimal digits");
}

static bool one_option(struct lex *l, struct opt *o)
{
    if (lex_keyword(l, "nop"))
        o->kind = OPTK_NOP;
    else if (lex_keyword(l, "eol"))
        o->kind = OPTK_EOL;
    else if (lex_keyword(l, "sackOK"))
        o->kind = OPTK_SACK_OK;
    else if (lex_keyword(l, "mss")) {
        o->kind = OPTK_MSS;
        return number_below(l, 65535, &o->a);
    } else if (lex_keyword(l, "wscale")) {
        o->kind = OPTK_WSCALE;
        return number_below(l, 255, &o->a);
    } else if (lex_keyword(l, "sack")) {
        o->kind = OPTK_SACK;
        return sack_blocks(l, o);
    } else if (lex_keyword(l, "TS")) {
        o->kind = OPTK_TS;
        if (!lex_keyword(l, "val"))
            return lex_fail(l, "expected TS val N ecr N");
        if (!number_below(l, UINT32_MAX, &o->a))
            return false;
        if (!lex_keyword(l, "ecr"))
            return lex_fail(l, "expected TS val N ecr N");
        return number_below(l, UINT32_MAX, &o->b);
    } else if (lex_keyword(l, "opt"))
        return raw_option(l, o);
    else
        return lex_fail(l, "expected mss, sackOK, TS, wscale, sack, nop, eol or opt");
    return true;
}

/* Bytes that an option takes in the header. */
static size_t option_size(const struct opt *o)
{
    switch (o->kind) {
    case OPTK_EOL:
    case OPTK_NOP: return 1;
    case OPTK_SACK: return o->a ? 1u + o->n : 2 + 8u * o->n;
    case OPTK_MSS: return o->n ? 1u + o->n : 4;
    case OPTK_WSCALE: return o->n ? 1u + o->n : 3;
    case OPTK_SACK_OK: return o->n ? 1u + o->n : 2;
    case OPTK_TS: return o->n ? 1u + o->n : 10;
    default: return 1u + o->n;
    }
}

static bool options(struct lex *l, struct pkt *p)
{
    size_t size = 0;

    if (!lex_take(l, "<"))
        return true;
    if (lex_take(l, "...")) {
        p->any_opts = true;
        return lex_need(l, ">");
    }
    if (lex_take(l, ">"))
        return true;
    do {
        if (p->n_opt == OPT_LIST)
            return lex_fail(l, "too many options");
        if (!one_option(l, &p->opt[p->n_opt++]))
            return false;
        size += option_size(&p->opt[p->n_opt - 1]);
        if (size > 40)
            return lex_fail(l, "the options of a segment take at most 40 bytes");
    } while (lex_take(l, ","));
    return lex_need(l, ">");
}

/* What may follow seq:end(len). */
static bool tail(struct lex *l, struct pkt *p)
{
    if (lex_keyword(l, "ack")) {
        p->has_ack = true;
        if (!number_below(l, UINT32_MAX, &p->ack))
            return false;
    }
    if (lex_keyword(l, "win")) {
        p->has_win = true;
        if (!number_below(l, 65535, &p->win))
            return false;
    }
    if (lex_keyword(l, "urg") && !number_below(l, 65535, &p->up))
        return false;
    return options(l, p);
}

/* Type and code in ICMP, and in ICMPv6 where that has it too. */
static const struct {
    const char *type, *code;
    uint8_t     t4, c4, t6, c6;
} icmp_table[] = {
    { "unreachable", "net_unreachable", 3, 0, 0, 0 },
    { "unreachable", "host_unreachable", 3, 1, 0, 0 },
    { "unreachable", "protocol_unreachable", 3, 2, 0, 0 },
    { "unreachable", "port_unreachable", 3, 3, 1, 4 },
    { "unreachable", "frag_needed", 3, 4, 0, 0 },
    { "unreachable", "source_route_failed", 3, 5, 0, 0 },
    { "unreachable", "net_unknown", 3, 6, 0, 0 },
    { "unreachable", "host_unknown", 3, 7, 0, 0 },
    { "unreachable", "source_host_isolated", 3, 8, 0, 0 },
    { "unreachable", "net_prohibited", 3, 9, 0, 0 },
    { "unreachable", "host_prohibited", 3, 10, 0, 0 },
    { "unreachable", "net_unreachable_for_tos", 3, 11, 0, 0 },
    { "unreachable", "host_unreachable_for_tos", 3, 12, 0, 0 },
    { "unreachable", "packet_filtered", 3, 13, 0, 0 },
    { "unreachable", "precedence_violation", 3, 14, 0, 0 },
    { "unreachable", "precedence_cutoff", 3, 15, 0, 0 },
    { "unreachable", "no_route", 0, 0, 1, 0 },
    { "unreachable", "admin_prohibited", 0, 0, 1, 1 },
    { "unreachable", "not_neighbour", 0, 0, 1, 2 },
    { "unreachable", "address_unreachable", 0, 0, 1, 3 },
    { "redirect", NULL, 5, 0, 0, 0 },
    { "source_quench", NULL, 4, 0, 0, 0 },
    { "time_exceeded", "exc_ttl", 11, 0, 3, 0 },
    { "time_exceeded", "ttl_exceeded_in_transit", 11, 0, 3, 0 },
    { "time_exceeded", "exceeded_hop_limit", 11, 0, 3, 0 },
    { "time_exceeded", "exc_fragtime", 11, 1, 3, 1 },
    { "time_exceeded", "frag_reass_exceeded", 11, 1, 3, 1 },
    { "time_exceeded", "exceeded_frag_time", 11, 1, 3, 1 },
    { "parameter_problem", "unknown_next_header", 12, 0, 4, 1 },
    { "parameter_problem", "unknown_option", 12, 0, 4, 2 },
    { "parameter_problem", NULL, 12, 0, 4, 0 },
    { "packet_too_big", NULL, 0, 0, 2, 0 },
};

static bool icmp(struct lex *l, struct pkt *p)
{
    const char *type = lex_word(l), *code = NULL;
    size_t      i = 0, n = sizeof icmp_table / sizeof icmp_table[0];

    p->icmp = true;
    if (type == NULL)
        return lex_fail(l, "expected the type of an ICMP message");
    struct lex here = *l;
    if (lex_keyword(l, "mtu"))
        *l = here; /* no code was written */
    else
        code = lex_word(l);
    while (i < n
           && !(strcmp(type, icmp_table[i].type) == 0
                && (code == NULL || icmp_table[i].code == NULL
                    || strcmp(code, icmp_table[i].code) == 0)))
        i++;
    if (i == n)
        return lex_fail(l, "no such ICMP message: %s %s", type, code ? code : "");
    p->icmp_type  = icmp_table[i].t4;
    p->icmp_code  = icmp_table[i].c4;
    p->icmp6_type = icmp_table[i].t6;
    p->icmp6_code = icmp_table[i].c6;
    if (lex_keyword(l, "mtu") && !number_below(l, UINT32_MAX, &p->icmp_mtu))
        return false;
    if (lex_take(l, "["))
        return seq_range(l, p) && lex_need(l, "]");
    return true;
}

bool parse_pkt(struct lex *l, bool in, struct pkt **out)
{
    struct pkt *p = arena_take(l->arena, sizeof *p);
    uint32_t    n;

    *out   = p;
    p->in  = in;
    p->ecn = p->tos = p->ttl = -1;
    if (!ip_info(l, p))
        return false;
    if (lex_keyword(l, "icmp"))
        return icmp(l, p);
    if (lex_more(l) && isdigit((unsigned char)*l->p)) { /* 8080 > 9090: other ports */
        if (!number_below(l, 65535, &n))
            return false;
        p->sport = (uint16_t)n;
        if (!lex_need(l, ">") || !number_below(l, 65535, &n))
            return false;
        p->dport = (uint16_t)n;
    }
    return flags(l, p) && seq_range(l, p) && tail(l, p);
}

/* -- And back to text. ----------------------------------------------------------------------- */

static void opt_text(struct text *t, const struct opt *o)
{
    switch (o->kind) {
    case OPTK_EOL: text_add(t, "eol"); break;
    case OPTK_NOP: text_add(t, "nop"); break;
    case OPTK_MSS: text_add(t, "mss %u", o->a); break;
    case OPTK_WSCALE: text_add(t, "wscale %u", o->a); break;
    case OPTK_SACK_OK: text_add(t, "sackOK"); break;
    case OPTK_TS: text_add(t, "TS val %u ecr %u", o->a, o->b); break;
    case OPTK_SACK:
        text_add(t, "sack");
        for (int i = 0; i < o->n; i++)
            text_add(t, " %u:%u", o->lo[i], o->hi[i]);
        break;
    default:
        text_add(t, "opt %u ", o->kind);
        for (int i = 0; i < o->n; i++)
            text_add(t, "%02x", o->raw[i]);
    }
}

char *pkt_text(const struct pkt *p, char *buf, size_t cap)
{
    static const char *const mark[] = { "[noecn] ", "[ect1] ", "[ect0] ", "[ce] " };
    struct text              t      = text_into(buf, cap);

    text_add(&t, "%c ", p->in ? '<' : '>');
    if (p->icmp) {
        text_add(&t, "icmp type %u code %u", p->icmp_type, p->icmp_code);
        return buf;
    }
    if (p->ecn >= 0)
        text_add(&t, "%s", mark[p->ecn]);
    text_add(&t, "%s%s%s%s%s%s%s%s%s", p->ctl & CTL_SYN ? "S" : "", p->ctl & CTL_FIN ? "F" : "",
             p->ctl & CTL_RST ? "R" : "", p->ctl & CTL_PSH ? "P" : "", p->ctl & CTL_URG ? "U" : "",
             p->ctl & CTL_ECE ? "E" : "", p->ctl & CTL_CWR ? "W" : "", p->ctl & CTL_ACK ? "." : "",
             p->ctl ? "" : "-");
    text_add(&t, " %u:%u(%u)", p->seq, p->end, p->len);
    if (p->ctl & CTL_ACK)
        text_add(&t, " ack %u", p->ack);
    if (p->has_win)
        text_add(&t, " win %u", p->win);
    if (p->up)
        text_add(&t, " urg %u", p->up);
    if (p->any_opts)
        text_add(&t, " <...>");
    else if (p->n_opt) {
        text_add(&t, " <");
        for (size_t i = 0; i < p->n_opt; i++) {
            text_add(&t, i ? "," : "");
            opt_text(&t, &p->opt[i]);
        }
        text_add(&t, ">");
    }
    return buf;
}
