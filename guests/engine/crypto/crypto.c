/*
 * The compiled cryptography of a TypeScript guest: a module without a single import, beside the engine in its Worker.
 * One operation at a time; what goes in and comes out lies in `buffer`, and operations on more than fits go by parts.
 * The kernel (src/kernel/crypto.ts) has checked every length. `wipe` is called after each operation.
 *
 * BearSSL by Thomas Pornin (MIT licence) has the hashes, the GHASH of short texts, the AES key schedule, RSA and the NIST curves, all in
 * constant time; libsodium (ISC licence) has Curve25519 and Argon2. ec.c, ed25519.c, modes.c and rsa.c have the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "argon2-core.h"
#include "argon2.h"
#include "gcm.h"
#include "inner.h"
#include "module.h"

#define TAG_LENGTH 16
/* Bytes at the address 0 that are not cleared, so that no null pointer is. */
#define STACK_BOTTOM 64

/* The linker's: where the stack ends and the data begins. */
extern unsigned char __global_base;

unsigned char buffer[BUFFER_LENGTH] __attribute__((aligned(64)));

static struct {
  br_hash_compat_context hash;
  br_hmac_context hmac;
  gcm gcm;
} state;

EXPORT("buffer") unsigned char *crypto_buffer(void) {
  return buffer;
}

EXPORT("wipe") void crypto_wipe(void) {
  sodium_memzero(buffer, sizeof buffer);
  sodium_memzero(&state, sizeof state);
  ed25519_wipe();
  modes_wipe();
  arena_empty();
  // What functions that returned left on the stack, which begins at the address 0. This function keeps nothing there.
  sodium_memzero((void *)STACK_BOTTOM, (uintptr_t)&__global_base - STACK_BOTTOM);
}

const br_hash_class *digest(uint32_t bits) {
  return bits == 160 ? &br_sha1_vtable : bits == 256 ? &br_sha256_vtable : bits == 384 ? &br_sha384_vtable : &br_sha512_vtable;
}

/* SHA-1, SHA-256, 384 and 512 (FIPS 180-4). */
EXPORT("hash_begin") void hash_begin(uint32_t bits) {
  digest(bits)->init(&state.hash.vtable);
}

void hash_add(const void *data, size_t length) {
  state.hash.vtable->update(&state.hash.vtable, data, length);
}

size_t hash_finish(void *to) {
  state.hash.vtable->out(&state.hash.vtable, to);
  return br_digest_size(state.hash.vtable);
}

EXPORT("hash_update") void hash_update(uint32_t length) {
  hash_add(buffer, length);
}

EXPORT("hash_end") void hash_end(void) {
  hash_finish(buffer);
}

/* HMAC (RFC 2104). */
EXPORT("hmac_begin") void hmac_begin(uint32_t bits, uint32_t key_length) {
  br_hmac_key_context key;
  br_hmac_key_init(&key, digest(bits), buffer, key_length);
  br_hmac_init(&state.hmac, &key, 0);
  sodium_memzero(&key, sizeof key);
}

EXPORT("hmac_update") void hmac_update(uint32_t length) {
  br_hmac_update(&state.hmac, buffer, length);
}

EXPORT("hmac_end") void hmac_end(void) {
  br_hmac_out(&state.hmac, buffer);
}

/* HKDF (RFC 5869): secret, salt and info are in the buffer; the derived key replaces them. */
EXPORT("hkdf") void hkdf(uint32_t bits, uint32_t length, uint32_t secret, uint32_t salt, uint32_t info) {
  br_hkdf_context context;
  br_hkdf_init(&context, digest(bits), buffer + secret, salt);
  br_hkdf_inject(&context, buffer, secret);
  br_hkdf_flip(&context);
  unsigned char about[BUFFER_LENGTH / 4];
  memcpy(about, buffer + secret + salt, info);
  br_hkdf_produce(&context, about, info, buffer, length);
  sodium_memzero(&context, sizeof context);
}

/*
 * PBKDF2 (RFC 8018): password and salt are in the buffer; the derived key replaces them. Returns whether there was memory
 * for it.
 */
EXPORT("pbkdf2") uint32_t pbkdf2(uint32_t bits, uint32_t iterations, uint32_t length, uint32_t password, uint32_t salt) {
  br_hmac_key_context key;
  br_hmac_context context;
  unsigned char *about = malloc(salt), sum[MAX_DIGEST], last[MAX_DIGEST], index[4];
  if (!about) return 0;
  uint32_t size = bits / 8;
  br_hmac_key_init(&key, digest(bits), buffer, password);
  memcpy(about, buffer + password, salt);
  for (uint32_t block = 1, at = 0; at < length; block++, at += size) {
    for (int i = 0; i < 4; i++) index[i] = (unsigned char)(block >> (24 - 8 * i));
    br_hmac_init(&context, &key, 0);
    br_hmac_update(&context, about, salt);
    br_hmac_update(&context, index, sizeof index);
    br_hmac_out(&context, last);
    memcpy(sum, last, size);
    for (uint32_t round = 1; round < iterations; round++) {
      br_hmac_init(&context, &key, 0);
      br_hmac_update(&context, last, size);
      br_hmac_out(&context, last);
      for (uint32_t i = 0; i < size; i++) sum[i] ^= last[i];
    }
    memcpy(buffer + at, sum, length - at < size ? length - at : size);
  }
  return 1;
}

/* AES-GCM: key and nonce are in the buffer; then the parts of associated data and text, one after the other. */
EXPORT("gcm_begin") void gcm_start(uint32_t key, uint32_t nonce) {
  gcm_begin(&state.gcm, buffer, key, buffer + key, nonce);
}

EXPORT("gcm_aad") void gcm_aad(uint32_t length) {
  gcm_hash_aad(&state.gcm, buffer, length);
}

EXPORT("gcm_seal") void gcm_seal(uint32_t length) {
  gcm_crypt(&state.gcm, buffer, length);
  gcm_hash_text(&state.gcm, buffer, length);
}

EXPORT("gcm_read") void gcm_read(uint32_t length) {
  gcm_hash_text(&state.gcm, buffer, length);
}

EXPORT("gcm_open") void gcm_open(uint32_t length) {
  gcm_crypt(&state.gcm, buffer, length);
}

EXPORT("gcm_tag") void gcm_write_tag(void) {
  gcm_tag(&state.gcm, buffer);
}

/* Whether the tag in the buffer is correct. */
EXPORT("gcm_check") uint32_t gcm_check(void) {
  unsigned char tag[TAG_LENGTH], difference = 0;
  gcm_tag(&state.gcm, tag);
  for (int i = 0; i < TAG_LENGTH; i++) difference |= tag[i] ^ buffer[i];
  return difference == 0;
}

/*
 * Argon2id (RFC 9106): password, salt and secret are in the buffer; the hash replaces them. Returns 0, or libsodium's
 * error code.
 */
EXPORT("argon2id") int32_t argon2id(uint32_t memory, uint32_t passes, uint32_t lanes, uint32_t length,
                                    uint32_t password, uint32_t salt, uint32_t secret) {
  argon2_context context = {
      .out = buffer, .outlen = length,
      .pwd = buffer, .pwdlen = password,
      .salt = buffer + password, .saltlen = salt,
      .secret = buffer + password + salt, .secretlen = secret,
      .t_cost = passes, .m_cost = memory, .lanes = lanes, .threads = lanes,
      .flags = ARGON2_DEFAULT_FLAGS,
  };
  return argon2_ctx(&context, Argon2_id);
}
