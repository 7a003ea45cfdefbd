/* SPDX-License-Identifier: MIT
 * test_export_run.c - a journal made by hand, written down in both ways. */
#include "export/export.h"
#include "net/journal.h"
#include "net/sock.h"
#include "tcp/icmp.h"
#include "test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct world  *w;
static struct journal j;
static char          *out;
static size_t         len;
static FILE          *f;

static void begin(void)
{
    w = calloc(1, sizeof *w);
    ck_assert_ptr_nonnull(w);
    w->hosts = 2;
    strcpy(w->host[0].name, "client");
    strcpy(w->host[1].name, "server");
    memset(&j, 0, sizeof j);
    f = open_memstream(&out, &len);
    ck_assert_ptr_nonnull(f);
}

static void end(void)
{
    fclose(f);
    free(out);
    journal_free(&j);
    free(w);
}

static const char *plain(void)
{
    export_plain(f, w, &j, 0, j.len);
    fflush(f);
    return out;
}

static json_t *json(size_t i)
{
    json_error_t e;

    export_json(f, 3, w, &j, i, i + 1);
    fflush(f);
    ck_assert_uint_eq(len, strcspn(out, "\n") + 1); /* one line */
    json_t *o = json_loads(out, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
    ck_assert_msg(o != NULL, "%s in %s", e.text, out);
    return o;
}

static struct entry got_fin(void)
{
    struct entry e = {
        .at     = MSEC(200),
        .event  = 9,
        .kind   = EVENT_ARRIVED,
        .host   = 1,
        .peer   = 2,
        .before = TCP_FIN_WAIT_2,
        .after  = TCP_TIME_WAIT,
        .life   = 1,
        .conn   = 1,
        .packet = 7,
        .sent   = MSEC(150),
        .due    = VTIME_NEVER,
        .sport  = 80,
        .dport  = 50312,
    };
    e.seg.seq = 801;
    e.seg.ack = 302;
    e.seg.wnd = 65535;
    e.seg.ctl = CTL_FIN | CTL_ACK;
    return e;
}

START_TEST(an_arrival_in_json)
{
    struct entry e    = got_fin();
    struct step  s[2] = { { RULE_RST_ABSENT, 0, 0, 0 }, { RULE_FIN_RECEIVED, 802, 0, 0 } };

    journal_add(&j, &e, s, 2, NULL, 0, NULL, 0);
    json_t *o = json(0);
    json_t *g = json_object_get(o, "segment"), *steps = json_object_get(o, "steps");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "part")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "t")), 200000);
    ck_assert_str_eq(json_string_value(json_object_get(o, "kind")), "arrived");
    ck_assert_str_eq(json_string_value(json_object_get(o, "host")), "client");
    ck_assert_str_eq(json_string_value(json_object_get(o, "peer")), "server");
    ck_assert_str_eq(json_string_value(json_object_get(o, "before")), "FIN_WAIT_2");
    ck_assert_str_eq(json_string_value(json_object_get(o, "after")), "TIME_WAIT");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "sent")), 150000);
    ck_assert_str_eq(json_string_value(json_object_get(g, "flags")), "FIN,ACK");
    ck_assert_int_eq(json_integer_value(json_object_get(g, "seq")), 801);
    ck_assert_int_eq(json_integer_value(json_object_get(g, "ack")), 302);
    ck_assert_int_eq(json_integer_value(json_object_get(g, "wnd")), 65535);
    ck_assert_uint_eq(json_array_size(steps), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(steps, 0), "outcome")), "go");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(steps, 1), "rule")),
                     rule_table[RULE_FIN_RECEIVED].slug);
    json_decref(o);
}
END_TEST

