/*
 * verify_parse_cboren_doc: COSE_Sign1 (RFC 9052) with a map of nine members (ecs_03_1411). The checks, their order and
 * their codes are those of the parser that Huawei has published in secGear.
 */
#include <bearssl.h>
#include <qtsm_lib.h>
#include <string.h>

#include "cbor.h"
#include "certificate.h"

enum { ENVELOPE_ITEMS = 4, PAYLOAD_MEMBERS = 9, LABEL_ALGORITHM = 1, COSE_TAG = 18, DIGEST_MAX = 64 };

#define TRY(call)                     \
  do {                                \
    int error_ = (call);              \
    if (error_ != NO_ERROR) return error_; \
  } while (0)

struct envelope {
  struct cbor_item protected, payload, signature;
  enum digest_alg digest;
  size_t digest_length;
};

static const struct {
  int64_t negative; /* -1 - the algorithm, as CBOR has it */
  size_t length;
  const char *name;
} DIGESTS[] = {
    [QTSM_SHA256] = {6, 32, "SHA256"}, [QTSM_SHA384] = {34, 48, "SHA384"}, [QTSM_SHA512] = {35, 64, "SHA512"}};

static int read_algorithm(struct envelope *envelope) {
  struct cbor_item item;
  struct cbor input = {envelope->protected.bytes, envelope->protected.bytes + envelope->protected.number};
  TRY(cbor_expect(&input, CBOR_MAP, &item));
  if (item.number != 1) return CBOR_CONTENT_ERROR;
  TRY(cbor_expect(&input, CBOR_UNSIGNED, &item));
  if (item.number != LABEL_ALGORITHM) return CBOR_CONTENT_ERROR;
  TRY(cbor_expect(&input, CBOR_NEGATIVE, &item));
  for (int digest = QTSM_SHA256; digest <= QTSM_SHA512; digest++) {
    if (item.number != (uint64_t)DIGESTS[digest].negative) continue;
    envelope->digest = (enum digest_alg)digest;
    envelope->digest_length = DIGESTS[digest].length;
    return input.at == input.end ? NO_ERROR : CBOR_CONTENT_ERROR;
  }
  return CBOR_SIG_ALG_ERROR;
}

static int read_envelope(const uint8_t *bytes, uint32_t length, struct envelope *envelope) {
  struct cbor_item item;
  struct cbor input = {bytes, bytes + length};
  TRY(cbor_next(&input, &item));
  if (item.type == CBOR_TAG) {
    if (item.number != COSE_TAG) return CBOR_TAG_ERROR;
    TRY(cbor_next(&input, &item));
  }
  if (item.type != CBOR_ARRAY) return CBOR_TYPE_ERROR;
  if (item.number != ENVELOPE_ITEMS) return CBOR_CONTENT_ERROR;
  TRY(cbor_expect(&input, CBOR_BYTES, &envelope->protected));
  TRY(cbor_expect(&input, CBOR_MAP, &item));
  if (item.number != 0) return CBOR_CONTENT_ERROR;
  TRY(cbor_expect(&input, CBOR_BYTES, &envelope->payload));
  TRY(cbor_expect(&input, CBOR_BYTES, &envelope->signature));
  if (input.at != input.end) return CBOR_LOAD_ERROR;
  TRY(read_algorithm(envelope));
  return envelope->signature.number == 2 * envelope->digest_length ? NO_ERROR : CBOR_SIG_ERROR;
}

static int expect_name(struct cbor *input, const char *name) {
  struct cbor_item item;
  TRY(cbor_expect(input, CBOR_TEXT, &item));
  return cbor_is(&item, name) ? NO_ERROR : CBOR_CONTENT_ERROR;
}

static int read_pcrs(struct cbor *input, size_t value_length, struct pcr_raws *pcrs) {
  struct cbor_item item;
  TRY(cbor_expect(input, CBOR_MAP, &item));
  if (item.number > QTSM_MAX_PCR_COUNT) return CBOR_CONTENT_ERROR;
  pcrs->pcrs_num = (uint32_t)item.number;
  uint32_t seen = 0;
  for (uint32_t at = 0; at < pcrs->pcrs_num; at++) {
    TRY(cbor_expect(input, CBOR_UNSIGNED, &item));
    if (item.number >= QTSM_MAX_PCR_COUNT || (seen & 1u << item.number) != 0) return CBOR_CONTENT_ERROR;
    seen |= 1u << item.number;
    pcrs->pcrs[at].index = (uint16_t)item.number;
    TRY(cbor_expect(input, CBOR_BYTES, &item));
    if (item.number != value_length) return CBOR_CONTENT_ERROR;
    memcpy(pcrs->pcrs[at].data, item.bytes, value_length);
  }
  return NO_ERROR;
}

