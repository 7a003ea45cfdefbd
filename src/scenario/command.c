/* SPDX-License-Identifier: MIT
 * command.c - a line to a command and back: what a person or a script does (verb.def). */
#include "scenario/match.h"
#include "scenario/program.h"
#include "scenario/setting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct verb_info verb_table[] = {
#define WORLD(id, word, args, help) { word, args, help, VERB_WORLD },
#define ACT(id, word, args, help)   { word, args, help, VERB_SCRIPT | VERB_SCREEN },
#include "scenario/verb.def"
#undef WORLD
#undef ACT
};
const size_t verb_count = sizeof verb_table / sizeof *verb_table;

static bool has_address(const struct addr *a)
{
    static const struct addr none;

    return !addr_equal(a, &none);
}

struct names names_of(const struct world *w)
{
    struct names n = { .hosts = w->hosts, .programs = w->programs };

    for (uint32_t i = 0; i < w->hosts; i++) {
        memcpy(n.host[i], w->host[i].name, HOST_NAME);
        n.v4[i] = has_address(&w->host[i].addr);
        n.v6[i] = has_address(&w->host[i].addr6);
    }
    for (uint32_t i = 0; i < w->programs; i++)
        memcpy(n.program[i], w->program[i].name, HOST_NAME);
    return n;
}

struct names names_of_setup(const struct setup *s)
{
    struct names n = { .hosts = s->hosts, .programs = s->programs };

    for (uint32_t i = 0; i < s->hosts; i++) {
        memcpy(n.host[i], s->host[i].name, HOST_NAME);
        n.v4[i] = has_address(&s->host[i].addr);
        n.v6[i] = has_address(&s->host[i].addr6);
    }
    for (uint32_t i = 0; i < s->programs; i++)
        memcpy(n.program[i], s->program[i].name, HOST_NAME);
    return n;
}

/* -- One segment: #12, the newest that matches, or the next one. --------------------------- */

static bool on_segment(struct words *w, const struct names *n, struct command *cmd,
                       enum command_kind kind)
{
    bool     pair, next;
    uint64_t id;

    cmd->kind = kind;
    if (words_peek(w)[0] == '#') {
        if (!number_parse(words_peek(w) + 1, UINT64_MAX, &id) || id == 0)
            return words_expected(w, "the number of a segment, such as #12");
        w->at++;
        cmd->packet = id;
        return true;
    }
    next = kind != CMD_RELEASE && words_is(w, "next");
    if (next) {
        cmd->kind   = CMD_ARM;
        cmd->action = (uint8_t)kind;
        if (words_is(w, "all"))
            cmd->n = UINT32_MAX;
        else if (number_parse(words_peek(w), 1000000, &cmd->n)) {
            w->at++;
            if (cmd->n <= 1) /* one is what "next" means alone */
                cmd->n = 0;
        }
        if (!match_nth(w, &cmd->on))
            return false;
    }
    cmd->on.kind = EVENT_SENT + 1;
    return words_pair(w, n, &cmd->on.host, &cmd->on.peer, &pair)
           && match_segment(w, &cmd->on, true);
}

static const char SEGMENT_ENDS[] =
    "#ID, next, HOST>HOST, flags such as FIN or SYN,ACK, data, seq N, ack N, len N, rtx, life N";

static bool segment_act(struct words *w, const struct names *n, struct command *cmd,
                        enum command_kind kind)
{
    return on_segment(w, n, cmd, kind) && words_done(w, SEGMENT_ENDS);
}

static bool act_drop(struct words *w, const struct names *n, struct command *cmd)
{
    return segment_act(w, n, cmd, CMD_DROP);
}

static bool act_dup(struct words *w, const struct names *n, struct command *cmd)
{
    return segment_act(w, n, cmd, CMD_DUP);
}

static bool act_hold(struct words *w, const struct names *n, struct command *cmd)
{
    return segment_act(w, n, cmd, CMD_HOLD);
}

static bool act_release(struct words *w, const struct names *n, struct command *cmd)
{
    return segment_act(w, n, cmd, CMD_RELEASE);
}

static bool act_corrupt(struct words *w, const struct names *n, struct command *cmd)
{
    return segment_act(w, n, cmd, CMD_CORRUPT);
}

