/* SPDX-License-Identifier: MIT
 * test_tcp_lab.c - one connection on a bench: see test_tcp_lab.h. */
#include "test_tcp_lab.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void fresh(struct lab *l, enum profile p)
{
    memset(l, 0, sizeof *l);
    l->policy = tcp_policy_of(p);
    for (uint32_t i = LAB_NODES; i >= 1; i--) {
        l->node[i].next = l->free;
        l->free         = i;
    }
    l->trace = (struct trace){ .step = l->step, .cap = LAB_STEPS };
    l->env   = (struct tcp_env){ .now    = SEC(1),
                                 .policy = &l->policy,
                                 .pool   = { .node = l->node, .free = &l->free },
                                 .trace  = &l->trace,
                                 .iss    = LAB_ISS };
    l->t     = tcp_new(&l->policy);
}

static seq number(const struct lab *l, const char *s)
{
    seq base = 0;

    switch (*s) {
    case 'n': base = l->t.rcv.nxt; break;
    case 'e': base = l->t.rcv.nxt + l->t.rcv.wnd; break;
    case 'i': base = l->t.irs; break;
    case 'x': base = l->t.snd.max; break;
    case 'u': base = l->t.snd.una; break;
    case 's': base = l->t.iss; break;
    case 'f': base = l->t.snd.end; break;
    case 'm': base = l->t.snd.una - l->t.snd.max_wnd; break;
    default: return (seq)strtoul(s, NULL, 0);
    }
    return s[1] ? base + (seq)strtol(s + 1, NULL, 10) : base;
}

static uint8_t flags_of(const char *s)
{
    static const char letter[] = "FSRP.UEW";
    uint8_t           ctl      = 0;

    for (; *s && *s != '-'; s++) {
        const char *at = strchr(letter, *s);
        ck_assert_msg(at != NULL, "no flag %c", *s);
        ctl |= (uint8_t)(1u << (at - letter));
    }
    return ctl;
}

static bool is(const char *word, size_t n, const char *name)
{
    return strlen(name) == n && strncmp(word, name, n) == 0;
}

/* NAME=VALUE after the four words of "in". */
static void optional(struct lab *l, const char *word, struct segment *s)
{
    const char *eq = strchr(word, '=');
    char       *end;
    uint32_t    v = eq ? (uint32_t)strtoul(eq + 1, &end, 10) : 0;
    size_t      n = eq ? (size_t)(eq - word) : strlen(word);

    if (is(word, n, "wnd")) {
        s->wnd = (uint16_t)v;
    } else if (is(word, n, "up")) {
        s->up = (uint16_t)v;
    } else if (is(word, n, "mss")) {
        s->mss = (uint16_t)v;
        s->opt = (uint8_t)(v ? s->opt | OPT_MSS : s->opt & ~OPT_MSS);
    } else if (is(word, n, "ws")) {
        s->opt |= OPT_WSCALE;
        s->wscale = (uint8_t)v;
    } else if (is(word, n, "sackok")) {
        s->opt |= OPT_SACK_OK;
    } else if (is(word, n, "ecn")) {
        s->ecn = (uint8_t)v;
    } else if (is(word, n, "ts")) {
        s->opt |= OPT_TS;
        s->tsval = v;
        s->tsecr = (uint32_t)strtoul(end + 1, NULL, 10);
    } else if (is(word, n, "sack")) {
        s->opt |= OPT_SACK;
        for (const char *p = eq; p; p = *end == ',' ? end : NULL) {
            s->sack[s->n_sack].lo   = l->t.iss + (seq)strtol(p + 1, &end, 10);
            s->sack[s->n_sack++].hi = l->t.iss + (seq)strtol(end + 1, &end, 10);
        }
    } else {
        ck_abort_msg("no option %s", word);
    }
}

static void arrive(struct lab *l, char **word, int n)
{
    struct segment s;

    memset(&s, 0, sizeof s);
    ck_assert_int_ge(n, 5);
    s.ctl = flags_of(word[1]);
    s.seq = number(l, word[2]);
    s.ack = number(l, word[3]);
    s.len = (uint32_t)strtoul(word[4], NULL, 10);
    s.wnd = 65535;
    if (s.ctl & CTL_SYN) {
        s.opt = OPT_MSS;
        s.mss = 1000;
    }
    for (int i = 5; i < n; i++)
        optional(l, word[i], &s);
    tcp_segment_arrives(&l->t, &l->env, &s, &l->take);
    l->unowned = false;
    if (l->take.unowned)
        l->unowned = tcp_unowned(&l->env, &s, &l->reply);
}

