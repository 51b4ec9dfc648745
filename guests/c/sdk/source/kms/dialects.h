/*
 * The operations that an enclave uses, in the APIs of both clouds: AWS's JSON 1.1 (KMS API reference) and Huawei's REST
 * (DEW API reference). A dialect writes requests and reads answers; it neither signs nor decrypts.
 */
#ifndef KMS_DIALECTS_H
#define KMS_DIALECTS_H

#include "http.h"

typedef enum { KMS_DECRYPT, KMS_GENERATE_DATA_KEY, KMS_DECRYPT_DATA_KEY, KMS_GENERATE_RANDOM } kms_operation;

/* An operation with its input. */
typedef struct {
  kms_operation operation;
  /* Bytes. */
  kms_span ciphertext;
  /* May be empty where a ciphertext is given. */
  kms_span key_id;
  /* Of the data key, or the number of random bytes. */
  uint32_t length;
} kms_wanted;

/* The members of an answer, as bytes; empty if there are none. */
typedef struct {
  kms_text envelope, ciphertext, key_id;
} kms_given;

/* Whether ciphertexts of this operation are hexadecimal digits in the API, and otherwise base64. */
bool kms_is_hexadecimal(const sig_params_t *params, kms_operation operation);

/* Writes the path, the headers of the API and the body. The answer's secret is encrypted for the document's recipient. */
void kms_write_question(const sig_params_t *params, const kms_wanted *wanted, kms_span document, kms_question *question);

/* Records why the KMS refused, of an answer with another status than 200; returns KMS_REQ_FAILED. */
unsigned long kms_read_refusal(sig_params_t *params, const kms_answer *answer);

/* Reads an answer that has the status 200, or records why the KMS refused. */
unsigned long kms_read_given(sig_params_t *params, const kms_wanted *wanted, const kms_answer *answer, kms_given *given);
void kms_given_free(kms_given *given);

/* Reads one member in base64. Returns false if it is missing or malformed. */
bool kms_read_base64(const kms_answer *answer, const char *name, kms_text *bytes);

#endif
