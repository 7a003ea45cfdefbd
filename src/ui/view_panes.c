/* SPDX-License-Identifier: MIT
 * view_panes.c - panes that list: the event log, programs, the lesson's text, branches,
 * help.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "net/sock.h"
#include "scenario/program.h"
#include "scenario/verb.h"
#include "ui/keys.h"
#include "ui/update.h"

#include <string.h>

enum { LINE = 300 };

/* -- The event log. -------------------------------------------------------------------------- */

static void log_line(const struct look *k, struct rect in, int row, size_t i)
{
    const struct entry *e = &k->j->entry[i];
    char                line[LINE], text[LINE], now[32];
    struct text         t     = text_into(text, sizeof text);
    bool                moved = entry_moved(e) && e->after < TCP_STATES;
    enum style          st    = i >= k->seen             ? STYLE_FUTURE
                                : e->kind == EVENT_LOST  ? STYLE_LOST
                                : e->kind == EVENT_TIMER ? STYLE_TIMER
                                                         : STYLE_PLAIN;

    surface_printf(k->s, in, row, 0, STYLE_DIM, "%c%8s", i == k->p->marked ? '*' : ' ',
                   ladder_time(e->at, now, sizeof now));
    entry_text(k->w, k->j, e, line, sizeof line);
    /* Two blanks become one, and the change of state goes to the right, so that it is never cut
     * off. */
    for (const char *p = line; *p && !(moved && *p == ';'); p++)
        if (*p != ' ' || (p[1] != ' ' && p[1]))
            text_addn(&t, p, 1);
    int         w    = moved ? utf8_columns(tcp_state_name[e->after]) : 0;
    struct rect clip = { in.row, in.col, in.rows, in.cols - (w ? w + 2 : 0) };
    surface_text(k->s, clip, row, 10, st, text);
    if (utf8_columns(text) > clip.cols - 10)
        view_cut(k, clip, row, st);
    if (w)
        surface_text(k->s, in, row, in.cols - w, i >= k->seen ? STYLE_FUTURE : STYLE_STATE,
                     tcp_state_name[e->after]);
    if (i == k->sel) {
        surface_restyle(k->s, in, row, 0, in.cols, STYLE_SELECTED);
        surface_put(k->s, in, row, 0, STYLE_SELECTED, glyph(k->g, G_SELECT));
    }
    const char *hit = k->m->find[0] ? text_find(text, k->m->find) : NULL;
    if (hit) {
        char   before[LINE];
        size_t n = (size_t)(hit - text);
        memcpy(before, text, n);
        before[n] = '\0';
        surface_restyle(k->s, in, row, 10 + utf8_columns(before), utf8_columns(k->m->find),
                        STYLE_KEY);
    }
}

/* The log follows the selection. */
int view_log(const struct look *k, struct rect in, int skip)
{
    size_t top = 0;
    size_t sel = k->sel < k->j->len ? k->sel : 0;

    (void)skip;
    if (k->j->len == 0)
        surface_text(k->s, in, 0, 0, STYLE_DIM, "Nothing has happened yet.");
    if (in.rows > 0 && sel + 3 >= (size_t)in.rows)
        top = sel + 3 - (size_t)in.rows;
    if (in.rows > 0 && top + (size_t)in.rows > k->j->len)
        top = k->j->len > (size_t)in.rows ? k->j->len - (size_t)in.rows : 0;
    for (int r = 0; r < in.rows && top + (size_t)r < k->j->len; r++)
        log_line(k, in, r, top + (size_t)r);
    return in.rows;
}

/* -- Programs. ------------------------------------------------------------------------------- */

/* What this program's line last returned, "" if it has not. */
static void line_result(const struct look *k, uint32_t app, uint32_t line, struct text *t)
{
    for (size_t i = k->seen; i-- > 0;) {
        const struct entry *e = &k->j->entry[i];
        if (e->kind != EVENT_RESULT || e->app != app || e->pc != line)
            continue;
        if (e->op == OP_SLEEP || e->op == OP_LISTEN)
            return;
        if (e->value == -ERR_EDEADLINE)
            text_add(t, "timed out");
        else if (e->value < 0)
            text_add(t, "= %s", err_name((enum err)(-e->value)));
        else
            text_add(t, "= %d", e->value);
        return;
    }
}

