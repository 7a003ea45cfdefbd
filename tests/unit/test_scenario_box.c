/* SPDX-License-Identifier: MIT
 * test_scenario_box.c - the words for boxes, ICMP, IPv6, options and socket tables: what a lesson
 * says is what happens.
 */
#include "base/text.h"
#include "scenario/lesson.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static char said[2000];

static void tell(void *ctx, const struct fail *f)
{
    (void)ctx;
    snprintf(said, sizeof said, "%d: %s", f->line, f->what);
}

/* A lesson of these blocks, with client and server as they are by default, or as `world` says.
 * Every claim is tested; the last failure is in said[]. */
static int failures(const char *world, const char *script, const char *expect)
{
    char           text[4000];
    struct text    t = text_into(text, sizeof text);
    struct fail    f = { 0 };
    struct check   c;
    struct lesson *l;

    said[0] = '\0';
    text_add(&t,
             "# T\n\n> rfc 9293\n\nS.\n\n```finwait world\nisn client 300\nisn server 800\n"
             "port client 50312\n%s\n```\n```finwait script\n0ms server listen 80\n"
             "0ms server accept\n%s\n```\n```finwait expect\n%s\n```\n",
             world, script, expect);
    l = lesson_parse("t.md", text, strlen(text), &f);
    ck_assert_msg(l != NULL, "line %d: %s", f.line, f.what);
    lesson_check(l, &c, tell, NULL);
    ck_assert_int_gt(c.n_claim, 0);
    lesson_free(l);
    return c.n_failed;
}

#define HOLDS(world, script, expect) ck_assert_msg(failures(world, script, expect) == 0, "%s", said)

START_TEST(ipv6)
{
    HOLDS("", "10ms client connect server:80 over IPv6",
          "client ESTABLISHED\n"
          "client ss ESTAB snd_mss 1440 pmtu 1500");
    HOLDS("", "10ms client connect server:80", "client ESTABLISHED\nclient ss ESTAB snd_mss 1460");
    /* Hosts of one family only. */
    HOLDS("host client 2001:db8::7\nhost server 2001:db8::8", "10ms client connect server:80",
          "client ESTABLISHED\nclient ss ESTAB snd_mss 1440");
    /* No common one. */
    HOLDS("host client 2001:db8::7\nhost server 10.0.0.2", "10ms client connect server:80",
          "never client sent SYN\nany client connect");
}
END_TEST

START_TEST(small_link)
{
    HOLDS("link mtu 600", "10ms client connect server:80\n1s client write 2000 bytes",
          "client got SYN,ACK\nlost client>server data len 1460 by box\n"
          "client got icmp too-big seq 301 rule icmp.too-big\nclient ss ESTAB snd_mss 560\n"
          "client sent data len 560 seq 301 rtx\n"
          "never client sent data len 1460 seq 1761");
    /* Taken off, by the script: nothing dies. */
    HOLDS("link mtu 600",
          "10ms client connect server:80\n500ms link mtu off\n1s client write 2000 bytes",
          "client sent data len 1460\nserver got data len 1460\nnever client got icmp");
}
END_TEST

START_TEST(silence)
{
    static const char talk[] = "10ms client connect server:80\n1s client write \"a\"\n"
                               "7min client write \"b\"";

    HOLDS("link idle 5min rst\nuntil 10min", talk,
          "lost client>server data seq 302 by box\nserver>client RST by box\nclient got RST\n"
          "client CLOSED\nnever server sent RST by itself");
    HOLDS("link idle 5min\nuntil 10min", talk,
          "lost data by box\nclient timer RTO\nlost data rtx by box\nnever client got RST");
    HOLDS("link idle 5min port-unreachable\nuntil 10min", talk,
          "lost data by box\nclient got icmp port-unreachable rule icmp.doubted");
    /* Put on the way while they talk: it knows the connection from then on. */
    HOLDS("", "10ms client connect server:80\n1s link idle 5s rst\n7s client write \"a\"",
          "lost data by box\nclient got RST");
    HOLDS("",
          "10ms client connect server:80\n1s link idle 5s rst\n7s link idle off\n"
          "8s client write \"a\"",
          "server got data\nnever lost by box");
    HOLDS("link idle 5min drop\nuntil 10min",
          "10ms client connect server:80\n1s client set SO_KEEPALIVE on\n"
          "1s client set TCP_KEEPIDLE 2min\n1s client write \"a\"\n7min client write \"b\"",
          "client timer KEEPALIVE\nserver got data seq 302\nnever lost by box");
}
END_TEST

