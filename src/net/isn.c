/* SPDX-License-Identifier: MIT
 * isn.c - first sequence numbers (RFC 9293 3.4.1, RFC 6528) and ephemeral ports (RFC 6056).
 *
 * Both come from a keyed hash of the four-tuple: a stranger cannot guess them, a replay of the same
 * world repeats them.
 */
#include "base/siphash.h"
#include "net/host.h"

#include <string.h>

enum {
    ISN_TICK   = 4,    /* microseconds: M of RFC 6528 3 */
    PORT_FIXED = 1024, /* host.port_next from here on: the setup chose a first port */
};

static uint64_t keyed(const struct host *h, const struct endpoint *local,
                      const struct endpoint *remote, bool with_port)
{
    uint8_t key[36];

    memset(key, 0, sizeof key);
    memcpy(key, local->addr.b, 16);
    if (with_port)
        memcpy(key + 16, &local->port, 2);
    memcpy(key + 18, remote->addr.b, 16);
    memcpy(key + 34, &remote->port, 2);
    return siphash(h->secret, key, sizeof key);
}

seq host_iss(const struct world *w, uint32_t host, const struct endpoint *local,
             const struct endpoint *remote)
{
    const struct host *h     = host_of(w, host);
    seq                clock = (seq)(w->now / ISN_TICK);

    if (h->isses < h->n_iss)
        return h->iss[h->isses];
    if (h->profile == PROFILE_RFC793) /* 793 3.3: the clock alone, and so a guess away */
        return clock;
    return clock + (seq)keyed(h, local, remote, true);
}

/* RFC 7323 5.4: always the same for a pair of sockets, so that the next incarnation's timestamps
 * are later than those of the last (RFC 6191). */
uint32_t host_ts_off(const struct world *w, uint32_t host, const struct endpoint *local,
                     const struct endpoint *remote)
{
    const struct host *h = host_of(w, host);

    return h->policy.ts_offset ? (uint32_t)(keyed(h, local, remote, true) >> 32) : 0;
}

void host_iss_used(struct world *w, uint32_t host)
{
    struct host *h = host_of(w, host);

    if (h->isses < h->n_iss)
        h->isses++;
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static bool port_is_free(const struct world *w, uint32_t host, const struct endpoint *local,
                         const struct endpoint *remote)
{
    struct owner o = demux_owner(w, host, local, remote);

    if (remote->port == 0 && demux_held(w, host, local, false)) /* bind(): free for all remotes */
        return false;
    return !o.conn && !o.time_wait && !demux_bound(w, host, local->port, 0);
}

/* RFC 6056 3.3.3: a hash of where we go, plus a counter, over all the ports there are for it (3.2).
 * A setup that names a first port gets the classic sequence instead, so that a lesson can print its
 * port numbers. */
uint16_t host_port(struct world *w, uint32_t host, const struct endpoint *local,
                   const struct endpoint *remote)
{
    struct host    *h     = host_of(w, host);
    uint32_t        first = h->policy.port_first, last = h->policy.port_last;
    uint32_t        count = last > first ? last - first + 1 : 1;
    bool            fixed = h->port_next >= PORT_FIXED;
    uint32_t        start = fixed ? h->port_next : (uint32_t)(keyed(h, local, remote, false) >> 32);
    struct endpoint here  = *local;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t port = fixed ? start + i : first + (start + h->port_count + i) % count;

        if (fixed && port > UINT16_MAX)
            port = first + (port - UINT16_MAX - 1) % count;
        here.port = (uint16_t)port;
        if (!port_is_free(w, host, &here, remote))
            continue;
        if (fixed)
            h->port_next =
                port == UINT16_MAX ? (uint16_t)larger(first, PORT_FIXED) : (uint16_t)(port + 1);
        else
            h->port_count = (uint16_t)((h->port_count + i + 1) % count);
        return (uint16_t)port;
    }
    return 0;
}
