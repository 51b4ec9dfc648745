/* Connections to ports of loopback, which are also what the SDK gets for vsock ports of the parent. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>

/* At most so many bytes, if it is not 0. */
extern size_t received_at_once;

/* A connection, or -1. */
int open_loopback(unsigned port);
bool send_loopback(int to, const void *bytes, size_t length);
/* 0 at the end. */
size_t receive_loopback(int from, void *to, size_t most);
void close_loopback(int connection);

#endif
