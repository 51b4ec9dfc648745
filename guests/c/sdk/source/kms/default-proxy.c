/* The calls without the address of a proxy. */
#include "qtsm_kms.h"

unsigned long kms_generate_datakey_blocking(sig_params_t *params, const keyid_handle_t *handle, unsigned int key_bits,
                                            datakey_t *datakey) {
  return kms_generate_datakey_blocking_with_proxy(params, handle, key_bits, datakey, PARENT_CID, DEFAULT_PROXY_PORT);
}

unsigned long kms_gen_random_blocking(sig_params_t *params, unsigned int length, random_data_t *random) {
  return kms_gen_random_blocking_with_proxy(params, length, random, PARENT_CID, DEFAULT_PROXY_PORT);
}

unsigned long kms_decrypt_data_blocking(sig_params_t *params, const keyid_handle_t *handle, plain_cipher_buff_t *data) {
  return kms_decrypt_data_blocking_with_proxy(params, handle, data, PARENT_CID, DEFAULT_PROXY_PORT);
}

unsigned long kms_decrypt_datakey_blocking(sig_params_t *params, const keyid_handle_t *handle, unsigned int key_bits,
                                           plain_cipher_buff_t *data) {
  return kms_decrypt_datakey_blocking_with_proxy(params, handle, key_bits, data, PARENT_CID, DEFAULT_PROXY_PORT);
}
