/* SPDX-License-Identifier: MIT
 * row.c - claims about a line of a host's socket table. */
#include "scenario/row.h"

#include "net/info.h"
#include "net/ss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ROWS = 64 };

/* Columns of ss, before the fields of TCP_INFO. */
enum column { RECV_Q, SEND_Q, RETRIES, LEFT, PORT, PEER_PORT, COLUMNS };

static const struct {
    const char *name, *unit;
} column_table[COLUMNS] = {
    [RECV_Q] = { "recv-q", "" }, [SEND_Q] = { "send-q", "" }, [RETRIES] = { "retries", "" },
    [LEFT] = { "left", "us" },   [PORT] = { "port", "" },     [PEER_PORT] = { "peer-port", "" },
};

/* ss's words for the clock of a line. */
static const struct {
    const char *name;
    int         timer, or_timer;
} timer_table[] = {
    { "none", -1, -1 },
    { "on", TIMER_RTO, TIMER_RTO },
    { "persist", TIMER_PERSIST, TIMER_PERSIST },
    { "keepalive", TIMER_KEEPALIVE, TIMER_KEEPALIVE },
    { "timewait", TIMER_2MSL, TIMER_FIN_WAIT_2 },
};
enum { TIMERS = sizeof timer_table / sizeof *timer_table };

static const char FIELDS[] = "a state of ss, recv-q N, send-q N, timer on, timer none, retries N, "
                             "left TIME, port N, peer-port N, or a field of TCP_INFO such as rtt";

/* CLOSE-WAIT as ss writes it, or CLOSE_WAIT, or the RFC's name. */
static bool state_word(struct words *w, struct row *r)
{
    char under[32];

    for (int s = 0; s < TCP_STATES; s++) {
        snprintf(under, sizeof under, "%s", ss_state((enum tcp_state)s, false));
        for (char *p = under; *p; p++)
            if (*p == '-')
                *p = '_';
        if (words_is(w, under) || words_is(w, tcp_state_name[s])
            || words_is(w, ss_state((enum tcp_state)s, false))) {
            r->state = (uint8_t)(s + 1);
            return true;
        }
    }
    return false;
}

static bool timer_word(struct words *w, struct row *r)
{
    for (int i = 0; i < TIMERS; i++)
        if (words_is(w, timer_table[i].name)) {
            r->timer = (uint8_t)(i + 1);
            return true;
        }
    return words_expected(w, "a timer as ss shows it: on, persist, keepalive, timewait, none");
}

static int field_named(const char *name)
{
    for (int i = 0; i < COLUMNS; i++)
        if (strcasecmp(column_table[i].name, name) == 0)
            return i;
    for (int i = 0; i < INFO_COUNT; i++)
        if (strcmp(info_table[i].name, name) == 0)
            return COLUMNS + i;
    return -1;
}

/* N, <N, >N; of a time 50ms, or the bare number. */
static bool value_word(struct words *w, struct row_field *f, const char *unit)
{
    const char *word = words_peek(w);
    vspan       t, us = strcmp(unit, "ms") == 0 ? MSEC(1) : 1;

    f->order = *word == '<' ? -1 : *word == '>';
    if (f->order)
        word++;
    if (*unit && time_parse(word, &t) && t % us == 0) {
        f->value = (uint64_t)(t / us);
        w->at++;
        return true;
    }
    if (!number_parse(word, UINT64_MAX, &f->value))
        return words_expected(w, *unit ? "a time such as 50ms, perhaps with < or > before it"
                                       : "a number, perhaps with < or > before it");
    w->at++;
    return true;
}

