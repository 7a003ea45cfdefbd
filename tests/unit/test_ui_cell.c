/* SPDX-License-Identifier: MIT
 * test_ui_cell.c - cells, prose and glyphs. */
#include "base/utf8.h"
#include "ui/cell.h"
#include "ui/glyph.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static struct surface sf;

/* Row r as text, blanks at the end included. */
static const char *row_text(int r)
{
    static char buf[SURFACE_COLS * 4 + 1];
    size_t      n = 0;

    for (int c = 0; c < sf.cols; c++)
        if (sf.cell[r][c].ch)
            n += utf8_put(sf.cell[r][c].ch, buf + n);
    buf[n] = '\0';
    return buf;
}

static void begin(int rows, int cols) { surface_clear(&sf, rows, cols); }

START_TEST(writing_is_clipped_by_the_rect)
{
    begin(3, 10);
    struct rect in = { 1, 2, 1, 4 };
    ck_assert_int_eq(surface_text(&sf, in, 0, 0, STYLE_PLAIN, "abcdefgh"), 8);
    surface_text(&sf, in, 1, 0, STYLE_PLAIN, "no");
    surface_text(&sf, in, -1, 0, STYLE_PLAIN, "no");
    surface_text(&sf, in, 0, -2, STYLE_PLAIN, "XYZ");
    ck_assert_str_eq(row_text(0), "          ");
    ck_assert_str_eq(row_text(1), "  Zbcd    ");
    ck_assert_str_eq(row_text(2), "          ");
}
END_TEST

START_TEST(a_rect_beyond_the_surface_is_harmless)
{
    begin(2, 4);
    surface_text(&sf, (struct rect){ -1, -1, 100, 100 }, 1, 0, STYLE_PLAIN, "abcdefgh");
    surface_fill(&sf, (struct rect){ 1, 2, 50, 50 }, STYLE_PLAIN, '#');
    ck_assert_str_eq(row_text(0), "bcde");
    ck_assert_str_eq(row_text(1), "  ##");
}
END_TEST

START_TEST(wide_characters_take_two_cells)
{
    begin(1, 5);
    struct rect in = { 0, 0, 1, 5 };
    ck_assert_int_eq(surface_text(&sf, in, 0, 0, STYLE_PLAIN, "漢x字"), 5);
    ck_assert_uint_eq(sf.cell[0][1].ch, 0);
    ck_assert_str_eq(row_text(0), "漢x字");
    surface_put(&sf, in, 0, 1, STYLE_PLAIN, '!'); /* half of it overwritten: no half is left */
    ck_assert_str_eq(row_text(0), " !x字");
    surface_put(&sf, in, 0, 3, STYLE_PLAIN, '?');
    ck_assert_str_eq(row_text(0), " !x? ");
    surface_text(&sf, in, 0, 4, STYLE_PLAIN, "漢"); /* does not fit: a blank, not half */
    ck_assert_str_eq(row_text(0), " !x? ");
}
END_TEST

START_TEST(a_combining_mark_joins_its_letter)
{
    begin(1, 4);
    struct rect in = { 0, 0, 1, 4 };
    ck_assert_int_eq(surface_text(&sf, in, 0, 0, STYLE_PLAIN, "e\xCC\x81x"), 2);
    ck_assert_uint_eq(sf.cell[0][0].ch, 'e');
    ck_assert_uint_eq(sf.cell[0][0].mark, 0x301);
    ck_assert_uint_eq(sf.cell[0][1].ch, 'x');
}
END_TEST

START_TEST(no_control_character_gets_through)
{
    begin(1, 8);
    surface_text(&sf, (struct rect){ 0, 0, 1, 8 }, 0, 0, STYLE_PLAIN, "a\x1B[2J\tb");
    ck_assert_str_eq(row_text(0), "a [2J b ");
}
END_TEST

START_TEST(prose_breaks_at_blanks)
{
    begin(6, 12);
    struct rect in = { 0, 0, 6, 12 };
    ck_assert_int_eq(prose_rows("one two three four five", 12), 3);
    ck_assert_int_eq(surface_prose(&sf, in, 0, 0, STYLE_PLAIN, "one two three four five"), 3);
    ck_assert_str_eq(row_text(0), "one two     ");
    ck_assert_str_eq(row_text(1), "three four  ");
    ck_assert_str_eq(row_text(2), "five        ");
}
END_TEST

