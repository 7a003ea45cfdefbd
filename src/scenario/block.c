/* SPDX-License-Identifier: MIT
 * block.c - the executed blocks of a lesson: program, script, expect, pause, ask, goal. */
#include "scenario/keep.h"
#include "scenario/match.h"
#include "scenario/program.h"
#include "scenario/row.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blank(const char *s) { return s + strspn(s, " \t"); }

static bool line_empty(const char *s)
{
    s = skip_blank(s);
    return !*s || (*s == '#' && !isdigit((unsigned char)s[1]));
}

/* Go to the next line that says something; false at the end (ok) or when a line is too long (!ok).
 */
static bool next_line(struct reading *r, struct lines *l, bool *ok)
{
    *ok = true;
    while (lines_next(l)) {
        if (l->too_long)
            return *ok =
                       fail_at(r->fail, r->file, l->line,
                               "this line is too long: expected at most %d bytes", LINE_BYTES - 1);
        if (!line_empty(l->buf))
            return true;
    }
    return false;
}

/* The words after `word` if the line begins with it, else NULL. */
static const char *after(const char *line, const char *word)
{
    size_t n = strlen(word);

    line = skip_blank(line);
    if (strncmp(line, word, n) != 0 || (line[n] && line[n] != ' ' && line[n] != '\t'))
        return NULL;
    return skip_blank(line + n);
}

static char *keep_trimmed(struct keep *k, const char *s)
{
    size_t n = strlen(s = skip_blank(s));

    while (n > 0 && isspace((unsigned char)s[n - 1]))
        n--;
    return keep_text(k, s, n);
}

/* -- Claims, moments, commands at moments. --------------------------------------------------- */

bool claim_parse(struct reading *r, const char *text, int line, struct claim *c)
{
    struct words w;

    *c = (struct claim){ .line = line, .text = keep_trimmed(r->keep, text) };
    if (!words_split(&w, text, r->file, line, r->fail))
        return false;
    if (!words_quoted(&w) && time_parse(words_peek(&w), &c->at)) {
        c->has_at = true;
        w.at++;
        c->never = words_is(&w, "never");
    } else if (words_is(&w, "any")) {
        c->any_order = true;
    } else if (words_is(&w, "never")) {
        c->never = true;
    }
    if (!c->has_at && words_is(&w, "within") && !words_time(&w, "within which time", &c->within))
        return false;
    bool is;
    if (!row_words(&w, &r->names, &c->row, &is))
        return false;
    if (is && (c->any_order || c->within))
        return words_fail(&w,
                          "a socket table is looked at at one moment: expected a TIME, never, "
                          "or nothing before HOST ss (then it is the moment of the line above)");
    return is
           || (match_words(&w, &r->names, &c->on)
               && words_done(
                   &w, "the end of the line, or seq, ack, len, data, rtx, first, life, rule"));
}

/* A claim about what happens: all but those about socket tables. */
static bool event_claim(struct reading *r, const char *text, int line, struct claim *c)
{
    if (!claim_parse(r, text, line, c))
        return false;
    if (c->row.host)
        return fail_at(r->fail, r->file, line,
                       "HOST ss is a claim of finwait expect: expected something that happens");
    return true;
}

bool cue_parse(struct reading *r, const char *text, int line, struct cue *cue)
{
    struct words w;
    int          rest, end;

    memset(cue, 0, sizeof *cue);
    cue->line = (uint16_t)(line <= UINT16_MAX ? line : 0);
    if (!words_split(&w, text, r->file, line, r->fail))
        return false;
    if (!words_is(&w, "when"))
        return words_time(&w, "when MATCH: COMMAND, or the time of a command", &cue->at)
               && command_words(&w, &r->names, &cue->cmd);
    cue->at = VTIME_NEVER;
    if (!words_colon(&w, &rest, &end) || !match_words(&w, &r->names, &cue->on))
        return false;
    if (words_is(&w, "+") && !words_time(&w, "how long after it", &cue->after))
        return false;
    if (!words_done(&w, "a colon, + TIME, or seq, ack, len, data, rtx, first, life, rule"))
        return false;
    w.at = rest;
    w.n  = end;
    return command_words(&w, &r->names, &cue->cmd);
}

