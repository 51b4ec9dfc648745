/* Echoes every connection to vsock port 5000, several at a time, until the enclave is stopped. */
#include "webclave.h"

enum { PORT = 5000, BACKLOG = 16, CONNECTIONS = 256, BUFFER = 65536 };

/* One connection. Its buffer keeps received bytes until they are sent back, and nothing more is read meanwhile. */
static struct echo {
  connection_t connection;
  input_t input;
  output_t output;
  pollable_t readable, writable;
  uint8_t *buffer;
  size_t sent, length;
} echoes[CONNECTIONS];
static uint8_t buffers[CONNECTIONS][BUFFER];
static size_t open;

static void accept(listener_t listener) {
  handle_result_t accepted;
  listener_accept(listener, &accepted);
  if (accepted.failed) return;
  streams_result_t streams;
  connection_streams(accepted.handle, &streams);
  if (streams.failed) {
    connection_drop(accepted.handle);
    return;
  }
  echoes[open] = (struct echo){
    .buffer = echoes[open].buffer,
    .connection = accepted.handle,
    .input = streams.input,
    .output = streams.output,
    .readable = input_subscribe(streams.input),
    .writable = output_subscribe(streams.output),
  };
  open++;
}

/* Does everything that does not block; returns 0 when the connection is over. */
static int advance(struct echo *echo) {
  if (echo->length == 0) {
    read_result_t got;
    list_target = echo->buffer;
    input_read(echo->input, BUFFER, &got);
    if (got.failed && got.end == STREAM_FAILED) error_drop(got.error);
    if (got.failed) return 0;
    echo->length = got.list.length;
  }
  while (echo->sent < echo->length) {
    room_result_t free;
    output_check_write(echo->output, &free);
    if (free.failed && free.end == STREAM_FAILED) error_drop(free.error);
    if (free.failed) return 0;
    if (free.room == 0) return 1;
    size_t left = echo->length - echo->sent;
    size_t count = free.room < left ? free.room : left;
    write_result_t written;
    output_write(echo->output, echo->buffer + echo->sent, count, &written);
    if (written.failed && written.end == STREAM_FAILED) error_drop(written.error);
    if (written.failed) return 0;
    echo->sent += count;
  }
  echo->sent = echo->length = 0;
  return 1;
}

/* The last connection replaces the one that ends, and the two swap their buffers. */
static void end(size_t at) {
  struct echo echo = echoes[at];
  pollable_drop(echo.readable);
  pollable_drop(echo.writable);
  input_drop(echo.input);
  output_drop(echo.output);
  connection_drop(echo.connection);
  echoes[at] = echoes[--open];
  echoes[open].buffer = echo.buffer;
}

int run(void) {
  handle_result_t listener;
  listener_listen(PORT, BACKLOG, &listener);
  if (listener.failed) return 1;
  pollable_t waiting = listener_subscribe(listener.handle);
  for (size_t at = 0; at < CONNECTIONS; at++) echoes[at].buffer = buffers[at];
  for (;;) {
    /* Connections first, in order; then the listener, if there is room for one more. */
    pollable_t pollables[CONNECTIONS + 1];
    for (size_t at = 0; at < open; at++) pollables[at] = echoes[at].length ? echoes[at].writable : echoes[at].readable;
    pollables[open] = waiting;
    uint32_t ready[CONNECTIONS + 1];
    list_t indexes;
    list_target = ready;
    poll(pollables, open + (open < CONNECTIONS), &indexes);
    /* In reverse order, so that ending one does not move those still to be handled. */
    size_t polled = open;
    for (size_t at = indexes.length; at-- > 0;) {
      if (ready[at] == polled) accept(listener.handle);
      else if (!advance(&echoes[ready[at]])) end(ready[at]);
    }
  }
}
