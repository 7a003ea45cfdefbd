/* SPDX-License-Identifier: MIT
 * telling.c - where the telling stands: stops and claims, as functions of the journal. */
#include "scenario/telling.h"

#include <string.h>

/* What a stop waits for does not depend on which stop it is: the nth is counted from the beginning
 * of the story, and two stops with the same words are two moments. */
static bool same_words(const struct match *a, const struct match *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

size_t match_find(const struct match *m, const struct journal *j, size_t from, size_t end)
{
    struct match each = *m;
    unsigned     seen = 0;

    each.nth = 0;
    for (size_t i = m->nth ? 0 : from; i < end; i++)
        if (entry_match(j, &j->entry[i], &each)) {
            if (m->nth && (++seen != m->nth || i < from))
                continue;
            return i;
        }
    return SIZE_MAX;
}

int part_stops(const struct part *p, const struct journal *j, size_t seen, vtime now, size_t *entry)
{
    size_t from = 0; /* the entry at which the last stop stood */
    vtime  at   = 0; /* a stop with a time waits for its turn, too */

    for (int k = 0; k < p->n_stop; k++) {
        const struct stop *s     = &p->stop[k];
        size_t             where = SIZE_MAX;

        if (s->at >= 0) {
            if (now < s->at || now < at)
                return k;
            if (s->at > at)
                at = s->at;
            while (from < seen && j->entry[from].at < s->at)
                from++;
        } else {
            size_t first = from;

            for (int i = k - 1; i >= 0; i--)
                if (p->stop[i].at < 0 && same_words(&p->stop[i].on, &s->on) && !s->on.nth) {
                    first = from + 1;
                    break;
                }
            while (first < seen && j->entry[first].at < at)
                first++;
            where = match_find(&s->on, j, first, seen);
            if (where == SIZE_MAX)
                return k;
            from = where;
            at   = j->entry[where].at;
        }
        if (entry)
            entry[k] = where;
    }
    return p->n_stop;
}

bool part_run_to_stop(const struct part *p, struct history *h, vtime until)
{
    const struct world *w    = history_world(h);
    int                 from = part_stops(p, history_journal(h), history_seen(h), w->now, NULL);

    for (;;) {
        const struct journal *j    = history_journal(h);
        int                   n    = part_stops(p, j, history_seen(h), history_world(h)->now, NULL);
        vtime                 goal = until;

        if (n > from)
            return true;
        if (history_world(h)->now >= until && world_next(history_world(h)) > until)
            return false;
        if (n < p->n_stop && p->stop[n].at > history_world(h)->now && p->stop[n].at < goal)
            goal = p->stop[n].at;
        history_step(h, goal);
    }
}

bool claim_holds(const struct claim *c, const struct journal *j, size_t from, vtime since,
                 size_t *where)
{
    size_t at = match_find(&c->on, j, from, j->len);

    while (c->has_at && at != SIZE_MAX && j->entry[at].at < c->at && !c->on.nth)
        at = match_find(&c->on, j, at + 1, j->len);
    bool found = at != SIZE_MAX && (!c->within || j->entry[at].at - since <= c->within)
                 && (!c->has_at || j->entry[at].at == c->at);
    if (where)
        *where = at;
    return found != c->never;
}

struct history *history_again(const struct setup *s, const struct history *h)
{
    struct history     *copy = history_new(s);
    const struct world *now  = history_world(h);

    for (size_t i = 0; i < history_deeds(h); i++) {
        const struct deed *d = history_deed(h, i);

        if (d->event >= now->event)
            break;
        if (!history_reach(copy, d->event, d->at) || !history_do(copy, &d->cmd))
            break;
    }
    history_reach(copy, now->event, now->now);
    return copy;
}

bool history_reach(struct history *h, uint64_t event, vtime at)
{
    while (history_world(h)->event < event) {
        uint64_t had = history_world(h)->event;

        history_step(h, at);
        if (history_world(h)->event == had)
            return false; /* nothing more happens until then */
    }
    if (history_world(h)->event != event || history_world(h)->now > at)
        return false;
    if (history_world(h)->now < at)
        history_step(h, at);
    return history_world(h)->event == event && history_world(h)->now == at;
}

int stop_answer(const struct part *p, int stop, const struct history *h)
{
    const struct stop *s = &p->stop[stop];
    struct history    *copy;
    size_t             entry[LESSON_STOPS], from;
    int                right = -1, holds = 0;
    vtime              since;

    if (s->kind != STOP_ASK
        || part_stops(p, history_journal(h), history_seen(h), history_world(h)->now, entry) <= stop)
        return -1;
    from  = entry[stop] == SIZE_MAX ? history_seen(h) : entry[stop] + 1;
    since = entry[stop] == SIZE_MAX ? s->at : history_journal(h)->entry[entry[stop]].at;
    if (entry[stop] == SIZE_MAX)
        while (from > 0 && history_journal(h)->entry[from - 1].at > since)
            from--;
    copy = history_again(&p->setup, h);
    if (p->until > history_world(copy)->now)
        history_run(copy, p->until, STORY_EVENTS);
    for (int i = 0; i < s->n_option; i++)
        if (s->option[i].sure
            && claim_holds(&s->option[i].claim, history_journal(copy), from, since, NULL)) {
            right = i;
            holds++;
        }
    history_free(copy);
    return holds == 1 ? right : -1;
}
