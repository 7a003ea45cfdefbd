/* SPDX-License-Identifier: MIT
 * program.c - programs, line by line: operations, labels, named descriptors. */
#include "scenario/program.h"

#include "net/info.h"
#include "scenario/match.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct op_info op_table[OP_COUNT] = {
#define OP(ID, verb, args, help) { verb, args, help },
#include "net/op.def"
#undef OP
};

enum { BACKLOG = 16, READ_BYTES = 4096, FD_MOST = 65535 };

static const char *const how_name[]     = { "rd", "wr", "rdwr" };
static const char *const handler_name[] = { "error", "eof", "timeout" };

/* What a verb takes. */
enum trait {
    TAKES_FD    = 1,
    MAKES_FD    = 2,
    HAS_TIME    = 4,
    NOT_BY_HAND = 8,
};

static unsigned traits(int verb)
{
    switch (verb) {
    case OP_LISTEN:
    case OP_SOCKET: return MAKES_FD;
    case OP_ACCEPT: return TAKES_FD | MAKES_FD | HAS_TIME;
    case OP_CONNECT: return MAKES_FD | HAS_TIME;
    case OP_READ:
    case OP_READALL: return TAKES_FD | HAS_TIME;
    case OP_DUP: return TAKES_FD | MAKES_FD;
    case OP_WRITE:
    case OP_FLUSH:
    case OP_SHUTDOWN:
    case OP_CLOSE:
    case OP_ABORT:
    case OP_DISCONNECT:
    case OP_SET:
    case OP_GET:
    case OP_BIND: return TAKES_FD;
    case OP_ON:
    case OP_GOTO:
    case OP_REPEAT: return NOT_BY_HAND;
    default: return 0;
    }
}

/* -- Names of a program. ------------------------------------------------------------------- */

static bool is_name(const char *s)
{
    size_t n = 0;

    for (; s[n]; n++)
        if (!isalnum((unsigned char)s[n]) && s[n] != '_' && s[n] != '-')
            return false;
    return n > 0 && n < HOST_NAME && isalpha((unsigned char)s[0]);
}

static uint8_t fd_named(const struct program_reader *r, const char *name)
{
    for (int i = 0; i < r->fds; i++)
        if (strcmp(r->fd[i], name) == 0)
            return (uint8_t)(i + 1);
    return 0;
}

static bool label_word(struct words *w, struct program_reader *r, uint32_t *target)
{
    const char *name = words_peek(w);
    int         i    = 0;

    if (!is_name(name))
        return words_expected(w, "a label: letters, digits, _ and -, at most 15");
    while (i < r->labels && strcmp(r->label[i].name, name) != 0)
        i++;
    if (i == r->labels) {
        if (i == PROGRAM_LABELS)
            return words_fail(w, "too many labels: expected at most %d", PROGRAM_LABELS);
        memcpy(r->label[i].name, name, strlen(name) + 1);
        r->label[i].at   = OP_TO_EXIT;
        r->label[i].used = w->line;
        r->labels++;
    }
    w->at++;
    *target = (uint32_t)i; /* the label's number until program_end() */
    return true;
}

static bool label_line(struct words *w, struct program_reader *r)
{
    char    *name = w->word[0].s;
    uint32_t i;

    name[w->word[0].len - 1] = '\0';
    if (!label_word(w, r, &i))
        return false;
    if (r->label[i].at != OP_TO_EXIT)
        return words_fail(w, "the label '%s' stands here a second time: expected another name",
                          name);
    r->label[i].at   = (uint32_t)r->n;
    r->label[i].used = 0;
    return words_done(w, "nothing after a label");
}

/* -- Arguments. ------------------------------------------------------------------------------ */

