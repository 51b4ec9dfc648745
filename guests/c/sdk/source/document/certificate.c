#include "certificate.h"

#include <bearssl.h>
#include <string.h>

#include "der.h"

/*
 * The longest signature has two numbers of 66 bytes (P-521). BearSSL makes both as long as the longer one, which in a
 * hostile signature has up to 127 bytes.
 */
enum { DIGEST_MAX = 64, SIGNATURE_MAX = 139, RAW_MAX = 2 * 127 };

/* Object identifiers, by their contents (RFC 5480, RFC 5758, RFC 5280). */
static const uint8_t EC_KEY[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const uint8_t P256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const uint8_t P384[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
static const uint8_t P521[] = {0x2b, 0x81, 0x04, 0x00, 0x23};
/* ECDSA with SHA-2; the last byte is 2 for SHA-256, 3 for SHA-384 and 4 for SHA-512. */
static const uint8_t ECDSA_SHA2[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03};
static const uint8_t BASIC_CONSTRAINTS[] = {0x55, 0x1d, 0x13};

static bool read_algorithm(struct bytes *input, size_t *digest_length) {
  struct bytes algorithm, oid;
  if (!der_expect(input, DER_SEQUENCE, &algorithm) || !der_expect(&algorithm, DER_OID, &oid)) return false;
  if (oid.length != sizeof ECDSA_SHA2 + 1 || memcmp(oid.at, ECDSA_SHA2, sizeof ECDSA_SHA2) != 0) return false;
  uint8_t last = oid.at[sizeof ECDSA_SHA2];
  *digest_length = last == 2 ? 32 : last == 3 ? 48 : last == 4 ? 64 : 0;
  return *digest_length != 0;
}

static bool read_bits(struct bytes *input, struct bytes *bits) {
  if (!der_expect(input, DER_BIT_STRING, bits) || bits->length < 1 || bits->at[0] != 0) return false;
  bits->at++;
  bits->length--;
  return true;
}

static bool read_key(struct bytes *input, struct certificate *certificate) {
  struct bytes key, algorithm, oid, curve;
  if (!der_expect(input, DER_SEQUENCE, &key) || !der_expect(&key, DER_SEQUENCE, &algorithm)) return false;
  if (!der_expect(&algorithm, DER_OID, &oid) || !der_is(oid, EC_KEY, sizeof EC_KEY)) return false;
  if (!der_expect(&algorithm, DER_OID, &curve) || !read_bits(&key, &certificate->point)) return false;
  if (der_is(curve, P256, sizeof P256)) certificate->curve = BR_EC_secp256r1;
  else if (der_is(curve, P384, sizeof P384)) certificate->curve = BR_EC_secp384r1;
  else if (der_is(curve, P521, sizeof P521)) certificate->curve = BR_EC_secp521r1;
  else return false;
  return true;
}

/* Only basicConstraints matters here. */
static bool read_extensions(struct bytes input, struct certificate *certificate) {
  struct bytes wrapped, list, extension, oid, value, constraints, flag;
  certificate->is_authority = false;
  if (input.length == 0) return true;
  if (!der_expect(&input, DER_EXTENSIONS, &wrapped) || !der_expect(&wrapped, DER_SEQUENCE, &list)) return false;
  while (list.length > 0) {
    uint8_t tag;
    if (!der_expect(&list, DER_SEQUENCE, &extension) || !der_expect(&extension, DER_OID, &oid)) return false;
    if (!der_next(&extension, &tag, &value)) return false;
    if (tag == DER_BOOLEAN && !der_next(&extension, &tag, &value)) return false;
    if (tag != DER_OCTET_STRING) return false;
    if (!der_is(oid, BASIC_CONSTRAINTS, sizeof BASIC_CONSTRAINTS)) continue;
    if (!der_expect(&value, DER_SEQUENCE, &constraints)) return false;
    certificate->is_authority = der_expect(&constraints, DER_BOOLEAN, &flag) && flag.length == 1 && flag.at[0] == 0xff;
  }
  return true;
}

bool certificate_read(struct bytes der, struct certificate *certificate) {
  struct bytes whole, content, validity, skipped;
  size_t inner;
  if (!der_expect(&der, DER_SEQUENCE, &whole) || der.length != 0) return false;
  struct bytes before = whole;
  if (!der_expect(&whole, DER_SEQUENCE, &content)) return false;
  certificate->signed_part = der_whole(before, whole);
  if (!read_algorithm(&whole, &certificate->digest_length) || !read_bits(&whole, &certificate->signature)) return false;
  if (!der_expect(&content, DER_VERSION, &skipped) || !der_expect(&content, DER_INTEGER, &skipped)) return false;
  if (!read_algorithm(&content, &inner) || inner != certificate->digest_length) return false;
  if (!der_expect(&content, DER_SEQUENCE, &certificate->issuer)) return false;
  if (!der_expect(&content, DER_SEQUENCE, &validity)) return false;
  if (!der_time(&validity, &certificate->not_before) || !der_time(&validity, &certificate->not_after)) return false;
  if (!der_expect(&content, DER_SEQUENCE, &certificate->subject) || !read_key(&content, certificate)) return false;
  return read_extensions(content, certificate);
}

static void hash(size_t length, struct bytes input, uint8_t digest[DIGEST_MAX]) {
  const br_hash_class *const classes[] = {&br_sha256_vtable, &br_sha384_vtable, &br_sha512_vtable};
  const br_hash_class *chosen = classes[length == 32 ? 0 : length == 48 ? 1 : 2];
  br_hash_compat_context context;
  chosen->init(&context.vtable);
  chosen->update(&context.vtable, input.at, input.length);
  chosen->out(&context.vtable, digest);
}

bool certificate_has_signed(const struct certificate *certificate, const uint8_t *digest, size_t digest_length,
                            struct bytes raw_signature) {
  br_ec_public_key key = {certificate->curve, (unsigned char *)certificate->point.at, certificate->point.length};
  return br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, digest, digest_length, &key, raw_signature.at,
                               raw_signature.length) == 1;
}

bool certificate_is_issued_by(const struct certificate *certificate, const struct certificate *issuer, uint64_t time) {
  uint8_t digest[DIGEST_MAX], raw[RAW_MAX];
  size_t length = certificate->signature.length;
  if (!issuer->is_authority || !der_is(certificate->issuer, issuer->subject.at, issuer->subject.length)) return false;
  if (time < certificate->not_before || time > certificate->not_after) return false;
  if (time < issuer->not_before || time > issuer->not_after || length > SIGNATURE_MAX) return false;
  /* Converted in place: the two numbers of the DER form, each with the length of the larger one. */
  memcpy(raw, certificate->signature.at, length);
  length = br_ecdsa_asn1_to_raw(raw, length);
  if (length == 0) return false;
  hash(certificate->digest_length, certificate->signed_part, digest);
  return certificate_has_signed(issuer, digest, certificate->digest_length, (struct bytes){raw, length});
}
