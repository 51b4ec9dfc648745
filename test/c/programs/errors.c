/*
 * Makes each call of AF_VSOCK fail, and prints a line for each: what was done, and the name of the error. Compiled for
 * Linux it does only what needs no peer. For an enclave, the parent listens on the ports below.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { REPORT = 6000, SILENT = 6001, RESETTING = 6002, GREETING = 6003, NOBODY = 6099, PARENT = 3 };

/* Programs of Linux share its ports. */
#ifdef __wasi__
#define PORT 7000
#else
#define PORT (20000u + 3u * (unsigned)getpid() % 30000u)
#endif

static FILE *report;

static const char *name_of(int error) {
  static const struct {
    int number;
    const char *name;
  } NAMES[] = {
#define NAME(error) {error, #error}
      NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(EAFNOSUPPORT), NAME(EAGAIN), NAME(EALREADY), NAME(EBADF),
      NAME(ECONNREFUSED), NAME(ECONNRESET), NAME(EDOM), NAME(EFAULT), NAME(EINPROGRESS), NAME(EINVAL), NAME(EISCONN),
      NAME(EMFILE), NAME(ENETUNREACH), NAME(ENOPROTOOPT), NAME(ENOTCONN), NAME(ENOTSOCK), NAME(ENOTTY),
      NAME(EOPNOTSUPP), NAME(EPIPE), NAME(EPROTONOSUPPORT), NAME(ERANGE), NAME(ESOCKTNOSUPPORT), NAME(ETIMEDOUT),
  };
  for (size_t at = 0; at < sizeof NAMES / sizeof *NAMES; at++)
    if (NAMES[at].number == error) return NAMES[at].name;
  return "another error";
}

/* The outcome of a call that should fail. */
static void row(const char *what, long result) {
  if (result < 0) fprintf(report, "%s: %s\n", what, name_of(errno));
  else fprintf(report, "%s: %ld\n", what, result);
}

static int fresh(void) {
  return socket(AF_VSOCK, SOCK_STREAM, 0);
}

static struct sockaddr *address(unsigned cid, unsigned port) {
  static struct sockaddr_vm given;
  given = (struct sockaddr_vm){.svm_family = AF_VSOCK, .svm_port = port, .svm_cid = cid};
  return (struct sockaddr *)&given;
}
#define LENGTH sizeof(struct sockaddr_vm)

static void creating(void) {
  row("socket of another family", socket(12345, SOCK_STREAM, 0));
  row("socket of another protocol", socket(AF_VSOCK, SOCK_STREAM, 99));
  row("socket of another type", socket(AF_VSOCK, SOCK_RAW, 0));
}

static void binding(void) {
  int one = fresh(), other = fresh();
  row("bind with a short address", bind(one, address(VMADDR_CID_ANY, PORT), 8));
  struct sockaddr_vm wrong = {.svm_family = 1, .svm_port = PORT};
  row("bind to another family", bind(one, (struct sockaddr *)&wrong, LENGTH));
  row("bind to a foreign CID", bind(one, address(77, PORT), LENGTH));
  row("bind", bind(one, address(VMADDR_CID_ANY, PORT), LENGTH));
  row("bind twice", bind(one, address(VMADDR_CID_ANY, PORT + 1), LENGTH));
  row("bind to a taken port", bind(other, address(VMADDR_CID_ANY, PORT), LENGTH));
  row("bind to any port", bind(other, address(VMADDR_CID_ANY, VMADDR_PORT_ANY), LENGTH));
  row("bind without an address", bind(fresh(), NULL, LENGTH));
  row("listen unbound", listen(fresh(), 1));
  row("accept without listen", accept(one, NULL, NULL));
  row("listen", listen(one, 1));
  row("listen again", listen(one, 5));
  row("connect of a listener", connect(one, address(PARENT, SILENT), LENGTH));
  row("accept with unknown flags", accept4(one, NULL, NULL, 1));
  fcntl(one, F_SETFL, O_NONBLOCK);
  row("accept of a non-blocking socket", accept(one, NULL, NULL));
  fcntl(one, F_SETFL, 0);
  struct timeval soon = {.tv_usec = 1000};
  setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
  row("accept after SO_RCVTIMEO", accept(one, NULL, NULL));
  close(one);
  close(other);
}

