/* SPDX-License-Identifier: MIT
 * update.c - keys to actions; the menu, the panes, selection, search. */
#include "ui/update.h"

#include "base/text.h"
#include "ui/prompt.h"
#include "ui/update_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SCROLL_MAX = 5000 };

/* -- Messages ----------------------------------------------------------------------- */

__attribute__((format(printf, 3, 0))) static void message(struct model *m, bool bad,
                                                          const char *fmt, va_list ap)
{
    char line[sizeof m->message];

    /* The arguments may lie in the message itself. */
    vsnprintf(line, sizeof line, fmt, ap);
    struct text t = text_into(m->message, sizeof m->message);
    text_add(&t, "%s", line);
    m->message_bad = bad;
}

void say(struct model *m, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    message(m, false, fmt, ap);
    va_end(ap);
}

void complain(struct model *m, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    message(m, true, fmt, ap);
    va_end(ap);
}

bool confirmed(struct model *m, const struct pressed *by, const char *fmt, ...)
{
    va_list ap;

    if (by->again)
        return true;
    m->confirm = (int)by->act;
    va_start(ap, fmt);
    message(m, false, fmt, ap);
    va_end(ap);
    return false;
}

/* -- Panes -------------------------------------------------------------------------- */

void go_pane(struct model *m, enum pane pane)
{
    m->pane   = pane;
    m->scroll = 0;
    if (pane == PANE_HELP) {
        m->filter[0] = '\0';
        prompt_open(&m->prompt, '?');
    }
}

static const struct {
    enum action act;
    enum pane   pane;
} pane_of[] = {
    { ACT_WHY, PANE_WHY },           { ACT_BYTES, PANE_BYTES },       { ACT_DIAGRAM, PANE_DIAGRAM },
    { ACT_SOCKETS, PANE_SOCKETS },   { ACT_TCB, PANE_TCB },           { ACT_TIMERS, PANE_TIMERS },
    { ACT_LOG, PANE_LOG },           { ACT_PROGRAMS, PANE_PROGRAMS }, { ACT_LESSON, PANE_LESSON },
    { ACT_BRANCHES, PANE_BRANCHES }, { ACT_HELP, PANE_HELP },
};

/* A pane's key opens it, and closes it again; the sockets' key changes their language first. */
static void do_pane(struct model *m, const struct pressed *by)
{
    for (size_t i = 0; i < sizeof pane_of / sizeof *pane_of; i++) {
        if (pane_of[i].act != by->act)
            continue;
        if (m->pane != pane_of[i].pane) {
            m->sockets = AS_SS;
            go_pane(m, pane_of[i].pane);
        } else if (m->pane == PANE_SOCKETS && m->sockets != AS_NETSTAT) {
            m->sockets++;
        } else {
            go_pane(m, PANE_STORY);
        }
    }
}

static void do_story(struct model *m, const struct pressed *by)
{
    struct play *p = model_play(m);

    (void)by;
    if (m->pane == PANE_STORY)
        p->selected = p->marked = SIZE_MAX;
    go_pane(m, PANE_STORY);
}

static bool pane_scrolls(enum pane p)
{
    return p == PANE_HELP || p == PANE_LESSON || p == PANE_PROGRAMS || p == PANE_DIAGRAM
           || p == PANE_SOCKETS || p == PANE_TIMERS || p == PANE_TCB;
}

static void scroll_by(struct model *m, int n)
{
    m->scroll += n;
    if (m->scroll < 0)
        m->scroll = 0;
    if (m->scroll > SCROLL_MAX)
        m->scroll = SCROLL_MAX;
}

static void do_scroll(struct model *m, const struct pressed *by)
{
    scroll_by(m, by->act == ACT_SCROLL_DOWN ? 1 : -1);
}

/* -- Selection and search ----------------------------------------------------------- */

static void select_by(struct model *m, int n)
{
    struct play *p    = model_play(m);
    size_t       seen = history_seen(p->h), len = history_journal(p->h)->len;
    size_t       at = model_selected(m, p);

    if (at == SIZE_MAX) {
        say(m, "Nothing has happened yet: Space plays, Right steps.");
        return;
    }
    if (n < 0 && at == 0) {
        say(m, "This is the first event.");
        return;
    }
    if (n > 0 && at + 1 >= len) {
        p->selected = SIZE_MAX;
        say(m, "This is the newest event.");
        return;
    }
    at          = n < 0 ? at - 1 : at + 1;
    p->selected = at + 1 == seen && seen == len ? SIZE_MAX : at;
}

