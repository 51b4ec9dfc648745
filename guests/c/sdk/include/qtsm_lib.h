/*
 * The QingTian Security Module of an enclave, with the functions, structures, limits and error codes of Huawei's
 * qtsm_lib.h. Each `…_len` argument that is a pointer has the capacity of its buffer before the call and the size of the
 * result after it; if the buffer is too small, the needed size. Every function but `qtsm_lib_init` and `qtsm_lib_exit`
 * returns an error_code, or for `verify_parse_cboren_doc` also a cbor_errcode. NULL where something is needed is
 * INVALID_ARGUMENT, and a descriptor that is not open INTERNAL_ERROR.
 */
#ifndef QTSM_LIB_H
#define QTSM_LIB_H

#include <stdbool.h>
#include <stdint.h>

#define QTSM_PCR_MAX_LENGTH 64
#define QTSM_MAX_PCR_COUNT 32
#define QTSM_MODULE_ID_MAX_SIZE 128
#define QTSM_CERTIFICATE_MAX_SIZE 4096
#define QTSM_CERTIFICATE_MAX_DEPTH 4
#define QTSM_PUBLIC_KEY_MAX_SIZE 1024
#define QTSM_USER_DATA_MAX_SIZE 512
#define QTSM_NONCE_MAX_SIZE 512
#define QTSM_SIGNATURE_MAX_SIZE 128

#ifdef __cplusplus
extern "C" {
#endif

enum error_code {
  NO_ERROR = 0,
  INVALID_INDEX = 1,
  INVALID_RESPONSE = 2,
  INVALID_ARGUMENT = 3,
  READ_ONLY_INDEX = 4,
  INVALID_OPERATION = 5,
  BUFFER_TOO_SMALL = 6,
  INPUT_TOO_LARGE = 7,
  INTERNAL_ERROR = 8,
  INVALID_QTSM_CERT = 9
};

enum cbor_errcode {
  CBOR_INVALID_PARAM = 20,
  CBOR_TAG_ERROR = 21,
  COBR_TIMESTAMP_ERROR = 22,
  CBOR_SIG_ALG_ERROR = 23,
  CBOR_LOAD_ERROR = 24,
  CBOR_TYPE_ERROR = 25,
  CBOR_CONTENT_ERROR = 26,
  CBOR_DATA_INDEFINITE = 27,
  CBOR_CERT_ERROR = 28,
  CBOR_CABUNDLES_ERROR = 29,
  CBOR_CERT_VRY_ERROR = 30,
  CBOR_CERT_PUBKEY_ERROR = 31,
  CBOR_SIG_ERROR = 32
};

enum digest_alg { QTSM_SHA256 = 0, QTSM_SHA384 = 1, QTSM_SHA512 = 2 };

typedef struct describe_qtsm {
  uint16_t version_major, version_minor, version_patch;
  uint32_t module_id_len;
  char module_id[QTSM_MODULE_ID_MAX_SIZE];
  uint16_t max_pcrs;
  uint32_t locked_pcrs_num;
  uint16_t locked_pcrs[QTSM_MAX_PCR_COUNT];
  enum digest_alg digest;
} describe_qtsm;

typedef struct pcr_raw {
  uint16_t index;
  uint8_t data[QTSM_PCR_MAX_LENGTH];
} pcr_raw;

typedef struct pcr_raws {
  uint32_t pcrs_num;
  struct pcr_raw pcrs[QTSM_MAX_PCR_COUNT];
} pcr_raws;

typedef struct cabundle_raw {
  uint32_t data_len;
  uint8_t data[QTSM_CERTIFICATE_MAX_SIZE];
} cabundle_raw;

typedef struct cabundles_raws {
  uint32_t ca_bundle_num;
  struct cabundle_raw cabundles[QTSM_CERTIFICATE_MAX_DEPTH];
} cabundles_raws;

typedef struct attestation_doc {
  char module_id[QTSM_MODULE_ID_MAX_SIZE];
  uint64_t timestamp; /* milliseconds since 1970 */
  enum digest_alg digest;
  struct pcr_raws pcrs;
  uint32_t cert_len;
  uint8_t certificate[QTSM_CERTIFICATE_MAX_SIZE];
  struct cabundles_raws ca_bundles;
  uint32_t user_data_len;
  uint8_t user_data[QTSM_USER_DATA_MAX_SIZE];
  uint32_t nonce_len;
  uint8_t nonce[QTSM_NONCE_MAX_SIZE];
  uint32_t pubkey_len;
  uint8_t pubkey[QTSM_PUBLIC_KEY_MAX_SIZE];
} attestation_doc;

typedef struct attestation_document {
  struct attestation_doc doc;
  uint8_t signature[QTSM_SIGNATURE_MAX_SIZE];
} attestation_document;

/* A descriptor of the module, 0 or more; negative if there can be no more. */
int qtsm_lib_init(void);
/* Closes it. What is not open is ignored. */
void qtsm_lib_exit(int qtsm_dev_fd);

/* The PCR at `index`, 0 to 31: 48 bytes. */
int qtsm_describe_pcr(const int fd, const uint16_t index, bool *locked, uint8_t *data, uint32_t *data_len);
/* Replaces the PCR by SHA-384(its value || req_data) and gives the new value, 48 bytes. */
int qtsm_extend_pcr(const int fd, const uint16_t index, const uint8_t *req_data, const uint32_t req_data_len,
                    uint8_t *pcr_data, uint32_t *pcr_data_len);
/* Locks the PCR for good; `locked` becomes true. */
int qtsm_lock_pcr(const int fd, const uint16_t index, bool *locked);
/* Locks the PCRs whose indexes `range` lists, all or none of them. */
int qtsm_lock_pcrs(const int fd, const uint32_t count, const uint16_t *range, bool *locked);
int qtsm_get_describe(const int fd, struct describe_qtsm *qtsm_description);
/* A signed attestation document, at most 24,576 bytes. NULL is no user data, nonce or public key. */
int qtsm_get_attestation(const int fd, const uint8_t *user_data, const uint32_t user_data_len,
                         const uint8_t *nonce_data, const uint32_t nonce_data_len, const uint8_t *pubkey_data,
                         const uint32_t pubkey_len, uint8_t *att_doc_data, uint32_t *att_doc_data_len);
/* Random bytes of the module, 1 to 256. */
int qtsm_get_random(int fd, uint8_t *rnd_data, uint32_t rnd_data_len);

/* Memory for a document, zero; NULL if there is none. */
struct attestation_document *qtsm_new_doc(void);
/* Frees it, and sets the pointer to NULL. */
void qtsm_free_doc(struct attestation_document **doc);
/*
 * Reads a document, verifies its signature by the certificate in it, and that certificate by the bundle in it. It has no
 * root to compare with: whoever calls it compares `ca_bundles.cabundles[0]` with the root that they trust.
 */
int verify_parse_cboren_doc(const uint8_t *doc_cose, const uint32_t doc_len, struct attestation_document *cur_doc);

#ifdef __cplusplus
}
#endif

#endif
