/* SPDX-License-Identifier: MIT
 * text.c - what happened, in words: the event log, --plain, and test failures.
 *
 *      client > server  FIN,ACK  seq 301  ack 801  len 0; client ESTABLISHED -> FIN_WAIT_1
 *      server < client  FIN,ACK  seq 301  ack 801  len 0; server ESTABLISHED -> CLOSE_WAIT
 *
 * The host whose entry it is comes first; > is sending, < is receiving.
 */
#include "base/text.h"
#include "net/inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *vtime_text(vtime t, char *buf, size_t cap)
{
    struct text out  = text_into(buf, cap);
    uint64_t    us   = t < 0 ? (uint64_t)-t : (uint64_t)t;
    const char *sign = t < 0 ? "-" : "";

    if (t == VTIME_NEVER)
        text_add(&out, "never");
    else if (us % 1000 == 0)
        text_add(&out, "%s%" PRIu64 ".%03" PRIu64, sign, us / 1000000, us / 1000 % 1000);
    else
        text_add(&out, "%s%" PRIu64 ".%06" PRIu64, sign, us / 1000000, us % 1000000);
    return buf;
}

const char *ctl_text(uint8_t ctl, char *buf, size_t cap)
{
    static const struct {
        uint8_t     bit;
        const char *name;
    } order[] = { { CTL_SYN, "SYN" }, { CTL_FIN, "FIN" }, { CTL_RST, "RST" }, { CTL_PSH, "PSH" },
                  { CTL_ACK, "ACK" }, { CTL_URG, "URG" }, { CTL_ECE, "ECE" }, { CTL_CWR, "CWR" } };
    struct text out = text_into(buf, cap);

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (ctl & order[i].bit)
            text_add(&out, "%s%s", out.len ? "," : "", order[i].name);
    if (out.len == 0)
        text_add(&out, "none");
    return buf;
}

/* -- rules ------------------------------------------------------------------------------------ */

/* A length of time as a person says it: "200 ms", "1.5 s", "2 min". */
static void say_span(struct text *out, uint64_t us)
{
    if (us < 1000) {
        text_add(out, "%" PRIu64 " us", us);
    } else if (us < 1000000) {
        text_add(out, "%" PRIu64, us / 1000);
        if (us % 1000)
            text_add(out, ".%03" PRIu64, us % 1000);
        text_add(out, " ms");
    } else if (us >= 120000000 && us % 60000000 == 0) {
        text_add(out, "%" PRIu64 " min", us / 60000000);
    } else {
        uint64_t ms = us / 1000 % 1000;

        text_add(out, "%" PRIu64, us / 1000000);
        if (ms)
            text_add(out, ms % 100 ? ms % 10 ? ".%03u" : ".%02u" : ".%u",
                     (unsigned)(ms % 100 ? ms % 10 ? ms : ms / 10 : ms / 100));
        text_add(out, " s");
    }
}

/* One operand in the form that the sentence asks for. */
static void say_operand(struct text *out, uint32_t v, const char *form, size_t n)
{
#define FORM(name) (n == sizeof name - 1 && memcmp(form, name, n) == 0)
    if (FORM("bytes"))
        text_add(out, v == 1 ? "%" PRIu32 " byte" : "%" PRIu32 " bytes", v);
    else if (FORM("ms"))
        say_span(out, UINT64_C(1000) * v);
    else if (FORM("us"))
        say_span(out, v);
    else if (FORM("state") && v < TCP_STATES)
        text_add(out, "%s", tcp_state_name[v]);
    else if (FORM("timer") && v < TIMER_COUNT)
        text_add(out, "%s", tcp_timer_name[v]);
    else
        text_add(out, "%" PRIu32, v);
#undef FORM
}

const char *step_text(const struct step *s, char *buf, size_t cap)
{
    struct text out = text_into(buf, cap);

    if (s->rule >= RULE_COUNT)
        return buf;
    for (const char *p = rule_table[s->rule].text; *p;) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;

        if (end && p[1] >= 'a' && p[1] <= 'c' && (p[2] == ':' || p + 2 == end)) {
            uint32_t    v    = p[1] == 'a' ? s->a : p[1] == 'b' ? s->b : s->c;
            const char *form = p + 2 == end ? end : p + 3;

            say_operand(&out, v, form, (size_t)(end - form));
            p = end + 1;
        } else {
            size_t n = 1 + strcspn(p + 1, "{");

            text_addn(&out, p, n);
            p += n;
        }
    }
    return buf;
}

