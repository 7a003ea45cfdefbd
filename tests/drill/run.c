/* SPDX-License-Identifier: MIT
 * run.c - play a script on a fresh stack: options, time, one event after the other. */
#include "run.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool run_fail(struct run *r, const char *fmt, ...)
{
    char    what[FAIL_WHAT];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return fail_at(r->fail, r->script->file, r->event ? r->event->line : 0, "%s", what);
}

bool run_in_time(const struct run *r, vtime lo, vtime t, vtime hi)
{
    return t >= lo - r->tolerance && t <= hi + r->tolerance;
}

/* -- Options ------------------------------------------------------------------------------- */

static bool set_iss(struct run *r, const char *list)
{
    char *end;

    for (r->setup.n_iss = 0; *list && r->setup.n_iss < ISS_MAX; list = end + (*end == ',')) {
        r->setup.iss[r->setup.n_iss++] = (seq)strtoul(list, &end, 10);
        if (end == list)
            return false;
    }
    return *list == '\0';
}

static bool set_option(struct run *r, const struct option *o)
{
    static const char *const ignored[] = { "mss",        "speed",      "local_ip", "remote_ip",
                                           "gateway_ip", "netmask_ip", "debug",    "non_fatal" };
    char                     bad[200]  = "";
    bool                     ok        = true;

    if (strcmp(o->name, "profile") == 0) {
        char flag[64];
        snprintf(flag, sizeof flag, "profile=%s", o->value);
        ok = stack_flags(&r->setup, flag, bad, sizeof bad);
    } else if (strcmp(o->name, "set") == 0)
        ok = stack_flags(&r->setup, o->value, bad, sizeof bad);
    else if (strcmp(o->name, "mtu") == 0) {
        char flag[64];
        snprintf(flag, sizeof flag, "mtu=%s", o->value);
        ok     = stack_flags(&r->setup, flag, bad, sizeof bad);
        bad[0] = '\0';
    } else if (strcmp(o->name, "iss") == 0)
        ok = set_iss(r, o->value);
    else if (strcmp(o->name, "ip_version") == 0) {
        r->v6 = strcmp(o->value, "ipv6") == 0;
        ok    = r->v6 || strcmp(o->value, "ipv4") == 0;
    } else if (strcmp(o->name, "tolerance_usecs") == 0)
        r->tolerance = strtoll(o->value, NULL, 10);
    else if (strcmp(o->name, "tcp_ts_tick_usecs") == 0)
        r->tick = strtoll(o->value, NULL, 10);
    else {
        for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
            if (strcmp(o->name, ignored[i]) == 0)
                return true;
        ok = false;
    }
    return ok
           || fail_at(r->fail, r->script->file, o->line, "option not understood: --%s=%s", o->name,
                      bad[0] ? bad : o->value);
}

/* A command is for a shell that is not here; but what it says of sysctls is a matter of knobs. */
static void command(struct run *r, const char *text)
{
    stack_command(r->stack ? &stack_world(r->stack)->host[0].policy : &r->setup.policy, text);
}

/* -- Time ---------------------------------------------------------------------------------- */

/* All until t happens; calls that return meanwhile are looked at as they do. */
static bool run_to(struct run *r, vtime t)
{
    while (stack_step(r->stack, t))
        if (!run_blocked(r))
            return false;
    return run_blocked(r) && run_unasked(r, t);
}

static void watch(void *who, const struct world *w, const struct journal *j, const struct entry *e)
{
    char line[400], step[300];

    (void)who;
    printf("    %s\n", entry_text(w, j, e, line, sizeof line));
    for (uint32_t i = 0; i < e->n_step; i++) {
        const struct step *s = &j->step[e->step + i];
        printf("        %-18s %s\n", rule_table[s->rule].slug, step_text(s, step, sizeof step));
    }
}

static void begin(struct run *r)
{
    r->stack = stack_new(&r->setup);
    if (r->d->verbose)
        stack_listen_in(r->stack, watch, NULL);
}

static bool play(struct run *r)
{
    const struct event *e    = r->event;
    vtime               base = e->when == WHEN_ABSOLUTE ? 0 : stack_now(r->stack);

    r->at = base + e->at;
    r->to = e->blocks && e->when == WHEN_ABSOLUTE ? e->to : base + e->to;
    if (r->at < stack_now(r->stack) && !(e->what == WHAT_PKT && !e->pkt->in))
        return run_fail(r, "time goes backwards in the script");
    if (e->what == WHAT_PKT && !e->pkt->in)
        return run_outbound(r);
    if (!run_to(r, r->at))
        return false;
    if (r->d->verbose)
        printf("  %s:%d\n", r->script->file, e->line);
    switch (e->what) {
    case WHAT_PKT: return run_inbound(r);
    case WHAT_SYS: return run_call(r);
    case WHAT_CODE: return run_code(r, e->text);
    case WHAT_COMMAND: command(r, e->text); break;
    }
    return true;
}

bool script_run(const struct script *s, const struct drill_setup *d, struct fail *f)
{
    struct run  *r = calloc(1, sizeof *r);
    bool         ok;
    enum profile p = profile_by_name(d->profile ? d->profile : "rfc9293");

    if (r == NULL || p == PROFILE_COUNT) {
        free(r);
        return fail_at(f, s->file, 0, "no profile %s", d->profile ? d->profile : "");
    }
    r->script    = s;
    r->d         = d;
    r->fail      = f;
    r->setup     = stack_setup_default(p);
    r->next_port = 40001;
    r->last_fd   = -1;
    for (int i = 0; i < FDS; i++)
        r->fd[i] = -1;
    ok = true;
    for (const struct option *o = s->options; ok && o; o = o->next)
        ok = set_option(r, o);
    r->event = s->events;
    if (r->event->what == WHAT_COMMAND && r->event->at == 0) { /* before there is a stack */
        command(r, r->event->text);
        r->event = r->event->next;
    }
    if (ok)
        begin(r);
    for (; ok && r->event; r->event = r->event->next)
        ok = play(r);
    if (ok) {
        for (r->event = s->events; r->event->next;)
            r->event = r->event->next; /* what is left over is told at the last line */
        ok = run_blocked(r) && run_blocked_end(r) && run_unasked(r, VTIME_NEVER);
    }
    for (int i = 0; i < BLOCKED; i++)
        free(r->blocked[i].buf);
    stack_free(r->stack);
    free(r);
    return ok;
}
