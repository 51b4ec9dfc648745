/* What <sys/socket.h> of wasi-libc leaves out: AF_VSOCK, and the functions and names that its sockets need. */
#ifndef WEBCLAVE_SYS_SOCKET_H
#define WEBCLAVE_SYS_SOCKET_H

#include_next <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef AF_VSOCK
#define PF_VSOCK 40
#define AF_VSOCK PF_VSOCK
#endif
#ifndef SOCK_SEQPACKET
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#endif
#ifndef SOMAXCONN
#define SOMAXCONN 128
#endif

/* Options of the level SOL_SOCKET, beside SO_TYPE. */
#ifndef SO_ERROR
#define SO_REUSEADDR 2
#define SO_ERROR 4
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_ACCEPTCONN 30
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SO_RCVTIMEO 66
#define SO_SNDTIMEO 67
#endif

#ifndef MSG_DONTWAIT
#define MSG_OOB 0x0100
#define MSG_DONTWAIT 0x0200
#define MSG_EOR 0x0400
#define MSG_NOSIGNAL 0x4000
#define MSG_MORE 0x8000
#endif

#ifdef __cplusplus
extern "C" {
#endif

int socket(int domain, int type, int protocol);
int socketpair(int domain, int type, int protocol, int descriptors[2]);
int bind(int fd, const struct sockaddr *address, socklen_t length);
int listen(int fd, int backlog);
int connect(int fd, const struct sockaddr *address, socklen_t length);
int getsockname(int fd, struct sockaddr *address, socklen_t *length);
int getpeername(int fd, struct sockaddr *address, socklen_t *length);
int setsockopt(int fd, int level, int option, const void *value, socklen_t length);
ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t to_length);
ssize_t recvfrom(int fd, void *bytes, size_t length, int flags, struct sockaddr *from, socklen_t *from_length);
ssize_t sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t recvmsg(int fd, struct msghdr *message, int flags);

#ifdef __cplusplus
}
#endif

#endif
