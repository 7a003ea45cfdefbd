/* SPDX-License-Identifier: MIT
 * view_words.c - small pieces that several panes use.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "net/sock.h"

#include <stdlib.h>
#include <string.h>

/* While nothing is selected the newest moment is told of: of its entries the one with most to say,
 * a change of state before anything else. */
static size_t told(const struct look *k, size_t newest)
{
    size_t best = newest;
    int    rank = -1;

    if (newest >= k->j->len || k->p->selected < k->j->len)
        return newest;
    for (size_t i = newest; i != SIZE_MAX && k->j->entry[i].at == k->j->entry[newest].at; i--) {
        const struct entry *e = &k->j->entry[i];
        int                 r = (ladder_moved(e) ? 2 : 0) + (e->n_step ? 1 : 0);
        if (r > rank) {
            best = i;
            rank = r;
        }
    }
    return best;
}

struct look look_at(const struct model *m, const struct play *p, struct surface *s)
{
    struct look k = { .m = m, .p = p, .s = s, .g = m->glyphs };

    k.part = model_part(m, p);
    k.w    = history_world(p->h);
    k.j    = history_journal(p->h);
    k.seen = history_seen(p->h);
    k.sel  = told(&k, model_selected(m, p));
    return k;
}

void view_rule(const struct look *k, struct rect in, int row, const char *name, const char *note)
{
    int n = utf8_columns(note);

    for (int c = 0; c < in.cols; c++)
        surface_put(k->s, in, row, c, STYLE_BORDER, glyph(k->g, G_HLINE));
    if (name[0]) {
        surface_put(k->s, in, row, 2, STYLE_PLAIN, ' ');
        int w = surface_text(k->s, in, row, 3, STYLE_TITLE, name);
        surface_put(k->s, in, row, 3 + w, STYLE_PLAIN, ' ');
        if (3 + w + n + 6 > in.cols)
            return;
    }
    if (n) {
        surface_put(k->s, in, row, in.cols - n - 4, STYLE_PLAIN, ' ');
        surface_text(k->s, in, row, in.cols - n - 3, STYLE_DIM, note);
        surface_put(k->s, in, row, in.cols - 3, STYLE_PLAIN, ' ');
    }
}

void view_cut(const struct look *k, struct rect in, int row, enum style st)
{
    const char *end = k->g == GLYPHS_ASCII ? "..." : glyph_text(k->g, G_ELLIPSIS);

    surface_text(k->s, in, row, in.cols - utf8_columns(end), st, end);
}

void view_frame(const struct look *k, struct rect in, enum style name_style, const char *name)
{
    int r = in.rows - 1, c = in.cols - 1;

    if (r < 1 || c < 1)
        return;
    for (int i = 1; i < c; i++) {
        surface_put(k->s, in, 0, i, STYLE_BORDER, glyph(k->g, G_HLINE));
        surface_put(k->s, in, r, i, STYLE_BORDER, glyph(k->g, G_HLINE));
    }
    for (int i = 1; i < r; i++) {
        surface_put(k->s, in, i, 0, STYLE_BORDER, glyph(k->g, G_VLINE));
        surface_put(k->s, in, i, c, STYLE_BORDER, glyph(k->g, G_VLINE));
    }
    surface_put(k->s, in, 0, 0, STYLE_BORDER, glyph(k->g, G_TOP_LEFT));
    surface_put(k->s, in, 0, c, STYLE_BORDER, glyph(k->g, G_TOP_RIGHT));
    surface_put(k->s, in, r, 0, STYLE_BORDER, glyph(k->g, G_BOT_LEFT));
    surface_put(k->s, in, r, c, STYLE_BORDER, glyph(k->g, G_BOT_RIGHT));
    if (name[0]) {
        struct rect clip = { in.row, in.col + 1, 1, in.cols - 2 };
        surface_printf(k->s, clip, 0, 1, name_style, " %s ", name);
    }
}

