/* SPDX-License-Identifier: MIT
 * plain.c - one sentence an event, to be read aloud.
 *
 *      t=0.200 client TIME_WAIT (was FIN_WAIT_2): got FIN,ACK seq 801 ack 302
 *        the peer has finished sending ... (fin.received, RFC 9293 3.10.7.4, check 8)
 *
 * No box characters, no columns, no colours: who, in which state, what; then why.
 */
#include "export/export.h"

#include "base/utf8.h"
#include "net/journal.h"
#include "net/sock.h"

#include <string.h>

static void say_words(struct text *t, const struct journal *j, const struct entry *e);

static void say_segment(struct text *t, const struct journal *j, const struct entry *e)
{
    const struct segment *s = &e->seg;
    char                  flags[64];

    if (entry_icmp(e)) {
        text_add(t, "ICMP ");
        say_words(t, j, e);
        if (e->kind == EVENT_ARRIVED && e->by_box)
            text_add(t, " from the box %s", entry_source(j, e, flags, sizeof flags));
        text_add(t, ", about seq %u", s->seq);
        return;
    }
    text_add(t, "%s seq %u", s->ctl ? ctl_text(s->ctl, flags, sizeof flags) : "nothing", s->seq);
    if (s->ctl & CTL_ACK)
        text_add(t, " ack %u", s->ack);
    if (s->len)
        text_add(t, ", %u byte%s", s->len, s->len == 1 ? "" : "s");
    if (s->wnd == 0 && !(s->ctl & CTL_RST))
        text_add(t, ", window 0");
    if (s->ecn == ECN_CE)
        text_add(t, ", congestion experienced");
    if (s->tos)
        text_add(t, ", DSCP %u", s->tos >> 2);
    if (e->kind == EVENT_SENT && e->rtx)
        text_add(t, ", retransmission %u", e->rtx);
}

/* What was read or printed may hold zeros, which would end the line. */
static void say_words(struct text *t, const struct journal *j, const struct entry *e)
{
    const char *p = j->text + e->text, *end = p + e->n_text;

    while (p < end) {
        const char *zero = memchr(p, 0, (size_t)(end - p));
        text_addn(t, p, (size_t)((zero ? zero : end) - p));
        if (zero)
            text_add(t, "\\0");
        p = zero ? zero + 1 : end;
    }
}

/* What became of a segment on its way. */
static void say_fate(struct text *t, const struct world *w, const struct journal *j,
                     const struct entry *e)
{
    static const char *const fate[EVENT_KINDS] = {
        [EVENT_LOST] = "LOST",         [EVENT_DUPED] = "duplicated", [EVENT_HELD] = "held",
        [EVENT_RELEASED] = "released", [EVENT_ALTERED] = "altered",
    };
    char why[120];

    text_add(t, "the %s to %s is %s", entry_icmp(e) ? "error" : "segment", export_host(w, e->peer),
             fate[e->kind]);
    if (*export_cause_text(e->cause))
        text_add(t, " %s", export_cause_text(e->cause));
    text_add(t, ": ");
    say_segment(t, j, e);
    if (*box_text(e, why, sizeof why))
        text_add(t, "; %s", why);
}

/* What a host did not send itself, though it bears its name. */
static void say_forger(struct text *t, const struct world *w, const struct journal *j,
                       const struct entry *e)
{
    const char *who = e->cause == CAUSE_BOX      ? "a middlebox"
                      : e->cause == CAUSE_SCRIPT ? "the script"
                                                 : "your hand";

    if (e->by_box && entry_icmp(e)) {
        char at[48];

        text_add(t, " the box %s, to %s", entry_source(j, e, at, sizeof at),
                 export_host(w, e->peer));
        return;
    }
    text_add(t, " %s, to %s in the name of %s", who, export_host(w, e->peer),
             export_host(w, e->host));
}

static void say_result(struct text *t, const struct entry *e)
{
    const char *call = op_name[e->op];

    if (e->value < 0 && -e->value < ERR_COUNT) {
        enum err err = (enum err) - e->value;
        if (err == ERR_EDEADLINE) /* the program's own deadline: no system has a name for it */
            text_add(t, "%s fails: %s", call, err_text(err));
        else
            text_add(t, "%s fails: %s, %s", call, err_name(err), err_text(err));
    } else if (e->value == 0 && (e->op == OP_READ || e->op == OP_READALL)) {
        text_add(t, "%s returns 0: end of file", call);
    } else {
        text_add(t, "%s returns %d", call, e->value);
    }
}

