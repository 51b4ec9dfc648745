/* ECDSA on P-256 (FIPS 186-5) with SHA-256, deterministic (RFC 6979), by BearSSL, in constant time. */
#include <string.h>

#include "inner.h"
#include "webclave/crypto.h"

#define SEED_LENGTH 64
#define POINT_LENGTH 65
#define ORDER_WORDS 16

/* SubjectPublicKeyInfo of P-256 up to the point. */
static const uint8_t SPKI_PREFIX[WEBCLAVE_P256_PUBLIC_LENGTH - POINT_LENGTH] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

/* Whether a private key is from 1 to the order less 1. */
static uint32_t is_private(const uint8_t *key) {
  uint32_t order[ORDER_WORDS], number[ORDER_WORDS];
  size_t length;
  const unsigned char *bytes = br_ec_prime_i31.order(BR_EC_secp256r1, &length);
  br_i31_decode(order, bytes, length);
  uint32_t valid = br_i31_decode_mod(number, key, WEBCLAVE_P256_KEY_LENGTH, order);
  valid &= br_i31_iszero(number) ^ 1;
  webclave_wipe(number, sizeof number);
  return valid;
}

bool webclave_p256_generate(uint8_t key[WEBCLAVE_P256_KEY_LENGTH]) {
  uint8_t seed[SEED_LENGTH];
  br_hmac_drbg_context random;
  if (key == NULL || !webclave_random(seed, sizeof seed)) return false;
  br_hmac_drbg_init(&random, &br_sha256_vtable, seed, sizeof seed);
  size_t length = br_ec_keygen(&random.vtable, &br_ec_prime_i31, NULL, key, BR_EC_secp256r1);
  webclave_wipe(&random, sizeof random);
  webclave_wipe(seed, sizeof seed);
  return length == WEBCLAVE_P256_KEY_LENGTH;
}

bool webclave_p256_public(const uint8_t key[WEBCLAVE_P256_KEY_LENGTH], uint8_t spki[WEBCLAVE_P256_PUBLIC_LENGTH]) {
  if (key == NULL || spki == NULL || !is_private(key)) return false;
  memcpy(spki, SPKI_PREFIX, sizeof SPKI_PREFIX);
  br_ec_prime_i31.mulgen(spki + sizeof SPKI_PREFIX, key, WEBCLAVE_P256_KEY_LENGTH, BR_EC_secp256r1);
  return true;
}

size_t webclave_p256_sign(const uint8_t key[WEBCLAVE_P256_KEY_LENGTH], const void *message, size_t length,
                          uint8_t signature[WEBCLAVE_P256_SIGNATURE_MAX]) {
  uint8_t digest[WEBCLAVE_SHA256_LENGTH], copy[WEBCLAVE_P256_KEY_LENGTH];
  if (key == NULL || signature == NULL || (message == NULL && length > 0)) return 0;
  webclave_sha256(message, length, digest);
  memcpy(copy, key, sizeof copy);
  br_ec_private_key private_key = {.curve = BR_EC_secp256r1, .x = copy, .xlen = sizeof copy};
  size_t made = br_ecdsa_i31_sign_raw(&br_ec_prime_i31, &br_sha256_vtable, digest, &private_key, signature);
  webclave_wipe(copy, sizeof copy);
  return made == 0 ? 0 : br_ecdsa_raw_to_asn1(signature, made);
}
