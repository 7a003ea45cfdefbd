/* SPDX-License-Identifier: MIT
 * update_time.c - playing, stepping, seeking: everything that moves in time, and questions. */
#include "ui/update_inside.h"

#include <string.h>

enum {
    TICK_MAX =
        250 * 1000, /* real us that one tick may count: a stopped process does not leap on waking */
    EVENT_PACE = 700 * 1000, /* real us for an event when nothing is animated */
};

static const vspan RATE_MAX = SEC(1000000); /* so that a product with TICK_MAX fits */

static vtime now(const struct play *p) { return history_world(p->h)->now; }

/* -- Goals, the end, progress ------------------------------------------------------- */

static bool in_catalogue(const struct model *m)
{
    for (int i = 0; m->catalogue && i < m->catalogue->n; i++)
        if (m->catalogue->lesson[i] == m->lesson)
            return true;
    return false;
}

static void note_progress(struct model *m, const struct play *p, bool over)
{
    const struct part *part  = model_part(m, p);
    unsigned           all   = (1u << m->lesson->n_part) - 1;
    int                right = 0, asked = 0;
    bool               goals = true;

    for (int k = 0; k < part->n_stop; k++) {
        if (part->stop[k].kind == STOP_GOAL)
            goals = goals && p->right[k] == 1;
        if (part->stop[k].kind != STOP_ASK || p->answer[k] < 0 || p->right[k] < 0
            || !part->stop[k].option[p->answer[k]].sure)
            continue;
        asked++;
        right += p->answer[k] == p->right[k];
    }
    m->part_right[p->part] = right;
    m->part_asked[p->part] = asked;
    if (over && goals)
        m->part_done |= 1u << p->part;
    right = asked = 0;
    for (int i = 0; i < LESSON_PARTS; i++) {
        right += m->part_right[i];
        asked += m->part_asked[i];
    }
    if (!in_catalogue(m))
        return; /* somebody's own file, or the sandbox: there is no row in the menu for it */
    int  row  = progress_find(&m->progress, m->lesson->id);
    bool done = m->part_done == all || (row >= 0 && m->progress.row[row].done);
    progress_note(&m->progress, m->lesson->id, done, right, asked);
    if (!m->progress.read_only && !progress_save(&m->progress))
        complain(m, "Your progress could not be saved.");
}

static void notice_goals(struct model *m, struct play *p)
{
    const struct part *part = model_part(m, p);
    int                which;

    for (int k = 0; k < part->n_stop; k++) {
        if (part->stop[k].kind != STOP_GOAL || p->right[k] == 1 || !play_goal_met(m, p, k))
            continue;
        p->right[k] = 1;
        p->met      = true;
        m->playing  = false;
        note_progress(m, p, true);
        if (model_onward(m, &which) != ONWARD_NOWHERE)
            tell_end(m, "You did it! ");
        else
            say(m, "You did it: the goal is reached. Space goes on.");
    }
}

void do_hint(struct model *m, const struct pressed *by)
{
    struct play *p = model_play(m);
    int          k = play_open_goal(m, p), n = 0;

    (void)by;
    if (k < 0) {
        say(m, "There is no goal to be reached now.");
        return;
    }
    const struct stop *s = &model_part(m, p)->stop[k];
    while (n < 3 && s->hint[n] && s->hint[n][0])
        n++;
    if (n == 0) {
        say(m, "There is no hint for this goal.");
        return;
    }
    say(m, "Hint %d of %d: %s", p->hints % n + 1, n, s->hint[p->hints % n]);
    p->hints++;
}

static void notice_end(struct model *m, struct play *p)
{
    if (p->ended || !play_over(m, p))
        return;
    p->ended = true;
    note_progress(m, p, true);
    for (int i = 0; i < m->plays; i++)
        if (!play_over(m, &m->play[i]))
            return; /* comparing: the other part goes on */
    m->playing = false;
    if (play_open_goal(m, p) >= 0)
        say(m, "Your turn: go back and make it happen.  G gives a hint.");
    else if (!m->message_bad && !p->met)
        tell_end(m, "");
}

/* Two parts are always at the same moment: the other one follows the one that has the keys. */
static void in_step(struct model *m)
{
    struct play *p = model_play(m), *other = &m->play[!m->focus];

    if (now(other) > now(p)) {
        play_seek(m, other, now(p));
    } else if (now(other) < now(p) && !play_halted(m, other)
               && play_run(m, other, now(p)) == WENT_STOP && !play_halted(m, p)) {
        m->focus   = !m->focus; /* whoever has something to say gets the keys */
        m->playing = false;
    }
    notice_goals(m, other);
    notice_end(m, other);
}

