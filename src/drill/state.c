/* SPDX-License-Identifier: MIT
 * state.c - the connection table for those who look at a socket from outside.
 *
 * The file named by FINWAIT_STATE_FILE holds what ss would print, one row a connection, and is
 * rewritten each time that a row comes, goes or changes.  After ss's columns come the state as
 * RFC 9293 and as BSD write it, and who holds the socket:
 *
 *      SYN-RECV  0  0  192.168.0.1:8080  192.0.2.1:40000  SYN_RECEIVED SYN_RCVD
 *      ESTAB     0  0  192.168.0.1:8080  192.0.2.1:40000  ESTABLISHED
 * users:(("packetdrill",pid=1,fd=4))
 */
#define _GNU_SOURCE
#include "drill/adapter.h"
#include "drill/desk.h"
#include "net/ss.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A timer's time left changes with every look: only what else changes is news. */
static bool same(const struct ss_row *a, const struct ss_row *b)
{
    return a->state == b->state && a->recv_q == b->recv_q && a->send_q == b->send_q
           && a->serial == b->serial && a->life == b->life && a->timer == b->timer
           && a->retries == b->retries && a->orphan == b->orphan
           && memcmp(&a->local, &b->local, sizeof a->local) == 0
           && memcmp(&a->peer, &b->peer, sizeof a->peer) == 0;
}

/* The descriptor through which a process holds the connection of a row; -1 is none. */
static int holder(struct stack *s, const struct ss_row *r)
{
    const struct world *w = stack_world(s);

    for (uint32_t i = w->host[0].fds; i; i = world_fd(w, i)->next) {
        const struct sock *k       = world_sock(w, world_fd(w, i)->sock);
        bool               listens = r->state == TCP_LISTEN && k->kind == SOCK_LISTENING;
        struct endpoint    local, peer;

        sock_ends(w, k, &local, &peer);
        if (listens ? memcmp(&local, &r->local, sizeof local) == 0
                    : r->conn && r->state != TCP_LISTEN && k->conn == r->conn)
            return desk_real_fd(world_fd(w, i)->number);
    }
    return -1;
}

static const char *bsd_state(enum tcp_state state)
{
    return state == TCP_SYN_RECEIVED ? "SYN_RCVD" : tcp_state_name[state];
}

static void print_row(FILE *f, const struct ss_row *r, int fd)
{
    char line[200];

    fprintf(f, "%s  %s", ss_text(r, false, line, sizeof line), tcp_state_name[r->state]);
    if (strcmp(bsd_state(r->state), tcp_state_name[r->state]) != 0)
        fprintf(f, " %s", bsd_state(r->state));
    if (fd >= 0)
        fprintf(f, " users:((\"%s\",pid=%d,fd=%d))", program_invocation_short_name, (int)getpid(),
                fd);
    fputc('\n', f);
}

void state_begin(void)
{
    const char *name = getenv("FINWAIT_STATE_FILE");
    FILE       *f    = name && *name ? fopen(name, "w") : NULL;

    if (f)
        fclose(f);
}

static void *again(void *p, size_t n, size_t size)
{
    p = realloc(p, (n ? n : 1) * size);
    if (p == NULL)
        abort();
    return p;
}

/* All rows that there are, into *row, which has room for *cap. */
static size_t rows(struct stack *s, struct ss_row **row, size_t *cap)
{
    size_t n;

    if (*row == NULL)
        *row = again(NULL, *cap = 64, sizeof **row);
    while ((n = ss_rows(stack_world(s), 1, *row, *cap)) > *cap)
        *row = again(*row, *cap = 2 * n, sizeof **row);
    return n;
}

void state_file(struct stack *s)
{
    static struct ss_row *before, *now;
    static int           *held;
    static size_t         cap, had = SIZE_MAX;
    const char           *name = getenv("FINWAIT_STATE_FILE");
    char                  part[1024];

    if (name == NULL || *name == '\0')
        return;
    size_t n    = rows(s, &now, &cap);
    bool   news = n != had;
    if (news) {
        before = again(before, n, sizeof *before);
        held   = again(held, n, sizeof *held);
    }
    for (size_t i = 0; i < n; i++) {
        int fd = holder(s, &now[i]);
        news |= n != had || fd != held[i] || !same(&before[i], &now[i]);
        held[i] = fd;
    }
    if (!news)
        return;
    had = n;
    memcpy(before, now, n * sizeof now[0]);
    /* Whoever reads sees the old table or the new one, never half of one. */
    if (snprintf(part, sizeof part, "%s.part", name) >= (int)sizeof part)
        return;
    FILE *f = fopen(part, "w");
    if (f == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        print_row(f, &now[i], held[i]);
    if (fclose(f) == 0)
        rename(part, name);
}

static void print_end(FILE *f, const struct endpoint *e)
{
    static const struct addr any;
    char                     text[48];

    fprintf(f, " %s:", addr_equal(&e->addr, &any) ? "*" : addr_text(&e->addr, text, sizeof text));
    fprintf(f, e->port ? "%u" : "*", e->port);
}

/* What is open and has no connection, or none any more: FreeBSD shows that, too. */
static void print_closed(FILE *f, struct stack *s)
{
    const struct world *w = stack_world(s);

    for (uint32_t i = w->host[0].fds; i; i = world_fd(w, i)->next) {
        const struct sock *k = world_sock(w, world_fd(w, i)->sock);
        struct endpoint    local, peer;

        if (k->kind == SOCK_LISTENING || (k->conn && !world_conn(w, k->conn)->forgot))
            continue;
        sock_ends(w, k, &local, &peer);
        fprintf(f, "root %s %d %d %s", program_invocation_short_name, (int)getpid(),
                desk_real_fd(world_fd(w, i)->number), addr_is_v4(&peer.addr) ? "tcp4" : "tcp6");
        print_end(f, &local);
        print_end(f, &peer);
        fprintf(f, " CLOSED\n");
    }
}

char *state_sockstat(struct stack *s)
{
    static struct ss_row *row;
    static size_t         cap;
    char                 *text = NULL;
    size_t                len;
    FILE                 *f = open_memstream(&text, &len);

    if (f == NULL)
        return NULL;
    size_t n = rows(s, &row, &cap);
    for (size_t i = 0; i < n; i++) {
        int fd = holder(s, &row[i]);
        if (fd >= 0)
            fprintf(f, "root %s %d %d", program_invocation_short_name, (int)getpid(), fd);
        else
            fprintf(f, "? ? ? ?");
        fprintf(f, " %s", addr_is_v4(&row[i].local.addr) ? "tcp4" : "tcp6");
        print_end(f, &row[i].local);
        print_end(f, &row[i].peer);
        fprintf(f, " %s\n", bsd_state(row[i].state));
    }
    print_closed(f, s);
    return fclose(f) == 0 ? text : NULL;
}
