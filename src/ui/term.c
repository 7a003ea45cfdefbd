/* SPDX-License-Identifier: MIT
 * term.c - the terminal: taking it, the main loop, drawing cells. */
#define NCURSES_WIDECHAR 1
#include "ui/term.h"

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"
#include "ui/term_guard.h"
#include "ui/term_input.h"
#include "ui/theme.h"
#include "ui/update.h"
#include "ui/view.h"

#define screen curses_screen /* its struct tag; ours is an enum */
#include <curses.h>
#undef screen
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <time.h>
#include <unistd.h>
#undef lines /* term.h makes capabilities of ordinary words */
#undef columns

enum {
    FRAME_US = 40 * 1000, /* between frames in motion: 25 a second */
    KEY_US   = 20 * 1000, /* between frames when keys arrive faster than that */
    PROBE_MS = 100,
};

static struct {
    bool           open, utf8, registered;
    int            fd;
    FILE          *in, *out;
    SCREEN        *screen;
    struct termios was;
    int            n_colours; /* 0: none */
    enum glyphs    glyphs;
    bool           dim_works;
} term = { .fd = -1 };

static struct surface next, shown;

/* -- What the terminal can do -------------------------------------------------------------- */

static const char *capability(const char *name)
{
    char *s = tigetstr(name);

    return s && s != (char *)(intptr_t)-1 ? s : "";
}

/* A capability without its padding marks $<..>: it will be written in one piece. */
static void add_capability(struct text *t, const char *name)
{
    for (const char *s = capability(name); *s;) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end)
            s = end + 1;
        else
            text_addn(t, s++, 1);
    }
}

static bool is_ansi(void) { return strncmp(capability("cup"), "\033[", 2) == 0; }

/* What undoes everything: mouse, bracketed paste, colours, keypad, cursor, the other screen. */
static void restore_string(struct text *t)
{
    if (is_ansi())
        text_add(t, "\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l");
    add_capability(t, "sgr0");
    add_capability(t, "op");
    add_capability(t, "rmkx");
    add_capability(t, "cnorm");
    if (capability("rmcup")[0])
        add_capability(t, "rmcup");
    else if (is_ansi())
        text_add(t, "\033[999;1H\r\n");
}

static void find_locale(const struct term_options *o)
{
    setlocale(LC_CTYPE, "");
    term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (o->utf8 == 0)
        term.utf8 = false;
    if (o->utf8 == 1 && !term.utf8)
        term.utf8 = setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "C.utf8")
                    || setlocale(LC_CTYPE, "en_US.UTF-8");
}

static void find_colours(const struct term_options *o)
{
    const char *no   = getenv("NO_COLOR");
    bool        mute = o->colour == 1 || (o->colour == 0 && no && no[0]);

    term.n_colours = 0;
    if (mute || !has_colors() || start_color() == ERR || COLORS < 8)
        return;
    use_default_colors();
    term.n_colours = COLORS;
    if (o->colour >= 8 && o->colour < term.n_colours)
        term.n_colours = o->colour;
}

static bool light_background(void)
{
    const char *s    = getenv("COLORFGBG");
    const char *last = s ? strrchr(s, ';') : NULL;

    return last && (strcmp(last, ";7") == 0 || strcmp(last, ";15") == 0);
}

/* -- How wide are the characters whose width is ambiguous? ----------------------------------- */

/* Read the answer to "where is the cursor" into buf; what was typed before it goes back into the
 * queue. The column, or 0 when none came in time. */
static int cursor_report(void)
{
    char   buf[64];
    size_t n   = 0;
    int    col = 0, row;

    while (n < sizeof buf - 1) {
        struct pollfd p = { .fd = term.fd, .events = POLLIN };
        if (poll(&p, 1, PROBE_MS) <= 0 || read(term.fd, buf + n, 1) != 1)
            break;
        buf[++n]  = '\0';
        char *esc = strrchr(buf, '\033');
        if (buf[n - 1] == 'R' && esc && sscanf(esc, "\033[%d;%dR", &row, &col) == 2) {
            n = (size_t)(esc - buf);
            break;
        }
    }
    while (n > 0)
        ungetch((unsigned char)buf[--n]);
    return col;
}

static enum glyphs probe(void)
{
    static const char ask[]  = "\033[2;1H\342\224\200\342\225\262\342\226\266\342\227\213\033[6n";
    static const char wipe[] = "\033[2;1H\033[K";
    struct pollfd     p      = { .fd = term.fd, .events = POLLIN };
    const char       *name   = getenv("TERM");

