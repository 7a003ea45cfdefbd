/* SPDX-License-Identifier: MIT
 * watch.c - what was told is judged: transitions, resets, decisions, and whether anything comes of
 * it. */
#include "sim.h"

#include "net/host.h"

#include <string.h>

/* -- transitions ----------------------------------------------------------------------------- */

/* What may move a connection: bits of an edge. */
enum by {
    BY_SEGMENT = 1,
    BY_USER    = 2,
    BY_CLOCK   = 4,
};

#define S(name) (1u << TCP_##name)

/* RFC 9293 figure 5 with what its notes and 3.10 add; every state to CLOSED is looked at apart. */
static const struct edge {
    uint32_t       from; /* states */
    enum tcp_state to;
    uint32_t       by;
} edges[] = {
    { S(CLOSED), TCP_LISTEN, BY_USER },
    { S(CLOSED) | S(LISTEN), TCP_SYN_SENT, BY_USER },
    { S(LISTEN), TCP_SYN_RECEIVED, BY_SEGMENT },
    { S(SYN_SENT), TCP_SYN_RECEIVED, BY_SEGMENT },
    { S(SYN_SENT) | S(SYN_RECEIVED), TCP_ESTABLISHED, BY_SEGMENT },
    { S(SYN_RECEIVED), TCP_LISTEN, BY_SEGMENT },
    { S(SYN_RECEIVED) | S(ESTABLISHED), TCP_FIN_WAIT_1, BY_USER | BY_SEGMENT },
    { S(ESTABLISHED), TCP_CLOSE_WAIT, BY_SEGMENT },
    { S(FIN_WAIT_1), TCP_FIN_WAIT_2, BY_SEGMENT },
    { S(FIN_WAIT_1), TCP_CLOSING, BY_SEGMENT },
    { S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSING), TCP_TIME_WAIT, BY_SEGMENT },
    { S(CLOSE_WAIT), TCP_LAST_ACK, BY_USER },
};

/* Who may end a connection: the peer's RST, SYN or last ACK, the user, and clocks. */
static bool may_end(enum tcp_state from, uint32_t by, enum rule why)
{
    if (by & BY_USER)
        return true; /* ABORT, or CLOSE before there is a connection */
    if (by & BY_CLOCK)
        return from != TCP_LISTEN && from != TCP_CLOSED;
    switch (why) {
    case RULE_ACK_OF_FIN: return from == TCP_LAST_ACK;
    case RULE_OPENING_RST: return from == TCP_SYN_SENT;
    case RULE_ICMP_HARD: return from == TCP_SYN_SENT || from == TCP_SYN_RECEIVED;
    case RULE_TW_SKIPPED:
        return (1u << from & (S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSING) | S(TIME_WAIT))) != 0;
    case RULE_TEXT_OVER_FIN: return (1u << from & (S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK))) != 0;
    case RULE_TEXT_DEAD:
    case RULE_ORPHAN_SYN:
        return (1u << from & (S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(ESTABLISHED))) != 0;
    default: return from != TCP_CLOSED && from != TCP_LISTEN;
    }
}

static bool legal(enum tcp_state from, enum tcp_state to, uint32_t by, enum rule why)
{
    if (to == TCP_CLOSED)
        return may_end(from, by, why);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        if (edges[i].to == to && edges[i].from >> from & 1 && edges[i].by & by)
            return true;
    return false;
}

static uint32_t moved_by(const struct entry *e)
{
    switch ((enum event_kind)e->kind) {
    case EVENT_ARRIVED: return BY_SEGMENT;
    case EVENT_TIMER: return BY_CLOCK;
    case EVENT_CALL:
    case EVENT_STATE: return BY_USER;
    default: return 0;
    }
}