static void say_signals(struct text *t, const struct entry *e)
{
    const char *comma = "";

    text_add(t, "is told: ");
    if (e->n_text)
        return; /* its own words follow */
    for (uint32_t bit = 1; bit; bit <<= 1)
        if ((e->signal & bit) && export_signal(bit)) {
            text_add(t, "%s%s", comma, export_signal(bit));
            comma = ", ";
        }
}

static void say(struct text *t, const struct world *w, const struct journal *j,
                const struct entry *e)
{
    switch (e->kind) {
    case EVENT_SENT:
        text_add(t, "sent ");
        say_segment(t, j, e);
        if (e->cause == CAUSE_BOX && e->by_box && !e->parent)
            text_add(t, "; the box has forgotten the connection, and tells both ends");
        break;
    case EVENT_ARRIVED:
        text_add(t, "got ");
        say_segment(t, j, e);
        if (*backlog_text(e))
            text_add(t, "; %s", backlog_text(e));
        break;
    case EVENT_BAD: text_add(t, "got bytes that are no valid segment: dropped"); break;
    case EVENT_LOST:
    case EVENT_DUPED:
    case EVENT_HELD:
    case EVENT_RELEASED:
    case EVENT_ALTERED: say_fate(t, w, j, e); return;
    case EVENT_TIMER: text_add(t, "the %s timer runs out", tcp_timer_name[e->timer]); break;
    case EVENT_CALL: text_add(t, "calls "); break;
    case EVENT_RESULT: say_result(t, e); return;
    case EVENT_PRINT: text_add(t, "prints: "); break;
    case EVENT_START: text_add(t, "starts "); break;
    case EVENT_EXIT: text_add(t, "the program ends"); break;
    case EVENT_STATE: text_add(t, "changes state"); break;
    case EVENT_FORGOT: text_add(t, "the connection is forgotten"); break;
    case EVENT_SIGNAL: say_signals(t, e); break;
    default: text_add(t, "%s", event_name[e->kind]); break;
    }
    if (e->n_text && e->kind != EVENT_SENT && e->kind != EVENT_ARRIVED) {
        if (e->kind == EVENT_BAD || e->kind == EVENT_EXIT || e->kind == EVENT_STATE)
            text_add(t, ": ");
        say_words(t, j, e);
    }
}

/* The rules that decided something; those that only led to the next check are for --json. */
static void print_why(FILE *f, const struct journal *j, const struct entry *e)
{
    for (uint32_t i = 0; i < e->n_step; i++) {
        const struct step      *s = &j->step[e->step + i];
        const struct rule_info *r = &rule_table[s->rule];
        char                    sentence[300], source[80];
        struct text             t = text_into(source, sizeof source);
        if (r->outcome == GO)
            continue;
        export_rfc(r->rfc, &t);
        fprintf(f, "  %s (%s, %s)\n", step_text(s, sentence, sizeof sentence), r->slug, source);
    }
}

/* One line, whatever a program prints: controls and malformed bytes are shown, not sent. */
static void print_line(FILE *f, const char *s)
{
    uint32_t ch;
    char     out[4];

    for (const char *p = utf8_next(s, &ch); ch; p = utf8_next(p, &ch)) {
        if (ch == '\n' || ch == '\r' || ch == '\t')
            fprintf(f, "\\%c", ch == '\n' ? 'n' : ch == '\r' ? 'r' : 't');
        else if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0))
            fprintf(f, "\\x%02x", (unsigned)ch);
        else
            fwrite(out, 1, utf8_put(ch, out), f);
    }
    fputc('\n', f);
}

void export_plain(FILE *f, const struct world *w, const struct journal *j, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct entry *e = &j->entry[i];
        char                line[1200], at[40];
        struct text         t = text_into(line, sizeof line);
        text_add(&t, "t=%s", vtime_text(e->at, at, sizeof at));
        if (e->kind == EVENT_COMMAND || e->kind == EVENT_FAULT) {
            text_add(&t, e->cause == CAUSE_SCRIPT ? " the script: " : " by hand: ");
            say_words(&t, j, e);
            print_line(f, line);
            continue;
        }
        if (e->kind == EVENT_SENT && e->cause)
            say_forger(&t, w, j, e);
        else if (e->host)
            text_add(&t, " %s", export_host(w, e->host));
        if (entry_moved(e))
            text_add(&t, " %s (was %s)", tcp_state_name[e->after], tcp_state_name[e->before]);
        else if (e->conn && e->after != TCP_CLOSED)
            text_add(&t, " %s", tcp_state_name[e->after]);
        text_add(&t, ": ");
        say(&t, w, j, e);
        print_line(f, line);
        print_why(f, j, e);
    }
}
