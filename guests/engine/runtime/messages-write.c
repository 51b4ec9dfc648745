/*
 * Writes messages of services: numbers, BigInts of 64 bits, strings, booleans, null, undefined, dates, Uint8Arrays, arrays
 * and plain objects. src/service/sendable.ts says of any other value where in the message it is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "text.h"

enum { WRITTEN, UNSENDABLE, FAILED };

typedef struct {
  JSContext *ctx;
  uint8_t *bytes;
  size_t length, capacity;
  /* The most bytes, if it is not 0, and whether there would be more. */
  size_t most;
  int is_over;
  int items;
} Writer;

/* The places for `count` more bytes; NULL with an exception, or if there would be too many. */
static uint8_t *room(Writer *writer, size_t count) {
  if (writer->most && count > writer->most - writer->length) return writer->is_over = 1, NULL;
  if (count > writer->capacity - writer->length) {
    size_t capacity = writer->capacity * 2 > writer->length + count ? writer->capacity * 2 : writer->length + count;
    uint8_t *larger = js_realloc(writer->ctx, writer->bytes, capacity);
    if (!larger) return NULL;
    writer->bytes = larger;
    writer->capacity = capacity;
  }
  uint8_t *at = writer->bytes + writer->length;
  writer->length += count;
  return at;
}

static void put_big_endian(uint8_t *at, uint64_t value, int width) {
  for (int index = 0; index < width; index++) at[index] = (uint8_t)(value >> 8 * (width - 1 - index));
}

static int write_head(Writer *writer, int major, uint64_t argument) {
  int size = argument < 24 ? -1 : argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x100000000 ? 2 : 3;
  int width = size < 0 ? 0 : 1 << size;
  uint8_t *at = room(writer, 1 + (size_t)width);
  if (!at) return FAILED;
  *at = (uint8_t)(major << 5 | (size < 0 ? (int)argument : 24 + size));
  put_big_endian(at + 1, argument, width);
  return WRITTEN;
}

static int write_bytes(Writer *writer, int major, const void *bytes, size_t length) {
  if (write_head(writer, major, length)) return FAILED;
  uint8_t *at = room(writer, length);
  if (!at) return FAILED;
  if (length) memcpy(at, bytes, length);
  return WRITTEN;
}

static int write_byte(Writer *writer, uint8_t byte) {
  uint8_t *at = room(writer, 1);
  if (!at) return FAILED;
  *at = byte;
  return WRITTEN;
}

/* Integers of at most 32 bits as such, as all readers take them. */
static int write_number(Writer *writer, double number) {
  if (fabs(number) <= 0xffffffff && number == floor(number) && !(number == 0 && signbit(number)))
    return number < 0 ? write_head(writer, 1, (uint64_t)(-1 - number)) : write_head(writer, 0, (uint64_t)number);
  union { double value; uint64_t bits; } both = { number };
  uint8_t *at = room(writer, 9);
  if (!at) return FAILED;
  *at = 0xfb;
  put_big_endian(at + 1, both.bits, 8);
  return WRITTEN;
}

/* As 64 bits, even if fewer would do: so it is read as a BigInt again. */
static int write_bigint(Writer *writer, JSValueConst value) {
  const char *text = JS_ToCString(writer->ctx, value);
  if (!text) return FAILED;
  int is_negative = *text == '-', is_wide = 0;
  uint64_t number = 0;
  for (const char *digit = text + is_negative; *digit; digit++)
    is_wide |= __builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, (uint64_t)(*digit - '0'), &number);
  JS_FreeCString(writer->ctx, text);
  if (is_wide) return UNSENDABLE;
  uint8_t *at = room(writer, 9);
  if (!at) return FAILED;
  *at = is_negative ? 0x3b : 0x1b;
  put_big_endian(at + 1, is_negative ? number - 1 : number, 8);
  return WRITTEN;
}

static int write_text(Writer *writer, const char *text, size_t length) {
  if (!text) return FAILED;
  /* A lone surrogate is not UTF-8. */
  int status = is_utf8((const uint8_t *)text, (const uint8_t *)text + length) ? write_bytes(writer, 3, text, length) : UNSENDABLE;
  JS_FreeCString(writer->ctx, text);
  return status;
}

static int write_value(Writer *writer, JSValueConst value, int depth);

static int write_member(Writer *writer, JSValue value, int depth) {
  int status = JS_IsException(value) ? FAILED : write_value(writer, value, depth);
  JS_FreeValue(writer->ctx, value);
  return status;
}

