/* SPDX-License-Identifier: MIT
 * journal.c - what happened, kept: entries, and beside them their steps, words and bytes.
 *
 * Each of the four arrays only grows at its end, so an entry owns what lies between its offsets and
 * the next entry's, and cutting the journal cuts all four.
 */
#include "net/journal.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *const event_name[EVENT_KINDS] = {
#define EVENT(id, name, what) [EVENT_##id] = name,
#include "net/event.def"
#undef EVENT
};

void journal_free(struct journal *j)
{
    free(j->entry);
    free(j->step);
    free(j->text);
    free(j->wire);
    memset(j, 0, sizeof *j);
}

/* Append n elements to one of the arrays: often there are none, and mostly there is room. */
static inline void *append(void *to, size_t *len, size_t *cap, const void *from, size_t n,
                           size_t size)
{
    if (n == 0)
        return to;
    assert(*len + n <= UINT32_MAX);
    if (*len + n > *cap)
        to = grow(to, cap, *len + n, size);
    memcpy((char *)to + *len * size, from, n * size);
    *len += n;
    return to;
}

void journal_add(struct journal *j, const struct entry *e, const struct step *step, size_t n_step,
                 const char *text, size_t n_text, const uint8_t *wire, size_t n_wire)
{
    struct entry *to;

    j->entry   = append(j->entry, &j->len, &j->cap, e, 1, sizeof *e);
    to         = &j->entry[j->len - 1];
    to->step   = (uint32_t)j->n_step;
    to->text   = (uint32_t)j->n_text;
    to->wire   = (uint32_t)j->n_wire;
    to->n_step = (uint32_t)n_step;
    to->n_text = (uint32_t)n_text;
    to->n_wire = (uint32_t)n_wire;
    j->step    = append(j->step, &j->n_step, &j->cap_step, step, n_step, sizeof *step);
    j->text    = append(j->text, &j->n_text, &j->cap_text, text, n_text, 1);
    j->wire    = append(j->wire, &j->n_wire, &j->cap_wire, wire, n_wire, 1);
}

/* What entry i begins with in the other arrays; i may be one past the last. */
static void bounds(const struct journal *j, size_t i, size_t *step, size_t *text, size_t *wire)
{
    assert(i <= j->len);
    *step = i < j->len ? j->entry[i].step : j->n_step;
    *text = i < j->len ? j->entry[i].text : j->n_text;
    *wire = i < j->len ? j->entry[i].wire : j->n_wire;
}

void journal_copy(struct journal *to, const struct journal *from, size_t n)
{
    size_t step, text, wire;

    assert(to->len == 0);
    bounds(from, n, &step, &text, &wire);
    to->entry = append(to->entry, &to->len, &to->cap, from->entry, n, sizeof *to->entry);
    to->step  = append(to->step, &to->n_step, &to->cap_step, from->step, step, sizeof *to->step);
    to->text  = append(to->text, &to->n_text, &to->cap_text, from->text, text, 1);
    to->wire  = append(to->wire, &to->n_wire, &to->cap_wire, from->wire, wire, 1);
}

void journal_cut(struct journal *j, size_t n)
{
    size_t step, text, wire;

    bounds(j, n, &step, &text, &wire);
    j->len    = n;
    j->n_step = step;
    j->n_text = text;
    j->n_wire = wire;
}

bool journal_equal(const struct journal *a, size_t i, const struct journal *b, size_t k, size_t n)
{
    if (i + n > a->len || k + n > b->len)
        return false;
    for (; n > 0; n--, i++, k++) {
        struct entry x = a->entry[i], y = b->entry[k];

        if (x.n_step != y.n_step || x.n_text != y.n_text || x.n_wire != y.n_wire)
            return false;
        if (x.n_step && memcmp(a->step + x.step, b->step + y.step, x.n_step * sizeof *a->step))
            return false;
        if (x.n_text && memcmp(a->text + x.text, b->text + y.text, x.n_text) != 0)
            return false;
        if (x.n_wire && memcmp(a->wire + x.wire, b->wire + y.wire, x.n_wire) != 0)
            return false;
        x.step = y.step = x.text = y.text = x.wire = y.wire = 0;
        if (memcmp(&x, &y, sizeof x) != 0)
            return false;
    }
    return true;
}

const char *journal_text(const struct journal *j, const struct entry *e, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    if (e->n_text)
        text_addn(&t, j->text + e->text, e->n_text);
    return buf;
}
