/* The descriptors of this library: sockets, and the devices that a program opens. */
#ifndef WEBCLAVE_DESCRIPTORS_H
#define WEBCLAVE_DESCRIPTORS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <linux/vm_sockets.h>

#include "host.h"

/*
 * Descriptors begin here, so that they differ from those of files, which WASI numbers from 0; all are below FD_SETSIZE.
 */
enum { FIRST_DESCRIPTOR = 128, DESCRIPTOR_COUNT = 384 };

/* A wait without an end. */
#define FOREVER UINT64_MAX
/* Nanoseconds to connect, as Linux has it. */
#define CONNECT_TIMEOUT 2000000000ULL

enum descriptor_kind { KIND_SOCKET, KIND_QTSM, KIND_NSM, KIND_VSOCK_DEVICE };
enum socket_state { STATE_UNCONNECTED, STATE_LISTENING, STATE_CONNECTING, STATE_CONNECTED };

struct descriptor {
  enum descriptor_kind kind;
  enum socket_state state;
  bool is_nonblocking, is_bound, has_chosen_port, reuses_address;
  bool cannot_send, cannot_receive;
  /* The peer sends nothing more. */
  bool has_ended;
  struct host_address local, remote;
  /* What SO_ERROR says once. */
  int pending_error;
  /* `outcome` is ready when somebody waits to be accepted, or when it is known whether there is a connection. */
  host_handle listener, connection, outcome;
  host_handle input, output, readable, writable;
  /* Bytes that were looked at with MSG_PEEK, and not taken. */
  uint8_t *peeked;
  size_t peeked_length;
  /* Nanoseconds; FOREVER for none. */
  uint64_t receive_timeout, send_timeout, connect_timeout;
  uint64_t buffer_size, least_buffer, most_buffer;
};

/* The descriptor of a new object, or -1 with EMFILE or ENOMEM. */
int descriptor_create(enum descriptor_kind kind, struct descriptor **created);
/* NULL if it is none of this library's. */
struct descriptor *descriptor_find(int fd);
/* The socket, or NULL with EBADF or ENOTSOCK. If its connection is made by now, it is connected. */
struct descriptor *socket_find(int fd);
/* Whether WASI has such a descriptor. */
bool is_file(int fd);
/* Whether another socket is bound to `port`. */
bool is_port_taken(uint32_t port, const struct descriptor *except);
/* Closes everything that it holds. False: there is no such descriptor. */
bool descriptor_close(int fd);

/* Sets errno; returns -1. */
int fail(int error);
/* The error of Linux for an error-code of the vsock. */
int error_of(uint8_t code);
/* Whether all these bytes are in the memory of this program; otherwise errno is EFAULT. */
bool is_memory(const void *bytes, size_t length);

/* The time `timeout` nanoseconds from now; FOREVER for FOREVER. */
uint64_t deadline_after(uint64_t timeout);
/* Sleeps until `pollable` is ready: true, or until the deadline. */
bool wait_until(host_handle pollable, uint64_t deadline);

/* The two streams of an established connection. Returns an error, or 0. */
int take_streams(struct descriptor *socket);
/* Whether the outcome of a connection that is being made is known; then it is no longer being made. */
bool settle_connect(struct descriptor *socket);
/* An address as a caller gave it. Returns an error, or 0. */
int read_address(const struct sockaddr *address, socklen_t length, struct host_address *read);
/* Gives an address to a caller, cut to its capacity. */
int give_address(struct host_address from, struct sockaddr *address, socklen_t *length);

/* Reads what has arrived aside, so that an end or a reset is known. */
void socket_look(struct descriptor *socket);
ssize_t socket_receive(struct descriptor *socket, void *bytes, size_t length, int flags);
ssize_t socket_send(struct descriptor *socket, const void *bytes, size_t length, int flags);

#endif
