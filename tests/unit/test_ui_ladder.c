/* SPDX-License-Identifier: MIT
 * test_ui_ladder.c - geometry of the ladder, from journals built by hand.
 *
 * GOLDEN=update writes the pictures of tests/golden anew. */
#include "base/utf8.h"
#include "ui/glyph.h"
#include "ui/ladder.h"

#include "tale.h"
#include "test.h"

#include <stdio.h>

static struct surface page;

static struct ladder_spec spec_at(const struct tale *t, int now, int cols, int height)
{
    struct ladder_spec sp = { .j = &t->j, .now = MSEC(now), .cols = cols, .height = height };

    sp.fold     = true;
    sp.selected = sp.marked = SIZE_MAX;
    while (sp.seen < t->j.len && t->j.entry[sp.seen].at <= sp.now)
        sp.seen++;
    return sp;
}

static char *print(const struct ladder_spec *sp)
{
    char  *buf = NULL;
    size_t n   = 0;
    FILE  *f   = open_memstream(&buf, &n);

    ladder_print(sp, f);
    fclose(f);
    return buf;
}

static int count(const char *in, const char *what)
{
    int n = 0;

    for (; (in = strstr(in, what)); in += strlen(what))
        n++;
    return n;
}

/* -- Shape. ---------------------------------------------------------------------------------- */

/* One arrow from row 0 to row dy, made so by calls on its way; returns the laid out ladder. */
static void slanted(struct tale *t, struct ladder *l, int dy, int host, int cols)
{
    uint64_t p = tale_sent(t, host, 0, dy * 50, CTL_FIN | CTL_ACK, 301, 801);

    if (dy == 0)
        t->j.entry[0].due = 0;
    tale_then(t, EVENT_ARRIVED, p, dy * 50);
    struct ladder_spec sp = spec_at(t, dy * 50, cols, 10);
    sp.delay              = MSEC(50);
    ladder_layout(l, &sp);
    surface_clear(&page, dy + 1, cols);
    ladder_draw(l, &page, (struct rect){ 0, 0, dy + 1, cols }, 0);
}

START_TEST(slant_is_made_of_equal_runs)
{
    for (int host = 1; host <= 2; host++)
        for (int dy = 0; dy <= 6; dy++) {
            struct tale   t = { 0 };
            struct ladder l = { 0 };
            slanted(&t, &l, dy, host, 80);
            ck_assert_int_eq(l.arrow[0].point[0].row, 0);
            ck_assert_int_eq(l.arrow[0].point[1].row, dy);
            /* Every row of the arrow holds its share of the way, give or take a cell. */
            int share = l.shape.way / (dy + 1), bends = 0;
            for (int r = 0; r <= dy; r++) {
                int first = -1, last = -1;
                for (int c = l.shape.x0 + 1; c < l.shape.x1; c++) {
                    uint32_t ch = page.cell[r][c].ch;
                    if (ch == ' ')
                        continue;
                    first = first < 0 ? c : first;
                    last  = c;
                    bends += ch == glyph(GLYPHS_FULL, host == 1 ? G_DOWN : G_UP);
                }
                bool labelled = dy > 4; /* a label too long for its run stands beyond it */
                ck_assert_msg(labelled || abs(last - first + 1 - share) <= 1,
                              "dy %d row %d: %d .. %d", dy, r, first, last);
            }
            ck_assert_int_eq(bends, dy);
            int head = host == 1 ? l.shape.x1 - 1 : l.shape.x0 + 1;
            ck_assert_uint_eq(page.cell[dy][head].ch,
                              glyph(GLYPHS_FULL, host == 1 ? G_HEAD_RIGHT : G_HEAD_LEFT));
            ladder_free(&l);
            tale_free(&t);
        }
}
END_TEST