/* Each move is legal, and together they lead from the state before to the state after. */
static void watch_edges(struct sim *sim, const struct journal *j, const struct entry *e)
{
    uint32_t       by   = moved_by(e);
    enum tcp_state at   = (enum tcp_state)e->before;
    uint32_t       n    = 0;
    bool           cut  = e->n_step >= TURN_STEPS; /* there was more than could be told */
    bool           anew = false;

    for (uint32_t i = 0; i < e->n_step && sim->outcomes >> MOVE & 1; i++) {
        const struct step *s = &j->step[e->step + i];

        if (rule_table[s->rule].outcome != MOVE)
            continue;
        if (s->b >= TCP_STATES || s->c >= TCP_STATES
            || !legal((enum tcp_state)s->b, (enum tcp_state)s->c, by, (enum rule)s->rule)) {
            sim_fail(sim, CHECK_EDGE, "%s takes connection %u from %s to %s",
                     rule_table[s->rule].slug, e->conn,
                     s->b < TCP_STATES ? tcp_state_name[s->b] : "?",
                     s->c < TCP_STATES ? tcp_state_name[s->c] : "?");
            return;
        }
        /* A SYN may end a TIME_WAIT and go on to a listener: a new connection begins. */
        anew = anew || (s->b == TCP_LISTEN && at == TCP_TIME_WAIT);
        if (s->b != at && !anew)
            sim_fail(sim, CHECK_EDGE, "connection %u is in %s, and %s moves it from %s", e->conn,
                     tcp_state_name[at], rule_table[s->rule].slug, tcp_state_name[s->b]);
        at = (enum tcp_state)s->c;
        n++;
    }
    if (cut || (n == 0 && e->kind == EVENT_STATE)) /* a power cut gives no reasons */
        return;
    if (n == 0 && e->kind == EVENT_CALL && e->before == TCP_LISTEN)
        return;
    if (e->after != at && by)
        sim_fail(sim, CHECK_EDGE, "connection %u was in %s and is in %s, but its moves end in %s",
                 e->conn, tcp_state_name[e->before], tcp_state_name[e->after], tcp_state_name[at]);
}

/* -- resets and decisions -------------------------------------------------------------------- */

static bool resets(enum rule r)
{
    switch (r) {
    case RULE_CLOSED_ACK:
    case RULE_CLOSED_NO_ACK:
    case RULE_LISTEN_ACK:
    case RULE_OPENING_ACK_BAD:
    case RULE_ACK_OF_SYN_BAD:
    case RULE_SYN_RESET:
    case RULE_TEXT_DEAD:
    case RULE_TEXT_OVER_FIN:
    case RULE_YOUNG_SYN:
    case RULE_ORPHAN_SYN:
    case RULE_KEEP_DEAD:
    case RULE_ABORT_RST: return true;
    default: return false;
    }
}

/* It says why it leaves, and something that happened at the same moment called for it. */
static void watch_reset(struct sim *sim, const struct journal *j, size_t from, size_t i)
{
    const struct entry *e    = &j->entry[i];
    bool                says = false;

    if (e->conn == 0 && (e->cause == CAUSE_PERSON || e->cause == CAUSE_BOX)) /* forged */
        return;
    for (uint32_t k = 0; k < e->n_step; k++) {
        enum rule r = (enum rule)j->step[e->step + k].rule;

        says = says || r == RULE_SEND_RST || r == RULE_SEND_ABORT || resets(r);
    }
    if (!says) {
        sim_fail(sim, CHECK_RESET, "segment %llu is a RST and does not say why",
                 (unsigned long long)e->packet);
        return;
    }
    for (size_t m = from; m <= i; m++)
        for (uint32_t k = 0; k < j->entry[m].n_step; k++)
            if (resets((enum rule)j->step[j->entry[m].step + k].rule)
                && j->entry[m].host == e->host)
                return;
    sim_fail(sim, CHECK_RESET, "nothing that happened called for the RST %llu",
             (unsigned long long)e->packet);
}

/* The number after the last that this decision sends for the first time; 0: it is none that the
 * window is to allow. */
static seq first_time(const struct step *s)
{
    switch ((enum rule)s->rule) {
    case RULE_SEND_FULL:
    case RULE_SEND_ALL:
    case RULE_SEND_HALF:
    case RULE_SEND_OVERRIDE:
    case RULE_SEND_TLP_NEW: return s->b + s->a;
    case RULE_SEND_FIN: return s->a + 1;
    default: return 0;
    }
}

