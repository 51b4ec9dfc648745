/* A reader for the CBOR of an attestation document (RFC 8949): lengths are definite, and every one is checked. */
#ifndef WEBCLAVE_CBOR_H
#define WEBCLAVE_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cbor_type { CBOR_UNSIGNED, CBOR_NEGATIVE, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY, CBOR_MAP, CBOR_TAG, CBOR_SIMPLE };
/* The simple value null. */
enum { CBOR_NULL = 22 };

struct cbor {
  const uint8_t *at, *end;
};

/* The number is the value, the length, the count or the tag; a string's bytes follow it in the input. */
struct cbor_item {
  enum cbor_type type;
  uint64_t number;
  /* Bytes of the number in the input: 0 if it is in the initial byte. */
  int width;
  const uint8_t *bytes;
};

/* The next item, without what an array or a map contains. Returns 0, CBOR_LOAD_ERROR or CBOR_DATA_INDEFINITE. */
int cbor_next(struct cbor *input, struct cbor_item *item);
/* The next item, which has this type: otherwise CBOR_TYPE_ERROR. */
int cbor_expect(struct cbor *input, enum cbor_type type, struct cbor_item *item);
/* Whether a string is this text. */
bool cbor_is(const struct cbor_item *item, const char *text);

#endif
