/* SPDX-License-Identifier: MIT
 * bench.c - where the time goes: medians, one line each, with their units.
 *
 *      build/release/bench build/release/finwait
 *
 * Frames are measured twice: as cells (view() alone), and as what the real program writes to a
 * terminal of 80x24 while it plays.
 */
#include "bench.h"
#include "pty.h"

#include "net/history.h"
#include "scenario/lesson.h"
#include "ui/update.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 101, BULK_BYTES = 4 * 1000 * 1000 };

static const char STORY[] =
    "# The last ACK is lost, and asked for again\n\n> rfc 9293 3.6\n\nMeasured.\n\n"
    "```finwait world\nisn client 300\nisn server 800\nlink delay 50ms\nuntil 20s\n```\n\n"
    "```finwait program client\nconnect server:80\nwrite \"hello\"\nclose\n```\n\n"
    "```finwait program server\nlisten 80\naccept\ndrain\nclose\n```\n\n"
    "```finwait script\n0s server start server\n10ms client start client\n"
    "10ms drop next client>server ACK seq 306\n```\n";

static const char BULK[] =
    "# Bulk\n\n> rfc 9293 3.8\n\nMeasured.\n\n"
    "```finwait world\nlink delay 1ms\nuntil 1000s\n```\n\n"
    "```finwait program client\nconnect server:80\nwrite 4000000 bytes\nclose\n```\n\n"
    "```finwait program server\nlisten 80\naccept\ndrain\nclose\n```\n\n"
    "```finwait script\n0s server start server\n10ms client start client\n```\n";

static struct lesson *lesson(const char *text)
{
    struct fail    f = { 0 };
    char           what[FAIL_FILE + FAIL_WHAT + 32];
    struct lesson *l = lesson_parse("bench.md", text, strlen(text), &f);

    if (!l) {
        fprintf(stderr, "bench: %s\n", fail_text(&f, what, sizeof what));
        exit(1);
    }
    return l;
}

/* -- The screen as cells. -------------------------------------------------------------------- */

static void bench_view(void)
{
    static struct model   m;
    static struct surface s;
    struct lesson        *l = lesson(STORY);
    double                took[SAMPLES];

    model_init(&m, NULL);
    model_open(&m, l, false, 0);
    update_resize(&m, 24, 80);
    update_key(&m, "Space");
    for (int i = 0; i < SAMPLES; i++) {
        double t0 = bench_cpu();
        update_tick(&m, 33333);
        view(&m, &s);
        took[i] = bench_cpu() - t0;
    }
    bench_say("update and view, 80x24, playing", 1e6 * bench_median(took, SAMPLES), "us a frame",
              "");
    model_free(&m);
    lesson_free(l);
}

/* -- Going back. ----------------------------------------------------------------------------- */

static void bench_history(void)
{
    struct lesson  *l = lesson(STORY);
    struct history *h = history_new(&l->part[0].setup);
    struct blob     b = { 0 };
    double          took[SAMPLES];
    uint64_t        seed = 1, events;

    history_run(h, l->part[0].until, 0);
    events = history_world(h)->event;
    for (int i = 0; i < SAMPLES; i++) {
        double t0 = bench_cpu();
        world_save(history_world(h), &b);
        took[i] = bench_cpu() - t0;
    }
    bench_say("snapshot", 1e6 * bench_median(took, SAMPLES), "us", "");
    bench_say("snapshot", (double)b.len / 1024, "KiB", "");
    for (int i = 0; i < SAMPLES; i++) {
        seed      = seed * 6364136223846793005u + 1442695040888963407u;
        double t0 = bench_cpu();
        history_seek(h, (seed >> 33) % (events + 1), 0);
        took[i] = bench_cpu() - t0;
    }
    bench_say("seek to a random event of a lesson", 1e6 * bench_median(took, SAMPLES), "us", "");
    blob_free(&b);
    history_free(h);
    lesson_free(l);
}

/* -- The engine and the network under it. ---------------------------------------------------- */

static void bench_bulk(void)
{
    struct lesson *l = lesson(BULK);
    double         took[5], segments = 0;

    for (int i = 0; i < 5; i++) {
        struct world *w  = world_new(&l->part[0].setup);
        double        t0 = bench_cpu();
        while (world_step(w, NULL, l->part[0].until))
            continue;
        took[i]  = bench_cpu() - t0;
        segments = (double)(w->host[0].segs_out + w->host[1].segs_out);
        world_free(w);
    }
    double t = bench_median(took, 5);
    bench_say("bulk transfer, segments through both hosts", segments / t, "segments/s", "");
    bench_say("bulk transfer", 1e9 * t / (BULK_BYTES / 1460.0), "ns a full segment and its ACK",
              "");
}

/* -- The real program. ----------------------------------------------------------------------- */

static void bench_program(const char *program)
{
    char            path[] = "/tmp/finwait-bench-XXXXXX";
    int             fd     = mkstemp(path);
    double          first[11];
    struct pty_look look;
    FILE           *f = fd < 0 ? NULL : fdopen(fd, "w");

    if (!f || fputs(STORY, f) < 0 || fclose(f) != 0) {
        perror("bench");
        exit(1);
    }
    for (int i = 0; i < 11; i++) {
        pty_run(program, path, NULL, 0.05, &look);
        first[i] = look.first;
    }
    bench_say("start to first frame, 80x24", 1e3 * bench_median(first, 11), "ms", "");
    pty_run(program, path, " ", 3.0, &look);
    if (look.bursts > 0) {
        bench_say("frames written while playing", (double)look.bursts / 3.0, "frames/s", "");
        bench_say("bytes written, 80x24, playing", (double)look.bytes / (double)look.bursts,
                  "bytes a frame", "");
    }
    remove(path);
}

int main(int argc, char **argv)
{
    bench_pair();
    bench_world();
    bench_loss();
    bench_bulk();
    bench_view();
    bench_history();
    if (argc > 1)
        bench_program(argv[1]);
    return 0;
}
