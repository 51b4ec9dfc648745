/* AES-GCM (NIST SP 800-38D) under a random nonce, which precedes the ciphertext. */
#include <string.h>

#include "gcm.h"
#include "webclave/crypto.h"

#define NONCE_LENGTH 12
#define TAG_LENGTH 16

static void begin(gcm *state, const void *key, size_t key_length, const uint8_t *nonce, const void *associated,
                  size_t associated_length) {
  gcm_begin(state, key, key_length, nonce, NONCE_LENGTH);
  if (associated_length > 0) gcm_hash_aad(state, associated, associated_length);
}

static bool is_valid(const void *key, size_t key_length, const void *associated, size_t associated_length) {
  if (key == NULL || (associated == NULL && associated_length > 0)) return false;
  return key_length == 16 || key_length == 24 || key_length == 32;
}

bool webclave_aes_gcm_seal(const void *key, size_t key_length, const void *text, size_t length, const void *associated,
                           size_t associated_length, uint8_t *to) {
  gcm state;
  if (!is_valid(key, key_length, associated, associated_length)) return false;
  if (to == NULL || (text == NULL && length > 0) || !webclave_random(to, NONCE_LENGTH)) return false;
  begin(&state, key, key_length, to, associated, associated_length);
  uint8_t *sealed = to + NONCE_LENGTH;
  if (length > 0) memcpy(sealed, text, length);
  gcm_crypt(&state, sealed, length);
  gcm_hash_text(&state, sealed, length);
  gcm_tag(&state, sealed + length);
  webclave_wipe(&state, sizeof state);
  return true;
}

bool webclave_aes_gcm_open(const void *key, size_t key_length, const uint8_t *sealed, size_t length,
                           const void *associated, size_t associated_length, uint8_t *to) {
  gcm state;
  uint8_t tag[TAG_LENGTH];
  if (!is_valid(key, key_length, associated, associated_length)) return false;
  if (sealed == NULL || length < WEBCLAVE_AES_GCM_OVERHEAD) return false;
  size_t text = length - WEBCLAVE_AES_GCM_OVERHEAD;
  if (to == NULL && text > 0) return false;
  begin(&state, key, key_length, sealed, associated, associated_length);
  gcm_hash_text(&state, sealed + NONCE_LENGTH, text);
  gcm_tag(&state, tag);
  unsigned difference = 0;
  for (size_t i = 0; i < TAG_LENGTH; i++) difference |= tag[i] ^ sealed[length - TAG_LENGTH + i];
  /* Nothing is decrypted before the tag was verified. */
  if (difference == 0 && text > 0) {
    memcpy(to, sealed + NONCE_LENGTH, text);
    gcm_crypt(&state, to, text);
  }
  webclave_wipe(&state, sizeof state);
  webclave_wipe(tag, sizeof tag);
  return difference == 0;
}