/* "when MATCH" or "at TIME"; *is says whether the line is one. */
static bool moment_parse(struct reading *r, const char *text, int line, struct stop *s, bool *is)
{
    struct words w;
    const char  *when = after(text, "when"), *at = after(text, "at");

    *is = when || at;
    if (!*is)
        return true;
    if (!words_split(&w, when ? when : at, r->file, line, r->fail))
        return false;
    if (when)
        return match_words(&w, &r->names, &s->on) && words_done(&w, "the end of the line");
    return words_time(&w, "when to stop", &s->at) && words_done(&w, "nothing after the time");
}

static struct stop *stop_add(struct reading *r, enum stop_kind kind, int line)
{
    struct part *p = r->part;

    if (p->n_stop == LESSON_STOPS) {
        fail_at(r->fail, r->file, line, "too many stops in this part: expected at most %d",
                LESSON_STOPS);
        return NULL;
    }
    struct stop *s = &p->stop[p->n_stop++];
    *s = (struct stop){ .kind = kind, .at = -1, .question = "", .after = "", .line = line };
    for (int i = 0; i < 3; i++)
        s->hint[i] = "";
    return s;
}

/* -- Blocks. --------------------------------------------------------------------------------- */

bool block_program(struct reading *r, const struct item *block, const char *name)
{
    struct part          *p = r->part;
    struct program_reader g = { .names = &r->names, .file = r->file, .fail = r->fail };
    struct lines          l = lines_of(block);
    bool                  ok;

    while (next_line(r, &l, &ok))
        if (!program_line(&g, l.buf, l.line)) {
            ok = false;
            break;
        }
    if (!ok || !program_end(&g, block->line)) {
        free(g.op);
        return false;
    }
    struct program *to = &p->setup.program[p->setup.programs++];
    snprintf(to->name, sizeof to->name, "%s", name);
    to->first = (uint32_t)p->n_op;
    to->count = (uint32_t)g.n;
    p->op     = grow(p->op, &r->cap_op, p->n_op + g.n, sizeof *p->op);
    memcpy(p->op + p->n_op, g.op, g.n * sizeof *g.op);
    p->n_op += g.n;
    free(g.op);
    return true;
}

bool block_script(struct reading *r, const struct item *block)
{
    struct part *p = r->part;
    struct lines l = lines_of(block);
    bool         ok;

    while (next_line(r, &l, &ok)) {
        if (p->n_cue == SCRIPT_LINES)
            return fail_at(r->fail, r->file, l.line,
                           "the script is too long: expected at most %d lines", SCRIPT_LINES);
        p->cue = grow(p->cue, &r->cap_cue, p->n_cue + 1, sizeof *p->cue);
        if (!cue_parse(r, l.buf, l.line, &p->cue[p->n_cue]))
            return false;
        p->n_cue++;
    }
    return ok;
}

static bool log_line(struct reading *r, const char *text, int line, uint8_t host)
{
    struct words w;
    char         said[WORD_BYTES];
    uint32_t     len;

    if (!words_split(&w, text, r->file, line, r->fail)
        || !words_string(&w, "a printed line", said, sizeof said, &len)
        || !words_done(&w, "nothing after the printed line"))
        return false;
    const char *old = r->part->log[host - 1];
    size_t      had = strlen(old);
    char       *all = keep_bytes(r->keep, had + len + 2);
    memcpy(all, old, had);
    memcpy(all + had, said, len);
    all[had + len]         = '\n';
    r->part->log[host - 1] = all;
    return true;
}

