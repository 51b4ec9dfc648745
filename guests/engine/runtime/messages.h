/* The messages of services, as functions of JavaScript: what src/service reads and writes on the other side. */
#ifndef WEBCLAVE_MESSAGES_H
#define WEBCLAVE_MESSAGES_H

#include "quickjs.h"

/* Must be called once, with a function that returns the BigInt -1 - n for a BigInt n, before an application runs. */
void prepare_messages(JSContext *ctx, JSValueConst complement);

/* The part of it that is for writing. */
void prepare_writing(JSContext *ctx);

/* readMessage(bytes, from, to): the value, whose objects have no prototype. Throws for what is malformed. */
JSValue read_message(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/*
 * readMessages(bytes, from, limit): the messages in the frames from there on, each followed by where its frame ends; up to
 * a frame that is incomplete, above `limit` or malformed, and 64 at most.
 */
JSValue read_messages(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/*
 * writeMessage(value, limit): the length as 32 bits, big-endian, and the message, as a Uint8Array; the message's length
 * if that is above `limit`; undefined if a value in it cannot be sent.
 */
JSValue write_message(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/*
 * appendMessage(value, limit, place): writes a frame into `place`, behind those that are there, and returns its length; 0 if
 * it has no room there or cannot be written, as writeMessage would say. The first four bytes of `place` are ours: how many
 * bytes of frames follow.
 */
JSValue append_message(JSContext *ctx, JSValueConst this, int argc, JSValueConst *argv);

/* Bytes of the length before a message, and the last kind of message (src/service/protocol.ts). */
#define PREFIX 4
#define LAST_KIND 6

/* What both directions allow: the depth of arrays and objects, the message included, and the number of values. */
#define MAX_DEPTH 64
#define MAX_ITEMS 131072

#endif
