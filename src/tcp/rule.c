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
