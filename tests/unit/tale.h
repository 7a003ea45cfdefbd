/* SPDX-License-Identifier: MIT
 * tale.h - journals built by hand, to test what is drawn from them.
 *
 * Host 1 is on the left, host 2 on the right; times are in milliseconds.
 */
#ifndef FW_TEST_TALE_H
#define FW_TEST_TALE_H

#include "base/text.h"
#include "net/journal.h"

#include <stdlib.h>
#include <string.h>

struct tale {
    struct journal j;
    uint64_t       packet, event;
    int            life; /* of the next segments */
};

static inline struct entry *tale_add(struct tale *t, int kind, int host, int ms)
{
    t->j.entry      = grow(t->j.entry, &t->j.cap, t->j.len + 1, sizeof *t->j.entry);
    struct entry *e = &t->j.entry[t->j.len++];
    *e              = (struct entry){ .at = MSEC(ms), .event = ++t->event };
    e->kind         = (uint8_t)kind;
    e->host         = (uint8_t)host;
    e->peer         = (uint8_t)(3 - host);
    return e;
}

/* A segment leaves and would arrive at `due` (ms); returns its id. */
static inline uint64_t tale_sent(struct tale *t, int host, int ms, int due, int ctl, unsigned seq_,
                                 unsigned ack)
{
    struct entry *e = tale_add(t, EVENT_SENT, host, ms);

    e->packet  = ++t->packet;
    e->due     = MSEC(due);
    e->seg.ctl = (uint8_t)ctl;
    e->seg.seq = seq_;
    e->seg.ack = ack;
    e->seg.wnd = 65535;
    e->life    = (uint16_t)(t->life ? t->life : 1);
    e->sport   = host == 1 ? 50312 : 80;
    e->dport   = host == 1 ? 80 : 50312;
    return e->packet;
}

static inline const struct entry *tale_find(const struct tale *t, uint64_t packet)
{
    for (size_t i = 0; i < t->j.len; i++)
        if (t->j.entry[i].packet == packet)
            return &t->j.entry[i];
    abort();
}

/* What else happens to that segment. */
static inline struct entry *tale_then(struct tale *t, int kind, uint64_t packet, int ms)
{
    struct entry  was = *tale_find(t, packet);
    struct entry *e   = tale_add(t, kind, was.host, ms);

    if (kind == EVENT_ARRIVED || kind == EVENT_BAD) {
        e->host = was.peer;
        e->peer = was.host;
    }
    e->packet = packet;
    e->sent   = was.at;
    e->seg    = was.seg;
    e->life   = was.life;
    e->sport  = was.sport;
    e->dport  = was.dport;
    return e;
}

static inline void tale_state(struct tale *t, int before, int after)
{
    t->j.entry[t->j.len - 1].before = (uint8_t)before;
    t->j.entry[t->j.len - 1].after  = (uint8_t)after;
}

static inline void tale_call(struct tale *t, int host, int ms, int op)
{
    tale_add(t, EVENT_CALL, host, ms)->op = (uint8_t)op;
}

static inline void tale_result(struct tale *t, int host, int ms, int op, int value)
{
    struct entry *e = tale_add(t, EVENT_RESULT, host, ms);

    e->op    = (uint8_t)op;
    e->value = value;
}

static inline void tale_free(struct tale *t)
{
    free(t->j.entry);
    memset(t, 0, sizeof *t);
}

