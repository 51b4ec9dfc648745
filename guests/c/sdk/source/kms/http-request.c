/* Writes requests. Names and values that would be misread are rejected. */
#include "http.h"

#include <string.h>

#include "webclave/crypto.h"

void kms_question_header(kms_question *question, const char *name, kms_span value) {
  if (question->count == KMS_QUESTION_HEADERS_MAX) {
    question->has_too_many = true;
    return;
  }
  question->headers[question->count++] = (kms_header){kms_span_string(name), value};
}

void kms_question_free(kms_question *question) {
  kms_text_free(&question->path);
  kms_text_free(&question->body);
  kms_text_free(&question->authorization);
}

void kms_content_digest(kms_span body, char to[KMS_DIGEST_LENGTH]) {
  unsigned char hash[WEBCLAVE_SHA256_LENGTH];
  kms_text text = {0};
  webclave_sha256(body.at, body.length, hash);
  kms_text_string(&text, "sha-256=:");
  kms_text_base64(&text, hash, sizeof hash);
  kms_text_add(&text, ":", 2);
  /* Without memory it stays empty, which no digest equals. */
  memset(to, 0, KMS_DIGEST_LENGTH);
  if (!text.failed && text.length == KMS_DIGEST_LENGTH) memcpy(to, text.at, KMS_DIGEST_LENGTH);
  kms_text_free(&text);
}

static bool is_name(kms_span name) {
  for (size_t i = 0; i < name.length; i++) {
    char c = name.at[i];
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return name.length > 0;
}

/* Printable ASCII; single spaces, and only inside, so that its canonical form is the same. */
static bool is_value(kms_span value) {
  for (size_t i = 0; i < value.length; i++) {
    char c = value.at[i];
    bool is_space = c == ' ' && i > 0 && i + 1 < value.length && value.at[i - 1] != ' ';
    if (!is_space && !(c > 0x20 && c < 0x7f)) return false;
  }
  return value.length > 0;
}

static bool is_path(kms_span path) {
  if (path.length == 0 || path.at[0] != '/') return false;
  for (size_t i = 0; i < path.length; i++) {
    char c = path.at[i];
    if (!(c > 0x20 && c < 0x7f) || c == '#' || c == '?' || c == '%') return false;
  }
  return true;
}

static bool is_valid(const kms_question *question) {
  if (question->has_too_many || !is_path(kms_span_of(&question->path))) return false;
  for (size_t i = 0; i < question->count; i++) {
    const kms_header *header = &question->headers[i];
    if (!is_name(header->name) || !is_value(header->value)) return false;
  }
  return true;
}

static void write_question(const kms_question *question, kms_text *to) {
  kms_text_string(to, question->method);
  kms_text_string(to, " ");
  kms_text_span(to, kms_span_of(&question->path));
  kms_text_string(to, " HTTP/1.1\r\n");
  for (size_t i = 0; i < question->count; i++) {
    kms_text_span(to, question->headers[i].name);
    kms_text_string(to, ": ");
    kms_text_span(to, question->headers[i].value);
    kms_text_string(to, "\r\n");
  }
  kms_text_string(to, "connection: close\r\ncontent-length: ");
  kms_text_number(to, (uint32_t)question->body.length);
  kms_text_string(to, "\r\n\r\n");
  kms_text_span(to, kms_span_of(&question->body));
}

unsigned long kms_ask(sig_params_t *params, const kms_question *question, unsigned int cid, unsigned int port,
                      kms_answer *answer) {
  kms_text message = {0};
  kms_transport connection;
  if (question->path.failed || question->body.failed || question->authorization.failed) return kms_no_memory(params);
  if (!is_valid(question)) {
    return kms_fail(params, KMS_REQ_PARAMS_ERROR, "E_KMS_OPTIONS",
                    "the host, the path, the access key, its token or a header is invalid; expected ASCII");
  }
  write_question(question, &message);
  unsigned long status;
  if (message.failed) {
    status = kms_no_memory(params);
  } else if (!kms_connect_vsock(&connection, cid, port)) {
    status = kms_fail(params, KMS_SETUP_PROXY_ERROR, "E_KMS_CONNECTION",
                      "cannot connect to a KMS, or a proxy to one, on that port of the parent instance");
  } else {
    bool sent = connection.send(&connection, message.at, message.length);
    status = sent ? kms_read_answer(params, &connection, answer)
                  : kms_fail(params, KMS_CURL_ERROR, "E_KMS_CONNECTION", "the connection ended inside the request");
    connection.close(&connection);
  }
  kms_text_free(&message);
  return status;
}