START_TEST(firewall)
{
    HOLDS("link client>server filter drop SYN", "10ms client connect server:80",
          "lost SYN by box\nclient sent SYN rtx\nlost SYN rtx by box\nnever server got SYN");
    HOLDS("link filter port-unreachable SYN", "10ms client connect server:80",
          "client got icmp port-unreachable rule icmp.hard\nclient connect = ECONNREFUSED");
    HOLDS("link filter rst SYN", "10ms client connect server:80",
          "client got RST\nclient connect = ECONNREFUSED\nnever server sent by itself");
    HOLDS("link filter drop 2nd data",
          "10ms client connect server:80\n1s client write \"a\"\n2s client write \"b\"\n"
          "3s link filter off",
          "server got data seq 301\nlost data seq 302 by box\nserver got data seq 302");
    HOLDS("",
          "10ms client connect server:80\n1s link server>client filter drop ACK\n"
          "1s client write \"a\"",
          "server got data\nlost server>client ACK by box\nclient sent data rtx");
}
END_TEST

/* A list: the first row that matches decides, in the order in which they were set. */
START_TEST(firewall_list)
{
    static const char only_80[] = "link client>server filter pass SYN port 80 "
                                  "filter prohibited SYN";

    HOLDS(only_80, "10ms client connect server:80", "client ESTABLISHED\nnever lost by box");
    HOLDS(only_80, "10ms client connect server:81",
          "lost SYN by box\nserver>client icmp prohibited by box\n"
          "client got icmp prohibited rule icmp.soft\nnever server got SYN");
    HOLDS("link filter drop SYN filter pass SYN", "10ms client connect server:80",
          "lost SYN by box\nnever server got SYN");
    /* Off by one direction: the other row stays. */
    HOLDS("link filter drop data",
          "10ms client connect server:80\n500ms link client>server filter off\n"
          "1s client write \"a\"\n2s server write \"b\"",
          "server got data\nlost server>client data by box\nnever lost client>server data");
    /* The other end is told as well: nobody waits. */
    HOLDS("link filter rst-both data", "10ms client connect server:80\n1s client write \"a\"",
          "lost data by box\nserver>client RST by box\nclient>server RST by box\n"
          "client got RST rule rst.exact\nserver got RST rule rst.exact\nserver CLOSED");
}
END_TEST

/* A NAT waits less for what is being closed; a load balancer says when it forgets. */
START_TEST(two_times)
{
    HOLDS("link idle nat\nuntil 4h",
          "10ms client connect server:80\n1s client write \"a\"\n7440s client write \"b\"",
          "server got data seq 302\nnever lost by box");
    HOLDS("link idle nat\nuntil 4h",
          "10ms client connect server:80\n1s client write \"a\"\n7442s client write \"b\"",
          "lost data seq 302 by box");
    HOLDS("link idle 2min 4s rst\nset server fin_wait_2_ms 0",
          "10ms client connect server:80\n1s client shutdown wr\n30s server write \"x\"\n"
          "31s inject client>server RST seq 302\n40s inject client>server ACK seq 302 ack 802 from "
          "50312 to 80",
          "client got data\nserver CLOSED\nlost client>server ACK by box\n"
          "server>client RST by box");
    HOLDS("link idle 5s rst-both\nuntil 1min",
          "10ms client connect server:80\n1s client write \"a\"\n2s server write \"bc\"",
          "7.25s server>client RST by box\n7.25s client>server RST by box\n"
          "client got RST rule rst.exact\nserver got RST rule rst.exact\nserver CLOSED");
}
END_TEST

/* An error comes from the box, and bears the address that it was given. */
START_TEST(its_own_address)
{
    HOLDS("box 192.0.2.1 2001:db8:1::1\nlink filter port-unreachable SYN",
          "10ms client connect server:80", "client got icmp port-unreachable rule icmp.hard");
    HOLDS("box 192.0.2.1\nhost client 10.0.0.254\nhost server 10.0.0.2",
          "10ms client connect server:80", "client ESTABLISHED");
}
END_TEST

