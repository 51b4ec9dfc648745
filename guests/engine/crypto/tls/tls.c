/*
 * TLS as a client (RFC 8446, RFC 5246) without a network: ciphertext and plaintext go in and out through the buffer. The
 * protocol and the certificates are mbedTLS's; the peer is hostile, and what it makes mbedTLS allocate is bounded by a heap of
 * its own (platform.c). The kernel runs this in an instance of the module of its own, which is never wiped.
 */
#include <mbedtls/oid.h>
#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "../module.h"
#include "platform.h"

#define MAX_SESSIONS 64
#define OUT_LENGTH 65536
#define TEXT_LENGTH 65536
#define MAX_NAME 255
#define MAX_PROTOCOL 32

enum state { HANDSHAKE, OPEN, CLOSED, FAILED };

typedef struct {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config config;
  const char *protocols[2];
  char protocol[MAX_PROTOCOL + 1];
  /* Of the server, if it is not a name. */
  unsigned char address[16];
  uint32_t address_length;
  enum state state;
  int32_t code;
  uint32_t flags;
} session;

static session *sessions[MAX_SESSIONS];
static mbedtls_x509_crt roots;
static unsigned char *out, *text;
/* Of the call under way: the ciphertext that was received, and what is to be sent. */
static uint32_t in_at, in_end, out_length, text_length;
static int in_ends;

/* At least the strength of 112 bits, and no SHA-1. */
static const mbedtls_x509_crt_profile profile = {
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    0xFFFFFFF,
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) | MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
    2048,
};
static const uint16_t groups[] = {
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, 0,
};
static const int suites[] = {
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
};

static int send_bytes(void *unused, const unsigned char *bytes, size_t length) {
  (void)unused;
  if (out_length == OUT_LENGTH) return MBEDTLS_ERR_SSL_WANT_WRITE;
  uint32_t part = length < OUT_LENGTH - out_length ? length : OUT_LENGTH - out_length;
  memcpy(out + out_length, bytes, part);
  out_length += part;
  return (int)part;
}

static int receive_bytes(void *unused, unsigned char *to, size_t length) {
  (void)unused;
  if (in_at == in_end) return in_ends ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
  uint32_t part = length < in_end - in_at ? length : in_end - in_at;
  memcpy(to, buffer + in_at, part);
  in_at += part;
  return (int)part;
}

/* Names are in the alternative names only (RFC 9525, section 6.3); an address must be there as such. */
static int check_name(void *of, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  const session *own = of;
  if (depth != 0) return 0;
  if (!mbedtls_x509_crt_has_ext_type(certificate, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME)) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
  if (own->address_length == 0) return 0;
  for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name; name = name->next) {
    if ((name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) != MBEDTLS_X509_SAN_IP_ADDRESS) continue;
    if (name->buf.len == own->address_length && memcmp(name->buf.p, own->address, own->address_length) == 0) return 0;
  }
  *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
  return 0;
}

/* The seed is in the buffer. Returns 0 if there is no memory. */
EXPORT("tls_begin") uint32_t tls_begin(uint32_t length, uint32_t heap_length) {
  if (!platform_begin(buffer, length, heap_length)) return 0;
  sodium_memzero(buffer, length);
  out = malloc(OUT_LENGTH);
  text = malloc(TEXT_LENGTH);
  mbedtls_x509_crt_init(&roots);
  return out && text && psa_crypto_init() == PSA_SUCCESS;
}

/* Adds the root certificate in the buffer, in DER. Returns 0 or mbedTLS's error. */
EXPORT("tls_root") int32_t tls_root(uint32_t length) {
  return mbedtls_x509_crt_parse_der(&roots, buffer, length);
}

static void discard(uint32_t handle) {
  session *own = sessions[handle];
  mbedtls_ssl_free(&own->ssl);
  mbedtls_ssl_config_free(&own->config);
  mbedtls_free(own);
  sessions[handle] = NULL;
}

static int prepare(session *own, const char *name) {
  mbedtls_ssl_config *config = &own->config;
  int failure = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  if (failure) return failure;
  mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
  mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_3);
  mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_cert_profile(config, &profile);
  mbedtls_ssl_conf_ca_chain(config, &roots, NULL);
  mbedtls_ssl_conf_verify(config, check_name, own);
  mbedtls_ssl_conf_rng(config, platform_random, NULL);
  mbedtls_ssl_conf_groups(config, groups);
  mbedtls_ssl_conf_ciphersuites(config, suites);
  if (own->protocol[0] && (failure = mbedtls_ssl_conf_alpn_protocols(config, own->protocols))) return failure;
  if ((failure = mbedtls_ssl_setup(&own->ssl, config))) return failure;
  // A literal address is not sent as a name (RFC 6066, section 3).
  if ((failure = mbedtls_ssl_set_hostname(&own->ssl, own->address_length ? NULL : name))) return failure;
  mbedtls_ssl_set_bio(&own->ssl, NULL, send_bytes, receive_bytes, NULL);
  return 0;
}

