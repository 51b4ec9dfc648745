/*
 * ECDSA and ECDH on P-256 and P-384 (FIPS 186-5, SP 800-56A), by BearSSL, in constant time. Signatures are deterministic
 * (RFC 6979). The curve is its length in bytes: private keys and coordinates have that length, points are
 * uncompressed.
 */
#include <string.h>

#include "inner.h"
#include "module.h"
#include "p384.h"

#define MAX_LENGTH 48

static int curve_of(uint32_t length) {
  return length == 32 ? BR_EC_secp256r1 : BR_EC_secp384r1;
}

static const br_ec_impl *arithmetic(uint32_t length) {
  return length == 32 ? &br_ec_p256_m31 : &p384;
}

/* Whether a private key is from 1 to the order less 1. */
static uint32_t is_private(uint32_t length, const unsigned char *key) {
  uint32_t order[16], number[16];
  size_t order_length;
  const unsigned char *bytes = arithmetic(length)->order(curve_of(length), &order_length);
  br_i31_decode(order, bytes, order_length);
  uint32_t valid = br_i31_decode_mod(number, key, length, order) & (br_i31_iszero(number) ^ 1);
  sodium_memzero(number, sizeof number);
  return valid;
}

/* A private key from the random seed in the buffer, which it replaces. */
EXPORT("ec_generate") void ec_generate(uint32_t length, uint32_t seed) {
  br_hmac_drbg_context random;
  br_hmac_drbg_init(&random, &br_sha256_vtable, buffer, seed);
  br_ec_keygen(&random.vtable, arithmetic(length), NULL, buffer, curve_of(length));
  sodium_memzero(&random, sizeof random);
}

/* The point of the private key in the buffer, which it replaces. Returns whether the key is valid. */
EXPORT("ec_public") uint32_t ec_public(uint32_t length) {
  if (!is_private(length, buffer)) return 0;
  unsigned char key[MAX_LENGTH];
  memcpy(key, buffer, length);
  arithmetic(length)->mulgen(buffer, key, length, curve_of(length));
  sodium_memzero(key, sizeof key);
  return 1;
}

/*
 * The first coordinate of the product of a private key and a point; both are in the buffer. Returns whether both are
 * valid.
 */
EXPORT("ecdh") uint32_t ecdh(uint32_t length) {
  unsigned char *point = buffer + length;
  if (!is_private(length, buffer)) return 0;
  if (!arithmetic(length)->mul(point, 2 * length + 1, buffer, length, curve_of(length))) return 0;
  memmove(buffer, point + 1, length);
  return 1;
}

/* Signs the running hash with the private key in the buffer, which r and s replace. Returns whether the key is valid. */
EXPORT("ecdsa_sign") uint32_t ecdsa_sign(uint32_t length, uint32_t bits) {
  unsigned char hash[MAX_DIGEST], key[MAX_LENGTH];
  hash_finish(hash);
  memcpy(key, buffer, length);
  br_ec_private_key private_key = {.curve = curve_of(length), .x = key, .xlen = length};
  size_t made = br_ecdsa_i31_sign_raw(arithmetic(length), digest(bits), hash, &private_key, buffer);
  sodium_memzero(key, sizeof key);
  return made != 0;
}

/* Whether r and s, after the point in the buffer, sign the running hash. */
EXPORT("ecdsa_verify") uint32_t ecdsa_verify(uint32_t length) {
  unsigned char hash[MAX_DIGEST];
  size_t hash_length = hash_finish(hash), point = 2 * length + 1;
  br_ec_public_key key = {.curve = curve_of(length), .q = buffer, .qlen = point};
  return br_ecdsa_i31_vrfy_raw(arithmetic(length), hash, hash_length, &key, buffer + point, 2 * length);
}
