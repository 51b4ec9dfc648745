/* One call of the KMS, independent of the form of the public functions. */
#ifndef KMS_CALL_H
#define KMS_CALL_H

#include "dialects.h"

/* The result of a call. */
typedef struct {
  kms_text plaintext, ciphertext, key_id;
} kms_result;

unsigned long kms_call(sig_params_t *params, const kms_wanted *wanted, unsigned int cid, unsigned int port,
                       kms_result *result);
void kms_result_free(kms_result *result);

#endif
