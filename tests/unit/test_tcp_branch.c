/* SPDX-License-Identifier: MIT
 * test_tcp_branch.c - every branch of RFC 9293 3.10, from the table tests/matrix/branch.def. */
#include "test_tcp_lab.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct branch {
    const char *id, *from, *script, *rules, *out, *after, *also;
} branches[] = {
#define BRANCH(id, from, script, rules, out, after, also)                                          \
    { id, from, script, rules, out, after, also },
#include "../matrix/branch.def"
#undef BRANCH
};

enum { BRANCHES = sizeof branches / sizeof branches[0] };

/* A receive window of zero, wherever the connection is: as if all that was offered lay unread. */
static void shut_window(struct lab *l)
{
    l->t.rcv.user += l->t.rcv.wnd;
    l->t.rcv.wnd  = 0;
    l->t.rcv.edge = l->t.rcv.nxt;
}

static const char *also(struct lab *l, const char *what)
{
    static const struct {
        const char    *name;
        enum tcp_error error;
    } errors[] = { { "E_EXISTS", TCP_E_EXISTS },       { "E_NONE", TCP_E_NONE },
                   { "E_CLOSING", TCP_E_CLOSING },     { "E_UNSPECIFIED", TCP_E_UNSPECIFIED },
                   { "E_RESOURCES", TCP_E_RESOURCES }, { "E_WOULD_BLOCK", TCP_E_WOULD_BLOCK } };
    static const struct {
        const char *name;
        uint32_t    bit;
        bool        on;
    } signals[] = { { "CONNECTED", SIG_CONNECTED, true },
                    { "REFUSED", SIG_REFUSED, true },
                    { "RESET", SIG_RESET, true },
                    { "USER_TIMEOUT", SIG_USER_TIMEOUT, true },
                    { "FIN", SIG_FIN, true },
                    { "READABLE", SIG_READABLE, true },
                    { "UNREADABLE", SIG_READABLE, false },
                    { "WRITABLE", SIG_WRITABLE, true },
                    { "URGENT", SIG_URGENT, true },
                    { "NO_URGENT", SIG_URGENT, false },
                    { "PUSH", SIG_PUSH, true },
                    { "FIN_ACKED", SIG_FIN_ACKED, true },
                    { "BACK_TO_LISTEN", SIG_BACK_TO_LISTEN, true } };
    uint32_t wnd;

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strcmp(what, errors[i].name) == 0)
            return l->error == errors[i].error ? NULL : "another error";
    if (l->error != TCP_OK)
        return "an error";
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (strcmp(what, signals[i].name) == 0)
            return !!(l->t.signal & signals[i].bit) == signals[i].on ? NULL : "signal";
    if (strcmp(what, "0") == 0)
        return NULL;
    if (strcmp(what, "NONE") == 0)
        return l->t.signal == 0 ? NULL : "a signal";
    if (strcmp(what, "REOPEN") == 0)
        return l->take.reopen ? NULL : "not reopened";
    if (strcmp(what, "FULL_2MSL") == 0)
        return l->t.timer[TIMER_2MSL] == l->env.now + 2 * MSEC(l->policy.msl_ms) ? NULL : "2 MSL";
    if (strcmp(what, "DOUBLED") == 0)
        return l->t.rto == 2000000 ? NULL : "RTO is not doubled";
    if (strcmp(what, "SHUT") == 0)
        return l->t.rcv.wnd == 0 ? NULL : "window";
    if (sscanf(what, "WND=%u", &wnd) == 1)
        return l->t.snd.wnd == wnd ? NULL : "SND.WND";
    return "nobody knows this word";
}

/* "*" is anything; N in the pattern is RCV.NXT - IRS. */
static bool same_out(struct lab *l, const char *want, const char *out)
{
    char        buf[200];
    const char *n = strchr(want, 'N');

    if (strcmp(want, "*") == 0)
        return true;
    if (!n)
        return strcmp(want, out) == 0;
    snprintf(buf, sizeof buf, "%.*s%d%s", (int)(n - want), want, seq_diff(l->t.rcv.nxt, l->t.irs),
             n + 1);
    return strcmp(buf, out) == 0;
}

static void out_of(struct lab *l, char *buf, size_t cap)
{
    const struct segment *r = &l->reply;

    if (!l->take.unowned)
        snprintf(buf, cap, "%s", lab_out(l));
    else if (!l->unowned)
        snprintf(buf, cap, "%s", "");
    else if (r->ctl & CTL_ACK)
        snprintf(buf, cap, "R. %u %u", r->seq, r->ack);
    else
        snprintf(buf, cap, "R %u", r->seq);
}

START_TEST(branch)
{
    const struct branch *b    = &branches[_i];
    const char          *from = strncmp(b->from, "WZ:", 3) == 0 ? b->from + 3 : b->from;
    struct lab           l;
    char                 out[400];

    lab_to(&l, PROFILE_RFC9293, from);
    if (from != b->from)
        shut_window(&l);
    lab_do(&l, b->script);
    out_of(&l, out, sizeof out);
    const char *wrong = also(&l, b->also);
    ck_assert_msg(lab_fired(&l, b->rules), "%s: wanted %s, fired %s", b->id, b->rules,
                  lab_rules(&l));
    ck_assert_msg(same_out(&l, b->out, out), "%s: wanted \"%s\", sent \"%s\"", b->id, b->out, out);
    ck_assert_msg(strcmp(b->after, "*") == 0 || strcmp(b->after, tcp_state_name[l.t.state]) == 0,
                  "%s: wanted %s, is %s", b->id, b->after, tcp_state_name[l.t.state]);
    ck_assert_msg(wrong == NULL, "%s: %s: %s", b->id, b->also, wrong);
    tcp_forget(&l.t, &l.env);
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}
END_TEST

/* No branch is claimed twice. */
START_TEST(distinct)
{
    for (int i = 0; i < BRANCHES; i++)
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(branches[i].id, branches[k].id);
}
END_TEST

SUITE(tcp_branch)
{
    TCase *c = tcase_create("3.10");

    tcase_add_loop_test(c, branch, 0, BRANCHES);
    tcase_add_test(c, distinct);
    suite_add_tcase(s, c);
}
