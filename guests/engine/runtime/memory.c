/*
 * The engine's memory: that of the C library, and a reserve that is freed when memory runs out, so that the error can be
 * created. Without memory for it, QuickJS throws null.
 */
#include "memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Enough for an error with its stack and for the text of it. */
#define RESERVE 131072

extern int is_running;

static void *reserve;
static int has_run_out;

static void *checked(void *at, size_t length) {
  if (at || length == 0) return at;
  has_run_out = 1;
  free(reserve);
  reserve = NULL;
  return NULL;
}

static void *new_zeros(void *opaque, size_t count, size_t size) {
  (void)opaque;
  return checked(calloc(count, size), count * size);
}

static void *new_bytes(void *opaque, size_t size) {
  (void)opaque;
  return checked(malloc(size), size);
}

/* While the engine is built, released memory is cleared, because the built engine does not store zeros. */
static void give_back(void *opaque, void *at) {
  (void)opaque;
  if (at && !is_running) memset(at, 0, malloc_usable_size(at));
  free(at);
}

static void *resize(void *opaque, void *at, size_t size) {
  (void)opaque;
  return checked(realloc(at, size), size);
}

static size_t usable_size(const void *at) { return malloc_usable_size((void *)at); }

const JSMallocFunctions engine_memory = { new_zeros, new_bytes, give_back, resize, usable_size };

void keep_reserve(void) {
  if (!reserve) reserve = malloc(RESERVE);
}

int memory_has_run_out(void) { return has_run_out; }
