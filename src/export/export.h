/* SPDX-License-Identifier: MIT
 * export.h - a run, written down.
 *
 * Entries [from, to) of a journal, in order.  What is written depends on nothing but the journal
 * (the world is asked for the names of hosts), so equal runs leave equal files.
 */
#ifndef FW_EXPORT_EXPORT_H
#define FW_EXPORT_EXPORT_H

#include "base/text.h"
#include "scenario/lesson.h"

#include <stdio.h>

/* `finwait run --json`: one event a line, with the part (1-based) that it belongs to. */
void export_json(FILE *f, int part, const struct world *w, const struct journal *j, size_t from,
                 size_t to);

/* `finwait run --plain`: one sentence an event, for screen readers, pipes and dumb terminals; below
 * it the rules that decided. */
void export_plain(FILE *f, const struct world *w, const struct journal *j, size_t from, size_t to);

/* `finwait run --pcapng`: a capture file with what a sniffer on that host (1-based) would have
 * caught: each datagram that it sent or that reached it, byte for byte, with the host's reasons as
 * the packet's comment. */
void export_pcapng(FILE *f, uint8_t host, const struct world *w, const struct journal *j,
                   size_t from, size_t to);

/* -- What all use (words.c). --------------------------------------------------------------- */

/* "client"; "somebody" for no host. */
const char *export_host(const struct world *w, uint8_t host);

/* "by chance", "dropped by hand" ... and the bare word of it. */
const char *export_cause(uint8_t cause);
const char *export_cause_text(uint8_t cause);

/* "9293/3.10.7.4/2" as people say it: "RFC 9293 3.10.7.4, check 2". */
void export_rfc(const char *paragraph, struct text *out);

/* The names of enum tcp_signal bits: "connected", "reset" ...; NULL for an unknown one. */
const char *export_signal(uint32_t bit);

extern const char *const outcome_name[]; /* of enum outcome */

#endif
