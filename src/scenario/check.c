/* SPDX-License-Identifier: MIT
 * check.c - a lesson as a test: every claim, question, log and goal against what the engine does.
 */
#include "scenario/keep.h"
#include "scenario/row.h"
#include "scenario/telling.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_COLUMNS    = 76, /* what is left of 80 inside a frame */
    NARRATION_LINES = 4,
    OPENING_LINES   = 5,
    FEEDBACK_LINES  = 4,
};

struct checking {
    const struct lesson *l;
    const struct part   *part;
    struct check        *c;
    void (*tell)(void *ctx, const struct fail *f);
    void *ctx;
};

static void judge(struct checking *k, bool ok, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void judge(struct checking *k, bool ok, int line, const char *fmt, ...)
{
    char        what[FAIL_WHAT];
    struct fail f;
    va_list     ap;

    k->c->n_claim++;
    if (ok)
        return;
    k->c->n_failed++;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    fail_at(&f, k->l->file, line, "%s", what);
    if (k->tell)
        k->tell(k->ctx, &f);
}

/* -- Claims. --------------------------------------------------------------------------------- */

/* May this claim be met by the same entry as the one before?  States and rules are further sides of
 * something that happened; two happenings are two entries. */
static bool side(const struct claim *c) { return c->on.kind == 0; }

static void why_not(const struct claim *c, const struct journal *j, const struct world *w,
                    size_t from, size_t where, struct text *out)
{
    char line[200], when[32];

    if (where == SIZE_MAX) {
        size_t any = match_find(&c->on, j, 0, j->len);

        if (any != SIZE_MAX && any < from)
            text_add(out, "it happened only before the claim above, at %s s",
                     vtime_text(j->entry[any].at, when, sizeof when));
        else
            text_add(out, "it never happened");
        return;
    }
    text_add(out, "at %s s: %s", vtime_text(j->entry[where].at, when, sizeof when),
             entry_text(w, j, &j->entry[where], line, sizeof line));
}

/* A line of a socket table, at a time or when the claim above came true (entry `last`). */
static void check_row(struct checking *k, struct history *h, const struct claim *c, size_t last,
                      vtime *moment)
{
    char        why[FAIL_WHAT];
    struct text t = text_into(why, sizeof why);

    if (c->has_at)
        *moment = c->at;
    if (*moment >= 0)
        history_seek_time(h, *moment);
    else if (last < history_journal(h)->len)
        history_seek_entry(h, last);
    bool ok = row_holds(&c->row, history_world(h)) != c->never;
    if (!ok)
        row_found(&c->row, history_world(h), &t);
    judge(k, ok, c->line, "expected %s; %s", c->text, why);
}

static void check_claims(struct checking *k, struct history *h)
{
    const struct part    *p     = k->part;
    const struct journal *j     = history_journal(h);
    size_t                last  = 0;              /* the entry that met the last claim */
    bool                  taken = false;          /* and it was met as a happening of its own */
    vtime                 since = 0, moment = -1; /* of a table; -1: when `last` happened */

    for (int i = 0; i < p->n_claim; i++) {
        const struct claim *c    = &p->claim[i];
        size_t              from = c->any_order ? 0 : last + (taken && !side(c) ? 1 : 0), where;
        bool                ok   = claim_holds(c, j, from, since, &where);
        char                why[FAIL_WHAT];
        struct text         t = text_into(why, sizeof why);

        if (c->row.host) {
            check_row(k, h, c, last, &moment);
            continue;
        }
        if (!ok)
            why_not(c, j, history_world(h), from, where, &t);
        judge(k, ok, c->line, "expected %s; %s", c->text, why);
        if (!ok || c->never || c->any_order)
            continue;
        moment = -1;
        taken  = where > last ? !side(c) : taken || !side(c);
        last   = where;
        since  = j->entry[where].at;
    }
}

/* -- What was printed. ----------------------------------------------------------------------- */

static void check_log(struct checking *k, const struct history *h, uint32_t host)
{
    const struct journal *j    = history_journal(h);
    const char           *want = k->part->log[host - 1];
    const char           *name = k->part->setup.host[host - 1].name;
    char                  said[256];
    int                   n = 1;

    if (!want)
        return;
    for (size_t i = 0; i < j->len; i++) {
        if (j->entry[i].kind != EVENT_PRINT || j->entry[i].host != host)
            continue;
        journal_text(j, &j->entry[i], said, sizeof said);
        size_t len = strcspn(said, "\n"), due = strcspn(want, "\n");
        said[len] = '\0';
        if (len != due || memcmp(said, want, due) != 0) {
            judge(k, false, k->part->line,
                  "line %d that %s prints: expected \"%.*s\", found \"%s\"", n, name, (int)due,
                  want, said);
            return;
        }
        want += due + (want[due] == '\n');
        n++;
    }
    judge(k, !*want, k->part->line, "line %d that %s prints: expected \"%.*s\", found nothing more",
          n, name, (int)strcspn(want, "\n"), want);
}

/* -- Stops. ---------------------------------------------------------------------------------- */

static void check_ask(struct checking *k, int i, const struct history *h)
{
    const struct stop *s     = &k->part->stop[i];
    int                right = stop_answer(k->part, i, h);

    judge(k, right >= 0, s->line,
          "'%.60s': expected that exactly one option holds, found none or several", s->question);
}

/* Run a copy of the part with further cues to its end. */
static struct history *run_with(const struct part *p, const struct cue *more, int n,
                                struct cue **cues)
{
    struct setup s = p->setup;

    *cues = calloc(p->n_cue + (size_t)n + 1, sizeof **cues);
    if (!*cues)
        return NULL;
    if (p->n_cue)
        memcpy(*cues, p->cue, p->n_cue * sizeof **cues);
    if (n)
        memcpy(*cues + p->n_cue, more, (size_t)n * sizeof **cues);
    s.cue             = *cues;
    s.n_cue           = (uint32_t)(p->n_cue + (size_t)n);
    struct history *h = history_new(&s);
    history_run(h, p->until, STORY_EVENTS);
    return h;
}

static void check_goal(struct checking *k, const struct stop *s, const struct history *untouched)
{
    struct cue     *cues;
    struct history *h;

    judge(k, !claim_holds(&s->goal, history_journal(untouched), 0, 0, NULL), s->line,
          "the goal is reached without doing anything: expected that the learner has to act");
    h = run_with(k->part, s->solution, s->n_solution, &cues);
    if (h) {
        judge(k, claim_holds(&s->goal, history_journal(h), 0, 0, NULL), s->goal.line,
              "expected that the solution reaches the goal %s", s->goal.text);
        history_free(h);
    }
    free(cues);
}

/* Go through the part as a learner does, from stop to stop. */
static void check_stops(struct checking *k, struct history *h)
{
    const struct part *p    = k->part;
    int                done = 0;

    for (;;) {
        int n = part_stops(p, history_journal(h), history_seen(h), history_world(h)->now, NULL);

        for (; done < n; done++)
            if (p->stop[done].kind == STOP_ASK)
                check_ask(k, done, h);
        if (!part_run_to_stop(p, h, p->until))
            break;
    }
    for (; done < p->n_stop; done++)
        judge(k, false, p->stop[done].line,
              "the story never comes here: expected that every stop is reached, in this order");
}

/* -- Text that must fit. --------------------------------------------------------------------- */

/* Lines that the text takes when its words are filled into them; light markup counts as if it were
 * shown, which errs on the safe side. */
static int lines_of_text(const char *s)
{
    int  lines = 0, column = 0;
    char word[256];

    for (; *s; s += *s == ' ') {
        size_t n = strcspn(s, " \n");

        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), s);
        int wide = utf8_columns(word);
        if (n == 0) {
            /* blanks in a row, or an empty line */
        } else if (column == 0 || column + 1 + wide > PAGE_COLUMNS) {
            lines++;
            column = wide;
        } else {
            column += 1 + wide;
        }
        s += n;
        if (*s == '\n') {
            lines += n == 0 && column == 0;
            column = 0;
            s++;
        }
    }
    return lines;
}

