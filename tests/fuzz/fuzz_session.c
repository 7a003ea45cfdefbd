/* SPDX-License-Identifier: MIT
 * fuzz_session.c - any bytes at all as a session file, replayed in the sandbox.
 */
#include "scenario/session.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct lesson *l;
    struct session        s;
    struct fail           f;

    if (!l)
        l = lesson_sandbox(PROFILE_RFC9293, 1);
    memset(&f, 0, sizeof f);
    if (!session_parse("fuzz", (const char *)data, n, &s, &f)) {
        assert(*f.what);
        return 0;
    }
    /* Only so far that a run stays short: a path that multiplies segments can go on for a long
     * time. */
    if (s.n_deed && s.deed[s.n_deed - 1].event < 500) {
        struct history *h = history_new(&l->part[0].setup);

        if (!session_replay(&s, h, &f))
            assert(*f.what);
        history_free(h);
    }
    session_free(&s);
    return 0;
}