/*
 * In the buffer, one after the other: a seed, the server's name, or its address of 4 or 16 bytes, and the one protocol of ALPN.
 * Returns a handle, which is greater than 0, or 0 if there is no memory or there are too many sessions.
 */
EXPORT("tls_open") uint32_t tls_open(uint32_t seed_length, uint32_t name_length, uint32_t is_address, uint32_t protocol_length) {
  if (name_length > (is_address ? 16 : MAX_NAME) || protocol_length > MAX_PROTOCOL) return 0;
  uint32_t handle = 0;
  while (handle < MAX_SESSIONS && sessions[handle]) handle++;
  session *own = handle < MAX_SESSIONS ? mbedtls_calloc(1, sizeof *own) : NULL;
  if (!own) return 0;
  platform_stir(buffer, seed_length);
  sessions[handle] = own;
  char name[MAX_NAME + 1] = {0};
  const unsigned char *at = buffer + seed_length;
  if (is_address) memcpy(own->address, at, own->address_length = name_length);
  else memcpy(name, at, name_length);
  memcpy(own->protocol, at + name_length, protocol_length);
  own->protocols[0] = own->protocol;
  mbedtls_ssl_init(&own->ssl);
  mbedtls_ssl_config_init(&own->config);
  if (prepare(own, name) == 0) return handle + 1;
  discard(handle);
  return 0;
}

static void fail(session *own, int code) {
  own->state = code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? CLOSED : FAILED;
  own->code = code;
  own->flags = mbedtls_ssl_get_verify_result(&own->ssl);
}

static int is_waiting(int code) {
  return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static void shake_hands(session *own) {
  int code = mbedtls_ssl_handshake(&own->ssl);
  if (code == 0) own->state = OPEN;
  else if (!is_waiting(code)) fail(own, code);
}

/* Also after the server has said that it sends no more. */
static int is_writable(const session *own) {
  return own->state == OPEN || own->state == CLOSED;
}

static void write_all(session *own, const unsigned char *from, uint32_t length) {
  while (is_writable(own) && length > 0) {
    int written = mbedtls_ssl_write(&own->ssl, from, length);
    if (written < 0) return fail(own, written);
    from += written, length -= (uint32_t)written;
  }
}

static void read_all(session *own) {
  while (own->state == OPEN && text_length < TEXT_LENGTH) {
    int length = mbedtls_ssl_read(&own->ssl, text + text_length, TEXT_LENGTH - text_length);
    if (length > 0) text_length += (uint32_t)length;
    else if (is_waiting(length)) return;
    else fail(own, length == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : length);
  }
}

/*
 * In the buffer: `received` bytes of ciphertext, after which nothing more comes if `ends`, then `given` bytes of plaintext to
 * send. All of it is used: at most 32,768 bytes of each are given, and plaintext only when the handshake is over.
 * Returns the state.
 */
EXPORT("tls_run") uint32_t tls_run(uint32_t handle, uint32_t seconds, uint32_t received, uint32_t ends, uint32_t given, uint32_t closes) {
  session *own = sessions[handle - 1];
  platform_set_time(seconds);
  in_at = 0, in_end = received, in_ends = (int)ends, out_length = text_length = 0;
  if (own->state == HANDSHAKE) shake_hands(own);
  write_all(own, buffer + received, given);
  read_all(own);
  if (closes && is_writable(own)) mbedtls_ssl_close_notify(&own->ssl);
  return own->state;
}

EXPORT("tls_has") uint32_t tls_has(uint32_t handle) {
  return handle > 0 && handle <= MAX_SESSIONS && sessions[handle - 1] != NULL;
}

EXPORT("tls_code") int32_t tls_code(uint32_t handle) {
  return sessions[handle - 1]->code;
}

EXPORT("tls_flags") uint32_t tls_flags(uint32_t handle) {
  return sessions[handle - 1]->flags;
}

/* 0x0303 or 0x0304, as soon as it is agreed. */
EXPORT("tls_version") uint32_t tls_version(uint32_t handle) {
  return mbedtls_ssl_get_version_number(&sessions[handle - 1]->ssl);
}

EXPORT("tls_out") unsigned char *tls_out(void) {
  return out;
}

EXPORT("tls_out_length") uint32_t tls_out_length(void) {
  return out_length;
}

EXPORT("tls_text") unsigned char *tls_text(void) {
  return text;
}

EXPORT("tls_text_length") uint32_t tls_text_length(void) {
  return text_length;
}

EXPORT("tls_close") void tls_close(uint32_t handle) {
  discard(handle - 1);
}

/* Clears what the last call left in the buffers. */
EXPORT("tls_wipe") void tls_wipe(void) {
  sodium_memzero(buffer, sizeof buffer);
  sodium_memzero(text, text_length);
}
