/* SPDX-License-Identifier: MIT
 * view_sockets.c - the socket tables of the hosts, in the words of ss and netstat.
 */
#include "ui/view_inside.h"

#include "base/utf8.h"
#include "net/ss.h"

#include <string.h>

enum { SS_ROWS = 200, SS_WORDS = 6 };

const char *sockets_command(enum socket_words w)
{
    return w == AS_NETSTAT ? "netstat -tan" : w == AS_SS_I ? "ss -tanoi" : "ss -tano";
}

/* Where the i-th word of a line begins; NULL: it has not so many.  *n is its length. */
static const char *word_at(const char *line, int i, int *n)
{
    for (; *line; line += *n) {
        line += strspn(line, " ");
        *n = (int)strcspn(line, " ");
        if (*n == 0)
            return NULL;
        if (i-- == 0)
            return line;
    }
    return NULL;
}

static bool fit(char (*line)[SS_LINE], size_t lines, int cols)
{
    for (size_t l = 0; l < lines; l++)
        if (utf8_columns(line[l]) > cols)
            return false;
    return true;
}

/* Each line anew, its words as wide as that. */
static void respace(char (*line)[SS_LINE], size_t lines, const int width[SS_WORDS])
{
    for (size_t l = 0; l < lines; l++) {
        char        text[SS_LINE];
        struct text t = text_into(text, sizeof text);
        const char *w;
        int         n;

        for (int i = 0; (w = word_at(line[l], i, &n)); i++) {
            if (i)
                text_add(&t, " ");
            text_addn(&t, w, (size_t)n);
            for (; i < SS_WORDS && n < width[i] && word_at(line[l], i + 1, &(int){ 0 }); n++)
                text_add(&t, " ");
        }
        memcpy(line[l], text, t.len + 1);
    }
}

/* How wide the words of these lines are, the last of a line apart. */
static void widths(char (*line)[SS_LINE], size_t lines, int width[SS_WORDS])
{
    int n;

    memset(width, 0, SS_WORDS * sizeof *width);
    for (size_t l = 0; l < lines; l++)
        for (int i = 0; i < SS_WORDS; i++)
            if (word_at(line[l], i, &n) && n > width[i] && word_at(line[l], i + 1, &(int){ 0 }))
                width[i] = n;
}

static void without_timer(char (*line)[SS_LINE], size_t lines)
{
    for (size_t l = 0; l < lines; l++) {
        char *timer = strstr(line[l], "timer:");
        if (timer)
            memmove(timer, timer + 6, strlen(timer + 6) + 1);
    }
}

/* As they are when they fit; else in columns that are as wide as need be, the header last; else
 * without the word timer; else closed up. */
void sockets_align(char (*line)[SS_LINE], size_t lines, int cols)
{
    static const int none[SS_WORDS];
    int              width[SS_WORDS];
    bool             header = lines && !strchr(line[0], ':');
    size_t           first  = header ? 1 : 0;

    if (!header && fit(line, lines, cols))
        return;
    widths(line, lines, width);
    respace(line, lines, width);
    for (int tries = 0; tries < 2 && !fit(line, lines, cols); tries++) {
        if (tries)
            without_timer(line, lines);
        respace(line, first, none);
        widths(line + first, lines - first, width);
        respace(line + first, lines - first, width);
    }
    if (!fit(line, lines, cols))
        respace(line, lines, none);
}

/* One socket; returns the rows it took. */
static int socket_row(const struct look *k, struct rect in, int at, const struct ss_row *r,
                      const char *line)
{
    struct rect indented = { in.row, in.col + 2, in.rows, in.cols - 2 };
    char        inside[600];

    surface_text(k->s, in, at, 0, r->orphan ? STYLE_DIM : STYLE_PLAIN, line);
    if (k->m->sockets != AS_NETSTAT)
        surface_restyle(k->s, in, at, 0, utf8_columns(ss_state(r->state, false)), STYLE_STATE);
    if (k->m->sockets != AS_SS_I || !*ss_info_text(k->w, r, inside, sizeof inside))
        return 1;
    return 1 + surface_prose(k->s, indented, at + 1, 0, STYLE_DIM, inside);
}

int view_sockets(const struct look *k, struct rect in, int skip)
{
    static struct ss_row row[SS_ROWS];
    static char          line[SS_ROWS][SS_LINE];
    int                  at = -skip;

    for (uint32_t h = 1; h <= k->w->hosts; h++) {
        size_t n = ss_rows(k->w, h, row, SS_ROWS);

        surface_printf(k->s, in, at, 0, h == 1 ? STYLE_CLIENT : STYLE_SERVER, "%s$ %s",
                       k->w->host[h - 1].name, sockets_command(k->m->sockets));
        at++;
        if (n > SS_ROWS)
            n = SS_ROWS;
        for (size_t i = 0; i < n; i++)
            ss_text(&row[i], k->m->sockets == AS_NETSTAT, line[i], SS_LINE);
        sockets_align(line, n, in.cols);
        for (size_t i = 0; i < n; i++)
            at += socket_row(k, in, at, &row[i], line[i]);
        if (n == 0)
            surface_text(k->s, in, at++, 0, STYLE_DIM, "(no socket)");
        at++;
    }
    return at + skip;
}
