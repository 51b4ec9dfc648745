/*
 * The JavaScript engine of TypeScript applications: QuickJS-ng (MIT licence) with the WIT imports of the world `engine`
 * and the event loop of guests/engine/engine.js. `initialize` runs when the engine is built, and what memory holds
 * then is what every enclave starts from; `start` and `turn` are the component's exports.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytecode.h"
#include "memory.h"
#include "messages.h"
#include "quickjs.h"
#include "stack.h"
#include "text.h"
#include "values.h"

#define EXPORT(name) __attribute__((export_name(name)))
#define START "webclave:engine/loop@0.1.0#start"
#define TURN "webclave:engine/loop@0.1.0#turn"
/* What C functions that the engine calls may need beyond the frame in which it last looked. */
#define STACK_RESERVE 32768
/* Bytes that an application makes before garbage is first looked for. */
#define FIRST_COLLECTION 1048576

int is_running;

static JSRuntime *runtime;
static JSContext *context;
/* What createEngine in engine.js returned. */
static JSValue engine;

static JSValue call(const char *name, int argc, JSValueConst *argv) {
  JSValue function = JS_GetPropertyStr(context, engine, name);
  JSValue result = JS_Call(context, function, engine, argc, argv);
  JS_FreeValue(context, function);
  return result;
}

static void note_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool is_handled, void *opaque) {
  (void)opaque;
  JSValueConst words[] = { promise, reason, JS_NewBool(ctx, is_handled) };
  JS_FreeValue(ctx, call("noteRejection", 3, words));
}

static JSValue run_jobs(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)ctx, (void)this, (void)argc, (void)argv;
  JSContext *of_job;
  int status;
  while ((status = JS_ExecutePendingJob(runtime, &of_job)) > 0) continue;
  return status < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

/* The application as a function of the parameters that `argv[0]` names. */
static JSValue evaluate_source(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this, (void)argc;
  size_t length;
  const char *prefix = JS_ToCString(ctx, argv[0]);
  if (!prefix) return JS_EXCEPTION;
  char *source = application_source(prefix, "\n})", &length);
  JS_FreeCString(ctx, prefix);
  JSValue function = JS_Eval(ctx, source, length, "application.js", JS_EVAL_TYPE_GLOBAL);
  free(source);
  return function;
}

static void set_function(JSValueConst object, const char *name, JSCFunction *function) {
  JS_SetPropertyStr(context, object, name, JS_NewCFunction(context, function, name, 0));
}

static JSValue was_out_of_memory(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this, (void)argc, (void)argv;
  return JS_NewBool(ctx, memory_has_run_out());
}

/* The state of a promise by its name, and its value or reason. */
static JSValue promise_state(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this;
  static const char *const names[] = { "pending", "fulfilled", "rejected" };
  JSPromiseStateEnum state = argc > 0 ? JS_PromiseState(ctx, argv[0]) : JS_PROMISE_NOT_A_PROMISE;
  if (state < JS_PROMISE_PENDING) return JS_ThrowTypeError(ctx, "the argument is not a promise");
  JSValue pair = JS_NewArray(ctx);
  JS_SetPropertyUint32(ctx, pair, 0, JS_NewString(ctx, names[state - JS_PROMISE_PENDING]));
  JS_SetPropertyUint32(ctx, pair, 1, state == JS_PROMISE_PENDING ? JS_UNDEFINED : JS_PromiseResult(ctx, argv[0]));
  return pair;
}

static JSValue prepare(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv) {
  (void)this, (void)argc;
  prepare_messages(ctx, argv[0]);
  return JS_UNDEFINED;
}

/* What the engine's own script evaluates to: the function `createEngine`. */
static JSValue evaluate_script(void) {
  JSValue function = JS_ReadObject(context, bytecode, sizeof bytecode, JS_READ_OBJ_BYTECODE);
  memset(bytecode, 0, sizeof bytecode);
  return JS_EvalFunction(context, function);
}

/* Sets when the engine first looks for garbage: not at once because of what it was built with. */
static void set_first_collection(void) {
  JSMemoryUsage usage;
  JS_RunGC(runtime);
  JS_ComputeMemoryUsage(runtime, &usage);
  JS_SetGCThreshold(runtime, (size_t)usage.malloc_size + FIRST_COLLECTION);
}

EXPORT("wizer-initialize") void initialize(void) {
  runtime = JS_NewRuntime2(&engine_memory, NULL);
  context = JS_NewContext(runtime);
  take_byte_length(context);
  JSValue native = JS_NewObject(context);
  JS_SetPropertyStr(context, native, "interfaces", imported_interfaces(context));
  set_function(native, "runJobs", run_jobs);
  set_function(native, "evaluateSource", evaluate_source);
  set_function(native, "wasOutOfMemory", was_out_of_memory);
  set_function(native, "promiseState", promise_state);
  set_function(native, "decodeUtf8", decode_utf8);
  set_function(native, "encodeUtf8", encode_utf8);
  set_function(native, "readMessage", read_message);
  set_function(native, "readMessages", read_messages);
  set_function(native, "writeMessage", write_message);
  set_function(native, "appendMessage", append_message);
  set_function(native, "prepareMessages", prepare);
  set_function(native, "readInto", read_into);
  JSValue create = evaluate_script();
  JSValueConst words[] = { native };
  engine = JS_Call(context, create, JS_UNDEFINED, 1, words);
  JS_FreeValue(context, create);
  JS_FreeValue(context, native);
  if (JS_IsException(engine)) __builtin_trap();
  JS_SetHostPromiseRejectionTracker(runtime, note_rejection, NULL);
  set_first_collection();
}

/* The result that an export returns: a case, and the text of an error or, of `turn`, a boolean. */
static struct {
  uint8_t is_error;
  union {
    uint8_t is_true;
    struct { char *at; size_t length; } text;
  };
} returned;

static void *return_error(JSValueConst error) {
  size_t length;
  const char *text = JS_ToCStringLen(context, &length, error);
  if (!text) __builtin_trap();
  returned.is_error = 1;
  returned.text.length = length;
  returned.text.at = malloc(length + 1);
  if (!returned.text.at) __builtin_trap();
  memcpy(returned.text.at, text, length);
  JS_FreeCString(context, text);
  return &returned;
}

/* Runs one of the loop's steps, which returns a boolean or the text of an uncaught exception. */
static void *step(const char *name) {
  is_running = 1;
  keep_reserve();
  JSValue result = call(name, 0, NULL);
  if (JS_IsException(result)) {
    JSValue error = JS_GetException(context);
    JSValueConst words[] = { error };
    result = call("describe", 1, words);
    JS_FreeValue(context, error);
  }
  if (!JS_IsBool(result)) return return_error(result);
  returned.is_error = 0;
  returned.is_true = (uint8_t)JS_ToBool(context, result);
  return &returned;
}

static void free_error(void) {
  if (returned.is_error) free(returned.text.at);
}

EXPORT(START) void *loop_start(void) {
  size_t length = application_stack_length();
  JS_UpdateStackTop(runtime);
  JS_SetMaxStackSize(runtime, (length < STACK_LENGTH ? length : STACK_LENGTH) - STACK_RESERVE);
  return step("start");
}
EXPORT(TURN) void *loop_turn(void) { return step("turn"); }
EXPORT("cabi_post_" START) void post_start(void *result) { (void)result, free_error(); }
EXPORT("cabi_post_" TURN) void post_turn(void *result) { (void)result, free_error(); }
