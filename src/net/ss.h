/* SPDX-License-Identifier: MIT
 * ss.h - the socket table of a host, as `ss -tano` and `netstat -tan` print it.
 */
#ifndef FW_NET_SS_H
#define FW_NET_SS_H

#include "net/world.h"

enum ss_family { SS_V4, SS_V6, SS_BOTH };

struct ss_row {
    enum tcp_state state;
    uint32_t       recv_q, send_q; /* an unread FIN counts one in Recv-Q; LISTEN: accept queue and
                                    * backlog */
    struct endpoint local, peer;
    int             timer;   /* enum tcp_timer, or -1 */
    vspan           left;    /* of that timer */
    uint32_t        retries; /* the third field of ss's timer:() */
    bool            orphan;  /* no process holds it */
    uint32_t        conn, serial, life;
    uint32_t        host;  /* of a listener, 1-based */
    enum ss_family  wild;  /* of one that names no address: which it takes */
    vtime           since; /* in this state */
};

/* Rows of host (1-based; 0: all hosts): listeners, then the others in order of creation.  Returns
 * how many there are, fills at most cap: then the newest connections, before what is in TIME_WAIT.
 * Its cost is that of what it fills. */
size_t ss_rows(const struct world *w, uint32_t host, struct ss_row *row, size_t cap);

/* "LAST-ACK   0  1  10.0.0.2:80  10.0.0.1:50312  timer:(on,2sec,1)" as ss prints it; netstat = true
 * spells states FIN_WAIT2, TIME_WAIT as netstat does. */
const char *ss_text(const struct ss_row *r, bool netstat, char *buf, size_t cap);

/* The second line, which `ss -i` adds for connections that TCP still keeps whole: "sack cubic
 * wscale:7,7 rto:300 rtt:100/50 mss:1460 ...", each value as ss names it, those that are zero left
 * out as ss does.  A listener has but its congestion control; TIME_WAIT nothing. */
const char *ss_info_text(const struct world *w, const struct ss_row *r, char *buf, size_t cap);

/* The state's spelling in ss ("FIN-WAIT-2") and netstat ("FIN_WAIT2"). */
const char *ss_state(enum tcp_state s, bool netstat);

#endif