bool row_words(struct words *w, const struct names *n, struct row *r, bool *is)
{
    int at = w->at;

    memset(r, 0, sizeof *r);
    r->host = names_host(n, words_peek(w));
    w->at += r->host != 0;
    *is = r->host && words_is(w, "ss");
    if (!*is) {
        w->at   = at;
        r->host = 0;
        return true;
    }
    while (words_more(w)) {
        int i = words_quoted(w) ? -1 : field_named(words_peek(w));

        if (words_is(w, "timer")) {
            if (!timer_word(w, r))
                return false;
        } else if (i >= 0) {
            if (r->n == ROW_FIELDS)
                return words_fail(w, "too many fields: expected at most %d", ROW_FIELDS);
            struct row_field *f = &r->field[r->n++];
            f->which            = (uint32_t)i;
            w->at++;
            if (!value_word(w, f,
                            i < COLUMNS ? column_table[i].unit : info_table[i - COLUMNS].unit))
                return false;
        } else if (r->state || !state_word(w, r)) {
            return words_expected(w, FIELDS);
        }
    }
    return true;
}

/* -- Does it hold? --------------------------------------------------------------------------- */

static uint64_t field_of(const struct world *w, const struct ss_row *row, uint32_t which)
{
    struct sock_info info;

    switch (which) {
    case RECV_Q: return row->recv_q;
    case SEND_Q: return row->send_q;
    case RETRIES: return row->retries;
    case LEFT: return (uint64_t)row->left;
    case PORT: return row->local.port;
    case PEER_PORT: return row->peer.port;
    default: break;
    }
    if (!row->conn) /* a listener, a record in TIME_WAIT: TCP_INFO has nothing to say */
        return 0;
    conn_info(w, row->conn, &info);
    return info_value(&info, which - COLUMNS);
}

static bool field_holds(const struct world *w, const struct ss_row *row, const struct row_field *f)
{
    uint64_t v = field_of(w, row, f->which);

    return f->order < 0 ? v < f->value : f->order > 0 ? v > f->value : v == f->value;
}

static bool line_holds(const struct row *r, const struct world *w, const struct ss_row *row)
{
    if (r->state && row->state != (enum tcp_state)(r->state - 1))
        return false;
    if (r->timer && row->timer != timer_table[r->timer - 1].timer
        && row->timer != timer_table[r->timer - 1].or_timer)
        return false;
    for (uint32_t i = 0; i < r->n; i++)
        if (!field_holds(w, row, &r->field[i]))
            return false;
    return true;
}

static size_t rows_of(const struct row *r, const struct world *w, struct ss_row *row)
{
    size_t n = ss_rows(w, r->host, row, ROWS);

    return n < ROWS ? n : ROWS;
}

bool row_holds(const struct row *r, const struct world *w)
{
    struct ss_row row[ROWS];
    size_t        n = rows_of(r, w, row);

    for (size_t i = 0; i < n; i++)
        if (line_holds(r, w, &row[i]))
            return true;
    return false;
}

/* Lines of the state that was meant, else all that are no listeners; with the fields asked for. */
void row_found(const struct row *r, const struct world *w, struct text *out)
{
    struct ss_row row[ROWS];
    size_t        n = rows_of(r, w, row), said = 0;
    char          at[40], line[160];
    bool          state = false;

    for (size_t i = 0; i < n; i++)
        state |= r->state && row[i].state == (enum tcp_state)(r->state - 1);
    text_add(out, "at %s s ss says: ", vtime_text(w->now, at, sizeof at));
    for (size_t i = 0; i < n; i++) {
        if (state ? row[i].state != (enum tcp_state)(r->state - 1) : row[i].state == TCP_LISTEN)
            continue;
        if (said++)
            text_add(out, "; ");
        const char *words = ss_text(&row[i], false, line, sizeof line);
        for (const char *p = words; *p; p++) /* columns do not matter here */
            if (*p != ' ' || (p > words && p[-1] != ' '))
                text_addn(out, p, 1);
        for (uint32_t k = 0; k < r->n; k++)
            if (r->field[k].which >= COLUMNS)
                text_add(out, " %s %" PRIu64, info_name(r->field[k].which - COLUMNS),
                         field_of(w, &row[i], r->field[k].which));
    }
    if (!said)
        text_add(out, "nothing");
}
