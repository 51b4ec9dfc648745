/* Vsock sockets. A call waits as long as the parent lets it wait: it can stop the enclave anyway. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "transport.h"

/* On Linux: an error instead of a signal after the peer has closed. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static bool vsock_send(kms_transport *self, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t sent = send(self->socket, at, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0 || (size_t)sent > length) return false;
    at += sent;
    length -= (size_t)sent;
  }
  return true;
}

static size_t vsock_receive(kms_transport *self, void *to, size_t most) {
  ssize_t received;
  do received = recv(self->socket, to, most, 0);
  while (received < 0 && errno == EINTR);
  return received <= 0 || (size_t)received > most ? 0 : (size_t)received;
}

static void vsock_close(kms_transport *self) {
  close(self->socket);
}

bool kms_connect_vsock(kms_transport *to, unsigned int cid, unsigned int port) {
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port};
  int opened = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (opened < 0) return false;
  if (connect(opened, (const struct sockaddr *)&address, sizeof address) != 0) {
    close(opened);
    return false;
  }
  *to = (kms_transport){.send = vsock_send, .receive = vsock_receive, .close = vsock_close, .socket = opened};
  return true;
}
