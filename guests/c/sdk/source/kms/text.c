#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "webclave/crypto.h"

#define CAPACITY_MIN 256

bool kms_text_reserve(kms_text *text, size_t more) {
  if (text->failed) return false;
  if (more <= text->capacity - text->length) return true;
  if (more > KMS_TEXT_MAX || text->length > KMS_TEXT_MAX - more) {
    text->failed = true;
    return false;
  }
  size_t capacity = 2 * text->capacity < CAPACITY_MIN ? CAPACITY_MIN : 2 * text->capacity;
  if (capacity < text->length + more) capacity = text->length + more;
  /* Not realloc, which would leave a copy of a secret behind. */
  char *larger = malloc(capacity);
  if (larger == NULL) {
    text->failed = true;
    return false;
  }
  if (text->length > 0) memcpy(larger, text->at, text->length);
  size_t length = text->length;
  kms_text_free(text);
  *text = (kms_text){.at = larger, .length = length, .capacity = capacity};
  return true;
}

void kms_text_add(kms_text *text, const void *bytes, size_t length) {
  if (length == 0 || !kms_text_reserve(text, length)) return;
  memcpy(text->at + text->length, bytes, length);
  text->length += length;
}

void kms_text_string(kms_text *text, const char *string) {
  kms_text_add(text, string, strlen(string));
}

void kms_text_span(kms_text *text, kms_span span) {
  kms_text_add(text, span.at, span.length);
}

void kms_text_number(kms_text *text, uint32_t number) {
  char digits[10];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  kms_text_add(text, digits + at, sizeof digits - at);
}

void kms_text_free(kms_text *text) {
  if (text->at != NULL) webclave_wipe(text->at, text->capacity);
  free(text->at);
  *text = (kms_text){0};
}

kms_span kms_span_of(const kms_text *text) {
  return (kms_span){text->at, text->length};
}

kms_span kms_span_string(const char *string) {
  return (kms_span){string, strlen(string)};
}

bool kms_span_is(kms_span span, const char *string) {
  return span.length == strlen(string) && (span.length == 0 || memcmp(span.at, string, span.length) == 0);
}
