/* SPDX-License-Identifier: MIT
 * rule.h - rule ids, and the trace that the engine leaves behind.
 *
 * Every decision of the engine is a row of rule.def.  A check is left only through
 * a rule, so the explanation cannot drift from the behaviour.
 */
#ifndef FW_TCP_RULE_H
#define FW_TCP_RULE_H

#include "base/value.h"

#include <stddef.h>
#include <stdint.h>

enum rule {
#define RULE(id, slug, rfc, outcome, text) RULE_##id,
#include "tcp/rule.def"
#undef RULE
    RULE_COUNT
};

/* What a rule does with what was being judged. */
enum outcome {
    GO,    /* the next check */
    DROP,  /* done, silently */
    REPLY, /* done, and an answer is owed */
    MOVE,  /* the state changes (b: from, c: to) */
    SEND,  /* why a segment leaves */
    ERR,   /* a user call is refused */
    NOTE,  /* a fact worth saying; nothing is decided */
};

struct rule_info {
    const char  *slug; /* its name everywhere but in C: "rst.challenge" */
    const char  *rfc;  /* the paragraph: "9293/3.10.7.4/2" is check 2 of that section */
    const char  *text; /* the sentence; {a:seq} {b:ms} ... are the step's operands */
    enum outcome outcome;
};

extern const struct rule_info rule_table[RULE_COUNT];

VALUE_BEGIN

/* One decision.  Operands are raw numbers: formatting belongs to the reader. */
struct step {
    uint32_t rule;    /* enum rule */
    uint32_t a, b, c; /* meaning given by rule_table[rule].text */
};

VALUE_END

/* A sink of steps, owned by the caller.  Full is not an error: `lost` counts. */
struct trace {
    struct step *step;
    size_t       len, cap, lost;
};

/* Append one step; `t` may be NULL, meaning "do not explain".  Not inline: `make report` puts a
 * function of its own in its place, to see which rules fire. */
void trace_step(struct trace *t, enum rule rule, uint32_t a, uint32_t b, uint32_t c);

/* The rule with this slug, or RULE_COUNT. */
enum rule rule_by_slug(const char *slug);

#endif
