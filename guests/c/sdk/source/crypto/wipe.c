/* Clearing secrets. */
#include <string.h>

#include "webclave/crypto.h"

void webclave_wipe(void *at, size_t length) {
  if (length == 0) return;
  memset(at, 0, length);
  /* For the compiler, this may read what was written. */
  __asm__ volatile("" : : "r"(at) : "memory");
}
