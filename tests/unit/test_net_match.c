/* SPDX-License-Identifier: MIT
 * test_net_match.c - each field of a predicate: what it takes and what it leaves. */
#include "net_world.h"
#include "test.h"

/* FIN,ACK 301/801 with 5 bytes that moved the server, explained by one rule. */
static struct entry arrived(void)
{
    struct entry e;

    memset(&e, 0, sizeof e);
    e.kind   = EVENT_ARRIVED;
    e.host   = SERVER;
    e.peer   = CLIENT;
    e.life   = 2;
    e.before = TCP_ESTABLISHED;
    e.after  = TCP_CLOSE_WAIT;
    e.seg    = (struct segment){ .seq = 301, .ack = 801, .len = 5, .ctl = CTL_FIN | CTL_ACK };
    return e;
}

static struct entry result(void)
{
    struct entry e;

    memset(&e, 0, sizeof e);
    e.kind  = EVENT_RESULT;
    e.host  = CLIENT;
    e.op    = OP_READ;
    e.value = -ERR_ECONNRESET;
    return e;
}

static struct entry timer(void)
{
    struct entry e;

    memset(&e, 0, sizeof e);
    e.kind  = EVENT_TIMER;
    e.host  = CLIENT;
    e.timer = TIMER_2MSL;
    return e;
}

static const struct row {
    const char  *what;
    char         entry; /* a arrived, r result, t timer, s sent again */
    bool         holds;
    struct match m;
} rows[] = {
    { "nothing asked", 'a', true, { 0 } },
    { "kind", 'a', true, { .kind = EVENT_ARRIVED + 1 } },
    { "another kind", 'a', false, { .kind = EVENT_SENT + 1 } },
    { "host", 'a', true, { .host = SERVER } },
    { "another host", 'a', false, { .host = CLIENT } },
    { "peer", 'a', true, { .peer = CLIENT } },
    { "another peer", 'a', false, { .peer = SERVER } },
    { "state entered", 'a', true, { .state = TCP_CLOSE_WAIT + 1 } },
    { "state left", 'a', false, { .state = TCP_ESTABLISHED + 1 } },
    { "state CLOSED, not moved", 't', false, { .state = TCP_CLOSED + 1 } },
    { "FIN", 'a', true, { .ctl_mask = CTL_FIN, .ctl = CTL_FIN } },
    { "FIN without ACK", 'a', false, { .ctl_mask = CTL_FIN | CTL_ACK, .ctl = CTL_FIN } },
    { "no SYN", 'a', true, { .ctl_mask = CTL_SYN, .ctl = 0 } },
    { "no SYN, but no segment", 't', false, { .ctl_mask = CTL_SYN, .ctl = 0 } },
    { "seq", 'a', true, { .has = MATCH_SEQ, .seq = 301 } },
    { "another seq", 'a', false, { .has = MATCH_SEQ, .seq = 300 } },
    { "seq 0 meant", 'a', false, { .has = MATCH_SEQ, .seq = 0 } },
    { "seq not meant", 'a', true, { .seq = 300 } },
    { "ack", 'a', true, { .has = MATCH_ACK, .ack = 801 } },
    { "another ack", 'a', false, { .has = MATCH_ACK, .ack = 1 } },
    { "len", 'a', true, { .has = MATCH_LEN, .len = 5 } },
    { "another len", 'a', false, { .has = MATCH_LEN, .len = 0 } },
    { "any text", 'a', true, { .has = MATCH_DATA } },
    { "any text, none there", 's', false, { .has = MATCH_DATA } },
    { "seq 0 of no segment", 't', false, { .has = MATCH_SEQ } },
    { "life", 'a', true, { .life = 2 } },
    { "another life", 'a', false, { .life = 1 } },
    { "rule", 'a', true, { .rule = RULE_FIN_RECEIVED + 1 } },
    { "another rule", 'a', false, { .rule = RULE_FIN_ABSENT + 1 } },
    { "retransmitted", 's', true, { .rtx = 1 } },
    { "first only", 's', false, { .rtx = 2 } },
    { "first only", 'a', true, { .rtx = 2 } },
    { "first only, no segment", 't', false, { .rtx = 2 } },
    { "op", 'r', true, { .op = OP_READ + 1 } },
    { "another op", 'r', false, { .op = OP_WRITE + 1 } },
    { "op 0 of another kind", 't', false, { .op = OP_LISTEN + 1 } },
    { "value", 'r', true, { .has = MATCH_VALUE, .value = -ERR_ECONNRESET } },
    { "another value", 'r', false, { .has = MATCH_VALUE, .value = 0 } },
    { "value 0 of no result", 't', false, { .has = MATCH_VALUE, .value = 0 } },
    { "timer", 't', true, { .timer = TIMER_2MSL + 1 } },
    { "another timer", 't', false, { .timer = TIMER_RTO + 1 } },
    { "timer 0 of no timer", 'a', false, { .timer = TIMER_RTO + 1 } },
    { "text", 'r', true, { .text = "from cl" } },
    { "all of the text", 'r', true, { .text = "Hello from client" } },
    { "other text", 'r', false, { .text = "from server" } },
    { "more than the text", 'r', false, { .text = "Hello from client!" } },
};

START_TEST(each_field)
{
    static const char        words[] = "Hello from client";
    static const struct step steps[] = { { .rule = RULE_SEQ_OK }, { .rule = RULE_FIN_RECEIVED } };

    const struct row *r    = &rows[_i];
    struct told       more = { 0 };
    struct entry      e    = r->entry == 'r' ? result() : r->entry == 't' ? timer() : arrived();
    struct journal    j    = { 0 };

    if (r->entry == 's') {
        e.kind    = EVENT_SENT;
        e.rtx     = 1;
        e.seg.len = 0;
    }
    if (r->entry == 'a')
        more = (struct told){ .step = steps, .n_step = 2 };
    if (r->entry == 'r')
        more = (struct told){ .text = words, .n_text = sizeof words - 1 };
    ck_assert_msg(told_match(&e, &more, &r->m) == r->holds, "%s", r->what);

    /* And the same once it is in a journal, behind something else. */
    journal_add(&j, &e, steps, 1, "x", 1, NULL, 0);
    journal_add(&j, &e, more.step, more.n_step, more.text, more.n_text, NULL, 0);
    ck_assert_msg(entry_match(&j, &j.entry[1], &r->m) == r->holds, "%s, in a journal", r->what);
    journal_free(&j);
}
END_TEST

SUITE(net_match)
{
    TCase *c = tcase_create("all");

    tcase_add_loop_test(c, each_field, 0, sizeof rows / sizeof rows[0]);
    suite_add_tcase(s, c);
}
