/*
 * The same security module by the names of AWS's Nitro Security Module (libnsm, nsm.h), with its error codes. Lengths
 * that are pointers have the capacity of a buffer before the call and the size of the result after it. A descriptor that
 * is not open is ERROR_CODE_INTERNAL_ERROR.
 */
#ifndef NSM_LIB_H
#define NSM_LIB_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 } Digest;

typedef enum {
  ERROR_CODE_SUCCESS,
  ERROR_CODE_INVALID_ARGUMENT,
  ERROR_CODE_INVALID_INDEX,
  ERROR_CODE_INVALID_RESPONSE,
  ERROR_CODE_READ_ONLY_INDEX,
  ERROR_CODE_INVALID_OPERATION,
  ERROR_CODE_BUFFER_TOO_SMALL,
  ERROR_CODE_INPUT_TOO_LARGE,
  ERROR_CODE_INTERNAL_ERROR
} ErrorCode;

typedef struct NsmDescription {
  uint16_t version_major, version_minor, version_patch;
  uint8_t module_id[100]; /* ends in a zero byte, which the length does not count */
  uint32_t module_id_len;
  uint16_t max_pcrs;
  uint16_t locked_pcrs[64];
  uint32_t locked_pcrs_len;
  Digest digest;
} NsmDescription;

/* A descriptor of the module, 0 or more; negative if there can be no more. */
int32_t nsm_lib_init(void);
void nsm_lib_exit(int32_t fd);

ErrorCode nsm_describe_pcr(int32_t fd, uint16_t index, bool *lock, uint8_t *data, uint32_t *data_len);
ErrorCode nsm_extend_pcr(int32_t fd, uint16_t index, const uint8_t *data, uint32_t data_len, uint8_t *pcr_data,
                         uint32_t *pcr_data_len);
ErrorCode nsm_lock_pcr(int32_t fd, uint16_t index);
/* Locks PCR 0 up to but not including PCR `range`, those too that are locked already. */
ErrorCode nsm_lock_pcrs(int32_t fd, uint16_t range);
ErrorCode nsm_get_description(int32_t fd, NsmDescription *nsm_description);
/* NULL, or no bytes, is no user data, nonce or public key. */
ErrorCode nsm_get_attestation_doc(int32_t fd, const uint8_t *user_data, uint32_t user_data_len,
                                  const uint8_t *nonce_data, uint32_t nonce_len, const uint8_t *pub_key_data,
                                  uint32_t pub_key_len, uint8_t *att_doc_data, uint32_t *att_doc_len);
/* At most 256 bytes; the length says how many. */
ErrorCode nsm_get_random(int32_t fd, uint8_t *buf, uintptr_t *buf_len);

#ifdef __cplusplus
}
#endif

#endif