/* -- entries --------------------------------------------------------------------------------- */

static const char *name_of(const struct world *w, uint32_t host)
{
    return host >= 1 && host <= w->hosts ? w->host[host - 1].name : "?";
}

static const char *cause_text(enum cause c)
{
    switch (c) {
    case CAUSE_CHANCE: return "by chance";
    case CAUSE_PERSON: return "by you";
    case CAUSE_ARMED: return "by an armed fault";
    case CAUSE_QUEUE: return "the queue is full";
    case CAUSE_CUT: return "the path is cut";
    case CAUSE_DOWN: return "nobody is there";
    case CAUSE_SCRIPT: return "by the script";
    case CAUSE_BOX: return "by a middlebox";
    case CAUSE_NONE: break;
    }
    return "";
}

const char *box_text(const struct entry *e, char *buf, size_t cap)
{
    struct text out = text_into(buf, cap);

    if (e->kind != EVENT_LOST || e->cause != CAUSE_BOX)
        return buf;
    if (e->op == PATH_IDLE) {
        text_add(&out, "nothing of the connection has passed for ");
        say_span(&out, UINT64_C(1000) * (uint32_t)e->value);
        text_add(&out, ", so it was forgotten");
    } else if (e->op == PATH_MTU) {
        text_add(&out, "the next link takes at most %" PRId32 " bytes", e->value);
    } else if (e->value > 1) {
        text_add(&out, "filter %" PRId32 " of its list does not let this through", e->value);
    } else {
        text_add(&out, "its filter does not let this through");
    }
    return buf;
}

const char *backlog_text(const struct entry *e)
{
    if (e->kind != EVENT_ARRIVED || e->cause != CAUSE_QUEUE)
        return "";
    return e->seg.ctl & CTL_SYN
               ? "the accept queue of the listener is full: the SYN gets no answer, and its sender "
                 "will ask again"
               : "the accept queue of the listener is full: the ACK that would end the handshake "
                 "counts for nothing, and our SYN,ACK will go again";
}

const char *entry_source(const struct journal *j, const struct entry *e, char *buf, size_t cap)
{
    const uint8_t *in = j->wire + e->wire;
    struct addr    a  = { { 0 } };

    if (cap)
        *buf = '\0';
    if (e->n_wire < 20)
        return buf;
    if (in[0] >> 4 == 6 && e->n_wire >= 40)
        memcpy(a.b, in + 8, sizeof a.b);
    else if (in[0] >> 4 == 4) {
        a.b[10] = a.b[11] = 0xff;
        memcpy(a.b + 12, in + 12, 4);
    } else
        return buf;
    return addr_text(&a, buf, cap);
}

static void say_cause(struct text *out, const struct entry *e)
{
    char why[120];

    if (e->cause)
        text_add(out, " (%s", cause_text((enum cause)e->cause));
    if (*box_text(e, why, sizeof why))
        text_add(out, ": %s", why);
    if (e->cause)
        text_add(out, ")");
}

static void say_options(struct text *out, const struct segment *s)
{
    if (s->opt & OPT_MSS)
        text_add(out, "  mss %u", s->mss);
    if (s->opt & OPT_WSCALE)
        text_add(out, "  wscale %u", s->wscale);
    if (s->opt & OPT_SACK_OK)
        text_add(out, "  sackOK");
    if (s->opt & OPT_TS)
        text_add(out, "  TS %" PRIu32 " %" PRIu32, s->tsval, s->tsecr);
    for (int i = 0; s->opt & OPT_SACK && i < s->n_sack && i < SEGMENT_SACKS; i++)
        text_add(out, "  sack %" PRIu32 "..%" PRIu32, s->sack[i].lo, s->sack[i].hi);
}

