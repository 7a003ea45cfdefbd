/* SPDX-License-Identifier: MIT
 * info.h - TCP_INFO: what a socket knows of its connection, as getsockopt() tells it.
 *
 * Names and units are those of Linux's struct tcp_info, which tools know; ages are milliseconds,
 * round-trip times microseconds.
 */
#ifndef FW_NET_INFO_H
#define FW_NET_INFO_H

#include "net/sock.h"

struct sock_info {
    enum tcp_state state;
    uint32_t       retransmits, probes, backoff; /* in a row; keep-alives; doublings of the RTO */
    uint32_t       snd_wscale, rcv_wscale;
    uint32_t       rto, rtt, rttvar, ato; /* us */
    uint32_t       snd_mss, rcv_mss, advmss, pmtu;
    uint32_t       ca_state;               /* 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss */
    uint32_t       snd_cwnd, snd_ssthresh; /* segments */
    uint32_t       sacked, lost;           /* segments: reported; taken for lost */
    uint32_t       unacked, retrans;       /* segments in flight; of these, again */
    uint32_t       total_retrans;          /* ever */
    uint32_t       last_data_sent, last_ack_sent; /* ms since */
    uint32_t       last_data_recv, last_ack_recv; /* ms since */
    uint32_t       snd_wnd, rcv_wnd, rcv_space;   /* bytes */
    uint32_t       notsent_bytes, unread;         /* in the send and the receive queue */
    uint64_t       bytes_sent, bytes_retrans;     /* text; sent: with what was sent again */
    /* By how much SND.UNA and RCV.NXT have advanced: a FIN is one more, and so is the SYN of who
     * opened (of the other it was over before counting began), as in Linux. */
    uint64_t bytes_acked, bytes_received;
    uint64_t segs_out, segs_in;                       /* of all kinds */
    uint32_t data_segs_out, data_segs_in;             /* of these, with text */
    uint32_t min_rtt;                                 /* us; 0: not measured */
    uint64_t busy_time, rwnd_limited, sndbuf_limited; /* us: chrono.c */
    uint32_t reord_seen, dsack_dups;                  /* ACKs */
    uint32_t agreed, cc; /* bits of enum tcp_agreed; the policy's knob cc */
};

/* The fields by name (info.def). */
enum info_field {
#define INFO(field, unit, what) INFO_##field,
#include "net/info.def"
#undef INFO
    INFO_COUNT
};

struct info_row {
    const char *name, *unit, *what; /* unit: "us", "ms" or "" */
};

extern const struct info_row info_table[INFO_COUNT];

uint64_t    info_value(const struct sock_info *i, uint32_t field); /* enum info_field; else 0 */
const char *info_name(uint32_t field);                             /* "?" when there is none */

/* What connection `conn` (an index of REGION_CONN that is in use) knows. */
void conn_info(const struct world *w, uint32_t conn, struct sock_info *out);

/* 0, or -ERR_EBADF.  Of a socket without a connection only the state is filled in. */
int sock_info(const struct net_call *c, int fd, struct sock_info *out);

#endif
