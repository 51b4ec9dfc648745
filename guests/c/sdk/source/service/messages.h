/* Messages between a service and its clients: src/service/protocol.ts. */
#ifndef WEBCLAVE_MESSAGES_H
#define WEBCLAVE_MESSAGES_H

#include <webclave/service.h>

#include "../document/cbor.h"

enum { MESSAGE_CALL, MESSAGE_RESULT, MESSAGE_FAILURE };
/* The length before each message. */
enum { PREFIX_LENGTH = 4, CODE_LENGTH = 64, REASON_LENGTH = 512 };

/* 2^53: larger doubles are not exact. */
#define MOST_EXACT (1ULL << 53)

/* Bytes that grow. */
struct webclave_answer {
  uint8_t *bytes;
  size_t length, capacity;
  /* Where the current message begins: each has a limit of its own. */
  size_t begin;
  /* It did not fit. */
  bool is_too_long;
  /* Of a failure: empty if there is none. */
  char code[CODE_LENGTH + 1], message[REASON_LENGTH + 1];
};

/* Whether it is exactly one value, well-formed and within the limits. */
bool check_value(struct webclave_value value);
/* The next value, which is skipped; empty if it is malformed. */
struct webclave_value take_value(struct cbor *input);

/* Adds bytes as they are. */
void answer_add(struct webclave_answer *answer, const void *bytes, size_t length);
/* Adds the head of an item. */
void answer_head(struct webclave_answer *answer, enum cbor_type type, uint64_t number);

/* Answers one message. False: it breaks the protocol. */
bool answer_message(struct webclave_value message, const struct webclave_function *functions, size_t count,
                    void *context, struct webclave_answer *answer);

#endif
