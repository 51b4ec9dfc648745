/*
 * RSA (RFC 8017) with 1024 to 4096 bits, by BearSSL, in constant time where a secret is used. A private key in the buffer
 * is its modulus, then p, q, dp, dq and 1/q mod p, each of half the modulus's length; a public key is the modulus, then
 * the exponent.
 */
#include <string.h>

#include "inner.h"
#include "module.h"
#include "primes.h"

#define MAX_BITS 4096
#define MAX_LENGTH (MAX_BITS / 8)

static uint32_t bits_of(const unsigned char *number, uint32_t length) {
  while (length > 0 && *number == 0) number++, length--;
  return length == 0 ? 0 : 8 * (length - 1) + BIT_LENGTH(*number);
}

static br_rsa_private_key private_key(uint32_t half) {
  unsigned char *p = buffer + 2 * half;
  return (br_rsa_private_key){
      .n_bitlen = bits_of(buffer, 2 * half),
      .p = p, .plen = half,
      .q = p + half, .qlen = half,
      .dp = p + 2 * half, .dplen = half,
      .dq = p + 3 * half, .dqlen = half,
      .iq = p + 4 * half, .iqlen = half,
  };
}

static br_rsa_public_key public_key(uint32_t modulus, uint32_t exponent) {
  return (br_rsa_public_key){.n = buffer, .nlen = modulus, .e = buffer + modulus, .elen = exponent};
}

static unsigned char *put(unsigned char *to, const unsigned char *from, size_t length, size_t half) {
  memset(to, 0, half - length);
  memcpy(to + half - length, from, length);
  return to + half;
}

/* A private key from a random seed in the buffer, which it replaces. Returns whether it succeeded. */
EXPORT("rsa_generate") uint32_t rsa_generate(uint32_t bits, uint32_t exponent, uint32_t seed) {
  br_hmac_drbg_context random;
  br_hmac_drbg_init(&random, &br_sha256_vtable, buffer, seed);
  uint32_t done = rsa_key(&random.vtable, buffer, bits / 16, exponent);
  sodium_memzero(&random, sizeof random);
  return done;
}

/* The private exponent, as long as the modulus, of a key of `rsa_generate`, which it replaces. */
EXPORT("rsa_exponent") uint32_t rsa_exponent(uint32_t half, uint32_t exponent) {
  unsigned char number[MAX_LENGTH];
  br_rsa_private_key key = private_key(half);
  size_t length = br_rsa_i31_compute_privexp(number, &key, exponent);
  if (length == 0 || length > 2 * half) return 0;
  put(buffer, number, length, 2 * half);
  sodium_memzero(number, sizeof number);
  return 1;
}

/* RSAES-OAEP: private key, label, then ciphertext; the plaintext replaces them. Returns its length, or -1. */
EXPORT("rsa_oaep_open") int32_t rsa_oaep_open(uint32_t bits, uint32_t half, uint32_t label) {
  br_rsa_private_key key = private_key(half);
  unsigned char *about = buffer + 7 * half, *text = about + label;
  size_t length = 2 * half;
  if (!br_rsa_i31_oaep_decrypt(digest(bits), about, label, &key, text, &length)) return -1;
  memmove(buffer, text, length);
  return (int32_t)length;
}

/* Public key, random seed, label, then text; the ciphertext replaces them. Returns its length, or 0. */
EXPORT("rsa_oaep_seal") uint32_t rsa_oaep_seal(uint32_t bits, uint32_t modulus, uint32_t exponent, uint32_t seed,
                                               uint32_t label, uint32_t length) {
  unsigned char sealed[MAX_LENGTH], *about = buffer + modulus + exponent + seed;
  br_hmac_drbg_context random;
  br_rsa_public_key key = public_key(modulus, exponent);
  br_hmac_drbg_init(&random, &br_sha256_vtable, buffer + modulus + exponent, seed);
  size_t made = br_rsa_i31_oaep_encrypt(
      &random.vtable, digest(bits), about, label, &key, sealed, sizeof sealed, about + label, length);
  memcpy(buffer, sealed, made);
  sodium_memzero(&random, sizeof random);
  return made;
}

static const unsigned char *identifier(uint32_t bits) {
  return bits == 160   ? BR_HASH_OID_SHA1
         : bits == 256 ? BR_HASH_OID_SHA256
         : bits == 384 ? BR_HASH_OID_SHA384
                       : BR_HASH_OID_SHA512;
}

