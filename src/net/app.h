/* SPDX-License-Identifier: MIT
 * app.h - what app.c, appcall.c and apptext.c know of each other.  Not for other files.
 */
#ifndef FW_NET_APP_H
#define FW_NET_APP_H

#include "base/text.h"
#include "net/host.h"

/* What op.target of `on` says, and what app.handler holds: 0, one of these, or a line + 1. */
#define ON_UNSET    0u
#define ON_EXIT     UINT32_MAX
#define ON_CONTINUE (UINT32_MAX - 1)

enum {
    READ_USUAL = 4096, /* bytes that read asks for when it is not said */
    READ_MOST  = 65536,
    FD_NONE    = -1,
};

/* -- appcall.c: one operation ---------------------------------------------------------------- */

/* The descriptor that an operation works on, FD_NONE if there is none. */
int app_fd(const struct world *w, const struct app *a, const struct op *op);
/* Try the operation, for the first time or again; -ERR_EAGAIN means that it would wait. */
int app_try(struct net_call *c, struct app *a, const struct op *op, bool first);
/* It has waited too long: what it leaves behind is tidied up. */
void app_give_up(struct net_call *c, struct app *a, const struct op *op);
/* The most recently made descriptor of a connection on this host; of this app (0: of any); FD_NONE.
 */
int app_newest_conn(const struct world *w, uint32_t host, uint32_t app);
int app_newest_listener(const struct world *w, uint32_t host, uint32_t app, bool waiting);

/* -- apptext.c: its words -------------------------------------------------------------------- */

/* "read(4, 4096)  deadline 5s" */
void app_call_text(const struct world *w, const struct op *op, int fd, struct text *out);
/* "= 17  \"Hello from client\"", "= -1 ECONNRESET connection reset by peer" */
void app_result_text(const struct world *w, const struct app *a, const struct op *op, int fd,
                     struct text *out);
/* What print prints. */
void app_print_text(const struct world *w, const struct app *a, const struct op *op,
                    struct text *out);

#endif
