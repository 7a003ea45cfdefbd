/* SPDX-License-Identifier: MIT
 * view_diagram.c - the state diagram of RFC 9293 (figure 5), with both ends on it; and a small map
 * of it.
 *
 * Lines are drawn from a template, in which 1 2 3 4 are corners, V < > heads; states and labels lie
 * on it.
 */
#include "ui/view_inside.h"

#include "base/utf8.h"

#include <string.h>

struct place {
    uint8_t state; /* enum tcp_state */
    int8_t  row, col;
};

struct edge {
    uint8_t     from, to;
    int8_t      row, col;
    const char *label;
};

struct picture {
    int                 rows, cols;
    const char *const  *line;
    const struct place *place;
    int                 places;
    const struct edge  *edge;
    int                 edges;
};

/* clang-format off */
static const char *const full_line[] = {
    "                 1------------              -----------2",
    "                 |                                     |",
    "                 V                                     V",
    "                       ----------------------->         ",
    "                 |                                     |   |",
    "                 V                                     |   |",
    "     1--------               <-------------------------4   |",
    "     |           |                                         |",
    "     |           V                                         |",
    "     |                      <------------------------------4",
    "     |           |",
    "     |   1-------5-------------------------------------2",
    "     V   V                                             V",
    "                ------------------->                    ",
    "         |                              |              |",
    "         V                              |              V",
    "                                        |               ",
    "         V                              |              |",
    "                 <----------------------4              V",
    "",
};
static const struct place full_place[] = {
    { TCP_CLOSED, 0, 32 },      { TCP_LISTEN, 3, 15 },      { TCP_SYN_SENT, 3, 50 },
    { TCP_SYN_RECEIVED, 6, 15 },{ TCP_ESTABLISHED, 9, 15 }, { TCP_FIN_WAIT_1, 13, 5 },
    { TCP_CLOSING, 13, 38 },    { TCP_CLOSE_WAIT, 13, 51 }, { TCP_FIN_WAIT_2, 16, 5 },
    { TCP_LAST_ACK, 16, 51 },   { TCP_TIME_WAIT, 18, 7 },   { TCP_CLOSED, 19, 52 },
};
static const struct edge full_edge[] = {
    { TCP_CLOSED,       TCP_LISTEN,       1,  4, "passive OPEN" },
    { TCP_CLOSED,       TCP_SYN_SENT,     1, 57, "active OPEN / SYN" },
    { TCP_LISTEN,       TCP_SYN_SENT,     3, 30, " SEND / SYN " },
    { TCP_LISTEN,       TCP_SYN_RECEIVED, 4, 19, "rcv SYN / SYN,ACK" },
    { TCP_SYN_SENT,     TCP_SYN_RECEIVED, 6, 35, " rcv SYN / ACK " },
    { TCP_SYN_SENT,     TCP_ESTABLISHED,  7, 61, "rcv SYN,ACK / ACK" },
    { TCP_SYN_RECEIVED, TCP_ESTABLISHED,  7, 19, "rcv ACK of SYN" },
    { TCP_SYN_RECEIVED, TCP_FIN_WAIT_1,   8,  6, "CLOSE/FIN" },
    { TCP_ESTABLISHED,  TCP_FIN_WAIT_1,  12, 11, "CLOSE / FIN" },
    { TCP_ESTABLISHED,  TCP_CLOSE_WAIT,  12, 41, "rcv FIN / ACK" },
    { TCP_FIN_WAIT_1,   TCP_CLOSING,     13, 20, " rcv FIN / ACK " },
    { TCP_FIN_WAIT_1,   TCP_FIN_WAIT_2,  14, 11, "rcv ACK of FIN" },
    { TCP_FIN_WAIT_2,   TCP_TIME_WAIT,   17, 11, "rcv FIN / ACK" },
    { TCP_CLOSING,      TCP_TIME_WAIT,   15, 42, "ACK of FIN" },
    { TCP_CLOSE_WAIT,   TCP_LAST_ACK,    14, 57, "CLOSE / FIN" },
    { TCP_LAST_ACK,     TCP_CLOSED,      17, 57, "rcv ACK of FIN" },
    { TCP_TIME_WAIT,    TCP_CLOSED,      19,  7, "after 2 MSL: CLOSED" },
};
static const char *const map_line[] = {
    "       -------->              <------",
    "                      V",
    "       1--------------5----------------2",
    "       V                               V",
    "             --->                       ",
    "       V            |                  V",
    "             <------4              ->   ",
};
static const struct place map_place[] = {
    { TCP_LISTEN, 0, 0 },       { TCP_SYN_RECEIVED, 0, 17 }, { TCP_SYN_SENT, 0, 38 },
    { TCP_ESTABLISHED, 1, 17 }, { TCP_FIN_WAIT_1, 4, 1 },    { TCP_CLOSING, 4, 18 },
    { TCP_CLOSE_WAIT, 4, 33 },  { TCP_FIN_WAIT_2, 5, 1 },    { TCP_LAST_ACK, 5, 33 },
    { TCP_TIME_WAIT, 6, 2 },    { TCP_CLOSED, 6, 38 },
};
static const struct edge map_edge[] = {
    { TCP_ESTABLISHED, TCP_FIN_WAIT_1, 3,  9, "close / FIN" },
    { TCP_ESTABLISHED, TCP_CLOSE_WAIT, 3, 25, "FIN received" },
};
/* clang-format on */

