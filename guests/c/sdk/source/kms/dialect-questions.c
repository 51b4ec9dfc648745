/* Requests in both dialects. */
#include "dialects.h"

#define ALGORITHM "RSAES_OAEP_SHA_256"

static bool is_aws(const sig_params_t *params) {
  return params->dialect == KMS_DIALECT_AWS;
}

static kms_span span_of(sig_str_t text) {
  return (kms_span){text.data, text.len};
}

bool kms_is_hexadecimal(const sig_params_t *params, kms_operation operation) {
  return !is_aws(params) && operation != KMS_DECRYPT;
}

/* Begins the next member of an object. */
static void write_name(kms_text *to, const char *name) {
  if (to->length > 0 && to->at[to->length - 1] != '{') kms_text_string(to, ",");
  kms_text_quoted(to, kms_span_string(name));
  kms_text_string(to, ":");
}

static void write_member(kms_text *to, const char *name, kms_span value) {
  write_name(to, name);
  kms_text_quoted(to, value);
}

static void write_number(kms_text *to, const char *name, uint32_t number, bool is_text) {
  write_name(to, name);
  if (is_text) kms_text_string(to, "\"");
  kms_text_number(to, number);
  if (is_text) kms_text_string(to, "\"");
}

static void write_base64(kms_text *to, const char *name, kms_span bytes) {
  write_name(to, name);
  kms_text_string(to, "\"");
  kms_text_base64(to, bytes.at, bytes.length);
  kms_text_string(to, "\"");
}

static void write_hex(kms_text *to, const char *name, kms_span bytes) {
  write_name(to, name);
  kms_text_string(to, "\"");
  kms_text_hex(to, bytes.at, bytes.length);
  kms_text_string(to, "\"");
}

static void write_context(const sig_params_t *params, const char *name, kms_text *to) {
  const sig_headers_t *context = &params->encryption_context;
  if (context->len == 0) return;
  write_name(to, name);
  kms_text_string(to, "{");
  for (size_t i = 0; i < context->len; i++) {
    if (i > 0) kms_text_string(to, ",");
    kms_text_quoted(to, span_of(context->data[i].name));
    kms_text_string(to, ":");
    kms_text_quoted(to, span_of(context->data[i].value));
  }
  kms_text_string(to, "}");
}

static const char *write_aws(const sig_params_t *params, const kms_wanted *wanted, kms_text *to) {
  if (wanted->key_id.length > 0) write_member(to, "KeyId", wanted->key_id);
  if (wanted->operation == KMS_GENERATE_RANDOM) {
    write_number(to, "NumberOfBytes", wanted->length, false);
    return "TrentService.GenerateRandom";
  }
  write_context(params, "EncryptionContext", to);
  if (wanted->operation == KMS_GENERATE_DATA_KEY) {
    write_number(to, "NumberOfBytes", wanted->length, false);
    return "TrentService.GenerateDataKey";
  }
  write_base64(to, "CiphertextBlob", wanted->ciphertext);
  return "TrentService.Decrypt";
}

static const char *write_huawei(const sig_params_t *params, const kms_wanted *wanted, kms_text *to) {
  if (wanted->key_id.length > 0) write_member(to, "key_id", wanted->key_id);
  if (wanted->operation == KMS_GENERATE_RANDOM) {
    write_number(to, "random_data_length", 8 * wanted->length, true);
    return "gen-random";
  }
  write_context(params, "encryption_context", to);
  if (wanted->operation == KMS_GENERATE_DATA_KEY) {
    write_number(to, "datakey_length", 8 * wanted->length, true);
    return "create-datakey";
  }
  if (wanted->operation == KMS_DECRYPT) {
    write_base64(to, "cipher_text", wanted->ciphertext);
    return "decrypt-data";
  }
  write_hex(to, "cipher_text", wanted->ciphertext);
  write_number(to, "datakey_cipher_length", wanted->length, true);
  return "decrypt-datakey";
}

static void write_recipient(const sig_params_t *params, kms_span document, kms_text *to) {
  write_name(to, is_aws(params) ? "Recipient" : "recipient");
  kms_text_string(to, "{");
  write_base64(to, is_aws(params) ? "AttestationDocument" : "attestation_document", document);
  write_member(to, is_aws(params) ? "KeyEncryptionAlgorithm" : "key_encryption_algorithm", kms_span_string(ALGORITHM));
  kms_text_string(to, "}");
}

/* The path before the operation's name. */
static void write_prefix(const sig_params_t *params, kms_text *path) {
  if (params->uri_prefix.len > 0) {
    kms_text_span(path, span_of(params->uri_prefix));
    return;
  }
  kms_text_string(path, "/v1.0/");
  kms_text_span(path, params->project_id.len > 0 ? span_of(params->project_id) : kms_span_string("0"));
  kms_text_string(path, "/kms/");
}

void kms_write_question(const sig_params_t *params, const kms_wanted *wanted, kms_span document, kms_question *question) {
  question->method = "POST";
  kms_text_string(&question->body, "{");
  const char *name = (is_aws(params) ? write_aws : write_huawei)(params, wanted, &question->body);
  write_recipient(params, document, &question->body);
  kms_text_string(&question->body, "}");
  if (is_aws(params)) {
    kms_text_string(&question->path, "/");
    kms_question_header(question, "content-type", kms_span_string("application/x-amz-json-1.1"));
    kms_question_header(question, "x-amz-target", kms_span_string(name));
    return;
  }
  write_prefix(params, &question->path);
  kms_text_string(&question->path, name);
  kms_question_header(question, "content-type", kms_span_string("application/json"));
}
