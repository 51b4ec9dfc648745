#include "error.h"

static void copy_printable(char *to, size_t capacity, kms_span from) {
  size_t length = from.length < capacity ? from.length : capacity - 1;
  for (size_t i = 0; i < length; i++) to[i] = from.at[i] >= 0x20 && from.at[i] < 0x7f ? from.at[i] : '?';
  to[length] = 0;
}

unsigned long kms_fail(sig_params_t *params, unsigned long status, const char *code, const char *message) {
  params->error.code = code;
  copy_printable(params->error.message, KMS_MESSAGE_MAX, kms_span_string(message));
  return status;
}

unsigned long kms_no_memory(sig_params_t *params) {
  return kms_fail(params, KMS_REQ_FAILED, "E_MEMORY", "there is no memory left");
}

void kms_record_refusal(sig_params_t *params, kms_span reason, kms_span message) {
  copy_printable(params->error.reason, KMS_REASON_MAX, reason);
  copy_printable(params->error.message, KMS_MESSAGE_MAX, message);
}

const kms_error_t *kms_last_error(const sig_params_t *params) {
  static const kms_error_t NOTHING = {.code = "E_KMS_OPTIONS", .message = "the parameters are NULL"};
  if (params == NULL) return &NOTHING;
  return &params->error;
}
