/* SPDX-License-Identifier: MIT
 * view_box.c - what stands in the middle of the way: in a line, and all that it keeps.
 */
#include "ui/view_inside.h"

#include "base/text.h"
#include "base/utf8.h"
#include "scenario/verb.h"

#include <string.h>

static uint64_t way_bit(uint32_t from, uint32_t to)
{
    return UINT64_C(1) << (HOST_MAX * (from - 1) + (to - 1));
}

/* Filters on the way there or back. */
static unsigned filters_between(const struct world *w)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < w->filters; i++)
        n += (w->filter[i].ways & (way_bit(1, 2) | way_bit(2, 1))) != 0;
    return n;
}

static bool is_box(const struct box *b) { return b->idle || b->mtu || b->mark.num; }

void delay_text(struct text *t, vspan d)
{
    if (d % 1000)
        text_add(t, "%lld us", (long long)d);
    else if (d < SEC(10))
        text_add(t, "%lld ms", (long long)(d / 1000));
    else if (d % SEC(60) == 0)
        text_add(t, "%lld min", (long long)(d / SEC(60)));
    else
        text_add(t, "%lld s", (long long)(d / SEC(1)));
}

/* Its qualities; `brief` 0 with their values, 1 by name, 2 not at all. */
static void qualities(struct text *t, const struct box *b, unsigned filters, int brief)
{
    const char *comma = ": ";

    if (brief > 1)
        return;
    if (b->idle) {
        text_add(t, "%s%s", comma, brief ? "idle" : "idle ");
        comma = ", ";
        if (!brief)
            delay_text(t, b->idle);
    }
    if (b->mtu) {
        text_add(t, brief ? "%smtu" : "%smtu %u", comma, (unsigned)b->mtu);
        comma = ", ";
    }
    if (filters) {
        if (filters > 1)
            text_add(t, "%s%u filters", comma, filters);
        else
            text_add(t, "%sfilter", comma);
        comma = ", ";
    }
    if (b->mark.num)
        text_add(t, "%smarks", comma);
}

void view_box_line(const struct look *k, int cols, char *buf, size_t cap)
{
    const struct box *to = &k->w->path[0][1].box, *back = &k->w->path[1][0].box;
    const struct box *b       = is_box(to) ? to : back;
    unsigned          filters = filters_between(k->w), ate = 0;
    char              at[48];

    buf[0] = '\0';
    if (!is_box(b) && !filters)
        return;
    for (size_t i = 0; i < k->seen; i++)
        ate += k->j->entry[i].kind == EVENT_LOST && k->j->entry[i].cause == CAUSE_BOX;
    for (int brief = -1; brief < 3; brief++) {
        struct text t = text_into(buf, cap);

        text_add(&t, brief < 2 ? "box" : "a box");
        if (brief < 0)
            text_add(&t, " %s", addr_text(&k->w->box, at, sizeof at));
        qualities(&t, b, filters, brief < 0 ? 0 : brief);
        int bare = utf8_columns(buf);
        if (ate)
            text_add(&t, ", ate %u", ate);
        if (utf8_columns(buf) <= cols)
            return;
        if (brief >= 0 && bare <= cols) { /* what it ate is seen in the picture, too */
            size_t n = strlen(buf);
            while (n && buf[n - 1] != ',')
                n--;
            if (n)
                buf[n - 1] = '\0';
            return;
        }
    }
}

/* A row of its filter, in the words that set it. */
static void filter_text(const struct filter *f, const struct names *n, struct text *out)
{
    struct command c = { .kind = CMD_PATH, .action = PATH_FILTER, .n = f->does, .on = f->on };
    char           words[200];
    struct text    t = text_into(words, sizeof words);

    for (uint8_t a = 1; a <= HOST_MAX; a++)
        for (uint8_t b = 1; b <= HOST_MAX; b++)
            if (f->ways == way_bit(a, b)) {
                c.host = a;
                c.peer = b;
            }
    command_text(&c, n, &t);
    text_add(out, "%s", words + strlen("link "));
    if (f->seen)
        text_add(out, "  (met %u)", f->seen);
}

static void endpoint_add(const struct look *k, struct text *t, const struct endpoint *e)
{
    uint32_t h = world_host_at(k->w, &e->addr);

    text_add(t, "%s:%u", h ? k->w->host[h - 1].name : "?", e->port);
}

