/* SPDX-License-Identifier: MIT
 * app.c - scripted programs, and a person's hand.
 *
 * A program goes on until a call would wait; app_poll() then lets it try again after every event.
 * A hand is a program of one line, given by CMD_OP.
 */
#include "net/app.h"

#include <assert.h>
#include <string.h>

enum { OPS_AT_ONCE = 1000, TEXT_MAX = 256, STATUS_SIGPIPE = 128 + 13 };

static uint32_t app_index(const struct world *w, const struct app *a)
{
    return (uint32_t)(a - world_app(w, 1)) + 1;
}

static const struct op *current_op(const struct world *w, const struct app *a)
{
    return a->program ? world_op(w, w->program[a->program - 1].first + a->pc) : &a->hand;
}

/* When there is no room, the program of this host that ended first makes some. */
static uint32_t oldest_done(struct world *w, uint32_t host)
{
    uint32_t *at = &host_of(w, host)->apps, *found = NULL, i;

    for (; *at; at = &world_app(w, *at)->next)
        if (world_app(w, *at)->program && world_app(w, *at)->state == APP_DONE)
            found = at;
    if (!found)
        return 0;
    i      = *found;
    *found = world_app(w, i)->next;
    memset(world_app(w, i), 0, sizeof *world_app(w, i));
    return i;
}

static uint32_t app_new(struct world *w, uint32_t host, uint32_t program)
{
    uint32_t    i = world_take(w, REGION_APP);
    struct app *a;

    if (i == 0 && (i = oldest_done(w, host)) == 0)
        return 0;
    a          = world_app(w, i);
    a->host    = (uint8_t)host;
    a->program = (uint8_t)program;
    a->next    = host_of(w, host)->apps;
    for (int k = 0; k <= FD_NAMES; k++)
        a->fd[k] = FD_NONE;
    host_of(w, host)->apps = i;
    return i;
}

/* -- telling --------------------------------------------------------------------------------- */

static void entry_of(const struct world *w, const struct app *a, enum event_kind kind,
                     const struct op *op, struct entry *e)
{
    memset(e, 0, sizeof *e);
    e->kind = (uint8_t)kind;
    e->host = a->host;
    e->app  = app_index(w, a);
    e->op   = op ? op->verb : 0;
    e->pc   = op ? op->line : 0;
}

/* The connection behind a descriptor, as it is now. */
static void entry_conn(const struct world *w, const struct app *a, int fd, struct entry *e)
{
    uint32_t           s = fd == FD_NONE ? 0 : sock_of_fd(w, a->host, fd);
    const struct conn *c =
        s && world_sock(w, s)->conn ? world_conn(w, world_sock(w, s)->conn) : NULL;

    if (!c) {
        if (s && world_sock(w, s)->kind == SOCK_LISTENING)
            e->before = e->after = TCP_LISTEN;
        return;
    }
    e->conn   = c->serial;
    e->life   = (uint16_t)c->life;
    e->before = e->after = (uint8_t)conn_state(w, c);
}

static void tell_text(struct world *w, struct journal *j, struct entry *e, const struct text *t)
{
    world_tell(w, j, e, &(struct told){ .text = t->buf, .n_text = t->len });
}

static void tell_words(struct world *w, struct journal *j, const struct app *a,
                       enum event_kind kind, const char *words)
{
    struct entry e;

    entry_of(w, a, kind, NULL, &e);
    world_tell(w, j, &e, &(struct told){ .text = words, .n_text = strlen(words) });
}

static void tell_result(struct world *w, struct journal *j, const struct app *a,
                        const struct op *op, int fd)
{
    char         buf[TEXT_MAX];
    struct text  t = text_into(buf, sizeof buf);
    struct entry e;

    entry_of(w, a, EVENT_RESULT, op, &e);
    entry_conn(w, a, fd, &e);
    e.value = a->result;
    app_result_text(w, a, op, fd, &t);
    tell_text(w, j, &e, &t);
}

/* -- the end of a program -------------------------------------------------------------------- */

static void close_all(struct world *w, struct journal *j, uint32_t app)
{
    struct net_call c = { .w = w, .j = j, .host = world_app(w, app)->host };
    struct app     *a = world_app(w, app);

    for (uint32_t i = host_of(w, a->host)->fds; i;) {
        int fd = world_fd(w, i)->number, mine = world_fd(w, i)->app == app;

        i = world_fd(w, i)->next;
        if (mine)
            sock_close(&c, fd);
    }
    for (int k = 0; k <= FD_NAMES; k++)
        a->fd[k] = FD_NONE;
    a->current = 0;
}