    if (!term.utf8 || strncmp(name, "linux", 5) == 0)
        return GLYPHS_ASCII; /* the console's font has no diagonals */
    if (!is_ansi() || poll(&p, 1, 0) != 0)
        return GLYPHS_NARROW; /* somebody types already: an answer could not be told from keys */
    refresh();
    if (write(term.fd, ask, sizeof ask - 1) != sizeof ask - 1)
        return GLYPHS_NARROW;
    int col = cursor_report();
    if (write(term.fd, wipe, sizeof wipe - 1) != sizeof wipe - 1)
        return GLYPHS_NARROW;
    clearok(curscr, TRUE);
    if (col == 0)
        input_ignore_reports();
    return col == 5 ? GLYPHS_FULL : GLYPHS_NARROW;
}

/* -- Taking and giving back -------------------------------------------------------------------- */

static bool give_up(char *why, size_t cap, const char *what, const char *name)
{
    struct text t = text_into(why, cap);

    text_add(&t, "%s%s%s; `finwait run LESSON --plain` needs no terminal", what,
             name[0] ? ": " : "", name);
    if (term.fd >= 0)
        close(term.fd);
    term.fd = -1;
    return false;
}

static bool usable(char *why, size_t cap)
{
    const char *name = getenv("TERM");
    int         err  = 0;

    term.fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (term.fd < 0 || tcgetattr(term.fd, &term.was) != 0)
        return give_up(why, cap, "there is no terminal here", "");
    if (!name || !name[0])
        return give_up(why, cap, "TERM is not set", "");
    if (setupterm(name, term.fd, &err) != OK)
        return give_up(why, cap, "this type of terminal is unknown here", name);
    if (!capability("cup")[0])
        return give_up(why, cap, "this type of terminal cannot place its cursor", name);
    return true;
}

bool term_open(const struct term_options *o, char *why, size_t cap)
{
    char        restore[512];
    struct text t = text_into(restore, sizeof restore);
    int         copy;

    if (!usable(why, cap))
        return false;
    find_locale(o);
    copy     = dup(term.fd);
    term.out = fdopen(term.fd, "w");
    term.in  = copy < 0 ? NULL : fdopen(copy, "r");
    if (!term.out || !term.in)
        return give_up(why, cap, "the terminal cannot be opened", strerror(errno));
    if (!term.registered && atexit(term_close) == 0)
        term.registered = true; /* before ncurses: after any exit the terminal is ours to restore */
    restore_string(&t);
    guard_arm(term.fd, &term.was, restore, t.len);
    term.open   = true;
    term.screen = newterm(NULL, term.out, term.in);
    if (!term.screen) {
        term_close();
        return give_up(why, cap, "the terminal does not work as its type says", "");
    }
    guard_signals(); /* newterm() has taken some for itself */
    if (!getenv("ESCDELAY"))
        set_escdelay(25);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    curs_set(0);
    if (o->mouse) {
        mouseinterval(0);
        mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    }
    find_colours(o);
    term.glyphs = probe();
    return true;
}

void term_close(void)
{
    if (!term.open)
        return;
    term.open = false;
    if (term.screen) {
        endwin();
        delscreen(term.screen);
        term.screen = NULL;
    }
    guard_disarm();
    fclose(term.in);
    fclose(term.out);
    term.fd = -1;
}

/* -- Drawing --------------------------------------------------------------------------------- */

static attr_t attributes(unsigned look)
{
    attr_t a = A_NORMAL;

    a |= look & LOOK_BOLD ? A_BOLD : 0;
    a |= look & LOOK_DIM ? A_DIM : 0;
    a |= look & LOOK_REVERSE ? A_REVERSE : 0;
    a |= look & LOOK_UNDER ? A_UNDERLINE : 0;
    return a;
}

/* Where only ASCII can be shown, prose still has to be read. */
static uint32_t to_ascii(uint32_t ch)
{
    switch (ch) {
    case 0x2018:
    case 0x2019: return '\'';
    case 0x201C:
    case 0x201D: return '"';
    case 0x2010:
    case 0x2011:
    case 0x2013:
    case 0x2014:
    case 0x2212: return '-';
    case 0x2022:
    case 0x00B7: return '*';
    case 0x00D7: return 'x';
    case 0x2192: return '>';
    case 0x2190: return '<';
    case 0x2248: return '~';
    case 0x00A0: return ' ';
    default: return ch < 0x7F ? ch : '?';
    }
}

static void put_cell(int row, int col, const struct cell *c, const struct paint *look)
{
    wchar_t w[3] = { (wchar_t)(term.utf8 ? c->ch : to_ascii(c->ch)), 0, 0 };
    cchar_t cc;

    if (c->ch == 0)
        return; /* the right half of a wide one */
    if (term.utf8 && c->mark)
        w[1] = (wchar_t)c->mark;
    setcchar(&cc, w, attributes(look[c->style].attr), (short)(c->style + 1), NULL);
    mvadd_wch(row, col, &cc);
}

