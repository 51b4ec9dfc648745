/*
 * guests/secret-signer in C, for the same clients: signs with a private key that exists only in this enclave. The key is
 * generated here, or imported as a ciphertext that only the KMS and this image can decrypt; it is stored outside only
 * encrypted under a data key of the KMS. The image's environment: KMS_IDENTITY and KMS_KEY.
 */
#include <qtsm_kms.h>
#include <qtsm_lib.h>
#include <stdlib.h>
#include <webclave/crypto.h>
#include <webclave/service.h>

enum { PORT = 5000, DATA_KEY_LENGTH = 32, WRAPPED_MAX = 4096, DOCUMENT_MAX = 0x6000 };
enum { SEALED_LENGTH = WEBCLAVE_P256_KEY_LENGTH + WEBCLAVE_AES_GCM_OVERHEAD };

static uint8_t private_key[WEBCLAVE_P256_KEY_LENGTH];
static bool has_key;
static int module;

/* A member that is a byte string or a text. */
static bool bytes_of(struct webclave_value object, const char *name, const uint8_t **bytes, size_t *length) {
  struct webclave_value member;
  return webclave_member(object, name, &member) &&
         (webclave_bytes(member, bytes, length) || webclave_text(member, (const char **)bytes, length));
}

/* The caller's access key, which is not sufficient to decrypt anything, and the context of this service. */
static bool prepare(sig_params_t *params, struct webclave_value request, struct webclave_answer *answer) {
  const uint8_t *id, *secret;
  size_t id_length, secret_length;
  struct webclave_value credentials;
  sig_params_init(params);
  if (!webclave_member(request, "credentials", &credentials) ||
      !bytes_of(credentials, "accessKeyId", &id, &id_length) ||
      !bytes_of(credentials, "secretAccessKey", &secret, &secret_length)) {
    webclave_fail(answer, "E_KMS_OPTIONS", "the request has no credentials");
    return false;
  }
  params->dialect = KMS_DIALECT_AWS;
  params->binary_ciphertexts = true;
  params->key = (sig_str_t){(char *)id, id_length};
  params->secret = (sig_str_t){(char *)secret, secret_length};
  sig_headers_add(&params->encryption_context, "service", "secret-signer");
  return true;
}

static keyid_handle_t key_handle(void) {
  char *id = getenv("KMS_KEY");
  return (keyid_handle_t){id, id == NULL ? 0 : strlen(id)};
}

static void fail_with(struct webclave_answer *answer, const sig_params_t *params) {
  const kms_error_t *error = kms_last_error(params);
  webclave_fail(answer, error->code, error->message);
}

/* Encrypts the key for the parent to store, and uses it from now on. */
static void adopt(sig_params_t *params, const uint8_t *key, struct webclave_answer *answer) {
  char id[256];
  uint8_t data_key[DATA_KEY_LENGTH], wrapped[WRAPPED_MAX], sealed[SEALED_LENGTH], public_key[WEBCLAVE_P256_PUBLIC_LENGTH];
  unsigned int id_length = sizeof id, data_key_length = sizeof data_key, wrapped_length = sizeof wrapped;
  datakey_t made = {id, &id_length, data_key, &data_key_length, wrapped, &wrapped_length};
  keyid_handle_t handle = key_handle();
  if (!webclave_p256_public(key, public_key)) return webclave_fail(answer, "E_CRYPTO_INPUT", "it is not a private key");
  if (kms_generate_datakey_blocking(params, &handle, 8 * DATA_KEY_LENGTH, &made) != KMS_SUCCESS)
    return fail_with(answer, params);
  bool is_sealed = webclave_aes_gcm_seal(data_key, data_key_length, key, WEBCLAVE_P256_KEY_LENGTH, public_key,
                                         sizeof public_key, sealed);
  webclave_wipe(data_key, sizeof data_key);
  if (!is_sealed) return webclave_fail(answer, "E_QTSM", "there are no random bytes");
  memcpy(private_key, key, sizeof private_key);
  has_key = true;
  webclave_put_object(answer, 3);
  webclave_put_text(answer, "wrapped");
  webclave_put_bytes(answer, wrapped, wrapped_length);
  webclave_put_text(answer, "sealed");
  webclave_put_bytes(answer, sealed, sizeof sealed);
  webclave_put_text(answer, "publicKey");
  webclave_put_bytes(answer, public_key, sizeof public_key);
}

static void generate(struct webclave_value request, struct webclave_answer *answer, void *context) {
  (void)context;
  sig_params_t params;
  uint8_t key[WEBCLAVE_P256_KEY_LENGTH];
  if (prepare(&params, request, answer)) {
    if (webclave_p256_generate(key)) adopt(&params, key, answer);
    else webclave_fail(answer, "E_QTSM", "there are no random bytes");
    webclave_wipe(key, sizeof key);
  }
  sig_params_free(&params);
}

