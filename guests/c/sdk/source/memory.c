/* The memory that the host asks for when a function returns a list. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

static void *next_target;
static size_t next_capacity;

void host_receive_into(void *target, size_t capacity) {
  next_target = target;
  next_capacity = capacity;
}

void host_received(void) {
  next_target = NULL;
}

void *memory_grow(void *old, size_t length, size_t capacity) {
  void *grown = malloc(capacity);
  if (grown == NULL) return NULL;
  if (length > 0) memcpy(grown, old, length);
  if (old != NULL) explicit_bzero(old, length);
  free(old);
  return grown;
}

/* Alignments of the canonical ABI are at most 8, which those of malloc are too. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t alignment,
                                                                size_t size) {
  (void)old_size;
  if (size == 0) return (void *)alignment;
  if (old == NULL && next_target != NULL && size <= next_capacity) {
    void *target = next_target;
    next_target = NULL;
    return target;
  }
  /* The host only asks for new memory. */
  void *memory = old == NULL ? malloc(size) : NULL;
  /* The host cannot be told that there is none. */
  if (memory == NULL) __builtin_trap();
  return memory;
}
