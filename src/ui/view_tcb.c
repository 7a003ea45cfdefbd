/* SPDX-License-Identifier: MIT
 * view_tcb.c - both control blocks, every variable by its RFC name; and every clock.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"

#include <string.h>

struct pair {
    const char *name[2];
    char        value[2][24];
};

enum { PAIRS = 24 };

static void num(char buf[24], long long v)
{
    struct text t = text_into(buf, 24);

    text_add(&t, "%lld", v);
}

static void ms(char buf[24], uint32_t us)
{
    struct text t = text_into(buf, 24);

    if (us == 0)
        text_add(&t, "none yet");
    else if (us % 1000)
        text_add(&t, "%u.%u ms", us / 1000, us % 1000 / 100);
    else
        text_add(&t, "%u ms", us / 1000);
}

/* All that is kept in TIME_WAIT: the rest of the control block has been given back. */
static int compact_pairs(const struct end *e, struct pair p[PAIRS])
{
    int n = 0;

    p[n] = (struct pair){ .name = { "SND.NXT", "RCV.NXT" } };
    num(p[n].value[0], e->tcb.snd.nxt);
    num(p[n++].value[1], e->tcb.rcv.nxt);
    p[n] = (struct pair){ .name = { "MSS out", "RCV.WND" } };
    num(p[n].value[0], e->tcb.mss_out);
    num(p[n++].value[1], e->tcb.rcv.wnd);
    p[n] = (struct pair){ .name = { "life", "since" } };
    num(p[n].value[0], e->life);
    ladder_time(e->since, p[n++].value[1], 24);
    p[n] = (struct pair){ .name = { "", "until" } };
    ladder_time(e->tcb.timer[TIMER_2MSL], p[n++].value[1], 24);
    return n;
}

static const char *phase_name(const struct tcb *t)
{
    return t->cc.phase == CC_RECOVERY    ? "fast recovery"
           : t->cc.phase == CC_LOSS      ? "after a timeout"
           : t->cc.cwnd < t->cc.ssthresh ? t->hystart.css ? "cautious start" : "slow start"
                                         : "avoidance";
}

/* What the two ends have agreed on when they opened. */
static void agreed(char buf[24], const struct tcb *t)
{
    struct text x = text_into(buf, 24);
    uint32_t    a = tcp_agreed(t);

    if (a & AGREED_WSCALE)
        text_add(&x, "WS %u,%u ", t->snd_scale, t->rcv_scale);
    text_add(&x, "%s%s%s", a & AGREED_TIMESTAMPS ? "TS " : "", a & AGREED_SACK ? "SACK " : "",
             a & AGREED_ECN ? "ECN" : "");
    if (!a)
        text_add(&x, "none");
}

/* Congestion control and recovery: how much may be in flight, and what is known of what is. */
static int congestion_pairs(const struct tcb *t, struct pair p[PAIRS], int n)
{
    if (t->cc.cwnd == 0) {
        p[n] = (struct pair){ .name = { "", "cwnd" }, .value = { "", "no limit" } };
        return n + 1;
    }
    p[n] = (struct pair){ .name = { "ssthresh", "cwnd" } };
    if (t->cc.ssthresh == UINT32_MAX)
        memcpy(p[n].value[0], "none yet", 9);
    else
        num(p[n].value[0], t->cc.ssthresh);
    num(p[n++].value[1], t->cc.cwnd);
    p[n]          = (struct pair){ .name = { "phase", "until" } };
    struct text x = text_into(p[n].value[0], sizeof p[n].value[0]);
    text_add(&x, "%s", phase_name(t));
    if (t->cc.phase == CC_OPEN)
        p[n].name[1] = "";
    else
        num(p[n].value[1], t->cc.recover);
    n++;
    p[n] = (struct pair){ .name = { "flight", "dupACKs" } };
    num(p[n].value[0], t->snd.nxt - t->snd.una);
    num(p[n++].value[1], t->cc.dupacks);
    p[n] = (struct pair){ .name = { "sacked", "lost" } };
    num(p[n].value[0], t->cc.sacked);
    num(p[n++].value[1], t->cc.lost);
    return n;
}