static bool same(const struct cell *a, const struct cell *b)
{
    return a->ch == b->ch && a->mark == b->mark && a->style == b->style;
}

static void draw(struct model *m)
{
    static enum colours drawn_in = COLOURS_DARK;
    static struct paint look[STYLE_COUNT];
    bool                all = m->redraw || shown.rows == 0 || drawn_in != m->colours;
    bool                any = false;

    if (all) {
        enum colours c = term.n_colours ? m->colours : COLOURS_NONE;
        for (int s = 0; s < STYLE_COUNT; s++) {
            look[s] = theme_look((enum style)s, c, term.n_colours);
            if (term.n_colours)
                init_pair((short)(s + 1), (short)look[s].fg, -1);
        }
        drawn_in = m->colours;
    }
    view(m, &next);
    if (next.rows != shown.rows || next.cols != shown.cols)
        all = true;
    if (all)
        erase();
    if (m->redraw)
        clearok(curscr, TRUE);
    for (int row = 0; row < next.rows; row++)
        for (int col = 0; col < next.cols; col++)
            if (all || !same(&next.cell[row][col], &shown.cell[row][col])) {
                put_cell(row, col, &next.cell[row][col], look);
                any = true;
            }
    m->redraw  = false;
    shown.rows = next.rows;
    shown.cols = next.cols;
    for (int row = 0; row < next.rows; row++)
        memcpy(shown.cell[row], next.cell[row], (size_t)next.cols * sizeof next.cell[0][0]);
    if (any)
        refresh();
}

/* -- The main loop --------------------------------------------------------------------------- */

static int64_t real_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void take_size(struct model *m)
{
    struct winsize w;

    if (ioctl(term.fd, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0)
        resizeterm(w.ws_row, w.ws_col);
    update_resize(m, LINES, COLS);
    m->redraw = true;
}

/* What signals have asked for.  True when time has stood still for the process. */
static bool take_signals(struct model *m)
{
    bool slept = false;

    guard_drain();
    if (guard_stop) {
        guard_stop = 0;
        endwin();
        guard_suspend();
        guard_woken = 1;
    }
    if (guard_woken) {
        guard_woken = 0;
        refresh(); /* after endwin(): back to the modes of the program */
        take_size(m);
        slept = true;
    }
    if (guard_resized) {
        guard_resized = 0;
        take_size(m);
    }
    return slept;
}

static bool take_input(struct model *m)
{
    char       name[INPUT_NAME];
    enum input what;
    bool       any = false;

    while (!m->quit && (what = input_next(name)) != INPUT_NONE) {
        if (what == INPUT_KEY)
            update_key(m, name);
        else if (what == INPUT_RESIZE)
            update_resize(m, LINES, COLS);
        any = true;
    }
    return any;
}

/* Wait for a key or a signal, until `us` from now (negative: for ever).  False when the terminal is
 * gone. */
static bool wait_for(int64_t us)
{
    struct pollfd p[2] = { { .fd = term.fd, .events = POLLIN },
                           { .fd = guard_fd(), .events = POLLIN } };
    int           n    = poll(p, 2, us < 0 ? -1 : (int)((us + 999) / 1000));

    return n <= 0 || !(p[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

void term_run(struct model *m)
{
    int64_t ticked = real_us(), drawn = ticked - FRAME_US;
    bool    moving = false, fresh = true;

    m->glyphs = m->best = term.glyphs;
    m->has_colour       = term.n_colours > 0;
    if (m->has_colour && light_background())
        m->colours = COLOURS_LIGHT;
    take_size(m);
    while (!m->quit) {
        bool    slept = take_signals(m);
        bool    keys  = take_input(m);
        int64_t now = real_us(), wait = -1;

        fresh = fresh || keys || slept || m->redraw;
        if (!moving || slept)
            ticked = now; /* time begins to count when something begins to move */
        moving = model_moving(m);
        if (moving && now - ticked >= FRAME_US) {
            update_tick(m, now - ticked);
            ticked = now;
            fresh  = true;
            moving = model_moving(m);
        }
        if (fresh && !m->quit && now - drawn >= KEY_US) {
            draw(m);
            drawn = now;
            fresh = false;
        }
        if (moving)
            wait = ticked + FRAME_US - now;
        if (fresh && (wait < 0 || drawn + KEY_US - now < wait))
            wait = drawn + KEY_US - now;
        if (!m->quit && !wait_for(wait < 0 && (moving || fresh) ? 0 : wait))
            m->quit = true;
    }
}
