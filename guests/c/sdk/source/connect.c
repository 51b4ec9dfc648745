/* Connections to the parent instance. */
#include <errno.h>

#include "descriptors.h"

int take_streams(struct descriptor *socket) {
  struct host_streams_result streams;
  host_streams(socket->connection, &streams);
  if (streams.failed) return error_of(streams.code);
  socket->input = streams.input;
  socket->output = streams.output;
  socket->readable = host_input_subscribe(streams.input);
  socket->writable = host_output_subscribe(streams.output);
  host_local_address(socket->connection, &socket->local);
  host_remote_address(socket->connection, &socket->remote);
  socket->is_bound = true;
  socket->state = STATE_CONNECTED;
  return 0;
}

/* Forgets a connection that was not made; the socket may try again. */
static void give_up(struct descriptor *socket, int error) {
  host_pollable_drop(socket->outcome);
  host_connection_drop(socket->connection);
  socket->outcome = socket->connection = NO_HANDLE;
  socket->state = STATE_UNCONNECTED;
  socket->pending_error = error;
}

bool settle_connect(struct descriptor *socket) {
  if (!host_ready(socket->outcome)) return false;
  int error = take_streams(socket);
  if (error != 0) {
    give_up(socket, error);
    return true;
  }
  host_pollable_drop(socket->outcome);
  socket->outcome = NO_HANDLE;
  return true;
}

/* The error that nobody has been told yet. */
static int take_error(struct descriptor *socket) {
  int error = socket->pending_error;
  socket->pending_error = 0;
  return error == 0 ? 0 : fail(error);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  struct host_address wanted;
  struct host_handle_result begun;
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (socket->state == STATE_CONNECTING) return fail(EALREADY);
  if (socket->state == STATE_CONNECTED) return fail(EISCONN);
  if (socket->state == STATE_LISTENING) return fail(EINVAL);
  if (socket->pending_error != 0) return take_error(socket);
  int error = read_address(address, length, &wanted);
  if (error != 0) return fail(error);
  /* The host gives the port of this end: a chosen one cannot be had. */
  if (socket->has_chosen_port) return fail(EADDRNOTAVAIL);
  host_connect(wanted.cid, wanted.port, &begun);
  if (begun.failed) return fail(error_of(begun.code));
  socket->connection = begun.handle;
  socket->outcome = host_connection_subscribe(begun.handle);
  socket->state = STATE_CONNECTING;
  if (socket->is_nonblocking) return fail(EINPROGRESS);
  if (!wait_until(socket->outcome, deadline_after(socket->connect_timeout))) {
    give_up(socket, 0);
    return fail(ETIMEDOUT);
  }
  settle_connect(socket);
  return take_error(socket);
}