static bool connect_words(struct words *w, const struct names *n, struct op *op)
{
    const char *word = words_peek(w), *colon = strrchr(word, ':');
    char        host[WORD_BYTES], list[HOST_MAX * (HOST_NAME + 2)];
    uint64_t    port;

    if (!colon)
        return words_expected(w, "HOST:PORT, such as server:80");
    memcpy(host, word, (size_t)(colon - word));
    host[colon - word] = '\0';
    op->host           = names_host(n, host);
    if (!op->host)
        return words_fail(w, "there is no host '%s': expected one of %s", host,
                          names_text(n, list, sizeof list));
    if (!number_parse(colon + 1, 65535, &port) || port == 0)
        return words_fail(w, "'%s' is no port: expected 1 to 65535", colon + 1);
    op->port = (uint16_t)port;
    w->at++;
    for (;;) {
        if (words_is(w, "over")) {
            if (!over_words(w, n, op->host, 0, &op->six))
                return false;
        } else if (!words_is(w, "from")) {
            return true;
        } else if (!words_port(w, &op->from_port)) {
            return false;
        }
    }
}

static const struct {
    const char    *word;
    enum sock_flag flag;
    bool           of_read, of_write;
} flag_table[] = {
    { "peek", MSG_PEEK_, true, false },   { "urgent", MSG_OOB_, true, true },
    { "all", MSG_WAITALL_, true, false }, { "trunc", MSG_TRUNC_, true, false },
    { "more", MSG_MORE_, false, true },   { "eor", MSG_EOR_, false, true },
};

enum { FLAG_WORDS = sizeof flag_table / sizeof flag_table[0] };

/* The flag that comes next; 0: none does. */
static int flag_word(struct words *w, bool read)
{
    for (size_t i = 0; i < FLAG_WORDS; i++)
        if ((read ? flag_table[i].of_read : flag_table[i].of_write)
            && words_is(w, flag_table[i].word))
            return flag_table[i].flag;
    return 0;
}

static bool write_words(struct words *w, struct op *op)
{
    uint64_t v;

    if (words_quoted(w)) {
        uint32_t len;

        if (!words_string(w, "a text", op->text, sizeof op->text, &len))
            return false;
        op->len = (uint16_t)len;
        op->n   = len;
        if (len == 0)
            return words_fail(w, "there is nothing to write: expected a text of at least one byte");
        op->value = flag_word(w, false);
        return true;
    }
    if (!words_number(w, "a text in double quotes, or how many bytes", 1 << 30, &v))
        return false;
    if (v == 0)
        return words_fail(w, "there is nothing to write: expected at least 1 byte");
    if (!words_is(w, "bytes") && !words_is(w, "byte"))
        return words_expected(w, "bytes");
    op->n     = (uint32_t)v;
    op->value = flag_word(w, false);
    return true;
}

/* The unit of an option that is a time, in microseconds; 0: it is none. */
static vspan option_unit(enum sock_option o)
{
    switch (o) {
    case SO_LINGER_:
    case TCP_KEEPIDLE_:
    case TCP_LINGER2_:
    case TCP_KEEPINIT_:
    case TCP_KEEPINTVL_: return SEC(1);
    case TCP_USER_TIMEOUT_: return MSEC(1);
    default: return 0;
    }
}

/* on, off, a number, or a time of an option that is one. */
static bool option_value(struct words *w, enum sock_option o, struct op *op)
{
    vspan    unit = option_unit(o), time;
    uint64_t v;

    if (words_is(w, "off")) {
        op->value = o == SO_LINGER_ || o == IP_TTL_ || o == IPV6_UNICAST_HOPS_ ? -1 : 0;
        return true;
    }
    if (!unit && words_is(w, "on")) {
        op->value = 1;
        return true;
    }
    if (unit && !words_quoted(w) && time_parse(words_peek(w), &time)) {
        if (time % unit || time / unit > INT32_MAX)
            return words_fail(w, "'%s' cannot be: expected whole %sseconds", words_peek(w),
                              unit == SEC(1) ? "" : "milli");
        op->value = time / unit;
        w->at++;
        return true;
    }
    if (!words_number(w, unit ? "the option's value (a time, off)" : "the option's value (on, off)",
                      INT32_MAX, &v))
        return false;
    op->value = (int64_t)v;
    return true;
}

