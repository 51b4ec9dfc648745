/*
 * The KMS calls of the QingTian SDK, for an enclave in C or C++. Secrets come in an envelope that only this enclave can
 * open: each call sends a new attestation document with the enclave's RSA key, to a KMS behind a vsock port of the
 * parent instance.
 *
 * Huawei publishes neither this header nor its layout. Each part is marked:
 *   [documented]  a name in the table of interfaces of Huawei's user guide (ECS, QingTian Enclave, "SDK");
 *   [inferred]    from programs that use the SDK: their types, members and order of arguments;
 *   [own]         not in the SDK.
 * Source that uses the SDK in the common way compiles; no binary compatibility is meant.
 *
 * There is no TLS between enclave and parent, and the parent could answer itself. So the KMS signs its answers
 * (RFC 9421), and the image pins the KMS's key: `identity`, or KMS_IDENTITY in the image's environment. Without one,
 * calls fail. A cloud's own KMS does not sign its answers and is reached by TLS, which this library does not have.
 *
 *     sig_params_t params;
 *     sig_params_init(&params);
 *     params.key = (sig_str_t)sig_str(access_key);
 *     params.secret = (sig_str_t)sig_str(secret_key);
 *     sig_headers_add(&params.encryption_context, "service", "example");
 *     keyid_handle_t handle = {key_id, strlen(key_id)};
 *     plain_cipher_buff_t data = {ciphertext, ciphertext_len, secret, &secret_len};
 *     unsigned long status = kms_decrypt_data_blocking(&params, &handle, &data);
 *     if (status != KMS_SUCCESS) puts(kms_last_error(&params)->message);
 *     sig_params_free(&params);
 */
#ifndef QTSM_KMS_H
#define QTSM_KMS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [inferred] The CID of the parent instance, and the port of the KMS or of the proxy to it. */
#ifndef PARENT_CID
#define PARENT_CID 3
#endif
#ifndef DEFAULT_PROXY_PORT
#define DEFAULT_PROXY_PORT 8000
#endif

/* [inferred] The names; the numbers are [own], but for success. */
enum {
  KMS_SUCCESS = 0,
  /* The QTSM has no random bytes, or cannot be opened. */
  KMS_QTSM_ERROR = 1,
  /* An argument is NULL or invalid, or an output buffer is too small: its length then says how much is needed. */
  KMS_REQ_PARAMS_ERROR = 2,
  /* The connection ended early, or the answer is not HTTP, or not the pinned KMS's. */
  KMS_CURL_ERROR = 3,
  /* The KMS refused: see kms_last_error. Also if there is no memory left. */
  KMS_REQ_FAILED = 4,
  /* The answer is not the JSON that is expected, or its envelope cannot be opened. */
  KMS_CJSON_ERROR = 5,
  KMS_GET_ATTESTATION_ERROR = 6,
  /* Nobody listens on the port of the parent. */
  KMS_SETUP_PROXY_ERROR = 7
};

/* [inferred] A string, which need not end with NUL. The program keeps it; the library never frees or changes it. */
typedef struct {
  char *data;
  size_t len;
} sig_str_t;

/* [inferred] An initializer for a sig_str_t of a C string. */
#define sig_str(text) {(char *)(text), strlen(text)}

/* [inferred] Names and values, each a copy that ends with NUL. */
typedef struct {
  sig_str_t name;
  sig_str_t value;
} sig_header_t;

typedef struct {
  sig_header_t *data;
  size_t len;
  size_t alloc;
} sig_headers_t;

/* [own] The API that the KMS is called by. */
typedef enum {
  /* Huawei's KMS v1.0, signed with SDK-HMAC-SHA256. */
  KMS_DIALECT_HUAWEI = 0,
  /* AWS's TrentService JSON, signed with Signature Version 4. */
  KMS_DIALECT_AWS = 1
} kms_dialect_t;

#define KMS_REASON_MAX 64
#define KMS_MESSAGE_MAX 256
#define KMS_IDENTITY_LENGTH 120

/* [own] Why the last call failed. Texts of the KMS are cut, and contain only printable ASCII. */
typedef struct {
  /*
   * "" or as in webclave's SDK for TypeScript: E_KMS_OPTIONS, E_KMS_BUFFER, E_KMS_CONNECTION, E_KMS_ANSWER,
   * E_KMS_IDENTITY, E_KMS_REFUSED, E_CMS, E_CMS_DECRYPT, E_QTSM, E_MEMORY.
   */
  const char *code;
  /* The HTTP status of the KMS's answer, or 0. */
  unsigned int http_status;
  /* The KMS's own error code, such as "AccessDeniedException" or "KMS.0308". */
  char reason[KMS_REASON_MAX];
  char message[KMS_MESSAGE_MAX];
} kms_error_t;

