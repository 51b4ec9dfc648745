/** Messages as CBOR outside of an enclave: written by cbor-x, read by our own strict reader. */
import { Encoder } from 'cbor-x/index-no-eval'
import type { Bytes } from '../base/bytes.ts'
import { type Codec, PREFIX_LENGTH } from './protocol.ts'
import { readMessage } from './read-message.ts'
import { assertSendable } from './sendable.ts'
import { memoryFor } from './spare-frame.ts'

/** Initial byte of a byte string whose length follows in 32 bits (RFC 8949, section 3.1). */
const BYTES_32 = 0x5a
/** Byte strings from this length on are copied only once: straight into the frame. */
const LARGE = 4096
const cbor = /* @__PURE__ */ new Encoder({ useRecords: false, tagUint8Array: false })

export const hostCodec: Codec = {
  write(message, limit) {
    assertSendable(message)
    const last = message[message.length - 1]
    if (last instanceof Uint8Array && last.length >= LARGE) return writeBytes(message, last, limit)
    const body = cbor.encode(message)
    return body.length > limit ? body.length : framed(body.length, body)
  },
  read: (bytes, from, to) => readMessage(bytes.subarray(from, to)),
}

/** A message that ends in a large byte string. */
function writeBytes(message: readonly unknown[], last: Uint8Array, limit: number): Bytes | number {
  const head = cbor.encode([...message.slice(0, -1), null])
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
