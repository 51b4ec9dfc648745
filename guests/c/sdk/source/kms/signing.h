/* Signs requests with an access key, in both clouds' schemes. */
#ifndef KMS_SIGNING_H
#define KMS_SIGNING_H

#include "http.h"

/* Adds the date, the token and the Authorization. The other headers must be complete. Without a key it adds nothing. */
void kms_sign(const sig_params_t *params, kms_question *question);

#endif