/* What a box does: it keeps a segment, and answers it from an address of its own. */
static void a_box(void)
{
    struct entry lost = got_fin(), icmp = got_fin();

    lost.kind  = EVENT_LOST;
    lost.cause = CAUSE_BOX;
    lost.op    = PATH_IDLE;
    lost.value = 6 * 60 * 1000;
    journal_add(&j, &lost, NULL, 0, NULL, 0, NULL, 0);
    icmp.kind   = EVENT_SENT;
    icmp.cause  = CAUSE_BOX;
    icmp.packet = 8;
    icmp.parent = 7;
    icmp.due    = MSEC(250);
    icmp.conn = icmp.life = icmp.before = icmp.after = 0;
    memset(&icmp.seg, 0, sizeof icmp.seg);
    icmp.seg.seq      = 801;
    icmp.host         = 2;
    icmp.peer         = 1;
    icmp.by_box       = 1;
    struct endpoint a = { .port = 50312 }, b = { .port = 80 };
    struct segment  s = { .seq = 801, .ctl = CTL_ACK };
    struct icmp     m = { .kind = ICMP_HOST_UNREACHABLE };
    struct addr     box;
    uint8_t         quoted[WIRE_MAX], bytes[WIRE_MAX];
    addr_parse("10.0.0.1", &a.addr);
    addr_parse("10.0.0.2", &b.addr);
    addr_parse("10.0.0.254", &box);
    size_t n = wire_encode(quoted, &a, &b, &s, NULL, 0);
    n        = wire_icmp_encode(bytes, &box, &m, quoted, n);
    journal_add(&j, &icmp, NULL, 0, "host unreachable", 16, bytes, n);
}

START_TEST(a_box_in_json)
{
    a_box();
    json_t *o = json(0);
    ck_assert_str_eq(json_string_value(json_object_get(o, "cause")), "box");
    ck_assert_str_eq(json_string_value(json_object_get(o, "box")), "idle");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "silent_ms")), 360000);
    json_decref(o);
    end();
    begin();
    a_box();
    o = json(1);
    ck_assert_str_eq(json_string_value(json_object_get(o, "cause")), "box");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "answers")), 7);
    ck_assert_ptr_null(json_object_get(o, "segment"));
    json_t *m = json_object_get(o, "icmp");
    ck_assert_str_eq(json_string_value(json_object_get(m, "kind")), "host unreachable");
    ck_assert_int_eq(json_integer_value(json_object_get(m, "about_seq")), 801);
    ck_assert_str_eq(json_string_value(json_object_get(m, "from")), "10.0.0.254");
    ck_assert_str_eq(json_string_value(json_object_get(o, "host")), "box");
    ck_assert_str_eq(json_string_value(json_object_get(o, "peer")), "client");
    json_decref(o);
}
END_TEST

/* What came while a listener's queue was full, and what was marked on its way. */
START_TEST(a_full_queue_and_a_mark)
{
    struct entry e = got_fin();

    e.cause = CAUSE_QUEUE;
    e.conn = e.life = e.before = e.after = 0;
    e.seg                                = (struct segment){ .seq = 300, .ctl = CTL_SYN, .wnd = 9 };
    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    e.cause   = CAUSE_NONE;
    e.seg.ecn = ECN_CE;
    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    ck_assert_str_eq(plain(),
                     "t=0.200 client: got SYN seq 300; the accept queue of the listener is "
                     "full: the SYN gets no answer, and its sender will ask again\n"
                     "t=0.200 client: got SYN seq 300, congestion experienced\n");
    end();
    begin();
    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    json_t *o = json(0);
    ck_assert(json_is_true(json_object_get(json_object_get(o, "segment"), "ce")));
    json_decref(o);
}
END_TEST

START_TEST(a_box_in_words)
{
    a_box();
    ck_assert_str_eq(plain(),
                     "t=0.200 client TIME_WAIT (was FIN_WAIT_2): the segment to server is LOST by "
                     "a middlebox: FIN,ACK seq 801 ack 302; nothing of the connection has passed "
                     "for 6 min, so it was forgotten\n"
                     "t=0.200 the box 10.0.0.254, to client: sent ICMP host unreachable, about seq "
                     "801\n");
}
END_TEST

