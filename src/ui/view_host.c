/* SPDX-License-Identifier: MIT
 * view_host.c - one end of the conversation: its box, its clocks.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "net/ss.h"

#include <string.h>

enum { ROWS = 64 };

static void end_tcb(const struct world *w, struct end *e, const struct ss_row *r)
{
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++) {
        const struct conn *c = world_conn(w, i);
        if (c->serial == r->serial && c->serial) {
            e->tcb     = conn_tcb(w, c);
            e->has_tcb = true;
            return;
        }
    }
    for (uint32_t i = 1; i <= w->region[REGION_TIME_WAIT].high; i++) {
        const struct time_wait *t = world_time_wait(w, i);
        if (t->serial == r->serial && t->serial) {
            const struct tcp_policy *p = &w->host[e->host - 1].policy;
            e->tcb                     = tcp_unpack(&t->tw, p);
            e->tcb.span[TIMER_2MSL]    = MSEC(2) * p->msl_ms;
            e->has_tcb = e->compact = true;
            return;
        }
    }
}

/* The newest connection of a host, or, when ports are given, the newest with these. */
static struct end end_with(const struct world *w, uint32_t host, uint16_t local, uint16_t remote)
{
    struct ss_row row[ROWS], *best = NULL;
    struct end    e = { .host = host, .state = TCP_CLOSED };
    size_t        n = ss_rows(w, host, row, ROWS), conns = 0;

    if (n > ROWS)
        n = ROWS;
    for (size_t i = 0; i < n; i++) {
        bool listen = row[i].state == TCP_LISTEN;
        conns += !listen;
        if (remote && (row[i].local.port != local || row[i].peer.port != remote))
            continue;
        /* A connection before a listener; the newest of them. */
        if (!best || (best->state == TCP_LISTEN && !listen)
            || ((best->state == TCP_LISTEN) == listen && row[i].serial >= best->serial))
            best = &row[i];
    }
    if (!best)
        return e;
    e.state     = best->state;
    e.any       = true;
    e.orphan    = best->orphan;
    e.listening = best->state == TCP_LISTEN;
    e.local     = best->local;
    e.remote    = best->peer;
    e.life      = best->life;
    e.since     = best->since;
    e.recv_q    = best->recv_q;
    e.send_q    = best->send_q;
    e.others    = conns > 1 ? (int)conns - 1 : 0;
    if (!e.listening)
        end_tcb(w, &e, best);
    return e;
}

struct end end_of(const struct world *w, uint32_t host) { return end_with(w, host, 0, 0); }

/* The ports of the connection that an entry is about, as its host sees them. */
static bool ports_of(const struct world *w, const struct entry *e, uint16_t *local,
                     uint16_t *remote)
{
    bool got = e->kind == EVENT_ARRIVED || e->kind == EVENT_BAD;

    *local  = got ? e->dport : e->sport;
    *remote = got ? e->sport : e->dport;
    if (*remote || !e->conn)
        return *remote != 0;
    for (uint32_t i = 1; i <= w->region[REGION_CONN].high; i++)
        if (world_conn(w, i)->serial == e->conn) {
            *local  = world_conn(w, i)->local.port;
            *remote = world_conn(w, i)->remote.port;
            return true;
        }
    for (uint32_t i = 1; i <= w->region[REGION_TIME_WAIT].high; i++)
        if (world_time_wait(w, i)->serial == e->conn) {
            *local  = world_time_wait(w, i)->local.port;
            *remote = world_time_wait(w, i)->remote.port;
            return true;
        }
    return false;
}

struct end end_meant(const struct look *k, uint32_t host)
{
    const struct entry *e = k->sel < k->j->len ? &k->j->entry[k->sel] : NULL;
    uint16_t            local, remote;

    if (e && ports_of(k->w, e, &local, &remote)) {
        bool       own = e->host == host;
        struct end it  = end_with(k->w, host, own ? local : remote, own ? remote : local);

        if (it.any)
            return it;
    }
    return end_of(k->w, host);
}

const struct entry *last_move(const struct look *k, uint32_t host)
{
    for (size_t i = k->seen; i-- > 0;)
        if (k->j->entry[i].host == host && ladder_moved(&k->j->entry[i]))
            return &k->j->entry[i];
    return NULL;
}

struct end end_shown(const struct look *k, uint32_t host)
{
    struct end          e = end_of(k->w, host);
    const struct entry *m = e.listening ? last_move(k, host) : NULL;

    if (m && m->after == TCP_CLOSED) {
        e.state = TCP_CLOSED;
        e.since = m->at;
    }
    return e;
}

int end_timers(const struct end *e, int timer[TIMER_COUNT])
{
    int n = 0;

    if (!e->has_tcb)
        return 0;
    for (int i = 0; i < TIMER_COUNT; i++) {
        if (e->tcb.timer[i] == VTIME_NEVER || e->tcb.timer[i] == 0)
            continue;
        int at = n++;
        for (; at > 0 && e->tcb.timer[timer[at - 1]] > e->tcb.timer[i]; at--)
            timer[at] = timer[at - 1];
        timer[at] = i;
    }
    return n;
}

