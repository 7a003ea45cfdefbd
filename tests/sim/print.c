/* SPDX-License-Identifier: MIT
 * print.c - a plan as a list. */
#include "plan.h"

#include "net/journal.h"
#include "net/sock.h"
#include "tcp/icmp.h"

#include <inttypes.h>

static void print_path(const struct plan *p, uint32_t i, uint32_t k, FILE *out)
{
    const struct path *q = &p->path[i][k];

    fprintf(out, "  path %c>%c delay %" PRId64 "us", 'A' + i, 'A' + k, q->delay);
    if (q->jitter)
        fprintf(out, " jitter %" PRId64 "us", q->jitter);
    if (q->rate)
        fprintf(out, " rate %" PRIu64 " queue %" PRIu64, q->rate, q->queue);
    if (q->loss.num)
        fprintf(out, " loss %u%%", q->loss.num);
    if (q->dup.num)
        fprintf(out, " dup %u%%", q->dup.num);
    if (q->reorder.num)
        fprintf(out, " reorder %u%%", q->reorder.num);
    if (q->corrupt.num)
        fprintf(out, " corrupt %u%%", q->corrupt.num);
    if (q->box.mtu)
        fprintf(out, " mtu %" PRIu64, q->box.mtu);
    if (q->box.idle)
        fprintf(out, " forgets after %" PRId64 "us, answer %u", q->box.idle, q->box.idle_answer);
    for (uint32_t f = 0; f < p->filters; f++)
        if (p->filter[f].ways & UINT64_C(1) << (HOST_MAX * i + k))
            fprintf(out, " filter %u of ctl %x nth %u", p->filter[f].does, p->filter[f].on.ctl,
                    p->filter[f].on.nth);
    if (q->box.mark.num)
        fprintf(out, " mark %u%%", q->box.mark.num);
    fputc('\n', out);
}

static void print_op(const struct op *o, FILE *out)
{
    fprintf(out, "    %s", op_name[o->verb]);
    if (o->fd)
        fprintf(out, " #%u", o->fd);
    if (o->verb == OP_CONNECT)
        fprintf(out, " %c:%u from %u", 'A' + o->host - 1, o->port, o->from_port);
    else if (o->verb == OP_LISTEN)
        fprintf(out, " %u backlog %u", o->port, o->n);
    else if (o->verb == OP_SET)
        fprintf(out, " %s %" PRId64, sock_option_name[o->n], o->value);
    else if (o->verb == OP_SHUTDOWN)
        fprintf(out, " %s", o->n == SHUT_RD_ ? "rd" : o->n == SHUT_WR_ ? "wr" : "rdwr");
    else if (o->n)
        fprintf(out, " %u", o->n);
    if (o->value && (o->verb == OP_WRITE || o->verb == OP_READ))
        fputs(o->verb == OP_WRITE ? " urgent" : " peek", out);
    if (o->six)
        fputs(" IPv6", out);
    if (o->time)
        fprintf(out, " %s %" PRId64 "us", o->verb == OP_SLEEP ? "for" : "deadline", o->time);
    if (o->dst)
        fprintf(out, " -> #%u", o->dst);
    fputc('\n', out);
}

static void print_deed(const struct plan_deed *d, FILE *out)
{
    static const char *const name[CMD_COUNT] = {
#define COMMAND(ID, name, what) [CMD_##ID] = name,
#include "net/command.def"
#undef COMMAND
    };
    const struct command *c = &d->cmd;
    char                  ctl[40];

    fprintf(out, "  at %" PRId64 "us %s", d->at, name[c->kind]);
    if (c->kind == CMD_OP)
        fprintf(out, " %s", op_name[c->op.verb]);
    if (c->action && c->kind == CMD_ARM)
        fprintf(out, " %s x%" PRIu64, name[c->action], c->n);
    else if (c->kind == CMD_PATH)
        fprintf(out, " quality %u n %" PRIu64 " ratio %u/%u", c->action, c->n, c->ratio.num,
                c->ratio.den);
    if (c->kind == CMD_KNOB)
        fprintf(out, " %s=%" PRIu64, knob_table[c->knob].name, c->n);
    if (c->host || c->peer)
        fprintf(out, " %c>%c", c->host ? 'A' + c->host - 1 : '*',
                c->peer ? 'A' + c->peer - 1 : '*');
    if (c->on.ctl)
        fprintf(out, " %s", ctl_text(c->on.ctl, ctl, sizeof ctl));
    if (c->on.host)
        fprintf(out, " of %c", 'A' + c->on.host - 1);
    if (c->on.nth)
        fprintf(out, " nth %u", c->on.nth);
    if (c->on.rtx)
        fprintf(out, " rtx %u", c->on.rtx);
    if (c->on.has)
        fprintf(out, " with text");
    if (c->kind == CMD_INJECT && c->n)
        fprintf(out, " %s, mtu %u,", icmp_name[c->n - BOX_ICMP], c->knob);
    if (c->kind == CMD_INJECT)
        fprintf(out, " %u>%u %s seq %u ack %u wnd %u len %u salt %" PRId64, c->sport, c->dport,
                ctl_text(c->seg.ctl, ctl, sizeof ctl), c->seg.seq, c->seg.ack, c->seg.wnd,
                c->op.len, c->op.value);
    if (c->time)
        fprintf(out, " time %" PRId64 "us", c->time);
    fputc('\n', out);
}

void plan_print(const struct plan *p, FILE *out)
{
    fprintf(out, "plan of seed 0x%016" PRIx64 ":%s%s%s%s%s, calm at %" PRId64 "us\n", p->seed,
            p->flags & PLAN_SCRIPTS ? " scripts" : "", p->flags & PLAN_FORGED ? " forged" : "",
            p->flags & PLAN_CRASHES ? " crashes" : "", p->flags & PLAN_GHOSTS ? " ghosts" : "",
            p->flags & PLAN_SMALL ? " small" : "", p->calm);
    for (uint32_t i = 0; i < p->hosts; i++) {
        fprintf(out, "  host %c %s", 'A' + i, profile_name[p->profile[i]]);
        for (uint32_t k = 0; k < p->n_iss[i]; k++)
            fprintf(out, " isn %u", p->iss[i][k]);
        if (p->port_first[i])
            fprintf(out, " ports from %u", p->port_first[i]);
        for (uint32_t k = 0; k < p->n_knob; k++)
            if (p->knob[k].host == i + 1)
                fprintf(out, " %s=%u", knob_table[p->knob[k].knob].name, p->knob[k].value);
        fputc('\n', out);
    }
    for (uint32_t i = 0; i < p->hosts; i++)
        for (uint32_t k = 0; k < p->hosts; k++)
            if (i != k)
                print_path(p, i, k, out);
    for (uint32_t r = 0; r < REGION_COUNT; r++)
        if (p->cap[r])
            fprintf(out, "  room for %u of region %u\n", p->cap[r], r);
    for (uint32_t i = 0; i < p->n_actor; i++) {
        const struct program *q = &p->program[p->actor[i].program - 1];

        fprintf(out, "  at %" PRId64 "us %c starts %s\n", p->actor[i].at,
                'A' + p->actor[i].host - 1, q->name);
        for (uint32_t k = 0; k < q->count; k++)
            if (p->op[q->first + k].verb != OP_ON)
                print_op(&p->op[q->first + k], out);
    }
    for (uint32_t i = 0; i < p->n_deed; i++)
        print_deed(&p->deed[i], out);
}