START_TEST(an_arrival_in_words)
{
    struct entry e    = got_fin();
    struct step  s[2] = { { RULE_RST_ABSENT, 0, 0, 0 }, { RULE_FIN_RECEIVED, 802, 0, 0 } };

    journal_add(&j, &e, s, 2, NULL, 0, NULL, 0);
    const char *text = plain();
    ck_assert_msg(strstr(text, "t=0.200 client TIME_WAIT (was FIN_WAIT_2): got FIN,ACK seq 801 ack "
                               "302\n")
                      == text,
                  "%s", text);
    /* Only what decided: not the checks that were merely passed. */
    ck_assert_ptr_null(strstr(text, rule_table[RULE_RST_ABSENT].slug));
    ck_assert_ptr_nonnull(strstr(text, "(fin.received, RFC 9293 3.10.7.4, check 8)\n"));
}
END_TEST

START_TEST(results_and_errors)
{
    struct entry e = { .kind = EVENT_RESULT, .host = 1, .op = OP_READ };

    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    e.value = 5;
    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    e.value = -ERR_ECONNRESET;
    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    e.value = -ERR_EDEADLINE;
    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    ck_assert_str_eq(plain(), "t=0.000 client: read returns 0: end of file\n"
                              "t=0.000 client: read returns 5\n"
                              "t=0.000 client: read fails: ECONNRESET, connection reset by peer\n"
                              "t=0.000 client: read fails: i/o timeout\n");
}
END_TEST

START_TEST(an_error_in_json)
{
    struct entry e = { .kind = EVENT_RESULT, .host = 1, .op = OP_WRITE, .value = -ERR_EPIPE };

    journal_add(&j, &e, NULL, 0, NULL, 0, NULL, 0);
    json_t *o = json(0);
    ck_assert_str_eq(json_string_value(json_object_get(o, "call")), "write");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "result")), -1);
    ck_assert_str_eq(json_string_value(json_object_get(o, "error")), "EPIPE");
    ck_assert_ptr_null(json_object_get(o, "segment"));
    json_decref(o);
}
END_TEST

/* What a program prints may be anything: the terminal and the JSON parser survive it. */
START_TEST(hostile_text)
{
    static const char bytes[] = { 'a', '\033', '[', '2', 'J', '\n', (char)0xff, '\0', 'z' };
    struct entry      e       = { .kind = EVENT_PRINT, .host = 2 };

    journal_add(&j, &e, NULL, 0, bytes, sizeof bytes, NULL, 0);
    json_t     *o    = json(0);
    const char *text = json_string_value(json_object_get(o, "text"));
    ck_assert_uint_eq(json_string_length(json_object_get(o, "text")), sizeof bytes + 1);
    ck_assert_int_eq(text[0], 'a');
    json_decref(o);
    rewind(f);
    const char *p = plain();
    ck_assert_ptr_null(strchr(p, '\033'));
    ck_assert_ptr_nonnull(strstr(p, "a\\x1b[2J\\n"));
    ck_assert_ptr_nonnull(strstr(p, "\\0z\n"));
}
END_TEST

START_TEST(paragraphs)
{
    char        buf[80];
    struct text t = text_into(buf, sizeof buf);

    export_rfc("9293/3.10.7.4/2", &t);
    text_add(&t, "; ");
    export_rfc("6298/5", &t);
    text_add(&t, "; ");
    export_rfc("measured on Linux", &t);
    ck_assert_str_eq(buf, "RFC 9293 3.10.7.4, check 2; RFC 6298 5; measured on Linux");
}
END_TEST

SUITE(export_run)
{
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, an_arrival_in_json);
    tcase_add_test(t, an_arrival_in_words);
    tcase_add_test(t, a_box_in_json);
    tcase_add_test(t, a_box_in_words);
    tcase_add_test(t, a_full_queue_and_a_mark);
    tcase_add_test(t, results_and_errors);
    tcase_add_test(t, an_error_in_json);
    tcase_add_test(t, hostile_text);
    tcase_add_test(t, paragraphs);
    suite_add_tcase(s, t);
}