static void end_of(struct world *w, struct journal *j, struct app *a, int32_t status,
                   const char *words)
{
    struct entry e;

    alarm_cancel(w, &a->alarm);
    a->state = APP_DONE;
    entry_of(w, a, EVENT_EXIT, NULL, &e);
    e.value = status;
    world_tell(w, j, &e, &(struct told){ .text = words, .n_text = strlen(words) });
    close_all(w, j, app_index(w, a));
}

static void app_exit(struct world *w, struct journal *j, struct app *a)
{
    end_of(w, j, a, 0, "exit");
}

/* Does this error kill who meets it?  Only when its socket asked for that: most languages ignore
 * SIGPIPE, and so does a program here. */
static bool kills(const struct world *w, const struct app *a, const struct op *op, int fd, int r)
{
    uint32_t s = r == -ERR_EPIPE && op->verb == OP_WRITE ? sock_of_fd(w, a->host, fd) : 0;

    return s && world_sock(w, s)->flags & SF_SIGPIPE;
}

/* -- one line -------------------------------------------------------------------------------- */

static void next_line(struct app *a)
{
    if (a->program)
        a->pc++;
    else
        a->state = APP_DONE;
}

/* What the program said that should happen now, else the default: as perror(), and out. */
static void handle(struct world *w, struct journal *j, struct app *a, const struct op *op,
                   int which)
{
    uint32_t target = a->handler[which];

    if (which == 2 && target == ON_UNSET)
        target = a->handler[which = 0];
    if (!a->program || (target == ON_UNSET && which == 1)) {
        next_line(a);
        return;
    }
    if (target == ON_UNSET) {
        char        buf[TEXT_MAX];
        struct text t = text_into(buf, sizeof buf);

        text_add(&t, "%s: %s", op_name[op->verb], err_text((enum err) - a->result));
        tell_words(w, j, a, EVENT_PRINT, buf);
        app_exit(w, j, a);
    } else if (target == ON_EXIT) {
        app_exit(w, j, a);
    } else if (target == ON_CONTINUE) {
        next_line(a);
    } else {
        a->pc = target - 1;
    }
}

/* A call has returned. */
static void finish(struct world *w, struct journal *j, struct app *a, int fd, int result)
{
    struct op op = *current_op(w, a);

    alarm_cancel(w, &a->alarm);
    a->state    = APP_READY;
    a->deadline = 0;
    if (a->program && kills(w, a, &op, fd, result)) { /* the call does not return */
        end_of(w, j, a, STATUS_SIGPIPE, "killed by SIGPIPE, status 141");
        return;
    }
    if (op.verb == OP_SLEEP) { /* the last call's result stays the last call's */
        int32_t last = a->result;

        a->result = 0;
        tell_result(w, j, a, &op, fd);
        a->result = last;
        next_line(a);
        return;
    }
    a->result = result;
    if (result < 0)
        a->n_data = 0;
    if (result >= 0 && (op.verb == OP_ACCEPT || op.verb == OP_DUP))
        fd = result;
    tell_result(w, j, a, &op, fd);
    bool reads = op.verb == OP_READ || op.verb == OP_READALL;
    if (result == -ERR_EDEADLINE)
        handle(w, j, a, &op, 2);
    else if (result < 0)
        handle(w, j, a, &op, 0);
    else if (reads && (result == 0 || op.verb == OP_READALL))
        handle(w, j, a, &op, 1);
    else
        next_line(a);
}