/* A byte string of at most `most` bytes; null is none. */
static int read_bytes(struct cbor *input, uint8_t *to, uint32_t *length, uint32_t most) {
  struct cbor_item item;
  TRY(cbor_next(input, &item));
  if (item.type == CBOR_SIMPLE && item.number == CBOR_NULL) return NO_ERROR;
  if (item.type != CBOR_BYTES) return CBOR_TYPE_ERROR;
  if (item.number > most) return CBOR_CONTENT_ERROR;
  *length = (uint32_t)item.number;
  memcpy(to, item.bytes, item.number);
  return NO_ERROR;
}

static int read_bundle(struct cbor *input, struct cabundles_raws *bundle) {
  struct cbor_item item;
  TRY(cbor_expect(input, CBOR_ARRAY, &item));
  if (item.number == 0 || item.number > QTSM_CERTIFICATE_MAX_DEPTH) return CBOR_CABUNDLES_ERROR;
  bundle->ca_bundle_num = (uint32_t)item.number;
  for (uint32_t at = 0; at < bundle->ca_bundle_num; at++) {
    struct cabundle_raw *each = &bundle->cabundles[at];
    TRY(read_bytes(input, each->data, &each->data_len, sizeof each->data));
    if (each->data_len == 0) return CBOR_CABUNDLES_ERROR;
  }
  return NO_ERROR;
}

static int read_payload(const struct envelope *envelope, struct attestation_doc *doc) {
  struct cbor_item item;
  struct cbor input = {envelope->payload.bytes, envelope->payload.bytes + envelope->payload.number};
  TRY(cbor_expect(&input, CBOR_MAP, &item));
  if (item.number != PAYLOAD_MEMBERS) return CBOR_CONTENT_ERROR;
  TRY(expect_name(&input, "module_id"));
  TRY(cbor_expect(&input, CBOR_TEXT, &item));
  if (item.number == 0 || item.number >= sizeof doc->module_id) return CBOR_CONTENT_ERROR;
  memcpy(doc->module_id, item.bytes, item.number);
  TRY(expect_name(&input, "timestamp"));
  TRY(cbor_expect(&input, CBOR_UNSIGNED, &item));
  if (item.width != sizeof doc->timestamp || item.number == 0) return COBR_TIMESTAMP_ERROR;
  doc->timestamp = item.number;
  TRY(expect_name(&input, "digest"));
  TRY(expect_name(&input, DIGESTS[envelope->digest].name));
  doc->digest = envelope->digest;
  TRY(expect_name(&input, "pcrs"));
  TRY(read_pcrs(&input, envelope->digest_length, &doc->pcrs));
  TRY(expect_name(&input, "certificate"));
  TRY(read_bytes(&input, doc->certificate, &doc->cert_len, sizeof doc->certificate));
  if (doc->cert_len == 0) return CBOR_CERT_ERROR;
  TRY(expect_name(&input, "cabundle"));
  TRY(read_bundle(&input, &doc->ca_bundles));
  const struct {
    const char *name;
    uint8_t *bytes;
    uint32_t *length, most;
  } rest[] = {{"public_key", doc->pubkey, &doc->pubkey_len, sizeof doc->pubkey},
              {"user_data", doc->user_data, &doc->user_data_len, sizeof doc->user_data},
              {"nonce", doc->nonce, &doc->nonce_len, sizeof doc->nonce}};
  unsigned seen = 0;
  /* Each of them once, in any order. */
  for (size_t count = 0; count < sizeof rest / sizeof *rest; count++) {
    size_t at = 0;
    TRY(cbor_expect(&input, CBOR_TEXT, &item));
    while (at < sizeof rest / sizeof *rest && !cbor_is(&item, rest[at].name)) at++;
    if (at == sizeof rest / sizeof *rest || (seen & 1u << at) != 0) return CBOR_CONTENT_ERROR;
    seen |= 1u << at;
    TRY(read_bytes(&input, rest[at].bytes, rest[at].length, rest[at].most));
  }
  return input.at == input.end ? NO_ERROR : CBOR_CONTENT_ERROR;
}