static void shut(struct lab *l)
{
    struct segment s, out;

    while (l->t.rcv.wnd > 0) {
        memset(&s, 0, sizeof s);
        s.ctl = CTL_ACK;
        s.seq = l->t.rcv.nxt;
        s.ack = l->t.snd.una;
        s.len = l->t.rcv.wnd < 1000 ? l->t.rcv.wnd : 1000;
        s.wnd = 65535;
        tcp_segment_arrives(&l->t, &l->env, &s, &l->take);
        while (tcp_output(&l->t, &l->env, &out))
            ;
        l->trace.len = 0;
    }
}

static uint8_t option_of(const char *s)
{
    static const struct {
        const char *name;
        uint8_t     bit;
    } table[] = { { "nodelay", TCPO_NODELAY }, { "keepalive", TCPO_KEEPALIVE },
                  { "orphan", TCPO_ORPHAN },   { "cork", TCPO_CORK },
                  { "deaf", TCPO_DEAF },       { "shut", TCPO_SHUT } };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, s) == 0)
            return table[i].bit;
    ck_abort_msg("no option %s", s);
}

static void pass(struct lab *l, vspan span)
{
    vtime          end = l->env.now + span;
    struct segment out;

    while (tcp_deadline(&l->t) <= end) {
        l->env.now = tcp_deadline(&l->t) > l->env.now ? tcp_deadline(&l->t) : l->env.now;
        tcp_timeout(&l->t, &l->env);
        if (tcp_deadline(&l->t) <= end)
            while (tcp_output(&l->t, &l->env, &out))
                ;
    }
    l->env.now = end;
}

/* Steps that look instead of doing. */
static bool look(struct lab *l, const char *line)
{
    while (*line == ' ')
        line++;
    if (strncmp(line, "= ", 2) == 0 || strcmp(line, "=") == 0) {
        const char *want = line[1] ? line + 2 : "", *out = lab_out(l);
        size_t      n = strlen(want);
        while (n && want[n - 1] == ' ')
            n--;
        ck_assert_msg(strlen(out) == n && strncmp(out, want, n) == 0,
                      "wanted \"%.*s\", sent \"%s\"", (int)n, want, out);
    } else if (strncmp(line, "? ", 2) == 0) {
        bool fired = lab_fired(l, line + 2);
        ck_assert_msg(fired, "wanted %s, fired %s", line + 2, lab_rules(l));
        l->trace.len = 0;
    } else if (strncmp(line, "! ", 2) == 0) {
        bool fired = lab_fired(l, line + 2);
        ck_assert_msg(!fired, "not wanted: %s, fired %s", line + 2, lab_rules(l));
    } else if (strncmp(line, "due ", 4) == 0) {
        vspan left = tcp_deadline(&l->t) == VTIME_NEVER ? -1000 : tcp_deadline(&l->t) - l->env.now;
        ck_assert_int_eq(left / 1000, strtol(line + 4, NULL, 10));
    } else if (strncmp(line, "cwnd ", 5) == 0) {
        ck_assert_uint_eq(l->t.cc.cwnd, strtoul(line + 5, NULL, 10));
    } else if (strncmp(line, "lost ", 5) == 0) {
        ck_assert_uint_eq(l->t.cc.lost, strtoul(line + 5, NULL, 10));
    } else if (strncmp(line, "ssthresh ", 9) == 0) {
        ck_assert_uint_eq(l->t.cc.ssthresh, strtoul(line + 9, NULL, 10));
    } else if (strncmp(line, "state ", 6) == 0) {
        size_t n = strcspn(line + 6, " ");
        ck_assert_msg(strlen(tcp_state_name[l->t.state]) == n
                          && strncmp(tcp_state_name[l->t.state], line + 6, n) == 0,
                      "wanted %s, is %s", line + 6, tcp_state_name[l->t.state]);
    } else {
        return false;
    }
    return true;
}

