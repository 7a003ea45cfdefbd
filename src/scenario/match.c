/* SPDX-License-Identifier: MIT
 * match.c - what happens, in words (form.def), to a predicate and back. */
#include "scenario/match.h"

#include "net/journal.h"
#include "net/sock.h"
#include "scenario/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct form_info form_table[] = {
#define FORM(words, help) { words, help },
#include "scenario/form.def"
#undef FORM
};
const size_t form_count = sizeof form_table / sizeof *form_table;

static const struct {
    const char *name;
    uint8_t     bit;
} flag_table[] = {
    { "SYN", CTL_SYN }, { "FIN", CTL_FIN }, { "RST", CTL_RST }, { "PSH", CTL_PSH },
    { "ACK", CTL_ACK }, { "URG", CTL_URG }, { "ECE", CTL_ECE }, { "CWR", CTL_CWR },
};
enum { FLAGS = sizeof flag_table / sizeof *flag_table };

/* What happens on the way: `lost client>server FIN`. */
static const struct {
    const char *name;
    uint8_t     kind;
} way_table[] = {
    { "lost", EVENT_LOST },         { "held", EVENT_HELD },       { "duped", EVENT_DUPED },
    { "released", EVENT_RELEASED }, { "altered", EVENT_ALTERED },
};
enum { WAYS = sizeof way_table / sizeof *way_table };

/* What a host does with a segment: `client sent FIN`. */
static const struct {
    const char *name;
    uint8_t     kind;
} act_table[] = {
    { "sent", EVENT_SENT },
    { "got", EVENT_ARRIVED },
    { "bad", EVENT_BAD },
};
enum { ACTS = sizeof act_table / sizeof *act_table };

/* What else a host does, without further words. */
static const struct {
    const char *name;
    uint8_t     kind;
} word_table[] = {
    { "starts", EVENT_START },
    { "ends", EVENT_EXIT },
    { "forgets", EVENT_FORGOT },
};
enum { DOINGS = sizeof word_table / sizeof *word_table };

/* "SYN,ACK": all words of it must be flags. */
bool flags_parse(const char *word, uint8_t *ctl)
{
    uint8_t bits = 0;

    while (*word) {
        size_t n = strcspn(word, ","), i = 0;

        while (
            i < FLAGS
            && (strlen(flag_table[i].name) != n || strncasecmp(flag_table[i].name, word, n) != 0))
            i++;
        if (i == FLAGS)
            return false;
        bits |= flag_table[i].bit;
        word += n;
        if (*word == ',' && !*++word)
            return false;
    }
    *ctl = bits;
    return bits != 0;
}

void flags_add(struct text *t, uint8_t ctl)
{
    bool first = true;

    for (int i = 0; i < FLAGS; i++)
        if (ctl & flag_table[i].bit) {
            text_add(t, "%s%s", first ? "" : ",", flag_table[i].name);
            first = false;
        }
}

/* -- ICMP. ----------------------------------------------------------------------------------- */

const char ICMP_KINDS_SAID[] = "an ICMP error: unreachable (of a host), net-unreachable, "
                               "port-unreachable, protocol-unreachable, too-big, prohibited, "
                               "time-exceeded or source-quench";

const char *const icmp_words[ICMP_KINDS] = {
    [ICMP_NET_UNREACHABLE]      = "net-unreachable",
    [ICMP_HOST_UNREACHABLE]     = "unreachable",
    [ICMP_PROTOCOL_UNREACHABLE] = "protocol-unreachable",
    [ICMP_PORT_UNREACHABLE]     = "port-unreachable",
    [ICMP_TOO_BIG]              = "too-big",
    [ICMP_PROHIBITED]           = "prohibited",
    [ICMP_TIME_EXCEEDED]        = "time-exceeded",
    [ICMP_QUENCH]               = "source-quench",
};

bool icmp_word(struct words *w, enum icmp_kind *k)
{
    if (words_is(w, "host-unreachable")) {
        *k = ICMP_HOST_UNREACHABLE;
        return true;
    }
    for (int i = 0; i < ICMP_KINDS; i++)
        if (words_is(w, icmp_words[i])) {
            *k = (enum icmp_kind)i;
            return true;
        }
    return false;
}

void icmp_add(struct text *t, enum icmp_kind k) { text_add(t, "%s", icmp_words[k]); }

bool over_words(struct words *w, const struct names *n, uint8_t a, uint8_t b, uint32_t *six)
{
    uint8_t lacks = a && !n->v6[a - 1] ? a : b && !n->v6[b - 1] ? b : 0;

    if (!words_is(w, "IPv6"))
        return words_expected(w, "IPv6");
    if (lacks)
        return words_fail(w,
                          "%s has no IPv6 address: expected one in its line `host %s ADDRESS "
                          "ADDRESS6` of the world",
                          n->host[lacks - 1], n->host[lacks - 1]);
    *six = 1;
    return true;
}

