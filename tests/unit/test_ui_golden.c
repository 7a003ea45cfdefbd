/* SPDX-License-Identifier: MIT
 * test_ui_golden.c - golden screens: scripts of keys, and what they lead to.
 *
 * tests/golden/NAME.keys is read line by line:
 *
 *      menu                      at the menu of tests/golden/lessons
 *      open LESSON|sandbox       ... in a lesson of it, or in the sandbox
 *      wait SECONDS              real time passes
 *      type TEXT                 keys, a character each
 *      snap SCREEN [COLSxROWS]   compare the screen; without a size at all three, in UTF-8 and
 * ASCII anything else             names of keys, as in keys.def
 *
 * A screen is kept in tests/golden/screen-NAME-SCREEN.txt: for each size what is written, then how
 * it is styled. GOLDEN=update writes them anew; then read the difference before you commit it.
 */
#include "ui.h"

#include "base/text.h"
#include "ui/view.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static const char DIR_NAME[] = "tests/golden";

enum { SCRIPTS = 40 };

static char           script[SCRIPTS][64];
static int            scripts;
static struct surface surface;

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static void find_scripts(void)
{
    DIR           *d = opendir(DIR_NAME);
    struct dirent *e;

    if (!d)
        return;
    while ((e = readdir(d)) != NULL) {
        size_t n = strlen(e->d_name);
        if (n > 5 && n < sizeof script[0] && strcmp(e->d_name + n - 5, ".keys") == 0
            && scripts < SCRIPTS)
            snprintf(script[scripts++], sizeof script[0], "%.*s", (int)(n - 5), e->d_name);
    }
    closedir(d);
    qsort(script, (size_t)scripts, sizeof script[0], by_name);
}

/* -- Screens --------------------------------------------------------------------------------- */

static void snap_one(struct model *m, FILE *f, int cols, int rows, bool ascii)
{
    int         rows_was = m->rows, cols_was = m->cols;
    enum glyphs glyphs_was = m->glyphs;

    update_resize(m, rows, cols);
    m->glyphs = ascii ? GLYPHS_ASCII : GLYPHS_FULL;
    view(m, &surface);
    fprintf(f, "== %dx%d%s\n", cols, rows, ascii ? " ascii" : "");
    surface_dump(&surface, f);
    update_resize(m, rows_was, cols_was);
    m->glyphs = glyphs_was;
}

static void snap_all(struct model *m, FILE *f)
{
    static const int size[][2] = { { 60, 18 }, { 80, 24 }, { 120, 40 } };

    for (int ascii = 0; ascii < 2; ascii++)
        for (size_t i = 0; i < sizeof size / sizeof *size; i++)
            snap_one(m, f, size[i][0], size[i][1], ascii);
}

/* The first line that differs, for the message. */
static int first_difference(const char *a, const char *b, char *line_a, char *line_b, size_t cap)
{
    for (int line = 1;; line++) {
        size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");
        if (na != nb || memcmp(a, b, na) != 0 || (!a[na]) != (!b[nb])) {
            snprintf(line_a, cap, "%.*s", (int)na, a);
            snprintf(line_b, cap, "%.*s", (int)nb, b);
            return line;
        }
        if (!a[na])
            return 0;
        a += na + 1;
        b += nb + 1;
    }
}

static void compare(const char *path, const char *got)
{
    char        want_line[600], got_line[600], kept[300];
    const char *how  = getenv("GOLDEN");
    char       *want = file_read(path, 4 << 20, NULL);
    FILE       *f;

    if (how && strcmp(how, "update") == 0) {
        if (!want || strcmp(want, got) != 0) {
            f = fopen(path, "w");
            ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
            fputs(got, f);
            fclose(f);
        }
        free(want);
        return;
    }
    ck_assert_msg(want != NULL, "%s is missing: GOLDEN=update makes it", path);
    int line = first_difference(want, got, want_line, got_line, sizeof want_line);
    if (line == 0) {
        free(want);
        return;
    }
    mkdir("build", 0777);
    mkdir("build/golden", 0777);
    snprintf(kept, sizeof kept, "build/golden/%s", strrchr(path, '/') + 1);
    if ((f = fopen(kept, "w")) != NULL) {
        fputs(got, f);
        fclose(f);
    }
    ck_abort_msg("%s:%d differs from %s\nwant |%s\ngot  |%s", path, line, kept, want_line,
                 got_line);
}

