/**
 * What crosses the socket between a hypervisor and an enclave's process: frames of a length (u32, little-endian), a
 * kind (u8) and a body. A closed set of kinds; lengths are checked before anything is kept.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { decodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../vsock/packet.ts'

/** Kinds of frames. The first three go to the enclave's process, the others come from it; PACKET does both. */
export const Frame = { BOOT: 1, RESPONSE: 2, PACKET: 3, REQUEST: 4, PHASE: 5, END: 6, CONSOLE: 7 } as const

/** Bytes before a body: its length and its kind. */
export const PREFIX_LENGTH = 5
/** Bytes of a body, at most, of the frames that an enclave's process sends. */
export const MAX_FRAME_LENGTH: number = HEADER_LENGTH + MAX_PAYLOAD

/** A frame's bytes. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const prefix = new Uint8Array(PREFIX_LENGTH)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, body, true)
  view.setUint8(4, kind)
  return concatBytes(prefix, ...parts)
}

/** The packet in a frame's body. @throws {EnclaveError} E_CHANNEL_FRAME where it is none. */
export function decodePacket(body: Bytes): Packet {
  if (body.byteLength < HEADER_LENGTH) throw badFrame('a packet shorter than its header', body.byteLength)
  const header = decodeHeader(new DataView(body.buffer, body.byteOffset), 0)
  const payload = body.subarray(HEADER_LENGTH)
  if (header.length !== payload.byteLength)
    throw badFrame('a packet whose length is not its own', header.length)
  return { header, payload }
}

/** A frame that has come whole. Its body lasts until the next one is taken. */
export interface IncomingFrame {
  kind: number
  body: Bytes
}

/** Cuts a stream of bytes into frames, without copying those that came in one piece. */
export class FrameReader {
  readonly #maxLength: number
  #chunks: Bytes[] = []
  #offset = 0
  #held = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Bytes that wait to be taken. */
  get held(): number {
    return this.#held
  }

  /** Takes over the next bytes of the stream. */
  push(chunk: Bytes): void {
    this.#chunks.push(chunk)
    this.#held += chunk.byteLength
  }

  /** The next frame, where it is whole. @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long. */
  next(): IncomingFrame | undefined {
    if (this.#held < PREFIX_LENGTH) return undefined
    const prefix = this.#peek(PREFIX_LENGTH)
    const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true)
    if (length > this.#maxLength) throw badFrame(`a frame of at most ${this.#maxLength} bytes`, length)
    if (this.#held < PREFIX_LENGTH + length) return undefined
    const frame = this.#peek(PREFIX_LENGTH + length)
    this.#skip(frame.byteLength)
    return { kind: frame[4]!, body: frame.subarray(PREFIX_LENGTH) }
  }

  /** The next `length` bytes, joined where they came in pieces. */
  #peek(length: number): Bytes {
    const [first] = this.#chunks
    if (first && this.#offset + length <= first.byteLength)
      return first.subarray(this.#offset, this.#offset + length)
    const joined = new Uint8Array(length)
    let at = 0
    let offset = this.#offset
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(offset, offset + length - at)
      joined.set(part, at)
      at += part.byteLength
      offset = 0
      if (at === length) break
    }
    return joined
  }

  #skip(length: number): void {
    this.#held -= length
    this.#offset += length
    let used = 0
    while (used < this.#chunks.length && this.#offset >= this.#chunks[used]!.byteLength) {
      this.#offset -= this.#chunks[used]!.byteLength
      used += 1
    }
    if (used > 0) this.#chunks.splice(0, used)
  }
}

/** What came over the socket cannot be true. */
export function badFrame(what: string, got: number): EnclaveError {
  return new EnclaveError('E_CHANNEL_FRAME', {
    what: `the enclave's process sent ${what}`,
    got: String(got),
    hint: 'the peer broke the protocol',
  })
}
