/*
 * RSA keys in less time than BearSSL's rsa_i31_keygen_inner.c takes, whose private functions are used, so it is included.
 * Its candidates are independent, and each costs a division by the product of small primes; here they are the numbers
 * that follow a random one, of which a sieve leaves far fewer, and most of these fail with base 2, where multiplying is
 * doubling. What is kept is tested as there. Time depends only on candidates that were rejected.
 */
#include "primes.h"

#include <string.h>

#include "rsa/rsa_i31_keygen_inner.c"

/* Candidates after one random number, 4 apart; and the primes that are sieved, which are below 2^15. */
#define WINDOW 4096
#define STEP 4
#define LIMIT 32768
#define MAX_PRIMES 3511
#define MAX_WORDS (BR_MAX_RSA_FACTOR / 31 + 2)

static uint16_t primes[MAX_PRIMES];
static unsigned prime_count;

static void list_primes(void) {
  static unsigned char composite[LIMIT];
  for (unsigned i = 3; i < LIMIT; i += 2) {
    if (composite[i]) continue;
    if (prime_count < MAX_PRIMES) primes[prime_count++] = (uint16_t)i;
    for (unsigned j = i * i; i < 182 && j < LIMIT; j += 2 * i) composite[j] = 1;
  }
}

static uint32_t remainder_of(const uint32_t *x, uint32_t modulus) {
  uint64_t rest = 0;
  for (size_t i = (x[0] + 31) >> 5; i > 0; i--) rest = ((rest << 31) | x[i]) % modulus;
  return (uint32_t)rest;
}

/* Marks the candidates x + 4 * k that a small prime divides. */
static void cross_out(unsigned char *composite, uint32_t rest, uint32_t prime) {
  // 1/4 is (p + 1) / 4 or (3p + 1) / 4.
  uint32_t quarter = prime % 4 == 3 ? (prime + 1) / 4 : (3 * prime + 1) / 4;
  uint32_t first = (prime - rest) % prime * quarter % prime;
  for (uint32_t k = first; k < WINDOW; k += prime) composite[k] = 1;
}

static void sieve(unsigned char *composite, const uint32_t *x) {
  memset(composite, 0, WINDOW);
  for (unsigned i = 0; i < prime_count; i += 2) {
    uint32_t one = primes[i], other = i + 1 < prime_count ? primes[i + 1] : 1;
    uint32_t rest = remainder_of(x, one * other);
    cross_out(composite, rest % one, one);
    if (other > 1) cross_out(composite, rest % other, other);
  }
}

/* Whether 2^((x - 1) / 2) is 1 or -1 modulo x, which is 3 modulo 4: one round of Miller and Rabin's test. */
static uint32_t passes_base_two(const uint32_t *x) {
  uint32_t one[MAX_WORDS], power[MAX_WORDS], square[MAX_WORDS];
  size_t length = (x[0] + 31) >> 5, size = (length + 1) * sizeof *x;
  uint32_t inverse = br_i31_ninv31(x[1]);
  br_i31_zero(one, x[0]);
  one[1] = 1;
  br_i31_to_monty(one, x);
  memcpy(power, one, size);
  for (size_t at = 31 * length - 1; at > 0; at--) {
    br_i31_montymul(square, power, power, x, inverse);
    memcpy(power, square, size);
    uint32_t bit = (x[1 + at / 31] >> (at % 31)) & 1;
    uint32_t over = br_i31_add(power, square, bit);
    br_i31_sub(power, x, over | (br_i31_sub(power, x, 0) ^ 1));
  }
  // The sum of a number and its opposite is x.
  memcpy(square, power, size);
  br_i31_add(square, one, 1);
  uint32_t from_one = 0, from_minus_one = 0;
  for (size_t i = 1; i <= length; i++) {
    from_one |= power[i] ^ one[i];
    from_minus_one |= square[i] ^ x[i];
  }
  return EQ0(from_one) | EQ0(from_minus_one);
}

static void add_small(uint32_t *x, uint32_t number) {
  for (size_t i = 1; i <= (x[0] + 31) >> 5; i++) {
    number += x[i];
    x[i] = number & 0x7FFFFFFF;
    number >>= 31;
  }
}

/* A prime that is 3 modulo 4 and whose two highest bits are set. */
static void find_prime(const br_prng_class **random, uint32_t *x, uint32_t size, uint32_t *t, size_t t_length) {
  unsigned char composite[WINDOW];
  size_t length = (size + 31) >> 5;
  int rounds = size < 1341 ? 3 : 2;
  uint32_t top = size & 31;
  x[0] = size;
  for (;;) {
    mkrand(random, x, size);
    if (top == 0) x[length] |= 0x60000000;
    else if (top == 1) x[length] |= 1, x[length - 1] |= 0x40000000;
    else x[length] |= (uint32_t)3 << (top - 2);
    x[1] |= 3;
    sieve(composite, x);
    for (uint32_t k = 0, last = 0; k < WINDOW; k++) {
      if (composite[k]) continue;
      add_small(x, STEP * (k - last));
      last = k;
      if (passes_base_two(x) && miller_rabin(random, x, rounds, t, t_length, &br_i31_modpow_opt)) return;
    }
  }
}

uint32_t rsa_key(const br_prng_class **random, unsigned char *key, uint32_t half, uint32_t exponent) {
  union {
    uint32_t words[TEMPS];
    uint64_t aligned[TEMPS / 2];
  } memory;
  uint32_t size = 8 * half + (MUL31(8 * half, 16913) >> 19);
  size_t length = (size + 31) >> 5;
  uint32_t *p = memory.words, *q = p + 1 + length, *t = q + 1 + length;
  size_t t_length = TEMPS - 2 * (1 + length);
  unsigned char *bytes[2] = {key + 2 * half, key + 3 * half};
  if (prime_count == 0) list_primes();
  for (int i = 0; i < 2; i++) {
    uint32_t *prime = i == 0 ? p : q;
    do {
      find_prime(random, prime, size, t, t_length);
      br_i31_rshift(prime, 1);
    } while (!invert_pubexp(t, prime, exponent, t + 1 + length));
    br_i31_add(prime, prime, 1);
    prime[1] |= 1;
    br_i31_encode(bytes[i], half, prime);
    br_i31_encode(bytes[i] + 2 * half, half, t);
  }
  if (br_i31_sub(p, q, 0) == 1) {
    bufswap(p, q, (1 + length) * sizeof *p);
    bufswap(bytes[0], bytes[1], half);
    bufswap(bytes[0] + 2 * half, bytes[1] + 2 * half, half);
  }
  br_i31_zero(t, p[0]);
  t[1] = 1;
  uint32_t done = br_i31_moddiv(t, q, p, br_i31_ninv31(p[1]), t + 1 + length);
  br_i31_encode(key + 6 * half, half, t);
  br_i31_zero(t, p[0]);
  br_i31_mulacc(t, p, q);
  br_i31_encode(key, 2 * half, t);
  return done;
}
