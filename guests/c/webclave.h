/*
 * The vsock, WASI's streams and a part of the QTSM for a C program without any library: the core functions that the
 * canonical ABI gives the interfaces of wit/. A resource is a number (its handle), and so is every enum. A function
 * whose result does not fit one number writes it to the address in its last argument; `ok` is 0 there.
 *
 *     clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry -o app.wasm app.c
 */
#ifndef WEBCLAVE_H
#define WEBCLAVE_H

#include <stddef.h>
#include <stdint.h>

#define IMPORT(interface, function) __attribute__((import_module(interface), import_name(function)))
#define VSOCK(function) IMPORT("qingtian:enclave/vsock@0.1.0", function)
#define QTSM(function) IMPORT("qingtian:enclave/qtsm@0.1.0", function)
#define STREAMS(function) IMPORT("wasi:io/streams@0.2.0", function)
#define POLL(function) IMPORT("wasi:io/poll@0.2.0", function)

typedef int32_t listener_t, connection_t, input_t, output_t, pollable_t, error_t;

/* The parent instance. */
enum { PARENT_CID = 3 };

/* error-code of qingtian:enclave/vsock. */
enum {
  VSOCK_REFUSED, VSOCK_RESET, VSOCK_TIMED_OUT, VSOCK_UNREACHABLE, VSOCK_ADDRESS_IN_USE,
  VSOCK_INVALID_ARGUMENT, VSOCK_WOULD_BLOCK, VSOCK_NOT_CONNECTED, VSOCK_TOO_MANY_SOCKETS
};
enum { SHUTDOWN_RECEIVE, SHUTDOWN_SEND, SHUTDOWN_BOTH };
/* stream-error: a failed operation has an error resource, which must be dropped; a closed stream is the normal end. */
enum { STREAM_FAILED, STREAM_CLOSED };

typedef struct { uint8_t *bytes; size_t length; } list_t;

/* result<handle, error-code> */
typedef struct { uint8_t failed; union { int32_t handle; uint8_t code; }; } handle_result_t;
/* result<tuple<input-stream, output-stream>, error-code> */
typedef struct { uint8_t failed; union { struct { input_t input; output_t output; }; uint8_t code; }; } streams_result_t;
/* result<_, error-code> */
typedef struct { uint8_t failed, code; } void_result_t;
/* result<list<u8>, stream-error> */
typedef struct { uint8_t failed; union { list_t list; struct { uint8_t end; error_t error; }; }; } read_result_t;
/* result<u64, stream-error> */
typedef struct { uint8_t failed; union { uint64_t room; struct { uint8_t end; error_t error; }; }; } room_result_t;
/* result<_, stream-error> */
typedef struct { uint8_t failed; struct { uint8_t end; error_t error; }; } write_result_t;

VSOCK("[static]listener.listen") void listener_listen(uint32_t port, uint32_t backlog, handle_result_t *);
VSOCK("[method]listener.subscribe") pollable_t listener_subscribe(listener_t);
VSOCK("[method]listener.accept") void listener_accept(listener_t, handle_result_t *);
VSOCK("[resource-drop]listener") void listener_drop(listener_t);
VSOCK("[static]connection.connect") void connection_connect(uint32_t cid, uint32_t port, handle_result_t *);
VSOCK("[method]connection.subscribe") pollable_t connection_subscribe(connection_t);
VSOCK("[method]connection.streams") void connection_streams(connection_t, streams_result_t *);
VSOCK("[method]connection.shutdown") void connection_shutdown(connection_t, int32_t how, void_result_t *);
VSOCK("[resource-drop]connection") void connection_drop(connection_t);

STREAMS("[method]input-stream.read") void input_read(input_t, uint64_t limit, read_result_t *);
STREAMS("[method]input-stream.blocking-read") void input_blocking_read(input_t, uint64_t limit, read_result_t *);
STREAMS("[method]input-stream.subscribe") pollable_t input_subscribe(input_t);
STREAMS("[resource-drop]input-stream") void input_drop(input_t);
STREAMS("[method]output-stream.check-write") void output_check_write(output_t, room_result_t *);
STREAMS("[method]output-stream.write") void output_write(output_t, const void *, size_t, write_result_t *);
STREAMS("[method]output-stream.subscribe") pollable_t output_subscribe(output_t);
STREAMS("[resource-drop]output-stream") void output_drop(output_t);
IMPORT("wasi:io/error@0.2.0", "[resource-drop]error") void error_drop(error_t);

/* Sleeps until at least one of `count` pollables is ready; `indexes` are the 32-bit indexes of those that are. */
POLL("poll") void poll(const pollable_t *, size_t count, list_t *indexes);
POLL("[method]pollable.block") void pollable_block(pollable_t);
POLL("[resource-drop]pollable") void pollable_drop(pollable_t);

/* The new value, 48 bytes, or an error-code. */
typedef struct { uint8_t failed; union { list_t list; uint8_t code; }; } bytes_result_t;
/* A register, locked or not, and its value, 48 bytes; or an error-code. */
typedef struct { uint8_t failed; union { struct { uint8_t locked; list_t list; }; uint8_t code; }; } pcr_result_t;
QTSM("describe-pcr") void qtsm_describe_pcr(uint32_t index, pcr_result_t *);
QTSM("extend-pcr") void qtsm_extend_pcr(uint32_t index, const void *, size_t, bytes_result_t *);
QTSM("lock-pcr") void qtsm_lock_pcr(uint32_t index, void_result_t *);
QTSM("get-random") void qtsm_get_random(uint32_t length, bytes_result_t *);

/*
 * A function that returns a list asks the program for memory. The program sets the address here before each such call,
 * so that no byte is copied twice, and nothing is ever freed.
 */
static void *list_target;
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
  return list_target;
}

/* The application: 0 means success. */
__attribute__((export_name("wasi:cli/run@0.2.0#run"))) int run(void);

#endif
