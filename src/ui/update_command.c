/* SPDX-License-Identifier: MIT
 * update_command.c - what is typed after `:`. */
#include "scenario/session.h"
#include "scenario/verb.h"
#include "ui/ladder.h"
#include "ui/prompt.h"
#include "ui/update_inside.h"
#include "ui/view.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool in_story(struct model *m)
{
    if (m->screen == SCREEN_STORY)
        return true;
    complain(m, "Open a lesson or the sandbox first.");
    return false;
}

/* A count from 1, such as `part 2`; -1 with a complaint. */
static int number(struct model *m, const char *args, const char *what)
{
    char *end;
    long  n = strtol(args, &end, 10);

    if (end != args && *end == '\0' && n >= 1 && n <= 1000)
        return (int)n;
    complain(m, "Expected the number of a %s.", what);
    return -1;
}

/* "1.5" and "1.5s" and "200ms". */
static bool span(const char *word, vspan *out)
{
    char        with_unit[40];
    struct text t = text_into(with_unit, sizeof with_unit);

    if (time_parse(word, out))
        return true;
    text_add(&t, "%ss", word);
    return !t.cut && time_parse(with_unit, out);
}

/* -- Time --------------------------------------------------------------------------- */

static void run_seek(struct model *m, const char *args)
{
    vspan t;
    char *end;

    if (!in_story(m))
        return;
    vtime now = history_world(model_play(m)->h)->now;
    if (args[0] == '#') { /* the n-th entry of the log */
        unsigned long n = strtoul(args + 1, &end, 10);
        if (*end || n < 1 || n > history_journal(model_play(m)->h)->len) {
            complain(m, "The log has entries #1 to #%zu.", history_journal(model_play(m)->h)->len);
            return;
        }
        m->playing = false;
        play_seek_entry(m, model_play(m), n - 1);
        moved(m);
        return;
    }
    if (!span(args + (args[0] == '+' || args[0] == '-'), &t)) {
        complain(m, "Expected a time: seek 1.5, seek +200ms, seek -1s, or seek #12.");
        return;
    }
    go_time(m, args[0] == '+' ? now + t : args[0] == '-' ? now - t : t);
}

static void run_speed(struct model *m, const char *args)
{
    size_t n = strlen(args);

    for (int i = 0; n > 0 && i < SPEEDS; i++) {
        const char *text = speed_table[i].text;
        if (strcmp(text, args) == 0 || (strlen(text) == n + 1 && strncmp(text, args, n) == 0)) {
            m->speed      = i;
            m->idle_until = 0;
            say(m, "Speed: %s.", text);
            return;
        }
    }
    complain(m, "Speeds are 1/100 1/50 1/20 1/10 1/5 1/2 1 2 5 10 60 300 1000.");
}

static void run_answer(struct model *m, const char *args)
{
    if (!in_story(m))
        return;
    if (model_where(m) != WHERE_ASK || !key_among(key_table[ACT_ANSWER].keys, args)) {
        complain(m, model_where(m) == WHERE_ASK ? "Expected a letter: answer a."
                                                : "No question is open.");
        return;
    }
    press(m, ACT_ANSWER, args, false);
}

static void run_find(struct model *m, const char *args)
{
    struct text t = text_into(m->find, sizeof m->find);

    if (!in_story(m))
        return;
    text_add(&t, "%s", args);
    go_find(m, 0);
}

/* -- Parts and branches ------------------------------------------------------------- */

static void run_part(struct model *m, const char *args)
{
    int n;

    if (!in_story(m))
        return;
    if (args[0] == '\0') {
        press(m, ACT_PART, "V", false);
        return;
    }
    if ((n = number(m, args, "part")) > 0)
        go_part(m, n - 1);
}

static void run_branch(struct model *m, const char *args)
{
    int n;

    if (in_story(m) && (n = number(m, args, "branch")) > 0)
        go_branch(m, n - 1);
}

/* -- Lessons, sessions -------------------------------------------------------------- */

static void tell_fail(struct model *m, const struct fail *f)
{
    char line[700];

    complain(m, "%s", fail_text(f, line, sizeof line));
}

static bool is_sandbox(const struct lesson *l) { return strcmp(l->id, "sandbox") == 0; }

