/* SPDX-License-Identifier: MIT
 * update_world.c - acting on the world: segments in flight, hosts by hand, undo, branches, parts.
 */
#include "net/sock.h"
#include "net/ss.h"
#include "scenario/verb.h"
#include "ui/ladder.h"
#include "ui/update_inside.h"

#include <string.h>

/* -- Acting ---------------------------------------------------------------------------------- */

/* What came of it, in the words of the journal: an error, what was read, a fault or loss.  The rest
 * is seen. */
static void tell_outcome(struct model *m, const struct play *p, size_t from)
{
    const struct journal *j = history_journal(p->h);
    char                  line[300];

    for (size_t i = history_seen(p->h); i > from; i--) {
        const struct entry *e = &j->entry[i - 1];
        if (e->kind == EVENT_RESULT && e->value < 0) {
            enum err    err = (enum err) - e->value;
            const char *who = history_world(p->h)->host[e->host - 1].name, *op = op_name[e->op];

            if (err == ERR_EDEADLINE) /* no system has such a name */
                complain(m, "%s: %s() fails: %s.", who, op, err_text(err));
            else
                complain(m, "%s: %s() fails, %s: %s.", who, op, err_name(err), err_text(err));
            return;
        }
        if (e->kind == EVENT_FAULT) {
            say(m, "Done: %s.", journal_text(j, e, line, sizeof line));
            return;
        }
        if (e->kind == EVENT_RESULT && e->op == OP_READ) {
            say(m, "%s.", entry_text(history_world(p->h), j, e, line, sizeof line));
            return;
        }
        if (e->kind == EVENT_LOST || e->kind == EVENT_DUPED || e->kind == EVENT_HELD
            || e->kind == EVENT_RELEASED || e->kind == EVENT_ALTERED) {
            struct ladder_label f = ladder_label_of(j, e, false);
            say(m, "%s %s.", f.text[1],
                e->kind == EVENT_LOST       ? "is lost"
                : e->kind == EVENT_DUPED    ? "is on its way twice"
                : e->kind == EVENT_HELD     ? "is held: H lets it go on"
                : e->kind == EVENT_RELEASED ? "goes on"
                                            : "is altered");
            return;
        }
    }
}

/* What somebody does must be seen to have an effect: time goes on as it did before; where it stood
 * only because nothing was due, it goes on as well.  Where somebody has stopped it, it is said how
 * it goes on. */
static void go_on_after(struct model *m, bool went, bool met)
{
    struct play *p = model_play(m);

    if (play_halted(m, p) || !went || (p->met && !met)) {
        m->playing = false;
        if (!(p->met && !met) && play_due(m, p) != VTIME_NEVER && !m->message_bad)
            say(m, m->message[0] ? "%s  Space goes on." : "%sSpace goes on.", m->message);
    } else {
        m->playing = true;
    }
}

bool act(struct model *m, const struct command *cmd)
{
    struct play *p    = model_play(m);
    bool         went = m->playing || play_due(m, p) == VTIME_NEVER, met = p->met;
    int          branches = history_branches(p->h);
    size_t       seen     = history_seen(p->h);
    char         told[sizeof m->message];

    if (!history_do(p->h, cmd)) {
        complain(m, "That is more than one session holds: R begins again.");
        return false;
    }
    play_settle(m, p);
    tell_outcome(m, p, seen);
    if (history_branches(p->h) > branches) {
        bool bad = m->message_bad;
        memcpy(told, m->message, sizeof told);
        say(m, told[0] ? "%s  A new branch (B shows all)." : "%sA new branch (B shows all).", told);
        m->message_bad = bad;
    }
    moved(m);
    go_on_after(m, went, met);
    return true;
}

void act_words(struct model *m, const char *line)
{
    struct names   n = names_of(history_world(model_play(m)->h));
    struct command cmd;
    struct fail    f;

    memset(&cmd, 0, sizeof cmd);
    if (!command_parse(line, &n, "", 0, &cmd, &f)) {
        complain(m, "%s", f.what);
        return;
    }
    act(m, &cmd);
}

/* -- Segments in flight ---------------------------------------------------------------------- */

static const struct packet *in_flight(const struct world *w, uint64_t id, bool held)
{
    const struct packet *best = NULL;

    for (uint32_t i = 1; i <= w->region[REGION_PACKET].high; i++) {
        const struct packet *k = world_packet(w, i);
        if (k->id == 0 || (id != 0 && k->id != id) || (id == 0 && (k->held != 0) != held))
            continue;
        if (!best || k->id > best->id)
            best = k;
    }
    return best;
}

