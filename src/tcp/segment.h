/* SPDX-License-Identifier: MIT
 * segment.h - a TCP segment in host form (RFC 9293 3.1).
 *
 * Its text travels beside it, never inside it: the engine reasons about sequence
 * numbers and lengths, and whoever drives it moves the bytes.
 */
#ifndef FW_TCP_SEGMENT_H
#define FW_TCP_SEGMENT_H

#include "base/value.h"
#include "tcp/seq.h"

/* Control bits, in their places on the wire (RFC 9293 3.1, RFC 3168). */
enum ctl {
    CTL_FIN = 0x01,
    CTL_SYN = 0x02,
    CTL_RST = 0x04,
    CTL_PSH = 0x08,
    CTL_ACK = 0x10,
    CTL_URG = 0x20,
    CTL_ECE = 0x40,
    CTL_CWR = 0x80,
};

/* Which options are present in `struct segment`. */
enum segment_option {
    OPT_MSS     = 0x01, /* RFC 9293 3.7.1 */
    OPT_WSCALE  = 0x02, /* RFC 7323 2 */
    OPT_SACK_OK = 0x04, /* RFC 2018 2 */
    OPT_TS      = 0x08, /* RFC 7323 3 */
    OPT_SACK    = 0x10, /* RFC 2018 3; sack[0..n_sack) */
    OPT_TIGHT   = 0x20, /* not an option, but how a SYN's are laid out: see the knob opt_tight */
};

enum {
    SEGMENT_SACKS    = 4,   /* SACK blocks that fit in the option space (RFC 2018 3) */
    MSS_DEFAULT      = 536, /* when the peer sends no MSS option, IPv4 (RFC 9293 MUST-15) */
    MSS_DEFAULT_IPV6 = 1220,
};

/* Of the ECN bits: congestion was experienced on the way (RFC 3168 5). */
enum { ECN_CE = 3 };

VALUE_BEGIN

struct sack_block {
    seq lo, hi; /* [lo, hi) has been received */
};

struct segment {
    seq               seq, ack;
    uint16_t          wnd; /* as on the wire: not yet scaled */
    uint16_t          up;  /* urgent pointer: an offset from seq */
    uint32_t          len; /* of the text, in bytes */
    uint8_t           ctl; /* enum ctl bits */
    uint8_t           opt; /* enum segment_option bits */
    uint8_t           wscale;
    uint8_t           n_sack;
    uint16_t          mss;
    uint8_t           ecn; /* the ECN bits of the IP header: 0, 1 ECT(1), 2 ECT(0), 3 CE */
    uint8_t           tos; /* the rest of that byte: a codepoint of Diffserv << 2 */
    uint8_t           ttl, pad_[3]; /* of what leaves: time to live, hop limit; 0 is WIRE_TTL */
    uint32_t          tsval, tsecr;
    struct sack_block sack[SEGMENT_SACKS];
};

VALUE_END

/* SEG.LEN: text, plus one for SYN and one for FIN (RFC 9293 3.4). */
static inline uint32_t segment_len(const struct segment *s)
{
    return s->len + !!(s->ctl & CTL_SYN) + !!(s->ctl & CTL_FIN);
}

#endif
