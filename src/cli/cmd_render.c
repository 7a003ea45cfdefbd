/* SPDX-License-Identifier: MIT
 * cmd_render.c - `finwait render`: one frame of the screen as text. */
#include "cli/near.h"
#include "cli/screen.h"
#include "cli/story.h"
#include "ui/keys.h"
#include "ui/play.h"
#include "ui/update.h"
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

/* Panes go by the commands of the keys that open them. */
static const enum action panes[] = { ACT_STORY,    ACT_WHY,     ACT_BYTES,    ACT_TCB,
                                     ACT_TIMERS,   ACT_DIAGRAM, ACT_SOCKETS,  ACT_LOG,
                                     ACT_PROGRAMS, ACT_LESSON,  ACT_BRANCHES, ACT_HELP };

const char *render_pane(size_t i)
{
    if (i >= sizeof panes / sizeof *panes)
        return NULL;
    /* help has a hint and a key, but no command */
    return *key_table[panes[i]].command ? key_table[panes[i]].command : key_table[panes[i]].hint;
}

static int open_pane(const struct cli *c, struct model *m, const char *name)
{
    struct near n = near_to(name);
    char        key[KEY_NAME];

    for (size_t i = 0; i < sizeof panes / sizeof *panes; i++) {
        const char *command = key_table[panes[i]].command;
        bool        bare    = !*command; /* help has a hint and a key, but no command */
        if (bare)
            command = key_table[panes[i]].hint;
        near_try(&n, command);
        if (strcmp(command, name) != 0)
            continue;
        if (bare)
            update_key(m, key_name(panes[i], key));
        else
            update_command(m, command);
        return EXIT_FINE;
    }
    return cli_fail(c, EXIT_USAGE, "no pane '%s'; did you mean '%s'?", name, n.best);
}

/* Whoever has come so far has gone on from every stop but one that stands at this very moment. */
static void pass_stops(const struct model *m, struct play *p, vtime at)
{
    size_t                entry[LESSON_STOPS];
    const struct part    *part = model_part(m, p);
    const struct journal *j    = history_journal(p->h);
    int                   n    = part_stops(part, j, history_seen(p->h), at, entry);

    while (p->passed < n) {
        vtime stop =
            entry[p->passed] == SIZE_MAX ? part->stop[p->passed].at : j->entry[entry[p->passed]].at;
        if (stop == at && p->passed == n - 1)
            break;
        play_pass(m, p);
    }
}

/* The moment that was asked for, as it would look to somebody who has come so far. */
static int go_to(const struct cli *c, struct model *m, vtime at)
{
    struct play *p = model_play(m);

    if (at == CLI_AT_END) {
        play_end(m, p);
        return EXIT_FINE;
    }
    if (!history_run(p->h, at, RUN_EVENTS))
        return cli_fail(c, EXIT_CHECK, "more than %d events until then", RUN_EVENTS);
    play_settle(m, p);
    pass_stops(m, p, at);
    return EXIT_FINE;
}

int cmd_render(struct cli *c)
{
    struct found    f;
    int             status, part;
    struct model   *m = calloc(1, sizeof *m);
    struct surface *s = calloc(1, sizeof *s);

    if (!m || !s)
        abort();
    screen_model(c, m, NULL);
    status = find_story(c, c->arg[0], &f);
    if (status == EXIT_FINE)
        status = find_part(c, f.lesson, &part);
    if (status == EXIT_FINE && (c->cols > SURFACE_COLS || c->rows > SURFACE_ROWS))
        status = cli_fail(c, EXIT_USAGE, "--size: at most %dx%d", SURFACE_COLS, SURFACE_ROWS);
    if (status == EXIT_FINE)
        status = screen_open(c, m, &f, f.is_session ? f.part : part);
    if (status == EXIT_FINE && (!f.is_session || c->set[OPT_ID_AT]))
        status = go_to(c, m, c->at);
    if (status == EXIT_FINE && c->pane)
        status = open_pane(c, m, c->pane);
    if (status == EXIT_FINE) {
        update_resize(m, c->rows, c->cols);
        view(m, s);
        surface_write(s, c->out);
    }
    model_free(m);
    free(m);
    free(s);
    found_free(&f);
    return status;
}
