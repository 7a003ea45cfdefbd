/* SPDX-License-Identifier: MIT
 * model.h - what the screen shows: all that view() may look at, and nothing that it may change.
 *
 *      key, mouse, tick --> update(model, ...)      the only code that changes a model
 *      model, size      --> view(model, surface)    a function, and nothing else
 *
 * The model owns its histories; it borrows the catalogue.
 */
#ifndef FW_UI_MODEL_H
#define FW_UI_MODEL_H

#include "net/history.h"
#include "scenario/lesson.h"
#include "scenario/progress.h"
#include "ui/cell.h"

#include <stdio.h>

enum screen { SCREEN_MENU, SCREEN_STORY };

/* What fills the space below or beside the ladder; one key each. */
enum pane {
    PANE_STORY, /* ladder, narration, question, why of the selected event */
    PANE_WHY,
    PANE_BYTES,
    PANE_TCB,
    PANE_TIMERS,
    PANE_DIAGRAM,
    PANE_SOCKETS,
    PANE_LOG,
    PANE_PROGRAMS,
    PANE_LESSON,
    PANE_BRANCHES,
    PANE_HELP,
    PANE_COUNT
};

enum glyphs { GLYPHS_FULL, GLYPHS_NARROW, GLYPHS_ASCII };
enum colours { COLOURS_DARK, COLOURS_LIGHT, COLOURS_NONE };

/* Which keys are live. */
enum where { WHERE_ANY, WHERE_MENU, WHERE_STORY, WHERE_ASK, WHERE_PROMPT };

enum {
    PROMPT_BYTES   = 200,
    PROMPT_HISTORY = 50,
    SPEEDS         = 13, /* speed_table */
};

/* Virtual microseconds that pass in a real second, slow to fast; and how it is shown ("1/10x"). */
extern const struct speed {
    vspan       per_second;
    const char *text;
} speed_table[SPEEDS];

struct prompt {
    char text[PROMPT_BYTES];
    int  len, cursor; /* bytes */
    char past[PROMPT_HISTORY][PROMPT_BYTES];
    int  n_past, at;   /* at == n_past: the line being typed */
    char kind;         /* ':' a command, '/' a search, '?' the help filter; 0: no prompt */
    char offer[8][32]; /* completions shown */
    int  n_offer;
    int  turn;                /* the offer that Tab has put into the line, -1 none yet */
    char draft[PROMPT_BYTES]; /* the line being typed, while an older one is shown */
};

/* How the socket tables are shown: the key goes round. */
enum socket_words { AS_SS, AS_SS_I, AS_NETSTAT };

/* One part of a lesson being played. */
struct play {
    struct history *h;
    int             part;
    size_t          selected;             /* journal entry; SIZE_MAX follows the newest */
    size_t          marked;               /* SIZE_MAX is none */
    int             answer[LESSON_STOPS]; /* chosen option of stop k; -1 not yet, -2 skipped */
    int             right[LESSON_STOPS];  /* the right option, once asked for; -1 unknown */
    int             passed;               /* stops that the learner has gone on from */
    int             hints;                /* asked for */
    bool            ended;                /* the end of the story has been told of */
    bool            met;                  /* a goal has been reached, and told of */
};

struct model {
    enum screen screen;
    enum pane   pane;
    int         rows, cols;

    /* menu */
    const struct catalogue *catalogue;
    struct progress         progress;
    int                     menu; /* selected entry: 0 .. n-1 lessons, n the sandbox */

    /* story */
    struct lesson    *lesson;
    bool              own_lesson; /* to be freed with the model: not from the catalogue */
    struct play       play[2];    /* [1] only when comparing */
    int               plays;      /* 1 or 2 */
    int               focus;      /* 0 or 1: which of them has the keys */
    bool              playing;
    int               speed;      /* index into speed_table */
    bool              anim;       /* false: whole events, no motion */
    bool              fold;       /* idle time folded */
    enum socket_words sockets;    /* how the socket pane speaks */
    vspan             spare;      /* virtual time earned but not yet spent */
    vtime             idle_until; /* idle time is passed in fast motion until then; 0: it is not */
    vspan             idle_rate;  /* ... at so many virtual microseconds a real second */
    unsigned          part_done;  /* bits: parts whose end and goals were reached */
    int               part_right[LESSON_PARTS], part_asked[LESSON_PARTS];

    int           scroll;               /* of the pane */
    char          filter[PROMPT_BYTES]; /* of the help pane */
    char          find[PROMPT_BYTES];   /* last search */
    struct prompt prompt;
    char          message[400]; /* shown instead of the hints until the next key */
    bool          message_bad;
    int           confirm; /* enum action that wants its key once more, or 0 */

    enum glyphs  glyphs, best; /* drawn with; the best that the terminal can do */
    enum colours colours;
    bool         has_colour;
    bool         quit;
    bool         redraw; /* the terminal should be drawn afresh */
    bool         presenter;

    /* How a run is written to a file, "json", "pcapng" or "plain": ui does not know it, whoever
     * opens the screen does.  NULL: not at all. */
    void (*export)(FILE *f, const char *format, int part, const struct history *h);
};

/* Which keys are live now. */
enum where model_where(const struct model *m);

/* The play with the focus. */
static inline struct play *model_play(const struct model *m)
{
    return (struct play *)(uintptr_t)&m->play[m->focus];
}

/* The stop at which the clock stands and which has not been gone on from, or NULL. */
const struct stop *model_stop(const struct model *m, int *index);

/* The part that a play plays; how many of its stops have been reached. */
const struct part *model_part(const struct model *m, const struct play *p);
int                model_reached(const struct model *m, const struct play *p);

/* Where Enter leads once a story has been told: to a part of the lesson, or to a lesson of the
 * catalogue (*which), or to the sandbox. */
enum onward { ONWARD_NOWHERE, ONWARD_PART, ONWARD_LESSON, ONWARD_SANDBOX };
enum onward model_onward(const struct model *m, int *which);

/* Does the picture change as real time passes?  If not, nobody has to call update_tick(). */
bool model_moving(const struct model *m);

/* The selected entry's index (following the newest when nothing is selected), SIZE_MAX if none. */
size_t model_selected(const struct model *m, const struct play *p);

#endif