START_TEST(prose_has_markup_paragraphs_and_lists)
{
    begin(8, 20);
    struct rect in = { 0, 0, 8, 20 };
    int         n  = surface_prose(&sf, in, 0, 0, STYLE_PLAIN,
                                   "a *b c* `d e`\nf\n\n- one two three fourth\n- g");
    ck_assert_int_eq(n, 5);
    ck_assert_str_eq(row_text(0), "a b c d e f         ");
    ck_assert_uint_eq(sf.cell[0][2].style, STYLE_EMPH);
    ck_assert_uint_eq(sf.cell[0][4].style, STYLE_EMPH);
    ck_assert_uint_eq(sf.cell[0][6].style, STYLE_CODE);
    ck_assert_uint_eq(sf.cell[0][10].style, STYLE_PLAIN);
    ck_assert_str_eq(row_text(1), "                    ");
    ck_assert_str_eq(row_text(2), "- one two three     ");
    ck_assert_str_eq(row_text(3), "  fourth            ");
    ck_assert_str_eq(row_text(4), "- g                 ");
}
END_TEST

START_TEST(prose_scrolls_by_rows)
{
    begin(2, 5);
    struct rect in = { 0, 0, 2, 5 };
    ck_assert_int_eq(surface_prose(&sf, in, 0, 1, STYLE_PLAIN, "aa bb cc dd ee ff"), 2);
    ck_assert_str_eq(row_text(0), "cc dd");
    ck_assert_str_eq(row_text(1), "ee ff");
}
END_TEST

START_TEST(a_long_word_is_cut_at_the_edge)
{
    ck_assert_int_eq(prose_rows("abcdefghij", 4), 3);
    begin(3, 4);
    surface_prose(&sf, (struct rect){ 0, 0, 3, 4 }, 0, 0, STYLE_PLAIN, "abcdefghij");
    ck_assert_str_eq(row_text(2), "ij  ");
}
END_TEST

START_TEST(drawing_and_counting_prose_agree)
{
    static const char *const text[] = { "",
                                        "a",
                                        "\n\nx",
                                        "x\n\n\n\ny",
                                        "- a\n- b\n\ntext",
                                        "1. one\n2. two",
                                        "see:\n\n    code  as it is\n\nafter",
                                        "một hai ba bốn năm sáu bảy tám",
                                        "a*b* 2*3*4 `unclosed" };
    for (unsigned i = 0; i < sizeof text / sizeof text[0]; i++)
        for (int w = 1; w < 40; w++) {
            begin(100, w);
            ck_assert_int_eq(
                surface_prose(&sf, (struct rect){ 0, 0, 100, w }, 0, 0, STYLE_PLAIN, text[i]),
                prose_rows(text[i], w));
        }
}
END_TEST

START_TEST(every_glyph_is_one_column)
{
    for (int level = 0; level < 3; level++)
        for (int g = 0; g < GLYPH_COUNT; g++) {
            const char *t = glyph_text((enum glyphs)level, (enum glyph)g);
            ck_assert_int_eq(utf8_columns(t), 1);
            if (level == GLYPHS_ASCII)
                ck_assert_uint_lt(glyph(GLYPHS_ASCII, (enum glyph)g), 0x7F);
        }
}
END_TEST

START_TEST(ascii_leaves_nothing_else)
{
    begin(1, 12);
    surface_text(&sf, (struct rect){ 0, 0, 1, 12 }, 0, 0, STYLE_PLAIN, "“a” – é 漢…");
    surface_ascii(&sf);
    for (int c = 0; c < sf.cols; c++)
        ck_assert(sf.cell[0][c].ch >= ' ' && sf.cell[0][c].ch < 0x7F);
}
END_TEST

START_TEST(a_dump_shows_text_and_styles)
{
    char  *buf = NULL;
    size_t n   = 0;
    FILE  *f   = open_memstream(&buf, &n);

    begin(1, 4);
    surface_text(&sf, (struct rect){ 0, 0, 1, 4 }, 0, 0, STYLE_STATE, "ab");
    surface_dump(&sf, f);
    fclose(f);
    ck_assert_str_eq(buf, "4x1\n|ab\n:SS..\n");
    free(buf);
}
END_TEST

SUITE(ui_cell)
{
    TCase *c = tcase_create("cells");
    tcase_add_test(c, writing_is_clipped_by_the_rect);
    tcase_add_test(c, a_rect_beyond_the_surface_is_harmless);
    tcase_add_test(c, wide_characters_take_two_cells);
    tcase_add_test(c, a_combining_mark_joins_its_letter);
    tcase_add_test(c, no_control_character_gets_through);
    tcase_add_test(c, a_dump_shows_text_and_styles);
    suite_add_tcase(s, c);
    c = tcase_create("prose");
    tcase_add_test(c, prose_breaks_at_blanks);
    tcase_add_test(c, prose_has_markup_paragraphs_and_lists);
    tcase_add_test(c, prose_scrolls_by_rows);
    tcase_add_test(c, a_long_word_is_cut_at_the_edge);
    tcase_add_test(c, drawing_and_counting_prose_agree);
    suite_add_tcase(s, c);
    c = tcase_create("glyphs");
    tcase_add_test(c, every_glyph_is_one_column);
    tcase_add_test(c, ascii_leaves_nothing_else);
    suite_add_tcase(s, c);
}