/* -- Rules and entries in words. ------------------------------------------------------------- */

enum style outcome_style(enum outcome o)
{
    switch (o) {
    case GO:
    case SEND:
    case MOVE: return STYLE_GOOD;
    case DROP:
    case REPLY:
    case ERR: return STYLE_BAD;
    case NOTE: break;
    }
    return STYLE_DIM;
}

enum glyph outcome_glyph(enum outcome o)
{
    switch (o) {
    case GO: return G_YES;
    case SEND: return G_TO_RIGHT;
    case MOVE: return G_MOVE;
    case DROP:
    case ERR: return G_NO;
    case REPLY: return G_TO_LEFT;
    case NOTE: break;
    }
    return G_VLINE;
}

/* A check that was passed because what it looks for is not there. */
static bool says_nothing(const struct rule_info *r)
{
    static const char *const end[] = { ".absent", ".none", ".skipped", ".ok" };
    size_t                   n     = strlen(r->slug);

    for (int i = 0; i < 4; i++) {
        size_t m = strlen(end[i]);
        if (n > m && strcmp(r->slug + n - m, end[i]) == 0)
            return true;
    }
    return false;
}

size_t deciding_step(const struct journal *j, const struct entry *e)
{
    size_t best = SIZE_MAX;
    int    rank = 0;

    for (size_t i = e->step; i < (size_t)e->step + e->n_step && i < j->n_step; i++) {
        if (j->step[i].rule >= RULE_COUNT)
            continue;
        /* A move or a refusal says more than why something is sent, that more than a passed check.
         */
        enum outcome o = rule_table[j->step[i].rule].outcome;
        int          r = o == SEND   ? 2
                         : o == NOTE ? 0
                         : o == GO   ? !says_nothing(&rule_table[j->step[i].rule])
                                     : 3;
        if (r >= rank) {
            best = i;
            rank = r;
        }
    }
    return best;
}

const char *rfc_text(const char *rfc, char *buf, size_t cap)
{
    struct text t     = text_into(buf, cap);
    const char *slash = strchr(rfc, '/');

    if (rfc[0] < '0' || rfc[0] > '9' || !slash) {
        text_add(&t, "%s", rfc);
        return buf;
    }
    const char *check = strchr(slash + 1, '/');
    text_add(&t, "RFC %.*s %.*s", (int)(slash - rfc), rfc,
             (int)(check ? check - slash - 1 : (long)strlen(slash + 1)), slash + 1);
    if (check)
        text_add(&t, ", check %s", check + 1);
    return buf;
}

const char *cause_text(const struct entry *e, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);
    char        what[120];

    static const char *const why[] = {
        [CAUSE_NONE]   = "the segment died on the way",
        [CAUSE_CHANCE] = "the path lost it by chance: TCP is not told",
        [CAUSE_PERSON] = "you dropped it: TCP is not told",
        [CAUSE_ARMED]  = "a fault set beforehand dropped it: TCP is not told",
        [CAUSE_QUEUE]  = "the queue of the path was full: TCP is not told",
        [CAUSE_CUT]    = "the path is cut: nothing passes, and TCP is not told",
        [CAUSE_DOWN]   = "nobody is there: the host is down",
        [CAUSE_SCRIPT] = "the story drops it here: TCP is not told",
        [CAUSE_BOX]    = "a box on the way keeps it: ",
    };

    text_add(&t, "%s%s", why[e->cause < sizeof why / sizeof why[0] ? e->cause : 0],
             box_text(e, what, sizeof what));
    return buf;
}