static int program_of(const struct look *k, struct rect in, int row, uint32_t at)
{
    const struct app     *a     = world_app(k->w, at);
    const struct program *p     = &k->w->program[a->program - 1];
    struct names          names = names_of(k->w);
    char                  line[LINE], result[64];
    int                   first = row;

    surface_printf(k->s, in, row++, 0, a->host == 1 ? STYLE_CLIENT : STYLE_SERVER, "%s: %s%s",
                   k->w->host[a->host - 1].name, p->name,
                   a->state == APP_DONE       ? "  (ended)"
                   : a->state == APP_SLEEPING ? "  (sleeps)"
                   : a->state == APP_BLOCKED  ? "  (waits)"
                                              : "");
    for (uint32_t i = 0; i < p->count; i++, row++) {
        struct text t = text_into(line, sizeof line), r = text_into(result, sizeof result);
        bool        cur = a->state != APP_DONE && a->pc == i;
        op_text(world_op(k->w, p->first + i), &names, &t);
        line_result(k, at, world_op(k->w, p->first + i)->line, &r);
        int w = utf8_columns(result);
        if (cur)
            surface_put(k->s, in, row, 0, STYLE_CURRENT, glyph(k->g, G_SELECT));
        struct rect clip = { in.row, in.col, in.rows, in.cols - (w ? w + 1 : 0) };
        surface_printf(k->s, in, row, 2, STYLE_DIM, "%2u", i + 1);
        surface_text(k->s, clip, row, 5, cur ? STYLE_CURRENT : STYLE_APP, line);
        surface_text(k->s, in, row, in.cols - w,
                     strchr(result, 'E') || result[0] == 't' ? STYLE_BAD : STYLE_GOOD, result);
    }
    return row - first;
}

static int printed_by(const struct look *k, struct rect in, int row, uint32_t host)
{
    char line[LINE];
    int  first = row;

    for (size_t i = 0; i < k->seen; i++) {
        const struct entry *e = &k->j->entry[i];
        if (e->kind != EVENT_PRINT || e->host != host)
            continue;
        if (row == first)
            surface_text(k->s, in, row++, 0, STYLE_DIM, "has printed:");
        journal_text(k->j, e, line, sizeof line);
        row += surface_prose(k->s, (struct rect){ in.row, in.col + 2, in.rows, in.cols - 2 }, row,
                             0, STYLE_PLAIN, line);
    }
    return row - first;
}

int view_programs(const struct look *k, struct rect in, int skip)
{
    int half = (in.cols - 1) / 2, want = 0;

    for (uint32_t h = 1; h <= 2 && h <= k->w->hosts; h++) {
        struct rect side = { in.row, in.col + (h == 2 ? half + 1 : 0), in.rows, half - 1 };
        int         row  = -skip;
        bool        any  = false;
        for (uint32_t i = k->w->host[h - 1].apps, n = 0; i && n < 100; n++) {
            const struct app *a = world_app(k->w, i);
            if (a->program) {
                row += program_of(k, side, row, i) + 1;
                any = true;
            }
            i = a->next;
        }
        row += printed_by(k, side, row, h);
        if (!any && row == -skip) {
            surface_printf(k->s, side, row++, 0, h == 1 ? STYLE_CLIENT : STYLE_SERVER, "%s",
                           k->w->host[h - 1].name);
            row += surface_prose(k->s, side, row, 0, STYLE_DIM,
                                 "runs no program: it does what you tell it.");
        }
        want = row + skip > want ? row + skip : want;
    }
    for (int r = 0; r < in.rows && r < want - skip; r++)
        surface_put(k->s, in, r, half - 1, STYLE_BORDER, glyph(k->g, G_VLINE));
    return want;
}