void view_gauge(const struct look *k, struct rect in, int row, int col, int n, vspan left,
                vspan whole)
{
    int on = whole > 0 ? (int)((left * n + whole - 1) / whole) : 0;

    if (on > n)
        on = n;
    for (int i = 0; i < n; i++)
        surface_put(k->s, in, row, col + i, i < on ? STYLE_TIMER : STYLE_DIM,
                    glyph(k->g, i < on ? G_GAUGE_ON : G_GAUGE_OFF));
}

/* -- The box. -------------------------------------------------------------------------------- */

static const char *host_title(const struct look *k, const struct end *e, int cols, char *buf,
                              size_t cap)
{
    const struct host *h = &k->w->host[e->host - 1];
    struct text        t = text_into(buf, cap);
    char               a[48];

    static const struct addr none;
    bool bound = e->any && e->local.port, said = bound && !addr_equal(&e->local.addr, &none);
    /* The address that the connection has; of a host with both kinds else IPv4. */
    const struct addr *at  = said                          ? &e->local.addr
                             : addr_equal(&h->addr, &none) ? &h->addr6
                                                           : &h->addr;
    bool               six = !addr_is_v4(at);

    addr_text(at, a, sizeof a);
    text_add(&t, "%s", h->name);
    if ((int)t.len + (int)strlen(a) + (bound ? 8 : 2) + (bound && six ? 2 : 0) <= cols) {
        text_add(&t, bound && six ? " [%s]" : " %s", a);
        if (bound)
            text_add(&t, ":%u", e->local.port);
    } else if (six) {
        text_add(&t, " IPv6");
        if (bound)
            text_add(&t, " :%u", e->local.port);
    }
    if (h->down)
        text_add(&t, " DOWN");
    return buf;
}

static void timer_line(const struct look *k, const struct end *e, int timer, struct text *t)
{
    char left[24];

    /* Beside the state of the same name it would say nothing, and not fit. */
    text_add(t, "%s %s", timer == TIMER_FIN_WAIT_2 ? "orphan" : tcp_timer_name[timer],
             left_text(e->tcb.timer[timer] - k->w->now, left, sizeof left));
    if ((timer == TIMER_RTO || timer == TIMER_PERSIST) && e->tcb.backoff)
        text_add(t, " x%u", e->tcb.backoff);
}

/* State at the left, clocks at the right; returns the columns of the state. */
static void state_line(const struct look *k, struct rect in, int row, const struct end *e,
                       enum style who)
{
    int  timer[TIMER_COUNT], n = end_timers(e, timer), end = in.cols, col;
    char text[64];

    col = surface_text(k->s, in, row, 0, who, tcp_state_name[e->state]);
    surface_restyle(k->s, in, row, 0, col, STYLE_STATE);
    if (e->orphan && e->state != TCP_TIME_WAIT && col + 13 <= in.cols && n == 0)
        col += surface_text(k->s, in, row, col, STYLE_DIM, " (no process)");
    if (e->listening && e->state == TCP_CLOSED && col + 10 <= in.cols)
        col += surface_text(k->s, in, row, col, STYLE_DIM, ", listens");
    if (e->others)
        col += surface_printf(k->s, in, row, col, STYLE_DIM, " +%d", e->others);
    for (int i = 0; i < n; i++) {
        struct text t = text_into(text, sizeof text);
        timer_line(k, e, timer[i], &t);
        int w = utf8_columns(text);
        if (end - w <= col)
            break;
        surface_text(k->s, in, row, end - w, STYLE_TIMER, text);
        end -= w + 2;
        int bar = end - col - 4 < 8 ? end - col - 4 : 8;
        if (i == 0 && n == 1 && bar >= 4)
            view_gauge(k, in, row, end - bar + 1, bar, e->tcb.timer[timer[i]] - k->w->now,
                       e->tcb.span[timer[i]]);
    }
}

static void numbers_line(const struct look *k, struct rect in, int row, const struct end *e)
{
    char        text[80];
    struct text t = text_into(text, sizeof text);

    if (!e->has_tcb)
        return;
    /* What has been sent and not acknowledged is what closing waits for: shown when there is any.
     */
    if (e->tcb.snd.una != e->tcb.snd.nxt && in.cols >= 38)
        text_add(&t, "SND.UNA %u NXT %u", e->tcb.snd.una, e->tcb.snd.nxt);
    else if (e->tcb.snd.una != e->tcb.snd.nxt)
        text_add(&t, "SND.UNA %u", e->tcb.snd.una);
    else
        text_add(&t, "SND.NXT %u", e->tcb.snd.nxt);
    surface_text(k->s, in, row, 0, STYLE_PLAIN, text);
    int had = utf8_columns(text);
    if (e->state == TCP_SYN_SENT)
        return; /* nothing is known of the other side yet */
    t = text_into(text, sizeof text);
    text_add(&t, "RCV.NXT %u", e->tcb.rcv.nxt);
    int w = utf8_columns(text);
    if (had + 1 + w > in.cols) /* one number whole rather than two cut */
        return;
    surface_text(k->s, in, row, had + w + 1 <= in.cols ? in.cols - w : had + 1, STYLE_PLAIN, text);
}

