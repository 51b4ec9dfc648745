/* Values of requests: CBOR (RFC 8949), of which `check_value` has seen the whole. */
#include <string.h>

#include "../document/cbor.h"
#include "messages.h"

/* As on the other side: src/service/read-message.ts. */
enum { MOST_DEPTH = 64, MOST_VALUES = 1 << 17, TAG_DATE = 1 };

struct check {
  struct cbor input;
  uint32_t values;
};

/* By recursion, whose depth is bounded. */
static bool check_next(struct check *check, int depth) {
  struct cbor_item item;
  if (depth > MOST_DEPTH || ++check->values > MOST_VALUES) return false;
  if (cbor_next(&check->input, &item) != 0) return false;
  uint64_t inside = 0;
  if (item.type == CBOR_TAG && item.number != TAG_DATE) return false;
  if (item.type == CBOR_TAG) inside = 1;
  if (item.type == CBOR_ARRAY) inside = item.number;
  if (item.type == CBOR_MAP) {
    for (uint64_t count = 0; count < item.number; count++) {
      struct cbor name = check->input;
      struct cbor_item key;
      if (cbor_next(&name, &key) != 0 || key.type != CBOR_TEXT) return false;
      if (!check_next(check, depth + 1) || !check_next(check, depth + 1)) return false;
    }
  }
  while (inside-- > 0)
    if (!check_next(check, depth + 1)) return false;
  return true;
}

bool check_value(struct webclave_value value) {
  struct check check = {.input = {value.at, value.end}};
  return check_next(&check, 0) && check.input.at == check.input.end;
}

struct webclave_value take_value(struct cbor *input) {
  struct check skipped = {.input = *input};
  struct webclave_value value = {input->at, input->at};
  if (check_next(&skipped, 0)) input->at = value.end = skipped.input.at;
  return value;
}

static bool read(struct webclave_value value, enum cbor_type type, struct cbor_item *item, struct cbor *rest) {
  *rest = (struct cbor){value.at, value.end};
  return cbor_next(rest, item) == 0 && item->type == type;
}

bool webclave_member(struct webclave_value object, const char *name, struct webclave_value *member) {
  struct cbor rest;
  struct cbor_item item, key;
  if (!read(object, CBOR_MAP, &item, &rest)) return false;
  for (uint64_t count = 0; count < item.number; count++) {
    if (cbor_next(&rest, &key) != 0) return false;
    *member = take_value(&rest);
    if (cbor_is(&key, name)) return true;
  }
  return false;
}

bool webclave_bytes(struct webclave_value value, const uint8_t **bytes, size_t *length) {
  struct cbor rest;
  struct cbor_item item;
  if (!read(value, CBOR_BYTES, &item, &rest)) return false;
  *bytes = item.bytes;
  *length = (size_t)item.number;
  return true;
}

bool webclave_text(struct webclave_value value, const char **text, size_t *length) {
  struct cbor rest;
  struct cbor_item item;
  if (!read(value, CBOR_TEXT, &item, &rest)) return false;
  *text = (const char *)item.bytes;
  *length = (size_t)item.number;
  return true;
}

/* JavaScript's clients send numbers from 2^32 on as doubles. */
static bool whole(uint64_t bits, uint64_t *number) {
  double value;
  memcpy(&value, &bits, sizeof value);
  if (!(value >= 0 && value <= (double)MOST_EXACT)) return false;
  *number = (uint64_t)value;
  return (double)*number == value;
}

bool webclave_number(struct webclave_value value, uint64_t *number) {
  struct cbor rest;
  struct cbor_item item;
  if (read(value, CBOR_SIMPLE, &item, &rest)) return item.width == sizeof(double) && whole(item.number, number);
  if (!read(value, CBOR_UNSIGNED, &item, &rest) || item.number > INT64_MAX) return false;
  *number = item.number;
  return true;
}
