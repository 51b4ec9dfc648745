/*
 * CMS EnvelopedData (RFC 5652 section 6) with one recipient, RSAES-OAEP with SHA-256 (RFC 3560) and AES-256-CBC: the
 * CiphertextForRecipient of AWS, in definite and indefinite lengths, its ciphertext in one or several parts.
 */
#ifndef KMS_ENVELOPE_H
#define KMS_ENVELOPE_H

#include "bearssl.h"
#include "text.h"

typedef enum { KMS_ENVELOPE_OPEN, KMS_ENVELOPE_MALFORMED, KMS_ENVELOPE_SEALED } kms_envelope_result;

/* Opens a hostile envelope with an RSA-2048 key. KMS_ENVELOPE_SEALED says nothing about why. */
kms_envelope_result kms_open_envelope(kms_span envelope, const br_rsa_private_key *key, kms_text *plaintext);

#endif
