/* SPDX-License-Identifier: MIT
 * region.c - the memory of a world: one allocation, cut into regions; snapshots of what is in use.
 *
 *      | struct world | hash | CONN ........ | TIME_WAIT .... | ... | CUE ... |
 *                              1  2  3 <- high        cap
 *
 * An element above `high` has never been used and is zero.  One that was given back is zero too,
 * but for its last four bytes: they chain the free ones, the last given first, so that what is
 * taken next is a function of the past and equal pasts leave equal bytes.
 */
#include "net/inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET_MAX = 64 }; /* control blocks that stay whole although nothing moves */

/* Sizes that no lesson exceeds; a setup may ask for others. */
static const uint32_t default_cap[REGION_COUNT] = {
    [REGION_CONN] = 256,    [REGION_TIME_WAIT] = 256, [REGION_SOCK] = 256,  [REGION_FD] = 512,
    [REGION_PACKET] = 1024, [REGION_NODE] = 4096,     [REGION_PAGE] = 2048, [REGION_ALARM] = 4096,
    [REGION_APP] = 64,      [REGION_OP] = 1024,       [REGION_CUE] = 128,
};

static const uint32_t element_size[REGION_COUNT] = {
#define REGION(ID, type, accessor, what) [REGION_##ID] = sizeof(struct type),
#include "net/region.def"
#undef REGION
};

static uint8_t *element(const struct world *w, enum region_id r, uint32_t i)
{
    return (uint8_t *)(uintptr_t)w + w->region[r].offset + (size_t)(i - 1) * w->region[r].size;
}

static uint32_t link_of(const struct world *w, enum region_id r, uint32_t i)
{
    uint32_t next;

    memcpy(&next, element(w, r, i) + w->region[r].size - sizeof next, sizeof next);
    return next;
}

static void set_link(struct world *w, enum region_id r, uint32_t i, uint32_t next)
{
    memcpy(element(w, r, i) + w->region[r].size - sizeof next, &next, sizeof next);
}

uint32_t world_take(struct world *w, enum region_id r)
{
    struct region *g = &w->region[r];
    uint32_t       i = g->free;

    assert(r < REGION_COUNT);
    if (i != 0) {
        assert(i <= g->high);
        g->free = link_of(w, r, i);
        set_link(w, r, i, 0);
    } else if (g->high < g->cap) {
        i = ++g->high;
    } else {
        return 0;
    }
    g->used++;
    return i;
}

void world_give(struct world *w, enum region_id r, uint32_t i)
{
    world_give_used(w, r, i, w->region[r].size);
}

void world_give_used(struct world *w, enum region_id r, uint32_t i, size_t n)
{
    struct region *g = &w->region[r];

    assert(r < REGION_COUNT);
    assert(i >= 1 && i <= g->high);
    assert(g->used > 0);
    assert(n <= g->size);
    memset(element(w, r, i), 0, n);
    set_link(w, r, i, g->free);
    g->free = i;
    g->used--;
}

struct setup setup_default(void)
{
    struct setup s;

    memset(&s, 0, sizeof s);
    for (int i = 0; i < HOST_MAX; i++)
        for (int k = 0; k < HOST_MAX; k++)
            s.path[i][k] = (struct path){
                .delay   = i == k ? USEC(20) : MSEC(50), /* a host's way to itself is no wire */
                .loss    = { 0, 1 },
                .dup     = { 0, 1 },
                .reorder = { 0, 1 },
                .corrupt = { 0, 1 },
                .box     = { .mark = { 0, 1 } },
            };
    addr_parse("10.0.0.254", &s.box);
    addr_parse("2001:db8::fe", &s.box6);
    return s;
}

/* Where everything lies.  The hash has a bucket for each record that can be in it. */
static void lay_out(struct world *w, const struct setup *s)
{
    uint64_t at = (sizeof(struct world) + 7) / 8 * 8;

    for (int r = 0; r < REGION_COUNT; r++) {
        w->region[r].size = element_size[r];
        w->region[r].cap  = s->cap[r] ? s->cap[r] : default_cap[r];
    }
    w->region[REGION_PORT].cap  = w->region[REGION_CONN].cap + w->region[REGION_TIME_WAIT].cap;
    w->region[REGION_CONTROL].cap = w->region[REGION_REST].cap = w->region[REGION_CONN].cap;
    w->region[REGION_OWN].cap = w->region[REGION_SOCK].cap;
    w->region[REGION_ALARM].cap += FLOW_MAX; /* of boxes */
    if (w->region[REGION_OP].cap < s->n_op)
        w->region[REGION_OP].cap = s->n_op;
    if (w->region[REGION_CUE].cap < s->n_cue)
        w->region[REGION_CUE].cap = s->n_cue;
    w->buckets = 16;
    while (w->buckets < w->region[REGION_CONN].cap + w->region[REGION_TIME_WAIT].cap
                            + w->region[REGION_FD].cap)
        w->buckets *= 2;
    w->fd_words  = w->region[REGION_FD].cap / 64 + 1;
    w->fd_offset = at;
    at += w->fd_words * sizeof(uint64_t) * s->hosts;
    w->hash_offset = at;
    at += (uint64_t)w->buckets * sizeof(uint32_t);
    for (int r = 0; r < REGION_COUNT; r++) {
        w->region[r].offset = at;
        at += (uint64_t)w->region[r].size * w->region[r].cap;
        at = (at + 7) / 8 * 8;
    }
    w->bytes = at;
}

