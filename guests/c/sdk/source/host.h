/*
 * What the hypervisor gives a guest: the functions of wit/ as the canonical ABI passes them. A resource is a number (its
 * handle), and so is an enum. A result that does not fit one number is written to the last argument; `failed` is 0 if
 * there was no failure.
 */
#ifndef WEBCLAVE_HOST_H
#define WEBCLAVE_HOST_H

#include <stddef.h>
#include <stdint.h>

#define HOST_IMPORT(interface, function) __attribute__((import_module(interface), import_name(function)))
#define VSOCK_IMPORT(function) HOST_IMPORT("qingtian:enclave/vsock@0.1.0", function)
#define QTSM_IMPORT(function) HOST_IMPORT("qingtian:enclave/qtsm@0.1.0", function)
#define STREAMS_IMPORT(function) HOST_IMPORT("wasi:io/streams@0.2.0", function)
#define POLL_IMPORT(function) HOST_IMPORT("wasi:io/poll@0.2.0", function)
#define CLOCK_IMPORT(function) HOST_IMPORT("wasi:clocks/monotonic-clock@0.2.0", function)

typedef int32_t host_handle;

/* No resource. */
#define NO_HANDLE (-1)

/* error-code of the interface vsock. */
enum host_error {
  HOST_REFUSED,
  HOST_RESET,
  HOST_TIMED_OUT,
  HOST_UNREACHABLE,
  HOST_ADDRESS_IN_USE,
  HOST_INVALID_ARGUMENT,
  HOST_WOULD_BLOCK,
  HOST_NOT_CONNECTED,
  HOST_TOO_MANY_SOCKETS
};
enum host_shutdown { HOST_RECEIVE, HOST_SEND, HOST_BOTH };
/* A failed stream has an error resource, which must be dropped; a closed one is its normal end. */
enum host_stream_end { HOST_STREAM_FAILED, HOST_STREAM_CLOSED };

struct host_address {
  uint32_t cid, port;
};
struct host_list {
  void *items;
  size_t length;
};
struct host_stream_error {
  uint8_t end;
  host_handle error;
};
struct host_handle_result {
  uint8_t failed;
  union {
    host_handle handle;
    uint8_t code;
  };
};
struct host_streams_result {
  uint8_t failed;
  union {
    struct {
      host_handle input, output;
    };
    uint8_t code;
  };
};
struct host_void_result {
  uint8_t failed, code;
};
struct host_read_result {
  uint8_t failed;
  union {
    struct host_list list;
    struct host_stream_error error;
  };
};
struct host_room_result {
  uint8_t failed;
  union {
    uint64_t room;
    struct host_stream_error error;
  };
};
struct host_write_result {
  uint8_t failed;
  struct host_stream_error error;
};
struct host_bytes_result {
  uint8_t failed;
  union {
    struct host_list list;
    uint8_t code;
  };
};
struct host_pcr_result {
  uint8_t failed;
  union {
    struct {
      uint8_t locked;
      struct host_list value;
    };
    uint8_t code;
  };
};
struct host_description {
  uint16_t version_major, version_minor, version_patch;
  struct host_list module_id;
  uint16_t max_pcrs;
  struct host_list locked_pcrs;
  uint8_t digest;
};
struct host_description_result {
  uint8_t failed;
  union {
    struct host_description description;
    uint8_t code;
  };
};
/* option<list<u8>>, as three arguments. */
#define HOST_OPTION(name) int32_t has_##name, const void *name, size_t name##_length

