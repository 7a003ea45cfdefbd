/* SPDX-License-Identifier: MIT */
#include "scenario/program.h"
#include "test.h"

#include "net/sock.h"

#include <stdlib.h>
#include <string.h>

static struct names two(void)
{
    struct names n = { .hosts = 2, .programs = 1 };

    strcpy(n.host[0], "client");
    strcpy(n.host[1], "server");
    strcpy(n.program[0], "greeter");
    memset(n.v4, 1, sizeof n.v4);
    memset(n.v6, 1, sizeof n.v6);
    return n;
}

static const char *const there[] = {
    "client start greeter",
    "client close",
    "client abort",
    "client connect server:80 from 50312 deadline 5s",
    "server listen 80 backlog 2",
    "server accept deadline 300ms",
    "client read",
    "client read 100",
    "client write \"Hello from client\"",
    "client write 1000 bytes",
    "client shutdown wr",
    "client set SO_LINGER 0",
    "client set SO_LINGER off",
    "server crash",
    "drop",
    "drop #12",
    "drop client>server FIN seq 301",
    "drop next server>client ACK",
    "drop next 3 data",
    "drop next all server>client",
    "drop next 2nd client>server data",
    "dup next FIN",
    "delay #3 by 2s",
    "delay next client>server data len 5 by 300ms",
    "hold client>server data",
    "release #4",
    "release",
    "corrupt next SYN,ACK",
    "disarm",
    "link cut",
    "link client>server mend",
    "link server>client delay 300us",
    "link loss 10%",
    "link loss 1/3",
    "link rate 10mbit",
    "link rate 0",
    "link queue 64000",
    "set server time_wait 0",
    "set client msl_ms 500",
    "inject client>server RST seq 301 from 50312 to 80",
    "inject client>server PSH,ACK seq 1 ack 2 wnd 100 \"boo\"",
    "inject client>server RST seq 301 over IPv6",
    "inject server>client icmp port-unreachable",
    "inject server>client icmp too-big seq 301 mtu 1200 from 80 to 50312 over IPv6",
    "client connect server:80 over IPv6 from 50312 deadline 5s",
    "client read fd 4",
    "client read fd 4 100 peek deadline 1s",
    "client read urgent",
    "client write fd 5 \"x\" urgent",
    "client write 3 bytes urgent",
    "client set fd 3 TCP_USER_TIMEOUT 5000",
    "client get SO_ERROR",
    "client get fd 4 snd_cwnd",
    "server accept fd 3",
    "server close fd 3",
    "link mtu 1400",
    "link client>server mtu off",
    "link idle 300s drop",
    "link idle 300s rst",
    "link idle 7440s 240s drop",
    "link client>server idle 4s rst-both",
    "link filter pass SYN port 80",
    "link filter rst-both 2nd data",
    "drop next client>server SYN port 81",
    "link idle 1s port-unreachable",
    "link idle off",
    "link filter drop",
    "link client>server filter rst FIN",
    "link filter unreachable 2nd SYN seq 300",
    "link filter off",
    "link mark 1%",
    "drop next client>server icmp",
    "drop icmp port-unreachable seq 301",
};

/* What is read is written again in the same words. */
START_TEST(there_and_back)
{
    struct names n = two();
    struct fail  f;

    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        struct command cmd, again;
        char           out[300];
        struct text    t = text_into(out, sizeof out);

        ck_assert_msg(command_parse(there[i], &n, "f", 1, &cmd, &f), "%s: %s", there[i], f.what);
        command_text(&cmd, &n, &t);
        ck_assert_str_eq(out, there[i]);
        ck_assert(command_parse(out, &n, "f", 1, &again, &f));
        ck_assert_mem_eq(&cmd, &again, sizeof cmd);
    }
}
END_TEST

