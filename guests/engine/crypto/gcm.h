/* AES-GCM (NIST SP 800-38D) in steps, so that unauthenticated plaintext never leaves the module. */
#ifndef GCM_H
#define GCM_H

#include "bearssl.h"

typedef struct {
  br_aes_ct64_ctr_keys key;
  unsigned char hash_key[16];
  unsigned char hash[16];
  /* The counter block before the first one of the text: it masks the tag. */
  unsigned char first[16];
  uint32_t counter;
  uint64_t aad_length, text_length;
} gcm;

/* A key of 16, 24 or 32 bytes, and a nonce of at least one byte. */
void gcm_begin(gcm *state, const void *key, size_t key_length, const void *nonce, size_t nonce_length);

/* All parts except the last consist of whole blocks. Associated data first, then the ciphertext. */
void gcm_hash_aad(gcm *state, const void *data, size_t length);
void gcm_hash_text(gcm *state, const void *data, size_t length);

/* Encrypts or decrypts. */
void gcm_crypt(gcm *state, void *data, size_t length);

/* The 16 bytes of the tag of everything that was hashed. */
void gcm_tag(gcm *state, unsigned char *tag);

#endif
