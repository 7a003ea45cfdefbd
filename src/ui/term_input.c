/* SPDX-License-Identifier: MIT
 * term_input.c - keys and mouse events by name. */
#define NCURSES_WIDECHAR 1
#include "ui/term_input.h"

#include "base/text.h"
#include "base/utf8.h"

#include <curses.h>
#include <stdio.h>

enum { KEY_REPORT = KEY_MAX + 1 };

static const struct {
    wint_t      code;
    const char *name;
} named[] = {
    { KEY_UP, "Up" },        { KEY_DOWN, "Down" },
    { KEY_LEFT, "Left" },    { KEY_RIGHT, "Right" },
    { KEY_HOME, "Home" },    { KEY_END, "End" },
    { KEY_PPAGE, "PgUp" },   { KEY_NPAGE, "PgDn" },
    { KEY_ENTER, "Enter" },  { KEY_BACKSPACE, "Backspace" },
    { KEY_DC, "Delete" },    { KEY_IC, "Insert" },
    { KEY_SLEFT, "S-Left" }, { KEY_SRIGHT, "S-Right" },
    { KEY_SR, "S-Up" },      { KEY_SF, "S-Down" },
    { KEY_BTAB, "S-Tab" },   { KEY_A1, "Home" },
    { KEY_A3, "PgUp" },      { KEY_C1, "End" },
    { KEY_C3, "PgDn" },
};

static enum input mouse(struct text *t)
{
    MEVENT      e;
    const char *what;

    if (getmouse(&e) != OK)
        return INPUT_OTHER;
    if (e.bstate & BUTTON1_PRESSED)
        what = "click";
    else if (e.bstate & BUTTON4_PRESSED)
        what = "wheelup";
#ifdef BUTTON5_PRESSED
    else if (e.bstate & BUTTON5_PRESSED)
        what = "wheeldown";
#endif
    else
        return INPUT_OTHER;
    text_add(t, "M-%s %d %d", what, e.y, e.x);
    return INPUT_KEY;
}

static enum input function_key(wint_t code, struct text *t)
{
    if (code == KEY_RESIZE)
        return INPUT_RESIZE;
    if (code == KEY_MOUSE)
        return mouse(t);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].code == code) {
            text_add(t, "%s", named[i].name);
            return INPUT_KEY;
        }
    if (code > KEY_F0 && code <= KEY_F0 + 12) {
        text_add(t, "F%d", (int)(code - KEY_F0));
        return INPUT_KEY;
    }
    return INPUT_OTHER;
}

enum input input_next(char name[INPUT_NAME])
{
    struct text t = text_into(name, INPUT_NAME);
    wint_t      c;
    char        utf8[5] = "";
    int         got     = get_wch(&c);

    if (got == ERR)
        return INPUT_NONE;
    if (got == KEY_CODE_YES)
        return function_key(c, &t);
    switch (c) {
    case '\r':
    case '\n': text_add(&t, "Enter"); break;
    case '\t': text_add(&t, "Tab"); break;
    case ' ': text_add(&t, "Space"); break;
    case 27: text_add(&t, "Esc"); break;
    case 8:
    case 127: text_add(&t, "Backspace"); break;
    default:
        if (c == 0 || (c >= 28 && c < 32))
            return INPUT_OTHER;
        if (c < 27) {
            text_add(&t, "C-%c", (int)('a' + c - 1));
            break;
        }
        utf8_put((uint32_t)c, utf8);
        text_add(&t, "%s", utf8);
    }
    return INPUT_KEY;
}

void input_ignore_reports(void)
{
    char report[24];

    for (int col = 1; col < 20; col++) {
        snprintf(report, sizeof report, "\033[2;%dR", col);
        define_key(report, KEY_REPORT);
    }
}
