/*
 * GHASH with WebAssembly's 128-bit vectors. Sixteen sums, each of every sixteenth block, are multiplied by the sixteenth
 * power of the key at once: a vector has one byte of each. A product is the sum of one row of a table for each of 32 half
 * bytes, and a row is selected within a vector: no address and no branch depends on a secret. The tables hold multiples of
 * that power and are on the stack, which `wipe` clears. BearSSL's GHASH does what is shorter, and adds up the sums.
 */
#include "ghash-wide.h"

#include <string.h>
#include <wasm_simd128.h>

#include "inner.h"

#define BLOCK 16
#define BLOCKS 16
#define CHUNK (BLOCK * BLOCKS)
/* Halves of bytes in a block. */
#define HALVES 32
/* Below this the tables cost more than they save. */
#define LEAST 2048

/* Admission counts the machine code of each vector instruction, so only the inner loop of the product is unrolled. */
#define ROLLED _Pragma("clang loop unroll(disable) vectorize(disable)")

typedef v128_t word;

/* Multiplies by x, the polynomial: bits go from the first byte to the last. */
static __attribute__((noinline)) void multiply_by_x(unsigned char *block) {
  unsigned char carry = 0;
  ROLLED
  for (int i = 0; i < BLOCK; i++) {
    unsigned char next = (unsigned char)(block[i] << 7);
    block[i] = (unsigned char)(block[i] >> 1 | carry);
    carry = next;
  }
  /* What left the last byte is the reduction x^128 = x^7 + x^2 + x + 1. */
  block[0] ^= (unsigned char)(0xe1 & -(carry >> 7));
}

/* For each half of a byte and each byte of the product: that byte for the sixteen values of the half. */
static __attribute__((noinline)) void make_tables(word (*tables)[BLOCK], const unsigned char *factor) {
  unsigned char multiples[4][BLOCK];
  const word has[4] = {
      wasm_u8x16_make(0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255),
      wasm_u8x16_make(0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255),
      wasm_u8x16_make(0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255),
      wasm_u8x16_make(0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255),
  };
  unsigned char power[BLOCK];
  memcpy(power, factor, BLOCK);
  ROLLED
  for (int half = 0; half < HALVES; half++) {
    ROLLED
    for (int bit = 0; bit < 4; bit++) {
      memcpy(multiples[bit], power, BLOCK);
      multiply_by_x(power);
    }
    ROLLED
    for (int byte = 0; byte < BLOCK; byte++) {
      word row = wasm_i8x16_splat(0);
      ROLLED
      for (int bit = 0; bit < 4; bit++)
        row = wasm_v128_xor(row, wasm_v128_and(has[bit], wasm_u8x16_splat(multiples[bit][byte])));
      tables[half][byte] = row;
    }
  }
}

/* Vectors of the bytes of a block become vectors of one byte of each block, or back. */
static __attribute__((noinline)) void transpose(word *v) {
  ROLLED
  for (int stage = 0; stage < 4; stage++) {
    word next[BLOCKS];
    ROLLED
    for (int i = 0; i < 8; i++) {
      next[2 * i] = wasm_i8x16_shuffle(v[i], v[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = wasm_i8x16_shuffle(v[i], v[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    memcpy(v, next, sizeof next);
  }
}

static __attribute__((noinline)) void multiply(word *sums, const word (*tables)[BLOCK]) {
  word products[BLOCK];
  /* Eight bytes of the products at a time stay in registers. */
  ROLLED
  for (int from = 0; from < BLOCK; from += 8) {
    word sum[8];
    for (int i = 0; i < 8; i++) sum[i] = wasm_i8x16_splat(0);
    ROLLED
    for (int byte = 0; byte < BLOCK; byte++) {
      const word high = wasm_u8x16_shr(sums[byte], 4), low = wasm_v128_and(sums[byte], wasm_i8x16_splat(15));
      const word *of_high = &tables[2 * byte][from], *of_low = &tables[2 * byte + 1][from];
      for (int i = 0; i < 8; i++) {
        sum[i] = wasm_v128_xor(sum[i], wasm_i8x16_swizzle(of_high[i], high));
        sum[i] = wasm_v128_xor(sum[i], wasm_i8x16_swizzle(of_low[i], low));
      }
    }
    memcpy(products + from, sum, sizeof sum);
  }
  memcpy(sums, products, sizeof products);
}

void ghash_wide(void *y, const void *h, const void *data, size_t length) {
  const unsigned char *at = data;
  if (length >= LEAST) {
    static const unsigned char zeros[CHUNK - BLOCK];
    word tables[HALVES][BLOCK], sums[BLOCKS];
    unsigned char power[BLOCK];
    memcpy(power, h, BLOCK);
    br_ghash_ctmul64(power, h, zeros, sizeof zeros);
    make_tables(tables, power);
    memset(sums, 0, sizeof sums);
    sums[0] = wasm_v128_load(y);
    transpose(sums);
    for (int is_first = 1; length >= CHUNK; is_first = 0) {
      word blocks[BLOCKS];
      memcpy(blocks, at, CHUNK);
      transpose(blocks);
      if (!is_first) multiply(sums, (const word(*)[BLOCK])tables);
      ROLLED
      for (int i = 0; i < BLOCKS; i++) sums[i] = wasm_v128_xor(sums[i], blocks[i]);
      at += CHUNK;
      length -= CHUNK;
    }
    transpose(sums);
    memset(y, 0, BLOCK);
    br_ghash_ctmul64(y, h, sums, sizeof sums);
  }
  br_ghash_ctmul64(y, h, at, length);
}