/* RSASSA-PKCS1-v1_5 of the running hash, by the private key in the buffer. Returns the signature's length, or 0. */
EXPORT("rsa_sign") uint32_t rsa_sign(uint32_t bits, uint32_t half) {
  unsigned char hash[MAX_DIGEST], signature[MAX_LENGTH];
  size_t hash_length = hash_finish(hash);
  br_rsa_private_key key = private_key(half);
  if (!br_rsa_i31_pkcs1_sign(identifier(bits), hash, hash_length, &key, signature)) return 0;
  size_t length = (key.n_bitlen + 7) / 8;
  memcpy(buffer, signature, length);
  return length;
}

/* Whether the signature, after the public key in the buffer, is one of the running hash. */
EXPORT("rsa_verify") uint32_t rsa_verify(uint32_t bits, uint32_t modulus, uint32_t exponent, uint32_t length) {
  unsigned char hash[MAX_DIGEST], expected[MAX_LENGTH];
  size_t hash_length = hash_finish(hash);
  br_rsa_public_key key = public_key(modulus, exponent);
  unsigned char *signature = buffer + modulus + exponent;
  if (length != modulus || !br_rsa_i31_public(signature, length, &key)) return 0;
  // BearSSL's own verification accepts an encoding without NULL.
  if (!br_rsa_pkcs1_sig_pad(identifier(bits), hash, hash_length, bits_of(buffer, modulus), expected)) return 0;
  return memcmp(expected, signature, length) == 0;
}

/* RSASSA-PSS (RFC 8017 section 9.1): the hash of eight zeros, a message's hash and the salt. */
static void pss_hash(uint32_t bits, unsigned char *to, const unsigned char *hash, const void *salt, size_t length) {
  unsigned char zeros[8] = {0};
  hash_begin(bits);
  hash_add(zeros, sizeof zeros);
  hash_add(hash, bits / 8);
  hash_add(salt, length);
  hash_finish(to);
}

/* The private key, then the salt, are in the buffer. Returns the signature's length, or 0. */
EXPORT("pss_sign") uint32_t pss_sign(uint32_t bits, uint32_t half, uint32_t salt) {
  unsigned char hash[MAX_DIGEST], whole[MAX_LENGTH] = {0};
  hash_finish(hash);
  br_rsa_private_key key = private_key(half);
  size_t length = (key.n_bitlen + 7) / 8, encoded = (key.n_bitlen + 6) / 8, hash_length = bits / 8;
  if (encoded < hash_length + salt + 2) return 0;
  size_t masked = encoded - hash_length - 1;
  unsigned char *at = whole + length - encoded;
  at[masked - salt - 1] = 1;
  memcpy(at + masked - salt, buffer + 7 * half, salt);
  pss_hash(bits, at + masked, hash, buffer + 7 * half, salt);
  br_mgf1_xor(at, masked, digest(bits), at + masked, hash_length);
  at[0] &= 0xff >> (8 * encoded - (key.n_bitlen - 1));
  at[encoded - 1] = 0xbc;
  if (!br_rsa_i31_private(whole, &key)) return 0;
  memcpy(buffer, whole, length);
  return length;
}

EXPORT("pss_verify") uint32_t pss_verify(uint32_t bits, uint32_t modulus, uint32_t exponent, uint32_t salt) {
  unsigned char hash[MAX_DIGEST], expected[MAX_DIGEST];
  hash_finish(hash);
  br_rsa_public_key key = public_key(modulus, exponent);
  unsigned char *whole = buffer + modulus + exponent;
  uint32_t key_bits = bits_of(buffer, modulus);
  size_t encoded = (key_bits + 6) / 8, hash_length = bits / 8;
  if (key_bits <= 8 * (modulus - 1) || encoded < hash_length + salt + 2) return 0;
  if (!br_rsa_i31_public(whole, modulus, &key)) return 0;
  if (encoded < modulus && whole[0] != 0) return 0;
  unsigned char *at = whole + modulus - encoded;
  size_t masked = encoded - hash_length - 1;
  unsigned char unused = (unsigned char)~(0xff >> (8 * encoded - (key_bits - 1)));
  uint32_t bad = (at[encoded - 1] ^ 0xbc) | (at[0] & unused);
  br_mgf1_xor(at, masked, digest(bits), at + masked, hash_length);
  at[0] &= (unsigned char)~unused;
  for (size_t i = 0; i < masked - salt - 1; i++) bad |= at[i];
  bad |= at[masked - salt - 1] ^ 1;
  pss_hash(bits, expected, hash, at + masked - salt, salt);
  return !bad && memcmp(expected, at + masked, hash_length) == 0;
}