/* The parameters of calls. Initialize with sig_params_init, set members, and free with sig_params_free. */
typedef struct {
  /* [inferred] The access key. Without key and secret, requests are not signed. */
  sig_str_t key;
  sig_str_t secret;
  /* [inferred] The Host of requests. Default: kms. */
  sig_str_t host;
  /* [inferred] The path before the operation's name in Huawei's API. Default: /v1.0/PROJECT/kms/. */
  sig_str_t uri_prefix;
  /* [inferred] The SDK's local proxy. Not used: the library connects to vsock itself. */
  sig_str_t socket_path;
  /* [inferred] Only X-Security-Token, which temporary access keys need, in both dialects. Others are refused. */
  sig_headers_t headers;
  /* [own] The rest. */
  kms_dialect_t dialect;
  /* PROJECT in the default of uri_prefix. Default: 0. */
  sig_str_t project_id;
  /* The region in AWS's signatures. Default: local-1. */
  sig_str_t region;
  /*
   * The SHA-256 of the KMS's key (SubjectPublicKeyInfo, P-384) in hexadecimal, which `qt kms identity` prints. Default:
   * KMS_IDENTITY of the environment. `unverified` accepts any answer: the parent can then choose every secret itself.
   */
  sig_str_t identity;
  /* Names and values to which a ciphertext is bound. */
  sig_headers_t encryption_context;
  /* Whether each document contains a nonce of the KMS, which costs one more request. */
  bool kms_nonce;
  /* Whether ciphertexts are bytes; otherwise they are text, as the KMS's API has them: see below. */
  bool binary_ciphertexts;
  /* The library's: read it with kms_last_error. */
  kms_error_t error;
  bool identity_is_known;
  unsigned char identity_key[KMS_IDENTITY_LENGTH];
} sig_params_t;

/* [inferred] The key in the KMS. With the length 0, a call that decrypts accepts any key. */
typedef struct {
  char *key_id;
  size_t len;
} keyid_handle_t;

/* [inferred] Buffers for a new data key; the lengths are capacities before the call. No NUL is added. */
typedef struct {
  char *key_id;
  unsigned int *key_id_len;
  unsigned char *plain_key;
  unsigned int *plain_key_len;
  /* Text: hexadecimal digits in Huawei's API, base64 in AWS's. */
  unsigned char *cipher_key;
  unsigned int *cipher_key_len;
} datakey_t;

/* [inferred] */
typedef struct {
  unsigned char *random;
  unsigned int *random_len;
} random_data_t;

/* [inferred] The input and the output of decryption. A ciphertext as text is base64. */
typedef struct {
  const unsigned char *data_in;
  unsigned int data_in_len;
  unsigned char *data_out;
  unsigned int *data_out_len;
} plain_cipher_buff_t;

/* [inferred] */
void sig_params_init(sig_params_t *params);
/* [inferred] Frees the headers and the context, and clears everything. */
void sig_params_free(sig_params_t *params);
/* [inferred] Adds a copy. NULL if there is no memory, or the name or the value is NULL. */
sig_header_t *sig_headers_add(sig_headers_t *headers, const char *name, const char *value);
/* [inferred] The first header of that name, in any case; NULL if there is none. */
sig_header_t *sig_headers_get(sig_headers_t *headers, const char *name);
/* [inferred] */
void sig_headers_free(sig_headers_t *headers);

/* [own] Why the last call with these parameters failed; never NULL. */
const kms_error_t *kms_last_error(const sig_params_t *params);

/*
 * [documented] The names. [inferred] The arguments. A call returns one of the statuses above, and writes output buffers only if
 * it succeeds. It waits as long as the parent lets it wait. The variants without a proxy connect to PARENT_CID and
 * DEFAULT_PROXY_PORT.
 */

/* A new data key of `key_bits` (a multiple of 8, at most 8,192), and its ciphertext under the key of `handle`. */
unsigned long kms_generate_datakey_blocking(sig_params_t *params, const keyid_handle_t *handle, unsigned int key_bits,
                                            datakey_t *datakey);
unsigned long kms_generate_datakey_blocking_with_proxy(sig_params_t *params, const keyid_handle_t *handle,
                                                       unsigned int key_bits, datakey_t *datakey, unsigned int cid,
                                                       unsigned int port);

/* 1 to 1,024 random bytes of the KMS. */
unsigned long kms_gen_random_blocking(sig_params_t *params, unsigned int length, random_data_t *random);
unsigned long kms_gen_random_blocking_with_proxy(sig_params_t *params, unsigned int length, random_data_t *random,
                                                 unsigned int cid, unsigned int port);

/* Decrypts a ciphertext of up to 4,096 bytes of plaintext. */
unsigned long kms_decrypt_data_blocking(sig_params_t *params, const keyid_handle_t *handle, plain_cipher_buff_t *data);
unsigned long kms_decrypt_data_blocking_with_proxy(sig_params_t *params, const keyid_handle_t *handle,
                                                   plain_cipher_buff_t *data, unsigned int cid, unsigned int port);

/*
 * [own] Decrypts a data key of `key_bits`, for which Huawei's API has an operation of its own. Its ciphertext as text is
 * that of kms_generate_datakey_blocking.
 */
unsigned long kms_decrypt_datakey_blocking(sig_params_t *params, const keyid_handle_t *handle, unsigned int key_bits,
                                           plain_cipher_buff_t *data);
unsigned long kms_decrypt_datakey_blocking_with_proxy(sig_params_t *params, const keyid_handle_t *handle,
                                                      unsigned int key_bits, plain_cipher_buff_t *data,
                                                      unsigned int cid, unsigned int port);

#ifdef __cplusplus
}
#endif
#endif
