/* SPDX-License-Identifier: MIT
 * asserts.c - what stands between %{ and }%: asserts on TCP_INFO and on the connection table.
 *
 * To packetdrill this is Python.  Here it is what scripts say with it: `assert EXPRESSION[, text]`,
 * one a line or parted by semicolons, with or, and, not, comparisons and sums.  Names are the
 * fields of TCP_INFO, its constants, and (an addition) what ss would print of the connection:
 * ss_state (an RFC name, CLOSED when no row is left), ss_recv_q, ss_send_q, ss_orphan, ss_rows,
 * ss_left_ms of its timer, and now_ms. */
#include "run.h"

#include "lex.h"
#include "net/ss.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct expr {
    struct run *r;
    const char *p;
    bool        ok;
};

static int64_t parse_or(struct expr *e);

static void blanks(struct expr *e)
{
    while (*e->p == ' ' || *e->p == '\t')
        e->p++;
}

static bool take(struct expr *e, const char *what)
{
    size_t n = strlen(what);

    blanks(e);
    if (strncmp(e->p, what, n) != 0)
        return false;
    if (isalpha((unsigned char)*what) && (isalnum((unsigned char)e->p[n]) || e->p[n] == '_'))
        return false;
    e->p += n;
    return true;
}

static int64_t wrong(struct expr *e, const char *what, const char *name)
{
    if (e->ok)
        run_fail(e->r, "%s%s%s", what, name ? " " : "", name ? name : "");
    e->ok = false;
    return 0;
}

/* -- Names ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int64_t     value;
} constants[] = {
    { "TCP_CA_Open", 0 },     { "TCP_CA_Disorder", 1 },     { "TCP_CA_CWR", 2 },
    { "TCP_CA_Recovery", 3 }, { "TCP_CA_Loss", 4 },         { "TCP_ESTABLISHED", 1 },
    { "TCP_SYN_SENT", 2 },    { "TCP_SYN_RECV", 3 },        { "TCP_FIN_WAIT1", 4 },
    { "TCP_FIN_WAIT2", 5 },   { "TCP_TIME_WAIT", 6 },       { "TCP_CLOSE", 7 },
    { "TCP_CLOSE_WAIT", 8 },  { "TCP_LAST_ACK", 9 },        { "TCP_LISTEN", 10 },
    { "TCP_CLOSING", 11 },    { "TCPI_OPT_TIMESTAMPS", 1 }, { "TCPI_OPT_SACK", 2 },
    { "TCPI_OPT_WSCALE", 4 }, { "TCPI_OPT_ECN", 8 },        { "True", 1 },
    { "False", 0 },
};

/* The row of the connection that the script is about. */
static bool row(struct run *r, struct ss_row *out, size_t *rows)
{
    struct ss_row      all[64];
    size_t             n     = ss_rows(stack_world(r->stack), 1, all, 64);
    const struct peer *q     = &r->peer[0];
    bool               found = false;

    *rows = n;
    for (size_t i = 0; i < n && i < 64; i++)
        if (all[i].peer.port == q->remote.port && all[i].local.port == q->local.port) {
            *out  = all[i]; /* the latest incarnation is the last one */
            found = true;
        }
    return found;
}

static bool ss_name(struct expr *e, const char *name, int64_t *v)
{
    struct ss_row k;
    size_t        rows;

    memset(&k, 0, sizeof k);
    bool found = row(e->r, &k, &rows);
    if (strcmp(name, "ss_state") == 0)
        *v = found ? (int64_t)k.state : TCP_CLOSED;
    else if (strcmp(name, "ss_recv_q") == 0)
        *v = k.recv_q;
    else if (strcmp(name, "ss_send_q") == 0)
        *v = k.send_q;
    else if (strcmp(name, "ss_orphan") == 0)
        *v = k.orphan;
    else if (strcmp(name, "ss_rows") == 0)
        *v = (int64_t)rows;
    else if (strcmp(name, "ss_left_ms") == 0)
        *v = found && k.timer >= 0 ? k.left / MSEC(1) : -1;
    else if (strcmp(name, "now_ms") == 0)
        *v = stack_now(e->r->stack) / MSEC(1);
    else
        return false;
    return true;
}

static int64_t value_of(struct expr *e, const char *name)
{
    struct tcp_info_value f;
    int64_t               v  = 0;
    int                   fd = e->r->last_fd >= 0 ? e->r->fd[e->r->last_fd] : -1;

    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (strcmp(constants[i].name, name) == 0)
            return constants[i].value;
    for (int i = 0; i < TCP_STATES; i++)
        if (strcmp(tcp_state_name[i], name) == 0)
            return i;
    if (ss_name(e, name, &v))
        return v;
    for (size_t i = 0; stack_info(e->r->stack, fd, i, &f); i++)
        if (strcmp(f.name, name) == 0)
            return (int64_t)f.value;
    return wrong(e, fd < 0 ? "no open socket has a" : "unknown name", name);
}

