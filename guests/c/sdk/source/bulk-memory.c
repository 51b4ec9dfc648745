/* WebAssembly copies and fills memory by itself, which takes less room and time than the loops of wasi-libc. */
#include <string.h>

/* Not by an option: with it, clang 14 cannot compile what uses errno. */
#define BULK_MEMORY __attribute__((target("bulk-memory")))

BULK_MEMORY void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  return __builtin_memcpy(to, from, length);
}

BULK_MEMORY void *memmove(void *to, const void *from, size_t length) {
  return __builtin_memmove(to, from, length);
}

BULK_MEMORY void *memset(void *to, int byte, size_t length) {
  return __builtin_memset(to, byte, length);
}