static int write_array(Writer *writer, JSValueConst array, int depth) {
  int64_t length;
  if (JS_GetLength(writer->ctx, array, &length)) return FAILED;
  if (length > MAX_ITEMS) return UNSENDABLE;
  int status = write_head(writer, 4, (uint64_t)length);
  for (int64_t index = 0; index < length && status == WRITTEN; index++)
    status = write_member(writer, JS_GetPropertyUint32(writer->ctx, array, (uint32_t)index), depth);
  return status;
}

static int write_property(Writer *writer, JSValueConst object, JSAtom name, int depth) {
  size_t length;
  const char *text = JS_AtomToCStringLen(writer->ctx, &length, name);
  /* A name can contain zeros. */
  if (text && length == 9 && !memcmp(text, "__proto__", 9)) return JS_FreeCString(writer->ctx, text), UNSENDABLE;
  int status = write_text(writer, text, length);
  if (status || ++writer->items > MAX_ITEMS) return status ? status : UNSENDABLE;
  return write_member(writer, JS_GetProperty(writer->ctx, object, name), depth);
}

static int write_properties(Writer *writer, JSValueConst object, int depth) {
  JSPropertyEnum *names;
  uint32_t count;
  if (JS_GetOwnPropertyNames(writer->ctx, &names, &count, object, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY)) return FAILED;
  int status = count > MAX_ITEMS ? UNSENDABLE : write_head(writer, 5, count);
  for (uint32_t index = 0; index < count && status == WRITTEN; index++)
    status = write_property(writer, object, names[index].atom, depth);
  JS_FreePropertyEnum(writer->ctx, names, count);
  return status;
}

/* Date.prototype.getTime, taken before an application can change it. */
static JSValue get_time;

/* Seconds since 1970, as src/service writes them too: whatever the date's own valueOf returns. */
static int write_date(Writer *writer, JSValueConst date) {
  double milliseconds;
  JSValue time = JS_Call(writer->ctx, get_time, date, 0, NULL);
  if (JS_IsException(time) || JS_ToFloat64(writer->ctx, &milliseconds, time)) return FAILED;
  if (isnan(milliseconds) || ++writer->items > MAX_ITEMS) return UNSENDABLE;
  return write_byte(writer, 0xc1) ? FAILED : write_number(writer, milliseconds / 1000);
}

static JSClassID plain_class;
static JSAtom to_json, iterator, string_tag;

static JSAtom symbol_atom(JSContext *ctx, JSValueConst symbols, const char *name) {
  JSValue symbol = JS_GetPropertyStr(ctx, symbols, name);
  JSAtom atom = JS_ValueToAtom(ctx, symbol);
  JS_FreeValue(ctx, symbol);
  return atom;
}

void prepare_writing(JSContext *ctx) {
  JSValue sample = JS_NewObject(ctx), global = JS_GetGlobalObject(ctx);
  JSValue symbols = JS_GetPropertyStr(ctx, global, "Symbol"), date = JS_NewDate(ctx, 0);
  get_time = JS_GetPropertyStr(ctx, date, "getTime");
  plain_class = JS_GetClassID(sample);
  to_json = JS_NewAtom(ctx, "toJSON");
  iterator = symbol_atom(ctx, symbols, "iterator");
  string_tag = symbol_atom(ctx, symbols, "toStringTag");
  JS_FreeValue(ctx, date);
  JS_FreeValue(ctx, symbols);
  JS_FreeValue(ctx, global);
  JS_FreeValue(ctx, sample);
}

/* Whether a property's value allows that the object is plain; negative with an exception. */
static int allows(JSContext *ctx, JSValueConst object, JSAtom name) {
  JSValue value = JS_GetProperty(ctx, object, name);
  int is = 1;
  if (JS_IsException(value)) return -1;
  if (name == to_json) is = !JS_IsFunction(ctx, value);
  else if (name == iterator) is = JS_IsUndefined(value);
  else if (JS_IsString(value)) {
    const char *tag = JS_ToCString(ctx, value);
    is = tag ? !strcmp(tag, "Object") : -1;
    JS_FreeCString(ctx, tag);
  }
  JS_FreeValue(ctx, value);
  return is;
}

/* Whether an object has no state beside its own properties, as src/service/sendable.ts decides it. */
static int is_plain(JSContext *ctx, JSValueConst object, int *is) {
  *is = JS_GetClassID(object) == plain_class;
  const JSAtom names[] = { to_json, iterator, string_tag };
  for (int index = 0; index < 3 && *is > 0; index++) *is = allows(ctx, object, names[index]);
  return *is < 0 ? -1 : 0;
}

