/* Byte strings that grow up to a maximum, and the encodings in which they are written. */
#ifndef KMS_TEXT_H
#define KMS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KMS_TEXT_MAX ((size_t)1 << 20)

/* Bytes of somebody else. */
typedef struct {
  const char *at;
  size_t length;
} kms_span;

/* Begins as zeros. Once there was no memory or the maximum was exceeded it stays `failed`, so one check is enough. */
typedef struct {
  char *at;
  size_t length, capacity;
  bool failed;
} kms_text;

/* Makes room for `more` bytes after the content. Returns false if it has failed. */
bool kms_text_reserve(kms_text *text, size_t more);
void kms_text_add(kms_text *text, const void *bytes, size_t length);
void kms_text_string(kms_text *text, const char *string);
void kms_text_span(kms_text *text, kms_span span);
void kms_text_number(kms_text *text, uint32_t number);
void kms_text_hex(kms_text *text, const void *bytes, size_t length);
void kms_text_base64(kms_text *text, const void *bytes, size_t length);
/* A JSON string with its quotes. */
void kms_text_quoted(kms_text *text, kms_span span);
/* Clears and frees. */
void kms_text_free(kms_text *text);

kms_span kms_span_of(const kms_text *text);
kms_span kms_span_string(const char *string);
bool kms_span_is(kms_span span, const char *string);

/*
 * Decodes in place what must be canonical: base64 with padding (RFC 4648 section 4), or pairs of hexadecimal digits.
 * Returns false for anything else.
 */
bool kms_text_from_base64(kms_text *text);
bool kms_text_from_hex(kms_text *text);

#endif
