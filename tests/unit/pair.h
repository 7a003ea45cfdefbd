/* SPDX-License-Identifier: MIT
 * pair.h - two hosts and a wire, for the tests of src/net.
 *
 *      struct pair *p = pair_new(PROFILE_LINUX);
 *      pair_open(p);                       server listens on 80, client connects, server accepts
 *      sock_close(&p->c, p->cfd);
 *      pair_run(p, SEC(1));
 *      ck_assert_str_eq(pair_wire(p), "c:F. s:. ");     what was sent since the last look
 *      ck_assert_str_eq(pair_ss(p, CLIENT), "FIN-WAIT-2 0 0");
 *
 * Text on the wire shows as + after the flags: "c:P.+".
 */
#ifndef FW_TEST_PAIR_H
#define FW_TEST_PAIR_H

#include "net/inside.h"
#include "net/ss.h"

enum { CLIENT = 1, SERVER = 2 };

struct pair {
    struct setup    s;
    struct world   *w;
    struct journal  j;
    struct net_call c, d; /* the client's calls, the server's */
    int             lfd, cfd, sfd;
    size_t          seen; /* entries that pair_wire() has shown */
    char            text[1024];
};

struct pair    *pair_new(enum profile p);
struct pair    *pair_of(const struct setup *s);
struct setup    pair_setup(enum profile p);
void            pair_free(struct pair *p);
void            pair_run(struct pair *p, vspan t);
void            pair_open(struct pair *p);
struct endpoint pair_at(const struct pair *p, uint32_t host, uint16_t port);
const char     *pair_wire(struct pair *p);
/* State, Recv-Q and Send-Q of the host's rows but for listeners, in one line: "ESTAB 0 0; ...". */
const char *pair_ss(struct pair *p, uint32_t host);
const char *pair_ss_text(struct pair *p, uint32_t host); /* the first such row, whole */
int         pair_write(struct net_call *c, int fd, const char *text);
int         pair_read(struct net_call *c, int fd);  /* bytes or -error */
int         pair_error(struct net_call *c, int fd); /* SO_ERROR, positive */
/* The words of every entry of this kind and host, joined with "; ". */
const char *pair_said(struct pair *p, enum event_kind kind, uint32_t host);
void        pair_op(struct pair *p, uint32_t host, struct op op);
void        pair_drop_next(struct pair *p, uint32_t host, uint8_t ctl);

#endif
