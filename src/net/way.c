/* SPDX-License-Identifier: MIT
 * way.c - the way from host to host: what a path, chance, armed faults and people do to a segment.
 *
 *      way_send() --SENT--> [packet, alarm] --way_alarm()--> host_datagram()       it arrives
 *                              |   half-way, if that is its fate: LOST or HELD
 *                              +-- way_command(): dropped, copied, held ... now
 *
 * A segment that chance, a cut or an armed fault takes dies half-way, as an event of its own, so
 * that the picture can show it on its way.  One that a person drops dies where it is.
 *
 * Chance is drawn in a fixed order (loss, dup, reorder, corrupt, jitter, mark), each only if the
 * path has that quality: mending one quality does not disturb what the others draw from the same
 * seed.
 */
#include "net/box.h"
#include "net/inside.h"
#include "tcp/icmp.h"

#include <assert.h>
#include <string.h>

/* How much later than the first the second copy of a segment arrives: a share of the way. */
enum { COPY_SHARE = 10 };

/* What is told about a packet: who, where, when, and its segment as far as it can be read.  Of an
 * ICMP error, which it is (words) and what it is about. */
static struct entry about(const struct packet *p, enum event_kind kind, struct told *words)
{
    struct entry    e;
    struct endpoint from, to;
    struct addr     whom;
    struct icmp     m;
    const uint8_t  *text;

    memset(&e, 0, sizeof e);
    memset(&from, 0, sizeof from);
    memset(&to, 0, sizeof to);
    *words = (struct told){ .text = NULL };
    if (wire_icmp_decode(p->bytes, p->len, &whom, &to, &from, &m)) {
        e.seg.seq     = m.seq;
        words->text   = icmp_name[m.kind];
        words->n_text = strlen(words->text);
    } else {
        wire_decode(p->bytes, p->len, &from, &to, &e.seg, &text);
    }
    e.kind   = (uint8_t)kind;
    e.host   = p->from;
    e.peer   = p->to;
    e.life   = p->life;
    e.conn   = p->conn;
    e.rtx    = p->rtx;
    e.packet = p->id;
    e.due    = p->due;
    e.sent   = p->sent;
    e.by_box = p->by_box;
    e.sport  = from.port;
    e.dport  = to.port;
    return e;
}

/* Give back its element, of which n bytes of the datagram have been written. */
static void give(struct world *w, uint32_t i, size_t n)
{
    world_give_used(w, REGION_PACKET, i, offsetof(struct packet, bytes) + n);
}

static void forget(struct world *w, uint32_t i)
{
    struct packet *p = world_packet(w, i);

    alarm_cancel(w, &p->alarm);
    give(w, i, p->len);
}

/* Let the packet's alarm ring when it arrives, or half-way from now to its fate. */
static void set_alarm(struct world *w, uint32_t i)
{
    struct packet *p  = world_packet(w, i);
    vtime          at = p->fate ? w->now + (p->due - w->now) / 2 : p->due;

    alarm_set(w, &p->alarm, at, ALARM_PACKET, i);
}

/* -- what can befall a packet ---------------------------------------------------------------- */

static void lose(struct world *w, struct journal *j, uint32_t i, enum cause why)
{
    struct told  words;
    struct entry e = about(world_packet(w, i), EVENT_LOST, &words);

    e.cause = (uint8_t)why;
    if (why == CAUSE_BOX) {
        e.op    = world_packet(w, i)->reason;
        e.value = world_packet(w, i)->detail > INT32_MAX ? INT32_MAX
                                                         : (int32_t)world_packet(w, i)->detail;
    }
    forget(w, i);
    world_tell(w, j, &e, &words);
}

static void hold(struct world *w, struct journal *j, uint32_t i, enum cause why)
{
    struct packet *p = world_packet(w, i);
    struct told    words;
    struct entry   e = about(p, EVENT_HELD, &words);

    if (p->held)
        return;
    p->left = p->due - w->now;
    p->due  = VTIME_NEVER;
    p->held = 1;
    p->fate = p->cause = 0;
    alarm_cancel(w, &p->alarm);
    e.due   = VTIME_NEVER;
    e.cause = (uint8_t)why;
    world_tell(w, j, &e, &words);
}

static void release(struct world *w, struct journal *j, uint32_t i, enum cause why)
{
    struct packet *p = world_packet(w, i);

    if (!p->held)
        return;
    p->due  = w->now + p->left;
    p->left = 0;
    p->held = 0;
    set_alarm(w, i);

    struct told  words;
    struct entry e = about(p, EVENT_RELEASED, &words);
    e.cause        = (uint8_t)why;
    world_tell(w, j, &e, &words);
}

