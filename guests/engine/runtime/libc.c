/*
 * What wasi-libc asks of WASI preview 1, which an engine does not have: the clocks are those of preview 2, and there
 * are no files. Before the engine runs, while its memory is being made, time stands still.
 */
#include <stddef.h>
#include <stdint.h>

#include "values.h"

#define PREVIEW1(name) __imported_wasi_snapshot_preview1_##name
#define BAD_DESCRIPTOR 8
#define MONOTONIC 1

extern int is_running;

int32_t PREVIEW1(clock_time_get)(int32_t clock, int64_t precision, int32_t result) {
  (void)precision;
  uint64_t *time = (uint64_t *)(uintptr_t)result;
  *time = !is_running ? 0 : clock == MONOTONIC ? monotonic_nanoseconds() : wall_nanoseconds();
  return 0;
}

int32_t PREVIEW1(fd_write)(int32_t file, int32_t vectors, int32_t count, int32_t written) {
  (void)file, (void)vectors, (void)count, (void)written;
  return BAD_DESCRIPTOR;
}

int32_t PREVIEW1(fd_seek)(int32_t file, int64_t offset, int32_t whence, int32_t result) {
  (void)file, (void)offset, (void)whence, (void)result;
  return BAD_DESCRIPTOR;
}

int32_t PREVIEW1(fd_close)(int32_t file) {
  (void)file;
  return BAD_DESCRIPTOR;
}

int32_t PREVIEW1(fd_fdstat_get)(int32_t file, int32_t result) {
  (void)file, (void)result;
  return BAD_DESCRIPTOR;
}

/* With the instructions of bulk memory, which Debian's wasi-libc does not use. */
void *memcpy(void *to, const void *from, size_t length) { return __builtin_memcpy(to, from, length); }
void *memmove(void *to, const void *from, size_t length) { return __builtin_memmove(to, from, length); }
void *memset(void *at, int byte, size_t length) { return __builtin_memset(at, byte, length); }
