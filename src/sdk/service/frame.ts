/**
 * What crosses vsock between a service and its client: frames of a length (u32, big-endian) and so many bytes of CBOR
 * (RFC 8949), `[id, method, request]` one way and `[id, true, response]` or `[id, false, code, message]` the other. Both
 * sides take each other for hostile: a frame has a bound, and is decoded without a name of it becoming code.
 */
import { Encoder } from 'cbor-x/index-no-eval'
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

/** Bytes of a frame's body, at most. */
export const MAX_MESSAGE: number = 1 << 20

const PREFIX_LENGTH = 4
const cbor = /* @__PURE__ */ new Encoder({ useRecords: false, tagUint8Array: false, mapsAsObjects: true })

/** A frame around `message`. @throws {EnclaveError} E_SERVICE_FRAME where it is too long. */
export function encodeFrame(message: readonly unknown[]): Bytes {
  const body = cbor.encode(message)
  if (body.length > MAX_MESSAGE) throw badFrame('a message is too long', `${body.length} bytes`)
  const prefix = new Uint8Array(PREFIX_LENGTH)
  new DataView(prefix.buffer).setUint32(0, body.length)
  return concatBytes(prefix, body)
}

/** The messages in a stream of bytes. @throws {EnclaveError} E_SERVICE_FRAME for what is none. */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly unknown[]> {
  let held: Uint8Array[] = []
  let size = 0
  let wanted = PREFIX_LENGTH
  let inBody = false
  for await (const chunk of chunks) {
    held.push(chunk)
    size += chunk.length
    while (size >= wanted) {
      const all = concatBytes(...held)
      const part = all.subarray(0, wanted)
      held = [all.subarray(wanted)]
      size -= wanted
      if (inBody) yield decode(part)
      wanted = inBody ? PREFIX_LENGTH : new DataView(part.buffer, part.byteOffset).getUint32(0)
      inBody = !inBody
      if (wanted > MAX_MESSAGE) throw badFrame('a message is too long', `${wanted} bytes`)
    }
  }
  if (size > 0 || inBody) throw badFrame('the stream ends inside a message', `${size} of ${wanted} bytes`)
}

function decode(body: Bytes): readonly unknown[] {
  let message: unknown
  try {
    message = cbor.decode(body)
  } catch (cause) {
    throw badFrame('a message is no CBOR', `${body.length} bytes`, cause)
  }
  if (Array.isArray(message) && Number.isInteger(message[0])) return message
  throw badFrame('a message is no call and no answer', typeof message)
}

function badFrame(what: string, got: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_SERVICE_FRAME', {
    what,
    expected: `CBOR of at most ${MAX_MESSAGE} bytes`,
    got,
    cause,
  })
}
