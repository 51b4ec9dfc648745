/* Waiting for many descriptors: poll and select. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "descriptors.h"

enum { MILLISECOND = 1000000, MILLION = 1000000 };
#define SECOND 1000000000ULL

enum { FEW = 80 };

/* Only what reads knows whether the peer has ended: it is looked for where the answer depends on it. */
static bool needs_end(const struct descriptor *socket, short asked) {
  if (socket->has_ended || socket->cannot_receive || socket->peeked_length > 0) return false;
  return (asked & POLLRDHUP) != 0 || socket->cannot_send;
}

static short connected_events(struct descriptor *socket, short asked) {
  short ready = 0;
  if (needs_end(socket, asked) && host_ready(socket->readable)) socket_look(socket);
  bool has_ended = socket->has_ended || socket->cannot_receive;
  if (has_ended || socket->peeked_length > 0 || host_ready(socket->readable)) ready |= asked & POLLIN;
  if (!socket->cannot_send && host_ready(socket->writable)) ready |= asked & POLLOUT;
  if (has_ended) ready |= asked & POLLRDHUP;
  return has_ended && socket->cannot_send ? ready | POLLHUP : ready;
}

/* What a socket is ready for now, of what is asked. Errors are always told. */
static short ready_events(struct descriptor *socket, short asked) {
  short ready = 0;
  if (socket->state == STATE_CONNECTING && !settle_connect(socket)) return 0;
  if (socket->pending_error != 0) ready |= POLLERR;
  if (socket->state == STATE_LISTENING) return ready | (host_ready(socket->outcome) ? asked & POLLIN : 0);
  if (socket->state == STATE_CONNECTED) return ready | connected_events(socket, asked);
  /* Linux: a socket that is not connected can be written to, which fails at once. */
  return ready | POLLHUP | (asked & POLLOUT);
}

static short events_of(int fd, short asked) {
  struct descriptor *object = descriptor_find(fd);
  if (object != NULL && object->kind == KIND_SOCKET) return ready_events(object, asked);
  /* Files and devices never wait. */
  return object != NULL || is_file(fd) ? asked & (POLLIN | POLLOUT) : POLLNVAL;
}

/* Adds what a socket waits for: only what `ready_events` then reports, or a wait would never sleep. */
static size_t add_handles(int fd, short asked, host_handle *handles) {
  size_t count = 0;
  struct descriptor *socket = descriptor_find(fd);
  if (socket == NULL || socket->kind != KIND_SOCKET) return 0;
  if (socket->state == STATE_CONNECTING || (socket->state == STATE_LISTENING && (asked & POLLIN) != 0))
    handles[count++] = socket->outcome;
  if (socket->state != STATE_CONNECTED) return count;
  if ((asked & POLLIN) != 0 || needs_end(socket, asked)) handles[count++] = socket->readable;
  if ((asked & POLLOUT) != 0 && !socket->cannot_send) handles[count++] = socket->writable;
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

/* Sleeps until something changes; `handles` and `indexes` have room for two each, and one more. */
static void sleep_until(const struct pollfd *polled, nfds_t count, uint64_t deadline, host_handle *handles,
                        uint32_t *indexes) {
  size_t waiting = 0;
  host_handle timer = NO_HANDLE;
  struct host_list woken;
  for (nfds_t at = 0; at < count; at++)
    if (polled[at].fd >= 0) waiting += add_handles(polled[at].fd, polled[at].events, handles + waiting);
  uint64_t now = host_now();
  /* With nothing to wait for, and no end, Linux sleeps until a signal; there are none here. */
  if (deadline != FOREVER || waiting == 0) handles[waiting++] = timer = host_timer(deadline > now ? deadline - now : 0);
  host_receive_into(indexes, waiting * sizeof *indexes);
  host_poll(handles, waiting, &woken);
  host_received();
  if (timer != NO_HANDLE) host_pollable_drop(timer);
}

static int poll_until(struct pollfd *polled, nfds_t count, uint64_t timeout) {
  /* Without memory of their own for as many as a service has: it could not wait if there were none left. */
  host_handle few[2 * FEW + 1], *handles = few;
  uint32_t few_indexes[2 * FEW + 1], *indexes = few_indexes;
  uint64_t deadline = deadline_after(timeout);
  int ready;
  if (count > FEW) {
    handles = malloc((2 * count + 1) * (sizeof *handles + sizeof *indexes));
    if (handles == NULL) return fail(ENOMEM);
    indexes = (uint32_t *)(handles + 2 * count + 1);
  }
  while ((ready = look(polled, count)) == 0 && host_now() < deadline)
    sleep_until(polled, count, deadline, handles, indexes);
  if (handles != few) free(handles);
  return ready;
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
  /* A vsock has no exceptional conditions: only whether these are open matters. */
  count = add_set(others, below, 0, polled, count);
  bool is_long = timeout == NULL || (uint64_t)timeout->tv_sec > FOREVER / SECOND - 1;
  int ready = poll_until(polled, count, is_long ? FOREVER : timeout->tv_sec * SECOND + timeout->tv_nsec);
  for (nfds_t at = 0; ready >= 0 && at < count; at++)
    if (polled[at].revents & POLLNVAL) ready = fail(EBADF);
  if (ready >= 0)
    ready = give_set(readers, POLLIN, POLLIN | POLLHUP | POLLERR, polled, count) +
            give_set(writers, POLLOUT, POLLOUT | POLLHUP | POLLERR, polled, count) + give_set(others, 0, 0, polled, count);
  free(polled);
  return ready;
}

int select(int below, fd_set *restrict readers, fd_set *restrict writers, fd_set *restrict others,
           struct timeval *restrict timeout) {
  if (timeout == NULL) return pselect(below, readers, writers, others, NULL, NULL);
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return fail(EINVAL);
  /* Programs give more than a million microseconds, which Linux takes too. */
  struct timespec time = {.tv_sec = timeout->tv_sec + timeout->tv_usec / MILLION,
                          .tv_nsec = timeout->tv_usec % MILLION * 1000};
  return pselect(below, readers, writers, others, &time, NULL);
}