START_TEST(meaning)
{
    struct names   n = two();
    struct command c;

    ck_assert(command_parse("set client msl_ms 30s", &n, "", 0, &c, NULL));
    ck_assert_int_eq(c.kind, CMD_KNOB);
    ck_assert_int_eq(c.host, 1);
    ck_assert_int_eq(c.knob, KNOB_msl_ms);
    ck_assert_int_eq(c.n, 30000);
    ck_assert(command_parse("drop next client>server ACK", &n, "", 0, &c, NULL));
    ck_assert_int_eq(c.kind, CMD_ARM);
    ck_assert_int_eq(c.action, CMD_DROP);
    ck_assert_int_eq(c.on.kind, EVENT_SENT + 1);
    ck_assert_int_eq(c.on.host, 1);
    ck_assert_int_eq(c.on.peer, 2);
    ck_assert(command_parse("link client>server cut", &n, "", 0, &c, NULL));
    ck_assert_int_eq(c.kind, CMD_PATH);
    ck_assert_int_eq(c.action, PATH_CUT);
    ck_assert_int_eq(c.n, 1);
    ck_assert(command_parse("client connect server:80", &n, "", 0, &c, NULL));
    ck_assert_int_eq(c.kind, CMD_OP);
    ck_assert_int_eq(c.op.verb, OP_CONNECT);
    ck_assert_int_eq(c.op.host, 2);
    ck_assert_int_eq(c.op.port, 80);
}
END_TEST

START_TEST(no_ipv6)
{
    struct names   n = two();
    struct command c;
    struct fail    f = { 0 };

    n.v6[1] = false;
    ck_assert(!command_parse("client connect server:80 over IPv6", &n, "", 0, &c, &f));
    ck_assert_str_eq(f.what, "server has no IPv6 address: expected one in its line `host server "
                             "ADDRESS ADDRESS6` of the world");
    ck_assert(!command_parse("inject server>client icmp prohibited over IPv6", &n, "", 0, &c, &f));
    ck_assert(!command_parse("inject client>server ACK \"one\" \"two\"", &n, "", 0, &c, &f));
    ck_assert_ptr_nonnull(strstr(f.what, "'two' is not understood"));
}
END_TEST