/* The selected segment if it is in flight, else the newest that moves. */
static const struct packet *target(const struct model *m)
{
    const struct play    *p = model_play(m);
    const struct world   *w = history_world(p->h);
    const struct journal *j = history_journal(p->h);
    const struct packet  *k = NULL;

    if (p->selected < history_seen(p->h) && j->entry[p->selected].packet != 0)
        k = in_flight(w, j->entry[p->selected].packet, false);
    return k ? k : in_flight(w, 0, false);
}

void do_packet(struct model *m, const struct pressed *by)
{
    static const struct {
        enum action       act;
        enum command_kind kind;
        const char       *verb;
    } what[] = {
        { ACT_DROP, CMD_DROP, "drop" },          { ACT_DUP, CMD_DUP, "dup" },
        { ACT_DELAY, CMD_DELAY, "delay" },       { ACT_HOLD, CMD_HOLD, "hold" },
        { ACT_CORRUPT, CMD_CORRUPT, "corrupt" },
    };
    const struct packet *k   = target(m);
    struct command       cmd = { 0 };
    size_t               i   = 0;

    while (what[i].act != by->act)
        i++;
    cmd.kind = what[i].kind;
    if (by->act == ACT_HOLD && (!k || k->held)) {
        if (!k)
            k = in_flight(history_world(model_play(m)->h), 0, true);
        cmd.kind = CMD_RELEASE;
    }
    if (!k) {
        complain(m, "Nothing is in flight to %s: step until a segment is, or say :%s next ...",
                 what[i].verb, what[i].verb);
        return;
    }
    cmd.packet = k->id;
    if (by->act == ACT_DELAY)
        cmd.time = SEC(1);
    act(m, &cmd);
}

/* -- Hosts by hand --------------------------------------------------------------------------- */

static uint16_t listening_port(const struct world *w, uint32_t host)
{
    struct ss_row row[64];
    size_t        n = ss_rows(w, host, row, sizeof row / sizeof *row);

    for (size_t i = 0; i < n && i < sizeof row / sizeof *row; i++)
        if (row[i].state == TCP_LISTEN)
            return row[i].local.port;
    return 80; /* nobody listens: that may be what is to be seen */
}

/* What a person does by hand is said in the words of the command line, and so is saved and replayed
 * as if it had been typed. */
void do_hand(struct model *m, const struct pressed *by)
{
    static const struct {
        enum action act;
        uint32_t    host;
        const char *words;
    } what[] = {
        { ACT_CLOSE_A, 1, "close" },
        { ACT_CLOSE_B, 2, "close" },
        { ACT_SEND_A, 1, "write \"hello\"" },
        { ACT_SEND_B, 2, "write \"hello\"" },
        { ACT_READ_A, 1, "read" },
        { ACT_READ_B, 2, "read" },
        { ACT_SHUT_A, 1, "shutdown wr" },
        { ACT_SHUT_B, 2, "shutdown wr" },
        { ACT_ABORT_A, 1, "abort" },
        { ACT_ABORT_B, 2, "abort" },
        { ACT_CONNECT_A, 1, "connect" },
        { ACT_CONNECT_B, 2, "connect" },
    };
    const struct world *w = history_world(model_play(m)->h);
    size_t              i = 0;
    char                line[80];
    struct text         t = text_into(line, sizeof line);

    while (what[i].act != by->act)
        i++;
    if (w->hosts < 2) {
        complain(m, "There is no second host.");
        return;
    }
    text_add(&t, "%s %s", w->host[what[i].host - 1].name, what[i].words);
    if (by->act == ACT_CONNECT_A || by->act == ACT_CONNECT_B) {
        uint32_t peer = 3 - what[i].host;
        text_add(&t, " %s:%u", w->host[peer - 1].name, (unsigned)listening_port(w, peer));
    }
    act_words(m, line);
}

/* A box with an idle timeout is put on the way, and taken off; what else a box can be is said after
 * `:`. */
void do_box(struct model *m, const struct pressed *by)
{
    const struct box *b = &history_world(model_play(m)->h)->path[0][1].box;

    (void)by;
    act_words(m, !b->idle                    ? "link idle 10s drop"
                 : b->idle_answer != BOX_RST ? "link idle 10s rst"
                                             : "link idle off");
}

/* -- Undo, branches -------------------------------------------------------------------------- */

