/* SPDX-License-Identifier: MIT
 * ladder.c - rows first: every entry of a journal is given a row.
 *
 * The entries are walked once, in order.  Moments that a journal does not hold (where a lost
 * segment dies, where one still on its way will arrive) are put in between by their time.  At one
 * instant each side fills rows downward; the next instant begins on a row of its own.
 */
#include "ui/ladder_inside.h"

#include "base/text.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LOST_AT = 600 }; /* where a segment dies that was doomed when sent, in thousandths */

/* -- Rows. --------------------------------------------------------------------------------- */

static struct ladder_row *row_add(struct layout *y, vtime at)
{
    struct ladder *l = y->l;

    l->row               = grow(l->row, &l->cap_row, l->rows + 1, sizeof *l->row);
    struct ladder_row *r = &l->row[l->rows];
    *r                   = (struct ladder_row){ .at = at, .entry = SIZE_MAX, .box = y->boxes != 0 };
    y->cur               = (int)l->rows++;
    return r;
}

static bool flying_over(const struct ladder *l, vtime from)
{
    for (size_t i = 0; i < l->arrows; i++) {
        const struct ladder_arrow *a = &l->arrow[i];
        if (a->fate == ARROW_FLYING && a->due != VTIME_NEVER && a->due > from)
            return true;
    }
    return false;
}

/* Go on to time t: rows for the time between, folded when there is much of it. */
static void advance(struct layout *y, vtime t)
{
    struct ladder *l = y->l;

    if (l->rows && t <= y->at)
        return;
    if (l->rows) {
        vspan gap   = t - y->at;
        vspan n     = (gap + l->per_row / 2) / l->per_row;
        vspan limit = !l->spec.fold           ? LADDER_LINEAR
                      : flying_over(l, y->at) ? LADDER_FLIGHT
                                              : LADDER_GAP;
        if (n > limit) {
            row_add(y, y->at + l->per_row)->folded = gap;
        } else {
            for (vspan k = 1; k < n; k++)
                row_add(y, y->at + k * gap / n);
        }
    }
    row_add(y, t)->timed = true;
    y->at                = t;
    y->instant           = y->cur;
    y->used[0] = y->used[1] = y->sent = y->cur;
}

/* A row of the present instant for that side, at least `min`; fresh: nothing of that side is on it
 * yet. */
int ladder_place(struct layout *y, int side, int min, bool fresh)
{
    struct ladder *l = y->l;
    int            r = y->used[side] > min ? y->used[side] : min;

    for (;; r++) {
        while ((size_t)r >= l->rows)
            row_add(y, y->at);
        const struct ladder_row *row = &l->row[r];
        if (!row->touch[side] && !row->folded && (!fresh || row->words[side] == 0))
            break;
    }
    y->used[side] = r;
    return r;
}

/* -- Arrows. ---------------------------------------------------------------------------------- */

static struct ladder_arrow *arrow_of(struct ladder *l, uint64_t packet)
{
    for (size_t i = l->arrows; i-- > 0;)
        if (l->arrow[i].packet == packet)
            return &l->arrow[i];
    return NULL;
}

/* How far the segment is at time t, in thousandths of its way. */
static int position(const struct ladder_arrow *a, vtime t)
{
    const struct ladder_point *p = &a->point[0];

    for (int i = 1; i < a->points && a->point[i].at <= t; i++)
        p = &a->point[i];
    int   next = (int)(p - a->point) + 1;
    vtime to   = next < a->points ? a->point[next].at : a->due;
    int   goal = next < a->points ? a->point[next].pos : LADDER_WHOLE;
    if (p->held || t <= p->at)
        return p->pos;
    if (to == VTIME_NEVER || to <= p->at)
        return to == VTIME_NEVER ? p->pos : goal;
    if (t >= to)
        return goal;
    return p->pos + (int)((goal - p->pos) * (t - p->at) / (to - p->at));
}

static void point_add(struct ladder_arrow *a, int row, int pos, vtime at, bool held)
{
    if (a->points == LADDER_POINTS)
        a->points--; /* bent too often to be drawn exactly: the last bend counts */
    struct ladder_point *last = a->points ? &a->point[a->points - 1] : NULL;
    if (last && pos < last->pos)
        pos = last->pos;
    a->point[a->points++] = (struct ladder_point){ .row = row, .pos = pos, .at = at, .held = held };
}

static struct ladder_arrow *arrow_add(struct ladder *l, const struct entry *e, size_t i, int side)
{
    l->arrow = grow(l->arrow, &l->cap_arrow, l->arrows + 1, sizeof *l->arrow);

