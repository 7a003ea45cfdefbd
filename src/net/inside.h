/* SPDX-License-Identifier: MIT
 * inside.h - how the parts of src/net call each other.  Not for other modules.
 *
 *      world.c    events, commands, cues          --> host.c, app.c, wire.c
 *      host.c     demultiplexing, the engine      --> wire_send(), alarms, world_tell()
 *      sock.c     descriptors and calls           --> host.c
 *      app.c      scripted programs               --> sock.c
 */
#ifndef FW_NET_INSIDE_H
#define FW_NET_INSIDE_H

#include "net/journal.h"
#include "net/sock.h"
#include "net/world.h"

/* -- world.c: telling -------------------------------------------------------------------- */

/* What goes with an entry; all borrowed for the call. */
struct told {
    const struct step *step;
    size_t             n_step;
    const char        *text;
    size_t             n_text;
    const uint8_t     *wire;
    size_t             n_wire;
};

/* Say that something happened: stamps at and event, lets cues see it, and appends it to the journal
 * if there is one. */
void world_tell(struct world *w, struct journal *j, struct entry *e, const struct told *more);

/* -- alarms (wheel.c): the future ---------------------------------------------------------- */

/* Make or move the alarm *alarm (0: a new one) to `at`; VTIME_NEVER cancels.  Equal times come out
 * in the order of setting.  Setting an alarm to the time it already has keeps its place; a time
 * that has passed becomes now. When an alarm goes off its element has been given back and the field
 * of its owner (conn.alarm, time_wait.alarm, app.alarm ...) is 0 again before host_conn_alarm() and
 * the like are called. */
void alarm_set(struct world *w, uint32_t *alarm, vtime at, enum alarm_kind kind, uint32_t who);
void alarm_cancel(struct world *w, uint32_t *alarm);

/* Take out the earliest alarm due at or before `until`; false if there is none. */
bool wheel_pop(struct world *w, vtime until, struct alarm *out);
/* When the earliest is due, or VTIME_NEVER.  Looks at the alarms of one slot. */
vtime wheel_next(const struct world *w);
void  wheel_check(const struct world *w);

/* -- the way (way.c): from host to host ------------------------------------------------------ */

/* Send a segment: encode it, apply chance and armed faults, tell SENT (and LOST, HELD ...),
 * schedule its arrival. `e` says who and why: host, life, conn, rtx, before, after, and `more` the
 * steps. */
void way_send(struct world *w, struct journal *j, struct entry *e, const struct told *more,
              const struct endpoint *from, const struct endpoint *to, const struct segment *seg,
              const uint8_t *text);

/* Put a datagram of nobody's (its bytes are more->wire) in the middle of a path: told as SENT. */
void way_insert(struct world *w, struct journal *j, struct entry *e, const struct told *more,
                vspan left);

/* CMD_INJECT (forge.c). */
void way_inject(struct world *w, struct journal *j, const struct command *cmd, enum cause why);

/* A packet's alarm: it arrives, or meets its fate. */
void way_alarm(struct world *w, struct journal *j, uint32_t packet);

/* CMD_PATH (change.c): a path in one direction; with host 0 or peer 0, from or to all others. */
void path_change(struct world *w, const struct command *cmd);

/* A flow has been silent for too long, and the box tells both ends (box.c). */
void box_alarm(struct world *w, struct journal *j, uint32_t flow);

/* The packet that DROP .. CORRUPT mean: by id, or the newest that matches and can take it; 0 is
 * none. */
uint32_t way_chosen(const struct world *w, const struct command *cmd);

/* DROP .. DISARM and PATH, INJECT, by a person or the script. */
void way_command(struct world *w, struct journal *j, const struct command *cmd, enum cause why);

/* -- match.c --------------------------------------------------------------------------------- */

/* entry_match() of something that may not be in any journal. */
bool told_match(const struct entry *e, const struct told *more, const struct match *m);

/* -- cue.c: the script ----------------------------------------------------------------------- */