START_TEST(labels_are_whole_at_every_width)
{
    for (int cols = 20; cols <= 200; cols++)
        for (int dy = 0; dy <= 6; dy++) {
            struct tale   t = { 0 };
            struct ladder l = { 0 };
            slanted(&t, &l, dy, 1 + cols % 2, cols);
            char *text = print(&l.spec);
            /* One of the forms, whole: the number is never cut. */
            ck_assert_msg(count(text, "301") == 1, "%d columns, dy %d:\n%s", cols, dy, text);
            ck_assert_msg(strstr(text, "FIN,ACK seq=301 ack=801") || strstr(text, "FIN seq=301")
                              || strstr(text, "FIN 301") || strstr(text, "F301"),
                          "%s", text);
            free(text);
            ladder_free(&l);
            tale_free(&t);
        }
}
END_TEST

START_TEST(crossing_arrows_keep_their_labels)
{
    static const char *const number[] = { "301", "801", "302", "802" };

    for (int cols = 20; cols <= 160; cols++) {
        struct tale t = { 0 };
        tale_simultaneous(&t);
        struct ladder_spec sp   = spec_at(&t, 200, cols, 30);
        char              *text = print(&sp);
        for (int k = 0; k < 4; k++) /* the long forms name the ACK too */
            ck_assert_msg(strstr(text, number[k]), "%d\n%s", cols, text);
        ck_assert_int_eq(count(text, "╲") + count(text, "╳"), count(text, "╱") + count(text, "╳"));
        free(text);
        tale_free(&t);
    }
}
END_TEST

START_TEST(a_loss_ends_with_a_mark_and_the_word)
{
    for (int at = 1; at < 50; at += 6)
        for (int cols = 24; cols <= 140; cols += 4)
            for (int host = 1; host <= 2; host++) {
                struct tale t = { 0 };
                uint64_t    p = tale_sent(&t, host, 0, 50, CTL_ACK, 302, 802);
                tale_then(&t, EVENT_LOST, p, at)->cause = CAUSE_PERSON;
                struct ladder_spec sp                   = spec_at(&t, 60, cols, 10);
                char              *text                 = print(&sp);
                ck_assert_msg(count(text, "✗") == 1, "%d of 50 at %d columns\n%s", at, cols, text);
                ck_assert_msg(count(text, "LOST") == 1, "%d of 50 at %d columns\n%s", at, cols,
                              text);
                ck_assert_msg(count(text, "802") == 1, "%d of 50 at %d columns\n%s", at, cols,
                              text);
                ck_assert_int_eq(count(text, "▶") + count(text, "◀"), 0);
                free(text);
                tale_free(&t);
            }
}
END_TEST

START_TEST(a_doomed_segment_flies_before_it_dies)
{
    struct tale t                          = { 0 };
    uint64_t    p                          = tale_sent(&t, 1, 0, 50, CTL_ACK, 302, 802);
    tale_then(&t, EVENT_LOST, p, 0)->cause = CAUSE_CHANCE;

    struct ladder_spec sp   = spec_at(&t, 10, 80, 10);
    char              *text = print(&sp);
    ck_assert_int_eq(count(text, "LOST"), 0);
    ck_assert_int_eq(count(text, "▶"), 1);
    free(text);
    sp   = spec_at(&t, 40, 80, 10);
    text = print(&sp);
    ck_assert_int_eq(count(text, "LOST (chance)"), 1);
    free(text);
    tale_free(&t);
}
END_TEST

