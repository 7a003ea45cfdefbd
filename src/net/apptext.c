/* SPDX-License-Identifier: MIT
 * apptext.c - the words of programs: a call as a programmer writes it, its result as strace shows
 * it.
 */
#include "net/app.h"
#include "net/info.h"

#include <inttypes.h>
#include <string.h>

static void add_endpoint(struct text *out, const struct endpoint *e)
{
    char buf[48];

    addr_text(&e->addr, buf, sizeof buf);
    text_add(out, addr_is_v4(&e->addr) ? "%s:%u" : "[%s]:%u", buf, e->port);
}

/* 5s, 200ms, 1500us: the largest unit that says it without a fraction. */
static void add_span(struct text *out, vspan t)
{
    if (t % SEC(1) == 0)
        text_add(out, "%" PRId64 "s", t / SEC(1));
    else if (t % MSEC(1) == 0)
        text_add(out, "%" PRId64 "ms", t / MSEC(1));
    else
        text_add(out, "%" PRId64 "us", t);
}

static void add_quoted(struct text *out, const char *s, size_t n)
{
    text_add(out, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char ch = (unsigned char)s[i];

        if (ch == '\n')
            text_add(out, "\\n");
        else if (ch == '\r')
            text_add(out, "\\r");
        else if (ch == '\t')
            text_add(out, "\\t");
        else if (ch == '"' || ch == '\\')
            text_add(out, "\\%c", ch);
        else if (ch < 0x20 || ch == 0x7f)
            text_add(out, "\\%03o", ch);
        else
            text_addn(out, s + i, 1);
    }
    text_add(out, "\"");
}

/* "read(4" */
static void add_head(struct text *out, const char *name, int fd)
{
    text_add(out, "%s(%d", name, fd);
}

/* As a programmer writes them: those that are usual are not said. */
static void add_flags(struct text *out, const struct op *op)
{
    if (op->value & MSG_PEEK_)
        text_add(out, ", MSG_PEEK");
    if (op->value & MSG_OOB_)
        text_add(out, ", MSG_OOB");
    if (op->value & MSG_MORE_)
        text_add(out, ", MSG_MORE");
    if (op->value & MSG_EOR_)
        text_add(out, ", MSG_EOR");
    if (op->value & MSG_WAITALL_)
        text_add(out, ", MSG_WAITALL");
    if (op->value & MSG_TRUNC_)
        text_add(out, ", MSG_TRUNC");
}

static void add_write(struct text *out, const struct op *op, int fd)
{
    add_head(out, "write", fd);
    text_add(out, ", ");
    if (op->len)
        add_quoted(out, op->text, op->len);
    else
        text_add(out, "%u bytes", op->n);
    add_flags(out, op);
    text_add(out, ")");
}

/* A port of 0: as it is bound, and the system chooses for one that is not. */
static void add_listen(struct text *out, const struct op *op)
{
    text_add(out, "listen(");
    if (op->port)
        text_add(out, op->n ? "%u, " : "%u", op->port);
    if (op->n)
        text_add(out, "%u", op->n);
    text_add(out, ")");
}

static void add_connect(struct text *out, const struct world *w, const struct op *op)
{
    bool known = op->host >= 1 && op->host <= w->hosts;

    text_add(out, "connect(%s:%u)", known ? w->host[op->host - 1].name : "?", op->port);
    if (op->six)
        text_add(out, "  over IPv6");
    if (op->from_port)
        text_add(out, "  from %u", op->from_port);
}

