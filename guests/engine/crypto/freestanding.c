/*
 * The functions of a C library that the libraries need, in a module without imports. Copying uses bulk memory
 * instructions; memory is allocated from an arena above the data, which is emptied after each call.
 */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536
#define ALIGNMENT 64

extern unsigned char __heap_base;

int errno;

static uintptr_t next;

void *malloc(size_t length) {
  if (next == 0) next = (uintptr_t)&__heap_base;
  uintptr_t start = (next + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
  uintptr_t have = __builtin_wasm_memory_size(0) * PAGE;
  if (length > UINT32_MAX - start) return NULL;
  uintptr_t end = start + length;
  if (end > have && __builtin_wasm_memory_grow(0, (end - have + PAGE - 1) / PAGE) == SIZE_MAX) return NULL;
  next = end;
  return (void *)start;
}

void free(void *at) {
  (void)at;
}

void arena_empty(void) {
  uintptr_t start = (uintptr_t)&__heap_base;
  if (next > start) memset((void *)start, 0, next - start);
  next = start;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  return __builtin_memcpy(to, from, length);
}

void *memmove(void *to, const void *from, size_t length) {
  return __builtin_memmove(to, from, length);
}

void *memset(void *at, int byte, size_t length) {
  return __builtin_memset(at, byte, length);
}

int memcmp(const void *one, const void *other, size_t length) {
  const unsigned char *left = one, *right = other;
  for (size_t at = 0; at < length; at++) {
    if (left[at] != right[at]) return left[at] - right[at];
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

int strcmp(const char *one, const char *other) {
  while (*one && *one == *other) one++, other++;
  return (unsigned char)*one - (unsigned char)*other;
}

char *strchr(const char *text, int unit) {
  for (; *text != (char)unit; text++) {
    if (!*text) return NULL;
  }
  return (char *)text;
}

/* libsodium's function for clearing memory that is not read afterwards. */
void sodium_memzero(void *at, size_t length) {
  memset(at, 0, length);
  __asm__ volatile("" : : "r"(at) : "memory");
}

int sodium_is_zero(const unsigned char *at, size_t length) {
  volatile unsigned char any = 0;
  for (size_t i = 0; i < length; i++) any |= at[i];
  return any == 0;
}

/* Called by libsodium after an invalid call. */
void sodium_misuse(void) {
  __builtin_trap();
}
