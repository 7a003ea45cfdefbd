/* SPDX-License-Identifier: MIT
 * quality.c - what a path is like, and what stands in its middle: words to values and back. */
#include "scenario/match.h"
#include "scenario/setting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct quality_info quality_table[PATH_ALL] = {
#define QUALITY(ID, word, value, example, help) [PATH_##ID] = { word, value, example, help },
#define DOES(does, word, help)
#include "scenario/quality.def"
#undef QUALITY
#undef DOES
};

const struct does_info does_table[] = {
#define QUALITY(ID, word, value, example, help)
#define DOES(does, word, help) { does, word, help },
#include "scenario/quality.def"
#undef QUALITY
#undef DOES
};
const size_t does_count = sizeof does_table / sizeof *does_table;

/* What a box may do with a segment, for messages. */
static void does_list(struct text *t, bool filter)
{
    for (size_t i = 0; i < does_count; i++)
        if (filter || does_table[i].does != BOX_LET)
            text_add(t, "%s, ", does_table[i].word);
    text_add(t, "or an ICMP error:");
    for (int k = 0; k < ICMP_KINDS; k++) {
        text_add(t, k ? ", " : " ");
        icmp_add(t, (enum icmp_kind)k);
    }
}

static bool does_word(struct words *w, bool filter, uint64_t *out)
{
    enum icmp_kind k;

    for (size_t i = 0; i < does_count; i++)
        if ((filter || does_table[i].does != BOX_LET) && words_is(w, does_table[i].word)) {
            *out = does_table[i].does;
            return true;
        }
    if (!icmp_word(w, &k))
        return false;
    *out = BOX_ICMP + (uint64_t)k;
    return true;
}

static void does_add(struct text *t, uint64_t does)
{
    for (size_t i = 0; i < does_count; i++)
        if (does_table[i].does == does) {
            text_add(t, "%s", does_table[i].word);
            return;
        }
    icmp_add(t, (enum icmp_kind)(does - BOX_ICMP));
}

bool quality_done(struct words *w, const struct quality *q)
{
    char        expected[400];
    struct text t = text_into(expected, sizeof expected);

    if (q->which == PATH_FILTER)
        return words_done(w, "what it means: flags such as FIN or SYN,ACK, data, port N, seq N, "
                             "ack N, len N, rtx; all of it when nothing is said");
    if (q->which != PATH_IDLE)
        return words_done(w, "one quality a line");
    if (!q->brief)
        text_add(&t, "a second time, ");
    does_list(&t, false);
    return words_done(w, expected);
}

static bool mtu_word(struct words *w, struct quality *q)
{
    enum { LEAST = 68 }; /* RFC 791 */

    if (words_is(w, "off"))
        return true;
    if (words_quoted(w) || !number_parse(words_peek(w), WIRE_MAX, &q->n) || q->n < LEAST) {
        char expected[80];

        snprintf(expected, sizeof expected, "bytes of a datagram, from %d to %d, or off", LEAST,
                 WIRE_MAX);
        return words_expected(w, expected);
    }
    w->at++;
    return true;
}

/* `idle TIME [TIME] [DOES]`, `idle nat [DOES]` or `idle off` */
static bool idle_words(struct words *w, struct quality *q)
{
    /* RFC 5382 5, REQ-5: the least that a NAT may wait. */
    const vspan nat_idle = SEC(124 * 60), nat_brief = SEC(4 * 60);

    if (words_is(w, "off"))
        return true;
    if (words_is(w, "nat")) {
        q->time  = nat_idle;
        q->brief = nat_brief;
    } else if (!words_time(w, "after which silence the box forgets (or nat, or off)", &q->time)) {
        return false;
    } else if (words_more(w) && time_parse(words_peek(w), &q->brief)) {
        w->at++;
        if (q->brief == 0)
            return words_fail(w, "a box cannot forget after 0: expected a longer second time");
    }
    if (q->time == 0)
        return words_fail(w, "a box cannot forget after 0: expected a longer time, or off");
    q->n = BOX_DROP;
    does_word(w, false, &q->n); /* drop needs not be said */
    return true;
}

