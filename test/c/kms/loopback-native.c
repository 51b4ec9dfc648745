/* Linux's sockets. Those of the SDK are replaced by the linker: a vsock port becomes a TCP port. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "loopback.h"

size_t received_at_once = 0;

int __real_socket(int domain, int type, int protocol);
int __real_connect(int socket, const struct sockaddr *address, socklen_t length);
ssize_t __real_recv(int socket, void *to, size_t length, int flags);

static int connect_loopback(int socket, unsigned port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return __real_connect(socket, (struct sockaddr *)&to, sizeof to);
}

int __wrap_socket(int domain, int type, int protocol) {
  return __real_socket(domain == AF_VSOCK ? AF_INET : domain, type, protocol);
}

int __wrap_connect(int socket, const struct sockaddr *address, socklen_t length) {
  const struct sockaddr_vm *to = (const struct sockaddr_vm *)address;
  if (length != sizeof *to || to->svm_family != AF_VSOCK || to->svm_cid != 3) return -1;
  return connect_loopback(socket, to->svm_port);
}

ssize_t __wrap_recv(int socket, void *to, size_t length, int flags) {
  size_t most = received_at_once > 0 && received_at_once < length ? received_at_once : length;
  return __real_recv(socket, to, most, flags);
}

int open_loopback(unsigned port) {
  int opened = __real_socket(AF_INET, SOCK_STREAM, 0);
  if (opened >= 0 && connect_loopback(opened, port) == 0) return opened;
  close(opened);
  return -1;
}

bool send_loopback(int to, const void *bytes, size_t length) {
  return write(to, bytes, length) == (ssize_t)length;
}

size_t receive_loopback(int from, void *to, size_t most) {
  ssize_t received = read(from, to, most);
  return received < 0 ? 0 : (size_t)received;
}

void close_loopback(int connection) {
  close(connection);
}