START_TEST(icmp_by_hand)
{
    static const char open[] = "10ms client connect server:80\n1s client write 1200 bytes\n";
    char              script[400];

    snprintf(script, sizeof script, "%s1010ms inject server>client icmp net-unreachable", open);
    HOLDS("", script,
          "1.06s client got icmp net-unreachable seq 301 rule icmp.soft\n"
          "never client CLOSED");
    snprintf(script, sizeof script, "%s1010ms inject server>client icmp port-unreachable seq 7",
             open);
    HOLDS("", script, "client got icmp seq 7 rule icmp.outside");
    snprintf(script, sizeof script, "%s1010ms inject server>client icmp too-big mtu 1000", open);
    HOLDS("", script, "server sent icmp too-big by script\nclient got icmp rule icmp.too-big");
    snprintf(script, sizeof script,
             "%s1010ms inject server>client icmp unreachable\n1020ms drop icmp unreachable", open);
    HOLDS("", script, "lost server>client icmp unreachable by script\nnever client got icmp");
    /* Without ports a forged segment is one of their connection. */
    snprintf(script, sizeof script, "%s2s inject server>client RST seq 801", open);
    HOLDS("", script, "client got RST rule rst.exact\nclient CLOSED");
    snprintf(script, sizeof script,
             "10ms client connect server:80 over IPv6\n2s inject server>client RST seq 801");
    HOLDS("", script, "client got RST rule rst.exact\nclient CLOSED");
}
END_TEST

START_TEST(options)
{
    HOLDS("until 3min",
          "10ms client connect server:80\n1s client set TCP_USER_TIMEOUT 30s\n1s link cut\n"
          "1s client write \"a\"",
          "client timer USER\nclient CLOSED");
    HOLDS("", "10ms client socket\n10ms client set SO_RCVBUF 3000\n10ms client connect server:80",
          "client ESTABLISHED\nclient ss ESTAB rcv_space 3000 rcv_wnd 3000");
    HOLDS("",
          "10ms client connect server:80\n1s link cut\n1s client set SO_LINGER 5s\n"
          "2s client close",
          "2s client FIN_WAIT_1\n7s client close = 0");
    HOLDS("",
          "10ms client connect server:80\n1s client get rtt\n2s client get SO_ERROR\n"
          "3s client get TCP_KEEPCNT",
          "client get = 100000\nclient get = 0");
}
END_TEST

START_TEST(urgent_and_peek)
{
    HOLDS("",
          "10ms client connect server:80\n1s client write \"ab\" urgent\n2s server read 1 peek\n"
          "3s server read 1\n4s server read",
          "client sent URG,PSH,ACK seq 301\nserver read = \"a\"\nserver ss ESTAB recv-q 2\n"
          "server read = \"a\"\nserver ss ESTAB recv-q 1");
}
END_TEST

/* By hand a descriptor goes by its number: 3 listens, 4 and 5 are the connections. */
START_TEST(numbers)
{
    HOLDS("",
          "10ms client connect server:80\n1s client connect server:80\n1s server accept\n"
          "2s server write fd 4 \"one\"\n3s server write fd 5 \"two\"\n4s server close fd 4\n"
          "5s server close fd 77",
          "server sent data seq 801 len 3\nserver sent data len 3\nserver FIN_WAIT_1 life 1\n"
          "server ss ESTAB port 80\nserver close = EBADF");
}
END_TEST