static void tall_lines(const struct look *k, struct rect in, const struct end *e)
{
    char span[32];

    if (e->any)
        surface_printf(k->s, in, 0, in.cols > 36 ? 20 : 18, STYLE_DIM, "since %s",
                       ladder_time(e->since, span, sizeof span));
    if (e->has_tcb) {
        char        text[64];
        struct text t = text_into(text, sizeof text);
        if (e->compact)
            text_add(&t, "SND.NXT %u", e->tcb.snd.nxt);
        else
            text_add(&t, "SND.UNA %u NXT %u", e->tcb.snd.una, e->tcb.snd.nxt);
        const char *fits = text + (utf8_columns(text) > in.cols ? 4 : 0); /* "UNA ..." will do */
        int         col  = surface_text(k->s, in, 1, 0, STYLE_PLAIN, fits);
        if (e->compact)
            surface_text(k->s, in, 1, in.cols - 14, STYLE_DIM, "compact record");
        else if (col + 10 <= in.cols)
            surface_printf(k->s, in, 1, in.cols - 9, STYLE_PLAIN, "WND %5u", e->tcb.snd.wnd);
        surface_printf(k->s, in, 2, 0, STYLE_PLAIN, "RCV.NXT %u", e->tcb.rcv.nxt);
        surface_printf(k->s, in, 2, in.cols - 9, STYLE_PLAIN, "WND %5u", e->tcb.rcv.wnd);
    }
    int timer[TIMER_COUNT], n = end_timers(e, timer);
    for (int i = 0; i < n && i < 2; i++) {
        char        text[64];
        struct text t = text_into(text, sizeof text);
        timer_line(k, e, timer[i], &t);
        surface_printf(k->s, in, 3 + i, 0, STYLE_TIMER, "%-20s", text);
        view_gauge(k, in, 3 + i, 18, in.cols - 18, e->tcb.timer[timer[i]] - k->w->now,
                   e->tcb.span[timer[i]]);
    }
    if (n == 0 && e->has_tcb)
        surface_text(k->s, in, 3, 0, STYLE_DIM, "no clock is running");
    view_app_line(k, in, 5, e->host);
    if (e->any && !e->listening)
        surface_printf(k->s, in, 6, 0, STYLE_DIM, "%sRecv-Q %u  Send-Q %u",
                       e->orphan ? "no process  " : "", e->recv_q, e->send_q);
}

void view_end_box(const struct look *k, struct rect in, uint32_t host, bool tall)
{
    struct end  e     = end_shown(k, host);
    enum style  who   = host == 1 ? STYLE_CLIENT : STYLE_SERVER;
    struct rect inner = { in.row + 1, in.col + 2, in.rows - 2, in.cols - 4 };
    char        title[80];

    view_frame(k, in, who, host_title(k, &e, in.cols - 6, title, sizeof title));
    if (tall) {
        int n = surface_text(k->s, inner, 0, 0, STYLE_STATE, tcp_state_name[e.state]);
        if (e.others)
            surface_printf(k->s, inner, 0, n, STYLE_DIM, " +%d", e.others);
        tall_lines(k, inner, &e);
        return;
    }
    state_line(k, inner, 0, &e, who);
    numbers_line(k, inner, 1, &e);
    view_app_line(k, inner, 2, host);
}

void view_end_line(const struct look *k, struct rect in, uint32_t host)
{
    struct end  e    = end_shown(k, host);
    const char *name = k->w->host[host - 1].name;
    char        head[40];
    struct text t = text_into(head, sizeof head);

    text_add(&t, in.cols >= 30 ? "%s" : "%.1s", name);
    if (e.any && e.local.port && in.cols >= 44)
        text_add(&t, ":%u", e.local.port);
    surface_text(k->s, in, 0, 0, host == 1 ? STYLE_CLIENT : STYLE_SERVER, head);
    int col = utf8_columns(head) + 1;
    if (in.cols >= 58 && col < 15)
        col = 15; /* the two lines stand below each other */
    struct rect rest = { in.row, in.col + col, 1, in.cols - col };
    if (in.cols >= 58 && e.has_tcb) {
        char text[64];
        bool open = e.tcb.snd.una != e.tcb.snd.nxt;
        t         = text_into(text, sizeof text);
        text_add(&t, in.cols >= 76 ? "SND.%s %u" : "%s %u", open ? "UNA" : "NXT",
                 open ? e.tcb.snd.una : e.tcb.snd.nxt);
        if (e.state != TCP_SYN_SENT)
            text_add(&t, in.cols >= 76 ? "  RCV.NXT %u" : " RCV %u", e.tcb.rcv.nxt);
        int w = utf8_columns(text);
        if (rest.cols - w >= 24) {
            surface_text(k->s, in, 0, in.cols - w, STYLE_PLAIN, text);
            rest.cols -= w + 3;
        }
    }
    if (rest.cols > 0)
        state_line(k, rest, 0, &e, STYLE_STATE);
}
