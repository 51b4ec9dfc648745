/* How waits and partial reads behave; prints a line for each. The parent listens on the ports below. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { REPORT = 6000, PIECES = 6001, ENDING = 6002, SILENT = 6003, RESETTING = 6004, READY = 6005, PORT = 7200, PARENT = 3 };

static FILE *report;

static int connected(unsigned port, int type) {
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = port, .svm_cid = PARENT};
  int fd = socket(AF_VSOCK, SOCK_STREAM | type, 0);
  connect(fd, (struct sockaddr *)&address, sizeof address);
  return fd;
}

/* PIECES sends "abc", and three bytes more for each byte that it gets. */
static void pieces(void) {
  char bytes[16] = {0};
  int fd = connected(PIECES, 0);
  fprintf(report, "a peek: %zd\n", recv(fd, bytes, 8, MSG_PEEK));
  send(fd, "1", 1, 0);
  fprintf(report, "a peek that waits for all: %zd\n", recv(fd, bytes, 6, MSG_PEEK | MSG_WAITALL));
  fprintf(report, "taken: %zd\n", recv(fd, bytes, 6, 0));
  fprintf(report, "they are: %.6s\n", bytes);
  send(fd, "22", 2, 0);
  struct iovec parts[] = {{bytes, 2}, {bytes + 2, 4}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  fprintf(report, "all of two parts: %zd\n", recvmsg(fd, &message, MSG_WAITALL));
}

static void ends(void) {
  char byte;
  int fd = connected(ENDING, 0);
  struct pollfd polled = {.fd = fd, .events = POLLRDHUP};
  fprintf(report, "the peer's end is polled: %d\n", poll(&polled, 1, 60000));
  fprintf(report, "it is POLLRDHUP: %d\n", polled.revents == POLLRDHUP);
  shutdown(fd, SHUT_WR);
  polled.events = 0;
  poll(&polled, 1, 60000);
  fprintf(report, "both ends are POLLHUP: %d\n", polled.revents == POLLHUP);
  fprintf(report, "and the end is read: %zd\n", recv(fd, &byte, 1, 0));
  /* RESETTING sends one byte, and resets when it gets one. */
  int reset = connected(RESETTING, 0);
  char bytes[4];
  recv(reset, bytes, 1, MSG_PEEK);
  send(reset, bytes, 1, 0);
  fprintf(report, "the byte before a reset: %zd\n", recv(reset, bytes, 4, MSG_WAITALL));
  fprintf(report, "then it is a reset: %d\n", recv(reset, bytes, 4, 0) < 0 && errno == ECONNRESET);
}

static void begins(void) {
  int fd = connected(SILENT, SOCK_NONBLOCK);
  while (send(fd, "a", 1, 0) < 0 && errno == ENOTCONN) poll(NULL, 0, 1);
  fprintf(report, "a connection is made without poll\n");
}

/* The parent connects twice; the first one is reset before it is accepted. */
static void accepts(void) {
  char bytes[2];
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = PORT, .svm_cid = VMADDR_CID_ANY};
  int listener = socket(AF_VSOCK, SOCK_STREAM, 0);
  bind(listener, (struct sockaddr *)&address, sizeof address);
  listen(listener, 4);
  fprintf(report, "listening\n");
  fflush(report);
  /* The parent says when both have happened. */
  int fd = connected(READY, 0);
  recv(fd, bytes, 1, 0);
  int accepted = accept(listener, NULL, NULL);
  fprintf(report, "accepted: %zd\n", recv(accepted, bytes, 2, MSG_WAITALL));
}

/* Each of these descriptors waits for what does not come, although something else is there: this must be slept. */
static void sleeps(void) {
  int fd = connected(PIECES, 0), half = connected(SILENT, 0);
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = PORT + 1, .svm_cid = VMADDR_CID_ANY};
  int listener = socket(AF_VSOCK, SOCK_STREAM, 0);
  bind(listener, (struct sockaddr *)&address, sizeof address);
  listen(listener, 4);
  fprintf(report, "listening again\n");
  fflush(report);
  struct pollfd waits = {.fd = listener, .events = POLLIN};
  poll(&waits, 1, 60000);
  shutdown(half, SHUT_WR);
  struct pollfd all[] = {{.fd = listener}, {.fd = fd, .events = POLLRDHUP}, {.fd = half, .events = POLLIN | POLLOUT}};
  poll(all, sizeof all / sizeof *all, 2500);
  fprintf(report, "slept\n");
}

int main(void) {
  report = fdopen(connected(REPORT, 0), "w");
  pieces();
  ends();
  begins();
  accepts();
  sleeps();
  fclose(report);
  return 0;
}