START_TEST(the_head_moves_on_and_never_back)
{
    struct tale t    = { 0 };
    int         last = -1;

    tale_sent(&t, 1, 0, 50, CTL_FIN | CTL_ACK, 301, 801);
    for (int now = 0; now < 50; now++) {
        struct ladder_spec sp = spec_at(&t, now, 80, 10);
        struct ladder      l  = { 0 };
        ladder_layout(&l, &sp);
        surface_clear(&page, 2, 80);
        ladder_draw(&l, &page, (struct rect){ 0, 0, 2, 80 }, 0);
        int heads = 0, at = 0;
        for (int r = 0; r < 2; r++)
            for (int c = l.shape.x0 + 1; c < l.shape.x1; c++)
                if (page.cell[r][c].ch == glyph(GLYPHS_FULL, G_HEAD_RIGHT)) {
                    heads++;
                    at = c;
                }
        ck_assert_int_eq(heads, 1);
        char *text = print(&sp); /* and its label does not change on the way */
        ck_assert_msg(count(text, "FIN seq=301") == 1, "%s", text);
        free(text);
        ck_assert_int_ge(at, last);
        ck_assert_int_eq(l.arrow[0].head, now * 20);
        last = at;
        ladder_free(&l);
    }
    ck_assert_int_ge(last, 55);
    tale_free(&t);
}
END_TEST

START_TEST(an_old_incarnation_is_dashed)
{
    struct tale t = { 0 };
    tale_ghost(&t);

    struct ladder_spec sp   = spec_at(&t, 50, 80, 15);
    char              *text = print(&sp);
    ck_assert_int_eq(count(text, "╌"), 0); /* so far there is only one */
    free(text);
    sp   = spec_at(&t, 300, 80, 15);
    text = print(&sp);
    ck_assert_int_gt(count(text, "╌"), 10);
    ck_assert_int_eq(count(text, "301"), 1);
    free(text);
    tale_free(&t);
}
END_TEST

START_TEST(a_held_segment_stands_and_goes_on)
{
    struct tale t                         = { 0 };
    uint64_t    p                         = tale_sent(&t, 1, 0, 50, CTL_FIN | CTL_ACK, 301, 801);
    tale_then(&t, EVENT_HELD, p, 20)->due = VTIME_NEVER;

    struct ladder_spec sp   = spec_at(&t, 90, 80, 10);
    char              *text = print(&sp);
    ck_assert_msg(count(text, "HELD") == 1, "%s", text);
    free(text);
    tale_then(&t, EVENT_RELEASED, p, 100)->due = MSEC(130);
    tale_then(&t, EVENT_ARRIVED, p, 130);
    sp              = spec_at(&t, 115, 80, 10);
    struct ladder l = { 0 };
    ladder_layout(&l, &sp);
    ck_assert_int_eq(l.arrow[0].head, 700); /* 400 when held, and half of the rest */
    ladder_free(&l);
    sp   = spec_at(&t, 130, 80, 10);
    text = print(&sp);
    ck_assert_int_eq(count(text, "HELD"), 0);
    ck_assert_int_eq(count(text, "▶"), 1);
    free(text);
    tale_free(&t);
}
END_TEST

START_TEST(a_segment_held_at_once_is_seen)
{
    struct tale t                        = { 0 };
    uint64_t    p                        = tale_sent(&t, 2, 0, 50, CTL_FIN | CTL_ACK, 301, 801);
    tale_then(&t, EVENT_HELD, p, 0)->due = VTIME_NEVER;

    struct ladder_spec sp   = spec_at(&t, 500, 80, 10);
    char              *text = print(&sp);
    ck_assert_msg(count(text, "HELD") == 1 && count(text, "301") == 1, "%s", text);
    free(text);
    tale_then(&t, EVENT_RELEASED, p, 600)->due = MSEC(650);
    tale_then(&t, EVENT_ARRIVED, p, 650);
    sp   = spec_at(&t, 650, 80, 10);
    text = print(&sp);
    ck_assert_msg(count(text, "◀") == 1 && count(text, "╱") == 1 && count(text, "301") == 1, "%s",
                  text);
    free(text);
    tale_free(&t);
}
END_TEST

