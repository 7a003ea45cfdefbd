/* SPDX-License-Identifier: MIT
 * fuzz_lesson.c - any bytes at all as a lesson.  What is accepted must also run.
 */
#include "scenario/lesson.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { EVENTS = 200 };

static void play(const struct part *p)
{
    struct history *h = history_new(&p->setup);
    size_t          entry[LESSON_STOPS];

    history_run(h, p->until, EVENTS);
    part_stops(p, history_journal(h), history_seen(h), history_world(h)->now, entry);
    for (int i = 0; i < p->n_claim; i++)
        claim_holds(&p->claim[i], history_journal(h), 0, 0, NULL);
    history_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fail    f;
    struct lesson *l;

    memset(&f, 0, sizeof f);
    l = lesson_parse("fuzz.md", (const char *)data, n, &f);
    if (!l) {
        assert(*f.what && strcmp(f.file, "fuzz.md") == 0);
        return 0;
    }
    assert(l->n_part >= 1 && l->n_part <= LESSON_PARTS);
    for (int i = 0; i < l->n_part; i++)
        play(&l->part[i]);
    lesson_free(l);
    return 0;
}