/* `filter DOES [2nd] SEG` or `filter off` */
static bool filter_words(struct words *w, struct quality *q)
{
    if (words_is(w, "off"))
        return true;
    if (!does_word(w, true, &q->n)) {
        char        expected[400];
        struct text t = text_into(expected, sizeof expected);

        does_list(&t, true);
        text_add(&t, "; or off");
        return words_expected(w, expected);
    }
    q->on.kind = EVENT_SENT + 1;
    return match_nth(w, &q->on) && match_segment(w, &q->on, true);
}

static bool no_quality(struct words *w)
{
    char        list[200];
    struct text t = text_into(list, sizeof list);

    for (int i = 0; i < PATH_ALL; i++)
        text_add(&t, "%s, ", quality_table[i].word);
    text_add(&t, "or mend");
    return words_expected(w, list);
}

/* After one quality comes another, or what could still belong to that one. */
bool quality_next(struct words *w, const struct quality *before)
{
    bool other = words_is(w, "mend");

    if (before->which != PATH_IDLE && before->which != PATH_FILTER && !other)
        return true;
    for (int i = 0; i < PATH_ALL && !other; i++)
        other = words_is(w, quality_table[i].word);
    w->at -= other;
    return other || quality_done(w, before);
}

bool quality_words(struct words *w, struct quality *q)
{
    int i = 0;

    memset(q, 0, sizeof *q);
    if (words_is(w, "mend")) {
        q->which = PATH_CUT;
        return true;
    }
    while (i < PATH_ALL && !words_is(w, quality_table[i].word))
        i++;
    q->which = (enum path_quality)i;
    switch (q->which) {
    case PATH_DELAY: return words_time(w, "the delay one way", &q->time);
    case PATH_JITTER: return words_time(w, "the jitter", &q->time);
    case PATH_RATE:
        if (!rate_parse(words_peek(w), &q->n))
            return words_expected(w, "a rate such as 10mbit or 64kbit (0: no limit)");
        w->at++;
        return true;
    case PATH_QUEUE: return words_number(w, "bytes that may wait", UINT32_MAX, &q->n);
    case PATH_LOSS:
    case PATH_DUP:
    case PATH_REORDER:
    case PATH_CORRUPT:
    case PATH_MARK:
        if (q->which == PATH_MARK && words_is(w, "off")) {
            q->ratio = (struct ratio){ 0, 1 };
            return true;
        }
        if (!ratio_parse(words_peek(w), &q->ratio))
            return words_expected(w, "a probability such as 10%, 0.5%, 1/3 or 0");
        w->at++;
        return true;
    case PATH_CUT: q->n = 1; return true;
    case PATH_MTU: return mtu_word(w, q);
    case PATH_IDLE: return idle_words(w, q);
    case PATH_FILTER: return filter_words(w, q);
    default: return no_quality(w);
    }
}

/* -- And back. ----------------------------------------------------------------------------- */

static void box_words(const struct command *cmd, struct text *out)
{
    if (cmd->action == PATH_MTU && cmd->n) {
        text_add(out, "%" PRIu64, cmd->n);
    } else if (cmd->action == PATH_IDLE && cmd->time) {
        time_add(out, cmd->time);
        text_add(out, " ");
        if (cmd->brief) {
            time_add(out, cmd->brief);
            text_add(out, " ");
        }
        does_add(out, cmd->n);
    } else if (cmd->action == PATH_FILTER && cmd->n) {
        does_add(out, cmd->n);
        if (cmd->on.nth) {
            text_add(out, " ");
            match_nth_text(&cmd->on, out);
        }
        match_segment_text(&cmd->on, out);
    } else {
        text_add(out, "off");
    }
}

void path_text(const struct command *cmd, const struct names *n, struct text *out)
{
    text_add(out, "link");
    if (cmd->host)
        text_add(out, " %s>%s", names_host_name(n, cmd->host), names_host_name(n, cmd->peer));
    if (cmd->action == PATH_CUT) {
        text_add(out, cmd->n ? " cut" : " mend");
        return;
    }
    text_add(out, " %s ", quality_table[cmd->action].word);
    if (cmd->action >= PATH_QUALITIES && cmd->action != PATH_MARK)
        box_words(cmd, out);
    else if (cmd->action == PATH_DELAY || cmd->action == PATH_JITTER)
        time_add(out, cmd->time);
    else if (cmd->action == PATH_RATE)
        rate_add(out, cmd->n);
    else if (cmd->action == PATH_QUEUE)
        text_add(out, "%" PRIu64, cmd->n);
    else
        ratio_add(out, cmd->ratio);
}
