/* SPDX-License-Identifier: MIT
 * unreach.c - an ICMP error has arrived: which connection is it about, and what comes of it.
 */
#include "net/host.h"
#include "tcp/icmp.h"

#include <string.h>

/* What the user is told should the connection be given up. */
static enum err error_of(enum icmp_kind k)
{
    return k == ICMP_NET_UNREACHABLE                                      ? ERR_ENETUNREACH
           : k == ICMP_PORT_UNREACHABLE || k == ICMP_PROTOCOL_UNREACHABLE ? ERR_ECONNREFUSED
                                                                          : ERR_EHOSTUNREACH;
}

static void bad(struct world *w, struct journal *j, struct entry *e, const uint8_t *bytes, size_t n,
                const char *why)
{
    struct told more = { .text = why, .n_text = strlen(why), .wire = bytes, .n_wire = n };

    host_of(w, e->host)->bad++;
    e->kind = EVENT_BAD;
    world_tell(w, j, e, &more);
}

/* TIME_WAIT has nothing in flight that an error could be about. */
static void time_wait(struct world *w, struct journal *j, uint32_t tw, struct entry *e,
                      const struct icmp *m, const uint8_t *bytes, size_t n)
{
    struct turn t;

    turn_begin_time_wait(&t, w, j, tw);
    struct tcb tcb = tcp_unpack(&world_time_wait(w, tw)->tw, t.policy);
    tcp_icmp(&tcb, &t.env, m);
    e->kind = EVENT_ARRIVED;
    turn_entry(&t, e, (enum tcp_state)tcb.state);
    struct told more = { .step   = t.trace.step,
                         .n_step = t.trace.len,
                         .text   = icmp_name[m->kind],
                         .n_text = strlen(icmp_name[m->kind]),
                         .wire   = bytes,
                         .n_wire = n };
    world_tell(w, j, e, &more);
    turn_end_time_wait(&t, &tcb, tw);
}

void host_icmp(struct world *w, struct journal *j, uint32_t host, struct entry *e,
               const uint8_t *bytes, size_t n)
{
    struct endpoint local, remote;
    struct addr     to;
    struct icmp     m;
    struct turn     t;
    uint32_t        conn;

    e->host = (uint8_t)host;
    e->conn = 0;
    if (!wire_icmp_decode(bytes, n, &to, &local, &remote, &m)) {
        bad(w, j, e, bytes, n, "ICMP, but no error about TCP");
        return;
    }
    e->seg.seq = m.seq;
    e->sport   = remote.port;
    e->dport   = local.port;
    if (world_host_at(w, &to) == host && (conn = host_find_time_wait(w, &local, &remote)) != 0) {
        time_wait(w, j, conn, e, &m, bytes, n);
        return;
    }
    if (world_host_at(w, &to) != host || !addr_equal(&to, &local.addr)
        || (conn = host_find(w, &local, &remote)) == 0) {
        bad(w, j, e, bytes, n, "ICMP about no connection of this host");
        return;
    }
    struct conn *c = world_conn(w, conn);
    turn_begin(&t, w, j, host, conn);
    enum icmp_verdict v = tcp_icmp(t.tcb, &t.env, &m);
    if (v == ICMP_NOTED || (v == ICMP_ENDED && m.kind == ICMP_TIME_EXCEEDED))
        c->soft = (uint8_t)error_of(m.kind);
    e->kind   = EVENT_ARRIVED;
    e->signal = t.tcb->signal;
    turn_entry(&t, e, (enum tcp_state)t.tcb->state);
    struct told more = { .step   = t.trace.step,
                         .n_step = t.trace.len,
                         .text   = icmp_name[m.kind],
                         .n_text = strlen(icmp_name[m.kind]),
                         .wire   = bytes,
                         .n_wire = n };
    world_tell(w, j, e, &more);
    turn_end(&t);
}