/* -- Segments. ------------------------------------------------------------------------------- */

/* Why it was lost, or who sent it. */
static const struct {
    const char *name;
    uint8_t     cause;
} cause_table[] = {
    { "itself", CAUSE_NONE },  { "chance", CAUSE_CHANCE }, { "hand", CAUSE_PERSON },
    { "fault", CAUSE_ARMED },  { "queue", CAUSE_QUEUE },   { "cut", CAUSE_CUT },
    { "absence", CAUSE_DOWN }, { "script", CAUSE_SCRIPT }, { "box", CAUSE_BOX },
};
enum { CAUSES = sizeof cause_table / sizeof *cause_table };

/* `by CAUSE`; what is no cause (`delay ... by TIME`) is left. */
static bool cause_words(struct words *w, struct match *m)
{
    int at = w->at;

    if (!words_is(w, "by"))
        return false;
    for (int i = 0; i < CAUSES; i++)
        if (words_is(w, cause_table[i].name)) {
            m->cause = (uint8_t)(cause_table[i].cause + 1);
            return true;
        }
    w->at = at;
    return false;
}

/* `icmp [KIND]` */
static void icmp_words_of(struct words *w, struct match *m)
{
    enum icmp_kind k;

    m->has |= MATCH_ICMP;
    if (!icmp_word(w, &k))
        return;
    memset(m->text, 0, sizeof m->text); /* matches are compared as bytes */
    snprintf(m->text, sizeof m->text, "%s", icmp_name[k]);
}

static bool is_segment(const struct match *m) { return m->kind && m->kind - 1 <= EVENT_ALTERED; }

static bool rule_word(struct words *w, struct match *m)
{
    enum rule r = rule_by_slug(words_peek(w));

    if (r == RULE_COUNT)
        return words_expected(w, "the name of a rule, as `finwait list rules` shows them");
    w->at++;
    m->rule = (uint16_t)(r + 1);
    return true;
}

/* SEG and what may follow every form; stops quietly at the first word that is none of it. */
bool match_segment(struct words *w, struct match *m, bool segment)
{
    uint8_t  named = 0, ctl;
    uint64_t v;

    while (words_more(w)) {
        if (words_is(w, "life")) {
            if (!words_number(w, "which connection", 255, &v))
                return false;
            m->life = (uint8_t)v;
        } else if (words_is(w, "rule")) {
            if (!rule_word(w, m))
                return false;
        } else if (segment && words_is(w, "icmp")) {
            icmp_words_of(w, m);
        } else if (segment && cause_words(w, m)) {
            continue;
        } else if (segment && words_is(w, "port")) {
            if (!words_port(w, &m->port))
                return false;
        } else if (segment && words_is(w, "data")) {
            m->has |= MATCH_DATA;
        } else if (segment && words_is(w, "seq")) {
            if (!words_number(w, "a sequence number", UINT32_MAX, &v))
                return false;
            m->seq = (seq)v;
            m->has |= MATCH_SEQ;
        } else if (segment && words_is(w, "ack")) {
            /* `ack 301` is the field, ACK alone the flag. */
            if (!words_more(w) || !isdigit((unsigned char)words_peek(w)[0])) {
                named |= CTL_ACK;
                continue;
            }
            if (!words_number(w, "an acknowledgment number", UINT32_MAX, &v))
                return false;
            m->ack = (seq)v;
            m->has |= MATCH_ACK;
        } else if (segment && words_is(w, "len")) {
            if (!words_number(w, "bytes of text", UINT32_MAX, &v))
                return false;
            m->len = (uint32_t)v;
            m->has |= MATCH_LEN;
        } else if (segment && words_is(w, "rtx")) {
            m->rtx = 1;
        } else if (segment && words_is(w, "first")) {
            m->rtx = 2;
        } else if (segment && !words_quoted(w) && flags_parse(words_peek(w), &ctl)) {
            named |= ctl;
            w->at++;
        } else {
            break;
        }
    }
    if (named) {
        m->ctl_mask = (uint8_t)(named | CTL_SYN | CTL_FIN | CTL_RST);
        m->ctl      = named;
        if (named == CTL_ACK && !(m->has & (MATCH_DATA | MATCH_LEN))) {
            m->has |= MATCH_LEN; /* "an ACK" is one that brings nothing else */
            m->len = 0;
        }
    }
    return true;
}

/* States are written in capitals (LISTEN is a state, listen a call); TIME-WAIT is TIME_WAIT. */
static enum tcp_state state_named(const char *word)
{
    char name[WORD_BYTES];