START_TEST(copies_and_retransmissions_say_so)
{
    struct tale   t = { 0 };
    uint64_t      p = tale_sent(&t, 1, 0, 50, CTL_FIN | CTL_ACK, 301, 801);
    struct entry *e = tale_then(&t, EVENT_DUPED, p, 20);
    e->packet       = ++t.packet;
    e->parent       = p;
    e->due          = MSEC(70);
    uint64_t copy   = e->packet;
    tale_then(&t, EVENT_ARRIVED, p, 50);
    tale_then(&t, EVENT_ARRIVED, copy, 70);
    p                          = tale_sent(&t, 1, 100, 150, CTL_FIN | CTL_ACK, 301, 801);
    t.j.entry[t.j.len - 1].rtx = 2;
    tale_then(&t, EVENT_ARRIVED, p, 150);

    struct ladder_spec sp   = spec_at(&t, 160, 80, 10);
    char              *text = print(&sp);
    ck_assert_msg(count(text, "dup") + count(text, "301d") == 1, "%s", text);
    ck_assert_msg(count(text, "retx#2") == 1, "%s", text);
    ck_assert_msg(count(text, "▶▶") == 1, "%s", text);
    free(text);
    tale_free(&t);
}
END_TEST

/* What explains what comes of a segment stands on its arrow, and no number is ever cut. */
START_TEST(labels_say_more)
{
    struct tale t = { 0 };

    tale_sent(&t, 1, 0, 50, CTL_ACK, 4000000001u, 4000000002u);
    struct entry *e = &t.j.entry[0];
    e->seg.wnd      = 0;
    e->seg.ctl |= CTL_ECE;
    e->seg.opt            = OPT_SACK;
    e->seg.n_sack         = 3;
    e->seg.sack[0]        = (struct sack_block){ 4000000003u, 4000000004u };
    struct ladder_label l = ladder_label_of(&t.j, e, true);
    ck_assert_str_eq(l.text[0], "ACK,ECE seq=4000000001 ack=4000000002 wnd=0 "
                                "sack=4000000003-4000000004+2 dup");
    ck_assert_str_eq(l.text[1], "ACK 4000000002 wnd=0 sack ECE dup");
    ck_assert_str_eq(l.text[2], "ACK 4000000002 dup");
    e->seg.ctl = CTL_RST; /* its window means nothing */
    e->seg.opt = 0;
    l          = ladder_label_of(&t.j, e, false);
    ck_assert_str_eq(l.text[1], "RST seq=4000000001");
    tale_free(&t);
}
END_TEST

/* -- Time. ----------------------------------------------------------------------------------- */

START_TEST(idle_time_is_folded_into_one_row)
{
    struct tale t = { 0 };
    tale_call(&t, 1, 0, OP_CLOSE);
    tale_call(&t, 1, 59000, OP_CLOSE);

    struct ladder_spec sp   = spec_at(&t, 59000, 80, 10);
    char              *text = print(&sp);
    ck_assert_msg(strstr(text, "≈≈ 59.0 s folded    ≈"), "%s", text);
    ck_assert_int_eq(count(text, "\n"), 3);
    free(text);
    sp.fold         = false;
    sp.now          = MSEC(59000);
    t.j.entry[1].at = MSEC(1000);
    text            = print(&sp);
    ck_assert_int_gt(count(text, "\n"), 20); /* to scale: one row is 50 ms */
    free(text);
    tale_free(&t);
}
END_TEST

/* Rows of the entries that have happened stay where they are while the story goes on. */
START_TEST(a_row_once_given_never_moves)
{
    static void (*const story[])(struct tale *) = { tale_last_ack, tale_simultaneous, tale_ghost };

    for (unsigned k = 0; k < 3; k++) {
        struct tale all = { 0 };
        story[k](&all);
        int *before = calloc(all.j.len, sizeof *before);
        for (size_t n = 0; n <= all.j.len; n++) { /* the journal as it stood after n entries */
            struct tale   part = all;
            struct ladder l    = { 0 };
            part.j.len         = n;
            vtime from         = n ? all.j.entry[n - 1].at : 0;
            vtime to           = n < all.j.len ? all.j.entry[n].at : from + MSEC(500);
            for (vtime now = from; now <= to; now += MSEC(7)) {
                struct ladder_spec sp = spec_at(&part, 0, 80, 15);
                sp.seen               = n;
                sp.now                = now;
                ladder_layout(&l, &sp);
                for (size_t i = 0; i + 1 < n; i++)
                    if (all.j.entry[i].kind != EVENT_LOST)
                        ck_assert_msg(l.row_of[i] == before[i], "story %u: entry %zu of %zu", k, i,
                                      n);
            }
            for (size_t i = 0; i < n; i++)
                before[i] = l.row_of[i];
            ladder_free(&l);
        }
        free(before);
        tale_free(&all);
    }
}
END_TEST