/* -- Expressions, the loosest binding last --------------------------------------------------- */

static int64_t primary(struct expr *e)
{
    char   name[64];
    size_t n = 0;

    blanks(e);
    if (take(e, "(")) {
        int64_t v = parse_or(e);
        return take(e, ")") ? v : wrong(e, "expected )", NULL);
    }
    if (take(e, "-"))
        return -primary(e);
    if (isdigit((unsigned char)*e->p)) {
        int64_t v = 0;
        while (isdigit((unsigned char)*e->p))
            v = v * 10 + (*e->p++ - '0');
        return v;
    }
    while ((isalnum((unsigned char)e->p[n]) || e->p[n] == '_') && n < sizeof name - 1)
        n++;
    if (n == 0)
        return wrong(e, "expected a name or a number in an assert", NULL);
    memcpy(name, e->p, n);
    name[n] = '\0';
    e->p += n;
    return value_of(e, name);
}

static int64_t product(struct expr *e)
{
    int64_t v = primary(e);

    for (;;) {
        if (take(e, "*"))
            v *= primary(e);
        else if (take(e, "&"))
            v &= primary(e);
        else if (take(e, "/") || take(e, "%")) {
            char    op = e->p[-1];
            int64_t d  = primary(e);
            if (d == 0)
                return wrong(e, "division by zero in an assert", NULL);
            v = op == '/' ? v / d : v % d;
        } else
            return v;
    }
}

static int64_t sum(struct expr *e)
{
    int64_t v = product(e);

    for (;;) {
        if (take(e, "+"))
            v += product(e);
        else if (take(e, "-"))
            v -= product(e);
        else
            return v;
    }
}

/* a < b < c means what it means in Python. */
static int64_t comparison(struct expr *e)
{
    int64_t a = sum(e), all = 1;
    bool    any = false;

    for (;; any = true) {
        int64_t b;
        if (take(e, "=="))
            all &= (b = sum(e), a == b);
        else if (take(e, "!="))
            all &= (b = sum(e), a != b);
        else if (take(e, "<="))
            all &= (b = sum(e), a <= b);
        else if (take(e, ">="))
            all &= (b = sum(e), a >= b);
        else if (take(e, "<"))
            all &= (b = sum(e), a < b);
        else if (take(e, ">"))
            all &= (b = sum(e), a > b);
        else
            return any ? all : a;
        a = b;
    }
}

static int64_t parse_not(struct expr *e) { return take(e, "not") ? !parse_not(e) : comparison(e); }

static int64_t parse_and(struct expr *e)
{
    int64_t v = parse_not(e);

    while (take(e, "and")) {
        int64_t b = parse_not(e);
        v         = v && b;
    }
    return v;
}

static int64_t parse_or(struct expr *e)
{
    int64_t v = parse_and(e);

    while (take(e, "or")) {
        int64_t b = parse_and(e);
        v         = v || b;
    }
    return v;
}

/* -- Statements ---------------------------------------------------------------------------- */

/* What the left side of a simple comparison is, to say it when the assert fails. */
static int64_t left_side(struct expr *e, const char *from)
{
    struct expr again = *e;

    again.p = from;
    return sum(&again);
}

static void skip_statement(struct expr *e)
{
    char quote = '\0';

    for (; *e->p && (quote || (*e->p != '\n' && *e->p != ';')); e->p++)
        if (*e->p == quote)
            quote = '\0';
        else if (!quote && (*e->p == '"' || *e->p == '\''))
            quote = *e->p;
}

bool run_code(struct run *r, const char *code)
{
    struct expr e = { .r = r, .p = code, .ok = true };

    for (;;) {
        while (isspace((unsigned char)*e.p) || *e.p == ';')
            e.p++;
        if (*e.p == '\0')
            return true;
        if (*e.p == '#') {
            while (*e.p && *e.p != '\n')
                e.p++;
            continue;
        }
        if (!take(&e, "assert"))
            return run_fail(r, "only asserts are understood in code");
        blanks(&e);
        const char *from = e.p;
        int64_t     v    = parse_or(&e);
        int         n    = (int)(e.p - from);
        blanks(&e);
        if (!e.ok)
            return false;
        if (*e.p && !strchr(",;\n\r#", *e.p))
            return run_fail(r, "not understood: %.*s", (int)strcspn(e.p, "\n"), e.p);
        if (!v)
            return run_fail(r, "not so: %.*s (the left side is %lld)", n, from,
                            (long long)left_side(&e, from));
        skip_statement(&e);
    }
}
