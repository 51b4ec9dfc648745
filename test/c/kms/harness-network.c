/* The commands of the harness that need a KMS. A port is one of loopback, also that of the attestation authority. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "loopback.h"
#include "qtsm_kms.h"
#include "qtsm_lib.h"

/* The time, if a test sets it. */
static unsigned long now = 0;

int __real_clock_gettime(clockid_t clock, struct timespec *time);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  int result = __real_clock_gettime(clock, time);
  if (now > 0) time->tv_sec = (time_t)now;
  return result;
}

static void send_part(int to, const uint8_t *data, uint32_t length) {
  uint8_t big[4] = {length >> 24, length >> 16 & 255, length >> 8 & 255, length & 255};
  if (!send_loopback(to, big, 4) || !send_loopback(to, data, length)) abort();
}

int qtsm_get_attestation(const int fd, const uint8_t *user_data, const uint32_t user_data_len, const uint8_t *nonce,
                         const uint32_t nonce_len, const uint8_t *key, const uint32_t key_len, uint8_t *document,
                         uint32_t *document_len) {
  if (fd != 77 || user_data != NULL || user_data_len != 0) abort();
  const char *port = getenv("AUTHORITY_PORT");
  if (strcmp(broken, "attest") == 0 || port == NULL) return 8;
  int authority = open_loopback((unsigned)atoi(port));
  if (authority < 0) return 8;
  send_part(authority, nonce, nonce_len);
  send_part(authority, key, key_len);
  uint32_t at = 0;
  for (size_t got; at < *document_len && (got = receive_loopback(authority, document + at, *document_len - at)) > 0;)
    at += (uint32_t)got;
  close_loopback(authority);
  *document_len = at;
  return at > 0 ? 0 : 8;
}

static void set(sig_str_t *to, const char *name) {
  if (get(name)) *to = (sig_str_t)sig_str(get(name));
}

static sig_params_t params;

static void set_params(void) {
  sig_params_free(&params);
  sig_params_init(&params);
  set(&params.key, "key");
  set(&params.secret, "secret");
  set(&params.host, "host");
  set(&params.uri_prefix, "prefix");
  set(&params.project_id, "project");
  set(&params.region, "region");
  set(&params.identity, "identity");
  params.dialect = get("dialect") && strcmp(get("dialect"), "aws") == 0 ? KMS_DIALECT_AWS : KMS_DIALECT_HUAWEI;
  params.kms_nonce = number("nonce", 0);
  params.binary_ciphertexts = number("binary", 0);
  if (get("token")) sig_headers_add(&params.headers, "X-Security-Token", get("token"));
  if (get("header")) sig_headers_add(&params.headers, get("header"), "1");
  if (get("tenant")) sig_headers_add(&params.encryption_context, "tenant", get("tenant"));
}

static void call(const char *operation) {
  unsigned plain_len = number("capacity", 4096), cipher_len = number("cipher", 8192), id_len = number("id", 256);
  unsigned char *plain = malloc(plain_len + 1u), *cipher = malloc(cipher_len + 1u);
  char *id = malloc(id_len + 1u);
  size_t in_len;
  unsigned char *in = bytes_of("in", &in_len);
  keyid_handle_t handle = {(char *)get("keyid"), get("keyid") ? strlen(get("keyid")) : 0};
  plain_cipher_buff_t data = {in, (unsigned)in_len, plain, &plain_len};
  unsigned port = number("port", 8000), bits = number("bits", 256);
  unsigned long status;
  /* The parameters outlive this line with `again`, so that their texts must, too: it is only for errors. */
  if (!get("again")) set_params();
  received_at_once = number("piece", 0);
  now = number("now", 0);
  unsigned was[3] = {plain_len, cipher_len, id_len};
  if (strcmp(operation, "random") == 0) {
    random_data_t random = {plain, &plain_len};
    status = kms_gen_random_blocking_with_proxy(&params, number("length", 32), &random, PARENT_CID, port);
  } else if (strcmp(operation, "datakey") == 0) {
    datakey_t key = {id, &id_len, plain, &plain_len, cipher, &cipher_len};
    status = kms_generate_datakey_blocking_with_proxy(&params, &handle, bits, &key, PARENT_CID, port);
  } else if (strcmp(operation, "decrypt") == 0) {
    status = kms_decrypt_data_blocking_with_proxy(&params, &handle, &data, PARENT_CID, port);
  } else {
    status = kms_decrypt_datakey_blocking_with_proxy(&params, &handle, bits, &data, PARENT_CID, port);
  }
  const kms_error_t *error = kms_last_error(&params);
  printf("%lu %s %u %u %u %u", status, *error->code ? error->code : "-", error->http_status, plain_len, cipher_len, id_len);
  print_hex(error->reason, strlen(error->reason));
  print_hex(error->message, strlen(error->message));
  bool is_key = strcmp(operation, "datakey") == 0;
  print_hex(plain, status == KMS_SUCCESS ? plain_len : 0);
  print_hex(cipher, status == KMS_SUCCESS && is_key && cipher_len != was[1] ? cipher_len : 0);
  print_hex(id, status == KMS_SUCCESS && is_key && id_len != was[2] ? id_len : 0);
  free(plain), free(cipher), free(id), free(in);
}