static void delay(struct world *w, struct journal *j, uint32_t i, vspan extra, enum cause why)
{
    struct packet *p = world_packet(w, i);

    assert(extra >= 0);
    if (p->held) {
        p->left += extra;
    } else {
        p->due += extra;
        if (!p->fate)
            set_alarm(w, i);
    }
    struct told  words;
    struct entry e = about(p, EVENT_ALTERED, &words);
    e.cause        = (uint8_t)why;
    e.value        = CMD_DELAY;
    world_tell(w, j, &e, &words);
}

/* A second copy goes the same way, a little behind the first. */
static void copy(struct world *w, struct journal *j, uint32_t i, enum cause why)
{
    const struct packet *p = world_packet(w, i);
    uint32_t             k = world_take(w, REGION_PACKET);

    if (k == 0)
        return; /* no room on the path for it */

    struct packet *q    = world_packet(w, k);
    vspan          left = p->held ? p->left : p->due - w->now;
    *q                  = *p;
    q->id               = ++w->packets;
    q->alarm            = 0;
    q->left             = 0;
    q->held = q->fate = q->cause = 0;
    q->due                       = w->now + left + (left + (w->now - p->sent)) / COPY_SHARE;
    set_alarm(w, k);

    struct told  words;
    struct entry e = about(q, EVENT_DUPED, &words);
    e.parent       = p->id;
    e.cause        = (uint8_t)why;
    world_tell(w, j, &e, &words);
}

/* Flip one bit of the TCP segment.  One bit is always found by the checksum; two might cancel out.
 */
static void corrupt(struct world *w, struct journal *j, uint32_t i, enum cause why)
{
    struct packet *p = world_packet(w, i);
    struct told    words;
    struct entry   e    = about(p, EVENT_ALTERED, &words); /* as it was: now nobody can read it */
    size_t         head = p->bytes[0] >> 4 == 6 ? 40 : (p->bytes[0] & 15u) * 4u;

    assert(p->len > head);
    uint64_t bit = rng_below(&w->rng, (p->len - head) * 8u);
    p->bytes[head + bit / 8] ^= (uint8_t)(1u << bit % 8);
    p->altered = 1;
    e.cause    = (uint8_t)why;
    e.value    = CMD_CORRUPT;
    world_tell(w, j, &e, &words);
}

static void befall(struct world *w, struct journal *j, uint32_t i, uint32_t action, vspan extra,
                   enum cause why)
{
    switch (action) {
    case CMD_DROP: lose(w, j, i, why); break;
    case CMD_DUP: copy(w, j, i, why); break;
    case CMD_DELAY: delay(w, j, i, extra, why); break;
    case CMD_HOLD: hold(w, j, i, why); break;
    case CMD_RELEASE: release(w, j, i, why); break;
    case CMD_CORRUPT: corrupt(w, j, i, why); break;
    default: assert(0 && "not something that befalls a packet");
    }
}

/* -- sending ----------------------------------------------------------------------------------- */

struct luck {
    bool           lost, twice, late, broken, marked;
    struct verdict box; /* not luck, but it goes the same way */
    vspan          jitter;
};

static struct luck draw(struct world *w, const struct path *p)
{
    struct luck l;

    l.box    = (struct verdict){ .does = BOX_PASS };
    l.lost   = rng_chance(&w->rng, p->loss);
    l.twice  = rng_chance(&w->rng, p->dup);
    l.late   = rng_chance(&w->rng, p->reorder);
    l.broken = rng_chance(&w->rng, p->corrupt);
    l.jitter = p->jitter ? (vspan)rng_below(&w->rng, (uint64_t)p->jitter + 1) : 0;
    l.marked = p->box.mark.num && rng_chance(&w->rng, p->box.mark);
    return l;
}

/* When the last bit of n bytes has left, if they join the queue now; VTIME_NEVER when there is no
 * room. */
static vtime serialise(struct path *p, vtime now, size_t n)
{
    const uint64_t second = 1000 * 1000;

    if (p->rate == 0)
        return now;
    vtime start = p->busy_until > now ? p->busy_until : now;
    vspan takes = (vspan)((n * 8 * second + p->rate - 1) / p->rate);
    if (p->queue && start > now) {
        uint64_t room = p->queue * 8 * second / p->rate; /* as time: the backlog is known as time */
        if ((uint64_t)(start - now + takes) > room)
            return VTIME_NEVER;
    }
    p->busy_until = start + takes;
    return p->busy_until;
}