void do_undo(struct model *m, const struct pressed *by)
{
    struct play *p    = model_play(m);
    bool         undo = by->act == ACT_UNDO;

    if (!(undo ? history_undo(p->h) : history_redo(p->h))) {
        complain(m, undo ? "There is nothing of yours to undo." : "There is nothing to do again.");
        return;
    }
    m->playing = false;
    play_settle(m, p);
    moved(m);
    say(m, undo ? "Undone: time is just before what you did.  C-r does it again." : "Done again.");
}

void go_branch(struct model *m, int branch)
{
    struct play *p = model_play(m);
    int          n = history_branches(p->h);

    if (n == 1) {
        say(m, "There is one branch: go back and act, and there will be another.");
        return;
    }
    if (branch < 0 || branch >= n) {
        say(m, "There are branches 1 to %d.", n);
        return;
    }
    m->playing = false;
    history_switch(p->h, branch);
    play_settle(m, p);
    moved(m);
    say(m, "Branch %d of %d.", branch + 1, n);
}

void do_restart(struct model *m, const struct pressed *by)
{
    if (history_deeds(model_play(m)->h) > 0
        && !confirmed(m, by, "What you did will be forgotten: %s again begins again.", by->key))
        return;
    m->playing = false;
    for (int i = 0; i < m->plays; i++) {
        int part = m->play[i].part;
        play_close(&m->play[i]);
        play_open(&m->play[i], &m->lesson->part[part], part);
    }
    m->playing = play_until(m, model_play(m)) == VTIME_NEVER; /* as the sandbox is opened */
    say(m, "From the beginning.");
}

/* -- Parts
 * -------------------------------------------------------------------------------------------------
 */

void go_part(struct model *m, int part)
{
    if (part < 0 || part >= m->lesson->n_part) {
        complain(m, "This lesson has %d part%s.", m->lesson->n_part,
                 m->lesson->n_part == 1 ? "" : "s");
        return;
    }
    if (m->plays == 2 && m->play[!m->focus].part == part) { /* it is there already */
        do_focus(m, &(struct pressed){ .act = ACT_FOCUS, .key = "Tab" });
        return;
    }
    struct play *p = model_play(m);
    m->playing     = false;
    m->scroll      = 0;
    play_close(p);
    play_open(p, &m->lesson->part[part], part);
    if (m->plays == 2) { /* both begin at the same moment */
        play_start(m, &m->play[!m->focus]);
        m->play[!m->focus].passed = 0;
        play_settle(m, &m->play[!m->focus]);
    }
    say(m, "Part %d of %d: %s", part + 1, m->lesson->n_part, m->lesson->part[part].title);
}

void do_part(struct model *m, const struct pressed *by)
{
    (void)by;
    if (m->lesson->n_part == 1) {
        say(m, "This lesson has one part.");
        return;
    }
    int n = m->lesson->n_part, to = (model_play(m)->part + 1) % n;

    if (m->plays == 2 && m->play[!m->focus].part == to) /* the same twice compares nothing */
        to = (to + 1) % n;
    if (to == model_play(m)->part) {
        say(m, "Both parts are in sight: Tab changes over, C ends it.");
        return;
    }
    go_part(m, to);
}

void do_compare(struct model *m, const struct pressed *by)
{
    (void)by;
    m->playing = false;
    if (m->plays == 2) {
        struct play gone = m->play[!m->focus];
        m->play[0]       = m->play[m->focus];
        memset(&m->play[1], 0, sizeof m->play[1]);
        play_close(&gone);
        m->plays = 1;
        m->focus = 0;
        say(m, "One part.");
        return;
    }
    if (m->lesson->n_part == 1) {
        complain(m, "This lesson has one part: there is nothing to compare it with.");
        return;
    }
    int part = (m->play[0].part + 1) % m->lesson->n_part;
    play_open(&m->play[1], &m->lesson->part[part], part);
    m->plays = 2;
    m->focus = 0;
    play_seek(m, &m->play[1], history_world(m->play[0].h)->now);
    if (history_world(m->play[0].h)->now == 0)
        m->play[1].passed = 0;
    say(m, "Two parts side by side: Tab changes over, C ends it.");
}

void do_focus(struct model *m, const struct pressed *by)
{
    (void)by;
    if (m->plays == 2) {
        m->focus = !m->focus;
        say(m, "The keys go to: %s", model_part(m, model_play(m))->title);
        return;
    }
    /* One part: the panes in order, the help pane left out, for it takes the keys. */
    go_pane(m, (m->pane + 1) % PANE_HELP);
}
