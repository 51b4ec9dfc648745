/**
 * The wire format between a service and its client, over vsock: frames of a length (u32, big-endian) and that many
 * bytes of CBOR (RFC 8949), `[id, method, request]` in one direction and `[id, true, response]` or `[id, false, code,
 * message]` in the other. Each side treats the other as hostile: received bytes are kept in one buffer of at most one
 * message, and parsed by `readMessage`.
 */
import { Encoder } from 'cbor-x/index-no-eval'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { readMessage } from './read-message.ts'
import { assertSendable } from './sendable.ts'

/** Maximum length of a frame's body in bytes. */
export const MAX_MESSAGE: number = 1 << 20

const PREFIX_LENGTH = 4
/** Initial size of the buffer for a partial message, in bytes; it grows with the bytes that arrive. */
const FIRST_BUFFER = 4096
const cbor = /* @__PURE__ */ new Encoder({ useRecords: false, tagUint8Array: false })

/** A received message, and the length of its body in bytes. */
export interface Message {
  readonly values: readonly unknown[]
  readonly length: number
}

/**
 * Encodes `message` as a frame.
 * @throws {EnclaveError} E_SERVICE_FRAME if it is too long; E_SERVICE_VALUE if it contains a value that cannot be sent.
 */
export function encodeFrame(message: readonly unknown[]): Bytes {
  assertSendable(message)
  const body = cbor.encode(message)
  if (body.length > MAX_MESSAGE) throw tooLong(body.length)
  const prefix = new Uint8Array(PREFIX_LENGTH)
  new DataView(prefix.buffer).setUint32(0, body.length)
  return concatBytes(prefix, body)
}

/** Reads the messages of a byte stream. @throws {EnclaveError} E_SERVICE_FRAME for malformed input. */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const frames = new FrameBuffer()
  for await (const chunk of chunks) {
    let rest = chunk
    while (rest.length > 0) {
      const { body, taken } = frames.take(rest)
      rest = rest.subarray(taken)
      if (body) yield { values: readCall(body), length: body.length }
    }
  }
  frames.assertEmpty()
}

/** Reassembles frames from chunks. */
class FrameBuffer {
  #buffer: Bytes = new Uint8Array(FIRST_BUFFER)
  /** Number of bytes in the buffer, and length of the prefix or body that they belong to. */
  #held = 0
  #wanted = PREFIX_LENGTH
  #isBody = false

  /**
   * Consumes bytes from the start of `chunk`. Returns the body of a frame once it is complete; it is valid until the
   * next call.
   */
  take(chunk: Uint8Array): { body?: Uint8Array; taken: number } {
    const part = chunk.subarray(0, this.#wanted - this.#held)
    // A part that arrives in one piece is used without copying.
    const whole = part.length === this.#wanted ? part : this.#hold(part)
    if (!whole) return { taken: part.length }
    this.#held = 0
    if (this.#isBody) {
      this.#expect(PREFIX_LENGTH, false)
      return { body: whole, taken: part.length }
    }
    const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0)
    if (length === 0 || length > MAX_MESSAGE) throw tooLong(length)
    this.#expect(length, true)
    return { taken: part.length }
  }

  /** @throws {EnclaveError} E_SERVICE_FRAME if a frame is incomplete. */
  assertEmpty(): void {
    if (this.#held === 0 && !this.#isBody) return
    throw badFrame('the stream ends inside a message', `${this.#held} of ${this.#wanted} bytes`)
  }

  #hold(part: Uint8Array): Uint8Array | undefined {
    const length = this.#held + part.length
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#wanted, Math.max(length, 2 * this.#buffer.length)))
      larger.set(this.#buffer.subarray(0, this.#held))
      this.#buffer = larger
    }
    this.#buffer.set(part, this.#held)
    this.#held = length
    return length === this.#wanted ? this.#buffer.subarray(0, length) : undefined
  }

  #expect(length: number, isBody: boolean): void {
    this.#wanted = length
    this.#isBody = isBody
  }
}

function readCall(body: Uint8Array): readonly unknown[] {
  const message = readMessage(body)
  if (Array.isArray(message) && Number.isInteger(message[0])) return message
  throw badFrame('a message is neither a call nor a response', typeof message)
}

function tooLong(length: number): EnclaveError {
  return badFrame(length === 0 ? 'a message is empty' : 'a message is too long', `${length} bytes`)
}

function badFrame(what: string, got: string): EnclaveError {
  return new EnclaveError('E_SERVICE_FRAME', { what, expected: `CBOR of 1 to ${MAX_MESSAGE} bytes`, got })
}