    struct ladder_arrow *a = &l->arrow[l->arrows++];
    *a     = (struct ladder_arrow){ .packet = e->packet, .sent = i, .end = SIZE_MAX, .side = side };
    a->due = e->due > e->at || e->due == VTIME_NEVER ? e->due : e->at;
    return a;
}

static void touch(struct ladder *l, int row, int side, size_t entry)
{
    l->row[row].touch[side] = true;
    if (l->row[row].entry == SIZE_MAX)
        l->row[row].entry = entry;
}

/* The next moment that is not in the journal, at or before t: a lost segment dies (its point is
 * already known) or, when foreseeing, one arrives.  NULL when there is none. */
static struct ladder_arrow *next_moment(struct ladder *l, vtime t, bool foresee)
{
    struct ladder_arrow *best = NULL;
    vtime                when = VTIME_NEVER;

    for (size_t i = 0; i < l->arrows; i++) {
        struct ladder_arrow *a    = &l->arrow[i];
        struct ladder_point *last = &a->point[a->points - 1];
        vtime                at   = VTIME_NEVER;
        if (a->fate == ARROW_LOST && last->row < 0)
            at = last->at;
        else if (foresee && a->fate == ARROW_FLYING && last->pos < LADDER_WHOLE)
            at = a->due;
        if (at != VTIME_NEVER && at <= t && at < when) {
            best = a;
            when = at;
        }
    }
    return best;
}

static void moments_until(struct layout *y, vtime t, bool foresee)
{
    struct ladder       *l = y->l;
    struct ladder_arrow *a;

    while ((a = next_moment(l, t, foresee))) {
        struct ladder_point *last = &a->point[a->points - 1];
        if (a->fate == ARROW_LOST) {
            advance(y, last->at);
            last->row            = y->cur;
            l->row[y->cur].timed = l->row[y->cur].timed && l->row[y->cur].entry != SIZE_MAX;
            if (a->end != SIZE_MAX)
                l->row_of[a->end] = y->cur;
        } else {
            size_t before = l->rows;
            advance(y, a->due);
            int r = ladder_place(y, !a->side, a->point[0].row, true);
            touch(l, r, !a->side, SIZE_MAX);
            point_add(a, r, LADDER_WHOLE, a->due, false);
            for (size_t i = before; i < l->rows; i++)
                l->row[i].ahead = true;
        }
    }
}

/* A segment that was stopped where it left has no second point to draw it to. */
static void draw_held(struct ladder *l)
{
    for (size_t i = 0; i < l->arrows; i++) {
        struct ladder_arrow *a = &l->arrow[i];
        if (a->points == 1 && a->due == VTIME_NEVER)
            point_add(a, a->point[0].row, a->point[0].pos, VTIME_NEVER, true);
    }
}

/* -- Entries. ---------------------------------------------------------------------------------- */

int ladder_side(const struct ladder *l, uint8_t host)
{
    return host == l->spec.host[0] ? 0 : host == l->spec.host[1] ? 1 : NO_SIDE;
}

/* What a box sends sets out where the segment died that it answers, a row below. */
static void from_box(struct layout *y, const struct entry *e, size_t i, int side)
{
    struct ladder             *l    = y->l;
    const struct ladder_arrow *died = arrow_of(l, e->parent);
    int pos = died ? LADDER_WHOLE - died->point[died->points - 1].pos : LADDER_WHOLE / 2;
    int row = ladder_place(y, side, died ? y->cur + 1 : y->cur, false);

    if (l->row[row].entry == SIZE_MAX)
        l->row[row].entry = i;
    struct ladder_arrow *a = arrow_add(l, e, i, side);
    point_add(a, row, pos, e->at, false);
    l->row_of[i] = row;
}

static void on_departure(struct layout *y, const struct entry *e, size_t i, int side)
{
    struct ladder *l = y->l;

    ladder_say_state(y, side, e, i);
    if (e->peer && ladder_side(l, e->peer) == NO_SIDE) {
        ladder_say_elsewhere(y, e, i, side);
        return;
    }
    if (e->kind == EVENT_SENT && e->cause == CAUSE_BOX) {
        from_box(y, e, i, side);
        return;
    }
    struct ladder_arrow *from = e->kind == EVENT_DUPED ? arrow_of(l, e->parent) : NULL;
    int                  pos  = from ? position(from, e->at) : 0;
    int                  r    = y->used[side];
    if (pos == 0) {
        r = ladder_place(y, side, y->sent,
                         false); /* what leaves at once from both sides is drawn level */
        touch(l, r, side, i);
        y->sent = r;
    }
    struct ladder_arrow *a = arrow_add(l, e, i, side);
    a->dup                 = e->kind == EVENT_DUPED;
    point_add(a, r, pos, e->at, false);
    l->row_of[i] = r;
}

