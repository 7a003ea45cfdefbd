/* SPDX-License-Identifier: MIT
 * rule.c - the table of rules, and the trace. */
#include "tcp/rule.h"

#include <string.h>

const struct rule_info rule_table[RULE_COUNT] = {
#define RULE(id, slug, rfc, outcome, text) [RULE_##id] = { slug, rfc, text, outcome },
#include "tcp/rule.def"
#undef RULE
};

enum rule rule_by_slug(const char *slug)
{
    for (int i = 0; i < RULE_COUNT; i++)
        if (strcmp(rule_table[i].slug, slug) == 0)
            return (enum rule)i;
    return RULE_COUNT;
}

void trace_step(struct trace *t, enum rule rule, uint32_t a, uint32_t b, uint32_t c)
{
    if (!t)
        return;
    if (t->len == t->cap) {
        t->lost++;
        return;
    }
    t->step[t->len++] = (struct step){ .rule = rule, .a = a, .b = b, .c = c };
}