/* Begin a call: told when it reaches the engine, at the latest when it has been tried. */
static void begin_call(struct world *w, struct journal *j, struct app *a)
{
    struct op       op = *current_op(w, a); /* a hand's may be overwritten while it is worked on */
    int             fd = app_fd(w, a, &op);
    char            buf[TEXT_MAX];
    struct text     t = text_into(buf, sizeof buf);
    struct entry    e;
    struct net_call c = {
        .w = w, .j = j, .host = a->host, .app = app_index(w, a), .call = &e, .text = buf
    };

    a->calls++;
    host_of(w, a->host)->stirs++; /* what it does to a socket another may wait for */
    app_call_text(w, &op, fd, &t);
    entry_of(w, a, EVENT_CALL, &op, &e);
    if (op.verb != OP_LISTEN && op.verb != OP_CONNECT)
        entry_conn(w, a, fd, &e);
    if (op.verb == OP_SLEEP) {
        tell_text(w, j, &e, &t);
        a->state    = APP_SLEEPING;
        a->deadline = w->now + op.time;
        alarm_set(w, &a->alarm, a->deadline, ALARM_APP, app_index(w, a));
        return;
    }
    int r = app_try(&c, a, &op, true);
    if (c.call)
        tell_text(w, j, &e, &t);
    if (r != -ERR_EAGAIN) {
        finish(w, j, a, op.verb == OP_CLOSE || op.verb == OP_ABORT ? FD_NONE : app_fd(w, a, &op),
               r);
        return;
    }
    a->state = APP_BLOCKED;
    a->seen  = host_of(w, a->host)->stirs;
    if (!a->lingers)
        a->deadline = op.time ? w->now + op.time : VTIME_NEVER;
    alarm_set(w, &a->alarm, a->deadline, ALARM_APP, app_index(w, a));
}

static void do_print(struct world *w, struct journal *j, struct app *a, const struct op *op)
{
    char         buf[TEXT_MAX];
    struct text  t = text_into(buf, sizeof buf);
    struct entry e;

    app_print_text(w, a, op, &t);
    entry_of(w, a, EVENT_PRINT, op, &e);
    tell_text(w, j, &e, &t);
}

static void do_line(struct world *w, struct journal *j, struct app *a)
{
    struct op op = *current_op(w, a);

    switch ((enum op_verb)op.verb) {
    case OP_PRINT:
        do_print(w, j, a, &op);
        next_line(a);
        break;
    case OP_ON:
        if (op.n < 3)
            a->handler[op.n] = op.target >= ON_CONTINUE ? op.target : op.target + 1;
        next_line(a);
        break;
    case OP_GOTO:
        next_line(a);
        if (a->program)
            a->pc = op.target;
        break;
    case OP_REPEAT:
        next_line(a);
        if (a->program && a->repeat < op.n) {
            a->repeat++;
            a->pc = op.target;
        } else {
            a->repeat = 0;
        }
        break;
    case OP_EXIT: app_exit(w, j, a); break;
    case OP_CRASH: host_crash(w, j, a->host); break;
    default: begin_call(w, j, a); break;
    }
}

/* Go on until the program waits or ends.  One that would never wait is made to, for a millisecond.
 * One that crashed its host is gone: its element is zero. */
static void app_run(struct world *w, struct journal *j, struct app *a)
{
    for (int i = 0; a->state == APP_READY && a->host; i++) {
        if (a->program && a->pc >= w->program[a->program - 1].count) {
            app_exit(w, j, a);
        } else if (i == OPS_AT_ONCE) {
            a->state    = APP_BLOCKED;
            a->deadline = VTIME_NEVER;
            alarm_set(w, &a->alarm, w->now + MSEC(1), ALARM_APP, app_index(w, a));
        } else {
            do_line(w, j, a);
        }
    }
}

/* -- from outside ---------------------------------------------------------------------------- */

void app_start(struct world *w, struct journal *j, uint32_t host, uint32_t program)
{
    uint32_t i;

    assert(program >= 1 && program <= w->programs);
    host_of(w, host)->down = 0; /* the machine has been switched on again */
    if ((i = app_new(w, host, program)) == 0)
        return;
    tell_words(w, j, world_app(w, i), EVENT_START, w->program[program - 1].name);
    app_run(w, j, world_app(w, i));
}

/* Try a blocked call again; true when it returned. */
static bool retry(struct world *w, struct journal *j, struct app *a)
{
    struct op       op     = *current_op(w, a);
    struct net_call c      = { .w = w, .j = j, .host = a->host, .app = app_index(w, a) };
    int             fd     = app_fd(w, a, &op);
    uint32_t        so_far = a->done;
    int             r      = app_try(&c, a, &op, false);

    if (r == -ERR_EAGAIN)
        return a->done != so_far;
    if (op.verb == OP_CONNECT)
        fd = app_fd(w, a, &op);
    else if (op.verb == OP_CLOSE)
        fd = FD_NONE;
    finish(w, j, a, fd, r);
    app_run(w, j, a);
    return true;
}