/* -- The lesson's text. ---------------------------------------------------------------------- */

/* Text scrolled by rows that may be above the rect: returns the rows it takes in all. */
static int scrolled(const struct look *k, struct rect in, int row, enum style st, const char *text)
{
    int n = prose_rows(text, in.cols);

    if (row >= 0)
        surface_prose(k->s, in, row, 0, st, text);
    else if (row + n > 0)
        surface_prose(k->s, in, 0, -row, st, text);
    return n;
}

static int lesson_stop(const struct look *k, struct rect in, int row, int i)
{
    const struct stop *s     = &k->part->stop[i];
    int                first = row;
    char               line[LINE];

    if (s->kind == STOP_ASK) {
        row += scrolled(k, in, row, STYLE_ASK, s->question) + 0;
        for (int o = 0; o < s->n_option; o++) {
            struct text t = text_into(line, sizeof line);
            text_add(&t, "%c) %s", 'a' + o, s->option[o].text);
            enum style st = k->p->answer[i] == -1  ? STYLE_PLAIN
                            : o == k->p->right[i]  ? STYLE_GOOD
                            : o == k->p->answer[i] ? STYLE_BAD
                                                   : STYLE_DIM;
            row += scrolled(k, (struct rect){ in.row, in.col + 2, in.rows, in.cols - 2 }, row, st,
                            line);
        }
        row++;
    } else if (s->kind == STOP_GOAL) {
        row += scrolled(k, in, row, STYLE_ASK,
                        s->question && s->question[0] ? s->question
                        : s->goal.text                ? s->goal.text
                                                      : "");
        row++;
    }
    if (s->after && s->after[0])
        row += scrolled(k, in, row, STYLE_PLAIN, s->after) + 1;
    return row - first;
}

int view_lesson(const struct look *k, struct rect in, int skip)
{
    const struct lesson *l    = k->m->lesson;
    int                  row  = -skip;
    struct rect          page = in;
    char                 line[LINE];
    struct text          t = text_into(line, sizeof line);

    if (page.cols > 76) /* longer lines are hard to read */
        page.cols = 76;
    row += scrolled(k, page, row, STYLE_TITLE, l->title);
    if (l->summary && l->summary[0])
        row += scrolled(k, page, row, STYLE_DIM, l->summary);
    row++;
    if (k->part->title[0])
        row += scrolled(k, page, row, STYLE_TITLE, k->part->title) + 1;
    if (k->part->before && k->part->before[0])
        row += scrolled(k, page, row, STYLE_PLAIN, k->part->before) + 1;
    for (int i = 0; i < k->part->n_stop; i++)
        row += lesson_stop(k, page, row, i);
    if (l->see && l->see[0]) {
        row += scrolled(k, page, row, STYLE_TITLE, "See it on a real machine");
        row += scrolled(k, page, row, STYLE_CODE, l->see) + 1;
    }
    if (l->rfc && l->rfc[0]) {
        text_add(&t, "RFC %s", l->rfc);
        row += scrolled(k, page, row, STYLE_DIM, line);
    }
    return row + skip;
}

/* -- Branches. ------------------------------------------------------------------------------- */

