/* getsockopt and setsockopt. */
#include <errno.h>
#include <string.h>
#include <sys/time.h>

#include "descriptors.h"

#define SECOND 1000000000ULL
enum { MILLION = 1000000 };

/* The time in a timeval; 0 is none. Returns an error, or 0. */
static int read_time(const void *value, socklen_t length, uint64_t *time) {
  struct timeval given;
  if (length < sizeof given) return EINVAL;
  memcpy(&given, value, sizeof given);
  if (given.tv_usec < 0 || given.tv_usec >= MILLION) return EDOM;
  /* As Linux has it, a time before now is over at once. */
  if (given.tv_sec < 0) *time = 0;
  else if ((given.tv_sec == 0 && given.tv_usec == 0) || (uint64_t)given.tv_sec > FOREVER / SECOND - 1) *time = FOREVER;
  else *time = given.tv_sec * SECOND + given.tv_usec * 1000;
  return 0;
}

static struct timeval time_of(uint64_t time) {
  if (time == FOREVER) return (struct timeval){0, 0};
  return (struct timeval){.tv_sec = time / SECOND, .tv_usec = time % SECOND / 1000};
}

static int set_of_socket(struct descriptor *socket, int option, const void *value, socklen_t length) {
  int number;
  if (option == SO_RCVTIMEO) return read_time(value, length, &socket->receive_timeout);
  if (option == SO_SNDTIMEO) return read_time(value, length, &socket->send_timeout);
  if (length < sizeof number) return EINVAL;
  memcpy(&number, value, sizeof number);
  switch (option) {
    case SO_REUSEADDR:
      socket->reuses_address = number != 0;
      return 0;
    /* They change nothing for a vsock, on Linux neither. */
    case SO_REUSEPORT:
    case SO_KEEPALIVE:
    case SO_LINGER:
    case SO_SNDBUF:
    case SO_RCVBUF:
      return 0;
    default:
      return ENOPROTOOPT;
  }
}

static int set_of_vsock(struct descriptor *socket, int option, const void *value, socklen_t length) {
  uint64_t size;
  if (option == SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW || option == SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD) {
    uint64_t time;
    int error = read_time(value, length, &time);
    if (error == 0 && time == 0) return ERANGE;
    if (error == 0) socket->connect_timeout = time == FOREVER ? CONNECT_TIMEOUT : time;
    return error;
  }
  if (option < SO_VM_SOCKETS_BUFFER_SIZE || option > SO_VM_SOCKETS_BUFFER_MAX_SIZE) return ENOPROTOOPT;
  if (length < sizeof size) return EINVAL;
  memcpy(&size, value, sizeof size);
  if (option == SO_VM_SOCKETS_BUFFER_MIN_SIZE) socket->least_buffer = size;
  else if (option == SO_VM_SOCKETS_BUFFER_MAX_SIZE) socket->most_buffer = size;
  else socket->buffer_size = size;
  if (socket->buffer_size > socket->most_buffer) socket->buffer_size = socket->most_buffer;
  if (socket->buffer_size < socket->least_buffer) socket->buffer_size = socket->least_buffer;
  return 0;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length) {
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL || !is_memory(value, length)) return -1;
  if (length > 0 && value == NULL) return fail(EFAULT);
  int error = level == SOL_SOCKET ? set_of_socket(socket, option, value, length)
              : level == AF_VSOCK ? set_of_vsock(socket, option, value, length)
                                  : ENOPROTOOPT;
  return error == 0 ? 0 : fail(error);
}

/* Gives a value, cut to the caller's capacity. */
static int give(const void *from, socklen_t size, void *value, socklen_t *length) {
  socklen_t count = *length < size ? *length : size;
  if (!is_memory(value, count)) return -1;
  memcpy(value, from, count);
  *length = count;
  return 0;
}

static bool number_of(struct descriptor *socket, int option, int *number) {
  switch (option) {
    case SO_ERROR:
      *number = socket->pending_error;
      socket->pending_error = 0;
      return true;
    case SO_TYPE:
      *number = SOCK_STREAM;
      return true;
    case SO_DOMAIN:
      *number = AF_VSOCK;
      return true;
    case SO_ACCEPTCONN:
      *number = socket->state == STATE_LISTENING;
      return true;
    case SO_REUSEADDR:
      *number = socket->reuses_address;
      return true;
    case SO_SNDBUF:
    case SO_RCVBUF:
      *number = (int)socket->buffer_size;
      return true;
    case SO_PROTOCOL:
    case SO_KEEPALIVE:
    case SO_REUSEPORT:
      *number = 0;
      return true;
    default:
      return false;
  }
}

static int get_of_vsock(struct descriptor *socket, int option, void *value, socklen_t *length) {
  uint64_t sizes[] = {socket->buffer_size, socket->least_buffer, socket->most_buffer};
  if (option == SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW || option == SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD) {
    struct timeval time = time_of(socket->connect_timeout);
    return *length < sizeof time ? fail(EINVAL) : give(&time, sizeof time, value, length);
  }
  if (option < SO_VM_SOCKETS_BUFFER_SIZE || option > SO_VM_SOCKETS_BUFFER_MAX_SIZE) return fail(ENOPROTOOPT);
  return *length < sizeof sizes[0] ? fail(EINVAL) : give(&sizes[option], sizeof sizes[0], value, length);
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict length) {
  int number;
  struct descriptor *socket = socket_find(fd);
  if (socket == NULL) return -1;
  if (length == NULL || !is_memory(length, sizeof *length)) return fail(EFAULT);
  if (level == AF_VSOCK) return get_of_vsock(socket, option, value, length);
  if (level != SOL_SOCKET) return fail(ENOPROTOOPT);
  if (option == SO_RCVTIMEO || option == SO_SNDTIMEO) {
    struct timeval time = time_of(option == SO_RCVTIMEO ? socket->receive_timeout : socket->send_timeout);
    return give(&time, sizeof time, value, length);
  }
  if (option == SO_LINGER) return give(&(struct linger){0, 0}, sizeof(struct linger), value, length);
  return number_of(socket, option, &number) ? give(&number, sizeof number, value, length) : fail(ENOPROTOOPT);
}
