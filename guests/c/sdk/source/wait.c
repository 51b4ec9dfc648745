/* Waiting for many descriptors: poll and select. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "descriptors.h"

enum { MILLISECOND = 1000000 };
#define SECOND 1000000000ULL

/* What a socket is ready for now, of what is asked. Errors are always told. */
static short ready_events(struct descriptor *socket, short asked) {
  short ready = 0;
  if (socket->state == STATE_CONNECTING && !settle_connect(socket)) return 0;
  if (socket->pending_error != 0) ready |= POLLERR;
  switch (socket->state) {
    case STATE_LISTENING:
      return ready | (host_ready(socket->outcome) ? asked & POLLIN : 0);
    case STATE_CONNECTED:
      if (socket->peeked_length > 0 || socket->has_ended || socket->cannot_receive || host_ready(socket->readable))
        ready |= asked & POLLIN;
      if (!socket->cannot_send && host_ready(socket->writable)) ready |= asked & POLLOUT;
      if (socket->has_ended || socket->cannot_receive) ready |= asked & POLLRDHUP;
      if ((socket->has_ended || socket->cannot_receive) && socket->cannot_send) ready |= POLLHUP;
      return ready;
    default:
      /* Linux: a socket that is not connected can be written to, which fails at once. */
      return ready | POLLHUP | (asked & POLLOUT);
  }
}

static short events_of(int fd, short asked) {
  struct descriptor *object = descriptor_find(fd);
  if (object != NULL && object->kind == KIND_SOCKET) return ready_events(object, asked);
  /* Files and devices never wait. */
  return object != NULL || is_file(fd) ? asked & (POLLIN | POLLOUT) : POLLNVAL;
}

/* Adds what a socket waits for. */
static size_t add_handles(int fd, short asked, host_handle *handles) {
  size_t count = 0;
  struct descriptor *socket = descriptor_find(fd);
  if (socket == NULL || socket->kind != KIND_SOCKET) return 0;
  if (socket->outcome != NO_HANDLE) handles[count++] = socket->outcome;
  if (socket->readable != NO_HANDLE && (asked & (POLLIN | POLLRDHUP)) != 0) handles[count++] = socket->readable;
  if (socket->writable != NO_HANDLE && (asked & POLLOUT) != 0) handles[count++] = socket->writable;
  return count;
}

static int look(struct pollfd *polled, nfds_t count) {
  int ready = 0;
  for (nfds_t at = 0; at < count; at++) {
    polled[at].revents = polled[at].fd < 0 ? 0 : events_of(polled[at].fd, polled[at].events);
    if (polled[at].revents != 0) ready++;
  }
  return ready;
}

static int poll_until(struct pollfd *polled, nfds_t count, uint64_t timeout) {
  uint64_t deadline = deadline_after(timeout);
  for (;;) {
    int ready = look(polled, count);
    uint64_t now = host_now();
    if (ready > 0 || now >= deadline) return ready;
    host_handle *handles = malloc((2 * count + 1) * (sizeof *handles + sizeof(uint32_t)));
    if (handles == NULL) return fail(ENOMEM);
    size_t waiting = 0;
    for (nfds_t at = 0; at < count; at++)
      if (polled[at].fd >= 0) waiting += add_handles(polled[at].fd, polled[at].events, handles + waiting);
    host_handle timer = NO_HANDLE;
    /* With nothing to wait for, and no end, Linux sleeps until a signal; there are none here. */
    if (deadline != FOREVER || waiting == 0) handles[waiting++] = timer = host_timer(deadline - now);
    uint32_t *indexes = (uint32_t *)(handles + 2 * count + 1);
    struct host_list woken;
    host_receive_into(indexes, (2 * count + 1) * sizeof *indexes);
    host_poll(handles, waiting, &woken);
    host_received();
    if (timer != NO_HANDLE) host_pollable_drop(timer);
    free(handles);
  }
}

int poll(struct pollfd *polled, nfds_t count, int timeout) {
  if (count > DESCRIPTOR_COUNT * 4) return fail(EINVAL);
  if (!is_memory(polled, count * sizeof *polled)) return -1;
  return poll_until(polled, count, timeout < 0 ? FOREVER : (uint64_t)timeout * MILLISECOND);
}

/* The descriptors of a set become polled ones. */
static nfds_t add_set(const fd_set *set, int below, short events, struct pollfd *polled, nfds_t count) {
  if (set == NULL) return count;
  for (int fd = 0; fd < below; fd++)
    if (FD_ISSET(fd, set)) polled[count++] = (struct pollfd){.fd = fd, .events = events};
  return count;
}

static int give_set(fd_set *set, short events, short ready, const struct pollfd *polled, nfds_t count) {
  int total = 0;
  if (set == NULL) return 0;
  FD_ZERO(set);
  for (nfds_t at = 0; at < count; at++) {
    if (polled[at].events != events || (polled[at].revents & ready) == 0) continue;
    FD_SET(polled[at].fd, set);
    total++;
  }
  return total;
}

int pselect(int below, fd_set *restrict readers, fd_set *restrict writers, fd_set *restrict others,
            const struct timespec *restrict timeout, const sigset_t *restrict mask) {
  (void)mask;
  if (below < 0 || below > FD_SETSIZE) return fail(EINVAL);
  if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= (long)SECOND))
    return fail(EINVAL);
  struct pollfd *polled = calloc(3 * (size_t)below + 1, sizeof *polled);
  if (polled == NULL) return fail(ENOMEM);
  nfds_t count = add_set(readers, below, POLLIN, polled, 0);
  count = add_set(writers, below, POLLOUT, polled, count);
  count = add_set(others, below, POLLPRI, polled, count);
  bool is_long = timeout == NULL || (uint64_t)timeout->tv_sec > FOREVER / SECOND - 1;
  int ready = poll_until(polled, count, is_long ? FOREVER : timeout->tv_sec * SECOND + timeout->tv_nsec);
  for (nfds_t at = 0; ready >= 0 && at < count; at++)
    if (polled[at].revents & POLLNVAL) ready = fail(EBADF);
  if (ready >= 0)
    ready = give_set(readers, POLLIN, POLLIN | POLLHUP | POLLERR, polled, count) +
            give_set(writers, POLLOUT, POLLOUT | POLLERR, polled, count) + give_set(others, POLLPRI, POLLPRI, polled, count);
  free(polled);
  return ready;
}

int select(int below, fd_set *restrict readers, fd_set *restrict writers, fd_set *restrict others,
           struct timeval *restrict timeout) {
  if (timeout == NULL) return pselect(below, readers, writers, others, NULL, NULL);
  struct timespec time = {.tv_sec = timeout->tv_sec, .tv_nsec = timeout->tv_usec * 1000};
  return pselect(below, readers, writers, others, &time, NULL);
}
