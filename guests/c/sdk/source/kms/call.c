/*
 * A call: the pinned identity, a new document, a signed request, an answer that the KMS has signed, and the envelope in it,
 * which is opened here.
 */
#include "call.h"

#include <string.h>

#include "identity.h"
#include "recipient.h"
#include "signing.h"

#define NONCE_LENGTH 32

static const char TOKEN[] = "x-security-token";

/* One question and its answer. */
typedef struct {
  kms_question question;
  kms_answer answer;
} exchange;

/* Where the KMS is, and who it is. */
typedef struct {
  unsigned int cid, port;
  kms_identity identity;
} place;

static void end(exchange *one) {
  kms_question_free(&one->question);
  kms_answer_free(&one->answer);
}

static kms_span host_of(const sig_params_t *params) {
  return params->host.len > 0 ? (kms_span){params->host.data, params->host.len} : kms_span_string("kms");
}

/* The only header of the program is the token of a temporary key, which has another name in AWS's scheme. */
static bool add_token(sig_params_t *params, kms_question *question) {
  bool is_aws = params->dialect == KMS_DIALECT_AWS;
  sig_header_t *token = sig_headers_get(&params->headers, TOKEN);
  if (params->headers.len != (token != NULL)) return false;
  if (token == NULL) return true;
  kms_question_header(question, is_aws ? "x-amz-security-token" : TOKEN, (kms_span){token->value.data, token->value.len});
  return true;
}

/* Completes a question, asks it, and verifies the answer. */
static unsigned long ask(sig_params_t *params, const place *kms, exchange *one) {
  kms_question *question = &one->question;
  if (question->body.failed || question->path.failed) return kms_no_memory(params);
  kms_question_header(question, "host", host_of(params));
  kms_content_digest(kms_span_of(&question->body), question->digest);
  kms_question_header(question, "content-digest", kms_span_string(question->digest));
  if (!add_token(params, question))
    return kms_fail(params, KMS_REQ_PARAMS_ERROR, "E_KMS_OPTIONS", "the only header that is supported is X-Security-Token");
  kms_sign(params, question);
  unsigned long status = kms_ask(params, question, kms->cid, kms->port, &one->answer);
  if (status != KMS_SUCCESS || kms->identity.is_unverified) return status;
  return kms_verify_answer(params, &kms->identity, question, &one->answer);
}

/* Asks the KMS for its key, which must be the pinned one. */
static unsigned long learn_key(sig_params_t *params, const place *kms) {
  if (kms->identity.is_unverified) return KMS_SUCCESS;
  /* A key that another identity pinned is asked for again. */
  if (params->identity_is_known) {
    kms_span known = {(const char *)params->identity_key, KMS_IDENTITY_LENGTH};
    if (kms_adopt_key(params, &kms->identity, known) == KMS_SUCCESS) return KMS_SUCCESS;
    params->error = (kms_error_t){.code = ""};
  }
  exchange one = {0};
  kms_text spki = {0};
  one.question.method = "GET";
  kms_text_string(&one.question.path, "/webclave/identity");
  kms_question_header(&one.question, "host", host_of(params));
  unsigned long status = kms_ask(params, &one.question, kms->cid, kms->port, &one.answer);
  if (status == KMS_SUCCESS && !kms_read_base64(&one.answer, "spki", &spki))
    status = kms_fail(params, KMS_CJSON_ERROR, "E_KMS_ANSWER", "the KMS does not say its key");
  if (status == KMS_SUCCESS) status = kms_adopt_key(params, &kms->identity, kms_span_of(&spki));
  params->identity_is_known = status == KMS_SUCCESS;
  kms_text_free(&spki);
  end(&one);
  return status;
}

/* A nonce of the KMS for one document. */
static unsigned long get_nonce(sig_params_t *params, const place *kms, kms_text *nonce) {
  exchange one = {0};
  one.question.method = "POST";
  kms_text_string(&one.question.path, "/webclave/nonce");
  unsigned long status = ask(params, kms, &one);
  if (status == KMS_SUCCESS && one.answer.status != 200) status = kms_read_refusal(params, &one.answer);
  bool is_there = status == KMS_SUCCESS && kms_read_base64(&one.answer, "nonce", nonce) && nonce->length == NONCE_LENGTH;
  if (status == KMS_SUCCESS && !is_there)
    status = kms_fail(params, KMS_CJSON_ERROR, "E_KMS_ANSWER", "the KMS gives no nonce");
  end(&one);
  return status;
}

static unsigned long perform(sig_params_t *params, const place *kms, const kms_wanted *wanted, kms_span document,
                             kms_result *result) {
  exchange one = {0};
  kms_given given = {0};
  kms_write_question(params, wanted, document, &one.question);
  unsigned long status = ask(params, kms, &one);
  if (status == KMS_SUCCESS) status = kms_read_given(params, wanted, &one.answer, &given);
  if (status == KMS_SUCCESS) status = kms_recipient_open(params, kms_span_of(&given.envelope), &result->plaintext);
  if (status == KMS_SUCCESS) {
    result->ciphertext = given.ciphertext;
    result->key_id = given.key_id;
    given.ciphertext = given.key_id = (kms_text){0};
  }
  kms_given_free(&given);
  end(&one);
  return status;
}

unsigned long kms_call(sig_params_t *params, const kms_wanted *wanted, unsigned int cid, unsigned int port,
                       kms_result *result) {
  place kms = {.cid = cid, .port = port};
  kms_text nonce = {0}, document = {0};
  unsigned long status = kms_read_identity(params, &kms.identity);
  if (status == KMS_SUCCESS) status = learn_key(params, &kms);
  if (status == KMS_SUCCESS && params->kms_nonce) status = get_nonce(params, &kms, &nonce);
  if (status == KMS_SUCCESS) status = kms_recipient_attest(params, kms_span_of(&nonce), &document);
  if (status == KMS_SUCCESS) status = perform(params, &kms, wanted, kms_span_of(&document), result);
  kms_text_free(&nonce);
  kms_text_free(&document);
  return status;
}

void kms_result_free(kms_result *result) {
  kms_text_free(&result->plaintext);
  kms_text_free(&result->ciphertext);
  kms_text_free(&result->key_id);
}