/* A key of 32 bytes that its owner has encrypted in the KMS with the context of this service. */
static void import(struct webclave_value request, struct webclave_answer *answer, void *context) {
  (void)context;
  sig_params_t params;
  const uint8_t *ciphertext;
  size_t length;
  uint8_t key[WEBCLAVE_P256_KEY_LENGTH];
  unsigned int key_length = sizeof key;
  keyid_handle_t handle = key_handle();
  if (prepare(&params, request, answer)) {
    if (!bytes_of(request, "ciphertext", &ciphertext, &length)) {
      webclave_fail(answer, "E_ARGUMENT", "the request has no ciphertext");
    } else {
      plain_cipher_buff_t data = {ciphertext, (unsigned int)length, key, &key_length};
      if (kms_decrypt_data_blocking(&params, &handle, &data) != KMS_SUCCESS) fail_with(answer, &params);
      else if (key_length != sizeof key) webclave_fail(answer, "E_CRYPTO_INPUT", "the key does not have 32 bytes");
      else adopt(&params, key, answer);
      webclave_wipe(key, sizeof key);
    }
  }
  sig_params_free(&params);
}

static void open_kept(sig_params_t *params, struct webclave_value kept, struct webclave_answer *answer) {
  const uint8_t *wrapped, *sealed, *public_key;
  size_t wrapped_length, sealed_length, public_length;
  uint8_t data_key[DATA_KEY_LENGTH], opened[WEBCLAVE_P256_KEY_LENGTH];
  unsigned int data_key_length = sizeof data_key;
  keyid_handle_t handle = key_handle();
  if (!bytes_of(kept, "wrapped", &wrapped, &wrapped_length) || !bytes_of(kept, "sealed", &sealed, &sealed_length) ||
      !bytes_of(kept, "publicKey", &public_key, &public_length) || sealed_length != SEALED_LENGTH)
    return webclave_fail(answer, "E_ARGUMENT", "the request has no kept key");
  plain_cipher_buff_t data = {wrapped, (unsigned int)wrapped_length, data_key, &data_key_length};
  if (kms_decrypt_datakey_blocking(params, &handle, 8 * DATA_KEY_LENGTH, &data) != KMS_SUCCESS)
    return fail_with(answer, params);
  bool is_open = webclave_aes_gcm_open(data_key, data_key_length, sealed, sealed_length, public_key, public_length, opened);
  webclave_wipe(data_key, sizeof data_key);
  if (!is_open) return webclave_fail(answer, "E_DECRYPT", "the kept key cannot be decrypted: its tag is wrong");
  memcpy(private_key, opened, sizeof private_key);
  webclave_wipe(opened, sizeof opened);
  has_key = true;
}

/* Loads the key that an earlier run has stored. */
static void restore(struct webclave_value request, struct webclave_answer *answer, void *context) {
  (void)context;
  sig_params_t params;
  struct webclave_value kept;
  if (prepare(&params, request, answer)) {
    if (webclave_member(request, "kept", &kept)) open_kept(&params, kept, answer);
    else webclave_fail(answer, "E_ARGUMENT", "the request has no kept key");
  }
  sig_params_free(&params);
}

static bool has_no_key(struct webclave_answer *answer) {
  if (!has_key) webclave_fail(answer, "E_SIGNER_EMPTY", "there is no key: generate, import or restore one");
  return !has_key;
}

/* A document that contains the nonce, and as user data the SHA-256 of the public key. */
static void prove(struct webclave_value request, struct webclave_answer *answer, void *context) {
  (void)context;
  const uint8_t *nonce;
  size_t nonce_length;
  static uint8_t document[DOCUMENT_MAX];
  uint32_t length = sizeof document;
  uint8_t public_key[WEBCLAVE_P256_PUBLIC_LENGTH], digest[WEBCLAVE_SHA256_LENGTH];
  if (has_no_key(answer)) return;
  if (!bytes_of(request, "nonce", &nonce, &nonce_length)) return webclave_fail(answer, "E_ARGUMENT", "there is no nonce");
  webclave_p256_public(private_key, public_key);
  webclave_sha256(public_key, sizeof public_key, digest);
  if (qtsm_get_attestation(module, digest, sizeof digest, nonce, (uint32_t)nonce_length, NULL, 0, document, &length) !=
      NO_ERROR)
    return webclave_fail(answer, "E_QTSM", "there is no document");
  webclave_put_object(answer, 2);
  webclave_put_text(answer, "document");
  webclave_put_bytes(answer, document, length);
  webclave_put_text(answer, "publicKey");
  webclave_put_bytes(answer, public_key, sizeof public_key);
}

/* ECDSA with SHA-256, in DER. */
static void sign(struct webclave_value request, struct webclave_answer *answer, void *context) {
  (void)context;
  const uint8_t *message;
  size_t length;
  uint8_t signature[WEBCLAVE_P256_SIGNATURE_MAX];
  if (has_no_key(answer)) return;
  if (!bytes_of(request, "message", &message, &length)) return webclave_fail(answer, "E_ARGUMENT", "there is no message");
  webclave_put_bytes(answer, signature, webclave_p256_sign(private_key, message, length, signature));
}

int main(void) {
  static const struct webclave_function FUNCTIONS[] = {
      {"generate", generate}, {"import", import}, {"restore", restore}, {"prove", prove}, {"sign", sign}};
  module = qtsm_lib_init();
  return webclave_serve(PORT, FUNCTIONS, sizeof FUNCTIONS / sizeof *FUNCTIONS, NULL);
}
