/* SPDX-License-Identifier: MIT
 * test_tcp_matrix.c - the cross product of states and segments against a golden file.
 *
 * state x control bits x place of SEG.SEQ x place of SEG.ACK x length -> rules that matter, answer,
 * new state: a line a case in tests/matrix/matrix.txt.  GOLDEN=update rewrites it; then read the
 * diff: it is every change of behaviour there is.
 */
#include "test_tcp_lab.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = {
    "CLOSED",      "LISTEN",     "SYN_SENT",   "SYN_RECEIVED", "SYN_RECEIVED/active",
    "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT",   "CLOSING",
    "LAST_ACK",    "TIME_WAIT"
};
static const char *const flags[] = { "-", ".", "S", "S.", "F.", "R", "R.", "F", "SF", "P.U" };
static const char *const seqs[]  = { "n-1", "n", "n+1", "e-1", "e" };
static const char *const acks[]  = { "m-1", "u", "x", "x+1" };
static const char *const lens[]  = { "0", "20" };

#define EACH(i, list)                                                                              \
    size_t i = 0;                                                                                  \
    i < sizeof(list) / sizeof(list)[0];                                                            \
    i++

/* The rules that fired, but for those that only say "the next check". */
static void decisions(const struct lab *l, struct text *t)
{
    for (size_t i = 0; i < l->trace.len; i++) {
        const struct rule_info *r = &rule_table[l->step[i].rule];
        if (r->outcome != GO || strncmp(r->slug, "ack.", 4) == 0
            || strncmp(r->slug, "text.", 5) == 0)
            text_add(t, " %s", r->slug);
    }
}

static void row(struct text *t, enum profile p, const char *state, const char *f, const char *at,
                const char *ack, const char *len)
{
    struct lab l;
    char       script[100];

    lab_to(&l, p, state);
    snprintf(script, sizeof script, "in %s %s %s %s", f, at, ack, len);
    lab_do(&l, script);
    text_add(t, "%-4s %-4s %-4s %-3s:", f, at, ack, len);
    decisions(&l, t);
    if (l.unowned)
        text_add(t, " -> R");
    else if (!l.take.unowned) {
        const char *out = lab_out(&l);
        if (*out)
            text_add(t, " -> %s", out);
    }
    if (strncmp(state, tcp_state_name[l.t.state], strcspn(state, "/")) != 0)
        text_add(t, " = %s", tcp_state_name[l.t.state]);
    text_add(t, "\n");
    tcp_forget(&l.t, &l.env);
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}

static char *whole(enum profile p)
{
    size_t      cap = 1 << 20;
    char       *buf = malloc(cap);
    struct text t   = text_into(buf, cap);

    text_add(&t, "# profile %s: flags seq ack len: rules -> sent = new state\n", profile_name[p]);
    for (EACH(s, states)) {
        text_add(&t, "\n## %s\n", states[s]);
        for (EACH(f, flags))
            for (EACH(q, seqs))
                for (EACH(a, acks)) {
                    bool bare = !strchr(flags[f], '.');
                    if (bare && a > 0) /* without the ACK bit its number does not matter */
                        continue;
                    for (EACH(n, lens))
                        row(&t, p, states[s], flags[f], seqs[q], acks[a], lens[n]);
                }
    }
    ck_assert(!t.cut);
    return buf;
}

static void against(enum profile p, const char *path)
{
    char *now = whole(p);

    if (getenv("GOLDEN") && strcmp(getenv("GOLDEN"), "update") == 0) {
        FILE *f = fopen(path, "w");
        ck_assert_msg(f != NULL, "cannot write %s", path);
        fputs(now, f);
        fclose(f);
        free(now);
        return;
    }
    char *then = file_read(path, 1 << 22, NULL);
    ck_assert_msg(then != NULL, "cannot read %s; GOLDEN=update writes it", path);
    const char *a = then, *b = now;
    while (*a && *a == *b)
        a++, b++;
    while (a > then && a[-1] != '\n')
        a--, b--;
    ck_assert_msg(strcmp(then, now) == 0, "%s:\n  was %.*s\n  is  %.*s", path,
                  (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
    free(then);
    free(now);
}

START_TEST(rfc9293) { against(PROFILE_RFC9293, "tests/matrix/matrix.txt"); }
END_TEST

START_TEST(rfc793) { against(PROFILE_RFC793, "tests/matrix/matrix-rfc793.txt"); }
END_TEST

SUITE(tcp_matrix)
{
    TCase *c = tcase_create("golden");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, rfc9293);
    tcase_add_test(c, rfc793);
    suite_add_tcase(s, c);
}