/* From the certificate of the document up to the first of the bundle, which has signed itself. */
static int verify_chain(const struct attestation_doc *doc, struct certificate *leaf) {
  if (!certificate_read((struct bytes){doc->certificate, doc->cert_len}, leaf)) return CBOR_CERT_ERROR;
  struct certificate current = *leaf, issuer;
  for (uint32_t at = doc->ca_bundles.ca_bundle_num; at-- > 0;) {
    const struct cabundle_raw *raw = &doc->ca_bundles.cabundles[at];
    if (!certificate_read((struct bytes){raw->data, raw->data_len}, &issuer)) return CBOR_CABUNDLES_ERROR;
    if (!certificate_is_issued_by(&current, &issuer, doc->timestamp)) return CBOR_CERT_VRY_ERROR;
    current = issuer;
  }
  return certificate_is_issued_by(&current, &current, doc->timestamp) ? NO_ERROR : CBOR_CERT_VRY_ERROR;
}

/* The head of a byte string, as a Sig_structure has it. */
static size_t head_of(size_t length, uint8_t head[3]) {
  if (length < 24) return head[0] = 0x40 | (uint8_t)length, 1;
  if (length < 256) return head[0] = 0x58, head[1] = (uint8_t)length, 2;
  return head[0] = 0x59, head[1] = (uint8_t)(length >> 8), head[2] = (uint8_t)length, 3;
}

static int verify_signature(const struct envelope *envelope, const struct certificate *leaf) {
  static const uint8_t BEGIN[] = {0x84, 0x6a, 'S', 'i', 'g', 'n', 'a', 't', 'u', 'r', 'e', '1'};
  static const uint8_t NO_DATA = 0x40;
  const br_hash_class *const classes[] = {&br_sha256_vtable, &br_sha384_vtable, &br_sha512_vtable};
  const br_hash_class *hash = classes[envelope->digest];
  br_hash_compat_context context;
  uint8_t head[3], digest[DIGEST_MAX];
  hash->init(&context.vtable);
  hash->update(&context.vtable, BEGIN, sizeof BEGIN);
  hash->update(&context.vtable, head, head_of(envelope->protected.number, head));
  hash->update(&context.vtable, envelope->protected.bytes, envelope->protected.number);
  hash->update(&context.vtable, &NO_DATA, 1);
  hash->update(&context.vtable, head, head_of(envelope->payload.number, head));
  hash->update(&context.vtable, envelope->payload.bytes, envelope->payload.number);
  hash->out(&context.vtable, digest);
  /* QingTian signs with the lowest byte of r and of s first, unlike RFC 9053. */
  uint8_t signature[2 * DIGEST_MAX];
  size_t half = envelope->digest_length;
  for (size_t at = 0; at < half; at++) {
    signature[at] = envelope->signature.bytes[half - 1 - at];
    signature[half + at] = envelope->signature.bytes[2 * half - 1 - at];
  }
  bool is_valid = certificate_has_signed(leaf, digest, half, (struct bytes){signature, 2 * half});
  return is_valid ? NO_ERROR : CBOR_SIG_ERROR;
}

int verify_parse_cboren_doc(const uint8_t *doc_cose, const uint32_t doc_len, struct attestation_document *cur_doc) {
  struct envelope envelope;
  struct certificate leaf;
  if (doc_cose == NULL || doc_len == 0 || doc_len > UINT16_MAX || cur_doc == NULL) return CBOR_INVALID_PARAM;
  memset(cur_doc, 0, sizeof *cur_doc);
  TRY(read_envelope(doc_cose, doc_len, &envelope));
  TRY(read_payload(&envelope, &cur_doc->doc));
  TRY(verify_chain(&cur_doc->doc, &leaf));
  TRY(verify_signature(&envelope, &leaf));
  memcpy(cur_doc->signature, envelope.signature.bytes, envelope.signature.number);
  return NO_ERROR;
}
