/*
 * Calls of imports with JavaScript values: arguments are lowered to core words and linear memory, results are loaded
 * from there. Which functions and types there are, scripts/engine-bindings.ts writes into bindings.h.
 *
 * A WIT result gives its value or throws its error; none is null; u64 is a number, or a BigInt beyond 2^53; list<u8> is
 * a Uint8Array, taken over from the host without a copy; handles are objects of a class for each resource.
 */
#include "values.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  KIND_BOOL, KIND_U8, KIND_U16, KIND_U32, KIND_U64, KIND_STRING, KIND_BYTES, KIND_LIST, KIND_RECORD, KIND_TUPLE,
  KIND_OPTION, KIND_RESULT, KIND_ENUM, KIND_VARIANT, KIND_OWN, KIND_BORROW
};
enum { FREE, METHOD, STATIC };

typedef union { int32_t i; int64_t l; } Word;
typedef struct Type Type;
typedef struct { const char *name; uint16_t offset; const Type *type; } Member;
struct Type {
  uint8_t kind, align;
  uint16_t size, count;
  uint8_t flat, resource;
  const Member *members;
};
typedef struct {
  const char *interface, *name;
  void (*call)(Word *words);
  const Type *params, *result;
  uint8_t kind, resource, is_stored;
} Function;
typedef struct { const char *interface, *name; void (*drop)(int32_t handle); } Resource;

#include "bindings.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))
#define MAX_WORDS 17
#define MAX_KEPT 16
#define MAX_SAFE_INTEGER 9007199254740991.0

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

typedef struct { int32_t handle; uint8_t resource; } Handle;

static JSClassID handle_class;
static JSValue prototypes[COUNT(resources)];

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_length, size_t align, size_t length) {
  (void)old_length;
  if (length == 0) return (void *)align;
  void *at = realloc(old, length);
  if (!at) __builtin_trap();
  return at;
}

/* The host gives an empty list whatever address it likes. */
static void release(void *at, size_t length) {
  if (length != 0) free(at);
}

/* Handles */

static void drop_handle(Handle *handle) {
  int32_t number = handle->handle;
  handle->handle = -1;
  if (number >= 0) resources[handle->resource].drop(number);
}

static void finalize_handle(JSRuntime *rt, JSValueConst value) {
  Handle *handle = JS_GetOpaque(value, handle_class);
  if (!handle) return;
  drop_handle(handle);
  js_free_rt(rt, handle);
}

static const JSClassDef handle_definition = { "Handle", .finalizer = finalize_handle };

static JSValue new_handle(JSContext *ctx, int resource, int32_t number) {
  JSValue object = JS_NewObjectProtoClass(ctx, prototypes[resource], handle_class);
  Handle *handle = JS_IsException(object) ? NULL : js_malloc(ctx, sizeof *handle);
  if (!handle) {
    resources[resource].drop(number);
    JS_FreeValue(ctx, object);
    return JS_EXCEPTION;
  }
  *handle = (Handle){ number, (uint8_t)resource };
  JS_SetOpaque(object, handle);
  return object;
}

static JSValue dispose(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)argc, (void)argv;
  Handle *handle = JS_GetOpaque2(ctx, this, handle_class);
  if (!handle) return JS_EXCEPTION;
  drop_handle(handle);
  return JS_UNDEFINED;
}

static JSValue construct(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this, (void)argc, (void)argv;
  return JS_ThrowTypeError(ctx, "this class has no public constructor");
}

/* Lowering */

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
  JSContext *ctx = call->ctx;
  if (JS_IsArrayBuffer(value)) {
    *bytes = JS_GetArrayBuffer(ctx, length, value);
    return *bytes || *length == 0 ? 0 : -1;
  }
  if (JS_GetTypedArrayType(value) < 0) return wrong(call, "a Uint8Array");
  size_t offset, whole;
  JSValue buffer = JS_GetTypedArrayBuffer(ctx, value, &offset, length, NULL);
  if (JS_IsException(buffer)) return -1;
  uint8_t *start = JS_GetArrayBuffer(ctx, &whole, buffer);
  JS_FreeValue(ctx, buffer);
  if (!start && *length != 0) return -1;
  *bytes = start ? start + offset : NULL;
  return 0;
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

