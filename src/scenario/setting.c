/* SPDX-License-Identifier: MIT
 * setting.c - the lines of `finwait world` blocks (verb.def): hosts, policies, paths. */
#include "scenario/setting.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool host_name_ok(const char *s)
{
    size_t n = 0;

    for (; s[n]; n++)
        if (!isalnum((unsigned char)s[n]) && s[n] != '_' && s[n] != '-')
            return false;
    return n > 0 && n < HOST_NAME && isalpha((unsigned char)s[0]);
}

/* One or two addresses, of each kind at most one. */
static bool address_words(struct words *w, struct setup_host *h)
{
    bool had[2] = { false, false };

    do {
        struct addr a;
        bool        ok = addr_parse(words_peek(w), &a) && !addr_invalid(&a), six;

        if (!ok)
            return words_expected(w, "an address such as 10.0.0.1 or 2001:db8::1");
        six = !addr_is_v4(&a);
        if (had[six])
            return words_fail(w, "a second IPv%d address: expected one of each kind at most",
                              six ? 6 : 4);
        had[six]                      = true;
        *(six ? &h->addr6 : &h->addr) = a;
        w->at++;
    } while (words_more(w));
    return true;
}

/* The box in the middle has its own. */
static bool world_box(struct words *w, struct setting *s)
{
    struct setup_host at = { .addr = s->setup->box, .addr6 = s->setup->box6 };

    if (!address_words(w, &at))
        return false;
    s->setup->box  = at.addr;
    s->setup->box6 = at.addr6;
    return true;
}

static bool same_address(const struct addr *a, const struct addr *b)
{
    static const struct addr none;

    return addr_equal(a, b) && !addr_equal(a, &none);
}

static bool world_host(struct words *w, struct setting *s)
{
    struct setup *u = s->setup;

    if (!host_name_ok(words_peek(w)))
        return words_expected(w, "a host's name: letters, digits, _ and -, at most 15");
    if (u->hosts == HOST_MAX)
        return words_fail(w, "too many hosts: expected at most %d", HOST_MAX);
    if (strcmp(words_peek(w), "box") == 0)
        return words_fail(w, "what stands in the middle is called box: expected another name");
    if (names_host(&s->names, words_peek(w)))
        return words_fail(w, "there is a host '%s' already: expected another name", words_peek(w));
    struct setup_host *h = &u->host[u->hosts];
    *h                   = (struct setup_host){ .profile = PROFILE_RFC9293 };
    memcpy(h->name, words_peek(w), strlen(words_peek(w)) + 1);
    w->at++;
    if (!address_words(w, h))
        return false;
    for (uint32_t i = 0; i < u->hosts; i++)
        if (same_address(&u->host[i].addr, &h->addr) || same_address(&u->host[i].addr6, &h->addr6))
            return words_fail(w, "host '%s' has this address already: expected another",
                              u->host[i].name);
    if (same_address(&u->box, &h->addr) || same_address(&u->box6, &h->addr6))
        return words_fail(w, "the box in the middle has this address: expected another, or a line "
                             "`box ADDRESS` that gives it one");
    u->hosts++;
    s->names = names_of_setup(u);
    return true;
}

static bool world_seed(struct words *w, struct setting *s)
{
    return words_number(w, "a seed", UINT64_MAX, &s->setup->seed)
           && words_done(w, "nothing after the seed");
}

static bool world_profile(struct words *w, struct setting *s)
{
    uint8_t      host = names_host(&s->names, words_peek(w));
    enum profile p;
    char         list[120];

    if (host)
        w->at++;
    p = profile_by_name(words_peek(w));
    if (p == PROFILE_COUNT) {
        struct text t = text_into(list, sizeof list);

        text_add(&t, "a profile:");
        for (int i = 0; i < PROFILE_COUNT; i++)
            text_add(&t, " %s", profile_name[i]);
        return words_expected(w, list);
    }
    w->at++;
    for (uint32_t i = 0; i < s->setup->hosts; i++)
        if (!host || host == i + 1)
            s->setup->host[i].profile = p;
    return words_done(w, "profile [HOST] PROFILE");
}

static bool world_knob(struct words *w, struct setting *s)
{
    struct knob_set *k;

    if (s->n_set == SETTING_KNOBS)
        return words_fail(w, "too many knobs are set: expected at most %d", SETTING_KNOBS);
    k       = &s->set[s->n_set];
    k->host = names_host(&s->names, words_peek(w));
    if (k->host)
        w->at++;
    if (!knob_words(w, &k->knob, &k->value) || !words_done(w, "set [HOST] KNOB VALUE"))
        return false;
    s->n_set++;
    return true;
}

static bool world_isn(struct words *w, struct setting *s)
{
    uint8_t  host;
    uint64_t v;

    if (!words_host(w, &s->names, &host))
        return false;
    struct setup_host *h = &s->setup->host[host - 1];
    h->n_iss             = 0;
    do {
        if (h->n_iss == ISS_MAX)
            return words_fail(w, "too many sequence numbers: expected at most %d", ISS_MAX);
        if (!words_number(w, "a sequence number", UINT32_MAX, &v))
            return false;
        h->iss[h->n_iss++] = (seq)v;
    } while (words_more(w));
    return true;
}

