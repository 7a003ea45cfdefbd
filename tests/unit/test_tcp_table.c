/* SPDX-License-Identifier: MIT
 * test_tcp_table.c - the tables themselves: rules, knobs, sequence arithmetic. */
#include "tcp/policy.h"
#include "tcp/rule.h"
#include "tcp/seq.h"
#include "tcp/tcp.h"
#include "test.h"

#include <string.h>

START_TEST(rules_are_complete)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule_info *r = &rule_table[i];
        ck_assert(r->slug && *r->slug);
        ck_assert(r->rfc && *r->rfc);
        ck_assert(r->text && *r->text);
        ck_assert_int_eq(rule_by_slug(r->slug), i); /* no slug twice */
        ck_assert_msg(!strchr(r->slug, ' '), "%s", r->slug);
        ck_assert_msg(r->text[strlen(r->text) - 1] != '.', "%s ends with a stop", r->slug);
        /* A MOVE has one operand of its own: {b} and {c} are the states. */
        if (r->outcome == MOVE)
            ck_assert_msg(!strstr(r->text, "{b:") && !strstr(r->text, "{c:"), "%s", r->slug);
    }
    ck_assert_int_eq(rule_by_slug("no.such.rule"), RULE_COUNT);
}
END_TEST

/* Every {x:form} is an operand and a form that readers know. */
START_TEST(operands_are_known)
{
    static const char *const form[] = { "seq}", "bytes}", "ms}", "us}", "n}", "state}", "timer}" };

    for (int i = 0; i < RULE_COUNT; i++)
        for (const char *p = strchr(rule_table[i].text, '{'); p; p = strchr(p + 1, '{')) {
            bool known = false;
            ck_assert_msg(p[1] >= 'a' && p[1] <= 'c' && p[2] == ':', "%s", rule_table[i].slug);
            for (size_t k = 0; k < sizeof form / sizeof form[0]; k++)
                known = known || strncmp(p + 3, form[k], strlen(form[k])) == 0;
            ck_assert_msg(known, "%s: %s", rule_table[i].slug, p);
        }
}
END_TEST

START_TEST(trace_counts_what_does_not_fit)
{
    struct step  step[2];
    struct trace t = { .step = step, .cap = 2 };

    trace_step(NULL, RULE_SEQ_OK, 1, 2, 3);
    for (uint32_t i = 0; i < 5; i++)
        trace_step(&t, RULE_SEQ_OK, i, 0, 0);
    ck_assert_uint_eq(t.len, 2);
    ck_assert_uint_eq(t.lost, 3);
    ck_assert_uint_eq(step[1].a, 1);
}
END_TEST

START_TEST(knobs)
{
    for (int k = 0; k < KNOB_COUNT; k++) {
        ck_assert_int_eq(knob_by_name(knob_table[k].name), k);
        for (int p = 0; p < PROFILE_COUNT; p++) {
            struct tcp_policy policy = tcp_policy_of((enum profile)p);
            uint32_t          v      = knob_table[k].preset[p];
            ck_assert_uint_eq(policy_get(&policy, (enum knob)k), v);
            /* what a profile has may be set */
            ck_assert_msg(policy_set(&policy, (enum knob)k, v), "%s %u", knob_table[k].name, v);
        }
    }
    for (int p = 0; p < PROFILE_COUNT; p++)
        ck_assert_int_eq(profile_by_name(profile_name[p]), p);
    ck_assert_int_eq(knob_by_name("nonsense"), KNOB_COUNT);
    ck_assert_int_eq(profile_by_name("nonsense"), PROFILE_COUNT);
}
END_TEST

START_TEST(knobs_have_ranges)
{
    static const struct {
        enum knob knob;
        uint32_t  value;
        bool      ok;
    } row[] = {
        { KNOB_delack_ms, 499, true }, { KNOB_delack_ms, 500, false },
        { KNOB_nagle, 2, false },      { KNOB_nagle, 0, true },
        { KNOB_mss, 63, false },       { KNOB_mss, 64, true },
        { KNOB_mss, 1460, true },      { KNOB_mss, 1461, false },
        { KNOB_rcv_buf, 0, false },    { KNOB_rcv_buf, 1u << 30, true },
        { KNOB_rto_min_ms, 0, false }, { KNOB_rto_max_ms, 5000000, false },
        { KNOB_msl_ms, 0, true },
    };

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct tcp_policy p = tcp_policy_of(PROFILE_RFC9293), before = p;
        ck_assert_int_eq(policy_set(&p, row[i].knob, row[i].value), row[i].ok);
        if (!row[i].ok)
            ck_assert_mem_eq(&p, &before, sizeof p);
    }
}
END_TEST

START_TEST(sequence_numbers_wrap)
{
    ck_assert(seq_lt(0xFFFFFFFFu, 0));
    ck_assert(!seq_lt(0, 0xFFFFFFFFu));
    ck_assert(seq_le(5, 5));
    ck_assert_uint_eq(seq_max(0xFFFFFFF0u, 3), 3);
    ck_assert_uint_eq(seq_min(0xFFFFFFF0u, 3), 0xFFFFFFF0u);
    ck_assert(seq_in(2, 0xFFFFFFFEu, 5));
    ck_assert(!seq_in(3, 0xFFFFFFFEu, 5));
    ck_assert(!seq_in(7, 7, 0));
    ck_assert_int_eq(seq_diff(1, 0xFFFFFFFFu), 2);
}
END_TEST

START_TEST(names)
{
    for (int i = 0; i < TCP_STATES; i++)
        ck_assert(tcp_state_name[i] && *tcp_state_name[i]);
    for (int i = 0; i < TIMER_COUNT; i++)
        ck_assert(tcp_timer_name[i] && *tcp_timer_name[i]);
}
END_TEST

SUITE(tcp_table)
{
    TCase *c = tcase_create("tables");

    tcase_add_test(c, rules_are_complete);
    tcase_add_test(c, operands_are_known);
    tcase_add_test(c, trace_counts_what_does_not_fit);
    tcase_add_test(c, knobs);
    tcase_add_test(c, knobs_have_ranges);
    tcase_add_test(c, sequence_numbers_wrap);
    tcase_add_test(c, names);
    suite_add_tcase(s, c);
}
