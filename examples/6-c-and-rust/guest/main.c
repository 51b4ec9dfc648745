/* Answers on vsock port 5000 with what it receives, in upper case: one connection after another. */
#include "shout.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { PORT = 5000, BACKLOG = 16, BUFFER = 65536 };

static uint8_t buffer[BUFFER];

/* Sends everything; returns 0 if the peer no longer receives. */
static int send_all(int connection, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = send(connection, bytes, length, MSG_NOSIGNAL);
    if (count < 0) return 0;
    bytes += count;
    length -= count;
  }
  return 1;
}

int main(void) {
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = PORT, .svm_cid = VMADDR_CID_ANY};
  int listener = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, BACKLOG) < 0) {
    perror("listen");
    return 1;
  }
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    ssize_t count;
    while ((count = recv(connection, buffer, BUFFER, 0)) > 0) {
      shout(buffer, count);
      if (!send_all(connection, buffer, count)) break;
    }
    close(connection);
  }
}
