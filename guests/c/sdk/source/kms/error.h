/* How the files of the KMS client report errors: a status, and the details in the parameters. */
#ifndef KMS_ERROR_H
#define KMS_ERROR_H

#include "qtsm_kms.h"
#include "text.h"

/* Records the error, and returns `status`. */
unsigned long kms_fail(sig_params_t *params, unsigned long status, const char *code, const char *message);
unsigned long kms_no_memory(sig_params_t *params);

/* Records the KMS's own code and message, which are hostile. */
void kms_record_refusal(sig_params_t *params, kms_span reason, kms_span message);

#endif
