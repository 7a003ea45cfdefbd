/* SPDX-License-Identifier: MIT
 * calls.h - the same calls on two sockets of this machine's kernel and on two of ours.
 *
 * A script is a line of words: who, what, and perhaps a number.  l is the listener, c d e are
 * clients, s t u what was accepted from them, in that order.
 *
 *      "s close; c write 10; c read 100; c write 10"
 *
 * After each call both are given time, then what it returned, what poll() says of each socket and
 * the ss line of each end of each connection are compared.
 */
#ifndef FW_TEST_CALLS_H
#define FW_TEST_CALLS_H

#include "kernel.h"

enum { CLIENTS = 3, NAMES = 1 + 2 * CLIENTS, SETTLE_MS = 60, CALLED = 8090, CLIENT_PORT = 50001 };

/* Of a name: 0 the listener, 1 .. CLIENTS the clients, then what was accepted. */
struct called {
    long        result;                /* >= 0 or -errno */
    int         events[NAMES];         /* revents, 0: not open */
    struct line line[2 * CLIENTS + 1]; /* the client's end, the server's end; the listener's */
};

/* One call by number of name, or a verb that sets or gets an option (verb.def's numbers). */
struct verb {
    const char *name;
    int         level, option; /* of setsockopt and getsockopt; 0: a call */
    bool        get;
};

extern const struct verb verbs[];

const struct verb *verb_named(const char *word, size_t len);

struct ours;

struct ours *ours_open(void);
void         ours_close(struct ours *o);
void         ours_call(struct ours *o, int who, const struct verb *v, long n, struct called *r);

const char *theirs_open(void);
void        theirs_close(void);
void        theirs_call(int who, const struct verb *v, long n, struct called *r);

#endif
