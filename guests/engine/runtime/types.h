/* The tables of types, functions and resources, which scripts/engine-bindings.ts fills (bindings.h). Part of values.c. */
#ifndef WEBCLAVE_TYPES_H
#define WEBCLAVE_TYPES_H

#include <stdint.h>

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
#define MAX_SAFE_INTEGER 9007199254740991.0

#endif
