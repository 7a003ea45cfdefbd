/* SPDX-License-Identifier: MIT
 * stream.c - text by stream offset, in pages.
 *
 *      base                     what has arrived beyond a gap
 *       |                        |
 *       v  page     page         v page
 *       [======][========]      [====]
 *
 * A page holds one run of bytes, [at, at + used); the pages of a stream are in order and disjoint.
 * A write fills what is missing and leaves what is there alone, so the first copy of a byte wins,
 * however the path duplicates and reorders.
 */
#include "net/inside.h"

#include <assert.h>
#include <string.h>

static uint64_t page_end(const struct page *p) { return p->at + p->used; }

/* Walks the gaps of [at, end) and fills them; returns how many new pages that takes.  With `dry`
 * nothing is changed: what it would take is counted, so that a write happens as a whole or not at
 * all. */
static uint32_t fill(struct world *w, struct stream *s, uint64_t at, const uint8_t *bytes, size_t n,
                     bool dry)
{
    uint64_t start = at, end = at + n;
    uint32_t prev = 0, p = s->first, taken = 0;
    uint64_t tail = 0; /* where the page before the gap ends, and the room that it has */
    uint32_t room = 0;

    if (s->last && page_end(world_page(w, s->last)) <= at) { /* the usual case: at the end */
        prev = s->last;
        p    = 0;
        tail = page_end(world_page(w, prev));
        room = PAGE_TEXT - world_page(w, prev)->used;
    }
    while (at < end) {
        while (p && page_end(world_page(w, p)) <= at) {
            prev = p;
            tail = page_end(world_page(w, p));
            room = PAGE_TEXT - world_page(w, p)->used;
            p    = world_page(w, p)->next;
        }
        if (p && world_page(w, p)->at <= at) {
            at = page_end(world_page(w, p));
            continue;
        }
        uint64_t gap = p && world_page(w, p)->at < end ? world_page(w, p)->at : end;
        if (!(prev || taken) || tail != at || room == 0) {
            taken++;
            room = PAGE_TEXT;
            if (!dry) {
                uint32_t new_ = world_take(w, REGION_PAGE);

                assert(new_ != 0);
                world_page(w, new_)->next                        = p;
                world_page(w, new_)->at                          = at;
                *(prev ? &world_page(w, prev)->next : &s->first) = new_;
                if (!p)
                    s->last = new_;
                prev = new_;
            }
        }
        uint32_t k = gap - at < room ? (uint32_t)(gap - at) : room;
        if (!dry) {
            struct page *q = world_page(w, prev);

            memcpy(q->text + q->used, bytes + (at - start), k);
            q->used += k;
        }
        at += k;
        tail = at;
        room -= k;
    }
    return taken;
}

bool stream_fits(struct world *w, struct stream *s, uint64_t at, size_t n)
{
    const struct region *r    = &w->region[REGION_PAGE];
    size_t               left = r->cap - r->used;

    if (n / PAGE_TEXT + 2 <= left && (!s->last || page_end(world_page(w, s->last)) <= at))
        return true; /* at the end there are no gaps to be counted */
    return fill(w, s, at, NULL, n, true) <= left;
}

bool stream_write(struct world *w, struct stream *s, uint64_t at, const uint8_t *bytes, size_t n)
{
    assert(at >= s->base);
    if (!stream_fits(w, s, at, n))
        return false;
    fill(w, s, at, bytes, n, false);
    return true;
}

void stream_read(const struct world *w, struct stream *s, uint64_t at, uint8_t *bytes, size_t n)
{
    uint32_t p = s->seen && world_page(w, s->seen)->at <= at ? s->seen : s->first;

    while (n > 0) {
        while (p && page_end(world_page(w, p)) <= at)
            p = world_page(w, p)->next;
        assert(p != 0);
        const struct page *q = world_page(w, p);
        assert(q->at <= at);
        size_t k = (size_t)(page_end(q) - at);
        if (k > n)
            k = n;
        memcpy(bytes, q->text + (at - q->at), k);
        bytes += k;
        at += k;
        n -= k;
    }
    s->seen = p;
}

void stream_release(struct world *w, struct stream *s, uint64_t at)
{
    while (s->first && page_end(world_page(w, s->first)) <= at) {
        uint32_t p = s->first;

        if (s->seen == p)
            s->seen = 0;
        s->first = world_page(w, p)->next;
        world_give_used(w, REGION_PAGE, p, offsetof(struct page, text) + world_page(w, p)->used);
    }
    if (!s->first)
        s->last = 0;
    if (at > s->base)
        s->base = at;
}

void stream_cut(struct world *w, struct stream *s, uint64_t at)
{
    uint32_t p = s->first, keep = 0;

    while (p && world_page(w, p)->at < at) {
        keep = p;
        p    = world_page(w, p)->next;
    }
    if (keep) {
        struct page *q = world_page(w, keep);

        if (page_end(q) > at) { /* worlds are compared as bytes: what is gone is zero */
            memset(q->text + (at - q->at), 0, (size_t)(page_end(q) - at));
            q->used = (uint32_t)(at - q->at);
        }
        q->next = 0;
    } else {
        s->first = 0;
    }
    s->last = keep;
    s->seen = 0;
    while (p) {
        uint32_t next = world_page(w, p)->next;

        world_give_used(w, REGION_PAGE, p, offsetof(struct page, text) + world_page(w, p)->used);
        p = next;
    }
}

void stream_free(struct world *w, struct stream *s)
{
    stream_release(w, s, UINT64_MAX);
    memset(s, 0, sizeof *s);
}
