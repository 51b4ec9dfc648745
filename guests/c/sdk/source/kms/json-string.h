/* The strings of JSON texts, each at the position of its first quote. */
#ifndef KMS_JSON_STRING_H
#define KMS_JSON_STRING_H

#include "text.h"

typedef struct {
  const char *at, *end;
} kms_json_cursor;

/* Moves behind a string. Returns false if it is invalid. */
bool kms_json_skip_string(kms_json_cursor *at);

/* Whether two valid strings, or a string and a C string in ASCII, are equal. */
bool kms_json_same(kms_json_cursor one, kms_json_cursor other);
bool kms_json_is(kms_json_cursor string, const char *ascii);

/* Adds the content of a valid string in UTF-8. Returns false without memory. */
bool kms_json_decode(kms_json_cursor at, kms_text *to);

#endif
