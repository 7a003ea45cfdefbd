/* SPDX-License-Identifier: MIT
 * table.h - a table for people: aligned columns on a terminal, Markdown in a file.
 */
#ifndef FW_CLI_TABLE_H
#define FW_CLI_TABLE_H

#include <stdbool.h>
#include <stdio.h>

enum { TABLE_COLS = 8 };

struct table {
    int    cols;
    size_t rows, cap;
    char **cell; /* rows * cols, owned */
};

/* A table with these column heads; NULL ends them. */
struct table table_new(const char *head, ...) __attribute__((sentinel));

/* Add a cell after the last one; rows fill from the left. */
void table_add(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Print, and free. */
void table_print(struct table *t, FILE *f, bool markdown);

#endif