static void on_arrival(struct layout *y, const struct entry *e, size_t i, int side)
{
    struct ladder       *l = y->l;
    struct ladder_arrow *a = e->packet ? arrow_of(l, e->packet) : NULL;

    if (a && a->side != side) {
        struct ladder_point *last = &a->point[a->points - 1];
        int                  r    = ladder_place(y, side, last->row, true);
        touch(l, r, side, i);
        point_add(a, r, LADDER_WHOLE, e->at, false);
        a->due       = e->at;
        a->end       = i;
        a->fate      = e->kind == EVENT_BAD ? ARROW_BAD : ARROW_ARRIVED;
        l->row_of[i] = r;
    } else if (e->peer && ladder_side(l, e->peer) == NO_SIDE) {
        ladder_say_elsewhere(y, e, i, side);
    } else {
        l->row_of[i] = ladder_place(y, side, 0, true);
    }
    struct ladder_label f;
    enum style          st;
    if (ladder_say(e, &f, &st))
        ladder_words(y, side, &f, st, i, false);
    else if (ladder_icmp(l->spec.j, e, &f))
        ladder_words(y, side, &f, STYLE_BAD, i, false);
    ladder_say_state(y, side, e, i);
}

static void on_lost(struct layout *y, const struct entry *e, size_t i)
{
    struct ladder       *l = y->l;
    struct ladder_arrow *a = arrow_of(l, e->packet);

    if (!a || a->end != SIZE_MAX)
        return;
    int   pos = position(a, e->at);
    vtime at  = e->at;
    if (pos == a->point[0].pos && e->at == a->point[0].at) {
        /* Doomed when it was sent: let it be seen to fly, and to die on the way. */
        vspan way = a->due != VTIME_NEVER && a->due > at ? a->due - at : 0;
        if (way == 0)
            way = l->spec.delay;
        pos = LOST_AT;
        at += way * LOST_AT / LADDER_WHOLE;
    }
    a->fate      = ARROW_LOST;
    a->end       = i;
    l->row_of[i] = a->point[0].row;
    if (at > e->at) {
        point_add(a, -1, pos, at, false);
    } else {
        point_add(a, y->cur, pos, at, false);
        l->row_of[i] = y->cur;
        if (l->row[y->cur].entry == SIZE_MAX)
            l->row[y->cur].entry = i;
    }
}

static void on_bend(struct layout *y, const struct entry *e, size_t i)
{
    struct ladder_arrow *a = arrow_of(y->l, e->packet);

    if (!a)
        return;
    struct ladder_point *last = &a->point[a->points - 1];
    int                  pos  = position(a, e->at);
    bool                 held = e->kind == EVENT_HELD;
    bool                 same = e->due == a->due;
    int                  row  = y->cur;
    if (e->kind == EVENT_ALTERED && same) {
        a->altered = true;
        return;
    }
    if (last->at == e->at && !last->held) {
        last->held = held;
    } else {
        if (pos == 0 && !held) { /* it had not got away: it leaves only now */
            row = ladder_place(y, a->side, y->sent, false);
            touch(y->l, row, a->side, i);
            y->l->row_of[i] = row;
        }
        point_add(a, row, pos, e->at, held);
    }
    a->due = held ? VTIME_NEVER : e->due;
    if (y->l->row[y->cur].entry == SIZE_MAX)
        y->l->row[y->cur].entry = i;
}

static bool is_shown(const struct ladder *l, const struct entry *e)
{
    struct ladder_label f;
    enum style          st;

    switch (e->kind) {
    case EVENT_SENT:
    case EVENT_ARRIVED:
    case EVENT_LOST:
    case EVENT_BAD:
    case EVENT_DUPED:
    case EVENT_HELD:
    case EVENT_RELEASED:
    case EVENT_ALTERED: return true;
    case EVENT_PRINT: return l->spec.chatty;
    case EVENT_FAULT:
    case EVENT_COMMAND: return ladder_deed(l->spec.j, e, &f);
    default: return ladder_moved(e) || ladder_say(e, &f, &st);
    }
}

/* A box is put on the way, or taken off: which rows show it. */
static void on_fault(struct layout *y, const struct entry *e)
{
    const uint8_t *line = y->l->spec.host;

    if (e->kind != EVENT_FAULT || e->value != CMD_PATH || e->op < PATH_MTU)
        return;
    for (int way = 0; way < 2; way++) {
        unsigned bit = 1u << (e->op - PATH_MTU) << 4 * way;
        if ((!e->host || e->host == line[way]) && (!e->peer || e->peer == line[!way]))
            y->boxes = e->pc ? y->boxes | bit : y->boxes & ~bit;
    }
}

