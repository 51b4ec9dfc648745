/* Errors of Linux for those of the host. */
#include <errno.h>

#include "descriptors.h"

int error_of(uint8_t code) {
  switch (code) {
    /* A port where nobody listens resets the connection on virtio's vsock: Linux, virtio_transport_recv_connecting. */
    case HOST_REFUSED:
    case HOST_RESET:
      return ECONNRESET;
    case HOST_TIMED_OUT:
      return ETIMEDOUT;
    case HOST_UNREACHABLE:
      return ENETUNREACH;
    case HOST_ADDRESS_IN_USE:
      return EADDRINUSE;
    case HOST_WOULD_BLOCK:
      return EAGAIN;
    case HOST_NOT_CONNECTED:
      return ENOTCONN;
    case HOST_TOO_MANY_SOCKETS:
      return EMFILE;
    default:
      return EINVAL;
  }
}

struct descriptor *socket_find(int fd) {
  struct descriptor *found = descriptor_find(fd);
  if (found != NULL && found->kind == KIND_SOCKET) {
    if (found->state == STATE_CONNECTING) settle_connect(found);
    return found;
  }
  fail(found != NULL || is_file(fd) ? ENOTSOCK : EBADF);
  return NULL;
}
