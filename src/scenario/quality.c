/* SPDX-License-Identifier: MIT
 * quality.c - what a path is like, and what stands in its middle: words to values and back. */
#include "scenario/match.h"
#include "scenario/setting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const quality_name[PATH_ALL] = {
    [PATH_DELAY] = "delay",     [PATH_JITTER] = "jitter",   [PATH_RATE] = "rate",
    [PATH_QUEUE] = "queue",     [PATH_LOSS] = "loss",       [PATH_DUP] = "dup",
    [PATH_REORDER] = "reorder", [PATH_CORRUPT] = "corrupt", [PATH_CUT] = "cut",
    [PATH_MTU] = "mtu",         [PATH_IDLE] = "idle",       [PATH_FILTER] = "filter",
    [PATH_MARK] = "mark",
};

/* What a box does with a segment, and how ICMP errors are called. */
static const char *const does_name[] = { [BOX_DROP] = "drop", [BOX_RST] = "rst" };

static bool does_word(struct words *w, uint64_t *out)
{
    enum icmp_kind k;

    for (uint64_t i = BOX_DROP; i <= BOX_RST; i++)
        if (words_is(w, does_name[i])) {
            *out = i;
            return true;
        }
    if (!icmp_word(w, &k))
        return false;
    *out = BOX_ICMP + (uint64_t)k;
    return true;
}

static void does_add(struct text *t, uint64_t does)
{
    if (does < BOX_ICMP)
        text_add(t, "%s", does_name[does]);
    else
        icmp_add(t, (enum icmp_kind)(does - BOX_ICMP));
}

const char QUALITY_DOES[] = "drop, rst, or an ICMP error: unreachable, port-unreachable, "
                            "net-unreachable, protocol-unreachable, too-big, prohibited, "
                            "time-exceeded, source-quench";

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

/* `idle TIME [drop | rst | KIND]` or `idle off` */
static bool idle_words(struct words *w, struct quality *q)
{
    if (words_is(w, "off"))
        return true;
    if (!words_time(w, "after which silence the box forgets (or off)", &q->time))
        return false;
    if (q->time == 0)
        return words_fail(w, "a box cannot forget after 0: expected a longer time, or off");
    q->n = BOX_DROP;
    does_word(w, &q->n); /* drop needs not be said */
    return true;
}

/* `filter drop | rst | KIND [2nd] SEG` or `filter off` */
static bool filter_words(struct words *w, struct quality *q)
{
    if (words_is(w, "off"))
        return true;
    if (!does_word(w, &q->n)) {
        char expected[sizeof QUALITY_DOES + 8];

        snprintf(expected, sizeof expected, "%s; or off", QUALITY_DOES);
        return words_expected(w, expected);
    }
    q->on.kind = EVENT_SENT + 1;
    return match_nth(w, &q->on) && match_segment(w, &q->on, true);
}

bool quality_words(struct words *w, struct quality *q)
{
    int i = 0;

    memset(q, 0, sizeof *q);
    if (words_is(w, "mend")) {
        q->which = PATH_CUT;
        return true;
    }
    while (i < PATH_ALL && !words_is(w, quality_name[i]))
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
    default:
        return words_expected(w, "delay, jitter, rate, queue, loss, dup, reorder, corrupt, mtu, "
                                 "idle, filter, mark, cut or mend");
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
    text_add(out, " %s ", quality_name[cmd->action]);
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
