/* Answers in both dialects. They are hostile even if the KMS has signed them: it repeats what the request said. */
#include "dialects.h"
#include "json.h"

static unsigned long malformed(sig_params_t *params, const char *what) {
  return kms_fail(params, KMS_CJSON_ERROR, "E_KMS_ANSWER", what);
}

/* An answer without the member leaves `bytes` empty. Returns false if it is malformed. */
static bool read_bytes(kms_span object, const char *name, bool is_hexadecimal, kms_text *bytes) {
  kms_json_result result = kms_json_string(object, name, bytes);
  if (result != KMS_JSON_FOUND) return result == KMS_JSON_ABSENT;
  return is_hexadecimal ? kms_text_from_hex(bytes) : kms_text_from_base64(bytes);
}

bool kms_read_base64(const kms_answer *answer, const char *name, kms_text *bytes) {
  kms_span body = kms_span_of(&answer->content);
  return kms_json_is_object(body) && read_bytes(body, name, false, bytes) && bytes->length > 0;
}

/* Huawei's errors are an object in the member `error`, or the whole answer. */
unsigned long kms_read_refusal(sig_params_t *params, const kms_answer *answer) {
  kms_span body = kms_span_of(&answer->content);
  kms_text reason = {0}, message = {0};
  bool is_aws = params->dialect == KMS_DIALECT_AWS;
  kms_span error = body, inner;
  if (!is_aws && kms_json_member(body, "error", &inner) == KMS_JSON_FOUND) error = inner;
  kms_json_string(error, is_aws ? "__type" : "error_code", &reason);
  kms_json_string(error, is_aws ? "message" : "error_msg", &message);
  kms_fail(params, KMS_REQ_FAILED, "E_KMS_REFUSED", "");
  params->error.http_status = answer->status;
  kms_record_refusal(params, kms_span_of(&reason), kms_span_of(&message));
  kms_text_free(&reason);
  kms_text_free(&message);
  return KMS_REQ_FAILED;
}

unsigned long kms_read_given(sig_params_t *params, const kms_wanted *wanted, const kms_answer *answer, kms_given *given) {
  bool is_aws = params->dialect == KMS_DIALECT_AWS, is_new = wanted->operation == KMS_GENERATE_DATA_KEY;
  kms_span body = kms_span_of(&answer->content);
  if (!kms_json_is_object(body)) return malformed(params, "the answer is not a JSON object");
  if (answer->status != 200) return kms_read_refusal(params, answer);
  params->error.http_status = answer->status;
  if (!read_bytes(body, is_aws ? "CiphertextForRecipient" : "ciphertext_recipient", false, &given->envelope))
    return malformed(params, "the envelope is not base64");
  if (given->envelope.length == 0) return malformed(params, "the answer has no envelope for this enclave");
  if (!is_new) return KMS_SUCCESS;
  bool is_hexadecimal = kms_is_hexadecimal(params, wanted->operation);
  bool is_valid = read_bytes(body, is_aws ? "CiphertextBlob" : "cipher_text", is_hexadecimal, &given->ciphertext);
  if (!is_valid || given->ciphertext.length == 0) return malformed(params, "the ciphertext is missing or malformed");
  kms_json_result result = kms_json_string(body, is_aws ? "KeyId" : "key_id", &given->key_id);
  return result == KMS_JSON_FOUND ? KMS_SUCCESS : malformed(params, "the key ID is missing or malformed");
}

void kms_given_free(kms_given *given) {
  kms_text_free(&given->envelope);
  kms_text_free(&given->ciphertext);
  kms_text_free(&given->key_id);
}
