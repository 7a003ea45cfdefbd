/* SPDX-License-Identifier: MIT
 * view_menu.c - the first screen: what there is to learn, and which key opens it.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"

#include <string.h>

struct menu_layout {
    struct rect title, intro, list, about, hints;
    int         top; /* first entry shown */
};

static int entries(const struct model *m) { return (m->catalogue ? m->catalogue->n : 0) + 1; }

static struct menu_layout menu_layout(const struct model *m)
{
    struct menu_layout l    = { 0 };
    int                rows = m->rows, cols = m->cols, n = entries(m);

    l.title   = (struct rect){ 0, 0, 1, cols };
    l.hints   = (struct rect){ rows - 1, 0, rows > 3, cols };
    int intro = rows >= 18 ? 4 : rows >= 12 ? 1 : 0;
    int about = rows >= 20 ? 6 : rows >= 12 ? 3 : 0;
    int list  = rows - 1 - l.hints.rows - intro - about;
    if (list > n + 1)
        list = n + 1;
    l.intro = (struct rect){ 1, 0, intro, cols };
    l.list  = (struct rect){ 1 + intro, 0, list > 0 ? list : 0, cols };
    l.about = (struct rect){ 1 + intro + l.list.rows, 0, about, cols };
    if (list > 0 && m->menu >= list)
        l.top = m->menu - list + 1;
    return l;
}

static const char *entry_name(const struct model *m, int i, char number[8], char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    number[0] = '\0';
    if (!m->catalogue || i >= m->catalogue->n) {
        text_add(&t, m->cols >= 64 ? "Sandbox: two hosts, no story, everything is up to you"
                                   : "Sandbox: all is up to you");
        return buf;
    }
    const struct lesson *l = m->catalogue->lesson[i];
    struct text          x = text_into(number, 8);
    text_add(&x, "%d", i + 1);
    if (l)
        text_add(&t, "%s", l->title);
    else
        text_add(&t, "%s cannot be read",
                 m->catalogue->file[i] ? m->catalogue->file[i] : "a lesson");
    return buf;
}

static void menu_entry(const struct model *m, struct surface *s, struct rect in, int row, int i)
{
    char                 number[8], name[200];
    bool                 sel = i == m->menu;
    const struct lesson *l   = m->catalogue && i < m->catalogue->n ? m->catalogue->lesson[i] : NULL;
    int                  p   = l ? progress_find(&m->progress, l->id) : -1;

    entry_name(m, i, number, name, sizeof name);
    surface_text(s, in, row, 1, sel ? STYLE_SELECTED : STYLE_PLAIN,
                 sel ? glyph_text(m->glyphs, G_SELECT) : " ");
    if (p >= 0 && m->progress.row[p].done)
        surface_text(s, in, row, 3, STYLE_GOOD, glyph_text(m->glyphs, G_YES));
    surface_printf(s, in, row, 5, STYLE_DIM, "%2s", number);
    enum style st = sel                                          ? STYLE_SELECTED
                    : l || !m->catalogue || i >= m->catalogue->n ? STYLE_PLAIN
                                                                 : STYLE_BAD;
    int        w  = surface_text(s, in, row, 8, st, name);
    if (p >= 0 && m->progress.row[p].asked && 8 + w + 24 < in.cols)
        surface_printf(s, in, row, 8 + w + 2, STYLE_DIM, "%d of %d foreseen",
                       m->progress.row[p].right, m->progress.row[p].asked);
}

static void menu_about(const struct look *k, struct rect in)
{
    const struct model *m    = k->m;
    struct rect         body = { in.row + 1, in.col + 3, in.rows - 1, in.cols - 6 };
    char                line[300];
    struct text         t = text_into(line, sizeof line);

    if (in.rows < 2)
        return;
    view_rule(k, in, 0, "", "");
    if (!m->catalogue || m->menu >= m->catalogue->n) {
        surface_prose(
            k->s, body, 0, 0, STYLE_PLAIN,
            "A client and a server with a listening program, and a wire between them. Connect, "
            "write, close, drop what is in flight, cut the wire, crash a host.");
        return;
    }
    const struct lesson *l = m->catalogue->lesson[m->menu];
    if (!l) {
        fail_text(&m->catalogue->fail[m->menu], line, sizeof line);
        surface_prose(k->s, body, 0, 0, STYLE_BAD, line);
        return;
    }
    int row = surface_prose(k->s, body, 0, 0, STYLE_PLAIN, l->summary ? l->summary : "");
    if (l->minutes)
        text_add(&t, "%d minutes   ", l->minutes);
    if (l->n_part > 1)
        text_add(&t, "%d parts   ", l->n_part);
    if (l->rfc && l->rfc[0])
        text_add(&t, "RFC %s", l->rfc);
    surface_text(k->s, body, row + 1 < body.rows ? row + 1 : row, 0, STYLE_DIM, line);
}

void view_menu(const struct model *m, struct surface *s)
{
    struct look        k = { .m = m, .s = s, .g = m->glyphs };
    struct menu_layout l = menu_layout(m);

    surface_text(s, l.title, 0, 1, STYLE_TITLE, "finwait");
    if (m->cols >= 50)
        surface_text(s, l.title, 0, 9, STYLE_DIM, "how TCP connections close");
    static const char real[] =
        "Every arrow you will see is a real segment, and every event can tell you why. ";
    static const char choose[] = "Choose a lesson with `Up` and `Down`, open it with `Enter`.";
    char              intro[200];
    snprintf(intro, sizeof intro, "%s%s", real, choose);
    if (l.intro.rows >= 4)
        surface_prose(s, (struct rect){ l.intro.row + 1, 3, 2, m->cols - 6 }, 0, 0, STYLE_PLAIN,
                      prose_rows(intro, m->cols - 6) > 2 ? choose : intro);
    for (int r = 0; r < l.list.rows && l.top + r < entries(m); r++)
        menu_entry(m, s, l.list, r, l.top + r);
    if (l.list.rows > 0 && l.top + l.list.rows < entries(m))
        surface_text(s, l.list, l.list.rows - 1, m->cols - 2, STYLE_DIM,
                     glyph_text(m->glyphs, G_TO_DOWN));
    menu_about(&k, l.about);
    view_hints(m, s, l.hints);
}

int view_menu_hit(const struct model *m, int row, int col)
{
    struct menu_layout l = menu_layout(m);
    int                i = l.top + row - l.list.row;

    (void)col;
    return row >= l.list.row && row < l.list.row + l.list.rows && i < entries(m) ? i : -1;
}
