/*
 * Receives and drops everything on one connection to vsock port 5000 after another, and at the end of each answers with
 * the number of bytes in decimal.
 */
#include "webclave.h"

enum { PORT = 5000, BACKLOG = 16, BUFFER = 65536, DIGITS = 20 };

static uint8_t buffer[BUFFER];

static uint64_t swallow(input_t input) {
  uint64_t total = 0;
  for (;;) {
    read_result_t got;
    list_target = buffer;
    input_blocking_read(input, BUFFER, &got);
    if (got.failed) {
      if (got.end == STREAM_FAILED) error_drop(got.error);
      return total;
    }
    total += got.list.length;
  }
}

/* A connection on which nothing was sent yet has room for one number. */
static void tell(output_t output, uint64_t number) {
  char digits[DIGITS];
  size_t first = DIGITS;
  do {
    digits[--first] = '0' + number % 10;
    number /= 10;
  } while (number);
  room_result_t free;
  output_check_write(output, &free);
  if (free.failed && free.end == STREAM_FAILED) error_drop(free.error);
  if (free.failed || free.room < DIGITS) return;
  write_result_t written;
  output_write(output, digits + first, DIGITS - first, &written);
  if (written.failed && written.end == STREAM_FAILED) error_drop(written.error);
}

static void serve(connection_t connection) {
  streams_result_t streams;
  connection_streams(connection, &streams);
  if (!streams.failed) {
    tell(streams.output, swallow(streams.input));
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