static bool set_words(struct words *w, struct op *op)
{
    enum sock_option o = sock_option_by_name(words_peek(w));

    if (o == SO_ERROR_)
        return words_fail(w, "SO_ERROR cannot be set: expected get SO_ERROR");
    if (o == SO_OPTION_COUNT)
        return words_expected(w, "a socket option, as SO_LINGER (lessons/README.md lists them)");
    w->at++;
    op->n = (uint32_t)o;
    return option_value(w, o, op);
}

static bool get_words(struct words *w, struct op *op)
{
    const char *name = words_peek(w);

    op->n = (uint32_t)sock_option_by_name(name);
    for (uint32_t i = 0; op->n == SO_OPTION_COUNT && i < INFO_COUNT; i++)
        if (strcmp(name, info_table[i].name) == 0)
            op->n = SO_OPTION_COUNT + i;
    if (op->n == SO_OPTION_COUNT && strcmp(name, info_table[0].name) != 0)
        return words_expected(w, "a socket option, as SO_ERROR, or a field of TCP_INFO, as `rtt` "
                                 "(lessons/README.md lists them)");
    w->at++;
    return true;
}

/* read's [N] [FLAG] */
static bool read_words(struct words *w, struct op *op)
{
    uint64_t v;

    op->n = READ_BYTES;
    if (isdigit((unsigned char)words_peek(w)[0])) {
        if (!words_number(w, "bytes", 1 << 20, &v))
            return false;
        op->n = (uint32_t)v;
    }
    op->value = flag_word(w, true);
    return true;
}

static bool choice_word(struct words *w, const char *const *name, uint32_t n, const char *what,
                        uint32_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        if (words_is(w, name[i])) {
            *out = i;
            return true;
        }
    return words_expected(w, what);
}

static bool on_words(struct words *w, struct program_reader *r, struct op *op)
{
    if (!choice_word(w, handler_name, 3, "error, eof or timeout", &op->n))
        return false;
    if (words_is(w, "exit"))
        op->target = OP_TO_EXIT;
    else if (words_is(w, "continue"))
        op->target = OP_TO_CONTINUE;
    else if (words_is(w, "goto"))
        return label_word(w, r, &op->target);
    else
        return words_expected(w, "exit, continue or goto LABEL");
    return true;
}

static bool own_words(struct words *w, const struct names *n, struct program_reader *r,
                      struct op *op)
{
    uint64_t v;
    uint32_t len;

    switch (op->verb) {
    case OP_LISTEN:
        op->n = BACKLOG;
        if (isdigit((unsigned char)words_peek(w)[0]) && !words_port(w, &op->port))
            return false;
        if (words_is(w, "backlog")) {
            if (!words_number(w, "how many may wait", 4096, &v))
                return false;
            op->n = (uint32_t)v;
        }
        return true;
    case OP_CONNECT: return connect_words(w, n, op);
    case OP_READ: return read_words(w, op);
    case OP_WRITE: return write_words(w, op);
    case OP_SHUTDOWN: return choice_word(w, how_name, 3, "rd, wr or rdwr", &op->n);
    case OP_SET: return set_words(w, op);
    case OP_GET: return get_words(w, op);
    case OP_BIND: return words_port(w, &op->port);
    case OP_SLEEP: return words_time(w, "how long", &op->time);
    case OP_PRINT:
        if (!words_string(w, "what to print", op->text, sizeof op->text, &len))
            return false;
        op->len = (uint16_t)len;
        return true;
    case OP_ON: return on_words(w, r, op);
    case OP_GOTO: return label_word(w, r, &op->target);
    case OP_REPEAT:
        if (!words_number(w, "how many times", 1000000, &v))
            return false;
        op->n = (uint32_t)v;
        return label_word(w, r, &op->target);
    default: return true;
    }
}

