/* AES in counter mode, eight blocks at a time, in constant time. */
#ifndef AES_WIDE_H
#define AES_WIDE_H

#include "bearssl.h"

/* Adds the key stream of nonce (12 bytes) and counter to `data`. Returns the next counter. */
uint32_t aes_wide_ctr(const br_aes_ct64_ctr_keys *key, const void *nonce, uint32_t counter, void *data, size_t length);

#endif
