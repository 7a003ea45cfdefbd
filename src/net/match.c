/* SPDX-License-Identifier: MIT
 * match.c - does a predicate hold of something that happened?
 *
 * Armed faults, cues, pauses, questions and expectations all ask through here.  The answer never
 * depends on whether anybody keeps a journal: the world itself asks with what it is about to tell.
 */
#include "net/inside.h"

#include <string.h>

/* Does the entry speak of a segment, so that its flags and numbers mean something? */
static bool of_segment(const struct entry *e)
{
    return e->kind <= EVENT_ALTERED && e->kind != EVENT_BAD;
}

static bool numbers_match(const struct entry *e, const struct match *m)
{
    const uint8_t of_seg = MATCH_SEQ | MATCH_ACK | MATCH_LEN | MATCH_DATA | MATCH_ICMP;

    if ((m->has & of_seg || m->ctl_mask || m->rtx || m->port) && !of_segment(e))
        return false;
    if (m->port && e->sport != m->port && e->dport != m->port)
        return false;
    if ((e->seg.ctl & m->ctl_mask) != (m->ctl & m->ctl_mask))
        return false;
    if (m->has & MATCH_SEQ && e->seg.seq != m->seq)
        return false;
    if (m->has & MATCH_ACK && (!(e->seg.ctl & CTL_ACK) || e->seg.ack != m->ack))
        return false;
    if (m->has & MATCH_DATA && e->seg.len == 0)
        return false;
    if (m->has & MATCH_LEN && e->seg.len != m->len)
        return false;
    return m->rtx == 0 || (m->rtx == 1) == (e->rtx > 0);
}

static bool call_matches(const struct entry *e, const struct match *m)
{
    if (m->op && ((e->kind != EVENT_CALL && e->kind != EVENT_RESULT) || e->op != m->op - 1))
        return false;
    if (m->has & MATCH_VALUE) {
        if (m->kind == 0 && e->kind != EVENT_RESULT)
            return false;
        if (e->value != m->value)
            return false;
    }
    return !m->timer || (e->kind == EVENT_TIMER && e->timer == m->timer - 1);
}

static bool has_rule(const struct told *more, uint32_t rule)
{
    for (size_t i = 0; more && i < more->n_step; i++)
        if (more->step[i].rule == rule)
            return true;
    return false;
}

static bool has_text(const struct told *more, const struct match *m)
{
    size_t n = 0;

    while (n < sizeof m->text && m->text[n])
        n++;
    for (size_t i = 0; more && i + n <= more->n_text; i++)
        if (memcmp(more->text + i, m->text, n) == 0)
            return true;
    return false;
}

/* What has words is ICMP: no segment, so that whoever asks for one does not mean it. */
static bool icmp_matches(const struct entry *e, const struct told *more, const struct match *m)
{
    if (m->has & MATCH_ICMP)
        return more && more->n_text > 0;
    return !m->kind || !of_segment(e) || !more || more->n_text == 0;
}

bool told_match(const struct entry *e, const struct told *more, const struct match *m)
{
    if (m->kind && e->kind != m->kind - 1)
        return false;
    if (m->cause && e->cause != m->cause - 1)
        return false;
    if (!icmp_matches(e, more, m))
        return false;
    if (m->host && e->host != m->host)
        return false;
    if (m->peer && e->peer != m->peer)
        return false;
    if (m->state && (!entry_moved(e) || e->after != m->state - 1))
        return false;
    if (m->life && e->life != m->life)
        return false;
    if (!numbers_match(e, m) || !call_matches(e, m))
        return false;
    if (m->rule && !has_rule(more, m->rule - 1u))
        return false;
    return !m->text[0] || has_text(more, m);
}

bool entry_match(const struct journal *j, const struct entry *e, const struct match *m)
{
    struct told more = { .step   = e->n_step ? j->step + e->step : NULL,
                         .n_step = e->n_step,
                         .text   = e->n_text ? j->text + e->text : NULL,
                         .n_text = e->n_text };

    return told_match(e, &more, m);
}
