/* SPDX-License-Identifier: MIT
 * prompt.h - a line being typed: editing, history, completion.
 */
#ifndef FW_UI_PROMPT_H
#define FW_UI_PROMPT_H

#include "ui/model.h"

enum typed {
    TYPED_MORE, /* the line changed, or the cursor moved */
    TYPED_DONE, /* Enter: p->text is the line; the prompt is closed */
    TYPED_LEFT, /* Esc, or erasing an empty line: the prompt is closed */
};

void       prompt_open(struct prompt *p, char kind);
enum typed prompt_key(struct prompt *p, const char *key);

/* Put text in at the cursor (what does not fit is left out whole). */
void prompt_insert(struct prompt *p, const char *utf8);

/* Where the word begins that completion works on. */
int prompt_word(const struct prompt *p);

#endif
