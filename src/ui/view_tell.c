/* SPDX-License-Identifier: MIT
 * view_tell.c - the telling: narration, question, goal, and why the selected event came out as it
 * did.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "net/ss.h"

#include <string.h>

enum { WHY_TEXT = 400 };

/* -- What is told. --------------------------------------------------------------------------- */

/* The stop at which this play stands. */
static const struct stop *stop_at(const struct look *k, int *index)
{
    if (model_reached(k->m, k->p) <= k->p->passed)
        return NULL;
    *index = k->p->passed;
    return &k->part->stop[k->p->passed];
}

const char *view_scene(const struct look *k)
{
    int                i;
    const struct stop *s = stop_at(k, &i);
    int                n = k->p->passed;

    /* What follows a pause in the lesson's text tells what has just been seen. */
    if (s && (s->kind == STOP_PAUSE || (s->kind == STOP_GOAL && k->p->met)))
        n++;
    if (n > k->part->n_stop)
        n = k->part->n_stop;
    for (; n > 0; n--)
        if (k->part->stop[n - 1].after && k->part->stop[n - 1].after[0])
            return k->part->stop[n - 1].after;
    return k->part->before ? k->part->before : "";
}

/* -- Drawing, or only counting when there is no surface. ------------------------------------- */

struct teller {
    const struct look *k;
    struct rect        in;
    int                row;
    bool               draw;
};

static void tell_prose(struct teller *t, enum style st, const char *text)
{
    if (!text || !text[0])
        return;
    if (t->draw)
        t->row += surface_prose(t->k->s, t->in, t->row, 0, st, text);
    else
        t->row += prose_rows(text, t->in.cols);
}

/* "a) text", hanging, with a mark once it has been answered. */
static void tell_option(struct teller *t, int i, const struct option *o, int chosen, int right)
{
    const struct look *k    = t->k;
    bool               told = chosen != -1;
    enum style         st   = !told         ? STYLE_ASK
                              : i == right  ? STYLE_GOOD
                              : i == chosen ? STYLE_BAD
                                            : STYLE_DIM;
    struct rect        in   = { t->in.row, t->in.col + 5, t->in.rows, t->in.cols - 5 };

    if (t->draw) {
        if (told && (i == right || i == chosen))
            surface_put(k->s, t->in, t->row, 0, st,
                        i == right ? glyph(k->g, G_YES)
                        : o->sure  ? glyph(k->g, G_NO)
                                   : '-');
        surface_printf(k->s, t->in, t->row, 2, told ? st : STYLE_KEY, "%c)", 'a' + i);
        t->row += surface_prose(k->s, in, t->row, 0, st, o->text);
    } else {
        t->row += prose_rows(o->text, in.cols);
    }
}

static void tell_question(struct teller *t, const struct stop *s, int index)
{
    int chosen = t->k->p->answer[index], right = t->k->p->right[index];

    tell_prose(t, STYLE_ASK, s->question);
    if (t->k->m->presenter && chosen != -1)
        right = -1; /* whoever presents tells it aloud */
    for (int i = 0; i < s->n_option; i++)
        if (chosen == -1 || i == chosen || i == right) /* once answered the others only take room */
            tell_option(t, i, &s->option[i], chosen, right);
    if (chosen < 0 || chosen >= s->n_option)
        return;
    const struct option *o  = &s->option[chosen];
    enum style           st = !o->sure ? STYLE_DIM : chosen == right ? STYLE_GOOD : STYLE_BAD;
    char                 line[80];
    struct text          w = text_into(line, sizeof line);
    if (!o->sure)
        text_add(&w, "Not sure is a fair answer.");
    else if (chosen == right)
        text_add(&w, "Right.");
    else if (right >= 0)
        text_add(&w, "Wrong: it is %c).", 'a' + right);
    else
        text_add(&w, "Wrong.");
    if (chosen != right || strncmp(o->feedback, "Right", 5) != 0) /* it says so itself */
        tell_prose(t, st, line);
    tell_prose(t, STYLE_PLAIN, o->feedback);
}

