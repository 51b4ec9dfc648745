/*
 * Part of the build of the engine, not of the engine: compiles its JavaScript to bytecode without source text, so that
 * the memory of a built engine holds nothing of the compiling.
 */
#include <stdint.h>

#include "quickjs.h"
#include "script.h"

#define EXPORT(name) __attribute__((export_name(name)))

static struct { uint8_t *at; size_t length; } bytecode;

/* Where the address and the length of the bytecode are; 0 if the script has a syntax error. */
EXPORT("compile") void *compile(void) {
  JSContext *context = JS_NewContext(JS_NewRuntime());
  int flags = JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY;
  JSValue compiled = JS_Eval(context, script, sizeof script - 1, "engine.js", flags);
  if (JS_IsException(compiled)) return 0;
  bytecode.at = JS_WriteObject(context, &bytecode.length, compiled, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
  return bytecode.at ? &bytecode : 0;
}
