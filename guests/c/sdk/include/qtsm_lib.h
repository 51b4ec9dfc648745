/* The QTSM's functions for C programs: what Huawei's qtsm_lib.h documents. Only those that the KMS client uses. */
#ifndef QTSM_LIB_H
#define QTSM_LIB_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

int qtsm_lib_init(void);
void qtsm_lib_exit(int qtsm_dev_fd);
int qtsm_get_attestation(const int fd, const uint8_t *user_data, const uint32_t user_data_len,
                         const uint8_t *nonce_data, const uint32_t nonce_data_len, const uint8_t *pubkey_data,
                         const uint32_t pubkey_len, uint8_t *att_doc_data, uint32_t *att_doc_data_len);
int qtsm_get_random(int fd, uint8_t *rnd_data, uint32_t rnd_data_len);

#ifdef __cplusplus
}
#endif
#endif
