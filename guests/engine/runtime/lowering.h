/* Arguments of a call as core words and linear memory (Canonical ABI). Part of values.c. */
#ifndef WEBCLAVE_LOWERING_H
#define WEBCLAVE_LOWERING_H

#include <math.h>
#include <string.h>

#include "handles.h"
#include "text.h"

#define MAX_KEPT 16
/* Far more than any list of numbers or handles that the kernel accepts. */
#define MAX_LIST 1048576

/* What one call keeps until it has returned: memory of lists, and strings of the engine. */
typedef struct {
  JSContext *ctx;
  const Function *function;
  int argument;
  Word words[MAX_WORDS];
  int word_count;
  void *lists[MAX_KEPT];
  const char *strings[MAX_KEPT];
  int list_count, string_count;
} Call;

static int wrong(Call *call, const char *expected) {
  JS_ThrowTypeError(call->ctx, "%s: argument %d: expected %s", call->function->name, call->argument, expected);
  return -1;
}

static int lower_integer(Call *call, JSValueConst value, double max, const char *expected, int64_t *out) {
  if (JS_IsBigInt(value)) {
    if (JS_ToBigInt64(call->ctx, out, value)) return -1;
    return *out < 0 || (double)*out > max ? wrong(call, expected) : 0;
  }
  double number;
  if (!JS_IsNumber(value)) return wrong(call, expected);
  if (JS_ToFloat64(call->ctx, &number, value)) return -1;
  if (!(number >= 0 && number <= max && number == floor(number))) return wrong(call, expected);
  *out = (int64_t)number;
  return 0;
}

/* The bytes of a view or of an ArrayBuffer. */
static int lower_bytes(Call *call, JSValueConst value, uint8_t **bytes, size_t *length) {
  if (!JS_IsArrayBuffer(value) && JS_GetTypedArrayType(value) < 0) return wrong(call, "a Uint8Array");
  return bytes_of(call->ctx, value, bytes, length);
}

static int lower_case(Call *call, const Type *type, JSValueConst value) {
  const char *name = JS_IsString(value) ? JS_ToCString(call->ctx, value) : NULL;
  int found = -1;
  for (int at = 0; name && at < type->count; at++)
    if (strcmp(name, type->members[at].name) == 0) found = at;
  JS_FreeCString(call->ctx, name);
  return found < 0 ? wrong(call, "one of the names in wit/") : found;
}

static int lower_handle(Call *call, const Type *type, JSValueConst value, int32_t *out) {
  Handle *handle = JS_GetOpaque(value, handle_class);
  if (!handle || handle->resource != type->resource) return wrong(call, resources[type->resource].name);
  if (handle->handle < 0) return wrong(call, "a handle that is not disposed");
  *out = handle->handle;
  if (type->kind == KIND_OWN) handle->handle = -1;
  return 0;
}

static int lower_list(Call *call, const Type *type, JSValueConst value, int32_t *address, int32_t *length);

/* One scalar as 64 bits. */
static int lower_scalar(Call *call, const Type *type, JSValueConst value, int64_t *out) {
  int32_t handle;
  switch (type->kind) {
  case KIND_BOOL:
    *out = JS_ToBool(call->ctx, value);
    return 0;
  case KIND_U8: return lower_integer(call, value, 255, "an integer from 0 to 255", out);
  case KIND_U16: return lower_integer(call, value, 65535, "an integer from 0 to 65535", out);
  case KIND_U32: return lower_integer(call, value, 4294967295.0, "an integer from 0 to 4294967295", out);
  case KIND_U64: return lower_integer(call, value, MAX_SAFE_INTEGER, "an integer from 0 to 2^53 - 1", out);
  default:
    if (lower_handle(call, type, value, &handle)) return -1;
    *out = handle;
    return 0;
  }
}

static Word *next_word(Call *call) {
  return &call->words[call->word_count++];
}