START_TEST(rows_that_do_not_hold)
{
    static const struct {
        const char *row, *why;
    } bad[] = {
        { "server ss CLOSE-WAIT recv-q 2",
          "21: expected server ss CLOSE-WAIT recv-q 2; at 2.050 s ss says: CLOSE-WAIT 1 0 "
          "10.0.0.2:80 10.0.0.1:50312" },
        { "server ss ESTAB",
          "21: expected server ss ESTAB; at 2.050 s ss says: CLOSE-WAIT 1 0 10.0.0.2:80 "
          "10.0.0.1:50312" },
        { "never server ss recv-q >0",
          "21: expected never server ss recv-q >0; at 2.050 s ss says: CLOSE-WAIT 1 0 10.0.0.2:80 "
          "10.0.0.1:50312" },
        { "server ss CLOSE-WAIT rtt 99ms",
          "21: expected server ss CLOSE-WAIT rtt 99ms; at 2.050 s ss says: CLOSE-WAIT 1 0 "
          "10.0.0.2:80 10.0.0.1:50312 rtt 100000" },
        { "1ms client ss ESTAB", "21: expected 1ms client ss ESTAB; at 0.001 s ss says: nothing" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char claims[200];

        snprintf(claims, sizeof claims, "server CLOSE_WAIT\n%s", bad[i].row);
        ck_assert_int_eq(
            failures("", "10ms client connect server:80\n2s client shutdown wr", claims), 1);
        ck_assert_str_eq(said, bad[i].why);
    }
    HOLDS("", "10ms client connect server:80\n2s client shutdown wr",
          "server CLOSE_WAIT\nserver ss CLOSE_WAIT recv-q 1 timer none\n"
          "2.07s client ss FIN-WAIT-1 timer on left <1s retries 0\n"
          "2.07s server ss recv-q <2 recv-q >0 rtt 100ms\n2.07s never server ss ESTAB");
}
END_TEST

START_TEST(refused)
{
    static const struct {
        const char *blocks, *why;
    } bad[] = {
        { "```finwait expect\nclient ss ESTAB\n```\n",
          "at which moment? expected a TIME before it, or a line above that happens" },
        { "```finwait expect\nany client ss ESTAB\n```\n",
          "a socket table is looked at at one moment: expected a TIME, never, or nothing before "
          "HOST ss (then it is the moment of the line above)" },
        { "```finwait expect\n1s client ss timer RTO\n```\n",
          "'RTO' is not understood: expected a timer as ss shows it: on, persist, keepalive, "
          "timewait, none" },
        { "```finwait expect\n1s client ss recv-q =1\n```\n",
          "'=1' is not understood: expected a number, perhaps with < or > before it" },
        { "```finwait goal\ngoal x | client ss ESTAB\nsolution 1s disarm\n```\n",
          "HOST ss is a claim of finwait expect: expected something that happens" },
        { "```finwait world\nhost a 10.0.0.1 10.0.0.9\n```\n",
          "a second IPv4 address: expected one of each kind at most" },
        { "```finwait world\nhost a 2001:db8::1\nhost b 10.0.0.1 2001:db8::1\n```\n",
          "host 'a' has this address already: expected another" },
        { "```finwait world\nlink filter\n```\n",
          "the line ends too early: expected drop, rst, rst-both, pass, or an ICMP error: "
          "net-unreachable, unreachable, protocol-unreachable, port-unreachable, too-big, "
          "prohibited, time-exceeded, source-quench; or off" },
        { "```finwait world\nlink filter drop port 0\n```\n",
          "'0' is not understood: expected a port, 1 to 65535" },
        { "```finwait world\nlink filter drop SYN filter drop FIN filter drop RST filter drop "
          "data filter drop ACK filter drop len 1 filter drop len 2 filter drop len 3 filter drop "
          "len 4\n```\n",
          "too many filters: expected at most 8" },
        { "```finwait world\nlink idle 5s rst-bth\n```\n",
          "'rst-bth' is not understood here: expected a second time, drop, rst, rst-both, or an "
          "ICMP error: net-unreachable, unreachable, protocol-unreachable, port-unreachable, "
          "too-big, prohibited, time-exceeded, source-quench" },
        { "```finwait world\nlink filter drop SYNN loss 1%\n```\n",
          "'SYNN' is not understood here: expected what it means: flags such as FIN or SYN,ACK, "
          "data, port N, seq N, ack N, len N, rtx; all of it when nothing is said" },
        { "```finwait world\nbox\n```\n",
          "the line ends too early: expected an address such as 10.0.0.1 or 2001:db8::1" },
        { "```finwait world\nhost a 10.0.0.254\n```\n",
          "the box in the middle has this address: expected another, or a line `box ADDRESS` that "
          "gives it one" },
        { "```finwait world\nhost a 10.0.0.9\nbox 10.0.0.9\n```\n",
          "the box in the middle has this address: expected another, or a line `box ADDRESS` that "
          "gives it one" },
        { "```finwait world\nhost box 10.0.0.9\n```\n",
          "what stands in the middle is called box: expected another name" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char        text[1000];
        struct fail f = { 0 };

        snprintf(text, sizeof text,
                 "# T\n\n> rfc 9293\n\nS.\n\n```finwait script\n0ms disarm\n```\n%s",
                 bad[i].blocks);
        ck_assert_ptr_null(lesson_parse("t.md", text, strlen(text), &f));
        ck_assert_str_eq(f.what, bad[i].why);
    }
}
END_TEST

SUITE(scenario_box)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, ipv6);
    tcase_add_test(c, small_link);
    tcase_add_test(c, silence);
    tcase_add_test(c, firewall);
    tcase_add_test(c, firewall_list);
    tcase_add_test(c, two_times);
    tcase_add_test(c, its_own_address);
    tcase_add_test(c, icmp_by_hand);
    tcase_add_test(c, options);
    tcase_add_test(c, urgent_and_peek);
    tcase_add_test(c, numbers);
    tcase_add_test(c, rows_that_do_not_hold);
    tcase_add_test(c, refused);
    suite_add_tcase(s, c);
}
