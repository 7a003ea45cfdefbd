/* SPDX-License-Identifier: MIT
 * segments.c - segments in and out: whose they are, what their numbers mean, what was expected. */
#include "run.h"

#include "base/text.h"
#include "tcp/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 8080 /* where a script's host listens, and where it connects to */ };

static struct addr remote_addr(const struct run *r)
{
    struct addr a;

    memset(&a, 0, sizeof a);
    addr_parse(r->v6 ? "2001:db8::1" : "192.0.2.1", &a);
    return a;
}

static struct endpoint endpoint(struct addr addr, uint16_t port)
{
    struct endpoint e;

    memset(&e, 0, sizeof e);
    e.addr = addr;
    e.port = port;
    return e;
}

void run_peer_passive(struct run *r, uint16_t local_port)
{
    struct addr here = r->v6 ? r->setup.addr6 : r->setup.addr;

    r->peer[0] = (struct peer){ .used   = true,
                                .local  = endpoint(here, local_port ? local_port : PORT),
                                .remote = endpoint(remote_addr(r), r->next_port++) };
}

void run_peer_active(struct run *r, const struct endpoint *remote)
{
    r->peer[0] = (struct peer){ .used   = true,
                                .active = true,
                                .local  = endpoint(r->v6 ? r->setup.addr6 : r->setup.addr, 0),
                                .remote = remote->port ? *remote : endpoint(remote_addr(r), PORT) };
}

/* The peer that a line of the script means. */
static struct peer *peer_of_script(struct run *r, const struct pkt *p)
{
    uint16_t remote = p->in ? p->sport : p->dport, local = p->in ? p->dport : p->sport;

    if (remote == 0 && local == 0) {
        if (!r->peer[0].used)
            run_peer_passive(r, 0);
        return &r->peer[0];
    }
    for (int i = 0; i < PEERS; i++) {
        struct peer *q = &r->peer[i];
        if (!q->used && i > 0) {
            *q = (struct peer){ .used   = true,
                                .sport  = remote,
                                .dport  = local,
                                .local  = endpoint(r->v6 ? r->setup.addr6 : r->setup.addr, local),
                                .remote = endpoint(remote_addr(r), remote) };
            return q;
        }
        if (q->used && q->remote.port == remote && q->local.port == local)
            return q;
    }
    return NULL;
}

/* -- Numbers: the host's are translated. --------------------------------------------------- */

/* What to add to a number of the host's in the script to get the real one; likewise the peer's. */
static seq host_offset(const struct peer *q, bool syn)
{
    return q->isn_known ? q->live_isn - (syn ? q->script_isn : 0) : 0;
}

static seq peer_offset(const struct peer *q, bool syn) { return q->irs_known && !syn ? q->irs : 0; }

static bool stamp_to_live(const struct peer *q, uint32_t *ecr)
{
    for (size_t i = q->n_stamp; i-- > 0;)
        if (q->stamp[i].script == *ecr) {
            *ecr = q->stamp[i].live;
            return true;
        }
    if (q->n_stamp)
        *ecr = *ecr - q->stamp[0].script + q->stamp[0].live;
    return q->n_stamp > 0;
}

/* The host's timestamps are translated too: the script's first one is the host's first one. */
static void note_stamp(struct peer *q, uint32_t script, uint32_t live)
{
    if (q->n_stamp == STAMPS)
        memmove(q->stamp + 1, q->stamp + 2, (--q->n_stamp - 1) * sizeof q->stamp[0]);
    q->stamp[q->n_stamp].script = script;
    q->stamp[q->n_stamp++].live = live;
}

bool run_inbound(struct run *r)
{
    static uint8_t bytes[DGRAM_MAX];
    struct pkt     p = *r->event->pkt;
    struct peer   *q = peer_of_script(r, &p);

    if (q == NULL)
        return run_fail(r, "too many pairs of ports");
    bool syn = (p.ctl & CTL_SYN) != 0;
    if (syn && !q->irs_known) {
        q->irs_known = true;
        q->irs       = p.seq;
    }
    seq acks = host_offset(q, syn);
    if (p.icmp) /* it quotes what the host has sent */
        p.seq += acks;
    else {
        p.seq += peer_offset(q, syn);
        p.ack += p.has_ack ? acks : 0;
    }
    for (size_t i = 0; i < p.n_opt; i++) {
        struct opt *o = &p.opt[i];
        if (o->kind == OPTK_SACK && !o->a)
            for (int b = 0; b < o->n; b++) {
                o->lo[b] += acks;
                o->hi[b] += acks;
            }
        if (o->kind == OPTK_TS && p.ctl & CTL_ACK && !stamp_to_live(q, &o->b))
            return run_fail(r, "no segment with a timestamp has left that this one could echo");
    }
    size_t n = dgram_write(bytes, &q->remote, &q->local, &p);
    stack_in(r->stack, bytes, n);
    return run_blocked(r);
}

