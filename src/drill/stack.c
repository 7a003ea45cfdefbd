/* SPDX-License-Identifier: MIT
 * stack.c - one host before a scripted peer: time, datagrams. */
#include "drill/inside.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct addr address(const char *text)
{
    struct addr a;
    bool        ok = addr_parse(text, &a);

    assert(ok);
    return ok ? a : (struct addr){ { 0 } };
}

struct stack_setup stack_setup_default(enum profile p)
{
    return (struct stack_setup){
        .profile = p,
        .policy  = tcp_policy_of(p),
        .seed    = 1,
        .addr    = address("192.168.0.1"),
        .addr6   = address("fd3d:a0b:17d6::1"),
    };
}

enum { SOCKETS = 1024 };

struct stack *stack_new(const struct stack_setup *setup)
{
    struct stack      *s = calloc(1, sizeof *s);
    struct setup       w = setup_default();
    struct setup_host *h = &w.host[0];

    assert(s != NULL);
    w.seed             = setup->seed;
    w.cap[REGION_SOCK] = w.cap[REGION_FD] = SOCKETS; /* as a process may have descriptors */
    w.cap[REGION_CONN] = w.cap[REGION_TIME_WAIT] = SOCKETS;
    w.hosts                                      = 1;
    memcpy(h->name, "dut", sizeof "dut");
    h->addr    = setup->addr;
    h->addr6   = setup->addr6;
    h->profile = setup->profile;
    h->policy  = setup->policy;
    h->n_iss   = setup->n_iss;
    memcpy(h->iss, setup->iss, sizeof h->iss);
    w.path[0][0] = (struct path){
        .loss = { 0, 1 }, .dup = { 0, 1 }, .reorder = { 0, 1 }, .corrupt = { 0, 1 }
    }; /* what leaves is gone at once */
    s->world = world_new(&w);
    s->call  = (struct net_call){ .w = s->world, .j = &s->journal, .host = 1 };
    return s;
}

void stack_free(struct stack *s)
{
    if (s == NULL)
        return;
    world_free(s->world);
    journal_free(&s->journal);
    stack_epoll_free(s);
    free(s->fd);
    free(s);
}

vtime         stack_now(const struct stack *s) { return s->world->now; }
struct world *stack_world(struct stack *s) { return s->world; }

void stack_address(struct stack *s, const struct addr *a)
{
    struct host *h = &s->world->host[0];

    if (!addr_invalid(a))
        *(addr_is_v4(a) ? &h->addr : &h->addr6) = *a;
}

void stack_listen_in(struct stack *s, stack_watch *watch, void *who)
{
    s->watch = watch;
    s->who   = who;
}

/* Show the watcher what is new. */
void stack_told(struct stack *s)
{
    for (; s->told < s->journal.len; s->told++)
        if (s->watch)
            s->watch(s->who, s->world, &s->journal, &s->journal.entry[s->told]);
}

vtime stack_next(const struct stack *s)
{
    vtime next = world_next(s->world);

    for (const struct call *c = s->waiting; c; c = c->next)
        if (c->deadline < next)
            next = c->deadline;
    return next;
}

bool stack_step(struct stack *s, vtime until)
{
    vtime next = stack_next(s);
    vtime to   = next < until ? next : until;

    /* A blocked call's own deadline is not the world's: it is reached without an event. */
    bool happened = world_step(s->world, &s->journal, to);
    stack_told(s);
    stack_retry(s);
    return happened || (next <= until && to == next);
}

void stack_run(struct stack *s, vtime until)
{
    if (until < s->world->now)
        until = s->world->now;
    while (stack_step(s, until))
        ;
}

/* The journal is all that a world says; what has been taken is forgotten as soon as it is empty. */
static bool next_out(struct stack *s, struct datagram *d, bool take)
{
    for (; s->taken < s->journal.len; s->taken++) {
        const struct entry *e = &s->journal.entry[s->taken];
        if (e->kind != EVENT_SENT)
            continue;
        *d = (struct datagram){ .at = e->at, .bytes = s->journal.wire + e->wire, .n = e->n_wire };
        s->taken += take;
        return true;
    }
    stack_told(s);
    journal_cut(&s->journal, 0);
    s->taken = s->told = 0;
    return false;
}

bool stack_out(struct stack *s, struct datagram *d) { return next_out(s, d, true); }
bool stack_peek(struct stack *s, struct datagram *d) { return next_out(s, d, false); }

void stack_in(struct stack *s, const uint8_t *bytes, size_t n)
{
    world_datagram(s->world, &s->journal, 1, bytes, n);
    stack_told(s);
    stack_retry(s);
}
