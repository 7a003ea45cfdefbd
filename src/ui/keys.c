/* SPDX-License-Identifier: MIT
 * keys.c - the table of keys, asked in every way that the program needs. */
#include "ui/keys.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/update.h"

#include <string.h>

const struct key_info key_table[ACT_COUNT] = {
    [ACT_NONE] = { "", WHERE_ANY, "", "", "", "" },
#define KEY(id, where, keys, hint, command, help)                                                  \
    [ACT_##id] = { #id, WHERE_##where, keys, hint, command, help },
#include "ui/keys.def"
#undef KEY
};

bool key_among(const char *keys, const char *key)
{
    size_t n = strlen(key);

    if (n == 0)
        return false;
    for (const char *p = keys; *p;) {
        size_t len = strcspn(p, " ");
        if (len == n && memcmp(p, key, n) == 0)
            return true;
        p += len;
        p += strspn(p, " ");
    }
    return false;
}

static enum action find(enum where w, const char *key)
{
    for (int a = ACT_NONE + 1; a < ACT_COUNT; a++)
        if (key_table[a].where == w && key_among(key_table[a].keys, key))
            return (enum action)a;
    return ACT_NONE;
}

enum action key_action(enum where w, const char *key)
{
    enum action a = find(w, key);

    if (w == WHERE_PROMPT)
        return a; /* everything else is text */
    if (a == ACT_NONE && w == WHERE_ASK)
        a = find(WHERE_STORY, key);
    return a == ACT_NONE ? find(WHERE_ANY, key) : a;
}

const char *key_name(enum action a, char buf[KEY_NAME])
{
    struct text t = text_into(buf, KEY_NAME);

    text_addn(&t, key_table[a].keys, strcspn(key_table[a].keys, " "));
    return buf;
}

enum action key_command(const char *name)
{
    for (int a = ACT_NONE + 1; *name && a < ACT_COUNT; a++)
        if (strcmp(key_table[a].command, name) == 0)
            return (enum action)a;
    return ACT_NONE;
}

/* -- The bottom line ---------------------------------------------------------------- */

static int hint_width(const struct key_hint *h)
{
    return utf8_columns(h->key) + 1 + utf8_columns(h->word);
}

static struct key_hint hint_of(const struct model *m, enum action a)
{
    struct key_hint    h = { .act = a, .word = key_table[a].hint };
    const struct stop *s;
    enum onward        onward;
    int                which;

    key_name(a, h.key);
    if (a == ACT_PLAY && m->playing)
        h.word = "pause";
    if (a == ACT_NEXT_STOP && (onward = model_onward(m, &which)) != ONWARD_NOWHERE)
        h.word = onward == ONWARD_PART     ? "next part"
                 : onward == ONWARD_LESSON ? "next lesson"
                                           : "sandbox";
    if (a == ACT_ANSWER && (s = model_stop(m, NULL)) != NULL && s->n_option > 1) {
        struct text t = text_into(h.key, sizeof h.key);
        text_add(&t, "a-%c", 'a' + s->n_option - 1);
    }
    return h;
}

/* Rows of one place, as long as they fit. */
static void hints_of(const struct model *m, enum where w, int *left, struct key_hint *out,
                     size_t cap, size_t *n)
{
    for (int a = ACT_NONE + 1; a < ACT_COUNT && *n < cap; a++) {
        if (key_table[a].where != w || key_table[a].hint[0] == '\0')
            continue;
        if (*n > 0 && out[0].act == (enum action)a)
            continue; /* it has gone before */
        char first[KEY_NAME];
        if (key_action(model_where(m), key_name((enum action)a, first)) != (enum action)a)
            continue; /* a question has taken the key */
        struct key_hint h    = hint_of(m, (enum action)a);
        int             need = hint_width(&h) + (*n > 0 ? 2 : 0);
        if (need > *left)
            return; /* the order is a promise: a less useful one does not jump the queue */
        out[(*n)++] = h;
        *left -= need;
    }
}

size_t key_hints(const struct model *m, int width, struct key_hint *out, size_t cap)
{
    enum where      w = model_where(m);
    struct key_hint last[8];
    size_t          n = 0, n_last = 0;
    int             tail = width, left, which;

    if (w == WHERE_PROMPT) {
        hints_of(m, w, &tail, out, cap, &n);
        return n;
    }
    hints_of(m, WHERE_ANY, &tail, last, sizeof last / sizeof *last, &n_last);
    left = tail - (n_last > 0 ? 2 : 0);
    if (w == WHERE_STORY && model_onward(m, &which) != ONWARD_NOWHERE) {
        out[n] = hint_of(m, ACT_NEXT_STOP); /* where it goes from here comes first */
        left -= hint_width(&out[n++]);
    }
    hints_of(m, w, &left, out, cap, &n);
    if (w == WHERE_ASK)
        hints_of(m, WHERE_STORY, &left, out, cap, &n);
    for (size_t i = 0; i < n_last && n < cap; i++)
        out[n++] = last[i];
    return n;
}

/* -- Help, completion, manual ------------------------------------------------------- */

size_t key_help(const char *filter, enum action out[ACT_COUNT])
{
    size_t n = 0;

    for (int a = ACT_NONE + 1; a < ACT_COUNT; a++) {
        const struct key_info *k = &key_table[a];
        if (key_among(k->keys, filter) || text_find(k->help, filter)
            || text_find(k->command, filter))
            out[n++] = (enum action)a;
    }
    return n;
}

const char *key_place(enum where w)
{
    switch (w) {
    case WHERE_ANY: return "Everywhere";
    case WHERE_MENU: return "In the menu";
    case WHERE_STORY: return "In a lesson or the sandbox";
    case WHERE_ASK: return "While a question is open";
    case WHERE_PROMPT: return "In the command line";
    }
    return "";
}

size_t key_complete(const char *prefix, char (*word)[32], size_t cap)
{
    size_t n = 0, len = strlen(prefix);

    for (int a = ACT_NONE + 1; a < ACT_COUNT && n < cap; a++)
        if (key_table[a].command[0] && strncmp(key_table[a].command, prefix, len) == 0) {
            struct text t = text_into(word[n++], sizeof *word);
            text_add(&t, "%s", key_table[a].command);
        }
    return n;
}

void key_markdown(FILE *f)
{
    static const enum where order[] = { WHERE_STORY, WHERE_ASK, WHERE_MENU, WHERE_PROMPT,
                                        WHERE_ANY };

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        fprintf(f, "%s### %s\n\n| Key | Command | What it does |\n| --- | --- | --- |\n",
                i ? "\n" : "", key_place(order[i]));
        for (int a = ACT_NONE + 1; a < ACT_COUNT; a++) {
            const struct key_info *k = &key_table[a];
            if (k->where != order[i])
                continue;
            fputs("| ", f);
            for (const char *p = k->keys; *p;) {
                size_t len = strcspn(p, " ");
                fprintf(f, "%s`%.*s`", p == k->keys ? "" : " ", (int)len, p);
                p += len;
                p += strspn(p, " ");
            }
            fprintf(f, k->command[0] ? " | `:%s` | %s |\n" : " | %s| %s |\n", k->command, k->help);
        }
    }
    fputs("\n### Commands that need more than a key\n\n| Command | What it does |\n| --- | --- |\n",
          f);
    for (size_t i = 0; i < ui_commands; i++) {
        fprintf(f, "| `:%s ", ui_command[i].name);
        for (const char *p = ui_command[i].args; *p; p++)
            fprintf(f, *p == '|' ? "\\%c" : "%c", *p);
        fprintf(f, "` | %s |\n", ui_command[i].help);
    }
}
