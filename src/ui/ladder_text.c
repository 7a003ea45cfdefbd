/* SPDX-License-Identifier: MIT
 * ladder_text.c - what is written on a ladder, each in three lengths.
 *
 * A label that is cut teaches a wrong number, so there are shorter ones instead.
 */
#include "ui/ladder.h"

#include "base/text.h"
#include "net/sock.h"
#include "tcp/icmp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which word stands for a segment: the control bit that matters, or its data. */
static const char *kind_name(const struct segment *g, const char **letter)
{
    if (g->ctl & CTL_RST) {
        *letter = "R";
        return g->ctl & CTL_ACK ? "RST,ACK" : "RST";
    }
    if (g->ctl & CTL_SYN) {
        *letter = g->ctl & CTL_ACK ? "SA" : "S";
        return g->ctl & CTL_ACK ? "SYN,ACK" : "SYN";
    }
    if (g->ctl & CTL_FIN) {
        *letter = "F";
        return "FIN";
    }
    *letter = g->len ? "D" : "A";
    return g->len ? "DATA" : "ACK";
}

/* "ICMP host unreachable about 301" */
static void icmp_label(const struct journal *j, const struct entry *e, struct text t[LABEL_FORMS])
{
    char kind[40];

    journal_text(j, e, kind, sizeof kind);
    text_add(&t[0], "ICMP %s, about %u", kind, e->seg.seq);
    text_add(&t[1], "ICMP %s", kind);
    text_add(&t[2], "ICMP");
    text_add(&t[3], "ICMP");
}

/* What is said of every label in the same way. */
static void label_ends(const struct entry *e, bool dup, struct text t[LABEL_FORMS])
{
    for (int i = 0; i < LABEL_FORMS; i++) {
        if (e->rtx)
            text_add(&t[i], i < LABEL_FORMS - 1 ? " retx#%u" : "r%u", e->rtx);
        if (dup)
            text_add(&t[i], i < LABEL_FORMS - 1 ? " dup" : "d");
        if (e->kind == EVENT_SENT && e->cause && e->cause != CAUSE_BOX && i < LABEL_FORMS - 1)
            text_add(&t[i], " forged");
    }
}

/* Which ICMP error it was, for the gutter of who gets it. */
bool ladder_icmp(const struct journal *j, const struct entry *e, struct ladder_label *f)
{
    static const char *const brief[ICMP_KINDS] = {
        [ICMP_NET_UNREACHABLE]      = "no net",
        [ICMP_HOST_UNREACHABLE]     = "no host",
        [ICMP_PROTOCOL_UNREACHABLE] = "no proto",
        [ICMP_PORT_UNREACHABLE]     = "no port",
        [ICMP_TOO_BIG]              = "too big",
        [ICMP_PROHIBITED]           = "forbidden",
        [ICMP_TIME_EXCEEDED]        = "expired",
        [ICMP_QUENCH]               = "quench",
    };
    char kind[40];

    *f = (struct ladder_label){ 0 };
    if (!entry_icmp(e))
        return false;
    journal_text(j, e, kind, sizeof kind);
    snprintf(f->text[0], sizeof f->text[0], "%s", kind);
    for (int i = 0; i < ICMP_KINDS; i++)
        if (strcmp(kind, icmp_name[i]) == 0)
            snprintf(f->text[1], sizeof f->text[1], "%s", brief[i]);
    snprintf(f->text[2], sizeof f->text[2], "ICMP");
    return true;
}

/* What else a segment brings that explains what comes of it. */
static void label_more(const struct segment *g, struct text t[LABEL_FORMS])
{
    static const struct {
        uint8_t     bit;
        const char *name;
    } rare[] = { { CTL_URG, "URG" }, { CTL_ECE, "ECE" }, { CTL_CWR, "CWR" } };

    if (g->wnd == 0 && !(g->ctl & (CTL_RST | CTL_SYN)))
        for (int i = 0; i < 2; i++)
            text_add(&t[i], " wnd=0");
    if (g->opt & OPT_SACK && g->n_sack) {
        text_add(&t[0], " sack=%u-%u", g->sack[0].lo, g->sack[0].hi);
        if (g->n_sack > 1)
            text_add(&t[0], "+%u", g->n_sack - 1);
        text_add(&t[1], " sack");
    }
    for (size_t i = 0; i < sizeof rare / sizeof *rare && !(g->ctl & CTL_SYN); i++)
        if (g->ctl & rare[i].bit) /* the longest form has them in its flags */
            text_add(&t[1], " %s", rare[i].name);
}

