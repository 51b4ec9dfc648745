/*
 * The functions of files that sockets have too. They come before those of wasi-libc, which know only WASI's own
 * descriptors; those go to WASI as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wasi/api.h>
#include <wasi/libc.h>

#include "descriptors.h"

bool is_file(int fd) {
  __wasi_fdstat_t status;
  return fd >= 0 && __wasi_fd_fdstat_get(fd, &status) == 0;
}

/*
 * The only device that a program opens by its name: to ask for its CID. wasi-libc has `open` in one object with what it
 * calls, so the linker gives this one to callers by --wrap.
 */
int __wrap_open(const char *path, int flags, ...) {
  struct descriptor *made;
  if (path != NULL && strcmp(path, "/dev/vsock") == 0) return descriptor_create(KIND_VSOCK_DEVICE, &made);
  return __wasilibc_open_nomode(path, flags);
}

ssize_t read(int fd, void *bytes, size_t length) {
  return readv(fd, &(struct iovec){bytes, length}, 1);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  return writev(fd, &(struct iovec){(void *)bytes, length}, 1);
}

int close(int fd) {
  if (descriptor_close(fd)) return 0;
  int error = __wasi_fd_close(fd);
  return error == 0 ? 0 : fail(error);
}

static int file_control(int fd, int command, int argument) {
  __wasi_fdstat_t status;
  if (command == F_GETFD) return is_file(fd) ? FD_CLOEXEC : fail(EBADF);
  if (command == F_SETFD) return is_file(fd) ? 0 : fail(EBADF);
  if (command == F_SETFL) {
    int error = __wasi_fd_fdstat_set_flags(fd, argument & 0xfff);
    return error == 0 ? 0 : fail(error);
  }
  if (command != F_GETFL) return fail(EINVAL);
  int error = __wasi_fd_fdstat_get(fd, &status);
  if (error != 0) return fail(error);
  bool reads = (status.fs_rights_base & (__WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR)) != 0;
  bool writes = (status.fs_rights_base & __WASI_RIGHTS_FD_WRITE) != 0;
  return status.fs_flags | (reads ? O_RDONLY : 0) | (writes ? O_WRONLY : 0);
}

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  int argument = command == F_SETFL || command == F_SETFD ? va_arg(rest, int) : 0;
  va_end(rest);
  struct descriptor *object = descriptor_find(fd);
  if (object == NULL) return file_control(fd, command, argument);
  switch (command) {
    case F_GETFD:
      return FD_CLOEXEC;
    case F_SETFD:
      return 0;
    case F_GETFL:
      return O_RDWR | (object->is_nonblocking ? O_NONBLOCK : 0);
    case F_SETFL:
      object->is_nonblocking = (argument & O_NONBLOCK) != 0;
      return 0;
    default:
      return fail(EINVAL);
  }
}

int ioctl(int fd, int request, ...) {
  va_list rest;
  va_start(rest, request);
  unsigned int *value = va_arg(rest, unsigned int *);
  va_end(rest);
  struct descriptor *object = descriptor_find(fd);
  if (object == NULL) return fail(is_file(fd) ? ENOTTY : EBADF);
  bool asks_cid = object->kind == KIND_VSOCK_DEVICE && request == IOCTL_VM_SOCKETS_GET_LOCAL_CID;
  if (!asks_cid && request != FIONBIO) return fail(ENOTTY);
  if (value == NULL || !is_memory(value, sizeof *value)) return fail(EFAULT);
  if (asks_cid) *value = host_local_cid();
  else object->is_nonblocking = *value != 0;
  return 0;
}