static bool act_delay(struct words *w, const struct names *n, struct command *cmd)
{
    if (!on_segment(w, n, cmd, CMD_DELAY))
        return false;
    if (!words_is(w, "by"))
        return words_expected(w, "by TIME");
    return words_time(w, "how much later", &cmd->time) && words_done(w, "nothing after the time");
}

static bool act_disarm(struct words *w, const struct names *n, struct command *cmd)
{
    (void)n;
    cmd->kind = CMD_DISARM;
    return words_done(w, "nothing after disarm");
}

/* -- The path and the policy. ---------------------------------------------------------------- */

static bool act_link(struct words *w, const struct names *n, struct command *cmd)
{
    struct quality q;
    bool           pair;

    cmd->kind = CMD_PATH;
    if (!words_pair(w, n, &cmd->host, &cmd->peer, &pair) || !quality_words(w, &q))
        return false;
    cmd->action = (uint8_t)q.which;
    cmd->time   = q.time;
    cmd->n      = q.n;
    cmd->ratio  = q.ratio;
    cmd->on     = q.on;
    cmd->brief  = q.brief;
    return quality_done(w, &q);
}

bool knob_words(struct words *w, enum knob *knob, uint32_t *value)
{
    uint64_t          v;
    vspan             t;
    struct tcp_policy p = tcp_policy_of(PROFILE_RFC9293);

    *knob = knob_by_name(words_peek(w));
    if (*knob == KNOB_COUNT)
        return words_expected(w,
                              "the name of a policy knob, as `finwait list profiles` shows them");
    w->at++;
    const struct knob_info *k = &knob_table[*knob];
    if (strcmp(k->unit, "ms") == 0 && time_parse(words_peek(w), &t) && t % 1000 == 0
        && t / 1000 <= UINT32_MAX) { /* 30s is 30000 */
        w->at++;
        v = (uint64_t)(t / 1000);
    } else if (!words_number(w, k->help, UINT32_MAX, &v)) {
        return false;
    }
    *value = (uint32_t)v;
    if (!policy_set(&p, *knob, *value))
        return words_fail(w, "%s cannot be %" PRIu32 ": expected %s", k->name, *value,
                          strcmp(k->unit, "flag") == 0 ? "0 or 1" : "a value in its range");
    return true;
}

static bool act_knob(struct words *w, const struct names *n, struct command *cmd)
{
    enum knob knob;
    uint32_t  value;

    cmd->kind = CMD_KNOB;
    if (!words_host(w, n, &cmd->host) || !knob_words(w, &knob, &value))
        return false;
    cmd->knob = (uint32_t)knob;
    cmd->n    = value;
    return words_done(w, "set HOST KNOB VALUE");
}

/* -- Forged segments. ------------------------------------------------------------------------ */

/* What a forged segment and a forged error both can say. */
static bool forged_words(struct words *w, const struct names *n, struct command *cmd, bool *is)
{
    *is = true;
    if (words_is(w, "from"))
        return words_port(w, &cmd->sport);
    if (words_is(w, "to"))
        return words_port(w, &cmd->dport);
    if (words_is(w, "over"))
        return over_words(w, n, cmd->host, cmd->peer, &cmd->op.six);
    *is = false;
    return true;
}

/* After `inject HOST>HOST icmp`. */
static bool act_icmp(struct words *w, const struct names *n, struct command *cmd)
{
    enum icmp_kind k;
    uint64_t       v;
    bool           is;

    if (!icmp_word(w, &k))
        return words_expected(w, ICMP_KINDS_SAID);
    cmd->n = BOX_ICMP + (uint64_t)k;
    while (words_more(w)) {
        if (words_is(w, "seq")) {
            if (!words_number(w, "the sequence number that it quotes", UINT32_MAX, &v))
                return false;
            cmd->on.seq = (seq)v;
            cmd->on.has = MATCH_SEQ;
        } else if (k == ICMP_TOO_BIG && words_is(w, "mtu")) {
            if (!words_number(w, "the next link's size in bytes", UINT16_MAX, &v))
                return false;
            cmd->knob = (uint32_t)v;
        } else if (!forged_words(w, n, cmd, &is)) {
            return false;
        } else if (!is) {
            return words_expected(w, k == ICMP_TOO_BIG
                                         ? "seq N, mtu N, from PORT, to PORT or over IPv6"
                                         : "seq N, from PORT, to PORT or over IPv6");
        }
    }
    return true;
}