/* A lesson of one's own to change: never the catalogue's copy.  NULL with a complaint. */
static struct lesson *fresh_lesson(struct model *m, const char *name)
{
    struct fail    f;
    struct lesson *l;
    int            i = m->catalogue ? catalogue_find(m->catalogue, name) : -1;

    if (strcmp(name, "sandbox") == 0)
        return lesson_sandbox(PROFILE_RFC9293, 1);
    l = lesson_load(i >= 0 ? m->catalogue->file[i] : name, &f);
    if (!l)
        tell_fail(m, &f);
    return l;
}

static void open_session(struct model *m, const char *path)
{
    struct session s;
    struct fail    f;
    struct lesson *l;

    if (!session_load(path, &s, &f)) {
        tell_fail(m, &f);
        return;
    }
    l = fresh_lesson(m, s.lesson);
    if (l && s.part >= l->n_part) {
        complain(m, "%.100s: the lesson has no part %d.", path, s.part + 1);
        lesson_free(l);
        l = NULL;
    }
    if (l) {
        if (s.has_seed)
            lesson_set_seed(l, s.seed);
        if (s.has_profile)
            lesson_set_profile(l, s.profile);
        model_open(m, l, true, s.part);
        if (session_replay(&s, model_play(m)->h, &f)) {
            moved(m);
            say(m, "The session has been replayed; go back to see how it went.");
        } else {
            tell_fail(m, &f);
        }
        model_play(m)->passed = model_reached(m, model_play(m));
        play_settle(m, model_play(m));
    }
    session_free(&s);
}

static void run_open(struct model *m, const char *args)
{
    int i;

    if (args[0] == '\0') {
        complain(m, "Open what?  A lesson (open 4), a file, or sandbox.");
        return;
    }
    if (strcmp(args, "sandbox") == 0) {
        model_open(m, lesson_sandbox(PROFILE_RFC9293, 1), true, 0);
        return;
    }
    if (m->catalogue && (i = catalogue_find(m->catalogue, args)) >= 0) {
        m->menu = i;
        if (m->catalogue->lesson[i]) {
            model_open(m, m->catalogue->lesson[i], false, 0);
            return;
        }
        tell_fail(m, &m->catalogue->fail[i]);
        return;
    }
    if (strcmp(args, "-") == 0) {
        complain(m, "Standard input cannot be read from here.");
        return;
    }
    size_t n    = 0;
    char  *text = file_read(args, LESSON_BYTES, &n);
    if (!text) {
        complain(m, "%.120s: %s", args, strerror(errno));
        return;
    }
    bool session = session_is(text, n);
    free(text);
    if (session) {
        open_session(m, args);
        return;
    }
    struct fail    f;
    struct lesson *l = lesson_load(args, &f);
    if (!l) {
        tell_fail(m, &f);
        return;
    }
    model_open(m, l, true, 0);
}

static void run_save(struct model *m, const char *args)
{
    struct fail f;

    if (!in_story(m))
        return;
    if (args[0] == '\0') {
        complain(m, "Expected a file name: save my-story.finwait");
        return;
    }
    if (!session_save(args, m->lesson, model_play(m)->part, model_play(m)->h, &f)) {
        tell_fail(m, &f);
        return;
    }
    say(m, "Saved: `:open %.100s` replays it.", args);
}

/* The same part again, with another seed or profile. */
static void again(struct model *m, const uint64_t *seed, const enum profile *profile)
{
    int            part = model_play(m)->part;
    struct lesson *l    = fresh_lesson(m, is_sandbox(m->lesson) ? "sandbox" : m->lesson->file);

    if (!l)
        return;
    const struct setup *s = &m->lesson->part[part].setup; /* what was chosen before is kept */
    lesson_set_seed(l, seed ? *seed : s->seed);
    if (profile)
        lesson_set_profile(l, *profile);
    if (part >= l->n_part)
        part = 0; /* the file has changed meanwhile */
    model_open(m, l, true, part);
}

static void run_seed(struct model *m, const char *args)
{
    char    *end;
    uint64_t seed = strtoull(args, &end, 10);

    if (!in_story(m))
        return;
    if (end == args || *end || args[0] == '-') {
        complain(m, "Expected a number: seed 7");
        return;
    }
    again(m, &seed, NULL);
    say(m, "From the beginning, with seed %" PRIu64 ".", seed);
}