static void unconnected(void) {
  char byte = 0;
  int fd = fresh();
  row("send unconnected", send(fd, &byte, 1, MSG_NOSIGNAL));
  row("recv unconnected", recv(fd, &byte, 1, 0));
  row("shutdown unconnected", shutdown(fd, SHUT_RDWR));
  row("getpeername unconnected", getpeername(fd, address(0, 0), &(socklen_t){LENGTH}));
  row("sendto with an address", sendto(fd, &byte, 1, MSG_NOSIGNAL, address(PARENT, SILENT), LENGTH));
  row("shutdown of nothing", shutdown(fd, 77));
  row("connect with a short address", connect(fd, address(PARENT, SILENT), 4));
  close(fd);
  row("send after close", send(fd, &byte, 1, MSG_NOSIGNAL));
  row("close twice", close(fd));
  row("socket calls of a file", listen(open("/", O_RDONLY), 1));
}

static void options(void) {
  int number = 1, fd = fresh();
  struct timeval wrong = {.tv_usec = 1000000};
  row("SO_RCVTIMEO of another length", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &number, 1));
  row("SO_RCVTIMEO out of range", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wrong, sizeof wrong));
  struct timeval never = {.tv_sec = 0}, before = {.tv_sec = -1}, timeout = {.tv_sec = 7};
  struct linger linger;
  row("connect timeout of a negative time", setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &before, sizeof before));
  row("connect timeout of 0", setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &never, sizeof never));
  row("get it", getsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &timeout, &(socklen_t){sizeof timeout}));
  fprintf(report, "its seconds: %ld\n", (long)timeout.tv_sec);
  row("get SO_LINGER", getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &(socklen_t){sizeof linger}));
  row("get SO_REUSEPORT", getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &number, &(socklen_t){sizeof number}));
  row("unknown option", setsockopt(fd, SOL_SOCKET, 54321, &number, sizeof number));
  row("unknown option of the vsock", setsockopt(fd, AF_VSOCK, 54321, &number, sizeof number));
  row("option of another level", setsockopt(fd, 54321, 1, &number, sizeof number));
  row("buffer size of another length", setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &number, sizeof number));
  row("get an option of another level", getsockopt(fd, 54321, 1, &number, &(socklen_t){sizeof number}));
  row("get an unknown option", getsockopt(fd, SOL_SOCKET, 54321, &number, &(socklen_t){sizeof number}));
  row("get an unknown option of the vsock", getsockopt(fd, AF_VSOCK, 54321, &number, &(socklen_t){sizeof number}));
  close(fd);
}

static void polling(void) {
  int closed = fresh();
  close(closed);
  struct pollfd polled = {.fd = closed, .events = POLLIN};
  row("poll of a closed descriptor", poll(&polled, 1, 0));
  fprintf(report, "its event: %s\n", polled.revents == POLLNVAL ? "POLLNVAL" : "another");
  row("poll of nothing", poll(NULL, 0, 1));
  fd_set set;
  FD_ZERO(&set);
  FD_SET(closed, &set);
  row("select of a closed descriptor", select(closed + 1, &set, NULL, NULL, &(struct timeval){0, 0}));
  row("select for more than a million microseconds", select(0, NULL, NULL, NULL, &(struct timeval){0, 1000001}));
  row("select of a negative time", select(0, NULL, NULL, NULL, &(struct timeval){0, -1}));
  row("select of a negative count", select(-1, NULL, NULL, NULL, &(struct timeval){0, 0}));
}

