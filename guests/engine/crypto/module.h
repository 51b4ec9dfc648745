/* What the files of this module share: the buffer through which everything goes in and out, and the running hash. */
#ifndef MODULE_H
#define MODULE_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"

#define EXPORT(name) __attribute__((export_name(name)))
#define BUFFER_LENGTH 65536
#define MAX_DIGEST 64

extern unsigned char buffer[BUFFER_LENGTH];

/* Clears memory that is not read afterwards. */
void sodium_memzero(void *at, size_t length);

/* The hash function with digests of so many bits: 160, 256, 384 or 512. */
const br_hash_class *digest(uint32_t bits);

/* Begins the running hash. `hash_update` continues it with what is in the buffer. */
void hash_begin(uint32_t bits);

/* Continues it with other bytes. */
void hash_add(const void *data, size_t length);

/* Writes the digest, and returns its length. */
size_t hash_finish(void *to);

/* Clears the state of the operations in ed25519.c and modes.c. */
void ed25519_wipe(void);
void modes_wipe(void);

#endif
