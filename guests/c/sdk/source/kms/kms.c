/* The public calls: their arguments are checked before anything is sent, and outputs are written only if all fit. */
#include "qtsm_kms.h"

#include <string.h>

#include "call.h"

#define LENGTH_MAX 1024
#define CIPHERTEXT_MAX (16 * 1024)
#define KEY_ID_MAX 2048

static unsigned long invalid(sig_params_t *params, const char *what) {
  /* Nothing of the call before stays in it. */
  if (params != NULL) params->error = (kms_error_t){.code = ""};
  return params == NULL ? KMS_REQ_PARAMS_ERROR : kms_fail(params, KMS_REQ_PARAMS_ERROR, "E_KMS_OPTIONS", what);
}

static bool is_string(sig_str_t text) {
  return text.len == 0 || (text.data != NULL && text.len <= KMS_TEXT_MAX);
}

/* Clears the error of the call before, and checks what all calls need. */
static bool begin(sig_params_t *params) {
  if (params == NULL) return false;
  params->error = (kms_error_t){.code = ""};
  const sig_str_t *texts[] = {&params->key, &params->secret, &params->host, &params->uri_prefix, &params->project_id,
                              &params->region, &params->identity};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!is_string(*texts[i])) return false;
  if (params->dialect != KMS_DIALECT_HUAWEI && params->dialect != KMS_DIALECT_AWS) return false;
  return (params->key.len == 0) == (params->secret.len == 0);
}

static bool is_key(const keyid_handle_t *handle) {
  return handle != NULL && handle->len <= KEY_ID_MAX && (handle->len == 0 || handle->key_id != NULL);
}

static bool fits(const unsigned int *capacity, const kms_text *bytes) {
  return bytes->length <= *capacity;
}

static void put(void *to, unsigned int *length, const kms_text *bytes) {
  if (bytes->length > 0) memcpy(to, bytes->at, bytes->length);
  *length = (unsigned int)bytes->length;
}

static unsigned long too_small(sig_params_t *params) {
  return kms_fail(params, KMS_REQ_PARAMS_ERROR, "E_KMS_BUFFER", "an output buffer is too small");
}

/* Converts ciphertexts from and to text, unless the program has asked for bytes. */
static bool decode(const sig_params_t *params, kms_operation operation, kms_text *ciphertext) {
  if (params->binary_ciphertexts) return !ciphertext->failed;
  return kms_is_hexadecimal(params, operation) ? kms_text_from_hex(ciphertext) : kms_text_from_base64(ciphertext);
}

static void encode(const sig_params_t *params, kms_text *ciphertext) {
  kms_text text = {0};
  if (params->binary_ciphertexts) return;
  bool is_hexadecimal = kms_is_hexadecimal(params, KMS_GENERATE_DATA_KEY);
  (is_hexadecimal ? kms_text_hex : kms_text_base64)(&text, ciphertext->at, ciphertext->length);
  kms_text_free(ciphertext);
  *ciphertext = text;
}

unsigned long kms_generate_datakey_blocking_with_proxy(sig_params_t *params, const keyid_handle_t *handle,
                                                       unsigned int key_bits, datakey_t *datakey, unsigned int cid,
                                                       unsigned int port) {
  if (!begin(params)) return invalid(params, "the parameters are invalid");
  if (!is_key(handle) || handle->len == 0) return invalid(params, "the key ID is missing or invalid");
  if (key_bits == 0 || key_bits % 8 != 0 || key_bits > 8 * LENGTH_MAX) return invalid(params, "the length is invalid");
  if (datakey == NULL || datakey->key_id == NULL || datakey->key_id_len == NULL || datakey->plain_key == NULL ||
      datakey->plain_key_len == NULL || datakey->cipher_key == NULL || datakey->cipher_key_len == NULL)
    return invalid(params, "an output is NULL");
  kms_wanted wanted = {KMS_GENERATE_DATA_KEY, {0}, {handle->key_id, handle->len}, key_bits / 8};
  kms_result result = {0};
  unsigned long status = kms_call(params, &wanted, cid, port, &result);
  if (status == KMS_SUCCESS) encode(params, &result.ciphertext);
  if (status == KMS_SUCCESS && result.ciphertext.failed) status = kms_no_memory(params);
  if (status == KMS_SUCCESS && result.plaintext.length != wanted.length)
    status = kms_fail(params, KMS_CJSON_ERROR, "E_KMS_ANSWER", "the data key has another length");
  if (status == KMS_SUCCESS) {
    bool all_fit = fits(datakey->key_id_len, &result.key_id) && fits(datakey->plain_key_len, &result.plaintext) &&
                   fits(datakey->cipher_key_len, &result.ciphertext);
    if (all_fit) {
      put(datakey->key_id, datakey->key_id_len, &result.key_id);
      put(datakey->plain_key, datakey->plain_key_len, &result.plaintext);
      put(datakey->cipher_key, datakey->cipher_key_len, &result.ciphertext);
    } else {
      *datakey->key_id_len = (unsigned int)result.key_id.length;
      *datakey->plain_key_len = (unsigned int)result.plaintext.length;
      *datakey->cipher_key_len = (unsigned int)result.ciphertext.length;
      status = too_small(params);
    }
  }
  kms_result_free(&result);
  return status;
}

