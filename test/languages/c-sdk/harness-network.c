/* The commands of the harness that need a KMS. A vsock port is a TCP port of loopback, and so is the attestation authority. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "harness.h"
#include "qtsm_kms.h"
#include "qtsm_lib.h"

int __real_socket(int domain, int type, int protocol);
int __real_connect(int socket, const struct sockaddr *address, socklen_t length);

static int connect_loopback(int socket, unsigned port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return __real_connect(socket, (struct sockaddr *)&to, sizeof to);
}

int __wrap_socket(int domain, int type, int protocol) {
  return __real_socket(domain == AF_VSOCK ? AF_INET : domain, type, protocol);
}

int __wrap_connect(int socket, const struct sockaddr *address, socklen_t length) {
  const struct sockaddr_vm *to = (const struct sockaddr_vm *)address;
  if (length != sizeof *to || to->svm_family != AF_VSOCK || to->svm_cid != 3) return -1;
  return connect_loopback(socket, to->svm_port);
}

/* What is received at once, and the time, if a test sets them. */
static size_t piece = 0;
static unsigned long now = 0;

ssize_t __real_recv(int socket, void *to, size_t length, int flags);
int __real_clock_gettime(clockid_t clock, struct timespec *time);

ssize_t __wrap_recv(int socket, void *to, size_t length, int flags) {
  return __real_recv(socket, to, piece > 0 && piece < length ? piece : length, flags);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  int result = __real_clock_gettime(clock, time);
  if (now > 0) time->tv_sec = (time_t)now;
  return result;
}

static void send_part(int to, const uint8_t *data, uint32_t length) {
  uint32_t big = htonl(length);
  if (write(to, &big, 4) != 4 || write(to, data, length) != (ssize_t)length) abort();
}

int qtsm_get_attestation(const int fd, const uint8_t *user_data, const uint32_t user_data_len, const uint8_t *nonce,
                         const uint32_t nonce_len, const uint8_t *key, const uint32_t key_len, uint8_t *document,
                         uint32_t *document_len) {
  if (fd != 77 || user_data != NULL || user_data_len != 0) abort();
  int authority = __real_socket(AF_INET, SOCK_STREAM, 0);
  const char *port = getenv("AUTHORITY_PORT");
  if (strcmp(broken, "attest") == 0 || port == NULL || connect_loopback(authority, (unsigned)atoi(port)) != 0) {
    close(authority);
    return 8;
  }
  send_part(authority, nonce, nonce_len);
  send_part(authority, key, key_len);
  uint32_t at = 0;
  for (ssize_t got; at < *document_len && (got = read(authority, document + at, *document_len - at)) > 0;) at += (uint32_t)got;
  close(authority);
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
  piece = number("piece", 0);
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

bool run_network(const char *command, const char *operation) {
  if (strcmp(command, "call") == 0) call(operation);
  else if (strcmp(command, "nulls") == 0) nulls();
  else return false;
  return true;
}

void end_network(void) {
  sig_params_free(&params);
}
