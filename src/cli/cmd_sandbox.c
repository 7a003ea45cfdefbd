/* SPDX-License-Identifier: MIT
 * cmd_sandbox.c - `finwait sandbox`: two hosts, a link, and nothing scripted. */
#include "cli/find.h"
#include "cli/screen.h"

int cmd_sandbox(struct cli *c)
{
    struct found f = { .own = true };

    if (c->set[OPT_ID_PLAIN] || !cli_has_screen())
        return cmd_tell(c);
    f.lesson = lesson_sandbox(c->set[OPT_ID_PROFILE] ? c->profile : PROFILE_RFC9293,
                              c->set[OPT_ID_SEED] ? c->seed : 1);
    int status = screen_play(c, &f, 0);
    found_free(&f);
    return status;
}
