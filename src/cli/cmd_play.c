/* SPDX-License-Identifier: MIT
 * cmd_play.c - `finwait play`: a lesson, a lesson file or a session on the screen. */
#include "cli/find.h"
#include "cli/screen.h"

int cmd_play(struct cli *c)
{
    struct found f;
    int          status, part;

    if (c->set[OPT_ID_PLAIN] || !cli_has_screen())
        return cmd_tell(c);
    status = find_story(c, c->arg[0], &f);
    if (status == EXIT_FINE)
        status = find_part(c, f.lesson, &part);
    if (status == EXIT_FINE)
        status = screen_play(c, &f, f.is_session ? f.part : part);
    found_free(&f);
    return status;
}
