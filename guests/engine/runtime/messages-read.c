/*
 * Reads messages of services: the subset of CBOR (RFC 8949) that src/service/read-message.ts describes, directly into
 * JavaScript values. Input is hostile: nothing is allocated for a length that the input only claims, and no code of the
 * application runs meanwhile, so the bytes stay where they are.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "text.h"

typedef struct {
  JSContext *ctx;
  const uint8_t *at, *end;
  int items;
} Reader;

static JSValue complement_of;

void prepare_messages(JSContext *ctx, JSValueConst complement) {
  complement_of = JS_DupValue(ctx, complement);
  prepare_writing(ctx);
}

static JSValue malformed(JSContext *ctx) { return JS_ThrowSyntaxError(ctx, "a message is malformed"); }

static uint64_t big_endian(const uint8_t *at, int width) {
  uint64_t value = 0;
  for (int index = 0; index < width; index++) value = value << 8 | at[index];
  return value;
}

/* RFC 8949, appendix D. */
static double half_float(uint32_t bits) {
  int exponent = bits >> 10 & 0x1f;
  double mantissa = bits & 0x3ff, value;
  if (exponent == 0) value = ldexp(mantissa, -24);
  else if (exponent < 31) value = ldexp(mantissa + 1024, exponent - 25);
  else value = mantissa == 0 ? INFINITY : NAN;
  return bits & 0x8000 ? -value : value;
}

static JSValue read_simple(Reader *reader, int information) {
  if (information == 20 || information == 21) return JS_NewBool(reader->ctx, information == 21);
  if (information == 22) return JS_NULL;
  if (information == 23) return JS_UNDEFINED;
  int width = information == 25 ? 2 : information == 26 ? 4 : information == 27 ? 8 : 0;
  if (width == 0 || reader->end - reader->at < width) return malformed(reader->ctx);
  uint64_t bits = big_endian(reader->at, width);
  reader->at += width;
  if (width == 2) return JS_NewNumber(reader->ctx, half_float((uint32_t)bits));
  union { uint32_t bits; float value; } single = { (uint32_t)bits };
  union { uint64_t bits; double value; } both = { bits };
  return JS_NewNumber(reader->ctx, width == 4 ? (double)single.value : both.value);
}

/* A non-negative or negative integer; those of 64 bits are BigInts. */
static JSValue integer(JSContext *ctx, int is_negative, uint64_t value, int is_wide) {
  if (!is_wide) return JS_NewInt64(ctx, is_negative ? -1 - (int64_t)value : (int64_t)value);
  JSValue big = JS_NewBigUint64(ctx, value);
  if (!is_negative || JS_IsException(big)) return big;
  JSValueConst words[] = { big };
  JSValue result = JS_Call(ctx, complement_of, JS_UNDEFINED, 1, words);
  JS_FreeValue(ctx, big);
  return result;
}

static JSValue read_value(Reader *reader, int depth);

static JSValue read_array(Reader *reader, uint64_t length, int depth) {
  JSValue array = JS_NewArray(reader->ctx);
  for (uint64_t index = 0; index < length && !JS_IsException(array); index++) {
    JSValue value = read_value(reader, depth);
    if (!JS_IsException(value) &&
        JS_DefinePropertyValueUint32(reader->ctx, array, (uint32_t)index, value, JS_PROP_C_W_E) >= 0)
      continue;
    JS_FreeValue(reader->ctx, array);
    array = JS_EXCEPTION;
  }
  return array;
}

