/* SPDX-License-Identifier: MIT
 * markdown.h - a Markdown document as a flat list of what a lesson is made of.
 *
 * Prose comes out as text with light markup, which is what the screen draws: one line a paragraph,
 * a blank line between paragraphs, `code`, *emphasis* and **strong** as in Markdown, "- " before
 * list items, and verbatim lines indented by four.
 */
#ifndef FW_SCENARIO_MARKDOWN_H
#define FW_SCENARIO_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

enum item_kind {
    ITEM_TITLE,   /* # */
    ITEM_SECTION, /* ## */
    ITEM_QUOTE,   /* > */
    ITEM_PROSE,   /* paragraph, list, other code; ### as a strong line */
    ITEM_BLOCK,   /* ```finwait ...: info is what follows, text the lines */
};

struct item {
    enum item_kind kind;
    int            line; /* of its first line; of the fence for ITEM_BLOCK */
    char          *info, *text;
};

struct document {
    struct item *item;
    size_t       n, cap;
};

/* The caller frees with document_free(). */
void document_read(struct document *d, const char *markdown, size_t len);
void document_free(struct document *d);

#endif
