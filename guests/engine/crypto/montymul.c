/*
 * Montgomery multiplication of BearSSL's i31 integers (d = x * y / R mod m), in place of its i31_montmul.c. It sums whole
 * columns of products, so that no carry runs through the inner loop; a square needs half of them. It is unrolled for the
 * 13 words of P-384. As there, no branch and no address depends on a value.
 */
#include "inner.h"

/* The loops whose length is not constant stay as they are. */
#pragma clang diagnostic ignored "-Wpass-failed"

/* Words of the longest integer (4096 bits), and one more. */
#define MAX_WORDS 134
#define P384_WORDS 13
#define MASK 0x7FFFFFFF

/* A column: its low 31 bits, and what goes to the next. */
typedef struct {
  uint64_t low, high;
} column;

static inline __attribute__((always_inline)) column folded(column sum) {
  return (column){sum.low & MASK, sum.high + (sum.low >> 31)};
}

/* Adds a[i] * b[-i] + c[i] * d[-i] for i below `count`. Four products and 31 bits more fit into 64 bits. */
static inline __attribute__((always_inline)) column add_products(column sum, const uint32_t *a, const uint32_t *b,
                                                                 const uint32_t *c, const uint32_t *d, int count) {
  int i = 0;
  for (; i + 1 < count; i += 2) {
    sum.low += MUL31(a[i], b[-i]) + MUL31(c[i], d[-i]);
    sum.low += MUL31(a[i + 1], b[-i - 1]) + MUL31(c[i + 1], d[-i - 1]);
    sum = folded(sum);
  }
  if (i < count) sum.low += MUL31(a[i], b[-i]) + MUL31(c[i], d[-i]);
  return folded(sum);
}

static inline __attribute__((always_inline)) void multiply(uint32_t *d, const uint32_t *x, const uint32_t *y,
                                                           const uint32_t *m, uint32_t m0i, uint32_t *factors,
                                                           int length) {
  column sum = {0, 0};
#pragma clang loop unroll(full)
  for (int i = 0; i < length; i++) {
    sum = add_products(sum, x, y + i, factors, m + i, i);
    sum.low += MUL31(x[i], y[0]);
    factors[i] = MUL31_lo((uint32_t)sum.low & MASK, m0i);
    sum.low += MUL31(factors[i], m[0]);
    sum = (column){folded(sum).high, 0};
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < length; i++) {
    sum = add_products(sum, x + i + 1, y + length - 1, factors + i + 1, m + length - 1, length - 1 - i);
    d[i] = (uint32_t)sum.low;
    sum = (column){sum.high, 0};
  }
  d[length] = (uint32_t)sum.low;
}

/* Adds a[i] * b[-i] for i below `count`. */
static inline __attribute__((always_inline)) column add_row(column sum, const uint32_t *a, const uint32_t *b, int count) {
  int i = 0;
  for (; i + 3 < count; i += 4) {
    sum.low += MUL31(a[i], b[-i]) + MUL31(a[i + 1], b[-i - 1]);
    sum.low += MUL31(a[i + 2], b[-i - 2]) + MUL31(a[i + 3], b[-i - 3]);
    sum = folded(sum);
  }
  for (; i < count; i++) sum.low += MUL31(a[i], b[-i]);
  return folded(sum);
}

/* Adds the products of a column of a square: each of two different words counts twice. */
static inline __attribute__((always_inline)) column add_square(column sum, const uint32_t *a, const uint32_t *b,
                                                               int count) {
  column cross = add_row((column){0, 0}, a, b, count / 2);
  sum.low += 2 * cross.low;
  sum.high += 2 * cross.high;
  if (count % 2 == 1) sum.low += MUL31(a[count / 2], a[count / 2]);
  return folded(sum);
}

static inline __attribute__((always_inline)) void square(uint32_t *d, const uint32_t *x, const uint32_t *m, uint32_t m0i,
                                                         uint32_t *factors, int length) {
  column sum = {0, 0};
#pragma clang loop unroll(full)
  for (int i = 0; i < length; i++) {
    sum = add_square(sum, x, x + i, i + 1);
    sum = add_row(sum, factors, m + i, i);
    factors[i] = MUL31_lo((uint32_t)sum.low & MASK, m0i);
    sum.low += MUL31(factors[i], m[0]);
    sum = (column){folded(sum).high, 0};
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < length; i++) {
    sum = add_square(sum, x + i + 1, x + length - 1, length - 1 - i);
    sum = add_row(sum, factors + i + 1, m + length - 1, length - 1 - i);
    d[i] = (uint32_t)sum.low;
    sum = (column){sum.high, 0};
  }
  d[length] = (uint32_t)sum.low;
}

void br_i31_montymul(uint32_t *d, const uint32_t *x, const uint32_t *y, const uint32_t *m, uint32_t m0i) {
  uint32_t factors[MAX_WORDS], product[MAX_WORDS];
  int length = (int)((m[0] + 31) >> 5);
  if (length == P384_WORDS && x == y) square(product, x + 1, m + 1, m0i, factors, P384_WORDS);
  else if (length == P384_WORDS) multiply(product, x + 1, y + 1, m + 1, m0i, factors, P384_WORDS);
  else if (x == y) square(product, x + 1, m + 1, m0i, factors, length);
  else multiply(product, x + 1, y + 1, m + 1, m0i, factors, length);
  d[0] = m[0];
  memcpy(d + 1, product, (size_t)length * sizeof *d);
  br_i31_sub(d, m, NEQ(product[length], 0) | NOT(br_i31_sub(d, m, 0)));
}
