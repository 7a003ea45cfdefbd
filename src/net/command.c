/* SPDX-License-Identifier: MIT
 * command.c - what a person or the script does: said, then done.
 *
 * Each command is told first, in words, so that the log reads "drop #12" before it reads "#12 is
 * lost".
 */
#include "base/text.h"
#include "net/inside.h"
#include "tcp/icmp.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static const char *const command_name[CMD_COUNT] = {
    [CMD_NONE] = "nothing",
#define COMMAND(ID, name, what) [CMD_##ID] = name,
#include "net/command.def"
#undef COMMAND
};

static const char *const quality_name[PATH_QUALITIES] = {
    "delay", "jitter", "rate", "queue", "loss", "dup", "reorder", "corrupt", "cut",
};

static const char *name_of(const struct world *w, uint32_t host)
{
    return host >= 1 && host <= w->hosts ? w->host[host - 1].name : "all";
}

static void say_span(struct text *t, vspan span)
{
    if (span % 1000 == 0)
        text_add(t, " %" PRId64 " ms", span / 1000);
    else
        text_add(t, " %" PRId64 " us", span);
}

static void say_ratio(struct text *t, struct ratio r)
{
    uint64_t hundredths = r.den ? UINT64_C(10000) * r.num / r.den : 0;

    text_add(t, " %" PRIu64, hundredths / 100);
    if (hundredths % 100)
        text_add(t, ".%02" PRIu64, hundredths % 100);
    text_add(t, "%%");
}

/* Which segments: "client > server FIN seq 301". */
static void say_match(const struct world *w, struct text *t, const struct match *m)
{
    char buf[40];

    if (m->host || m->peer)
        text_add(t, " %s > %s", m->host ? name_of(w, m->host) : "any",
                 m->peer ? name_of(w, m->peer) : "any");
    if (m->ctl_mask & m->ctl)
        text_add(t, " %s", ctl_text(m->ctl_mask & m->ctl, buf, sizeof buf));
    if (m->has & MATCH_SEQ)
        text_add(t, " seq %" PRIu32, m->seq);
    if (m->has & MATCH_ACK)
        text_add(t, " ack %" PRIu32, m->ack);
    if (m->has & MATCH_DATA)
        text_add(t, " with text");
    else if (m->has & MATCH_LEN)
        text_add(t, " len %" PRIu32, m->len);
    if (m->port)
        text_add(t, " port %u", m->port);
    if (m->rtx)
        text_add(t, m->rtx == 1 ? " retransmitted" : " sent first");
    if (m->nth > 1)
        text_add(t, ", number %u", m->nth);
}

static void say_does(struct text *t, uint64_t does)
{
    if (does >= BOX_ICMP && does <= BOX_DOES_MAX)
        text_add(t, "refuses (ICMP %s)", icmp_name[does - BOX_ICMP]);
    else
        text_add(t, "%s",
                 does == BOX_LET        ? "passes"
                 : does == BOX_RST_BOTH ? "resets (both ends)"
                 : does == BOX_RST      ? "resets"
                                        : "drops");
}

static void say_patience(struct text *t, vspan span)
{
    if (span % SEC(1) == 0)
        text_add(t, " %" PRId64 " s", span / SEC(1));
    else
        say_span(t, span);
}