const char *sender_text(const struct look *k, const struct entry *e, char *buf, size_t cap)
{
    struct text t    = text_into(buf, cap);
    const char *name = e->host && e->host <= k->w->hosts ? k->w->host[e->host - 1].name : "?";

    if (*backlog_text(e)) {
        text_add(&t, "%s", backlog_text(e));
        return buf;
    }
    if (e->kind == EVENT_RESULT && e->value < 0) {
        enum err err = (enum err) - e->value;

        if (err == ERR_EDEADLINE) /* no system has such a name */
            text_add(&t, "the call %s() fails: %s", op_name[e->op], err_text(err));
        else
            text_add(&t, "the call %s() fails with %s: %s", op_name[e->op], err_name(err),
                     err_text(err));
    }
    if (e->kind != EVENT_SENT || !e->cause)
        return buf;
    if (e->by_box && entry_icmp(e)) {
        char at[48];

        entry_source(k->j, e, at, sizeof at);
        text_add(&t, "the box on the way says so, from an address of its own%s%s", *at ? ", " : "",
                 at);
    } else if (e->cause == CAUSE_BOX)
        text_add(
            &t,
            e->parent
                ? "the box on the way answers, in the name of the %s, which knows nothing of it"
                : "the box on the way has forgotten the connection and tells both ends, each "
                  "in the other's name: the %s knows nothing of it",
            name);
    else
        text_add(&t, "%s forged it: it is not the %s that sends it",
                 e->cause == CAUSE_SCRIPT ? "the story" : "you", name);
    return buf;
}

const char *entry_title(const struct look *k, size_t i, char *buf, size_t cap)
{
    struct text         t = text_into(buf, cap);
    struct ladder_label f;
    enum style          st;

    if (i >= k->j->len)
        return buf;
    const struct entry *e    = &k->j->entry[i];
    const char         *name = e->kind == EVENT_SENT && e->cause == CAUSE_BOX ? "box"
                               : e->host && e->host <= k->w->hosts ? k->w->host[e->host - 1].name
                                                                   : "";
    text_add(&t, "%s%s", name, name[0] ? " " : "");
    switch (e->kind) {
    case EVENT_SENT:
    case EVENT_ARRIVED:
    case EVENT_LOST:
    case EVENT_BAD:
    case EVENT_DUPED:
    case EVENT_HELD:
    case EVENT_RELEASED:
    case EVENT_ALTERED:
        f = ladder_label_of(k->j, e, e->kind == EVENT_DUPED);
        if (e->kind == EVENT_SENT || e->kind == EVENT_ARRIVED)
            text_add(&t, "%s %s", e->kind == EVENT_SENT ? "sends" : "gets", f.text[1]);
        else
            text_add(&t, "%s %s", f.text[1], event_name[e->kind]);
        break;
    case EVENT_CALL:
    case EVENT_RESULT:
        if (ladder_say(e, &f, &st))
            text_add(&t, "%s", f.text[0]);
        else
            text_add(&t, e->kind == EVENT_CALL ? "%s()" : "%s() returns %d",
                     op_name[e->op < OP_COUNT ? e->op : 0], e->value);
        break;
    case EVENT_TIMER:
        text_add(&t, "%s expires", tcp_timer_name[e->timer < TIMER_COUNT ? e->timer : 0]);
        break;
    default: text_add(&t, "%s", e->kind < EVENT_KINDS ? event_name[e->kind] : ""); break;
    }
    return buf;
}

struct ladder_spec view_ladder_spec(const struct look *k, int cols)
{
    struct ladder_spec sp = { .j = k->j, .seen = k->seen, .now = k->w->now, .cols = cols };

    sp.height =
        k->m->rows - 9; /* not the rows that the ladder has just now: the scale must not change */
    sp.fold     = k->m->fold;
    sp.chatty   = k->m->rows >= 34 && cols >= 100;
    sp.selected = k->p->selected < k->j->len ? k->p->selected : SIZE_MAX;
    sp.marked   = k->p->marked;
    sp.glyphs   = k->g;
    sp.delay    = k->part->setup.path[0][1].delay;
    sp.boxes    = ladder_boxes(&k->part->setup);
    for (uint32_t h = 0; h < k->w->hosts; h++)
        sp.name[h] = k->w->host[h].name;
    return sp;
}
