/* Connections that the harness's Worker opens, and the SDK's transport over them, in place of its vsock sockets. */
#include "loopback.h"
#include "transport.h"

#define IMPORT(name) __attribute__((import_module("loopback"), import_name(name)))

size_t received_at_once = 0;

IMPORT("open") int host_open(unsigned port);
IMPORT("send") int host_send(int to, const void *bytes, size_t length);
IMPORT("receive") size_t host_receive(int from, void *to, size_t most);
IMPORT("close") void host_close(int connection);

int open_loopback(unsigned port) {
  return host_open(port);
}

bool send_loopback(int to, const void *bytes, size_t length) {
  return host_send(to, bytes, length) == 1;
}

size_t receive_loopback(int from, void *to, size_t most) {
  return host_receive(from, to, most);
}

void close_loopback(int connection) {
  host_close(connection);
}

static bool send_all(kms_transport *self, const void *bytes, size_t length) {
  return send_loopback(self->socket, bytes, length);
}

static size_t receive(kms_transport *self, void *to, size_t most) {
  return receive_loopback(self->socket, to, received_at_once > 0 && received_at_once < most ? received_at_once : most);
}

static void end(kms_transport *self) {
  close_loopback(self->socket);
}

bool kms_connect_vsock(kms_transport *to, unsigned int cid, unsigned int port) {
  *to = (kms_transport){.send = send_all, .receive = receive, .close = end, .socket = cid == 3 ? open_loopback(port) : -1};
  return to->socket >= 0;
}
