/**
 * Writes frames: collects them in one of two buffers while the other one is being written, so that many small frames
 * take one write, nothing is allocated per frame, and the unsent bytes are bounded.
 */
import type { Writable } from 'node:stream'
import { Frame, KIND_AT, PREFIX_LENGTH } from '../boundary/frames.ts'
import { encodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type PacketHeader } from '../vsock/packet.ts'

/** Length of each buffer in bytes: a few frames of maximum length. */
const BUFFER_LENGTH = 262144

class Buffer {
  readonly bytes = new Uint8Array(BUFFER_LENGTH)
  readonly view = new DataView(this.bytes.buffer)
  length = 0
}

/** A writer of frames to one socket. */
export class FrameWriter {
  readonly #stream: Writable
  readonly #onRoom: () => void
  #filling = new Buffer()
  #writing = new Buffer()
  #state: 'idle' | 'due' | 'writing' = 'idle'

  /** `onRoom` is called when there is more room than before. */
  constructor(stream: Writable, onRoom: () => void) {
    this.#stream = stream
    this.#onRoom = onRoom
  }

  /** Number of payload bytes that the next packet may have; negative if there is no room for a packet. */
  get packetRoom(): number {
    const room = BUFFER_LENGTH - this.#filling.length - PREFIX_LENGTH - HEADER_LENGTH
    return Math.min(room, MAX_PAYLOAD)
  }

  /** Sends a frame; returns false if there is no room for it now. */
  write(kind: number, ...parts: readonly Uint8Array[]): boolean {
    const length = parts.reduce((sum, part) => sum + part.byteLength, 0)
    if (!this.#begin(kind, length)) return false
    for (const part of parts) this.#add(part)
    return true
  }

  /** Sends a packet; returns false if there is no room for it now. */
  writePacket(header: PacketHeader, payload: Uint8Array): boolean {
    if (!this.#begin(Frame.PACKET, HEADER_LENGTH + payload.byteLength)) return false
    encodeHeader(this.#filling.view, this.#filling.length, header)
    this.#filling.length += HEADER_LENGTH
    this.#add(payload)
    return true
  }

  #begin(kind: number, length: number): boolean {
    const buffer = this.#filling
    if (buffer.length + PREFIX_LENGTH + length > BUFFER_LENGTH) return false
    buffer.view.setUint32(buffer.length, length, true)
    buffer.view.setUint8(buffer.length + KIND_AT, kind)
    buffer.length += PREFIX_LENGTH
    if (this.#state === 'idle') {
      this.#state = 'due'
      // Waits for further frames of the same task.
      queueMicrotask(() => this.#flush())
    }
    return true
  }

  #add(part: Uint8Array): void {
    this.#filling.bytes.set(part, this.#filling.length)
    this.#filling.length += part.byteLength
  }

  #flush(): void {
    const full = this.#filling
    this.#filling = this.#writing
    this.#filling.length = 0
    this.#writing = full
    this.#state = 'writing'
    this.#stream.write(full.bytes.subarray(0, full.length), (error) => {
      // The socket is broken: the buffers stay full.
      if (error) return
      if (this.#filling.length > 0) this.#flush()
      else this.#state = 'idle'
      this.#onRoom()
    })
  }
}
