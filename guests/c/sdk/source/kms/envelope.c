#include "envelope.h"

#include <string.h>

#include "ber.h"
#include "inner.h"
#include "webclave/crypto.h"

enum { OCTET_STRING = 0x04, OID = 0x06, SEQUENCE = 0x30, SET = 0x31, CONTEXT_0 = 0x80, CONTEXT_0_CONSTRUCTED = 0xa0 };

#define BLOCK 16
#define KEY_LENGTH 32
#define MODULUS_LENGTH 256
#define CIPHERTEXT_MAX (64 * 1024)

/* Object identifiers. */
static const char ENVELOPED_DATA[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
static const char DATA[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
static const char RSAES_OAEP[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07", MGF1[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
static const char SHA256[] = "\x60\x86\x48\x01\x65\x03\x04\x02\x01", AES_256_CBC[] = "\x60\x86\x48\x01\x65\x03\x04\x01\x2a";

/* The parts of an envelope, still encrypted. */
typedef struct {
  kms_span key, vector;
  kms_ber ciphertext;
} sealed;

static bool child(const kms_ber *parent, int index, unsigned char tag, kms_ber *found) {
  return kms_ber_child(parent, index, found) && found->tag == tag;
}

static bool has_oid(const kms_ber *parent, int index, const char *oid) {
  kms_ber found;
  return child(parent, index, OID, &found) && kms_span_is(found.content, oid);
}

/* The hash and the mask are both SHA-256's. */
static bool is_oaep_sha256(const kms_ber *algorithm) {
  kms_ber parameters, hash, mask, inner;
  if (!has_oid(algorithm, 0, RSAES_OAEP) || !child(algorithm, 1, SEQUENCE, &parameters)) return false;
  if (!kms_ber_child(&parameters, 0, &hash) || !kms_ber_child(&hash, 0, &inner)) return false;
  if (!has_oid(&inner, 0, SHA256) || !kms_ber_child(&parameters, 1, &mask)) return false;
  if (!kms_ber_child(&mask, 0, &inner) || !has_oid(&inner, 0, MGF1)) return false;
  return kms_ber_child(&inner, 1, &hash) && has_oid(&hash, 0, SHA256);
}

/* The encrypted key of the only recipient. */
static bool read_recipient(const kms_ber *recipients, kms_span *key) {
  kms_ber recipient, algorithm, another, encrypted;
  if (!child(recipients, 0, SEQUENCE, &recipient) || kms_ber_child(recipients, 1, &another)) return false;
  if (!child(&recipient, 2, SEQUENCE, &algorithm) || !is_oaep_sha256(&algorithm)) return false;
  if (!child(&recipient, 3, OCTET_STRING, &encrypted)) return false;
  *key = encrypted.content;
  return true;
}

static bool read_content(const kms_ber *content, sealed *parts) {
  kms_ber algorithm, vector;
  if (!has_oid(content, 0, DATA) || !child(content, 1, SEQUENCE, &algorithm)) return false;
  if (!has_oid(&algorithm, 0, AES_256_CBC) || !child(&algorithm, 1, OCTET_STRING, &vector)) return false;
  parts->vector = vector.content;
  if (!kms_ber_child(content, 2, &parts->ciphertext)) return false;
  return parts->ciphertext.tag == CONTEXT_0 || parts->ciphertext.tag == CONTEXT_0_CONSTRUCTED;
}

static bool read_envelope(kms_span bytes, sealed *parts) {
  kms_ber whole, wrapped, enveloped, recipients, content;
  if (!kms_ber_read(bytes, &whole) || whole.tag != SEQUENCE || !has_oid(&whole, 0, ENVELOPED_DATA)) return false;
  if (!child(&whole, 1, CONTEXT_0_CONSTRUCTED, &wrapped) || !child(&wrapped, 0, SEQUENCE, &enveloped)) return false;
  if (!child(&enveloped, 1, SET, &recipients) || !read_recipient(&recipients, &parts->key)) return false;
  return child(&enveloped, 2, SEQUENCE, &content) && read_content(&content, parts);
}

/* The ciphertext is one string, or several that follow each other. */
static bool join(const kms_ber *ciphertext, kms_text *to) {
  kms_span rest = ciphertext->content;
  kms_ber piece;
  if (rest.length > CIPHERTEXT_MAX) return false;
  if (ciphertext->tag == CONTEXT_0) {
    kms_text_span(to, rest);
    return true;
  }
  while (kms_ber_next(&rest, &piece)) {
    if (piece.tag != OCTET_STRING) return false;
    kms_text_span(to, piece.content);
  }
  return true;
}

/* The length of the padding (PKCS#7) at the end of a block, or 0 if it is invalid. */
static uint32_t padding_of(const unsigned char *block) {
  uint32_t padding = block[BLOCK - 1], bad = EQ(padding, 0) | GT(padding, BLOCK);
  for (uint32_t i = 0; i < BLOCK; i++) bad |= LT(i, padding) & NEQ(block[BLOCK - 1 - i], padding);
  return MUX(bad, 0, padding);
}

/* Every failure takes the same way: with a wrong key, the text is decrypted to nonsense first. */
static bool decrypt(const sealed *parts, const br_rsa_private_key *key, kms_text *text) {
  unsigned char opened[MODULUS_LENGTH], vector[BLOCK];
  br_aes_ct64_cbcdec_keys decryption;
  size_t length = MODULUS_LENGTH;
  memcpy(opened, parts->key.at, MODULUS_LENGTH);
  memcpy(vector, parts->vector.at, BLOCK);
  uint32_t good = br_rsa_i31_oaep_decrypt(&br_sha256_vtable, NULL, 0, key, opened, &length);
  good &= EQ((uint32_t)length, KEY_LENGTH);
  br_aes_ct64_cbcdec_init(&decryption, opened, KEY_LENGTH);
  br_aes_ct64_cbcdec_run(&decryption, vector, text->at, text->length);
  uint32_t padding = padding_of((const unsigned char *)text->at + text->length - BLOCK);
  good &= NEQ(padding, 0);
  webclave_wipe(opened, sizeof opened);
  webclave_wipe(&decryption, sizeof decryption);
  if (good) text->length -= padding;
  return good;
}

kms_envelope_result kms_open_envelope(kms_span envelope, const br_rsa_private_key *key, kms_text *plaintext) {
  sealed parts;
  if (!read_envelope(envelope, &parts) || !join(&parts.ciphertext, plaintext)) return KMS_ENVELOPE_MALFORMED;
  if (parts.key.length != MODULUS_LENGTH || parts.vector.length != BLOCK) return KMS_ENVELOPE_SEALED;
  if (plaintext->failed || plaintext->length == 0 || plaintext->length % BLOCK != 0) return KMS_ENVELOPE_SEALED;
  if (decrypt(&parts, key, plaintext)) return KMS_ENVELOPE_OPEN;
  kms_text_free(plaintext);
  return KMS_ENVELOPE_SEALED;
}
