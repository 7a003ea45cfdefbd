/* SPDX-License-Identifier: MIT
 * fuzz_wire.c - any bytes at all before wire_decode() and wire_fields().
 *
 * What decodes must encode again to a datagram that decodes to the same, and its fields must lie
 * inside it.
 */
#include "tcp/wire.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void put_sum(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void judge(const uint8_t *in, size_t n)
{
    struct endpoint   from, to, from2, to2;
    struct segment    seg, seg2;
    const uint8_t    *text, *text2;
    struct wire_field field[80];
    uint8_t           out[WIRE_MAX];
    enum wire_verdict v = wire_decode(in, n, &from, &to, &seg, &text);
    size_t            k = wire_fields(in, n, field, 80);

    for (size_t i = 0; i < k; i++) {
        assert((size_t)field[i].bit + field[i].len <= n * 8);
        assert(memchr(field[i].value, 0, sizeof field[i].value));
    }
    if (v != WIRE_OK)
        return;
    assert(text >= in && text + seg.len <= in + n);
    if (seg.len > WIRE_MAX - 100)
        return;
    if (seg.opt & OPT_TS && seg.n_sack == SEGMENT_SACKS)
        return; /* does not fit, and cannot have been read */
    size_t m = wire_encode(out, &from, &to, &seg, text, 1);
    assert(wire_decode(out, m, &from2, &to2, &seg2, &text2) == WIRE_OK);
    assert(memcmp(&seg, &seg2, sizeof seg) == 0);
    assert(memcmp(&from, &from2, sizeof from) == 0 && memcmp(&to, &to2, sizeof to) == 0);
    assert(memcmp(text, text2, seg.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t           in[4096];
    struct wire_frame f;

    if (n > sizeof in)
        return 0;
    judge(data, n);

    /* Once more with the checksums put right, or hardly anything would get past them. */
    memcpy(in, data, n);
    enum wire_verdict v = wire_frame(in, n, &f);
    if (v == WIRE_BAD_IP_SUM) {
        put_sum(in + 10, 0);
        put_sum(in + 10, wire_ip_sum(in, f.ip));
        v = wire_frame(in, n, &f);
    }
    if (v == WIRE_BAD_TCP_SUM) {
        put_sum(in + f.ip + 16, 0);
        put_sum(in + f.ip + 16, wire_tcp_sum(in, in + f.ip, f.tcp));
        judge(in, n);
    }
    return 0;
}
