/* SPDX-License-Identifier: MIT
 * test_net_stream.c - text by offset, against a model: an array of bytes and which of them are
 * there.
 */
#include "base/siphash.h"
#include "pair.h"
#include "test.h"

#include <string.h>

enum { SPAN = 8000 };

START_TEST(siphash_is_siphash) /* the vector of the paper's appendix */
{
    uint8_t        text[15];
    const uint64_t key[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };

    for (uint8_t i = 0; i < 15; i++)
        text[i] = i;
    ck_assert(siphash(key, text, 15) == 0xa129ca6149be45e5u);
}
END_TEST

static void agree(const struct world *w, struct stream *s, const uint8_t *model, const bool *there)
{
    for (uint64_t i = s->base; i < SPAN; i++) {
        uint64_t n = 0;
        uint8_t  got[SPAN];

        while (i + n < SPAN && there[i + n])
            n++;
        if (n == 0)
            continue;
        stream_read(w, s, i, got, n);
        ck_assert(memcmp(got, model + i, n) == 0);
        i += n;
    }
}

START_TEST(holes_and_overlaps)
{
    struct pair  *p = pair_new(PROFILE_RFC9293);
    struct stream s = { .first = 0 };
    struct rng    r = { .state = (uint64_t)_i };
    uint8_t       model[SPAN], bytes[SPAN];
    bool          there[SPAN] = { false };

    for (int round = 0; round < 60; round++) {
        uint64_t at = s.base + rng_below(&r, SPAN - s.base);
        size_t   n  = 1 + rng_below(&r, 1600);

        if (at + n > SPAN)
            n = (size_t)(SPAN - at);
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (uint8_t)rng_next(&r);
            if (!there[at + i]) { /* what was written first stays */
                there[at + i] = true;
                model[at + i] = bytes[i];
            }
        }
        ck_assert(stream_write(p->w, &s, at, bytes, n));
        if (round % 10 == 9)
            stream_release(p->w, &s, s.base + rng_below(&r, 500));
        agree(p->w, &s, model, there);
    }
    stream_free(p->w, &s);
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 0);
    pair_free(p);
}
END_TEST

START_TEST(all_or_nothing)
{
    struct setup  setup = pair_setup(PROFILE_RFC9293);
    struct stream s     = { .first = 0 };
    uint8_t       bytes[3 * PAGE_TEXT];
    struct pair  *p;

    setup.cap[REGION_PAGE] = 3;
    p                      = pair_of(&setup);
    memset(bytes, 'x', sizeof bytes);
    ck_assert(stream_write(p->w, &s, 0, bytes, PAGE_TEXT));
    ck_assert(stream_write(p->w, &s, 2 * PAGE_TEXT, bytes, 10));
    ck_assert(!stream_write(p->w, &s, PAGE_TEXT, bytes, sizeof bytes));
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 2);
    ck_assert(stream_write(p->w, &s, PAGE_TEXT, bytes, PAGE_TEXT + 10));
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 3);
    stream_read(p->w, &s, 0, bytes, 2 * PAGE_TEXT + 10);
    stream_free(p->w, &s);
    pair_free(p);
}
END_TEST

START_TEST(a_growing_stream_fills_its_pages)
{
    struct pair  *p = pair_new(PROFILE_RFC9293);
    struct stream s = { .first = 0 };

    for (uint64_t i = 0; i < 3 * PAGE_TEXT; i++)
        ck_assert(stream_write(p->w, &s, i, (const uint8_t *)"z", 1));
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 3);
    stream_release(p->w, &s, PAGE_TEXT);
    ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 2);
    stream_free(p->w, &s);
    pair_free(p);
}
END_TEST

/* Cut at any place, and written again from there with something else. */
START_TEST(cut)
{
    struct pair *p = pair_new(PROFILE_RFC9293);
    uint8_t      bytes[2 * PAGE_TEXT], more[2 * PAGE_TEXT], back[2 * PAGE_TEXT];

    memset(bytes, 'a', sizeof bytes);
    memset(more, 'b', sizeof more);
    for (uint32_t at = 0; at <= sizeof bytes; at += at == PAGE_TEXT - 1 ? 1 : PAGE_TEXT - 1) {
        struct stream s = { .first = 0 };

        ck_assert(stream_write(p->w, &s, 0, bytes, sizeof bytes));
        stream_cut(p->w, &s, at);
        ck_assert_uint_eq(p->w->region[REGION_PAGE].used, (at + PAGE_TEXT - 1) / PAGE_TEXT);
        ck_assert(stream_write(p->w, &s, at, more, sizeof more - at));
        stream_read(p->w, &s, 0, back, sizeof back);
        for (uint32_t i = 0; i < sizeof back; i++)
            ck_assert_int_eq(back[i], i < at ? 'a' : 'b');
        stream_free(p->w, &s);
        ck_assert_uint_eq(p->w->region[REGION_PAGE].used, 0);
        world_check(p->w);
    }
    pair_free(p);
}
END_TEST

SUITE(net_stream)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, siphash_is_siphash);
    tcase_add_loop_test(c, holes_and_overlaps, 0, 20);
    tcase_add_test(c, all_or_nothing);
    tcase_add_test(c, a_growing_stream_fills_its_pages);
    tcase_add_test(c, cut);
    suite_add_tcase(s, c);
}
