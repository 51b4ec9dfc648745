/* Whether an answer is the pinned KMS's. */
#ifndef KMS_IDENTITY_H
#define KMS_IDENTITY_H

#include "http.h"

/* `unverified`, or the SHA-256 of the KMS's key in lower-case hexadecimal. */
typedef struct {
  bool is_unverified;
  char key_id[65];
} kms_identity;

/* The identity of the parameters or of the environment. */
unsigned long kms_read_identity(sig_params_t *params, kms_identity *identity);

/* Accepts the key of the KMS, 120 bytes of SubjectPublicKeyInfo that are hostile, if it is the pinned one. */
unsigned long kms_adopt_key(sig_params_t *params, const kms_identity *identity, kms_span spki);

/* Verifies that `answer` is completely signed with the pinned key, for this question. */
unsigned long kms_verify_answer(sig_params_t *params, const kms_identity *identity, const kms_question *question,
                                const kms_answer *answer);

#endif