/* But for probes, nothing leaves for the first time that the peer has not offered to take: not a
 * FIN either, which has a number like any byte. */
static void watch_window(struct sim *sim, const struct journal *j, const struct entry *e)
{
    seq end;

    for (uint32_t k = 0; k < e->n_step && sim->outcomes >> SEND & 1; k++) {
        if ((end = first_time(&j->step[e->step + k])) == 0)
            continue;
        uint32_t           i = conn_of(sim, sim->w, e->conn);
        const struct conn *c = i ? world_conn(sim->w, i) : NULL;

        if (!c)
            continue;
        struct tcb t = conn_tcb(sim->w, c);
        if (seq_lt(t.snd.una + t.snd.wnd, end))
            sim_fail(sim, CHECK_WINDOW, "connection %u sends up to %u, and may up to %u", e->conn,
                     end, t.snd.una + t.snd.wnd);
    }
}

static bool of_check_eight(enum rule r)
{
    return r == RULE_FIN_ABSENT || r == RULE_FIN_EARLY || r == RULE_FIN_AGAIN
           || r == RULE_FIN_RESTART || r == RULE_FIN_BEYOND;
}

/* An ICMP error is told with the rules of icmp.c: they are notes, and enough. */
static bool of_icmp(enum rule r) { return r >= RULE_ICMP_OUTSIDE && r <= RULE_ICMP_MTU_VAIN; }

static void watch_arrival(struct sim *sim, const struct journal *j, const struct entry *e)
{
    if (e->cause == CAUSE_QUEUE || e->n_step >= TURN_STEPS
        || sim->outcomes & (1u << DROP | 1u << REPLY | 1u << MOVE))
        return;
    for (uint32_t k = 0; k < e->n_step; k++) {
        enum rule r = (enum rule)j->step[e->step + k].rule;

        if (e->n_text ? of_icmp(r) : of_check_eight(r))
            return;
    }
    sim_fail(sim, CHECK_JUDGED, "segment %llu arrived at %s in %s: nothing was decided",
             (unsigned long long)e->packet, sim->w->host[e->host - 1].name,
             tcp_state_name[e->before]);
}

/* -- who is whose peer ----------------------------------------------------------------------- */

static uint32_t syn_sender(const struct sim *sim, uint64_t packet)
{
    for (size_t i = 0; i < SYNS; i++)
        if (packet && sim->s.syn[i].packet == packet)
            return sim->s.syn[i].serial;
    return 0;
}

static void note_syn(struct sim *sim, uint64_t packet, uint32_t serial)
{
    size_t i = packet % SYNS;

    sim->s.syn[i].packet = packet;
    sim->s.syn[i].serial = serial;
}

/* The connection whose SYN was taken is the one that is talked to from now on. */
static void note_peer(struct sim *sim, const struct journal *j, const struct entry *e)
{
    if (!(e->seg.ctl & CTL_SYN) || e->conn == 0 || e->conn >= LANES)
        return;
    for (uint32_t k = 0; k < e->n_step; k++) {
        enum rule r = (enum rule)j->step[e->step + k].rule;

        if (r == RULE_LISTEN_SYN || r == RULE_OPENING_SYN || r == RULE_OPENING_SYN_ACK) {
            sim->s.lane[e->conn].peer = syn_sender(sim, e->packet);
            sim->s.lane[e->conn].life = e->life;
        }
    }
}

/* One flipped bit is always found by the checksum.  Two may cancel out. */
static bool is_broken(const struct sim *sim, uint64_t packet)
{
    return packet && sim->s.broken[packet % BROKEN] == packet;
}

static void note_broken(struct sim *sim, const struct entry *e)
{
    if (e->kind == EVENT_ALTERED && e->value == CMD_CORRUPT) {
        if (is_broken(sim, e->packet) || sim->s.broken[e->packet % BROKEN])
            sim->s.forged = 1;
        sim->s.broken[e->packet % BROKEN] = e->packet;
    } else if (e->kind == EVENT_DUPED && is_broken(sim, e->parent)) {
        sim->s.broken[e->packet % BROKEN] = e->packet;
    } else if ((e->kind == EVENT_BAD || e->kind == EVENT_LOST) && is_broken(sim, e->packet)) {
        sim->s.broken[e->packet % BROKEN] = 0;
    }
}