struct ladder_label ladder_label_of(const struct journal *j, const struct entry *e, bool dup)
{
    struct ladder_label   l = { 0 };
    const struct segment *g = &e->seg;
    struct text           t[LABEL_FORMS];
    const char           *letter;
    const char           *name = kind_name(g, &letter);
    char                  ctl[40];
    bool                  bare = name[0] == 'A'; /* an ACK is known by what it acknowledges */

    for (int i = 0; i < LABEL_FORMS; i++)
        t[i] = text_into(l.text[i], sizeof l.text[i]);
    if (entry_icmp(e)) {
        icmp_label(j, e, t);
        label_ends(e, dup, t);
        return l;
    }
    text_add(&t[0], "%s seq=%u", g->ctl ? ctl_text(g->ctl, ctl, sizeof ctl) : "none", g->seq);
    if (g->ctl & CTL_ACK)
        text_add(&t[0], " ack=%u", g->ack);
    if (g->len)
        text_add(&t[0], " len=%u", g->len);
    text_add(&t[1], bare ? "%s %u" : "%s seq=%u", name, bare ? g->ack : g->seq);
    label_more(g, t);
    text_add(&t[2], "%s %u", name, bare ? g->ack : g->seq);
    text_add(&t[3], "%s%u", letter, bare ? g->ack : g->seq);
    label_ends(e, dup, t);
    return l;
}

bool ladder_deed(const struct journal *j, const struct entry *e, struct ladder_label *f)
{
    char        said[100], first[40];
    const char *what = said, *colon;
    struct text t[LABEL_FORMS];

    *f = (struct ladder_label){ 0 };
    if (e->cause != CAUSE_PERSON
        || (e->kind != EVENT_FAULT && (e->kind != EVENT_COMMAND || e->value != CMD_KNOB)))
        return false;
    journal_text(j, e, said, sizeof said);
    /* "path client > server: cut": the place is left out, "drop next FIN" has none. */
    if ((e->value == CMD_PATH || e->value == CMD_KNOB) && (colon = strchr(said, ':')))
        what = colon + 1 + strspn(colon + 1, " ");
    snprintf(first, sizeof first, "%.*s", (int)strcspn(what, " "), what);
    for (int i = 0; i < LABEL_FORMS; i++)
        t[i] = text_into(f->text[i], sizeof f->text[i]);
    if (strlen(what) + 5 < LADDER_TEXT)
        text_add(&t[0], "you: %s", what);
    if (e->value == CMD_PATH && e->op >= PATH_MTU)
        snprintf(first, sizeof first, "%s",
                 !e->pc               ? "box off"
                 : e->op == PATH_MTU  ? "mtu box"
                 : e->op == PATH_IDLE ? "idle box"
                 : e->op == PATH_MARK ? "marks"
                                      : "filter");
    text_add(&t[1], e->value == CMD_ARM ? "you: %s next" : "you: %s", first);
    text_add(&t[2], e->value == CMD_ARM ? "%s next" : "%s", first);
    text_add(&t[3], "you");
    return true;
}

uint8_t ladder_boxes(const struct setup *s)
{
    unsigned bits = 0;

    for (int i = 0; i < 2; i++) {
        const struct box *b   = &s->path[i][!i].box;
        uint64_t          way = UINT64_C(1) << (HOST_MAX * i + !i);
        bool              any = false;

        for (uint32_t k = 0; k < s->filters; k++)
            any |= (s->filter[k].ways & way) != 0;
        bits |= (unsigned)((b->mtu != 0) | (b->idle != 0) << 1 | any << 2 | (b->mark.num != 0) << 3)
                << 4 * i;
    }
    return (uint8_t)bits;
}

/* Calls worth a row of their own; a blocking read is told when it returns. */
static bool call_is_told(uint8_t op)
{
    switch (op) {
    case OP_LISTEN:
    case OP_CONNECT:
    case OP_WRITE:
    case OP_FLUSH:
    case OP_SHUTDOWN:
    case OP_CLOSE:
    case OP_ABORT:
    case OP_CRASH: return true;
    default: return false;
    }
}

