/* X.509 certificates of an attestation document (RFC 5280): what a chain needs, and signatures with ECDSA. */
#ifndef WEBCLAVE_CERTIFICATE_H
#define WEBCLAVE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
  const uint8_t *at;
  size_t length;
};

struct certificate {
  /* What is signed, with its tag and length. */
  struct bytes signed_part, signature;
  struct bytes issuer, subject;
  /* Milliseconds since 1970. */
  uint64_t not_before, not_after;
  /* The point of the key, and the number that BearSSL has for its curve. */
  struct bytes point;
  int curve;
  /* 32, 48 or 64: bytes of the digest that is signed. */
  size_t digest_length;
  bool is_authority;
};

bool certificate_read(struct bytes der, struct certificate *certificate);
/* Whether `issuer`, an authority, has signed `certificate`, and both are valid at `time`. */
bool certificate_is_issued_by(const struct certificate *certificate, const struct certificate *issuer, uint64_t time);
/* ECDSA over a digest; the signature is two numbers of half its length. */
bool certificate_has_signed(const struct certificate *certificate, const uint8_t *digest, size_t digest_length,
                            struct bytes raw_signature);

#endif
