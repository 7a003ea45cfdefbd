/* SPDX-License-Identifier: MIT
 * prose.c - a lesson's text without its marks, in lines. */
#include "cli/tell.h"

#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

static bool is_blank(char ch) { return ch == '\0' || ch == ' ' || ch == '\n'; }

static bool is_letter(char ch) { return ch != '\0' && (isalnum((unsigned char)ch) || (ch & 0x80)); }

/* A star between blanks, or between letters, is a star; any other is a mark. */
static bool is_mark(const char *line, const char *p)
{
    char before = p > line ? p[-1] : ' ', after = p[1];

    if (*p != '*')
        return *p == '`';
    return !(is_blank(before) && is_blank(after)) && !(is_letter(before) && is_letter(after));
}

/* One line of the source as lines of the output.  A list item goes on under its own text. */
static void print_line(FILE *f, const char *indent, const char *line, size_t n)
{
    int    margin = utf8_columns(indent), hang = n > 2 && line[0] == '-' && line[1] == ' ' ? 2 : 0;
    int    col = 0;
    size_t i   = 0;

    fputs(indent, f);
    while (i < n) {
        char   word[400];
        size_t len = 0;
        while (i < n && line[i] == ' ')
            i++;
        for (; i < n && line[i] != ' ' && len < sizeof word - 1; i++)
            if (!is_mark(line, line + i))
                word[len++] = line[i];
        word[len] = '\0';
        if (len == 0)
            continue;
        int width = utf8_columns(word);
        if (col > 0 && margin + col + 1 + width > PROSE_COLS) {
            fprintf(f, "\n%s%*s", indent, hang, "");
            col = hang;
        } else if (col > 0) {
            fputc(' ', f);
            col++;
        }
        fputs(word, f);
        col += width;
    }
    fputc('\n', f);
}

void prose_print(FILE *f, const char *indent, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n > 4 && strncmp(text, "    ", 4) == 0)
            fprintf(f, "%s%.*s\n", indent, (int)n, text); /* verbatim */
        else if (n > 0)
            print_line(f, indent, text, n);
        else
            fputc('\n', f);
        text += n + (text[n] == '\n');
    }
}
