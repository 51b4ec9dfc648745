/* Sockets and their addresses: socket, bind, listen, accept, getsockname, getpeername, shutdown. */
#include <errno.h>
#include <string.h>

#include "descriptors.h"

/* Ports up to here are given only to who asks for them (Linux, af_vsock.c). */
enum { LAST_RESERVED_PORT = 1023, MOST_BACKLOG = 128 };

int socket(int domain, int type, int protocol) {
  struct descriptor *made;
  if (domain != AF_VSOCK) return fail(EAFNOSUPPORT);
  if (protocol != 0 && protocol != PF_VSOCK) return fail(EPROTONOSUPPORT);
  if ((type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM) return fail(ESOCKTNOSUPPORT);
  int fd = descriptor_create(KIND_SOCKET, &made);
  if (fd >= 0) made->is_nonblocking = (type & SOCK_NONBLOCK) != 0;
  return fd;
}

int socketpair(int domain, int type, int protocol, int descriptors[2]) {
  (void)type, (void)protocol, (void)descriptors;
  return fail(domain == AF_VSOCK ? EOPNOTSUPP : EAFNOSUPPORT);
}

int read_address(const struct sockaddr *address, socklen_t length, struct host_address *read) {
  struct sockaddr_vm given;
  if (length < sizeof given) return EINVAL;
  if (!is_memory(address, sizeof given) || address == NULL) return EFAULT;
  memcpy(&given, address, sizeof given);
  if (given.svm_family != AF_VSOCK || given.svm_reserved1 != 0) return EINVAL;
  *read = (struct host_address){.cid = given.svm_cid, .port = given.svm_port};
  return 0;
}

int give_address(struct host_address from, struct sockaddr *address, socklen_t *length) {
  struct sockaddr_vm given = {.svm_family = AF_VSOCK, .svm_port = from.port, .svm_cid = from.cid};
  if (!is_memory(length, sizeof *length) || length == NULL) return fail(EFAULT);
  size_t count = *length < sizeof given ? *length : sizeof given;
  if (!is_memory(address, count)) return -1;
  memcpy(address, &given, count);
  *length = sizeof given;
  return 0;
}

static uint32_t free_port(void) {
  static uint32_t next = LAST_RESERVED_PORT + 1;
  while (is_port_taken(next, NULL)) next++;
  return next++;
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  struct host_address wanted;
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  int error = read_address(address, length, &wanted);
  if (error != 0) return fail(error);
  if (socket->is_bound || socket->state != STATE_UNCONNECTED) return fail(EINVAL);
  if (wanted.cid != VMADDR_CID_ANY && wanted.cid != host_local_cid()) return fail(EADDRNOTAVAIL);
  if (is_port_taken(wanted.port, socket)) return fail(EADDRINUSE);
  if (wanted.port == VMADDR_PORT_ANY) wanted.port = free_port();
  else socket->has_chosen_port = true;
  socket->local = wanted;
  socket->is_bound = true;
  return 0;
}

int listen(int fd, int backlog) {
  struct host_handle_result made;
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (socket->state == STATE_LISTENING) return 0;
  if (!socket->is_bound || socket->state != STATE_UNCONNECTED) return fail(EINVAL);
  host_listen(socket->local.port, backlog < 1 ? 1 : backlog > MOST_BACKLOG ? MOST_BACKLOG : backlog, &made);
  if (made.failed) return fail(error_of(made.code));
  socket->listener = made.handle;
  socket->outcome = host_listener_subscribe(made.handle);
  socket->state = STATE_LISTENING;
  return 0;
}

/* The connection that has waited longest; an error, or 0. */
static int take_waiting(struct descriptor *listener, host_handle *connection) {
  struct host_handle_result taken;
  uint64_t deadline = listener->is_nonblocking ? 0 : deadline_after(listener->receive_timeout);
  for (;;) {
    host_accept(listener->listener, &taken);
    if (!taken.failed) break;
    if (taken.code != HOST_WOULD_BLOCK) return error_of(taken.code);
    if (deadline == 0 || !wait_until(listener->outcome, deadline)) return EAGAIN;
  }
  *connection = taken.handle;
  return 0;
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags) {
  struct descriptor *accepted, *listener = socket_find(fd);
  if (listener == NULL) return -1;
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0) return fail(EINVAL);
  if (listener->state != STATE_LISTENING) return fail(EINVAL);
  if (address != NULL && (length == NULL || !is_memory(length, sizeof *length))) return fail(EFAULT);
  int made = descriptor_create(KIND_SOCKET, &accepted);
  if (made < 0) return -1;
  int error;
  /* One that was reset while it waited is none: the next one counts. */
  while ((error = take_waiting(listener, &accepted->connection)) == 0 &&
         (error = take_streams(accepted)) == ECONNRESET) {
    host_connection_drop(accepted->connection);
    accepted->connection = NO_HANDLE;
  }
  if (error != 0) {
    descriptor_close(made);
    return fail(error);
  }
  accepted->is_nonblocking = (flags & SOCK_NONBLOCK) != 0;
  if (address != NULL && give_address(accepted->remote, address, length) < 0) {
    descriptor_close(made);
    return -1;
  }
  return made;
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
  return accept4(fd, address, length, 0);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  struct descriptor *socket = socket_find(fd);
  return socket == NULL ? -1 : give_address(socket->local, address, length);
}

int getpeername(int fd, struct sockaddr *address, socklen_t *length) {
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (socket->state != STATE_CONNECTED) return fail(ENOTCONN);
  return give_address(socket->remote, address, length);
}

int shutdown(int fd, int how) {
  struct host_void_result done;
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if ((how & ~SHUT_RDWR) != 0 || how == 0) return fail(EINVAL);
  if (socket->state != STATE_CONNECTED) return fail(ENOTCONN);
  host_shutdown(socket->connection, how == SHUT_RD ? HOST_RECEIVE : how == SHUT_WR ? HOST_SEND : HOST_BOTH, &done);
  /* The peer may have ended it meanwhile: then both halves are closed anyway. */
  if ((how & SHUT_RD) != 0) socket->cannot_receive = true;
  if ((how & SHUT_WR) != 0) socket->cannot_send = true;
  return 0;
}