    snprintf(name, sizeof name, "%s", word);
    for (char *p = name; *p; p++)
        if (*p == '-')
            *p = '_';
    for (int s = 0; s < TCP_STATES; s++)
        if (strcmp(name, tcp_state_name[s]) == 0)
            return (enum tcp_state)s;
    return TCP_STATES;
}

static bool timer_word(struct words *w, struct match *m)
{
    for (int i = 0; i < TIMER_COUNT; i++)
        if (words_is(w, tcp_timer_name[i])) {
            m->kind  = EVENT_TIMER + 1;
            m->timer = (uint8_t)(i + 1);
            return true;
        }
    char        list[200];
    struct text t = text_into(list, sizeof list);
    for (int i = 0; i < TIMER_COUNT; i++)
        text_add(&t, "%s%s", i ? ", " : "a timer: ", tcp_timer_name[i]);
    return words_expected(w, list);
}

/* What a call returned: a number, an error, a text. */
static bool result_word(struct words *w, struct match *m)
{
    uint64_t v;

    m->kind = EVENT_RESULT + 1;
    if (words_quoted(w))
        return words_string(w, "a text", m->text, sizeof m->text, NULL);
    if (number_parse(words_peek(w), INT32_MAX, &v)) {
        w->at++;
        m->has |= MATCH_VALUE;
        m->value = (int32_t)v;
        return true;
    }
    for (int e = 1; e < ERR_COUNT; e++)
        if (words_is(w, err_name((enum err)e))) {
            m->has |= MATCH_VALUE;
            m->value = -e;
            return true;
        }
    return words_expected(w, "a number, an error such as EPIPE, or a text in double quotes");
}

static bool op_word(struct words *w, struct match *m)
{
    for (int o = 0; o < OP_COUNT; o++)
        if (strcmp(words_peek(w), op_name[o]) == 0) {
            w->at++;
            m->kind = EVENT_CALL + 1;
            m->op   = (uint8_t)(o + 1);
            return words_is(w, "=") ? result_word(w, m) : true;
        }
    return words_expected(w, "a state, sent, got, an operation, prints, timer or rule");
}

static bool host_words(struct words *w, const struct names *n, struct match *m)
{
    enum tcp_state s;

    if (!words_host(w, n, &m->host))
        return false;
    for (int i = 0; i < ACTS; i++)
        if (words_is(w, act_table[i].name)) {
            m->kind = (uint8_t)(act_table[i].kind + 1);
            return true;
        }
    for (int i = 0; i < DOINGS; i++)
        if (words_is(w, word_table[i].name)) {
            m->kind = (uint8_t)(word_table[i].kind + 1);
            return true;
        }
    if (words_is(w, "prints")) {
        m->kind = EVENT_PRINT + 1;
        return words_string(w, "what is printed", m->text, sizeof m->text, NULL);
    }
    if (words_is(w, "timer"))
        return timer_word(w, m);
    if (strcasecmp(words_peek(w), "rule") == 0)
        return true;
    s = state_named(words_peek(w));
    if (s == TCP_STATES)
        return op_word(w, m);
    w->at++;
    m->state = (uint8_t)(s + 1);
    return true;
}

/* "2nd", "13th": *nth. */
bool match_nth(struct words *w, struct match *m)
{
    const char *p   = words_peek(w);
    size_t      end = strspn(p, "0123456789");
    char        digits[8];
    uint64_t    v;

    if (end == 0 || end >= sizeof digits || strlen(p) != end + 2
        || (strcmp(p + end, "st") != 0 && strcmp(p + end, "nd") != 0 && strcmp(p + end, "rd") != 0
            && strcmp(p + end, "th") != 0))
        return true;
    snprintf(digits, sizeof digits, "%.*s", (int)end, p);
    if (!number_parse(digits, 1000, &v) || v == 0)
        return words_expected(w, "1st, 2nd ... at most 1000th");
    w->at++;
    m->nth = (uint16_t)v;
    return true;
}

bool match_words(struct words *w, const struct names *n, struct match *m)
{
    bool pair;

    memset(m, 0, sizeof *m);
    if (!match_nth(w, m) || !words_pair(w, n, &m->host, &m->peer, &pair))
        return false;
    if (pair) {
        m->kind = EVENT_SENT + 1;
        return match_segment(w, m, true);
    }
    for (int i = 0; i < WAYS; i++)
        if (words_is(w, way_table[i].name)) {
            m->kind = (uint8_t)(way_table[i].kind + 1);
            return words_pair(w, n, &m->host, &m->peer, &pair) && match_segment(w, m, true);
        }
    if (strcasecmp(words_peek(w), "rule") != 0 && !host_words(w, n, m))
        return false;
    return match_segment(w, m, is_segment(m));
}

bool match_parse(const char *words, const struct names *n, const char *file, int lineno,
                 struct match *m, struct fail *f)
{
    struct words w;