static int lower_flat(Call *call, const Type *type, JSValueConst value) {
  JSContext *ctx = call->ctx;
  switch (type->kind) {
  case KIND_STRING: {
    size_t length;
    const char *text = JS_IsString(value) ? JS_ToCStringLen(ctx, &length, value) : NULL;
    if (!text) return wrong(call, "a string");
    call->strings[call->string_count++] = text;
    next_word(call)->i = (int32_t)(uintptr_t)text;
    next_word(call)->i = (int32_t)length;
    return 0;
  }
  case KIND_BYTES: {
    uint8_t *bytes;
    size_t length;
    if (lower_bytes(call, value, &bytes, &length)) return -1;
    next_word(call)->i = (int32_t)(uintptr_t)bytes;
    next_word(call)->i = (int32_t)length;
    return 0;
  }
  case KIND_LIST: {
    int32_t address, length;
    if (lower_list(call, type, value, &address, &length)) return -1;
    next_word(call)->i = address;
    next_word(call)->i = length;
    return 0;
  }
  case KIND_RECORD:
    if (!JS_IsObject(value)) return wrong(call, "an object");
    for (int at = 0; at < type->count; at++) {
      JSValue member = JS_GetPropertyStr(ctx, value, type->members[at].name);
      int failed = JS_IsException(member) || lower_flat(call, type->members[at].type, member);
      JS_FreeValue(ctx, member);
      if (failed) return -1;
    }
    return 0;
  case KIND_OPTION: {
    int is_none = JS_IsNull(value) || JS_IsUndefined(value);
    next_word(call)->i = !is_none;
    if (!is_none) return lower_flat(call, type->members[1].type, value);
    for (int at = 1; at < type->flat; at++) next_word(call)->l = 0;
    return 0;
  }
  case KIND_RESULT: {
    JSValue tag = JS_IsObject(value) ? JS_GetPropertyStr(ctx, value, "tag") : JS_UNDEFINED;
    int found = lower_case(call, type, tag);
    JS_FreeValue(ctx, tag);
    if (found < 0) return -1;
    next_word(call)->i = found;
    return 0;
  }
  case KIND_ENUM: {
    int found = lower_case(call, type, value);
    if (found < 0) return -1;
    next_word(call)->i = found;
    return 0;
  }
  default: {
    int64_t scalar;
    if (lower_scalar(call, type, value, &scalar)) return -1;
    if (type->kind == KIND_U64) next_word(call)->l = scalar;
    else next_word(call)->i = (int32_t)scalar;
    return 0;
  }
  }
}

/*
 * A list of scalars or of handles, stored in memory. All members are read before the first is lowered: a getter may
 * dispose of a handle.
 */
static int lower_list(Call *call, const Type *type, JSValueConst value, int32_t *address, int32_t *length) {
  const Type *item = type->members[0].type;
  JSContext *ctx = call->ctx;
  int64_t count, read = 0;
  if (!JS_IsObject(value)) return wrong(call, "an array");
  if (JS_GetLength(ctx, value, &count)) return -1;
  if (count < 0 || count > MAX_LIST) return wrong(call, "a shorter array");
  JSValue *members = malloc((size_t)count * sizeof *members + 1);
  uint8_t *memory = malloc((size_t)count * item->size + 1);
  int failed = !members || !memory;
  if (failed) JS_ThrowOutOfMemory(ctx);
  if (memory) call->lists[call->list_count++] = memory;
  while (!failed && read < count) {
    members[read] = JS_GetPropertyInt64(ctx, value, read);
    failed = JS_IsException(members[read++]);
  }
  for (int64_t at = 0; at < count && !failed; at++) {
    int64_t scalar = 0;
    failed = lower_scalar(call, item, members[at], &scalar);
    memcpy(memory + at * item->size, &scalar, item->size);
  }
  while (read > 0) JS_FreeValue(ctx, members[--read]);
  free(members);
  *address = (int32_t)(uintptr_t)memory;
  *length = (int32_t)count;
  return failed ? -1 : 0;
}

#endif