/* The armed fault that this SENT entry sets off, if any.  All that match count it; the first acts.
 */
static struct fault armed(struct world *w, const struct entry *e, const struct told *more)
{
    struct fault act;

    memset(&act, 0, sizeof act);
    for (uint32_t i = 0; i < w->faults; i++) {
        struct fault *f = &w->fault[i];

        if (!f->action || !told_match(e, more, &f->on))
            continue;
        f->seen++;
        if (f->seen < f->on.nth || act.action)
            continue;
        act = *f;
        if (f->count != UINT32_MAX && --f->count == 0)
            memset(f, 0, sizeof *f);
    }
    return act;
}

/* The segment has been told as SENT: put it on its way.  Its n bytes are in the packet i already; 0
 * is a path without room for one more. */
static void depart(struct world *w, struct journal *j, const struct entry *e, uint32_t i, size_t n,
                   const struct luck *l, const struct fault *f, enum cause doom)
{
    if (i == 0 || doom == CAUSE_QUEUE) { /* it never gets on the wire */
        struct entry lost = *e;

        if (i)
            give(w, i, n);
        lost.kind   = EVENT_LOST;
        lost.cause  = CAUSE_QUEUE;
        lost.sent   = w->now;
        lost.before = lost.after = 0;
        lost.signal              = 0;
        world_tell(w, j, &lost, NULL);
        return;
    }
    struct packet *p = world_packet(w, i);
    p->id            = e->packet;
    p->sent          = w->now;
    p->due           = e->due;
    p->conn          = e->conn;
    p->from          = e->host;
    p->to            = e->peer;
    p->len           = (uint16_t)n;
    p->life          = e->life;
    p->rtx           = e->rtx;
    p->by_box        = (uint8_t)e->by_box;
    p->answer        = (uint8_t)l->box.does;
    p->reason        = (uint8_t)l->box.reason;
    p->detail        = l->box.detail;
    if (l->marked)
        box_mark(p->bytes);
    if (doom) {
        p->fate  = CMD_DROP;
        p->cause = (uint8_t)doom;
    } else if (f->action == CMD_DROP || f->action == CMD_HOLD) {
        p->fate  = (uint8_t)f->action;
        p->cause = CAUSE_ARMED;
    }
    set_alarm(w, i);
    if (l->twice)
        copy(w, j, i, CAUSE_CHANCE);
    if (l->broken)
        corrupt(w, j, i, CAUSE_CHANCE);
    if (f->action == CMD_DUP || f->action == CMD_DELAY || f->action == CMD_CORRUPT)
        befall(w, j, i, f->action, f->extra, CAUSE_ARMED);
}

void way_send(struct world *w, struct journal *j, struct entry *e, const struct told *more,
              const struct endpoint *from, const struct endpoint *to, const struct segment *seg,
              const uint8_t *text)
{
    uint8_t      spare[WIRE_MAX]; /* to tell it as sent, though there is no room for it */
    uint32_t     i     = world_take(w, REGION_PACKET);
    uint8_t     *bytes = i ? world_packet(w, i)->bytes : spare;
    struct told  t     = more ? *more : (struct told){ 0 };
    struct host *h     = &w->host[e->host - 1];
    uint32_t     peer  = world_host_at(w, &to->addr);
    struct path *p     = &w->path[e->host - 1][(peer ? peer : e->host) - 1];

    assert(e->host >= 1 && e->host <= w->hosts);
    t.wire   = bytes;
    t.n_wire = wire_encode(bytes, from, to, seg, text, h->ip_id++);

    struct luck l    = draw(w, p);
    vtime       left = serialise(p, w->now, t.n_wire);
    bool        full = left == VTIME_NEVER;
    enum cause  doom = full     ? CAUSE_QUEUE
                       : !peer  ? CAUSE_DOWN
                       : p->cut ? CAUSE_CUT
                       : l.lost ? CAUSE_CHANCE
                                : CAUSE_NONE;
    e->kind          = EVENT_SENT;
    e->peer          = (uint8_t)peer;
    e->packet        = ++w->packets;
    e->sport         = from->port;
    e->dport         = to->port;
    e->seg           = *seg;
    e->sent          = w->now;
    e->due           = (full ? w->now : left) + p->delay + l.jitter + (l.late ? p->delay : 0);
    struct fault f   = armed(w, e, &t);
    if (doom == CAUSE_NONE) {
        l.box = box_judge(w, e, &t, from, to, t.n_wire);
        if (l.box.does != BOX_PASS)
            doom = CAUSE_BOX;
    }
    world_tell(w, j, e, &t);
    depart(w, j, e, i, t.n_wire, &l, &f, doom);
}