/* The story of the last ACK, lost: what screens.md draws. */
static inline void tale_last_ack(struct tale *t)
{
    tale_call(t, 1, 0, OP_CLOSE);
    uint64_t p = tale_sent(t, 1, 0, 50, CTL_FIN | CTL_ACK, 301, 801);
    tale_state(t, TCP_ESTABLISHED, TCP_FIN_WAIT_1);
    tale_then(t, EVENT_ARRIVED, p, 50);
    tale_state(t, TCP_ESTABLISHED, TCP_CLOSE_WAIT);
    p = tale_sent(t, 2, 50, 100, CTL_ACK, 801, 302);
    tale_result(t, 2, 50, OP_READ, 0);
    tale_then(t, EVENT_ARRIVED, p, 100);
    tale_state(t, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2);
    tale_call(t, 2, 150, OP_CLOSE);
    p = tale_sent(t, 2, 150, 200, CTL_FIN | CTL_ACK, 801, 302);
    tale_state(t, TCP_CLOSE_WAIT, TCP_LAST_ACK);
    tale_then(t, EVENT_ARRIVED, p, 200);
    tale_state(t, TCP_FIN_WAIT_2, TCP_TIME_WAIT);
    p                                        = tale_sent(t, 1, 200, 250, CTL_ACK, 302, 802);
    tale_then(t, EVENT_LOST, p, 235)->cause  = CAUSE_PERSON;
    tale_add(t, EVENT_TIMER, 2, 1150)->timer = TIMER_RTO;
    p                            = tale_sent(t, 2, 1150, 1200, CTL_FIN | CTL_ACK, 801, 302);
    t->j.entry[t->j.len - 1].rtx = 1;
    tale_then(t, EVENT_ARRIVED, p, 1200);
    tale_sent(t, 1, 1200, 1250, CTL_ACK, 302, 802);
}

static inline void tale_simultaneous(struct tale *t)
{
    uint64_t a[2], b[2];

    tale_call(t, 1, 0, OP_CLOSE);
    a[0] = tale_sent(t, 1, 0, 50, CTL_FIN | CTL_ACK, 301, 801);
    tale_state(t, TCP_ESTABLISHED, TCP_FIN_WAIT_1);
    tale_call(t, 2, 0, OP_CLOSE);
    a[1] = tale_sent(t, 2, 0, 50, CTL_FIN | CTL_ACK, 801, 301);
    tale_state(t, TCP_ESTABLISHED, TCP_FIN_WAIT_1);
    tale_then(t, EVENT_ARRIVED, a[1], 50);
    tale_state(t, TCP_FIN_WAIT_1, TCP_CLOSING);
    b[0] = tale_sent(t, 1, 50, 100, CTL_ACK, 302, 802);
    tale_then(t, EVENT_ARRIVED, a[0], 50);
    tale_state(t, TCP_FIN_WAIT_1, TCP_CLOSING);
    b[1] = tale_sent(t, 2, 50, 100, CTL_ACK, 802, 302);
    for (int i = 1; i >= 0; i--) {
        tale_then(t, EVENT_ARRIVED, b[i], 100);
        tale_state(t, TCP_CLOSING, TCP_TIME_WAIT);
    }
}

/* SEQ=301 of the first incarnation is delayed, and lands in the second. */
static inline void tale_ghost(struct tale *t)
{
    uint64_t ghost = tale_sent(t, 1, 0, 50, CTL_ACK | CTL_PSH, 301, 801);

    t->j.entry[t->j.len - 1].seg.len = 5;
    struct entry *e                  = tale_then(t, EVENT_ALTERED, ghost, 20);
    e->due                           = MSEC(230);
    t->life                          = 2;
    tale_call(t, 1, 60, OP_CONNECT);
    uint64_t p = tale_sent(t, 1, 60, 110, CTL_SYN, 200, 0);
    tale_state(t, TCP_CLOSED, TCP_SYN_SENT);
    tale_then(t, EVENT_ARRIVED, p, 110);
    tale_state(t, TCP_LISTEN, TCP_SYN_RECEIVED);
    p = tale_sent(t, 2, 110, 160, CTL_SYN | CTL_ACK, 700, 201);
    tale_then(t, EVENT_ARRIVED, p, 160);
    tale_state(t, TCP_SYN_SENT, TCP_ESTABLISHED);
    p = tale_sent(t, 1, 160, 210, CTL_ACK, 201, 701);
    tale_then(t, EVENT_ARRIVED, p, 210);
    tale_state(t, TCP_SYN_RECEIVED, TCP_ESTABLISHED);
    tale_then(t, EVENT_ARRIVED, ghost, 230);
    tale_result(t, 2, 230, OP_READ, 5);
}

#endif
