/* SPDX-License-Identifier: MIT
 * test_tcp_burst.c - where PSH stands in a burst (Linux tcp_tso_autosize): at the end of each
 * chunk, which is half a window, or what leaves in a millisecond; see burst.c. */
#include "test_tcp_lab.h"

/* A window of ten segments of 1000 bytes; the round trip is that of the SYN. */
#define RTT(ms)                                                                                    \
    "set sack 0; set iw 10; open; out; wait " #ms "; in S. 0xFFFFFFE0 x 0; out; set quickack 0; "

static const struct {
    const char *name, *script;
} tales[] = {
    { "near: half the window",
      RTT(1) "send 20000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 1 +1000 | "
             ". 3001 1 +1000 | P. 4001 1 +1000 | . 5001 1 +1000 | . 6001 1 "
             "+1000 | . 7001 1 +1000 | . 8001 1 +1000 | P. 9001 1 +1000" },
    { "further: what leaves in a millisecond, and a part of 64 KB by the distance",
      RTT(5) "send 20000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 1 +1000 | P. 3001 1 +1000 | . "
             "4001 "
             "1 +1000 | . 5001 1 +1000 | . 6001 1 +1000 | P. 7001 1 +1000 | . 8001 1 +1000 | P. "
             "9001 "
             "1 +1000" },
    { "far: the least there is",
      RTT(100) "send 20000; = . 1 1 +1000 | P. 1001 1 +1000 | . 2001 1 "
               "+1000 | P. 3001 1 +1000 | . 4001 1 +1000 | P. 5001 1 +1000 "
               "| . 6001 1 +1000 | P. 7001 1 +1000 | . 8001 1 +1000 | P. "
               "9001 1 +1000" },
    { "as many as the knob says",
      "set psh_burst 3; " RTT(
          100) "send 20000; = . 1 1 +1000 | . 1001 1 +1000 | P. 2001 1 +1000 | . "
               "3001 1 +1000 | . 4001 1 +1000 | P. 5001 1 +1000 | . 6001 1 +1000 "
               "| . 7001 1 +1000 | P. 8001 1 +1000 | . 9001 1 +1000" },
    { "a chunk of one segment has none of its own",
      "set sack 0; set iw 10; open; out; wait 100; in S. 0xFFFFFFE0 x 0 wnd=10000; out; set "
      "quickack 0; "
      "send 20000; out; in . n u+1000 0 wnd=10000; = . 10001 1 +1000" },
    { "sent again, alone, a segment has no such PSH",
      RTT(1) "set frto 0; nopush 5000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 1 +1000 | . 3001 1 "
             "+1000 | P. 4001 1 +1000; in . n u+4000 0; fire; = . 4001 1 +1000" },
    { "without it, only what the user pushed",
      "set psh_burst 0; " RTT(
          1) "send 6000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 1 +1000 | . 3001 1 "
             "+1000 | . 4001 1 +1000 | P. 5001 1 +1000" },
};

START_TEST(tale)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "CLOSED");
    lab_do(&l, "set timestamps 0; set wscale 0");
    lab_do(&l, tales[_i].script);
    tcp_forget(&l.t, &l.env);
}
END_TEST

SUITE(tcp_burst)
{
    TCase *c = tcase_create("burst");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    suite_add_tcase(s, c);
}
