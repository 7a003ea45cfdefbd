/* SPDX-License-Identifier: MIT
 * wire.h - IPv4 or IPv6 + TCP as bytes (RFC 791, RFC 8200, RFC 9293 3.1), with checksums.
 *
 * What crosses a link is what wire_encode() wrote and wire_decode() read: the same bytes go to
 * captures.  Malformed input is a verdict, never an error.
 */
#ifndef FW_TCP_WIRE_H
#define FW_TCP_WIRE_H

#include "base/value.h"
#include "tcp/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_MAX     = 1500, /* MTU: the largest datagram, in bytes */
    WIRE_TTL     = 64,
    WIRE_OPTIONS = 40, /* the largest TCP option area */
};

VALUE_BEGIN

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d (RFC 4291 2.5.5.2). */
struct addr {
    uint8_t b[16];
};

/* A socket in the RFC's sense: address and port. */
struct endpoint {
    struct addr addr;
    uint16_t    port;
    uint16_t    pad_;
};

VALUE_END

enum wire_verdict {
    WIRE_OK,
    WIRE_SHORT,       /* fewer bytes than the headers say */
    WIRE_NOT_TCP,     /* another protocol, or a fragment */
    WIRE_BAD_HEADER,  /* version, header length or data offset make no sense */
    WIRE_BAD_IP_SUM,  /* IPv4 header checksum */
    WIRE_BAD_TCP_SUM, /* TCP checksum (MUST-3) */
};

/* "bad TCP checksum" and so on. */
extern const char *const wire_verdict_name[];

bool addr_is_v4(const struct addr *a);
bool addr_equal(const struct addr *a, const struct addr *b);

/* Is it unspecified, multicast or broadcast: invalid as a peer (MUST-46, 57, 63)? */
bool addr_invalid(const struct addr *a);

/* "10.0.0.1" or "2001:db8::1" (RFC 5952) into buf of at least 40 bytes.  Returns buf. */
char *addr_text(const struct addr *a, char *buf, size_t cap);

/* The reverse; false when it is neither. */
bool addr_parse(const char *text, struct addr *out);

/* Write the datagram; the text is seg->len bytes at `text`.  `id` is the IPv4 identification.
 * Options are written in the order MSS, SACK-permitted, timestamps, window scale, SACK, padded as
 * common stacks do and with zeros at the end (MUST-69).  Returns its length, at most WIRE_MAX. */
size_t wire_encode(uint8_t out[WIRE_MAX], const struct endpoint *from, const struct endpoint *to,
                   const struct segment *seg, const uint8_t *text, uint16_t id);

/* Read it back.  On WIRE_OK all is filled in and *text points into `in`; on WIRE_BAD_TCP_SUM too,
 * for what it is worth; else all is zero.  Unknown options are skipped; an option with an
 * impossible length ends the options (MUST-6, 7, 64). */
enum wire_verdict wire_decode(const uint8_t *in, size_t n, struct endpoint *from,
                              struct endpoint *to, struct segment *seg, const uint8_t **text);

/* -- The frame of a datagram, for those who look at bytes ------------------------------- */

struct wire_frame {
    size_t ip;   /* where the TCP header begins */
    size_t tcp;  /* bytes of the segment: header, options, text */
    size_t head; /* of these, header and options */
};

/* Lengths checked against each other, then checksums: with WIRE_OK and the two WIRE_BAD_..._SUM all
 * of *f is filled in. */
enum wire_verdict wire_frame(const uint8_t *in, size_t n, struct wire_frame *f);

/* Checksums (RFC 1071); 0 over a header or segment that holds its own and is intact. */
uint16_t wire_ip_sum(const uint8_t *head, size_t n);
uint16_t wire_tcp_sum(const uint8_t *ip, const uint8_t *tcp, size_t n);

/* -- For the pane that shows bytes: where each field lies. ---------------------------- */

struct wire_field {
    const char *name;      /* "Sequence Number" */
    uint16_t    bit, len;  /* position and length in bits, from the start of the datagram */
    char        value[48]; /* as shown: "301", "FIN ACK", "0x1c46 correct" */
};

/* Fill at most `cap` fields of a well-formed datagram, in order; returns how many. */
size_t wire_fields(const uint8_t *in, size_t n, struct wire_field *field, size_t cap);

#endif
