/* SPDX-License-Identifier: MIT
 * markdown.c - libcmark's tree to a flat list of items. */
#include "scenario/markdown.h"

#include "base/text.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

enum { NESTING = 32 }; /* lists in lists ... deeper ones are not shown */

/* Text that grows. */
struct pile {
    char  *s;
    size_t len, cap;
    int    depth;
};

static void pile_add(struct pile *p, const char *s, size_t n)
{
    p->s = grow(p->s, &p->cap, p->len + n + 1, 1);
    memcpy(p->s + p->len, s, n);
    p->len += n;
    p->s[p->len] = '\0';
}

static void pile_text(struct pile *p, const char *s)
{
    if (s)
        pile_add(p, s, strlen(s));
}

static const char *mark_of(cmark_node_type type)
{
    return type == CMARK_NODE_EMPH ? "*" : type == CMARK_NODE_STRONG ? "**" : "";
}

/* The inlines below a node, with light markup (plain: without). */
static void inlines(struct pile *p, cmark_node *node, bool plain)
{
    cmark_iter      *it = cmark_iter_new(node);
    cmark_event_type ev;

    while ((ev = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node     *at   = cmark_iter_get_node(it);
        cmark_node_type type = cmark_node_get_type(at);

        if (ev == CMARK_EVENT_ENTER && type == CMARK_NODE_TEXT)
            pile_text(p, cmark_node_get_literal(at));
        else if (ev == CMARK_EVENT_ENTER && type == CMARK_NODE_CODE) {
            pile_text(p, plain ? "" : "`");
            pile_text(p, cmark_node_get_literal(at));
            pile_text(p, plain ? "" : "`");
        } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
            pile_text(p, " ");
        else if (!plain)
            pile_text(p, mark_of(type));
        if (ev == CMARK_EVENT_EXIT && type == CMARK_NODE_LINK && !plain) {
            pile_text(p, " (");
            pile_text(p, cmark_node_get_url(at));
            pile_text(p, ")");
        }
    }
    cmark_iter_free(it);
}

static void verbatim(struct pile *p, const char *s)
{
    while (s && *s) {
        size_t n = strcspn(s, "\n");

        pile_text(p, "    ");
        pile_add(p, s, n);
        s += n + (s[n] == '\n');
        if (*s)
            pile_text(p, "\n");
    }
}

static void prose(struct pile *p, cmark_node *node);

static void list(struct pile *p, cmark_node *node)
{
    int number = cmark_node_get_list_start(node);

    for (cmark_node *item = cmark_node_first_child(node); item; item = cmark_node_next(item)) {
        if (p->len && p->s[p->len - 1] != '\n')
            pile_text(p, "\n");
        if (cmark_node_get_list_type(node) == CMARK_ORDERED_LIST) {
            char mark[16];

            struct text t = text_into(mark, sizeof mark);
            text_add(&t, "%d. ", number++);
            pile_text(p, mark);
        } else {
            pile_text(p, "- ");
        }
        for (cmark_node *c = cmark_node_first_child(item); c; c = cmark_node_next(c)) {
            if (c != cmark_node_first_child(item))
                pile_text(p, "\n");
            prose(p, c);
        }
    }
}

static void prose(struct pile *p, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH: inlines(p, node, false); break;
    case CMARK_NODE_HEADING:
        pile_text(p, "**");
        inlines(p, node, true);
        pile_text(p, "**");
        break;
    case CMARK_NODE_CODE_BLOCK: verbatim(p, cmark_node_get_literal(node)); break;
    case CMARK_NODE_LIST:
        if (p->depth++ < NESTING)
            list(p, node);
        p->depth--;
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        if (p->depth++ >= NESTING) {
            p->depth--;
            break;
        }
        for (cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c)) {
            if (c != cmark_node_first_child(node))
                pile_text(p, "\n\n");
            prose(p, c);
        }
        p->depth--;
        break;
    default: break; /* HTML (comments) and rules are for the page */
    }
}

static struct item *item_add(struct document *d, enum item_kind kind, int line)
{
    d->item         = grow(d->item, &d->cap, d->n + 1, sizeof *d->item);
    struct item *at = &d->item[d->n++];
    *at             = (struct item){ .kind = kind, .line = line };
    return at;
}

/* "finwait script" is ours: what follows the first word, else NULL. */
static const char *our_block(cmark_node *node)
{
    static const char name[] = "finwait";
    const char       *info   = cmark_node_get_fence_info(node);

    if (cmark_node_get_type(node) != CMARK_NODE_CODE_BLOCK || !info
        || strncmp(info, name, sizeof name - 1) != 0)
        return NULL;
    info += sizeof name - 1;
    if (*info && *info != ' ' && *info != '\t')
        return NULL;
    return info + strspn(info, " \t");
}

static void add_node(struct document *d, cmark_node *node)
{
    struct pile  p    = { 0 };
    const char  *ours = our_block(node);
    int          line = cmark_node_get_start_line(node);
    struct item *at;

    pile_text(&p, "");
    if (ours) {
        at = item_add(d, ITEM_BLOCK, line);
        pile_text(&p, cmark_node_get_literal(node));
        struct pile info = { 0 };
        size_t      n    = strlen(ours);
        while (n > 0 && (ours[n - 1] == ' ' || ours[n - 1] == '\t'))
            n--;
        pile_add(&info, ours, n);
        at->info = info.s;
    } else if (cmark_node_get_type(node) == CMARK_NODE_HEADING
               && cmark_node_get_heading_level(node) <= 2) {
        at = item_add(d, cmark_node_get_heading_level(node) == 1 ? ITEM_TITLE : ITEM_SECTION, line);
        inlines(&p, node, true);
    } else {
        prose(&p, node);
        if (p.len == 0) {
            free(p.s);
            return;
        }
        at = item_add(
            d, cmark_node_get_type(node) == CMARK_NODE_BLOCK_QUOTE ? ITEM_QUOTE : ITEM_PROSE, line);
    }
    at->text = p.s;
}

void document_read(struct document *d, const char *markdown, size_t len)
{
    cmark_node *root = cmark_parse_document(markdown, len, CMARK_OPT_DEFAULT);

    *d = (struct document){ 0 };
    for (cmark_node *c = cmark_node_first_child(root); c; c = cmark_node_next(c))
        add_node(d, c);
    cmark_node_free(root);
}

void document_free(struct document *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->item[i].info);
        free(d->item[i].text);
    }
    free(d->item);
    *d = (struct document){ 0 };
}
