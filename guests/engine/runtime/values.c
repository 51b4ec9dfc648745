/*
 * Calls of imports with JavaScript values: arguments are lowered to core words and linear memory, results are loaded
 * from there. Which functions and types there are, scripts/engine-bindings.ts writes into bindings.h.
 *
 * A WIT result gives its value or throws its error; none is null; u64 is a number, or a BigInt beyond 2^53; list<u8> is
 * a Uint8Array, taken over from the host without a copy; handles are objects of a class for each resource.
 */
#include "values.h"

#include "loading.h"
#include "lowering.h"

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_length, size_t align, size_t length) {
  (void)old_length;
  if (length == 0) return (void *)align;
  if (landing && !old && length <= landing_length) {
    landed = landing;
    landing = NULL;
    return landed;
  }
  void *at = realloc(old, length);
  if (!at) __builtin_trap();
  return at;
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

static int index_of(const char *interface, const char *name) {
  for (int at = 0; at < COUNT(functions); at++)
    if (!strcmp(functions[at].interface, interface) && !strcmp(functions[at].name, name)) return at;
  __builtin_trap();
}

JSValue read_into(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  if (argc < 2 || JS_GetTypedArrayType(argv[1]) != JS_TYPED_ARRAY_UINT8)
    return JS_ThrowTypeError(ctx, "the place is not a Uint8Array");
  if (bytes_of(ctx, argv[1], &landing, &landing_length)) return JS_EXCEPTION;
  JSValue length = JS_NewInt64(ctx, (int64_t)landing_length);
  JSValue read = call_import(ctx, argv[0], 1, &length, index_of("wasi:io/streams", "read"));
  landing = landed = NULL;
  if (!JS_IsObject(read)) return read;
  /* Nothing was there. */
  JS_FreeValue(ctx, read);
  return JS_NewInt32(ctx, 0);
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
  return &functions[index_of(interface, name)];
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