/* -- does anything come of it? --------------------------------------------------------------- */

static bool is_progress(const struct sim *sim, const struct entry *e)
{
    return e->before != e->after || e->kind == EVENT_RESULT || e->kind == EVENT_FORGOT
           || passed(sim, RULE_ACK_NEW) || passed(sim, RULE_TEXT_IN_ORDER);
}

/* RFC 793 asks for an ACK to whatever is unacceptable, and sets no limit: two ends that are at
 * odds, neither of whose hosts has one (answer_ms), may answer each other until a clock rings. Such
 * a world is counted, and left. */
static bool is_answer(const struct sim *sim, const struct entry *e)
{
    if (e->kind != EVENT_SENT || e->peer == 0 || sim->w->host[e->host - 1].policy.answer_ms
        || sim->w->host[e->peer - 1].policy.answer_ms)
        return false;
    return e->seg.len == 0
           && (passed(sim, RULE_SEND_ANSWER) || passed(sim, RULE_SEND_CHALLENGE)
               || passed(sim, RULE_SEND_ACK));
}

/* -- the same again? ------------------------------------------------------------------------- */

static inline uint64_t stir(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static inline uint64_t word_at(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Two words at a time, where a product of 128 bits is one instruction. */
static inline uint64_t stir_two(uint64_t h, uint64_t v, uint64_t u)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(h ^ v ^ 0x9E3779B97F4A7C15u) * (u ^ 0xC2B2AE3D27D4EB4Fu);

    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    return stir(stir(h, v), u);
#endif
}

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
    const uint8_t *p       = bytes;
    uint64_t       last[2] = { 0, 0 };
    size_t         left    = n;

    for (; left >= sizeof last; left -= sizeof last, p += sizeof last)
        h = stir_two(h, word_at(p), word_at(p + sizeof h));
    memcpy(last, p, left);
    return stir(stir_two(h, last[0], last[1]), n);
}

static void add_up(struct sim *sim, const struct journal *j, const struct entry *e)
{
    struct entry copy = *e;
    uint64_t     h    = sim->s.hash;

    copy.step = copy.text = copy.wire = 0; /* where it lies depends on what was cut before */
    h                                 = mix(h, &copy, sizeof copy);
    if (e->n_step)
        h = mix(h, j->step + e->step, e->n_step * sizeof *j->step);
    if (e->n_text)
        h = mix(h, j->text + e->text, e->n_text);
    if (e->n_wire)
        h = mix(h, j->wire + e->wire, e->n_wire);
    sim->s.hash = h;
    sim->s.told++;
}

FILE *watch_trace;

static void trace(const struct sim *sim, const struct journal *j, const struct entry *e)
{
    char line[400], step[300];

    fprintf(watch_trace, "%9lld.%06lld %s\n", (long long)e->at / 1000000,
            (long long)e->at % 1000000, entry_text(sim->w, j, e, line, sizeof line));
    for (uint32_t k = 0; k < e->n_step; k++) {
        const struct step *s = &j->step[e->step + k];

        fprintf(watch_trace, "                     %s: %s\n", rule_table[s->rule].slug,
                step_text(s, step, sizeof step));
    }
}

/* A segment is somewhere until it arrives or dies, and nothing dies without a cause. */
static void watch_way(struct sim *sim, const struct entry *e)
{
    switch ((enum event_kind)e->kind) {
    case EVENT_SENT:
    case EVENT_DUPED: sim->s.on_way++; break;
    case EVENT_ARRIVED:
    case EVENT_BAD: sim->s.on_way -= e->packet != 0; break;
    case EVENT_LOST:
        sim->s.on_way--;
        if (e->cause == CAUSE_NONE)
            sim_fail(sim, CHECK_WAY, "segment %llu dies without a cause",
                     (unsigned long long)e->packet);
        break;
    default: break;
    }
}

