/* SPDX-License-Identifier: MIT
 * cmd_run.c - `finwait run`: the whole story without a terminal. */
#include "cli/story.h"
#include "export/export.h"
#include "ui/ladder.h"

#include <string.h>

static void print_ladder(const struct cli *c, const struct found *f, int part,
                         const struct history *h)
{
    const struct part *p = &f->lesson->part[part];
    struct ladder_spec s = {
        .j        = history_journal(h),
        .seen     = history_seen(h),
        .now      = history_world(h)->now,
        .delay    = p->setup.path[0][1].delay,
        .height   = c->set[OPT_ID_SIZE] ? c->rows : 40,
        .cols     = c->set[OPT_ID_SIZE] ? c->cols : 100,
        .fold     = true,
        .selected = SIZE_MAX,
        .marked   = SIZE_MAX,
        .glyphs   = c->set[OPT_ID_ASCII] ? GLYPHS_ASCII : GLYPHS_FULL,
    };

    s.boxes = ladder_boxes(&p->setup);
    for (uint32_t i = 0; i < p->setup.hosts; i++)
        s.name[i] = p->setup.host[i].name;
    if (f->lesson->n_part > 1)
        fprintf(c->out, "%s%d. %s\n\n", part > 0 && c->part < 0 ? "\n" : "", part + 1, p->title);
    ladder_print(&s, c->out);
}

/* Which host the sniffer stands on; 0 when there is none of that name. */
static uint8_t sniffer(const struct cli *c, const struct world *w)
{
    return (uint8_t)(c->capture ? world_host_named(w, c->capture) : 1);
}

static int print_capture(const struct cli *c, const struct history *h)
{
    const struct world *w    = history_world(h);
    uint8_t             host = sniffer(c, w);
    char                names[200];
    struct text         t = text_into(names, sizeof names);

    for (uint32_t i = 0; i < w->hosts; i++)
        text_add(&t, "%s%s", i == 0 ? "" : i + 1 < w->hosts ? ", " : " or ", w->host[i].name);
    if (host == 0)
        return cli_fail(c, EXIT_USAGE, "--pcapng=%s: expected a host of this lesson: %s",
                        c->capture, names);
    if (c->out == stdout && cli_has_screen())
        return cli_fail(c, EXIT_USAGE,
                        "--pcapng writes a file for Wireshark and tcpdump: "
                        "add `> FILE.pcapng`");
    export_pcapng(c->out, host, w, history_journal(h), 0, history_seen(h));
    return EXIT_FINE;
}

int cmd_run(struct cli *c)
{
    struct found f;
    int          status, first, last;

    if (!c->set[OPT_ID_LADDER] && !c->set[OPT_ID_JSON] && !c->set[OPT_ID_PCAPNG])
        return cmd_tell(c);
    status = find_story(c, c->arg[0], &f);
    if (status == EXIT_FINE)
        status = find_part(c, f.lesson, &first);
    if (status != EXIT_FINE) {
        found_free(&f);
        return status;
    }
    last = c->part < 0 && !c->set[OPT_ID_PCAPNG] ? f.lesson->n_part - 1 : first;
    if (f.is_session)
        first = last = f.part;
    for (int part = first; part <= last && status == EXIT_FINE; part++) {
        struct history *h = story_open(c, &f, part, &status);
        if (!h)
            break;
        bool ended = story_run(&f.lesson->part[part], h, VTIME_NEVER);
        if (c->set[OPT_ID_JSON])
            export_json(c->out, part + 1, history_world(h), history_journal(h), 0, history_seen(h));
        else if (c->set[OPT_ID_PCAPNG])
            status = print_capture(c, h);
        else
            print_ladder(c, &f, part, h);
        if (!ended)
            status = cli_fail(c, EXIT_CHECK, "%s: part %d did not end within %d events",
                              f.lesson->id, part + 1, RUN_EVENTS);
        history_free(h);
    }
    found_free(&f);
    return status;
}
