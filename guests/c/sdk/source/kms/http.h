/* One HTTP/1.1 request and its answer (RFC 9112), in the subset of src/http1: no transfer codings, one Content-Length. */
#ifndef KMS_HTTP_H
#define KMS_HTTP_H

#include "error.h"
#include "transport.h"

#define KMS_QUESTION_HEADERS_MAX 24
#define KMS_DATE_LENGTH 16
/* sha-256=:…: with 44 digits, and a NUL. */
#define KMS_DIGEST_LENGTH 55

typedef struct {
  kms_span name, value;
} kms_header;

/* A request. Spans point to constants, to the program's parameters, or to the members below them. */
typedef struct {
  const char *method;
  kms_text path;
  kms_text body;
  /* By lower-case name. */
  kms_header headers[KMS_QUESTION_HEADERS_MAX];
  size_t count;
  bool has_too_many;
  char digest[KMS_DIGEST_LENGTH];
  char date[KMS_DATE_LENGTH + 1];
  kms_text authorization;
} kms_question;

/* An answer. The spans point into the head, and are empty if there is no such header. */
typedef struct {
  kms_text head, content;
  unsigned status;
  kms_span content_digest, signature_input, signature;
} kms_answer;

void kms_question_header(kms_question *question, const char *name, kms_span value);
void kms_question_free(kms_question *question);
void kms_answer_free(kms_answer *answer);

/* Writes the Content-Digest (RFC 9530) of `body` to `to`. */
void kms_content_digest(kms_span body, char to[KMS_DIGEST_LENGTH]);

/* Sends a request over a new connection and reads the answer, which the caller frees in any case. */
unsigned long kms_ask(sig_params_t *params, const kms_question *question, unsigned int cid, unsigned int port,
                      kms_answer *answer);

/* Reads an answer from a connection. */
unsigned long kms_read_answer(sig_params_t *params, kms_transport *from, kms_answer *answer);

#endif
