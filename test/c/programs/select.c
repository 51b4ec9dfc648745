/* Answers lines of several connections by select, with stdio, and ends after the line "end". */
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { PORT = 5000, MOST = 8 };

int main(void) {
  FILE *lines[MOST] = {NULL};
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_port = PORT, .svm_cid = VMADDR_CID_ANY};
  int listener = socket(AF_VSOCK, SOCK_STREAM, 0);
  bind(listener, (struct sockaddr *)&address, sizeof address);
  if (listen(listener, MOST) < 0) return 1;
  for (;;) {
    fd_set readers;
    int highest = listener;
    FD_ZERO(&readers);
    FD_SET(listener, &readers);
    for (int at = 0; at < MOST; at++) {
      if (lines[at] == NULL) continue;
      FD_SET(fileno(lines[at]), &readers);
      if (fileno(lines[at]) > highest) highest = fileno(lines[at]);
    }
    if (select(highest + 1, &readers, NULL, NULL, NULL) < 0) return 2;
    for (int at = 0; at < MOST; at++) {
      char line[256];
      if (lines[at] == NULL || !FD_ISSET(fileno(lines[at]), &readers)) continue;
      if (fgets(line, sizeof line, lines[at]) == NULL) {
        fclose(lines[at]);
        lines[at] = NULL;
        continue;
      }
      if (strcmp(line, "end\n") == 0) return 0;
      struct iovec parts[] = {{"you said ", 9}, {line, strlen(line)}};
      writev(fileno(lines[at]), parts, 2);
    }
    for (int at = 0; FD_ISSET(listener, &readers) && at < MOST; at++) {
      if (lines[at] != NULL) continue;
      lines[at] = fdopen(accept(listener, NULL, NULL), "r");
      break;
    }
  }
}
