/*
 * AES in counter mode with WebAssembly's 128-bit vectors, bitsliced: eight blocks at a time, of which each vector has one bit of
 * every byte, so that a row moves by one shuffle (Käsper and Schwabe, https://eprint.iacr.org/2009/129.pdf). No table, no
 * branch and no address depends on a secret. The key schedule is that of BearSSL (Thomas Pornin, MIT licence), and so is the
 * form of the S-box.
 */
#include "aes-wide.h"

#include <string.h>
#include <wasm_simd128.h>

#include "inner.h"

#define BLOCKS 8
#define MAX_ROUNDS 14
/* What the S-box adds to its linear part. */
#define AFFINE 0x63
#define XOR(a, b) wasm_v128_xor(a, b)
#define AND(a, b) wasm_v128_and(a, b)

typedef v128_t word;

/* The S-box circuit of Boyar and Peralta (https://eprint.iacr.org/2009/191.pdf), with the names of that paper. It lacks AFFINE,
 * which the round keys add: the other steps leave it as it is. */
static inline void substitute(word *q) {
  word x0 = q[7], x1 = q[6], x2 = q[5], x3 = q[4], x4 = q[3], x5 = q[2], x6 = q[1], x7 = q[0];

  word y14 = XOR(x3, x5), y13 = XOR(x0, x6), y9 = XOR(x0, x3), y8 = XOR(x0, x5);
  word t0 = XOR(x1, x2), y1 = XOR(t0, x7), y4 = XOR(y1, x3), y12 = XOR(y13, y14);
  word y2 = XOR(y1, x0), y5 = XOR(y1, x6), y3 = XOR(y5, y8), t1 = XOR(x4, y12);
  word y15 = XOR(t1, x5), y20 = XOR(t1, x1), y6 = XOR(y15, x7), y10 = XOR(y15, t0);
  word y11 = XOR(y20, y9), y7 = XOR(x7, y11), y17 = XOR(y10, y11), y19 = XOR(y10, y8);
  word y16 = XOR(t0, y11), y21 = XOR(y13, y16), y18 = XOR(x0, y16);

  word t2 = AND(y12, y15), t4 = XOR(AND(y3, y6), t2), t6 = XOR(AND(y4, x7), t2);
  word t7 = AND(y13, y16), t9 = XOR(AND(y5, y1), t7), t11 = XOR(AND(y2, y7), t7);
  word t12 = AND(y9, y11), t14 = XOR(AND(y14, y17), t12), t16 = XOR(AND(y8, y10), t12);
  word t21 = XOR(XOR(t4, t14), y20), t22 = XOR(XOR(t6, t16), y19);
  word t23 = XOR(XOR(t9, t14), y21), t24 = XOR(XOR(t11, t16), y18);

  word t25 = XOR(t21, t22), t26 = AND(t21, t23), t27 = XOR(t24, t26);
  word t29 = XOR(AND(t25, t27), t22), t30 = XOR(t23, t24), t31 = XOR(t22, t26);
  word t33 = XOR(AND(t31, t30), t24), t34 = XOR(t23, t33), t35 = XOR(t27, t33);
  word t36 = AND(t24, t35), t37 = XOR(t36, t34), t38 = XOR(t27, t36);
  word t40 = XOR(t25, AND(t29, t38));

  word t41 = XOR(t40, t37), t42 = XOR(t29, t33), t43 = XOR(t29, t40), t44 = XOR(t33, t37), t45 = XOR(t42, t41);
  word z0 = AND(t44, y15), z1 = AND(t37, y6), z2 = AND(t33, x7), z3 = AND(t43, y16), z4 = AND(t40, y1);
  word z5 = AND(t29, y7), z6 = AND(t42, y11), z7 = AND(t45, y17), z8 = AND(t41, y10), z9 = AND(t44, y12);
  word z10 = AND(t37, y3), z11 = AND(t33, y4), z12 = AND(t43, y13), z13 = AND(t40, y5), z14 = AND(t29, y2);
  word z15 = AND(t42, y9), z16 = AND(t45, y14), z17 = AND(t41, y8);

  word t46 = XOR(z15, z16), t47 = XOR(z10, z11), t48 = XOR(z5, z13), t49 = XOR(z9, z10), t50 = XOR(z2, z12);
  word t51 = XOR(z2, z5), t52 = XOR(z7, z8), t53 = XOR(z0, z3), t54 = XOR(z6, z7), t55 = XOR(z16, z17);
  word t56 = XOR(z12, t48), t57 = XOR(t50, t53), t58 = XOR(z4, t46), t59 = XOR(z3, t54), t60 = XOR(t46, t57);
  word t61 = XOR(z14, t57), t62 = XOR(t52, t58), t63 = XOR(t49, t58), t64 = XOR(z4, t59), t65 = XOR(t61, t62);
  word t66 = XOR(z1, t63), s3 = XOR(t53, t66), t67 = XOR(t64, t65);

  q[7] = XOR(t59, t63);
  q[6] = XOR(t64, s3);
  q[5] = XOR(t55, t67);
  q[4] = s3;
  q[3] = XOR(t51, t66);
  q[2] = XOR(t47, t65);
  q[1] = XOR(t56, t62);
  q[0] = XOR(t48, t60);
}

