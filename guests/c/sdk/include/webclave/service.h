/*
 * A service in C, for the clients that `serve` in TypeScript has: `enclave.client()`, `ServiceClient`, a pool. Requests
 * and results are values: objects, arrays, texts, byte strings, numbers. What arrives was checked as a whole before a
 * function sees it; a value is valid until the function returns.
 */
#ifndef WEBCLAVE_SERVICE_H
#define WEBCLAVE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest request and the longest result, in bytes. A longer request ends the connection. */
#define WEBCLAVE_MESSAGE_MAX (1u << 20)

/* A value of a request. */
struct webclave_value {
  const uint8_t *at, *end;
};

/* The member `name` of an object. False if it is not an object, or has no such member. */
bool webclave_member(struct webclave_value object, const char *name, struct webclave_value *member);
/* The bytes of a byte string. False if it is another value. */
bool webclave_bytes(struct webclave_value value, const uint8_t **bytes, size_t *length);
/* The UTF-8 of a text, without a zero byte at its end. False if it is another value. */
bool webclave_text(struct webclave_value value, const char **text, size_t *length);
/* A whole number from 0 to 2^63 - 1. False if it is another value. */
bool webclave_number(struct webclave_value value, uint64_t *number);

/* The result of a call. What a function writes to it is one value: an object is followed by its names and values. */
struct webclave_answer;

/* An object of so many members, each a text and a value. */
void webclave_put_object(struct webclave_answer *answer, size_t members);
void webclave_put_array(struct webclave_answer *answer, size_t items);
void webclave_put_text(struct webclave_answer *answer, const char *text);
void webclave_put_bytes(struct webclave_answer *answer, const void *bytes, size_t length);
/* Up to 2^53 a number to JavaScript's clients, from there on a bigint. */
void webclave_put_number(struct webclave_answer *answer, uint64_t number);
/* The call fails: the caller gets copies of this code, such as E_SIGNER_EMPTY, and this message, at most 64 and 512 bytes. */
void webclave_fail(struct webclave_answer *answer, const char *code, const char *message);

/* A function of a service. Without a result it gives undefined. */
typedef void webclave_handler(struct webclave_value request, struct webclave_answer *answer, void *context);

struct webclave_function {
  const char *name;
  webclave_handler *handler;
};

/*
 * Serves the functions at a vsock port, one call at a time, for up to 64 connections. Returns only if it cannot listen:
 * -1, with errno.
 */
int webclave_serve(unsigned int port, const struct webclave_function *functions, size_t count, void *context);

#ifdef __cplusplus
}
#endif

#endif
