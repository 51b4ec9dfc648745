/*
 * An RSA-2048 key that is generated inside from the QTSM's randomness, once for the whole enclave, and never leaves. It is
 * the only state that this library keeps between calls.
 */
#include "recipient.h"

#include <string.h>

#include "envelope.h"
#include "primes.h"
#include "qtsm_lib.h"
#include "webclave/crypto.h"

#define SEED_LENGTH 64
#define NONCE_LENGTH 32
#define MODULUS_LENGTH 256
#define MODULUS_BITS 2048
#define HALF (MODULUS_LENGTH / 2)
#define EXPONENT 65537
#define DOCUMENT_MAX (16 * 1024)

/* SubjectPublicKeyInfo of an RSA-2048 key around its modulus. */
static const unsigned char SPKI_PREFIX[] = {0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
                                            0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01,
                                            0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00};
static const unsigned char SPKI_SUFFIX[] = {0x02, 0x03, 0x01, 0x00, 0x01};

static struct {
  bool is_made;
  /* The modulus, then p, q, dp, dq and 1/q mod p. */
  unsigned char key[7 * HALF];
} own;

static unsigned long make_key(sig_params_t *params) {
  unsigned char seed[SEED_LENGTH];
  br_hmac_drbg_context random;
  if (own.is_made) return KMS_SUCCESS;
  if (!webclave_random(seed, sizeof seed))
    return kms_fail(params, KMS_QTSM_ERROR, "E_QTSM", "the QTSM gives no random bytes");
  br_hmac_drbg_init(&random, &br_sha256_vtable, seed, sizeof seed);
  own.is_made = rsa_key(&random.vtable, own.key, HALF, EXPONENT) == 1;
  webclave_wipe(&random, sizeof random);
  webclave_wipe(seed, sizeof seed);
  if (own.is_made) return KMS_SUCCESS;
  return kms_fail(params, KMS_QTSM_ERROR, "E_QTSM", "the RSA key could not be generated");
}

unsigned long kms_recipient_public(sig_params_t *params, unsigned char spki[KMS_RECIPIENT_PUBLIC_LENGTH]) {
  unsigned long status = make_key(params);
  if (status != KMS_SUCCESS) return status;
  memcpy(spki, SPKI_PREFIX, sizeof SPKI_PREFIX);
  memcpy(spki + sizeof SPKI_PREFIX, own.key, MODULUS_LENGTH);
  memcpy(spki + sizeof SPKI_PREFIX + MODULUS_LENGTH, SPKI_SUFFIX, sizeof SPKI_SUFFIX);
  return KMS_SUCCESS;
}

unsigned long kms_recipient_attest(sig_params_t *params, kms_span nonce, kms_text *document) {
  unsigned char spki[KMS_RECIPIENT_PUBLIC_LENGTH], chosen[NONCE_LENGTH];
  unsigned long status = kms_recipient_public(params, spki);
  if (status != KMS_SUCCESS) return status;
  if (nonce.length == 0) {
    if (!webclave_random(chosen, sizeof chosen))
      return kms_fail(params, KMS_QTSM_ERROR, "E_QTSM", "the QTSM gives no random bytes");
    nonce = (kms_span){(const char *)chosen, sizeof chosen};
  }
  if (!kms_text_reserve(document, DOCUMENT_MAX)) return kms_no_memory(params);
  int qtsm = qtsm_lib_init();
  if (qtsm < 0) return kms_fail(params, KMS_QTSM_ERROR, "E_QTSM", "the QTSM cannot be opened");
  uint32_t length = DOCUMENT_MAX;
  int failed = qtsm_get_attestation(qtsm, NULL, 0, (const uint8_t *)nonce.at, (uint32_t)nonce.length, spki, sizeof spki,
                                    (uint8_t *)document->at, &length);
  qtsm_lib_exit(qtsm);
  if (failed || length > DOCUMENT_MAX)
    return kms_fail(params, KMS_GET_ATTESTATION_ERROR, "E_QTSM", "the QTSM gives no attestation document");
  document->length = length;
  return KMS_SUCCESS;
}

unsigned long kms_recipient_open(sig_params_t *params, kms_span envelope, kms_text *plaintext) {
  unsigned char *p = own.key + MODULUS_LENGTH;
  br_rsa_private_key key = {
      .n_bitlen = MODULUS_BITS,
      .p = p, .plen = HALF,
      .q = p + HALF, .qlen = HALF,
      .dp = p + 2 * HALF, .dplen = HALF,
      .dq = p + 3 * HALF, .dqlen = HALF,
      .iq = p + 4 * HALF, .iqlen = HALF,
  };
  unsigned long status = make_key(params);
  if (status != KMS_SUCCESS) return status;
  switch (kms_open_envelope(envelope, &key, plaintext)) {
    case KMS_ENVELOPE_OPEN: return KMS_SUCCESS;
    case KMS_ENVELOPE_MALFORMED: return kms_fail(params, KMS_CJSON_ERROR, "E_CMS", "the envelope is malformed");
    default:
      return kms_fail(params, KMS_CJSON_ERROR, "E_CMS_DECRYPT", "the envelope cannot be decrypted with this key");
  }
}
