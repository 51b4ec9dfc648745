/* What is sent back. */
#include <string.h>

#include "../host.h"
#include "messages.h"

enum { FIRST_CAPACITY = 256, DIRECT = 23, VALUE_UNDEFINED = 23, DOUBLE = 27 };

void answer_add(struct webclave_answer *answer, const void *bytes, size_t length) {
  if (length > WEBCLAVE_MESSAGE_MAX || answer->length - answer->begin > WEBCLAVE_MESSAGE_MAX - length)
    answer->is_too_long = true;
  if (answer->is_too_long) return;
  if (answer->length + length > answer->capacity) {
    size_t capacity = answer->capacity == 0 ? FIRST_CAPACITY : 2 * answer->capacity;
    while (capacity < answer->length + length) capacity *= 2;
    uint8_t *grown = memory_grow(answer->bytes, answer->length, capacity);
    if (grown == NULL) {
      answer->is_too_long = true;
      return;
    }
    answer->bytes = grown;
    answer->capacity = capacity;
  }
  if (length > 0) memcpy(answer->bytes + answer->length, bytes, length);
  answer->length += length;
}

void answer_head(struct webclave_answer *answer, enum cbor_type type, uint64_t number) {
  uint8_t head[9];
  int width = number <= DIRECT ? 0 : number <= UINT8_MAX ? 1 : number <= UINT16_MAX ? 2 : number <= UINT32_MAX ? 4 : 8;
  int information = width == 0 ? (int)number : width == 1 ? 24 : width == 2 ? 25 : width == 4 ? 26 : 27;
  head[0] = (uint8_t)(type << 5 | information);
  for (int at = 0; at < width; at++) head[1 + at] = (uint8_t)(number >> (8 * (width - 1 - at)));
  answer_add(answer, head, 1 + (size_t)width);
}

void webclave_put_object(struct webclave_answer *answer, size_t members) {
  answer_head(answer, CBOR_MAP, members);
}

void webclave_put_array(struct webclave_answer *answer, size_t items) {
  answer_head(answer, CBOR_ARRAY, items);
}

void webclave_put_text(struct webclave_answer *answer, const char *text) {
  answer_head(answer, CBOR_TEXT, strlen(text));
  answer_add(answer, text, strlen(text));
}

void webclave_put_bytes(struct webclave_answer *answer, const void *bytes, size_t length) {
  answer_head(answer, CBOR_BYTES, length);
  answer_add(answer, bytes, length);
}

/* Integers of 64 bits are bigints to JavaScript's clients, and exact doubles are numbers. */
void webclave_put_number(struct webclave_answer *answer, uint64_t number) {
  if (number <= UINT32_MAX || number > MOST_EXACT) return answer_head(answer, CBOR_UNSIGNED, number);
  double value = (double)number;
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint8_t item[9] = {CBOR_SIMPLE << 5 | DOUBLE};
  for (int at = 0; at < 8; at++) item[1 + at] = (uint8_t)(bits >> (8 * (7 - at)));
  answer_add(answer, item, sizeof item);
}

static void copy_text(char *to, const char *text, size_t most) {
  size_t length = strnlen(text, most);
  /* Not within a character of UTF-8. */
  while (length == most && most > 0 && (text[length] & 0xc0) == 0x80) length = --most;
  memcpy(to, text, length);
  to[length] = 0;
}

void webclave_fail(struct webclave_answer *answer, const char *code, const char *message) {
  copy_text(answer->code, code[0] == 0 ? "E_SERVICE_FAILED" : code, CODE_LENGTH);
  copy_text(answer->message, message, REASON_LENGTH);
}

/* Begins the current message again, in place of what was written of it. */
static void begin(struct webclave_answer *answer, int kind, uint64_t id, size_t members) {
  answer->length = answer->begin;
  answer->is_too_long = false;
  answer_add(answer, (uint8_t[PREFIX_LENGTH]){0}, PREFIX_LENGTH);
  answer_head(answer, CBOR_ARRAY, members);
  answer_head(answer, CBOR_UNSIGNED, (uint64_t)kind);
  answer_head(answer, CBOR_UNSIGNED, id);
}

/* False: there is no memory for it. */
static bool finish(struct webclave_answer *answer) {
  size_t length = answer->length - answer->begin - PREFIX_LENGTH;
  if (answer->is_too_long) return false;
  for (int at = 0; at < PREFIX_LENGTH; at++)
    answer->bytes[answer->begin + (size_t)at] = (uint8_t)(length >> (8 * (PREFIX_LENGTH - 1 - at)));
  return true;
}

static bool send_failure(struct webclave_answer *answer, uint64_t id, const char *code, const char *message) {
  begin(answer, MESSAGE_FAILURE, id, 4);
  webclave_put_text(answer, code);
  webclave_put_text(answer, message);
  return finish(answer);
}

static const struct webclave_function *find(const struct cbor_item *name, const struct webclave_function *functions,
                                            size_t count) {
  for (size_t at = 0; at < count; at++)
    if (cbor_is(name, functions[at].name)) return &functions[at];
  return NULL;
}

bool answer_message(struct webclave_value message, const struct webclave_function *functions, size_t count,
                    void *context, struct webclave_answer *answer) {
  struct cbor input = {message.at, message.end};
  struct cbor_item list, kind, id, name;
  if (!check_value(message) || cbor_expect(&input, CBOR_ARRAY, &list) != 0 || list.number < 2) return false;
  if (cbor_expect(&input, CBOR_UNSIGNED, &kind) != 0 || cbor_expect(&input, CBOR_UNSIGNED, &id) != 0) return false;
  /* Calls end before the next message is read: nothing can be cancelled, and there are no streams. */
  if (kind.number != MESSAGE_CALL) return kind.number > MESSAGE_RESULT;
  if (list.number < 4 || cbor_expect(&input, CBOR_TEXT, &name) != 0) return false;
  answer->begin = answer->length;
  answer->code[0] = 0;
  if (list.number > 4) return send_failure(answer, id.number, "E_SERVICE_VALUE", "the service takes no streams");
  const struct webclave_function *found = find(&name, functions, count);
  if (found == NULL) return send_failure(answer, id.number, "E_SERVICE_METHOD", "the service has no such function");
  begin(answer, MESSAGE_RESULT, id.number, 3);
  size_t empty = answer->length;
  found->handler(take_value(&input), answer, context);
  if (answer->length == empty) answer_head(answer, CBOR_SIMPLE, VALUE_UNDEFINED);
  if (answer->code[0] != 0) return send_failure(answer, id.number, answer->code, answer->message);
  if (answer->is_too_long) return send_failure(answer, id.number, "E_SERVICE_FRAME", "the result is too long");
  return finish(answer);
}