/* A list of scalars or of handles, stored in memory. */
static int lower_list(Call *call, const Type *type, JSValueConst value, int32_t *address, int32_t *length) {
  const Type *item = type->members[0].type;
  int64_t count;
  if (!JS_IsObject(value)) return wrong(call, "an array");
  if (JS_GetLength(call->ctx, value, &count)) return -1;
  if (count < 0 || count > INT32_MAX / 8) return wrong(call, "a shorter array");
  uint8_t *memory = malloc((size_t)count * item->size + 1);
  if (!memory) {
    JS_ThrowOutOfMemory(call->ctx);
    return -1;
  }
  call->lists[call->list_count++] = memory;
  for (int64_t at = 0; at < count; at++) {
    int64_t scalar;
    JSValue member = JS_GetPropertyInt64(call->ctx, value, at);
    int failed = JS_IsException(member) || lower_scalar(call, item, member, &scalar);
    JS_FreeValue(call->ctx, member);
    if (failed) return -1;
    memcpy(memory + at * item->size, &scalar, item->size);
  }
  *address = (int32_t)(uintptr_t)memory;
  *length = (int32_t)count;
  return 0;
}

/* Loading */

static JSValue number_of(JSContext *ctx, uint64_t value) {
  return (double)value <= MAX_SAFE_INTEGER ? JS_NewInt64(ctx, (int64_t)value) : JS_NewBigUint64(ctx, value);
}

static void *resize_bytes(JSRuntime *rt, void *opaque, void *at, size_t length) {
  (void)rt, (void)opaque;
  if (length != 0) return realloc(at, length);
  free(at);
  return NULL;
}

static JSValue take_bytes(JSContext *ctx, uint8_t *at, size_t length) {
  if (length == 0) return JS_NewUint8ArrayCopy(ctx, NULL, 0);
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
  for (int index = 0; index < type->count; index++) {
    const Member *member = &type->members[index];
    JSValue value = load(ctx, member->type, at + member->offset);
    if (is_record) JS_DefinePropertyValueStr(ctx, object, member->name, value, JS_PROP_C_W_E);
    else JS_DefinePropertyValueUint32(ctx, object, (uint32_t)index, value, JS_PROP_C_W_E);
  }
  return object;
}