static void say_box(const struct world *w, struct text *t, const struct command *c)
{
    if (c->action == PATH_MTU) {
        if (c->n)
            text_add(t, " a link of %" PRIu64 " bytes", c->n);
        else
            text_add(t, " every datagram fits");
    } else if (c->action == PATH_IDLE && c->time == 0) {
        text_add(t, " no box that forgets");
    } else if (c->action == PATH_IDLE) {
        text_add(t, " a box that forgets after");
        say_patience(t, c->time);
        if (c->brief) {
            text_add(t, " (");
            say_patience(t, c->brief);
            text_add(t, " opening or closed)");
        }
        text_add(t, ", then ");
        say_does(t, c->n);
        text_add(t, c->n == BOX_RST_BOTH ? "" : " what it does not know");
    } else if (c->action == PATH_FILTER && c->n == BOX_PASS) {
        text_add(t, " no filter");
    } else if (c->action == PATH_FILTER) {
        text_add(t, " a filter that ");
        say_does(t, c->n);
        say_match(w, t, &c->on);
        if (!c->on.ctl_mask && !c->on.has && !c->on.rtx && !c->on.port)
            text_add(t, " everything");
        if (w->filters == FILTER_MAX)
            text_add(t, ": there are %d already, there is no room", FILTER_MAX);
    } else if (c->action == PATH_MARK) {
        text_add(t, " congestion marks");
        say_ratio(t, c->ratio);
    }
}

static void say_path(const struct world *w, struct text *t, const struct command *c)
{
    if (c->host || c->peer)
        text_add(t, "path %s > %s:", name_of(w, c->host), name_of(w, c->peer));
    else
        text_add(t, "path:");
    if (c->action >= PATH_QUALITIES) {
        say_box(w, t, c);
        return;
    }
    if (c->action == PATH_CUT) {
        text_add(t, c->n ? " cut" : " mended");
        return;
    }
    text_add(t, " %s", quality_name[c->action]);
    switch ((enum path_quality)c->action) {
    case PATH_DELAY:
    case PATH_JITTER: say_span(t, c->time); break;
    case PATH_RATE:
    case PATH_QUEUE:
        if (c->n)
            text_add(t, " %" PRIu64 "%s", c->n, c->action == PATH_RATE ? " bit/s" : " bytes");
        else
            text_add(t, " unlimited");
        break;
    default: say_ratio(t, c->ratio); break;
    }
}

static void say(const struct world *w, struct text *t, const struct command *c)
{
    switch ((enum command_kind)c->kind) {
    case CMD_OP:
        text_add(t, "%s: %s", name_of(w, c->host),
                 c->op.verb < OP_COUNT ? op_name[c->op.verb] : "?");
        break;
    case CMD_START:
        text_add(t, "%s: start", name_of(w, c->host));
        if (c->program >= 1 && c->program <= w->programs)
            text_add(t, " %s", w->program[c->program - 1].name);
        break;
    case CMD_DROP:
    case CMD_DUP:
    case CMD_DELAY:
    case CMD_HOLD:
    case CMD_RELEASE:
    case CMD_CORRUPT:
        text_add(t, "%s", command_name[c->kind]);
        if (c->packet)
            text_add(t, " #%" PRIu64, c->packet);
        else
            say_match(w, t, &c->on);
        if (c->kind == CMD_DELAY)
            say_span(t, c->time);
        if (way_chosen(w, c) == 0)
            text_add(t, ": nothing in flight is meant by that");
        break;
    case CMD_ARM:
        text_add(t, "%s next", c->action < CMD_COUNT ? command_name[c->action] : "?");
        if (c->n > 1 && c->n < UINT32_MAX)
            text_add(t, " %" PRIu64, c->n);
        else if (c->n >= UINT32_MAX)
            text_add(t, " and all later");
        say_match(w, t, &c->on);
        if (c->action == CMD_DELAY)
            say_span(t, c->time);
        break;
    case CMD_DISARM: text_add(t, "disarm all faults"); break;
    case CMD_PATH: say_path(w, t, c); break;
    case CMD_KNOB:
        text_add(t, "%s: set %s %" PRIu64, name_of(w, c->host),
                 c->knob < KNOB_COUNT ? knob_table[c->knob].name : "?", c->n);
        break;
    case CMD_INJECT:
        text_add(t, "inject %s > %s", name_of(w, c->host), name_of(w, c->peer));
        if (c->n >= BOX_ICMP && c->n <= BOX_DOES_MAX)
            text_add(t, ": ICMP %s", icmp_name[c->n - BOX_ICMP]);
        break;
    case CMD_NONE:
    case CMD_COUNT: break;
    }
}

