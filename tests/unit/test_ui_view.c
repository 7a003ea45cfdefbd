/* SPDX-License-Identifier: MIT
 * test_ui_view.c - the view is a function: at every size, in every pane, it draws and stays inside.
 */
#include "base/utf8.h"
#include "ui/layout.h"
#include "ui/view.h"

#include "test.h"
#include "ui.h"

static struct surface page, again;

static const struct {
    int rows, cols;
} size[] = { { 1, 1 },   { 2, 5 },    { 6, 20 },   { 9, 30 },   { 12, 40 },  { 18, 60 }, { 24, 80 },
             { 25, 79 }, { 40, 120 }, { 34, 100 }, { 34, 110 }, { 60, 200 }, { 20, 68 } };

enum { SIZES = sizeof size / sizeof size[0] };

static char *text_of(const struct surface *s)
{
    char  *buf = NULL;
    size_t n   = 0;
    FILE  *f   = open_memstream(&buf, &n);

    surface_write(s, f);
    fclose(f);
    return buf;
}

static char *shown(struct model *m)
{
    view(m, &page);
    return text_of(&page);
}

static void ck_shows(struct model *m, const char *what)
{
    char *t = shown(m);
    ck_assert_msg(strstr(t, what) != NULL, "not shown: %s\n%.3000s", what, t);
    free(t);
}

static void ck_hides(struct model *m, const char *what)
{
    char *t = shown(m);
    ck_assert_msg(strstr(t, what) == NULL, "shown: %s", what);
    free(t);
}

/* -- Layout. --------------------------------------------------------------------------------- */

static void mark(int *owner, int rows, int cols, struct rect r, int who)
{
    if (r.rows <= 0 || r.cols <= 0)
        return;
    ck_assert_msg(r.row >= 0 && r.col >= 0 && r.row + r.rows <= rows && r.col + r.cols <= cols,
                  "rect %d leaves %dx%d", who, cols, rows);
    for (int i = r.row; i < r.row + r.rows; i++)
        for (int k = r.col; k < r.col + r.cols; k++) {
            if (owner[i * cols + k])
                ck_abort_msg("rects %d and %d overlap at %dx%d", who, owner[i * cols + k], cols,
                             rows);
            owner[i * cols + k] = who;
        }
}

START_TEST(rects_lie_inside_and_apart)
{
    for (int rows = 1; rows <= 70; rows++)
        for (int cols = 1; cols <= 200; cols += 3) {
            int                *owner = calloc((size_t)(rows * cols), sizeof *owner);
            struct layout_story l     = layout_story(rows, cols, rows % 17, rows % 11, rows % 2);
            const struct rect   all[] = { l.title,  l.box[0], l.box[1], l.link, l.map,
                                          l.ladder, l.tell,   l.side,   l.hints };
            for (int i = 0; i < 9; i++)
                mark(owner, rows, cols, all[i], i + 1);
            if (rows >= 6)
                ck_assert_int_ge(l.ladder.rows, 1);
            free(owner);
        }
}
END_TEST

/* -- The whole screen. ----------------------------------------------------------------------- */

static void draw_all_sizes(struct model *m)
{
    for (int i = 0; i < SIZES; i++)
        for (int g = 0; g < 3; g++) {
            update_resize(m, size[i].rows, size[i].cols);
            m->glyphs = (enum glyphs)g;
            view(m, &page);
            ck_assert_int_eq(page.rows, size[i].rows);
            ck_assert_int_eq(page.cols, size[i].cols);
            if (g == GLYPHS_ASCII)
                for (int r = 0; r < page.rows; r++)
                    for (int c = 0; c < page.cols; c++)
                        if (page.cell[r][c].ch < ' ' || page.cell[r][c].ch >= 0x7F)
                            ck_abort_msg("not ASCII at %d,%d of %dx%d in pane %d", r, c, page.cols,
                                         page.rows, (int)m->pane);
        }
    update_resize(m, 24, 80);
    m->glyphs = GLYPHS_FULL;
}

START_TEST(every_pane_at_every_size)
{
    struct model *m = ui_story(STORY);

    for (int step = 0; step < 8; step++) {
        for (int p = 0; p < PANE_COUNT; p++) {
            m->pane   = (enum pane)p;
            m->scroll = p * 7;
            draw_all_sizes(m);
        }
        m->pane   = PANE_STORY;
        m->scroll = 0;
        for (int k = 0; k < 5; k++)
            update_key(m, step == 5 ? "Left" : "Right");
        if (step == 3)
            update_key(m, "Enter");
    }
    model_free(m);
    free(m);
}
END_TEST

