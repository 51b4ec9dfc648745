/* The table of descriptors. */
#include "descriptors.h"

#include <errno.h>
#include <stdlib.h>

/* As Linux has them. */
enum { BUFFER_SIZE = 262144, LEAST_BUFFER = 128 };
/* WebAssembly's pages. */
enum { PAGE = 65536 };

static struct descriptor *descriptors[DESCRIPTOR_COUNT];

int fail(int error) {
  errno = error;
  return -1;
}

int descriptor_create(enum descriptor_kind kind, struct descriptor **created) {
  for (int at = 0; at < DESCRIPTOR_COUNT; at++) {
    if (descriptors[at] != NULL) continue;
    struct descriptor *made = calloc(1, sizeof *made);
    if (made == NULL) return fail(ENOMEM);
    made->kind = kind;
    made->listener = made->connection = made->outcome = NO_HANDLE;
    made->input = made->output = made->readable = made->writable = NO_HANDLE;
    made->receive_timeout = made->send_timeout = FOREVER;
    made->connect_timeout = CONNECT_TIMEOUT;
    made->buffer_size = made->most_buffer = BUFFER_SIZE;
    made->least_buffer = LEAST_BUFFER;
    made->local = made->remote = (struct host_address){VMADDR_CID_ANY, VMADDR_PORT_ANY};
    descriptors[at] = made;
    *created = made;
    return FIRST_DESCRIPTOR + at;
  }
  return fail(EMFILE);
}

struct descriptor *descriptor_find(int fd) {
  if (fd < FIRST_DESCRIPTOR || fd >= FIRST_DESCRIPTOR + DESCRIPTOR_COUNT) return NULL;
  return descriptors[fd - FIRST_DESCRIPTOR];
}

bool is_port_taken(uint32_t port, const struct descriptor *except) {
  for (int at = 0; at < DESCRIPTOR_COUNT; at++) {
    const struct descriptor *other = descriptors[at];
    if (other == NULL || other == except || other->kind != KIND_SOCKET) continue;
    if (other->is_bound && other->state != STATE_CONNECTED && other->local.port == port) return true;
  }
  return false;
}

static void drop(host_handle *handle, void (*drop_handle)(host_handle)) {
  if (*handle == NO_HANDLE) return;
  drop_handle(*handle);
  *handle = NO_HANDLE;
}

/* What is subscribed to, and the streams, are children of what they were made of, and go first. */
static void release(struct descriptor *object) {
  drop(&object->readable, host_pollable_drop);
  drop(&object->writable, host_pollable_drop);
  drop(&object->outcome, host_pollable_drop);
  drop(&object->input, host_input_drop);
  drop(&object->output, host_output_drop);
  drop(&object->connection, host_connection_drop);
  drop(&object->listener, host_listener_drop);
  free(object->peeked);
}

bool descriptor_close(int fd) {
  struct descriptor *object = descriptor_find(fd);
  if (object == NULL) return false;
  release(object);
  free(object);
  descriptors[fd - FIRST_DESCRIPTOR] = NULL;
  return true;
}

bool is_memory(const void *bytes, size_t length) {
  uint64_t end = (uint64_t)(uintptr_t)bytes + length;
  if (length == 0 || (bytes != NULL && end <= (uint64_t)__builtin_wasm_memory_size(0) * PAGE)) return true;
  fail(EFAULT);
  return false;
}

uint64_t deadline_after(uint64_t timeout) {
  uint64_t now = host_now();
  return timeout > FOREVER - now ? FOREVER : now + timeout;
}

bool wait_until(host_handle pollable, uint64_t deadline) {
  if (deadline == FOREVER) {
    host_block(pollable);
    return true;
  }
  uint64_t now = host_now();
  if (host_ready(pollable)) return true;
  if (now >= deadline) return false;
  host_handle both[2] = {pollable, host_timer(deadline - now)};
  uint32_t indexes[2];
  struct host_list ready;
  host_receive_into(indexes, sizeof indexes);
  host_poll(both, 2, &ready);
  host_received();
  host_pollable_drop(both[1]);
  return ready.length > 0 && ((uint32_t *)ready.items)[0] == 0;
}
