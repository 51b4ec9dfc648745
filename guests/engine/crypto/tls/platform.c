/* What mbedTLS needs of a platform: memory, the time, random bytes. */
#include "platform.h"

#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform_time.h>
#include <mbedtls/platform_util.h>
#include <psa/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "../module.h"

#define DAY 86400

static br_hmac_drbg_context generator;
static uint32_t now;

/* The allocator's memory comes once from the arena, which is never emptied in the instance that TLS has. */
int platform_begin(const void *seed, size_t length, size_t heap_length) {
  unsigned char *heap = malloc(heap_length);
  if (!heap) return 0;
  mbedtls_memory_buffer_alloc_init(heap, heap_length);
  br_hmac_drbg_init(&generator, &br_sha256_vtable, seed, length);
  return 1;
}

void platform_stir(const void *seed, size_t length) {
  br_hmac_drbg_update(&generator, seed, length);
}

void platform_set_time(uint32_t seconds) {
  now = seconds;
}

int platform_random(void *unused, unsigned char *to, size_t length) {
  (void)unused;
  br_hmac_drbg_generate(&generator, to, length);
  return 0;
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *to, size_t size, size_t *length) {
  (void)context;
  platform_random(NULL, to, size);
  *length = size;
  return PSA_SUCCESS;
}

int64_t tls_time(int64_t *to) {
  if (to) *to = now;
  return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
  return (mbedtls_ms_time_t)now * 1000;
}

/* The civil date of a day, in the calendar whose years begin in March. */
struct tm *mbedtls_platform_gmtime_r(const int64_t *time, struct tm *date) {
  uint32_t days = (uint32_t)(*time / DAY) + 719468, rest = (uint32_t)(*time % DAY);
  uint32_t era = days / 146097, of_era = days % 146097;
  uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  uint32_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
  memset(date, 0, sizeof *date);
  date->tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1);
  date->tm_mon = (int)(month < 10 ? month + 2 : month - 10);
  date->tm_year = (int)(year + era * 400 + (month >= 10)) - 1900;
  date->tm_hour = (int)(rest / 3600), date->tm_min = (int)(rest / 60 % 60), date->tm_sec = (int)(rest % 60);
  return date;
}

void mbedtls_platform_zeroize(void *at, size_t length) {
  sodium_memzero(at, length);
}

/* mbedTLS writes text only where it describes things, which is not compiled. */
int tls_snprintf(char *to, size_t size, const char *format, ...) {
  (void)to, (void)size, (void)format;
  return -1;
}

/* The allocator's, for a heap that has been overwritten. */
void tls_exit(int status) {
  (void)status;
  __builtin_trap();
}