static void note_rules(struct sim *sim, const struct journal *j, const struct entry *e)
{
    memset(sim->passed, 0, sizeof sim->passed);
    sim->outcomes = 0;
    for (uint32_t k = 0; k < e->n_step; k++) {
        uint32_t r = j->step[e->step + k].rule;

        sim->passed[r / 64] |= UINT64_C(1) << r % 64;
        sim->outcomes |= 1u << rule_table[r].outcome;
    }
}

/* Resets, aborts and those who give up leave no TIME_WAIT, and so old segments to who comes next
 * (9293 3.4.3). */
static bool cut_short(const struct sim *sim, const struct entry *e)
{
    bool waited = e->kind == EVENT_TIMER && e->before == TCP_TIME_WAIT;

    return moved_by(e) && e->before >= TCP_ESTABLISHED && e->after == TCP_CLOSED && !waited
           && !passed(sim, RULE_ACK_OF_FIN);
}

/* What decides who talks to whom, whether text can be trusted, and what is on its way. */
static void note(struct sim *sim, const struct journal *j, const struct entry *e)
{
    sim->s.stir |= 1u << e->host;
    if (e->conn && e->conn < LANES) {
        struct lane *l = &sim->s.lane[e->conn];

        if (!l->touched && sim->s.n_touched < TOUCHED)
            sim->s.touched[sim->s.n_touched++] = e->conn;
        l->touched = 1;
        if (e->after == TCP_TIME_WAIT || e->after == TCP_CLOSED) /* it may be looked at no more */
            l->known = 0;
    }
    if (cut_short(sim, e))
        sim->s.cut = 1;
    watch_way(sim, e);
    switch ((enum event_kind)e->kind) {
    case EVENT_SENT:
        sim->s.segments++;
        sim->s.idle++;
        if (e->seg.ctl & CTL_SYN)
            note_syn(sim, e->packet, e->conn);
        break;
    case EVENT_DUPED:
        if (e->seg.ctl & CTL_SYN)
            note_syn(sim, e->packet, syn_sender(sim, e->parent));
        break;
    case EVENT_ARRIVED: note_peer(sim, j, e); break;
    case EVENT_HELD: sim->s.held = 1; break;
    default: break;
    }
    note_broken(sim, e);
}

static void judge(struct sim *sim, const struct journal *j, size_t from, size_t i)
{
    const struct entry *e = &j->entry[i];

    switch ((enum event_kind)e->kind) {
    case EVENT_SENT:
        if (e->seg.ctl & CTL_RST)
            watch_reset(sim, j, from, i);
        watch_window(sim, j, e);
        wire_sent(sim, j, e);
        break;
    case EVENT_ARRIVED:
        watch_arrival(sim, j, e);
        wire_came(sim, j, e);
        break;
    case EVENT_TIMER: wire_clock(sim, e); break;
    case EVENT_FORGOT: wire_forgot(sim, e); break;
    default: break;
    }
    pace_told(sim, j, e);
    if (moved_by(e))
        watch_edges(sim, j, e);
}

static void watch_entry(struct sim *sim, const struct journal *j, size_t from, size_t i)
{
    const struct entry *e = &j->entry[i];

    note_rules(sim, j, e);
    note(sim, j, e);
    if (!sim->again)
        judge(sim, j, from, i);
    if (is_progress(sim, e)) {
        sim->s.idle = 0;
        sim->s.last = e->at;
    }
    if (sim->s.idle > IDLE_MOST && (sim->storm || is_answer(sim, e)))
        sim->storm = true;
    else if (sim->s.idle > IDLE_MOST)
        sim_fail(sim, CHECK_STORM, "%u segments in a row, and nothing came of any", IDLE_MOST);
    add_up(sim, j, e);
}

void watch(struct sim *sim, struct journal *j, size_t from, size_t to)
{
    for (size_t i = from; i < to && sim->verdict.check == CHECK_NONE; i++) {
        if (!sim->again)
            plant_told(sim, j, i);
        if (!sim->again && watch_trace)
            trace(sim, j, &j->entry[i]);
        watch_entry(sim, j, from, i);
    }
}
