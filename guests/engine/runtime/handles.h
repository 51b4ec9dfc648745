/* Handles of resources as JavaScript objects: dropped by Symbol.dispose, or when nothing refers to them. Part of values.c. */
#ifndef WEBCLAVE_HANDLES_H
#define WEBCLAVE_HANDLES_H

#include <stdlib.h>

#include "quickjs.h"
#include "types.h"

typedef struct { int32_t handle; uint8_t resource; } Handle;

static JSClassID handle_class;
static JSValue prototypes[COUNT(resources)];

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

#endif