void way_insert(struct world *w, struct journal *j, struct entry *e, const struct told *more,
                vspan left)
{
    struct luck  none  = { .lost = false };
    struct fault fault = { .action = 0 };
    uint32_t     i     = world_take(w, REGION_PACKET);

    e->kind   = EVENT_SENT;
    e->packet = ++w->packets;
    e->sent   = w->now;
    e->due    = w->now + left;
    world_tell(w, j, e, more);
    if (i)
        memcpy(world_packet(w, i)->bytes, more->wire, more->n_wire);
    depart(w, j, e, i, more->n_wire, &none, &fault, CAUSE_NONE);
}

void way_alarm(struct world *w, struct journal *j, uint32_t packet)
{
    struct packet *p = world_packet(w, packet);
    uint8_t        bytes[WIRE_MAX];
    size_t         n = p->len;

    assert(!p->held);
    if (p->fate == CMD_DROP) {
        struct packet dead = *p;

        lose(w, j, packet, (enum cause)p->cause);
        box_answer(w, j, &dead);
        return;
    }
    if (p->fate == CMD_HOLD) {
        hold(w, j, packet, (enum cause)p->cause);
        return;
    }
    if (p->to == 0 || w->host[p->to - 1].down) {
        lose(w, j, packet, CAUSE_DOWN);
        return;
    }
    struct entry e;
    memset(&e, 0, sizeof e);
    e.host   = p->to;
    e.peer   = p->from;
    e.packet = p->id;
    e.sent   = p->sent;
    e.due    = p->due;
    e.life   = p->life;
    e.conn   = p->conn;
    e.rtx    = p->rtx;
    e.by_box = p->by_box;
    memcpy(bytes, p->bytes, n); /* off the wire: its element is free for the answer */
    forget(w, packet);
    host_datagram(w, j, e.host, &e, bytes, n);
}

/* -- commands ------------------------------------------------------------------------------ */

uint32_t way_chosen(const struct world *w, const struct command *cmd)
{
    uint32_t     best = 0;
    uint64_t     id   = 0;
    struct match on   = cmd->on;

    on.kind  = 0; /* whatever was matched to choose it, it is asked as it was sent */
    on.rule  = 0;
    on.cause = 0;
    if (!(on.has & MATCH_ICMP))
        on.text[0] = '\0';
    for (uint32_t i = 1; i <= w->region[REGION_PACKET].high; i++) {
        const struct packet *p = world_packet(w, i);

        if (p->id == 0 || (cmd->packet && p->id != cmd->packet))
            continue;
        if (cmd->packet)
            return i;
        if ((cmd->kind == CMD_RELEASE) != (p->held != 0) && cmd->kind != CMD_DROP)
            continue;
        struct told  words;
        struct entry e = about(p, EVENT_SENT, &words);
        if (p->id > id && told_match(&e, &words, &on)) {
            best = i;
            id   = p->id;
        }
    }
    return best;
}

static void arm(struct world *w, const struct command *cmd)
{
    for (uint32_t i = 0; i < FAULT_MAX; i++) {
        struct fault *f = &w->fault[i];

        if (f->action)
            continue;
        w->faults = i < w->faults ? w->faults : i + 1;
        f->on     = cmd->on;
        f->action = cmd->action;
        f->count  = cmd->n == 0 ? 1 : cmd->n >= UINT32_MAX ? UINT32_MAX : (uint32_t)cmd->n;
        f->extra  = cmd->time;
        return;
    }
}

void way_command(struct world *w, struct journal *j, const struct command *cmd, enum cause why)
{
    uint32_t i;

    switch ((enum command_kind)cmd->kind) {
    case CMD_DROP:
    case CMD_DUP:
    case CMD_DELAY:
    case CMD_HOLD:
    case CMD_RELEASE:
    case CMD_CORRUPT:
        i = way_chosen(w, cmd);
        if (i)
            befall(w, j, i, cmd->kind, cmd->time, why);
        break;
    case CMD_ARM: arm(w, cmd); break;
    case CMD_DISARM:
        memset(w->fault, 0, sizeof w->fault);
        w->faults = 0;
        break;
    case CMD_PATH: path_change(w, cmd); break;
    case CMD_INJECT: way_inject(w, j, cmd, why); break;
    default: assert(0 && "not a command of the way");
    }
}
