/* The connections of a service. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

#include "../host.h"
#include "messages.h"

enum { CONNECTIONS = 64, READ_LENGTH = 65536 };

struct peer {
  /* What has arrived of a message. */
  uint8_t *received;
  size_t length, capacity;
  struct webclave_answer answer;
  size_t sent;
};

struct service {
  const struct webclave_function *functions;
  size_t count;
  void *context;
  int listener;
  struct pollfd polled[CONNECTIONS + 1];
  struct peer peers[CONNECTIONS + 1];
  nfds_t open;
};

/* Answers every message that has arrived whole. False: the peer breaks the protocol. */
static bool answer_all(struct service *service, struct peer *peer) {
  size_t at = 0;
  while (peer->length - at >= PREFIX_LENGTH) {
    const uint8_t *from = peer->received + at;
    size_t length = (size_t)from[0] << 24 | (size_t)from[1] << 16 | (size_t)from[2] << 8 | from[3];
    if (length == 0 || length > WEBCLAVE_MESSAGE_MAX) return false;
    if (peer->length - at - PREFIX_LENGTH < length) break;
    struct webclave_value message = {from + PREFIX_LENGTH, from + PREFIX_LENGTH + length};
    if (!answer_message(message, service->functions, service->count, service->context, &peer->answer)) return false;
    at += PREFIX_LENGTH + length;
    /* The rest waits until this was sent, so that nobody fills the memory. */
    if (peer->answer.length > WEBCLAVE_MESSAGE_MAX / 2) break;
  }
  if (at > 0) memmove(peer->received, peer->received + at, peer->length - at);
  peer->length -= at;
  return true;
}

/* Room for what is read at a time. */
static bool make_room(struct peer *peer) {
  if (peer->capacity - peer->length >= READ_LENGTH) return true;
  size_t capacity = peer->length + 2 * READ_LENGTH;
  uint8_t *grown = memory_grow(peer->received, peer->length, capacity);
  if (grown == NULL) return false;
  peer->received = grown;
  peer->capacity = capacity;
  return true;
}

/* Does what does not wait. False: the connection is over. */
static bool advance(struct service *service, int fd, struct peer *peer) {
  if (peer->answer.length == 0) {
    if (!make_room(peer)) return false;
    ssize_t got = recv(fd, peer->received + peer->length, READ_LENGTH, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    peer->length += (size_t)got;
    if (!answer_all(service, peer)) return false;
  }
  while (peer->sent < peer->answer.length) {
    ssize_t sent = send(fd, peer->answer.bytes + peer->sent, peer->answer.length - peer->sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    peer->sent += (size_t)sent;
    if (peer->sent < peer->answer.length) continue;
    peer->answer.length = peer->answer.begin = peer->sent = 0;
    /* Messages that had to wait. */
    if (!answer_all(service, peer)) return false;
  }
  return true;
}

static void add(struct service *service, int connection) {
  fcntl(connection, F_SETFL, O_NONBLOCK);
  service->polled[service->open] = (struct pollfd){.fd = connection, .events = POLLIN};
  memset(&service->peers[service->open++], 0, sizeof(struct peer));
}

/* The last one takes its place. What a call was about may be secret. */
static void drop(struct service *service, nfds_t at) {
  struct peer *peer = &service->peers[at];
  close(service->polled[at].fd);
  if (peer->received != NULL) explicit_bzero(peer->received, peer->capacity);
  if (peer->answer.bytes != NULL) explicit_bzero(peer->answer.bytes, peer->answer.capacity);
  free(peer->received);
  free(peer->answer.bytes);
  service->polled[at] = service->polled[--service->open];
  service->peers[at] = service->peers[service->open];
}

static void serve_once(struct service *service) {
  /* With no room for another connection, the listener waits. */
  bool has_room = service->open <= CONNECTIONS;
  service->polled[0] = (struct pollfd){.fd = has_room ? service->listener : -1, .events = POLLIN};
  if (poll(service->polled, service->open, -1) < 0) return;
  for (nfds_t at = service->open; at-- > 1;) {
    struct pollfd *polled = &service->polled[at];
    if (polled->revents == 0) continue;
    if (advance(service, polled->fd, &service->peers[at]))
      polled->events = service->peers[at].answer.length > 0 ? POLLOUT : POLLIN;
    else drop(service, at);
  }
  if ((service->polled[0].revents & POLLIN) == 0) return;
  int connection = accept(service->listener, NULL, NULL);
  if (connection >= 0) add(service, connection);
}

int webclave_serve(unsigned int port, const struct webclave_function *functions, size_t count, void *context) {
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = port, .svm_cid = VMADDR_CID_ANY};
  struct service *service = calloc(1, sizeof *service);
  if (service == NULL) return -1;
  int listener = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, SOMAXCONN) < 0) {
    if (listener >= 0) close(listener);
    free(service);
    return -1;
  }
  *service = (struct service){.functions = functions, .count = count, .context = context, .listener = listener, .open = 1};
  for (;;) serve_once(service);
}