/* Every combination of a NULL must be refused, without a connection. Prints how many were not. */
static void nulls(void) {
  unsigned char bytes[64] = {0};
  unsigned length = 64, wrong = 0;
  keyid_handle_t handle = {"k", 1}, none = {NULL, 1};
  for (unsigned mask = 1; mask < 64; mask++) {
    datakey_t key = {(char *)bytes, &length, bytes, &length, bytes, &length};
    if (mask & 1) key.key_id = NULL;
    if (mask & 2) key.key_id_len = NULL;
    if (mask & 4) key.plain_key = NULL;
    if (mask & 8) key.plain_key_len = NULL;
    if (mask & 16) key.cipher_key = NULL;
    if (mask & 32) key.cipher_key_len = NULL;
    wrong += kms_generate_datakey_blocking(&params, &handle, 256, &key) != KMS_REQ_PARAMS_ERROR;
    plain_cipher_buff_t data = {bytes, 64, bytes, &length};
    if (mask & 1) data.data_in = NULL;
    if (mask & 2) data.data_out = NULL;
    if (mask & 4 || !(mask & 3)) data.data_out_len = NULL;
    wrong += kms_decrypt_data_blocking(&params, &handle, &data) != KMS_REQ_PARAMS_ERROR;
    wrong += kms_decrypt_datakey_blocking(&params, &handle, 256, &data) != KMS_REQ_PARAMS_ERROR;
  }
  datakey_t key = {(char *)bytes, &length, bytes, &length, bytes, &length};
  plain_cipher_buff_t data = {bytes, 64, bytes, &length};
  random_data_t random = {bytes, &length}, no_bytes = {NULL, &length}, no_length = {bytes, NULL};
  wrong += kms_generate_datakey_blocking(NULL, &handle, 256, &key) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_generate_datakey_blocking(&params, NULL, 256, &key) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_generate_datakey_blocking(&params, &none, 256, &key) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_generate_datakey_blocking(&params, &handle, 256, NULL) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_decrypt_data_blocking(NULL, &handle, &data) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_decrypt_data_blocking(&params, NULL, &data) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_decrypt_data_blocking(&params, &none, &data) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_decrypt_data_blocking(&params, &handle, NULL) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_gen_random_blocking(NULL, 16, &random) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_gen_random_blocking(&params, 16, NULL) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_gen_random_blocking(&params, 16, &no_bytes) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_gen_random_blocking(&params, 16, &no_length) != KMS_REQ_PARAMS_ERROR;
  wrong += kms_last_error(NULL) == NULL || sig_headers_add(NULL, "a", "b") || sig_headers_get(NULL, "a");
  sig_params_init(NULL), sig_params_free(NULL), sig_headers_free(NULL);
  printf("%u", wrong);
}

/* Adds headers until no more fit. Prints how many did, and whether the first and the last are still there. */
static void headers(void) {
  sig_headers_t list = {0};
  char name[] = "X-00", value[] = "00";
  unsigned count = 0;
  do {
    name[2] = value[0] = (char)('0' + count / 10);
    name[3] = value[1] = (char)('0' + count % 10);
  } while (sig_headers_add(&list, name, value) != NULL && ++count < 99);
  sig_header_t *first = sig_headers_get(&list, "x-00"), *last = sig_headers_get(&list, "x-63");
  bool are_there = first != NULL && last != NULL && strcmp(first->value.data, "00") == 0 && strcmp(last->value.data, "63") == 0;
  printf("%u %d %d", count, are_there, sig_headers_get(&list, "x-0") == NULL && sig_headers_get(&list, "x-000") == NULL);
  sig_headers_free(&list);
}

bool run_network(const char *command, const char *operation) {
  if (strcmp(command, "call") == 0) call(operation);
  else if (strcmp(command, "nulls") == 0) nulls();
  else if (strcmp(command, "headers") == 0) headers();
  else return false;
  return true;
}

void end_network(void) {
  sig_params_free(&params);
}
