/* SPDX-License-Identifier: MIT
 * drill.h - a script of the packetdrill language, read.
 *
 * The language is that of packetdrill: a script plays the remote peer of one host, makes its
 * system calls, and says which segments must leave it and when.  Here it runs in virtual time, so
 * "when" is exact unless the script gives a range.
 *
 *      script_parse()   text  -> struct script, or file:line: what is wrong
 *      script_run()     plays it on a fresh stack, or file:line: what was expected and what came
 */
#ifndef FW_DRILL_DRILL_H
#define FW_DRILL_DRILL_H

#include "base/fail.h"
#include "base/vtime.h"
#include "tcp/seq.h"

#include <stddef.h>

enum {
    OPT_LIST = 40, /* options in one segment: each takes a byte at least */
    OPT_RAW  = 40, /* bytes of an option that has no name here */
};

/* One TCP option as written or as it came, in its place. */
struct opt {
    uint8_t  kind;
    uint8_t  n;    /* SACK: blocks; unnamed kinds: bytes of raw */
    uint32_t a, b; /* MSS, WSCALE: a; TS: val, ecr */
    uint32_t lo[4], hi[4];
    uint8_t  raw[OPT_RAW];
};

enum opt_kind {
    OPTK_EOL = 0,
    OPTK_NOP,
    OPTK_MSS,
    OPTK_WSCALE,
    OPTK_SACK_OK,
    OPTK_SACK,
    OPTK_TS = 8
};

/* A segment or an ICMP message, as written in a script or decoded from the wire. */
struct pkt {
    bool       in; /* '<': comes from the peer */
    bool       icmp;
    uint8_t    icmp_type, icmp_code, icmp6_type, icmp6_code;
    uint32_t   icmp_mtu;
    uint8_t    ctl;           /* enum ctl bits */
    uint32_t   seq, end, len; /* seq:end(len) */
    uint32_t   ack, win, up;
    bool       has_ack, has_win;
    bool       any_seq;      /* ...(len): the number is not looked at */
    int        ecn, tos, ttl; /* -1: not written; tos without its ECN bits */
    uint16_t   sport, dport; /* 0: not written */
    bool       any_opts;     /* <...>: do not look at them */
    size_t     n_opt;
    struct opt opt[OPT_LIST];
};

/* An argument of a system call: a tree. */
enum arg_kind {
    ARG_ANY, /* ... */
    ARG_NUM,
    ARG_STR,
    ARG_LIST,   /* [a, b] */
    ARG_STRUCT, /* {name=a, b} */
};

struct arg {
    enum arg_kind kind;
    char         *name; /* within a struct: name=; may be NULL */
    int64_t       num;
    char         *str;
    struct arg   *child, *next;
};

struct sys {
    char       *name;
    struct arg *args;
    int64_t     result;
    bool        any_result; /* = ... */
    int         error;      /* errno, 0 is none */
};

enum event_what { WHAT_PKT, WHAT_SYS, WHAT_COMMAND, WHAT_CODE };
enum when { WHEN_ABSOLUTE, WHEN_RELATIVE, WHEN_ANY };

struct event {
    int             line;
    enum event_what what;
    enum when       when;
    bool            range, blocks;
    vtime           at, to; /* `to`: end of the range, or when the blocking call returns */
    struct pkt     *pkt;
    struct sys     *sys;
    char           *text; /* of a command or of code */
    struct event   *next;
};

/* --name=value at the beginning of the file. */
struct option {
    int            line;
    char          *name, *value;
    struct option *next;
};

struct script {
    const char    *file;
    struct option *options;
    struct event  *events;
    void          *arena; /* everything above lives here */
};

bool script_parse(struct script *s, const char *file, const char *text, struct fail *f);
void script_free(struct script *s);

/* Defaults that a run starts from; the script's own options come on top. */
struct drill_setup {
    const char *profile; /* NULL: rfc9293 */
    bool        verbose; /* print every event and the rules it passed through */
};

bool script_run(const struct script *s, const struct drill_setup *d, struct fail *f);

/* A segment as a script would write it.  Returns buf. */
char *pkt_text(const struct pkt *p, char *buf, size_t cap);

#endif
