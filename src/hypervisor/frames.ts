/**
 * What crosses the socket between a hypervisor and an enclave's process: frames of a length (u32, little-endian), a
 * kind (u8) and a body. A closed set of kinds; lengths are checked before anything is kept.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import {
  decodeHeader,
  encodeHeader,
  HEADER_LENGTH,
  MAX_PAYLOAD,
  type Packet,
  type PacketHeader,
} from '../vsock/packet.ts'

/** Kinds of frames. The first three go to the enclave's process, the others come from it; PACKET does both. */
export const Frame = { BOOT: 1, RESPONSE: 2, PACKET: 3, REQUEST: 4, PHASE: 5, END: 6, CONSOLE: 7 } as const

const PREFIX_LENGTH = 5
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

/** A packet as a frame. */
export function encodePacket(header: PacketHeader, payload: Uint8Array): Bytes {
  const bytes = new Uint8Array(HEADER_LENGTH)
  encodeHeader(new DataView(bytes.buffer), 0, header)
  return encodeFrame(Frame.PACKET, bytes, payload)
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

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #maxLength: number
  readonly #onFrame: (kind: number, body: Bytes) => void
  #chunks: Uint8Array[] = []
  #held = 0

  constructor(maxLength: number, onFrame: (kind: number, body: Bytes) => void) {
    this.#maxLength = maxLength
    this.#onFrame = onFrame
  }

  /** Takes the next bytes of the stream. @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#held += chunk.byteLength
    for (;;) {
      if (this.#held < PREFIX_LENGTH) return
      const prefix = this.#peek(PREFIX_LENGTH)
      const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true)
      if (length > this.#maxLength) throw badFrame(`a frame of at most ${this.#maxLength} bytes`, length)
      if (this.#held < PREFIX_LENGTH + length) return
      const frame = this.#take(PREFIX_LENGTH + length)
      this.#onFrame(frame[4]!, frame.subarray(PREFIX_LENGTH))
    }
  }

  #peek(length: number): Uint8Array {
    const [first] = this.#chunks
    if (first && first.byteLength >= length) return first
    const joined = concatBytes(...this.#chunks)
    this.#chunks = [joined]
    return joined
  }

  #take(length: number): Bytes {
    const bytes = new Uint8Array(length)
    let taken = 0
    while (taken < length) {
      const chunk = this.#chunks[0]!
      const part = chunk.subarray(0, length - taken)
      bytes.set(part, taken)
      taken += part.byteLength
      if (part.byteLength === chunk.byteLength) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(part.byteLength)
    }
    this.#held -= length
    return bytes
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