static void add_call(struct text *out, const struct world *w, const struct op *op, int fd)
{
    static const char *const how[] = { "SHUT_RD", "SHUT_WR", "SHUT_RDWR" };

    switch ((enum op_verb)op->verb) {
    case OP_LISTEN: add_listen(out, op); break;
    case OP_DISCONNECT:
        add_head(out, "connect", fd);
        text_add(out, ", AF_UNSPEC)");
        break;
    case OP_CONNECT: add_connect(out, w, op); break;
    case OP_READ:
        add_head(out, "read", fd);
        text_add(out, ", %u", op->n ? op->n : READ_USUAL);
        add_flags(out, op);
        text_add(out, ")");
        break;
    case OP_WRITE: add_write(out, op, fd); break;
    case OP_SHUTDOWN:
        add_head(out, "shutdown", fd);
        text_add(out, ", %s)", how[op->n <= SHUT_RDWR_ ? op->n : 2]);
        break;
    case OP_SET:
        add_head(out, "setsockopt", fd);
        text_add(out, ", %s, %" PRId64 ")", op->n < SO_OPTION_COUNT ? sock_option_name[op->n] : "?",
                 op->value);
        break;
    case OP_GET:
        add_head(out, "getsockopt", fd);
        if (op->n < SO_OPTION_COUNT)
            text_add(out, ", %s)", sock_option_name[op->n]);
        else
            text_add(out, ", TCP_INFO).%s", info_name(op->n - SO_OPTION_COUNT));
        break;
    case OP_BIND:
        add_head(out, "bind", fd);
        text_add(out, ", %u)", op->port);
        break;
    case OP_ABORT:
        add_head(out, "close", fd);
        text_add(out, ")  SO_LINGER 0");
        break;
    case OP_SOCKET:
    case OP_EXIT:
    case OP_CRASH: text_add(out, "%s()", op_name[op->verb]); break;
    default:
        add_head(out, op_name[op->verb], fd);
        text_add(out, ")");
        break;
    }
}

void app_call_text(const struct world *w, const struct op *op, int fd, struct text *out)
{
    if (op->verb == OP_SLEEP) {
        text_add(out, "sleep(");
        add_span(out, op->time);
        text_add(out, ")");
        return;
    }
    add_call(out, w, op, fd);
    if (op->time) {
        text_add(out, "  deadline ");
        add_span(out, op->time);
    }
}

static void add_peer(const struct world *w, const struct sock *s, struct text *out)
{
    struct endpoint local, peer;

    sock_ends(w, s, &local, &peer);
    add_endpoint(out, &peer);
}

static const struct sock *sock_at(const struct world *w, uint32_t host, int fd)
{
    uint32_t i = fd == FD_NONE ? 0 : sock_of_fd(w, host, fd);

    return i ? world_sock(w, i) : NULL;
}

void app_result_text(const struct world *w, const struct app *a, const struct op *op, int fd,
                     struct text *out)
{
    const struct sock *s;

    if (a->result < 0) {
        enum err e = (enum err) - a->result;

        if (e == ERR_EDEADLINE) /* the program's own deadline: no system has a number for it */
            text_add(out, "%s", err_text(e));
        else
            text_add(out, "= -1 %s %s", err_name(e), err_text(e));
        return;
    }
    text_add(out, "= %" PRId32, a->result);
    switch ((enum op_verb)op->verb) {
    case OP_READ:
    case OP_READALL:
        if (a->result == 0 || op->verb == OP_READALL)
            text_add(out, "  end of file");
        if (a->n_data) {
            text_add(out, "  ");
            add_quoted(out, a->data, a->n_data);
            if ((uint32_t)a->result > a->n_data)
                text_add(out, "...");
        }
        break;
    case OP_ACCEPT:
        if ((s = sock_at(w, a->host, fd))) {
            text_add(out, "  from ");
            add_peer(w, s, out);
        }
        break;
    default: break;
    }
}

void app_print_text(const struct world *w, const struct app *a, const struct op *op,
                    struct text *out)
{
    enum err    e   = a->result < 0 ? (enum err) - a->result : ERR_OK;
    const char *p   = op->text;
    const char *end = p + op->len;

    while (p < end) {
        size_t left = (size_t)(end - p);

        if (left >= 3 && memcmp(p, "{n}", 3) == 0) {
            text_add(out, "%" PRId32, a->result < 0 ? -1 : a->result);
            p += 3;
        } else if (left >= 7 && memcmp(p, "{error}", 7) == 0) {
            text_add(out, "%s", err_text(e));
            p += 7;
        } else if (left >= 7 && memcmp(p, "{errno}", 7) == 0) {
            text_add(out, "%s",
                     e == ERR_OK          ? "0"
                     : e == ERR_EDEADLINE ? err_text(e) /* no system has a number for it */
                                          : err_name(e));
            p += 7;
        } else if (left >= 6 && memcmp(p, "{data}", 6) == 0) {
            text_addn(out, a->data, a->n_data);
            p += 6;
        } else if (left >= 6 && memcmp(p, "{peer}", 6) == 0) {
            struct op          none = { .fd = 0, .verb = OP_READ };
            const struct sock *s    = sock_at(w, a->host, app_fd(w, a, &none));

            if (s)
                add_peer(w, s, out);
            p += 6;
        } else {
            text_addn(out, p++, 1);
        }
    }
}