static bool act_inject(struct words *w, const struct names *n, struct command *cmd)
{
    bool     pair, is;
    uint64_t v;

    cmd->kind = CMD_INJECT;
    if (!words_pair(w, n, &cmd->host, &cmd->peer, &pair))
        return false;
    if (!pair)
        return words_expected(w, "HOST>HOST");
    if (words_is(w, "icmp"))
        return act_icmp(w, n, cmd);
    if (!flags_parse(words_peek(w), &cmd->seg.ctl))
        return words_expected(w, "flags such as RST or SYN,ACK, or icmp KIND");
    w->at++;
    while (words_more(w)) {
        if (words_quoted(w) && cmd->op.verb != OP_WRITE) { /* it has one text */
            uint32_t len;

            if (!words_string(w, "its text", cmd->op.text, sizeof cmd->op.text, &len))
                return false;
            cmd->op.verb = OP_WRITE;
            cmd->op.len  = (uint16_t)len;
            cmd->op.n    = len;
            cmd->seg.len = len;
        } else if (words_is(w, "seq")) {
            if (!words_number(w, "a sequence number", UINT32_MAX, &v))
                return false;
            cmd->seg.seq = (seq)v;
        } else if (words_is(w, "ack")) {
            if (!words_number(w, "an acknowledgment number", UINT32_MAX, &v))
                return false;
            cmd->seg.ack = (seq)v;
        } else if (words_is(w, "wnd")) {
            if (!words_number(w, "a window", UINT16_MAX, &v))
                return false;
            cmd->seg.wnd = (uint16_t)v;
        } else if (!forged_words(w, n, cmd, &is)) {
            return false;
        } else if (!is) {
            return words_expected(w,
                                  "seq N, ack N, wnd N, from PORT, to PORT, over IPv6 or a text");
        }
    }
    return true;
}

/* -- A host does something. ------------------------------------------------------------------ */

static bool act_start(struct words *w, const struct names *n, struct command *cmd)
{
    char list[PROGRAM_MAX * (HOST_NAME + 2) + 16];

    cmd->kind = CMD_START;
    for (uint32_t i = 0; i < n->programs; i++)
        if (strcmp(words_peek(w), n->program[i]) == 0) {
            w->at++;
            cmd->program = (uint8_t)(i + 1);
            return words_done(w, "nothing after the program's name");
        }
    struct text t = text_into(list, sizeof list);
    text_add(&t, n->programs ? "a program (" : "a program, of which there are none");
    for (uint32_t i = 0; i < n->programs; i++)
        text_add(&t, "%s%s", n->program[i], i + 1 < n->programs ? ", " : ")");
    return words_expected(w, list);
}

static bool act_op(struct words *w, const struct names *n, struct command *cmd)
{
    cmd->kind = CMD_OP;
    return op_words(w, n, &cmd->op);
}

static const struct {
    const char *word;
    bool (*parse)(struct words *w, const struct names *n, struct command *cmd);
} act_table[] = {
#define WORLD(id, word, args, help)
#define ACT(id, word, args, help) { word, act_##id },
#include "scenario/verb.def"
#undef WORLD
#undef ACT
};

bool command_words(struct words *w, const struct names *n, struct command *cmd)
{
    char list[HOST_MAX * (HOST_NAME + 2)], expected[FAIL_WHAT];

    memset(cmd, 0, sizeof *cmd);
    cmd->host = names_host(n, words_peek(w));
    if (cmd->host) {
        w->at++;
        return words_is(w, "start") ? act_start(w, n, cmd) : act_op(w, n, cmd);
    }
    for (size_t i = 0; i < sizeof act_table / sizeof *act_table; i++)
        if (act_table[i].parse != act_start && act_table[i].parse != act_op
            && act_table[i].parse != act_icmp && words_is(w, act_table[i].word))
            return act_table[i].parse(w, n, cmd);
    snprintf(expected, sizeof expected,
             "a host (%s), drop, dup, delay, hold, release, corrupt, disarm, link, set or inject",
             names_text(n, list, sizeof list));
    return words_expected(w, expected);
}