static void do_select(struct model *m, const struct pressed *by)
{
    int n = by->act == ACT_UP ? -1 : 1;

    if (m->pane == PANE_BRANCHES)
        go_branch(m, history_branch(model_play(m)->h) + n);
    else if (pane_scrolls(m->pane))
        scroll_by(m, n);
    else
        select_by(m, n);
}

static void do_mark(struct model *m, const struct pressed *by)
{
    struct play *p  = model_play(m);
    size_t       at = model_selected(m, p);

    (void)by;
    if (at == SIZE_MAX) {
        complain(m, "Nothing has happened yet that could be marked.");
        return;
    }
    if (p->marked == at) {
        p->marked = SIZE_MAX;
        say(m, "The mark is gone.");
        return;
    }
    p->marked = at;
    say(m,
        "Marked. Select another event to see the time between them; m again takes the mark away.");
}

void go_find(struct model *m, int direction)
{
    struct play          *p = model_play(m);
    const struct journal *j = history_journal(p->h);
    size_t                n = history_seen(p->h), at = model_selected(m, p);
    char                  line[400];

    if (m->find[0] == '\0') {
        complain(m, "Nothing to find: type / and a word first.");
        return;
    }
    for (size_t i = 0; i < n && at != SIZE_MAX; i++) {
        size_t step = direction == 0 ? i : i + 1;
        size_t k    = direction < 0 ? (at + n - step) % n : (at + step) % n;
        if (at >= n) /* the selection lies in what is still to come */
            k = direction < 0 ? n - 1 - i : i;
        if (text_find(entry_text(history_world(p->h), j, &j->entry[k], line, sizeof line),
                      m->find)) {
            p->selected = k;
            return;
        }
    }
    complain(m, "\"%.60s\" does not occur in the event log.", m->find);
}

static void do_find(struct model *m, const struct pressed *by)
{
    if (by->act == ACT_SEARCH)
        prompt_open(&m->prompt, '/');
    else
        go_find(m, by->act == ACT_AGAIN ? 1 : -1);
}

/* -- Menu --------------------------------------------------------------------------- */

static int menu_entries(const struct model *m)
{
    return (m->catalogue ? m->catalogue->n : 0) + 1; /* the last one is the sandbox */
}

static void do_menu(struct model *m, const struct pressed *by)
{
    int last = menu_entries(m) - 1;

    if (m->pane == PANE_HELP && (by->act == ACT_MENU_UP || by->act == ACT_MENU_DOWN)) {
        scroll_by(m, by->act == ACT_MENU_UP ? -1 : 1);
        return;
    }
    switch (by->act) {
    case ACT_MENU_UP: m->menu = m->menu > 0 ? m->menu - 1 : last; break;
    case ACT_MENU_DOWN: m->menu = m->menu < last ? m->menu + 1 : 0; break;
    case ACT_MENU_HOME: m->menu = 0; break;
    case ACT_MENU_END: m->menu = last; break;
    default: break;
    }
}

static void do_menu_open(struct model *m, const struct pressed *by)
{
    char why[700];

    (void)by;
    if (m->pane == PANE_HELP) {
        go_pane(m, PANE_STORY);
        return;
    }
    if (m->menu >= menu_entries(m) - 1) {
        model_open(m, lesson_sandbox(PROFILE_RFC9293, 1), true, 0);
        return;
    }
    if (m->catalogue->lesson[m->menu] == NULL) {
        complain(m, "%s", fail_text(&m->catalogue->fail[m->menu], why, sizeof why));
        return;
    }
    model_open(m, m->catalogue->lesson[m->menu], false, 0);
}

/* -- The screen itself -------------------------------------------------------------- */

