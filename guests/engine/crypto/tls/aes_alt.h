/* AES for mbedTLS: see aes.c. */
#ifndef AES_ALT_H
#define AES_ALT_H

#include <stdint.h>

typedef struct mbedtls_aes_context {
  uint64_t schedule[30];
  unsigned rounds;
} mbedtls_aes_context;

#endif
