/* AES-GCM for mbedTLS: see aes.c. */
#ifndef GCM_ALT_H
#define GCM_ALT_H

#include <stddef.h>

typedef struct mbedtls_gcm_context {
  unsigned char key[32];
  size_t key_length;
} mbedtls_gcm_context;

#endif