static void do_screen(struct model *m, const struct pressed *by)
{
    static const char *const colours[] = { "dark", "light", "none" };

    switch (by->act) {
    case ACT_ASCII:
        if (m->best == GLYPHS_ASCII) {
            complain(m,
                     "This terminal shows ASCII only (its locale is not UTF-8; --utf8 insists).");
            return;
        }
        m->glyphs = m->glyphs == GLYPHS_ASCII ? m->best : GLYPHS_ASCII;
        break;
    case ACT_COLOUR:
        if (!m->has_colour) {
            complain(m,
                     "This terminal has no colours, or NO_COLOR is set (--color=always insists).");
            return;
        }
        m->colours = (m->colours + 1) % (COLOURS_NONE + 1);
        say(m, "Colours: %s.", colours[m->colours]);
        break;
    case ACT_REDRAW: m->redraw = true; break;
    case ACT_FOLD:
        m->fold       = !m->fold;
        m->idle_until = 0;
        say(m, m->fold ? "Idle time is folded." : "Time is shown to scale.");
        break;
    case ACT_NOANIM:
        m->anim  = !m->anim;
        m->spare = 0;
        say(m, m->anim ? "Segments move." : "Event by event: nothing moves in between.");
        break;
    case ACT_PRESENTER:
        m->presenter = !m->presenter;
        say(m, m->presenter ? "Presenter: for an audience." : "Presenter: off.");
        break;
    default: break;
    }
}

static void do_quit(struct model *m, const struct pressed *by)
{
    if (by->act == ACT_EXIT)
        m->quit = true;
    else if (m->pane != PANE_STORY)
        go_pane(m, PANE_STORY);
    else if (m->screen == SCREEN_STORY && m->catalogue)
        model_leave(m);
    else
        m->quit = true;
}

static void do_prompt(struct model *m, const struct pressed *by)
{
    (void)by;
    prompt_open(&m->prompt, ':');
    offer_words(m);
}

/* -- Actions --------------------------------------------------------------------------------- */

static void (*const doing[ACT_COUNT])(struct model *m, const struct pressed *by) = {
    [ACT_PLAY]        = do_play,
    [ACT_STEP]        = do_step,
    [ACT_BACK]        = do_step,
    [ACT_NEXT_STATE]  = do_step,
    [ACT_PREV_STATE]  = do_step,
    [ACT_PREV_STOP]   = do_step,
    [ACT_NEXT_STOP]   = do_next_stop,
    [ACT_START]       = do_leap,
    [ACT_END]         = do_leap,
    [ACT_FASTER]      = do_speed,
    [ACT_SLOWER]      = do_speed,
    [ACT_SEEK]        = do_seek,
    [ACT_ANSWER]      = do_answer,
    [ACT_SKIP]        = do_skip,
    [ACT_HINT]        = do_hint,
    [ACT_WHY]         = do_pane,
    [ACT_BYTES]       = do_pane,
    [ACT_DIAGRAM]     = do_pane,
    [ACT_SOCKETS]     = do_pane,
    [ACT_TCB]         = do_pane,
    [ACT_TIMERS]      = do_pane,
    [ACT_LOG]         = do_pane,
    [ACT_PROGRAMS]    = do_pane,
    [ACT_LESSON]      = do_pane,
    [ACT_BRANCHES]    = do_pane,
    [ACT_HELP]        = do_pane,
    [ACT_STORY]       = do_story,
    [ACT_SCROLL_DOWN] = do_scroll,
    [ACT_SCROLL_UP]   = do_scroll,
    [ACT_UP]          = do_select,
    [ACT_DOWN]        = do_select,
    [ACT_MARK]        = do_mark,
    [ACT_SEARCH]      = do_find,
    [ACT_AGAIN]       = do_find,
    [ACT_AGAIN_BACK]  = do_find,
    [ACT_PROMPT]      = do_prompt,
    [ACT_DROP]        = do_packet,
    [ACT_DUP]         = do_packet,
    [ACT_DELAY]       = do_packet,
    [ACT_HOLD]        = do_packet,
    [ACT_CORRUPT]     = do_packet,
    [ACT_BOX]         = do_box,
    [ACT_CLOSE_A]     = do_hand,
    [ACT_CLOSE_B]     = do_hand,
    [ACT_SEND_A]      = do_hand,
    [ACT_SEND_B]      = do_hand,
    [ACT_READ_A]      = do_hand,
    [ACT_READ_B]      = do_hand,
    [ACT_SHUT_A]      = do_hand,
    [ACT_SHUT_B]      = do_hand,
    [ACT_ABORT_A]     = do_hand,
    [ACT_ABORT_B]     = do_hand,
    [ACT_CONNECT_A]   = do_hand,
    [ACT_CONNECT_B]   = do_hand,
    [ACT_UNDO]        = do_undo,
    [ACT_REDO]        = do_undo,
    [ACT_RESTART]     = do_restart,
    [ACT_PART]        = do_part,
    [ACT_COMPARE]     = do_compare,
    [ACT_FOCUS]       = do_focus,
    [ACT_FOLD]        = do_screen,
    [ACT_NOANIM]      = do_screen,
    [ACT_PRESENTER]   = do_screen,
    [ACT_ASCII]       = do_screen,
    [ACT_COLOUR]      = do_screen,
    [ACT_REDRAW]      = do_screen,
    [ACT_QUIT]        = do_quit,
    [ACT_EXIT]        = do_quit,
    [ACT_MENU_OPEN]   = do_menu_open,
    [ACT_MENU_UP]     = do_menu,
    [ACT_MENU_DOWN]   = do_menu,
    [ACT_MENU_HOME]   = do_menu,
    [ACT_MENU_END]    = do_menu,
};

