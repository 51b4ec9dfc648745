/* Answers on vsock port 5000 with what it receives, in upper case: one connection after another. */
#include "shout.h"
#include "webclave.h"

enum { PORT = 5000, BACKLOG = 16, BUFFER = 65536 };

static uint8_t buffer[BUFFER];

/* Sends everything; returns 0 if the peer no longer receives. */
static int send(output_t output, pollable_t writable, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    pollable_block(writable);
    room_result_t free;
    output_check_write(output, &free);
    if (free.failed && free.end == STREAM_FAILED) error_drop(free.error);
    if (free.failed) return 0;
    size_t count = free.room < length ? free.room : length;
    write_result_t written;
    output_write(output, bytes, count, &written);
    if (written.failed && written.end == STREAM_FAILED) error_drop(written.error);
    if (written.failed) return 0;
    bytes += count;
    length -= count;
  }
  return 1;
}

static void answer(input_t input, output_t output) {
  pollable_t writable = output_subscribe(output);
  for (;;) {
    read_result_t got;
    list_target = buffer;
    input_blocking_read(input, BUFFER, &got);
    if (got.failed && got.end == STREAM_FAILED) error_drop(got.error);
    if (got.failed) break;
    shout(buffer, got.list.length);
    if (!send(output, writable, buffer, got.list.length)) break;
  }
  /* Before its stream. */
  pollable_drop(writable);
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
    if (accepted.failed) continue;
    streams_result_t streams;
    connection_streams(accepted.handle, &streams);
    if (!streams.failed) {
      answer(streams.input, streams.output);
      input_drop(streams.input);
      output_drop(streams.output);
    }
    connection_drop(accepted.handle);
  }
}