#ifdef __wasi__
static int connected(unsigned port) {
  int fd = fresh();
  row("connect", connect(fd, address(PARENT, port), LENGTH));
  return fd;
}

static void peers(void) {
  char bytes[16];
  int number, fd = fresh();
  row("connect to a foreign CID", connect(fd, address(77, SILENT), LENGTH));
  row("connect to nobody", connect(fd, address(PARENT, NOBODY), LENGTH));
  int chosen = fresh();
  bind(chosen, address(VMADDR_CID_ANY, PORT + 2), LENGTH);
  row("connect from a chosen port", connect(chosen, address(PARENT, SILENT), LENGTH));

  int later = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
  row("connect of a non-blocking socket", connect(later, address(PARENT, SILENT), LENGTH));
  poll(&(struct pollfd){.fd = later, .events = POLLOUT}, 1, 10000);
  getsockopt(later, SOL_SOCKET, SO_ERROR, &number, &(socklen_t){sizeof number});
  fprintf(report, "its SO_ERROR: %d\n", number);
  row("connect again", connect(later, address(PARENT, SILENT), LENGTH));
  row("recv of a non-blocking socket", recv(later, bytes, 1, 0));

  int refused = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
  connect(refused, address(PARENT, NOBODY), LENGTH);
  poll(&(struct pollfd){.fd = refused, .events = POLLOUT}, 1, 10000);
  getsockopt(refused, SOL_SOCKET, SO_ERROR, &number, &(socklen_t){sizeof number});
  fprintf(report, "SO_ERROR after a refusal: %s\n", name_of(number));

  int silent = connected(SILENT);
  setsockopt(silent, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 1000}, sizeof(struct timeval));
  row("recv after SO_RCVTIMEO", recv(silent, bytes, 1, 0));
  row("recv with MSG_DONTWAIT", recv(silent, bytes, 1, MSG_DONTWAIT));
  row("recv with MSG_OOB", recv(silent, bytes, 1, MSG_OOB));
  row("sendto of a connected socket", sendto(silent, bytes, 1, 0, address(PARENT, SILENT), LENGTH));
  row("send from nowhere", send(silent, NULL, 1, 0));
  row("send of 2^31 bytes", send(silent, bytes, 1u << 31, 0));
  row("shutdown", shutdown(silent, SHUT_WR));
  row("send after shutdown", send(silent, bytes, 1, 0));
  row("recv of nothing", recv(silent, bytes, 0, 0));

  int greeting = connected(GREETING);
  row("recv with MSG_PEEK", recv(greeting, bytes, 16, MSG_PEEK | MSG_WAITALL));
  row("recv with MSG_WAITALL", recv(greeting, bytes, 16, MSG_WAITALL));
  row("recv at the end", recv(greeting, bytes, 16, 0));

  int reset = connected(RESETTING);
  send(reset, "x", 1, 0);
  row("recv after a reset", recv(reset, bytes, 1, 0));
  row("send after a reset", send(reset, bytes, 1, 0) < 0 ? -1 : send(reset, bytes, 1, 0));

  unsigned cid = 0;
  int device = open("/dev/vsock", O_RDONLY);
  row("the device", ioctl(device, IOCTL_VM_SOCKETS_GET_LOCAL_CID, &cid));
  fprintf(report, "the CID of the device: %u\n", cid);
  row("an unknown request", ioctl(device, 1234, &cid));
  for (number = 0; fresh() >= 0;) number++;
  row("one socket too many", fresh());
}
#endif

int main(void) {
#ifdef __wasi__
  int fd = fresh();
  if (connect(fd, address(PARENT, REPORT), LENGTH) < 0) return 1;
  report = fdopen(fd, "w");
#else
  report = stdout;
#endif
  creating();
  binding();
  unconnected();
  options();
  polling();
#ifdef __wasi__
  peers();
#endif
  fflush(report);
  return 0;
}