/* A call whose only output is a secret, of a known length unless that is 0. */
static unsigned long get_secret(sig_params_t *params, const kms_wanted *wanted, void *to, unsigned int *length,
                                unsigned int cid, unsigned int port) {
  kms_result result = {0};
  /* What cannot fit is not asked for. */
  if (wanted->length > *length) {
    *length = wanted->length;
    return too_small(params);
  }
  unsigned long status = kms_call(params, wanted, cid, port, &result);
  if (status == KMS_SUCCESS && wanted->length > 0 && result.plaintext.length != wanted->length)
    status = kms_fail(params, KMS_CJSON_ERROR, "E_KMS_ANSWER", "the secret has another length");
  if (status == KMS_SUCCESS && !fits(length, &result.plaintext)) {
    *length = (unsigned int)result.plaintext.length;
    status = too_small(params);
  }
  if (status == KMS_SUCCESS) put(to, length, &result.plaintext);
  kms_result_free(&result);
  return status;
}

unsigned long kms_gen_random_blocking_with_proxy(sig_params_t *params, unsigned int length, random_data_t *random,
                                                 unsigned int cid, unsigned int port) {
  if (!begin(params)) return invalid(params, "the parameters are invalid");
  if (random == NULL || random->random == NULL || random->random_len == NULL) return invalid(params, "an output is NULL");
  if (length == 0 || length > LENGTH_MAX) return invalid(params, "the length is invalid");
  kms_wanted wanted = {.operation = KMS_GENERATE_RANDOM, .length = length};
  return get_secret(params, &wanted, random->random, random->random_len, cid, port);
}

static unsigned long decrypt(sig_params_t *params, const keyid_handle_t *handle, kms_wanted wanted,
                             plain_cipher_buff_t *data, unsigned int cid, unsigned int port) {
  if (!begin(params)) return invalid(params, "the parameters are invalid");
  if (!is_key(handle)) return invalid(params, "the key ID is missing or invalid");
  if (data == NULL || data->data_in == NULL || data->data_out == NULL || data->data_out_len == NULL)
    return invalid(params, "the input or an output is NULL");
  if (data->data_in_len == 0 || data->data_in_len > CIPHERTEXT_MAX)
    return invalid(params, "the ciphertext has an invalid length");
  kms_text ciphertext = {0};
  kms_text_add(&ciphertext, data->data_in, data->data_in_len);
  unsigned long status;
  if (ciphertext.failed) {
    status = kms_no_memory(params);
  } else if (!decode(params, wanted.operation, &ciphertext)) {
    status = invalid(params, "the ciphertext is not the text that the KMS's API has");
  } else {
    wanted.ciphertext = kms_span_of(&ciphertext);
    wanted.key_id = (kms_span){handle->key_id, handle->len};
    status = get_secret(params, &wanted, data->data_out, data->data_out_len, cid, port);
  }
  kms_text_free(&ciphertext);
  return status;
}

unsigned long kms_decrypt_data_blocking_with_proxy(sig_params_t *params, const keyid_handle_t *handle,
                                                   plain_cipher_buff_t *data, unsigned int cid, unsigned int port) {
  return decrypt(params, handle, (kms_wanted){.operation = KMS_DECRYPT}, data, cid, port);
}

unsigned long kms_decrypt_datakey_blocking_with_proxy(sig_params_t *params, const keyid_handle_t *handle,
                                                      unsigned int key_bits, plain_cipher_buff_t *data,
                                                      unsigned int cid, unsigned int port) {
  if (key_bits == 0 || key_bits % 8 != 0 || key_bits > 8 * LENGTH_MAX) return invalid(params, "the length is invalid");
  kms_wanted wanted = {.operation = KMS_DECRYPT_DATA_KEY, .length = key_bits / 8};
  return decrypt(params, handle, wanted, data, cid, port);
}