static uint32_t line_glyph(enum glyphs g, char c)
{
    switch (c) {
    case '-': return glyph(g, G_HLINE);
    case '|': return glyph(g, G_VLINE);
    case '1': return glyph(g, G_TOP_LEFT);
    case '2': return glyph(g, G_TOP_RIGHT);
    case '3': return glyph(g, G_BOT_LEFT);
    case '4': return glyph(g, G_BOT_RIGHT);
    case '5': return glyph(g, G_TEE_UP);
    case '<': return glyph(g, G_HEAD_LEFT);
    case '>': return glyph(g, G_HEAD_RIGHT);
    case 'V': return glyph(g, G_TO_DOWN);
    default: return (unsigned char)c;
    }
}

static void last_moves(const struct look *k, const struct entry *move[2])
{
    for (int h = 0; h < 2; h++)
        move[h] = last_move(k, (uint32_t)h + 1);
}

static void draw_state(const struct look *k, struct rect in, int skip, const struct place *p,
                       const struct end e[2])
{
    int        col  = p->col + (int)strlen(tcp_state_name[p->state]);
    bool       here = false;
    enum style st   = STYLE_PLAIN;

    for (int h = 0; h < 2; h++) {
        /* CLOSED stands twice on the full diagram: where it begins, and where it ends. */
        bool first = p->row == 0 && p->state == TCP_CLOSED;
        if (e[h].state != p->state || e[h].host == 0)
            continue;
        if (p->state == TCP_CLOSED && first == (e[h].since > 0))
            continue;
        here = true;
        surface_put(k->s, in, p->row - skip, col + 1, h ? STYLE_SERVER : STYLE_CLIENT,
                    glyph(k->g, h ? G_SERVER : G_CLIENT));
        col += 2;
    }
    if (here)
        st = STYLE_SELECTED;
    surface_text(k->s, in, p->row - skip, p->col, st, tcp_state_name[p->state]);
}

static void draw_picture(const struct look *k, struct rect in, int skip, const struct picture *p)
{
    const struct entry *move[2];
    struct end          e[2] = { { 0 } };

    for (uint32_t h = 0; h < 2 && h < k->w->hosts; h++)
        e[h] = end_shown(k, h + 1);
    last_moves(k, move);
    const struct entry *newest =
        !move[0] || (move[1] && move[1]->event > move[0]->event) ? move[1] : move[0];
    for (int h = 0; h < 2;
         h++) /* was it ever open?  then its CLOSED is the end, not the beginning */
        if (move[h] && e[h].state == TCP_CLOSED)
            e[h].since = 1;
        else if (e[h].state == TCP_CLOSED)
            e[h].since = 0;
    for (int r = 0; r < p->rows; r++)
        for (int c = 0; p->line[r][c]; c++)
            if (p->line[r][c] != ' ')
                surface_put(k->s, in, r - skip, c, STYLE_BORDER, line_glyph(k->g, p->line[r][c]));
    for (int i = 0; i < p->edges; i++) {
        const struct edge *d  = &p->edge[i];
        enum style         st = STYLE_DIM;
        for (int h = 0; h < 2; h++)
            if (move[h] && move[h]->before == d->from && move[h]->after == d->to)
                st = move[h] == newest ? STYLE_SELECTED : h ? STYLE_SERVER : STYLE_CLIENT;
        surface_text(k->s, in, d->row - skip, d->col, st, d->label);
    }
    for (int i = 0; i < p->places; i++)
        draw_state(k, in, skip, &p->place[i], e);
}

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))

int view_diagram(const struct look *k, struct rect in, int skip)
{
    static const struct picture p = { .rows   = LENGTH(full_line),
                                      .line   = full_line,
                                      .place  = full_place,
                                      .places = LENGTH(full_place),
                                      .edge   = full_edge,
                                      .edges  = LENGTH(full_edge) };

    draw_picture(k, in, skip, &p);
    for (uint32_t h = 0; h < 2 && h < k->w->hosts; h++) {
        surface_put(k->s, in, 10 + (int)h - skip, 63, h ? STYLE_SERVER : STYLE_CLIENT,
                    glyph(k->g, h ? G_SERVER : G_CLIENT));
        surface_text(k->s, in, 10 + (int)h - skip, 65, h ? STYLE_SERVER : STYLE_CLIENT,
                     k->w->host[h].name);
    }
    return p.rows;
}

void view_map(const struct look *k, struct rect in)
{
    static const struct picture p    = { .rows   = LENGTH(map_line),
                                         .line   = map_line,
                                         .place  = map_place,
                                         .places = LENGTH(map_place),
                                         .edge   = map_edge,
                                         .edges  = LENGTH(map_edge) };
    struct rect                 body = { in.row + 1, in.col + 2, in.rows - 2, in.cols - 3 };

    view_frame(k, in, STYLE_TITLE, "states");
    draw_picture(k, body, 0, &p);
    /* Where the map is, the path has no room of its own: what stands on it is said below. */
    char box[120];
    view_box_line(k, in.cols - 6, box, sizeof box);
    if (*box) {
        int w = utf8_columns(box);
        surface_printf(k->s, in, in.rows - 1, (in.cols - w - 2) / 2, STYLE_LOST, " %s ", box);
    }
}
