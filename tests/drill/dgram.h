/* SPDX-License-Identifier: MIT
 * dgram.h - what a script says of a segment, as bytes and back.
 *
 * Its own encoder and decoder, not those of tcp/wire.h: the order of options, unknown ones and
 * wrong ones matter here, and a fault of the one would not be seen by the other.
 */
#ifndef FW_DRILL_DGRAM_H
#define FW_DRILL_DGRAM_H

#include "drill.h"
#include "tcp/wire.h"

enum { DGRAM_MAX = 65535 + 40 };

/* The datagram; the text is zeros, as packetdrill's is.  For ICMP, `from` and `to` are those of the
 * message's own way (from the peer), and what it quotes is a segment that went the other way.
 * Returns the number of bytes. */
size_t dgram_write(uint8_t *out, const struct endpoint *from, const struct endpoint *to,
                   const struct pkt *p);

/* What is wrong with it, or NULL.  *p holds numbers as on the wire. */
const char *dgram_read(const uint8_t *in, size_t n, struct endpoint *from, struct endpoint *to,
                       struct pkt *p);

#endif
