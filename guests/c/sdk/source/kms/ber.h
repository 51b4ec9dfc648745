/*
 * A reader for the subset of BER (X.690) that CMS needs: one-byte tags, definite and indefinite lengths. Input is hostile:
 * every length is checked against the bytes that are left, and nesting is bounded.
 */
#ifndef KMS_BER_H
#define KMS_BER_H

#include "text.h"

/* One element: its identifier octet and its contents, without end-of-contents octets. */
typedef struct {
  unsigned char tag;
  kms_span content;
} kms_ber;

/* Reads `bytes`, which must be exactly one element, with all that it contains. Returns false if it is malformed. */
bool kms_ber_read(kms_span bytes, kms_ber *element);

/* The first element of a constructed element's contents, which move on. Returns false at their end. */
bool kms_ber_next(kms_span *contents, kms_ber *element);

/* The child number `index`. Returns false if there is none. */
bool kms_ber_child(const kms_ber *parent, int index, kms_ber *child);

#endif
