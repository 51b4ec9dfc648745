/* A reader for DER (X.690): one-byte tags, definite lengths of at most three bytes. */
#ifndef WEBCLAVE_DER_H
#define WEBCLAVE_DER_H

#include "certificate.h"

enum der_tag {
  DER_BOOLEAN = 0x01,
  DER_INTEGER = 0x02,
  DER_BIT_STRING = 0x03,
  DER_OCTET_STRING = 0x04,
  DER_OID = 0x06,
  DER_UTC_TIME = 0x17,
  DER_TIME = 0x18,
  DER_SEQUENCE = 0x30,
  DER_VERSION = 0xa0,
  DER_EXTENSIONS = 0xa3
};

/* The next element: its tag and its contents, which `input` moves behind. False: malformed, or the end. */
bool der_next(struct bytes *input, uint8_t *tag, struct bytes *contents);
/* The next element, which has this tag. */
bool der_expect(struct bytes *input, uint8_t tag, struct bytes *contents);
/* The whole element at the beginning of `input`, with its tag and length. */
struct bytes der_whole(struct bytes before, struct bytes after);
bool der_is(struct bytes contents, const void *expected, size_t length);
/* Milliseconds since 1970 of a UTCTime or a GeneralizedTime. */
bool der_time(struct bytes *input, uint64_t *time);

#endif