void press(struct model *m, enum action a, const char *key, bool again)
{
    struct pressed by = { .act = a, .key = key, .again = again };

    if (doing[a])
        doing[a](m, &by);
}

/* -- The line being typed -------------------------------------------------------------------- */

/* The help pane is filtered as one types; the keys that opened it close it again, and q leaves as
 * everywhere. */
static void help_key(struct model *m, const char *key)
{
    enum action a = key_action(WHERE_PROMPT, key), row[ACT_COUNT];

    if (a == ACT_P_OLDER || a == ACT_P_NEWER) {
        scroll_by(m, a == ACT_P_OLDER ? -1 : 1);
        return;
    }
    if (key_among("PgUp PgDn", key)) {
        scroll_by(m, (key[2] == 'U' ? -1 : 1) * (m->rows > 8 ? m->rows - 6 : 2));
        return;
    }
    if (key_among("F1", key)
        || (m->prompt.len == 0 && (strcmp(key, "?") == 0 || strcmp(key, "q") == 0)))
        key = "Esc";
    switch (prompt_key(&m->prompt, key)) {
    case TYPED_LEFT: go_pane(m, PANE_STORY); return;
    case TYPED_DONE:
        /* One row is left and its key is live here: do it. */
        if (m->filter[0] && key_help(m->filter, row) == 1) {
            char        name[KEY_NAME];
            enum action live;
            go_pane(m, PANE_STORY);
            live = key_action(model_where(m), key_name(row[0], name));
            if (live == row[0])
                press(m, live, name, false);
        }
        return;
    case TYPED_MORE: break;
    }
    m->scroll = 0;
    memcpy(m->filter, m->prompt.text, sizeof m->filter);
}

static void prompt_line(struct model *m, const char *key)
{
    char kind = m->prompt.kind, line[PROMPT_BYTES];

    if (kind == '?') {
        help_key(m, key);
        return;
    }
    enum typed how = prompt_key(&m->prompt, key);
    if (how == TYPED_MORE && kind == ':' && m->prompt.turn < 0)
        offer_words(m);
    if (how != TYPED_DONE)
        return;
    memcpy(line, m->prompt.text, sizeof line);
    if (kind == ':') {
        update_command(m, line);
    } else if (line[0]) {
        memcpy(m->find, line, sizeof m->find);
        go_find(m, 0);
    }
}

void update_key(struct model *m, const char *key)
{
    enum action was = (enum action)m->confirm;

    m->message[0]  = '\0';
    m->message_bad = false;
    m->confirm     = 0;
    if (strncmp(key, "M-", 2) == 0) {
        mouse_key(m, key);
        return;
    }
    if (m->prompt.kind) {
        prompt_line(m, key);
        return;
    }
    enum action a = key_action(model_where(m), key);
    if (a == ACT_NONE) {
        say(m, "%.20s does nothing here; ? shows every key.", key);
        return;
    }
    press(m, a, key, a == was);
}

void update_resize(struct model *m, int rows, int cols)
{
    m->rows = rows < 1 ? 1 : rows > SURFACE_ROWS ? SURFACE_ROWS : rows;
    m->cols = cols < 1 ? 1 : cols > SURFACE_COLS ? SURFACE_COLS : cols;
}
