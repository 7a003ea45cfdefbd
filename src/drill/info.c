/* SPDX-License-Identifier: MIT
 * info.c - TCP_INFO of a socket. */
#include "drill/inside.h"

/* Linux numbers the states otherwise than the RFC lists them. */
static uint64_t linux_state(uint8_t state)
{
    static const uint8_t number[TCP_STATES] = {
        [TCP_ESTABLISHED] = 1, [TCP_SYN_SENT] = 2,  [TCP_SYN_RECEIVED] = 3, [TCP_FIN_WAIT_1] = 4,
        [TCP_FIN_WAIT_2] = 5,  [TCP_TIME_WAIT] = 6, [TCP_CLOSED] = 7,       [TCP_CLOSE_WAIT] = 8,
        [TCP_LAST_ACK] = 9,    [TCP_LISTEN] = 10,   [TCP_CLOSING] = 11,
    };
    return number[state];
}

/* Segments in flight. */
static uint64_t segments(const struct world *w, const struct tcb *t)
{
    uint64_t n = 0;

    for (uint32_t i = t->flight; i; i = world_node(w, i)->next)
        n++;
    return n;
}

static const char *const field_name[] = {
#define INFO(name, value) #name,
#include "drill/info.def"
#undef INFO
};

enum { FIELDS = sizeof field_name / sizeof field_name[0] };

bool stack_info(struct stack *s, int fd, size_t i, struct tcp_info_value *out)
{
    struct sock *k = stack_sock(s, fd);

    if (i >= FIELDS || k == NULL)
        return false;
    *out = (struct tcp_info_value){ .name = field_name[i] };
    if (k->conn == 0) { /* nothing is left of it, or it listens */
        if (i == 0)
            out->value = linux_state(k->kind == SOCK_LISTENING ? TCP_LISTEN : TCP_CLOSED);
        return true;
    }
    const struct world *w   = s->world;
    const struct conn  *c   = world_conn(w, k->conn);
    const struct tcb   *t   = &c->tcb;
    vtime               now = w->now;
    size_t              at  = 0;
#define INFO(name, expression)                                                                     \
    if (at++ == i)                                                                                 \
        out->value = (uint64_t)(expression);
#include "drill/info.def"
#undef INFO
    return true;
}