/* The bytes of a block are its columns, one after the other: row n moves by n columns. */
static inline word shifted(word x) {
  return wasm_i8x16_shuffle(x, x, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);
}

/* The same, and each byte is that of the next row. */
static inline word shifted_next(word x) {
  return wasm_i8x16_shuffle(x, x, 5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12);
}

static inline word opposite_row(word x) {
  return wasm_i8x16_shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

/* ShiftRows, MixColumns and AddRoundKey. */
static inline void mix(word *q, const word *key) {
  word sums[8], nexts[8];
  for (int i = 0; i < 8; i++) {
    nexts[i] = shifted_next(q[i]);
    sums[i] = XOR(shifted(q[i]), nexts[i]);
  }
  for (int i = 0; i < 8; i++) {
    word mixed = XOR(XOR(nexts[i], key[i]), opposite_row(sums[i]));
    if (i > 0) mixed = XOR(mixed, sums[i - 1]);
    /* The reduction of the field: x^8 is x^4 + x^3 + x + 1. */
    if (i == 0 || i == 1 || i == 3 || i == 4) mixed = XOR(mixed, sums[7]);
    q[i] = mixed;
  }
}

static inline void swap(word *x, word *y, uint64_t low, int by) {
  word moved = AND(XOR(wasm_u64x2_shr(*x, by), *y), wasm_i64x2_splat((int64_t)low));
  *y = XOR(*y, moved);
  *x = XOR(*x, wasm_i64x2_shl(moved, by));
}

/* Eight blocks become vectors of one bit of each byte of them, or back. */
static inline void transpose(word *q) {
  for (int i = 0; i < 8; i += 2) swap(&q[i], &q[i + 1], 0x5555555555555555, 1);
  for (int i = 0; i < 8; i += 4) {
    swap(&q[i], &q[i + 2], 0x3333333333333333, 2);
    swap(&q[i + 1], &q[i + 3], 0x3333333333333333, 2);
  }
  for (int i = 0; i < 4; i++) swap(&q[i], &q[i + 4], 0x0F0F0F0F0F0F0F0F, 4);
}

static void encrypt(unsigned rounds, const word *keys, word *q) {
  transpose(q);
  for (int i = 0; i < 8; i++) q[i] = XOR(q[i], keys[i]);
  for (unsigned round = 1; round < rounds; round++) {
    substitute(q);
    mix(q, keys + 8 * round);
  }
  substitute(q);
  for (int i = 0; i < 8; i++) q[i] = XOR(shifted(q[i]), keys[8 * rounds + (unsigned)i]);
  transpose(q);
}

/* The round keys: each bit of a key fills the byte of its place. */
static void expand(const br_aes_ct64_ctr_keys *key, word *keys) {
  uint64_t narrow[8 * (MAX_ROUNDS + 1)];
  br_aes_ct64_skey_expand(narrow, key->num_rounds, key->skey);
  for (unsigned round = 0; round <= key->num_rounds; round++) {
    uint32_t words[4];
    br_aes_ct64_ortho(narrow + 8 * round);
    br_aes_ct64_interleave_out(words, narrow[8 * round], narrow[8 * round + 4]);
    word bytes = wasm_v128_load(words);
    if (round > 0) bytes = XOR(bytes, wasm_i8x16_splat(AFFINE));
    for (int i = 0; i < 8; i++) {
      word bit = wasm_i8x16_splat((int8_t)(1 << i));
      keys[8 * round + (unsigned)i] = wasm_i8x16_eq(AND(bytes, bit), bit);
    }
  }
}

uint32_t aes_wide_ctr(const br_aes_ct64_ctr_keys *key, const void *nonce, uint32_t counter, void *data, size_t length) {
  word keys[8 * (MAX_ROUNDS + 1)];
  expand(key, keys);
  uint32_t start[4] = {0};
  memcpy(start, nonce, 12);
  word first = wasm_v128_load(start);
  unsigned char *at = data;
  while (length > 0) {
    word stream[BLOCKS];
    for (uint32_t i = 0; i < BLOCKS; i++) stream[i] = wasm_i32x4_replace_lane(first, 3, (int32_t)br_swap32(counter + i));
    encrypt(key->num_rounds, keys, stream);
    if (length < sizeof stream) {
      const unsigned char *bytes = (const unsigned char *)stream;
      for (size_t i = 0; i < length; i++) at[i] ^= bytes[i];
      return counter + (uint32_t)((length + 15) / 16);
    }
    for (int i = 0; i < BLOCKS; i++) {
      wasm_v128_store(at + 16 * i, XOR(wasm_v128_load(at + 16 * i), stream[i]));
    }
    at += sizeof stream;
    length -= sizeof stream;
    counter += BLOCKS;
  }
  return counter;
}
