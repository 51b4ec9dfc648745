/* RSA keys with two primes of the same length. */
#ifndef PRIMES_H
#define PRIMES_H

#include "bearssl.h"

/*
 * Writes the modulus, p, q, dp, dq and 1/q mod p of a key with the odd public exponent, each prime of `half` bytes.
 * Returns whether it succeeded.
 */
uint32_t rsa_key(const br_prng_class **random, unsigned char *key, uint32_t half, uint32_t exponent);

#endif