void moved(struct model *m)
{
    struct play *p = model_play(m);

    p->selected = SIZE_MAX;
    notice_goals(m, p);
    notice_end(m, p);
    if (m->plays == 2)
        in_step(m);
}

/* -- Real time passes --------------------------------------------------------------- */

/* Nothing moves for longer than a second of the watcher's time: let it pass in one. */
static vspan rate_now(struct model *m, vtime t)
{
    vspan rate = speed_table[m->speed].per_second;
    vtime next = VTIME_NEVER;

    for (int i = 0; i < m->plays; i++) {
        vtime n = play_due(m, &m->play[i]);
        next    = n < next ? n : next;
        if (play_in_flight(&m->play[i]))
            next = 0;
    }
    if (!m->fold || next == VTIME_NEVER || next <= t) {
        m->idle_until = 0;
        return rate;
    }
    if (m->idle_until != next) {
        m->idle_until = 0;
        if (next - t <= rate + rate / 5)
            return rate;
        m->idle_until = next;
        m->idle_rate  = next - t > RATE_MAX ? RATE_MAX : next - t;
    }
    return m->idle_rate > rate ? m->idle_rate : rate;
}

static void tick_motion(struct model *m, int64_t real_us)
{
    vtime t = 0, until, target;

    for (int i = 0; i < m->plays; i++)
        t = now(&m->play[i]) > t ? now(&m->play[i]) : t;
    target = t + real_us * rate_now(m, t) / SEC(1);
    if (m->idle_until && target > m->idle_until)
        target = m->idle_until;
    for (int i = 0; i < m->plays; i++) {
        until = play_until(m, &m->play[i]);
        if (!m->play[i].ended && t < until && target > until)
            target = until;
    }
    if (target == t) { /* so slow, or so soon, that not a microsecond has passed: keep the change */
        m->spare += real_us;
        if (m->spare < TICK_MAX)
            return;
    }
    m->spare = 0;
    for (int i = 0; i < m->plays && m->playing; i++)
        if (play_run(m, &m->play[i], target) == WENT_STOP) {
            m->focus   = i;
            m->playing = false;
        }
    if (m->plays == 2 && !m->playing)
        in_step(m);
    for (int i = 0; i < m->plays; i++) {
        play_rest(m, &m->play[i]);
        m->play[i].selected = SIZE_MAX;
        notice_goals(m, &m->play[i]);
        notice_end(m, &m->play[i]);
    }
}

static void tick_events(struct model *m, int64_t real_us)
{
    m->spare += real_us;
    if (m->spare < EVENT_PACE)
        return;
    m->spare = 0;
    if (play_step(m, model_play(m)) == WENT_STOP)
        m->playing = false;
    moved(m);
}

void update_tick(struct model *m, int64_t real_us)
{
    if (!model_moving(m)) {
        m->idle_until = 0;
        m->spare      = 0;
        return;
    }
    real_us = real_us < 0 ? 0 : real_us > TICK_MAX ? TICK_MAX : real_us;
    if (m->anim)
        tick_motion(m, real_us);
    else
        tick_events(m, real_us);
    if (!m->playing)
        m->idle_until = 0;
}

/* -- Play, step, go on ----------------------------------------------------------------------- */

static void nothing_due(struct model *m)
{
    say(m,
        play_in_flight(model_play(m)) || history_seen(model_play(m)->h) > 0
            ? "Nothing more happens by itself: act (c closes, 1 writes), or go back and try "
              "otherwise."
            : "Nothing happens by itself here: o connects, c closes, 1 writes; ? shows every key.");
}

/* Leave the stop at which the clock stands.  False when the other part has one of its own: it gets
 * the keys. */
static bool go_on(struct model *m)
{
    play_pass(m, model_play(m));
    if (play_halted(m, model_play(m)))
        return false; /* two stops at one moment */
    if (m->plays == 2 && play_halted(m, &m->play[!m->focus])) {
        m->focus = !m->focus;
        return false;
    }
    return true;
}

/* A question is left without an answer only by somebody who means it. */
static bool leave_question(struct model *m, const struct pressed *by)
{
    int                k;
    const struct stop *s = model_stop(m, &k);

    if (!s || s->kind != STOP_ASK || model_play(m)->answer[k] != -1)
        return true;
    return confirmed(m, by, "Take a guess: a to %c. (%s again goes on without an answer.)",
                     'a' + (s->n_option > 0 ? s->n_option - 1 : 0), by->key);
}

/* At the end it is said once more where to go from here. */
static void tell_end_again(struct model *m)
{
    int which;

    if (model_onward(m, &which) != ONWARD_NOWHERE)
        tell_end(m, "");
}

