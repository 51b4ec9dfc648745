/* AES in further modes, by BearSSL's bitsliced AES, in constant time: CBC, counter mode and key wrap. */
#include <string.h>

#include "aes-wide.h"
#include "inner.h"
#include "module.h"

#define BLOCK 16

static struct {
  br_aes_ct64_cbcenc_keys encryption;
  br_aes_ct64_cbcdec_keys decryption;
  br_aes_ct64_ctr_keys counting;
  unsigned char vector[BLOCK];
  uint32_t counter_bits;
} state;

void modes_wipe(void) {
  sodium_memzero(&state, sizeof state);
}

/* CBC (SP 800-38A): the key, then the initialization vector, are in the buffer; then whole blocks follow. */
EXPORT("cbc_begin") void cbc_begin(uint32_t key) {
  br_aes_ct64_cbcenc_init(&state.encryption, buffer, key);
  br_aes_ct64_cbcdec_init(&state.decryption, buffer, key);
  memcpy(state.vector, buffer + key, BLOCK);
}

EXPORT("cbc_encrypt") void cbc_encrypt(uint32_t length) {
  br_aes_ct64_cbcenc_run(&state.encryption, state.vector, buffer, length);
}

EXPORT("cbc_decrypt") void cbc_decrypt(uint32_t length) {
  br_aes_ct64_cbcdec_run(&state.decryption, state.vector, buffer, length);
}

/* The length of the padding (PKCS#7) at the end of the block in the buffer, or 0 if it is invalid. */
EXPORT("cbc_padding") uint32_t cbc_padding(void) {
  uint32_t padding = buffer[BLOCK - 1];
  uint32_t bad = EQ(padding, 0) | GT(padding, BLOCK);
  for (uint32_t i = 0; i < BLOCK; i++) bad |= LT(i, padding) & NEQ(buffer[BLOCK - 1 - i], padding);
  return MUX(bad, 0, padding);
}

/* Counter mode: the key, then the first counter block, are in the buffer. The last `bits` of the block count. */
EXPORT("ctr_begin") void ctr_begin(uint32_t key, uint32_t bits) {
  br_aes_ct64_ctr_init(&state.counting, buffer, key);
  memcpy(state.vector, buffer + key, BLOCK);
  state.counter_bits = bits;
}

/* Adds one to what counts of the 12 bytes before the last four. */
static void carry(void) {
  uint32_t more = 1;
  for (uint32_t bits = 32, i = BLOCK - 5; bits < state.counter_bits; bits += 8, i--) {
    uint32_t counting = state.counter_bits - bits >= 8 ? 0xff : (1u << (state.counter_bits - bits)) - 1;
    uint32_t sum = (state.vector[i] & counting) + more;
    state.vector[i] = (unsigned char)((state.vector[i] & ~counting) | (sum & counting));
    more = sum > counting;
  }
}

EXPORT("ctr_run") void ctr_run(uint32_t length) {
  uint64_t range = (uint64_t)1 << (state.counter_bits < 32 ? state.counter_bits : 32);
  for (uint32_t at = 0; at < length;) {
    uint32_t word = br_dec32be(state.vector + 12), counter = word & (uint32_t)(range - 1);
    uint64_t left = (range - counter) * BLOCK;
    uint32_t part = left < length - at ? (uint32_t)left : length - at;
    aes_wide_ctr(&state.counting, state.vector, word, buffer + at, part);
    counter = (uint32_t)((counter + (part + BLOCK - 1) / BLOCK) & (range - 1));
    br_enc32be(state.vector + 12, (word & ~(uint32_t)(range - 1)) | counter);
    if (part == left && range >> 32) carry();
    at += part;
  }
}

/* Key wrap (RFC 3394): the key, then eight bytes for the check and the text, are in the buffer. */
static const unsigned char CHECK[8] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};

static void count(unsigned char *check, uint32_t step) {
  for (int i = 0; i < 4; i++) check[7 - i] ^= (unsigned char)(step >> (8 * i));
}

EXPORT("kw_wrap") void kw_wrap(uint32_t key, uint32_t length) {
  unsigned char block[BLOCK], vector[BLOCK], *text = buffer + key + 8;
  uint32_t words = length / 8, step = 1;
  br_aes_ct64_cbcenc_init(&state.encryption, buffer, key);
  memcpy(block, CHECK, 8);
  for (int pass = 0; pass < 6; pass++) {
    for (uint32_t i = 0; i < words; i++) {
      memcpy(block + 8, text + 8 * i, 8);
      memset(vector, 0, BLOCK);
      br_aes_ct64_cbcenc_run(&state.encryption, vector, block, BLOCK);
      count(block, step++);
      memcpy(text + 8 * i, block + 8, 8);
    }
  }
  memcpy(text - 8, block, 8);
  memmove(buffer, text - 8, length + 8);
}

/* Returns whether the check is right. */
EXPORT("kw_unwrap") uint32_t kw_unwrap(uint32_t key, uint32_t length) {
  unsigned char block[BLOCK], vector[BLOCK], *text = buffer + key + 8;
  uint32_t words = length / 8 - 1, step = 6 * words, difference = 0;
  br_aes_ct64_cbcdec_init(&state.decryption, buffer, key);
  memcpy(block, text - 8, 8);
  for (int pass = 0; pass < 6; pass++) {
    for (uint32_t i = words; i-- > 0;) {
      count(block, step--);
      memcpy(block + 8, text + 8 * i, 8);
      memset(vector, 0, BLOCK);
      br_aes_ct64_cbcdec_run(&state.decryption, vector, block, BLOCK);
      memcpy(text + 8 * i, block + 8, 8);
    }
  }
  for (int i = 0; i < 8; i++) difference |= block[i] ^ CHECK[i];
  memmove(buffer, text, 8 * words);
  return difference == 0;
}
