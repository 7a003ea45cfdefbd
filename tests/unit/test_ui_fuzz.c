/* SPDX-License-Identifier: MIT
 * test_ui_fuzz.c - thousands of keys that nobody would press, at sizes that nobody uses.
 *
 * Nothing asserts, whatever comes; and wherever the keys have led, forward and back again shows the
 * same screen.  A failure prints the seed: FUZZ_SEED=N runs that one alone, FUZZ_KEYS=N makes runs
 * longer.
 */
#include "ui.h"

#include "base/rng.h"
#include "ui/view.h"

#include <inttypes.h>
#include <stdio.h>

enum { RUNS = 24, KEYS = 500, NAMES = 400 };

static char           name[NAMES][KEY_NAME];
static int            names;
static struct surface surface;
static int            compared;

static void add_name(const char *key)
{
    if (names < NAMES)
        snprintf(name[names++], sizeof name[0], "%s", key);
}

/* Every spelling of the table, and letters, so that lines get typed.  Leaving is rare enough by
 * itself. */
static void collect_names(void)
{
    if (names > 0)
        return;
    for (int a = 1; a < ACT_COUNT; a++) {
        char  keys[200];
        char *save = NULL;
        if (a == ACT_EXIT)
            continue;
        snprintf(keys, sizeof keys, "%s", key_table[a].keys);
        for (char *k = strtok_r(keys, " ", &save); k; k = strtok_r(NULL, " ", &save))
            add_name(k);
    }
    for (char c = '!'; c < 127; c++)
        add_name((char[2]){ c, 0 });
    add_name("\303\251");
    add_name("\344\270\211");
    add_name("\314\201");
}

static uint64_t pick(struct rng *r, uint64_t n) { return rng_below(r, n); }

/* Lines that somebody might type; files are left alone. */
static const char *const line[] = {
    "client connect server:80",
    "client write \"hello\"",
    "server close",
    "client close",
    "drop next SYN",
    "drop next 3 client>server ACK",
    "link loss 20%",
    "link delay 300ms",
    "dup next FIN",
    "hold next server>client ACK",
    "release",
    "seek 0.2",
    "seek -0.1",
    "seek +1s",
    "seek #3",
    "speed 1000",
    "speed 1/10",
    "branch 1",
    "branch 2",
    "part 1",
    "answer a",
    "skip",
    "disarm",
    "restart",
    "inject client>server RST",
    "inject server>client icmp port-unreachable",
    "link idle 50ms rst",
    "link filter unreachable data",
    "link filter pass SYN port 80",
    "link server>client filter rst-both 2nd data",
    "link idle 300ms 50ms rst-both",
    "link mtu 600",
    "link filter off",
    "client connect server:80 over IPv6",
    "server abort",
    "client read",
    "help close",
    "find FIN",
    "end",
    "profile linux",
    "seed 3",
};

static void one_key(struct model *m, struct rng *r)
{
    char key[40];

    switch (pick(r, 20)) {
    case 0: update_tick(m, (int64_t)pick(r, 300000)); break;
    case 1: ui_wait(m, (int64_t)pick(r, 3000000)); break;
    case 2: update_resize(m, (int)pick(r, 60) + 1, (int)pick(r, 200) + 1); break;
    case 3:
        snprintf(key, sizeof key, "M-%s %d %d",
                 (const char *const[]){ "click", "wheelup", "wheeldown", "nonsense" }[pick(r, 4)],
                 (int)pick(r, 70) - 5, (int)pick(r, 210) - 5);
        update_key(m, key);
        break;
    case 4: update_command(m, line[pick(r, sizeof line / sizeof *line)]); break;
    default:
        if (m->prompt.kind == ':' && pick(r, 8) == 0) {
            /* What has been typed at random is not done: it might name a file. */
            update_key(m, "Esc");
            break;
        }
        snprintf(key, sizeof key, "%s", name[pick(r, (uint64_t)names)]);
        if (m->prompt.kind == ':' && strcmp(key, "Enter") == 0)
            snprintf(key, sizeof key, "Tab");
        update_key(m, key);
    }
}

static char *screen_of(struct model *m)
{
    char  *text = NULL;
    size_t n    = 0;
    FILE  *f    = open_memstream(&text, &n);

    m->message[0] = '\0';
    view(m, &surface);
    ck_assert_int_eq(surface.rows, m->rows);
    ck_assert_int_eq(surface.cols, m->cols);
    surface_dump(&surface, f);
    fclose(f);
    return text;
}

static void same(const char *a, const char *b, const char *what, uint64_t seed)
{
    for (int row = 1; *a || *b; row++) {
        int na = (int)strcspn(a, "\n"), nb = (int)strcspn(b, "\n");
        ck_assert_msg(na == nb && memcmp(a, b, (size_t)na) == 0,
                      "FUZZ_SEED=%" PRIu64 ": %s, line %d\nfirst |%.*s\nagain |%.*s", seed, what,
                      row, na, a, nb, b);
        a += na + (a[na] != 0);
        b += nb + (b[nb] != 0);
    }
}

/* From wherever we are: on and back, twice; what was seen once is seen again.  Nothing to compare
 * where there is nothing to go on to, or a question is in the way. */
static void there_and_back(struct model *m, uint64_t seed)
{
    char *here[2], *there[2];

    if (m->screen != SCREEN_STORY || m->prompt.kind || m->plays != 1)
        return;
    m->pane = PANE_STORY;
    ui_keys(m, "Esc Right Left");
    uint64_t event = ui_event(m);
    m->playing     = false;
    m->confirm     = 0;
    ui_keys(m, "Right");
    if (ui_event(m) == event)
        return;
    ui_keys(m, "Left");
    m->confirm = 0;
    for (int i = 0; i < 2; i++) {
        here[i] = screen_of(m);
        ui_keys(m, "Right");
        there[i] = screen_of(m);
        ui_keys(m, "Left");
        m->confirm = 0;
    }
    same(here[0], here[1], "back", seed);
    same(there[0], there[1], "on", seed);
    compared++;
    for (int i = 0; i < 2; i++) {
        free(here[i]);
        free(there[i]);
    }
}

static void run(uint64_t seed, int keys)
{
    struct rng    r = { .state = seed };
    struct model *m = seed % 2 ? ui_sandbox() : ui_story(STORY);

    for (int i = 0; i < keys; i++) {
        one_key(m, &r);
        m->quit = false;
        if (m->screen == SCREEN_STORY)
            world_check(history_world(model_play(m)->h));
        if (pick(&r, 4) == 0) {
            view(m, &surface);
            ck_assert_int_eq(surface.rows, m->rows);
        }
        if (pick(&r, 40) == 0)
            there_and_back(m, seed);
    }
    ck_assert_int_gt(compared, 0); /* or nothing was tested */
    ui_free(m);
}

START_TEST(keys)
{
    const char *seed = getenv("FUZZ_SEED"), *n = getenv("FUZZ_KEYS");

    collect_names();
    run(seed ? strtoull(seed, NULL, 10) : 1000 + (uint64_t)_i, n ? atoi(n) : KEYS);
}
END_TEST

SUITE(ui_fuzz)
{
    TCase *c = tcase_create("all");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, keys, 0, getenv("FUZZ_SEED") ? 1 : RUNS);
    suite_add_tcase(s, c);
}