START_TEST(arrivals_come_below_departures)
{
    struct tale   t = { 0 };
    struct ladder l = { 0 };

    for (int i = 0; i < 20; i++) /* a burst: one row each */
        tale_sent(&t, 1, 0, 50 + i % 3, CTL_ACK | CTL_PSH, (unsigned)(301 + i), 801);
    for (int i = 0; i < 20; i++)
        t.j.entry[i].seg.len = 1;
    for (int i = 0; i < 20; i++)
        tale_then(&t, EVENT_ARRIVED, (uint64_t)i + 1, 50 + i % 3);
    struct ladder_spec sp = spec_at(&t, 60, 80, 10);
    ladder_layout(&l, &sp);
    for (size_t i = 0; i < l.arrows; i++) {
        ck_assert_int_lt(l.arrow[i].point[0].row, l.arrow[i].point[1].row);
        for (size_t k = 0; k < i; k++) {
            ck_assert_int_ne(l.arrow[i].point[0].row, l.arrow[k].point[0].row);
            ck_assert_int_ne(l.arrow[i].point[1].row, l.arrow[k].point[1].row);
        }
    }
    char *text = print(&sp);
    for (int i = 0; i < 20; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", 301 + i);
        ck_assert_msg(count(text, number) == 1, "%s", number);
    }
    free(text);
    ladder_free(&l);
    tale_free(&t);
}
END_TEST

START_TEST(every_size_is_drawn)
{
    static void (*const story[])(struct tale *) = { tale_last_ack, tale_simultaneous, tale_ghost };

    for (unsigned k = 0; k < 3; k++) {
        struct tale t = { 0 };
        story[k](&t);
        for (int cols = 1; cols <= 200; cols += cols < 60 ? 1 : 7)
            for (int rows = 1; rows <= 60; rows += 9)
                for (int now = 0; now < 1300; now += 93) {
                    struct ladder_spec sp = spec_at(&t, now, cols, rows);
                    struct ladder      l  = { 0 };
                    sp.selected           = (size_t)now % t.j.len;
                    sp.marked             = sp.selected / 2;
                    ladder_layout(&l, &sp);
                    surface_clear(&page, rows, cols);
                    int top = ladder_top(&l, rows);
                    ladder_draw(&l, &page, (struct rect){ 0, 0, rows, cols }, top);
                    ck_assert_int_ge(l.row_of[sp.selected], top);
                    ck_assert_int_lt(l.row_of[sp.selected], top + rows + (rows < 4 ? 4 : 0));
                    for (int r = 0; r < rows; r += 3)
                        ladder_hit(&l, top, r, cols / 2);
                    ladder_free(&l);
                }
        tale_free(&t);
    }
}
END_TEST

START_TEST(a_click_finds_the_segment)
{
    struct tale   t = { 0 };
    struct ladder l = { 0 };

    tale_last_ack(&t);
    struct ladder_spec sp = spec_at(&t, 1215, 80, 15);
    ladder_layout(&l, &sp);
    ck_assert_uint_eq(ladder_hit(&l, 0, 0, 15), 0);             /* close() */
    ck_assert_uint_eq(ladder_hit(&l, 0, 1, l.shape.x0 + 3), 1); /* the FIN leaves */
    ck_assert_uint_eq(ladder_hit(&l, 0, 2, l.shape.x1 - 2), 2); /* and arrives */
    ck_assert_uint_eq(ladder_hit(&l, 0, 1000, 3), SIZE_MAX);
    ladder_free(&l);
    tale_free(&t);
}
END_TEST

