/* The module by the names of nsm.h. */
#include <nsm.h>
#include <string.h>

#include "module.h"

/* The number of each of QTSM's codes, which has another order, and one more code: of its certificate. */
static ErrorCode code_of(int code) {
  static const uint8_t CODES[] = {
      [NO_ERROR] = ERROR_CODE_SUCCESS,
      [INVALID_INDEX] = ERROR_CODE_INVALID_INDEX,
      [INVALID_RESPONSE] = ERROR_CODE_INVALID_RESPONSE,
      [INVALID_ARGUMENT] = ERROR_CODE_INVALID_ARGUMENT,
      [READ_ONLY_INDEX] = ERROR_CODE_READ_ONLY_INDEX,
      [INVALID_OPERATION] = ERROR_CODE_INVALID_OPERATION,
      [BUFFER_TOO_SMALL] = ERROR_CODE_BUFFER_TOO_SMALL,
      [INPUT_TOO_LARGE] = ERROR_CODE_INPUT_TOO_LARGE,
      [INTERNAL_ERROR] = ERROR_CODE_INTERNAL_ERROR,
      [INVALID_QTSM_CERT] = ERROR_CODE_INTERNAL_ERROR,
  };
  return (ErrorCode)CODES[code];
}

#define CHECK_OPEN(fd) \
  if (module_check(KIND_NSM, fd) != NO_ERROR) return ERROR_CODE_INTERNAL_ERROR

int32_t nsm_lib_init(void) {
  return module_open(KIND_NSM);
}

void nsm_lib_exit(int32_t fd) {
  module_close(KIND_NSM, fd);
}

ErrorCode nsm_describe_pcr(int32_t fd, uint16_t index, bool *lock, uint8_t *data, uint32_t *data_len) {
  CHECK_OPEN(fd);
  return code_of(module_describe_pcr(index, lock, (struct output){data, data_len}));
}

ErrorCode nsm_extend_pcr(int32_t fd, uint16_t index, const uint8_t *data, uint32_t data_len, uint8_t *pcr_data,
                         uint32_t *pcr_data_len) {
  CHECK_OPEN(fd);
  return code_of(
      module_extend_pcr(index, (struct input){data, data_len}, (struct output){pcr_data, pcr_data_len}));
}

ErrorCode nsm_lock_pcr(int32_t fd, uint16_t index) {
  CHECK_OPEN(fd);
  return code_of(module_lock_pcr(index));
}

ErrorCode nsm_lock_pcrs(int32_t fd, uint16_t range) {
  uint16_t open[QTSM_MAX_PCR_COUNT];
  uint32_t count = 0;
  CHECK_OPEN(fd);
  if (range > QTSM_MAX_PCR_COUNT) return ERROR_CODE_INVALID_INDEX;
  for (uint16_t index = 0; index < range; index++) {
    bool locked;
    uint8_t value[QTSM_PCR_MAX_LENGTH];
    uint32_t length = sizeof value;
    int code = module_describe_pcr(index, &locked, (struct output){value, &length});
    if (code != NO_ERROR) return code_of(code);
    if (!locked) open[count++] = index;
  }
  return count == 0 ? ERROR_CODE_SUCCESS : code_of(module_lock_pcrs(open, count));
}

ErrorCode nsm_get_description(int32_t fd, NsmDescription *nsm_description) {
  struct describe_qtsm from;
  CHECK_OPEN(fd);
  if (nsm_description == NULL || !is_memory(nsm_description, sizeof *nsm_description))
    return ERROR_CODE_INVALID_ARGUMENT;
  int code = module_describe(&from);
  if (code != NO_ERROR) return code_of(code);
  size_t most = sizeof nsm_description->module_id - 1;
  size_t id = from.module_id_len < most ? from.module_id_len : most;
  memset(nsm_description, 0, sizeof *nsm_description);
  nsm_description->version_major = from.version_major;
  nsm_description->version_minor = from.version_minor;
  nsm_description->version_patch = from.version_patch;
  nsm_description->max_pcrs = from.max_pcrs;
  nsm_description->digest = (Digest)from.digest;
  nsm_description->module_id_len = id;
  memcpy(nsm_description->module_id, from.module_id, id);
  nsm_description->locked_pcrs_len = from.locked_pcrs_num;
  memcpy(nsm_description->locked_pcrs, from.locked_pcrs, sizeof from.locked_pcrs);
  return ERROR_CODE_SUCCESS;
}

/* AWS's library takes no bytes as none. */
static struct input input_of(const uint8_t *bytes, uint32_t length) {
  return (struct input){length == 0 ? NULL : bytes, bytes == NULL ? 0 : length};
}

ErrorCode nsm_get_attestation_doc(int32_t fd, const uint8_t *user_data, uint32_t user_data_len,
                                  const uint8_t *nonce_data, uint32_t nonce_len, const uint8_t *pub_key_data,
                                  uint32_t pub_key_len, uint8_t *att_doc_data, uint32_t *att_doc_len) {
  CHECK_OPEN(fd);
  return code_of(module_attest(input_of(user_data, user_data_len), input_of(nonce_data, nonce_len),
                               input_of(pub_key_data, pub_key_len), (struct output){att_doc_data, att_doc_len}));
}

ErrorCode nsm_get_random(int32_t fd, uint8_t *buf, uintptr_t *buf_len) {
  if (fd < 0 || buf == NULL || buf_len == NULL || !is_memory(buf_len, sizeof *buf_len) || *buf_len == 0)
    return ERROR_CODE_INVALID_ARGUMENT;
  CHECK_OPEN(fd);
  if (*buf_len > RANDOM_LENGTH) *buf_len = RANDOM_LENGTH;
  return code_of(module_random(buf, *buf_len));
}