static int write_object(Writer *writer, JSValueConst object, int depth) {
  JSContext *ctx = writer->ctx;
  if (JS_GetTypedArrayType(object) == JS_TYPED_ARRAY_UINT8) {
    uint8_t *bytes = NULL;
    size_t length = 0;
    return bytes_of(ctx, object, &bytes, &length) ? FAILED : write_bytes(writer, 2, bytes, length);
  }
  int is;
  if (depth >= MAX_DEPTH) return UNSENDABLE;
  if (JS_IsDate(object)) return write_date(writer, object);
  if (JS_IsArray(object)) return write_array(writer, object, depth + 1);
  if (is_plain(ctx, object, &is)) return FAILED;
  return is ? write_properties(writer, object, depth + 1) : UNSENDABLE;
}

static int write_value(Writer *writer, JSValueConst value, int depth) {
  size_t length;
  double number;
  if (++writer->items > MAX_ITEMS) return UNSENDABLE;
  switch (JS_VALUE_GET_NORM_TAG(value)) {
  case JS_TAG_BOOL: return write_byte(writer, JS_VALUE_GET_BOOL(value) ? 0xf5 : 0xf4);
  case JS_TAG_NULL: return write_byte(writer, 0xf6);
  case JS_TAG_UNDEFINED: return write_byte(writer, 0xf7);
  case JS_TAG_INT: return write_number(writer, JS_VALUE_GET_INT(value));
  case JS_TAG_FLOAT64: return JS_ToFloat64(writer->ctx, &number, value) ? FAILED : write_number(writer, number);
  case JS_TAG_OBJECT: return write_object(writer, value, depth);
  }
  if (JS_IsBigInt(value)) return write_bigint(writer, value);
  if (!JS_IsString(value)) return UNSENDABLE;
  const char *text = JS_ToCStringLen(writer->ctx, &length, value);
  return write_text(writer, text, length);
}

static void *resize(JSRuntime *rt, void *opaque, void *bytes, size_t length) {
  (void)opaque;
  return js_realloc_rt(rt, bytes, length);
}

/* Writes a frame; its length without the prefix. */
static int write_frame(Writer *writer, JSValueConst message, size_t *length) {
  int status = room(writer, PREFIX) ? write_value(writer, message, 0) : FAILED;
  *length = writer->length - PREFIX;
  if (status == WRITTEN) put_big_endian(writer->bytes, *length, PREFIX);
  return status;
}

JSValue write_message(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  double limit;
  size_t length;
  if (argc < 2 || JS_ToFloat64(ctx, &limit, argv[1])) return JS_EXCEPTION;
  Writer writer = { .ctx = ctx };
  int status = write_frame(&writer, argv[0], &length);
  if (status == WRITTEN && (double)length <= limit) {
    uint8_t *bytes = js_realloc(ctx, writer.bytes, writer.length);
    if (bytes) return JS_NewUint8Array(ctx, bytes, writer.length, resize, NULL, false);
    status = FAILED;
  }
  js_free(ctx, writer.bytes);
  if (status == FAILED) return JS_EXCEPTION;
  return status == UNSENDABLE ? JS_UNDEFINED : JS_NewNumber(ctx, (double)length);
}

/* Puts a written frame into `place`, which only now is looked at: what wrote it may have run code of the application. */
static JSValue put_frame(Writer *writer, JSValueConst place) {
  uint8_t *bytes = NULL;
  size_t length = 0;
  uint32_t used;
  if (bytes_of(writer->ctx, place, &bytes, &length)) return JS_EXCEPTION;
  if (length < sizeof used) return JS_NewInt32(writer->ctx, 0);
  memcpy(&used, bytes, sizeof used);
  size_t from = sizeof used + (size_t)used;
  if (from > length || writer->length > length - from) return JS_NewInt32(writer->ctx, 0);
  memcpy(bytes + from, writer->bytes, writer->length);
  used += (uint32_t)writer->length;
  memcpy(bytes, &used, sizeof used);
  return JS_NewInt64(writer->ctx, (int64_t)writer->length);
}

JSValue append_message(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  double limit;
  size_t length;
  if (argc < 3 || JS_GetTypedArrayType(argv[2]) != JS_TYPED_ARRAY_UINT8) return JS_ThrowTypeError(ctx, "no place for a message");
  uint8_t *bytes = NULL;
  size_t place_length = 0;
  if (JS_ToFloat64(ctx, &limit, argv[1]) || bytes_of(ctx, argv[2], &bytes, &place_length)) return JS_EXCEPTION;
  Writer writer = { .ctx = ctx, .most = place_length };
  int status = write_frame(&writer, argv[0], &length);
  JSValue result = JS_NewInt32(ctx, 0);
  if (status == FAILED && !writer.is_over) result = JS_EXCEPTION;
  else if (status == WRITTEN && (double)length <= limit) result = put_frame(&writer, argv[2]);
  js_free(ctx, writer.bytes);
  return result;
}
