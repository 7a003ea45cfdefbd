/* SPDX-License-Identifier: MIT
 * siphash.h - SipHash-2-4: a short keyed hash that a peer cannot steer (Aumasson, Bernstein 2012).
 *
 * For hash tables, initial sequence numbers (RFC 6528) and ephemeral ports (RFC 6056).
 */
#ifndef FW_BASE_SIPHASH_H
#define FW_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const void *bytes, size_t n);

#endif
