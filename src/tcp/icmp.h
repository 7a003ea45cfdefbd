/* SPDX-License-Identifier: MIT
 * icmp.h - what the network says of a segment that it could not deliver (RFC 792, 4443, 5927).
 */
#ifndef FW_TCP_ICMP_H
#define FW_TCP_ICMP_H

#include "tcp/tcp.h"
#include "tcp/wire.h"

enum icmp_kind {
    ICMP_NET_UNREACHABLE,
    ICMP_HOST_UNREACHABLE,
    ICMP_PROTOCOL_UNREACHABLE,
    ICMP_PORT_UNREACHABLE,
    ICMP_TOO_BIG, /* "fragmentation needed", "packet too big" */
    ICMP_PROHIBITED,
    ICMP_TIME_EXCEEDED,
    ICMP_QUENCH,
    ICMP_KINDS
};

/* "port unreachable" and so on. */
extern const char *const icmp_name[ICMP_KINDS];

struct icmp {
    enum icmp_kind kind;
    uint32_t       mtu; /* ICMP_TOO_BIG: of the next hop; 0 is not said */
    seq            seq; /* of the segment that it quotes */
    bool whole;         /* ICMP_TIME_EXCEEDED: on the way, not while fragments were put together */
};

enum icmp_verdict {
    ICMP_IGNORED, /* about nothing in flight, or of no consequence */
    ICMP_NOTED,   /* to be reported if the connection is given up */
    ICMP_ENDED,   /* the connection is CLOSED */
    ICMP_HEEDED,  /* the segments become smaller */
};

/* The network reports an error about a segment of this connection (RFC 9293 3.9.2.2). */
enum icmp_verdict tcp_icmp(struct tcb *t, const struct tcp_env *env, const struct icmp *m);

/* Is this datagram ICMP of its version? */
bool wire_is_icmp(const uint8_t *in, size_t n);

/* An error about `quoted`, which is n bytes of a datagram, sent back to where it came from; `from`
 * is who says so.  Returns its length. */
size_t wire_icmp_encode(uint8_t out[WIRE_MAX], const struct addr *from, const struct icmp *m,
                        const uint8_t *quoted, size_t n);

/* The checksum of a message of n bytes in the datagram that begins at `ip`; 0 over one that holds
 * its own and is intact. */
uint16_t wire_icmp_sum(const uint8_t *ip, const uint8_t *m, size_t n);

/* Read it: whom it is for, and the sockets of the connection as the one it is for sees them.  False
 * when it is no error about TCP, or its checksum is wrong. */
bool wire_icmp_decode(const uint8_t *in, size_t n, struct addr *to, struct endpoint *local,
                      struct endpoint *remote, struct icmp *m);

#endif