static void one(struct lab *l, char *line)
{
    if (look(l, line))
        return;
    char          *word[10], *save = NULL;
    int            n = 0;
    enum tcp_state state;
    struct segment out;

    for (char *w = strtok_r(line, " ", &save); w && n < 10; w = strtok_r(NULL, " ", &save))
        word[n++] = w;
    if (n == 0)
        return;
    const char *v = word[0];
    uint32_t    a = n > 1 ? (uint32_t)strtoul(word[1], NULL, 0) : 0;
    if (strcmp(v, "in") == 0)
        arrive(l, word, n);
    else if (strcmp(v, "send") == 0)
        l->error = tcp_send(&l->t, &l->env, a, true, false);
    else if (strcmp(v, "urgent") == 0)
        l->error = tcp_send(&l->t, &l->env, a, true, true);
    else if (strcmp(v, "nopush") == 0)
        l->error = tcp_send(&l->t, &l->env, a, false, false);
    else if (strcmp(v, "recv") == 0)
        l->error = tcp_receive(&l->t, &l->env, a, &l->got);
    else if (strcmp(v, "close") == 0)
        l->error = tcp_close(&l->t, &l->env);
    else if (strcmp(v, "abort") == 0)
        l->error = tcp_abort(&l->t, &l->env);
    else if (strcmp(v, "open") == 0)
        l->error = tcp_open_active(&l->t, &l->env, true);
    else if (strcmp(v, "open?") == 0)
        l->error = tcp_open_active(&l->t, &l->env, false);
    else if (strcmp(v, "listen") == 0)
        l->error = tcp_open_passive(&l->t, &l->env);
    else if (strcmp(v, "status") == 0)
        l->error = tcp_status(&l->t, &state);
    else if (strcmp(v, "out") == 0)
        while (tcp_output(&l->t, &l->env, &out))
            ;
    else if (strcmp(v, "fire") == 0) {
        ck_assert(tcp_deadline(&l->t) != VTIME_NEVER);
        l->env.now = tcp_deadline(&l->t);
        tcp_timeout(&l->t, &l->env);
    } else if (strcmp(v, "wait") == 0)
        pass(l, MSEC(a));
    else if (strcmp(v, "shut") == 0)
        shut(l);
    else if (strcmp(v, "set") == 0)
        ck_assert(
            policy_set(&l->policy, knob_by_name(word[1]), (uint32_t)strtoul(word[2], NULL, 0)));
    else if (strcmp(v, "on") == 0 || strcmp(v, "off") == 0)
        tcp_option(&l->t, &l->env, option_of(word[1]), v[1] == 'n');
    else if (strcmp(v, "flush") == 0)
        l->error = tcp_flush_unsent(&l->t, &l->env);
    else if (strcmp(v, "rcvbuf") == 0)
        tcp_rcv_buf(&l->t, &l->env, a);
    else if (strcmp(v, "iss") == 0)
        l->env.iss = a;
    else if (strcmp(v, "signal") == 0)
        l->t.signal = 0;
    else if (strcmp(v, "forget") == 0)
        l->trace.len = 0;
    else
        ck_abort_msg("no step %s", v);
}