/* One conversation that it knows, or has forgotten. */
static void flow_text(const struct look *k, const struct flow *f, struct text *t)
{
    uint32_t a = world_host_at(k->w, &f->a.addr), b = world_host_at(k->w, &f->b.addr);
    char     buf[40];

    if (!a || !b)
        return;
    const struct box *x    = &k->w->path[a - 1][b - 1].box;
    bool              open = f->syn == 3 && f->fin != 3 && !f->rst;
    vspan             left = f->seen + (x->brief && !open ? x->brief : x->idle) - k->w->now;
    if (!x->idle)
        return;
    endpoint_add(k, t, &f->a);
    text_add(t, " - ");
    endpoint_add(k, t, &f->b);
    if (left < 0)
        text_add(t, "  forgotten %s ago", left_text(-left, buf, sizeof buf));
    else
        text_add(t, "  %s, forgotten in %s",
                 open               ? "open"
                 : f->rst || f->fin ? "closed"
                                    : "opening",
                 left_text(left, buf, sizeof buf));
}

/* Its qualities in the words that set them: "idle 120s 4s rst-both". */
static void path_words(struct text *out, const struct box *b, const struct names *n)
{
    const struct command set[] = {
        { .action = PATH_MTU, .n = b->mtu },
        { .action = PATH_IDLE, .time = b->idle, .brief = b->brief, .n = b->idle_answer },
        { .action = PATH_MARK, .ratio = b->mark },
    };
    const bool on[] = { b->mtu != 0, b->idle != 0, b->mark.num != 0 };

    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        struct command c = set[i];
        char           words[120];
        struct text    t = text_into(words, sizeof words);

        if (!on[i])
            continue;
        c.kind = CMD_PATH;
        command_text(&c, n, &t);
        text_add(out, "  %s", words + strlen("link "));
    }
}

/* Is every way like the first? */
static bool all_alike(const struct world *w)
{
    for (uint32_t a = 0; a < w->hosts; a++)
        for (uint32_t b = 0; b < w->hosts; b++)
            if (a != b && memcmp(&w->path[a][b].box, &w->path[0][1].box, sizeof(struct box)) != 0)
                return false;
    return w->hosts > 1;
}

int view_box(const struct look *k, struct rect in, int row)
{
    const struct world *w   = k->w;
    struct names        n   = names_of(w);
    bool                any = w->filters > 0;
    char                line[240], at[48], at6[48];

    for (uint32_t a = 0; a < w->hosts; a++)
        for (uint32_t b = 0; b < w->hosts; b++)
            any |= is_box(&w->path[a][b].box);
    if (!any)
        return row;
    row += 1 + surface_prose(k->s, in, row + 1, 0, STYLE_TIMER, "The box in the middle");
    surface_printf(k->s, in, row - 1, 24, STYLE_DIM, "%s  %s", addr_text(&w->box, at, sizeof at),
                   addr_text(&w->box6, at6, sizeof at6));
    bool same = all_alike(w);
    for (uint32_t a = 0; a < w->hosts; a++)
        for (uint32_t b = 0; b < w->hosts; b++) {
            struct text t = text_into(line, sizeof line);

            if (!is_box(&w->path[a][b].box) || a == b || (same && (a != 0 || b != 1)))
                continue;
            if (same)
                text_add(&t, "every way");
            else
                text_add(&t, "%s>%s", w->host[a].name, w->host[b].name);
            path_words(&t, &w->path[a][b].box, &n);
            surface_text(k->s, in, row++, 2, STYLE_PLAIN, line);
        }
    for (uint32_t i = 0; i < w->filters; i++) {
        struct text t = text_into(line, sizeof line);

        text_add(&t, "%u  ", i + 1);
        filter_text(&w->filter[i], &n, &t);
        surface_text(k->s, in, row++, 2, STYLE_PLAIN, line);
    }
    for (int i = 0; i < FLOW_MAX; i++) {
        struct text t = text_into(line, sizeof line);

        if (w->flow[i].known)
            flow_text(k, &w->flow[i], &t);
        if (t.len)
            surface_text(k->s, in, row++, 2, STYLE_PLAIN, line);
    }
    return row;
}
