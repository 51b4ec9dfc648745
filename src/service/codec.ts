/** Messages as CBOR outside of an enclave: written by cbor-x, read by our own strict reader. */
import { Encoder } from 'cbor-x/index-no-eval'
import type { Bytes } from '../base/bytes.ts'
import { COUNT_LENGTH, type Codec, PREFIX_LENGTH } from './protocol.ts'
import { readMessage } from './read-message.ts'
import { assertSendable } from './sendable.ts'
import { memoryFor } from './spare-frame.ts'

/** Initial byte of a byte string whose length follows in 32 bits (RFC 8949, section 3.1). */
const BYTES_32 = 0x5a
/** Byte strings from this length on are copied only once: straight into the frame. */
const LARGE = 4096
const cbor = /* @__PURE__ */ new Encoder({ useRecords: false, tagUint8Array: false })

let encodings = 0

/**
 * The bytes of a message, valid until the next ones. cbor-x 1.6.9 writes everything into one memory: a getter that sends
 * something itself would spoil what is written around it (findings/cbor-x-encode-in-getter.sh).
 */
function encode(message: readonly unknown[]): Uint8Array {
  const number = ++encodings
  const bytes = cbor.encode(message)
  return number === encodings ? bytes : cbor.encode(structuredClone(message))
}

export const hostCodec: Codec = {
  write(message, limit) {
    assertSendable(message)
    const last = message[message.length - 1]
    if (last instanceof Uint8Array && last.length >= LARGE) return writeBytes(message, last, limit)
    const body = encode(message)
    return body.length > limit ? body.length : framed(body.length, body)
  },
  read: (bytes, from, to) => readMessage(bytes.subarray(from, to)),
}

/**
 * Writes a small message behind those in `place`, whose first two bytes count what follows, as an engine does
 * (`Outbox.append`). Returns the length of its frame; the frame itself if it has no room there; 0 if it is large or longer
 * than `limit`.
 * @throws {EnclaveError} E_SERVICE_VALUE if it contains a value that cannot be sent.
 */
export function appendMessage(message: readonly unknown[], limit: number, place: Bytes): number | Bytes {
  const last = message[message.length - 1]
  if (last instanceof Uint8Array && last.length >= LARGE) return 0
  assertSendable(message)
  const body = encode(message)
  // Only now: to encode it may have sent another.
  const used = place[0]! | (place[1]! << 8)
  const at = COUNT_LENGTH + used
  const length = PREFIX_LENGTH + body.length
  if (body.length > limit) return 0
  if (length > place.length - at) return framed(body.length, body)
  // So few bytes fit into `place` that 16 bits tell their number. By index: an array for each would take longer.
  place[at] = 0
  place[at + 1] = 0
  place[at + 2] = body.length >> 8
  place[at + 3] = body.length
  place.set(body, at + PREFIX_LENGTH)
  place[0] = used + length
  place[1] = (used + length) >> 8
  return length
}

/** A message that ends in a large byte string. */
function writeBytes(message: readonly unknown[], last: Uint8Array, limit: number): Bytes | number {
  const head = encode([...message.slice(0, -1), null])
  // In place of the null: a byte string.
  const before = head.length - 1
  const length = before + 5 + last.length
  if (length > limit) return length
  const frame = framed(length, head)
  frame[PREFIX_LENGTH + before] = BYTES_32
  new DataView(frame.buffer).setUint32(PREFIX_LENGTH + before + 1, last.length)
  frame.set(last, PREFIX_LENGTH + before + 5)
  return frame
}

/** A frame of `length` bytes after its length, beginning with `bytes`. */
function framed(length: number, bytes: Uint8Array): Bytes {
  const frame = memoryFor(PREFIX_LENGTH + length)
  new DataView(frame.buffer).setUint32(0, length)
  frame.set(bytes, PREFIX_LENGTH)
  return frame
}