/* From the verb to the end of the line.  r is NULL by hand. */
static bool verb_words(struct words *w, const struct names *n, struct program_reader *r,
                       struct op *op)
{
    int  verb = 0;
    char usage[200];

    while (verb < OP_COUNT && strcmp(op_name[verb], words_peek(w)) != 0)
        verb++;
    if (verb == OP_COUNT)
        return words_expected(w, r ? "an operation such as connect, read or close"
                                   : "start, or an operation such as connect, read or close");
    w->at++;
    op->verb = (uint8_t)verb;
    if (!r && traits(verb) & NOT_BY_HAND)
        return words_fail(w, "'%s' is for programs: expected an operation that can be done by hand",
                          op_name[verb]);
    if (r && traits(verb) & TAKES_FD && !words_quoted(w)) {
        op->fd = fd_named(r, words_peek(w));
        if (op->fd)
            w->at++;
    }
    if (!r && traits(verb) & TAKES_FD && words_is(w, "fd")) { /* a hand has no names */
        uint64_t v;

        if (!words_number(w, "the number of a descriptor", FD_MOST, &v))
            return false;
        op->target = (uint32_t)v + 1;
    }
    if (!own_words(w, n, r, op))
        return false;
    if (traits(verb) & HAS_TIME && words_is(w, "deadline")) {
        if (!words_time(w, "a deadline", &op->time))
            return false;
        if (op->time == 0)
            return words_fail(w, "a deadline of 0 cannot be met: expected a longer time");
    }
    struct text t = text_into(usage, sizeof usage);
    text_add(&t, "%s %s", op_table[verb].verb, op_table[verb].args);
    return words_done(w, usage);
}

bool op_words(struct words *w, const struct names *n, struct op *op)
{
    memset(op, 0, sizeof *op);
    return verb_words(w, n, NULL, op);
}

/* "NAME = verb": *dst. */
static bool name_word(struct words *w, struct program_reader *r, uint8_t *dst)
{
    const char *name = words_peek(w);

    if (w->n < 2 || w->word[1].quoted || strcmp(w->word[1].s, "=") != 0)
        return true;
    if (!is_name(name))
        return words_expected(w, "a name: letters, digits, _ and -, at most 15");
    *dst = fd_named(r, name);
    if (!*dst) {
        if (r->fds == FD_NAMES)
            return words_fail(w, "too many named descriptors: expected at most %d", FD_NAMES);
        memcpy(r->fd[r->fds], name, strlen(name) + 1);
        *dst = (uint8_t)++r->fds;
    }
    w->at += 2;
    return true;
}

bool program_line(struct program_reader *r, const char *text, int line)
{
    struct words w;
    struct op    op  = { 0 };
    uint8_t      dst = 0;

    if (!words_split(&w, text, r->file, line, r->fail))
        return false;
    if (!words_more(&w))
        return true;
    if (!w.word[0].quoted && w.word[0].len > 1 && w.word[0].s[w.word[0].len - 1] == ':')
        return label_line(&w, r);
    if (r->n == PROGRAM_LINES)
        return words_fail(&w, "the program is too long: expected at most %d lines", PROGRAM_LINES);
    if (!name_word(&w, r, &dst) || !verb_words(&w, r->names, r, &op))
        return false;
    if (dst && !(traits(op.verb) & MAKES_FD))
        return words_fail(&w,
                          "'%s' makes no descriptor: expected a name only before listen, "
                          "accept, connect, socket or dup",
                          op_name[op.verb]);
    op.dst        = dst;
    op.line       = (uint16_t)(line <= UINT16_MAX ? line : 0);
    r->op         = grow(r->op, &r->cap, r->n + 1, sizeof *r->op);
    r->op[r->n++] = op;
    return true;
}

static bool jumps(const struct op *op)
{
    if (op->verb == OP_ON)
        return op->target != OP_TO_EXIT && op->target != OP_TO_CONTINUE;
    return op->verb == OP_GOTO || op->verb == OP_REPEAT;
}