static void run_profile(struct model *m, const char *args)
{
    enum profile p = 0;

    if (!in_story(m))
        return;
    while (p < PROFILE_COUNT && strcmp(profile_name[p], args) != 0)
        p++;
    if (p == PROFILE_COUNT) {
        complain(m, "Profiles are rfc793, rfc9293, linux, bsd.");
        return;
    }
    again(m, NULL, &p);
    if (!m->message_bad)
        say(m, "From the beginning, as %s does it.", profile_name[p]);
}

/* -- The screen --------------------------------------------------------------------- */

static void run_write(struct model *m, const char *args)
{
    static struct surface s;
    FILE                 *f = args[0] ? fopen(args, "w") : NULL;

    if (!f) {
        complain(m, "%.120s: %s", args[0] ? args : "write FILE",
                 args[0] ? strerror(errno) : "a file name is expected");
        return;
    }
    view(m, &s);
    surface_write(&s, f);
    bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed) {
        complain(m, "%.120s: %s", args, strerror(errno));
        return;
    }
    say(m, "The screen is in %.120s.", args);
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);

    return n >= m && strcmp(s + n - m, end) == 0;
}

/* The whole ladder, as long as it is. */
static void write_ladder(const struct model *m, FILE *f)
{
    const struct play *p = model_play(m);
    struct ladder_spec s = { .j        = history_journal(p->h),
                             .seen     = history_seen(p->h),
                             .now      = history_world(p->h)->now,
                             .delay    = model_part(m, p)->setup.path[0][1].delay,
                             .height   = 40,
                             .cols     = m->cols < 100 ? m->cols : 100,
                             .fold     = m->fold,
                             .selected = SIZE_MAX,
                             .marked   = SIZE_MAX,
                             .glyphs   = m->glyphs };

    s.boxes = ladder_boxes(&model_part(m, p)->setup);
    ladder_print(&s, f);
}

static const struct {
    const char *end, *format, *what;
} formats[] = {
    { ".json", "json", "Every event" },
    { ".pcapng", "pcapng", "What a sniffer on the left host caught" },
    { ".ladder", NULL, "The picture" },
    { "", "plain", "The story" },
};

static void run_export(struct model *m, const char *args)
{
    size_t i = 0;

    if (!in_story(m))
        return;
    if (args[0] == '\0') {
        complain(m,
                 "Expected a file: export run.json (an event a line), run.pcapng (for Wireshark), "
                 "run.ladder (the picture), or any other name (sentences).");
        return;
    }
    while (!ends_with(args, formats[i].end))
        i++;
    if (!m->export) {
        complain(m, "There is nothing here to export with.");
        return;
    }
    FILE *f = fopen(args, "w");
    if (!f) {
        complain(m, "%.120s: %s", args, strerror(errno));
        return;
    }
    if (formats[i].format)
        m->export(f, formats[i].format, model_play(m)->part, model_play(m)->h);
    else
        write_ladder(m, f);
    bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed) {
        complain(m, "%.120s: %s", args, strerror(errno));
        return;
    }
    say(m, "%s so far: %.120s", formats[i].what, args);
}

static void run_help(struct model *m, const char *args)
{
    struct text t = text_into(m->filter, sizeof m->filter);

    go_pane(m, PANE_HELP);
    text_add(&t, "%s", args);
    prompt_insert(&m->prompt, m->filter);
}

const struct ui_command ui_command[] = {
    { "seek", "TIME | +TIME | -TIME | #ENTRY", "go to a time, or to an entry of the log",
      run_seek },
    { "speed", "1/10 | 1 | 10 ...", "virtual seconds in a real one", run_speed },
    { "answer", "LETTER", "answer the question", run_answer },
    { "find", "TEXT", "find in the event log", run_find },
    { "part", "[N]", "go to a part of the lesson (the next one)", run_part },
    { "branch", "N", "go to a branch of what was tried", run_branch },
    { "open", "LESSON | FILE | sandbox", "open a lesson, a lesson's file, or a saved session",
      run_open },
    { "save", "FILE", "save the session: lesson, part, seed and what you did", run_save },
    { "write", "FILE", "write the screen as text", run_write },
    { "export", "FILE",
      "write what has happened: FILE.json as JSON, FILE.pcapng for Wireshark, FILE.ladder as the "
      "picture, "
      "else as sentences",
      run_export },
    { "seed", "N", "begin again with another seed", run_seed },
    { "profile", "NAME", "begin again as another implementation: rfc793, rfc9293, linux, bsd",
      run_profile },
    { "help", "[WORD]", "what has to do with a word", run_help },
};
const size_t ui_commands = sizeof ui_command / sizeof *ui_command;

