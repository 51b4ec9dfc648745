/*
 * A reader of JSON (RFC 8259, restricted to I-JSON): a member that is there twice, a lone surrogate, bad UTF-8, and more
 * than the limits of depth and values are rejected. Numbers are not read, so they may be of any size. The text is hostile;
 * nothing is allocated to check it.
 */
#ifndef KMS_JSON_H
#define KMS_JSON_H

#include "text.h"

#define KMS_JSON_DEPTH_MAX 16
#define KMS_JSON_VALUES_MAX 256

typedef enum { KMS_JSON_FOUND, KMS_JSON_ABSENT, KMS_JSON_INVALID } kms_json_result;

/* Whether `text` is one object. The functions below may only be called after this. */
bool kms_json_is_object(kms_span text);

/* The value of a member, as its text. An object without the member: KMS_JSON_ABSENT; not an object: KMS_JSON_INVALID. */
kms_json_result kms_json_member(kms_span object, const char *name, kms_span *value);

/* The string in a member, decoded. Absent also if it is null. `string` is replaced. */
kms_json_result kms_json_string(kms_span object, const char *name, kms_text *string);

#endif
