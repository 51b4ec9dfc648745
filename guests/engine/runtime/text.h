/* UTF-8 as functions of JavaScript. */
#ifndef WEBCLAVE_TEXT_H
#define WEBCLAVE_TEXT_H

#include "quickjs.h"

/* The string of a Uint8Array: with U+FFFD for what is not UTF-8, or, if the second argument is true, undefined then. */
JSValue decode_utf8(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/* The Uint8Array of a string without lone surrogates. */
JSValue encode_utf8(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

#endif
