/* SPDX-License-Identifier: MIT
 * change.c - somebody changes a path: its qualities, and what stands in its middle.
 */
#include "net/box.h"

/* The cut is in the middle of the way: what has passed it arrives, what has not will die there. */
static void cut(struct world *w, uint32_t from, uint32_t to, bool now_cut)
{
    for (uint32_t i = 1; i <= w->region[REGION_PACKET].high; i++) {
        struct packet *p = world_packet(w, i);

        if (p->id == 0 || p->from != from || p->to != to || p->held)
            continue;
        if (now_cut && !p->fate) {
            vtime middle = p->sent + (p->due - p->sent) / 2;
            if (middle < w->now)
                continue;
            p->fate  = CMD_DROP;
            p->cause = CAUSE_CUT;
            alarm_set(w, &p->alarm, middle, ALARM_PACKET, i);
        } else if (!now_cut && p->fate && p->cause == CAUSE_CUT) {
            p->fate = p->cause = 0;
            alarm_set(w, &p->alarm, p->due, ALARM_PACKET, i);
        }
    }
}

static void set_quality(struct world *w, uint32_t from, uint32_t to, const struct command *cmd)
{
    struct path *p = &w->path[from - 1][to - 1];

    switch ((enum path_quality)cmd->action) {
    case PATH_DELAY: p->delay = cmd->time; break;
    case PATH_JITTER: p->jitter = cmd->time; break;
    case PATH_RATE:
        p->rate       = cmd->n;
        p->busy_until = w->now; /* what waited has left at the old rate */
        break;
    case PATH_QUEUE: p->queue = cmd->n; break;
    case PATH_LOSS: p->loss = cmd->ratio; break;
    case PATH_DUP: p->dup = cmd->ratio; break;
    case PATH_REORDER: p->reorder = cmd->ratio; break;
    case PATH_CORRUPT: p->corrupt = cmd->ratio; break;
    case PATH_CUT:
        p->cut = cmd->n != 0;
        cut(w, from, to, cmd->n != 0);
        break;
    case PATH_MTU: p->box.mtu = cmd->n; break;
    case PATH_IDLE:
        if (!p->box.idle)
            box_learn(w, from, to);
        p->box.idle        = cmd->time;
        p->box.brief       = cmd->brief;
        p->box.idle_answer = (uint32_t)cmd->n;
        box_rearm(w, from, to);
        break;
    case PATH_FILTER: break; /* in a list of the world's */
    case PATH_MARK: p->box.mark = cmd->ratio; break;
    case PATH_ALL: break;
    }
}

void path_change(struct world *w, const struct command *cmd)
{
    uint64_t ways = 0;

    for (uint32_t from = 1; from <= w->hosts; from++)
        for (uint32_t to = 1; to <= w->hosts; to++)
            if (from != to && (!cmd->host || cmd->host == from)
                && (!cmd->peer || cmd->peer == to)) {
                set_quality(w, from, to, cmd);
                ways |= UINT64_C(1) << (HOST_MAX * (from - 1) + (to - 1));
            }
    if (cmd->action == PATH_FILTER)
        filter_set(w->filter, &w->filters, (uint32_t)cmd->n, &cmd->on, ways);
}
