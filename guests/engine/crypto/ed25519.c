/*
 * Ed25519 (RFC 8032) and X25519 (RFC 7748), by libsodium, in constant time where a secret is used. Its own functions want a
 * message in one piece, so these steps take the running hash of the parts of a message instead.
 */
#include <string.h>

#include "crypto_scalarmult_curve25519.h"
#include "crypto_verify_32.h"
#include "module.h"
#include "private/ed25519_ref10.h"
#include "x25519_ref10.h"

#define POINT 32
#define SHA512 512

static struct {
  unsigned char secret[64], nonce[64], point[POINT], signature[64];
} state;

void ed25519_wipe(void) {
  sodium_memzero(&state, sizeof state);
}

/* Derives the secret scalar and prefix from the private key in the buffer, and the public key from them. */
static void expand(void) {
  ge25519_p3 point;
  hash_begin(SHA512);
  hash_add(buffer, POINT);
  hash_finish(state.secret);
  state.secret[0] &= 248;
  state.secret[31] = (state.secret[31] & 127) | 64;
  ge25519_scalarmult_base(&point, state.secret);
  ge25519_p3_tobytes(state.point, &point);
}

/* The public key of the private key in the buffer, which it replaces. */
EXPORT("ed25519_public") void ed25519_public(void) {
  expand();
  memcpy(buffer, state.point, POINT);
}

/* Signs with the private key in the buffer. The message is then hashed, and again after `ed25519_nonce`. */
EXPORT("ed25519_begin") void ed25519_begin(void) {
  expand();
  hash_begin(SHA512);
  hash_add(state.secret + POINT, POINT);
}

EXPORT("ed25519_nonce") void ed25519_nonce(void) {
  ge25519_p3 point;
  hash_finish(state.nonce);
  sc25519_reduce(state.nonce);
  ge25519_scalarmult_base(&point, state.nonce);
  ge25519_p3_tobytes(state.signature, &point);
  hash_begin(SHA512);
  hash_add(state.signature, POINT);
  hash_add(state.point, POINT);
}

EXPORT("ed25519_end") void ed25519_end(void) {
  unsigned char challenge[64];
  hash_finish(challenge);
  sc25519_reduce(challenge);
  sc25519_muladd(state.signature + POINT, challenge, state.secret, state.nonce);
  memcpy(buffer, state.signature, sizeof state.signature);
}

/* Verifies: the public key, then the signature, are in the buffer. The message is then hashed. */
EXPORT("ed25519_check") void ed25519_check(void) {
  memcpy(state.point, buffer, POINT);
  memcpy(state.signature, buffer + POINT, sizeof state.signature);
  hash_begin(SHA512);
  hash_add(state.signature, POINT);
  hash_add(state.point, POINT);
}

EXPORT("ed25519_valid") uint32_t ed25519_valid(void) {
  unsigned char challenge[64], expected[POINT];
  const unsigned char *point = state.point, *signature = state.signature;
  ge25519_p3 negative;
  ge25519_p2 sum;
  hash_finish(challenge);
  if (!sc25519_is_canonical(signature + POINT) || ge25519_has_small_order(signature)) return 0;
  if (!ge25519_is_canonical(point) || ge25519_has_small_order(point)) return 0;
  if (ge25519_frombytes_negate_vartime(&negative, point) != 0) return 0;
  sc25519_reduce(challenge);
  ge25519_double_scalarmult_vartime(&sum, challenge, &negative, signature + POINT);
  ge25519_tobytes(expected, &sum);
  return crypto_verify_32(expected, signature) == 0;
}

/* X25519 of a private and a public key in the buffer, which the secret replaces. Returns whether it is not zero. */
EXPORT("x25519") uint32_t x25519(void) {
  unsigned char secret[POINT];
  const crypto_scalarmult_curve25519_implementation *curve = &crypto_scalarmult_curve25519_ref10_implementation;
  int failed = curve->mult(secret, buffer, buffer + POINT);
  memcpy(buffer, secret, POINT);
  unsigned char any = 0;
  for (int i = 0; i < POINT; i++) any |= secret[i];
  sodium_memzero(secret, POINT);
  return failed == 0 && any != 0;
}