static JSValue load_variant(JSContext *ctx, const Type *type, const uint8_t *at) {
  const Member *chosen = &type->members[*at];
  JSValue object = JS_NewObject(ctx);
  JS_DefinePropertyValueStr(ctx, object, "tag", JS_NewString(ctx, chosen->name), JS_PROP_C_W_E);
  if (chosen->type)
    JS_DefinePropertyValueStr(ctx, object, "val", load(ctx, chosen->type, at + chosen->offset), JS_PROP_C_W_E);
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

static JSValue call_import(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv, int magic) {
  /* No import calls back, so one place is enough for what they return. */
  static uint8_t returned[64] __attribute__((aligned(8)));
  const Function *function = &functions[magic];
  Call call = { .ctx = ctx, .function = function };
  int is_method = function->kind == METHOD;
  int failed = 0;
  for (int at = 0; at < function->params->count && !failed; at++) {
    int index = at - is_method;
    call.argument = index + 1;
    JSValueConst value = index < 0 ? this : index < argc ? argv[index] : JS_UNDEFINED;
    failed = lower_flat(&call, function->params->members[at].type, value);
  }
  JSValue result = JS_EXCEPTION;
  if (!failed) {
    if (function->is_stored) next_word(&call)->i = (int32_t)(uintptr_t)returned;
    function->call(call.words);
    if (!function->result) result = JS_UNDEFINED;
    else result = load(ctx, function->result, function->is_stored ? returned : (uint8_t *)call.words);
  }
  while (call.list_count > 0) free(call.lists[--call.list_count]);
  while (call.string_count > 0) JS_FreeCString(ctx, call.strings[--call.string_count]);
  return result;
}

/* The object of one interface in `all`. */
static JSValue interface_of(JSContext *ctx, JSValueConst all, const char *name) {
  JSValue interface = JS_GetPropertyStr(ctx, all, name);
  if (!JS_IsUndefined(interface)) return interface;
  interface = JS_NewObject(ctx);
  JS_SetPropertyStr(ctx, all, name, JS_DupValue(ctx, interface));
  return interface;
}

JSValue imported_interfaces(JSContext *ctx) {
  JSValue all = JS_NewObject(ctx);
  JSValue classes[COUNT(resources)];
  JS_NewClassID(JS_GetRuntime(ctx), &handle_class);
  JS_NewClass(JS_GetRuntime(ctx), handle_class, &handle_definition);
  JSValue symbol = JS_GetGlobalObject(ctx);
  JSValue symbols = JS_GetPropertyStr(ctx, symbol, "Symbol");
  JS_FreeValue(ctx, symbol);
  symbol = JS_GetPropertyStr(ctx, symbols, "dispose");
  JSAtom dispose_name = JS_ValueToAtom(ctx, symbol);
  JS_FreeValue(ctx, symbol);
  JS_FreeValue(ctx, symbols);
  for (int at = 0; at < COUNT(resources); at++) {
    JSValue interface = interface_of(ctx, all, resources[at].interface);
    prototypes[at] = JS_NewObject(ctx);
    classes[at] = JS_NewCFunction2(ctx, construct, resources[at].name, 0, JS_CFUNC_constructor, 0);
    JS_SetConstructor(ctx, classes[at], prototypes[at]);
    JS_DefinePropertyValue(ctx, prototypes[at], dispose_name, JS_NewCFunction(ctx, dispose, "[Symbol.dispose]", 0),
                           JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
    JS_SetPropertyStr(ctx, interface, resources[at].name, JS_DupValue(ctx, classes[at]));
    JS_FreeValue(ctx, interface);
  }
  JS_FreeAtom(ctx, dispose_name);
  for (int at = 0; at < COUNT(functions); at++) {
    const Function *function = &functions[at];
    JSValue owner = function->kind == FREE ? interface_of(ctx, all, function->interface)
                    : JS_DupValue(ctx, function->kind == METHOD ? prototypes[function->resource] : classes[function->resource]);
    int arity = function->params->count - (function->kind == METHOD);
    JSValue made = JS_NewCFunctionMagic(ctx, call_import, function->name, arity, JS_CFUNC_generic_magic, at);
    JS_DefinePropertyValueStr(ctx, owner, function->name, made, JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
    JS_FreeValue(ctx, owner);
  }
  for (int at = 0; at < COUNT(resources); at++) JS_FreeValue(ctx, classes[at]);
  return all;
}

static const Function *function_named(const char *interface, const char *name) {
  for (int at = 0; at < COUNT(functions); at++)
    if (!strcmp(functions[at].interface, interface) && !strcmp(functions[at].name, name)) return &functions[at];
  __builtin_trap();
}

char *application_source(const char *prefix, const char *suffix, size_t *length) {
  uint32_t text[2];
  Word word = { .i = (int32_t)(uintptr_t)text };
  function_named("webclave:engine/application", "source")->call(&word);
  size_t before = strlen(prefix), after = strlen(suffix);
  *length = before + text[1] + after;
  char *source = malloc(*length + 1);
  if (!source) __builtin_trap();
  memcpy(source, prefix, before);
  memcpy(source + before, (void *)(uintptr_t)text[0], text[1]);
  memcpy(source + before + text[1], suffix, after + 1);
  release((void *)(uintptr_t)text[0], text[1]);
  return source;
}

size_t application_stack_length(void) {
  Word word;
  function_named("webclave:engine/application", "stackLength")->call(&word);
  return (uint32_t)word.i;
}

uint64_t monotonic_nanoseconds(void) {
  Word word;
  function_named("wasi:clocks/monotonic-clock", "now")->call(&word);
  return (uint64_t)word.l;
}

uint64_t wall_nanoseconds(void) {
  struct { uint64_t seconds; uint32_t nanoseconds; } time;
  Word word = { .i = (int32_t)(uintptr_t)&time };
  function_named("wasi:clocks/wall-clock", "now")->call(&word);
  return time.seconds * 1000000000u + time.nanoseconds;
}
