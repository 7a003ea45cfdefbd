/* SPDX-License-Identifier: MIT
 * keyframe.c - which worlds to keep. */
#include "net/keyframe.h"

#include <assert.h>
#include <string.h>

static uint64_t distance(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

/* The one that is missed least: without it the gap is small for its distance from the present.  The
 * ends stay: the first may be the beginning, the last is where the present usually is. */
static int victim(const struct keyframes *k, uint64_t present)
{
    int      best     = -1;
    uint64_t best_gap = 0, best_far = 1;

    for (int i = k->rooted ? 1 : 0; i + 1 < k->n; i++) {
        uint64_t from = i > 0 ? k->key[i - 1].event : k->key[i].event;
        uint64_t gap  = k->key[i + 1].event - from;
        uint64_t far  = distance(present, k->key[i].event) + 1;

        if (best < 0 || gap * best_far < best_gap * far) {
            best     = i;
            best_gap = gap;
            best_far = far;
        }
    }
    return best;
}

/* Take one out and hand over its memory. */
static struct blob take_out(struct keyframes *k, int i)
{
    struct blob b = k->key[i].world;

    memmove(&k->key[i], &k->key[i + 1], (size_t)(k->n - i - 1) * sizeof k->key[0]);
    k->n--;
    memset(&k->key[k->n], 0, sizeof k->key[0]);
    return b;
}

static size_t bytes(const struct keyframes *k)
{
    size_t sum = 0;

    for (int i = 0; i < k->n; i++)
        sum += k->key[i].world.cap;
    return sum;
}

void keyframes_add(struct keyframes *k, const struct world *w)
{
    struct blob b;
    int         i;

    memset(&b, 0, sizeof b);
    if (k->n == HISTORY_KEYS)
        b = take_out(k, victim(k, w->event));
    i = k->n;
    while (i > 0 && k->key[i - 1].event >= w->event)
        i--;
    if (i < k->n && k->key[i].event == w->event) { /* it is kept already */
        blob_free(&b);
        return;
    }
    world_save(w, &b);
    memmove(&k->key[i + 1], &k->key[i], (size_t)(k->n - i) * sizeof k->key[0]);
    k->key[i] = (struct keyframe){ .event = w->event, .at = w->now, .world = b };
    k->n++;
    while (k->n > 2 && bytes(k) > KEYFRAME_BYTES) {
        b = take_out(k, victim(k, w->event));
        blob_free(&b);
    }
}

const struct keyframe *keyframes_before(const struct keyframes *k, uint64_t event, vtime at)
{
    for (int i = k->n; i > 0; i--)
        if (k->key[i - 1].event <= event && k->key[i - 1].at <= at)
            return &k->key[i - 1];
    return NULL;
}

void keyframes_thin(struct keyframes *k, int n, uint64_t present)
{
    while (k->n > n && k->n > 2) {
        struct blob b = take_out(k, victim(k, present));
        blob_free(&b);
    }
}

void keyframes_free(struct keyframes *k)
{
    for (int i = 0; i < k->n; i++)
        blob_free(&k->key[i].world);
    memset(k, 0, sizeof *k);
}
