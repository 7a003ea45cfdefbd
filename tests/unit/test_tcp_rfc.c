/* SPDX-License-Identifier: MIT
 * test_tcp_rfc.c - sentences of the RFCs that no branch and no numbered requirement holds. */
#include "test_tcp_lab.h"

struct tale {
    const char  *name;
    enum profile profile;
    const char  *from, *script;
};

static const struct tale tales[] = {
    { "x", PROFILE_RFC9293, "ESTABLISHED", "in . n u 0" },
};

START_TEST(tale)
{
    struct lab l;

    lab_to(&l, tales[_i].profile, tales[_i].from);
    lab_do(&l, tales[_i].script);
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* So many bytes that what was noted at the beginning lies more than half the number space behind:
 * 3.4, "great care should be taken in programming the comparison of such values". */
enum { FAR_STEPS = 33000, FAR_LEN = 65535 };

static void far_ahead(struct lab *l, const char *step)
{
    seq from = l->t.snd.una, had = l->t.rcv.nxt;

    for (int i = 0; i < FAR_STEPS; i++)
        lab_do(l, step);
    ck_assert(l->t.snd.una - from > 1u << 31 || l->t.rcv.nxt - had > 1u << 31);
}

/* 3.8.5: urgent data that was read long ago is not ahead, and what comes now is. */
START_TEST(urgent_data_far_ahead)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "ESTABLISHED");
    far_ahead(&l, "in . n u 65535; recv 65535; out");
    ck_assert(seq_le(l.t.rcv.up, l.t.rcv.nxt));
    lab_do(&l, "signal; in .U n u 9 up=9; ? urg.ahead");
    ck_assert(l.t.signal & SIG_URGENT);
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* 3168 6.1.2, 6582 3.2 step 2: one reduction a window, and which duplicates count, is judged by
 * numbers that were noted when the connection was young.  And a user may never have pushed. */
START_TEST(congestion_far_ahead)
{
    struct lab l;

    lab_to(&l, PROFILE_RFC9293, "LISTEN");
    lab_do(&l, "set ecn 2; set snd_buf 70000; in SEW 0xFFFFFFE0 0 0; out; in . n x 0");
    l.t.cc.cwnd = 70000;
    far_ahead(&l, "nopush 65500; out; in . n x 0; out; wait 200; out; in . n x 0");
    lab_do(&l, "send 60000; out; in .E n u+1000 0; ? ecn.reduced; out");
    lab_do(&l, "in . n x 0; send 60000; out; in . n u 0; in . n u 0; in . n u 0; ? cc.recovery");
    tcp_forget(&l.t, &l.env);
}
END_TEST

SUITE(tcp_rfc)
{
    TCase *c = tcase_create("read");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, urgent_data_far_ahead);
    tcase_add_test(c, congestion_far_ahead);
    tcase_set_timeout(c, 60);
    suite_add_tcase(s, c);
}
