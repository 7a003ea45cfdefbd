/* SPDX-License-Identifier: MIT
 * pair.c - two hosts and a wire.
 */
#include "pair.h"

#include "base/text.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

struct setup pair_setup(enum profile p)
{
    struct setup s = setup_default();

    s.seed  = 7;
    s.hosts = 2;
    for (int i = 0; i < 2; i++) {
        strcpy(s.host[i].name, i ? "server" : "client");
        ck_assert(addr_parse(i ? "10.0.0.2" : "10.0.0.1", &s.host[i].addr));
        s.host[i].profile    = p;
        s.host[i].policy     = tcp_policy_of(p);
        s.host[i].n_iss      = 1;
        s.host[i].iss[0]     = i ? 800 : 300;
        s.host[i].port_first = 50000;
    }
    return s;
}

struct pair *pair_of(const struct setup *s)
{
    struct pair *p = calloc(1, sizeof *p);

    p->s = *s;
    p->w = world_new(&p->s);
    p->c = (struct net_call){ .w = p->w, .j = &p->j, .host = CLIENT };
    p->d = (struct net_call){ .w = p->w, .j = &p->j, .host = SERVER };
    return p;
}

struct pair *pair_new(enum profile p)
{
    struct setup s = pair_setup(p);

    return pair_of(&s);
}

void pair_free(struct pair *p)
{
    world_check(p->w);
    world_free(p->w);
    journal_free(&p->j);
    free(p);
}

void pair_run(struct pair *p, vspan t)
{
    vtime until = p->w->now + t;
    int   n     = 0;

    while (world_step(p->w, &p->j, until))
        ck_assert_int_lt(n++, 10000);
    world_check(p->w);
}

struct endpoint pair_at(const struct pair *p, uint32_t host, uint16_t port)
{
    return (struct endpoint){ .addr = p->w->host[host - 1].addr, .port = port };
}

void pair_open(struct pair *p)
{
    struct endpoint any = { .port = 80 }, to = pair_at(p, SERVER, 80);

    p->lfd = sock_socket(&p->d);
    ck_assert_int_eq(sock_bind(&p->d, p->lfd, &any), 0);
    ck_assert_int_eq(sock_listen(&p->d, p->lfd, 5), 0);
    p->cfd = sock_socket(&p->c);
    ck_assert_int_eq(sock_connect(&p->c, p->cfd, &to), -ERR_EINPROGRESS);
    pair_run(p, SEC(1));
    p->sfd = sock_accept(&p->d, p->lfd, NULL);
    ck_assert_int_gt(p->sfd, 0);
    pair_wire(p);
}

const char *pair_wire(struct pair *p)
{
    struct text t = text_into(p->text, sizeof p->text);

    p->text[0] = 0;
    for (; p->seen < p->j.len; p->seen++) {
        const struct entry *e = &p->j.entry[p->seen];

        if (e->kind != EVENT_SENT)
            continue;
        text_add(&t, "%s:", e->host == CLIENT ? "c" : "s");
        text_add(&t, "%s%s%s%s%s%s ", e->seg.ctl & CTL_SYN ? "S" : "",
                 e->seg.ctl & CTL_FIN ? "F" : "", e->seg.ctl & CTL_RST ? "R" : "",
                 e->seg.ctl & CTL_PSH ? "P" : "", e->seg.ctl & CTL_ACK ? "." : "",
                 e->seg.len ? "+" : "");
    }
    return p->text;
}

const char *pair_ss(struct pair *p, uint32_t host)
{
    struct ss_row row[16];
    struct text   t = text_into(p->text, sizeof p->text);
    size_t        n = ss_rows(p->w, host, row, 16);

    p->text[0] = 0;
    for (size_t i = 0; i < n && i < 16; i++)
        if (row[i].state != TCP_LISTEN)
            text_add(&t, "%s%s %u %u", t.len ? "; " : "", ss_state(row[i].state, false),
                     row[i].recv_q, row[i].send_q);
    return p->text;
}

const char *pair_ss_text(struct pair *p, uint32_t host)
{
    struct ss_row row[16];
    size_t        n = ss_rows(p->w, host, row, 16);

    p->text[0] = 0;
    for (size_t i = 0; i < n && i < 16; i++)
        if (row[i].state != TCP_LISTEN)
            return ss_text(&row[i], false, p->text, sizeof p->text);
    return p->text;
}

int pair_write(struct net_call *c, int fd, const char *text)
{
    return sock_write(c, fd, (const uint8_t *)text, (uint32_t)strlen(text), 0);
}

int pair_read(struct net_call *c, int fd)
{
    uint8_t buf[4096];

    return sock_read(c, fd, buf, sizeof buf, 0);
}

int pair_error(struct net_call *c, int fd)
{
    int64_t e = -1;

    ck_assert_int_eq(sock_get(c, fd, SO_ERROR_, &e), 0);
    return (int)e;
}

const char *pair_said(struct pair *p, enum event_kind kind, uint32_t host)
{
    struct text t = text_into(p->text, sizeof p->text);
    char        buf[256];

    p->text[0] = 0;
    for (size_t i = 0; i < p->j.len; i++) {
        const struct entry *e = &p->j.entry[i];

        if (e->kind == kind && e->host == host)
            text_add(&t, "%s%s", t.len ? "; " : "", journal_text(&p->j, e, buf, sizeof buf));
    }
    return p->text;
}

void pair_op(struct pair *p, uint32_t host, struct op op)
{
    struct command cmd = { .kind = CMD_OP, .host = (uint8_t)host };

    cmd.op = op;
    world_do(p->w, &p->j, &cmd);
}

void pair_drop_next(struct pair *p, uint32_t host, uint8_t ctl)
{
    struct command cmd = { .kind = CMD_ARM, .action = CMD_DROP, .n = 1 };

    cmd.on.kind     = EVENT_SENT + 1;
    cmd.on.host     = (uint8_t)host;
    cmd.on.ctl_mask = ctl;
    cmd.on.ctl      = ctl;
    world_do(p->w, &p->j, &cmd);
}
