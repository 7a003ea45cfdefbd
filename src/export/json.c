/* SPDX-License-Identifier: MIT
 * json.c - one event a line, for programs.
 *
 * Keys come in a fixed order and numbers are integers: times are virtual microseconds, so that no
 * digit depends on how a machine prints a fraction.  What an event does not have is left out.
 */
#include "export/export.h"

#include "base/utf8.h"
#include "net/journal.h"
#include "net/sock.h"
#include "tcp/icmp.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a stream need not be text; a JSON string must be. */
static json_t *string_of(const char *bytes, size_t n)
{
    json_t *s = json_stringn_nocheck("", 0);
    char   *out, *end;

    if (n == 0)
        return s;
    if (utf8_valid(bytes, n) && !memchr(bytes, 0, n)) {
        json_string_setn_nocheck(s, bytes, n);
        return s;
    }
    /* Byte by byte, as Latin-1: each can be told apart again. */
    out = end = calloc(n, 2);
    if (!out)
        abort();
    for (size_t i = 0; i < n; i++)
        end += utf8_put((uint8_t)bytes[i], end);
    json_string_setn_nocheck(s, out, (size_t)(end - out));
    free(out);
    return s;
}

static void set(json_t *o, const char *key, json_t *value) { json_object_set_new(o, key, value); }
static void set_number(json_t *o, const char *key, uint64_t n)
{
    set(o, key, json_integer((json_int_t)n));
}

static json_t *options_of(const struct segment *s)
{
    json_t *o = json_object();

    if (s->opt & OPT_MSS)
        set_number(o, "mss", s->mss);
    if (s->opt & OPT_WSCALE)
        set_number(o, "wscale", s->wscale);
    if (s->opt & OPT_SACK_OK)
        set(o, "sack_permitted", json_true());
    if (s->opt & OPT_TS) {
        set_number(o, "tsval", s->tsval);
        set_number(o, "tsecr", s->tsecr);
    }
    if (s->opt & OPT_SACK) {
        json_t *blocks = json_array();
        for (int i = 0; i < s->n_sack; i++)
            json_array_append_new(
                blocks, json_pack("[I,I]", (json_int_t)s->sack[i].lo, (json_int_t)s->sack[i].hi));
        set(o, "sack", blocks);
    }
    return o;
}

static void set_segment(json_t *o, const struct journal *j, const struct entry *e)
{
    const struct segment *s = &e->seg;
    json_t               *g = json_object();
    char                  flags[64];

    set_number(g, "sport", e->sport);
    set_number(g, "dport", e->dport);
    set(g, "flags", json_string(ctl_text(s->ctl, flags, sizeof flags)));
    set_number(g, "seq", s->seq);
    set_number(g, "ack", s->ack);
    set_number(g, "wnd", s->wnd);
    set_number(g, "len", s->len);
    if (s->ctl & CTL_URG)
        set_number(g, "urgent", s->up);
    if (s->ecn == ECN_CE)
        set(g, "ce", json_true());
    if (s->tos)
        set_number(g, "dscp", s->tos >> 2);
    set(g, "options", options_of(s));
    if (s->len > 0 && e->n_wire > 0) {
        struct endpoint from, to;
        struct segment  again;
        const uint8_t  *text;
        if (wire_decode(j->wire + e->wire, e->n_wire, &from, &to, &again, &text) == WIRE_OK)
            set(g, "text", string_of((const char *)text, again.len));
    }
    set(o, "segment", g);
}

static void set_steps(json_t *o, const struct journal *j, const struct entry *e)
{
    json_t *steps = json_array();

    for (uint32_t i = 0; i < e->n_step; i++) {
        const struct step      *s = &j->step[e->step + i];
        const struct rule_info *r = &rule_table[s->rule];
        char                    sentence[300];
        json_t                 *one = json_object();
        set(one, "rule", json_string(r->slug));
        set(one, "rfc", json_string(r->rfc));
        set(one, "outcome", json_string(outcome_name[r->outcome]));
        step_text(s, sentence, sizeof sentence);
        set(one, "text", string_of(sentence, strlen(sentence)));
        set(one, "operands",
            json_pack("[I,I,I]", (json_int_t)s->a, (json_int_t)s->b, (json_int_t)s->c));
        json_array_append_new(steps, one);
    }
    set(o, "steps", steps);
}

static void set_signals(json_t *o, uint32_t bits)
{
    json_t *names = json_array();

    for (uint32_t bit = 1; bit; bit <<= 1)
        if ((bits & bit) && export_signal(bit))
            json_array_append_new(names, json_string(export_signal(bit)));
    set(o, "signals", names);
}

static bool has_segment(const struct entry *e)
{
    return e->kind <= EVENT_ALTERED && e->kind != EVENT_BAD;
}