static void on_entry(struct layout *y, const struct entry *e, size_t i)
{
    struct ladder *l    = y->l;
    int            side = ladder_side(l, e->host);

    moments_until(y, e->at, false);
    l->row_of[i] = y->cur;
    on_fault(y, e);
    bool deed = e->kind == EVENT_FAULT || e->kind == EVENT_COMMAND;
    if (!is_shown(l, e) || (side == NO_SIDE && !deed))
        return; /* it happened on the row where the ladder stands */
    if (e->at > y->at || l->rows == 0)
        advance(y, e->at);
    l->row[y->instant].timed = true;
    l->row_of[i]             = y->cur;
    switch (e->kind) {
    case EVENT_SENT:
    case EVENT_DUPED: on_departure(y, e, i, side); break;
    case EVENT_ARRIVED:
    case EVENT_BAD: on_arrival(y, e, i, side); break;
    case EVENT_LOST: on_lost(y, e, i); break;
    case EVENT_HELD:
    case EVENT_RELEASED:
    case EVENT_ALTERED: on_bend(y, e, i); break;
    case EVENT_FAULT:
    case EVENT_COMMAND: ladder_say_deed(y, e, i, side); break;
    case EVENT_PRINT:
        ladder_say_print(y, side, e, i);
        l->row_of[i] = y->used[side];
        break;
    default: {
        struct ladder_label f;
        enum style          st;
        if (ladder_say(e, &f, &st))
            ladder_words(y, side, &f, st, i, e->kind == EVENT_CALL || e->kind == EVENT_TIMER);
        ladder_say_state(y, side, e, i);
        l->row_of[i] = y->used[side];
        if (l->row[y->used[side]].entry == SIZE_MAX)
            l->row[y->used[side]].entry = i;
    }
    }
}

/* -- The present. ---------------------------------------------------------------------------- */

static void find_now(struct layout *y)
{
    struct ladder *l   = y->l;
    vtime          now = l->spec.now;

    /* Only beyond everything that is known does the present need rows of its own. */
    if (l->rows && now > y->at && (now - y->at) >= l->per_row / 2) {
        size_t before = l->rows;
        advance(y, now);
        for (size_t i = before; i < l->rows; i++)
            l->row[i].ahead = true;
    }
    l->now_row = 0;
    for (size_t i = 0; i < l->rows && l->row[i].at <= now; i++) {
        /* At one instant, what has not been seen yet is still to come. */
        if (l->row[i].at == now && l->row[i].entry != SIZE_MAX && l->row[i].entry >= l->spec.seen)
            break;
        l->now_row = (int)i;
    }
    l->last_row = l->now_row;
    for (size_t i = 0; i < l->arrows; i++) {
        struct ladder_arrow *a    = &l->arrow[i];
        struct ladder_point *last = &a->point[a->points - 1];
        a->head                   = position(a, now);
        a->ended                  = a->end != SIZE_MAX && a->end < l->spec.seen && now >= last->at;
        if (a->sent < l->spec.seen && !a->ended && last->row > l->last_row)
            l->last_row = last->row;
    }
}

static vspan usual_delay(const struct ladder_spec *s)
{
    if (s->delay > 0)
        return s->delay;
    for (size_t i = 0; i < s->j->len; i++) {
        const struct entry *e = &s->j->entry[i];
        if (e->kind == EVENT_SENT && e->due != VTIME_NEVER && e->due > e->at)
            return e->due - e->at;
    }
    return MSEC(50);
}

void ladder_layout(struct ladder *l, const struct ladder_spec *spec)
{
    struct layout y = { .l = l, .boxes = spec->boxes };

    l->spec  = *spec;
    l->shape = ladder_shape_of(spec->cols);
    l->rows = l->arrows = 0;
    if (l->spec.host[0] == 0) {
        l->spec.host[0] = 1;
        l->spec.host[1] = 2;
    }
    l->spec.delay = usual_delay(spec);
    l->per_row    = l->spec.delay / (spec->height < 20 ? 1 : spec->height < 44 ? 2 : 3);
    if (l->per_row < 1)
        l->per_row = 1;
    l->row_of = grow(l->row_of, &l->cap_of, spec->j->len + 1, sizeof *l->row_of);
    for (size_t i = 0; i < spec->j->len; i++)
        on_entry(&y, &spec->j->entry[i], i);
    moments_until(&y, VTIME_NEVER - 1, true);
    draw_held(l);
    ladder_mark_old(l);
    find_now(&y);
}