bool block_expect(struct reading *r, const struct item *block)
{
    struct part *p    = r->part;
    struct lines l    = lines_of(block);
    uint8_t      host = 0;
    bool         ok;

    while (next_line(r, &l, &ok)) {
        const char *log = after(l.buf, "log");

        if (log) {
            struct words w;

            if (!words_split(&w, log, r->file, l.line, r->fail) || !words_host(&w, &r->names, &host)
                || !words_done(&w, "log HOST"))
                return false;
            if (!p->log[host - 1])
                p->log[host - 1] = "";
            continue;
        }
        if (*skip_blank(l.buf) == '"') {
            if (!host)
                return fail_at(r->fail, r->file, l.line,
                               "a printed line, but whose? expected a line `log HOST` before it");
            if (!log_line(r, l.buf, l.line, host))
                return false;
            continue;
        }
        host = 0;
        if (p->n_claim == LESSON_CLAIMS)
            return fail_at(r->fail, r->file, l.line,
                           "too many claims in this part: expected at most %d", LESSON_CLAIMS);
        const struct claim *c = &p->claim[p->n_claim];
        if (!claim_parse(r, l.buf, l.line, &p->claim[p->n_claim]))
            return false;
        if (c->row.host && !c->has_at && p->n_claim == 0)
            return fail_at(r->fail, r->file, l.line,
                           "at which moment? expected a TIME before it, or a line above that "
                           "happens");
        p->n_claim++;
    }
    return ok;
}

bool block_pause(struct reading *r, const struct item *block)
{
    struct stop *s = stop_add(r, STOP_PAUSE, block->line);
    struct lines l = lines_of(block);
    bool         ok, is, seen = false;

    if (!s)
        return false;
    while (next_line(r, &l, &ok)) {
        if (!moment_parse(r, l.buf, l.line, s, &is))
            return false;
        if (!is || seen)
            return fail_at(r->fail, r->file, l.line,
                           "a pause is one line: expected when MATCH, or at TIME");
        seen = true;
    }
    if (ok && !seen)
        return fail_at(r->fail, r->file, block->line,
                       "when is this pause? expected a line when MATCH, or at TIME");
    return ok;
}

/* "- text | claim" */
static bool option_line(struct reading *r, struct stop *s, const char *line, int lineno)
{
    const char *text = skip_blank(line) + 1, *bar = strrchr(line, '|');

    if (s->n_option == LESSON_OPTIONS)
        return fail_at(r->fail, r->file, lineno, "too many options: expected at most %d",
                       LESSON_OPTIONS);
    if (!bar)
        return fail_at(
            r->fail, r->file, lineno,
            "this option cannot be judged: expected - TEXT | CLAIM (or nothing after |)");
    struct option *o = &s->option[s->n_option++];
    char          *t = keep_text(r->keep, text, (size_t)(bar - text));
    *o               = (struct option){ .text = keep_trimmed(r->keep, t), .feedback = "" };
    if (!*o->text)
        return fail_at(r->fail, r->file, lineno,
                       "this option says nothing: expected - TEXT | CLAIM");
    o->sure       = !line_empty(bar + 1);
    o->claim.text = "";
    return !o->sure || event_claim(r, bar + 1, lineno, &o->claim);
}

static bool feedback_line(struct reading *r, struct stop *s, const char *line, int lineno)
{
    char        both[4 * LINE_BYTES];
    struct text t = text_into(both, sizeof both);

    if (s->n_option == 0 || (line[0] != ' ' && line[0] != '\t'))
        return fail_at(
            r->fail, r->file, lineno,
            "'%s' is not understood: expected when or at, ? QUESTION, - TEXT | CLAIM, or an "
            "indented line of feedback",
            line);
    struct option *o = &s->option[s->n_option - 1];
    text_add(&t, "%s%s%s", o->feedback, *o->feedback ? " " : "", skip_blank(line));
    o->feedback = keep_trimmed(r->keep, both);
    return true;
}