/* The left of a pair is about sending, the right about receiving or timing. */
static int pairs_of(const struct end *e, struct pair p[PAIRS])
{
    const struct tcb *t = &e->tcb;
    int               n = 0;

    if (e->compact)
        return compact_pairs(e, p);

#define PAIR(a, va, b, vb)                                                                         \
    do {                                                                                           \
        p[n] = (struct pair){ .name = { a, b } };                                                  \
        num(p[n].value[0], va);                                                                    \
        num(p[n++].value[1], vb);                                                                  \
    } while (0)
    PAIR("ISS", t->iss, "IRS", t->irs);
    PAIR("SND.UNA", t->snd.una, "RCV.NXT", t->rcv.nxt);
    PAIR("SND.NXT", t->snd.nxt, "RCV.WND", t->rcv.wnd);
    PAIR("SND.WND", t->snd.wnd, "RCV.UP", t->rcv.up);
    PAIR("SND.UP", t->snd.up, "edge", t->rcv.edge);
    PAIR("SND.WL1", t->snd.wl1, "unread", t->rcv.user);
    PAIR("SND.WL2", t->snd.wl2, "buffer", t->rcv.buf);
    PAIR("MAX.WND", t->snd.max_wnd, "to ack", t->unacked);
    PAIR("user end", t->snd.end, "MSS in", t->mss_in);
    PAIR("sent to", t->snd.max, "MSS out", t->mss_out);
    PAIR("retrans", t->retrans, "backoff", t->backoff);
    PAIR("life", e->life, "probes", t->probes);
#undef PAIR
    p[n] = (struct pair){ .name = { "SRTT", "RTO" } };
    ms(p[n].value[0], t->srtt);
    ms(p[n++].value[1], t->rto);
    p[n] = (struct pair){ .name = { "RTTVAR", "since" } };
    ms(p[n].value[0], t->rttvar);
    ladder_time(e->since, p[n++].value[1], 24);
    n    = congestion_pairs(t, p, n);
    p[n] = (struct pair){ .name = { "min RTT", "" } };
    ms(p[n++].value[0], t->rack.min_rtt == UINT32_MAX ? 0 : t->rack.min_rtt);
    p[n] = (struct pair){ .name = { "agreed", "" } };
    agreed(p[n++].value[0], t);
    return n;
}

static int tcb_of(const struct look *k, struct rect in, int skip, uint32_t host)
{
    struct end  e = end_meant(k, host);
    struct pair p[PAIRS];
    int         row = -skip, col;

    col = surface_text(k->s, in, row, 0, host == 1 ? STYLE_CLIENT : STYLE_SERVER,
                       k->w->host[host - 1].name);
    if (e.others) /* which of them: the selected event's */
        col += surface_printf(k->s, in, row, col, STYLE_DIM, ":%u", e.local.port);
    surface_text(k->s, in, row++, col + 1, STYLE_STATE, tcp_state_name[e.state]);
    if (!e.has_tcb) {
        surface_prose(k->s, in, row, 0, STYLE_DIM,
                      e.listening ? "listens: no connection yet, so no control block"
                                  : "no connection, so no control block");
        return 3;
    }
    if (e.compact)
        surface_text(k->s, in, row - 1, col + 2 + utf8_columns(tcp_state_name[e.state]), STYLE_DIM,
                     "compact record");
    int n = pairs_of(&e, p), half = in.cols >= 44 ? in.cols / 2 + 1 : in.cols >= 34 ? 20 : in.cols;
    for (int i = 0; i < n; i++)
        for (int s = 0; s < 2; s++) {
            int at = in.cols >= 34 ? row + i : row + i * 2 + s;
            int c  = s && in.cols >= 34 ? half : 0;
            surface_text(k->s, in, at, c, STYLE_DIM, p[i].name[s]);
            /* In 38 columns both numbers may have ten digits. */
            surface_text(k->s, in, at, c + (s && in.cols >= 34 && in.cols < 44 ? 8 : 9),
                         STYLE_PLAIN, p[i].value[s]);
        }
    return 1 + (in.cols >= 34 ? n : 2 * n);
}

int view_tcb(const struct look *k, struct rect in, int skip)
{
    int         half = (in.cols - 1) / 2, want = 0;
    struct rect side[2] = { { in.row, in.col, in.rows, half - 1 },
                            { in.row, in.col + half + 1, in.rows, half } };

    for (uint32_t h = 0; h < 2 && h < k->w->hosts; h++) {
        int n = tcb_of(k, side[h], skip, h + 1);
        want  = n > want ? n : want;
    }
    for (int r = 0; r < in.rows && r < want - skip; r++)
        surface_put(k->s, in, r, half - 1, STYLE_BORDER, glyph(k->g, G_VLINE));
    return want;
}

/* -- Clocks. --------------------------------------------------------------------------------- */

static const struct {
    const char *what, *rfc;
} clock[TIMER_COUNT] = {
    [TIMER_RTO]        = { "no acknowledgment came: send the oldest segment again", "RFC 6298" },
    [TIMER_PERSIST]    = { "the peer's window is closed: probe it", "RFC 9293 3.8.6.1" },
    [TIMER_DELACK]     = { "an acknowledgment waits for company", "RFC 9293 3.8.6.3" },
    [TIMER_USER]       = { "nothing is acknowledged for so long: give up", "RFC 9293 3.8.3" },
    [TIMER_KEEPALIVE]  = { "long silence: ask whether the peer is there", "RFC 9293 3.8.4" },
    [TIMER_FIN_WAIT_2] = { "a closed socket waits for the peer's FIN", "what systems do" },
    [TIMER_2MSL]       = { "old segments die out; the last ACK can be repeated", "RFC 9293 3.6.1" },
    [TIMER_SWS]        = { "a small segment waits to grow", "RFC 9293 3.8.6.2.1" },
};

