/* SPDX-License-Identifier: MIT
 * ss_info.c - what `ss -i` adds to a connection: TCP_INFO in ss's words.
 *
 * The names, their order and their units are those of iproute2's ss, so that what was learnt here
 * can be read there.  Linux's ss leaves out what is zero; so does this.
 */
#include "base/text.h"
#include "net/info.h"
#include "net/ss.h"

#include <inttypes.h>

/* Milliseconds of a time in microseconds, with as many of the three decimals as say something. */
static void add_ms(struct text *t, const char *before, uint32_t us)
{
    text_add(t, "%s%" PRIu32, before, us / 1000);
    if (us % 1000 == 0)
        return;
    if (us % 100 == 0)
        text_add(t, ".%" PRIu32, us % 1000 / 100);
    else if (us % 10 == 0)
        text_add(t, ".%02" PRIu32, us % 1000 / 10);
    else
        text_add(t, ".%03" PRIu32, us % 1000);
}

static void add_count(struct text *t, const char *name, uint64_t n)
{
    if (n)
        text_add(t, " %s:%" PRIu64, name, n);
}

static const char *cc_name(uint32_t cc)
{
    static const char *const name[] = { "none", "reno", "cubic" };

    return name[cc < 3 ? cc : 0];
}

static void add_agreed(struct text *t, const struct sock_info *i)
{
    if (i->agreed & AGREED_TIMESTAMPS)
        text_add(t, "ts ");
    if (i->agreed & AGREED_SACK)
        text_add(t, "sack ");
    if (i->agreed & AGREED_ECN)
        text_add(t, "ecn ");
    text_add(t, "%s", cc_name(i->cc));
    if (i->agreed & AGREED_WSCALE)
        text_add(t, " wscale:%" PRIu32 ",%" PRIu32, i->snd_wscale, i->rcv_wscale);
}

static void add_clock(struct text *t, const struct sock_info *i)
{
    add_ms(t, " rto:", i->rto);
    add_count(t, "backoff", i->backoff);
    if (i->rtt) {
        add_ms(t, " rtt:", i->rtt);
        add_ms(t, "/", i->rttvar);
    }
    if (i->ato)
        add_ms(t, " ato:", i->ato);
}

static void add_sizes(struct text *t, const struct sock_info *i)
{
    add_count(t, "mss", i->snd_mss);
    add_count(t, "pmtu", i->pmtu);
    add_count(t, "rcvmss", i->rcv_mss);
    add_count(t, "advmss", i->advmss);
    add_count(t, "cwnd", i->snd_cwnd);
    if (i->snd_ssthresh != INT32_MAX)
        add_count(t, "ssthresh", i->snd_ssthresh);
}

static void add_counts(struct text *t, const struct sock_info *i)
{
    add_count(t, "bytes_sent", i->bytes_sent);
    add_count(t, "bytes_retrans", i->bytes_retrans);
    add_count(t, "bytes_acked", i->bytes_acked);
    add_count(t, "bytes_received", i->bytes_received);
    add_count(t, "segs_out", i->segs_out);
    add_count(t, "segs_in", i->segs_in);
    add_count(t, "data_segs_out", i->data_segs_out);
    add_count(t, "data_segs_in", i->data_segs_in);
    if (i->rtt) /* what the window lets through in a round trip, in bits */
        text_add(t, " send %" PRIu64 "bps", UINT64_C(8000000) * i->snd_mss * i->snd_cwnd / i->rtt);
    add_count(t, "lastsnd", i->last_data_sent);
    add_count(t, "lastrcv", i->last_data_recv);
    add_count(t, "lastack", i->last_ack_recv);
}

static void add_losses(struct text *t, const struct sock_info *i)
{
    add_count(t, "unacked", i->unacked);
    if (i->retrans || i->total_retrans)
        text_add(t, " retrans:%" PRIu32 "/%" PRIu32, i->retrans, i->total_retrans);
    add_count(t, "lost", i->lost);
    add_count(t, "sacked", i->sacked);
    add_count(t, "rcv_space", i->rcv_space);
    add_count(t, "notsent", i->notsent_bytes);
    if (i->min_rtt)
        add_ms(t, " minrtt:", i->min_rtt);
    add_count(t, "snd_wnd", i->snd_wnd);
    add_count(t, "rcv_wnd", i->rcv_wnd);
}

const char *ss_info_text(const struct world *w, const struct ss_row *r, char *buf, size_t cap)
{
    struct text      t = text_into(buf, cap);
    struct sock_info i;

    if (r->state == TCP_LISTEN && r->host && w->host[r->host - 1].policy.iw)
        text_add(&t, "%s cwnd:%" PRIu32, cc_name(w->host[r->host - 1].policy.cc),
                 w->host[r->host - 1].policy.iw);
    if (!r->conn)
        return buf;
    conn_info(w, r->conn, &i);
    add_agreed(&t, &i);
    add_clock(&t, &i);
    add_sizes(&t, &i);
    add_counts(&t, &i);
    add_losses(&t, &i);
    return buf;
}