static bool ask_line(struct reading *r, struct stop *s, const char *line, int lineno, bool *when)
{
    const char *text = skip_blank(line);
    bool        is   = false;

    if (s->n_option == 0 && !moment_parse(r, line, lineno, s, &is))
        return false;
    if (is && *when)
        return fail_at(r->fail, r->file, lineno, "a question has one moment: expected ? QUESTION");
    *when |= is;
    if (is)
        return true;
    if (*text == '?' && !*s->question) {
        s->question = keep_trimmed(r->keep, text + 1);
        return true;
    }
    if (*text == '-' && text == line)
        return option_line(r, s, line, lineno);
    return feedback_line(r, s, line, lineno);
}

bool block_ask(struct reading *r, const struct item *block)
{
    struct stop *s = stop_add(r, STOP_ASK, block->line);
    struct lines l = lines_of(block);
    bool         ok, when = false;
    int          sure = 0;

    if (!s)
        return false;
    while (next_line(r, &l, &ok))
        if (!ask_line(r, s, l.buf, l.line, &when))
            return false;
    for (int i = 0; i < s->n_option; i++)
        sure += s->option[i].sure;
    if (!ok)
        return false;
    if (!when)
        return fail_at(r->fail, r->file, block->line,
                       "when is it asked? expected a line when MATCH, or at TIME");
    if (!*s->question)
        return fail_at(r->fail, r->file, block->line, "there is no question: expected ? QUESTION");
    if (sure < 2)
        return fail_at(r->fail, r->file, block->line,
                       "a question needs a choice: expected at least two lines - TEXT | CLAIM");
    return true;
}

static bool goal_line(struct reading *r, struct stop *s, const char *line, int lineno, bool *when)
{
    const char *text, *bar = strrchr(line, '|');
    bool        is;
    int         i = 0;

    if ((text = after(line, "goal"))) {
        if (!bar || line_empty(bar + 1))
            return fail_at(r->fail, r->file, lineno,
                           "this goal cannot be judged: expected goal "
                           "TEXT | CLAIM");
        char *t     = keep_text(r->keep, text, bar > text ? (size_t)(bar - text) : 0);
        s->question = keep_trimmed(r->keep, t);
        return event_claim(r, bar + 1, lineno, &s->goal);
    }
    if ((text = after(line, "hint"))) {
        while (i < 3 && *s->hint[i])
            i++;
        if (i == 3)
            return fail_at(r->fail, r->file, lineno, "too many hints: expected at most three");
        s->hint[i] = keep_trimmed(r->keep, text);
        return true;
    }
    if ((text = after(line, "solution"))) {
        struct cue *more = keep_bytes(r->keep, (size_t)(s->n_solution + 1) * sizeof *more);

        if (s->n_solution)
            memcpy(more, s->solution, (size_t)s->n_solution * sizeof *more);
        s->solution = more;
        return cue_parse(r, text, lineno, &more[s->n_solution++]);
    }
    if (!moment_parse(r, line, lineno, s, &is))
        return false;
    if (!is || *when)
        return fail_at(
            r->fail, r->file, lineno,
            "'%s' is not understood: expected when or at (once), goal TEXT | CLAIM, hint TEXT, "
            "or solution TIME COMMAND",
            line);
    return *when = true;
}

bool block_goal(struct reading *r, const struct item *block)
{
    struct stop *s = stop_add(r, STOP_GOAL, block->line);
    struct lines l = lines_of(block);
    bool         ok, when = false;

    if (!s)
        return false;
    while (next_line(r, &l, &ok))
        if (!goal_line(r, s, l.buf, l.line, &when))
            return false;
    if (!ok)
        return false;
    if (!*s->question)
        return fail_at(r->fail, r->file, block->line,
                       "there is no goal: expected goal TEXT | CLAIM");
    if (s->n_solution == 0)
        return fail_at(
            r->fail, r->file, block->line,
            "this goal cannot be checked: expected at least one line solution TIME COMMAND");
    if (!when) /* nothing said: when the story is over */
        s->at = r->part->until;
    return true;
}