static void clock_of(const struct look *k, struct rect in, int row, const struct end *e, int timer)
{
    char left[32], whole[32];
    int  col;

    col = surface_text(k->s, in, row, 0, e->host == 1 ? STYLE_CLIENT : STYLE_SERVER,
                       k->w->host[e->host - 1].name)
          + 1;
    if (!e->has_tcb || e->tcb.timer[timer] == VTIME_NEVER || e->tcb.timer[timer] == 0) {
        surface_text(k->s, in, row, col, STYLE_DIM, "off");
        return;
    }
    vspan d = e->tcb.timer[timer] - k->w->now, of = e->tcb.span[timer];
    ladder_span(d < 0 ? 0 : d, left, sizeof left);
    ladder_span(of, whole, sizeof whole);
    col += surface_printf(k->s, in, row, col, STYLE_TIMER, "%s of %s", left, whole);
    if (timer == TIMER_RTO && e->tcb.backoff)
        col += surface_printf(k->s, in, row, col, STYLE_TIMER, " x%u", e->tcb.backoff);
    if (in.cols - col > 5)
        view_gauge(k, in, row, col + 1, in.cols - col - 2 < 12 ? in.cols - col - 2 : 12, d, of);
}

/* The clocks of RACK-TLP, which share the RTO's place in the engine (RFC 8985 6.3, 7.2). */
static int rack_clocks(const struct look *k, struct rect in, const struct rect side[2], int row,
                       const struct end e[2])
{
    static const struct {
        const char *name, *what, *rfc;
    } clock2[2] = {
        { "REORDER", "a segment may only be late: then it is lost", "RFC 8985 6.3" },
        { "TLP", "no ACK for 2 round trips: probe with the last segment", "RFC 8985 7.2" },
    };
    char left[32];

    for (int i = 0; i < 2; i++, row += 2) {
        vtime at[2];
        bool  on = false;

        for (int h = 0; h < 2; h++) {
            at[h] = !e[h].has_tcb || e[h].compact ? VTIME_NEVER
                    : i                           ? e[h].tcb.rack.tlp_at
                                                  : e[h].tcb.rack.reorder_at;
            on |= at[h] != VTIME_NEVER;
        }
        surface_text(k->s, in, row, 0, on ? STYLE_TIMER : STYLE_DIM, clock2[i].name);
        surface_text(k->s, in, row, 12, STYLE_DIM, clock2[i].what);
        if (in.cols >= 74)
            surface_text(k->s, in, row, in.cols - utf8_columns(clock2[i].rfc), STYLE_DIM,
                         clock2[i].rfc);
        for (int h = 0; h < 2 && (uint32_t)h < k->w->hosts; h++) {
            int col = surface_text(k->s, side[h], row + 1, 0, h ? STYLE_SERVER : STYLE_CLIENT,
                                   k->w->host[h].name)
                      + 1;

            if (at[h] == VTIME_NEVER)
                surface_text(k->s, side[h], row + 1, col, STYLE_DIM, "off");
            else
                surface_text(
                    k->s, side[h], row + 1, col, STYLE_TIMER,
                    ladder_span(at[h] < k->w->now ? 0 : at[h] - k->w->now, left, sizeof left));
        }
    }
    return row;
}

int view_timers(const struct look *k, struct rect in, int skip)
{
    struct end  e[2] = { end_meant(k, 1) };
    int         row = -skip, half = in.cols / 2;
    bool        two     = k->w->hosts > 1;
    struct rect side[2] = { { in.row, in.col + 2, in.rows, half - 3 },
                            { in.row, in.col + half, in.rows, in.cols - half } };

    if (two)
        e[1] = end_meant(k, 2);
    if (e[0].others || e[1].others) { /* which of them: the selected event's */
        for (int h = 0; h < (two ? 2 : 1); h++)
            surface_printf(k->s, side[h], row, 0, h ? STYLE_SERVER : STYLE_CLIENT,
                           e[h].any ? "%s:%u" : "%s", k->w->host[h].name, e[h].local.port);
        row++;
    }
    for (int i = 0; i < TIMER_COUNT; i++) {
        bool on = false;
        for (int h = 0; h < 2; h++)
            on |= e[h].has_tcb && e[h].tcb.timer[i] != VTIME_NEVER && e[h].tcb.timer[i] != 0;
        int w   = utf8_columns(clock[i].rfc);
        int col = surface_text(k->s, in, row, 0, on ? STYLE_TIMER : STYLE_DIM, tcp_timer_name[i]);
        surface_text(k->s, in, row, col < 11 ? 12 : col + 1, STYLE_DIM, clock[i].what);
        if (in.cols >= 74)
            surface_text(k->s, in, row, in.cols - w, STYLE_DIM, clock[i].rfc);
        row++;
        for (int h = 0; h < (two ? 2 : 1); h++)
            clock_of(k, side[h], row, &e[h], i);
        row++;
        if (i == TIMER_RTO && (k->w->host[0].policy.rack || (two && k->w->host[1].policy.rack)))
            row = rack_clocks(k, in, side, row, e);
    }
    return view_box(k, in, row) + skip;
}
