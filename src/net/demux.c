/* SPDX-License-Identifier: MIT
 * demux.c - who owns a segment: one hash for connections, TIME_WAIT records and bound ports.
 *
 * A bucket is a chain of tagged references: the upper three bits say which region, the rest which
 * element.  Finding the owner costs the same for ten connections and for a million.
 */
#include "base/siphash.h"
#include "net/host.h"

#include <assert.h>
#include <string.h>

enum { KIND_CONN, KIND_TIME_WAIT, KIND_SOCK, KIND_FD, KIND_PORT, KIND_SHIFT = 29 };

static uint32_t  kind_of(uint32_t ref) { return ref >> KIND_SHIFT; }
static uint32_t  index_of(uint32_t ref) { return ref & ((1u << KIND_SHIFT) - 1); }
static uint32_t  ref_to(uint32_t kind, uint32_t i) { return kind << KIND_SHIFT | i; }
static uint32_t *buckets(const struct world *w)
{
    return (uint32_t *)(uintptr_t)((const char *)w + w->hash_offset);
}

/* The place in which a reference keeps the next one of its chain. */
static uint32_t *link_of(const struct world *w, uint32_t ref)
{
    switch (kind_of(ref)) {
    case KIND_CONN: return &world_conn(w, index_of(ref))->hash;
    case KIND_TIME_WAIT: return &world_time_wait(w, index_of(ref))->hash;
    case KIND_PORT: return &world_held_port(w, index_of(ref))->hash;
    case KIND_FD: return &world_fd(w, index_of(ref))->hash;
    default: return &world_sock(w, index_of(ref))->hash;
    }
}

/* The addresses of one family are told by few bytes; the host is in the secret. */
static uint64_t tuple_hash(const struct world *w, uint32_t host, const struct endpoint *local,
                           const struct endpoint *remote)
{
    uint8_t key[2 * 18];
    size_t  from = addr_is_v4(&local->addr) && addr_is_v4(&remote->addr) ? 12 : 0, n = 16 - from;

    memcpy(key, local->addr.b + from, n);
    memcpy(key + n, remote->addr.b + from, n);
    memcpy(key + 2 * n, &local->port, 2);
    memcpy(key + 2 * n + 2, &remote->port, 2);
    return siphash(host_of(w, host)->secret, key, 2 * n + 4);
}

static uint32_t *bucket_of(const struct world *w, uint32_t key)
{
    return buckets(w) + (key & (w->buckets - 1));
}

/* Ports that this host's sockets have, and descriptors, are numbers that no stranger chooses: to
 * spread them is enough. */
static uint32_t *spread(const struct world *w, uint32_t host, uint32_t number, uint32_t salt)
{
    uint32_t x = ((number * HOST_MAX + host) ^ salt) * 2654435761u;

    return bucket_of(w, x ^ x >> 15);
}

static uint32_t *port_bucket(const struct world *w, uint32_t host, uint16_t port)
{
    return spread(w, host, port, 0x5bd1e995u);
}

static uint32_t *fd_bucket(const struct world *w, uint32_t host, int number)
{
    return spread(w, host, (uint32_t)number, 0);
}

static uint32_t find_port(const struct world *w, uint32_t host, uint16_t number, bool six)
{
    for (uint32_t ref = *port_bucket(w, host, number); ref; ref = *link_of(w, ref)) {
        const struct port *p = kind_of(ref) == KIND_PORT ? world_held_port(w, index_of(ref)) : NULL;

        if (p && p->host == host && p->number == number && p->six == six)
            return index_of(ref);
    }
    return 0;
}

static void chain_add(struct world *w, uint32_t *bucket, uint32_t ref)
{
    *link_of(w, ref) = *bucket;
    *bucket          = ref;
}

static void chain_remove(struct world *w, uint32_t *bucket, uint32_t ref)
{
    uint32_t *at = bucket;

    while (*at && *at != ref)
        at = link_of(w, *at);
    assert(*at == ref);
    *at              = *link_of(w, ref);
    *link_of(w, ref) = 0;
}

