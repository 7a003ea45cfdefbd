/* SPDX-License-Identifier: MIT
 * view_app.c - what the program of a host is doing: the line it is at, or has done last, and what
 * came of it.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "net/sock.h"
#include "scenario/program.h"

#include <string.h>

/* "58.9 s", "120 ms": as short as can be read. */
const char *left_text(vspan d, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    if (d < 0)
        d = 0;
    if (d < SEC(1))
        text_add(&t, "%d ms", (int)((d + 999) / 1000));
    else if (d < SEC(100))
        text_add(&t, "%d.%d s", (int)(d / SEC(1)), (int)(d % SEC(1) / 100000));
    else
        text_add(&t, "%lld s", (long long)(d / SEC(1)));
    return buf;
}

/* The last entry of that kind that a host's program `app` (0: any) has caused, or NULL. */
static const struct entry *last_of(const struct look *k, uint32_t host, uint32_t app,
                                   enum event_kind kind)
{
    for (size_t i = k->seen; i-- > 0;) {
        const struct entry *e = &k->j->entry[i];
        if (e->kind == kind && e->host == host && (app == 0 || e->app == app))
            return e;
    }
    return NULL;
}

/* A running program before one that has ended, and a person's hand where it has acted last. */
static uint32_t app_shown(const struct look *k, uint32_t host)
{
    const struct world *w    = k->w;
    const struct entry *last = last_of(k, host, 0, EVENT_CALL);
    uint32_t            best = 0;

    for (uint32_t i = w->host[host - 1].apps, n = 0; i && n < 1000; n++) {
        const struct app *a = world_app(w, i), *b = best ? world_app(w, best) : NULL;
        bool              runs = a->program && a->state != APP_DONE;
        bool              ran  = b && b->program && b->state != APP_DONE;
        if (!b || (runs && !ran) || (runs == ran && last && last->app == i)
            || (!ran && !b->program && a->program && !(last && last->app == best)))
            best = i;
        i = a->next;
    }
    return best;
}

void call_text(const struct entry *e, struct text *t)
{
    const char *verb = op_name[e->op < OP_COUNT ? e->op : 0];

    if (e->op == OP_SLEEP)
        text_add(t, "slept");
    else if (e->value == -ERR_EDEADLINE)
        text_add(t, "%s() timed out", verb);
    else if (e->value < 0)
        text_add(t, "%s() = %s", verb, err_name((enum err)(-e->value)));
    else
        text_add(t, "%s() = %d", verb, e->value);
}

/* The program has ended: what it said last if that can be read here, else what it did last. */
static void ended_text(const struct look *k, uint32_t host, uint32_t app, int cols,
                       struct text *out)
{
    const struct entry *said = last_of(k, host, app, EVENT_PRINT);
    const struct entry *did  = last_of(k, host, app, EVENT_RESULT);
    char                line[200];

    if (said && utf8_columns(journal_text(k->j, said, line, sizeof line)) + 6 <= cols) {
        text_add(out, "said: %s", line);
        return;
    }
    if (!did) {
        text_add(out, "ended");
        return;
    }
    struct text t = text_into(line, sizeof line);
    call_text(did, &t);
    if (utf8_columns(line) + 7 <= cols)
        text_add(out, "ended: ");
    text_add(out, "%s", line);
}

/* What the program is at, in at most `cols` columns if that is possible.  *did: what its last call
 * returned, when that is not said already; may be NULL. */
static bool app_text(const struct look *k, uint32_t host, int cols, struct text *out,
                     const struct entry **did)
{
    uint32_t at = app_shown(k, host);

    *did = NULL;
    if (!at)
        return false;
    const struct app   *a    = world_app(k->w, at);
    const struct entry *last = last_of(k, host, at, EVENT_RESULT);
    if (a->state != APP_BLOCKED && a->state != APP_SLEEPING) {
        if (a->program && a->state == APP_DONE)
            ended_text(k, host, at, cols, out);
        else if (last)
            call_text(last, out);
        return out->len > 0;
    }
    struct names     n = names_of(k->w);
    const struct op *op =
        a->program ? world_op(k->w, k->w->program[a->program - 1].first + a->pc) : &a->hand;
    op_text(op, &n, out);
    if (a->state == APP_BLOCKED && (int)out->len + 7 > cols && cols > 7) {
        struct op bare = *op; /* without what may be left out, rather than cut off */

        bare.from_port = 0;
        bare.six       = 0;
        bare.time      = 0;
        out->len       = 0;
        op_text(&bare, &n, out);
    }
    if (a->state == APP_BLOCKED) {
        text_add(out, "  waits");
    } else {
        char left[24];
        left_text(a->deadline - k->w->now, left, sizeof left);
        bool fits = (int)(out->len + strlen(left)) + 11 <= cols;
        text_add(out, fits ? "  wakes in %s" : "  %s left", left);
    }
    if (last && last->op != OP_SLEEP)
        *did = last;
    return true;
}

bool view_app_text(const struct look *k, uint32_t host, struct text *out)
{
    const struct entry *did;

    return app_text(k, host, 1000, out, &did);
}

void view_app_line(const struct look *k, struct rect in, int row, uint32_t host)
{
    char                text[200];
    struct text         t = text_into(text, sizeof text);
    const struct entry *did;
    int                 col;

    if (!app_text(k, host, in.cols - 2, &t, &did))
        return;
    surface_text(k->s, in, row, 0, STYLE_DIM, glyph_text(k->g, G_SELECT));
    col = 2 + surface_text(k->s, in, row, 2, STYLE_APP, text);
    if (col > in.cols) {
        view_cut(k, in, row, STYLE_APP);
        return;
    }
    if (!did)
        return;
    t = text_into(text, sizeof text);
    call_text(did, &t);
    int w = utf8_columns(text);
    if (col + 2 + w <= in.cols)
        surface_text(k->s, in, row, in.cols - w, did->value < 0 ? STYLE_BAD : STYLE_DIM, text);
}
