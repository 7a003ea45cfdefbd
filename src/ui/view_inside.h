/* SPDX-License-Identifier: MIT
 * view_inside.h - how the parts of the view call each other.  Not for other files.
 */
#ifndef FW_UI_VIEW_INSIDE_H
#define FW_UI_VIEW_INSIDE_H

#include "base/text.h"
#include "ui/glyph.h"
#include "ui/ladder.h"
#include "ui/layout.h"
#include "ui/model.h"
#include "ui/view.h"

/* What every part of the view looks at. */
struct look {
    const struct model   *m;
    const struct play    *p; /* of the play that is drawn */
    const struct part    *part;
    const struct world   *w;
    const struct journal *j;
    size_t                seen, sel;
    struct surface       *s;
    enum glyphs           g;
};

struct look look_at(const struct model *m, const struct play *p, struct surface *s);

/* -- One end of the conversation (view_host.c). ---------------------------------------------- */

enum { END_TIMERS = TIMER_COUNT };

struct end {
    uint32_t        host; /* 1-based */
    enum tcp_state  state;
    bool            any; /* there is, or was, a connection */
    bool            orphan, listening;
    bool            has_tcb; /* `tcb` may be read ... */
    bool            compact; /* ... but is only what the record of TIME_WAIT holds */
    struct tcb      tcb;
    struct endpoint local, remote;
    uint32_t        life;
    vtime           since;
    int             others; /* more connections on this host */
    uint32_t        recv_q, send_q;
};

struct end end_of(const struct world *w, uint32_t host);

/* The same, as it is told: once its connection is gone an end is CLOSED, although a listener
 * remains. */
/* Of several connections that one which the selected entry is about. */
struct end end_meant(const struct look *k, uint32_t host);
struct end end_shown(const struct look *k, uint32_t host);

/* The last change of state of that host which has been seen, or NULL. */
const struct entry *last_move(const struct look *k, uint32_t host);

/* The timers that run, the soonest first: fills at most TIMER_COUNT; returns how many. */
int end_timers(const struct end *e, int timer[TIMER_COUNT]);

void view_end_box(const struct look *k, struct rect in, uint32_t host, bool tall);
void view_end_line(const struct look *k, struct rect in, uint32_t host);

/* A bar of n cells, `left` of `whole` of it full. */
void view_gauge(const struct look *k, struct rect in, int row, int col, int n, vspan left,
                vspan whole);

/* -- Its program (view_app.c). --------------------------------------------------------------- */

/* The line that the program is at, or what it did or said last. */
bool view_app_text(const struct look *k, uint32_t host, struct text *out);
void view_app_line(const struct look *k, struct rect in, int row, uint32_t host);
/* "read() = 5", "read() timed out" */
void call_text(const struct entry *e, struct text *t);
/* "58.9 s", "120 ms" */
const char *left_text(vspan d, char *buf, size_t cap);

/* -- Parts of the story. --------------------------------------------------------------------- */

void view_title(const struct look *k, struct rect in);
void view_hints(const struct model *m, struct surface *s, struct rect in);
void view_link(const struct look *k, struct rect in);
void view_map(const struct look *k, struct rect in);
/* What stands in the middle, in the longest words that fit; "" when nothing does (view_box.c). */
void view_box_line(const struct look *k, int cols, char *buf, size_t cap);
/* All that it has and keeps, from that row on.  Returns the row below. */
int  view_box(const struct look *k, struct rect in, int row);
void delay_text(struct text *t, vspan d);
void view_tell(const struct look *k, struct rect in);
/* Is a question open, or just answered? */
bool view_tell_asks(const struct look *k);
/* The option of an open question that stands on that row of the screen, or -1. */
int  view_tell_hit(const struct look *k, struct rect in, int row);
int  view_tell_rows(const struct look *k, int cols);
void view_side(const struct look *k, struct rect in);
/* The ladder; with `need`, only count the rows that it could use. */
void               view_ladder(const struct look *k, struct rect in, int *need);
struct ladder_spec view_ladder_spec(const struct look *k, int cols);

/* The prose of the scene in which the telling stands. */
const char *view_scene(const struct look *k);

/* A line across with a name in it: "-- Why -------" and, at its right end, a note. */
void view_rule(const struct look *k, struct rect in, int row, const char *name, const char *note);
/* At the end of a row that had to be cut: so it is said. */
void view_cut(const struct look *k, struct rect in, int row, enum style st);
void view_frame(const struct look *k, struct rect in, enum style name_style, const char *name);

/* Does a rule of this outcome let things go on? */
enum style outcome_style(enum outcome o);
enum glyph outcome_glyph(enum outcome o);
/* The step that decided: the last that is not merely a check passed; SIZE_MAX: none. */
size_t deciding_step(const struct journal *j, const struct entry *e);
/* "RFC 9293 3.10.7.4, check 2" for "9293/3.10.7.4/2". */
const char *rfc_text(const char *rfc, char *buf, size_t cap);
/* Why a segment was lost, as a sentence. */
const char *cause_text(const struct entry *e, char *buf, size_t cap);
/* What no rule says of an entry: who sent what bears a host's name, why a call failed, that a queue
 * was full; "" when there is nothing of the kind. */
const char *sender_text(const struct look *k, const struct entry *e, char *buf, size_t cap);
/* What an entry is, in a few words. */
const char *entry_title(const struct look *k, size_t i, char *buf, size_t cap);

/* -- Panes: each draws its body and returns the rows that it would like. --------------------- */

int view_why(const struct look *k, struct rect in, int skip);
int view_bytes(const struct look *k, struct rect in, int skip);
int view_tcb(const struct look *k, struct rect in, int skip);
int view_timers(const struct look *k, struct rect in, int skip);
int view_diagram(const struct look *k, struct rect in, int skip);
/* "ss -tano" and so on: the command whose words are shown. */
const char *sockets_command(enum socket_words w);
/* Lines of a socket table, perhaps under a header, made to fit. */
enum { SS_LINE = 200 };
void sockets_align(char (*line)[SS_LINE], size_t lines, int cols);

int view_sockets(const struct look *k, struct rect in, int skip);
int view_log(const struct look *k, struct rect in, int skip);
int view_programs(const struct look *k, struct rect in, int skip);
int view_lesson(const struct look *k, struct rect in, int skip);
int view_branches(const struct look *k, struct rect in, int skip);
int view_help(const struct look *k, struct rect in, int skip);

void view_menu(const struct model *m, struct surface *s);
int  view_menu_hit(const struct model *m, int row, int col); /* entry, or -1 */
void view_story(const struct model *m, struct surface *s);
void view_compare(const struct model *m, struct surface *s);

/* What is clicked on in a lesson: an entry (SIZE_MAX: none) or an answer's key. */
size_t view_story_hit(const struct model *m, int row, int col, char key[16]);

#endif
