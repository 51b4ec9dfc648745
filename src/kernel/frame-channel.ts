/**
 * The kernel's end of a channel through a socket or two pipes, which its thread reads and writes directly, without
 * another thread in between. A blocking read has no timeout and no way to poll, so for both the kernel asks the
 * hypervisor to send an AWAKE frame.
 */
import type { Bytes } from '../base/bytes.ts'
import {
  badFrame,
  decodePacket,
  END_HEAD_LENGTH,
  Frame,
  frameAt,
  type HeldFrame,
  KIND_AT,
  MAX_FRAME_LENGTH,
  MAX_SLEEP,
  PREFIX_LENGTH,
} from '../boundary/frames.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import { MAILBOX_LENGTH, Phase } from '../boundary/shared-memory.ts'
import { encodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type Packet, type PacketHeader } from '../vsock/packet.ts'

/** A socket with blocking calls. */
export interface BlockingSocket {
  /** Waits for at least one byte; returns the number of bytes read. */
  read(into: Uint8Array): number
  /** Writes all of `bytes`, waiting if there is no room. */
  write(bytes: Uint8Array): void
}

/** Length of the receive buffer in bytes: about what a Unix socket holds, plus a partial frame. */
const BUFFER_LENGTH = 524288
/** Milliseconds for which the last poll is considered recent enough. */
const FRESHNESS = 1
/** Marks a frame that was taken out of order. */
const TAKEN = 0

const encoder = new TextEncoder()

/** A channel of frames. */
export class FrameChannel implements KernelChannel {
  /** Constant, because the thread waits inside the socket if there is no room. */
  readonly room: number = MAX_PAYLOAD
  readonly #socket: BlockingSocket
  readonly #now: () => number
  readonly #out = new Uint8Array(PREFIX_LENGTH + MAX_FRAME_LENGTH)
  readonly #outView = new DataView(this.#out.buffer)
  #in = new Uint8Array(BUFFER_LENGTH)
  #inView = new DataView(this.#in.buffer)
  #begin = 0
  #end = 0
  /** The last time at which everything that had been sent was received. */
  #seen = 0
  /** The time at which the hypervisor will send AWAKE. */
  #wakes = Number.POSITIVE_INFINITY
  #looking = false
  #ran = false

  constructor(socket: BlockingSocket, now: () => number) {
    this.#socket = socket
    this.#now = now
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    encodeHeader(this.#outView, PREFIX_LENGTH, header)
    this.#out.set(payload, PREFIX_LENGTH + HEADER_LENGTH)
    this.#send(Frame.PACKET, HEADER_LENGTH + payload.byteLength)
    return true
  }

  pop(): Packet | undefined {
    for (;;) {
      const frame = this.#frameAt(this.#begin)
      if (frame) {
        this.#begin = frame.end
        if (frame.kind === Frame.PACKET) return decodePacket(frame.body)
        if (frame.kind === Frame.AWAKE) this.#heardWord()
        else if (frame.kind !== TAKEN) throw badFrame('a frame of an unknown kind', frame.kind)
      } else if (this.#looking) {
        this.#fill()
      } else if (this.#now() - this.#seen < FRESHNESS) {
        return undefined
      } else {
        this.#look()
      }
    }
  }

  acknowledge(): void {}

  ask(request: Bytes): void {
    this.#sendBytes(Frame.REQUEST, request)
  }

  /** Packets that arrived before it stay queued. */
  takeAnswer(): Bytes | undefined {
    for (let at = this.#begin; ; ) {
      const frame = this.#frameAt(at)
      if (!frame) return undefined
      at = frame.end
      if (frame.kind !== Frame.RESPONSE) continue
      this.#in[frame.begin + KIND_AT] = TAKEN
      return frame.body.slice()
    }
  }

  /** Not reported: it would take a frame for each sleep. */
  tellMemory(): void {}

  print(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; at += MAX_PAYLOAD)
      this.#sendBytes(Frame.CONSOLE, bytes.subarray(at, at + MAX_PAYLOAD))
  }

  tellRunning(): void {
    this.#ran = true
    this.#sendBytes(Frame.PHASE, Uint8Array.of(Phase.RUNNING))
  }

  tellEnd(end: number, detail: number | string): void {
    const message = encoder.encode(typeof detail === 'string' ? detail.slice(0, MAILBOX_LENGTH / 4) : '')
    this.#outView.setInt32(PREFIX_LENGTH, end, true)
    this.#outView.setInt32(PREFIX_LENGTH + 4, typeof detail === 'number' ? detail : 0, true)
    this.#out.set(message, PREFIX_LENGTH + END_HEAD_LENGTH)
    this.#send(Frame.END, END_HEAD_LENGTH + message.byteLength)
    this.#sendBytes(Frame.PHASE, Uint8Array.of(this.#ran ? Phase.ENDED : Phase.FAILED))
  }

  /** Bytes stay in the socket until they are read, so nothing can be missed between this call and `sleep`. */
  mark(): number {
    return 0
  }

  sleep(_mark: number, time: number): void {
    this.#wakeAfter(time)
    this.#fill()
    this.#seen = this.#now()
  }

  /** Asks the hypervisor to send AWAKE within `time` milliseconds, unless it will do so earlier anyway. */
  #wakeAfter(time: number): void {
    const when = this.#now() + time
    if (when >= this.#wakes || time === Number.POSITIVE_INFINITY) return
    this.#wakes = when
    this.#outView.setUint32(PREFIX_LENGTH, Math.min(Math.ceil(time), MAX_SLEEP), true)
    this.#send(Frame.SLEEP, 4)
  }

  /** Polls: requests AWAKE and waits for it; everything sent before arrives first. */
  #look(): void {
    this.#looking = true
    this.#wakes = Number.POSITIVE_INFINITY
    this.#wakeAfter(0)
  }

  #heardWord(): void {
    this.#wakes = Number.POSITIVE_INFINITY
    this.#looking = false
    this.#seen = this.#now()
  }

  #frameAt(begin: number): HeldFrame | undefined {
    return frameAt(this.#inView, begin, this.#end)
  }

  /** Waits for more bytes. */
  #fill(): void {
    if (this.#begin > 0) {
      this.#in.copyWithin(0, this.#begin, this.#end)
      this.#end -= this.#begin
      this.#begin = 0
    }
    if (this.#end === this.#in.byteLength) this.#grow()
    this.#end += this.#socket.read(this.#in.subarray(this.#end))
  }

  /** Enlarges the buffer; while it waits for the security module, at most the enclave's receive buffers can arrive. */
  #grow(): void {
    const longer = new Uint8Array(2 * this.#in.byteLength)
    longer.set(this.#in)
    this.#in = longer
    this.#inView = new DataView(longer.buffer)
  }

  #sendBytes(kind: number, body: Uint8Array): void {
    this.#out.set(body, PREFIX_LENGTH)
    this.#send(kind, body.byteLength)
  }

  /** Sends the frame whose body is already in the buffer. */
  #send(kind: number, length: number): void {
    this.#outView.setUint32(0, length, true)
    this.#outView.setUint8(KIND_AT, kind)
    this.#socket.write(this.#out.subarray(0, PREFIX_LENGTH + length))
  }
}