static bool say_result(const struct entry *e, struct ladder_label *f)
{
    const char *verb = op_name[e->op < OP_COUNT ? e->op : 0];
    struct text t[LABEL_FORMS];

    for (int i = 0; i < LABEL_FORMS; i++)
        t[i] = text_into(f->text[i], sizeof f->text[i]);
    if (e->value == -ERR_EDEADLINE) { /* not an error of the system's, so it has no such name */
        text_add(&t[0], "%s() timed out", verb);
        text_add(&t[1], "%s: timed out", verb);
        text_add(&t[2], "timed out");
        return true;
    }
    if (e->value < 0) {
        const char *err = err_name((enum err)(-e->value));
        text_add(&t[0], "%s() = %s", verb, err);
        text_add(&t[1], "%s: %s", verb, err);
        text_add(&t[2], "%s", err);
        return true;
    }
    if (e->op == OP_ACCEPT) {
        for (int i = 0; i < LABEL_FORMS; i++)
            text_add(&t[i], i ? "accept" : "accept()");
        return true;
    }
    if (e->op != OP_READ && e->op != OP_READALL)
        return false; /* it worked, as expected */
    text_add(&t[0], e->value ? "%s() = %d" : "%s() = %d (EOF)", verb, e->value);
    text_add(&t[1], "%s() = %d", verb, e->value);
    text_add(&t[2], "%s=%d", verb, e->value);
    return true;
}

bool ladder_say(const struct entry *e, struct ladder_label *f, enum style *st)
{
    *f  = (struct ladder_label){ 0 };
    *st = STYLE_APP;
    switch (e->kind) {
    case EVENT_CALL:
        if (!call_is_told(e->op))
            return false;
        for (int i = 0; i < LABEL_FORMS; i++) {
            struct text t = text_into(f->text[i], sizeof f->text[i]);
            text_add(&t, i < 2 ? "%s()" : "%s", op_name[e->op]);
        }
        return true;
    case EVENT_RESULT:
        if (e->value < 0)
            *st = STYLE_BAD;
        return say_result(e, f);
    case EVENT_TIMER:
        *st = STYLE_TIMER;
        for (int i = 0; i < LABEL_FORMS; i++) {
            struct text t = text_into(f->text[i], sizeof f->text[i]);
            text_add(&t,
                     i < 1   ? "%s expires"
                     : i < 2 ? "%s ends"
                             : "%s",
                     tcp_timer_name[e->timer < TIMER_COUNT ? e->timer : 0]);
        }
        return true;
    case EVENT_BAD:
        *st = STYLE_BAD;
        for (int i = 0; i < LABEL_FORMS; i++) {
            struct text t = text_into(f->text[i], sizeof f->text[i]);
            text_add(&t, "%s", i < 1 ? "bad checksum: dropped" : i < 2 ? "bad checksum" : "bad");
        }
        return true;
    default: return false;
    }
}

bool ladder_moved(const struct entry *e)
{
    return entry_moved(e) && e->before < TCP_STATES && e->after < TCP_STATES
           && !(e->before == TCP_LISTEN && e->after == TCP_CLOSED);
}

const char *ladder_time(vtime t, char *buf, size_t cap)
{
    struct text x  = text_into(buf, cap);
    long long   ms = (long long)(t + 500) / 1000;

    text_add(&x, "%lld.%03lld", ms / 1000, ms % 1000);
    return buf;
}

const char *ladder_span(vspan d, char *buf, size_t cap)
{
    struct text x = text_into(buf, cap);
    long long   c = (long long)(d + 5000) / 10000; /* hundredths */

    if (d > 0 && d < MSEC(10)) /* in hundredths it would be nothing */
        text_add(&x, "%lld ms", (long long)(d + 500) / 1000);
    else if (c < 1000)
        text_add(&x, "%lld.%02lld s", c / 100, c % 100);
    else if (c < 60000)
        text_add(&x, "%lld.%lld s", c / 100, c % 100 / 10);
    else
        text_add(&x, "%lld min %lld s", c / 6000, c / 100 % 60);
    return buf;
}