void do_play(struct model *m, const struct pressed *by)
{
    if (m->playing) {
        m->playing = false;
        return;
    }
    if (!leave_question(m, by) || !go_on(m))
        return;
    m->playing = true;
    m->spare   = 0;
    if (!model_moving(m)) {
        m->playing =
            play_until(m, model_play(m)) == VTIME_NEVER; /* the sandbox waits for its player */
        nothing_due(m);
        moved(m);
        tell_end_again(m);
    }
}

void do_next_stop(struct model *m, const struct pressed *by)
{
    struct play *p = model_play(m);

    if (go_onward(m))
        return;
    if (!m->playing && m->anim) {
        do_play(m, by);
        return;
    }
    m->playing = false;
    if (!leave_question(m, by) || !go_on(m))
        return;
    if (play_until(m, p) != VTIME_NEVER && play_due(m, p) <= play_until(m, p)) {
        play_run(m, p, play_until(m, p));
    } else {
        enum went went = play_step(m, p);
        if (went == WENT_NOWHERE)
            nothing_due(m);
    }
    moved(m);
    tell_end_again(m);
}

void do_step(struct model *m, const struct pressed *by)
{
    struct play *p    = model_play(m);
    enum went    went = WENT_ON;

    m->playing = false;
    if (by->act == ACT_STEP || by->act == ACT_NEXT_STATE) {
        if (!leave_question(m, by) || !go_on(m))
            return;
        went = by->act == ACT_STEP ? play_step(m, p) : play_next_state(m, p);
    } else if (by->act == ACT_BACK) {
        went = play_back(m, p);
    } else {
        went = by->act == ACT_PREV_STATE ? play_prev_state(m, p) : play_prev_stop(m, p);
    }
    moved(m);
    if (went != WENT_NOWHERE)
        return;
    if (by->act == ACT_STEP || by->act == ACT_NEXT_STATE)
        nothing_due(m);
    else
        say(m, "This is the beginning.");
}

void do_leap(struct model *m, const struct pressed *by)
{
    m->playing = false;
    if (by->act == ACT_END) {
        play_end(m, model_play(m));
        moved(m);
        return;
    }
    /* The story is told again from its beginning, stop by stop. */
    for (int i = 0; i < m->plays; i++) {
        play_start(m, &m->play[i]);
        m->play[i].passed = 0;
        play_settle(m, &m->play[i]);
    }
    moved(m);
}

void go_time(struct model *m, vtime t)
{
    m->playing = false;
    play_seek(m, model_play(m), t);
    moved(m);
}

void do_seek(struct model *m, const struct pressed *by)
{
    struct play *p  = model_play(m);
    size_t       at = model_selected(m, p);

    (void)by;
    if (at == SIZE_MAX) {
        say(m, "Nothing has happened yet.");
        return;
    }
    m->playing = false;
    play_seek_entry(m, p, at);
    moved(m);
}

void do_speed(struct model *m, const struct pressed *by)
{
    int to = m->speed + (by->act == ACT_FASTER ? 1 : -1);

    if (to < 0 || to >= SPEEDS) {
        say(m, to < 0 ? "It cannot be slower." : "It cannot be faster.");
        return;
    }
    m->speed      = to;
    m->idle_until = 0;
    say(m, "Speed: %s.", speed_table[to].text);
}

/* -- Questions ------------------------------------------------------------------------------- */

void do_skip(struct model *m, const struct pressed *by)
{
    struct pressed as = *by;

    as.act = ACT_SKIP;
    if (strcmp(by->key, "Right") != 0) {
        do_play(m, &as);
        return;
    }
    if (!leave_question(m, &as))
        return;
    as.act = ACT_STEP;
    play_pass(m, model_play(m));
    do_step(m, &as);
}

void do_answer(struct model *m, const struct pressed *by)
{
    int                k;
    struct play       *p = model_play(m);
    const struct stop *s = model_stop(m, &k);
    int                a = by->key[0] - 'a';

    if (!s || s->kind != STOP_ASK) {
        complain(m, "No question is open.");
        return;
    }
    if (a < 0 || a >= s->n_option) {
        complain(m, "Answer with a to %c.", 'a' + s->n_option - 1);
        return;
    }
    m->playing   = false;
    p->answer[k] = a;
    p->right[k]  = stop_answer(model_part(m, p), k, p->h);
    if (p->right[k] < 0)
        say(m, "After what you have changed, no single answer is right any more. Enter: watch.");
    else if (!s->option[a].sure)
        say(m, "Fair enough. Enter: watch what happens.");
    else if (a == p->right[k])
        say(m, "Right. Enter: watch it happen.");
    else if (m->presenter)
        say(m, "Not so. Enter: watch what happens.");
    else
        say(m, "No: it is %c. Enter: watch why.", 'a' + p->right[k]);
    m->message_bad = p->right[k] >= 0 && s->option[a].sure && a != p->right[k];
    note_progress(m, p, false);
}
