/**
 * Frames on their way out: gathered in one of two buffers while the other is being written, so that many small frames
 * are one write, nothing is made for each, and no more than the two can ever wait.
 */
import type { Writable } from 'node:stream'
import { Frame, KIND_AT, PREFIX_LENGTH } from '../boundary/frames.ts'
import { encodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type PacketHeader } from '../vsock/packet.ts'

/** Bytes of each buffer: a few frames of the greatest length. */
const BUFFER_LENGTH = 262144

class Buffer {
  readonly bytes = new Uint8Array(BUFFER_LENGTH)
  readonly view = new DataView(this.bytes.buffer)
  length = 0
}

/** The frames that go to one socket. */
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

  /** Payload bytes that the next packet may have; negative where there is room for none. */
  get packetRoom(): number {
    const room = BUFFER_LENGTH - this.#filling.length - PREFIX_LENGTH - HEADER_LENGTH
    return Math.min(room, MAX_PAYLOAD)
  }

  /** Sends a frame; false where there is no room for it now. */
  write(kind: number, ...parts: readonly Uint8Array[]): boolean {
    const length = parts.reduce((sum, part) => sum + part.byteLength, 0)
    if (!this.#begin(kind, length)) return false
    for (const part of parts) this.#add(part)
    return true
  }

  /** Sends a packet; false where there is no room for it now. */
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
      // What this task has to say besides goes along.
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
      // Nobody takes it any more: what is full stays full.
      if (error) return
      if (this.#filling.length > 0) this.#flush()
      else this.#state = 'idle'
      this.#onRoom()
    })
  }
}
