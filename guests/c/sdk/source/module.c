/* The calls of the security module. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

int module_open(enum descriptor_kind kind) {
  struct descriptor *made;
  return descriptor_create(kind, &made);
}

int module_check(enum descriptor_kind kind, int fd) {
  const struct descriptor *found = descriptor_find(fd);
  return found != NULL && found->kind == kind ? NO_ERROR : INTERNAL_ERROR;
}

void module_close(enum descriptor_kind kind, int fd) {
  if (module_check(kind, fd) == NO_ERROR) descriptor_close(fd);
}

/* Of the host's codes, the first is 1. */
static int code_of(uint8_t code) {
  return code + 1;
}

static bool is_whole(struct output output) {
  return output.length != NULL && is_memory(output.length, sizeof *output.length) &&
         (output.bytes != NULL || *output.length == 0) && is_memory(output.bytes, *output.length);
}

static bool is_given(struct input input) {
  return input.length == 0 || (input.bytes != NULL && is_memory(input.bytes, input.length));
}

/* Moves a list of the host to the caller. */
static int give(struct host_list list, struct output output) {
  bool fits = list.length <= *output.length;
  if (fits) memcpy(output.bytes, list.items, list.length);
  *output.length = list.length;
  if (list.length > 0) free(list.items);
  return fits ? NO_ERROR : BUFFER_TOO_SMALL;
}

int module_describe_pcr(uint16_t index, bool *locked, struct output value) {
  struct host_pcr_result pcr;
  if (locked == NULL || !is_memory(locked, sizeof *locked) || !is_whole(value)) return INVALID_ARGUMENT;
  host_describe_pcr(index, &pcr);
  if (pcr.failed) return code_of(pcr.code);
  *locked = pcr.locked != 0;
  return give(pcr.value, value);
}

int module_extend_pcr(uint16_t index, struct input data, struct output value) {
  struct host_bytes_result extended;
  if (data.bytes == NULL || !is_given(data) || !is_whole(value)) return INVALID_ARGUMENT;
  host_extend_pcr(index, data.bytes, data.length, &extended);
  return extended.failed ? code_of(extended.code) : give(extended.list, value);
}

int module_lock_pcr(uint16_t index) {
  struct host_void_result locked;
  host_lock_pcr(index, &locked);
  return locked.failed ? code_of(locked.code) : NO_ERROR;
}

int module_lock_pcrs(const uint16_t *indexes, uint32_t count) {
  struct host_void_result locked;
  if (count > QTSM_MAX_PCR_COUNT) return INPUT_TOO_LARGE;
  if (count == 0 || indexes == NULL || !is_memory(indexes, count * sizeof *indexes)) return INVALID_ARGUMENT;
  host_lock_pcrs(indexes, count, &locked);
  return locked.failed ? code_of(locked.code) : NO_ERROR;
}

int module_describe(struct describe_qtsm *description) {
  struct host_description_result result;
  if (description == NULL || !is_memory(description, sizeof *description)) return INVALID_ARGUMENT;
  host_describe(&result);
  if (result.failed) return code_of(result.code);
  const struct host_description *from = &result.description;
  memset(description, 0, sizeof *description);
  description->version_major = from->version_major;
  description->version_minor = from->version_minor;
  description->version_patch = from->version_patch;
  description->max_pcrs = from->max_pcrs;
  description->digest = (enum digest_alg)from->digest;
  size_t id = from->module_id.length < QTSM_MODULE_ID_MAX_SIZE ? from->module_id.length : QTSM_MODULE_ID_MAX_SIZE - 1;
  size_t locked = from->locked_pcrs.length < QTSM_MAX_PCR_COUNT ? from->locked_pcrs.length : QTSM_MAX_PCR_COUNT;
  memcpy(description->module_id, from->module_id.items, id);
  memcpy(description->locked_pcrs, from->locked_pcrs.items, locked * sizeof(uint16_t));
  description->module_id_len = id;
  description->locked_pcrs_num = locked;
  if (from->module_id.length > 0) free(from->module_id.items);
  if (from->locked_pcrs.length > 0) free(from->locked_pcrs.items);
  return NO_ERROR;
}

#define OPTION(input) (input).bytes != NULL, (input).bytes, (input).bytes != NULL ? (input).length : 0

int module_attest(struct input user_data, struct input nonce, struct input public_key, struct output document) {
  struct host_bytes_result attested;
  if (!is_given(user_data) || !is_given(nonce) || !is_given(public_key) || !is_whole(document)) return INVALID_ARGUMENT;
  host_attest(OPTION(user_data), OPTION(nonce), OPTION(public_key), &attested);
  return attested.failed ? code_of(attested.code) : give(attested.list, document);
}

int module_random(uint8_t *bytes, uint32_t length) {
  struct host_bytes_result random;
  uint32_t capacity = length;
  if (bytes == NULL || length == 0 || !is_memory(bytes, length)) return INVALID_ARGUMENT;
  /* Straight to the caller: no copy of a secret stays behind. */
  host_receive_into(bytes, length);
  host_random(length, &random);
  host_received();
  if (random.failed) return code_of(random.code);
  return random.list.items == bytes ? NO_ERROR : give(random.list, (struct output){bytes, &capacity});
}
