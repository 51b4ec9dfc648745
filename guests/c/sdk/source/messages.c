/* Bytes in several places: readv, writev, recvmsg, sendmsg. */
#include <errno.h>
#include <stdint.h>
#include <sys/uio.h>
#include <wasi/api.h>

#include "descriptors.h"

enum { MOST_PARTS = 1024 };

/* Whether the list can be read, and its sum fits a result. */
static bool are_parts(const struct iovec *parts, int count) {
  uint64_t sum = 0;
  if (count < 0 || count > MOST_PARTS) return fail(EINVAL), false;
  if (!is_memory(parts, count * sizeof *parts)) return false;
  for (int at = 0; at < count; at++) sum += parts[at].iov_len;
  return sum <= INT32_MAX || (fail(EINVAL), false);
}

/* Only the first part that has bytes waits, unless all are wanted: the others take what is there. */
static ssize_t receive_parts(struct descriptor *socket, const struct iovec *parts, int count, int flags) {
  ssize_t sum = 0;
  for (int at = 0; at < count; at++) {
    bool waits = sum == 0 || (flags & MSG_WAITALL) != 0;
    ssize_t got = socket_receive(socket, parts[at].iov_base, parts[at].iov_len, waits ? flags : flags | MSG_DONTWAIT);
    if (got < 0 && sum > 0 && errno != EAGAIN) socket->pending_error = errno;
    if (got < 0) return sum > 0 ? sum : -1;
    sum += got;
    if ((size_t)got < parts[at].iov_len) break;
  }
  return sum;
}

static ssize_t send_parts(struct descriptor *socket, const struct iovec *parts, int count, int flags) {
  ssize_t sum = 0;
  for (int at = 0; at < count; at++) {
    ssize_t sent = socket_send(socket, parts[at].iov_base, parts[at].iov_len, flags);
    if (sent < 0) return sum > 0 ? sum : -1;
    sum += sent;
    if ((size_t)sent < parts[at].iov_len) break;
  }
  return sum;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (message == NULL || !is_memory(message, sizeof *message)) return fail(EFAULT);
  if (!are_parts(message->msg_iov, message->msg_iovlen)) return -1;
  message->msg_namelen = message->msg_controllen = 0;
  message->msg_flags = 0;
  return receive_parts(socket, message->msg_iov, message->msg_iovlen, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (message == NULL || !is_memory(message, sizeof *message)) return fail(EFAULT);
  if (message->msg_name != NULL) return fail(socket->state == STATE_CONNECTED ? EISCONN : EOPNOTSUPP);
  if (!are_parts(message->msg_iov, message->msg_iovlen)) return -1;
  return send_parts(socket, message->msg_iov, message->msg_iovlen, flags);
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
  __wasi_size_t got;
  struct descriptor *object = descriptor_find(fd);
  if (!are_parts(parts, count)) return -1;
  if (object != NULL) return object->kind == KIND_SOCKET ? receive_parts(object, parts, count, 0) : fail(EINVAL);
  int error = __wasi_fd_read(fd, (const __wasi_iovec_t *)parts, count, &got);
  return error == 0 ? (ssize_t)got : fail(error == ENOTCAPABLE ? EBADF : error);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  __wasi_size_t put;
  struct descriptor *object = descriptor_find(fd);
  if (!are_parts(parts, count)) return -1;
  if (object != NULL) return object->kind == KIND_SOCKET ? send_parts(object, parts, count, 0) : fail(EINVAL);
  int error = __wasi_fd_write(fd, (const __wasi_ciovec_t *)parts, count, &put);
  return error == 0 ? (ssize_t)put : fail(error == ENOTCAPABLE ? EBADF : error);
}