static void say_segment(struct text *out, const struct world *w, const struct entry *e)
{
    const struct segment *s     = &e->seg;
    bool                  at_to = e->kind == EVENT_ARRIVED || e->kind == EVENT_BAD;
    char                  ctl[40];

    text_add(out, "%s %c %s  %s  seq %" PRIu32, name_of(w, e->host), at_to ? '<' : '>',
             name_of(w, e->peer), ctl_text(s->ctl, ctl, sizeof ctl), s->seq);
    if (s->ctl & CTL_ACK)
        text_add(out, "  ack %" PRIu32, s->ack);
    text_add(out, "  len %" PRIu32, s->len);
    if (s->ctl & CTL_URG)
        text_add(out, "  up %u", s->up);
    say_options(out, s);
    if (s->ecn == ECN_CE)
        text_add(out, "  CE");
    if (s->tos)
        text_add(out, "  DSCP %u", s->tos >> 2);
    if (e->rtx)
        text_add(out, "  retransmission %u", e->rtx);
}

static void say_due(struct text *out, const struct entry *e)
{
    char buf[40];

    if (e->due != VTIME_NEVER)
        text_add(out, ", will arrive at %s s", vtime_text(e->due, buf, sizeof buf));
}

/* Words are shown as they are, but control characters would tear the line. */
static void say_words(struct text *out, const struct journal *j, const struct entry *e)
{
    for (uint32_t i = 0; i < e->n_text; i++) {
        char c = j->text[e->text + i];

        if (c == '\n')
            text_addn(out, "\\n", 2);
        else if (c == '\t')
            text_addn(out, "\\t", 2);
        else if ((unsigned char)c < ' ' || c == 127)
            text_add(out, "\\x%02x", (unsigned)c & 0xffu);
        else
            text_addn(out, &c, 1);
    }
}

/* An error that the box sent is the box's; of everything else, its host's. */
static void say_icmp(struct text *out, const struct world *w, const struct journal *j,
                     const struct entry *e)
{
    bool        got = e->kind == EVENT_ARRIVED;
    const char *box = "box", *host = name_of(w, e->host), *peer = name_of(w, e->peer);
    char        from[48];

    text_add(out, "%s %c %s  ICMP ", e->by_box && !got ? box : host, got ? '<' : '>',
             e->by_box && got ? box : peer);
    say_words(out, j, e);
    if (e->by_box && *entry_source(j, e, from, sizeof from))
        text_add(out, " from %s", from);
    text_add(out, "  about seq %" PRIu32, e->seg.seq);
}

/* Bytes that were no segment, and why. */
static void say_bad(struct text *out, const struct world *w, const struct journal *j,
                    const struct entry *e)
{
    text_add(out, "%s < %s  %" PRIu32 " bytes that are no segment", name_of(w, e->host),
             e->peer ? name_of(w, e->peer) : "outside", e->n_wire);
    if (e->n_text) {
        text_add(out, ": ");
        say_words(out, j, e);
    }
}

static void say_signals(struct text *out, uint32_t bits)
{
    static const char *const name[] = {
        /* in the order of enum tcp_signal */
        "connected",
        "connection refused",
        "connection reset",
        "aborted: user timeout",
        "the peer has finished sending",
        "there is something to read",
        "there is room to write",
        "urgent data is ahead",
        "pushed data has arrived",
        "the FIN is acknowledged",
        "trouble: no answer to retransmissions",
        "back to LISTEN",
    };
    bool first = true;

    for (uint32_t i = 0; i < sizeof name / sizeof name[0]; i++)
        if (bits >> i & 1) {
            text_add(out, "%s%s", first ? "" : ", ", name[i]);
            first = false;
        }
}

static void say_call(struct text *out, const struct world *w, const struct journal *j,
                     const struct entry *e)
{
    const char *verb = e->op < OP_COUNT ? op_name[e->op] : "?";

    text_add(out, "%s  ", name_of(w, e->host));
    if (e->kind == EVENT_CALL) {
        if (e->n_text)
            say_words(out, j, e);
        else
            text_add(out, "%s", verb);
        return;
    }
    if (e->n_text) {
        text_add(out, e->value == -ERR_EDEADLINE ? "%s: " : "%s ", verb);
        say_words(out, j, e);
    } else if (e->value >= 0)
        text_add(out, "%s = %" PRId32, verb, e->value);
    else if (e->value == -ERR_EDEADLINE)
        text_add(out, "%s: %s", verb, err_text(ERR_EDEADLINE));
    else if (-(int64_t)e->value < ERR_COUNT)
        text_add(out, "%s = %s (%s)", verb, err_name((enum err) - e->value),
                 err_text((enum err) - e->value));
    else
        text_add(out, "%s = error %" PRId64, verb, -(int64_t)e->value);
}

