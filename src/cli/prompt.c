/* SPDX-License-Identifier: MIT
 * prompt.c - what a person types between the lines of a story: an answer, a command, or just Enter.
 */
#include "cli/tell.h"

#include "scenario/verb.h"

#include <string.h>

enum { LINE_BYTES = 400 };

/* A line without its end; false when there will be no more, which is as good as leaving. */
static bool read_line(struct telling *t, const char *question, char line[LINE_BYTES])
{
    fprintf(t->c->out, "%s ", question);
    fflush(t->c->out);
    if (!fgets(line, LINE_BYTES, t->in)) {
        fputc('\n', t->c->out);
        t->quit = true;
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static void print_help(FILE *f)
{
    fputs("  Enter       go on\n"
          "  step        only to the next event\n"
          "  2s, 50ms    let so much time pass\n"
          "  hint        a hint, where there is one\n"
          "  q           leave\n"
          "  or a command: client connect server:80, client close, drop client>server FIN,\n"
          "  server write \"hello\", link idle 10s rst ...\n"
          "  (`finwait list verbs` has them all)\n",
          f);
}

static void print_hint(const struct telling *t, const struct stop *s, int *hints)
{
    if (!s || *hints >= 3 || !s->hint[*hints] || !*s->hint[*hints])
        fputs("  There is no further hint.\n", t->c->out);
    else
        prose_print(t->c->out, "  ", s->hint[(*hints)++]);
}

static void act(struct telling *t, const char *line)
{
    struct names   names = names_of(history_world(t->h));
    struct command cmd;
    struct fail    f = { 0 };

    if (!command_parse(line, &names, "", 0, &cmd, &f))
        fprintf(t->c->out, "  %s (`help` says what can be typed)\n", f.what);
    else if (!history_do(t->h, &cmd))
        fputs("  That is more than a story can hold.\n", t->c->out);
    else
        tell_news(t);
}

/* What can be typed anywhere.  True when the person wants to go on. */
static bool common(struct telling *t, const struct stop *s, int *hints, const char *line)
{
    vspan time;

    line += strspn(line, " ");
    if (*line == '\0')
        return true;
    if (strcmp(line, "q") == 0 || strcmp(line, "quit") == 0) {
        t->quit = true;
    } else if (strcmp(line, "help") == 0 || strcmp(line, "?") == 0) {
        print_help(t->c->out);
    } else if (strcmp(line, "hint") == 0 || strcmp(line, "h") == 0) {
        print_hint(t, s, hints);
    } else if (strcmp(line, "step") == 0 || strcmp(line, "s") == 0) {
        vtime next = world_next(history_world(t->h));
        if (next == VTIME_NEVER)
            fputs("  Nothing is due.\n", t->c->out);
        else
            history_step(t->h, next);
        tell_news(t);
    } else if (time_parse(line, &time) && time > 0 && time <= SEC(3600) * RUN_HOURS) {
        history_run(t->h, history_world(t->h)->now + time, RUN_EVENTS);
        tell_news(t);
    } else {
        act(t, line);
    }
    return t->quit;
}

/* The answer is found by running the story on from the stop; the history stays where it is. */
static int answer_of(const struct telling *t, int k)
{
    const struct world *w     = history_world(t->h);
    uint64_t            event = w->event;
    vtime               now   = w->now;
    size_t              entry[LESSON_STOPS];

    part_stops(t->part, history_journal(t->h), history_seen(t->h), now, entry);
    if (entry[k] != SIZE_MAX)
        history_seek_entry(t->h, entry[k]);
    else
        history_seek_time(t->h, t->part->stop[k].at);
    int right = stop_answer(t->part, k, t->h);
    history_seek(t->h, event, now);
    return right;
}

static void print_feedback(const struct telling *t, const struct option *o)
{
    if (o->feedback && *o->feedback)
        prose_print(t->c->out, "  ", o->feedback);
}

static void ask(struct telling *t, int k)
{
    const struct stop *s     = &t->part->stop[k];
    FILE              *out   = t->c->out;
    int                hints = 0, right = answer_of(t, k);
    char               line[LINE_BYTES], question[40];

    prose_print(out, "", s->question);
    for (int i = 0; i < s->n_option; i++) {
        char letter[] = { ' ', ' ', (char)('a' + i), ')', '\0' };
        fputs(letter, out);
        prose_print(out, " ", s->option[i].text);
    }
    if (!t->in) {
        if (right >= 0) {
            fprintf(out, "The answer is %c.\n", 'a' + right);
            print_feedback(t, &s->option[right]);
        }
        return;
    }
    snprintf(question, sizeof question,
             "Your answer, a to %c (Enter: skip):", 'a' + s->n_option - 1);
    while (!t->quit && read_line(t, question, line)) {
        int i = line[0] - 'a';
        if (line[0] && !line[1] && i >= 0 && i < s->n_option) {
            t->asked++;
            if (i == right)
                t->right++;
            fputs(i == right           ? "Right.\n"
                  : !s->option[i].sure ? "Let us see.\n"
                                       : "Not so.\n",
                  out);
            print_feedback(t, &s->option[i]);
            return;
        }
        if (common(t, s, &hints, line))
            return;
    }
}

static bool goal_met(const struct telling *t, const struct stop *s)
{
    return claim_holds(&s->goal, history_journal(t->h), 0, 0, NULL);
}

static void pursue(struct telling *t, const struct stop *s)
{
    FILE *out   = t->c->out;
    int   hints = 0;
    char  line[LINE_BYTES];

    fputs("Goal: ", out);
    prose_print(out, "", s->question);
    if (!t->in) {
        t->goals = false;
        return;
    }
    while (!t->quit && read_line(t, "Your move (Enter: go on, help, hint):", line)) {
        if (common(t, s, &hints, line) || goal_met(t, s))
            break;
    }
    if (t->quit)
        return;
    /* What was set going may still lead there. */
    if (!goal_met(t, s))
        tell_on(t);
    tell_news(t);
    bool met = goal_met(t, s);
    t->goals = t->goals && met;
    fputs(met ? "Done: that is the goal.\n" : "The goal was not reached this time.\n", out);
}

void prompt_stop(struct telling *t, int k)
{
    const struct stop *s   = &t->part->stop[k];
    FILE              *out = t->c->out;
    char               line[LINE_BYTES];
    int                hints = 0;

    fputc('\n', out);
    switch (s->kind) {
    case STOP_ASK: ask(t, k); break;
    case STOP_GOAL: pursue(t, s); break;
    case STOP_PAUSE: break;
    }
    if (!t->quit && s->after && *s->after)
        prose_print(out, "", s->after);
    if (s->kind == STOP_PAUSE && t->in)
        while (!t->quit && read_line(t, "(Enter: go on, help)", line))
            if (common(t, s, &hints, line))
                break;
    fputc('\n', out);
}

bool prompt_end(struct telling *t)
{
    char line[LINE_BYTES];
    int  hints = 0;

    if (!t->in)
        return false;
    bool due = world_next(history_world(t->h)) != VTIME_NEVER;
    if (!read_line(t,
                   due ? "The story is over. (Enter: finish; or a command, help)"
                       : "Nothing is due. (Enter: finish; or a command, help)",
                   line))
        return false;
    return !common(t, NULL, &hints, line);
}
