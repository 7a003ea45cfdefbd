/* SPDX-License-Identifier: MIT
 * complete.c - what could come next on a command line, from the tables. */
#include "net/info.h"
#include "scenario/match.h"
#include "scenario/program.h"
#include "scenario/setting.h"

#include <stdio.h>
#include <string.h>

struct offers {
    const char *begun; /* what has been typed of the last word */
    char (*word)[32];
    size_t n, cap;
};

static void offer(struct offers *o, const char *word)
{
    if (o->n == o->cap || strlen(word) >= sizeof *o->word
        || strncmp(word, o->begun, strlen(o->begun)) != 0)
        return;
    for (size_t i = 0; i < o->n; i++)
        if (strcmp(o->word[i], word) == 0)
            return;
    snprintf(o->word[o->n++], sizeof *o->word, "%s", word);
}

static void offer_all(struct offers *o, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        offer(o, word[i]);
}
#define OFFER(o, ...)                                                                              \
    do {                                                                                           \
        static const char *const list_[] = { __VA_ARGS__ };                                        \
        offer_all(o, list_, sizeof list_ / sizeof *list_);                                         \
    } while (0)

static void offer_hosts(struct offers *o, const struct names *n, const char *end)
{
    char word[HOST_NAME + 4];

    for (uint32_t i = 0; i < n->hosts; i++) {
        snprintf(word, sizeof word, "%s%s", n->host[i], end);
        offer(o, word);
    }
}

static void offer_pairs(struct offers *o, const struct names *n)
{
    char word[2 * HOST_NAME + 2];

    for (uint32_t a = 0; a < n->hosts; a++)
        for (uint32_t b = 0; b < n->hosts; b++)
            if (a != b) {
                snprintf(word, sizeof word, "%s>%s", n->host[a], n->host[b]);
                offer(o, word);
            }
}

static void offer_segment(struct offers *o, const struct names *n)
{
    offer_pairs(o, n);
    OFFER(o, "SYN", "SYN,ACK", "ACK", "FIN", "RST", "data", "port", "seq", "ack", "len", "rtx",
          "first", "icmp", "life", "rule");
}

static void offer_icmp(struct offers *o) { offer_all(o, icmp_words, ICMP_KINDS); }

/* After `link`: who, which quality, and what may stand after that one. */
static void offer_link(struct offers *o, const struct names *n, const struct words *w)
{
    int which = PATH_ALL, at = 0;

    for (int i = 1; i < w->n && i < 3 && which == PATH_ALL; i++)
        for (int q = 0; q < PATH_ALL; q++)
            if (strcmp(w->word[i].s, quality_table[q].word) == 0) {
                which = q;
                at    = i;
            }
    if (which == PATH_ALL) {
        if (w->n == 1)
            offer_pairs(o, n);
        for (int q = 0; q < PATH_ALL; q++)
            offer(o, quality_table[q].word);
        offer(o, "mend");
        return;
    }
    const struct quality_info *q      = &quality_table[which];
    bool                       filter = which == PATH_FILTER, idle = which == PATH_IDLE,
         value = w->n == at + 1; /* the first word after its name */
    if (value && strstr(q->value, "off"))
        offer(o, "off");
    if (value && idle)
        OFFER(o, "nat", "5min");
    else if (value && !filter && strchr(q->example, ' ')) /* such a value as in the example */
        offer(o, strchr(q->example, ' ') + 1);
    if (filter ? value : idle && !value) {
        for (size_t i = 0; i < does_count; i++)
            if (filter || does_table[i].does != BOX_LET)
                offer(o, does_table[i].word);
        offer_icmp(o);
    } else if (filter) { /* what it means */
        offer_segment(o, n);
    }
}

/* After a host and an operation. */
static void offer_op(struct offers *o, const struct names *n, const char *verb)
{
    if (strcmp(verb, "start") == 0)
        for (uint32_t i = 0; i < n->programs; i++)
            offer(o, n->program[i]);
    else if (strcmp(verb, "connect") == 0) {
        offer_hosts(o, n, ":80");
        OFFER(o, "from", "over", "IPv6", "deadline");
    } else if (strcmp(verb, "shutdown") == 0)
        OFFER(o, "wr", "rd", "rdwr");
    else if (strcmp(verb, "set") == 0 || strcmp(verb, "get") == 0) {
        offer_all(o, sock_option_name, SO_OPTION_COUNT);
        for (int i = 0; *verb == 'g' && i < INFO_COUNT; i++)
            offer(o, info_table[i].name);
        OFFER(o, "on", "off", "fd");
    } else if (strcmp(verb, "listen") == 0)
        OFFER(o, "80", "backlog");
    else if (strcmp(verb, "write") == 0)
        OFFER(o, "\"hello\"", "1000", "bytes", "urgent", "more", "eor", "fd");
    else if (strcmp(verb, "read") == 0)
        OFFER(o, "deadline", "peek", "urgent", "all", "trunc", "fd");
    else
        OFFER(o, "deadline", "fd");
}

static bool by_hand(const char *verb)
{
    return strcmp(verb, "on") != 0 && strcmp(verb, "goto") != 0 && strcmp(verb, "repeat") != 0;
}

static void offer_first(struct offers *o, const struct names *n, int where)
{
    offer_hosts(o, n, "");
    for (size_t i = 0; i < verb_count; i++)
        if (verb_table[i].where & where && strncmp(verb_table[i].name, "HOST", 4) != 0)
            offer(o, verb_table[i].name);
}

size_t verb_complete(const char *line, const struct names *n, int where, char (*word)[32],
                     size_t cap)
{
    struct offers o = { .begun = line, .word = word, .cap = cap };
    struct words  w;
    char          done[1024];

    for (const char *p = line; *p; p++) /* the last word, and what stands before it */
        if (*p == ' ' || *p == '\t')
            o.begun = p + 1;
    if (o.begun - line >= (int)sizeof done)
        return 0;
    snprintf(done, sizeof done, "%.*s", (int)(o.begun - line), line);
    if (!words_split(&w, done, "", 0, NULL))
        return 0;
    if (w.n == 0) {
        offer_first(&o, n, where);
        return o.n;
    }
    const char *first = w.word[0].s;
    if (names_host(n, first) && w.n == 1) {
        for (int i = 0; i < OP_COUNT; i++)
            if (by_hand(op_table[i].verb))
                offer(&o, op_table[i].verb);
        offer(&o, "start");
    } else if (names_host(n, first)) {
        offer_op(&o, n, w.word[1].s);
    } else if (strcmp(first, "link") == 0) {
        offer_link(&o, n, &w);
    } else if (strcmp(first, "set") == 0 && w.n == 1) {
        offer_hosts(&o, n, "");
    } else if (strcmp(first, "set") == 0 && w.n == 2) {
        for (int i = 0; i < KNOB_COUNT; i++)
            offer(&o, knob_table[i].name);
    } else if (strcmp(first, "inject") == 0) {
        offer_pairs(&o, n);
        OFFER(&o, "RST", "SYN", "FIN,ACK", "ACK", "icmp", "seq", "ack", "wnd", "from", "to", "mtu",
              "over", "IPv6");
        offer_icmp(&o);
    } else if (strcmp(first, "drop") == 0 || strcmp(first, "dup") == 0
               || strcmp(first, "delay") == 0 || strcmp(first, "hold") == 0
               || strcmp(first, "release") == 0 || strcmp(first, "corrupt") == 0) {
        if (w.n == 1 && strcmp(first, "release") != 0)
            offer(&o, "next");
        offer_segment(&o, n);
        if (strcmp(first, "delay") == 0)
            offer(&o, "by");
    }
    return o.n;
}