/* The name of a property that `object` does not have yet; or JS_ATOM_NULL, with an exception. */
static JSAtom read_name(Reader *reader, JSValueConst object) {
  if (reader->at == reader->end || *reader->at >> 5 != 3) return malformed(reader->ctx), JS_ATOM_NULL;
  JSValue key = read_value(reader, 0);
  if (JS_IsException(key)) return JS_ATOM_NULL;
  JSAtom name = JS_ValueToAtom(reader->ctx, key);
  JS_FreeValue(reader->ctx, key);
  if (name == JS_ATOM_NULL) return name;
  static JSAtom prototype;
  if (!prototype) prototype = JS_NewAtom(reader->ctx, "__proto__");
  if (name != prototype && JS_GetOwnProperty(reader->ctx, NULL, object, name) == 0) return name;
  JS_FreeAtom(reader->ctx, name);
  return malformed(reader->ctx), JS_ATOM_NULL;
}

static JSValue read_object(Reader *reader, uint64_t length, int depth) {
  JSValue object = JS_NewObjectProto(reader->ctx, JS_NULL);
  for (uint64_t index = 0; index < length && !JS_IsException(object); index++) {
    JSAtom name = read_name(reader, object);
    JSValue value = name == JS_ATOM_NULL ? JS_EXCEPTION : read_value(reader, depth);
    int is_kept = !JS_IsException(value) && JS_DefinePropertyValue(reader->ctx, object, name, value, JS_PROP_C_W_E) >= 0;
    if (name != JS_ATOM_NULL) JS_FreeAtom(reader->ctx, name);
    if (is_kept) continue;
    JS_FreeValue(reader->ctx, object);
    object = JS_EXCEPTION;
  }
  return object;
}

/* As Math.round: halves upwards. The sum of a large number and 0.5 would be rounded itself. */
static double nearest(double number) {
  double whole = floor(number);
  return number - whole >= 0.5 ? whole + 1 : whole;
}

/* Tag 1: seconds since 1970, rounded to the nearest millisecond. */
static JSValue read_date(Reader *reader, uint64_t tag, int depth) {
  double seconds;
  JSValue value = tag == 1 ? read_value(reader, depth) : malformed(reader->ctx);
  if (JS_IsException(value)) return value;
  int is_number = JS_IsNumber(value) && JS_ToFloat64(reader->ctx, &seconds, value) == 0;
  JS_FreeValue(reader->ctx, value);
  double milliseconds = is_number ? nearest(seconds * 1000) : NAN;
  if (!(fabs(milliseconds) <= 8.64e15)) return malformed(reader->ctx);
  return JS_NewDate(reader->ctx, milliseconds);
}

static JSValue read_value(Reader *reader, int depth) {
  JSContext *ctx = reader->ctx;
  if (reader->at == reader->end || ++reader->items > MAX_ITEMS) return malformed(ctx);
  int major = *reader->at >> 5, information = *reader->at & 0x1f;
  reader->at++;
  if (major == 7) return read_simple(reader, information);
  int width = information < 24 ? 0 : information < 28 ? 1 << (information - 24) : -1;
  if (width < 0 || reader->end - reader->at < width) return malformed(ctx);
  uint64_t argument = width ? big_endian(reader->at, width) : (uint64_t)information;
  reader->at += width;
  if (major < 2) return integer(ctx, major == 1, argument, width == 8);
  if (major < 4) {
    if (argument > (uint64_t)(reader->end - reader->at)) return malformed(ctx);
    const uint8_t *bytes = reader->at;
    reader->at += argument;
    if (major == 2) return JS_NewUint8ArrayCopy(ctx, bytes, (size_t)argument);
    if (!is_utf8(bytes, reader->at)) return malformed(ctx);
    return JS_NewStringLen(ctx, (const char *)bytes, (size_t)argument);
  }
  if (depth >= MAX_DEPTH) return malformed(ctx);
  if (major == 4) return read_array(reader, argument, depth + 1);
  if (major == 5) return read_object(reader, argument, depth + 1);
  return read_date(reader, argument, depth + 1);
}

