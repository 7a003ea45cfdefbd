/* SPDX-License-Identifier: MIT
 * ui.h - a model to press keys on, and the two small stories that it can show.
 */
#ifndef FW_TEST_UI_H
#define FW_TEST_UI_H

#include "ui/keys.h"
#include "ui/play.h"
#include "ui/update.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

/* The client closes, the server answers: a pause, a question, a goal; TIME_WAIT is 60 s of nothing.
 */
static const char STORY[] =
    "# A story\n\n> rfc 9293\n\nBefore.\n\n"
    "```finwait world\nisn client 300\nisn server 800\nuntil 100s\n```\n\n"
    "```finwait program server\nlisten 80\naccept\ndrain\nsleep 100ms\nclose\n```\n\n"
    "```finwait program client\nconnect server:80\nsleep 100ms\nclose\n```\n\n"
    "```finwait script\n0ms server start server\n0ms client start client\n```\n\n"
    "```finwait pause\nwhen client ESTABLISHED\n```\n\nEstablished.\n\n"
    "```finwait ask\nwhen client sent FIN\n? What does the server answer?\n"
    "- an ACK | server sent ACK\n- a RST | server sent RST\n- not sure |\n```\n\n"
    "After.\n\n"
    "```finwait goal\ngoal Lose a FIN. | lost FIN\nhint x drops.\n"
    "solution 0ms drop next client>server FIN\n```\n";

static inline struct model *ui_model(void)
{
    struct model *m = calloc(1, sizeof *m);

    if (!m)
        abort();
    model_init(m, NULL);
    return m;
}

static inline struct model *ui_story(const char *markdown)
{
    struct model  *m = ui_model();
    struct fail    f;
    char           why[800];
    struct lesson *l = lesson_parse("a-story.md", markdown, strlen(markdown), &f);

    ck_assert_msg(l != NULL, "%s", l ? "" : fail_text(&f, why, sizeof why));
    model_open(m, l, true, 0);
    return m;
}

static inline struct model *ui_sandbox(void)
{
    struct model *m = ui_model();

    model_open(m, lesson_sandbox(PROFILE_RFC9293, 1), true, 0);
    return m;
}

static inline void ui_free(struct model *m)
{
    model_free(m);
    free(m);
}

/* Keys, separated by blanks. */
static inline void ui_keys(struct model *m, const char *line)
{
    char *copy = strdup(line), *save = NULL;

    for (char *k = strtok_r(copy, " ", &save); k; k = strtok_r(NULL, " ", &save))
        update_key(m, k);
    free(copy);
}

static inline vtime ui_now(const struct model *m) { return history_world(model_play(m)->h)->now; }

static inline uint64_t ui_event(const struct model *m)
{
    return history_world(model_play(m)->h)->event;
}

/* Let real time pass, a frame at a time. */
static inline void ui_wait(struct model *m, int64_t real_us)
{
    for (; real_us > 0; real_us -= 40000)
        update_tick(m, real_us < 40000 ? real_us : 40000);
}

#endif