START_TEST(the_sandbox_and_the_menu_at_every_size)
{
    struct model *m = ui_model();
    draw_all_sizes(m);
    model_free(m);
    free(m);
    m = ui_sandbox();
    draw_all_sizes(m);
    update_key(m, "o");
    for (int i = 0; i < 10; i++)
        update_key(m, "Right");
    update_key(m, ":");
    update_key(m, "c");
    draw_all_sizes(m);
    model_free(m);
    free(m);
}
END_TEST

START_TEST(looking_changes_nothing)
{
    struct model *m = ui_story(STORY);

    for (int i = 0; i < 12; i++)
        update_key(m, "Right");
    struct model *copy = malloc(sizeof *copy);
    memcpy(copy, m, sizeof *m);
    view(m, &page);
    view(m, &again);
    ck_assert(memcmp(copy, m, sizeof *m) == 0);
    char *a = text_of(&page), *b = text_of(&again);
    ck_assert_str_eq(a, b);
    free(a);
    free(b);
    free(copy);
    model_free(m);
    free(m);
}
END_TEST

START_TEST(back_and_on_again_is_the_same_screen)
{
    struct model *m = ui_story(STORY);

    m->anim = false;
    for (int i = 0; i < 9; i++)
        update_key(m, "Right");
    update_key(m, "End");
    for (int i = 0; i < 8; i++)
        update_key(m, "Left");
    char *a = shown(m);
    update_key(m, "Left");
    update_key(m, "Right");
    char *b = shown(m);
    ck_assert_str_eq(a, b);
    free(a);
    free(b);
    model_free(m);
    free(m);
}
END_TEST

/* -- What is told. --------------------------------------------------------------------------- */

static struct model *at_the_question(void)
{
    struct model *m = ui_story(STORY);
    int           k;

    for (int i = 0; i < 100; i++) {
        const struct stop *s = model_stop(m, &k);
        if (s && s->kind == STOP_ASK)
            return m;
        update_key(m, s ? "Enter" : "Right");
    }
    ck_abort_msg("no question");
}

START_TEST(a_question_stands_before_its_answer)
{
    struct model *m = at_the_question();

    ck_shows(m, "What does the server answer?");
    ck_shows(m, "a) an ACK");
    ck_shows(m, "b) a RST");
    ck_hides(m, "ACK 302"); /* the answer has not been drawn */
    ck_hides(m, "Right.");
    update_key(m, "a");
    ck_shows(m, "Right.");
    model_free(m);
    free(m);
    m = at_the_question();
    update_key(m, "b");
    ck_shows(m, "Wrong: it is a)");
    model_free(m);
    free(m);
}
END_TEST

START_TEST(an_answer_can_be_clicked)
{
    struct model *m = at_the_question();
    char          key[16];
    size_t        entry;
    int           found = 0;

    view(m, &page);
    for (int r = 0; r < 24; r++) {
        view_click(m, r, 10, key, &entry);
        if (strcmp(key, "b") == 0) {
            found++;
            ck_assert_uint_eq(page.cell[r][3].ch, 'b');
        }
    }
    ck_assert_int_eq(found, 1);
    model_free(m);
    free(m);
}
END_TEST

START_TEST(hints_can_be_clicked)
{
    struct model *m = ui_story(STORY);
    char          key[16];
    size_t        entry;

    view(m, &page);
    view_click(m, 23, 2, key, &entry);
    ck_assert_str_eq(key, "Space");
    view_click(m, 23, 78, key, &entry);
    ck_assert(key[0] == '\0' || strcmp(key, "q") == 0);
    for (int r = -3; r < 30; r++)
        for (int c = -3; c < 90; c += 5)
            view_click(m, r, c, key, &entry);
    model_free(m);
    free(m);
}
END_TEST

START_TEST(clicking_an_arrow_selects_it)
{
    struct model *m = ui_story(STORY);
    char          key[16];
    size_t        entry;

    for (int i = 0; i < 12; i++)
        update_key(m, "Right");
    bool any = false;
    for (int r = 6; r < 16; r++) {
        view_click(m, r, 40, key, &entry);
        if (entry == SIZE_MAX)
            continue;
        any = true;
        ck_assert_uint_lt(entry, history_journal(m->play[0].h)->len);
    }
    ck_assert(any);
    model_free(m);
    free(m);
}
END_TEST