VSOCK_IMPORT("[static]listener.listen")
void host_listen(uint32_t port, uint32_t backlog, struct host_handle_result *);
VSOCK_IMPORT("[method]listener.subscribe") host_handle host_listener_subscribe(host_handle);
VSOCK_IMPORT("[method]listener.accept") void host_accept(host_handle, struct host_handle_result *);
VSOCK_IMPORT("[resource-drop]listener") void host_listener_drop(host_handle);
VSOCK_IMPORT("[static]connection.connect")
void host_connect(uint32_t cid, uint32_t port, struct host_handle_result *);
VSOCK_IMPORT("[method]connection.subscribe") host_handle host_connection_subscribe(host_handle);
VSOCK_IMPORT("[method]connection.streams") void host_streams(host_handle, struct host_streams_result *);
VSOCK_IMPORT("[method]connection.local-address") void host_local_address(host_handle, struct host_address *);
VSOCK_IMPORT("[method]connection.remote-address") void host_remote_address(host_handle, struct host_address *);
VSOCK_IMPORT("[method]connection.shutdown") void host_shutdown(host_handle, int32_t how, struct host_void_result *);
VSOCK_IMPORT("[resource-drop]connection") void host_connection_drop(host_handle);
VSOCK_IMPORT("local-cid") uint32_t host_local_cid(void);

STREAMS_IMPORT("[method]input-stream.read") void host_read(host_handle, uint64_t limit, struct host_read_result *);
STREAMS_IMPORT("[method]input-stream.subscribe") host_handle host_input_subscribe(host_handle);
STREAMS_IMPORT("[resource-drop]input-stream") void host_input_drop(host_handle);
STREAMS_IMPORT("[method]output-stream.check-write") void host_check_write(host_handle, struct host_room_result *);
STREAMS_IMPORT("[method]output-stream.write")
void host_write(host_handle, const void *, size_t, struct host_write_result *);
STREAMS_IMPORT("[method]output-stream.subscribe") host_handle host_output_subscribe(host_handle);
STREAMS_IMPORT("[resource-drop]output-stream") void host_output_drop(host_handle);
HOST_IMPORT("wasi:io/error@0.2.0", "[resource-drop]error") void host_error_drop(host_handle);

/* Sleeps until at least one is ready; the result has the indexes, of 32 bits, of those that are. */
POLL_IMPORT("poll") void host_poll(const host_handle *, size_t count, struct host_list *);
POLL_IMPORT("[method]pollable.ready") int32_t host_ready(host_handle);
POLL_IMPORT("[method]pollable.block") void host_block(host_handle);
POLL_IMPORT("[resource-drop]pollable") void host_pollable_drop(host_handle);
/* Nanoseconds. */
CLOCK_IMPORT("now") uint64_t host_now(void);
CLOCK_IMPORT("subscribe-duration") host_handle host_timer(uint64_t);

QTSM_IMPORT("describe-pcr") void host_describe_pcr(uint32_t index, struct host_pcr_result *);
QTSM_IMPORT("extend-pcr")
void host_extend_pcr(uint32_t index, const void *, size_t, struct host_bytes_result *);
QTSM_IMPORT("lock-pcr") void host_lock_pcr(uint32_t index, struct host_void_result *);
QTSM_IMPORT("lock-pcrs") void host_lock_pcrs(const uint16_t *, size_t, struct host_void_result *);
QTSM_IMPORT("get-describe") void host_describe(struct host_description_result *);
QTSM_IMPORT("get-attestation")
void host_attest(HOST_OPTION(user_data), HOST_OPTION(nonce), HOST_OPTION(public_key), struct host_bytes_result *);
QTSM_IMPORT("get-random") void host_random(uint32_t length, struct host_bytes_result *);

/*
 * The next list that a function returns is written to `target` if it has at most `capacity` bytes, so that no byte is
 * copied twice. Other lists are in memory of malloc, which the caller frees.
 */
void host_receive_into(void *target, size_t capacity);
/* No list is written there any more. */
void host_received(void);

/*
 * More memory for the `length` bytes at `old`, which are cleared and freed: unlike realloc it leaves no copy of a secret
 * behind. NULL if there is none; then `old` stays.
 */
void *memory_grow(void *old, size_t length, size_t capacity);

#endif
