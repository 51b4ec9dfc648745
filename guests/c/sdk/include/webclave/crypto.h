/*
 * Cryptography for an enclave in C or C++: BearSSL, which the SDK for TypeScript uses too, in constant time
 * where they handle secrets. Keys, signatures and ciphertexts have the same form as in that SDK. A function that returns
 * false, as it also does for NULL, leaves nothing in its output that could be used.
 */
#ifndef WEBCLAVE_CRYPTO_H
#define WEBCLAVE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEBCLAVE_SHA256_LENGTH 32
#define WEBCLAVE_P256_KEY_LENGTH 32
/* SubjectPublicKeyInfo in DER. */
#define WEBCLAVE_P256_PUBLIC_LENGTH 91
/* The longest signature in DER. */
#define WEBCLAVE_P256_SIGNATURE_MAX 72
/* A nonce of 12 bytes before the ciphertext, and a tag of 16 after it. */
#define WEBCLAVE_AES_GCM_OVERHEAD 28

/* Clears memory that is not read afterwards, which a compiler would otherwise leave out. */
void webclave_wipe(void *at, size_t length);

/* Random bytes of the QTSM. Returns false if it has none. */
bool webclave_random(void *to, size_t length);

void webclave_sha256(const void *data, size_t length, uint8_t digest[WEBCLAVE_SHA256_LENGTH]);
void webclave_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                          uint8_t mac[WEBCLAVE_SHA256_LENGTH]);

/* A new private key for ECDSA on P-256. Returns false if the QTSM has no random bytes. */
bool webclave_p256_generate(uint8_t key[WEBCLAVE_P256_KEY_LENGTH]);
/* The public key of a private key. Returns false if the private key is invalid. */
bool webclave_p256_public(const uint8_t key[WEBCLAVE_P256_KEY_LENGTH], uint8_t spki[WEBCLAVE_P256_PUBLIC_LENGTH]);
/*
 * Signs a message: ECDSA with SHA-256, deterministic (RFC 6979). The signature is in DER. Returns its length, or 0 if
 * the private key is invalid.
 */
size_t webclave_p256_sign(const uint8_t key[WEBCLAVE_P256_KEY_LENGTH], const void *message, size_t length,
                          uint8_t signature[WEBCLAVE_P256_SIGNATURE_MAX]);

/*
 * AES-GCM under a random nonce. Writes `length` + WEBCLAVE_AES_GCM_OVERHEAD bytes to `to`, which must not overlap `text`.
 * The key has 16, 24 or 32 bytes. Returns false for another key length, or if the QTSM has no random bytes.
 */
bool webclave_aes_gcm_seal(const void *key, size_t key_length, const void *text, size_t length, const void *associated,
                           size_t associated_length, uint8_t *to);
/*
 * Opens a result of webclave_aes_gcm_seal of `length` bytes. Writes `length` - WEBCLAVE_AES_GCM_OVERHEAD bytes to `to`,
 * which must not overlap `sealed`. Returns false if the key, the associated data or any bit differs.
 */
bool webclave_aes_gcm_open(const void *key, size_t key_length, const uint8_t *sealed, size_t length,
                           const void *associated, size_t associated_length, uint8_t *to);

#ifdef __cplusplus
}
#endif
#endif