static void snap(struct model *m, const char *name, const char *args)
{
    char   what[60] = "", mode[8] = "", path[300];
    int    cols, rows;
    char  *text = NULL;
    size_t len  = 0;
    FILE  *f    = open_memstream(&text, &len);

    int n = sscanf(args, "%59s %dx%d %7s", what, &cols, &rows, mode);
    ck_assert_msg(n == 1 || n >= 3, "%s.keys: snap SCREEN [COLSxROWS [ascii]], not '%s'", name,
                  args);
    if (n == 1)
        snap_all(m, f);
    else
        snap_one(m, f, cols, rows, strcmp(mode, "ascii") == 0);
    fclose(f);
    snprintf(path, sizeof path, "%s/screen-%s-%s.txt", DIR_NAME, name, what);
    compare(path, text);
    free(text);
}

/* -- Scripts --------------------------------------------------------------------------------- */

static const char *after(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncmp(line, word, n) == 0 && (line[n] == ' ' || !line[n]) ? line + n + (line[n] == ' ')
                                                                       : NULL;
}

static void open_lesson(struct model *m, const char *name)
{
    int i = catalogue_find(m->catalogue, name);

    if (strcmp(name, "sandbox") == 0) {
        model_open(m, lesson_sandbox(PROFILE_RFC9293, 1), true, 0);
        return;
    }
    ck_assert_msg(i >= 0 && m->catalogue->lesson[i], "no lesson '%s'", name);
    model_open(m, m->catalogue->lesson[i], false, 0);
}

static void type(struct model *m, const char *text)
{
    for (; *text; text++) {
        char key[2] = { *text, 0 };
        update_key(m, *text == ' ' ? "Space" : key);
    }
}

static void play_line(struct model *m, const char *name, const char *line)
{
    const char *rest;

    if (line[0] == '#' || line[0] == '\0')
        return;
    if ((rest = after(line, "menu")))
        model_leave(m);
    else if ((rest = after(line, "open")))
        open_lesson(m, rest);
    else if ((rest = after(line, "wait")))
        ui_wait(m, SEC(1) * atoi(rest));
    else if ((rest = after(line, "type")))
        type(m, rest);
    else if ((rest = after(line, "snap")))
        snap(m, name, rest);
    else
        ui_keys(m, line);
}

START_TEST(screens)
{
    struct catalogue c;
    struct fail      f = { 0 };
    char             path[300];
    char            *save = NULL;

    ck_assert_msg(catalogue_load(&c, "tests/golden/lessons", &f), "%s", f.what);
    for (int i = 0; i < c.n; i++)
        ck_assert_msg(c.lesson[i] != NULL, "%s", c.fail[i].what);
    struct model *m = ui_model();
    m->catalogue    = &c;
    snprintf(path, sizeof path, "%s/%s.keys", DIR_NAME, script[_i]);
    char *text = file_read(path, 1 << 20, NULL);
    ck_assert_msg(text != NULL, "%s: %s", path, strerror(errno));
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        play_line(m, script[_i], line);
    free(text);
    ui_free(m);
    catalogue_free(&c);
}
END_TEST

START_TEST(there_are_scripts)
{
    ck_assert_msg(scripts > 0, "no %s/*.keys: run this from the root of the tree", DIR_NAME);
}
END_TEST

SUITE(ui_golden)
{
    TCase *c = tcase_create("all");

    find_scripts();
    tcase_set_timeout(c, 60);
    tcase_add_test(c, there_are_scripts);
    tcase_add_loop_test(c, screens, 0, scripts);
    suite_add_tcase(s, c);
}
