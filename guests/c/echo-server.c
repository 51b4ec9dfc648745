/*
 * Echoes every connection to vsock port 5000, many at a time, with the sockets of POSIX: the same file is compiled for
 * Linux in a real enclave, and by `qt enclave cc` for one of webclave.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { PORT = 5000, CONNECTIONS = 128, BUFFER = 65536 };

/* What was received and not yet sent back; nothing more is received meanwhile. */
struct echo {
  char *bytes;
  size_t begin, end;
};
static struct pollfd polled[CONNECTIONS + 1];
static struct echo echoes[CONNECTIONS + 1];
static nfds_t count = 1;

static int fails(const char *what) {
  perror(what);
  return 1;
}

static void add(int connection) {
  char *bytes = malloc(BUFFER);
  if (bytes == NULL || count > CONNECTIONS) {
    free(bytes);
    close(connection);
    return;
  }
  fcntl(connection, F_SETFL, fcntl(connection, F_GETFL) | O_NONBLOCK);
  polled[count] = (struct pollfd){.fd = connection, .events = POLLIN};
  echoes[count++] = (struct echo){.bytes = bytes};
}

/* The last one takes its place. */
static void drop(nfds_t at) {
  close(polled[at].fd);
  free(echoes[at].bytes);
  polled[at] = polled[--count];
  echoes[at] = echoes[count];
}

/* Does what does not wait; 0 when the connection is over. */
static int advance(int fd, struct echo *echo) {
  if (echo->begin == echo->end) {
    ssize_t got = read(fd, echo->bytes, BUFFER);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    echo->begin = 0;
    echo->end = got;
  }
  ssize_t sent = send(fd, echo->bytes + echo->begin, echo->end - echo->begin, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  echo->begin += sent;
  return 1;
}

int main(void) {
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = PORT, .svm_cid = VMADDR_CID_ANY};
  int listener = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (listener < 0) return fails("socket");
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) return fails("bind");
  if (listen(listener, SOMAXCONN) < 0) return fails("listen");
  polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
  for (;;) {
    if (poll(polled, count, -1) < 0) return fails("poll");
    for (nfds_t at = count; at-- > 1;) {
      if (polled[at].revents == 0) continue;
      if (!advance(polled[at].fd, &echoes[at])) drop(at);
      else polled[at].events = echoes[at].begin == echoes[at].end ? POLLIN : POLLOUT;
    }
    if (polled[0].revents & POLLIN) {
      int connection = accept(listener, NULL, NULL);
      if (connection >= 0) add(connection);
    }
  }
}
