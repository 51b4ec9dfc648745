/*
 * Reads PCR0 of the QTSM as often as requested on a connection to vsock port 5000: a request is a 32-bit number,
 * little-endian, and the answer is one byte, 1 if each reading had 48 bytes and 0 otherwise.
 */
#include "webclave.h"

enum { PORT = 5000, BACKLOG = 16, PCR_LENGTH = 48 };

static uint8_t value[PCR_LENGTH];

/* Reads one complete request; returns 0 if there are no more. */
static int take(input_t input, uint32_t *count) {
  size_t length = 0;
  while (length < sizeof *count) {
    read_result_t got;
    list_target = (uint8_t *)count + length;
    input_blocking_read(input, sizeof *count - length, &got);
    if (got.failed) {
      if (got.end == STREAM_FAILED) error_drop(got.error);
      return 0;
    }
    length += got.list.length;
  }
  return 1;
}

static uint8_t read_registers(uint32_t count) {
  uint8_t good = 1;
  while (count-- > 0) {
    pcr_result_t register0;
    list_target = value;
    qtsm_describe_pcr(0, &register0);
    good &= !register0.failed && register0.list.length == PCR_LENGTH;
  }
  return good;
}

static void serve(connection_t connection) {
  streams_result_t streams;
  connection_streams(connection, &streams);
  if (!streams.failed) {
    uint32_t count;
    while (take(streams.input, &count)) {
      uint8_t answer = read_registers(count);
      write_result_t written;
      output_write(streams.output, &answer, sizeof answer, &written);
      if (written.failed && written.end == STREAM_FAILED) error_drop(written.error);
      if (written.failed) break;
    }
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
