/* The counter mode of guests/engine/crypto/gcm.c by BearSSL's own AES: without vectors, in a fraction of the code. */
#include "aes-wide.h"

uint32_t aes_wide_ctr(const br_aes_ct64_ctr_keys *key, const void *nonce, uint32_t counter, void *data, size_t length) {
  return br_aes_ct64_ctr_run(key, nonce, counter, data, length);
}
