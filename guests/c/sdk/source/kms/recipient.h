/* The enclave as a recipient: its RSA key, the documents that prove it, and envelopes that only it can open. */
#ifndef KMS_RECIPIENT_H
#define KMS_RECIPIENT_H

#include "error.h"

/* The length of SubjectPublicKeyInfo in DER. */
#define KMS_RECIPIENT_PUBLIC_LENGTH 294

/* Writes the public key, which is generated with the first call. */
unsigned long kms_recipient_public(sig_params_t *params, unsigned char spki[KMS_RECIPIENT_PUBLIC_LENGTH]);

/* A new attestation document with the public key, and with `nonce`, or a random one if its length is 0. */
unsigned long kms_recipient_attest(sig_params_t *params, kms_span nonce, kms_text *document);

/* Opens a hostile envelope. */
unsigned long kms_recipient_open(sig_params_t *params, kms_span envelope, kms_text *plaintext);

#endif