START_TEST(the_why_names_the_paragraph)
{
    struct model *m = at_the_question();

    update_key(m, "a");
    update_key(m, "Right");
    update_key(m, "Right");
    m->pane = PANE_WHY;
    ck_shows(m, "RFC 9293 3.10.7.4");
    m->pane = PANE_TCB;
    ck_shows(m, "SND.UNA");
    m->pane = PANE_BYTES;
    ck_shows(m, "Sequence Number");
    m->pane = PANE_SOCKETS;
    ck_shows(m, "server$ ss -tano");
    m->sockets = AS_SS_I;
    ck_shows(m, "server$ ss -tanoi");
    ck_shows(m, "rtt:");
    m->sockets = AS_NETSTAT;
    ck_shows(m, "server$ netstat -tan");
    m->pane = PANE_PROGRAMS;
    ck_shows(m, "connect server:80");
    m->pane = PANE_HELP;
    ck_shows(m, "play or pause");
    model_free(m);
    free(m);
}
END_TEST

START_TEST(both_ends_are_on_the_diagram)
{
    struct model *m = ui_story(STORY);

    m->pane = PANE_DIAGRAM;
    ck_shows(m, "CLOSED ● ○");
    for (int i = 0; i < 60; i++)
        update_key(m, model_stop(m, NULL) ? "Enter" : "Right");
    m->pane = PANE_DIAGRAM;
    char *t = shown(m);
    ck_assert(strstr(t, "●") && strstr(t, "○"));
    for (int s = TCP_CLOSED; s < TCP_STATES; s++)
        ck_assert_msg(strstr(t, tcp_state_name[s]) != NULL, "%s", tcp_state_name[s]);
    free(t);
    model_free(m);
    free(m);
}
END_TEST

START_TEST(two_parts_are_seen_together)
{
    struct model *m = ui_story(STORY);

    play_open(&m->play[1], &m->lesson->part[0], 0);
    m->plays = 2;
    for (int i = 0; i < 14; i++)
        update_key(m, "Right");
    draw_all_sizes(m);
    ck_shows(m, "FIN seq=301");
    model_free(m);
    free(m);
}
END_TEST

/* Two of three hosts have lifelines; what goes to the third is told, and that there is one. */
START_TEST(a_third_host_is_not_passed_over)
{
    static const char story[] =
        "# T\n\n> rfc 9293\n\nS.\n\n```finwait world\nhost client 10.0.0.1\n"
        "host relay 10.0.0.2\nhost server 10.0.0.3\nuntil 1s\n```\n```finwait script\n"
        "0ms server listen 80\n10ms relay connect server:80\n200ms relay write \"x\"\n```\n";
    struct model *m = ui_story(story);

    update_command(m, "seek 1");
    ck_shows(m, "2 of 3 hosts");
    ck_shows(m, "to server");
    ck_shows(m, "DATA to server");
    draw_all_sizes(m);
    ui_free(m);
}
END_TEST

/* What comes over IPv6 is not shown with an IPv4 address; numbers are whole or not there. */
START_TEST(addresses_and_numbers_are_true)
{
    struct model *m = ui_sandbox();

    update_command(m, "client connect server:80 over IPv6");
    ui_wait(m, SEC(4));
    update_resize(m, 40, 120);
    ck_shows(m, "client [2001:db8::1]:");
    ck_hides(m, "10.0.0.1:");
    update_resize(m, 24, 80);
    ck_shows(m, "client IPv6 :");
    ck_hides(m, "10.0.0.1:");
    update_command(m, "ss");
    ck_shows(m, "[2001:db8::2]:80");
    draw_all_sizes(m);
    ui_free(m);
}
END_TEST

SUITE(ui_view)
{
    TCase *c = tcase_create("sizes");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, rects_lie_inside_and_apart);
    tcase_add_test(c, every_pane_at_every_size);
    tcase_add_test(c, the_sandbox_and_the_menu_at_every_size);
    tcase_add_test(c, two_parts_are_seen_together);
    suite_add_tcase(s, c);
    c = tcase_create("function");
    tcase_add_test(c, looking_changes_nothing);
    tcase_add_test(c, back_and_on_again_is_the_same_screen);
    suite_add_tcase(s, c);
    c = tcase_create("telling");
    tcase_add_test(c, a_question_stands_before_its_answer);
    tcase_add_test(c, an_answer_can_be_clicked);
    tcase_add_test(c, hints_can_be_clicked);
    tcase_add_test(c, clicking_an_arrow_selects_it);
    tcase_add_test(c, the_why_names_the_paragraph);
    tcase_add_test(c, both_ends_are_on_the_diagram);
    tcase_add_test(c, a_third_host_is_not_passed_over);
    tcase_add_test(c, addresses_and_numbers_are_true);
    suite_add_tcase(s, c);
}