/* The goal that is being worked at: the first that has not been reached, else the last one; -1
 * where the story has not come to one. */
static int goal_at(const struct look *k)
{
    int goal = -1, reached = model_reached(k->m, k->p);

    for (int i = 0; i < k->part->n_stop && i < reached; i++) {
        if (k->part->stop[i].kind != STOP_GOAL)
            continue;
        goal = i;
        if (k->p->right[i] != 1)
            break;
    }
    return goal;
}

/* However the story goes on, the goal stays in sight, and whether it has been reached. */
static void tell_goal(struct teller *t, int i)
{
    const struct play *p   = t->k->p;
    const struct stop *s   = &t->k->part->stop[i];
    bool               met = p->right[i] == 1;
    char               line[400];
    struct text        w = text_into(line, sizeof line);
    int                n = 0;

    text_add(&w, "Goal: %s", s->question && s->question[0] ? s->question : s->goal.text);
    while (w.len > 0 && (line[w.len - 1] == '.' || line[w.len - 1] == ' '))
        line[--w.len] = '\0';
    text_add(&w, met ? " - reached" : " - not yet");
    tell_prose(t, met ? STYLE_GOOD : STYLE_ASK, line);
    while (n < 3 && s->hint[n] && s->hint[n][0])
        n++;
    if (met || n == 0)
        return;
    w = text_into(line, sizeof line);
    if (p->hints == 0)
        text_add(&w, "G gives a hint.");
    else
        text_add(&w, "Hint %d of %d: %s", (p->hints - 1) % n + 1, n, s->hint[(p->hints - 1) % n]);
    tell_prose(t, STYLE_DIM, line);
}

/* The name of what is told now. */
static const char *tell(struct teller *t)
{
    int                i, goal = goal_at(t->k);
    const struct stop *s = stop_at(t->k, &i);

    if (s && s->kind == STOP_ASK && t->k->p->answer[i] != -2) {
        tell_question(t, s, i);
        return t->k->p->answer[i] == -1 ? "Predict" : "Your prediction";
    }
    if (goal >= 0)
        tell_goal(t, goal);
    if (goal < 0 || (t->k->p->passed > goal && !(s && s->kind == STOP_GOAL)))
        tell_prose(t, STYLE_PLAIN, view_scene(t->k));
    if (t->row == 0 && t->k->part->title[0]) { /* a part that begins without a word */
        tell_prose(t, STYLE_EMPH, t->k->part->title);
        tell_prose(t, STYLE_PLAIN, "`Space` plays it, up to the next pause or question.");
    }
    return goal >= 0 && t->k->p->right[goal] != 1 ? "Your turn" : "The story";
}

bool view_tell_asks(const struct look *k)
{
    int                i;
    const struct stop *s = stop_at(k, &i);

    return s && s->kind == STOP_ASK && k->p->answer[i] != -2;
}

/* -- Why, in short: the rule that decided. --------------------------------------------------- */

static bool why_text(const struct look *k, char *buf, size_t cap, char *rfc, size_t rfc_cap,
                     const struct rule_info **rule)
{
    size_t i = k->sel;

    if (i >= k->j->len)
        return false;
    static const struct rule_info lost = { .slug = "", .rfc = "", .outcome = DROP, .text = "" };
    bool                          died = k->j->entry[i].kind == EVENT_LOST;
    if (died || *sender_text(k, &k->j->entry[i], buf, cap)) {
        if (died)
            cause_text(&k->j->entry[i], buf, cap);
        rfc[0] = '\0';
        *rule  = &lost;
        return true;
    }
    size_t s = deciding_step(k->j, &k->j->entry[i]);
    if (s == SIZE_MAX)
        return false;
    *rule = &rule_table[k->j->step[s].rule];
    step_text(&k->j->step[s], buf, cap);
    rfc_text((*rule)->rfc, rfc, rfc_cap);
    return true;
}