static void add_script(struct world *w, const struct setup *s)
{
    for (uint32_t i = 0; i < s->n_op; i++)
        *world_op(w, world_take(w, REGION_OP)) = s->op[i];
    w->programs = s->programs;
    for (uint32_t i = 0; i < s->programs; i++) {
        assert(s->program[i].first + s->program[i].count <= s->n_op);
        w->program[i] = s->program[i];
        w->program[i].first++; /* regions count from 1 */
    }
    for (uint32_t i = 0; i < s->n_cue; i++)
        *world_cue(w, world_take(w, REGION_CUE)) = s->cue[i];
    cue_init(w);
}

/* What lies in front of a world, and is no part of it: how large its memory is. */
struct memory {
    uint64_t bytes, pad_[7];
};

static struct memory *memory_of(struct world *w) { return (struct memory *)(void *)w - 1; }

static struct world *allocate(uint64_t bytes)
{
    struct memory *m = calloc(1, sizeof *m + bytes);

    if (!m) {
        fputs("finwait: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    m->bytes = bytes;
    return (struct world *)(void *)(m + 1);
}

void world_free(struct world *w)
{
    if (w)
        free(memory_of(w));
}

static size_t in_use(const struct region *g) { return (size_t)g->size * g->high; }

/* What lies before the first region: the header and the hash. */
static size_t head_bytes(const struct world *w) { return (size_t)w->region[0].offset; }

/* All that was ever written becomes zero: above `high` nothing was. */
static void wipe(struct world *w)
{
    for (int r = 0; r < REGION_COUNT; r++)
        memset((uint8_t *)w + w->region[r].offset, 0, in_use(&w->region[r]));
    memset(w, 0, head_bytes(w));
}

/* So many zeros: where this world was, if that is enough. */
static struct world *room_in(struct world *w, uint64_t bytes)
{
    if (w && memory_of(w)->bytes >= bytes) {
        wipe(w);
        return w;
    }
    world_free(w);
    return allocate(bytes);
}

struct world *world_new(const struct setup *s) { return world_renew(NULL, s); }

struct world *world_renew(struct world *w, const struct setup *s)
{
    struct world head;

    assert(s->hosts <= HOST_MAX);
    assert(s->programs <= PROGRAM_MAX);
    memset(&head, 0, sizeof head);
    lay_out(&head, s);
    w = room_in(w, head.bytes);
    memcpy(w, &head, sizeof head);
    w->seed      = s->seed;
    w->rng.state = s->seed;
    w->hosts     = s->hosts;
    w->quiet_max = s->quiet ? s->quiet : QUIET_MAX;
    memcpy(w->path, s->path, sizeof w->path);
    w->box     = s->box;
    w->box6    = s->box6;
    w->filters = s->filters;
    memcpy(w->filter, s->filter, sizeof w->filter);
    for (uint32_t i = 0; i < s->hosts; i++)
        host_init(w, i + 1, &s->host[i]);
    add_script(w, s);
    return w;
}

/* -- snapshots ------------------------------------------------------------------------------- */

size_t world_size(const struct world *w)
{
    size_t len = head_bytes(w);

    for (int r = 0; r < REGION_COUNT; r++)
        len += in_use(&w->region[r]);
    return len;
}

void world_save(const struct world *w, struct blob *b)
{
    size_t   len = world_size(w);
    uint8_t *at;

    if (b->cap < len) {
        free(b->bytes);
        b->bytes = malloc(len);
        b->cap   = len;
        if (!b->bytes) {
            fputs("finwait: out of memory\n", stderr);
            exit(EXIT_FAILURE);
        }
    }
    b->len = len;
    at     = b->bytes;
    memcpy(at, w, head_bytes(w));
    at += head_bytes(w);
    for (int r = 0; r < REGION_COUNT; r++) {
        memcpy(at, (const uint8_t *)w + w->region[r].offset, in_use(&w->region[r]));
        at += in_use(&w->region[r]);
    }
    assert(at == b->bytes + b->len);
}

void world_load(struct world *w, const struct blob *b)
{
    uint32_t       high[REGION_COUNT];
    uint64_t       bytes = w->bytes;
    const uint8_t *at    = b->bytes;

    for (int r = 0; r < REGION_COUNT; r++)
        high[r] = w->region[r].high;
    assert(b->len >= head_bytes(w));
    memcpy(w, at, head_bytes(w));
    assert(w->bytes == bytes); /* else it is a snapshot of another setup */
    at += head_bytes(w);
    for (int r = 0; r < REGION_COUNT; r++) {
        uint8_t *to = (uint8_t *)w + w->region[r].offset;
        size_t   n  = in_use(&w->region[r]);

        memcpy(to, at, n);
        at += n;
        if (high[r] > w->region[r].high) /* what the snapshot had never used must be zero again */
            memset(to + n, 0, (size_t)w->region[r].size * (high[r] - w->region[r].high));
    }
    assert(at == b->bytes + b->len);
}

struct world *world_from(struct world *w, const struct blob *b)
{
    struct world head;

    memcpy(&head, b->bytes, sizeof head);
    w = room_in(w, head.bytes);
    memcpy(w, &head, sizeof head);
    world_load(w, b);
    return w;
}

bool world_equal(const struct world *w, const struct world *v)
{
    if (w->bytes != v->bytes || memcmp(w, v, head_bytes(w)) != 0)
        return false;
    for (int r = 0; r < REGION_COUNT; r++)
        if (memcmp((const uint8_t *)w + w->region[r].offset,
                   (const uint8_t *)v + v->region[r].offset, in_use(&w->region[r]))
            != 0)
            return false;
    return true;
}

void blob_free(struct blob *b)
{
    free(b->bytes);
    memset(b, 0, sizeof *b);
}

/* -- invariants ------------------------------------------------------------------------------ */

static bool is_zero(const uint8_t *e, size_t n)
{
    return n == 0 || (e[0] == 0 && memcmp(e, e + 1, n - 1) == 0);
}

static void check_region(const struct world *w, enum region_id r)
{
    const struct region *g = &w->region[r];
    uint32_t             n = 0;

    assert(g->high <= g->cap);
    assert(g->used <= g->high);
    assert(g->offset + (uint64_t)g->size * g->cap <= w->bytes);
    for (uint32_t i = g->free; i != 0; i = link_of(w, r, i)) {
        const uint8_t *e = element(w, r, i);

        assert(i <= g->high);
        assert(is_zero(e, g->size - sizeof(uint32_t)));
        n++;
        assert(n <= g->high); /* else it goes round */
    }
    assert(g->used + n == g->high);
}

static void check_packet(const struct world *w, uint32_t i)
{
    const struct packet *p = world_packet(w, i);

    assert(p->id >= 1 && p->id <= w->packets);
    assert(p->from >= 1 && p->from <= w->hosts);
    assert(p->to <= w->hosts);
    assert(p->len >= 1 && p->len <= WIRE_MAX);
    assert(p->sent <= w->now);
    assert((p->alarm == 0) == (p->held != 0));
    assert((p->due == VTIME_NEVER) == (p->held != 0));
    if (p->alarm) {
        const struct alarm *a = world_alarm(w, p->alarm);
        assert(a->kind == ALARM_PACKET);
        assert(a->who == i);
        assert(p->fate ? a->at <= p->due : a->at == p->due);
    }
}

void world_check(const struct world *w)
{
    assert(w->now >= 0);
    assert(w->hosts <= HOST_MAX);
    assert((w->buckets & (w->buckets - 1)) == 0);
    for (int r = 0; r < REGION_COUNT; r++)
        check_region(w, (enum region_id)r);
    for (uint32_t i = 1; i <= w->region[REGION_PACKET].high; i++)
        if (world_packet(w, i)->id != 0)
            check_packet(w, i);
    for (uint32_t i = 0; i < w->hosts; i++)
        for (uint32_t k = 0; k < w->hosts; k++) {
            const struct path *p = &w->path[i][k];
            assert(p->delay >= 0 && p->jitter >= 0);
            assert(p->loss.den && p->dup.den && p->reorder.den && p->corrupt.den);
        }
    wheel_check(w);
    rest_check(w);
}
