/* SPDX-License-Identifier: MIT
 * adapter.h - what packetdrill.c, preload.c, command.c and state.c share: the one stack of the
 * process.
 *
 * No header of the engine is included here: preload.c needs Linux's own <linux/tcp.h>, whose names
 * for the states are also the engine's.
 */
#ifndef FW_DRILL_ADAPTER_H
#define FW_DRILL_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is this descriptor a socket of ours? */
bool adapter_owns(int fd);

/* Field i of its TCP_INFO; false past the last. */
bool adapter_info(int fd, size_t i, const char **name, uint64_t *value);

/* getsockopt(): 0 or -errno. */
int adapter_get(int fd, int level, int name, void *value, size_t *len);

struct stack;

/* Write the connection table to FINWAIT_STATE_FILE, if that is set and the table is another one. */
void state_file(struct stack *s);

/* What a file of that name held before is not ours: it is empty until there is news. */
void state_begin(void);

/* The same as FreeBSD's sockstat prints it; free() it. */
char *state_sockstat(struct stack *s);

/* What a command line sets by sysctl is set here too.  For FreeBSD's profile: true, and a table for
 * sockstat. */
bool adapter_command(const char *command, char **sockstat);

#endif