static const struct {
    const char *line, *why;
} refuse[] = {
    { "jump", "'jump' is not understood: expected a host (client, server), drop, dup, delay, "
              "hold, release, corrupt, disarm, link, set or inject" },
    { "client jump", "'jump' is not understood: expected start, or an operation such as "
                     "connect, read or close" },
    { "client start nobody", "'nobody' is not understood: expected a program (greeter)" },
    { "client goto x", "'goto' is for programs: expected an operation that can be done by hand" },
    { "client connect peer:80", "there is no host 'peer': expected one of client, server" },
    { "client connect server", "'server' is not understood: expected HOST:PORT, such as "
                               "server:80" },
    { "client connect server:99999", "'99999' is no port: expected 1 to 65535" },
    { "client write", "the line ends too early: expected a text in double quotes, or how many "
                      "bytes, a number from 0 to 1073741824" },
    { "client write \"\"", "there is nothing to write: expected a text of at least one byte" },
    { "client close now", "'now' is not understood here: expected close [FD]" },
    { "drop FIN now", "'now' is not understood here: expected #ID, next, HOST>HOST, flags such "
                      "as FIN or SYN,ACK, data, seq N, ack N, len N, rtx, life N" },
    { "drop #1x", "'#1x' is not understood: expected the number of a segment, such as #12" },
    { "delay #3", "the line ends too early: expected by TIME" },
    { "link delay", "the line ends too early: expected the delay one way, a time such as 50ms, "
                    "1.5s or 2min" },
    { "link loss 200%", "'200%' is not understood: expected a probability such as 10%, 0.5%, "
                        "1/3 or 0" },
    { "set server no_knob 1", "'no_knob' is not understood: expected the name of a policy knob, "
                              "as `finwait list profiles` shows them" },
    { "set server time_wait 2", "time_wait cannot be 2: expected 0 or 1" },
    { "inject RST", "'RST' is not understood: expected HOST>HOST" },
    { "inject client>server seq 1", "'seq' is not understood: expected flags such as RST or "
                                    "SYN,ACK, or icmp KIND" },
    { "link mtu 60", "'60' is not understood: expected bytes of a datagram, from 68 to 1500, "
                     "or off" },
    { "link mtu 1501", "'1501' is not understood: expected bytes of a datagram, from 68 to "
                       "1500, or off" },
    { "link idle", "the line ends too early: expected after which silence the box forgets (or "
                   "nat, or off), a time such as 50ms, 1.5s or 2min" },
    { "link idle 0", "a box cannot forget after 0: expected a longer time, or off" },
    { "link idle 5s shrug",
      "'shrug' is not understood here: expected a second time, drop, rst, rst-both, or an ICMP "
      "error: net-unreachable, unreachable, protocol-unreachable, port-unreachable, too-big, "
      "prohibited, time-exceeded, source-quench" },
    { "link idle 5s 0", "a box cannot forget after 0: expected a longer second time" },
    { "link idle nat pass",
      "'pass' is not understood here: expected drop, rst, rst-both, or an ICMP error: "
      "net-unreachable, unreachable, protocol-unreachable, port-unreachable, too-big, "
      "prohibited, time-exceeded, source-quench" },
    { "link width 5", "'width' is not understood: expected delay, jitter, rate, queue, loss, dup, "
                      "reorder, corrupt, cut, mtu, idle, filter, mark, or mend" },
    { "link filter FIN", "'FIN' is not understood: expected drop, rst, rst-both, pass, or an "
                         "ICMP error: net-unreachable, unreachable, protocol-unreachable, "
                         "port-unreachable, too-big, prohibited, time-exceeded, source-quench; or "
                         "off" },
    { "link filter drop fine",
      "'fine' is not understood here: expected what it means: flags such as FIN or SYN,ACK, "
      "data, port N, seq N, ack N, len N, rtx; all of it when nothing is said" },
    { "inject server>client icmp echo",
      "'echo' is not understood: expected an ICMP error: unreachable (of a host), "
      "net-unreachable, port-unreachable, protocol-unreachable, too-big, prohibited, "
      "time-exceeded or source-quench" },
    { "inject server>client icmp prohibited mtu 5",
      "'mtu' is not understood: expected seq N, from PORT, to PORT or over IPv6" },
    { "client connect server:80 over air", "'air' is not understood: expected IPv6" },
    { "client close fd x", "'x' is not understood: expected the number of a descriptor, a "
                           "number from 0 to 65535" },
    { "client set SO_ERROR 0", "SO_ERROR cannot be set: expected get SO_ERROR" },
    { "client set TCP_KEEPIDLE 1500ms", "'1500ms' cannot be: expected whole seconds" },
    { "client get speed",
      "'speed' is not understood: expected a socket option, as SO_ERROR, or a field of TCP_INFO, "
      "as `rtt` (lessons/README.md lists them)" },
};

START_TEST(refused)
{
    struct names n = two();

    for (size_t i = 0; i < sizeof refuse / sizeof *refuse; i++) {
        struct fail    f = { 0 };
        struct command c;

        ck_assert_msg(!command_parse(refuse[i].line, &n, "", 0, &c, &f), "%s", refuse[i].line);
        ck_assert_str_eq(f.what, refuse[i].why);
    }
}
END_TEST

static bool program(const char *const *line, size_t n, struct program_reader *r, struct fail *f)
{
    static struct names names;

    names = two();
    *r    = (struct program_reader){ .names = &names, .file = "p.md", .fail = f };
    for (size_t i = 0; i < n; i++)
        if (!program_line(r, line[i], (int)i + 1))
            return false;
    return program_end(r, 1);
}

START_TEST(programs)
{
    static const char *const line[] = {
        "on error goto done",
        "l = listen 80",
        "again:",
        "c = accept l",
        "read c 100 deadline 5s",
        "write c \"ok\"",
        "close c",
        "repeat 3 again",
        "done:",
        "exit",
    };
    struct program_reader r;
    struct fail           f = { 0 };

    ck_assert_msg(program(line, 10, &r, &f), "%s", f.what);
    ck_assert_int_eq(r.n, 8);
    ck_assert_int_eq(r.op[0].verb, OP_ON);
    ck_assert_int_eq(r.op[0].target, 7); /* the exit */
    ck_assert_int_eq(r.op[1].dst, 1);
    ck_assert_int_eq(r.op[2].fd, 1);
    ck_assert_int_eq(r.op[2].dst, 2);
    ck_assert_int_eq(r.op[3].fd, 2);
    ck_assert_int_eq(r.op[3].n, 100);
    ck_assert_int_eq(r.op[3].time, SEC(5));
    ck_assert_int_eq(r.op[3].line, 5);
    ck_assert_int_eq(r.op[6].n, 3);
    ck_assert_int_eq(r.op[6].target, 2);
    free(r.op);
}
END_TEST

