/* SPDX-License-Identifier: MIT
 * view_why.c - why the selected event came out as it did, check by check.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"

enum { WHY_WIDE = 70 }; /* from this width on the paragraph stands beside the sentence */

static const char *const what[EVENT_KINDS] = {
#define EVENT(id, name, what) what,
#include "net/event.def"
#undef EVENT
};

/* One decision; returns its rows. */
static int why_step(const struct look *k, struct rect in, int row, const struct step *x,
                    bool decided)
{
    char                    text[400], rfc[64];
    const struct rule_info *r  = &rule_table[x->rule];
    enum style              st = outcome_style(r->outcome);

    step_text(x, text, sizeof text);
    rfc_text(r->rfc, rfc, sizeof rfc);
    int         w    = in.cols >= WHY_WIDE ? utf8_columns(rfc) : 0;
    struct rect body = { in.row, in.col + 2, in.rows, in.cols - 2 - (w ? w + 2 : 0) };
    surface_put(k->s, in, row, 0, st, glyph(k->g, outcome_glyph(r->outcome)));
    int n = surface_prose(k->s, body, row, 0, decided ? STYLE_EMPH : STYLE_PLAIN, text);
    if (w)
        surface_text(k->s, in, row, in.cols - w, STYLE_DIM, rfc);
    else if (decided)
        surface_text(k->s, body, row + n++, 0, STYLE_DIM, rfc);
    if (in.cols >= 110)
        surface_text(k->s, in, row, in.cols - w - 2 - utf8_columns(r->slug), STYLE_CODE, r->slug);
    return n;
}

static int why_state(const struct look *k, struct rect in, int row, const struct entry *e)
{
    if (!entry_moved(e) || e->before >= TCP_STATES || e->after >= TCP_STATES)
        return 0;
    int col =
        surface_printf(k->s, in, row, 0, STYLE_DIM, "so the %s goes from ",
                       e->host && e->host <= k->w->hosts ? k->w->host[e->host - 1].name : "host");
    col += surface_text(k->s, in, row, col, STYLE_STATE, tcp_state_name[e->before]);
    col += surface_text(k->s, in, row, col, STYLE_DIM, " to ");
    surface_text(k->s, in, row, col, STYLE_STATE, tcp_state_name[e->after]);
    return 1;
}

int view_why(const struct look *k, struct rect in, int skip)
{
    if (k->sel >= k->j->len) {
        surface_text(k->s, in, 0, 0, STYLE_DIM, "Nothing has happened yet.");
        return 1;
    }
    const struct entry *e    = &k->j->entry[k->sel];
    size_t              best = deciding_step(k->j, e);
    int                 row  = -skip;
    for (size_t i = e->step; i < (size_t)e->step + e->n_step && i < k->j->n_step; i++)
        if (k->j->step[i].rule < RULE_COUNT)
            row += why_step(k, in, row, &k->j->step[i], i == best);
    if (e->n_step == 0) {
        char        line[200];
        char        who[160];
        struct text t = text_into(line, sizeof line);
        text_add(&t, "%s.",
                 e->kind == EVENT_LOST                 ? cause_text(e, who, sizeof who)
                 : *sender_text(k, e, who, sizeof who) ? who
                 : e->kind < EVENT_KINDS               ? what[e->kind]
                                                       : "");
        if (line[0] >= 'a' && line[0] <= 'z')
            line[0] = (char)(line[0] - 'a' + 'A');
        row += surface_prose(k->s, in, row, 0, STYLE_PLAIN, line);
    }
    row += why_state(k, in, row, e);
    return row + skip;
}