/* -- What left ----------------------------------------------------------------------------- */

static bool mismatch(struct run *r, const struct pkt *want, const struct pkt *got, vtime at,
                     const char *why)
{
    char a[200], b[200], t[40], from[40], to[40] = "";
    bool any = r->event->when == WHEN_ANY;

    vtime_text(at, t, sizeof t);
    vtime_text(r->at, from, sizeof from);
    if (r->to != r->at && !any)
        vtime_text(r->to, to, sizeof to);
    return run_fail(r, "%s\n    expected  %s%s%s  %s\n    got       %s  %s", why,
                    any ? "any" : from, to[0] ? "~" : "", to, pkt_text(want, a, sizeof a), t,
                    pkt_text(got, b, sizeof b));
}

/* A datagram from the host, its numbers as the script would write them; `want` is what the script
 * expects, or NULL. */
static const char *translate(struct run *r, const struct datagram *d, const struct pkt *want,
                             struct peer *q, struct pkt *p)
{
    struct endpoint from, to;
    const char     *bad = dgram_read(d->bytes, d->n, &from, &to, p);

    if (bad)
        return bad;
    if (q == NULL) /* nobody asked: whose is it? */
        for (int i = 0; i < PEERS && q == NULL; i++)
            if (r->peer[i].used && r->peer[i].remote.port == to.port)
                q = &r->peer[i];
    if (q == NULL)
        return "a segment for nobody that the script knows";
    if (q->active && q->local.port == 0)
        q->local = from; /* the ephemeral port is learnt from the SYN */
    if (want
        && (!addr_equal(&from.addr, &q->local.addr) || !addr_equal(&to.addr, &q->remote.addr)
            || from.port != q->local.port || to.port != q->remote.port))
        return "a segment of another pair of sockets";
    /* A SYN whose number in the script is a new one begins a new life of the four-tuple. */
    bool syn = (p->ctl & CTL_SYN) != 0;
    if (want && syn && want->ctl & CTL_SYN
        && (!q->isn_known || want->any_seq || q->script_isn != want->seq)) {
        q->isn_known  = true;
        q->script_isn = want->seq;
        q->live_isn   = p->seq;
        if (p->ctl & CTL_ACK) {
            q->irs_known = true;
            q->irs       = p->ack - 1;
        }
    }
    bool nobodys = p->ctl & CTL_RST && p->seq == 0 && (!want || want->seq == 0);
    if (!nobodys) { /* a RST with SEQ=0 is no number of a connection (RFC 9293 3.10.7.1) */
        p->seq -= host_offset(q, syn);
        p->end = p->seq + p->len;
    }
    p->ack -= p->ctl & CTL_ACK ? peer_offset(q, syn) : 0;
    for (size_t i = 0; i < p->n_opt; i++)
        for (int b = 0; p->opt[i].kind == OPTK_SACK && b < p->opt[i].n && b < 4; b++) {
            p->opt[i].lo[b] -= peer_offset(q, syn);
            p->opt[i].hi[b] -= peer_offset(q, syn);
        }
    for (size_t i = 0; want && i < p->n_opt && i < want->n_opt; i++) {
        struct opt *o = &p->opt[i];
        if (o->kind != OPTK_TS || want->opt[i].kind != OPTK_TS)
            continue;
        note_stamp(q, want->opt[i].a, o->a);
        o->a = r->tick ? o->a - q->stamp[0].live + q->stamp[0].script : want->opt[i].a;
    }
    return NULL;
}

static bool same_option(const struct opt *a, const struct opt *b)
{
    if (a->kind != b->kind || a->n != b->n)
        return false;
    if (a->kind == OPTK_SACK)
        return memcmp(a->lo, b->lo, a->n * sizeof a->lo[0]) == 0
               && memcmp(a->hi, b->hi, a->n * sizeof a->hi[0]) == 0;
    if (a->n)
        return memcmp(a->raw, b->raw, a->n) == 0;
    return a->a == b->a && a->b == b->b;
}

