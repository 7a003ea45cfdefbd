/* SPDX-License-Identifier: MIT
 * view.c - the whole screen, and what a click on it means.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/keys.h"

#include <assert.h>
#include <string.h>

/* Every pane: its name, and who draws it. */
static const struct {
    const char *name;
    int (*draw)(const struct look *k, struct rect in, int skip);
} pane_table[PANE_COUNT] = {
    [PANE_WHY]      = { "Why", view_why },
    [PANE_BYTES]    = { "Bytes", view_bytes },
    [PANE_TCB]      = { "Both control blocks", view_tcb },
    [PANE_TIMERS]   = { "Clocks", view_timers },
    [PANE_DIAGRAM]  = { "State diagram (RFC 9293, figure 5)", view_diagram },
    [PANE_SOCKETS]  = { "Sockets", view_sockets },
    [PANE_LOG]      = { "Event log", view_log },
    [PANE_PROGRAMS] = { "Programs", view_programs },
    [PANE_LESSON]   = { "The lesson", view_lesson },
    [PANE_BRANCHES] = { "Branches", view_branches },
    [PANE_HELP]     = { "Keys", view_help },
};

static void pane_name(const struct look *k, struct rect in)
{
    char        text[300], entry[220];
    struct text t    = text_into(text, sizeof text);
    enum pane   pane = k->m->pane;

    text_add(&t, "%s", pane_table[pane].name);
    if (pane == PANE_WHY || pane == PANE_BYTES)
        text_add(&t, ": %s", entry_title(k, k->sel, entry, sizeof entry));
    if (pane == PANE_SOCKETS)
        text_add(&t, " as %s prints them", sockets_command(k->m->sockets));
    if (pane == PANE_HELP && k->m->filter[0])
        text_add(&t, " with \"%s\"", k->m->filter);
    view_rule(k, in, 0, text, "Esc: the story");
}

static struct layout_pane pane_layout(const struct model *m)
{
    bool whole = m->pane == PANE_LOG || m->pane == PANE_LESSON || m->pane == PANE_HELP;

    return layout_pane(m->rows, m->cols, m->pane == PANE_DIAGRAM ? 20 : 12, whole);
}

static void view_pane(const struct model *m, struct surface *s)
{
    struct look        k = look_at(m, model_play(m), s);
    struct layout_pane l = pane_layout(m);

    view_title(&k, l.title);
    for (int h = 0; h < l.ends.rows && h < (int)k.w->hosts; h++)
        view_end_line(&k, (struct rect){ l.ends.row + h, 0, 1, m->cols }, (uint32_t)h + 1);
    if (l.ladder.rows)
        view_ladder(&k, l.ladder, NULL);
    if (l.name.rows)
        pane_name(&k, l.name);
    if (l.body.rows > 0) {
        struct rect body = { l.body.row, l.body.col + 1, l.body.rows, l.body.cols - 2 };
        int         skip = m->scroll, want = pane_table[m->pane].draw(&k, body, skip);
        if (skip > 0 && want - skip < body.rows) { /* scrolled too far: show the last page */
            skip = want > body.rows ? want - body.rows : 0;
            surface_fill(s, l.body, STYLE_PLAIN, ' ');
            pane_table[m->pane].draw(&k, body, skip);
        }
        if (want > skip + body.rows)
            surface_text(s, l.body, l.body.rows - 1, l.body.cols - 2, STYLE_DIM,
                         glyph_text(k.g, G_TO_DOWN));
    }
    view_hints(m, s, l.hints);
}

/* The help can be asked for in the menu too, where there is no story to show above it. */
static void view_menu_help(const struct model *m, struct surface *s)
{
    struct look k    = { .m = m, .s = s, .g = m->glyphs };
    struct rect body = { 1, 1, m->rows - 2, m->cols - 2 };

    view_rule(&k, (struct rect){ 0, 0, 1, m->cols }, 0, "Keys", "Esc: back");
    view_help(&k, body, m->scroll);
    view_hints(m, s, (struct rect){ m->rows - 1, 0, 1, m->cols });
}

void view(const struct model *m, struct surface *out)
{
    int rows = m->rows < SURFACE_ROWS ? m->rows : SURFACE_ROWS;
    int cols = m->cols < SURFACE_COLS ? m->cols : SURFACE_COLS;

    surface_clear(out, rows > 0 ? rows : 0, cols > 0 ? cols : 0);
    if (rows < 1 || cols < 1)
        return;
    if (m->screen == SCREEN_MENU || m->plays == 0) {
        if (m->pane == PANE_HELP)
            view_menu_help(m, out);
        else
            view_menu(m, out);
    } else if (m->pane != PANE_STORY) {
        view_pane(m, out);
    } else if (m->plays == 2) {
        view_compare(m, out);
    } else {
        view_story(m, out);
    }
    if (m->glyphs == GLYPHS_ASCII)
        surface_ascii(out);
}

/* -- Clicks. --------------------------------------------------------------------------------- */

static bool click_hint(const struct model *m, int col, char key[16])
{
    struct key_hint hint[32];
    int             at = 1;
    size_t          n  = key_hints(m, m->cols - 2, hint, 32);

    for (size_t i = 0; i < n; i++) {
        int end = at + utf8_columns(hint[i].key) + 1 + utf8_columns(hint[i].word);
        if (col >= at && col < end) {
            char        name[KEY_NAME];
            struct text t = text_into(key, 16);
            text_add(&t, "%s", key_name(hint[i].act, name));
            return true;
        }
        at = end + 2;
    }
    return false;
}

void view_click(const struct model *m, int row, int col, char key[16], size_t *entry)
{
    key[0] = '\0';
    *entry = SIZE_MAX;
    if (row == m->rows - 1 && m->rows > 5 && !m->prompt.kind && !m->message[0]) {
        click_hint(m, col, key);
        return;
    }
    if (m->screen == SCREEN_MENU || m->plays == 0) {
        int i = view_menu_hit(m, row, col);
        if (i >= 0)
            *entry = (size_t)i;
        return;
    }
    *entry = view_story_hit(m, row, col, key);
}