/* Would the command act on what is not there, or set what cannot be?  Whoever parses commands
 * refuses these with a message; here they are said, and nothing is done. */
static bool sound(const struct world *w, const struct command *c)
{
    if (c->host > w->hosts || c->peer > w->hosts || c->time < 0)
        return false;
    switch ((enum command_kind)c->kind) {
    case CMD_OP: return c->host >= 1 && c->op.verb < OP_COUNT;
    case CMD_START: return c->host >= 1 && c->program >= 1 && c->program <= w->programs;
    case CMD_ARM:
        return c->action >= CMD_DROP && c->action <= CMD_CORRUPT && c->action != CMD_RELEASE;
    case CMD_PATH:
        if ((c->action >= PATH_LOSS && c->action <= PATH_CORRUPT) || c->action == PATH_MARK)
            return c->ratio.den > 0 && c->ratio.num <= c->ratio.den;
        if (c->action == PATH_FILTER)
            return c->n == BOX_PASS || (c->n <= BOX_LET && w->filters < FILTER_MAX);
        return c->action < PATH_QUALITIES
               || (c->action < PATH_ALL && c->brief >= 0
                   && c->n <= (c->action == PATH_MTU ? WIRE_MAX : BOX_DOES_MAX));
    case CMD_KNOB: return c->knob < KNOB_COUNT && c->n <= UINT32_MAX;
    case CMD_INJECT:
        return c->host >= 1 && c->peer >= 1 && c->op.len <= OP_TEXT
               && c->seg.n_sack <= SEGMENT_SACKS
               && (c->n == 0 || (c->n >= BOX_ICMP && c->n <= BOX_DOES_MAX));
    case CMD_DROP:
    case CMD_DUP:
    case CMD_DELAY:
    case CMD_HOLD:
    case CMD_RELEASE:
    case CMD_CORRUPT:
    case CMD_DISARM: return true;
    case CMD_NONE:
    case CMD_COUNT: break;
    }
    return false;
}

static void set_knob(struct world *w, const struct command *c)
{
    for (uint32_t h = 1; h <= w->hosts; h++)
        if (c->host == 0 || c->host == h) {
            policy_set(&w->host[h - 1].policy, (enum knob)c->knob, (uint32_t)c->n);
            w->host[h - 1].stirs++;
        }
}

void command_do(struct world *w, struct journal *j, const struct command *cmd, enum cause why)
{
    char         words[200];
    struct text  t = text_into(words, sizeof words);
    struct entry e;
    bool         fault = cmd->kind == CMD_ARM || cmd->kind == CMD_DISARM || cmd->kind == CMD_PATH;

    assert(why == CAUSE_PERSON || why == CAUSE_SCRIPT);
    memset(&e, 0, sizeof e);
    say(w, &t, cmd);
    e.kind   = fault ? EVENT_FAULT : EVENT_COMMAND;
    e.host   = cmd->host <= w->hosts ? cmd->host : 0;
    e.peer   = cmd->peer <= w->hosts ? cmd->peer : 0;
    e.cause  = (uint8_t)why;
    e.value  = (int32_t)cmd->kind;
    e.packet = cmd->packet;
    if (cmd->kind == CMD_PATH) {
        e.op = cmd->action;
        e.pc = cmd->action == PATH_IDLE   ? cmd->time != 0
               : cmd->action == PATH_MARK ? cmd->ratio.num != 0
                                          : cmd->n != 0;
    }
    struct told more = { .text = words, .n_text = t.len };
    world_tell(w, j, &e, &more);
    if (!sound(w, cmd))
        return;
    switch ((enum command_kind)cmd->kind) {
    case CMD_OP: app_hand(w, j, cmd->host, &cmd->op); break;
    case CMD_START: app_start(w, j, cmd->host, cmd->program); break;
    case CMD_KNOB: set_knob(w, cmd); break;
    default: way_command(w, j, cmd, why); break;
    }
}