static void check_text(struct checking *k, const char *s, int most, int line, const char *what)
{
    int lines = lines_of_text(s);

    judge(k, lines <= most, line, "%s takes %d lines of %d columns: expected at most %d", what,
          lines, PAGE_COLUMNS, most);
}

static void check_texts(struct checking *k)
{
    const struct part *p = k->part;

    check_text(k, p->before, OPENING_LINES, p->line, "the opening of this part");
    for (int i = 0; i < p->n_stop; i++) {
        const struct stop *s = &p->stop[i];

        check_text(k, s->after, NARRATION_LINES, s->line, "the prose after this stop");
        if (s->kind != STOP_PAUSE)
            check_text(k, s->question, 2, s->line, "this text");
        for (int o = 0; o < s->n_option; o++) {
            check_text(k, s->option[o].text, 1, s->line, "an option of this question");
            check_text(k, s->option[o].feedback, FEEDBACK_LINES, s->line,
                       "the feedback to an option of this question");
        }
    }
}

/* -- All of it. ------------------------------------------------------------------------------ */

static void count_rules(struct check *c, const struct journal *j)
{
    for (size_t i = 0; i < j->n_step; i++)
        if (j->step[i].rule < RULE_COUNT && !c->rule[j->step[i].rule]) {
            c->rule[j->step[i].rule] = true;
            c->n_rule++;
        }
}

bool lesson_check(const struct lesson *l, struct check                *c,
                  void (*tell)(void *ctx, const struct fail *f), void *ctx)
{
    struct checking k = { .l = l, .c = c, .tell = tell, .ctx = ctx };

    memset(c, 0, sizeof *c);
    for (int i = 0; i < l->n_part; i++) {
        const struct part *p = k.part = &l->part[i];
        struct history    *h          = history_new(&p->setup);

        check_texts(&k);
        check_stops(&k, h);
        judge(&k, history_run(h, p->until, STORY_EVENTS), p->line,
              "this story does not end: expected fewer than %d events", STORY_EVENTS);
        check_claims(&k, h);
        for (uint32_t host = 1; host <= p->setup.hosts; host++)
            check_log(&k, h, host);
        for (int s = 0; s < p->n_stop; s++)
            if (p->stop[s].kind == STOP_GOAL)
                check_goal(&k, &p->stop[s], h);
        count_rules(c, history_journal(h));
        history_free(h);
    }
    return c->n_failed == 0;
}
