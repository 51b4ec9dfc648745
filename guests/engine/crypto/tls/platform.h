/* What mbedTLS needs of a platform. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Once: takes memory, of which a session needs about 40,000 bytes, and seeds the generator. Returns 0 if there is none. */
int platform_begin(const void *seed, size_t length, size_t heap_length);

/* Adds random bytes to the generator. */
void platform_stir(const void *seed, size_t length);

/* Seconds since 1970. */
void platform_set_time(uint32_t seconds);

/* Always succeeds. */
int platform_random(void *unused, unsigned char *to, size_t length);

#endif
