/* JavaScript values over the imports of the component: the Canonical ABI of the component model, for this world. */
#ifndef WEBCLAVE_VALUES_H
#define WEBCLAVE_VALUES_H

#include "quickjs.h"

/* The object of all imported interfaces, by the name without a version. Called once for a context. */
JSValue imported_interfaces(JSContext *ctx);

/* readInto(stream, place): like stream.read(place.length), but puts the bytes into `place` and returns their number. */
JSValue read_into(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/* The UTF-8 text of the application with `prefix` before and `suffix` after it, and a zero; free() it. */
char *application_source(const char *prefix, const char *suffix, size_t *length);

/* Bytes of the stack in memory that may be used. */
size_t application_stack_length(void);

/* Nanoseconds of the monotonic clock, and since 1970. */
uint64_t monotonic_nanoseconds(void);
uint64_t wall_nanoseconds(void);

#endif
