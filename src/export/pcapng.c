/* SPDX-License-Identifier: MIT
 * pcapng.c - what a sniffer on one host would have caught, for Wireshark and tcpdump.
 *
 * The format is draft-ietf-opsawg-pcapng: a section, one interface, then a packet a block; every
 * block is a multiple of four bytes and has its length at both ends.  Written in little endian on
 * every machine, so that equal runs leave equal files.  Virtual time counts from 1970: viewers
 * show times since the first packet.
 */
#include "export/export.h"

#include "net/journal.h"

#include <string.h>

enum {
    BLOCK_SECTION   = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET    = 6, /* "enhanced packet" */
    BYTE_ORDER      = 0x1A2B3C4D,
    LINKTYPE_RAW    = 101, /* IPv4 or IPv6, as the first four bits say */

    OPT_END         = 0,
    OPT_COMMENT     = 1,
    OPT_APPLICATION = 4, /* of a section */
    OPT_NAME        = 2, /* of an interface */
    OPT_FLAGS       = 2, /* of a packet */

    FLAG_INBOUND  = 1,
    FLAG_OUTBOUND = 2,

    COMMENT_MOST = 4000,
    BLOCK_MOST   = WIRE_MAX + COMMENT_MOST + 100,
};

struct block {
    size_t  len;
    uint8_t byte[BLOCK_MOST];
};

static void put(struct block *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        b->byte[b->len++] = (uint8_t)(v >> 8 * i);
}

static void put_bytes(struct block *b, const void *bytes, size_t n)
{
    memcpy(b->byte + b->len, bytes, n);
    b->len += n;
    while (b->len % 4)
        b->byte[b->len++] = 0;
}

static void put_option(struct block *b, int code, const void *value, size_t n)
{
    put(b, (uint64_t)code, 2);
    put(b, n, 2);
    put_bytes(b, value, n);
}

static void begin(struct block *b, uint32_t type)
{
    b->len = 0;
    put(b, type, 4);
    put(b, 0, 4); /* the length, once it is known */
}

static void end(struct block *b, FILE *f)
{
    put_option(b, OPT_END, "", 0);
    uint32_t len = (uint32_t)b->len + 4;

    put(b, len, 4);
    b->len = 4;
    put(b, len, 4);
    fwrite(b->byte, 1, len, f);
}

static void section(struct block *b, FILE *f)
{
    static const char application[] = "finwait";

    begin(b, BLOCK_SECTION);
    put(b, BYTE_ORDER, 4);
    put(b, 1, 2); /* version 1.0 */
    put(b, 0, 2);
    put(b, UINT64_MAX, 8); /* how long the section is: not said */
    put_option(b, OPT_APPLICATION, application, strlen(application));
    end(b, f);
}

static void interface(struct block *b, FILE *f, const char *name)
{
    begin(b, BLOCK_INTERFACE);
    put(b, LINKTYPE_RAW, 2);
    put(b, 0, 2);
    put(b, 0, 4); /* packets are whole */
    put_option(b, OPT_NAME, name, strlen(name));
    end(b, f);
}

/* What the host made of it: a viewer shows this beside the packet. */
static void comment(const struct journal *j, const struct entry *e, struct text *out)
{
    if (e->before != e->after)
        text_add(out, "%s -> %s\n", tcp_state_name[e->before], tcp_state_name[e->after]);
    for (uint32_t i = 0; i < e->n_step; i++) {
        const struct step *s = &j->step[e->step + i];
        char               sentence[300];

        text_add(out, "%s: %s (", rule_table[s->rule].slug,
                 step_text(s, sentence, sizeof sentence));
        export_rfc(rule_table[s->rule].rfc, out);
        text_add(out, ")\n");
    }
}

static void packet(struct block *b, FILE *f, const struct journal *j, const struct entry *e)
{
    char        words[COMMENT_MOST];
    struct text t        = text_into(words, sizeof words);
    uint64_t    at       = (uint64_t)e->at;
    uint8_t     way      = e->kind == EVENT_SENT ? FLAG_OUTBOUND : FLAG_INBOUND;
    uint8_t     flags[4] = { way, 0, 0, 0 };

    begin(b, BLOCK_PACKET);
    put(b, 0, 4); /* of the only interface */
    put(b, at >> 32, 4);
    put(b, at & UINT32_MAX, 4);
    put(b, e->n_wire, 4); /* caught, and as long as it was */
    put(b, e->n_wire, 4);
    put_bytes(b, j->wire + e->wire, e->n_wire);
    comment(j, e, &t);
    if (t.len > 0 && words[t.len - 1] == '\n')
        t.len--;
    if (t.len > 0)
        put_option(b, OPT_COMMENT, words, t.len);
    put_option(b, OPT_FLAGS, flags, sizeof flags);
    end(b, f);
}

/* Was it seen on the host's own interface?  What boxes and people send in a host's name was not. */
static bool seen_at(const struct entry *e, uint8_t host)
{
    bool left = e->kind == EVENT_SENT && e->cause == CAUSE_NONE;
    bool came = e->kind == EVENT_ARRIVED || e->kind == EVENT_BAD;

    return e->host == host && e->n_wire > 0 && (left || came);
}

void export_pcapng(FILE *f, uint8_t host, const struct world *w, const struct journal *j,
                   size_t from, size_t to)
{
    struct block b;

    section(&b, f);
    interface(&b, f, export_host(w, host));
    for (size_t i = from; i < to; i++)
        if (seen_at(&j->entry[i], host))
            packet(&b, f, j, &j->entry[i]);
}
