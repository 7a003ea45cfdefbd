/* SPDX-License-Identifier: MIT
 * info.c - TCP_INFO.
 */
#include "net/info.h"

#include "net/host.h"

#include <string.h>

const struct info_row info_table[INFO_COUNT] = {
#define INFO(field, unit, what) { #field, unit, what },
#include "net/info.def"
#undef INFO
};

uint64_t info_value(const struct sock_info *i, uint32_t field)
{
    switch (field) {
#define INFO(name, unit, what)                                                                     \
    case INFO_##name:                                                                              \
        return i->name;
#include "net/info.def"
#undef INFO
    default: return 0;
    }
}

const char *info_name(uint32_t field) { return field < INFO_COUNT ? info_table[field].name : "?"; }

uint32_t stamp_ms(const struct world *w) { return (uint32_t)(w->now / MSEC(1)); }

/* Segments in flight, and those of them that were sent more than once. */
static void count_flight(const struct world *w, const struct tcb *t, struct sock_info *out)
{
    for (uint32_t i = t->flight; i; i = world_node(w, i)->next) {
        out->unacked++;
        out->retrans += world_node(w, i)->tries > 1;
    }
}

static uint32_t segments(const struct tcb *t, uint32_t bytes)
{
    return (uint32_t)(((uint64_t)bytes + t->mss_out - 1) / t->mss_out);
}

/* As Linux numbers them: open, disorder (something is missing, nothing is yet taken for lost), CWR,
 * recovery, loss. */
static uint32_t ca_state(const struct tcb *t)
{
    switch ((enum cc_phase)t->cc.phase) {
    case CC_RECOVERY: return 3;
    case CC_LOSS: return 4;
    default: break;
    }
    if (t->cc.marked && seq_lt(t->snd.una, t->cc.ecn_end - 1))
        return 2;
    return t->cc.dupacks || t->cc.sacked ? 1 : 0;
}

enum { MSS_GUESS = 536 }; /* until a larger segment has come */

void conn_info(const struct world *w, uint32_t conn, struct sock_info *out)
{
    const struct conn *c = world_conn(w, conn);
    struct tcb         room;
    const struct tcb  *t    = conn_look(w, c, &room);
    const struct sock *sock = c->sock ? world_sock(w, c->sock) : NULL;
    uint32_t           now = stamp_ms(w), head = addr_is_v4(&c->local.addr) ? 40 : 60;
    uint32_t           stamps = tcp_agreed(t) & AGREED_TIMESTAMPS ? 12 : 0;

    memset(out, 0, sizeof *out);
    out->state       = (enum tcp_state)t->state;
    out->retransmits = out->backoff = t->backoff;
    out->probes                     = t->probes;
    out->snd_wscale                 = t->snd_scale;
    out->rcv_wscale                 = t->rcv_scale;
    out->rto                        = t->rto;
    out->rtt                        = t->srtt;
    out->rttvar                     = t->rttvar;
    out->snd_mss                    = t->mss_out;
    out->advmss                     = t->mss_in - stamps;
    out->rcv_mss                    = c->seen_mss > MSS_GUESS   ? c->seen_mss
                                      : MSS_GUESS < out->advmss ? MSS_GUESS
                                                                : out->advmss;
    out->ato            = c->data_segs_in ? policy_of(w, c->host, sock).delack_ms * 1000 : 0;
    out->pmtu           = t->mss_out + head + stamps;
    out->total_retrans  = t->retrans;
    out->last_data_sent = now - c->text_sent;
    out->last_ack_sent  = now - c->ack_sent;
    out->last_data_recv = now - c->text_came;
    out->last_ack_recv  = now - c->ack_came;
    out->snd_wnd        = t->snd.wnd;
    out->rcv_wnd        = t->rcv.wnd;
    out->rcv_space      = t->rcv.buf;
    out->notsent_bytes  = seq_lt(t->snd.nxt, t->snd.end) ? t->snd.end - t->snd.nxt : 0;
    out->unread         = t->rcv.user;
    out->bytes_sent     = c->bytes_out;
    out->bytes_retrans  = c->bytes_again;
    out->data_segs_out  = c->data_segs_out;
    out->data_segs_in   = c->data_segs_in;
    out->min_rtt        = t->rack.min_rtt == UINT32_MAX ? 0 : t->rack.min_rtt;
    out->cc             = policy_of(w, c->host, sock).cc;
    out->agreed         = tcp_agreed(t);
    out->segs_out       = c->segs_out;
    out->segs_in        = c->segs_in;
    if (t->rcv.nxt != t->irs)
        out->bytes_received = conn_rcv_offset(c, t, t->rcv.nxt);
    if (t->snd.una != t->iss)
        out->bytes_acked =
            conn_snd_offset(c, t, seq_min(t->snd.una, t->snd.end)) + !t->passive + tcp_fin_acked(t);
    count_flight(w, t, out);
    out->ca_state   = ca_state(t);
    out->reord_seen = t->rack.late;
    out->dsack_dups = t->rack.twice;
    uint32_t busy, window, buffer;
    chrono_look(w, c, &busy, &window, &buffer);
    out->busy_time      = (uint64_t)busy * 1000;
    out->rwnd_limited   = (uint64_t)window * 1000;
    out->sndbuf_limited = (uint64_t)buffer * 1000;
    /* whole segments: what has grown by a part of one lets nothing more leave */
    out->snd_cwnd     = t->cc.cwnd < t->mss_out ? segments(t, t->cc.cwnd) : t->cc.cwnd / t->mss_out;
    out->snd_ssthresh = t->cc.ssthresh == UINT32_MAX ? INT32_MAX : t->cc.ssthresh / t->mss_out;
    out->sacked       = segments(t, t->cc.sacked);
    out->lost         = segments(t, t->cc.lost);
}

int sock_info(const struct net_call *c, int fd, struct sock_info *out)
{
    uint32_t           i = sock_of_fd(c->w, c->host, fd);
    const struct sock *s = i ? world_sock(c->w, i) : NULL;

    memset(out, 0, sizeof *out);
    if (!s)
        return -ERR_EBADF;
    if (s->kind == SOCK_LISTENING)
        out->state = TCP_LISTEN;
    if (!s->conn || world_conn(c->w, s->conn)->forgot)
        return 0;
    conn_info(c->w, s->conn, out);
    /* Linux moves TIME_WAIT to a record of its own, and leaves the socket closed. */
    if (out->state == TCP_TIME_WAIT && policy_of(c->w, c->host, s).minisock)
        out->state = TCP_CLOSED;
    return 0;
}