void demux_hold(struct world *w, uint32_t host, const struct endpoint *local, bool reuse)
{
    bool     six = !addr_is_v4(&local->addr);
    uint32_t i   = find_port(w, host, local->port, six);

    if (i == 0) {
        i = world_take(w, REGION_PORT);
        assert(i != 0); /* there is one for each record that can hold a port */
        *world_held_port(w, i) =
            (struct port){ .host = (uint8_t)host, .six = six, .number = local->port };
        chain_add(w, port_bucket(w, host, local->port), ref_to(KIND_PORT, i));
    }
    world_held_port(w, i)->held++;
    world_held_port(w, i)->strict += !reuse;
}

void demux_release(struct world *w, uint32_t host, const struct endpoint *local, bool reuse)
{
    uint32_t     i = find_port(w, host, local->port, !addr_is_v4(&local->addr));
    struct port *p = world_held_port(w, i);

    assert(i != 0 && p->held > 0 && p->strict >= !reuse);
    p->held--;
    p->strict -= !reuse;
    if (p->held)
        return;
    chain_remove(w, port_bucket(w, host, local->port), ref_to(KIND_PORT, i));
    world_give(w, REGION_PORT, i);
}

/* A host has one address of each family: to bind to any is to bind to both. */
bool demux_held(const struct world *w, uint32_t host, const struct endpoint *e, bool reuse)
{
    static const struct addr any;

    for (int six = 0; six < 2; six++) {
        uint32_t i = addr_equal(&e->addr, &any) || addr_is_v4(&e->addr) == !six
                         ? find_port(w, host, e->port, six)
                         : 0;

        if (i && (!reuse || world_held_port(w, i)->strict))
            return true;
    }
    return false;
}

void demux_add_conn(struct world *w, uint32_t conn)
{
    chain_add(w, bucket_of(w, world_conn(w, conn)->key), ref_to(KIND_CONN, conn));
}

void demux_remove_conn(struct world *w, uint32_t conn)
{
    chain_remove(w, bucket_of(w, world_conn(w, conn)->key), ref_to(KIND_CONN, conn));
}

void demux_add_time_wait(struct world *w, uint32_t tw)
{
    chain_add(w, bucket_of(w, world_time_wait(w, tw)->key), ref_to(KIND_TIME_WAIT, tw));
}

void demux_remove_time_wait(struct world *w, uint32_t tw)
{
    chain_remove(w, bucket_of(w, world_time_wait(w, tw)->key), ref_to(KIND_TIME_WAIT, tw));
}

void demux_add_fd(struct world *w, uint32_t fd)
{
    const struct fd *f = world_fd(w, fd);

    chain_add(w, fd_bucket(w, f->host, f->number), ref_to(KIND_FD, fd));
}

void demux_remove_fd(struct world *w, uint32_t fd)
{
    const struct fd *f = world_fd(w, fd);

    chain_remove(w, fd_bucket(w, f->host, f->number), ref_to(KIND_FD, fd));
}

uint32_t demux_fd(const struct world *w, uint32_t host, int number)
{
    for (uint32_t ref = *fd_bucket(w, host, number); ref; ref = *link_of(w, ref)) {
        const struct fd *f = kind_of(ref) == KIND_FD ? world_fd(w, index_of(ref)) : NULL;

        if (f && f->host == host && f->number == number)
            return index_of(ref);
    }
    return 0;
}

void demux_add_sock(struct world *w, uint32_t sock)
{
    struct sock *s = world_sock(w, sock);

    assert(!(s->flags & SF_BOUND));
    s->flags |= SF_BOUND;
    chain_add(w, port_bucket(w, s->host, own_of(w, s)->local.port), ref_to(KIND_SOCK, sock));
}

void demux_remove_sock(struct world *w, uint32_t sock)
{
    struct sock *s = world_sock(w, sock);

    if (!(s->flags & SF_BOUND))
        return;
    chain_remove(w, port_bucket(w, s->host, own_of(w, s)->local.port), ref_to(KIND_SOCK, sock));
}

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

