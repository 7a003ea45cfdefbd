/* SPDX-License-Identifier: MIT
 * lesson.h - a lesson: a Markdown file that reads well on a page, runs on the screen, and is a
 * test.
 *
 * Ordinary Markdown; fenced blocks whose info string begins with `finwait` are executed, everything
 * else is prose.  The format is documented for teachers in lessons/README.md.
 *
 * A lesson has one or more parts (each `## Heading` that holds a script begins one; a lesson
 * without has one part).  A part is a world of its own: what stands before the first part's heading
 * is common to all. A part is told in scenes: prose, shown until the next stop.  A stop is a pause
 * or a question, anchored to an event, so that a changed delay cannot put narration out of step.
 *
 * Prose comes with light markup: one line a paragraph, blank lines between, `code`, *emphasis*,
 * **strong**, "- " before list items, verbatim lines indented by four.
 *
 * Ownership: lesson_free() frees everything that hangs on a lesson; all pointers live as long as
 * it.
 */
#ifndef FW_SCENARIO_LESSON_H
#define FW_SCENARIO_LESSON_H

#include "base/fail.h"
#include "net/history.h"

enum {
    LESSON_PARTS   = 8,
    LESSON_STOPS   = 32,  /* in a part */
    LESSON_OPTIONS = 6,   /* of a question */
    LESSON_CLAIMS  = 128, /* in a part */
    LESSON_BYTES   = 256 * 1024,
};

/* A line that a host's socket table has at a moment (row.h). */
enum { ROW_FIELDS = 6 };
struct row_field {
    uint32_t which;
    int      order; /* 0: equal to value; -1: below it; 1: above it */
    uint64_t value;
};
struct row {
    uint8_t          host;         /* 1-based; 0: this is no claim about a socket table */
    uint8_t          state, timer; /* + 1; 0 does not care */
    uint32_t         n;
    struct row_field field[ROW_FIELDS];
};

/* Something that must come true (or never does) in the journal after a given entry. */
struct claim {
    struct match on;
    struct row   row;    /* with a host: this instead, at `at` or the moment of the line above */
    bool         never;  /* no entry may match ... */
    vspan        within; /* ... or one must, within this time; 0 is until the end */
    bool         has_at; /* the entry must happen exactly at `at` */
    vtime        at;
    bool         any_order; /* does not have to come after the claim before it */
    int          line;
    const char  *text; /* as written */
};

struct option {
    const char  *text;
    const char  *feedback; /* shown when chosen; "" is none */
    struct claim claim;    /* decides whether the option is right: computed, never declared */
    bool         sure;     /* false: "not sure", never right or wrong */
};

enum stop_kind { STOP_PAUSE, STOP_ASK, STOP_GOAL };

/* Where the clock stops by itself. */
struct stop {
    enum stop_kind kind;
    struct match   on; /* kind 0 in it: at time `at` */
    vtime          at;
    const char    *question; /* ASK */
    int            n_option;
    struct option  option[LESSON_OPTIONS];
    struct claim   goal;     /* GOAL: what the learner has to make happen */
    const char    *hint[3];  /* "" is none */
    struct cue    *solution; /* GOAL: commands, with their times, that reach the goal */
    int            n_solution;
    const char    *after; /* prose that follows the stop: narration from here to the next stop */
    int            line;
};

struct part {
    const char  *title;  /* "" in a lesson of one part */
    const char  *before; /* prose up to the first stop */
    struct setup setup;
    struct op   *op;
    struct cue  *cue;
    size_t       n_op, n_cue;
    vtime        until; /* the story is over here: nothing more happens in the script */
    int          n_stop;
    struct stop  stop[LESSON_STOPS];
    int          n_claim;
    struct claim claim[LESSON_CLAIMS]; /* `expect` blocks */
    const char *log[HOST_MAX]; /* what the programs of host i+1 must have printed; NULL: not said */
    int         line;
};

struct lesson {
    char        *file; /* as it was named */
    char        *id;   /* file name without directory and .md: "01-four-way-close" */
    const char  *title;
    const char  *summary; /* one line: what you learn */
    const char  *rfc;     /* "9293 3.6, 3.10.7.4" */
    const char  *needs;   /* id of the lesson that should come before, or "" */
    int          minutes;
    bool         compare; /* parts are meant to be seen side by side */
    const char  *see;     /* how to see it on a real machine, "" is none */
    int          n_part;
    struct part *part;
    void        *memory; /* private */
};

/* Parse a file ("-" is standard input), or text that came from `name`.  NULL with *f filled in. */
struct lesson *lesson_load(const char *path, struct fail *f);
struct lesson *lesson_parse(const char *name, const char *markdown, size_t len, struct fail *f);
void           lesson_free(struct lesson *l);

/* The lesson of `finwait sandbox`: client and server, a listener, nothing scripted. */
struct lesson *lesson_sandbox(enum profile p, uint64_t seed);

/* Override what --seed and --profile say, in every part. */
void lesson_set_seed(struct lesson *l, uint64_t seed);
void lesson_set_profile(struct lesson *l, enum profile p);

/* -- Where the telling stands: pure functions of the journal. ------------------------------ */

/* How many stops of the part have been reached by the first `seen` entries.  If entry is not NULL,
 * entry[k] is the index of the entry at which stop k was reached (SIZE_MAX: at a time, with no
 * entry). */
int part_stops(const struct part *p, const struct journal *j, size_t seen, vtime now,
               size_t *entry);

/* Let the history go on to the next stop, at most to `until`; true when it stands at one. */
bool part_run_to_stop(const struct part *p, struct history *h, vtime until);

/* Is the claim true of entries [from, len) of a journal that has run to its end?  If not NULL
 * *where is the entry that decided (SIZE_MAX: none). */
bool claim_holds(const struct claim *c, const struct journal *j, size_t from, vtime since,
                 size_t *where);

/* The right option of an ASK stop, found by running a copy of the story on to its end; -1 if none
 * or several hold.  The history is not moved. */
int stop_answer(const struct part *p, int stop, const struct history *h);

/* -- Checking: `finwait check`. ------------------------------------------------------------ */

struct check {
    int  n_claim, n_failed;
    int  n_rule; /* different rules that fired */
    bool rule[RULE_COUNT];
};

/* Run every part and test every claim, question and log; each failure is given to `tell`.  True
 * when all hold. */
bool lesson_check(const struct lesson *l, struct check                *c,
                  void (*tell)(void *ctx, const struct fail *f), void *ctx);

/* -- The catalogue: the lessons that come with finwait. ------------------------------------ */

struct catalogue {
    char          *dir;
    int            n;
    struct lesson *lesson[100];
    struct fail    fail[100]; /* lesson[i] == NULL: why it could not be read */
    char          *file[100];
};

/* Every NN-*.md of a directory in name order.  False when the directory cannot be read. */
bool catalogue_load(struct catalogue *c, const char *dir, struct fail *f);
void catalogue_free(struct catalogue *c);

/* Lesson by id, number ("4") or unique beginning of its name without number; -1. */
int catalogue_find(const struct catalogue *c, const char *name);

#endif