static int why_rows(const struct look *k, int cols)
{
    char                    text[WHY_TEXT], rfc[64];
    const struct rule_info *rule;

    if (!why_text(k, text, sizeof text, rfc, sizeof rfc, &rule))
        return 0;
    return utf8_columns(text) + utf8_columns(rfc) + 8 <= cols ? 1 : 1 + prose_rows(text, cols - 3);
}

static void why_short(const struct look *k, struct rect in)
{
    char                    text[WHY_TEXT], rfc[64];
    const struct rule_info *rule;

    if (in.rows < 1 || !why_text(k, text, sizeof text, rfc, sizeof rfc, &rule))
        return;
    enum style  st   = outcome_style(rule->outcome);
    struct rect body = { in.row, in.col + 3, in.rows, in.cols - 3 };
    surface_put(k->s, in, 0, 1, st, glyph(k->g, outcome_glyph(rule->outcome)));
    int rows = surface_prose(k->s, body, 0, 0, STYLE_EMPH, text);
    int w    = utf8_columns(rfc);
    if (utf8_columns(text) + w + 8 <= in.cols)
        surface_text(k->s, in, 0, in.cols - w - 1, STYLE_DIM, rfc);
    else if (rows < in.rows)
        surface_text(k->s, body, rows, 0, STYLE_DIM, rfc);
    if (prose_rows(text, body.cols) > in.rows)
        view_cut(k, body, in.rows - 1, STYLE_DIM);
}

static const char *why_name(const struct look *k, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);
    char        line[200];

    text_add(&t, "Why: %s", entry_title(k, k->sel, line, sizeof line));
    return buf;
}

static const char *delta_text(const struct look *k, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);
    char        span[32];

    buf[0] = '\0';
    if (k->p->marked >= k->j->len || k->sel >= k->j->len)
        return buf;
    vspan d = k->j->entry[k->sel].at - k->j->entry[k->p->marked].at;
    ladder_span(d < 0 ? -d : d, span, sizeof span);
    if (d == 0)
        text_add(&t, "at the moment of the mark");
    else
        text_add(&t, "%s %s the mark", span, d < 0 ? "before" : "after");
    return buf;
}

/* -- The panel. ------------------------------------------------------------------------------ */

int view_tell_rows(const struct look *k, int cols)
{
    struct teller t = { .k = k, .in = { 0, 0, SURFACE_ROWS, cols - 2 } };

    tell(&t);
    return 1 + t.row + (view_tell_asks(k) ? 0 : why_rows(k, cols) ? why_rows(k, cols) + 1 : 0);
}

/* Of two parts side by side it is said which one is told. */
static const char *name_of(const struct look *k, const char *what, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    text_add(&t, "%s", what);
    if (k->m->plays == 2 && k->part->title[0])
        text_add(&t, ": %s", k->part->title);
    return buf;
}

static void tell_framed(const struct look *k, struct rect in)
{
    struct rect   body = { in.row + 1, in.col + 2, in.rows - 2, in.cols - 4 };
    struct teller t    = { .k = k, .in = body, .draw = true };

    view_frame(k, in, STYLE_TITLE, "");
    char        line[200];
    const char *name = name_of(k, tell(&t), line, sizeof line);
    surface_printf(k->s, in, 0, 2, view_tell_asks(k) ? STYLE_ASK : STYLE_TITLE, " %s ", name);
    if (t.row > body.rows)
        surface_text(k->s, in, in.rows - 1, in.cols - 22, STYLE_DIM, " i: all of the text ");
}

