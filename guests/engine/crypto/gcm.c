/* AES-GCM (NIST SP 800-38D), from the wide counter mode and GHASH here, and BearSSL’s constant-time GHASH. */
#include "gcm.h"

#include <string.h>

#include "aes-wide.h"
#include "ghash-wide.h"
#include "inner.h"

void gcm_begin(gcm *state, const void *key, size_t key_length, const void *nonce, size_t nonce_length) {
  memset(state, 0, sizeof *state);
  br_aes_ct64_ctr_init(&state->key, key, key_length);
  aes_wide_ctr(&state->key, state->hash_key, 0, state->hash_key, 16);
  if (nonce_length == 12) {
    memcpy(state->first, nonce, 12);
    state->first[15] = 1;
  } else {
    unsigned char lengths[16] = {0};
    br_enc64be(lengths + 8, (uint64_t)nonce_length * 8);
    br_ghash_ctmul64(state->first, state->hash_key, nonce, nonce_length);
    br_ghash_ctmul64(state->first, state->hash_key, lengths, 16);
  }
  state->counter = br_dec32be(state->first + 12) + 1;
}

void gcm_hash_aad(gcm *state, const void *data, size_t length) {
  ghash_wide(state->hash, state->hash_key, data, length);
  state->aad_length += length;
}

void gcm_hash_text(gcm *state, const void *data, size_t length) {
  ghash_wide(state->hash, state->hash_key, data, length);
  state->text_length += length;
}

void gcm_crypt(gcm *state, void *data, size_t length) {
  state->counter = aes_wide_ctr(&state->key, state->first, state->counter, data, length);
}

void gcm_tag(gcm *state, unsigned char *tag) {
  unsigned char lengths[16];
  br_enc64be(lengths, state->aad_length * 8);
  br_enc64be(lengths + 8, state->text_length * 8);
  br_ghash_ctmul64(state->hash, state->hash_key, lengths, 16);
  memcpy(tag, state->hash, 16);
  aes_wide_ctr(&state->key, state->first, br_dec32be(state->first + 12), tag, 16);
}