/* -- Pictures. ------------------------------------------------------------------------------- */

static void golden(const char *name, const struct ladder_spec *sp)
{
    char path[128], *got = print(sp);
    snprintf(path, sizeof path, "tests/golden/ladder-%s.txt", name);
    const char *update = getenv("GOLDEN");
    if (update && strcmp(update, "update") == 0) {
        FILE *f = fopen(path, "w");
        ck_assert_msg(f != NULL, "%s", path);
        fputs(got, f);
        fclose(f);
    }
    char *want = file_read(path, 1 << 20, NULL);
    ck_assert_msg(want != NULL, "%s is missing: GOLDEN=update writes it", path);
    ck_assert_msg(strcmp(got, want) == 0, "%s differs. Now it is:\n%s", path, got);
    free(want);
    free(got);
}

START_TEST(pictures)
{
    static const struct {
        const char *name;
        void (*story)(struct tale *);
        int         now, cols, height;
        enum glyphs glyphs;
    } picture[] = {
        { "last-ack-80", tale_last_ack, 1215, 80, 15, GLYPHS_FULL },
        { "last-ack-80-ascii", tale_last_ack, 1215, 80, 15, GLYPHS_ASCII },
        { "last-ack-80-rewound", tale_last_ack, 110, 80, 15, GLYPHS_FULL },
        { "last-ack-120", tale_last_ack, 1215, 120, 31, GLYPHS_FULL },
        { "last-ack-60", tale_last_ack, 1215, 60, 9, GLYPHS_FULL },
        { "last-ack-40-narrow", tale_last_ack, 1215, 40, 9, GLYPHS_NARROW },
        { "both-close-80", tale_simultaneous, 200, 80, 15, GLYPHS_FULL },
        { "both-close-120", tale_simultaneous, 200, 120, 31, GLYPHS_FULL },
        { "both-close-80-ascii", tale_simultaneous, 30, 80, 15, GLYPHS_ASCII },
        { "ghost-80", tale_ghost, 300, 80, 15, GLYPHS_FULL },
        { "ghost-120-ascii", tale_ghost, 300, 120, 31, GLYPHS_ASCII },
    };

    struct tale t = { 0 };
    picture[_i].story(&t);
    struct ladder_spec sp = spec_at(&t, picture[_i].now, picture[_i].cols, picture[_i].height);
    sp.glyphs             = picture[_i].glyphs;
    golden(picture[_i].name, &sp);
    tale_free(&t);
}
END_TEST

SUITE(ui_ladder)
{
    TCase *c = tcase_create("shape");
    tcase_add_test(c, slant_is_made_of_equal_runs);
    tcase_add_test(c, labels_are_whole_at_every_width);
    tcase_add_test(c, crossing_arrows_keep_their_labels);
    tcase_add_test(c, a_loss_ends_with_a_mark_and_the_word);
    tcase_add_test(c, a_doomed_segment_flies_before_it_dies);
    tcase_add_test(c, the_head_moves_on_and_never_back);
    tcase_add_test(c, an_old_incarnation_is_dashed);
    tcase_add_test(c, a_held_segment_stands_and_goes_on);
    tcase_add_test(c, a_segment_held_at_once_is_seen);
    tcase_add_test(c, copies_and_retransmissions_say_so);
    tcase_add_test(c, labels_say_more);
    suite_add_tcase(s, c);
    c = tcase_create("time");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, idle_time_is_folded_into_one_row);
    tcase_add_test(c, a_row_once_given_never_moves);
    tcase_add_test(c, arrivals_come_below_departures);
    tcase_add_test(c, every_size_is_drawn);
    tcase_add_test(c, a_click_finds_the_segment);
    suite_add_tcase(s, c);
    c = tcase_create("pictures");
    tcase_add_loop_test(c, pictures, 0, 11);
    suite_add_tcase(s, c);
}
