/* UTF-8 as functions of JavaScript. */
#ifndef WEBCLAVE_TEXT_H
#define WEBCLAVE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* Must be called once, before `bytes_of`. */
void take_byte_length(JSContext *ctx);

/* The bytes of a typed array or an ArrayBuffer: valid until JavaScript runs. Returns 0, or -1 with an exception. */
int bytes_of(JSContext *ctx, JSValueConst value, uint8_t **bytes, size_t *length);

/* Whether the bytes before `end` are UTF-8. */
int is_utf8(const uint8_t *at, const uint8_t *end);

/* The string of a Uint8Array: with U+FFFD for what is not UTF-8, or, if the second argument is true, undefined then. */
JSValue decode_utf8(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/* The Uint8Array of a string without lone surrogates. */
JSValue encode_utf8(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

#endif
