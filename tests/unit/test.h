/* SPDX-License-Identifier: MIT
 * test.h - what every unit test includes.
 *
 * A suite registers itself: a test file holds one function made with SUITE(name), and no list has
 * to be kept.
 *
 *      SUITE(seq)
 *      {
 *          TCase *c = tcase_create("all");
 *          tcase_add_test(c, wraps);
 *          suite_add_tcase(s, c);
 *      }
 */
#ifndef FW_TEST_H
#define FW_TEST_H

#include <check.h>

struct unit {
    const char *name;
    void (*fill)(Suite *s);
    struct unit *next;
};

void unit_add(struct unit *u);

#define SUITE(name_)                                                                               \
    static void        fill_##name_(Suite *s);                                                     \
    static struct unit unit_##name_ = { .name = #name_, .fill = fill_##name_ };                    \
    __attribute__((constructor)) static void add_##name_(void) { unit_add(&unit_##name_); }        \
    static void                              fill_##name_(Suite *s)

#endif
