/* SPDX-License-Identifier: MIT
 * model.c - what can be asked of a model without changing it, and its beginning and end. */
#include "ui/model.h"

#include "ui/play.h"
#include "ui/update.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* About three steps a decade: from "watch one segment cross" to "let the hours go by". */
const struct speed speed_table[SPEEDS] = {
    { MSEC(10), "1/100x" }, { MSEC(20), "1/50x" }, { MSEC(50), "1/20x" }, { MSEC(100), "1/10x" },
    { MSEC(200), "1/5x" },  { MSEC(500), "1/2x" }, { SEC(1), "1x" },      { SEC(2), "2x" },
    { SEC(5), "5x" },       { SEC(10), "10x" },    { SEC(60), "60x" },    { SEC(300), "300x" },
    { SEC(1000), "1000x" },
};

enum { SPEED_FIRST = 2 }; /* a segment takes one second to cross a way of 50 ms */

void model_init(struct model *m, const struct catalogue *c)
{
    memset(m, 0, sizeof *m);
    m->screen             = SCREEN_MENU;
    m->rows               = 24;
    m->cols               = 80;
    m->catalogue          = c;
    m->progress.read_only = true; /* until somebody loads it: a test writes no files */
    m->speed              = SPEED_FIRST;
    m->anim               = true;
    m->fold               = true;
    m->has_colour         = true;
    m->glyphs             = GLYPHS_FULL;
    m->prompt.turn        = -1;
}

void model_leave(struct model *m)
{
    for (int i = 0; i < 2; i++)
        play_close(&m->play[i]);
    if (m->own_lesson)
        lesson_free(m->lesson);
    m->lesson     = NULL;
    m->own_lesson = false;
    m->plays      = 0;
    m->focus      = 0;
    m->playing    = false;
    m->spare      = 0;
    m->idle_until = 0;
    m->confirm    = 0;
    m->pane       = PANE_STORY;
    m->scroll     = 0;
    m->screen     = SCREEN_MENU;
}

void model_free(struct model *m) { model_leave(m); }

void model_open(struct model *m, struct lesson *l, bool own, int part)
{
    assert(l->n_part > 0);
    model_leave(m);
    m->lesson     = l;
    m->own_lesson = own;
    m->screen     = SCREEN_STORY;
    m->part_done  = 0;
    memset(m->part_right, 0, sizeof m->part_right);
    memset(m->part_asked, 0, sizeof m->part_asked);
    m->message[0] = '\0';
    if (part < 0 || part >= l->n_part)
        part = 0;
    play_open(&m->play[0], &l->part[part], part);
    m->plays   = 1;
    m->playing = play_until(m, &m->play[0]) == VTIME_NEVER; /* the sandbox waits for its player */
}

enum where model_where(const struct model *m)
{
    int k;

    if (m->prompt.kind)
        return WHERE_PROMPT;
    if (m->screen == SCREEN_MENU)
        return WHERE_MENU;
    /* A question has the keys only where it can be seen. */
    const struct stop *s = model_stop(m, &k);
    if (s && s->kind == STOP_ASK && m->pane == PANE_STORY && model_play(m)->answer[k] == -1)
        return WHERE_ASK;
    return WHERE_STORY;
}

const struct part *model_part(const struct model *m, const struct play *p)
{
    return &m->lesson->part[p->part];
}

int model_reached(const struct model *m, const struct play *p)
{
    return part_stops(model_part(m, p), history_journal(p->h), history_seen(p->h),
                      history_world(p->h)->now, NULL);
}

const struct stop *model_stop(const struct model *m, int *index)
{
    const struct play *p = model_play(m);

    if (m->screen != SCREEN_STORY || m->plays == 0)
        return NULL;
    if (model_reached(m, p) <= p->passed)
        return NULL;
    if (index)
        *index = p->passed;
    return &model_part(m, p)->stop[p->passed];
}

size_t model_selected(const struct model *m, const struct play *p)
{
    const struct journal *j    = history_journal(p->h);
    size_t                seen = history_seen(p->h);

    (void)m;
    if (p->selected < j->len)
        return p->selected;
    return seen > 0 ? seen - 1 : SIZE_MAX;
}

bool model_moving(const struct model *m)
{
    if (!m->playing || m->screen != SCREEN_STORY)
        return false;
    for (int i = 0; i < m->plays; i++)
        if (play_due(m, &m->play[i]) != VTIME_NEVER)
            return true;
    return false;
}
