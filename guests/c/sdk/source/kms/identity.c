/*
 * The KMS signs its answers (RFC 9421): status, body, and the method, path and body of the request, so an answer to another
 * request, or an old one, is rejected. The form is that of src/http1/answer-signature.ts.
 */
#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include "bearssl.h"
#include "webclave/crypto.h"

#define KEY_ID_LENGTH 64
#define SIGNATURE_LENGTH 96
#define SIGNATURE_DIGITS 128
#define CREATED_DIGITS_MAX 12

/* SubjectPublicKeyInfo of P-384 up to the point. */
static const unsigned char SPKI_PREFIX[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
                                            0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00};
static const char COVERED[] =
    "(\"@status\" \"content-digest\" \"@method\";req \"@path\";req \"content-digest\";req)";
static const char ALGORITHM[] = "\";alg=\"ecdsa-p384-sha384\"";

unsigned long kms_read_identity(sig_params_t *params, kms_identity *identity) {
  kms_span given = {params->identity.data, params->identity.len};
  const char *environment = given.length == 0 ? getenv("KMS_IDENTITY") : NULL;
  if (environment != NULL) given = kms_span_string(environment);
  identity->is_unverified = kms_span_is(given, "unverified");
  if (identity->is_unverified) return KMS_SUCCESS;
  bool valid = given.length == KEY_ID_LENGTH;
  for (size_t i = 0; valid && i < KEY_ID_LENGTH; i++) {
    char digit = given.at[i], lower = digit >= 'A' && digit <= 'F' ? (char)(digit | 0x20) : digit;
    valid = (lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f');
    identity->key_id[i] = lower;
  }
  identity->key_id[KEY_ID_LENGTH] = 0;
  if (valid) return KMS_SUCCESS;
  return kms_fail(params, KMS_REQ_PARAMS_ERROR, "E_KMS_OPTIONS",
                  "the identity of the KMS is missing or invalid: set identity, or KMS_IDENTITY in the image");
}

static unsigned long not_the_kms(sig_params_t *params, const char *why) {
  return kms_fail(params, KMS_CURL_ERROR, "E_KMS_IDENTITY", why);
}

static bool is_key(const unsigned char *spki, const char *key_id) {
  unsigned char hash[WEBCLAVE_SHA256_LENGTH];
  kms_text digits = {0};
  webclave_sha256(spki, KMS_IDENTITY_LENGTH, hash);
  kms_text_hex(&digits, hash, sizeof hash);
  bool is_it = !digits.failed && kms_span_is(kms_span_of(&digits), key_id);
  kms_text_free(&digits);
  return is_it && memcmp(spki, SPKI_PREFIX, sizeof SPKI_PREFIX) == 0;
}

unsigned long kms_adopt_key(sig_params_t *params, const kms_identity *identity, kms_span spki) {
  bool is_it = spki.length == KMS_IDENTITY_LENGTH && is_key((const unsigned char *)spki.at, identity->key_id);
  if (!is_it) return not_the_kms(params, "the answer is not from the pinned KMS: the KMS has another key");
  memcpy(params->identity_key, spki.at, KMS_IDENTITY_LENGTH);
  return KMS_SUCCESS;
}

static bool take(kms_span *from, const char *expected) {
  size_t length = strlen(expected);
  if (from->length < length || memcmp(from->at, expected, length) != 0) return false;
  from->at += length;
  from->length -= length;
  return true;
}

/* The parameters of Signature-Input: they must cover exactly these components, by the pinned key. */
static bool read_parameters(kms_span input, const char *key_id, kms_span *parameters) {
  if (!take(&input, "kms=")) return false;
  *parameters = input;
  if (!take(&input, COVERED) || !take(&input, ";created=")) return false;
  size_t digits = 0;
  while (digits < input.length && input.at[digits] >= '0' && input.at[digits] <= '9') digits++;
  if (digits == 0 || digits > CREATED_DIGITS_MAX) return false;
  input.at += digits;
  input.length -= digits;
  return take(&input, ";keyid=\"") && take(&input, key_id) && take(&input, ALGORITHM) && input.length == 0;
}

static bool read_signature(kms_span field, unsigned char signature[SIGNATURE_LENGTH]) {
  kms_text text = {0};
  bool valid = take(&field, "kms=:") && field.length == SIGNATURE_DIGITS + 1 && field.at[SIGNATURE_DIGITS] == ':';
  if (valid) kms_text_add(&text, field.at, SIGNATURE_DIGITS);
  valid = valid && kms_text_from_base64(&text) && text.length == SIGNATURE_LENGTH;
  if (valid) memcpy(signature, text.at, SIGNATURE_LENGTH);
  kms_text_free(&text);
  return valid;
}

/* The signature base (RFC 9421 section 2.5). */
static void write_base(const kms_question *question, unsigned status, const char *digest, kms_span parameters,
                       kms_text *to) {
  kms_text_string(to, "\"@status\": ");
  kms_text_number(to, status);
  kms_text_string(to, "\n\"content-digest\": ");
  kms_text_string(to, digest);
  kms_text_string(to, "\n\"@method\";req: ");
  kms_text_string(to, question->method);
  kms_text_string(to, "\n\"@path\";req: ");
  kms_text_span(to, kms_span_of(&question->path));
  kms_text_string(to, "\n\"content-digest\";req: ");
  kms_text_string(to, question->digest);
  kms_text_string(to, "\n\"@signature-params\": ");
  kms_text_span(to, parameters);
}

static bool is_signed(const unsigned char *spki, const unsigned char *signature, kms_span message) {
  unsigned char hash[br_sha384_SIZE], point[KMS_IDENTITY_LENGTH - sizeof SPKI_PREFIX];
  br_sha384_context context;
  br_sha384_init(&context);
  br_sha384_update(&context, message.at, message.length);
  br_sha384_out(&context, hash);
  memcpy(point, spki + sizeof SPKI_PREFIX, sizeof point);
  br_ec_public_key key = {.curve = BR_EC_secp384r1, .q = point, .qlen = sizeof point};
  return br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, hash, sizeof hash, &key, signature, SIGNATURE_LENGTH) == 1;
}

unsigned long kms_verify_answer(sig_params_t *params, const kms_identity *identity, const kms_question *question,
                                const kms_answer *answer) {
  unsigned char signature[SIGNATURE_LENGTH];
  char digest[KMS_DIGEST_LENGTH];
  kms_span parameters;
  if (!read_signature(answer->signature, signature))
    return not_the_kms(params, "the answer is not from the pinned KMS: it is not signed");
  if (!read_parameters(answer->signature_input, identity->key_id, &parameters))
    return not_the_kms(params, "the answer is not from the pinned KMS: its signature is by another key or covers less");
  kms_content_digest(kms_span_of(&answer->content), digest);
  if (digest[0] == 0 || question->digest[0] == 0) return kms_no_memory(params);
  if (!kms_span_is(answer->content_digest, digest))
    return not_the_kms(params, "the answer is not from the pinned KMS: its body was changed");
  kms_text base = {0};
  write_base(question, answer->status, digest, parameters, &base);
  bool valid = !base.failed && is_signed(params->identity_key, signature, kms_span_of(&base));
  kms_text_free(&base);
  return valid ? KMS_SUCCESS : not_the_kms(params, "the answer is not from the pinned KMS: its signature is invalid");
}
