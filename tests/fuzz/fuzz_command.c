/* SPDX-License-Identifier: MIT
 * fuzz_command.c - any line at all where a person may type one.
 *
 * What is understood is written again in words that mean the same, byte for byte.
 */
#include "scenario/verb.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { LINE = 1000, SHORT = 400 };

static const struct names names = {
    .hosts    = 3,
    .host     = { "client", "server", "x" },
    .v4       = { true, true, true },
    .v6       = { true, true, false },
    .programs = 2,
    .program  = { "greeter", "p" },
};

static void command(const char *line)
{
    struct command cmd, again;
    struct fail    f;
    char           out[2 * LINE];
    struct text    t = text_into(out, sizeof out);

    if (!command_parse(line, &names, "f", 1, &cmd, &f)) {
        assert(*f.what && f.line == 1);
        return;
    }
    assert(cmd.kind > CMD_NONE && cmd.kind < CMD_COUNT);
    command_text(&cmd, &names, &t);
    assert(!t.cut);
    assert(command_parse(out, &names, "f", 1, &again, &f));
    assert(memcmp(&cmd, &again, sizeof cmd) == 0);
}

static void match(const char *line)
{
    struct match m, again;
    struct fail  f;
    char         out[SHORT];
    struct text  t = text_into(out, sizeof out);

    if (!match_parse(line, &names, "f", 1, &m, &f)) {
        assert(*f.what && f.line == 1);
        return;
    }
    match_text(&m, &names, &t);
    assert(!t.cut);
    assert(match_parse(out, &names, "f", 1, &again, &f));
    assert(memcmp(&m, &again, sizeof m) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char line[LINE], word[8][32];

    if (n >= sizeof line || memchr(data, 0, n))
        return 0;
    memcpy(line, data, n);
    line[n] = '\0';
    command(line);
    match(line);
    assert(verb_complete(line, &names, VERB_SCREEN, word, 8) <= 8);
    return 0;
}