void view_tell(const struct look *k, struct rect in)
{
    if (in.rows < 1)
        return;
    if (k->m->rows >= 34 && k->m->cols >= 110) {
        tell_framed(k, in);
        return;
    }
    int           why = view_tell_asks(k) ? 0 : why_rows(k, in.cols);
    char          note[64], name[240];
    struct rect   body = { in.row, in.col + 1, in.rows, in.cols - 2 };
    struct teller t    = { .k = k, .in = body };
    if (in.rows > 3) { /* a name above */
        body.row++;
        body.rows--;
    }
    /* Markdown may be longer than the space: count first, so that the rule can say so. */
    struct teller count = { .k = k, .in = { 0, 0, SURFACE_ROWS, body.cols } };
    char          told[200];
    const char   *title = name_of(k, tell(&count), told, sizeof told);
    /* When it is tight the story goes before the why, but each keeps a line. */
    int left  = body.rows - count.row;
    int named = why && in.rows >= 8 && left > why ? 1 : 0;
    if (why > left)
        why = left > 0 ? left : body.rows > 1;
    body.rows -= why + (why ? named : 0);
    t.in              = body;
    t.draw            = true;
    bool        more  = count.row > body.rows;
    const char *delta = delta_text(k, note, sizeof note);
    if (in.rows > 3)
        view_rule(k, in, 0, title, delta[0] ? delta : more ? "i: all of the text" : "");
    if (in.rows > 3 && view_tell_asks(k))
        surface_restyle(k->s, in, 0, 3, utf8_columns(title), STYLE_ASK);
    tell(&t);
    if (!why)
        return;
    struct rect foot = { in.row + in.rows - why, in.col, why, in.cols };
    if (named)
        view_rule(k, (struct rect){ foot.row - 1, in.col, 1, in.cols }, 0,
                  why_name(k, name, sizeof name), "w: all checks");
    why_short(k, foot);
}

int view_tell_hit(const struct look *k, struct rect in, int row)
{
    int                i, framed = k->m->rows >= 34 && k->m->cols >= 110;
    const struct stop *s = stop_at(k, &i);
    struct teller      t = { .k = k, .in = in };

    if (!s || s->kind != STOP_ASK || k->p->answer[i] != -1)
        return -1;
    t.in.cols -= framed ? 4 : 2;
    t.row = in.row + (framed || in.rows > 3 ? 1 : 0);
    tell_prose(&t, STYLE_ASK, s->question);
    for (int o = 0; o < s->n_option; o++) {
        int first = t.row;
        tell_option(&t, o, &s->option[o], -1, -1);
        if (row >= first && row < t.row)
            return o;
    }
    return -1;
}

/* The right half on a large screen: why, and the sockets of both hosts. */
void view_side(const struct look *k, struct rect in)
{
    enum { SHOWN = 3 };
    struct ss_row row[16];
    char          name[240], line[1 + SHOWN][SS_LINE];
    bool          netstat = k->m->sockets == AS_NETSTAT;
    size_t        n = ss_rows(k->w, 0, row, 16), lines = 1;
    int           ss   = n > SHOWN ? SHOWN + 1 : (int)n + 1;
    struct rect   body = { in.row + 1, in.col + 2, in.rows - 2, in.cols - 4 };
    struct rect   top  = { body.row, body.col, body.rows - ss, body.cols };
    struct text   t    = text_into(line[0], sizeof line[0]);

    view_frame(k, in, STYLE_TITLE, why_name(k, name, sizeof name));
    int why = view_why(k, top, 0);
    if (why > top.rows)
        surface_text(k->s, in, in.rows - 1, in.cols - 18, STYLE_DIM, " w: all checks ");
    bool        named = n && why < top.rows; /* a row is left for what the columns are */
    struct rect foot  = { body.row + body.rows - ss - named, body.col, ss + named, body.cols };
    view_rule(k, foot, 0, sockets_command(netstat ? AS_NETSTAT : AS_SS), "");
    text_add(&t, netstat ? "Proto Recv-Q Send-Q Local Foreign State"
                         : "State Recv-Q Send-Q Local Peer");
    for (size_t i = 0; i < n && i < SHOWN; i++)
        ss_text(&row[i], netstat, line[lines++], SS_LINE);
    sockets_align(line, lines, body.cols);
    for (size_t i = named ? 0 : 1; i < lines; i++)
        surface_text(k->s, foot, (int)i + named, 0, i ? STYLE_PLAIN : STYLE_DIM, line[i]);
}