void lab_do(struct lab *l, const char *script)
{
    char buf[1024], *save = NULL;

    ck_assert(strlen(script) < sizeof buf);
    strcpy(buf, script);
    l->trace.len = 0;
    for (char *line = strtok_r(buf, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
        one(l, line);
        tcp_check(&l->t, &l->env);
    }
}

void lab_to(struct lab *l, enum profile p, const char *state)
{
    static const struct {
        const char *state, *from, *script;
    } way[] = {
        { "CLOSED", NULL, "" },
        { "LISTEN", "CLOSED", "listen" },
        { "SYN_SENT", "CLOSED", "open; out" },
        { "SYN_RECEIVED", "LISTEN", "in S 0xFFFFFFE0 0 0; out" },
        { "SYN_RECEIVED/active", "SYN_SENT", "in S 0xFFFFFFE0 0 0; out" },
        { "ESTABLISHED", "SYN_SENT", "in S. 0xFFFFFFE0 x 0; out" },
        { "FIN_WAIT_1", "ESTABLISHED", "close; out" },
        { "FIN_WAIT_2", "FIN_WAIT_1", "in . n x 0" },
        { "CLOSE_WAIT", "ESTABLISHED", "in F. n x 0; out" },
        { "CLOSING", "FIN_WAIT_1", "in F. n u 0; out" },
        { "LAST_ACK", "CLOSE_WAIT", "close; out" },
        { "TIME_WAIT", "FIN_WAIT_2", "in F. n x 0; out" },
    };

    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++)
        if (strcmp(way[i].state, state) == 0) {
            size_t n = strcspn(state, "/");
            if (way[i].from)
                lab_to(l, p, way[i].from);
            else
                fresh(l, p);
            l->env.now += MSEC(10);
            lab_do(l, way[i].script);
            ck_assert_msg(strncmp(tcp_state_name[l->t.state], state, n) == 0, "%s is %s", state,
                          tcp_state_name[l->t.state]);
            l->trace.len  = 0;
            l->t.signal   = 0;
            l->trace.step = l->step;
            l->env.policy = &l->policy;
            return;
        }
    ck_abort_msg("no state %s", state);
}

void lab_play(const struct lab_tale *tale, const char *first)
{
    struct lab l;

    lab_to(&l, tale->profile, tale->from);
    lab_do(&l, first);
    lab_do(&l, tale->script);
    tcp_forget(&l.t, &l.env);
    ck_assert_uint_eq(lab_pool(&l), LAB_NODES);
}

const char *lab_out(struct lab *l)
{
    struct segment s;
    struct text    t = text_into(l->text, sizeof l->text);

    l->text[0] = '\0';
    while (tcp_output(&l->t, &l->env, &s)) {
        static const char letter[] = "FSRP.UEW";
        if (t.len)
            text_add(&t, " | ");
        for (const char *c = "SFRPUEW."; *c; c++)
            if (s.ctl & (1u << (strchr(letter, *c) - letter)))
                text_add(&t, "%c", *c);
        text_add(&t, " %d", seq_diff(s.seq, l->t.iss));
        if (s.ctl & CTL_ACK)
            text_add(&t, " %d", seq_diff(s.ack, l->t.irs));
        if (s.len)
            text_add(&t, " +%u", s.len);
        if (s.ctl & CTL_URG)
            text_add(&t, " up=%u", s.up);
        if (s.opt & OPT_WSCALE)
            text_add(&t, " ws=%u", s.wscale);
        if (s.opt & OPT_SACK_OK)
            text_add(&t, " sackok");
        if (s.opt & OPT_TS)
            text_add(&t, " ts=%u", s.tsecr);
        for (int i = 0; (s.opt & OPT_SACK) && i < s.n_sack; i++)
            text_add(&t, "%s%d-%d", i ? "," : " sack=", seq_diff(s.sack[i].lo, l->t.irs),
                     seq_diff(s.sack[i].hi, l->t.irs));
    }
    return l->text;
}

bool lab_fired(const struct lab *l, const char *slugs)
{
    char   buf[512], *save = NULL;
    size_t i = 0;

    ck_assert(strlen(slugs) < sizeof buf);
    strcpy(buf, slugs);
    for (char *w = strtok_r(buf, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        enum rule r = rule_by_slug(w);
        ck_assert_msg(r != RULE_COUNT, "no rule %s", w);
        while (i < l->trace.len && l->step[i].rule != (uint32_t)r)
            i++;
        if (i++ == l->trace.len)
            return false;
    }
    return true;
}

const char *lab_rules(struct lab *l)
{
    struct text t = text_into(l->text, sizeof l->text);

    for (size_t i = l->trace.len > 40 ? l->trace.len - 40 : 0; i < l->trace.len; i++)
        text_add(&t, "%s ", rule_table[l->step[i].rule].slug);
    return l->text;
}

const char *lab_last(const struct lab *l)
{
    return l->trace.len ? rule_table[l->step[l->trace.len - 1].rule].slug : "-";
}

size_t lab_pool(const struct lab *l)
{
    size_t n = 0;

    for (uint32_t i = l->free; i; i = l->node[i].next)
        n++;
    return n;
}