int view_branches(const struct look *k, struct rect in, int skip)
{
    int n = history_branches(k->p->h), cur = history_branch(k->p->h), row = -skip;

    row += scrolled(
        k, in, row, STYLE_DIM,
        "Whatever you try after going back begins a branch; none is lost. Up and Down go to "
        "another one.");
    row++;
    for (int b = 0; b < n; b++) {
        struct branch_info i = history_branch_info(k->p->h, b);
        char               fork[32], end[32];
        int                depth = 0, up = b;
        while (up > 0 && depth < 8) {
            up = history_branch_info(k->p->h, up).parent;
            depth++;
        }
        enum style st = b == cur ? STYLE_SELECTED : STYLE_PLAIN;
        ladder_time(i.fork_at, fork, sizeof fork);
        ladder_time(i.end_at, end, sizeof end);
        surface_put(k->s, in, row, 0, st, b == cur ? glyph(k->g, G_SELECT) : ' ');
        if (b == 0)
            surface_printf(k->s, in, row, 2, st, "the story as it is told: to %s s, %zu action%s",
                           end, i.deeds, i.deeds == 1 ? "" : "s");
        else
            surface_printf(k->s, in, row, 2 + 2 * depth, st,
                           "branch %d: left branch %d at %s s, goes to %s s, %zu action%s", b,
                           i.parent, fork, end, i.deeds, i.deeds == 1 ? "" : "s");
        row++;
    }
    row++;
    size_t       d     = history_deeds(k->p->h);
    struct names names = names_of(k->w);
    if (d)
        surface_text(k->s, in, row++, 0, STYLE_TITLE, "What was done on this branch");
    for (size_t i = 0; i < d; i++, row++) {
        const struct deed *x = history_deed(k->p->h, i);
        char               line[LINE], at[32];
        struct text        t = text_into(line, sizeof line);
        command_text(&x->cmd, &names, &t);
        surface_printf(k->s, in, row, 2, STYLE_PLAIN, "%s  %s", ladder_time(x->at, at, sizeof at),
                       line);
    }
    return row + skip;
}

/* -- Help. ----------------------------------------------------------------------------------- */

int view_help(const struct look *k, struct rect in, int skip)
{
    enum action act[ACT_COUNT];
    const char *filter = k->m->prompt.kind == '?' ? k->m->prompt.text : k->m->filter;
    size_t      n      = key_help(filter, act);
    int         row = -skip, keys = in.cols >= 60 ? 22 : 12, names = in.cols >= 76 ? 11 : 0;
    int         place = -1;

    for (size_t i = 0; i < n; i++) {
        const struct key_info *x = &key_table[act[i]];
        if ((int)x->where != place) {
            if (place >= 0)
                row++;
            surface_text(k->s, in, row++, 0, STYLE_TITLE, key_place(x->where));
            place = (int)x->where;
        }
        surface_text(k->s, (struct rect){ in.row, in.col, in.rows, keys }, row, 1, STYLE_KEY,
                     x->keys);
        if (names && x->command[0])
            surface_printf(k->s, in, row, keys, STYLE_CODE, ":%s", x->command);
        struct rect help = { in.row, in.col + keys + names, in.rows, in.cols - keys - names };
        row += scrolled(k, help, row, STYLE_PLAIN, x->help);
    }
    int       names_end = keys + names;
    const int before    = row;
    struct row_of_help {
        const char *name, *args, *help;
    } x;
    for (size_t i = 0; i < verb_count + ui_commands; i++) {
        if (i < ui_commands)
            x = (struct row_of_help){ ui_command[i].name, ui_command[i].args, ui_command[i].help };
        else if (verb_table[i - ui_commands].where & VERB_SCREEN)
            x = (struct row_of_help){ verb_table[i - ui_commands].name,
                                      verb_table[i - ui_commands].args,
                                      verb_table[i - ui_commands].help };
        else
            continue;
        if (filter[0] && !text_find(x.name, filter) && !text_find(x.help, filter))
            continue;
        if (row == before) {
            row += n > 0;
            surface_text(k->s, in, row++, 0, STYLE_TITLE, "Commands, after `:`");
        }
        surface_printf(k->s, in, row, 1, STYLE_KEY, "%s %s", x.name, x.args);
        if (utf8_columns(x.name) + utf8_columns(x.args) + 3 > names_end)
            row++;
        struct rect help = { in.row, in.col + names_end, in.rows, in.cols - names_end };
        row += scrolled(k, help, row, STYLE_PLAIN, x.help);
    }
    if (n == 0 && row == before)
        surface_text(k->s, in, 0, 0, STYLE_DIM, "No key and no command has to do with that.");
    return row + skip;
}