START_TEST(programs_refused)
{
    static const struct {
        const char *line[3];
        size_t      n;
        int         at;
        const char *why;
    } bad[] = {
        { { "goto away" },
          1,
          1,
          "there is no label 'away': expected a line 'away:' in this program" },
        { { "a:", "close", "a:" },
          3,
          3,
          "the label 'a' stands here a second time: expected another name" },
        { { "close", "a:" },
          2,
          1,
          "nothing follows the label 'a': expected a line after it (exit, say)" },
        { { "x = close" },
          1,
          1,
          "'close' makes no descriptor: expected a name only before listen, accept, connect, "
          "socket "
          "or dup" },
        { { "# nothing" }, 1, 1, "this program has no lines: expected at least one" },
        { { "on error jump" },
          1,
          1,
          "'jump' is not understood: expected exit, continue or goto LABEL" },
        { { "read 5 deadline 0" }, 1, 1, "a deadline of 0 cannot be met: expected a longer time" },
        { { "start greeter" },
          1,
          1,
          "'start' is not understood: expected an operation such as connect, read or close" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct program_reader r;
        struct fail           f = { 0 };

        ck_assert_msg(!program(bad[i].line, bad[i].n, &r, &f), "%s", bad[i].line[0]);
        ck_assert_str_eq(f.what, bad[i].why);
        ck_assert_int_eq(f.line, bad[i].at);
        free(r.op);
    }
}
END_TEST

static bool offers(const char *line, const char *word)
{
    char         got[64][32];
    struct names n    = two();
    size_t       many = verb_complete(line, &n, VERB_SCREEN, got, 64);

    for (size_t i = 0; i < many; i++)
        if (strcmp(got[i], word) == 0)
            return true;
    return false;
}

START_TEST(completion)
{
    char         got[2][32];
    struct names n = two();

    ck_assert(offers("", "client"));
    ck_assert(offers("", "drop"));
    ck_assert(!offers("", "seed")); /* of worlds only */
    ck_assert(offers("cl", "client"));
    ck_assert(!offers("cl", "server"));
    ck_assert(offers("client cl", "close"));
    ck_assert(!offers("client go", "goto"));
    ck_assert(offers("client start ", "greeter"));
    ck_assert(offers("client connect ", "server:80"));
    ck_assert(offers("client shutdown w", "wr"));
    ck_assert(offers("drop ", "next"));
    ck_assert(offers("drop next c", "client>server"));
    ck_assert(offers("set server time", "time_wait"));
    ck_assert(offers("link lo", "loss"));
    ck_assert(offers("link ", "client>server"));
    ck_assert(offers("link loss ", "1%"));
    ck_assert(!offers("link loss ", "off"));
    ck_assert(offers("link mtu ", "off"));
    ck_assert(offers("link idle ", "nat"));
    ck_assert(offers("link idle 5min ", "rst-both"));
    ck_assert(!offers("link idle 5min ", "pass")); /* of filters only */
    ck_assert(offers("link client>server filter p", "pass"));
    ck_assert(offers("link filter ", "time-exceeded"));
    ck_assert(offers("link filter drop ", "port"));
    ck_assert(!offers("link filter drop ", "rst-both"));
    ck_assert_uint_eq(verb_complete("", &n, VERB_SCREEN, got, 2), 2);
    ck_assert_uint_eq(verb_complete("nonsense ", &n, VERB_SCREEN, got, 2), 0);
}
END_TEST

SUITE(scenario_command)
{
    TCase *c = tcase_create("all");

    tcase_add_test(c, there_and_back);
    tcase_add_test(c, meaning);
    tcase_add_test(c, no_ipv6);
    tcase_add_test(c, refused);
    tcase_add_test(c, programs);
    tcase_add_test(c, programs_refused);
    tcase_add_test(c, completion);
    suite_add_tcase(s, c);
}