void cue_init(struct world *w); /* set the alarms of those with a time */
void cue_see(struct world *w, const struct entry *e, const struct told *more);
void cue_alarm(struct world *w, struct journal *j, uint32_t cue);

/* world_do() without counting the event: `why` is CAUSE_PERSON or CAUSE_SCRIPT. */
void command_do(struct world *w, struct journal *j, const struct command *cmd, enum cause why);

/* -- host.c ---------------------------------------------------------------------------------- */

void host_init(struct world *w, uint32_t host, const struct setup_host *s);

/* A datagram has arrived at this host: decode, find the owner, judge, answer; tells ARRIVED or BAD.
 * `e` has packet, peer, sent, life and conn of the sender filled in. */
void host_datagram(struct world *w, struct journal *j, uint32_t host, struct entry *e,
                   const uint8_t *bytes, size_t n);

/* The same for an ICMP error (unreach.c). */
void host_icmp(struct world *w, struct journal *j, uint32_t host, struct entry *e,
               const uint8_t *bytes, size_t n);

void host_conn_alarm(struct world *w, struct journal *j, uint32_t conn);
/* When a clock that ends at `deadline` is looked at: then, or at a tick after it (knob hz). */
vtime host_due(const struct world *w, uint32_t host, vtime deadline);
void host_time_wait_alarm(struct world *w, struct journal *j, uint32_t tw);

/* The connection of a four-tuple, 0 is none; the record in TIME_WAIT likewise. */
uint32_t host_find(const struct world *w, const struct endpoint *local,
                   const struct endpoint *remote);
uint32_t host_find_time_wait(const struct world *w, const struct endpoint *local,
                             const struct endpoint *remote);

/* Power fails: connections, descriptors and programs are gone, nothing is sent. */
void host_crash(struct world *w, struct journal *j, uint32_t host);

/* -- rest.c: control blocks, whole and packed ------------------------------------------------ */

/* Give a connection a whole one, zeroed; make that of one that rests whole; give it back. */
struct tcb *control_new(struct world *w, uint32_t conn);
struct tcb *control_wake(struct world *w, uint32_t conn);
void        control_free(struct world *w, uint32_t conn);
/* Something has just moved in it, or nothing does any more: one of those in which nothing has moved
 * for longest may be packed. */
void control_moved(struct world *w, uint32_t conn);
/* As conn_tcb(), without a copy if it is whole. */
const struct tcb *conn_look(const struct world *w, const struct conn *c, struct tcb *room);
void              rest_check(const struct world *w);

/* -- stream.c: text by stream offset --------------------------------------------------------- */

/* Keep n bytes at offset `at` (>= base; holes are allowed, what was written first stays).  False
 * when pages are out. */
bool stream_write(struct world *w, struct stream *s, uint64_t at, const uint8_t *bytes, size_t n);
/* Would it? */
bool stream_fits(struct world *w, struct stream *s, uint64_t at, size_t n);
/* Copy n bytes from offset `at`; they must have been written.  To read on where one stopped costs
 * the same in a long stream as in a short one. */
void stream_read(const struct world *w, struct stream *s, uint64_t at, uint8_t *bytes, size_t n);
/* Forget everything below offset `at`. */
void stream_release(struct world *w, struct stream *s, uint64_t at);
/* Forget everything from `at` on. */
void stream_cut(struct world *w, struct stream *s, uint64_t at);
void stream_free(struct world *w, struct stream *s);

/* -- app.c ----------------------------------------------------------------------------------- */

void app_start(struct world *w, struct journal *j, uint32_t host, uint32_t program);
void app_hand(struct world *w, struct journal *j, uint32_t host, const struct op *op);
void app_alarm(struct world *w, struct journal *j, uint32_t app);
/* Something about the host's sockets may have changed: let every blocked program of the host try
 * again.  Called by world.c at the end of each event, until nothing moves. */
bool app_poll(struct world *w, struct journal *j, uint32_t host);
void app_crash(struct world *w, struct journal *j, uint32_t host);

#endif
