/* SPDX-License-Identifier: MIT
 * siphash.c - SipHash-2-4.
 */
#include "base/siphash.h"

struct sip {
    uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }

static inline void round_of(struct sip *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = rotate(s->b, 13) ^ s->a;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a = rotate(s->a, 32);
    s->c += s->b;
    s->a += s->d;
    s->b = rotate(s->b, 17) ^ s->c;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c = rotate(s->c, 32);
}

static inline void absorb(struct sip *s, uint64_t word)
{
    s->d ^= word;
    round_of(s);
    round_of(s);
    s->a ^= word;
}

/* Up to eight bytes, the first one lowest, on every machine. */
static inline uint64_t word_of(const uint8_t *p, size_t n)
{
    uint64_t w = 0;

    for (size_t i = 0; i < n; i++)
        w |= (uint64_t)p[i] << (8 * i);
    return w;
}

/* The same of eight: written out, compilers see that it is one load. */
static inline uint64_t eight_of(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24
           | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48
           | (uint64_t)p[7] << 56;
}

uint64_t siphash(const uint64_t key[2], const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    struct sip     s = { key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                         key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u };
    size_t         i = 0;

    for (; i + 8 <= n; i += 8)
        absorb(&s, eight_of(p + i));
    absorb(&s, word_of(p + i, n - i) | (uint64_t)n << 56);
    s.c ^= 0xff;
    for (int k = 0; k < 4; k++)
        round_of(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}