struct owner demux_owner(const struct world *w, uint32_t host, const struct endpoint *local,
                         const struct endpoint *remote)
{
    struct owner o = { .tuple = tuple_hash(w, host, local, remote) };

    for (uint32_t ref = *bucket_of(w, (uint32_t)o.tuple); ref; ref = *link_of(w, ref)) {
        uint32_t i = index_of(ref);

        if (kind_of(ref) == KIND_CONN) {
            const struct conn *c = world_conn(w, i);

            if (c->key == (uint32_t)o.tuple && same_endpoint(&c->local, local)
                && same_endpoint(&c->remote, remote))
                o.conn = i;
        } else if (kind_of(ref) == KIND_TIME_WAIT) {
            const struct time_wait *r = world_time_wait(w, i);

            if (r->key == (uint32_t)o.tuple && same_endpoint(&r->local, local)
                && same_endpoint(&r->remote, remote))
                o.time_wait = i;
        }
    }
    return o;
}

uint32_t host_find(const struct world *w, const struct endpoint *local,
                   const struct endpoint *remote)
{
    uint32_t host = world_host_at(w, &local->addr);

    return host ? demux_owner(w, host, local, remote).conn : 0;
}

uint32_t host_find_time_wait(const struct world *w, const struct endpoint *local,
                             const struct endpoint *remote)
{
    uint32_t host = world_host_at(w, &local->addr);

    return host ? demux_owner(w, host, local, remote).time_wait : 0;
}

uint32_t demux_bound(const struct world *w, uint32_t host, uint16_t port, uint32_t after)
{
    uint32_t ref = after ? world_sock(w, after)->hash : *port_bucket(w, host, port);

    for (; ref; ref = *link_of(w, ref)) {
        const struct sock *s = kind_of(ref) == KIND_SOCK ? world_sock(w, index_of(ref)) : NULL;

        if (s && s->host == host && own_of(w, s)->local.port == port)
            return index_of(ref);
    }
    return 0;
}

/* The most specific listener wins: one bound to the address before one bound to any. */
uint32_t demux_listener(const struct world *w, uint32_t host, const struct endpoint *local)
{
    static const struct addr any;
    uint32_t                 best = 0, not = addr_is_v4(&local->addr) ? SF_V6ONLY : SF_V4ONLY;

    for (uint32_t i = demux_bound(w, host, local->port, 0); i;
         i          = demux_bound(w, host, local->port, i)) {
        const struct sock *s = world_sock(w, i);

        if (s->kind != SOCK_LISTENING)
            continue;
        if (addr_equal(&own_of(w, s)->local.addr, &local->addr))
            return i;
        if (addr_equal(&own_of(w, s)->local.addr, &any) && !(s->flags & not ))
            best = i;
    }
    return best;
}

/* -- lives ----------------------------------------------------------------------------------- */

enum { LIFE_PROBES = 8 };

/* The place of a four-tuple: its own, else a free one, else the one noted longest ago. */
static struct life *life_place(const struct world *w, uint64_t tuple)
{
    struct life *best = NULL;

    for (uint32_t k = 0; k < LIFE_PROBES; k++) {
        struct life *l = (struct life *)(uintptr_t)&w->life[(tuple + k) % LIFE_MAX];

        if (l->tuple == tuple)
            return l;
        if (!best || l->stamp < best->stamp)
            best = l;
    }
    return best;
}

uint32_t life_last(const struct world *w, uint64_t tuple)
{
    const struct life *l = life_place(w, tuple | 1);

    return l->tuple == (tuple | 1) ? l->lives : 0;
}

void life_note(struct world *w, uint64_t tuple, uint32_t life)
{
    struct life *l = life_place(w, tuple | 1);

    if (l->tuple != (tuple | 1))
        *l = (struct life){ .tuple = tuple | 1 };
    if (l->lives < life)
        l->lives = life;
    l->stamp = ++w->stamps;
}
