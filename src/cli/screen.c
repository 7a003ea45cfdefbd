/* SPDX-License-Identifier: MIT
 * screen.c - from the command line to the screen. */
#include "cli/screen.h"

#include "export/export.h"
#include "ui/play.h"
#include "ui/term.h"
#include "ui/update.h"

#include <stdlib.h>
#include <string.h>

/* All that has happened so far, as `finwait run` writes it. */
static void export_run(FILE *f, const char *format, int part, const struct history *h)
{
    const struct world   *w = history_world(h);
    const struct journal *j = history_journal(h);

    if (strcmp(format, "json") == 0)
        export_json(f, part + 1, w, j, 0, history_seen(h));
    else if (strcmp(format, "pcapng") == 0)
        export_pcapng(f, 1, w, j, 0, history_seen(h));
    else
        export_plain(f, w, j, 0, history_seen(h));
}

void screen_model(const struct cli *c, struct model *m, const struct catalogue *k)
{
    model_init(m, k);
    m->export = export_run;
    if (c->set[OPT_ID_ASCII])
        m->glyphs = GLYPHS_ASCII;
    if (c->set[OPT_ID_NO_ANIM])
        m->anim = false;
    if (c->colour == 1)
        m->colours = COLOURS_NONE;
}

int screen_open(const struct cli *c, struct model *m, const struct found *f, int part)
{
    struct fail fail = { 0 };

    model_open(m, f->lesson, false, part);
    if (f->is_session && !session_replay(&f->session, model_play(m)->h, &fail))
        return cli_fail_at(c, EXIT_LESSON, &fail);
    play_settle(m, model_play(m));
    return EXIT_FINE;
}

static int show(const struct cli *c, struct model *m)
{
    struct term_options o = {
        .colour = c->colour,
        .utf8   = c->set[OPT_ID_ASCII] ? 0 : -1,
        .mouse  = !c->set[OPT_ID_NO_MOUSE],
    };
    char why[200];

    if (!term_open(&o, why, sizeof why))
        return cli_fail(c, EXIT_USAGE, "%s", why);
    term_run(m);
    term_close();
    return EXIT_FINE;
}

/* A model is too large for a stack that somebody may have made small. */
static struct model *new_model(const struct cli *c, const struct catalogue *k)
{
    struct model *m = calloc(1, sizeof *m);

    if (!m)
        abort();
    screen_model(c, m, k);
    progress_load(&m->progress);
    return m;
}

int screen_menu(const struct cli *c, const struct catalogue *k)
{
    struct model *m      = new_model(c, k);
    int           status = show(c, m);

    model_free(m);
    free(m);
    return status;
}

int screen_play(const struct cli *c, struct found *f, int part)
{
    struct catalogue k      = { 0 };
    bool             own    = !f->has_catalogue && find_catalogue(c, &k) == EXIT_FINE;
    struct model    *m      = new_model(c, f->has_catalogue ? &f->catalogue : own ? &k : NULL);
    int              status = screen_open(c, m, f, part);

    if (status == EXIT_FINE)
        status = show(c, m);
    model_free(m);
    free(m);
    if (own)
        catalogue_free(&k);
    return status;
}