static bool world_port(struct words *w, struct setting *s)
{
    uint8_t host;

    return words_host(w, &s->names, &host) && words_port(w, &s->setup->host[host - 1].port_first)
           && words_done(w, "port HOST PORT");
}

static void path_set(struct path *p, const struct quality *q)
{
    switch (q->which) {
    case PATH_DELAY: p->delay = q->time; break;
    case PATH_JITTER: p->jitter = q->time; break;
    case PATH_RATE: p->rate = q->n; break;
    case PATH_QUEUE: p->queue = q->n; break;
    case PATH_LOSS: p->loss = q->ratio; break;
    case PATH_DUP: p->dup = q->ratio; break;
    case PATH_REORDER: p->reorder = q->ratio; break;
    case PATH_CORRUPT: p->corrupt = q->ratio; break;
    case PATH_MARK: p->box.mark = q->ratio; break;
    case PATH_MTU: p->box.mtu = q->n; break;
    case PATH_IDLE:
        p->box.idle        = q->time;
        p->box.brief       = q->brief;
        p->box.idle_answer = (uint32_t)q->n;
        break;
    case PATH_FILTER: break; /* in a list of the world's */
    default: p->cut = q->n; break;
    }
}

static bool world_link(struct words *w, struct setting *s)
{
    uint8_t        from = 0, to = 0;
    bool           pair;
    struct quality q;
    struct setup  *u = s->setup;

    if (!words_pair(w, &s->names, &from, &to, &pair))
        return false;
    do {
        uint64_t ways = 0;

        if (!quality_words(w, &q))
            return false;
        for (uint32_t a = 0; a < HOST_MAX; a++)
            for (uint32_t b = 0; b < HOST_MAX; b++)
                if (!pair || (a + 1 == from && b + 1 == to)) {
                    path_set(&u->path[a][b], &q);
                    ways |= UINT64_C(1) << (HOST_MAX * a + b);
                }
        if (q.which == PATH_FILTER
            && !filter_set(u->filter, &u->filters, (uint32_t)q.n, &q.on, ways))
            return words_fail(w, "too many filters: expected at most %d", FILTER_MAX);
        if (!quality_next(w, &q))
            return false;
    } while (words_more(w));
    return true;
}

static bool world_until(struct words *w, struct setting *s)
{
    if (!words_time(w, "when the story is over", &s->until))
        return false;
    if (s->until == 0)
        return words_fail(w, "a story of no length: expected until TIME, such as until 70s");
    return words_done(w, "nothing after the time");
}

static bool world_compare(struct words *w, struct setting *s)
{
    s->compare = true;
    return words_done(w, "nothing after compare");
}

static const struct {
    const char *word;
    bool (*parse)(struct words *w, struct setting *s);
} world_table[] = {
#define WORLD(id, word, args, help) { word, world_##id },
#define ACT(id, word, args, help)
#include "scenario/verb.def"
#undef WORLD
#undef ACT
};

static enum setting_pass pass_of(bool (*parse)(struct words *, struct setting *))
{
    if (parse == world_box)
        return SETTING_BOX;
    if (parse == world_host)
        return SETTING_HOSTS;
    if (parse == world_profile)
        return SETTING_PROFILES;
    return parse == world_knob ? SETTING_KNOBS_PASS : SETTING_REST;
}

bool setting_line(struct setting *s, enum setting_pass pass, const char *text, int line)
{
    struct words w;

    if (!words_split(&w, text, s->file, line, s->fail))
        return false;
    if (!words_more(&w))
        return true;
    for (size_t i = 0; i < sizeof world_table / sizeof *world_table; i++)
        if (words_is(&w, world_table[i].word))
            return pass_of(world_table[i].parse) != pass || world_table[i].parse(&w, s);
    char        list[200];
    struct text t = text_into(list, sizeof list);
    for (size_t i = 0; i < sizeof world_table / sizeof *world_table; i++)
        text_add(&t, "%s%s", i ? ", " : "one of ", world_table[i].word);
    return words_expected(&w, list);
}

void setting_hosts(struct setting *s)
{
    static const char *const name[] = { "client", "server" };
    static const char *const at[]   = { "10.0.0.1", "10.0.0.2" };
    static const char *const at6[]  = { "2001:db8::1", "2001:db8::2" };
    struct setup            *u      = s->setup;

    if (u->hosts == 0)
        for (; u->hosts < 2; u->hosts++) {
            struct setup_host *h = &u->host[u->hosts];

            *h = (struct setup_host){ .profile = PROFILE_RFC9293 };
            memcpy(h->name, name[u->hosts], strlen(name[u->hosts]) + 1);
            addr_parse(at[u->hosts], &h->addr);
            addr_parse(at6[u->hosts], &h->addr6);
        }
    s->names = names_of_setup(u);
}

void setting_policies(struct setup *setup, const struct knob_set *set, int n)
{
    for (uint32_t i = 0; i < setup->hosts; i++)
        setup->host[i].policy = tcp_policy_of(setup->host[i].profile);
    for (int k = 0; k < n; k++)
        for (uint32_t i = 0; i < setup->hosts; i++)
            if (!set[k].host || set[k].host == i + 1)
                policy_set(&setup->host[i].policy, set[k].knob, set[k].value);
}
