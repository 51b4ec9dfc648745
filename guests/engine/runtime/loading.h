/* Results of a call as JavaScript values (Canonical ABI). Part of values.c. */
#ifndef WEBCLAVE_LOADING_H
#define WEBCLAVE_LOADING_H

#include <string.h>

#include "handles.h"

/* The host may give an empty list any address. */
static void release(void *at, size_t length) {
  if (length != 0) free(at);
}

static JSValue number_of(JSContext *ctx, uint64_t value) {
  return (double)value <= MAX_SAFE_INTEGER ? JS_NewInt64(ctx, (int64_t)value) : JS_NewBigUint64(ctx, value);
}

static void *resize_bytes(JSRuntime *rt, void *opaque, void *at, size_t length) {
  (void)rt, (void)opaque;
  if (length != 0) return realloc(at, length);
  free(at);
  return NULL;
}

/* Where the next list of bytes belongs, if it fits; and where it went, until it has been loaded. */
static uint8_t *landing, *landed;
static size_t landing_length;

/* The bytes, or their number if they are where they belong. */
static JSValue take_bytes(JSContext *ctx, uint8_t *at, size_t length) {
  if (length == 0) return JS_NewUint8ArrayCopy(ctx, NULL, 0);
  if (at == landed) return JS_NewInt64(ctx, (int64_t)length);
  return JS_NewUint8Array(ctx, at, length, resize_bytes, NULL, false);
}

static JSValue load(JSContext *ctx, const Type *type, const uint8_t *at);

static JSValue load_list(JSContext *ctx, const Type *item, uint8_t *start, size_t count) {
  JSValue list = JS_NewArray(ctx);
  for (size_t index = 0; index < count && !JS_IsException(list); index++) {
    JSValue member = load(ctx, item, start + index * item->size);
    if (JS_IsException(member) || JS_DefinePropertyValueUint32(ctx, list, (uint32_t)index, member, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(ctx, list);
      list = JS_EXCEPTION;
    }
  }
  release(start, count);
  return list;
}

static JSValue load_members(JSContext *ctx, const Type *type, const uint8_t *at) {
  int is_record = type->kind == KIND_RECORD;
  JSValue object = is_record ? JS_NewObject(ctx) : JS_NewArray(ctx);
  for (int index = 0; index < type->count && !JS_IsException(object); index++) {
    const Member *member = &type->members[index];
    JSValue value = load(ctx, member->type, at + member->offset);
    int defined = JS_IsException(value) ? -1
                  : is_record ? JS_DefinePropertyValueStr(ctx, object, member->name, value, JS_PROP_C_W_E)
                              : JS_DefinePropertyValueUint32(ctx, object, (uint32_t)index, value, JS_PROP_C_W_E);
    if (defined < 0) {
      JS_FreeValue(ctx, object);
      object = JS_EXCEPTION;
    }
  }
  return object;
}

static JSValue load_variant(JSContext *ctx, const Type *type, const uint8_t *at) {
  const Member *chosen = &type->members[*at];
  JSValue value = chosen->type ? load(ctx, chosen->type, at + chosen->offset) : JS_UNDEFINED;
  if (JS_IsException(value)) return value;
  JSValue object = JS_NewObject(ctx);
  if (JS_DefinePropertyValueStr(ctx, object, "tag", JS_NewString(ctx, chosen->name), JS_PROP_C_W_E) < 0 ||
      (chosen->type && JS_DefinePropertyValueStr(ctx, object, "val", value, JS_PROP_C_W_E) < 0)) {
    JS_FreeValue(ctx, object);
    return JS_EXCEPTION;
  }
  return object;
}

static JSValue load(JSContext *ctx, const Type *type, const uint8_t *at) {
  uint32_t words[2] = { 0, 0 };
  uint64_t wide;
  memcpy(words, at, type->size < 8 ? type->size : 8);
  void *address = (void *)(uintptr_t)words[0];
  switch (type->kind) {
  case KIND_BOOL: return JS_NewBool(ctx, *at);
  case KIND_U8:
  case KIND_U16:
  case KIND_U32: return JS_NewUint32(ctx, words[0]);
  case KIND_U64:
    memcpy(&wide, at, sizeof wide);
    return number_of(ctx, wide);
  case KIND_STRING: {
    JSValue text = JS_NewStringLen(ctx, words[1] ? address : "", words[1]);
    release(address, words[1]);
    return text;
  }
  case KIND_BYTES: return take_bytes(ctx, address, words[1]);
  case KIND_LIST: return load_list(ctx, type->members[0].type, address, words[1]);
  case KIND_RECORD:
  case KIND_TUPLE: return load_members(ctx, type, at);
  case KIND_OPTION: return *at ? load(ctx, type->members[1].type, at + type->members[1].offset) : JS_NULL;
  case KIND_RESULT: {
    const Member *chosen = &type->members[*at ? 1 : 0];
    JSValue value = chosen->type ? load(ctx, chosen->type, at + chosen->offset) : JS_UNDEFINED;
    return *at && !JS_IsException(value) ? JS_Throw(ctx, value) : value;
  }
  case KIND_ENUM: return JS_NewString(ctx, type->members[*at].name);
  case KIND_VARIANT: return load_variant(ctx, type, at);
  default: return new_handle(ctx, type->resource, (int32_t)words[0]);
  }
}

#endif
