/* SPDX-License-Identifier: MIT
 * info.c - TCP_INFO of a socket. */
#include "drill/inside.h"

#include "net/info.h"

uint8_t linux_state(enum tcp_state state)
{
    static const uint8_t number[TCP_STATES] = {
        [TCP_ESTABLISHED] = 1, [TCP_SYN_SENT] = 2,  [TCP_SYN_RECEIVED] = 3, [TCP_FIN_WAIT_1] = 4,
        [TCP_FIN_WAIT_2] = 5,  [TCP_TIME_WAIT] = 6, [TCP_CLOSED] = 7,       [TCP_CLOSE_WAIT] = 8,
        [TCP_LAST_ACK] = 9,    [TCP_LISTEN] = 10,   [TCP_CLOSING] = 11,
    };
    return number[state];
}

/* Linux counts in segments what the engine counts in bytes. */
static uint64_t segments(const struct tcb *t, uint32_t bytes)
{
    return t->mss_out ? (bytes + t->mss_out - 1) / t->mss_out : 0;
}

/* TCPI_OPT_TIMESTAMPS, SACK, WSCALE, ECN: what is in use. */
static uint64_t linux_options(const struct tcb *t)
{
    uint32_t a = tcp_agreed(t);

    return (a & AGREED_TIMESTAMPS ? 1u : 0) | (a & AGREED_SACK ? 2u : 0)
           | (a & AGREED_WSCALE ? 4u : 0) | (a & AGREED_ECN ? 8u : 0);
}

static const char *const field_name[] = {
#define INFO(name, value) #name,
#include "drill/info.def"
#undef INFO
};

enum { FIELDS = sizeof field_name / sizeof field_name[0] };

bool stack_info(struct stack *s, int fd, size_t at, struct tcp_info_value *out)
{
    const struct sock *k   = stack_sock(s, fd);
    struct tcb         tcb = { 0 }, *t = &tcb;
    struct sock_info   info, *i        = &info;
    size_t             n = 0;

    if (at >= FIELDS || sock_info(&s->call, fd, i) < 0)
        return false;
    if (k && k->conn)
        tcb = conn_tcb(s->world, world_conn(s->world, k->conn));
    *out = (struct tcp_info_value){ .name = field_name[at] };
#define INFO(name, expression)                                                                     \
    if (n++ == at)                                                                                 \
        out->value = (uint64_t)(expression);
#include "drill/info.def"
#undef INFO
    return true;
}
