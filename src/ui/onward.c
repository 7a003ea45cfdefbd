/* SPDX-License-Identifier: MIT
 * onward.c - where a story that has been told leads: its next part, the next lesson. */
#include "base/text.h"
#include "ui/play.h"
#include "ui/update_inside.h"

int play_open_goal(const struct model *m, const struct play *p)
{
    const struct part *part = model_part(m, p);

    for (int k = 0; k < part->n_stop; k++)
        if (part->stop[k].kind == STOP_GOAL && p->right[k] != 1)
            return k;
    return -1;
}

/* Nothing is left to be told.  Whoever has reached the goal need not wait until its clocks have run
 * out. */
static bool told(const struct model *m, const struct play *p)
{
    const struct part *part = model_part(m, p);
    bool               goal = false;

    if (!p->ended && !p->met)
        return false;
    for (int k = 0; k < part->n_stop; k++)
        goal = goal || part->stop[k].kind == STOP_GOAL;
    if (play_open_goal(m, p) >= 0)
        return false;
    return play_over(m, p) || (goal && p->met && model_reached(m, p) == part->n_stop);
}

static int entry_of_lesson(const struct model *m)
{
    for (int i = 0; m->catalogue && i < m->catalogue->n; i++)
        if (m->catalogue->lesson[i] == m->lesson)
            return i;
    return -1;
}

enum onward model_onward(const struct model *m, int *which)
{
    int last = 0, i;

    *which = 0;
    if (m->screen != SCREEN_STORY || m->playing)
        return ONWARD_NOWHERE;
    for (i = 0; i < m->plays; i++) {
        if (!told(m, &m->play[i]))
            return ONWARD_NOWHERE;
        last = m->play[i].part > last ? m->play[i].part : last;
    }
    if (last + 1 < m->lesson->n_part) {
        *which = last + 1;
        return ONWARD_PART;
    }
    if ((i = entry_of_lesson(m)) < 0)
        return ONWARD_NOWHERE; /* somebody's own lesson: nobody knows what follows it */
    for (i++; i < m->catalogue->n; i++)
        if (m->catalogue->lesson[i]) {
            *which = i;
            return ONWARD_LESSON;
        }
    return ONWARD_SANDBOX;
}

void tell_end(struct model *m, const char *before)
{
    const struct part *part = m->lesson->part;
    int                at   = model_play(m)->part + 1, which;

    switch (model_onward(m, &which)) {
    case ONWARD_PART:
        say(m, "%sEnd of part %d of %d. Enter: part %d%s%s", before, at, m->lesson->n_part,
            which + 1, part[which].title[0] ? ", " : "", part[which].title);
        break;
    case ONWARD_LESSON:
        say(m, "%sThe end of the lesson: Enter for the next one (%d %s), q for the menu.", before,
            which + 1, m->catalogue->lesson[which]->title);
        break;
    case ONWARD_SANDBOX:
        say(m, "%sThe end of the last lesson: Enter for the sandbox, q for the menu.", before);
        break;
    case ONWARD_NOWHERE:
        say(m, "%sThe end of the story. Go back and try otherwise, or q to leave.", before);
        break;
    }
}

bool go_onward(struct model *m)
{
    int which;

    switch (model_onward(m, &which)) {
    case ONWARD_NOWHERE: return false;
    case ONWARD_PART:
        if (m->plays == 2)
            press(m, ACT_COMPARE, "C", false);
        go_part(m, which);
        break;
    case ONWARD_LESSON:
        m->menu = which;
        model_open(m, m->catalogue->lesson[which], false, 0);
        break;
    case ONWARD_SANDBOX:
        m->menu = m->catalogue->n;
        model_open(m, lesson_sandbox(PROFILE_RFC9293, 1), true, 0);
        break;
    }
    return true;
}
