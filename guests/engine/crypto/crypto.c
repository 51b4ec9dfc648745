/*
 * The compiled cryptography of a TypeScript guest: a module without a single import, beside the engine in its Worker.
 * One operation at a time; what goes in and comes out lies in `buffer`, and operations on more than fits go by parts.
 * The kernel (src/kernel/crypto.ts) has checked every length. `wipe` is called after each operation.
 *
 * BearSSL by Thomas Pornin (MIT licence) has the hashes, GHASH, the AES key schedule and RSA, all in constant time;
 * libsodium (ISC licence) has Argon2.
 */
#include <stdint.h>
#include <string.h>

#include "argon2-core.h"
#include "argon2.h"
#include "bearssl.h"
#include "gcm.h"
#include "arena.h"

#define EXPORT(name) __attribute__((export_name(name)))

#define BUFFER_LENGTH 65536
#define TAG_LENGTH 16
#define RSA_BITS 2048
#define RSA_LENGTH (RSA_BITS / 8)
#define RSA_EXPONENT 65537
#define AES_BLOCK 16

void sodium_memzero(void *at, size_t length);

static unsigned char buffer[BUFFER_LENGTH] __attribute__((aligned(64)));

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
  arena_empty();
}

static const br_hash_class *digest(uint32_t bits) {
  return bits == 256 ? &br_sha256_vtable : bits == 384 ? &br_sha384_vtable : &br_sha512_vtable;
}

/* SHA-256, 384 and 512 (FIPS 180-4). */
EXPORT("hash_begin") void hash_begin(uint32_t bits) {
  digest(bits)->init(&state.hash.vtable);
}

EXPORT("hash_update") void hash_update(uint32_t length) {
  state.hash.vtable->update(&state.hash.vtable, buffer, length);
}

EXPORT("hash_end") void hash_end(void) {
  state.hash.vtable->out(&state.hash.vtable, buffer);
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
 * AES-CBC with PKCS#7 padding: key, vector and ciphertext are in the buffer; the plaintext replaces them. Returns its
 * length, or -1 if the padding is invalid.
 */
EXPORT("cbc_open") int32_t cbc_open(uint32_t key, uint32_t length) {
  br_aes_ct64_cbcdec_keys context;
  unsigned char *vector = buffer + key, *text = vector + AES_BLOCK;
  br_aes_ct64_cbcdec_init(&context, buffer, key);
  br_aes_ct64_cbcdec_run(&context, vector, text, length);
  sodium_memzero(&context, sizeof context);
  uint32_t padding = text[length - 1];
  uint32_t bad = padding == 0 || padding > AES_BLOCK;
  for (uint32_t i = 0; i < AES_BLOCK; i++) {
    uint32_t inside = i < padding;
    bad |= inside & (text[length - 1 - i] != padding);
  }
  if (bad) return -1;
  memmove(buffer, text, length - padding);
  return (int32_t)(length - padding);
}

/* A private key as stored in the buffer: modulus, then p, q, dp, dq and 1/q mod p, each of half its length. */
static br_rsa_private_key rsa_private(unsigned char *at) {
  enum { HALF = RSA_LENGTH / 2 };
  unsigned char *p = at + RSA_LENGTH;
  return (br_rsa_private_key){
      .n_bitlen = RSA_BITS,
      .p = p, .plen = HALF,
      .q = p + HALF, .qlen = HALF,
      .dp = p + 2 * HALF, .dplen = HALF,
      .dq = p + 3 * HALF, .dqlen = HALF,
      .iq = p + 4 * HALF, .iqlen = HALF,
  };
}

static unsigned char *put(unsigned char *to, const unsigned char *from, size_t length) {
  enum { HALF = RSA_LENGTH / 2 };
  memset(to, 0, HALF - length);
  memcpy(to + HALF - length, from, length);
  return to + HALF;
}

/* An RSA-2048 key from a random seed in the buffer, which it replaces. Returns whether it succeeded. */
EXPORT("rsa_generate") uint32_t rsa_generate(uint32_t seed) {
  br_hmac_drbg_context random;
  br_rsa_private_key key;
  br_rsa_public_key public_key;
  unsigned char private_bytes[BR_RSA_KBUF_PRIV_SIZE(RSA_BITS)], public_bytes[BR_RSA_KBUF_PUB_SIZE(RSA_BITS)];
  br_hmac_drbg_init(&random, &br_sha256_vtable, buffer, seed);
  uint32_t done = br_rsa_i31_keygen(
      &random.vtable, &key, private_bytes, &public_key, public_bytes, RSA_BITS, RSA_EXPONENT);
  if (done) {
    memcpy(buffer, public_key.n, RSA_LENGTH);
    unsigned char *to = buffer + RSA_LENGTH;
    to = put(to, key.p, key.plen);
    to = put(to, key.q, key.qlen);
    to = put(to, key.dp, key.dplen);
    to = put(to, key.dq, key.dqlen);
    put(to, key.iq, key.iqlen);
  }
  sodium_memzero(private_bytes, sizeof private_bytes);
  sodium_memzero(&random, sizeof random);
  return done;
}

/*
 * RSAES-OAEP with SHA-256 (RFC 8017): private key, then ciphertext; the plaintext replaces both. Returns its length, or
 * -1.
 */
EXPORT("rsa_oaep_open") int32_t rsa_oaep_open(uint32_t key_length) {
  br_rsa_private_key key = rsa_private(buffer);
  unsigned char *text = buffer + key_length;
  size_t length = RSA_LENGTH;
  if (!br_rsa_i31_oaep_decrypt(&br_sha256_vtable, NULL, 0, &key, text, &length)) return -1;
  memmove(buffer, text, length);
  return (int32_t)length;
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
