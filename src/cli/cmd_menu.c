/* SPDX-License-Identifier: MIT
 * cmd_menu.c - `finwait`: the menu. */
#include "cli/find.h"
#include "cli/screen.h"

int cmd_menu(struct cli *c)
{
    struct catalogue k;
    int              status = find_catalogue(c, &k);

    if (status != EXIT_FINE)
        return status;
    if (cli_has_screen()) {
        status = screen_menu(c, &k);
    } else {
        /* Without a screen there is no menu, but there are lessons. */
        fputs("The lessons (`finwait play NUMBER` tells one, `finwait --help` says more):\n",
              c->out);
        for (int i = 0; i < k.n; i++)
            if (k.lesson[i])
                fprintf(c->out, "  %-28s %s\n", k.lesson[i]->id, k.lesson[i]->title);
    }
    catalogue_free(&k);
    return status;
}
