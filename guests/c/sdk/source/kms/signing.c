/*
 * AWS Signature Version 4 (IAM user guide) and Huawei's SDK-HMAC-SHA256 (API Gateway guide, "Signing API requests"), which
 * has the same form: a hash of the request, under a key that AWS derives from the secret, the day and the region.
 */
#include "signing.h"

#include <string.h>
#include <time.h>

#include "webclave/crypto.h"

#define HASH_LENGTH WEBCLAVE_SHA256_LENGTH
#define DAY_LENGTH 8

static const char AWS[] = "AWS4-HMAC-SHA256", HUAWEI[] = "SDK-HMAC-SHA256";

static void put_digits(char *to, int count, unsigned number) {
  for (int i = count - 1; i >= 0; i--, number /= 10) to[i] = (char)('0' + number % 10);
}

/* `20261124T171500Z`. The days of a year that begins in March are counted, so that a leap day is its last. */
static void write_date(char *to) {
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t seconds = (uint64_t)now.tv_sec, days = seconds / 86400 + 719468;
  unsigned second = (unsigned)(seconds % 86400);
  unsigned era = (unsigned)(days / 146097), day = (unsigned)(days % 146097);
  unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  day -= 365 * year + year / 4 - year / 100;
  unsigned month = (5 * day + 2) / 153;
  put_digits(to, 4, era * 400 + year + (month >= 10));
  put_digits(to + 4, 2, month < 10 ? month + 3 : month - 9);
  put_digits(to + 6, 2, day - (153 * month + 2) / 5 + 1);
  to[8] = 'T';
  put_digits(to + 9, 2, second / 3600);
  put_digits(to + 11, 2, second / 60 % 60);
  put_digits(to + 13, 2, second % 60);
  to[15] = 'Z';
  to[KMS_DATE_LENGTH] = 0;
}

static int compare(kms_span one, kms_span other) {
  size_t shorter = one.length < other.length ? one.length : other.length;
  int difference = memcmp(one.at, other.at, shorter);
  return difference != 0 ? difference : one.length < other.length ? -1 : one.length > other.length;
}

static void sort(kms_header *headers, size_t count) {
  for (size_t i = 1; i < count; i++) {
    kms_header header = headers[i];
    size_t at = i;
    for (; at > 0 && compare(header.name, headers[at - 1].name) < 0; at--) headers[at] = headers[at - 1];
    headers[at] = header;
  }
}

static void write_names(const kms_question *question, kms_text *to) {
  for (size_t i = 0; i < question->count; i++) {
    if (i > 0) kms_text_string(to, ";");
    kms_text_span(to, question->headers[i].name);
  }
}

static void write_hash(kms_text *to, kms_span of) {
  unsigned char hash[HASH_LENGTH];
  webclave_sha256(of.at, of.length, hash);
  kms_text_hex(to, hash, sizeof hash);
}

/* The hash of the canonical request. Values are already in canonical form: see http-request.c. */
static void write_request_hash(const kms_question *question, bool is_aws, kms_text *to) {
  kms_text text = {0};
  kms_span path = kms_span_of(&question->path);
  kms_text_string(&text, question->method);
  kms_text_string(&text, "\n");
  kms_text_span(&text, path);
  /* In Huawei's scheme the path ends with a slash, only here. */
  if (!is_aws && (path.length == 0 || path.at[path.length - 1] != '/')) kms_text_string(&text, "/");
  kms_text_string(&text, "\n\n");
  for (size_t i = 0; i < question->count; i++) {
    kms_text_span(&text, question->headers[i].name);
    kms_text_string(&text, ":");
    kms_text_span(&text, question->headers[i].value);
    kms_text_string(&text, "\n");
  }
  kms_text_string(&text, "\n");
  write_names(question, &text);
  kms_text_string(&text, "\n");
  write_hash(&text, kms_span_of(&question->body));
  if (text.failed) to->failed = true;
  write_hash(to, kms_span_of(&text));
  kms_text_free(&text);
}

static void extend_key(unsigned char *key, const void *part, size_t length) {
  webclave_hmac_sha256(key, HASH_LENGTH, part, length, key);
}

/* AWS's key for the day, the region and the service. */
static void derive_key(const sig_params_t *params, const char *day, kms_span region, unsigned char *key, kms_text *failed) {
  kms_text secret = {0};
  kms_text_string(&secret, "AWS4");
  kms_text_add(&secret, params->secret.data, params->secret.len);
  if (secret.failed) failed->failed = true;
  webclave_hmac_sha256(secret.at, secret.length, day, DAY_LENGTH, key);
  kms_text_free(&secret);
  extend_key(key, region.at, region.length);
  extend_key(key, "kms", 3);
  extend_key(key, "aws4_request", 12);
}

static void write_scope(kms_text *to, const char *day, kms_span region) {
  kms_text_add(to, day, DAY_LENGTH);
  kms_text_string(to, "/");
  kms_text_span(to, region);
  kms_text_string(to, "/kms/aws4_request");
}

void kms_sign(const sig_params_t *params, kms_question *question) {
  if (params->key.len == 0) return;
  bool is_aws = params->dialect == KMS_DIALECT_AWS;
  const char *algorithm = is_aws ? AWS : HUAWEI;
  kms_span region = {params->region.data, params->region.len};
  if (region.length == 0) region = kms_span_string("local-1");
  kms_text text = {0}, *to = &question->authorization;
  unsigned char mac[HASH_LENGTH], key[HASH_LENGTH];
  write_date(question->date);
  kms_question_header(question, is_aws ? "x-amz-date" : "x-sdk-date", kms_span_string(question->date));
  sort(question->headers, question->count);

  kms_text_string(&text, algorithm);
  kms_text_string(&text, "\n");
  kms_text_string(&text, question->date);
  kms_text_string(&text, "\n");
  if (is_aws) {
    write_scope(&text, question->date, region);
    kms_text_string(&text, "\n");
  }
  write_request_hash(question, is_aws, &text);
  if (is_aws) {
    derive_key(params, question->date, region, key, to);
    webclave_hmac_sha256(key, sizeof key, text.at, text.length, mac);
  } else {
    webclave_hmac_sha256(params->secret.data, params->secret.len, text.at, text.length, mac);
  }
  webclave_wipe(key, sizeof key);

  kms_text_string(to, algorithm);
  kms_text_string(to, is_aws ? " Credential=" : " Access=");
  kms_text_add(to, params->key.data, params->key.len);
  if (is_aws) {
    kms_text_string(to, "/");
    write_scope(to, question->date, region);
  }
  kms_text_string(to, ", SignedHeaders=");
  write_names(question, to);
  kms_text_string(to, ", Signature=");
  kms_text_hex(to, mac, sizeof mac);
  if (text.failed) to->failed = true;
  kms_text_free(&text);
  kms_question_header(question, "authorization", kms_span_of(to));
}
