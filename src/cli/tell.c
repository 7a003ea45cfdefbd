/* SPDX-License-Identifier: MIT
 * tell.c - a lesson line by line: the story, with its pauses and questions in their places. */
#include "cli/tell.h"

#include "export/export.h"
#include "scenario/progress.h"

#include <string.h>

/* The entries up to which stop k has to be told: its own included. */
static size_t entries_until(const struct telling *t, const struct stop *s, size_t entry)
{
    const struct journal *j = history_journal(t->h);
    size_t                n = t->told;

    if (entry != SIZE_MAX)
        return entry + 1;
    while (n < history_seen(t->h) && j->entry[n].at <= s->at)
        n++;
    return n;
}

static void tell_entries(struct telling *t, size_t to)
{
    if (to <= t->told)
        return;
    export_plain(t->c->out, history_world(t->h), history_journal(t->h), t->told, to);
    t->told = to;
}

void tell_news(struct telling *t)
{
    size_t entry[LESSON_STOPS];
    int n = part_stops(t->part, history_journal(t->h), history_seen(t->h), history_world(t->h)->now,
                       entry);

    while (t->stops < n && !t->quit) {
        int k = t->stops++;
        tell_entries(t, entries_until(t, &t->part->stop[k], entry[k]));
        prompt_stop(t, k);
        /* What was done meanwhile may have led to further stops. */
        n = part_stops(t->part, history_journal(t->h), history_seen(t->h), history_world(t->h)->now,
                       entry);
    }
    if (!t->quit)
        tell_entries(t, history_seen(t->h));
}

/* Is there a stop that has not been reached? */
static bool stop_ahead(const struct telling *t)
{
    return part_stops(t->part, history_journal(t->h), history_seen(t->h), history_world(t->h)->now,
                      NULL)
           < t->part->n_stop;
}

bool tell_on(struct telling *t)
{
    vtime until = story_until(t->part), limit = history_world(t->h)->now + SEC(3600) * RUN_HOURS;

    /* Who acts after the end sees what comes of it. */
    if (until <= history_world(t->h)->now || until > limit)
        until = limit;
    for (int n = 0; n < RUN_EVENTS; n++) {
        vtime next = world_next(history_world(t->h));
        if (next == VTIME_NEVER && !stop_ahead(t)) /* whoever acts next acts now */
            return false;
        if (next > until) /* nothing happens any more, but a stop may stand at a time */
            return until < limit && part_run_to_stop(t->part, t->h, until);
        if (part_run_to_stop(t->part, t->h, next))
            return true;
    }
    return false;
}

static void tell_part(struct telling *t, int number)
{
    FILE *out = t->c->out;

    if (t->lesson->n_part > 1)
        fprintf(out, "\nPart %d: %s\n", number, t->part->title);
    if (t->part->before && *t->part->before) {
        fputc('\n', out);
        prose_print(out, "", t->part->before);
    }
    fputc('\n', out);
    do {
        while (!t->quit) {
            bool stop = tell_on(t);
            tell_news(t);
            if (!stop)
                break;
        }
    } while (!t->quit && prompt_end(t));
}

static void tell_lesson(const struct cli *c, const struct lesson *l)
{
    fprintf(c->out, "%s\n", l->title);
    if (l->summary && *l->summary)
        prose_print(c->out, "", l->summary);
}

/* Ticks in the menu are for a person who was there. */
static void keep_progress(const struct lesson *l, bool done, int right, int asked)
{
    struct progress p;

    progress_load(&p);
    progress_note(&p, l->id, done, right, asked);
    progress_save(&p);
}

static int tell_parts(const struct cli *c, const struct found *f, int first, int last)
{
    struct telling t      = { .c = c, .lesson = f->lesson, .goals = true };
    int            status = EXIT_FINE;

    if (cli_is_interactive())
        t.in = stdin;
    tell_lesson(c, f->lesson);
    for (int part = first; part <= last && !t.quit && status == EXIT_FINE; part++) {
        t.part  = &f->lesson->part[part];
        t.told  = 0;
        t.stops = 0;
        t.h     = story_open(c, f, part, &status);
        if (!t.h)
            break;
        tell_part(&t, part + 1);
        history_free(t.h);
    }
    if (t.in && !t.quit && status == EXIT_FINE && c->command != CLI_SANDBOX)
        keep_progress(f->lesson, t.goals && first == 0 && last == f->lesson->n_part - 1, t.right,
                      t.asked);
    if (status == EXIT_FINE && !t.quit && f->lesson->see && *f->lesson->see) {
        fprintf(c->out, "\nSee it on a real machine:\n");
        prose_print(c->out, "  ", f->lesson->see);
    }
    return status;
}

int cmd_tell(struct cli *c)
{
    struct found f = { 0 };
    int          status, first = 0, last;

    if (c->command == CLI_SANDBOX) {
        f.lesson = lesson_sandbox(c->set[OPT_ID_PROFILE] ? c->profile : PROFILE_RFC9293,
                                  c->set[OPT_ID_SEED] ? c->seed : 1);
        f.own  = true;
        status = EXIT_FINE;
    } else {
        status = find_story(c, c->arg[0], &f);
    }
    if (status == EXIT_FINE)
        status = find_part(c, f.lesson, &first);
    if (status == EXIT_FINE) {
        last = c->part < 0 ? f.lesson->n_part - 1 : first;
        if (f.is_session)
            first = last = f.part;
        status = tell_parts(c, &f, first, last);
    }
    found_free(&f);
    return status;
}
