/* SPDX-License-Identifier: MIT
 * journal.h - what happened, as data: the output of a world.
 *
 * An entry is one thing that happened, with the steps (rules) that it passed through.  Entries are
 * in the order of happening; several may share one event (a segment arrives, and its answer is
 * sent). Append-only but for journal_cut().  Owned by the caller; grows on the heap.
 */
#ifndef FW_NET_JOURNAL_H
#define FW_NET_JOURNAL_H

#include "net/world.h"

enum event_kind {
#define EVENT(id, name, what) EVENT_##id,
#include "net/event.def"
#undef EVENT
    EVENT_KINDS
};

extern const char *const event_name[EVENT_KINDS];

/* Why a segment was lost (entry.cause). */
enum cause {
    CAUSE_NONE,
    CAUSE_CHANCE, /* the path's loss */
    CAUSE_PERSON, /* a command */
    CAUSE_ARMED,  /* an armed fault */
    CAUSE_QUEUE,  /* the path's queue is full; of ARRIVED: the listener's */
    CAUSE_CUT,    /* the path is cut */
    CAUSE_DOWN,   /* the host is down, or no such host */
    CAUSE_SCRIPT, /* a cue */
    CAUSE_BOX,    /* a middlebox; of SENT: it was sent by one, in the name of `host` */
};

VALUE_BEGIN

struct entry {
    vtime    at;
    uint64_t event; /* world.event after it: history_seek() to this shows the entry */
    uint8_t  kind;  /* enum event_kind */
    uint8_t  host; /* whose, 1-based: sender for SENT, LOST, DUPED ...; receiver for ARRIVED, BAD */
    uint8_t  peer; /* the other end, 1-based; 0 is none */
    uint8_t  before, after; /* enum tcp_state of the connection */
    uint8_t  cause;         /* enum cause */
    uint8_t  timer;         /* TIMER: enum tcp_timer */
    uint8_t  op;            /* CALL, RESULT: enum op_verb; LOST in a box, FAULT of a path: enum
                               path_quality, which of them */
    uint16_t life;          /* incarnation of the four-tuple, from 1; 0 is no connection */
    uint16_t rtx;    /* SENT: which retransmission of it this is; 0 is the first transmission */
    uint32_t conn;   /* serial; 0 is none */
    uint32_t app;    /* CALL, RESULT, PRINT, START, EXIT: region index */
    uint32_t pc;     /* CALL, RESULT: line of the program; FAULT of a path: 1 is on, 0 off */
    uint64_t packet; /* id, for all that concern a segment */
    uint64_t parent; /* DUPED: the id that was copied */
    vtime    due;    /* SENT, DUPED, RELEASED, ALTERED: when it will arrive as things stand */
    vtime    sent;   /* ARRIVED, LOST, BAD: when it had been sent */
    int32_t  value;  /* RESULT: what the call returned; SIGNAL: bits; EXIT: status; COMMAND, FAULT,
                        ALTERED: enum command_kind; LOST in a box: milliseconds that it heard
                        nothing, the MTU, or which filter, from 1 */
    uint32_t       signal;       /* enum tcp_signal bits raised by it */
    uint32_t       step, n_step; /* the rules, in journal.step */
    uint32_t       text, n_text; /* PRINT, CALL, RESULT, FAULT, COMMAND: words, in journal.text */
    uint32_t       wire, n_wire; /* SENT, ARRIVED, BAD: the datagram, in journal.wire */
    uint16_t       sport, dport; /* of the segment */
    uint32_t       by_box; /* the box sent it: an error in its own name, a RST in the other end's */
    uint32_t       pad_;
    struct segment seg;
};

VALUE_END

struct journal {
    struct entry *entry;
    size_t        len, cap;
    struct step  *step;
    size_t        n_step, cap_step;
    char         *text; /* not terminated: use journal_text() */
    size_t        n_text, cap_text;
    uint8_t      *wire;
    size_t        n_wire, cap_wire;
};

void journal_free(struct journal *j);

/* Append an entry with its steps, words and bytes (copied); sets its offsets. */
void journal_add(struct journal *j, const struct entry *e, const struct step *step, size_t n_step,
                 const char *text, size_t n_text, const uint8_t *wire, size_t n_wire);

/* Append the first n entries of another journal. */
void journal_copy(struct journal *to, const struct journal *from, size_t n);

/* The same entries with the same steps, words and bytes? */
bool journal_equal(const struct journal *a, size_t i, const struct journal *b, size_t k, size_t n);

/* Forget entries [n, len) and what only they use. */
void journal_cut(struct journal *j, size_t n);

/* The words of an entry, terminated, into buf.  Returns buf. */
const char *journal_text(const struct journal *j, const struct entry *e, char *buf, size_t cap);

/* Does the entry satisfy the predicate (nth apart, which the caller counts)? */
bool entry_match(const struct journal *j, const struct entry *e, const struct match *m);

/* Did this entry move its connection to another state? */
static inline bool entry_moved(const struct entry *e) { return e->before != e->after; }

/* "FIN,ACK" in the field's order: SYN FIN RST PSH ACK URG ECE CWR. */
const char *ctl_text(uint8_t ctl, char *buf, size_t cap);

/* A rule's sentence with its operands, into buf.  Sequence numbers are absolute unless `base` gives
 * what to subtract ({a:seq}); other forms: {a:bytes} {a:ms} {a:us} {a:n} {a:state} {a:timer}. */
const char *step_text(const struct step *s, char *buf, size_t cap);

/* Why a box did not let it through: "it is larger than the next link takes, 600 bytes"; "" when it
 * was no box.  Of LOST. */
const char *box_text(const struct entry *e, char *buf, size_t cap);

/* A segment that came while the queue of a listener was full: what becomes of it; else "". */
const char *backlog_text(const struct entry *e);

/* The address that its datagram comes from; "" when it has none. */
const char *entry_source(const struct journal *j, const struct entry *e, char *buf, size_t cap);

/* Is the entry about an ICMP error, not a segment?  Then its words are which. */
static inline bool entry_icmp(const struct entry *e)
{
    return e->kind <= EVENT_ALTERED && e->kind != EVENT_BAD && e->n_text > 0;
}

/* One line for the event log, --plain and tests: "client > server  FIN,ACK seq 301 ack 801 ..." */
const char *entry_text(const struct world *w, const struct journal *j, const struct entry *e,
                       char *buf, size_t cap);

/* "1.215" seconds, three digits, more when needed; "never". */
const char *vtime_text(vtime t, char *buf, size_t cap);

#endif
