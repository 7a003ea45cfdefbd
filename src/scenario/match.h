/* SPDX-License-Identifier: MIT
 * match.h - the words for what happens, shared by the parsers of src/scenario.
 */
#ifndef FW_SCENARIO_MATCH_H
#define FW_SCENARIO_MATCH_H

#include "scenario/words.h"
#include "tcp/icmp.h"

/* The forms in which something that happens can be written (form.def), for documentation. */
struct form_info {
    const char *words, *help;
};

extern const struct form_info form_table[];
extern const size_t           form_count;

/* Read a match from the next words; what follows it is left. */
bool match_words(struct words *w, const struct names *n, struct match *m);

/* The same for what may follow `sent`, `lost`, `drop` ...: flags, seq, ack ...  Without `segment`
 * only what every form may end with: life, rule. */
bool match_segment(struct words *w, struct match *m, bool segment);
void match_segment_text(const struct match *m, struct text *out);

/* "port-unreachable": consume it if one stands next; `unreachable` alone is that of a host. */
bool                     icmp_word(struct words *w, enum icmp_kind *k);
extern const char *const icmp_words[ICMP_KINDS];
void                     icmp_add(struct text *t, enum icmp_kind k);
extern const char        ICMP_KINDS_SAID[]; /* for messages */

/* After `over`: the family, which both hosts must have. */
bool over_words(struct words *w, const struct names *n, uint8_t a, uint8_t b, uint32_t *six);

/* "2nd", if it stands next. */
bool match_nth(struct words *w, struct match *m);
void match_nth_text(const struct match *m, struct text *out);

/* "SYN,ACK" to control bits and back. */
bool flags_parse(const char *word, uint8_t *ctl);
void flags_add(struct text *t, uint8_t ctl);

const char *names_host_name(const struct names *n, uint8_t host);

#endif
