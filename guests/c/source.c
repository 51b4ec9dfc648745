/*
 * Sends the requested number of bytes on one connection to vsock port 5000 after another: a request is two 32-bit
 * numbers, little-endian, the bytes per write and the number of writes; after the last request it closes.
 */
#include "webclave.h"

enum { PORT = 5000, BACKLOG = 16, BUFFER = 65536 };

static uint8_t buffer[BUFFER];
static struct request { uint32_t size, count; } request;

/* Reads one complete request; returns 0 if there are no more. */
static int take(input_t input) {
  size_t length = 0;
  while (length < sizeof request) {
    read_result_t got;
    list_target = (uint8_t *)&request + length;
    input_blocking_read(input, sizeof request - length, &got);
    if (got.failed) {
      if (got.end == STREAM_FAILED) error_drop(got.error);
      return 0;
    }
    length += got.list.length;
  }
  return request.size <= BUFFER;
}

/* Writes `length` bytes when there is room; returns 0 if the peer has closed. */
static int send(output_t output, pollable_t writable, size_t length) {
  while (length > 0) {
    room_result_t free;
    output_check_write(output, &free);
    if (free.failed && free.end == STREAM_FAILED) error_drop(free.error);
    if (free.failed) return 0;
    if (free.room == 0) {
      pollable_block(writable);
      continue;
    }
    size_t part = free.room < length ? free.room : length;
    write_result_t written;
    output_write(output, buffer, part, &written);
    if (written.failed && written.end == STREAM_FAILED) error_drop(written.error);
    if (written.failed) return 0;
    length -= part;
  }
  return 1;
}

static void serve(connection_t connection) {
  streams_result_t streams;
  connection_streams(connection, &streams);
  if (!streams.failed) {
    pollable_t writable = output_subscribe(streams.output);
    int open = 1;
    while (open && take(streams.input)) {
      for (uint32_t count = 0; open && count < request.count; count++) open = send(streams.output, writable, request.size);
    }
    pollable_drop(writable);
    input_drop(streams.input);
    output_drop(streams.output);
  }
  connection_drop(connection);
}

int run(void) {
  handle_result_t listener;
  listener_listen(PORT, BACKLOG, &listener);
  if (listener.failed) return 1;
  pollable_t waiting = listener_subscribe(listener.handle);
  for (;;) {
    pollable_block(waiting);
    handle_result_t accepted;
    listener_accept(listener.handle, &accepted);
    if (!accepted.failed) serve(accepted.handle);
  }
}