/* -- A line ------------------------------------------------------------------------- */

/* Key commands that make sense in the menu. */
static bool live_here(const struct model *m, enum action a)
{
    enum where w = key_table[a].where;

    return w == WHERE_ANY || (m->screen == SCREEN_MENU) == (w == WHERE_MENU);
}

void update_command(struct model *m, const char *line)
{
    char        word[PROMPT_BYTES], rest[PROMPT_BYTES], key[KEY_NAME];
    struct text w = text_into(word, sizeof word), r = text_into(rest, sizeof rest);
    size_t      n;
    enum action a;

    m->message[0]  = '\0';
    m->message_bad = false;
    while (*line == ' ' || *line == ':')
        line++;
    n = strcspn(line, " ");
    text_addn(&w, line, n);
    text_add(&r, "%s", line + n + strspn(line + n, " "));
    while (r.len > 0 && rest[r.len - 1] == ' ')
        rest[--r.len] = '\0';
    if (n == 0)
        return;
    for (size_t i = 0; i < ui_commands; i++)
        if (strcmp(ui_command[i].name, word) == 0) {
            ui_command[i].run(m, rest);
            return;
        }
    if (rest[0] == '\0' && (a = key_command(word)) != ACT_NONE) {
        if (!live_here(m, a)) {
            (void)in_story(m);
            return;
        }
        press(m, a, key_name(a, key), true);
        return;
    }
    if (in_story(m))
        act_words(m, line);
}

/* -- What could complete it --------------------------------------------------------- */

static void offer(struct model *m, const char *typed, const char *word)
{
    struct prompt *p   = &m->prompt;
    int            cap = (int)(sizeof p->offer / sizeof *p->offer);

    if (p->n_offer >= cap || strncmp(word, typed, strlen(typed)) != 0)
        return;
    for (int i = 0; i < p->n_offer; i++)
        if (strcmp(p->offer[i], word) == 0)
            return;
    struct text t = text_into(p->offer[p->n_offer], sizeof *p->offer);
    text_add(&t, "%s", word);
    if (!t.cut) /* half a word completes nothing */
        p->n_offer++;
}

static void offer_verbs(struct model *m, const char *line, const char *typed)
{
    char         word[8][32];
    struct names names;

    if (m->screen != SCREEN_STORY)
        return;
    names    = names_of(history_world(model_play(m)->h));
    size_t n = verb_complete(line, &names, VERB_SCREEN, word, sizeof word / sizeof *word);
    for (size_t i = 0; i < n; i++)
        offer(m, typed, word[i]);
}

static void offer_arguments(struct model *m, const char *line, const char *typed)
{
    if (strncmp(line, "open ", 5) == 0) {
        for (int i = 0; m->catalogue && i < m->catalogue->n; i++)
            if (m->catalogue->lesson[i])
                offer(m, typed, m->catalogue->lesson[i]->id);
        offer(m, typed, "sandbox");
    } else if (strncmp(line, "profile ", 8) == 0) {
        for (int i = 0; i < PROFILE_COUNT; i++)
            offer(m, typed, profile_name[i]);
    } else if (strncmp(line, "speed ", 6) == 0) {
        for (int i = 0; i < SPEEDS; i++)
            offer(m, typed, speed_table[i].text);
    }
}

void offer_words(struct model *m)
{
    struct prompt *p    = &m->prompt;
    int            word = prompt_word(p);
    char           line[PROMPT_BYTES], key[8][32];
    const char    *typed = line + word;

    p->n_offer = 0;
    p->turn    = -1;
    memcpy(line, p->text, (size_t)p->cursor);
    line[p->cursor] = '\0';
    if (word > 0) {
        offer_arguments(m, line, typed);
        offer_verbs(m, line, typed);
        return;
    }
    if (line[0] == '\0')
        return; /* everything: that is what help is for */
    offer_verbs(m, line, typed);
    for (size_t i = 0; i < ui_commands; i++)
        offer(m, typed, ui_command[i].name);
    size_t n = key_complete(typed, key, sizeof key / sizeof *key);
    for (size_t i = 0; i < n; i++)
        offer(m, typed, key[i]);
}