JSValue read_message(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  uint8_t *bytes = NULL;
  size_t length = 0;
  uint32_t from, to;
  if (argc < 3 || JS_GetTypedArrayType(argv[0]) != JS_TYPED_ARRAY_UINT8) return malformed(ctx);
  if (JS_ToUint32(ctx, &from, argv[1]) || JS_ToUint32(ctx, &to, argv[2])) return JS_EXCEPTION;
  if (bytes_of(ctx, argv[0], &bytes, &length)) return JS_EXCEPTION;
  if (from > to || to > length) return malformed(ctx);
  Reader reader = { ctx, bytes + from, bytes + to, 0 };
  JSValue value = read_value(&reader, 0);
  if (JS_IsException(value) || reader.at == reader.end) return value;
  JS_FreeValue(ctx, value);
  return malformed(ctx);
}

/* Messages that are read at once: they take memory until all are handled. */
#define MOST_AT_ONCE 64

/* Whether a value begins as a message does: with a kind and a number of a call. */
static int is_message(JSContext *ctx, JSValueConst value) {
  int64_t length;
  /* What it lacks would be looked for in its prototype, which is the application's. */
  if (!JS_IsArray(value) || JS_GetLength(ctx, value, &length) || length < 2) return 0;
  JSValue kind = JS_GetPropertyUint32(ctx, value, 0), call = JS_GetPropertyUint32(ctx, value, 1);
  /* Neither needs to be freed if it is a number; a call beyond 31 bits is left to the service. */
  int is = JS_VALUE_GET_TAG(kind) == JS_TAG_INT && JS_VALUE_GET_TAG(call) == JS_TAG_INT &&
           JS_VALUE_GET_INT(kind) >= 0 && JS_VALUE_GET_INT(kind) <= LAST_KIND && JS_VALUE_GET_INT(call) >= 0;
  JS_FreeValue(ctx, kind);
  JS_FreeValue(ctx, call);
  return is;
}

/* The message in the next frame; JS_UNDEFINED if it is not one that is all there and as it should be. */
static JSValue read_frame(JSContext *ctx, const uint8_t *bytes, size_t length, double limit, size_t *frame_length) {
  if (length < PREFIX) return JS_UNDEFINED;
  uint64_t size = big_endian(bytes, PREFIX);
  if (size == 0 || size > length - PREFIX || (double)size > limit) return JS_UNDEFINED;
  Reader reader = { ctx, bytes + PREFIX, bytes + PREFIX + size, 0 };
  JSValue value = read_value(&reader, 0);
  *frame_length = PREFIX + size;
  if (JS_IsException(value)) return JS_FreeValue(ctx, JS_GetException(ctx)), JS_UNDEFINED;
  if (reader.at == reader.end && is_message(ctx, value)) return value;
  JS_FreeValue(ctx, value);
  return JS_UNDEFINED;
}

JSValue read_messages(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  uint8_t *bytes = NULL;
  size_t length = 0, frame_length;
  uint32_t at, count = 0;
  double limit;
  if (argc < 3 || JS_GetTypedArrayType(argv[0]) != JS_TYPED_ARRAY_UINT8) return malformed(ctx);
  if (JS_ToUint32(ctx, &at, argv[1]) || JS_ToFloat64(ctx, &limit, argv[2])) return JS_EXCEPTION;
  if (bytes_of(ctx, argv[0], &bytes, &length)) return JS_EXCEPTION;
  JSValue list = JS_NewArray(ctx);
  while (!JS_IsException(list) && at < length && count < 2 * MOST_AT_ONCE) {
    JSValue message = read_frame(ctx, bytes + at, length - at, limit, &frame_length);
    if (JS_IsUndefined(message)) break;
    at += (uint32_t)frame_length;
    if (JS_DefinePropertyValueUint32(ctx, list, count++, message, JS_PROP_C_W_E) >= 0 &&
        JS_DefinePropertyValueUint32(ctx, list, count++, JS_NewUint32(ctx, at), JS_PROP_C_W_E) >= 0)
      continue;
    JS_FreeValue(ctx, list);
    list = JS_EXCEPTION;
  }
  return list;
}