    return words_split(&w, words, file, lineno, f) && match_words(&w, n, m)
           && words_done(&w, "the end of the line, or seq, ack, len, data, rtx, first, life, rule");
}

/* -- And back. ----------------------------------------------------------------------------- */

const char *names_host_name(const struct names *n, uint8_t host)
{
    return host >= 1 && host <= n->hosts ? n->host[host - 1] : "?";
}

static void icmp_text(const struct match *m, struct text *out)
{
    text_add(out, " icmp");
    for (int k = 0; k < ICMP_KINDS; k++)
        if (strcmp(m->text, icmp_name[k]) == 0)
            text_add(out, " %s", icmp_words[k]);
}

void match_segment_text(const struct match *m, struct text *out)
{
    if (m->has & MATCH_ICMP)
        icmp_text(m, out);
    if (m->ctl_mask) {
        text_add(out, " ");
        flags_add(out, m->ctl);
    }
    if (m->has & MATCH_DATA)
        text_add(out, " data");
    if (m->port)
        text_add(out, " port %u", m->port);
    if (m->has & MATCH_SEQ)
        text_add(out, " seq %" PRIu32, m->seq);
    if (m->has & MATCH_ACK)
        text_add(out, " ack %" PRIu32, m->ack);
    if (m->has & MATCH_LEN && (m->ctl != CTL_ACK || m->len || m->has & MATCH_DATA))
        text_add(out, " len %" PRIu32, m->len);
    if (m->rtx)
        text_add(out, m->rtx == 1 ? " rtx" : " first");
    for (int i = 0; m->cause && i < CAUSES; i++)
        if (cause_table[i].cause + 1 == m->cause)
            text_add(out, " by %s", cause_table[i].name);
    if (m->life)
        text_add(out, " life %d", m->life);
    if (m->rule)
        text_add(out, " rule %s", rule_table[m->rule - 1].slug);
}

static const char *nth_suffix(unsigned n)
{
    if (n % 100 / 10 == 1)
        return "th";
    return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

void match_nth_text(const struct match *m, struct text *out)
{
    if (m->nth)
        text_add(out, "%u%s", m->nth, nth_suffix(m->nth));
}

/* The word of a kind that concerns a segment, a host or both. */
static const char *kind_word(int kind)
{
    for (int i = 0; i < WAYS; i++)
        if (way_table[i].kind == kind)
            return way_table[i].name;
    for (int i = 0; i < ACTS; i++)
        if (act_table[i].kind == kind)
            return act_table[i].name;
    for (int i = 0; i < DOINGS; i++)
        if (word_table[i].kind == kind)
            return word_table[i].name;
    return "?";
}

static bool on_the_way(int kind)
{
    for (int i = 0; i < WAYS; i++)
        if (way_table[i].kind == kind)
            return true;
    return false;
}

static void result_text(const struct match *m, struct text *out)
{
    text_add(out, " %s", op_name[m->op - 1]);
    if (m->kind - 1 != EVENT_RESULT)
        return;
    text_add(out, " = ");
    if (!(m->has & MATCH_VALUE))
        quoted_add(out, m->text, strlen(m->text));
    else if (m->value < 0)
        text_add(out, "%s", err_name((enum err) - m->value));
    else
        text_add(out, "%" PRId32, m->value);
}

void match_text(const struct match *m, const struct names *n, struct text *out)
{
    int kind = m->kind - 1;

    match_nth_text(m, out);
    if (m->nth)
        text_add(out, " ");
    if (m->kind && on_the_way(kind)) {
        text_add(out, "%s", kind_word(kind));
        if (m->host)
            text_add(out, " %s>%s", names_host_name(n, m->host), names_host_name(n, m->peer));
    } else if (kind == EVENT_SENT && m->peer) {
        text_add(out, "%s>%s", names_host_name(n, m->host), names_host_name(n, m->peer));
    } else {
        if (m->host)
            text_add(out, "%s", names_host_name(n, m->host));
        if (m->state)
            text_add(out, " %s", tcp_state_name[m->state - 1]);
        else if (m->op)
            result_text(m, out);
        else if (kind == EVENT_PRINT) {
            text_add(out, " prints ");
            quoted_add(out, m->text, strlen(m->text));
        } else if (kind == EVENT_TIMER)
            text_add(out, " timer %s", tcp_timer_name[m->timer - 1]);
        else if (m->kind)
            text_add(out, " %s", kind_word(kind));
    }
    /* A rule without a host begins the line. */
    bool bare = !m->host && !m->kind;
    if (bare && m->rule) {
        struct match rest = *m;

        text_add(out, "rule %s", rule_table[m->rule - 1].slug);
        rest.rule = 0;
        match_segment_text(&rest, out);
        return;
    }
    match_segment_text(m, out);
}
