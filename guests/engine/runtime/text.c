/* UTF-8 for TextEncoder and TextDecoder: the Encoding Standard, section 8. */
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the sequence that begins at `at`, before `end`: its length, or minus the bytes of one error. */
static int sequence_length(const uint8_t *at, const uint8_t *end) {
  uint8_t lead = at[0], low = 0x80, high = 0xbf;
  int length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length == 0) return -1;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  for (int index = 1; index < length; index++) {
    if (at + index == end || at[index] < low || at[index] > high) return -index;
    low = 0x80, high = 0xbf;
  }
  return length;
}

/* The string of a text with U+FFFD for each error. */
static JSValue decode_loosely(JSContext *ctx, const uint8_t *at, const uint8_t *end) {
  /* An error of one byte becomes three. */
  uint8_t *text = malloc((size_t)(end - at) * 3), *to = text;
  if (!text) return JS_ThrowOutOfMemory(ctx);
  while (at < end) {
    int length = sequence_length(at, end);
    if (length > 0) {
      memcpy(to, at, (size_t)length);
      to += length, at += length;
    } else {
      memcpy(to, "\xef\xbf\xbd", 3);
      to += 3, at -= length;
    }
  }
  JSValue string = JS_NewStringLen(ctx, (char *)text, (size_t)(to - text));
  free(text);
  return string;
}

/* The getter of a typed array's byteLength, taken before an application can change it. */
static JSValue byte_length;

void take_byte_length(JSContext *ctx) {
  JSValue global = JS_GetGlobalObject(ctx), class = JS_GetPropertyStr(ctx, global, "Uint8Array");
  JSValue own = JS_GetPropertyStr(ctx, class, "prototype"), prototype = JS_GetPrototype(ctx, own);
  JSAtom name = JS_NewAtom(ctx, "byteLength");
  JSPropertyDescriptor found;
  if (JS_GetOwnProperty(ctx, &found, prototype, name) != 1) __builtin_trap();
  byte_length = found.getter;
  JS_FreeValue(ctx, found.setter);
  JS_FreeValue(ctx, found.value);
  JS_FreeAtom(ctx, name);
  JS_FreeValue(ctx, prototype);
  JS_FreeValue(ctx, own);
  JS_FreeValue(ctx, class);
  JS_FreeValue(ctx, global);
}

int bytes_of(JSContext *ctx, JSValueConst value, uint8_t **bytes, size_t *length) {
  size_t offset = 0, whole;
  int is_buffer = JS_IsArrayBuffer(value);
  JSValue buffer = is_buffer ? JS_DupValue(ctx, value) : JS_GetTypedArrayBuffer(ctx, value, &offset, NULL, NULL);
  if (JS_IsException(buffer)) return -1;
  uint8_t *start = JS_GetArrayBuffer(ctx, &whole, buffer);
  JS_FreeValue(ctx, buffer);
  if (!start && JS_HasException(ctx)) return -1;
  *length = whole;
  if (!is_buffer) {
    /* JS_GetTypedArrayBuffer gives the length that a view had when it was made, also of one that follows its buffer's. */
    int64_t now;
    JSValue number = JS_Call(ctx, byte_length, value, 0, NULL);
    if (JS_IsException(number) || JS_ToInt64(ctx, &now, number)) return -1;
    *length = (size_t)now;
  }
  *bytes = start ? start + offset : NULL;
  return 0;
}

int is_utf8(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    int step = *at < 0x80 ? 1 : sequence_length(at, end);
    if (step < 0) return 0;
    at += step;
  }
  return 1;
}

JSValue decode_utf8(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  uint8_t *bytes = NULL;
  size_t length = 0;
  if (argc < 2) return JS_ThrowTypeError(ctx, "2 arguments required");
  if (JS_GetTypedArrayType(argv[0]) != JS_TYPED_ARRAY_UINT8) return JS_ThrowTypeError(ctx, "the argument is not a Uint8Array");
  if (bytes_of(ctx, argv[0], &bytes, &length)) return JS_EXCEPTION;
  if (!is_utf8(bytes, bytes + length))
    return JS_ToBool(ctx, argv[1]) ? JS_UNDEFINED : decode_loosely(ctx, bytes, bytes + length);
  return JS_NewStringLen(ctx, length ? (const char *)bytes : "", length);
}

JSValue encode_utf8(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  size_t length;
  const char *text = JS_ToCStringLen(ctx, &length, argc > 0 ? argv[0] : JS_UNDEFINED);
  if (!text) return JS_EXCEPTION;
  JSValue bytes = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, length);
  JS_FreeCString(ctx, text);
  return bytes;
}
