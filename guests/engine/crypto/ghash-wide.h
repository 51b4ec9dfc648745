/* GHASH (NIST SP 800-38D, section 6.4), sixteen blocks at a time, in constant time. */
#ifndef GHASH_WIDE_H
#define GHASH_WIDE_H

#include "bearssl.h"

#ifdef __wasm_simd128__
/* Continues the hash `y` by `data`, whose last block is filled up with zeros, under the key `h`, 16 bytes each. */
void ghash_wide(void *y, const void *h, const void *data, size_t length);
#else
#define ghash_wide br_ghash_ctmul64
#endif

#endif