void app_alarm(struct world *w, struct journal *j, uint32_t app)
{
    struct app     *a = world_app(w, app);
    struct op       op;
    struct net_call c = { .w = w, .j = j, .host = a->host, .app = app };

    if (a->state != APP_SLEEPING && a->state != APP_BLOCKED)
        return;
    if (a->state == APP_BLOCKED && a->deadline == VTIME_NEVER) { /* it had run on for too long */
        a->state = APP_READY;
        app_run(w, j, a);
        return;
    }
    op = *current_op(w, a);
    if (a->state == APP_BLOCKED && !retry(w, j, a)) {
        int fd = app_fd(w, a, &op);

        app_give_up(&c, a, &op);
        if (op.verb == OP_CLOSE) { /* it has lingered for long enough */
            a->lingers = 0;
            finish(w, j, a, FD_NONE, 0);
        } else {
            finish(w, j, a, op.verb == OP_CONNECT ? FD_NONE : fd, -ERR_EDEADLINE);
        }
    } else if (a->state == APP_SLEEPING) {
        finish(w, j, a, FD_NONE, 0);
    }
    app_run(w, j, a);
}

bool app_poll(struct world *w, struct journal *j, uint32_t host)
{
    bool moved = false;

    for (uint32_t i = host_of(w, host)->apps, next; i; i = next) {
        struct app *a = world_app(w, i);

        next = a->next;
        if (a->state != APP_BLOCKED || a->seen == host_of(w, host)->stirs)
            continue;
        a->seen = host_of(w, host)->stirs;
        if (!(a->alarm && a->deadline == VTIME_NEVER) && retry(w, j, a))
            moved = true;
        if (host_of(w, host)->apps == 0) /* it crashed the host */
            break;
    }
    return moved;
}

/* -- a person's hand ------------------------------------------------------------------------- */

/* A newcomer who presses "server closes" means the connection in sight: the hand's own, else one
 * that waits to be accepted (and is accepted first, visibly), else one that a program holds. */
static void reach_for(struct world *w, struct journal *j, struct app *a, const struct op *op)
{
    uint32_t me = app_index(w, a);
    int      fd;

    switch ((enum op_verb)op->verb) {
    case OP_READ:
    case OP_READALL:
    case OP_WRITE:
    case OP_FLUSH:
    case OP_SHUTDOWN:
    case OP_CLOSE:
    case OP_ABORT:
    case OP_SET:
    case OP_GET:
    case OP_DUP: break;
    default: return;
    }
    if (op->fd || op->target)
        return;
    if ((fd = app_newest_conn(w, a->host, me)) != FD_NONE) {
        uint32_t now = a->current ? sock_of_fd(w, a->host, a->fd[a->current - 1]) : 0;

        if (now && world_sock(w, now)->kind == SOCK_LISTENING) {
            a->fd[0]   = fd;
            a->current = 1;
        }
    } else if ((fd = app_newest_listener(w, a->host, 0, true)) != FD_NONE) {
        memset(&a->hand, 0, sizeof a->hand);
        a->hand.verb = OP_ACCEPT;
        a->fd[0]     = fd;
        a->current   = 1;
        a->state     = APP_READY;
        app_run(w, j, a);
    } else if ((fd = app_newest_conn(w, a->host, 0)) != FD_NONE) {
        a->fd[0]   = fd;
        a->current = 1;
    }
}

void app_hand(struct world *w, struct journal *j, uint32_t host, const struct op *op)
{
    struct host *h = host_of(w, host);

    if (op->verb == OP_CRASH) {
        host_crash(w, j, host);
        return;
    }
    h->down = 0;
    if (h->hand == 0 && (h->hand = app_new(w, host, 0)) == 0)
        return;
    struct app *a = world_app(w, h->hand);
    alarm_cancel(w, &a->alarm); /* what it was waiting for, it waits for no longer */
    reach_for(w, j, a, op);
    a->hand  = *op;
    a->state = APP_READY;
    app_run(w, j, a);
}

void app_crash(struct world *w, struct journal *j, uint32_t host)
{
    struct host *h = host_of(w, host);

    while (h->apps) {
        uint32_t    i = h->apps;
        struct app *a = world_app(w, i);

        if (a->program && a->state != APP_DONE)
            tell_words(w, j, a, EVENT_EXIT, "the host has lost power");
        h->apps = a->next;
        alarm_cancel(w, &a->alarm);
        a->state = APP_DONE;
        world_give(w, REGION_APP, i);
    }
    h->hand = 0;
}
