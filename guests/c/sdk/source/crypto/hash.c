/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104). */
#include "bearssl.h"
#include "webclave/crypto.h"

void webclave_sha256(const void *data, size_t length, uint8_t digest[WEBCLAVE_SHA256_LENGTH]) {
  br_sha256_context context;
  br_sha256_init(&context);
  br_sha256_update(&context, data, length);
  br_sha256_out(&context, digest);
  webclave_wipe(&context, sizeof context);
}

void webclave_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                          uint8_t mac[WEBCLAVE_SHA256_LENGTH]) {
  br_hmac_key_context prepared;
  br_hmac_context context;
  br_hmac_key_init(&prepared, &br_sha256_vtable, key, key_length);
  br_hmac_init(&context, &prepared, 0);
  br_hmac_update(&context, data, length);
  br_hmac_out(&context, mac);
  webclave_wipe(&prepared, sizeof prepared);
  webclave_wipe(&context, sizeof context);
}
