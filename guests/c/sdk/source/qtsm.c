/* The module by the names of qtsm_lib.h. */
#include <stdlib.h>

#include "module.h"

/* Returns from the function unless `fd` is open. */
#define CHECK_OPEN(fd) \
  if (module_check(KIND_QTSM, fd) != NO_ERROR) return INTERNAL_ERROR

int qtsm_lib_init(void) {
  return module_open(KIND_QTSM);
}

void qtsm_lib_exit(int qtsm_dev_fd) {
  module_close(KIND_QTSM, qtsm_dev_fd);
}

int qtsm_describe_pcr(const int fd, const uint16_t index, bool *locked, uint8_t *data, uint32_t *data_len) {
  CHECK_OPEN(fd);
  return module_describe_pcr(index, locked, (struct output){data, data_len});
}

int qtsm_extend_pcr(const int fd, const uint16_t index, const uint8_t *req_data, const uint32_t req_data_len,
                    uint8_t *pcr_data, uint32_t *pcr_data_len) {
  CHECK_OPEN(fd);
  return module_extend_pcr(index, (struct input){req_data, req_data_len}, (struct output){pcr_data, pcr_data_len});
}

int qtsm_lock_pcr(const int fd, const uint16_t index, bool *locked) {
  return qtsm_lock_pcrs(fd, 1, &index, locked);
}

int qtsm_lock_pcrs(const int fd, const uint32_t count, const uint16_t *range, bool *locked) {
  CHECK_OPEN(fd);
  if (locked == NULL || !is_memory(locked, sizeof *locked)) return INVALID_ARGUMENT;
  int code = module_lock_pcrs(range, count);
  if (code == NO_ERROR) *locked = true;
  return code;
}

int qtsm_get_describe(const int fd, struct describe_qtsm *qtsm_description) {
  CHECK_OPEN(fd);
  return module_describe(qtsm_description);
}

int qtsm_get_attestation(const int fd, const uint8_t *user_data, const uint32_t user_data_len,
                         const uint8_t *nonce_data, const uint32_t nonce_data_len, const uint8_t *pubkey_data,
                         const uint32_t pubkey_len, uint8_t *att_doc_data, uint32_t *att_doc_data_len) {
  CHECK_OPEN(fd);
  return module_attest((struct input){user_data, user_data_len}, (struct input){nonce_data, nonce_data_len},
                       (struct input){pubkey_data, pubkey_len}, (struct output){att_doc_data, att_doc_data_len});
}

int qtsm_get_random(int fd, uint8_t *rnd_data, uint32_t rnd_data_len) {
  CHECK_OPEN(fd);
  return module_random(rnd_data, rnd_data_len);
}

struct attestation_document *qtsm_new_doc(void) {
  return calloc(1, sizeof(struct attestation_document));
}

void qtsm_free_doc(struct attestation_document **doc) {
  if (doc == NULL) return;
  free(*doc);
  *doc = NULL;
}