/* What befell a segment on its way, after the segment itself. */
static void say_fate(struct text *out, const struct entry *e)
{
    switch ((enum event_kind)e->kind) {
    case EVENT_LOST: text_add(out, "  LOST"); break;
    case EVENT_DUPED: text_add(out, "  copied"); break;
    case EVENT_HELD: text_add(out, "  held on the way"); break;
    case EVENT_RELEASED: text_add(out, "  released"); break;
    case EVENT_ALTERED: text_add(out, e->value == CMD_DELAY ? "  delayed" : "  corrupted"); break;
    case EVENT_ARRIVED:
        if (*backlog_text(e))
            text_add(out, "  dropped (the accept queue is full)");
        return;
    case EVENT_SENT:
        if (entry_icmp(e) && e->by_box)
            return; /* it says so itself */
        if (e->cause)
            text_add(out, e->cause == CAUSE_BOX ? "  sent" : "  forged");
        if (e->cause == CAUSE_BOX && !e->parent) {
            text_add(out, " (by a middlebox, which has forgotten the connection)");
            return;
        }
        break;
    default: return;
    }
    say_cause(out, e);
    if (e->kind == EVENT_DUPED)
        text_add(out, ": #%" PRIu64 " is a copy of #%" PRIu64, e->packet, e->parent);
    if (e->kind == EVENT_DUPED || e->kind == EVENT_RELEASED
        || (e->kind == EVENT_ALTERED && e->value == CMD_DELAY))
        say_due(out, e);
}

static void say_other(struct text *out, const struct world *w, const struct journal *j,
                      const struct entry *e)
{
    const char *host = name_of(w, e->host);

    switch ((enum event_kind)e->kind) {
    case EVENT_TIMER:
        text_add(out, "%s  the %s timer ran out", host,
                 e->timer < TIMER_COUNT ? tcp_timer_name[e->timer] : "?");
        break;
    case EVENT_PRINT:
        text_add(out, "%s  prints: ", host);
        say_words(out, j, e);
        break;
    case EVENT_START:
        text_add(out, "%s  starts program ", host);
        say_words(out, j, e);
        break;
    case EVENT_EXIT:
        text_add(out, e->value ? "%s  program dies of SIGPIPE" : "%s  program ends", host);
        break;
    case EVENT_STATE: text_add(out, "%s", host); break;
    case EVENT_FORGOT: text_add(out, "%s  forgets the connection", host); break;
    case EVENT_SIGNAL:
        text_add(out, "%s  is told: ", host);
        if (e->n_text)
            say_words(out, j, e);
        else
            say_signals(out, e->signal ? e->signal : (uint32_t)e->value);
        break;
    case EVENT_FAULT:
    case EVENT_COMMAND:
        text_add(out, e->cause == CAUSE_SCRIPT ? "script  " : "you  ");
        say_words(out, j, e);
        break;
    default: break;
    }
}

const char *entry_text(const struct world *w, const struct journal *j, const struct entry *e,
                       char *buf, size_t cap)
{
    struct text out = text_into(buf, cap);

    switch ((enum event_kind)e->kind) {
    case EVENT_SENT:
    case EVENT_ARRIVED:
    case EVENT_LOST:
    case EVENT_DUPED:
    case EVENT_HELD:
    case EVENT_RELEASED:
    case EVENT_ALTERED:
        if (entry_icmp(e)) {
            say_icmp(&out, w, j, e);
        } else {
            say_segment(&out, w, e);
        }
        say_fate(&out, e);
        break;
    case EVENT_BAD: say_bad(&out, w, j, e); break;
    case EVENT_CALL:
    case EVENT_RESULT: say_call(&out, w, j, e); break;
    default: say_other(&out, w, j, e); break;
    }
    if (entry_moved(e) && e->before < TCP_STATES && e->after < TCP_STATES)
        text_add(&out, "%s%s %s -> %s", e->kind == EVENT_STATE ? "" : "; ",
                 e->kind == EVENT_STATE ? "" : name_of(w, e->host), tcp_state_name[e->before],
                 tcp_state_name[e->after]);
    return buf;
}