bool command_parse(const char *line, const struct names *n, const char *file, int lineno,
                   struct command *cmd, struct fail *f)
{
    struct words w;

    return words_split(&w, line, file, lineno, f) && command_words(&w, n, cmd);
}

/* -- And back. ----------------------------------------------------------------------------- */

static const char *act_word(uint32_t kind)
{
    switch (kind) {
    case CMD_DROP: return "drop";
    case CMD_DUP: return "dup";
    case CMD_DELAY: return "delay";
    case CMD_HOLD: return "hold";
    case CMD_RELEASE: return "release";
    default: return "corrupt";
    }
}

static void segment_text(const struct command *cmd, const struct names *n, struct text *out)
{
    uint32_t kind = cmd->kind == CMD_ARM ? cmd->action : cmd->kind;

    text_add(out, "%s", act_word(kind));
    if (cmd->packet) {
        text_add(out, " #%" PRIu64, cmd->packet);
    } else {
        if (cmd->kind == CMD_ARM)
            text_add(out, " next");
        if (cmd->kind == CMD_ARM && cmd->n == UINT32_MAX)
            text_add(out, " all");
        else if (cmd->kind == CMD_ARM && cmd->n)
            text_add(out, " %" PRIu64, cmd->n);
        if (cmd->on.nth) {
            text_add(out, " ");
            match_nth_text(&cmd->on, out);
        }
        if (cmd->on.host)
            text_add(out, " %s>%s", names_host_name(n, cmd->on.host),
                     names_host_name(n, cmd->on.peer));
        match_segment_text(&cmd->on, out);
    }
    if (kind == CMD_DELAY) {
        text_add(out, " by ");
        time_add(out, cmd->time);
    }
}

static void inject_text(const struct command *cmd, const struct names *n, struct text *out)
{
    text_add(out, "inject %s>%s ", names_host_name(n, cmd->host), names_host_name(n, cmd->peer));
    if (cmd->n) {
        text_add(out, "icmp ");
        icmp_add(out, (enum icmp_kind)(cmd->n - BOX_ICMP));
        if (cmd->on.has & MATCH_SEQ)
            text_add(out, " seq %" PRIu32, cmd->on.seq);
        if (cmd->knob)
            text_add(out, " mtu %" PRIu32, cmd->knob);
    } else {
        flags_add(out, cmd->seg.ctl);
        text_add(out, " seq %" PRIu32, cmd->seg.seq);
    }
    if (cmd->seg.ack)
        text_add(out, " ack %" PRIu32, cmd->seg.ack);
    if (cmd->seg.wnd)
        text_add(out, " wnd %d", cmd->seg.wnd);
    if (cmd->sport)
        text_add(out, " from %d", cmd->sport);
    if (cmd->dport)
        text_add(out, " to %d", cmd->dport);
    if (cmd->op.six)
        text_add(out, " over IPv6");
    if (cmd->op.verb == OP_WRITE) {
        text_add(out, " ");
        quoted_add(out, cmd->op.text, cmd->op.len);
    }
}

void command_text(const struct command *cmd, const struct names *n, struct text *out)
{
    switch (cmd->kind) {
    case CMD_OP:
        text_add(out, "%s ", names_host_name(n, cmd->host));
        op_text(&cmd->op, n, out);
        break;
    case CMD_START:
        text_add(out, "%s start %s", names_host_name(n, cmd->host),
                 cmd->program >= 1 && cmd->program <= n->programs ? n->program[cmd->program - 1]
                                                                  : "?");
        break;
    case CMD_DISARM: text_add(out, "disarm"); break;
    case CMD_PATH: path_text(cmd, n, out); break;
    case CMD_KNOB:
        text_add(out, "set %s %s %" PRIu64, names_host_name(n, cmd->host),
                 knob_table[cmd->knob].name, cmd->n);
        break;
    case CMD_INJECT: inject_text(cmd, n, out); break;
    default: segment_text(cmd, n, out); break;
    }
}
