/**
 * Frames of messages (`protocol.ts`). Each side treats the other as hostile: a partial frame is kept in one buffer that
 * grows with the bytes that arrive, and never beyond the limit.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { LargeBody, roomFor } from './large-body.ts'
import { type Codec, Kind, type Message, PREFIX_LENGTH } from './protocol.ts'
import { assertSendable } from './sendable.ts'

/** Initial size of the buffer for a partial frame, in bytes. */
const FIRST_BUFFER = 4096
/** The largest buffer that a connection keeps: one large message should not cost its memory for ever. */
const LARGEST_OWN = 64 * 1024

/**
 * The frame of `message`, of at most `limit` bytes without its length.
 * @throws {EnclaveError} E_SERVICE_FRAME if it is too long; E_SERVICE_VALUE if it contains a value that cannot be sent.
 */
export function encodeFrame(codec: Codec, message: readonly unknown[], limit: number): Bytes {
  const frame = codec.write(message, limit)
  if (typeof frame === 'object') return frame
  if (frame !== undefined) throw wrongLength('a message is too long', frame, limit)
  assertSendable(message)
  throw new EnclaveError('E_SERVICE_VALUE', { what: 'a service cannot send the value' })
}

/** Takes the chunks of a byte stream, and gives the messages in them. */
export class FrameReader {
  readonly #codec: Codec
  readonly #limit: number
  #chunk: Uint8Array = new Uint8Array()
  #at = 0
  /** Messages that were read together, each followed by where its frame ends, and how many of these values were given. */
  #ready: unknown[] = []
  #given = 0
  /** The begin of a frame whose rest has not arrived. */
  #buffer: Bytes = new Uint8Array(FIRST_BUFFER)
  #held = 0
  #body: LargeBody | undefined
  /** Bytes of the most recent frame: what `encodeFrame` has returned to its sender. */
  length = 0

  constructor(codec: Codec, limit: number) {
    this.#codec = codec
    this.#limit = limit
  }

  /** Where the next bytes should be put, if they are to be copied there anyway. */
  get place(): Bytes | undefined {
    return this.#body?.place
  }

  /** The next bytes, once `next` has returned undefined. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk
    this.#at = 0
  }

  /**
   * The next message in what was pushed; undefined if its end has not arrived.
   * @throws {EnclaveError} E_SERVICE_FRAME for malformed input.
   */
  next(): Message | undefined {
    const given = this.#given
    if (given < this.#ready.length) {
      const end = this.#ready[given + 1] as number
      this.length = end - this.#at
      this.#at = end
      this.#given = given + 2
      const message = this.#ready[given] as Message
      // Nothing of it is kept here.
      this.#ready[given] = undefined
      return message
    }
    if (this.#body) return this.#fill(this.#body)
    const chunk = this.#chunk
    const from = this.#at + PREFIX_LENGTH
    // A frame that is in one chunk, as nearly all are, is not copied.
    if (this.#held === 0 && from <= chunk.length) {
      if (this.#readMany()) return this.next()
      const length = this.#lengthAt(chunk, from - PREFIX_LENGTH)
      const end = from + length
      if (end <= chunk.length) {
        this.#at = end
        this.length = PREFIX_LENGTH + length
        return this.#read(chunk, from, end)
      }
      const body = length > LARGEST_OWN ? LargeBody.begin(chunk, from, from + length) : undefined
      if (body) {
        this.#body = body
        this.#at = from + body.headLength
        this.length = PREFIX_LENGTH + length
        return this.#fill(body)
      }
    }
    return this.#gather()
  }

  /** @throws {EnclaveError} E_SERVICE_FRAME if a frame is incomplete. */
  assertEmpty(): void {
    const held = this.#body ? this.#body.headLength + this.#body.held : this.#held
    if (held > 0) throw badFrame('the stream ends inside a message', `${held} bytes of it`)
  }

  /** Reads all frames that are there, if the codec can; false if it has read none. */
  #readMany(): boolean {
    this.#ready = this.#codec.readMany?.(this.#chunk, this.#at, this.#limit) ?? []
    this.#given = 0
    return this.#ready.length > 0
  }

  #fill(body: LargeBody): Message | undefined {
    this.#at += body.take(this.#chunk.subarray(this.#at))
    const { bytes } = body
    if (!bytes) return undefined
    this.#body = undefined
    const message = this.#read(body.head, 0, body.head.length)
    return message.with(message.length - 1, bytes) as unknown as Message
  }

  #gather(): Message | undefined {
    if (!this.#hold(PREFIX_LENGTH)) return undefined
    const end = PREFIX_LENGTH + this.#lengthAt(this.#buffer, 0)
    if (!this.#hold(end)) return undefined
    this.#held = 0
    this.length = end
    const message = this.#read(this.#buffer, PREFIX_LENGTH, end)
    if (this.#buffer.length > LARGEST_OWN) this.#buffer = new Uint8Array(FIRST_BUFFER)
    return message
  }

  /** Moves bytes of the chunk into the buffer until it holds `wanted`; false if there are not enough. */
  #hold(wanted: number): boolean {
    const part = this.#chunk.subarray(this.#at, this.#at + Math.max(0, wanted - this.#held))
    const held = this.#held + part.length
    this.#buffer = roomFor(this.#buffer, this.#held, held, wanted)
    this.#buffer.set(part, this.#held)
    this.#held = held
    this.#at += part.length
    return held >= wanted
  }

  /** The length in a prefix. @throws {EnclaveError} E_SERVICE_FRAME if no message may have it. */
  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
    if (length > 0 && length <= this.#limit) return length
    throw wrongLength('a message has a wrong length', length, this.#limit)
  }

  #read(bytes: Uint8Array, from: number, to: number): Message {
    let message: unknown
    try {
      message = this.#codec.read(bytes, from, to)
    } catch (cause) {
      if (cause instanceof EnclaveError) throw cause
      throw badFrame('a message is malformed', `${to - from} bytes`)
    }
    if (Array.isArray(message)) {
      // By index, for interpreters.
      const kind = message[0]
      const id = message[1]
      if (isKind(kind) && Number.isSafeInteger(id) && id >= 0) return message as never
    }
    throw badFrame('a message has no known kind', typeof message)
  }
}

const isKind = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= Kind.CANCEL

function wrongLength(what: string, length: number, limit: number): EnclaveError {
  return new EnclaveError('E_SERVICE_FRAME', {
    what,
    expected: `1 to ${limit} bytes`,
    got: `${length} bytes`,
  })
}

/** The error for what breaks the protocol. */
export function badFrame(what: string, got: string): EnclaveError {
  return new EnclaveError('E_SERVICE_FRAME', {
    what,
    expected: 'messages of `serve` and `ServiceClient`',
    got,
  })
}