/* An ICMP error instead of a segment: which, and what it quotes. */
static void set_icmp(json_t *o, const struct journal *j, const struct entry *e)
{
    json_t         *g = json_object();
    char            from[48];
    struct addr     to;
    struct endpoint local, remote;
    struct icmp     m;

    set(g, "kind", string_of(j->text + e->text, e->n_text));
    if (*entry_source(j, e, from, sizeof from))
        set(g, "from", json_string(from));
    set_number(g, "about_seq", e->seg.seq);
    if (e->n_wire && wire_icmp_decode(j->wire + e->wire, e->n_wire, &to, &local, &remote, &m)) {
        set_number(g, "sport", local.port); /* of the segment that it quotes */
        set_number(g, "dport", remote.port);
        if (m.kind == ICMP_TOO_BIG)
            set_number(g, "mtu", m.mtu);
    }
    set(o, "icmp", g);
}

static void set_travel(json_t *o, const struct journal *j, const struct entry *e)
{
    set_number(o, "packet", e->packet);
    if (e->parent)
        set_number(o, e->kind == EVENT_SENT ? "answers" : "copy_of", e->parent);
    if (e->kind == EVENT_ARRIVED || e->kind == EVENT_LOST || e->kind == EVENT_BAD)
        set_number(o, "sent", (uint64_t)e->sent);
    else if (e->due != VTIME_NEVER)
        set_number(o, "due", (uint64_t)e->due);
    if (e->rtx)
        set_number(o, "retransmission", e->rtx);
    if (entry_icmp(e))
        set_icmp(o, j, e);
    else if (has_segment(e))
        set_segment(o, j, e);
}

static void set_call(json_t *o, const struct entry *e)
{
    set(o, "call", json_string(op_name[e->op]));
    if (e->pc)
        set_number(o, "line", e->pc); /* in the lesson; a hand has none */
    if (e->kind == EVENT_RESULT) {
        set(o, "result", json_integer(e->value < 0 ? -1 : e->value));
        if (e->value < 0 && -e->value < ERR_COUNT)
            set(o, "error",
                json_string(e->value == -ERR_EDEADLINE ? err_text(ERR_EDEADLINE)
                                                       : err_name((enum err) - e->value)));
    }
}

/* Which of its qualities it was that did not let the segment through. */
static void set_box(json_t *o, const struct entry *e)
{
    set(o, "box", json_string(e->op == PATH_IDLE ? "idle" : e->op == PATH_MTU ? "mtu" : "filter"));
    if (e->op == PATH_IDLE)
        set_number(o, "silent_ms", (uint64_t)e->value);
    else if (e->op == PATH_MTU)
        set_number(o, "mtu", (uint64_t)e->value);
    else
        set_number(o, "filter", (uint64_t)e->value);
}

static json_t *object_of(int part, const struct world *w, const struct journal *j,
                         const struct entry *e)
{
    json_t *o = json_object();

    set_number(o, "part", (uint64_t)part);
    set_number(o, "t", (uint64_t)e->at);
    set_number(o, "event", e->event);
    set(o, "kind", json_string(event_name[e->kind]));
    bool box = e->by_box && entry_icmp(e), got = e->kind == EVENT_ARRIVED; /* the box's own */
    if (e->host)
        set(o, "host", json_string(box && !got ? "box" : export_host(w, e->host)));
    if (e->peer)
        set(o, "peer", json_string(box && got ? "box" : export_host(w, e->peer)));
    if (e->conn) {
        set_number(o, "connection", e->conn);
        set_number(o, "life", e->life);
    }
    if (e->conn || e->before || e->after) {
        set(o, "before", json_string(tcp_state_name[e->before]));
        set(o, "after", json_string(tcp_state_name[e->after]));
    }
    if (e->packet)
        set_travel(o, j, e);
    if (e->cause)
        set(o, "cause", json_string(export_cause(e->cause)));
    if (e->kind == EVENT_LOST && e->cause == CAUSE_BOX)
        set_box(o, e);
    if (e->kind == EVENT_TIMER)
        set(o, "timer", json_string(tcp_timer_name[e->timer]));
    if (e->kind == EVENT_CALL || e->kind == EVENT_RESULT)
        set_call(o, e);
    if (e->n_text)
        set(o, "text", string_of(j->text + e->text, e->n_text));
    set_signals(o, e->signal);
    set_steps(o, j, e);
    return o;
}

void export_json(FILE *f, int part, const struct world *w, const struct journal *j, size_t from,
                 size_t to)
{
    for (size_t i = from; i < to; i++) {
        json_t *o = object_of(part, w, j, &j->entry[i]);
        if (json_dumpf(o, f, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0)
            fputc('\n', f);
        json_decref(o);
    }
}
