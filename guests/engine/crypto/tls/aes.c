/* AES and AES-GCM for mbedTLS, in constant time: BearSSL's, as for the engine's own cryptography. */
#include <mbedtls/aes.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/error.h>
#include <mbedtls/gcm.h>
#include <mbedtls/platform_util.h>
#include <string.h>

#include "../gcm.h"
#include "inner.h"

#define TAG_LENGTH 16

void mbedtls_aes_init(mbedtls_aes_context *context) {
  memset(context, 0, sizeof *context);
}

void mbedtls_aes_free(mbedtls_aes_context *context) {
  if (context) mbedtls_platform_zeroize(context, sizeof *context);
}

int mbedtls_aes_setkey_enc(mbedtls_aes_context *context, const unsigned char *key, unsigned bits) {
  if (bits != 128 && bits != 192 && bits != 256) return MBEDTLS_ERR_AES_INVALID_KEY_LENGTH;
  context->rounds = br_aes_ct64_keysched(context->schedule, key, bits / 8);
  return 0;
}

int mbedtls_aes_setkey_dec(mbedtls_aes_context *context, const unsigned char *key, unsigned bits) {
  return mbedtls_aes_setkey_enc(context, key, bits);
}

int mbedtls_aes_crypt_ecb(mbedtls_aes_context *context, int mode, const unsigned char input[16], unsigned char output[16]) {
  uint64_t schedule[120], state[8] = {0};
  uint32_t words[16] = {0};
  br_aes_ct64_skey_expand(schedule, context->rounds, context->schedule);
  br_range_dec32le(words, 4, input);
  br_aes_ct64_interleave_in(&state[0], &state[4], words);
  br_aes_ct64_ortho(state);
  if (mode == MBEDTLS_AES_ENCRYPT) br_aes_ct64_bitslice_encrypt(context->rounds, schedule, state);
  else br_aes_ct64_bitslice_decrypt(context->rounds, schedule, state);
  br_aes_ct64_ortho(state);
  br_aes_ct64_interleave_out(words, state[0], state[4]);
  br_range_enc32le(output, words, 4);
  mbedtls_platform_zeroize(schedule, sizeof schedule);
  return 0;
}

void mbedtls_gcm_init(mbedtls_gcm_context *context) {
  memset(context, 0, sizeof *context);
}

void mbedtls_gcm_free(mbedtls_gcm_context *context) {
  if (context) mbedtls_platform_zeroize(context, sizeof *context);
}

int mbedtls_gcm_setkey(mbedtls_gcm_context *context, mbedtls_cipher_id_t cipher, const unsigned char *key, unsigned bits) {
  if (cipher != MBEDTLS_CIPHER_ID_AES || (bits != 128 && bits != 192 && bits != 256)) return MBEDTLS_ERR_GCM_BAD_INPUT;
  context->key_length = bits / 8;
  memcpy(context->key, key, context->key_length);
  return 0;
}

int mbedtls_gcm_crypt_and_tag(mbedtls_gcm_context *context, int mode, size_t length, const unsigned char *nonce,
                              size_t nonce_length, const unsigned char *associated, size_t associated_length,
                              const unsigned char *input, unsigned char *output, size_t tag_length, unsigned char *tag) {
  gcm state;
  unsigned char whole[TAG_LENGTH];
  if (tag_length > TAG_LENGTH || tag_length < 4 || nonce_length == 0) return MBEDTLS_ERR_GCM_BAD_INPUT;
  gcm_begin(&state, context->key, context->key_length, nonce, nonce_length);
  gcm_hash_aad(&state, associated, associated_length);
  if (mode == MBEDTLS_GCM_DECRYPT) gcm_hash_text(&state, input, length);
  memmove(output, input, length);
  gcm_crypt(&state, output, length);
  if (mode == MBEDTLS_GCM_ENCRYPT) gcm_hash_text(&state, output, length);
  gcm_tag(&state, whole);
  memcpy(tag, whole, tag_length);
  mbedtls_platform_zeroize(&state, sizeof state);
  return 0;
}

int mbedtls_gcm_auth_decrypt(mbedtls_gcm_context *context, size_t length, const unsigned char *nonce, size_t nonce_length,
                             const unsigned char *associated, size_t associated_length, const unsigned char *tag,
                             size_t tag_length, const unsigned char *input, unsigned char *output) {
  unsigned char computed[TAG_LENGTH];
  int failure = mbedtls_gcm_crypt_and_tag(context, MBEDTLS_GCM_DECRYPT, length, nonce, nonce_length, associated,
                                          associated_length, input, output, tag_length, computed);
  if (failure) return failure;
  if (mbedtls_ct_memcmp(computed, tag, tag_length) == 0) return 0;
  mbedtls_platform_zeroize(output, length);
  return MBEDTLS_ERR_GCM_AUTH_FAILED;
}

/* In steps: TLS protects whole records. */

int mbedtls_gcm_starts(mbedtls_gcm_context *context, int mode, const unsigned char *nonce, size_t length) {
  (void)context, (void)mode, (void)nonce, (void)length;
  return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

int mbedtls_gcm_update_ad(mbedtls_gcm_context *context, const unsigned char *associated, size_t length) {
  (void)context, (void)associated, (void)length;
  return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

int mbedtls_gcm_update(mbedtls_gcm_context *context, const unsigned char *input, size_t length, unsigned char *output,
                       size_t size, size_t *written) {
  (void)context, (void)input, (void)length, (void)output, (void)size, (void)written;
  return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

int mbedtls_gcm_finish(mbedtls_gcm_context *context, unsigned char *output, size_t size, size_t *written,
                       unsigned char *tag, size_t length) {
  (void)context, (void)output, (void)size, (void)written, (void)tag, (void)length;
  return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}