static const char *compare(const struct pkt *want, const struct pkt *got)
{
    if (want->ctl != got->ctl)
        return "other flags";
    if (!want->any_seq && want->seq != got->seq)
        return "another sequence number";
    if (want->len != got->len)
        return "another length";
    if (want->ctl & CTL_ACK && want->ack != got->ack)
        return "another acknowledgment number";
    if (!(want->ctl & CTL_ACK) && got->ack != 0)
        return "an acknowledgment number without ACK";
    if (want->has_win && want->win != got->win)
        return "another window";
    if (want->up != got->up)
        return "another urgent pointer";
    if (want->ecn >= 0 && want->ecn != got->ecn)
        return "another ECN mark";
    if (want->tos >= 0 && want->tos != got->tos)
        return "another type of service";
    if (want->ttl >= 0 && want->ttl != got->ttl)
        return "another TTL";
    if (want->any_opts)
        return NULL;
    bool same = want->n_opt == got->n_opt;
    for (size_t i = 0; same && i < want->n_opt; i++)
        same = same_option(&want->opt[i], &got->opt[i]);
    return same ? NULL : "other options";
}

/* A long segment in a script stands for several equal ones and a last one, all at once, that
 * together carry its text: how the host cuts it up is not the script's business. */
static const char *gather(struct run *r, const struct pkt *want, struct peer *q, struct pkt *got,
                          vtime at)
{
    uint32_t        size = got->len;
    struct datagram d;
    struct pkt      more;

    while (got->len > 0 && got->len < want->len && got->len % size == 0
           && stack_peek(r->stack, &d)) {
        const char *bad = translate(r, &d, want, q, &more);
        if (bad)
            return bad;
        if (d.at != at || more.seq != got->end || more.len == 0 || more.len > size
            || got->ctl & CTL_FIN || more.ack != got->ack)
            return NULL;
        stack_out(r->stack, &d);
        got->end += more.len;
        got->len += more.len;
        got->ctl = (uint8_t)(more.ctl | (got->ctl & CTL_CWR));
    }
    return NULL;
}

/* Nothing came.  To help, say what would have come later. */
static bool nothing(struct run *r, const struct pkt *want)
{
    struct datagram d;
    struct pkt      got;
    char            a[200];

    for (int i = 0; i < 200 && stack_next(r->stack) != VTIME_NEVER; i++) {
        stack_step(r->stack, stack_next(r->stack));
        if (stack_out(r->stack, &d) && !translate(r, &d, want, NULL, &got))
            return mismatch(r, want, &got, d.at, "too late");
    }
    return run_fail(r, "nothing was sent\n    expected  %s", pkt_text(want, a, sizeof a));
}

bool run_outbound(struct run *r)
{
    const struct pkt *want  = r->event->pkt;
    struct peer      *q     = peer_of_script(r, want);
    bool              any   = r->event->when == WHEN_ANY;
    vtime             until = any ? stack_now(r->stack) + SEC(36000) : r->to + r->tolerance;
    struct datagram   d;
    struct pkt        got;

    if (q == NULL)
        return run_fail(r, "too many pairs of ports");
    if (until < stack_now(r->stack))
        until = stack_now(r->stack);
    while (!stack_out(r->stack, &d)) {
        bool more = stack_step(r->stack, until);
        if (!run_blocked(r))
            return false;
        if (!more && !stack_peek(r->stack, &d))
            return nothing(r, want);
    }
    vtime       at  = d.at;
    const char *bad = translate(r, &d, want, q, &got);
    if (!bad)
        bad = gather(r, want, q, &got, at);
    if (!bad)
        bad = compare(want, &got);
    if (!bad && !any && !run_in_time(r, r->at, at, r->to))
        bad = at < r->at ? "too early" : "too late";
    if (r->d->verbose)
        printf("  %s:%d\n", r->script->file, r->event->line);
    return bad ? mismatch(r, want, &got, at, bad) : true;
}

bool run_unasked(struct run *r, vtime t)
{
    struct datagram d;
    struct pkt      got;
    char            a[200], at[40];

    if (!stack_peek(r->stack, &d) || d.at + r->tolerance >= t)
        return true;
    const char *bad = translate(r, &d, NULL, NULL, &got);
    vtime_text(d.at, at, sizeof at);
    return run_fail(r, "before this line a segment left that the script does not have: %s  %s%s%s",
                    at, pkt_text(&got, a, sizeof a), bad ? ": " : "", bad ? bad : "");
}
