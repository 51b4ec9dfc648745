/* Bytes of a connection: recv, send and their kin. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"

/* At most so many bytes are looked at. */
enum { PEEK_LENGTH = 65536 };
/* What is sent or received at a time. */
enum { STEP = 1 << 20 };

/* A stream that has ended: with an error, or normally. */
static int end_of(struct host_stream_error end) {
  if (end.end == HOST_STREAM_CLOSED) return 0;
  host_error_drop(end.error);
  return ECONNRESET;
}

/* Bytes that have arrived; 0 at the end; -1 with EAGAIN if there are none yet. */
static ssize_t read_some(struct descriptor *socket, void *bytes, size_t length) {
  struct host_read_result got;
  if (socket->has_ended) return 0;
  host_receive_into(bytes, length);
  host_read(socket->input, length, &got);
  host_received();
  if (!got.failed) return got.list.length > 0 ? (ssize_t)got.list.length : fail(EAGAIN);
  socket->has_ended = true;
  int error = end_of(got.error);
  return error == 0 ? 0 : fail(error);
}

static ssize_t read_waiting(struct descriptor *socket, void *bytes, size_t length, uint64_t deadline) {
  for (;;) {
    ssize_t count = read_some(socket, bytes, length);
    if (count >= 0 || errno != EAGAIN) return count;
    if (deadline == 0 || !wait_until(socket->readable, deadline)) return fail(EAGAIN);
  }
}

/* Takes bytes that were peeked at before. */
static size_t take_peeked(struct descriptor *socket, void *bytes, size_t length) {
  size_t count = length < socket->peeked_length ? length : socket->peeked_length;
  memcpy(bytes, socket->peeked, count);
  socket->peeked_length -= count;
  memmove(socket->peeked, socket->peeked + count, socket->peeked_length);
  return count;
}

/* Adds to what was peeked at; as `read_some`. */
static ssize_t peek_more(struct descriptor *socket) {
  if (socket->peeked == NULL && (socket->peeked = malloc(PEEK_LENGTH)) == NULL) return fail(ENOMEM);
  ssize_t count = read_some(socket, socket->peeked + socket->peeked_length, PEEK_LENGTH - socket->peeked_length);
  if (count > 0) socket->peeked_length += count;
  return count;
}

void socket_look(struct descriptor *socket) {
  if (peek_more(socket) < 0 && errno != EAGAIN) socket->pending_error = errno;
}

static ssize_t peek(struct descriptor *socket, void *bytes, size_t length, int flags, uint64_t deadline) {
  size_t wanted = length < PEEK_LENGTH ? length : PEEK_LENGTH;
  while (socket->peeked_length < wanted) {
    ssize_t count = peek_more(socket);
    if (count > 0) continue;
    bool may_wait = socket->peeked_length == 0 || (flags & MSG_WAITALL) != 0;
    if (count < 0 && errno == EAGAIN && may_wait && deadline != 0 && wait_until(socket->readable, deadline)) continue;
    if (socket->peeked_length > 0) break;
    return count;
  }
  size_t count = length < socket->peeked_length ? length : socket->peeked_length;
  memcpy(bytes, socket->peeked, count);
  return count;
}

static int take_error(struct descriptor *socket) {
  int error = socket->pending_error;
  socket->pending_error = 0;
  return fail(error);
}

ssize_t socket_receive(struct descriptor *socket, void *bytes, size_t length, int flags) {
  if ((flags & MSG_OOB) != 0) return fail(EOPNOTSUPP);
  if (socket->state != STATE_CONNECTED) return fail(ENOTCONN);
  if (!is_memory(bytes, length)) return -1;
  if (length == 0 || socket->cannot_receive) return 0;
  bool waits = !socket->is_nonblocking && (flags & MSG_DONTWAIT) == 0;
  uint64_t deadline = waits ? deadline_after(socket->receive_timeout) : 0;
  if ((flags & MSG_PEEK) != 0) return peek(socket, bytes, length, flags, deadline);
  size_t done = socket->peeked_length > 0 ? take_peeked(socket, bytes, length) : 0;
  if (done == 0 && socket->pending_error != 0) return take_error(socket);
  while (done == 0 || ((flags & MSG_WAITALL) != 0 && waits && done < length)) {
    size_t left = length - done;
    ssize_t count = read_waiting(socket, (uint8_t *)bytes + done, left < STEP ? left : STEP, deadline);
    if (count < 0 && done == 0) return -1;
    /* What has arrived comes first, and the next call fails: a reset must not look like the end. */
    if (count < 0 && errno != EAGAIN) socket->pending_error = errno;
    if (count <= 0) break;
    done += count;
  }
  return done;
}

/* How much the peer has room for; 0 with errno if there is none, now or ever. */
static size_t room_of(struct descriptor *socket) {
  struct host_room_result got;
  host_check_write(socket->output, &got);
  if (got.failed) {
    int error = end_of(got.error);
    fail(error == 0 ? EPIPE : error);
    return 0;
  }
  if (got.room == 0) fail(EAGAIN);
  return got.room < STEP ? got.room : STEP;
}

ssize_t socket_send(struct descriptor *socket, const void *bytes, size_t length, int flags) {
  if ((flags & MSG_OOB) != 0) return fail(EOPNOTSUPP);
  if (socket->cannot_send) return fail(EPIPE);
  if (socket->state != STATE_CONNECTED) return fail(ENOTCONN);
  if (!is_memory(bytes, length)) return -1;
  bool waits = !socket->is_nonblocking && (flags & MSG_DONTWAIT) == 0;
  uint64_t deadline = waits ? deadline_after(socket->send_timeout) : 0;
  size_t done = 0;
  while (done < length) {
    struct host_write_result written;
    size_t room = room_of(socket);
    if (room == 0) {
      if (errno == EAGAIN && deadline != 0 && wait_until(socket->writable, deadline)) continue;
      return done > 0 ? (ssize_t)done : -1;
    }
    size_t count = length - done < room ? length - done : room;
    host_write(socket->output, (const uint8_t *)bytes + done, count, &written);
    if (written.failed) {
      int error = end_of(written.error);
      return done > 0 ? (ssize_t)done : fail(error == 0 ? EPIPE : error);
    }
    done += count;
  }
  return done;
}

ssize_t recv(int fd, void *restrict bytes, size_t length, int flags) {
  struct descriptor *socket = socket_find(fd);
  return socket == NULL ? -1 : socket_receive(socket, bytes, length, flags);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  struct descriptor *socket = socket_find(fd);
  return socket == NULL ? -1 : socket_send(socket, bytes, length, flags);
}

ssize_t recvfrom(int fd, void *bytes, size_t length, int flags, struct sockaddr *from, socklen_t *from_length) {
  /* A stream does not say where bytes are from. */
  if (from != NULL && from_length != NULL) *from_length = 0;
  return recv(fd, bytes, length, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t to_length) {
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (to != NULL && to_length > 0) return fail(socket->state == STATE_CONNECTED ? EISCONN : EOPNOTSUPP);
  return socket_send(socket, bytes, length, flags);
}