bool program_end(struct program_reader *r, int line)
{
    if (r->n == 0)
        return fail_at(r->fail, r->file, line, "this program has no lines: expected at least one");
    for (int i = 0; i < r->labels; i++)
        if (r->label[i].at == OP_TO_EXIT)
            return fail_at(r->fail, r->file, r->label[i].used,
                           "there is no label '%s': expected a line '%s:' in this program",
                           r->label[i].name, r->label[i].name);
        else if (r->label[i].at == r->n)
            return fail_at(r->fail, r->file, line,
                           "nothing follows the label '%s': expected a line after it (exit, say)",
                           r->label[i].name);
    for (size_t i = 0; i < r->n; i++)
        if (jumps(&r->op[i]))
            r->op[i].target = r->label[r->op[i].target].at;
    return true;
}

/* -- And back. ----------------------------------------------------------------------------- */

static void flag_text(const struct op *op, struct text *out)
{
    for (size_t i = 0; i < FLAG_WORDS; i++)
        if (op->value & flag_table[i].flag)
            text_add(out, " %s", flag_table[i].word);
}

void op_text(const struct op *op, const struct names *n, struct text *out)
{
    text_add(out, "%s", op_name[op->verb]);
    if (traits(op->verb) & TAKES_FD && op->target)
        text_add(out, " fd %" PRIu32, op->target - 1);
    switch (op->verb) {
    case OP_LISTEN:
        if (op->port)
            text_add(out, " %d", op->port);
        text_add(out, " backlog %" PRIu32, op->n);
        break;
    case OP_CONNECT:
        text_add(out, " %s:%d", op->host >= 1 && op->host <= n->hosts ? n->host[op->host - 1] : "?",
                 op->port);
        if (op->six)
            text_add(out, " over IPv6");
        if (op->from_port)
            text_add(out, " from %d", op->from_port);
        break;
    case OP_READ:
        if (op->n != READ_BYTES)
            text_add(out, " %" PRIu32, op->n);
        flag_text(op, out);
        break;
    case OP_WRITE:
        text_add(out, " ");
        if (op->len)
            quoted_add(out, op->text, op->len);
        else
            text_add(out, "%" PRIu32 " bytes", op->n);
        flag_text(op, out);
        break;
    case OP_SHUTDOWN: text_add(out, " %s", op->n < 3 ? how_name[op->n] : "?"); break;
    case OP_SET:
        text_add(out, " %s", op->n < SO_OPTION_COUNT ? sock_option_name[op->n] : "?");
        if (op->value < 0)
            text_add(out, " off");
        else
            text_add(out, " %" PRId64, op->value);
        break;
    case OP_GET:
        text_add(out, " %s",
                 op->n < SO_OPTION_COUNT ? sock_option_name[op->n]
                                         : info_name(op->n - SO_OPTION_COUNT));
        break;
    case OP_BIND: text_add(out, " %d", op->port); break;
    case OP_SLEEP:
        text_add(out, " ");
        time_add(out, op->time);
        break;
    case OP_PRINT:
        text_add(out, " ");
        quoted_add(out, op->text, op->len);
        break;
    case OP_GOTO: text_add(out, " line %" PRIu32, op->target + 1); break;
    case OP_REPEAT: text_add(out, " %" PRIu32 " from line %" PRIu32, op->n, op->target + 1); break;
    case OP_ON:
        text_add(out, " %s", op->n < 3 ? handler_name[op->n] : "?");
        if (op->target == OP_TO_EXIT)
            text_add(out, " exit");
        else if (op->target == OP_TO_CONTINUE)
            text_add(out, " continue");
        else
            text_add(out, " goto line %" PRIu32, op->target + 1);
        break;
    default: break;
    }
    if (op->time && traits(op->verb) & HAS_TIME) {
        text_add(out, " deadline ");
        time_add(out, op->time);
    }
}
